//! Handlers: what they take, what they answer, how messages find them.
//!
//! | module | holds |
//! |---|---|
//! | [`context`] | what extractors look at |
//! | [`extract`] | the arguments that handlers can take |
//! | [`reply_headers`] | which headers of a message its answers take over |
//! | [`reply`], [`tags`] | what they can return, and what becomes of it |
//! | [`call`] | a running call: panics caught, streams handed out |
//! | [`route`], [`exception`], [`listener`] | what the attributes write down |
//! | [`event_publisher`] | telling listeners of events |
//! | [`component`], [`named`] | what the application builds by itself |
//! | [`registration`] | how that gets into the program |
//! | [`mod@assemble`], [`table`], [`check`], [`overlaps`], [`problem`] | the route table, and what can be wrong with it |
//! | [`targets`] | where answers go |
//! | [`properties`] | what `${name}` in mappings and targets stands for |

mod assemble;
mod call;
mod check;
mod component;
mod context;
mod error;
mod event_publisher;
mod exception;
mod extract;
mod grammar;
mod listener;
mod named;
mod overlaps;
pub mod private;
mod problem;
mod properties;
mod registration;
mod reply;
mod reply_headers;
mod route;
mod served;
mod services;
mod table;
pub mod tags;
mod targets;

pub use self::{
    assemble::RouteInfo,
    component::{Component, FromContext},
    context::MessageContext,
    error::{HandlerError, Rejection},
    event_publisher::ApplicationEventPublisher,
    extract::{
        DestinationVariable, FromDestinationVariable, FromMessage, Header, HeaderList, InvalidValue,
        MessageBody, MissingHeader, MissingVariable, OptionalFromMessage, Payload, SessionAttribute, State,
        Valid, Validate, ValidationError, ValidationErrors, ValuePlace,
    },
    problem::{BuildProblem, Place},
    properties::{Properties, PropertyError},
    registration::Controller,
    reply::{IntoReply, Outgoing, Reply, ReplyStream},
    route::{ArgSpec, Describe, ExecutionMode, Location, RouteMeta, Target},
    services::{Context, Requirements},
};
pub(crate) use self::{
    assemble::{AssembleOptions, Found, Handlers, assemble},
    call::Called,
    error::ErrorChain,
    event_publisher::tell,
    named::NamedComponent,
    registration::ExplicitController,
    reply_headers::ReplyHeaders,
    services::Services,
    targets::ReplyTarget,
};

#[cfg(test)]
mod tests;
