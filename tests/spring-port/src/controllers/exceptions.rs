//! The exceptions of Java's library that the controllers throw.

use stomp_server::BoxError;

/// `IllegalStateException`
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct IllegalState(pub(crate) String);

/// `AssertionError`
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct AssertionError(pub(crate) String);

/// `RuntimeException` around a cause.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct RuntimeException(#[source] BoxError);

impl RuntimeException {
    pub(crate) fn caused_by(cause: impl Into<BoxError>) -> Self {
        Self(cause.into())
    }
}

/// `UnsupportedOperationException`
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct UnsupportedOperation {
    message: String,
    #[source]
    cause: Option<BoxError>,
}

impl UnsupportedOperation {
    pub(crate) fn new(message: String) -> Self {
        Self { message, cause: None }
    }

    pub(crate) fn because(mut self, cause: impl Into<BoxError>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}
