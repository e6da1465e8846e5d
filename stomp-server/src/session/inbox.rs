//! What a client has asked for and waits its turn.

use std::collections::VecDeque;

use stomp_core::session::Request;

/// Requests in order, bounded in number and octets: when it is full the session reads no more.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    waiting: VecDeque<(Request, usize)>,
    octets: usize,
}

impl Inbox {
    pub(super) fn push(&mut self, request: Request) {
        let octets = size(&request);
        self.octets += octets;
        self.waiting.push_back((request, octets));
    }

    pub(super) fn pop(&mut self) -> Option<Request> {
        let (request, octets) = self.waiting.pop_front()?;
        self.octets -= octets;
        Some(request)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Is the next request one that ends the session?
    pub(super) fn ends_session(&self) -> bool {
        self.waiting
            .front()
            .is_some_and(|(request, _)| ends_session(request))
    }

    pub(super) fn has_room(&self, frames: usize, octets: usize) -> bool {
        self.waiting.len() < frames && self.octets < octets
    }

    /// Forgets what waits.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Frees what a burst left behind.
    pub(super) fn shrink(&mut self) {
        if self.waiting.is_empty() {
            self.waiting = VecDeque::new();
        }
    }
}

/// What a request holds beside the octets that its client chose.
const OWN: usize = 256;

/// About how many octets a request holds.
fn size(request: &Request) -> usize {
    let message = match request {
        Request::Send(send) => &send.message,
        Request::Subscribe(subscribe) => &subscribe.message,
        _ => return OWN,
    };
    OWN + message.body.len() + message.destination.len() + message.headers.octets()
}

/// Does this request end the session?
pub(super) fn ends_session(request: &Request) -> bool {
    matches!(request, Request::Disconnect { .. } | Request::Fault(_))
}
