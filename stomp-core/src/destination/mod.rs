//! Destinations and patterns.
