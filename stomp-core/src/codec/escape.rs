//! Escapes in headers, per version.
