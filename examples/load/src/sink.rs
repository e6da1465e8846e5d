//! Many subscribers read by one thread that does as little as it can.
//!
//! The sockets are not polled: while the server writes, the sink sleeps, and then it reads everything at once. A
//! reader waiting in `epoll` would be woken inside the server's `send`, and the server charged for it. The floor is
//! read by the same sink, so whatever it costs the sender is in both figures.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use mio::{Events, Interest, Poll, Token};

use crate::client::PATIENCE;
use crate::wire::websocket::FrameCounter;

/// The receiving ends of all subscribers.
#[derive(Debug)]
pub(crate) struct Sink {
    sockets: Vec<Socket>,
    buffer: Vec<u8>,
    pause: Duration,
    expected: u64,
}

#[derive(Debug)]
struct Socket {
    stream: mio::net::TcpStream,
    counter: FrameCounter,
}

impl Sink {
    /// A sink that sleeps `pause` between two looks at its sockets.
    pub(crate) fn new(pause: Duration) -> Self {
        Self {
            sockets: Vec::new(),
            buffer: vec![0; 256 * 1024],
            pause,
            expected: 0,
        }
    }

    /// Adds a socket, of which everything so far has been read.
    pub(crate) fn add(&mut self, stream: TcpStream) -> Result<()> {
        stream.set_nonblocking(true)?;
        let stream = mio::net::TcpStream::from_std(stream);
        self.sockets.push(Socket {
            stream,
            counter: FrameCounter::default(),
        });
        Ok(())
    }

    /// How many sockets there are.
    pub(crate) fn len(&self) -> usize {
        self.sockets.len()
    }

    /// Heart-beats received so far.
    pub(crate) fn beats(&self) -> u64 {
        self.sockets.iter().map(|socket| socket.counter.beats).sum()
    }

    /// Sends the same bytes on every socket of `range`.
    pub(crate) fn send(&mut self, range: impl Iterator<Item = usize>, bytes: &[u8]) -> Result<()> {
        use std::io::Write as _;
        for index in range {
            let Some(socket) = self.sockets.get_mut(index) else {
                continue;
            };
            let wrote = socket
                .stream
                .write(bytes)
                .with_context(|| format!("subscriber {index} is gone"))?;
            if wrote != bytes.len() {
                bail!("subscriber {index} could not send");
            }
        }
        Ok(())
    }

    /// Waits until every socket has received `more` messages since the last wait.
    ///
    /// # Errors
    ///
    /// When a socket ends, receives too many, or does not receive them in time.
    pub(crate) fn wait(&mut self, more: u64) -> Result<()> {
        self.expected += more;
        let deadline = Instant::now() + PATIENCE;
        loop {
            thread::sleep(self.pause);
            let missing = self.sweep()?;
            if missing == 0 {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!(
                    "{missing} of {} subscribers miss messages after {PATIENCE:?}",
                    self.len()
                );
            }
        }
    }

    /// Reads what has come, on the sockets that still wait for something; says how many go on waiting.
    fn sweep(&mut self) -> Result<usize> {
        let mut missing = 0;
        for (index, socket) in self.sockets.iter_mut().enumerate() {
            if socket.counter.messages < self.expected {
                read(socket, &mut self.buffer, index)?;
            }
            missing += usize::from(socket.counter.messages < self.expected);
            if socket.counter.messages > self.expected {
                bail!("subscriber {index} received more messages than were sent");
            }
        }
        Ok(missing)
    }

    /// Reads whatever has come on every socket, expecting nothing.
    pub(crate) fn drain(&mut self) -> Result<()> {
        for (index, socket) in self.sockets.iter_mut().enumerate() {
            read(socket, &mut self.buffer, index)?;
        }
        Ok(())
    }

    /// Waits for one message on every socket and says after how long each came.
    ///
    /// This one does wait in `epoll`, so do not measure the server's CPU meanwhile.
    pub(crate) fn time(&mut self, publish: impl FnOnce() -> Result<()>) -> Result<Vec<Duration>> {
        self.expected += 1;
        let mut poll = Poll::new()?;
        for (index, socket) in self.sockets.iter_mut().enumerate() {
            poll.registry()
                .register(&mut socket.stream, Token(index), Interest::READABLE)?;
        }
        let started = Instant::now();
        publish()?;
        let times = self.time_arrivals(&mut poll, started);
        for socket in &mut self.sockets {
            poll.registry().deregister(&mut socket.stream)?;
        }
        times
    }

    fn time_arrivals(&mut self, poll: &mut Poll, started: Instant) -> Result<Vec<Duration>> {
        let mut times = Vec::with_capacity(self.len());
        let mut events = Events::with_capacity(256);
        while times.len() < self.sockets.len() {
            poll.poll(&mut events, Some(PATIENCE))?;
            if events.is_empty() {
                bail!("{} subscribers miss a message", self.len() - times.len());
            }
            for event in &events {
                let index = event.token().0;
                let socket = &mut self.sockets[index];
                let before = socket.counter.messages;
                read(socket, &mut self.buffer, index)?;
                if socket.counter.messages > before {
                    times.push(started.elapsed());
                }
            }
        }
        Ok(times)
    }
}

fn read(socket: &mut Socket, buffer: &mut [u8], index: usize) -> Result<()> {
    loop {
        match socket.stream.read(buffer) {
            Ok(0) => bail!("the server closed the connection of subscriber {index}"),
            Ok(length) => {
                socket.counter.take(&buffer[..length])?;
                if socket.counter.closed {
                    let text = String::from_utf8_lossy(&buffer[..length]);
                    bail!("the server closes the session of subscriber {index}: {text}");
                }
                if length < buffer.len() {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error).with_context(|| format!("cannot read subscriber {index}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use super::Sink;
    use crate::wire::websocket::{TEXT, push_unmasked};

    fn pair() -> (Sink, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut sink = Sink::new(Duration::from_micros(100));
        sink.add(near).unwrap();
        (sink, listener.accept().unwrap().0)
    }

    #[test]
    fn a_sink_waits_for_every_message() {
        let (mut sink, mut far) = pair();
        let mut frames = Vec::new();
        push_unmasked(&mut frames, TEXT, b"first");
        push_unmasked(&mut frames, TEXT, b"second one");
        far.write_all(&frames).unwrap();
        sink.wait(2).unwrap();
        assert_eq!(sink.sockets[0].counter.messages, 2);
    }

    #[test]
    fn an_end_is_an_error() {
        let (mut sink, far) = pair();
        drop(far);
        assert!(sink.wait(1).unwrap_err().to_string().contains("subscriber 0"));
    }
}
