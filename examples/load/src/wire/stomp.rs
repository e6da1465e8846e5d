//! STOMP 1.2 frames as a client writes and reads them.

use std::fmt::Write as _;

use anyhow::{Context, Result, bail};

/// Who connects, as CONNECT says it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Login {
    /// Header `login`.
    pub(crate) login: Option<String>,
    /// Header `passcode`.
    pub(crate) passcode: Option<String>,
    /// Header `host`.
    pub(crate) host: String,
}

/// CONNECT, offering STOMP 1.2 and one period in milliseconds for heart-beats both ways.
pub(crate) fn connect(login: &Login, beat: u32) -> Vec<u8> {
    let mut head = format!(
        "CONNECT\naccept-version:1.2\nhost:{}\nheart-beat:{beat},{beat}\n",
        login.host
    );
    if let Some(name) = &login.login {
        let _ = writeln!(head, "login:{name}");
    }
    if let Some(word) = &login.passcode {
        let _ = writeln!(head, "passcode:{word}");
    }
    finish(head, b"")
}

/// SUBSCRIBE; `receipt` asks for an answer.
pub(crate) fn subscribe(id: &str, destination: &str, receipt: Option<&str>) -> Vec<u8> {
    let mut head = format!("SUBSCRIBE\nid:{id}\ndestination:{destination}\nack:auto\n");
    if let Some(receipt) = receipt {
        let _ = writeln!(head, "receipt:{receipt}");
    }
    finish(head, b"")
}

/// SEND with a body; the content type is left out when empty.
pub(crate) fn send(destination: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let mut head = format!("SEND\ndestination:{destination}\ncontent-length:{}\n", body.len());
    if !content_type.is_empty() {
        let _ = writeln!(head, "content-type:{content_type}");
    }
    finish(head, body)
}

fn finish(mut head: String, body: &[u8]) -> Vec<u8> {
    head.push('\n');
    let mut frame = head.into_bytes();
    frame.extend_from_slice(body);
    frame.push(0);
    frame
}

/// A frame that the server sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// MESSAGE, RECEIPT, …
    pub(crate) command: String,
    /// Headers in the order they came, escapes left as they are.
    pub(crate) headers: Vec<(String, String)>,
    /// The body without the closing NUL.
    pub(crate) body: Vec<u8>,
}

impl Frame {
    /// Reads one frame that fills `bytes`.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let end = bytes.windows(2).position(|pair| pair == b"\n\n");
        let end = end.or_else(|| {
            bytes
                .windows(4)
                .position(|four| four == b"\r\n\r\n")
                .map(|at| at + 2)
        });
        let end = end.context("a frame without the blank line after its headers")?;
        let head = std::str::from_utf8(&bytes[..end]).context("a head that is not UTF-8")?;
        let mut lines = head.split('\n').map(|line| line.trim_end_matches('\r'));
        let command = lines.next().unwrap_or_default().to_owned();
        let headers = lines
            .filter(|line| !line.is_empty())
            .map(header)
            .collect::<Result<Vec<_>>>()?;
        let rest = bytes[end..].strip_prefix(b"\r\n").unwrap_or(&bytes[end + 2..]);
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let body = match length {
            Some((_, digits)) => rest
                .get(..digits.parse::<usize>()?)
                .context("a body that ends early")?,
            None => rest.split(|&byte| byte == 0).next().unwrap_or_default(),
        };
        if rest.get(body.len()) != Some(&0) {
            bail!("a {command} frame without its closing NUL");
        }
        Ok(Self {
            command,
            headers,
            body: body.to_vec(),
        })
    }

    /// The first header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, value)| value.as_str())
    }
}

fn header(line: &str) -> Result<(String, String)> {
    let (name, value) = line
        .split_once(':')
        .with_context(|| format!("`{line}` is no header"))?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Frame, Login, connect, send, subscribe};

    #[test]
    fn a_message_is_read_by_its_length() {
        let frame = Frame::parse(b"MESSAGE\nsubscription:sub-0\ncontent-length:3\n\na\0b\0\n").unwrap();
        assert_eq!(
            (frame.command.as_str(), frame.header("subscription")),
            ("MESSAGE", Some("sub-0"))
        );
        assert_eq!(frame.body, b"a\0b");
    }

    #[test]
    fn a_message_without_length_ends_at_nul() {
        assert_eq!(Frame::parse(b"ERROR\nmessage:no\n\nwhy\0").unwrap().body, b"why");
        assert_eq!(
            Frame::parse(b"RECEIPT\r\nreceipt-id:1\r\n\r\n\0")
                .unwrap()
                .header("receipt-id"),
            Some("1")
        );
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        assert!(Frame::parse(b"MESSAGE\nsubscription:0\n\nabc").is_err());
        assert!(Frame::parse(b"MESSAGE\ncontent-length:9\n\nabc\0").is_err());
        assert!(Frame::parse(b"MESSAGE\nx:1\n").is_err());
    }

    #[test]
    fn frames_of_the_client_have_the_headers_asked_for() {
        let login = Login {
            login: Some("guest".into()),
            passcode: None,
            host: "/".into(),
        };
        let wanted = "CONNECT\naccept-version:1.2\nhost:/\nheart-beat:10000,10000\nlogin:guest\n\n\0";
        assert_eq!(connect(&login, 10_000), wanted.as_bytes());
        let wanted = "SUBSCRIBE\nid:sub-0\ndestination:/topic/a\nack:auto\nreceipt:r\n\n\0";
        assert_eq!(subscribe("sub-0", "/topic/a", Some("r")), wanted.as_bytes());
        assert_eq!(
            send("/topic/a", "", b"hi"),
            b"SEND\ndestination:/topic/a\ncontent-length:2\n\nhi\0"
        );
    }
}
