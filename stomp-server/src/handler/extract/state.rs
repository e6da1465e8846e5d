//! The application's shared values, as arguments and as fields of components.

use std::{ops::Deref, sync::Arc};

use super::{ArgSpec, FromMessage, MessageContext, Rejection};
use crate::{
    ApplicationEventPublisher, SimpMessagingTemplate, SimpUserRegistry,
    handler::{
        component::FromContext,
        services::{Context, Requirements},
    },
};

/// A value that was registered with the application. `Arc<T>` means the same.
///
/// A handler that needs a value nobody registered keeps the application from being built.
#[derive(Debug)]
pub struct State<T: ?Sized>(pub Arc<T>);

impl<T: ?Sized> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ?Sized + Send + Sync + 'static> FromMessage for State<T> {
    fn requirements(requirements: &mut Requirements) {
        requirements.state::<T>();
    }

    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        Ok(Self::from_context(cx.context()))
    }
}

impl<T: ?Sized + Send + Sync + 'static> FromMessage for Arc<T> {
    fn requirements(requirements: &mut Requirements) {
        requirements.state::<T>();
    }

    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        Ok(Self::from_context(cx.context()))
    }
}

impl FromMessage for SimpMessagingTemplate {
    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        Ok(cx.template().of_session(cx.session()))
    }
}

/// Who is connected. The server itself puts it into the application's state.
impl FromMessage for SimpUserRegistry {
    fn requirements(requirements: &mut Requirements) {
        requirements.state::<Self>();
    }

    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        Ok(Self::from_context(cx.context()))
    }
}

impl<T: ?Sized + Send + Sync + 'static> FromContext for Arc<T> {
    fn requirements(requirements: &mut Requirements) {
        requirements.state::<T>();
    }

    fn from_context(context: &Context) -> Self {
        context
            .get()
            .expect("every requirement is met, or the application would not have been built")
    }
}

impl<T: ?Sized + Send + Sync + 'static> FromContext for State<T> {
    fn requirements(requirements: &mut Requirements) {
        requirements.state::<T>();
    }

    fn from_context(context: &Context) -> Self {
        Self(Arc::from_context(context))
    }
}

impl FromContext for SimpMessagingTemplate {
    fn from_context(context: &Context) -> Self {
        let template: Arc<Self> = Arc::from_context(context);
        template.separate()
    }
}

impl FromContext for SimpUserRegistry {
    fn requirements(requirements: &mut Requirements) {
        requirements.state::<Self>();
    }

    fn from_context(context: &Context) -> Self {
        let registry: Arc<Self> = Arc::from_context(context);
        Self::clone(&registry)
    }
}

/// The server itself puts it into the application's state.
impl FromMessage for ApplicationEventPublisher {
    fn requirements(requirements: &mut Requirements) {
        requirements.state::<Self>();
    }

    async fn from_message(cx: &MessageContext, _: &'static ArgSpec) -> Result<Self, Rejection> {
        Ok(Self::from_context(cx.context()))
    }
}

impl FromContext for ApplicationEventPublisher {
    fn requirements(requirements: &mut Requirements) {
        requirements.state::<Self>();
    }

    fn from_context(context: &Context) -> Self {
        let publisher: Arc<Self> = Arc::from_context(context);
        Self::clone(&publisher)
    }
}
