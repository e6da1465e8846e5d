//! Sessions under virtual time, over a pipe in memory: nothing here depends on the machine's clock or network.

mod deadlines;
mod heart_beats;

use std::{sync::Arc, time::Duration};

use http::Uri;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    task::JoinHandle,
    time::Instant,
};

use super::{Attributes, Connection};
use crate::{
    StompServer, StompServerBuilder,
    app::ServerState,
    transport::{Handshake, WebSocket},
};

/// How exact the wheel is, and a little more.
const TICKS: Duration = Duration::from_millis(250);

/// How long a client waits before the test fails; longer than any deadline.
const PATIENCE: Duration = Duration::from_secs(3600);

/// A server without a port.
struct Bench {
    server: Arc<ServerState>,
}

/// The client's end of a connection.
struct Client {
    pipe: DuplexStream,
    unread: Vec<u8>,
    session: JoinHandle<()>,
}

fn app(module: &str) -> StompServerBuilder {
    StompServer::builder().scope(module)
}

impl Bench {
    fn start(builder: StompServerBuilder) -> Self {
        let server = builder.build().unwrap_or_else(|error| panic!("{error}")).state;
        server.start();
        Self { server }
    }

    /// A connection whose pipe holds so many octets each way.
    fn open_with(&self, octets: usize) -> Client {
        let (ours, theirs) = duplex(octets);
        let handshake = Handshake::in_memory(Uri::from_static("/ws"));
        let transport = WebSocket::new(theirs, bytes::Bytes::new(), 1024 * 1024);
        let connection = Connection::new(
            transport,
            handshake,
            Attributes::default(),
            Arc::clone(&self.server),
        );
        let session = self.server.env.spawn(connection).expect("a runtime");
        Client {
            pipe: ours,
            unread: Vec::new(),
            session,
        }
    }

    fn open(&self) -> Client {
        self.open_with(1024 * 1024)
    }

    async fn connect(&self, heart_beat: &str) -> Client {
        let mut client = self.open();
        client
            .text(&format!(
                "CONNECT\naccept-version:1.2\nheart-beat:{heart_beat}\n\n\0"
            ))
            .await;
        assert!(client.frame().await.starts_with("CONNECTED"));
        client
    }
}

impl Client {
    /// One text message, with a mask that changes nothing.
    async fn text(&mut self, payload: &str) {
        let length = u16::try_from(payload.len()).expect("short");
        let [high, low] = length.to_be_bytes();
        let mut octets = vec![0x81, 0x80 | 126, high, low, 0, 0, 0, 0];
        octets.extend(payload.bytes());
        self.pipe.write_all(&octets).await.expect("the session reads");
    }

    async fn octets(&mut self, octets: &[u8]) {
        self.pipe.write_all(octets).await.expect("the session reads");
    }

    /// The payload of the next message; a close is `close` and its code.
    async fn frame(&mut self) -> String {
        loop {
            if let Some((payload, length)) = parse(&self.unread) {
                self.unread.drain(..length);
                return payload;
            }
            let read = tokio::time::timeout(PATIENCE, self.pipe.read_buf(&mut self.unread)).await;
            let read = read.expect("something comes").expect("a pipe does not fail");
            if read == 0 {
                return "end".to_owned();
            }
        }
    }

    /// Expects nothing for so long.
    async fn nothing_for(&mut self, duration: Duration) {
        if let Ok(frame) = tokio::time::timeout(duration, self.frame()).await {
            panic!("nothing was expected, not {frame:?}");
        }
    }

    /// Expects an ERROR with this code and a close.
    async fn error(&mut self, code: &str, close: u16) {
        let error = self.frame().await;
        assert!(
            error.starts_with("ERROR") && error.contains(&format!("\ncode:{code}\n")),
            "{error:?}"
        );
        assert_eq!(self.frame().await, format!("close {close}"));
    }

    /// Closes, and waits for the session's task.
    async fn gone(self) {
        drop(self.pipe);
        self.session.await.expect("the session does not panic");
    }
}

fn parse(octets: &[u8]) -> Option<(String, usize)> {
    let (&first, &second) = (octets.first()?, octets.get(1)?);
    let (start, length) = match second {
        126 => (
            4,
            usize::from(u16::from_be_bytes(octets.get(2..4)?.try_into().ok()?)),
        ),
        127 => (
            10,
            usize::try_from(u64::from_be_bytes(octets.get(2..10)?.try_into().ok()?)).ok()?,
        ),
        short => (2, usize::from(short)),
    };
    let payload = octets.get(start..start + length)?;
    let text = match (first, payload.split_first_chunk::<2>()) {
        (0x88, Some((code, _))) => format!("close {}", u16::from_be_bytes(*code)),
        _ => String::from_utf8_lossy(payload).into_owned(),
    };
    Some((text, start + length))
}

/// What the virtual clock says.
#[expect(
    clippy::disallowed_methods,
    reason = "virtual time is paused and driven by the test"
)]
fn now() -> Instant {
    Instant::now()
}
