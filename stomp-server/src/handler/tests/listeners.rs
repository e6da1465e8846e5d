//! Who is told of events.

use std::{
    any::TypeId,
    sync::{Arc, Mutex},
};

use super::Bench;
use crate::{
    ApplicationEvent, Component, Context, Session, SessionConnectedEvent, SessionId, State, controller,
    event_listener,
};

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Heard {
    fn push(&self, text: impl Into<String>) {
        self.0.lock().unwrap().push(text.into());
    }
}

struct Started(u8);

impl ApplicationEvent for Started {}

#[derive(Component)]
struct Listening {
    heard: Arc<Heard>,
}

#[controller]
impl Listening {
    #[event_listener]
    async fn connected(&self, event: &SessionConnectedEvent) {
        tokio::task::yield_now().await;
        self.heard.push(event.session().id().to_string());
    }

    #[event_listener]
    fn started(&self, event: &Started) -> Result<(), String> {
        if event.0 == 0 {
            Err("zero".to_owned())
        } else {
            Ok(())
        }
    }
}

#[event_listener]
fn also_started(event: &Started, heard: State<Heard>) {
    assert!(event.0 < 9, "too many");
    heard.push(event.0.to_string());
}

async fn tell<E: ApplicationEvent>(event: E) -> (Vec<String>, Vec<String>) {
    let heard = Arc::new(Heard::default());
    let mut context = Context::default();
    context.insert(Arc::clone(&heard));
    let bench = Bench::with(module_path!(), context);
    let event: super::Event = Arc::new(event);
    let mut errors = Vec::new();
    for listener in bench.handlers.listeners(TypeId::of::<E>()) {
        errors.extend(
            listener
                .call(Arc::clone(&event))
                .await
                .err()
                .map(|error| error.to_string()),
        );
    }
    let heard = heard.0.lock().unwrap().clone();
    (heard, errors)
}

#[tokio::test]
async fn listeners_hear_the_events_of_their_type() {
    let session = Session::detached(SessionId::from_bits(3), None);
    let id = session.id().to_string();
    assert_eq!(
        tell(SessionConnectedEvent::new(session)).await,
        (vec![id], vec![])
    );
    assert_eq!(tell(Started(1)).await, (vec!["1".to_owned()], vec![]));
}

#[tokio::test]
async fn a_failing_listener_does_not_keep_others_from_hearing() {
    assert_eq!(
        tell(Started(0)).await,
        (vec!["0".to_owned()], vec!["zero".to_owned()])
    );
    assert_eq!(
        tell(Started(9)).await,
        (vec![], vec!["the handler panicked: too many".to_owned()])
    );
}

#[test]
fn what_a_listener_needs_must_be_there() {
    let problems = Bench::try_with(module_path!(), Context::default()).err().unwrap();
    assert_eq!(problems.len(), 1);
    let text = problems[0].to_string();
    assert!(
        text.contains("`Listening`") && text.contains("`also_started`"),
        "{text}"
    );
}
