//! `RoomGone.java`

/// The exception of most scenarios.
#[derive(Debug, thiserror::Error)]
#[error("room {0} is gone")]
pub(crate) struct RoomGone(pub(crate) String);
