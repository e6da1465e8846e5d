//! The feature `testing`: what applications test themselves with, and how its expectations fail.

#![allow(
    clippy::disallowed_methods,
    reason = "handlers under test sleep, and tests measure real time"
)]

mod app;
mod client;
mod clock;
mod handlers;
mod server;

use std::{any::Any, future::Future, panic::AssertUnwindSafe};

use futures_util::FutureExt;

/// The text with which an expectation fails.
async fn failure<T>(expectation: impl Future<Output = T>) -> String {
    match AssertUnwindSafe(expectation).catch_unwind().await {
        Ok(_) => panic!("the expectation was met"),
        Err(panic) => text(&*panic),
    }
}

/// The same for an expectation that waits for nothing.
fn failure_of<T>(expectation: impl FnOnce() -> T) -> String {
    match std::panic::catch_unwind(AssertUnwindSafe(expectation)) {
        Ok(_) => panic!("the expectation was met"),
        Err(panic) => text(&*panic),
    }
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .expect("a panic with a text")
}

/// All of `parts` are in `text`.
#[track_caller]
fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
}
