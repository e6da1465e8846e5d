//! The application's controllers, one file for each of the Java ones.
//!
//! They are found by themselves. Those that belong to some profiles only are `manual`, and their configuration in
//! [`config`](crate::config) names them.
