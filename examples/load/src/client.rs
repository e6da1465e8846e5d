//! One connection to the server, used with blocking calls: for setting up, and for publishing.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use socket2::{Domain, Socket, Type};

use crate::wire::stomp::{self, Frame, Login};
use crate::wire::url::Url;
use crate::wire::websocket::{self, Head};

/// The sample key of RFC 6455 and the answer that the RFC computes for it.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// How long a single answer may take; a server under an instrument is slow.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Opens a TCP connection, from `source` if one is named.
pub(crate) fn dial(address: SocketAddr, source: Option<Ipv4Addr>) -> Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).context("no socket")?;
    if let Some(source) = source {
        socket
            .bind(&SocketAddr::from((source, 0)).into())
            .with_context(|| format!("cannot bind {source}"))?;
    }
    socket
        .connect(&address.into())
        .with_context(|| format!("cannot connect to {address}"))?;
    let stream = TcpStream::from(socket);
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// A WebSocket connection that waits for its answers.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    inbox: Vec<u8>,
    /// The bytes of the frame last read, heads included.
    last: Vec<u8>,
}

impl Connection {
    /// Connects and upgrades, offering the STOMP subprotocols.
    pub(crate) fn open(url: &Url, source: Option<Ipv4Addr>) -> Result<Self> {
        Self::upgrade(url, source, "Sec-WebSocket-Protocol: v12.stomp\r\n")
    }

    /// Connects and upgrades without a subprotocol.
    pub(crate) fn open_plain(url: &Url) -> Result<Self> {
        Self::upgrade(url, None, "")
    }

    fn upgrade(url: &Url, source: Option<Ipv4Addr>, protocol: &str) -> Result<Self> {
        let mut stream = dial(url.resolve()?, source)?;
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{protocol}\r\n",
            url.path, url.authority
        );
        stream.write_all(request.as_bytes())?;
        let mut connection = Self {
            stream,
            inbox: Vec::new(),
            last: Vec::new(),
        };
        connection
            .read_answer()
            .with_context(|| format!("{url} does not upgrade"))?;
        Ok(connection)
    }

    fn read_answer(&mut self) -> Result<()> {
        loop {
            let mut headers = [httparse::EMPTY_HEADER; 32];
            let mut answer = httparse::Response::new(&mut headers);
            if let httparse::Status::Complete(length) = answer.parse(&self.inbox)? {
                check_upgrade(&answer)?;
                self.inbox.drain(..length);
                return Ok(());
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> Result<()> {
        let mut buffer = [0; 16 * 1024];
        match self
            .stream
            .read(&mut buffer)
            .context("no answer from the server")?
        {
            0 => bail!("the server closed the connection"),
            read => self.inbox.extend_from_slice(&buffer[..read]),
        }
        Ok(())
    }

    /// Sends CONNECT and waits for CONNECTED.
    pub(crate) fn connect(&mut self, login: &Login, beat: u32) -> Result<()> {
        self.send(&stomp::connect(login, beat))?;
        self.expect("CONNECTED").map(drop)
    }

    /// Subscribes and waits until the subscription is live.
    pub(crate) fn subscribe(&mut self, id: &str, destination: &str) -> Result<()> {
        let receipt = format!("r-{id}");
        self.send(&stomp::subscribe(id, destination, Some(&receipt)))?;
        self.expect("RECEIPT").map(drop)
    }

    /// Sends one STOMP frame as one text frame.
    pub(crate) fn send(&mut self, frame: &[u8]) -> Result<()> {
        let mut bytes = Vec::with_capacity(frame.len() + 14);
        websocket::push_masked(&mut bytes, websocket::TEXT, frame);
        self.send_raw(&bytes)
    }

    /// Sends bytes that are frames already.
    pub(crate) fn send_raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream.write_all(bytes).context("the server takes no more")
    }

    /// Waits for the next STOMP frame, which must be a `command`.
    pub(crate) fn expect(&mut self, command: &str) -> Result<Frame> {
        let frame = self.next_frame()?;
        if frame.command == command {
            return Ok(frame);
        }
        let said = frame.header("message").unwrap_or_default();
        let body = String::from_utf8_lossy(&frame.body);
        bail!(
            "instead of {command} the server sent {} `{said}` {body}",
            frame.command
        )
    }

    /// Waits for the next STOMP frame, passing over heart-beats and answering pings.
    pub(crate) fn next_frame(&mut self) -> Result<Frame> {
        loop {
            let payload = self.next_payload()?;
            if payload != b"\n" {
                return Frame::parse(&payload);
            }
        }
    }

    /// Waits for the payload of the next data frame.
    pub(crate) fn next_payload(&mut self) -> Result<Vec<u8>> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let Some(head) = self.complete()? else {
                self.fill()?;
                continue;
            };
            self.last = self.inbox.drain(..head.head + head.payload).collect();
            let payload = self.last[head.head..].to_vec();
            match head.opcode {
                websocket::PING => self.pong(&payload)?,
                websocket::PONG => {}
                websocket::CLOSE => bail!("the server closed: {}", String::from_utf8_lossy(&payload)),
                _ if !head.fin => {
                    bail!("the server fragments its messages, which this program does not read")
                }
                _ => return Ok(payload),
            }
        }
        bail!("no answer within {PATIENCE:?}")
    }

    fn complete(&self) -> Result<Option<Head>> {
        let head = Head::parse(&self.inbox)?;
        Ok(head.filter(|head| self.inbox.len() >= head.head + head.payload))
    }

    fn pong(&mut self, payload: &[u8]) -> Result<()> {
        let mut bytes = Vec::new();
        websocket::push_masked(&mut bytes, websocket::PONG, payload);
        self.send_raw(&bytes)
    }

    /// The finished WebSocket frame that came last, as the server wrote it.
    pub(crate) fn last_bytes(&self) -> &[u8] {
        &self.last
    }

    /// Gives the socket away, once everything sent on it has been read.
    pub(crate) fn into_stream(self) -> Result<TcpStream> {
        if !self.inbox.is_empty() && self.inbox != b"\x81\x01\n" {
            bail!("{} bytes were left unread", self.inbox.len());
        }
        Ok(self.stream)
    }
}

fn check_upgrade(answer: &httparse::Response<'_, '_>) -> Result<()> {
    if answer.code != Some(101) {
        bail!(
            "the server answered {} {}",
            answer.code.unwrap_or_default(),
            answer.reason.unwrap_or_default()
        );
    }
    let accept = answer
        .headers
        .iter()
        .find(|it| it.name.eq_ignore_ascii_case("sec-websocket-accept"));
    if accept.is_none_or(|it| it.value != ACCEPT.as_bytes()) {
        bail!("the server's Sec-WebSocket-Accept is wrong");
    }
    Ok(())
}

/// How long a page may take that the server need not have.
const PAGE_PATIENCE: Duration = Duration::from_secs(5);

/// `GET path`, answered with a body; an error when the server has no such page.
pub(crate) fn http_get(url: &Url, path: &str) -> Result<Vec<u8>> {
    let mut stream = dial(url.resolve()?, None)?;
    stream.set_read_timeout(Some(PAGE_PATIENCE))?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        url.authority
    );
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut answer = httparse::Response::new(&mut headers);
    match answer.parse(&bytes) {
        Ok(httparse::Status::Complete(length)) if answer.code == Some(200) => Ok(bytes[length..].to_vec()),
        _ => bail!("the server has no page {path}"),
    }
}

/// Raises the number of files this process may open, for one socket a subscriber.
pub(crate) fn allow_sockets(sockets: u64) -> Result<()> {
    let wanted = sockets + 64;
    let (soft, hard) = rlimit::Resource::NOFILE
        .get()
        .context("cannot read the limit of open files")?;
    if soft >= wanted {
        return Ok(());
    }
    let raised = rlimit::Resource::NOFILE.set(wanted.min(hard), hard);
    if hard < wanted || raised.is_err() {
        bail!("{wanted} open files are needed and {hard} allowed: run `ulimit -Hn {wanted}` first, as root");
    }
    Ok(())
}
