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

pub(crate) use self::{broker::BrokerChannel, inbound::InboundChannel, outbound::OutboundChannel};
pub use self::{
    broker::BrokerInterceptor,
    inbound::{InboundFrame, InboundInterceptor, InboundKind, Verdict},
    outbound::{OutboundInterceptor, OutboundMessage},
};
