//! Any octets from a client, cut in any way and answered at once or later: the session says the same, keeps to its
//! contract, and waits for nothing for ever.
//!
//! The first octet chooses what is granted and when, the second the size of the pieces, the rest is what a client sends.

#![no_main]

use std::{collections::VecDeque, sync::Arc};

use libfuzzer_sys::fuzz_target;
use stomp_core::{
    CloseReason, Moment, Version,
    codec::{Decoded, Decoder, Limits},
    session::{Fault, Overdue, Request, ServerSession, SessionConfig, SubscriptionKey},
};

fuzz_target!(|data: &[u8]| {
    let [choice, size, octets @ ..] = data else { return };
    let [refuses, cancels, small] = [1, 2, 4].map(|bit| choice & bit != 0);
    let host = |later| Host::new(refuses, cancels, small, later);
    let whole = host(false).run([octets]);
    let size = usize::from(*size).max(1);
    assert_eq!(host(false).run(octets.chunks(size)), whole);
    // What is cancelled meanwhile is another story when requests are answered later.
    if !cancels {
        assert_eq!(host(true).run([octets]), whole);
        assert_eq!(host(true).run(octets.chunks(size)), whole);
    }
});

/// A server around the machine.
struct Host {
    machine: ServerSession,
    now: Moment,
    said: Said,
    refuses: bool,
    cancels: bool,
    later: bool,
    live: Vec<SubscriptionKey>,
    queue: VecDeque<Request>,
}

/// All that can be seen.
#[derive(Debug, Default, PartialEq)]
struct Said {
    requests: Vec<String>,
    written: Vec<u8>,
}

impl Host {
    fn new(refuses: bool, cancels: bool, small: bool, later: bool) -> Self {
        let mut config = SessionConfig::default();
        config.max_subscriptions = if small { 2 } else { 1000 };
        Self {
            machine: ServerSession::new(Arc::new(config), Moment::ORIGIN),
            now: Moment::ORIGIN,
            said: Said::default(),
            refuses,
            cancels,
            later,
            live: Vec::new(),
            queue: VecDeque::new(),
        }
    }

    fn run<'o>(mut self, pieces: impl IntoIterator<Item = &'o [u8]>) -> Said {
        for mut piece in pieces {
            self.feed(&mut piece);
            assert!(piece.is_empty(), "input left over");
        }
        self.wait();
        check_written(&self.said.written, self.machine.version());
        self.said
    }

    fn feed(&mut self, input: &mut &[u8]) {
        loop {
            let was_ended = self.machine.is_ended();
            let request = self.machine.receive(input, self.now);
            assert!(!was_ended || request.is_none(), "received after the end");
            let nothing_more = request.is_none();
            self.queue.extend(request);
            if self.later && !nothing_more {
                continue;
            }
            let answered = !self.queue.is_empty();
            while let Some(request) = self.queue.pop_front() {
                self.answer(request);
            }
            if nothing_more && !answered {
                return;
            }
        }
    }

    fn answer(&mut self, request: Request) {
        self.said.requests.push(format!("{request:?}"));
        let out = &mut self.said.written;
        let receipt = match request {
            Request::Connect(_) if self.refuses => {
                let fault = Fault::new(CloseReason::Refused, "not: you");
                return self.machine.fail(out, &fault);
            }
            Request::Connect(connect) => {
                return self.machine.accept(out, &connect, "s", connect.login(), self.now);
            }
            Request::Fault(fault) => return self.machine.fail(out, &fault),
            Request::Disconnect { receipt } => receipt,
            Request::Send(send) => send.receipt,
            Request::Subscribe(subscribe) => {
                assert!(self.later || self.machine.subscriptions().is_live(subscribe.key));
                assert!(!self.live.contains(&subscribe.key));
                self.live.push(subscribe.key);
                subscribe.receipt
            }
            Request::Unsubscribe(ended) => {
                assert!(!self.machine.subscriptions().is_live(ended.key));
                self.live.retain(|live| *live != ended.key);
                ended.receipt
            }
        };
        if let Some(receipt) = receipt {
            self.machine.receipt(out, &receipt);
        }
        if self.cancels && self.live.len() == 3 {
            self.machine.cancel(self.live.swap_remove(1));
        }
        if !self.later {
            assert_eq!(self.live.len(), self.machine.subscriptions().len());
        }
    }

    /// Time goes by: each deadline has a reason, and lies behind the one before.
    fn wait(&mut self) {
        for _ in 0..20 {
            let Some(deadline) = self.machine.deadline() else {
                return;
            };
            assert!(deadline > self.now, "a deadline that is past");
            self.now = deadline;
            match self.machine.time_out(deadline) {
                Overdue::Nothing => panic!("nothing is due at the deadline"),
                Overdue::HeartBeat => {}
                Overdue::Ended(_) => {
                    assert!(self.machine.is_ended());
                    self.machine.end();
                }
            }
        }
    }
}

/// What was written is whole frames, and nothing follows an ERROR.
fn check_written(mut written: &[u8], version: Version) {
    let mut decoder = Decoder::new(
        Limits::default()
            .with_header_line(usize::MAX)
            .with_frame(usize::MAX),
    );
    decoder.set_version(version);
    while let Some(decoded) = decoder.decode(&mut written).expect("frames of the machine") {
        let Decoded::Frame(frame) = decoded else {
            panic!("an end of line")
        };
        assert!(!frame.command.is_client());
        assert!(frame.command.as_str() != "ERROR" || written.is_empty());
    }
    assert!(decoder.is_idle());
}
