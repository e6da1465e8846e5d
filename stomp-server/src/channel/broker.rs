//! What the application publishes, before the broker gets it.

use std::{error::Error, sync::Arc};

use stomp_core::Message;

use super::{
    Chain, HandledBy,
    chain::{ClosuresOnly, PreSend, callbacks},
};
use crate::BoxError;

/// Sees every message that the application publishes, on its way to the broker: handlers' replies, those of templates,
/// and what is sent to a user, by a client too. A client's other SENDs go from the inbound channel straight to the
/// broker, as in Spring.
///
/// It runs in the publisher's call and must not block; the message is handled in the same call, so that a failure of
/// the broker is one of the send. The destination stays what it was, whatever is made of it here. A panic is caught and
/// fails that message only.
///
/// Implemented for closures and functions from [`Message`] to `Option<Message>`, as [`pre_send`](Self::pre_send) alone.
/// Spring's counterpart is a `ChannelInterceptor` (or `ExecutorChannelInterceptor`) on the `brokerChannel`.
pub trait BrokerInterceptor: Send + Sync + 'static {
    /// May change the headers and body of a message, or hold it back with `None`: a template's send then ends with
    /// [`SendError::Vetoed`](crate::SendError::Vetoed), and a handler whose reply it was has failed with that.
    ///
    /// # Errors
    ///
    /// An error stops the message as well; the sender gets it as [`SendError::Intercepted`](crate::SendError).
    fn pre_send(&self, message: Message) -> Result<Option<Message>, BoxError> {
        Ok(Some(message))
    }

    /// Is told that the message is with the broker. Does not come for what was held back or has failed.
    fn post_send(&self, message: &Message, sent: bool) {
        let _ = (message, sent);
    }

    /// Is told how the sending ended, in reverse order, if its own [`pre_send`](Self::pre_send) let the message pass.
    /// Of a message that was held back further on this is the message as it came; `sent` is false then, and `failure`
    /// the error, if it was one.
    fn after_send_completion(&self, message: &Message, sent: bool, failure: Option<&(dyn Error + 'static)>) {
        let _ = (message, sent, failure);
    }

    /// May change the headers and body of the message just before `by` handles it, or skip that with `None`: the
    /// message counts as sent and nobody gets it.
    ///
    /// # Errors
    ///
    /// As [`pre_send`](Self::pre_send).
    fn before_handle(&self, message: Message, by: HandledBy) -> Result<Option<Message>, BoxError> {
        let _ = by;
        Ok(Some(message))
    }

    /// Is told that `by` is done with the message, in reverse order, if its own [`before_handle`](Self::before_handle)
    /// let it pass.
    fn after_message_handled(
        &self,
        message: &Message,
        by: HandledBy,
        failure: Option<&(dyn Error + 'static)>,
    ) {
        let _ = (message, by, failure);
    }

    /// Has it nothing but [`pre_send`](Self::pre_send)? Then messages need not be kept for it. Cannot be
    /// overridden.
    #[doc(hidden)]
    fn only_pre_send(&self, _: ClosuresOnly) -> bool {
        false
    }
}

impl<F> BrokerInterceptor for F
where
    F: Fn(Message) -> Option<Message> + Send + Sync + 'static,
{
    fn pre_send(&self, message: Message) -> Result<Option<Message>, BoxError> {
        Ok(self(message))
    }

    fn only_pre_send(&self, _: ClosuresOnly) -> bool {
        true
    }
}

/// The interceptors between publishers and the broker.
pub(crate) type BrokerChannel = Chain<dyn BrokerInterceptor>;

impl PreSend<Message> for dyn BrokerInterceptor {
    fn pre_send(&self, message: Message) -> Result<Option<Message>, BoxError> {
        let destination = Arc::clone(&message.destination);
        let changed = BrokerInterceptor::pre_send(self, message)?;
        Ok(changed.map(|message| Message {
            destination,
            ..message
        }))
    }
}

callbacks!(BrokerInterceptor of Message, "broker", |message| &mut message.destination);
