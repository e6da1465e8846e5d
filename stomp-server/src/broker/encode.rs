//! Finished octets: frames with their transport's wrapping, made once for all who read the same.

use std::{cell::RefCell, sync::Arc};

use stomp_core::{Command, codec::FrameWriter};

use super::{EncodingKey, Publication};

/// What a transport wraps around a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum Framing {
    /// A WebSocket message, unmasked (RFC 6455 section 5.2).
    WebSocket,
}

/// Room for the longest WebSocket header of a server.
const HEADER: usize = 10;
const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;

thread_local! {
    /// Where frames are put together before they are shared.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Scratch space above this is given back after use.
const SCRATCH_KEPT: usize = 256 * 1024;

/// The MESSAGE frame of `publication` for everyone with this key.
pub(crate) fn encode_message(key: &EncodingKey, message_id: &str, publication: &Publication) -> Arc<[u8]> {
    let Publication {
        destination,
        headers,
        body,
        ..
    } = publication;
    let binary = is_binary(headers.get("content-type"), body);
    finish(key.framing, binary, |out| {
        // In Spring's order.
        let mut frame =
            FrameWriter::start(out, key.version, Command::Message).header("destination", destination);
        let mut typed = false;
        for (name, value) in headers.iter().filter(|(name, _)| !is_servers(name)) {
            // A body has one type, the first ("Repeated Header Entries"); Spring says no other, either.
            if name == "content-type" && std::mem::replace(&mut typed, true) {
                continue;
            }
            frame = frame.header(name, value);
        }
        // A STOMP 1.0 client may leave the id away, and then gets none.
        if let Some(id) = key.id.given() {
            frame = frame.header("subscription", id);
        }
        frame.header("message-id", message_id).end(body);
    })
}

/// A frame of the session itself, written by `write`.
pub(crate) fn encode_session_frame(framing: Framing, write: impl FnOnce(&mut Vec<u8>)) -> Arc<[u8]> {
    finish(framing, false, write)
}

/// The header of a message as its subscribers read it, for their selectors.
pub(crate) fn subscribers_header<'p>(publication: &'p Publication, name: &str) -> Option<&'p str> {
    match name {
        "destination" => Some(&publication.destination),
        name if is_servers(name) => None,
        name => publication.headers.get(name),
    }
}

fn finish(framing: Framing, binary: bool, write: impl FnOnce(&mut Vec<u8>)) -> Arc<[u8]> {
    SCRATCH.with_borrow_mut(|scratch| {
        scratch.clear();
        scratch.extend_from_slice(&[0; HEADER]);
        write(scratch);
        let octets = match framing {
            Framing::WebSocket => web_socket_frame(scratch, if binary { BINARY } else { TEXT }),
        };
        let shared = Arc::from(octets);
        if scratch.capacity() > SCRATCH_KEPT {
            *scratch = Vec::new();
        }
        shared
    })
}

/// Puts the WebSocket header before a payload that begins [`HEADER`] octets into `buffer`.
fn web_socket_frame(buffer: &mut [u8], first: u8) -> &[u8] {
    let length = buffer.len() - HEADER;
    let mut header = [0; HEADER];
    let used = match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..=125), _) => {
            header[1] = short;
            2
        }
        (_, Ok(middle)) => {
            header[1] = 126;
            header[2..4].copy_from_slice(&middle.to_be_bytes());
            4
        }
        _ => {
            header[1] = 127;
            header[2..10].copy_from_slice(&(length as u64).to_be_bytes());
            10
        }
    };
    header[0] = first;
    let start = HEADER - used;
    buffer[start..HEADER].copy_from_slice(&header[..used]);
    &buffer[start..]
}

/// Text where it can be, since browsers and consoles show text; what is not UTF-8 may not be text (RFC 6455
/// section 5.6). Nothing at all is text, whatever it is called, as in Spring.
fn is_binary(content_type: Option<&str>, body: &[u8]) -> bool {
    content_type.is_some_and(may_be_octets) && !body.is_empty() || std::str::from_utf8(body).is_err()
}

/// `application/octet-stream`, or a wildcard that takes it in, as in Spring.
fn may_be_octets(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let kinds = ["application/octet-stream", "application/*", "*/*", "*"];
    kinds.iter().any(|octets| kind.eq_ignore_ascii_case(octets))
}

/// Headers that the server writes itself, or that were meant for it alone: a publisher's are not passed on.
pub(crate) fn is_servers(name: &str) -> bool {
    matches!(
        name,
        "destination" | "subscription" | "message-id" | "ack" | "receipt" | "transaction" | "content-length"
    )
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use stomp_core::{Headers, Version};

    use super::*;
    use crate::broker::Address;

    fn publication(body: &'static [u8], headers: &[(&str, &str)]) -> Publication {
        Publication {
            address: Address::Shared("/topic/a".into()),
            destination: "/topic/a".into(),
            headers: headers.iter().copied().collect::<Headers>(),
            body: Bytes::from_static(body),
        }
    }

    fn key() -> EncodingKey {
        EncodingKey {
            id: "sub-0".into(),
            version: Version::V1_2,
            framing: Framing::WebSocket,
        }
    }

    #[test]
    fn a_message_carries_the_publishers_headers_but_not_the_servers() {
        let sent = [
            ("destination", "/x"),
            ("receipt", "1"),
            ("message-id", "mine"),
            ("foo", "a:b"),
            ("ack", "no"),
        ];
        let octets = encode_message(&key(), "e-1", &publication(b"hi", &sent));
        let expected =
            b"MESSAGE\ndestination:/topic/a\nfoo:a\\cb\nsubscription:sub-0\nmessage-id:e-1\ncontent-length:2\n\nhi\0";
        assert_eq!(octets[0], TEXT);
        assert_eq!(usize::from(octets[1]), expected.len());
        assert_eq!(
            String::from_utf8_lossy(&octets[2..]),
            String::from_utf8_lossy(expected)
        );
    }

    /// Rows: CONV-09, CONV-17
    #[test]
    fn what_is_not_text_goes_out_as_binary() {
        assert_eq!(
            encode_message(&key(), "e-1", &publication(b"\xff", &[]))[0],
            BINARY
        );
        let declared = [
            ("application/octet-stream", BINARY),
            (" Application/Octet-Stream ;a=b", BINARY),
            ("application/*", BINARY),
            ("*/*", BINARY),
            ("*", BINARY),
            ("application/octet-streams", TEXT),
            ("application/*+json", TEXT),
            ("text/*", TEXT),
        ];
        for (kind, expected) in declared {
            let headers = [("content-type", kind)];
            let first = |body| encode_message(&key(), "e-1", &publication(body, &headers))[0];
            assert_eq!(first(b"text"), expected, "{kind}");
            assert_eq!(first(b""), TEXT, "{kind}");
        }
    }

    #[test]
    fn a_message_has_one_content_type() {
        let sent = [
            ("content-type", "text/plain"),
            ("a", "1"),
            ("content-type", "text/html"),
            ("a", "2"),
        ];
        let octets = encode_message(&key(), "e-1", &publication(b"", &sent));
        let text = String::from_utf8_lossy(&octets);
        assert!(
            text.contains("\ncontent-type:text/plain\na:1\na:2\nsubscription"),
            "{text}"
        );
    }

    #[test]
    fn the_length_takes_the_shortest_form() {
        for (length, header) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            let mut buffer = vec![0; HEADER + length];
            let frame = web_socket_frame(&mut buffer, TEXT);
            assert_eq!(frame.len(), header + length, "{length} octets");
        }
    }
}
