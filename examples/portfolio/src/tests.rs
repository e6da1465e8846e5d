//! The handlers without a server. Trades are confirmed in virtual time: nobody waits for that.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use stomp_server::testing::{Recipient, TestApp, TestServer, VirtualClock};

use crate::{application, login::Logins, quotes};

const CONFIRM_AFTER: Duration = Duration::from_millis(1500);

fn app() -> TestApp {
    TestApp::start(application(Arc::default(), CONFIRM_AFTER))
}

#[tokio::test]
async fn positions_are_answered_to_who_asks() {
    let mut fabrice = app().user("fabrice").await;
    let positions: Vec<Value> = fabrice.subscribe("/app/positions").await.reply().json();
    assert_eq!(positions.len(), 5);
    assert_eq!(
        positions[1],
        json!({"company": "Dell Inc.", "ticker": "DELL", "price": 1344, "shares": 50})
    );
}

#[tokio::test]
async fn a_trade_is_confirmed_to_its_user_when_it_is_time() {
    let clock = VirtualClock::pause();
    let app = app();
    let mut fabrice = app.user("fabrice").await;
    let buy = json!({"action": "Buy", "ticker": "DELL", "shares": 5, "username": "paulson"});
    fabrice.send("/app/trade", &buy).await.nothing();
    clock.advance(CONFIRM_AFTER - Duration::from_millis(100)).await;
    assert_eq!(app.published(), []);
    let confirmed = app.expect_published("/queue/position-updates").await;
    assert_eq!(
        clock.elapsed().as_millis().div_euclid(100),
        15,
        "{:?}",
        clock.elapsed()
    );
    // The session says whose trade it is, whatever the payload claims.
    assert_eq!(confirmed.recipient(), &Recipient::User("fabrice".to_owned()));
    let confirmation: Value = confirmed.json();
    assert_eq!(
        (&confirmation["traded"], &confirmation["position"]["shares"]),
        (&json!(5), &json!(55))
    );
}

#[tokio::test]
async fn impossible_trades_are_told_to_the_tab_that_asked() {
    let app = app();
    let mut fabrice = app.user("fabrice").await;
    for (trade, told) in [
        (
            json!({"action": "Sell", "ticker": "RHT", "shares": 21}),
            "not enough shares of RHT to sell: 20 of 21",
        ),
        (
            json!({"action": "Buy", "ticker": "GONE", "shares": 1}),
            "there is no stock \"GONE\"",
        ),
        (
            json!({"action": "Buy", "ticker": "RHT", "shares": 0}),
            "a trade is about 1 to 1000000 shares",
        ),
    ] {
        let handled = fabrice.send("/app/trade", &trade).await;
        let error = handled.to_sender("/queue/errors");
        assert_eq!(error.text(), told);
        assert_eq!(error.recipient(), &Recipient::Session(fabrice.id()));
    }
    let handled = fabrice.send("/app/trade", "buy everything").await;
    assert_eq!(
        handled.messages().len(),
        1,
        "what is no trade is answered too: {handled}"
    );
}

#[tokio::test]
async fn quotes_come_in_their_rhythm() {
    let clock = VirtualClock::pause();
    let app = app();
    let mut fabrice = app.user("fabrice").await;
    fabrice.subscribe("/topic/price.stock.*").await;
    let quotes = quotes::publish(app.template(), Duration::from_secs(2));
    tokio::select! {
        () = quotes => unreachable!("quotes never end"),
        () = clock.advance(Duration::from_secs(5)) => {}
    }
    for round in 0..3 {
        for ticker in ["CTXS", "DELL", "MSFT", "ORCL", "RHT"] {
            let quote: Value = fabrice.client().expect_message().await.json();
            assert_eq!(quote["ticker"], ticker, "round {round}");
        }
    }
    fabrice.client().no_message().await;
}

#[tokio::test]
async fn the_cookie_of_the_form_opens_the_session() {
    let logins = Arc::new(Logins::default());
    let cookie = logins.sign_in("fabrice", "fab123").expect("the password");
    let cookie = cookie.split(';').next().expect("a pair");
    let server = TestServer::start(application(logins, CONFIRM_AFTER)).await;
    let fabrice = server.connect_with_handshake(&[("cookie", cookie)], &[]).await;
    assert_eq!(
        fabrice.expect("signed in").connected().header("user-name"),
        Some("fabrice")
    );
    let error = server
        .connect_with(&[("login", "fabrice")])
        .await
        .expect_err("no cookie");
    assert_eq!((error.code(), error.text()), ("unauthenticated", "sign in first"));
}
