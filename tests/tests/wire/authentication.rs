//! Who clients are: from the handshake or from CONNECT.

use std::sync::Arc;

use stomp_server::prelude::*;
use stomp_tests::server::{TestServer, app};
use tokio::sync::Semaphore;

struct Role(&'static str);

#[message_mapping("/whoami")]
#[send_to_user("/queue/me", broadcast = false)]
async fn whoami(user: Option<Principal>) -> String {
    match &user {
        Some(user) => format!(
            "{} {}",
            user.name(),
            user.claims::<Role>().map_or("none", |role| role.0)
        ),
        None => "nobody".to_owned(),
    }
}

async fn sign_in(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    let token = login.handshake().headers.get("authorization");
    let query = login.handshake().uri.query();
    match (token.and_then(|token| token.to_str().ok()), query) {
        (Some("Bearer ann"), _) => return Ok(Some(Principal::with_claims("ann", Role("admin")))),
        (Some(_), _) => return Err(AuthenticationError::new("bad token").because("secret detail")),
        (None, Some("user=query")) => return Ok(Some(Principal::new("query"))),
        (None, _) => {}
    }
    match (login.login(), login.passcode(), login.headers().get("tenant")) {
        (None, ..) => Ok(None),
        (Some("panic"), ..) => panic!("on purpose"),
        (Some("bob"), Some("secret"), tenant) => {
            Ok(Some(Principal::new(format!("bob@{}", tenant.unwrap_or("home")))))
        }
        _ => Err(AuthenticationError::new("wrong login or passcode")),
    }
}

async fn server() -> TestServer {
    TestServer::start(app(module_path!()).authenticator(sign_in)).await
}

/// A header of the handshake, a target, header lines of CONNECT; what `/whoami` says, and `user-name` of CONNECTED.
const ACCEPTED: [(&str, &str, &str, &str, Option<&str>); 6] = [
    ("", "/ws", "", "nobody", None),
    ("Bearer ann", "/ws", "", "ann admin", Some("ann")),
    (
        "Bearer ann",
        "/ws",
        "login:bob\npasscode:wrong\n",
        "ann admin",
        Some("ann"),
    ),
    ("", "/ws?user=query", "", "query none", Some("query")),
    (
        "",
        "/ws",
        "login:bob\npasscode:secret\n",
        "bob@home none",
        Some("bob@home"),
    ),
    (
        "",
        "/ws",
        "login:bob\npasscode:secret\ntenant:a:b\n",
        "bob@a:b none",
        Some("bob@a:b"),
    ),
];

/// Rows: CFG-07, CHAN-18
#[tokio::test]
async fn the_handshake_or_connect_tell_who_it_is() {
    let server = server().await;
    for (token, target, connect, me, user_name) in ACCEPTED {
        let mut handshake = server.handshake().target(target);
        if !token.is_empty() {
            handshake = handshake.header("Authorization", token);
        }
        let mut peer = handshake.open().await;
        let connected = peer.say_connect(connect).await;
        assert_eq!(connected.header("user-name"), user_name);
        peer.subscribe("s", "/user/queue/me").await;
        peer.send("/app/whoami", "").await;
        peer.expect_message(me).await;
        peer.disconnect().await;
    }
}

#[tokio::test]
async fn a_refused_client_learns_the_message_and_nothing_else() {
    let server = server().await;
    for headers in ["login:bob\npasscode:wrong\n", "login:eve\n", "login:bob\n"] {
        let mut peer = server.open().await;
        peer.text(format!("CONNECT\naccept-version:1.2\n{headers}\n\0"))
            .await;
        let error = peer.expect_error("unauthenticated", 1008).await;
        assert_eq!(error.header("message"), Some("wrong login or passcode"));
    }
    let mut peer = server
        .handshake()
        .header("Authorization", "Bearer eve")
        .open()
        .await;
    peer.text("CONNECT\naccept-version:1.2\n\n\0").await;
    let error = peer.expect_error("unauthenticated", 1008).await;
    assert_eq!(error.text(), "bad token");
    server
        .until("all to be gone", |handle| handle.connections() == 0)
        .await;
    assert_eq!(
        (
            server.counters().sessions_opened,
            server.counters().sessions_refused
        ),
        (0, 4)
    );
    assert_eq!(server.handle().users().user_count(), 0);
}

/// Rows: CHAN-33
#[tokio::test]
async fn what_follows_a_refused_connect_is_not_handled() {
    let server = server().await;
    let mut other = server.connect().await;
    other.subscribe("s", "/topic/a").await;
    let mut peer = server.open().await;
    peer.text("CONNECT\naccept-version:1.2\nlogin:eve\n\n\0SEND\ndestination:/topic/a\n\nx\0")
        .await;
    peer.expect_error("unauthenticated", 1008).await;
    other.expect_nothing().await;
}

#[tokio::test]
async fn a_panicking_authenticator_refuses_one_client() {
    let server = server().await;
    let mut peer = server.open().await;
    peer.text("CONNECT\naccept-version:1.2\nlogin:panic\n\n\0").await;
    let error = peer.expect_error("internal", 1011).await;
    assert!(!error.text().contains("purpose"), "{error:?}");
    server
        .until("it to be gone", |handle| handle.connections() == 0)
        .await;
    server.connect().await.expect_nothing().await;
}

/// Rows: CHAN-34
#[tokio::test]
async fn nothing_is_answered_before_the_decision() {
    let gate = Arc::new(Semaphore::new(0));
    let waits = {
        let gate = Arc::clone(&gate);
        move |login: Login| {
            let gate = Arc::clone(&gate);
            async move {
                gate.acquire().await.expect("never closed").forget();
                Ok(login.login().map(Principal::new))
            }
        }
    };
    let server = TestServer::start(app(module_path!()).authenticator(waits)).await;
    let mut peer = server.open().await;
    peer.text(
        "CONNECT\naccept-version:1.2\nlogin:ann\n\n\0SUBSCRIBE\nid:s\ndestination:/user/queue/me\n\n\0\
         SEND\ndestination:/app/whoami\n\n\0",
    )
    .await;
    // A second client that comes and goes shows that time has passed.
    let mut gone = server.open().await;
    gone.text("CONNECT\naccept-version:9\n\n\0").await;
    gone.expect_error("unsupported-version", 1002).await;
    assert_eq!(server.handle().users().user_count(), 0);
    gate.add_permits(1);
    peer.expect("CONNECTED").await;
    peer.expect_message("ann none").await;
    assert_eq!(
        server
            .handle()
            .users()
            .user("ann")
            .map(|user| user.sessions().len()),
        Some(1)
    );
    let leaving = server.open().await;
    leaving.break_off();
    server
        .until("it to be gone", |handle| handle.connections() == 1)
        .await;
}

#[tokio::test]
async fn users_are_listed_for_as_long_as_one_of_their_sessions_is_open() {
    let server = server().await;
    let users = server.handle().users();
    let connect = || async {
        let mut peer = server
            .handshake()
            .header("Authorization", "Bearer ann")
            .open()
            .await;
        peer.say_connect("").await;
        peer
    };
    let (desk, phone) = (connect().await, connect().await);
    assert_eq!(users.user("ann").map(|user| user.sessions().len()), Some(2));
    desk.disconnect().await;
    server
        .until("one to be gone", |handle| handle.connections() == 1)
        .await;
    assert_eq!(users.users().len(), 1);
    phone.break_off();
    server
        .until("both to be gone", |handle| handle.connections() == 0)
        .await;
    assert_eq!(users.user_count(), 0);
}

#[tokio::test]
async fn a_client_that_leaves_before_the_decision_leaves_nothing_behind() {
    let gate = Arc::new(Semaphore::new(0));
    let waits = {
        let gate = Arc::clone(&gate);
        move |_: Login| {
            let gate = Arc::clone(&gate);
            async move {
                gate.acquire().await.expect("never closed").forget();
                Ok(None)
            }
        }
    };
    let server = TestServer::start(app(module_path!()).authenticator(waits)).await;
    let mut peer = server.open().await;
    peer.text("CONNECT\naccept-version:1.2\n\n\0SEND\ndestination:/topic/a\n\nx\0")
        .await;
    server
        .until("it to be there", |handle| {
            handle.counters().connections_opened == 1
        })
        .await;
    peer.break_off();
    server
        .until("it to be missed", |handle| handle.connections() == 0)
        .await;
    gate.add_permits(1);
    let handle = server.handle().clone();
    // Waits for its task.
    server.stop().await;
    assert_eq!(handle.counters().sessions_opened, 0);
}
