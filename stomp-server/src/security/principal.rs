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
    /// What user destinations and the registry know the user by, where that is not the name.
    destination_user_name: Option<Box<str>>,
    claims: Option<Arc<dyn Any + Send + Sync>>,
    claims_type: &'static str,
}

impl Principal {
    /// A user of whom nothing but the name is known.
    #[must_use]
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self(Arc::new(Inner {
            name: name.into(),
            destination_user_name: None,
            claims: None,
            claims_type: "none",
        }))
    }

    /// A user with claims: roles, a tenant, the application's own user type.
    #[must_use]
    pub fn with_claims<T: Send + Sync + 'static>(name: impl Into<Box<str>>, claims: T) -> Self {
        Self(Arc::new(Inner {
            name: name.into(),
            destination_user_name: None,
            claims: Some(Arc::new(claims)),
            claims_type: type_name::<T>(),
        }))
    }

    /// The same user under another name in user destinations and in the [registry](crate::SimpUserRegistry), where
    /// names have to be unique and theirs need not be (Spring's `DestinationUserNameProvider`). Users who share such a
    /// name are one user there. [`name`](Self::name), and with it `user-name` in CONNECTED, stays what it is.
    #[must_use]
    pub fn with_destination_user_name(self, name: impl Into<Box<str>>) -> Self {
        let Inner {
            name: own,
            claims,
            claims_type,
            ..
        } = &*self.0;
        Self(Arc::new(Inner {
            name: own.clone(),
            destination_user_name: Some(name.into()),
            claims: claims.clone(),
            claims_type,
        }))
    }

    /// The user's name, as CONNECTED tells it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What user destinations and the registry know the user by: what
    /// [`convert_and_send_to_user`](crate::SimpMessagingTemplate::convert_and_send_to_user) takes. The name, unless
    /// [another](Self::with_destination_user_name) was given.
    #[must_use]
    pub fn destination_user_name(&self) -> &str {
        self.0
            .destination_user_name
            .as_deref()
            .unwrap_or_else(|| self.name())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: USER-27
    #[test]
    fn another_name_for_destinations_leaves_name_and_claims_alone() {
        let ann = Principal::with_claims("ann", 7_u32);
        assert_eq!(ann.destination_user_name(), "ann");
        let alias = ann.clone().with_destination_user_name("al");
        assert_eq!((alias.name(), alias.destination_user_name()), ("ann", "al"));
        assert_eq!(alias.claims::<u32>(), Some(&7));
        assert_eq!(alias, ann, "still the same user");
        assert_eq!(ann.destination_user_name(), "ann", "the other value is untouched");
    }
}
