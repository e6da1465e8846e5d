//! What the interceptors of all channels have in common: who is asked in which order, and who is told afterwards.
//!
//! A message is *sent* into a channel and then *handled* by one place. Both have callbacks around them, with the
//! meaning that Spring gives them: before, in the order of the interceptors; after, in reverse, and only those whose
//! callback before let the message pass.

use std::{
    error::Error,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use crate::BoxError;

/// Who handles a message that was sent into a channel (Spring's `MessageHandler` argument).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HandledBy {
    /// The application's handlers: `#[message_mapping]` and `#[subscribe_mapping]`.
    Handlers,
    /// User destinations: `/user/…`.
    Users,
    /// The broker.
    Broker,
    /// The client's connection, on the outbound channel.
    Sockets,
}

/// What went wrong, kept for whoever is told afterwards.
pub(crate) type Cause = Arc<dyn Error + Send + Sync + 'static>;

/// Why a message went no further.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stopped {
    #[error("an interceptor held the message back")]
    Vetoed,
    #[error("an interceptor failed")]
    Failed(#[source] BoxError),
    #[error("an interceptor panicked")]
    Panicked,
}

impl Stopped {
    /// What callbacks afterwards are told: a veto is no failure.
    pub(super) fn failure(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Vetoed => None,
            Self::Failed(cause) => Some(&**cause),
            Self::Panicked => Some(self),
        }
    }

    /// The same, kept.
    pub(crate) fn into_cause(self) -> Option<Cause> {
        match self {
            Self::Vetoed => None,
            Self::Failed(cause) => Some(Cause::from(cause)),
            Self::Panicked => Some(Arc::new(self)),
        }
    }
}

/// Only this crate can write the type down, and so only the closures here say that they have no callbacks but
/// `pre_send`: whoever implements an interceptor is told of everything.
///
/// ```compile_fail
/// use stomp_server::{BrokerInterceptor, channel::ClosuresOnly};
///
/// struct Audit;
///
/// impl BrokerInterceptor for Audit {
///     fn only_pre_send(&self, _: ClosuresOnly) -> bool {
///         true
///     }
/// }
/// ```
#[derive(Debug)]
pub struct ClosuresOnly(pub(super) ());

/// The callbacks of one kind of interceptor, apart from the first.
pub(crate) trait Callbacks<M>: Send + Sync {
    /// The channel's name, for the log.
    const CHANNEL: &'static str;

    /// Has it nothing but `pre_send`?
    fn only_pre_send(&self) -> bool;
    fn post_send(&self, message: &M, sent: bool);
    fn after_send_completion(&self, message: &M, sent: bool, failure: Option<&(dyn Error + 'static)>);
    fn before_handle(&self, message: M, by: HandledBy) -> Result<Option<M>, BoxError>;
    fn after_message_handled(&self, message: &M, by: HandledBy, failure: Option<&(dyn Error + 'static)>);
}

/// Leads the callbacks of a channel to its interceptors. Wherever they send a message to, it stays where it was.
macro_rules! callbacks {
    ($interceptor:ident of $message:ty, $channel:literal, $destination:expr) => {
        impl $crate::channel::chain::Callbacks<$message> for dyn $interceptor {
            const CHANNEL: &'static str = $channel;

            fn only_pre_send(&self) -> bool {
                $interceptor::only_pre_send(self, $crate::channel::chain::ClosuresOnly(()))
            }

            fn post_send(&self, message: &$message, sent: bool) {
                $interceptor::post_send(self, message, sent);
            }

            fn after_send_completion(
                &self,
                message: &$message,
                sent: bool,
                failure: Option<&(dyn Error + 'static)>,
            ) {
                $interceptor::after_send_completion(self, message, sent, failure);
            }

            fn before_handle(
                &self,
                mut message: $message,
                by: HandledBy,
            ) -> Result<Option<$message>, BoxError> {
                let place: fn(&mut $message) -> &mut Arc<str> = $destination;
                let destination = Arc::clone(place(&mut message));
                let changed = $interceptor::before_handle(self, message, by)?;
                Ok(changed.map(|mut message| {
                    *place(&mut message) = destination;
                    message
                }))
            }

            fn after_message_handled(
                &self,
                message: &$message,
                by: HandledBy,
                failure: Option<&(dyn Error + 'static)>,
            ) {
                $interceptor::after_message_handled(self, message, by, failure);
            }
        }
    };
}

pub(super) use callbacks;

/// The first callback, where it does not wait.
pub(crate) trait PreSend<M>: Callbacks<M> {
    fn pre_send(&self, message: M) -> Result<Option<M>, BoxError>;
}

/// The interceptors of one channel, in the order they were added. Cheap to clone.
pub(crate) struct Chain<I: ?Sized> {
    interceptors: Arc<Vec<Arc<I>>>,
    /// One of them has more than `pre_send`, so that messages must be kept for it.
    watching: bool,
}

impl<I: ?Sized> Chain<I> {
    pub(crate) fn is_empty(&self) -> bool {
        self.interceptors.is_empty()
    }

    /// Is anybody told of what becomes of messages?
    pub(crate) fn is_watching(&self) -> bool {
        self.watching
    }

    /// Must the message be kept as it is, because somebody behind the first may stop it?
    pub(super) fn keeps_original(&self) -> bool {
        self.watching && self.interceptors.len() > 1
    }

    pub(super) fn interceptors(&self) -> &[Arc<I>] {
        &self.interceptors
    }

    pub(crate) fn add<M>(&mut self, interceptor: Arc<I>)
    where
        I: Callbacks<M>,
    {
        self.watching |= !interceptor.only_pre_send();
        Arc::make_mut(&mut self.interceptors).push(interceptor);
    }

    /// The message went into the channel, or not: tells everybody, then everybody again in reverse.
    pub(crate) fn sent<M>(&self, message: &M, sent: bool, failure: Option<&(dyn Error + 'static)>)
    where
        I: Callbacks<M>,
    {
        if !self.watching {
            return;
        }
        if failure.is_none() {
            for interceptor in &*self.interceptors {
                undisturbed(I::CHANNEL, || interceptor.post_send(message, sent));
            }
        }
        self.completed(message, self.interceptors.len(), sent, failure);
    }

    /// The first `passed` interceptors are told what became of a message, in reverse.
    pub(super) fn completed<M>(
        &self,
        message: &M,
        passed: usize,
        sent: bool,
        failure: Option<&(dyn Error + 'static)>,
    ) where
        I: Callbacks<M>,
    {
        for interceptor in self.interceptors[..passed].iter().rev() {
            undisturbed(I::CHANNEL, || {
                interceptor.after_send_completion(message, sent, failure);
            });
        }
    }

    /// The message as all leave it that may change it before it is handled.
    pub(crate) fn before_handle<M: Clone>(&self, message: M, by: HandledBy) -> Result<M, Stopped>
    where
        I: Callbacks<M>,
    {
        let original = self.keeps_original().then(|| message.clone());
        let mut message = message;
        for (passed, interceptor) in self.interceptors.iter().enumerate() {
            match caught(I::CHANNEL, || interceptor.before_handle(message, by)) {
                Ok(changed) => message = changed,
                Err(stopped) => {
                    if let Some(original) = &original {
                        self.handled_for(original, passed, by, stopped.failure());
                    }
                    return Err(stopped);
                }
            }
        }
        Ok(message)
    }

    /// The message was handled: tells everybody, in reverse.
    pub(crate) fn after_handled<M>(&self, message: &M, by: HandledBy, failure: Option<&(dyn Error + 'static)>)
    where
        I: Callbacks<M>,
    {
        self.handled_for(message, self.interceptors.len(), by, failure);
    }

    fn handled_for<M>(
        &self,
        message: &M,
        passed: usize,
        by: HandledBy,
        failure: Option<&(dyn Error + 'static)>,
    ) where
        I: Callbacks<M>,
    {
        for interceptor in self.interceptors[..passed].iter().rev() {
            undisturbed(I::CHANNEL, || {
                interceptor.after_message_handled(message, by, failure);
            });
        }
    }

    /// Sends a message into the channel and has it handled in the same call, as Spring does without an executor: a
    /// failure of the handling is one of the send.
    pub(crate) fn send<M: Clone, E>(
        &self,
        message: M,
        by: HandledBy,
        handle: impl FnOnce(M) -> Result<(), E>,
    ) -> Result<(), E>
    where
        I: PreSend<M>,
        E: Error + Send + Sync + From<Stopped> + 'static,
    {
        if self.is_empty() {
            return handle(message);
        }
        let message = self.pre_send(message)?;
        if !self.watching {
            return handle(message);
        }
        let kept = message.clone();
        let handled = self.handle(message, by, handle);
        let failure = handled.as_ref().err().map(|error| error as _);
        self.sent(&kept, failure.is_none(), failure);
        handled
    }

    fn pre_send<M: Clone>(&self, message: M) -> Result<M, Stopped>
    where
        I: PreSend<M>,
    {
        let original = self.keeps_original().then(|| message.clone());
        let mut message = message;
        for (passed, interceptor) in self.interceptors.iter().enumerate() {
            match caught(I::CHANNEL, || interceptor.pre_send(message)) {
                Ok(changed) => message = changed,
                Err(stopped) => {
                    if let Some(original) = &original {
                        self.completed(original, passed, false, stopped.failure());
                    }
                    return Err(stopped);
                }
            }
        }
        Ok(message)
    }

    fn handle<M: Clone, E>(
        &self,
        message: M,
        by: HandledBy,
        handle: impl FnOnce(M) -> Result<(), E>,
    ) -> Result<(), E>
    where
        I: Callbacks<M>,
        E: Error + Send + Sync + From<Stopped> + 'static,
    {
        let message = match self.before_handle(message, by) {
            Ok(message) => message,
            // It was sent, and is not handled: that is what was asked for.
            Err(Stopped::Vetoed) => return Ok(()),
            Err(stopped) => return Err(stopped.into()),
        };
        let kept = message.clone();
        let handled = handle(message);
        self.after_handled(&kept, by, handled.as_ref().err().map(|error| error as _));
        handled
    }
}

/// What an interceptor makes of a message. One that panics stops that message, and nothing else: the message was moved
/// into the call, so nothing half-changed is left.
pub(super) fn caught<M>(
    channel: &str,
    intercept: impl FnOnce() -> Result<Option<M>, BoxError>,
) -> Result<M, Stopped> {
    match catch_unwind(AssertUnwindSafe(intercept)) {
        Ok(outcome) => decided(outcome),
        Err(_) => Err(panicked(channel)),
    }
}

pub(super) fn decided<M>(outcome: Result<Option<M>, BoxError>) -> Result<M, Stopped> {
    match outcome {
        Ok(Some(message)) => Ok(message),
        Ok(None) => Err(Stopped::Vetoed),
        Err(error) => Err(Stopped::Failed(error)),
    }
}

pub(super) fn panicked(channel: &str) -> Stopped {
    tracing::error!(channel, "an interceptor panicked; the message went no further");
    Stopped::Panicked
}

/// Tells an interceptor of something. Its panic changes nothing.
fn undisturbed(channel: &str, tell: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(tell)).is_err() {
        tracing::error!(
            channel,
            "an interceptor panicked when it was told what became of a message"
        );
    }
}

// Derived ones would ask the same of `I`, which is a trait object.
impl<I: ?Sized> Clone for Chain<I> {
    fn clone(&self) -> Self {
        Self {
            interceptors: Arc::clone(&self.interceptors),
            watching: self.watching,
        }
    }
}

impl<I: ?Sized> Default for Chain<I> {
    fn default() -> Self {
        Self {
            interceptors: Arc::default(),
            watching: false,
        }
    }
}

impl<I: ?Sized> fmt::Debug for Chain<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Chain").field(&self.interceptors.len()).finish()
    }
}
