//! Events of the broker and of the application, and what is told when a session's own state ends.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use stomp_server::{
    ApplicationEvent, ApplicationEventPublisher, BoxError, BrokerAvailabilityEvent, prelude::*,
};
use stomp_tests::server::{TestServer, app, eventually};

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    fn note(&self, what: impl Into<String>) {
        self.0.lock().expect("nobody panics").push(what.into());
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().expect("nobody panics").clone()
    }
}

async fn server() -> (TestServer, Heard) {
    let heard = Heard::default();
    let builder = app(module_path!()).manage(heard.clone()).manage(Kept::default());
    let server = TestServer::start(builder).await;
    eventually("the server to be there", || !heard.all().is_empty()).await;
    (server, heard)
}

#[event_listener]
async fn available(event: &BrokerAvailabilityEvent, heard: State<Heard>, template: SimpMessagingTemplate) {
    heard.note(format!("available {}", event.available));
    // It takes messages already, and still does.
    let sent = template.convert_and_send_confirmed("/topic/broker", "told").await;
    heard.note(format!("sent {}", sent.is_ok()));
}

struct Opened(u32);

impl ApplicationEvent for Opened {}

#[event_listener]
async fn first(opened: &Opened) -> Result<(), BoxError> {
    match opened.0 {
        0 => panic!("on purpose"),
        1 => Err("on purpose".into()),
        _ => Ok(()),
    }
}

#[event_listener]
async fn second(opened: &Opened, heard: State<Heard>) {
    tokio::task::yield_now().await;
    heard.note(format!("opened {}", opened.0));
}

#[message_mapping("/open/<from>")]
async fn open(from: u32, events: ApplicationEventPublisher) -> &'static str {
    events.publish_event(Opened(from)).await;
    events.publish_event(Opened(from + 1)).await;
    "opened"
}

#[derive(Component)]
struct Doors {
    events: ApplicationEventPublisher,
}

#[controller("/doors")]
impl Doors {
    #[message_mapping("/open")]
    async fn open(&self) -> &'static str {
        self.events.publish_event(Opened(7)).await;
        "opened"
    }
}

/// One per session.
struct VisitCounter {
    heard: Heard,
    visits: AtomicU32,
}

impl Drop for VisitCounter {
    fn drop(&mut self) {
        self.heard
            .note(format!("gone after {} visits", self.visits.get_mut()));
    }
}

#[message_mapping("/visits")]
async fn visits(session: Session, heard: State<Heard>) -> u32 {
    let counter = session.get_or_insert_with(|| {
        Arc::new(VisitCounter {
            heard: heard.0.as_ref().clone(),
            visits: AtomicU32::new(0),
        })
    });
    counter.visits.fetch_add(1, Ordering::Relaxed) + 1
}

/// Panics when it is dropped.
struct Fragile;

impl Drop for Fragile {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

#[message_mapping("/fragile")]
async fn fragile(session: Session) {
    session.set_attribute("fragile", Arc::new(Fragile));
}

#[message_mapping("/forget")]
async fn forget(session: Session) {
    session.remove::<Arc<VisitCounter>>();
}

#[event_listener]
async fn ended(event: &SessionDisconnectEvent, heard: State<Heard>) {
    heard.note(format!("disconnect {}", event.close_status()));
    heard.note(format!("{:?}", event.session().attribute_names()));
}

/// Rows: EVT-04, EVT-06
#[tokio::test]
async fn the_broker_tells_when_it_begins_and_when_it_is_about_to_stop() {
    let (server, heard) = server().await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/broker").await;
    assert_eq!(heard.all(), ["available true", "sent true"]);
    server.handle().shutdown();
    // The last message is still delivered.
    peer.expect_message("told").await;
    peer.expect_close(1012).await;
    eventually("the end to be told", || heard.all().len() >= 4).await;
    assert_eq!(heard.all()[2..4], ["available false", "sent true"]);
}

#[tokio::test]
async fn the_applications_own_events_are_heard_in_order_whatever_other_listeners_do() {
    let (server, heard) = server().await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/**").await;
    peer.send("/app/open/0", "").await;
    peer.expect_message("opened").await;
    peer.send("/app/doors/open", "").await;
    peer.expect_message("opened").await;
    server.handle().event_publisher().publish_event(Opened(9)).await;
    assert_eq!(heard.all()[2..], ["opened 0", "opened 1", "opened 7", "opened 9"]);
}

#[tokio::test]
async fn a_publisher_outlives_its_server() {
    let (server, heard) = server().await;
    let publisher = server.handle().event_publisher();
    server.stop().await;
    publisher.publish_event(Opened(3)).await;
    ApplicationEventPublisher::detached()
        .publish_event(Opened(4))
        .await;
    assert!(!heard.all().contains(&"opened 4".to_owned()), "{:?}", heard.all());
}

/// Rows: EVT-08, EVT-09, EVT-11
#[tokio::test]
async fn a_sessions_own_state_is_made_once_and_dropped_after_its_end_was_told() {
    let (server, heard) = server().await;
    let (mut peer, mut other) = (server.connect().await, server.connect().await);
    peer.subscribe("s", "/topic/visits").await;
    for visits in ["1", "2"] {
        peer.send("/app/visits", "").await;
        peer.expect_message(visits).await;
    }
    // Another session has its own.
    other.send_done("/app/visits", "").await;
    peer.expect_message("1").await;
    other.send_done("/app/fragile", "").await;
    peer.close(1000).await;
    peer.expect_close(1000).await;
    eventually("the end to be told", || heard.all().len() >= 5).await;
    assert_eq!(heard.all()[2..], ["disconnect 1000", "[]", "gone after 2 visits"]);
    // What panics when it is dropped keeps nothing else.
    other.disconnect().await;
    eventually("the end to be told", || heard.all().len() >= 8).await;
    let expected = ["disconnect 1000", "[\"fragile\"]", "gone after 1 visits"];
    assert_eq!(heard.all()[5..], expected);
}

/// Rows: EVT-09
#[tokio::test]
async fn a_sessions_own_state_can_be_taken_away_and_made_anew() {
    let (server, heard) = server().await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/visits").await;
    for _ in 0..2 {
        peer.send("/app/visits", "").await;
        peer.expect_message("1").await;
        peer.send_done("/app/forget", "").await;
    }
    assert_eq!(heard.all()[2..], ["gone after 1 visits", "gone after 1 visits"]);
}

/// Keeps a session beyond its end.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Option<Session>>>);

#[message_mapping("/keep")]
async fn keep(session: Session, kept: State<Kept>) {
    *kept.0.0.lock().expect("nobody panics") = Some(session);
}

/// Rows: EVT-08
#[tokio::test]
async fn what_is_kept_after_the_end_is_dropped_at_once() {
    let (heard, kept) = (Heard::default(), Kept::default());
    let builder = app(module_path!()).manage(heard.clone()).manage(kept.clone());
    let server = TestServer::start(builder).await;
    let mut peer = server.connect().await;
    peer.send_done("/app/keep", "").await;
    peer.disconnect().await;
    server.stop().await;
    let session = kept.0.lock().expect("nobody panics").take().expect("it was kept");
    session.set_attribute("late", 1_u8);
    session.insert(2_u8);
    assert_eq!(
        (session.attribute::<u8>("late"), session.get::<u8>()),
        (None, None)
    );
    assert_eq!(
        session.get_or_insert_with(|| 3_u8),
        3,
        "it is given, and not kept"
    );
    assert_eq!(session.get::<u8>(), None);
}
