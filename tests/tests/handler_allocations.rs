//! What a call costs: one allocation, the future's box.

use std::{
    sync::Arc,
    task::{Context as TaskContext, Poll, Waker},
};

use stomp_server::{
    Component, Context, Controller, Message, MessageContext, Session, SessionId, State, controller,
    message_mapping,
};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

struct Clock;

#[derive(Component)]
struct Calls;

#[controller("/calls")]
impl Calls {
    #[message_mapping("/empty")]
    async fn empty(&self) {}

    #[message_mapping("/sync")]
    fn sync(&self) {}

    #[message_mapping("/waits")]
    async fn waits(&self, _clock: State<Clock>, session: Session) {
        std::future::ready(session.id()).await;
    }
}

/// One test in its own program: the counters are those of the whole process.
#[test]
fn a_call_allocates_its_future_and_nothing_else() {
    let mut context = Context::default();
    context.insert(Arc::new(Clock));
    let session = Session::detached(SessionId::from_bits(1), None);
    let cx = MessageContext::detached(Message::new("/calls", ""), session, context);
    let controller = Arc::new(Calls);
    let _profiler = dhat::Profiler::builder().testing().build();
    for route in Calls::ROUTES {
        let before = dhat::HeapStats::get().total_blocks;
        let mut call = (route.call)(Arc::clone(&controller), cx.clone());
        let polled = call.as_mut().poll(&mut TaskContext::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Ready(Ok(_))));
        drop(call);
        let allocated = dhat::HeapStats::get().total_blocks - before;
        assert_eq!(allocated, 1, "{}", route.meta.name);
    }
}
