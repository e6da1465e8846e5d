//! The interceptor calls for one destination, read and cleared with `GET /http/trace?destination=…`.

use std::{
    collections::BTreeMap,
    error::Error,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use stomp_server::{
    BoxError, BrokerInterceptor, HandledBy, InboundFrame, InboundInterceptor, InboundKind, Message,
    OutboundInterceptor, OutboundMessage, Verdict,
};

/// What the interceptors were asked. Cheap to clone: all clones hold one list.
#[derive(Debug, Clone, Default)]
pub(crate) struct TraceLog(Arc<Mutex<Vec<Call>>>);

#[derive(Debug)]
struct Call {
    destination: String,
    send: bool,
    what: String,
}

impl TraceLog {
    /// An interceptor that notes its calls under a name.
    pub(crate) fn interceptor(&self, name: &'static str) -> Tracer {
        Tracer {
            log: self.clone(),
            name,
        }
    }

    /// Takes the calls for `destination`: those around sending in order for each channel, and those around handling,
    /// sorted, since Spring's handlers run side by side.
    pub(crate) fn take(&self, destination: &str) -> BTreeMap<String, Vec<String>> {
        let mut seen = self.seen();
        let mut handled = Vec::new();
        let mut answer = BTreeMap::<_, Vec<_>>::new();
        for call in seen.extract_if(.., |call| call.destination == destination) {
            if call.send {
                let channel = call.what.split(['-', ' ']).next().unwrap_or_default().to_owned();
                answer.entry(channel).or_default().push(call.what);
            } else {
                handled.push(call.what);
            }
        }
        handled.sort();
        answer.insert("handled".to_owned(), handled);
        answer
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
    fn note(&self, destination: &str, send: bool, what: &str) {
        if destination.contains("traced") {
            self.log.seen().push(Call {
                destination: destination.to_owned(),
                send,
                what: format!("{} {what}", self.name),
            });
        }
    }

    fn sent(&self, destination: &str, sent: bool) {
        self.note(destination, true, &format!("postSend {sent}"));
    }

    fn completed(&self, destination: &str, sent: bool, failure: Option<&(dyn Error + 'static)>) {
        let what = format!("afterSendCompletion {sent}{}", failed(failure));
        self.note(destination, true, &what);
    }

    fn handling(&self, destination: &str, by: HandledBy) {
        self.note(destination, false, &format!("beforeHandle {}", kind(by)));
    }

    fn handled(&self, destination: &str, by: HandledBy, failure: Option<&(dyn Error + 'static)>) {
        let what = format!("afterMessageHandled {}{}", kind(by), failed(failure));
        self.note(destination, false, &what);
    }

    /// Where a frame is for; Spring's UNSUBSCRIBE does not say.
    fn destination(frame: &InboundFrame) -> &str {
        match frame.kind {
            InboundKind::Unsubscribe => "",
            _ => &frame.message.destination,
        }
    }

    fn inbound(&self, frame: InboundFrame) -> Result<Option<InboundFrame>, BoxError> {
        let destination = Self::destination(&frame);
        self.note(destination, true, "preSend");
        let stop = self.name == "inbound-2" && destination == "/topic/traced/stop";
        Ok((!stop).then_some(frame))
    }
}

fn failed(failure: Option<&(dyn Error + 'static)>) -> &'static str {
    failure.map_or("", |_| " failed")
}

fn kind(by: HandledBy) -> &'static str {
    match by {
        HandledBy::Handlers => "methods",
        HandledBy::Users => "users",
        HandledBy::Broker => "broker",
        _ => "sockets",
    }
}

impl InboundInterceptor for Tracer {
    fn pre_send(&self, frame: InboundFrame) -> Verdict<'_> {
        Box::pin(async { self.inbound(frame) })
    }

    fn post_send(&self, frame: &InboundFrame, sent: bool) {
        self.sent(Self::destination(frame), sent);
    }

    fn after_send_completion(
        &self,
        frame: &InboundFrame,
        sent: bool,
        failure: Option<&(dyn Error + 'static)>,
    ) {
        self.completed(Self::destination(frame), sent, failure);
    }

    fn before_handle(&self, frame: InboundFrame, by: HandledBy) -> Result<Option<InboundFrame>, BoxError> {
        self.handling(Self::destination(&frame), by);
        Ok(Some(frame))
    }

    fn after_message_handled(
        &self,
        frame: &InboundFrame,
        by: HandledBy,
        failure: Option<&(dyn Error + 'static)>,
    ) {
        self.handled(Self::destination(frame), by, failure);
    }
}

impl BrokerInterceptor for Tracer {
    fn pre_send(&self, message: Message) -> Result<Option<Message>, BoxError> {
        self.note(&message.destination, true, "preSend");
        Ok(Some(message))
    }

    fn post_send(&self, message: &Message, sent: bool) {
        self.sent(&message.destination, sent);
    }

    fn after_send_completion(&self, message: &Message, sent: bool, failure: Option<&(dyn Error + 'static)>) {
        self.completed(&message.destination, sent, failure);
    }

    fn before_handle(&self, message: Message, by: HandledBy) -> Result<Option<Message>, BoxError> {
        self.handling(&message.destination, by);
        Ok(Some(message))
    }

    fn after_message_handled(
        &self,
        message: &Message,
        by: HandledBy,
        failure: Option<&(dyn Error + 'static)>,
    ) {
        self.handled(&message.destination, by, failure);
    }
}

impl OutboundInterceptor for Tracer {
    fn pre_send(&self, message: OutboundMessage) -> Result<Option<OutboundMessage>, BoxError> {
        self.note(&message.destination, true, "preSend");
        Ok(Some(message))
    }

    fn post_send(&self, message: &OutboundMessage, sent: bool) {
        self.sent(&message.destination, sent);
    }

    fn after_send_completion(
        &self,
        message: &OutboundMessage,
        sent: bool,
        failure: Option<&(dyn Error + 'static)>,
    ) {
        self.completed(&message.destination, sent, failure);
    }

    fn before_handle(
        &self,
        message: OutboundMessage,
        by: HandledBy,
    ) -> Result<Option<OutboundMessage>, BoxError> {
        self.handling(&message.destination, by);
        Ok(Some(message))
    }

    fn after_message_handled(
        &self,
        message: &OutboundMessage,
        by: HandledBy,
        failure: Option<&(dyn Error + 'static)>,
    ) {
        self.handled(&message.destination, by, failure);
    }
}
