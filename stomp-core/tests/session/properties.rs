//! What holds for all inputs.

use std::{collections::HashMap, sync::Arc};

use proptest::{collection::vec, prelude::*, sample::select};
use stomp_core::{
    Command, Moment,
    session::{Request, ServerSession, SessionConfig, SubscriptionId, SubscriptionKey},
};

use crate::host::{Answers, Host, config};

/// Pieces of conversations: whole frames, good and bad, and what may stand between and inside of them.
const WORDS: [&str; 24] = [
    "CONNECT\n\n\0",
    "CONNECT\naccept-version:1.1\n\n\0",
    "CONNECT\naccept-version:1.2\nheart-beat:1000,1000\n\n\0",
    "STOMP\naccept-version:1.2\npasscode:wrong\n\n\0",
    "SEND\ndestination:/a\nreceipt:r\n\nx\0",
    "SEND\ndestination:/a\ncontent-length:3\n\n\0\n\0\0",
    "SEND\nreceipt:r:\\c\n\n\0",
    "SEND\ndestination://\n\n\0",
    "SEND\ntransaction:t\ndestination:/a\n\n\0",
    "SUBSCRIBE\nid:a\ndestination:/a\n\n\0",
    "SUBSCRIBE\nid:b\ndestination:/a\nreceipt:s\n\n\0",
    "SUBSCRIBE\ndestination:/a\n\n\0",
    "SUBSCRIBE\nid:c\nack:client\ndestination:/a\n\n\0",
    "UNSUBSCRIBE\nid:a\n\n\0",
    "UNSUBSCRIBE\ndestination:/a\n\n\0",
    "ACK\nid:1\n\n\0",
    "DISCONNECT\nreceipt:d\n\n\0",
    "MESSAGE\n\n\0",
    "\n",
    "\r\n",
    "\r",
    "\0",
    "SEND\n",
    "receipt:q\n",
];

/// Mostly conversations that get somewhere.
fn conversation() -> impl Strategy<Value = Vec<u8>> {
    let opening = prop_oneof![
        4 => select(&WORDS[..4]).prop_map(str::to_owned),
        1 => Just(String::new()),
    ];
    let word = prop_oneof![
        8 => select(&WORDS[4..]).prop_map(|word| word.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..6),
    ];
    (opening, vec(word, 0..12)).prop_map(|(opening, words)| [opening.into_bytes(), words.concat()].concat())
}

/// All that can be seen of a session that was fed these pieces.
fn run<'p>(
    pieces: impl IntoIterator<Item = &'p [u8]>,
    answers: Answers,
) -> (Vec<String>, Vec<u8>, bool, usize) {
    let mut host = Host::new(config(), answers);
    pieces.into_iter().for_each(|piece| host.feed(piece));
    host.pass(1_000_000);
    let live = host.machine.subscriptions().len();
    (host.log, host.written, host.machine.is_ended(), live)
}

/// `octets` cut after these sizes, again and again.
fn pieces<'o>(mut octets: &'o [u8], sizes: &[usize]) -> Vec<&'o [u8]> {
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        if octets.is_empty() {
            break;
        }
        let (piece, rest) = octets.split_at((*size).min(octets.len()));
        pieces.push(piece);
        octets = rest;
    }
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn every_way_of_cutting_and_answering_gives_the_same(
        octets in conversation(),
        sizes in vec(1_usize..40, 1..6),
    ) {
        let whole = run([&octets[..]], Answers::AtOnce);
        prop_assert_eq!(&run(octets.chunks(1), Answers::AtOnce), &whole);
        prop_assert_eq!(&run(octets.chunks(1), Answers::Afterwards), &whole);
        prop_assert_eq!(&run(pieces(&octets, &sizes), Answers::AtOnce), &whole);
        prop_assert_eq!(&run([&octets[..]], Answers::Afterwards), &whole);
    }

    #[test]
    fn any_octets_are_survived(octets in vec(any::<u8>(), 0..300), connected in any::<bool>()) {
        let opening: &[u8] = if connected { b"CONNECT\n\n\0" } else { b"" };
        let octets = [opening, &octets].concat();
        prop_assert_eq!(run(octets.chunks(1), Answers::AtOnce), run([&octets[..]], Answers::AtOnce));
    }

    /// The host checks it: it panics when something is received after the end.
    #[test]
    fn nothing_is_received_after_the_end(before in conversation(), after in conversation()) {
        let mut host = Host::new(config(), Answers::AtOnce);
        host.feed(&before);
        if !host.machine.is_ended() {
            host.feed(b"\0");
        }
        if !host.machine.is_ended() {
            // It was the end of a frame.
            host.feed(b"\0");
        }
        prop_assert!(host.machine.is_ended());
        let said = host.log.len();
        host.feed(&after);
        host.pass(1_000_000);
        prop_assert_eq!(host.log.len(), said);
    }

    #[test]
    fn a_subscription_is_live_as_long_as_the_model_says(actions in vec(action(), 0..200)) {
        let mut model = Model::new();
        actions.into_iter().for_each(|action| model.apply(action));
    }
}

#[derive(Debug, Clone, Copy)]
enum Action {
    Subscribe(usize),
    Unsubscribe(usize),
    Cancel(usize),
    CancelOld(usize),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => (0..40_usize).prop_map(Action::Subscribe),
        2 => (0..40_usize).prop_map(Action::Unsubscribe),
        1 => (0..40_usize).prop_map(Action::Cancel),
        1 => (0..200_usize).prop_map(Action::CancelOld),
    ]
}

/// Some ids are short enough to be kept in place, others are not.
fn id(number: usize) -> String {
    "x".repeat(number) + &number.to_string()
}

/// A session beside a map that should know the same.
struct Model {
    machine: ServerSession,
    live: HashMap<usize, SubscriptionKey>,
    issued: Vec<SubscriptionKey>,
}

impl Model {
    fn new() -> Self {
        let mut machine = ServerSession::new(Arc::new(SessionConfig::default()), Moment::ORIGIN);
        let mut input: &[u8] = b"CONNECT\naccept-version:1.2\n\n\0";
        let Some(Request::Connect(connect)) = machine.receive(&mut input, Moment::ORIGIN) else {
            panic!("a CONNECT")
        };
        machine.accept(&mut Vec::new(), &connect, "s", None, Moment::ORIGIN);
        Self {
            machine,
            live: HashMap::new(),
            issued: Vec::new(),
        }
    }

    fn receive(&mut self, command: Command, id: &str, rest: &str) -> Request {
        let text = format!("{command}\nid:{id}\n{rest}\n\0");
        let request = self.machine.receive(&mut text.as_bytes(), Moment::ORIGIN);
        request.expect("a whole frame")
    }

    fn apply(&mut self, action: Action) {
        match action {
            Action::Subscribe(number) if !self.live.contains_key(&number) => self.subscribe(number),
            Action::Unsubscribe(number) if self.live.contains_key(&number) => self.unsubscribe(number),
            Action::Cancel(number) => {
                if let Some(key) = self.live.remove(&number) {
                    self.machine.cancel(key);
                }
            }
            Action::CancelOld(nth) => {
                if let Some(key) = self.issued.get(nth).copied() {
                    self.machine.cancel(key);
                    self.live.retain(|_, live| *live != key);
                }
            }
            // They would end the session.
            Action::Subscribe(_) | Action::Unsubscribe(_) => {}
        }
        self.check();
    }

    fn subscribe(&mut self, number: usize) {
        match self.receive(Command::Subscribe, &id(number), "destination:/a\n") {
            Request::Subscribe(new) => {
                assert!(!self.issued.contains(&new.key), "no key is used twice");
                self.live.insert(number, new.key);
                self.issued.push(new.key);
            }
            other => panic!("{other:?}"),
        }
    }

    fn unsubscribe(&mut self, number: usize) {
        match self.receive(Command::Unsubscribe, &id(number), "") {
            Request::Unsubscribe(ended) => assert_eq!(self.live.remove(&number), Some(ended.key)),
            other => panic!("{other:?}"),
        }
    }

    fn check(&self) {
        let all = self.machine.subscriptions();
        assert_eq!(
            (all.len(), all.is_empty()),
            (self.live.len(), self.live.is_empty())
        );
        for key in &self.issued {
            assert_eq!(all.is_live(*key), self.live.values().any(|live| live == key));
        }
        for number in 0..40 {
            let found = all.find(&SubscriptionId::from(&*id(number)));
            assert_eq!(found, self.live.get(&number).copied());
        }
        assert!(all.iter().all(|(key, ..)| all.is_live(key)) && all.iter().count() == all.len());
    }
}
