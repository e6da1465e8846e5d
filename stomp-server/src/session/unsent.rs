//! What is being written to a client.

use std::{
    cell::RefCell,
    collections::VecDeque,
    io,
    task::{Context, Poll},
};

use stomp_core::session::Subscriptions;

use super::Frame;
use crate::transport::Transport;

/// Frames up to this size are joined into one write; larger ones are written from where they are.
const JOINED: usize = 8 * 1024;
/// How much is joined at most.
const JOIN_LIMIT: usize = 64 * 1024;

thread_local! {
    /// The worker's write buffer: sessions have none of their own.
    static JOIN: RefCell<Vec<u8>> = RefCell::new(Vec::with_capacity(JOIN_LIMIT));
}

/// Frames taken from the outbox, and how far the first one has been written.
#[derive(Debug, Default)]
pub(super) struct Unsent {
    pub(super) frames: VecDeque<Frame>,
    /// Octets of the first frame that have been written.
    offset: usize,
}

/// What writing came to.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Written {
    pub(super) octets: usize,
    pub(super) frames: usize,
    pub(super) writes: usize,
}

impl Unsent {
    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Writes until everything is written, or the connection takes no more for now. What was written is added to
    /// `written`, also when this is not ready.
    pub(super) fn poll_write<T: Transport>(
        &mut self,
        transport: &mut T,
        cx: &mut Context<'_>,
        written: &mut Written,
    ) -> Poll<io::Result<()>> {
        while let Some(first) = self.frames.front() {
            let octets = &first.octets()[self.offset..];
            let joins = octets.len() < JOINED && self.frames.len() > 1;
            let poll = if joins {
                JOIN.with_borrow_mut(|buffer| {
                    self.join(buffer);
                    transport.poll_write(cx, buffer)
                })
            } else {
                transport.poll_write(cx, octets)
            };
            match poll {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(octets)) => {
                    written.octets += octets;
                    written.writes += 1;
                    written.frames += self.advance(octets);
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Drops the frames of subscriptions that have ended, except one that is half-written; gives back their octets.
    pub(super) fn drop_ended(&mut self, subscriptions: &Subscriptions) -> usize {
        if !subscriptions.any_ended() {
            return 0;
        }
        let mut keep_first = self.offset > 0;
        let mut dropped = 0;
        self.frames.retain(|frame| {
            let keep = std::mem::take(&mut keep_first)
                || frame
                    .subscription()
                    .is_none_or(|subscription| subscriptions.is_live(subscription));
            dropped += if keep { 0 } else { frame.octets().len() };
            keep
        });
        dropped
    }

    /// Drops everything but a half-written frame.
    pub(super) fn give_up(&mut self) {
        self.frames.truncate(usize::from(self.offset > 0));
    }

    /// Frees what a burst left behind.
    pub(super) fn shrink(&mut self) {
        if self.frames.is_empty() {
            self.frames = VecDeque::new();
        }
    }

    fn join(&self, buffer: &mut Vec<u8>) {
        buffer.clear();
        let mut offset = self.offset;
        for frame in &self.frames {
            let octets = &frame.octets()[offset..];
            if buffer.len() + octets.len() > JOIN_LIMIT || octets.len() >= JOINED {
                break;
            }
            buffer.extend_from_slice(octets);
            offset = 0;
        }
    }

    /// Forgets what has been written; says how many frames that completed.
    fn advance(&mut self, mut octets: usize) -> usize {
        let mut completed = 0;
        while let Some(first) = self.frames.front() {
            let left = first.octets().len() - self.offset;
            if octets < left {
                self.offset += octets;
                break;
            }
            octets -= left;
            self.offset = 0;
            self.frames.pop_front();
            completed += 1;
        }
        completed
    }
}
