//! `#[message_exception_handler]`: answers to errors, chosen by their type.

use std::{
    any::Any,
    any::TypeId,
    error::Error,
    fmt,
    future::Future,
    sync::{Arc, OnceLock},
};

use futures_core::future::BoxFuture;

use super::{
    call::{Call, Called},
    context::MessageContext,
    error::{HandlerError, Rejection},
    extract::FromMessage,
    problem::Place,
    route::{Location, Target},
    services::Requirements,
    targets::{ReplyTarget, Targets},
};

/// One exception handler of `C`, with the glue that calls it. `C` is `()` for free functions.
#[doc(hidden)]
pub struct ExceptionRoute<C: 'static> {
    pub meta: ExceptionMeta,
    pub requirements: fn(&mut Requirements),
    pub call: fn(Arc<C>, MessageContext, Arc<HandlerError>) -> BoxFuture<'static, Called>,
}

impl<C> fmt::Debug for ExceptionRoute<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExceptionRoute").field(&self.meta).finish()
    }
}

#[doc(hidden)]
#[derive(Debug)]
pub struct ExceptionMeta {
    pub name: &'static str,
    /// The error type, as written.
    pub error: &'static str,
    pub handles: ErrorType,
    pub targets: &'static [Target],
    pub location: Location,
}

impl ExceptionMeta {
    pub(crate) fn place(&self) -> Place {
        Place {
            name: self.name,
            location: self.location,
        }
    }
}

/// The error type that an exception handler is for.
#[doc(hidden)]
#[derive(Debug)]
pub struct ErrorType {
    id: fn() -> TypeId,
    is: fn(&(dyn Error + 'static)) -> bool,
}

/// What an exception handler can be for.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error that an exception handler can be for",
    label = "not an error type",
    note = "implement `std::error::Error` for `{Self}` (`#[derive(thiserror::Error)]`)",
    note = "or take `&HandlerError`, which is every error"
)]
pub trait Handled: Error + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Error + 'static> Handled for E {}

/// What an exception handler can take beside its error.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not something an exception handler can take as an argument",
    label = "not an extractor",
    note = "to read a variable of the message that failed write `#[destination_variable] name: {Self}`",
    note = "to read its body write `Payload<{Self}>`; the error that is handled is `&E`"
)]
pub trait ExceptionArgument: FromMessage {}

#[diagnostic::do_not_recommend]
impl<T: FromMessage> ExceptionArgument for T {}

/// Says, where a further argument of an exception handler is none, what it could be. It does not take the argument: a
/// future that is generic over `T` would be refused where `T` has a `'static` in it.
#[doc(hidden)]
pub const fn exception_argument<T: ExceptionArgument>() {}

impl ErrorType {
    /// The type `E`.
    #[must_use]
    pub const fn of<E: Error + 'static>() -> Self {
        Self {
            id: TypeId::of::<E>,
            is: <dyn Error>::is::<E>,
        }
    }

    /// The type `E`, named by an attribute.
    #[must_use]
    pub const fn named<E: Handled>() -> Self {
        Self::of::<E>()
    }

    /// No type at all: what stands for a type that is not an error, which is reported elsewhere.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            id: TypeId::of::<()>,
            is: |_| false,
        }
    }

    pub(crate) fn id(&self) -> TypeId {
        (self.id)()
    }

    fn is_any(&self) -> bool {
        self.id() == TypeId::of::<HandlerError>()
    }
}

/// The error that an exception handler for `E` was chosen for.
#[doc(hidden)]
#[must_use]
pub fn handled<E: Handled>(error: &HandlerError) -> &E {
    let whole: &dyn Any = error;
    whole
        .downcast_ref()
        .or_else(|| error.downcast_ref())
        .expect("the handler was chosen because there is an error of this type")
}

/// An exception handler together with what it is called on.
pub(crate) struct ExceptionEntry {
    pub(crate) meta: &'static ExceptionMeta,
    pub(crate) targets: Targets,
    pub(crate) call: Box<dyn Fn(MessageContext, Arc<HandlerError>) -> Call + Send + Sync>,
}

impl ExceptionEntry {
    pub(crate) fn new<C: Send + Sync>(
        controller: &Arc<C>,
        route: &'static ExceptionRoute<C>,
        targets: Targets,
    ) -> Self {
        let controller = Arc::clone(controller);
        Self {
            meta: &route.meta,
            targets,
            call: Box::new(move |cx, error| Call::new((route.call)(Arc::clone(&controller), cx, error))),
        }
    }
}

impl fmt::Debug for ExceptionEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExceptionEntry").field(self.meta).finish()
    }
}

/// The handler for `error` among those of one block: by its own type, then by the types of its sources, nearest
/// first, then the catch-all. (Spring looks at one source only; wrapping an error is commoner here.) A handler for
/// [`Rejection`] is for every refused argument, so one for the reason of the refusal is nearer.
pub(crate) fn choose<'e>(
    entries: &'e [Arc<ExceptionEntry>],
    error: &HandlerError,
) -> Option<&'e Arc<ExceptionEntry>> {
    let reasons = error.chain().filter(|error| !error.is::<Rejection>());
    let by_type = reasons
        .chain(error.chain())
        .find_map(|error| entries.iter().find(|entry| (entry.meta.handles.is)(error)));
    by_type.or_else(|| entries.iter().find(|entry| entry.meta.handles.is_any()))
}

/// The exception handler that was chosen for an error.
#[derive(Debug, Clone)]
pub(crate) struct ExceptionHandler {
    pub(crate) entry: Arc<ExceptionEntry>,
    /// Known when it is called: told beside what goes wrong then.
    error: OnceLock<Arc<HandlerError>>,
}

impl ExceptionHandler {
    pub(crate) fn new(entry: Arc<ExceptionEntry>) -> Self {
        Self {
            entry,
            error: OnceLock::new(),
        }
    }

    /// Runs it. `cx` is that of the message whose handling failed.
    pub(crate) fn call(
        &self,
        cx: MessageContext,
        error: Arc<HandlerError>,
    ) -> impl Future<Output = Called> + Send + use<> {
        let first = Arc::clone(self.error.get_or_init(|| Arc::clone(&error)));
        let call = (self.entry.call)(cx, error);
        async move { call.await.map_err(|error| error.while_handling(first)) }
    }

    /// Where its answer goes.
    pub(crate) fn reply_targets(&self, cx: &MessageContext) -> Result<Vec<ReplyTarget>, HandlerError> {
        let targets = self.entry.targets.resolve_broadcast(cx);
        targets.map_err(|error| match self.error.get() {
            Some(first) => error.while_handling(Arc::clone(first)),
            None => error,
        })
    }
}
