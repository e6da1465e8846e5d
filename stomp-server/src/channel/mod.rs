//! The three channels that messages cross, and the interceptors that may stand in each.
//!
//! | channel | carries | interceptor |
//! |---|---|---|
//! | inbound | every frame of every client | [`InboundInterceptor`], may wait |
//! | broker | what the application publishes | [`BrokerInterceptor`] |
//! | outbound | each message to each subscriber | [`OutboundInterceptor`] |
//!
//! A channel without interceptors costs nothing.

mod broker;
mod chain;
mod inbound;
mod outbound;

pub(crate) use self::{
    broker::BrokerChannel,
    chain::{Cause, Chain, Stopped},
    inbound::InboundChannel,
    outbound::OutboundChannel,
};
pub use self::{
    broker::BrokerInterceptor,
    chain::HandledBy,
    inbound::{InboundFrame, InboundInterceptor, InboundKind, Verdict},
    outbound::{OutboundInterceptor, OutboundMessage},
};
