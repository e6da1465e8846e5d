//! Each handler alone, without a server.

use serde_json::{Value, json};
use stomp_server::testing::{Published, TestApp, TestSession};

fn chat() -> TestApp {
    TestApp::start(chat::application())
}

/// Somebody who is in the lobby.
async fn in_lobby(app: &TestApp, name: &str) -> TestSession {
    let mut session = app.user(name).await;
    session.send("/app/chat/lobby/join", "").await;
    session
}

/// A body without the parts that no two runs have in common.
fn without_time(mut body: Value) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.remove("at").expect("everything tells when it was");
    }
    body
}

#[tokio::test]
async fn who_joins_is_announced_with_all_who_are_there() {
    let app = chat();
    let mut ann = app.user("ann").await;
    let joined = ann.send("/app/chat/lobby/join", "").await;
    assert_eq!(
        without_time(joined.to("/topic/chat/lobby").json()),
        json!({"type": "joined", "room": "lobby", "from": "ann"})
    );
    assert_eq!(joined.to("/topic/chat/lobby/who").json::<Value>(), json!(["ann"]));
    assert_eq!(
        joined.to("/topic/rooms").json::<Value>(),
        json!([{"name": "lobby", "members": 1}])
    );
}

#[tokio::test]
async fn a_second_tab_is_no_second_person() {
    let app = chat();
    let _first = in_lobby(&app, "ann").await;
    let mut second = app.user("ann").await;
    let joined = second.send("/app/chat/lobby/join", "").await;
    assert_eq!(joined.to("/topic/chat/lobby/who").json::<Value>(), json!(["ann"]));
    let destinations: Vec<_> = joined.messages().iter().map(Published::destination).collect();
    assert_eq!(
        destinations,
        ["/topic/chat/lobby/who", "/topic/rooms"],
        "nobody is told `joined`"
    );
    let left = second.send("/app/chat/lobby/leave", "").await;
    left.nothing();
}

#[tokio::test]
async fn what_is_said_goes_to_the_room_and_into_its_history() {
    let app = chat();
    let mut ann = in_lobby(&app, "ann").await;
    let expected = json!({"id": 1, "room": "lobby", "from": "ann", "text": "hi"});
    let said = ann.send("/app/chat/lobby", &json!({"text": "hi"})).await;
    let mut line: Value = without_time(said.to("/topic/chat/lobby").json());
    assert_eq!(
        line.as_object_mut().and_then(|line| line.remove("type")),
        Some(json!("message"))
    );
    assert_eq!(line, expected);
    let history = ann.subscribe("/app/chat/lobby/history").await;
    let lines: Vec<Value> = history.reply().json();
    assert_eq!(
        lines.into_iter().map(without_time).collect::<Vec<_>>(),
        [expected]
    );
}

#[tokio::test]
async fn mistakes_are_answered_to_whoever_made_them_and_to_nobody_else() {
    let app = chat();
    let mut ann = in_lobby(&app, "ann").await;
    let long = "x".repeat(1001);
    for (destination, body, detail) in [
        ("/app/chat/lobby", json!({"text": " "}), "write something first"),
        (
            "/app/chat/lobby",
            json!({ "text": long }),
            "that is 1001 characters; 1000 are the most",
        ),
        ("/app/chat/kitchen", json!({"text": "hi"}), "come in first"),
        ("/app/private/nobody", json!({"text": "hi"}), "nobody is not here"),
        (
            "/app/chat/a%20b/join",
            json!(""),
            "destination variable `room` is not valid",
        ),
        (
            "/app/chat/lobby",
            json!({"words": "hi"}),
            "the body has no field `text` (payload `draft`)",
        ),
    ] {
        let handled = ann.send(destination, &body).await;
        assert_eq!(
            handled.to_sender("/queue/errors").json::<Value>()["detail"],
            detail,
            "{destination}"
        );
        assert_eq!(handled.messages().len(), 1, "{handled}");
        assert!(handled.error().is_none(), "{handled}");
    }
}

#[tokio::test]
async fn who_types_is_told_to_the_room() {
    let app = chat();
    let mut ann = in_lobby(&app, "ann").await;
    let typing = ann.send("/app/chat/lobby/typing", "").await;
    assert_eq!(
        typing.to("/topic/chat/lobby/typing").json::<Value>(),
        json!({"from": "ann"})
    );
}

#[tokio::test]
async fn a_private_message_goes_to_both_sides_and_once_to_oneself() {
    let app = chat();
    let mut ann = app.user("ann").await;
    let _ben = app.user("ben").await;
    let handled = ann.send("/app/private/ben", &json!({"text": "psst"})).await;
    let expected = json!({"from": "ann", "to": "ben", "text": "psst"});
    for user in ["ann", "ben"] {
        assert_eq!(
            without_time(handled.to_user(user, "/queue/private").json()),
            expected,
            "{user}"
        );
    }
    let handled = ann
        .send("/app/private/ann", &json!({"text": "do not forget"}))
        .await;
    assert_eq!(
        handled.to_user("ann", "/queue/private").json::<Value>()["text"],
        "do not forget"
    );
}

#[tokio::test]
async fn lists_are_answered_to_who_asks() {
    let app = chat();
    let mut ben = app.user("ben").await;
    assert_eq!(
        ben.subscribe("/app/rooms").await.reply().json::<Value>(),
        json!([])
    );
    let _ann = in_lobby(&app, "ann").await;
    let who = ben.subscribe("/app/chat/lobby/who").await;
    assert_eq!(who.reply().json::<Value>(), json!(["ann"]));
}

#[tokio::test]
async fn the_end_of_a_session_leaves_its_rooms() {
    let app = chat();
    let ann = in_lobby(&app, "ann").await;
    ann.disconnect().await;
    let left = app.expect_published("/topic/chat/lobby").await;
    assert_eq!(
        without_time(left.json()),
        json!({"type": "left", "room": "lobby", "from": "ann"})
    );
    assert_eq!(
        app.expect_published("/topic/chat/lobby/who")
            .await
            .json::<Value>(),
        json!([])
    );
}

#[tokio::test]
async fn everybody_may_come_in_who_tells_a_proper_name() {
    let app = chat();
    let long = "n".repeat(33);
    for (login, comes_in) in [
        ("ann", true),
        (" ann ", true),
        ("", false),
        ("a/b", false),
        ("a%b", false),
        (&*long, false),
    ] {
        match app.connect_with(&[("login", login)]).await {
            Ok(session) => {
                assert!(comes_in, "{login:?}");
                assert_eq!(
                    session.session().principal().expect("a name").name(),
                    login.trim()
                );
            }
            Err(error) => {
                assert!(!comes_in, "{login:?}: {error}");
                assert_eq!(error.code(), "unauthenticated");
            }
        }
    }
}
