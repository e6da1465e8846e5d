//! WebSocket frames in octets (RFC 6455 section 5).

/// Opcode of a continuation.
pub const CONTINUATION: u8 = 0;
/// Opcode of text.
pub const TEXT: u8 = 1;
/// Opcode of octets.
pub const BINARY: u8 = 2;
/// Opcode of a close.
pub const CLOSE: u8 = 8;
/// Opcode of a ping.
pub const PING: u8 = 9;
/// Opcode of a pong.
pub const PONG: u8 = 10;

/// The last or only fragment of a message.
pub const FIN: u8 = 0x80;

/// Any mask will do; this one turns no octet into itself.
const MASK: [u8; 4] = [0x5a, 0xa5, 0x3c, 0xc3];

/// A client's frame. `first` is its first octet: [`FIN`], reserved bits and opcode.
#[must_use]
pub fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut octets = head(first, 0x80, payload.len());
    octets.extend(MASK);
    octets.extend(
        payload
            .iter()
            .zip(MASK.iter().cycle())
            .map(|(octet, mask)| octet ^ mask),
    );
    octets
}

/// The same without a mask, which only servers may send.
#[must_use]
pub fn unmasked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut octets = head(first, 0, payload.len());
    octets.extend(payload);
    octets
}

fn head(first: u8, mask: u8, length: usize) -> Vec<u8> {
    let mut octets = vec![first];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..=125), _) => octets.push(mask | short),
        (_, Ok(middle)) => {
            octets.push(mask | 126);
            octets.extend(middle.to_be_bytes());
        }
        _ => {
            octets.push(mask | 127);
            octets.extend((length as u64).to_be_bytes());
        }
    }
    octets
}

/// A server's frame at the front of `octets`: its first octet, its payload and its whole length. `None`: not whole yet.
#[must_use]
pub fn parse(octets: &[u8]) -> Option<(u8, Vec<u8>, usize)> {
    let (&first, &second) = (octets.first()?, octets.get(1)?);
    assert_eq!(second & 0x80, 0, "servers do not mask");
    assert_eq!(first & 0x70, 0, "no extension was agreed");
    assert_ne!(first & FIN, 0, "this server does not fragment");
    let (start, length) = match second {
        126 => (
            4,
            usize::from(u16::from_be_bytes(octets.get(2..4)?.try_into().ok()?)),
        ),
        127 => {
            let length = u64::from_be_bytes(octets.get(2..10)?.try_into().ok()?);
            (10, usize::try_from(length).expect("fits memory"))
        }
        short => (2, usize::from(short)),
    };
    let payload = octets.get(start..start + length)?.to_vec();
    Some((first, payload, start + length))
}
