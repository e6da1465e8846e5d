//! Running a handler: catches its panics and turns the streams it answers with into replies.
//!
//! A stream may borrow the controller. So it cannot be taken out of the future that called the handler: that future
//! owns both. Instead the future goes on living after the call has "returned" and hands out the stream's items one by
//! one, as a generator would. [`hand_out`] leaves each of them in a thread-local place and suspends; whoever polls the
//! future looks there as soon as the poll is over. Nothing of the user's runs in between, so the place is always empty
//! when a poll begins, and nothing has to be allocated for handlers that do not stream.

use std::{
    cell::Cell,
    fmt,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{self, Poll, ready},
};

use futures_core::{Stream, future::BoxFuture, stream::BoxStream};

use super::{
    error::HandlerError,
    reply::{Outgoing, Reply},
};
use crate::caught::{Panic, poll_caught};

/// What a call ends with.
pub type Called = Result<Reply, HandlerError>;

/// One item of a stream that a handler answers with.
type Item = Result<Outgoing, HandlerError>;

thread_local! {
    static HANDED_OUT: Cell<Option<Step>> = const { Cell::new(None) };
}

enum Step {
    /// The handler has returned a stream: the call is over, items follow.
    Started,
    Item(Item),
}

/// A running call of a handler. A panic of the handler is an error like any other.
#[must_use = "futures do nothing unless polled"]
pub(crate) struct Call {
    /// `None` once it is over.
    running: Option<BoxFuture<'static, Called>>,
}

impl Call {
    pub(crate) fn new(running: BoxFuture<'static, Called>) -> Self {
        Self {
            running: Some(running),
        }
    }
}

impl Future for Call {
    type Output = Called;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Called> {
        let running = self.running.as_mut().expect("a call is not polled after its end");
        match poll_caught(running.as_mut(), cx) {
            Poll::Pending => match HANDED_OUT.take() {
                Some(Step::Started) => {
                    let rest = self.running.take().expect("polled just now");
                    Poll::Ready(Ok(Reply::Stream(ReplyStream(Source::Running(rest)))))
                }
                _ => Poll::Pending,
            },
            Poll::Ready(ended) => {
                self.running = None;
                Poll::Ready(ended.unwrap_or_else(|panic| Err(HandlerError::panicked(&*panic))))
            }
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

/// The answers of a handler that returned a stream. A panic while making one is the last item.
#[must_use = "streams do nothing unless polled"]
pub struct ReplyStream(Source);

enum Source {
    /// The handler's own future, which owns the stream and what it borrows.
    Running(BoxFuture<'static, Called>),
    Boxed(BoxStream<'static, Item>),
    Ended,
}

impl ReplyStream {
    /// Answers that come from `stream`.
    pub fn new(stream: impl Stream<Item = Result<Outgoing, HandlerError>> + Send + 'static) -> Self {
        Self(Source::Boxed(Box::pin(stream)))
    }

    /// No answers any more.
    pub(crate) fn ended() -> Self {
        Self(Source::Ended)
    }
}

impl Stream for ReplyStream {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Item>> {
        let next = match &mut self.0 {
            Source::Running(running) => poll_running(running, cx),
            Source::Boxed(stream) => {
                let polled = catch_unwind(AssertUnwindSafe(|| stream.as_mut().poll_next(cx)));
                polled.map_or_else(
                    |panic| Poll::Ready(Polled::Panicked(panic)),
                    |next| next.map(Polled::from),
                )
            }
            Source::Ended => return Poll::Ready(None),
        };
        Poll::Ready(match ready!(next) {
            Polled::Item(item) => Some(item),
            Polled::End => {
                self.0 = Source::Ended;
                None
            }
            Polled::Panicked(panic) => {
                self.0 = Source::Ended;
                Some(Err(HandlerError::panicked(&*panic)))
            }
        })
    }
}

impl fmt::Debug for ReplyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyStream").finish_non_exhaustive()
    }
}

/// What one poll of a source came to.
enum Polled {
    Item(Item),
    End,
    Panicked(Panic),
}

impl From<Option<Item>> for Polled {
    fn from(next: Option<Item>) -> Self {
        next.map_or(Self::End, Self::Item)
    }
}

fn poll_running(running: &mut BoxFuture<'static, Called>, cx: &mut task::Context<'_>) -> Poll<Polled> {
    match poll_caught(running.as_mut(), cx) {
        Poll::Pending => match HANDED_OUT.take() {
            Some(Step::Item(item)) => Poll::Ready(Polled::Item(item)),
            _ => Poll::Pending,
        },
        Poll::Ready(Ok(_)) => Poll::Ready(Polled::End),
        Poll::Ready(Err(panic)) => Poll::Ready(Polled::Panicked(panic)),
    }
}

/// Ends the call, then hands out what `stream` yields. The value it returns is never looked at.
pub(crate) async fn stream_out<S, F>(stream: S, mut convert: F) -> Called
where
    S: Stream,
    F: FnMut(S::Item) -> Option<Item>,
{
    let mut stream = std::pin::pin!(stream);
    hand_out(Step::Started).await;
    while let Some(item) = poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
        if let Some(item) = convert(item) {
            hand_out(Step::Item(item)).await;
        }
    }
    Ok(Reply::Nothing)
}

/// Leaves `step` for whoever is polling and suspends once. No waker is kept: who took a step comes back by itself.
async fn hand_out(step: Step) {
    let mut step = Some(step);
    poll_fn(|_| match step.take() {
        Some(step) => {
            HANDED_OUT.set(Some(step));
            Poll::Pending
        }
        None => Poll::Ready(()),
    })
    .await;
}
