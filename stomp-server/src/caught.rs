//! Calls of the application's code, whose panics end nothing but the call.

use std::{
    any::Any,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::future::BoxFuture;

/// What a call panicked with.
pub(crate) type Panic = Box<dyn Any + Send>;

/// Polls a future, and catches its panic.
///
/// Unwind safety: a future that panicked must be dropped, never polled again; what it shares with others is behind the
/// locks of those who made it.
pub(crate) fn poll_caught<F: Future + ?Sized>(
    future: Pin<&mut F>,
    cx: &mut Context<'_>,
) -> Poll<Result<F::Output, Panic>> {
    match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    }
}

/// Calls what makes a future and waits for that, and catches the panics of both. Unwind safety: `call` owns what it is
/// given.
pub(crate) async fn caught<'a, T>(call: impl FnOnce() -> BoxFuture<'a, T>) -> Result<T, Panic> {
    let mut future = catch_unwind(AssertUnwindSafe(call))?;
    poll_fn(|cx| poll_caught(future.as_mut(), cx)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_of_either_part_is_caught() {
        let says = |panic: Panic| panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let call = || -> BoxFuture<'static, ()> { panic!("in the call") };
        assert_eq!(
            caught(call).await.map_err(says),
            Err(Some("in the call".to_owned()))
        );
        let poll = || -> BoxFuture<'static, ()> { Box::pin(async { panic!("in the future") }) };
        assert_eq!(
            caught(poll).await.map_err(says),
            Err(Some("in the future".to_owned()))
        );
        let well = || -> BoxFuture<'static, u8> { Box::pin(std::future::ready(7)) };
        assert_eq!(caught(well).await.map_err(says), Ok(7));
    }
}
