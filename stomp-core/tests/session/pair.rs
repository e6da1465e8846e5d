//! A scripted client and the machine, with a network between them that cuts, joins, delays and loses.

use std::{collections::VecDeque, time::Duration};

use stomp_core::{
    Command, Frame, HeartBeat, Moment, Version,
    codec::{Decoded, Decoder, Limits},
};

use crate::host::{Answers, Host, config_with_beats, connect_frame};

/// One direction of the network.
#[derive(Debug, Default)]
struct Wire {
    latency: u64,
    /// Octets that travel together; zero: as they were written.
    piece: usize,
    /// From then on everything is lost, and nobody is told.
    dead_from: Option<Moment>,
    flying: VecDeque<(Moment, Vec<u8>)>,
}

impl Wire {
    fn send(&mut self, octets: &[u8], now: Moment) {
        if octets.is_empty() || self.dead_from.is_some_and(|from| from <= now) {
            return;
        }
        let size = if self.piece == 0 { octets.len() } else { self.piece };
        for (number, piece) in (0u64..).zip(octets.chunks(size)) {
            // Each piece a little later than the one before, and never before what is on its way already.
            let at = now.after(Duration::from_millis(self.latency + number % 3));
            let at = self.flying.back().map_or(at, |(before, _)| at.max(*before));
            self.flying.push_back((at, piece.to_vec()));
        }
    }

    /// All that has come by now, joined.
    fn arrived(&mut self, now: Moment) -> Vec<u8> {
        let mut octets = Vec::new();
        while let Some((_, piece)) = self.flying.pop_front_if(|(at, _)| *at <= now) {
            octets.extend(piece);
        }
        octets
    }

    fn next(&self) -> Option<Moment> {
        self.flying.front().map(|(at, _)| *at)
    }
}

/// A client that sends what its script says when it says so, and a heart-beat when it is silent for too long.
#[derive(Debug)]
struct Client {
    script: VecDeque<(Moment, Vec<u8>)>,
    offers: HeartBeat,
    decoder: Decoder,
    received: Vec<Frame>,
    /// What was agreed on: how often this side sends, and hears.
    beats: (Option<Duration>, Option<Duration>),
    last_sent: Moment,
    last_heard: Moment,
    longest_silence: Duration,
    /// It was not heard of the server for twice the interval, and said no more.
    given_up: Option<Moment>,
}

impl Client {
    fn new(offers: HeartBeat, script: &[(u64, &str)]) -> Self {
        let connect = (0, connect_frame(Version::V1_2, &offers.to_string()));
        let script = script.iter().map(|(at, text)| (*at, (*text).to_owned()));
        Self {
            script: std::iter::once(connect)
                .chain(script)
                .map(|(at, text)| (Moment::from_millis(at), text.into_bytes()))
                .collect(),
            offers,
            decoder: Decoder::new(Limits::default()),
            received: Vec::new(),
            beats: (None, None),
            last_sent: Moment::ORIGIN,
            last_heard: Moment::ORIGIN,
            longest_silence: Duration::ZERO,
            given_up: None,
        }
    }

    fn hear(&mut self, mut octets: &[u8], now: Moment) {
        if octets.is_empty() {
            return;
        }
        if self.beats.1.is_some() {
            self.longest_silence = self.longest_silence.max(now.since(self.last_heard));
        }
        self.last_heard = now;
        while let Some(decoded) = self.decoder.decode(&mut octets).expect("frames of a server") {
            if let Decoded::Frame(frame) = decoded {
                self.take(frame);
            }
        }
    }

    fn take(&mut self, frame: Frame) {
        if frame.command == Command::Connected {
            let server = HeartBeat::parse(frame.header("heart-beat").expect("1.2")).expect("two numbers");
            self.beats = self.offers.negotiate(server);
            self.decoder.set_version(Version::V1_2);
        }
        self.received.push(frame);
    }

    fn say(&mut self, now: Moment) -> Vec<u8> {
        if self.gives_up_at().is_some_and(|at| at <= now) {
            self.given_up.get_or_insert(now);
        }
        let mut octets = Vec::new();
        if self.given_up.is_some() {
            return octets;
        }
        while let Some((_, text)) = self.script.pop_front_if(|(at, _)| *at <= now) {
            octets.extend(text);
        }
        if octets.is_empty() && self.beats_at().is_some_and(|at| at <= now) {
            octets.push(b'\n');
        }
        if !octets.is_empty() {
            self.last_sent = now;
        }
        octets
    }

    fn beats_at(&self) -> Option<Moment> {
        self.beats.0.map(|interval| self.last_sent.after(interval))
    }

    fn gives_up_at(&self) -> Option<Moment> {
        self.beats.1.map(|interval| self.last_heard.after(interval * 2))
    }

    fn next(&self) -> Option<Moment> {
        let script = self.script.front().map(|(at, _)| *at);
        let all = [script, self.beats_at(), self.gives_up_at()];
        if self.given_up.is_some() {
            None
        } else {
            all.into_iter().flatten().min()
        }
    }
}

#[derive(Debug)]
struct Pair {
    client: Client,
    up: Wire,
    down: Wire,
    host: Host,
    /// The server looks at its deadlines at multiples of this only.
    tick: u64,
}

impl Pair {
    fn new(server: HeartBeat, client: HeartBeat, script: &[(u64, &str)]) -> Self {
        Self {
            client: Client::new(client, script),
            up: Wire::default(),
            down: Wire::default(),
            host: Host::new(config_with_beats(server), Answers::AtOnce),
            tick: 1,
        }
    }

    fn run(&mut self, until: u64) {
        let until = Moment::from_millis(until);
        let mut now = Moment::ORIGIN;
        loop {
            self.step(now);
            match self.next().map(|next| next.max(now)) {
                Some(next) if next <= until => now = next,
                _ => return,
            }
        }
    }

    fn step(&mut self, now: Moment) {
        self.host.now = now;
        self.host.feed(&self.up.arrived(now));
        if self.looks_at().is_some_and(|at| at <= now) {
            let overdue = self.host.machine.time_out(now);
            self.host.deal_with(overdue);
        }
        self.down.send(&std::mem::take(&mut self.host.written), now);
        self.client.hear(&self.down.arrived(now), now);
        let said = self.client.say(now);
        self.up.send(&said, now);
    }

    /// The machine's deadline; on a coarse clock, the first tick behind it.
    fn looks_at(&self) -> Option<Moment> {
        let deadline = self.host.machine.deadline()?;
        let behind = (deadline.as_millis() / self.tick + 1) * self.tick;
        Some(if self.tick == 1 {
            deadline
        } else {
            Moment::from_millis(behind)
        })
    }

    fn next(&self) -> Option<Moment> {
        let all = [
            self.up.next(),
            self.down.next(),
            self.client.next(),
            self.looks_at(),
        ];
        all.into_iter().flatten().min()
    }

    /// What the server wrote down about endings.
    fn endings(&self) -> Vec<&str> {
        let endings = self.host.log.iter().map(String::as_str);
        endings
            .filter(|entry| entry.ends_with("lost") || entry.ends_with("timed-out"))
            .collect()
    }
}

const TEN_SECONDS: HeartBeat = HeartBeat::from_millis(10_000, 10_000);
const DAY: u64 = 86_400_000;

#[test]
fn the_conversation_is_the_same_over_every_network() {
    let script = [
        (
            0,
            "SEND\ndestination:/a\nreceipt:r1\n\n1\0\nSUBSCRIBE\nid:s\ndestination:/b\nreceipt:r2\n\n\0",
        ),
        (
            100,
            "SEND\ndestination:/a\nreceipt:r\\c3\ncontent-length:3\n\n\0\n\0\0",
        ),
        (101, "UNSUBSCRIBE\nid:s\n\n\0\r\nDISCONNECT\nreceipt:r4\n\n\0"),
    ];
    for piece in [0, 1, 7] {
        for latency in [0, 40, 3000] {
            let mut pair = Pair::new(HeartBeat::NONE, HeartBeat::NONE, &script);
            (pair.up.piece, pair.down.piece) = (piece, piece);
            (pair.up.latency, pair.down.latency) = (latency, latency);
            pair.run(DAY);
            check_conversation(&pair);
        }
    }
}

fn check_conversation(pair: &Pair) {
    let requests: Vec<_> = pair
        .host
        .log
        .iter()
        .filter(|entry| !entry.starts_with('<'))
        .collect();
    let expected = [
        "CONNECT 1.2 0,0",
        "SEND /a \"1\"",
        "SUBSCRIBE s /b",
        "SEND /a \"\\0\\n\\0\"",
        "UNSUBSCRIBE s /b",
        "DISCONNECT",
    ];
    assert_eq!(requests, expected);
    let receipts: Vec<_> = pair
        .client
        .received
        .iter()
        .filter_map(|frame| frame.header("receipt-id"))
        .collect();
    assert_eq!(receipts, ["r1", "r2", "r:3", "r4"]);
    assert_eq!(pair.client.received.len(), 5, "CONNECTED, and the receipts");
}

#[test]
fn heart_beats_keep_an_idle_pair_together_and_the_promise_is_kept() {
    // server's and client's sx,sy; the client's longest silence
    let table = [
        ((10_000, 10_000), (10_000, 10_000), 10_000),
        ((10_000, 10_000), (5000, 20_000), 20_000),
        ((2000, 2000), (1000, 1000), 2000),
        ((777, 777), (1, 1), 777),
        ((500, 500), (500, 500), 500),
        ((250, 250), (250, 250), 250),
    ];
    for ((sx, sy), (cx, cy), promised) in table {
        let mut pair = Pair::new(
            HeartBeat::from_millis(sx, sy),
            HeartBeat::from_millis(cx, cy),
            &[],
        );
        let latency = promised / 10;
        (pair.up.latency, pair.down.latency) = (latency, latency);
        pair.tick = 100;
        pair.run(DAY / 24);
        assert!(
            pair.endings().is_empty() && pair.client.given_up.is_none(),
            "{:?}",
            pair.endings()
        );
        let silence = pair.client.longest_silence.as_millis();
        let promised = u128::from(promised);
        assert!(
            silence <= promised && silence > promised / 2,
            "{silence} of {promised}"
        );
    }
}

#[test]
fn a_client_whose_octets_no_longer_come_is_given_up() {
    let mut pair = Pair::new(TEN_SECONDS, TEN_SECONDS, &[]);
    pair.up.dead_from = Some(Moment::from_millis(65_000));
    pair.tick = 100;
    pair.run(DAY);
    // It was last heard of after a minute.
    assert_eq!(pair.endings(), ["90100: heart-beat-lost"]);
}

#[test]
fn a_server_whose_octets_no_longer_come_learns_of_it_from_its_client() {
    let mut pair = Pair::new(TEN_SECONDS, TEN_SECONDS, &[]);
    pair.down.dead_from = Some(Moment::from_millis(65_000));
    pair.run(DAY);
    let given_up = pair
        .client
        .given_up
        .expect("the client hears nothing")
        .as_millis();
    assert!((75_000..=85_000).contains(&given_up), "{given_up}");
    assert_eq!(pair.endings().len(), 1, "{:?}", pair.endings());
}

#[test]
fn half_a_frame_on_a_dead_line_is_not_kept_for_ever() {
    let mut pair = Pair::new(
        TEN_SECONDS,
        HeartBeat::NONE,
        &[(5000, "SEND\ndestination:/a\n\nhalf"), (5001, "\0")],
    );
    pair.up.dead_from = Some(Moment::from_millis(5001));
    pair.run(DAY);
    assert_eq!(pair.endings(), ["65000: timed-out"]);
}

#[test]
fn a_client_that_never_says_connect_is_given_up_wherever_it_stops() {
    for (latency, piece) in [(0, 0), (1, 1)] {
        let mut pair = Pair::new(TEN_SECONDS, TEN_SECONDS, &[]);
        (pair.up.latency, pair.up.piece) = (latency, piece);
        let connect = pair.client.script.pop_front().expect("CONNECT").1;
        pair.client
            .script
            .push_front((Moment::ORIGIN, connect[..20].to_vec()));
        pair.run(DAY);
        assert_eq!(pair.endings(), ["10000: timed-out"]);
    }
}
