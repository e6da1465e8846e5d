//! Who a session belongs to.

mod principal;

pub use self::principal::Principal;
