//! Sending from anywhere.

use serde::Serialize;

/// Sends messages to destinations and users, from handlers, jobs, other threads: cheap to clone, never waits.
#[derive(Debug, Clone)]
pub struct SimpMessagingTemplate(());

impl SimpMessagingTemplate {
    /// A template that leads nowhere, for tests of handlers.
    #[must_use]
    pub fn detached() -> Self {
        Self(())
    }

    /// Converts `payload` and sends it to all subscribers of `destination`.
    ///
    /// # Errors
    ///
    /// [`SendError`]
    pub fn convert_and_send<T: Serialize + ?Sized>(
        &self,
        destination: impl AsRef<str>,
        payload: &T,
    ) -> Result<(), SendError> {
        let _ = (destination.as_ref(), payload);
        Ok(())
    }
}

/// Why a message could not be sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// Conversion failed.
    #[error("the payload cannot be converted")]
    Convert(#[source] crate::BoxError),
}
