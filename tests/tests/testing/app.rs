//! `TestApp`, `TestSession` and `Handled`.

use stomp_server::{
    HandlerError, Principal,
    testing::{Recipient, TestApp},
};

use crate::{
    failure, failure_of,
    handlers::{Broken, Note, application, of_tenants},
    says,
};

fn note(text: &str) -> Note {
    Note {
        text: text.to_owned(),
    }
}

#[tokio::test]
async fn a_reply_is_a_value() {
    let app = TestApp::start(application());
    let mut ann = app.user("ann").await;
    let handled = ann.send("/app/notes/home", &note("hi")).await;
    let reply = handled.to("/topic/notes/home");
    assert_eq!(reply.json::<Note>(), note("hi"));
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(handled.messages().len(), 1, "{handled}");
    assert!(handled.error().is_none() && handled.refusal().is_none());
}

#[tokio::test]
async fn what_an_exception_handler_answers_is_a_message_to_the_sender() {
    let app = TestApp::start(application());
    for mut session in [app.user("ann").await, app.anonymous().await] {
        let handled = session.send("/app/notes/nowhere", &note("hi")).await;
        assert_eq!(
            handled.to_sender("/queue/errors").text(),
            "nowhere is not a place"
        );
        assert!(handled.error().is_none(), "it was answered");
    }
}

#[tokio::test]
async fn a_failure_that_nothing_answers_is_a_value_and_the_session_goes_on() {
    let app = TestApp::start(application());
    let mut ann = app.user("ann").await;
    let handled = ann.send("/app/broken", "").await;
    let error = handled.error().expect("nothing answers");
    assert!(error.is_thrown() && error.downcast_ref::<Broken>().is_some());
    let handled = ann.send("/app/panics", "").await;
    assert!(handled.error().is_some_and(HandlerError::is_panic));
    let handled = ann
        .send_with(
            "/app/notes/home",
            &[("content-type", "application/json")],
            "no json",
        )
        .await;
    assert_eq!(handled.error().and_then(HandlerError::argument), Some("note"));
    assert_eq!(app.handle().counters().handlers_failed, 3);
    assert!(ann.send("/app/notes/home", &note("hi")).await.error().is_none());
}

#[tokio::test]
async fn sends_of_a_template_are_values_whether_anybody_listens_or_not() {
    let app = TestApp::start(application());
    let mut ben = app.user("ben").await;
    let handled = ben.send("/app/spread", "rain").await;
    assert_eq!(handled.to("/topic/spread").text(), "rain");
    assert_eq!(handled.to_user("ann", "/queue/spread").text(), "rain");
    assert_eq!(handled.to_user("nobody here", "/queue/spread").text(), "rain");
    assert_eq!(handled.to_sender("/queue/own").text(), "rain");
    let recipients: Vec<_> = handled
        .messages()
        .iter()
        .map(|message| message.recipient().clone())
        .collect();
    let user = |name: &str| Recipient::User(name.to_owned());
    let expected = [
        Recipient::Everybody,
        user("ann"),
        user("nobody here"),
        Recipient::Session(ben.id()),
    ];
    assert_eq!(recipients, expected);
}

#[tokio::test]
async fn headers_and_octets_are_sent_as_they_are() {
    let app = TestApp::start(application());
    let mut ann = app
        .principal(Principal::with_claims("ann", "claims of any type"))
        .await;
    let handled = ann
        .send_with("/app/echo", &[("x-mark", "a:b")], &b"\xff\x00"[..])
        .await;
    let echo = handled.to_user("ann", "/queue/echo");
    assert_eq!(**echo.body(), *b"\xff\x00");
    assert_eq!(
        (echo.header("x-mark"), echo.header("x-from")),
        (Some("a:b"), Some("ann"))
    );
    let user = ann.session().principal().expect("ann");
    assert_eq!(user.claims::<&str>(), Some(&"claims of any type"));
}

#[tokio::test]
async fn a_subscription_shows_its_direct_reply() {
    let app = TestApp::start(application());
    let mut ann = app.user("ann").await;
    let handled = ann.subscribe("/app/today").await;
    assert_eq!(handled.reply().json::<Note>(), note("fair"));
    // A client gets the same.
    assert_eq!(ann.client().expect_message().await.json::<Note>(), note("fair"));
    ann.subscribe("/topic/notes/home").await.nothing();
    ann.send("/app/notes/home", &note("hi")).await;
    let got = ann.client().expect_message().await;
    assert_eq!((got.destination(), got.json()), ("/topic/notes/home", note("hi")));
    ann.client().no_message().await;
}

#[tokio::test]
async fn the_answers_of_a_stream_come_one_by_one() {
    let app = TestApp::start(application());
    let mut ann = app.user("ann").await;
    ann.subscribe("/app/counts").await;
    for expected in ["1", "2"] {
        assert_eq!(ann.client().expect_message().await.text(), expected);
    }
}

#[tokio::test]
async fn the_failure_of_a_stream_is_none_of_a_later_message() {
    let app = TestApp::start(application());
    let mut ann = app.user("ann").await;
    ann.subscribe("/app/breaks").await;
    assert_eq!(ann.client().expect_message().await.text(), "1");
    ann.client().no_message().await;
    assert_eq!(app.handle().counters().handlers_failed, 1);
    let handled = ann.send("/app/notes/home", &note("hi")).await;
    assert!(handled.error().is_none(), "{handled}");
}

#[tokio::test(flavor = "multi_thread")]
async fn handlers_of_every_mode_are_waited_for() {
    let app = TestApp::start(application());
    let mut ann = app.user("ann").await;
    for mode in ["blocking", "concurrent"] {
        let handled = ann.send(&format!("/app/{mode}"), "").await;
        assert_eq!(handled.to("/topic/modes").text(), mode);
    }
}

#[tokio::test(start_paused = true)]
async fn messages_that_are_sent_at_once_are_told_apart() {
    let app = TestApp::start(application());
    let (mut ann, mut ben) = (app.user("ann").await, app.user("ben").await);
    let (note, empty) = (note("hi"), "");
    let (slow, quick) = tokio::join!(ann.send("/app/slow", empty), ben.send("/app/notes/home", &note));
    assert_eq!(slow.to("/topic/slow").text(), "done");
    assert_eq!(slow.messages().len(), 1, "{slow}");
    assert_eq!(quick.to("/topic/notes/home").json::<Note>(), note);
    assert_eq!(quick.messages().len(), 1, "{quick}");
}

#[tokio::test]
async fn refusals_are_values_too() {
    let app = TestApp::start(application());
    for (destination, code) in [
        ("/app/nothing/here", "no-handler"),
        ("/app/forbidden", "forbidden"),
        ("/topic//x", "malformed"),
    ] {
        let handled = app.user("ann").await.send(destination, "").await;
        let refusal = handled.refusal().unwrap_or_else(|| panic!("{destination}"));
        assert_eq!(refusal.code(), code, "{destination}");
    }
    app.user("ann").await.send("/app/ignored", "").await.nothing();
}

#[tokio::test]
async fn a_test_vouches_for_users_and_the_authenticator_decides_about_logins() {
    let app = TestApp::start(application());
    // The authenticator would refuse her.
    assert_eq!(
        app.user("mallory").await.client().connected().header("user-name"),
        Some("mallory")
    );
    assert!(app.anonymous().await.session().principal().is_none());
    let ben = app.connect_with(&[("login", "ben")]).await.expect("let in");
    assert_eq!(
        ben.session().principal().map(|user| user.name().to_owned()),
        Some("ben".into())
    );
    let error = app
        .connect_with(&[("login", "mallory")])
        .await
        .expect_err("refused");
    assert_eq!((error.code(), error.text()), ("unauthenticated", "not you"));
}

#[tokio::test]
async fn the_authenticator_sees_headers_of_the_handshake() {
    let app = TestApp::start(application());
    let headers = [("x-token", "ann")];
    let ann = app.connect_with_handshake(&headers, &[]).await.expect("let in");
    assert_eq!(ann.session().principal(), Some(Principal::new("ann")));
    says(
        &failure_of(|| app.connect_with_handshake(&[("no header", "")], &[])),
        &["\"no header\": \"\" is no header of a request"],
    );
}

#[tokio::test]
async fn what_is_published_beside_messages_is_waited_for() {
    let app = TestApp::start(application());
    app.template()
        .convert_and_send("/topic/news", "first")
        .expect("served");
    app.user("ann").await.disconnect().await;
    assert_eq!(app.expect_published("/topic/gone").await.text(), "ann");
    let rest = app.published();
    assert_eq!(rest.len(), 1, "{rest:?}");
    assert_eq!(rest[0].text(), "first");
}

#[tokio::test]
async fn what_was_expected_and_is_not_there_fails_with_all_that_is() {
    let app = TestApp::start(application());
    let mut ann = app.user("ann").await;
    let handled = ann.send("/app/spread", "rain").await;
    let text = failure_of(|| handled.to("/topic/elsewhere"));
    says(
        &text,
        &[
            "a message to everybody at /topic/elsewhere was expected; what came of SEND to /app/spread:",
            "\n  to everybody: /topic/spread content-type:text/plain;charset=UTF-8 \"rain\"",
            "\n  to user nobody here: /queue/spread",
        ],
    );
    says(
        &failure_of(|| handled.nothing()),
        &["nothing was expected of it", "/topic/spread"],
    );
    says(&failure_of(|| handled.reply()), &["a message to the subscriber"]);
    says(
        &failure_of(|| handled.to_user("ben", "/queue/spread")),
        &["user ben at /queue/spread"],
    );
    says(
        &failure_of(|| handled.to("/topic/spread").json::<Note>()),
        &["JSON for", "Note` was expected", "the body is \"rain\""],
    );
    let broken = ann.send("/app/broken", "").await;
    says(
        &failure_of(|| broken.to("/topic/broken")),
        &["a failure that nothing answered: the store is gone"],
    );
    let nothing = ann.send("/app/ignored", "").await;
    says(
        &failure_of(|| nothing.to("/topic/x")),
        &["/app/ignored:\n  nothing"],
    );
}

#[tokio::test]
async fn two_messages_where_one_was_expected_are_a_failure() {
    let app = TestApp::start(application());
    let handled = app.user("ann").await.send("/app/twice", "").await;
    says(
        &failure_of(|| handled.to("/topic/twice")),
        &["one message to everybody at /topic/twice was expected, not 2"],
    );
}

#[tokio::test]
async fn what_a_message_caused_is_apart_from_what_came_before() {
    let app = TestApp::start(application());
    let mut ann = app.user("ann").await;
    app.template()
        .convert_and_send("/topic/spread", "not hers")
        .expect("served");
    let handled = ann.send("/app/spread", "rain").await;
    assert_eq!(handled.to("/topic/spread").text(), "rain");
}

#[tokio::test]
async fn what_goes_past_all_handlers_to_the_broker_is_shown_as_well() {
    let app = TestApp::start(application());
    let mut ann = app.user("ann").await;
    let handled = ann.send("/topic/direct", "hello").await;
    let direct = handled.to("/topic/direct");
    let headers: Vec<_> = direct.headers().iter().collect();
    assert_eq!(headers, [("content-type", "text/plain;charset=UTF-8")]);
    let handled = ann.send("/user/ben/queue/direct", "hello").await;
    assert_eq!(handled.to_user("ben", "/queue/direct").text(), "hello");
}

#[tokio::test(start_paused = true)]
async fn waiting_in_vain_fails_with_the_place_and_the_conversation() {
    let app = TestApp::start(application());
    let mut ann = app.user("ann").await;
    let text = failure(ann.send("/app/endless", "")).await;
    says(
        &text,
        &[
            "the receipt of SEND was awaited at tests/tests/testing/app.rs:",
            "it did not come for 20s",
            "> SEND destination:/app/endless content-type:text/plain;charset=UTF-8 receipt:receipt-0",
            "< CONNECTED",
        ],
    );
    let text = failure(app.expect_published("/topic/x")).await;
    says(
        &text,
        &[
            "a message to /topic/x was awaited at tests/tests/testing/app.rs:",
            "nothing was published",
        ],
    );
}

#[tokio::test]
async fn what_cannot_be_built_says_why() {
    let builder = stomp_server::StompServer::builder()
        .scope(module_path!())
        .user_destination_prefix("/app");
    says(&failure_of(|| TestApp::start(builder)), &["`/app`"]);
}

#[tokio::test]
async fn a_session_may_come_past_the_interceptors_of_an_endpoint() {
    let app = TestApp::start(of_tenants());
    let headers = [("x-token", "ann")];
    let connected = app.connect_to("/tenants?tenant=a", &headers, &[]).await;
    let mut ann = connected.expect("let in");
    assert_eq!(
        ann.session()
            .principal()
            .map(|user| user.name().to_owned())
            .as_deref(),
        Some("ann")
    );
    let handled = ann.send("/app/tenant", "").await;
    assert_eq!(handled.to_sender("/queue/tenant").text(), "a");
    handled.to_sender("/queue/tenant"); // an assertion by itself

    let handled = app.user("ann").await.send("/app/tenant", "").await;
    assert_eq!(handled.to_sender("/queue/tenant").text(), "nobody's");
    let text = failure(app.connect_to("/tenants", &[], &[])).await;
    says(&text, &["an interceptor answered 400", "app.rs"]);
    let text = failure(app.connect_to("/nowhere", &[], &[])).await;
    says(&text, &["no such endpoint"]);
}
