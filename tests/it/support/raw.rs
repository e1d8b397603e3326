//! A WebSocket client of bytes that fails the test when something does not come.

use std::time::Duration;

pub use marketd_testkit::wire::{BINARY, CLOSE, CONTINUATION, FIN, PING, PONG, TEXT, head, masked};
use marketd_testkit::wire::{Frame, WireClient};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::{Answer, PATIENCE};

/// What the server sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    Text(String),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>),
    /// The connection ended, with or without a close frame before.
    End,
}

impl From<Frame<'_>> for Incoming {
    fn from(frame: Frame<'_>) -> Self {
        match frame.opcode {
            TEXT => Self::Text(String::from_utf8(frame.payload.to_vec()).expect("UTF-8")),
            CLOSE => Self::Close(frame.close().map(|(code, _)| code)),
            PING => Self::Ping(frame.payload.to_vec()),
            PONG => Self::Pong(frame.payload.to_vec()),
            other => panic!("opcode {other}"),
        }
    }
}

pub struct RawClient {
    pub wire: WireClient,
}

impl RawClient {
    pub async fn connect(address: &str) -> Self {
        Self::with_buffer(address, None).await
    }

    /// With a receive buffer of a few kilobytes: what is not read soon stops the server's writes.
    pub async fn with_small_buffer(address: &str) -> Self {
        Self::with_buffer(address, Some(4_096)).await
    }

    /// From another address of this machine.
    pub async fn connect_from(local: &str, address: &str) -> Result<Self, Answer> {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(format!("{local}:0").parse().expect("an address")).expect("a free port");
        let address = address.parse().expect("an address");
        Self::upgrade(socket.connect(address).await.expect("the server listens"), "localhost", &[]).await
    }

    /// With a `Host` and further headers of one's own; `Err` is the answer that was no upgrade.
    pub async fn connect_as(address: &str, host: &str, headers: &[(&str, &str)]) -> Result<Self, Answer> {
        Self::upgrade(TcpStream::connect(address).await.expect("the server listens"), host, headers).await
    }

    async fn upgrade(mut stream: TcpStream, host: &str, headers: &[(&str, &str)]) -> Result<Self, Answer> {
        let mut request = format!(
            "GET /api/v1/ws HTTP/1.1\r\nhost: {host}\r\nupgrade: websocket\r\n\
             connection: Upgrade\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).await.expect("the request is sent");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("an answer"));
        }
        if head.starts_with(b"HTTP/1.1 101 ") {
            return Ok(Self { wire: WireClient::from(stream) });
        }
        let head = String::from_utf8(head).expect("UTF-8");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
        let mut body = vec![0; length.parse().expect("a number")];
        stream.read_exact(&mut body).await.expect("the body");
        Err(Answer::parse(&head, &String::from_utf8(body).expect("UTF-8")))
    }

    /// Ends the connection with a reset, without a word.
    pub fn reset(self) {
        self.wire.reset();
    }

    /// Whether the server still takes bytes.
    pub async fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.wire.send(bytes).await.is_ok()
    }

    pub async fn with_buffer(address: &str, receive_buffer: Option<u32>) -> Self {
        let address = address.parse().expect("an address");
        Self { wire: WireClient::connect(address, receive_buffer).await.expect("the handshake") }
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        self.wire.send(bytes).await.expect("sent");
    }

    pub async fn send_json(&mut self, message: &Value) {
        self.wire.send_text(&message.to_string()).await.expect("sent");
    }

    /// The next frame; control frames too.
    pub async fn next(&mut self) -> Incoming {
        let next = tokio::time::timeout(PATIENCE, self.wire.next()).await.expect("bytes or an end in time");
        match next {
            Ok(Some(frame)) => frame.into(),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => panic!("{error}"),
            Ok(None) | Err(_) => Incoming::End,
        }
    }

    /// The next text as JSON; `None` at the end. Pings are left unanswered, as is a close.
    pub async fn next_json(&mut self) -> Option<Value> {
        loop {
            match self.next().await {
                Incoming::Text(text) => return Some(serde_json::from_str(&text).expect("JSON")),
                Incoming::Ping(_) | Incoming::Pong(_) => {}
                Incoming::Close(_) | Incoming::End => return None,
            }
        }
    }

    /// Reads what comes in `span`, at most.
    pub async fn next_within(&mut self, span: Duration) -> Option<Incoming> {
        tokio::time::timeout(span, self.next()).await.ok()
    }

    /// Texts up to the close frame, and its code; `None` when the connection ended without one.
    pub async fn until_closed(&mut self) -> (Vec<Value>, Option<u16>) {
        let mut texts = Vec::new();
        loop {
            match self.next().await {
                Incoming::Text(text) => texts.push(serde_json::from_str(&text).expect("JSON")),
                Incoming::Ping(_) | Incoming::Pong(_) => {}
                Incoming::Close(code) => return (texts, code),
                Incoming::End => return (texts, None),
            }
        }
    }
}
