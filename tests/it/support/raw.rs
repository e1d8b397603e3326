//! A WebSocket client of bytes: it can send what no library would, and read as slowly as it likes.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::{Answer, PATIENCE};

pub const FIN: u8 = 0x80;
pub const CONTINUATION: u8 = 0x0;
pub const TEXT: u8 = 0x1;
pub const BINARY: u8 = 0x2;
pub const CLOSE: u8 = 0x8;
pub const PING: u8 = 0x9;
pub const PONG: u8 = 0xA;

const MASK: [u8; 4] = [0x5A, 0x01, 0xFE, 0x33];

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

pub struct RawClient {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// A frame as a client sends it: masked. `first` is the first byte: FIN, the reserved bits and the opcode.
pub fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = head(first, payload.len() as u64);
    frame.extend(payload.iter().enumerate().map(|(at, byte)| byte ^ MASK[at % 4]));
    frame
}

/// The head of a masked frame that announces a payload of this length.
pub fn head(first: u8, length: u64) -> Vec<u8> {
    let mut head = vec![first];
    match length {
        0..=125 => head.push(0x80 | length as u8),
        126..=65_535 => {
            head.push(0x80 | 126);
            head.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            head.push(0x80 | 127);
            head.extend_from_slice(&length.to_be_bytes());
        }
    }
    head.extend_from_slice(&MASK);
    head
}

impl RawClient {
    pub async fn connect(address: &str) -> Self {
        Self::handshake(TcpStream::connect(address).await.expect("the server listens")).await
    }

    /// With a receive buffer of a few kilobytes: what is not read soon stops the server's writes.
    pub async fn with_small_buffer(address: &str) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4_096).expect("a small buffer");
        let address = address.parse().expect("an address");
        Self::handshake(socket.connect(address).await.expect("the server listens")).await
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

    async fn handshake(stream: TcpStream) -> Self {
        Self::upgrade(stream, "localhost", &[]).await.expect("an upgrade")
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
            return Ok(Self { stream, buffer: Vec::new() });
        }
        let head = String::from_utf8(head).expect("UTF-8");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
        let mut body = vec![0; length.parse().expect("a number")];
        stream.read_exact(&mut body).await.expect("the body");
        Err(Answer::parse(&head, &String::from_utf8(body).expect("UTF-8")))
    }

    /// Ends the connection with a reset, without a word.
    pub fn reset(self) {
        self.stream.set_zero_linger().expect("a socket");
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("sent");
    }

    /// Whether the server still takes bytes.
    pub async fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    pub async fn send_json(&mut self, message: &Value) {
        self.send(&masked(FIN | TEXT, message.to_string().as_bytes())).await;
    }

    /// The next frame; control frames too.
    pub async fn next(&mut self) -> Incoming {
        loop {
            if let Some(frame) = self.take_frame() {
                return frame;
            }
            let read = self.stream.read_buf(&mut self.buffer);
            match tokio::time::timeout(PATIENCE, read).await.expect("bytes or an end in time") {
                Ok(0) | Err(_) => return Incoming::End,
                Ok(_) => {}
            }
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

    /// Takes one whole frame out of the buffer. Servers neither mask nor, here, fragment.
    fn take_frame(&mut self) -> Option<Incoming> {
        let (first, second) = (*self.buffer.first()?, *self.buffer.get(1)?);
        assert_eq!(first & 0xF0, FIN, "one whole frame without reserved bits");
        assert_eq!(second & 0x80, 0, "servers do not mask");
        let (length, start) = match second {
            126 => (usize::from(u16::from_be_bytes(self.buffer.get(2..4)?.try_into().ok()?)), 4),
            127 => (u64::from_be_bytes(self.buffer.get(2..10)?.try_into().ok()?) as usize, 10),
            short => (usize::from(short), 2),
        };
        let payload = self.buffer.get(start..start + length)?.to_vec();
        self.buffer.drain(..start + length);
        Some(match first & 0x0F {
            TEXT => Incoming::Text(String::from_utf8(payload).expect("UTF-8")),
            CLOSE => Incoming::Close(payload.get(..2).map(|code| u16::from_be_bytes([code[0], code[1]]))),
            PING => Incoming::Ping(payload),
            PONG => Incoming::Pong(payload),
            other => panic!("opcode {other}"),
        })
    }
}
