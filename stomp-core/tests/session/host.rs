//! A server that answers everything at once, and writes down what it saw and said.

use std::{collections::VecDeque, fmt::Write as _, sync::Arc, time::Duration};

use stomp_core::{
    CloseReason, ErrorCode, HeartBeat, Moment, Version,
    session::{Connect, Fault, Overdue, Request, ServerSession, SessionConfig, SubscriptionId},
};

use crate::notation::show_octets;

/// The limits of the tests: the usual ones, and room for three subscriptions.
pub(crate) fn config() -> SessionConfig {
    let mut config = SessionConfig::default();
    config.max_subscriptions = 3;
    config
}

pub(crate) fn config_with_beats(heart_beat: HeartBeat) -> SessionConfig {
    let mut config = config();
    config.heart_beat = heart_beat;
    config
}

/// A connected session's CONNECT.
pub(crate) fn connect_frame(version: Version, heart_beat: &str) -> String {
    format!("CONNECT\naccept-version:{version}\nhost:h\nheart-beat:{heart_beat}\n\n\0")
}

/// When requests are answered. It must not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    /// Each before the next one is received.
    AtOnce,
    /// Once nothing more is received.
    Afterwards,
}

/// A machine and its surroundings.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) machine: ServerSession,
    pub(crate) now: Moment,
    /// Requests and the short form of what was written, in order.
    pub(crate) log: Vec<String>,
    /// What was written and nobody has taken.
    pub(crate) written: Vec<u8>,
    answers: Answers,
    input: Vec<u8>,
    queue: VecDeque<Request>,
}

impl Host {
    pub(crate) fn new(config: SessionConfig, answers: Answers) -> Self {
        Self {
            machine: ServerSession::new(Arc::new(config), Moment::ORIGIN),
            now: Moment::ORIGIN,
            log: Vec::new(),
            written: Vec::new(),
            answers,
            input: Vec::new(),
            queue: VecDeque::new(),
        }
    }

    /// A host with a session that speaks `version`, and nothing written down yet.
    pub(crate) fn connected(config: SessionConfig, answers: Answers, version: Version) -> Self {
        let mut host = Self::new(config, answers);
        host.feed(connect_frame(version, "0,0").as_bytes());
        assert!(host.machine.is_connected() && host.machine.version() == version);
        host.log.clear();
        host.written.clear();
        host
    }

    /// The client's octets come.
    pub(crate) fn feed(&mut self, octets: &[u8]) {
        self.input.extend_from_slice(octets);
        loop {
            self.receive();
            let Some(request) = self.queue.pop_front() else {
                break;
            };
            self.answer(request);
            while self.answers == Answers::Afterwards
                && let Some(request) = self.queue.pop_front()
            {
                self.answer(request);
            }
        }
        assert!(self.input.is_empty(), "input left over: {:?}", self.log);
    }

    fn receive(&mut self) {
        let mut rest = &self.input[..];
        loop {
            let was_ended = self.machine.is_ended();
            let Some(request) = self.machine.receive(&mut rest, self.now) else {
                break;
            };
            assert!(!was_ended, "received after the end: {request:?}");
            self.queue.push_back(request);
            if self.answers == Answers::AtOnce {
                break;
            }
        }
        let used = self.input.len() - rest.len();
        self.input.drain(..used);
    }

    fn answer(&mut self, request: Request) {
        match request {
            Request::Connect(connect) => self.judge(&connect),
            Request::Send(send) => {
                let message = &send.message;
                let body = show_octets(&message.body);
                self.log
                    .push(format!("SEND {} \"{body}\"", show(&message.destination)));
                self.receipt(send.receipt);
            }
            Request::Subscribe(subscribe) => {
                let destination = show(&subscribe.message.destination);
                self.log
                    .push(format!("SUBSCRIBE {} {destination}", show_id(&subscribe.id)));
                self.receipt(subscribe.receipt);
            }
            Request::Unsubscribe(ended) => {
                assert!(!self.machine.subscriptions().is_live(ended.key));
                let destination = show(&ended.destination);
                self.log
                    .push(format!("UNSUBSCRIBE {} {destination}", show_id(&ended.id)));
                self.receipt(ended.receipt);
            }
            Request::Disconnect { receipt } => {
                assert!(self.machine.is_ended());
                self.log.push("DISCONNECT".to_owned());
                self.receipt(receipt);
                self.machine.end();
            }
            Request::Fault(fault) => {
                assert!(self.machine.is_ended());
                self.fail(&fault);
            }
        }
    }

    fn judge(&mut self, connect: &Connect) {
        let heart_beat = connect.heart_beat;
        self.log.push(format!("CONNECT {} {heart_beat}", connect.version));
        if connect.passcode() == Some("wrong") {
            let fault = Fault::new(CloseReason::Refused, "wrong passcode: C:\\");
            return self.fail(&fault.with_code(ErrorCode::Unauthenticated));
        }
        let mut out = Vec::new();
        self.machine
            .accept(&mut out, connect, "s-1", connect.login(), self.now);
        assert!(self.machine.is_connected());
        self.write(&out);
    }

    fn receipt(&mut self, receipt: Option<Box<str>>) {
        if let Some(receipt) = receipt {
            let mut out = Vec::new();
            self.machine.receipt(&mut out, &receipt);
            self.write(&out);
        }
    }

    pub(crate) fn fail(&mut self, fault: &Fault) {
        let mut out = Vec::new();
        self.machine.fail(&mut out, fault);
        assert!(self.machine.is_ended() && self.machine.deadline().is_none());
        self.write(&out);
    }

    fn write(&mut self, octets: &[u8]) {
        self.log.push(show_frame(octets));
        self.written.extend_from_slice(octets);
        self.machine.sent(self.now);
    }

    /// Time goes by; whoever is late or owed something is dealt with at the moment of the deadline.
    pub(crate) fn pass(&mut self, millis: u64) {
        let until = self.now.after(Duration::from_millis(millis));
        while let Some(at) = self.machine.deadline().filter(|at| *at <= until) {
            self.now = at.max(self.now);
            let overdue = self.machine.time_out(self.now);
            assert_ne!(overdue, Overdue::Nothing, "nothing is due at the deadline");
            self.deal_with(overdue);
        }
        self.now = until;
        assert_eq!(self.machine.time_out(until), Overdue::Nothing);
    }

    pub(crate) fn deal_with(&mut self, overdue: Overdue) {
        let at = self.now.as_millis();
        match overdue {
            Overdue::Nothing => {}
            Overdue::HeartBeat => {
                self.log.push(format!("{at}: beat"));
                self.written.push(b'\n');
                self.machine.sent(self.now);
            }
            Overdue::Ended(reason) => {
                assert!(self.machine.is_ended());
                self.log.push(format!("{at}: {}", reason.as_str()));
                self.machine.end();
            }
        }
    }
}

fn show_id(id: &SubscriptionId) -> String {
    match id.given() {
        Some(id) => show(id),
        None => format!("({})", show(id.as_str())),
    }
}

fn show(text: &str) -> String {
    show_octets(text.as_bytes())
}

/// A written frame in short, its headers as they stand on the wire. What all frames of its kind have in common is
/// checked instead.
fn show_frame(octets: &[u8]) -> String {
    let text = str::from_utf8(octets).expect("UTF-8");
    let (head, body) = text.split_once("\n\n").expect("a blank line");
    let body = body.strip_suffix('\0').expect("a NUL");
    let mut lines = head.split('\n');
    let command = lines.next().expect("a command");
    let headers: Vec<_> = lines.map(|line| line.split_once(':').expect("a colon")).collect();
    match command {
        "CONNECTED" => show_connected(&headers),
        "RECEIPT" => format!("<RECEIPT [{}]", show(required(&headers, "receipt-id"))),
        "ERROR" => show_error(&headers, body),
        _ => panic!("written: {text}"),
    }
}

fn show_connected(headers: &[(&str, &str)]) -> String {
    assert_eq!(required(headers, "session"), "s-1");
    assert_eq!(required(headers, "server"), "stomp-server");
    let user = header(headers, "user-name").map(|user| format!(" {}", show(user)));
    let (version, heart_beat) = (required(headers, "version"), required(headers, "heart-beat"));
    format!("<CONNECTED {version} {heart_beat}{}", user.unwrap_or_default())
}

fn show_error(headers: &[(&str, &str)], body: &str) -> String {
    assert_eq!(required(headers, "content-type"), "text/plain");
    assert_eq!(required(headers, "content-length"), body.len().to_string());
    let (code, retry) = (required(headers, "code"), required(headers, "retry"));
    let mut text = format!("<ERROR {code} {retry} \"{}\"", show(body));
    for (name, value) in headers {
        let usual = ["code", "retry", "content-type", "content-length"].contains(name);
        if !usual && (*name, *value) != ("message", body) {
            write!(text, " [{name}:{}]", show(value)).expect("a string has room");
        }
    }
    text
}

fn header<'h>(headers: &[(&'h str, &'h str)], name: &str) -> Option<&'h str> {
    let entry = headers.iter().find(|(entry, _)| *entry == name)?;
    Some(entry.1)
}

fn required<'h>(headers: &[(&'h str, &'h str)], name: &str) -> &'h str {
    header(headers, name).unwrap_or_else(|| panic!("no {name}: {headers:?}"))
}
