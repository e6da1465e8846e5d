//! Who a session belongs to.

mod authenticator;
mod principal;

pub use self::{
    authenticator::{AuthenticationError, Authenticator, Decision, Login},
    principal::Principal,
};
