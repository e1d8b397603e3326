//! A client's bytes, which may hold compressed messages, as the plain frames that a WebSocket codec
//! without extensions reads. Without I/O.
//!
//! What is not compressed passes as it is. The fragments of a compressed message are gathered, and come
//! out as one frame when the last is there; control frames between them pass at once. Invariants: never
//! more is gathered than a message may have, and no message inflates to more than that.

use flate2::{Decompress, FlushDecompress, Status};
use thiserror::Error;

use super::TAIL;
use crate::code::CloseCode;

/// Two bytes, eight of an extended length, four of a mask.
const HEAD_MAX: usize = 14;

#[derive(Debug, Clone, Copy)]
pub struct InflateLimits {
    /// Largest message, compressed as well as inflated.
    pub message_bytes: usize,
    /// Most frames of a compressed message.
    pub fragments: usize,
}

/// Why a client's bytes cannot be read any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InflateError {
    #[error("{0}")]
    Protocol(&'static str),
    #[error("the message is larger than the limit")]
    TooLarge,
    #[error("the message is not compressed as it says")]
    BadData,
}

impl InflateError {
    pub const fn close_code(self) -> CloseCode {
        match self {
            Self::Protocol(_) | Self::BadData => CloseCode::PROTOCOL_ERROR,
            Self::TooLarge => CloseCode::TOO_LARGE,
        }
    }
}

/// Inflates messages. It keeps nothing between them, so all clients of a thread share one.
pub struct Inflater {
    decompress: Decompress,
    buffer: Vec<u8>,
}

impl Default for Inflater {
    fn default() -> Self {
        Self::new()
    }
}

impl Inflater {
    pub fn new() -> Self {
        Self { decompress: Decompress::new(false), buffer: Vec::new() }
    }

    /// `compressed` is a message's payload with the tail that the wire leaves out.
    fn inflate(&mut self, compressed: &[u8], limit: usize) -> Result<&[u8], InflateError> {
        self.decompress.reset(false);
        // A byte more than is allowed shows that it is too large.
        self.buffer.resize(limit + 1, 0);
        let (mut read, mut written) = (0, 0);
        while read < compressed.len() {
            let (in_before, out_before) = (self.decompress.total_in(), self.decompress.total_out());
            let (input, output) = (&compressed[read..], &mut self.buffer[written..]);
            let status = self
                .decompress
                .decompress(input, output, FlushDecompress::Sync)
                .map_err(|_| InflateError::BadData)?;
            let taken = (self.decompress.total_in() - in_before) as usize;
            let made = (self.decompress.total_out() - out_before) as usize;
            read += taken;
            written += made;
            if written > limit {
                return Err(InflateError::TooLarge);
            }
            if status == Status::StreamEnd {
                // A block marked as the last one; more may follow it (RFC 7692, 7.2.3.4).
                self.decompress.reset(false);
            }
            if taken == 0 && made == 0 {
                return Err(InflateError::BadData);
            }
        }
        Ok(&self.buffer[..written])
    }
}

/// A compressed message whose last fragment has not come.
#[derive(Debug)]
struct Gathered {
    opcode: u8,
    compressed: Vec<u8>,
    fragments: usize,
}

/// What is being sent in fragments.
#[derive(Debug, Default)]
enum Message {
    #[default]
    None,
    Plain,
    Compressed(Gathered),
}

/// Where a payload's bytes go.
#[derive(Debug, Clone, Copy)]
enum Way {
    Pass,
    /// Into a compressed message, with the mask taken off; `at` counts the bytes for that.
    Gather {
        mask: [u8; 4],
        at: usize,
        is_final: bool,
    },
}

/// The state of one client's bytes.
#[derive(Debug)]
pub struct Inflate {
    limits: InflateLimits,
    head: [u8; HEAD_MAX],
    held: usize,
    /// The payload under way, and how many of its bytes are still to come.
    payload: Option<(Way, u64)>,
    message: Message,
}

impl Inflate {
    pub const fn new(limits: InflateLimits) -> Self {
        Self { limits, head: [0; HEAD_MAX], held: 0, payload: None, message: Message::None }
    }

    /// Reads `bytes` up to the end of one frame, or all of them, and appends to `out` what the codec is to
    /// read. Says how many were read; `out` grows by one message at most, or by as much as was read. After
    /// an error nothing more may be given to it.
    pub fn take(
        &mut self,
        inflater: &mut Inflater,
        bytes: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<usize, InflateError> {
        let mut at = 0;
        let (way, left) = loop {
            if let Some(payload) = self.payload {
                break payload;
            }
            let Some(byte) = bytes.get(at) else { return Ok(at) };
            self.head[self.held] = *byte;
            self.held += 1;
            at += 1;
            self.payload = self.begin_frame(out)?;
        };
        let step = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len() - at);
        let piece = &bytes[at..at + step];
        let left = left - step as u64;
        match (way, &mut self.message) {
            (Way::Gather { mask, at, is_final }, Message::Compressed(gathered)) => {
                let unmasked = piece.iter().enumerate().map(|(offset, byte)| byte ^ mask[(at + offset) % 4]);
                gathered.compressed.extend(unmasked);
                self.payload = (left > 0).then_some((Way::Gather { mask, at: at + step, is_final }, left));
                if left == 0 && is_final {
                    self.end_message(inflater, out)?;
                }
            }
            _ => {
                out.extend_from_slice(piece);
                self.payload = (left > 0).then_some((way, left));
            }
        }
        Ok(at + step)
    }

    /// Looks at the head under way; when it is whole, says where its payload goes.
    fn begin_frame(&mut self, out: &mut Vec<u8>) -> Result<Option<(Way, u64)>, InflateError> {
        let Some((size, length)) = announced(&self.head[..self.held]) else { return Ok(None) };
        if self.held < size {
            return Ok(None);
        }
        self.held = 0;
        let head = self.head;
        if head[1] & 0x80 == 0 {
            return Err(InflateError::Protocol("a frame without a mask"));
        }
        if self.is_gathered(head[0])? {
            self.make_room(length)?;
            let mask = [head[size - 4], head[size - 3], head[size - 2], head[size - 1]];
            return Ok(Some((Way::Gather { mask, at: 0, is_final: head[0] & 0x80 != 0 }, length)));
        }
        out.extend_from_slice(&head[..size]);
        Ok(Some((Way::Pass, length)))
    }

    /// Whether the frame that begins with this byte is of a compressed message. Follows what is being
    /// sent in fragments.
    fn is_gathered(&mut self, first: u8) -> Result<bool, InflateError> {
        let (is_final, is_compressed, opcode) = (first & 0x80 != 0, first & 0x40 != 0, first & 0x0f);
        if first & 0x30 != 0 {
            return Err(InflateError::Protocol("a reserved bit that nothing was negotiated for"));
        }
        if opcode & 0x08 != 0 {
            return if is_compressed {
                Err(InflateError::Protocol("a compressed control frame"))
            } else {
                Ok(false)
            };
        }
        match (opcode, &self.message) {
            (0, _) if is_compressed => {
                Err(InflateError::Protocol("a continuation that says it is compressed"))
            }
            (0, Message::None) => Err(InflateError::Protocol("a continuation of nothing")),
            (0, Message::Compressed(_)) => Ok(true),
            (0, Message::Plain) => {
                if is_final {
                    self.message = Message::None;
                }
                Ok(false)
            }
            (_, Message::Plain | Message::Compressed(_)) => {
                Err(InflateError::Protocol("a message within another"))
            }
            (_, Message::None) => {
                if is_compressed {
                    let gathered = Gathered { opcode, compressed: Vec::new(), fragments: 0 };
                    self.message = Message::Compressed(gathered);
                } else if !is_final {
                    self.message = Message::Plain;
                }
                Ok(is_compressed)
            }
        }
    }

    /// Refuses a fragment with which its message would be too large, before any of its bytes are kept.
    fn make_room(&mut self, length: u64) -> Result<(), InflateError> {
        let Message::Compressed(gathered) = &mut self.message else { return Ok(()) };
        gathered.fragments += 1;
        let room = self.limits.message_bytes - gathered.compressed.len();
        if gathered.fragments > self.limits.fragments || length > room as u64 {
            return Err(InflateError::TooLarge);
        }
        Ok(())
    }

    fn end_message(&mut self, inflater: &mut Inflater, out: &mut Vec<u8>) -> Result<(), InflateError> {
        let Message::Compressed(mut gathered) = std::mem::take(&mut self.message) else { return Ok(()) };
        gathered.compressed.extend_from_slice(&TAIL);
        let payload = inflater.inflate(&gathered.compressed, self.limits.message_bytes)?;
        push_plain_frame(out, gathered.opcode, payload);
        Ok(())
    }
}

/// Length of a head and of the payload that it announces, as far as its bytes tell.
fn announced(head: &[u8]) -> Option<(usize, u64)> {
    let second = *head.get(1)?;
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    Some(match second & 0x7f {
        126 => (4 + mask, u64::from(u16::from_be_bytes(head.get(2..4)?.try_into().ok()?))),
        127 => (10 + mask, u64::from_be_bytes(head.get(2..10)?.try_into().ok()?)),
        short => (2 + mask, u64::from(short)),
    })
}

/// A whole message as a client would send it without compression; its mask changes nothing.
fn push_plain_frame(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    out.push(0x80 | opcode);
    match payload.len() {
        length @ 0..126 => out.push(0x80 | length as u8),
        length @ 126..65_536 => {
            out.push(0x80 | 126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            out.push(0x80 | 127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}
