//! A WebSocket client of bytes: as cheap as a test with thousands of connections needs, and able to send and to end
//! a connection as no library would.
//!
//! It walks over frames where they lie in the buffer and reads the head of a data frame without building a document.

use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

pub const FIN: u8 = 0x80;
pub const CONTINUATION: u8 = 0x0;
pub const TEXT: u8 = 0x1;
pub const BINARY: u8 = 0x2;
pub const CLOSE: u8 = 0x8;
pub const PING: u8 = 0x9;
pub const PONG: u8 = 0xA;

const MASK: [u8; 4] = [0x5A, 0x01, 0xFE, 0x33];
const HANDSHAKE: &str = "GET /api/v1/ws HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\n\
                         connection: Upgrade\r\nsec-websocket-version: 13\r\n\
                         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
/// Longest answer to a handshake that is waited for.
const ANSWER_MAX: usize = 4_096;
/// What is read at once.
const READ: usize = 16 * 1024;
/// Read bytes that may lie in front of the buffer before they are given back.
const COMPACT_AT: usize = 64 * 1024;

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

/// The bytes of the opening handshake, for those who send only a part of it.
pub fn handshake() -> &'static [u8] {
    HANDSHAKE.as_bytes()
}

/// A whole frame, in the buffer it was read into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    pub opcode: u8,
    pub payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Code and reason of a close frame.
    pub fn close(&self) -> Option<(u16, &'a str)> {
        let code = self.payload.first_chunk::<2>().filter(|_| self.opcode == CLOSE)?;
        Some((u16::from_be_bytes(*code), std::str::from_utf8(&self.payload[2..]).ok()?))
    }
}

/// Bytes of a server, and the frames that are whole among them.
#[derive(Debug, Default)]
struct Inbox {
    bytes: Vec<u8>,
    /// Up to here they were given out.
    start: usize,
}

impl Inbox {
    /// Opcode, place of the payload and end of the frame that comes next, if it is whole. A frame that no server of
    /// ours sends is an error: masked, in pieces, or with reserved bits.
    fn whole(&self) -> io::Result<Option<(u8, Range<usize>)>> {
        let bytes = &self.bytes[self.start..];
        let [first, second, rest @ ..] = bytes else { return Ok(None) };
        if first & 0xF0 != FIN || second & 0x80 != 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("frame head {first:#x} {second:#x}"),
            ));
        }
        let (length, head) = match second {
            126 => match rest.first_chunk::<2>() {
                Some(length) => (usize::from(u16::from_be_bytes(*length)), 4),
                None => return Ok(None),
            },
            127 => match rest.first_chunk::<8>() {
                Some(length) => (u64::from_be_bytes(*length) as usize, 10),
                None => return Ok(None),
            },
            short => (usize::from(*short), 2),
        };
        let payload = self.start + head..self.start + head + length;
        Ok((payload.end <= self.bytes.len()).then_some((first & 0x0F, payload)))
    }

    fn compact(&mut self) {
        if self.start == self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
        } else if self.start > COMPACT_AT {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
    }
}

/// A connection after its handshake. Pings are not answered, nor is a close.
#[derive(Debug)]
pub struct WireClient {
    stream: TcpStream,
    inbox: Inbox,
}

/// A connection whose handshake has been answered.
impl From<TcpStream> for WireClient {
    fn from(stream: TcpStream) -> Self {
        Self { stream, inbox: Inbox::default() }
    }
}

impl WireClient {
    /// `receive_buffer` is the size asked of the kernel; without it the kernel chooses, and lets it grow.
    pub async fn connect(address: SocketAddr, receive_buffer: Option<u32>) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        if let Some(size) = receive_buffer {
            socket.set_recv_buffer_size(size)?;
        }
        let mut stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        stream.write_all(HANDSHAKE.as_bytes()).await?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            if answer.len() == ANSWER_MAX {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "an answer without an end"));
            }
            answer.push(stream.read_u8().await?);
        }
        if !answer.starts_with(b"HTTP/1.1 101 ") {
            let answer = String::from_utf8_lossy(&answer).into_owned();
            return Err(io::Error::new(io::ErrorKind::ConnectionRefused, answer));
        }
        Ok(Self { stream, inbox: Inbox::default() })
    }

    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    pub async fn send_text(&mut self, text: &str) -> io::Result<()> {
        self.send(&masked(FIN | TEXT, text.as_bytes())).await
    }

    /// The next frame, control frames too; `None` at the end of the stream. Nothing is lost when it is cancelled.
    pub async fn next(&mut self) -> io::Result<Option<Frame<'_>>> {
        let (opcode, payload) = loop {
            if let Some(whole) = self.inbox.whole()? {
                break whole;
            }
            self.inbox.compact();
            self.inbox.bytes.reserve(READ);
            if self.stream.read_buf(&mut self.inbox.bytes).await? == 0 {
                return Ok(None);
            }
        };
        Ok(Some(self.take(opcode, payload)))
    }

    /// The next frame if it has been read already.
    pub fn buffered(&mut self) -> io::Result<Option<Frame<'_>>> {
        let whole = self.inbox.whole()?;
        Ok(whole.map(|(opcode, payload)| self.take(opcode, payload)))
    }

    fn take(&mut self, opcode: u8, payload: Range<usize>) -> Frame<'_> {
        self.inbox.start = payload.end;
        Frame { opcode, payload: &self.inbox.bytes[payload] }
    }

    /// Reads one byte, whatever it belongs to; `false` at the end of the stream.
    pub async fn read_byte(&mut self) -> io::Result<bool> {
        let mut byte = [0];
        let read = self.stream.read(&mut byte).await?;
        self.inbox.bytes.extend_from_slice(&byte[..read]);
        Ok(read == 1)
    }

    /// Bytes that have arrived and were not given out as frames: in the kernel's buffer, and read already.
    pub async fn waiting(&self) -> io::Result<(usize, usize)> {
        let mut copy = vec![0; 8 << 20];
        // Peeking waits while there is nothing at all.
        let peeked = match tokio::time::timeout(Duration::from_millis(1), self.stream.peek(&mut copy)).await {
            Ok(peeked) => peeked?,
            Err(_) => 0,
        };
        Ok((peeked, self.inbox.bytes.len() - self.inbox.start))
    }

    /// Ends the connection by a reset.
    pub fn reset(self) {
        // A socket that is gone already is what was wanted.
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }

    /// Ends our half of the connection; what the server still says can be read.
    pub async fn finish(&mut self) -> io::Result<()> {
        self.stream.shutdown().await
    }
}

/// The head of a data frame: what names its stream, and what orders it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataHead<'a> {
    /// `snapshot`, `delta`, `event` or `status`.
    pub kind: &'a str,
    /// Channel, parameters and market, as they stand in the frame.
    pub stream: &'a str,
    pub epoch: u64,
    pub seq: u64,
    pub prev: u64,
    pub ts_sent: i64,
}

impl<'a> DataHead<'a> {
    /// `None` for a frame that is of no stream: a reply, an error, a heartbeat.
    pub fn of(payload: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(payload).ok()?;
        let (kind, rest) = text.strip_prefix("{\"type\":\"")?.split_once('"')?;
        if !matches!(kind, "snapshot" | "delta" | "event" | "status") {
            return None;
        }
        let (stream, rest) = rest.strip_prefix(',')?.split_once(",\"epoch\":")?;
        let (epoch, rest) = number(rest)?;
        let (seq, rest) = number(rest.strip_prefix(",\"seq\":")?)?;
        let (prev, rest) = number(rest.strip_prefix(",\"prev\":")?)?;
        let (_, rest) = rest.split_once("\"ts_sent\":")?;
        let (ts_sent, _) = number(rest)?;
        Some(Self { kind, stream, epoch, seq, prev, ts_sent: i64::try_from(ts_sent).ok()? })
    }

    /// Whether it stands for itself: a snapshot, or a status as somebody gets it who comes new.
    pub fn is_snapshot(&self) -> bool {
        self.prev == self.seq
    }
}

fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit())?;
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server_frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![FIN | opcode];
        match payload.len() {
            short @ 0..=125 => frame.push(short as u8),
            medium @ 126..=65_535 => {
                frame.push(126);
                frame.extend_from_slice(&(medium as u16).to_be_bytes());
            }
            long => {
                frame.push(127);
                frame.extend_from_slice(&(long as u64).to_be_bytes());
            }
        }
        frame.extend_from_slice(payload);
        frame
    }

    #[test]
    fn frames_are_found_however_the_bytes_are_cut() {
        let payloads = [vec![], vec![b'a'; 125], vec![b'b'; 126], vec![b'c'; 70_000], vec![b'd'; 1]];
        let bytes: Vec<u8> = payloads.iter().flat_map(|payload| server_frame(TEXT, payload)).collect();
        for step in [1, 2, 3, 127, 65_536, bytes.len()] {
            let (mut inbox, mut found) = (Inbox::default(), Vec::new());
            for piece in bytes.chunks(step) {
                inbox.bytes.extend_from_slice(piece);
                while let Some((opcode, payload)) = inbox.whole().expect("frames of a server") {
                    assert_eq!(opcode, TEXT);
                    found.push(inbox.bytes[payload.clone()].to_vec());
                    inbox.start = payload.end;
                }
                inbox.compact();
            }
            assert!(found == payloads, "in steps of {step}");
        }
    }

    #[test]
    fn what_no_server_of_ours_sends_is_an_error() {
        for bytes in [[0x81, 0x81], [0x01, 0x01], [0xC1, 0x01]] {
            assert!(Inbox { bytes: bytes.to_vec(), start: 0 }.whole().is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn the_head_of_a_data_frame_is_read_and_other_frames_have_none() {
        let frame = br#"{"type":"event","channel":"trades","market":"sim:BTC-USD","epoch":7,"seq":412,"prev":410,"ts_venue":0,"ts_recv":1,"ts_sent":1763722812352150,"trades":[{"seq":411}]}"#;
        let expected = DataHead {
            kind: "event",
            stream: r#""channel":"trades","market":"sim:BTC-USD""#,
            epoch: 7,
            seq: 412,
            prev: 410,
            ts_sent: 1_763_722_812_352_150,
        };
        assert_eq!(DataHead::of(frame), Some(expected));
        assert_eq!(DataHead::of(br#"{"type":"reply","op":"subscribe","epoch":7,"seq":1,"prev":1}"#), None);
        assert_eq!(DataHead::of(br#"{"type":"delta","channel":"bbo","market":"x","epoch":7,"seq":"#), None);
    }

    #[test]
    fn a_close_frame_has_a_code_and_a_reason() {
        let close = Frame { opcode: CLOSE, payload: b"\x03\xF4server_restart" };
        assert_eq!(close.close(), Some((1012, "server_restart")));
        assert_eq!(Frame { opcode: CLOSE, payload: b"" }.close(), None);
    }
}
