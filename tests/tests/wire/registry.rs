//! Who is connected, asked by handlers, components and listeners.

use stomp_server::{ErrorFrame, RefusedFrame, SessionId, prelude::*};
use stomp_tests::{
    peer::Peer,
    server::{TestServer, app},
};

#[derive(Component)]
struct Door {
    users: SimpUserRegistry,
    template: SimpMessagingTemplate,
}

#[controller("/door")]
impl Door {
    #[subscribe_mapping("/count")]
    async fn count(&self) -> String {
        self.users.user_count().to_string()
    }

    #[event_listener]
    async fn gone(&self, _ended: &SessionDisconnectEvent, users: SimpUserRegistry) -> Result<(), SendError> {
        let stays = users.user("ann").is_some();
        self.template.convert_and_send("/topic/stays", &stays)
    }
}

#[subscribe_mapping("/here/<name>")]
async fn here(name: String, users: SimpUserRegistry) -> &'static str {
    if users.user(&name).is_some() {
        "here"
    } else {
        "away"
    }
}

async fn named(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    Ok(login.login().map(Principal::new))
}

#[tokio::test]
async fn components_handlers_and_listeners_take_the_registry_as_it_is() {
    let server = TestServer::start(app(module_path!()).authenticator(named)).await;
    let mut ann = server.connect_as("ann").await;
    let bob = server.connect_as("bob").await;
    ann.subscribe("stays", "/topic/stays").await;
    for (destination, answer) in [
        ("/app/door/count", "2"),
        ("/app/here/bob", "here"),
        ("/app/here/eve", "away"),
    ] {
        ann.say_subscribe(destination, destination, destination).await;
        ann.expect_message(answer).await;
        ann.expect_receipt(destination).await;
    }
    drop(bob);
    ann.expect_message("true").await;
}

#[subscribe_mapping("/first/<room>")]
async fn first(room: String, session: Session, users: SimpUserRegistry) -> String {
    // It is listed while its handler runs.
    let found = users.find_subscriptions(|one| one.destination().contains("/first/"));
    assert_eq!(found[0].session().id(), session.id());
    room
}

#[event_listener]
async fn subscribed(event: &SessionSubscribeEvent, users: SimpUserRegistry, template: SimpMessagingTemplate) {
    let known = users.find_subscriptions(|one| {
        one.id() == event.subscription()
            && one.session().id() == event.session().id()
            && one.destination() == event.destination()
    });
    let _ = template.convert_and_send("/topic/told/now", &known.len());
}

/// What a user is subscribed to, in the order of the texts.
fn subscriptions(server: &TestServer, user: &str) -> Vec<String> {
    let user = server.handle().users().user(user).expect("connected");
    let all = user.sessions().into_iter().flat_map(|one| one.subscriptions());
    let mut all: Vec<_> = all
        .map(|one| format!("{} {}", one.id(), one.destination()))
        .collect();
    all.sort();
    all
}

async fn named_server() -> TestServer {
    TestServer::start(app(module_path!()).authenticator(named)).await
}

/// Rows: USER-24
#[tokio::test]
async fn users_have_the_sessions_that_are_open() {
    let server = named_server().await;
    let users = server.handle().users();
    let one = server.connect_as("ann").await;
    let two = server.connect_as("ann").await;
    let bob = server.connect_as("bob").await;
    let ann = users.user("ann").expect("connected");
    assert_eq!((users.user_count(), users.users().len()), (2, 2));
    assert_eq!(ann.principal().name(), "ann");
    let sessions = ann.sessions();
    assert_eq!(sessions.len(), 2);
    for session in &sessions {
        assert_eq!(ann.session(session.id()).as_ref(), Some(session));
        assert_eq!(*session.user(), ann);
        assert_eq!(session.session().id(), session.id());
    }
    let bobs = users.user("bob").expect("connected").sessions();
    assert_eq!(ann.session(bobs[0].id()), None, "somebody else's");
    assert_eq!(ann.session(SessionId::from_bits(7)), None);
    one.disconnect().await;
    server
        .until("one to go", |handle| handle.connections() == 2)
        .await;
    assert_eq!(ann.sessions().len(), 1, "what is kept can be asked again");
    two.break_off();
    server
        .until("ann to go", |handle| handle.users().user_count() == 1)
        .await;
    assert!(!ann.has_sessions() && ann.sessions().is_empty());
    assert_eq!(users.user("ann"), None);
    bob.disconnect().await;
}

/// Rows: USER-25
#[tokio::test]
async fn sessions_have_the_subscriptions_that_are_live_as_the_client_wrote_them() {
    let server = named_server().await;
    let (mut desk, mut phone) = (server.connect_as("ann").await, server.connect_as("ann").await);
    desk.subscribe("0", "/user/queue/inbox").await;
    desk.subscribe("1", "/topic/*").await;
    phone.say_subscribe("0", "/app/first/7", "r").await;
    phone.expect_message("7").await;
    phone.expect_receipt("r").await;
    let all = ["0 /app/first/7", "0 /user/queue/inbox", "1 /topic/*"];
    assert_eq!(subscriptions(&server, "ann"), all);
    desk.unsubscribe("1").await;
    assert_eq!(subscriptions(&server, "ann"), all[..2]);
    desk.subscribe("a longer id than is kept in place", "/topic/x")
        .await;
    desk.unsubscribe("0").await;
    phone.unsubscribe("0").await;
    let left = ["a longer id than is kept in place /topic/x"];
    assert_eq!(subscriptions(&server, "ann"), left);
    let kept = server.handle().users().user("ann").expect("connected").sessions();
    desk.disconnect().await;
    server.until("it to go", |handle| handle.connections() == 1).await;
    assert_eq!(subscriptions(&server, "ann"), [""; 0]);
    assert!(kept[0].subscriptions().is_empty(), "it has ended");
}

/// Rows: USER-25
#[tokio::test]
async fn a_refused_subscription_is_not_in_the_registry() {
    let silent = |_: &RefusedFrame, _: ErrorFrame| None;
    let builder = app(module_path!()).authenticator(named).error_handler(silent);
    let server = TestServer::start(builder).await;
    let mut ann = server.connect_as("ann").await;
    ann.say_subscribe("s", "/nowhere", "refused").await;
    ann.expect_nothing().await;
    assert_eq!(subscriptions(&server, "ann"), [""; 0]);
    ann.subscribe("s", "/topic/x").await;
    assert_eq!(subscriptions(&server, "ann"), ["s /topic/x"]);
}

/// What nobody serves is a subscription like any other where the application wants no errors for it, as in Spring.
///
/// Rows: USER-25
#[tokio::test]
async fn a_subscription_that_nobody_serves_is_in_the_registry_if_nobody_minds() {
    let builder = app(module_path!()).authenticator(named).ignore_unmapped();
    let server = TestServer::start(builder).await;
    let mut ann = server.connect_as("ann").await;
    ann.subscribe("s", "/nowhere").await;
    assert_eq!(subscriptions(&server, "ann"), ["s /nowhere"]);
    ann.unsubscribe("s").await;
    assert_eq!(subscriptions(&server, "ann"), [""; 0]);
}

/// Rows: USER-25, USER-26
#[tokio::test]
async fn subscriptions_of_all_users_can_be_searched() {
    let server = named_server().await;
    let mut peers: Vec<Peer> = Vec::new();
    for (login, id) in [("ann", "a1"), ("bob", "b1"), ("ann", "a2"), ("", "c1")] {
        let mut peer = match login {
            "" => server.connect().await,
            login => server.connect_as(login).await,
        };
        peer.subscribe(id, "/topic/find").await;
        peers.push(peer);
    }
    let users = server.handle().users();
    let found = users.find_subscriptions(|one| one.destination() == "/topic/find");
    let mut names: Vec<_> = found
        .iter()
        .map(|one| format!("{} {}", one.session().user().name(), one.id()))
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["ann a1", "ann a2", "bob b1"],
        "the anonymous one is not listed"
    );
    assert!(users.find_subscriptions(|_| false).is_empty());
    // Found twice they are the same ones.
    let again = users.find_subscriptions(|_| true);
    assert!(again.len() == found.len() && again.iter().all(|one| found.contains(one)));
    assert_ne!(found[0], found[1]);
}

/// Rows: USER-28
#[tokio::test]
async fn a_listener_finds_the_subscription_that_it_is_told_of() {
    let server = named_server().await;
    let mut ann = server.connect_as("ann").await;
    ann.subscribe("told", "/topic/told/now").await;
    ann.expect_message("1").await;
    ann.subscribe("own", "/user/queue/own").await;
    ann.expect_message("1").await;
}

#[tokio::test]
async fn a_subscription_without_an_id_is_known_by_its_destination() {
    let server = named_server().await;
    let mut old = server.open().await;
    old.text("CONNECT\naccept-version:1.0\nlogin:old\n\n\0").await;
    old.expect("CONNECTED").await;
    old.text("SUBSCRIBE\ndestination:/topic/x\nreceipt:r\n\n\0").await;
    old.expect_receipt("r").await;
    assert_eq!(subscriptions(&server, "old"), ["/topic/x /topic/x"]);
    old.text("UNSUBSCRIBE\ndestination:/topic/x\nreceipt:r\n\n\0")
        .await;
    old.expect_receipt("r").await;
    assert_eq!(subscriptions(&server, "old"), [""; 0]);
}

/// What was refused or dropped was never subscribed.
#[tokio::test]
async fn a_subscription_that_an_interceptor_drops_is_not_listed() {
    use stomp_server::{BoxError, InboundFrame};
    async fn not_there(frame: InboundFrame) -> Result<Option<InboundFrame>, BoxError> {
        Ok(Some(frame).filter(|frame| &*frame.message.destination != "/topic/dropped"))
    }
    let builder = app(module_path!())
        .authenticator(named)
        .inbound_interceptor(not_there);
    let server = TestServer::start(builder).await;
    let mut ann = server.connect_as("ann").await;
    ann.subscribe("a", "/topic/dropped").await;
    ann.subscribe("b", "/topic/kept").await;
    assert_eq!(subscriptions(&server, "ann"), ["b /topic/kept"]);
    ann.subscribe("a", "/topic/again").await;
    assert_eq!(subscriptions(&server, "ann"), ["a /topic/again", "b /topic/kept"]);
}
