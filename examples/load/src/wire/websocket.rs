//! WebSocket frames (RFC 6455): masked ones out, unmasked ones in.

use anyhow::{Result, bail};

/// One key for all frames: unpredictability protects proxies, and here there are none.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// Opcode of a text frame.
pub(crate) const TEXT: u8 = 1;
/// Opcode of a close frame.
pub(crate) const CLOSE: u8 = 8;
/// Opcode of a ping.
pub(crate) const PING: u8 = 9;
/// Opcode of a pong.
pub(crate) const PONG: u8 = 10;

/// Appends one masked frame, as a client must send it.
pub(crate) fn push_masked(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    push_head(out, opcode, payload.len(), 0x80);
    out.extend_from_slice(&MASK);
    out.extend(
        payload
            .iter()
            .zip(MASK.iter().cycle())
            .map(|(byte, key)| byte ^ key),
    );
}

/// Appends one unmasked frame, as a server sends it.
pub(crate) fn push_unmasked(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    push_head(out, opcode, payload.len(), 0);
    out.extend_from_slice(payload);
}

fn push_head(out: &mut Vec<u8>, opcode: u8, length: usize, mask_bit: u8) {
    out.push(0x80 | opcode);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..126), _) => out.push(mask_bit | short),
        (_, Ok(medium)) => {
            out.push(mask_bit | 126);
            out.extend_from_slice(&medium.to_be_bytes());
        }
        _ => {
            out.push(mask_bit | 127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

/// The head of a frame that a server sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Whether the message ends with this frame.
    pub(crate) fin: bool,
    /// What kind of frame it is.
    pub(crate) opcode: u8,
    /// Bytes of the head itself.
    pub(crate) head: usize,
    /// Bytes that follow.
    pub(crate) payload: usize,
}

impl Head {
    /// Reads a head from the front of `bytes`; `None` when it is not all there yet.
    ///
    /// # Errors
    ///
    /// When the frame is masked, which a server must not do.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        let [first, second, rest @ ..] = bytes else {
            return Ok(None);
        };
        if second & 0x80 != 0 {
            bail!("the server sent a masked frame");
        }
        let (head, payload) = match second & 0x7f {
            126 => match rest.first_chunk::<2>() {
                Some(length) => (4, usize::from(u16::from_be_bytes(*length))),
                None => return Ok(None),
            },
            127 => match rest.first_chunk::<8>() {
                Some(length) => (10, usize::try_from(u64::from_be_bytes(*length))?),
                None => return Ok(None),
            },
            short => (2, usize::from(short)),
        };
        Ok(Some(Self {
            fin: first & 0x80 != 0,
            opcode: first & 0x0f,
            head,
            payload,
        }))
    }
}

/// Counts the messages in a stream of server frames without looking into them, whatever the reads cut it into.
///
/// Message identifiers grow, so frames of one subscription need not stay equally long and bytes alone do not count
/// them; hopping from head to head does, for a few instructions each.
#[derive(Clone, Debug, Default)]
pub(crate) struct FrameCounter {
    /// Data messages of more than one byte (a single byte is a STOMP heart-beat).
    pub(crate) messages: u64,
    /// Heart-beats.
    pub(crate) beats: u64,
    /// Whether the server said it will close.
    pub(crate) closed: bool,
    /// Bytes of the frame at hand that are still to come.
    skip: usize,
    /// The beginning of a head that a read cut in two.
    partial: Vec<u8>,
}

impl FrameCounter {
    /// Takes the next bytes of the stream.
    ///
    /// # Errors
    ///
    /// When they are no server's frames.
    pub(crate) fn take(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = &bytes[skipped..];
            if bytes.is_empty() {
                break;
            }
            if self.partial.is_empty() {
                match Head::parse(bytes)? {
                    Some(head) => {
                        self.note(head);
                        bytes = &bytes[head.head..];
                    }
                    None => {
                        self.partial.extend_from_slice(bytes);
                        break;
                    }
                }
            } else {
                self.partial.push(bytes[0]);
                bytes = &bytes[1..];
                if let Some(head) = Head::parse(&self.partial)? {
                    self.note(head);
                    self.partial.clear();
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, head: Head) {
        self.skip = head.payload;
        self.closed |= head.opcode == CLOSE;
        if head.opcode >= CLOSE {
            return;
        }
        if head.payload == 1 {
            self.beats += 1;
            return;
        }
        self.messages += u64::from(head.fin);
    }
}

#[cfg(test)]
mod tests {
    use super::{CLOSE, FrameCounter, Head, TEXT, push_masked, push_unmasked};

    #[test]
    fn a_masked_frame_is_the_one_of_the_rfc() {
        let mut out = Vec::new();
        push_masked(&mut out, TEXT, b"Hello");
        assert_eq!(
            out,
            [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]
        );
    }

    #[test]
    fn a_head_tells_each_form_of_the_length() {
        for (payload, head) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            let mut out = Vec::new();
            push_unmasked(&mut out, TEXT, &vec![b'x'; payload]);
            let expected = Head {
                fin: true,
                opcode: TEXT,
                head,
                payload,
            };
            assert_eq!(Head::parse(&out).unwrap(), Some(expected));
            assert_eq!(Head::parse(&out[..head - 1]).unwrap(), None);
        }
    }

    #[test]
    fn a_masked_frame_of_a_server_is_an_error() {
        assert!(Head::parse(&[0x81, 0x85]).is_err());
    }

    #[test]
    fn messages_are_counted_wherever_the_reads_cut() {
        let mut stream = Vec::new();
        for size in [5, 200, 1, 70_000, 126] {
            push_unmasked(&mut stream, TEXT, &vec![b'x'; size]);
        }
        push_unmasked(&mut stream, CLOSE, &[3, 232]);
        for cut in [1, 2, 3, 7, 64, 4096, stream.len()] {
            let mut counter = FrameCounter::default();
            for piece in stream.chunks(cut) {
                counter.take(piece).unwrap();
            }
            assert_eq!(
                (counter.messages, counter.beats, counter.closed),
                (4, 1, true),
                "cut every {cut}"
            );
        }
    }
}
