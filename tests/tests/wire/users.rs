//! A user's own destinations: who subscribes to them, who is reached through them, and under which name.

use stomp_server::{SendError, SessionId, SimpMessagingTemplate, prelude::*};
use stomp_tests::{
    peer::Peer,
    server::{TestServer, app},
};

#[message_mapping("/reply")]
#[send_to_user("/queue/reply")]
async fn reply(#[payload] text: String) -> String {
    text
}

#[message_mapping("/reply-one")]
#[send_to_user("/queue/reply", broadcast = false)]
async fn reply_one(#[payload] text: String) -> String {
    text
}

#[message_mapping("/pass/<name>")]
#[send_to("/user/<name>/queue/reply")]
async fn pass(name: String, #[payload] text: String) -> String {
    let _ = name;
    text
}

/// As Spring's `convertAndSendToUser` with the session's id among the headers: the session, if it is the user's, or
/// else all of the user's.
#[message_mapping("/narrow/<user>")]
async fn narrow(
    user: String,
    session: SessionId,
    users: SimpUserRegistry,
    template: SimpMessagingTemplate,
    #[payload] text: String,
) -> Result<(), SendError> {
    match users.user(&user).and_then(|user| user.session(session)) {
        Some(own) => template.convert_and_send_to_session(own.id(), "/queue/reply", &text),
        None => template.convert_and_send_to_user(user, "/queue/reply", &text),
    }
}

/// The login, and behind a `/=` the name for destinations.
async fn by_login(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    Ok(login.login().map(|login| match login.split_once("/=") {
        Some((name, alias)) => Principal::new(name).with_destination_user_name(alias),
        None => Principal::new(login),
    }))
}

async fn server() -> TestServer {
    TestServer::start(app(module_path!()).authenticator(by_login)).await
}

/// Sessions of these users, each subscribed to `/user/queue/reply`.
async fn peers<const N: usize>(server: &TestServer, names: [&str; N]) -> [Peer; N] {
    let mut peers = Vec::new();
    for name in names {
        let mut peer = match name {
            "" => server.connect().await,
            name => server.connect_as(name).await,
        };
        peer.subscribe("s", "/user/queue/reply").await;
        peers.push(peer);
    }
    peers.try_into().expect("one for each name")
}

/// Expects the message at these peers and at none of the others.
async fn expect_at(peers: &mut [Peer], reached: &[usize], body: &str) {
    for &n in reached {
        let message = peers[n].expect_message(body).await;
        assert_eq!(message.header("destination"), Some("/user/queue/reply"));
        assert_eq!(message.header("simpOrigDestination"), None);
    }
    for peer in peers {
        peer.expect_nothing().await;
    }
}

async fn session_id(server: &TestServer) -> (Peer, String) {
    let mut peer = server.open().await;
    let connected = peer.say_connect("").await;
    let id = connected.header("session").expect("an id").to_owned();
    peer.subscribe("s", "/user/queue/reply").await;
    (peer, id)
}

/// Rows: USER-01, USER-06, USER-12, USER-14
#[tokio::test]
async fn what_lies_under_the_prefix_is_the_users_own_and_nothing_else_is() {
    let server = server().await;
    let mut bob = server.connect_as("bob").await;
    // Not only what the broker's prefixes would take.
    for (id, destination) in [("q", "/user/queue/x"), ("t", "/user/topic/x"), ("o", "/user/own")] {
        bob.subscribe(id, destination).await;
    }
    bob.subscribe("shared", "/queue/x").await;
    let mut ann = server.connect_as("ann").await;
    for (path, id) in [("/queue/x", "q"), ("/topic/x", "t"), ("/own", "o")] {
        ann.send_with(&format!("/user/bob{path}"), "x-own:1\n", "psst")
            .await;
        let message = bob.expect_message("psst").await;
        assert_eq!(message.header("subscription"), Some(id));
        assert_eq!(message.header("destination"), Some(&*format!("/user{path}")));
        assert_eq!(message.header("x-own"), Some("1"));
    }
    ann.send_done("/queue/x", "shared").await;
    let message = bob.expect_message("shared").await;
    assert_eq!(message.header("subscription"), Some("shared"));
    bob.expect_nothing().await;
    // A longer word is another destination, and nobody's.
    ann.send_done("/user/bob/queue/xy", "unheard").await;
    bob.expect_nothing().await;
    ann.send("/users/bob/queue/x", "").await;
    ann.expect_error("no-handler", 1002).await;
}

/// Rows: USER-02, USER-03
#[tokio::test]
async fn a_reply_reaches_the_users_sessions_or_the_one_without_a_user() {
    let server = server().await;
    let mut all = peers(&server, ["ann", "ann", "bob", "", ""]).await;
    let table: [(usize, &str, &[usize]); 5] = [
        (0, "/app/reply", &[0, 1]),
        (1, "/app/reply-one", &[1]),
        (2, "/app/reply", &[2]),
        (3, "/app/reply", &[3]),
        (4, "/app/reply-one", &[4]),
    ];
    for (sender, destination, reached) in table {
        all[sender].send(destination, destination).await;
        expect_at(&mut all, reached, destination).await;
    }
}

/// Rows: USER-07, USER-16
#[tokio::test]
async fn whoever_sends_to_a_user_reaches_all_sessions_but_the_users_own_session_means_itself() {
    let server = server().await;
    let mut all = peers(&server, ["ann", "ann", "bob"]).await;
    for destination in ["/user/ann/queue/reply", "/app/pass/ann", "/app/narrow/ann"] {
        all[2].send(destination, "from bob").await;
        expect_at(&mut all, &[0, 1], "from bob").await;
        all[1].send(destination, "from ann").await;
        expect_at(&mut all, &[1], "from ann").await;
    }
    all[0].send_done("/user/nobody/queue/reply", "nobody").await;
    expect_at(&mut all, &[], "nobody").await;
}

/// Rows: USER-08, USER-17, TPL-19
#[tokio::test]
async fn a_sessions_id_names_it_to_its_own_client_only() {
    let server = server().await;
    let (mut one, id) = session_id(&server).await;
    let (mut other, _) = session_id(&server).await;
    let own = format!("/user/{id}/queue/reply");
    other.send_done(&own, "from another").await;
    let template = server.handle().template();
    template
        .convert_and_send_to_user(&id, "/queue/reply", "by the id as a name")
        .expect("no error");
    template
        .convert_and_send(&own, "by the id in a destination")
        .expect("no error");
    one.expect_nothing().await;
    one.send(&own, "from itself").await;
    one.expect_message("from itself").await;
    one.send(&format!("/app/pass/{id}"), "through a handler").await;
    one.expect_message("through a handler").await;
    other.expect_nothing().await;
}

/// Rows: USER-04, USER-09, TPL-12, TPL-13
#[tokio::test]
async fn a_name_may_hold_slashes_and_percent_signs() {
    let server = server().await;
    let mut all = peers(&server, ["x/y/z", "x", "x%2Fy%2Fz"]).await;
    let template = server.handle().template();
    // The template takes names as they are. Spring's does not know the last one.
    for (n, name) in [(0, "x/y/z"), (1, "x"), (2, "x%2Fy%2Fz")] {
        template
            .convert_and_send_to_user(name, "/queue/reply", name)
            .expect("sent");
        expect_at(&mut all, &[n], name).await;
    }
    // In a destination a slash has to be written another way.
    all[1].send("/user/x%2Fy%2Fz/queue/reply", "escaped").await;
    expect_at(&mut all, &[0], "escaped").await;
    all[2].send_done("/user/x/y/z/queue/reply", "not for x/y/z").await;
    expect_at(&mut all, &[], "").await;
}

/// Rows: USER-05
#[tokio::test]
async fn an_unsubscribed_user_destination_is_left_by_its_id() {
    let server = server().await;
    let mut all = peers(&server, ["ann", "bob"]).await;
    all[0].subscribe("other", "/user/queue/other").await;
    // The destination says nothing: the id does.
    all[0]
        .text("UNSUBSCRIBE\nid:s\ndestination:/user/queue/other\nreceipt:r\n\n\0")
        .await;
    all[0].expect_receipt("r").await;
    all[1].send_done("/user/ann/queue/reply", "late").await;
    all[1].send_done("/user/ann/queue/other", "other").await;
    all[0].expect_message("other").await;
    expect_at(&mut all, &[], "").await;
}

/// Rows: USER-18
#[tokio::test]
async fn a_name_without_a_destination_is_refused() {
    for destination in ["/user/ann", "/user"] {
        let server = server().await;
        let mut ann = server.connect_as("ann").await;
        ann.send_asking(destination, "x", "r").await;
        let error = ann.expect_error("no-handler", 1002).await;
        assert_eq!(error.header("receipt-id"), Some("r"));
        let template = server.handle().template();
        let sent = template.convert_and_send(destination, "x");
        assert!(matches!(sent, Err(SendError::Malformed)), "{sent:?}");
    }
    // Who is used to Spring's silence may have it.
    let builder = app(module_path!()).authenticator(by_login).ignore_unmapped();
    let server = TestServer::start(builder).await;
    let mut ann = server.connect_as("ann").await;
    ann.send_done("/user/ann", "x").await;
    ann.expect_nothing().await;
}

/// Rows: USER-15
#[tokio::test]
async fn nobody_forges_the_destination_that_others_read() {
    let server = server().await;
    let [mut ann, mut bob] = peers(&server, ["ann", "bob"]).await;
    bob.subscribe("t", "/topic/t").await;
    let forged = "simpOrigDestination:/elsewhere\n";
    for (sent, read) in [
        ("/topic/t", "/topic/t"),
        ("/user/bob/queue/reply", "/user/queue/reply"),
    ] {
        ann.send_with(sent, forged, "x").await;
        let message = bob.expect_message("x").await;
        assert_eq!(message.header("destination"), Some(read));
        assert_eq!(
            message.header("simpOrigDestination"),
            Some("/elsewhere"),
            "a header like others"
        );
    }
}

/// Rows: USER-20
#[tokio::test]
async fn a_broker_without_prefixes_leaves_user_destinations_alone() {
    let builder = app(module_path!())
        .authenticator(by_login)
        .enable_simple_broker::<&str>([]);
    let server = TestServer::start(builder).await;
    let mut all = peers(&server, ["ann", "bob"]).await;
    all[1].send("/user/ann/queue/reply", "x").await;
    expect_at(&mut all, &[0], "x").await;
}

/// Rows: USER-27
#[tokio::test]
async fn another_name_for_destinations_is_the_only_one_they_know() {
    let server = server().await;
    let mut ann = server.open().await;
    let connected = ann.say_connect("login:ann/=al\n").await;
    assert_eq!(connected.header("user-name"), Some("ann"));
    ann.subscribe("s", "/user/queue/reply").await;
    let [bob, eve] = peers(&server, ["bob/=al", "eve"]).await;
    let mut all = [ann, bob, eve];
    all[2].send("/user/al/queue/reply", "to al").await;
    expect_at(&mut all, &[0, 1], "to al").await;
    all[2].send_done("/user/ann/queue/reply", "to ann").await;
    expect_at(&mut all, &[], "").await;
    all[0].send("/app/reply", "a reply").await;
    expect_at(&mut all, &[0, 1], "a reply").await;
    all[1].send("/app/reply-one", "one reply").await;
    expect_at(&mut all, &[1], "one reply").await;
    let users = server.handle().users();
    assert_eq!((users.user_count(), users.user("ann")), (2, None));
    let al = users.user("al").expect("connected");
    assert_eq!((al.name(), al.sessions().len()), ("al", 2));
    let names = al
        .sessions()
        .into_iter()
        .map(|one| one.session().principal().expect("named"));
    assert_eq!(
        names.map(|one| one.name().to_owned()).collect::<Vec<_>>(),
        ["ann", "bob"]
    );
}

/// Rows: USER-33
#[tokio::test]
async fn patterns_over_a_users_own_destinations() {
    let server = server().await;
    let mut ann = server.connect_as("ann").await;
    ann.subscribe("one", "/user/queue/*").await;
    ann.subscribe("all", "/user/queue/**").await;
    let [mut bob] = peers(&server, ["bob"]).await;
    let table: [(&str, &[&str]); 2] = [("/queue/x", &["one", "all"]), ("/queue/x/y", &["all"])];
    for (path, expected) in table {
        bob.send(&format!("/user/ann{path}"), path).await;
        let mut heard = Vec::new();
        for _ in expected {
            let message = ann.expect_message(path).await;
            assert_eq!(message.header("destination"), Some(&*format!("/user{path}")));
            heard.push(message.header("subscription").unwrap_or_default().to_owned());
        }
        heard.sort();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(heard, expected);
        ann.expect_nothing().await;
    }
    bob.expect_nothing().await;
}

mod dots {
    use stomp_server::{Separator, prelude::*};
    use stomp_tests::server::{TestServer, app};

    #[message_mapping("red")]
    #[send_to_user("queue.colors")]
    async fn red(#[payload] text: String) -> String {
        text
    }

    /// With dots a slash is a character like others, but for the one behind the prefix and the one behind the name.
    ///
    /// Rows: USER-10, USER-11
    #[tokio::test]
    async fn dots_stand_between_the_segments_of_a_users_own_destinations() {
        for broker in [["topic.", "queue."], ["/topic", "/queue"]] {
            let builder = app(module_path!())
                .authenticator(super::by_login)
                .separator(Separator::Dot)
                .enable_simple_broker(broker);
            let server = TestServer::start(builder).await;
            let mut ann = server.connect_as("ann").await;
            ann.subscribe("one", "/user/queue.colors").await;
            ann.subscribe("all", "/user/queue.*").await;
            let template = server.handle().template();
            template
                .convert_and_send_to_user("ann", "queue.colors", "by the template")
                .expect("sent");
            ann.send("/user/ann/queue.colors", "by the client").await;
            ann.send("/app/red", "by a handler").await;
            for body in ["by the template", "by the client", "by a handler"] {
                for _ in 0..2 {
                    let message = ann.expect_message(body).await;
                    assert_eq!(message.header("destination"), Some("/user/queue.colors"));
                }
            }
            template
                .convert_and_send_to_user("ann", "/queue/colors", "elsewhere")
                .expect("sent");
            ann.expect_nothing().await;
        }
    }
}
