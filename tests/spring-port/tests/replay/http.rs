//! Plain HTTP requests, as Python's `http.client` writes them.

use std::net::SocketAddr;

use serde_json::{Map, Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A response without its body.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
}

impl Head {
    /// Takes a head off `read`, when it is there to its end.
    pub(crate) fn take(read: &mut Vec<u8>) -> Option<Self> {
        let end = read.windows(4).position(|four| four == b"\r\n\r\n")?;
        let rest = read.split_off(end + 4);
        let head = String::from_utf8_lossy(&std::mem::replace(read, rest)).into_owned();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Self { status, headers })
    }

    /// All values of a header; `None` without any.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let values = self.headers.iter().filter(|(other, _)| other == name);
        let values: Vec<_> = values.map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }
}

/// What a request names.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) body: &'a str,
    pub(crate) headers: Vec<(String, String)>,
    /// Headers of the response to keep.
    pub(crate) keep: Vec<String>,
}

/// Sends a request, and writes the response down.
pub(crate) async fn request(server: SocketAddr, host: &str, asked: Asked<'_>) -> Value {
    let mut text = format!("{} {} HTTP/1.1\r\nHost: {host}\r\n", asked.method, asked.path);
    if !asked.body.is_empty() || asked.method == "POST" {
        text += &format!("Content-Length: {}\r\n", asked.body.len());
    }
    for (name, value) in &asked.headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += &format!("\r\n{}", asked.body);
    let mut stream = TcpStream::connect(server).await.expect("the server listens");
    stream.write_all(text.as_bytes()).await.expect("the server reads");
    let mut read = Vec::new();
    let head = loop {
        if let Some(head) = Head::take(&mut read) {
            break head;
        }
        let more = stream.read_buf(&mut read).await.expect("the server answers");
        assert_ne!(more, 0, "the connection ended: {read:?}");
    };
    let length = head
        .get("content-length")
        .map_or(0, |length| length.parse().expect("a length"));
    while read.len() < length {
        let more = stream.read_buf(&mut read).await.expect("the server answers");
        assert_ne!(more, 0, "the body is cut off");
    }
    let kept: Map<String, Value> = asked
        .keep
        .iter()
        .filter_map(|name| Some((name.clone(), head.get(name)?.into())))
        .collect();
    json!({"status": head.status, "headers": kept, "body": String::from_utf8_lossy(&read)})
}
