//! `/raw`: a plain WebSocket echo, to compare the handler's round trip with.

use std::net::SocketAddr;

use anyhow::Result;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::child;

/// The read buffer of the echo: tungstenite's own default of 128 KiB is zeroed on each read and would make it slow.
const READ_BUFFER: usize = 4096;

/// Sends every message back, on a stream that has been upgraded, until the peer closes.
///
/// # Errors
///
/// When the stream breaks or the peer sends what is no WebSocket.
pub(crate) async fn echo<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> Result<()> {
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
    while let Some(message) = socket.next().await.transpose()? {
        if message.is_text() || message.is_binary() {
            socket.send(message).await?;
        }
    }
    Ok(())
}

/// Serves nothing but the echo, at any path.
pub(crate) async fn serve(listen: SocketAddr) -> Result<()> {
    let listener = TcpListener::bind(listen).await?;
    child::announce(listener.local_addr()?)?;
    loop {
        let (mut stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            // A client sends nothing before it is answered, so the handshake leaves nothing unread.
            if tokio_tungstenite::accept_async(&mut stream).await.is_ok() {
                // A client that breaks off is no concern of the others.
                let _ = echo(stream).await;
            }
        });
    }
}
