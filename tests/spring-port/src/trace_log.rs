//! The interceptor calls for one destination, read and cleared with `GET /http/trace?destination=…`.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use stomp_server::{
    BoxError, BrokerInterceptor, InboundFrame, InboundInterceptor, Message, OutboundInterceptor,
    OutboundMessage, Verdict,
};

/// What the interceptors were asked. Cheap to clone: all clones hold one list.
#[derive(Debug, Clone, Default)]
pub(crate) struct TraceLog(Arc<Mutex<Vec<Call>>>);

#[derive(Debug)]
struct Call {
    destination: String,
    channel: &'static str,
    what: &'static str,
}

impl TraceLog {
    /// An interceptor that notes its calls under a name.
    #[must_use]
    pub(crate) fn interceptor(&self, name: &'static str) -> Tracer {
        Tracer {
            log: self.clone(),
            name,
        }
    }

    /// Takes the calls for `destination`, in order for each channel.
    #[must_use]
    pub(crate) fn take(&self, destination: &str) -> BTreeMap<String, Vec<String>> {
        let mut seen = self.seen();
        let mut answer = BTreeMap::from([("handled".to_owned(), Vec::new())]);
        for call in seen.extract_if(.., |call| call.destination == destination) {
            let channel = call.channel.split('-').next().unwrap_or_default().to_owned();
            answer
                .entry(channel)
                .or_default()
                .push(format!("{} {}", call.channel, call.what));
        }
        answer
    }

    fn note(&self, destination: &str, channel: &'static str, what: &'static str) {
        if destination.contains("traced") {
            self.seen().push(Call {
                destination: destination.to_owned(),
                channel,
                what,
            });
        }
    }

    fn seen(&self) -> MutexGuard<'_, Vec<Call>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One interceptor of a channel.
#[derive(Debug, Clone)]
pub(crate) struct Tracer {
    log: TraceLog,
    name: &'static str,
}

impl Tracer {
    fn inbound(&self, frame: InboundFrame) -> Result<Option<InboundFrame>, BoxError> {
        self.log.note(&frame.message.destination, self.name, "preSend");
        let stop = self.name == "inbound-2" && &*frame.message.destination == "/topic/traced/stop";
        Ok((!stop).then_some(frame))
    }
}

impl InboundInterceptor for Tracer {
    fn pre_send(&self, frame: InboundFrame) -> Verdict<'_> {
        Box::pin(async { self.inbound(frame) })
    }
}

impl BrokerInterceptor for Tracer {
    fn pre_send(&self, message: Message) -> Option<Message> {
        self.log.note(&message.destination, self.name, "preSend");
        Some(message)
    }
}

impl OutboundInterceptor for Tracer {
    fn pre_send(&self, message: OutboundMessage) -> Option<OutboundMessage> {
        self.log.note(&message.destination, self.name, "preSend");
        Some(message)
    }
}
