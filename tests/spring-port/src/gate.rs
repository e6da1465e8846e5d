//! Stops, refuses, changes and replaces messages on one channel, by their destination.

use stomp_server::{
    BoxError, BrokerInterceptor, Headers, InboundFrame, InboundInterceptor, Message, OutboundInterceptor,
    OutboundMessage, Verdict, bytes::Bytes,
};

/// Acts on `/topic/gate/{channel}/{what}`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gate(pub(crate) &'static str);

enum Act {
    Pass,
    Stop,
    Refuse,
    Break,
    Stamp,
    Replace,
}

impl Gate {
    fn act(self, destination: &str) -> Act {
        let prefix = format!("/topic/gate/{}/", self.0);
        if !destination.starts_with(&prefix) {
            return Act::Pass;
        }
        match destination.rsplit('/').next() {
            Some("stop") => Act::Stop,
            Some("refuse") => Act::Refuse,
            Some("break") => Act::Break,
            Some("stamp") => Act::Stamp,
            Some("replace") => Act::Replace,
            _ => Act::Pass,
        }
    }

    fn stamp(self, headers: &mut Headers) {
        let _ = headers.set("x-stamp", self.0);
    }

    fn inbound(self, mut frame: InboundFrame) -> Result<Option<InboundFrame>, BoxError> {
        match self.act(&frame.message.destination) {
            Act::Pass => {}
            Act::Stop => return Ok(None),
            Act::Refuse => return Err(format!("refused: {}", frame.message.destination).into()),
            Act::Break => return Err("broken".into()),
            Act::Stamp => self.stamp(&mut frame.message.headers),
            Act::Replace => frame.message.body = Bytes::from_static(b"replaced"),
        }
        Ok(Some(frame))
    }
}

impl InboundInterceptor for Gate {
    fn pre_send(&self, frame: InboundFrame) -> Verdict<'_> {
        Box::pin(async { self.inbound(frame) })
    }
}

impl BrokerInterceptor for Gate {
    fn pre_send(&self, mut message: Message) -> Option<Message> {
        match self.act(&message.destination) {
            Act::Pass => {}
            Act::Stop | Act::Refuse | Act::Break => return None,
            Act::Stamp => self.stamp(&mut message.headers),
            Act::Replace => message.body = Bytes::from_static(b"replaced"),
        }
        Some(message)
    }
}

impl OutboundInterceptor for Gate {
    fn pre_send(&self, mut message: OutboundMessage) -> Option<OutboundMessage> {
        match self.act(&message.destination) {
            Act::Pass => {}
            Act::Stop | Act::Refuse | Act::Break => return None,
            Act::Stamp => self.stamp(&mut message.headers),
            Act::Replace => message.body = Bytes::from_static(b"replaced"),
        }
        Some(message)
    }
}
