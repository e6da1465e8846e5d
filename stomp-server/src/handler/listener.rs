//! `#[event_listener]`: functions that are told what happens to sessions, and the application's own events.

use std::{
    any::{Any, TypeId},
    fmt,
    sync::Arc,
};

use futures_core::future::BoxFuture;

use super::{
    call::Call,
    component::FromContext,
    error::HandlerError,
    reply::Reply,
    route::Location,
    services::{Context, Requirements, Services},
};
use crate::ApplicationEvent;

/// An event on its way to its listeners.
pub(crate) type Event = Arc<dyn Any + Send + Sync>;

/// One listener of `C`, with the glue that calls it. `C` is `()` for free functions.
#[doc(hidden)]
pub struct ListenerRoute<C: 'static> {
    pub meta: ListenerMeta,
    pub requirements: fn(&mut Requirements),
    pub call:
        fn(Arc<C>, Arc<dyn Any + Send + Sync>, ListenerContext) -> BoxFuture<'static, super::call::Called>,
}

impl<C> fmt::Debug for ListenerRoute<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ListenerRoute").field(&self.meta).finish()
    }
}

#[doc(hidden)]
#[derive(Debug)]
pub struct ListenerMeta {
    pub name: &'static str,
    /// The event type, as written.
    pub event: &'static str,
    pub hears: fn() -> TypeId,
    pub location: Location,
}

/// The type of the events that a listener for `E` hears. Whether it is an event is asked where it is heard.
#[doc(hidden)]
#[must_use]
pub fn event_type<E: 'static>() -> TypeId {
    TypeId::of::<E>()
}

/// What a listener can hear.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event that a listener can hear",
    label = "not an event",
    note = "implement `ApplicationEvent` for `{Self}`, or take one of the session events, such as `&SessionConnectedEvent`"
)]
pub trait Heard: ApplicationEvent {}

#[diagnostic::do_not_recommend]
impl<E: ApplicationEvent> Heard for E {}

/// What a listener can take beside its event.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not something an event listener can take as an argument",
    label = "not injectable",
    note = "there is no message behind an event: take what the event holds, `State<T>`, `Arc<T>` or the template"
)]
pub trait ListenerArgument: FromContext {}

#[diagnostic::do_not_recommend]
impl<T: FromContext> ListenerArgument for T {}

/// A further argument of a listener.
#[doc(hidden)]
#[must_use]
pub fn injected<T: ListenerArgument>(cx: &ListenerContext) -> T {
    T::from_context(cx.context())
}

/// The event that a listener for `E` was called with.
#[doc(hidden)]
#[must_use]
pub fn heard<E: Heard>(event: &(dyn Any + Send + Sync)) -> &E {
    event
        .downcast_ref()
        .expect("listeners are looked up by the type of the event")
}

/// Where a listener's further arguments come from.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct ListenerContext(Arc<Services>);

impl ListenerContext {
    /// The application's state.
    #[must_use]
    pub fn context(&self) -> &Context {
        self.0.context()
    }

    /// What converts bodies; a listener answers nothing, the glue asks for it all the same.
    #[must_use]
    pub fn converters(&self) -> &crate::convert::Converters {
        self.0.converters()
    }
}

/// A listener together with what it is called on.
pub(crate) struct Listener {
    pub(crate) meta: &'static ListenerMeta,
    call: Box<dyn Fn(Event) -> Call + Send + Sync>,
}

impl Listener {
    pub(crate) fn new<C: Send + Sync>(
        controller: &Arc<C>,
        route: &'static ListenerRoute<C>,
        services: &Arc<Services>,
    ) -> Self {
        let controller = Arc::clone(controller);
        let cx = ListenerContext(Arc::clone(services));
        Self {
            meta: &route.meta,
            call: Box::new(move |event| Call::new((route.call)(Arc::clone(&controller), event, cx.clone()))),
        }
    }

    /// Tells it of `event`, which must be of the type it hears.
    pub(crate) fn call(&self, event: Event) -> BoxFuture<'static, Result<(), HandlerError>> {
        let call = (self.call)(event);
        Box::pin(async move {
            match call.await? {
                Reply::Nothing | Reply::Message(_) | Reply::Stream(_) => Ok(()),
            }
        })
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Listener").field(self.meta).finish()
    }
}
