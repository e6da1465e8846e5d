//! Why a message could not be sent.

use crate::{
    broker::{Lost, PublishError},
    convert::ConvertError,
};

/// Why a message could not be sent. Unless it says so, nothing was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The payload cannot be converted: the source says why.
    #[error("the payload cannot be converted")]
    Convert(#[from] ConvertError),
    /// The template has no default destination:
    /// [`with_default_destination`](crate::SimpMessagingTemplate::with_default_destination) gives it one.
    #[error("the template has no default destination")]
    NoDefaultDestination,
    /// The destination is neither a user's nor under one of the broker's prefixes, so nobody can be subscribed to it.
    /// With [`ignore_unmapped`](crate::StompServerBuilder::ignore_unmapped) that is no error, as in Spring.
    #[error("the destination is neither a user's nor under one of the broker's prefixes")]
    NotServed,
    /// The destination is empty, has an empty segment or names no user.
    #[error("the destination is empty, has an empty segment or names no user")]
    Malformed,
    /// The destination has more messages waiting than [`Config::publish_queue_limit`](crate::Config) allows: they are
    /// sent faster than they can be handed to its subscribers. Of a user's sessions, some may have it.
    #[error("the destination has more messages waiting than it may")]
    Overloaded,
    /// An interceptor on the broker channel held the message back.
    #[error("an interceptor held the message back")]
    Vetoed,
    /// An interceptor on the broker channel failed. Its error is the source; of a panic the text says no more than that.
    #[error("an interceptor failed")]
    Intercepted(#[source] crate::BoxError),
    /// The server stopped before everybody had the message: some may have it. Only those who wait for the
    /// confirmation learn of it.
    #[error("the server stopped before everybody had the message")]
    Lost,
}

impl From<Lost> for SendError {
    fn from(Lost: Lost) -> Self {
        Self::Lost
    }
}

impl From<PublishError> for SendError {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::NotServed => Self::NotServed,
            PublishError::Malformed => Self::Malformed,
            PublishError::Overloaded => Self::Overloaded,
            PublishError::Vetoed => Self::Vetoed,
            PublishError::Intercepted(cause) => Self::Intercepted(cause),
        }
    }
}
