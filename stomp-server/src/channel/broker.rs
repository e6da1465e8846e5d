//! What is published, before the broker gets it.

use std::{fmt, sync::Arc};

use stomp_core::Message;

use super::caught;

/// Sees every message on its way to the broker: a client's own, a handler's reply, a template's.
///
/// It runs in the publisher's call and must not block.
pub trait BrokerInterceptor: Send + Sync + 'static {
    /// May change the headers and body of a message, or hold it back with `None`. The destination stays what it was.
    fn pre_send(&self, message: Message) -> Option<Message>;
}

impl<F> BrokerInterceptor for F
where
    F: Fn(Message) -> Option<Message> + Send + Sync + 'static,
{
    fn pre_send(&self, message: Message) -> Option<Message> {
        self(message)
    }
}

/// The interceptors between publishers and the broker, in the order they were added.
#[derive(Clone, Default)]
pub(crate) struct BrokerChannel(Vec<Arc<dyn BrokerInterceptor>>);

impl BrokerChannel {
    pub(crate) fn add(&mut self, interceptor: Arc<dyn BrokerInterceptor>) {
        self.0.push(interceptor);
    }

    /// The message as all interceptors leave it; `None` when one of them held it back.
    pub(crate) fn apply(&self, message: Message) -> Option<Message> {
        self.0.iter().try_fold(message, |message, interceptor| {
            let destination = Arc::clone(&message.destination);
            let passed = caught("broker", || interceptor.pre_send(message))?;
            Some(Message {
                destination,
                ..passed
            })
        })
    }
}

impl fmt::Debug for BrokerChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BrokerChannel").field(&self.0.len()).finish()
    }
}
