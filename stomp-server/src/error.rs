//! The error that can hold any other.

/// Any error, as handlers may return it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;
