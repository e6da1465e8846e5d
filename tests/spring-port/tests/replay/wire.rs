//! One WebSocket, whose events join those of its run as they come.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use stomp_tests::peer::web_socket::{BINARY, CLOSE, FIN, PING, PONG, TEXT, masked, parse};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{Mutex as AsyncMutex, Notify},
    task::JoinHandle,
    time::{Instant, timeout_at},
};

use super::{frames, http::Head};

/// Connection → its events of the step so far.
pub(crate) type Got = BTreeMap<String, Vec<Value>>;

/// What all wires of a run share.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    got: Mutex<Got>,
    changed: Notify,
}

impl Desk {
    pub(crate) fn got(&self) -> MutexGuard<'_, Got> {
        self.got.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `enough` holds, or time is up.
    pub(crate) async fn pump(&self, limit: Duration, enough: impl Fn(&Got) -> bool) -> bool {
        let until = Instant::now() + limit;
        loop {
            let changed = self.changed.notified();
            if enough(&self.got()) {
                return true;
            }
            if timeout_at(until, changed).await.is_err() {
                return false;
            }
        }
    }
}

/// How a handshake went.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) head: Head,
    pub(crate) wire: Option<Wire>,
}

/// An open WebSocket.
#[derive(Debug)]
pub(crate) struct Wire {
    shared: Arc<Shared>,
    reader: JoinHandle<OwnedReadHalf>,
}

#[derive(Debug)]
struct Shared {
    name: String,
    desk: Arc<Desk>,
    open: AtomicBool,
    pongs: AtomicUsize,
    writer: AsyncMutex<OwnedWriteHalf>,
}

impl Wire {
    pub(crate) async fn open(server: SocketAddr, request: &str, name: &str, desk: &Arc<Desk>) -> Opened {
        let mut stream = TcpStream::connect(server).await.expect("the server listens");
        stream.set_nodelay(true).expect("the socket is open");
        stream
            .write_all(request.as_bytes())
            .await
            .expect("the server reads");
        let mut read = Vec::new();
        let head = loop {
            if let Some(head) = Head::take(&mut read) {
                break head;
            }
            let more = stream.read_buf(&mut read).await.expect("the server answers");
            assert_ne!(more, 0, "the connection ended: {read:?}");
        };
        if head.status != 101 {
            return Opened { head, wire: None };
        }
        let (reader, writer) = stream.into_split();
        let shared = Arc::new(Shared {
            name: name.to_owned(),
            desk: Arc::clone(desk),
            open: AtomicBool::new(true),
            pongs: AtomicUsize::new(0),
            writer: AsyncMutex::new(writer),
        });
        let reader = tokio::spawn(Arc::clone(&shared).read(reader, read));
        Opened {
            head,
            wire: Some(Self { shared, reader }),
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.shared.open.load(Ordering::SeqCst)
    }

    pub(crate) fn pongs(&self) -> usize {
        self.shared.pongs.load(Ordering::SeqCst)
    }

    pub(crate) async fn text(&self, data: &str) {
        self.shared.send(TEXT, data.as_bytes()).await;
    }

    pub(crate) async fn binary(&self, data: &[u8]) {
        self.shared.send(BINARY, data).await;
    }

    pub(crate) async fn ping(&self) {
        self.shared.send(PING, b"?").await;
    }

    pub(crate) async fn close(&self, code: u16) {
        self.shared.send(CLOSE, &code.to_be_bytes()).await;
    }

    /// Ends the TCP connection without a closing handshake.
    pub(crate) async fn reset(self) {
        self.reader.abort();
        // The reader's half is dropped with its task.
        let _ = self.reader.await;
        let writer = self.shared.writer.lock().await;
        let stream: &TcpStream = writer.as_ref();
        stream.set_zero_linger().expect("linger can be set");
    }
}

impl Shared {
    async fn send(&self, opcode: u8, payload: &[u8]) {
        // A server that has hung up is what the next events tell of.
        let _ = self
            .writer
            .lock()
            .await
            .write_all(&masked(FIN | opcode, payload))
            .await;
    }

    async fn read(self: Arc<Self>, mut stream: OwnedReadHalf, mut unread: Vec<u8>) -> OwnedReadHalf {
        let mut binary = false;
        loop {
            while let Some((first, payload, length)) = parse(&unread) {
                unread.drain(..length);
                match first & 0x0f {
                    CLOSE => {
                        let (code, reason) = match payload.split_first_chunk::<2>() {
                            Some((code, reason)) => (u16::from_be_bytes(*code), reason),
                            None => (1005, &[][..]),
                        };
                        self.send(CLOSE, payload.get(..2).unwrap_or_default()).await;
                        self.open.store(false, Ordering::SeqCst);
                        self.note(vec![
                            json!({"closed": code, "reason": String::from_utf8_lossy(reason)}),
                        ]);
                        return stream;
                    }
                    PING => self.send(PONG, &payload).await,
                    PONG => {
                        self.pongs.fetch_add(1, Ordering::SeqCst);
                        self.note(Vec::new());
                    }
                    opcode => {
                        binary = if opcode == 0 { binary } else { opcode == BINARY };
                        self.note(frames::events(&payload, binary));
                    }
                }
            }
            if stream.read_buf(&mut unread).await.is_ok_and(|more| more > 0) {
                continue;
            }
            self.open.store(false, Ordering::SeqCst);
            self.note(vec![json!({"closed": 1006, "reason": ""})]);
            return stream;
        }
    }

    fn note(&self, events: Vec<Value>) {
        if !events.is_empty() {
            self.desk
                .got()
                .entry(self.name.clone())
                .or_default()
                .extend(events);
        }
        self.desk.changed.notify_waiters();
    }
}
