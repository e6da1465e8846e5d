//! Controllers of all kinds.
#![deny(warnings)]
#![forbid(unsafe_code)]
use std::sync::Arc;

use futures_core::Stream;
use stomp_server::{
    Component, HandlerError, SessionConnectedEvent, SimpMessagingTemplate, State, controller, event_listener,
    message_exception_handler, message_mapping, register_controller, send_to_user, subscribe_mapping,
};

trait Store: Send + Sync + 'static {
    fn get(&self) -> u32;
}
struct Memory;
impl Store for Memory {
    fn get(&self) -> u32 {
        7
    }
}

#[derive(Component)]
struct Generic<S: Store> {
    store: Arc<S>,
}

#[controller("/generic")]
impl<S: Store> Generic<S> {
    #[message_mapping("/get")]
    async fn get(&self, _s: State<S>) -> u32 {
        self.store.get()
    }
}
register_controller!(Generic<Memory>);

fn started(_: &stomp_server::Context) -> u8 {
    1
}

#[derive(Component)]
struct Fields {
    template: SimpMessagingTemplate,
    state: State<Memory>,
    dynamic: Arc<dyn Store>,
    #[component(default)]
    count: std::sync::atomic::AtomicU32,
    #[component(with = started)]
    started: u8,
}

#[controller("/fields")]
impl Fields {
    #[subscribe_mapping("/numbers")]
    fn borrows(&self) -> impl Stream<Item = u32> {
        futures_util::stream::iter(0..self.store())
    }

    fn store(&self) -> u32 {
        let _ = (&self.template, &self.state, &self.count, self.started);
        self.dynamic.get()
    }

    #[message_exception_handler]
    #[send_to_user("/queue/errors", broadcast = false)]
    async fn failed(&self, error: &std::fmt::Error) -> String {
        error.to_string()
    }

    #[message_exception_handler]
    fn anything(&self, error: &HandlerError) {
        let _ = error;
    }

    #[event_listener]
    async fn connected(&self, event: &SessionConnectedEvent, _memory: State<Memory>) {
        let _ = event.session().id();
    }
}

mod tuple {
    use super::*;

    #[derive(Component)]
    pub struct Tuple(Arc<Memory>);

    #[controller("/tuple", manual)]
    impl Tuple {
        #[message_mapping]
        async fn here(&self) {
            let _ = self.0.get();
        }
    }
}

#[message_exception_handler]
async fn everywhere(error: &std::io::Error) -> String {
    error.to_string()
}

#[event_listener]
fn quiet(_event: &SessionConnectedEvent) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {
    let _ = (everywhere::ROUTES, quiet::ROUTES);
}
