//! Conversations as data: what a client sends and what it must get, in octets.
//!
//! ```text
//! C19 F2 1.2 an optional title
//! > SEND\ndestination:/topic/c\nfoo:  v  \n\nx\0
//! < MESSAGE | subscription:s0 | foo:  v  | !receipt | = x
//! < open
//! ```
//!
//! The first line names the case, what was said before (`F0` nothing, `F1` CONNECT, `F2` also SUBSCRIBE to `/topic/c` as
//! `s0`) and the version of that CONNECT. `>` is sent, `<` must come, in this order and with nothing between:
//!
//! | behind `<` | meaning |
//! |---|---|
//! | a command | a frame with that command |
//! | `name:value` | … with this header line, octet by octet; `name:*`: with any value |
//! | `!name` | … without this header |
//! | `= body` | … with this body |
//! | `text`, `binary` | … in such a WebSocket message |
//! | `close 1002` | the connection is closed with this code, and nothing follows |
//! | `open` | nothing more comes, and the session works |
//!
//! Octets: `\n` `\r` `\t` `\0` `\\` `\xNN`; `¦` begins a new WebSocket message; `{5000*A}` repeats; `{00..FF}` are all
//! octets; `{1100 headers}` are the lines `h1:v` to `h1100:v`.

use std::{fmt, net::SocketAddr};

use crate::peer::{Frame, Peer};

/// One conversation.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// Its name.
    pub name: String,
    fixture: Fixture,
    version: String,
    lines: Vec<Line>,
}

/// How the client's octets are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// As the conversation says.
    Whole,
    /// Each octet into a message of its own.
    Octets,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fixture {
    Open,
    Connected,
    Subscribed,
}

#[derive(Debug, Clone)]
enum Line {
    Sent(Vec<Vec<u8>>),
    Frame(String, Vec<Part>),
    Close(u16),
    Open,
}

#[derive(Debug, Clone)]
enum Part {
    Header(Vec<u8>),
    AnyValue(String),
    Without(String),
    Body(Vec<u8>),
    Binary(bool),
}

impl Conversation {
    /// Reads a file of conversations.
    ///
    /// # Panics
    ///
    /// When it is not in the notation above.
    #[must_use]
    pub fn read_all(file: &str) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for line in file
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            match line.split_at_checked(2) {
                Some((">" | "> ", sent)) => last(&mut all).push(Line::Sent(pieces(sent))),
                Some(("< ", expected)) => last(&mut all).push(Line::expected(expected)),
                _ => all.push(Self::named(line)),
            }
        }
        all
    }

    fn named(line: &str) -> Self {
        let mut words = line.split(' ');
        let mut word = || {
            words
                .next()
                .unwrap_or_else(|| panic!("name, fixture and version: {line:?}"))
        };
        Self {
            name: word().to_owned(),
            fixture: match word() {
                "F0" => Fixture::Open,
                "F1" => Fixture::Connected,
                "F2" => Fixture::Subscribed,
                other => panic!("no such fixture: {other:?}"),
            },
            version: word().to_owned(),
            lines: Vec::new(),
        }
    }

    /// Has this conversation with a server.
    ///
    /// # Panics
    ///
    /// When the server says something else.
    pub async fn hold(&self, server: SocketAddr, cut: Cut) {
        let mut peer = Peer::open(server).await;
        if self.fixture >= Fixture::Connected {
            let connect = format!("CONNECT\naccept-version:{}\nhost:localhost\n\n\0", self.version);
            peer.text(connect).await;
            let connected = peer.expect("CONNECTED").await;
            assert_eq!(connected.header("version"), Some(&*self.version));
        }
        if self.fixture == Fixture::Subscribed {
            peer.subscribe("s0", "/topic/c").await;
        }
        for line in &self.lines {
            self.go_on(line, &mut peer, cut).await;
        }
    }

    async fn go_on(&self, line: &Line, peer: &mut Peer, cut: Cut) {
        match line {
            Line::Sent(pieces) => {
                let cut_up: Vec<_> = pieces.iter().flatten().map(|octet| vec![*octet]).collect();
                match cut {
                    Cut::Whole => peer.messages(pieces).await,
                    Cut::Octets => peer.messages(&cut_up).await,
                }
            }
            Line::Frame(command, parts) => {
                let frame = peer.frame().await;
                assert_eq!(&frame.command, command, "{self} {cut:?}: {frame:?}");
                only_once(&frame);
                for part in parts {
                    assert!(
                        part.fits(&frame),
                        "{self} {cut:?}: {part:?} is missing from {frame:?}"
                    );
                }
            }
            Line::Close(code) => peer.expect_close(*code).await,
            Line::Open => peer.expect_nothing().await,
        }
    }
}

impl fmt::Display for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn last(all: &mut [Conversation]) -> &mut Vec<Line> {
    &mut all.last_mut().expect("a case begins with its name").lines
}

/// What the server writes itself must not be there twice, whatever clients try.
fn only_once(frame: &Frame) {
    for name in [
        "destination",
        "message-id",
        "subscription",
        "content-length",
        "receipt-id",
    ] {
        let count = frame.headers.iter().filter(|(header, _)| header == name).count();
        assert!(count < 2, "{name} is there {count} times: {frame:?}");
    }
}

impl Line {
    fn expected(text: &str) -> Self {
        let mut parts = text.split(" | ");
        match parts.next().unwrap_or_default() {
            "open" => Self::Open,
            first => match first.strip_prefix("close ") {
                Some(code) => Self::Close(code.parse().expect("a close code")),
                None => Self::Frame(first.to_owned(), parts.map(Part::new).collect()),
            },
        }
    }
}

impl Part {
    fn new(text: &str) -> Self {
        match text {
            "text" => return Self::Binary(false),
            "binary" => return Self::Binary(true),
            _ => {}
        }
        if let Some(name) = text.strip_prefix('!') {
            return Self::Without(name.to_owned());
        }
        if let Some(name) = text.strip_suffix(":*") {
            return Self::AnyValue(name.to_owned());
        }
        match text.strip_prefix("= ").or((text == "=").then_some("")) {
            Some(body) => Self::Body(octets(body)),
            None => Self::Header(octets(text)),
        }
    }

    fn fits(&self, frame: &Frame) -> bool {
        match self {
            Self::Header(line) => frame
                .headers
                .iter()
                .any(|(name, value)| format!("{name}:{value}").as_bytes() == line),
            Self::AnyValue(name) => frame.header(name).is_some_and(|value| !value.is_empty()),
            Self::Without(name) => frame.header(name).is_none(),
            Self::Body(body) => frame.body == *body,
            Self::Binary(binary) => frame.binary == *binary,
        }
    }
}

fn pieces(text: &str) -> Vec<Vec<u8>> {
    text.split('¦').map(octets).collect()
}

/// The octets that stand in the notation above.
fn octets(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let used = match next {
            '\\' => escape(rest, &mut octets),
            '{' => brace(rest, &mut octets),
            _ => {
                octets.extend(&rest.as_bytes()[..next.len_utf8()]);
                next.len_utf8()
            }
        };
        rest = &rest[used..];
    }
    octets
}

fn escape(text: &str, octets: &mut Vec<u8>) -> usize {
    octets.push(match text.as_bytes()[1] {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'0' => 0,
        b'\\' => b'\\',
        b'x' => {
            octets.push(u8::from_str_radix(&text[2..4], 16).expect("two digits"));
            return 4;
        }
        other => panic!("no such escape: \\{}", char::from(other)),
    });
    2
}

fn brace(text: &str, octets: &mut Vec<u8>) -> usize {
    let end = text.find('}').expect("a closing brace");
    let inner = &text[1..end];
    if inner == "00..FF" {
        octets.extend(0..=255);
    } else if let Some(count) = inner.strip_suffix(" headers") {
        let count: usize = count.parse().expect("a number of headers");
        octets.extend((1..=count).flat_map(|n| format!("h{n}:v\n").into_bytes()));
    } else {
        let (count, what) = inner.split_once('*').expect("count*what");
        octets.extend(what.repeat(count.parse().expect("a count")).into_bytes());
    }
    end + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_read_as_they_are_meant() {
        let table: [(&str, &[u8]); 6] = [
            (r"a\nb\0", b"a\nb\0"),
            (r"\\n\x01é", b"\\n\x01\xc3\xa9"),
            ("{3*ab}", b"ababab"),
            ("{2 headers}", b"h1:v\nh2:v\n"),
            (r"hello\01234", b"hello\x001234"),
            ("", b""),
        ];
        for (text, expected) in table {
            assert_eq!(octets(text), expected, "{text}");
        }
        assert_eq!(octets("{00..FF}").len(), 256);
    }
}
