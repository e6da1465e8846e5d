//! The three channels that messages cross, and the interceptors that may stand in each.
//!
//! | channel | carries | interceptor |
//! |---|---|---|
//! | inbound | every frame of every client | [`InboundInterceptor`], may wait |
//! | broker | everything that is published | [`BrokerInterceptor`] |
//! | outbound | each message to each subscriber | [`OutboundInterceptor`] |
//!
//! A channel without interceptors costs nothing.

mod broker;
mod inbound;
mod outbound;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) use self::{broker::BrokerChannel, inbound::InboundChannel, outbound::OutboundChannel};
pub use self::{
    broker::BrokerInterceptor,
    inbound::{InboundFrame, InboundInterceptor, InboundKind, Verdict},
    outbound::{OutboundInterceptor, OutboundMessage},
};

/// What an interceptor makes of a message. One that panics holds that message back, and nothing else: the message was
/// moved into the call, so nothing half-changed is left.
fn caught<M>(channel: &str, intercept: impl FnOnce() -> Option<M>) -> Option<M> {
    catch_unwind(AssertUnwindSafe(intercept)).unwrap_or_else(|_| {
        tracing::error!(channel, "an interceptor panicked; the message was held back");
        None
    })
}
