//! Stops, refuses, changes and replaces messages on one channel, by their destination.

use stomp_server::{
    BoxError, BrokerInterceptor, Headers, InboundFrame, InboundInterceptor, InboundKind, Message,
    OutboundInterceptor, OutboundMessage, Verdict, bytes::Bytes,
};

/// Acts on `/topic/gate/{channel}/{what}`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gate(pub(crate) &'static str);

/// `MessagingException`
#[derive(Debug, thiserror::Error)]
#[error("refused: {0}")]
pub(crate) struct Refused(String);

/// `IllegalStateException`
#[derive(Debug, thiserror::Error)]
#[error("broken")]
pub(crate) struct Broken;

impl Gate {
    /// Whether the message passes, perhaps changed.
    fn passes(self, destination: &str, headers: &mut Headers, body: &mut Bytes) -> Result<bool, BoxError> {
        let prefix = format!("/topic/gate/{}/", self.0);
        if !destination.starts_with(&prefix) {
            return Ok(true);
        }
        match destination.rsplit('/').next() {
            Some("stop") => return Ok(false),
            Some("refuse") => return Err(Refused(destination.to_owned()).into()),
            Some("break") => return Err(Broken.into()),
            Some("stamp") => headers.set("x-stamp", self.0),
            Some("replace") => *body = Bytes::from_static(b"replaced"),
            _ => {}
        }
        Ok(true)
    }

    fn inbound(self, mut frame: InboundFrame) -> Result<Option<InboundFrame>, BoxError> {
        // Spring's UNSUBSCRIBE has no destination.
        if frame.kind == InboundKind::Unsubscribe {
            return Ok(Some(frame));
        }
        let message = &mut frame.message;
        let passes = self.passes(&message.destination, &mut message.headers, &mut message.body)?;
        Ok(passes.then_some(frame))
    }
}

impl InboundInterceptor for Gate {
    fn pre_send(&self, frame: InboundFrame) -> Verdict<'_> {
        Box::pin(async { self.inbound(frame) })
    }
}

impl BrokerInterceptor for Gate {
    fn pre_send(&self, mut message: Message) -> Result<Option<Message>, BoxError> {
        let passes = self.passes(&message.destination, &mut message.headers, &mut message.body)?;
        Ok(passes.then_some(message))
    }
}

impl OutboundInterceptor for Gate {
    fn pre_send(&self, mut message: OutboundMessage) -> Result<Option<OutboundMessage>, BoxError> {
        let passes = self.passes(&message.destination, &mut message.headers, &mut message.body)?;
        Ok(passes.then_some(message))
    }
}
