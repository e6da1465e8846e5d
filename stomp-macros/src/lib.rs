//! The attributes of `stomp-server`.
