//! STOMP frames as they stand on the wire.

use std::fmt;

/// A frame from the server. Nothing of it is unescaped, so that tests see what clients see.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    /// The first line.
    pub command: String,
    /// Header lines, split at their first colon.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Did it come in a binary WebSocket message?
    pub binary: bool,
}

impl Frame {
    /// Reads exactly one frame.
    ///
    /// # Panics
    ///
    /// When it is no frame, or there is more than one: servers put each into its own message.
    #[must_use]
    pub fn parse(octets: &[u8], binary: bool) -> Self {
        let shown = || octets.escape_ascii().to_string();
        let end = octets.windows(2).position(|pair| pair == b"\n\n");
        let end = end.unwrap_or_else(|| panic!("no blank line in {}", shown()));
        let head = std::str::from_utf8(&octets[..end]).expect("the head is UTF-8");
        let mut lines = head.split('\n');
        let command = lines.next().unwrap_or_default().to_owned();
        let headers: Vec<(String, String)> = lines
            .map(|line| {
                let (name, value) = line
                    .split_once(':')
                    .unwrap_or_else(|| panic!("no colon in {line:?}"));
                (name.to_owned(), value.to_owned())
            })
            .collect();
        let rest = &octets[end + 2..];
        let body = rest
            .strip_suffix(b"\0")
            .unwrap_or_else(|| panic!("no NUL ends {}", shown()));
        let frame = Self {
            command,
            headers,
            body: body.to_vec(),
            binary,
        };
        match frame.header("content-length") {
            Some(length) => assert_eq!(length, body.len().to_string(), "content-length of {}", shown()),
            None => assert!(!body.contains(&0), "more than one frame in {}", shown()),
        }
        frame
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(header, _)| header == name);
        named.next().map(|(_, value)| &**value)
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.command)?;
        for (name, value) in &self.headers {
            write!(f, " {name}:{value}")?;
        }
        let shown = &self.body[..self.body.len().min(200)];
        write!(f, " {:?}", shown.escape_ascii().to_string())
    }
}
