//! The user behind a session.

use std::{
    any::{Any, type_name},
    fmt,
    sync::Arc,
};

/// The user a session belongs to: a name, and whatever the authenticator knows beside it.
///
/// Cheap to clone. Two principals are equal when their names are.
#[derive(Clone)]
pub struct Principal(Arc<Inner>);

struct Inner {
    name: Box<str>,
    claims: Option<Box<dyn Any + Send + Sync>>,
    claims_type: &'static str,
}

impl Principal {
    /// A user of whom nothing but the name is known.
    #[must_use]
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self(Arc::new(Inner {
            name: name.into(),
            claims: None,
            claims_type: "none",
        }))
    }

    /// A user with claims: roles, a tenant, the application's own user type.
    #[must_use]
    pub fn with_claims<T: Send + Sync + 'static>(name: impl Into<Box<str>>, claims: T) -> Self {
        Self(Arc::new(Inner {
            name: name.into(),
            claims: Some(Box::new(claims)),
            claims_type: type_name::<T>(),
        }))
    }

    /// The user's name; what [`convert_and_send_to_user`](crate::SimpMessagingTemplate::convert_and_send_to_user)
    /// takes.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What the authenticator attached, if it is a `T`.
    #[must_use]
    pub fn claims<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.0.claims.as_deref()?.downcast_ref()
    }
}

impl PartialEq for Principal {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Principal {}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("name", &self.name())
            .field("claims", &self.0.claims_type)
            .finish()
    }
}
