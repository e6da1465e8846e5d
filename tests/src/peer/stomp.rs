//! What a well-behaved STOMP client says and expects.

use std::net::SocketAddr;

use super::{Frame, Incoming, Peer};

impl Peer {
    /// Opens a WebSocket and connects: an anonymous session that speaks STOMP 1.2 without heart-beats.
    pub async fn connect(server: SocketAddr) -> Self {
        Self::connect_with(server, "").await
    }

    /// The same with a `login`.
    pub async fn connect_as(server: SocketAddr, login: &str) -> Self {
        Self::connect_with(server, &format!("login:{login}\n")).await
    }

    /// The same with these header lines in CONNECT.
    pub async fn connect_with(server: SocketAddr, headers: &str) -> Self {
        let mut peer = Self::open(server).await;
        peer.say_connect(headers).await;
        peer
    }

    /// Sends CONNECT with these header lines too, and gives the CONNECTED.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn say_connect(&mut self, headers: &str) -> Frame {
        self.text(format!(
            "CONNECT\naccept-version:1.2\nhost:localhost\n{headers}\n\0"
        ))
        .await;
        self.expect("CONNECTED").await
    }

    /// Subscribes, and waits until the subscription is live.
    pub async fn subscribe(&mut self, id: &str, destination: &str) {
        let receipt = format!("subscribed-{id}");
        self.say_subscribe(id, destination, &receipt).await;
        self.expect_receipt(&receipt).await;
    }

    /// Subscribes, and waits for nothing.
    pub async fn say_subscribe(&mut self, id: &str, destination: &str, receipt: &str) {
        self.text(format!(
            "SUBSCRIBE\nid:{id}\ndestination:{destination}\nreceipt:{receipt}\n\n\0"
        ))
        .await;
    }

    /// Ends a subscription, and waits until nothing more comes for it.
    pub async fn unsubscribe(&mut self, id: &str) {
        let receipt = format!("unsubscribed-{id}");
        self.text(format!("UNSUBSCRIBE\nid:{id}\nreceipt:{receipt}\n\n\0"))
            .await;
        self.expect_receipt(&receipt).await;
    }

    /// Sends a message, and waits for nothing.
    pub async fn send(&mut self, destination: &str, body: &str) {
        self.text(format!("SEND\ndestination:{destination}\n\n{body}\0"))
            .await;
    }

    /// Sends a message with further header lines, and waits for nothing.
    pub async fn send_with(&mut self, destination: &str, headers: &str, body: &str) {
        self.text(format!("SEND\ndestination:{destination}\n{headers}\n{body}\0"))
            .await;
    }

    /// Sends a message and asks for a receipt, but does not wait for it.
    pub async fn send_asking(&mut self, destination: &str, body: &str, receipt: &str) {
        self.send_with(destination, &format!("receipt:{receipt}\n"), body)
            .await;
    }

    /// Sends a message, and waits until it is done.
    pub async fn send_done(&mut self, destination: &str, body: &str) {
        self.send_asking(destination, body, "done").await;
        self.expect_receipt("done").await;
    }

    /// Expects a frame with this command.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn expect(&mut self, command: &str) -> Frame {
        let frame = self.frame().await;
        assert_eq!(frame.command, command, "{frame:?}");
        frame
    }

    /// Expects a RECEIPT.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn expect_receipt(&mut self, id: &str) {
        let frame = self.expect("RECEIPT").await;
        assert_eq!(frame.header("receipt-id"), Some(id), "{frame:?}");
    }

    /// Expects a MESSAGE with this body.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn expect_message(&mut self, body: &str) -> Frame {
        let frame = self.expect("MESSAGE").await;
        assert_eq!(frame.text(), body, "{frame:?}");
        frame
    }

    /// Expects MESSAGEs with these bodies, in this order.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn expect_messages<B: AsRef<str>>(&mut self, bodies: impl IntoIterator<Item = B>) {
        for body in bodies {
            self.expect_message(body.as_ref()).await;
        }
    }

    /// Expects an ERROR with this `code`, the close that follows it, and the end of the connection.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn expect_error(&mut self, code: &str, close: u16) -> Frame {
        let frame = self.expect("ERROR").await;
        assert_eq!(frame.header("code"), Some(code), "{frame:?}");
        self.expect_close(close).await;
        frame
    }

    /// Expects that nothing was sent to this session: what it asks for now is answered next.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn expect_nothing(&mut self) {
        let receipt = self.next_fence();
        // Goes to nobody, and no subscription can hear it.
        self.send_asking("/user/nobody/queue/fence", "", &receipt).await;
        self.expect_receipt(&receipt).await;
    }

    /// Disconnects in good order, and waits for the end.
    pub async fn disconnect(mut self) {
        self.text("DISCONNECT\nreceipt:bye\n\n\0").await;
        self.expect_receipt("bye").await;
        self.expect_close(1000).await;
    }

    /// Everything that comes until the connection ends: frames, then the code of the close if there is one. Answers
    /// the close.
    ///
    /// # Panics
    ///
    /// When anything follows the close.
    pub async fn rest(&mut self) -> (Vec<Frame>, Option<u16>) {
        let (mut frames, mut closed) = (Vec::new(), None);
        loop {
            let next = self.next().await;
            assert!(
                closed.is_none() || next == Incoming::End,
                "{next:?} behind the close"
            );
            match next {
                Incoming::Message { octets, .. } if octets == b"\n" => {}
                Incoming::Message { octets, binary } => frames.push(Frame::parse(&octets, binary)),
                Incoming::Close(code, _) => {
                    closed = Some(code);
                    self.close(code).await;
                }
                Incoming::Ping(_) | Incoming::Pong(_) => {}
                Incoming::End => return (frames, closed),
            }
        }
    }

    fn next_fence(&mut self) -> String {
        self.fences += 1;
        format!("fence-{}", self.fences)
    }
}
