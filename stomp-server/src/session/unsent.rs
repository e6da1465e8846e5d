//! What is being written to a client.

use std::{
    cell::RefCell,
    io,
    task::{Context, Poll, ready},
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

/// Frames taken from the outbox, and how far they have been written.
#[derive(Debug, Default)]
pub(super) struct Unsent {
    frames: Vec<Frame>,
    /// The first frame that is not written, or not to its end.
    next: usize,
    /// Octets of that frame that have been written.
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

    /// Where the outbox puts frames when there are none here.
    pub(super) fn empty(&mut self) -> &mut Vec<Frame> {
        debug_assert!(self.frames.is_empty(), "taken while there were frames");
        &mut self.frames
    }

    /// Puts frames behind all others.
    pub(super) fn extend(&mut self, frames: impl IntoIterator<Item = Frame>) {
        self.frames.extend(frames);
    }

    /// Writes until everything is written, or the connection takes no more for now. What was written is added to
    /// `written`, also when this is not ready.
    pub(super) fn poll_write<T: Transport>(
        &mut self,
        transport: &mut T,
        cx: &mut Context<'_>,
        written: &mut Written,
    ) -> Poll<io::Result<()>> {
        while let Some(first) = self.frames.get(self.next) {
            let octets = &first.octets()[self.offset..];
            let joins = octets.len() < JOINED && self.frames.len() > self.next + 1;
            let poll = if joins {
                JOIN.with_borrow_mut(|buffer| {
                    self.join(buffer);
                    transport.poll_write(cx, buffer)
                })
            } else {
                transport.poll_write(cx, octets)
            };
            if poll.is_pending() {
                self.forget_written();
                return Poll::Pending;
            }
            match ready!(poll)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                octets => {
                    written.octets += octets;
                    written.writes += 1;
                    written.frames += self.advance(octets);
                }
            }
        }
        self.frames.clear();
        self.next = 0;
        Poll::Ready(Ok(()))
    }

    /// Drops the frames of subscriptions that have ended, except one that is half-written; gives back their octets.
    pub(super) fn drop_ended(&mut self, subscriptions: &Subscriptions) -> usize {
        self.forget_written();
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
        self.forget_written();
        self.frames.truncate(usize::from(self.offset > 0));
    }

    /// Frees what a burst left behind.
    pub(super) fn shrink(&mut self) {
        if self.frames.is_empty() {
            self.frames = Vec::new();
        }
    }

    fn forget_written(&mut self) {
        self.frames.drain(..self.next);
        self.next = 0;
    }

    fn join(&self, buffer: &mut Vec<u8>) {
        buffer.clear();
        let mut offset = self.offset;
        for frame in &self.frames[self.next..] {
            let octets = &frame.octets()[offset..];
            if buffer.len() + octets.len() > JOIN_LIMIT || octets.len() >= JOINED {
                break;
            }
            buffer.extend_from_slice(octets);
            offset = 0;
        }
    }

    /// Steps over what has been written; says how many frames that completed.
    fn advance(&mut self, mut octets: usize) -> usize {
        let before = self.next;
        while let Some(first) = self.frames.get(self.next) {
            let left = first.octets().len() - self.offset;
            if octets < left {
                self.offset += octets;
                break;
            }
            octets -= left;
            self.offset = 0;
            self.next += 1;
        }
        self.next - before
    }
}
