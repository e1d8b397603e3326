//! `permessage-deflate` (RFC 7692), without context takeover: every message stands alone, so that one
//! compressed frame serves every client that negotiated it.

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress, Status};

use crate::form::Encoding;
use crate::frame::websocket_deflated;

/// What a sync flush ends with; left out on the wire (RFC 7692, 7.2.1).
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];
/// Shorter payloads save too little to be worth a client's work.
const WORTH_IT: usize = 256;

/// Compresses payloads. It takes some 300 KiB, whatever it compresses, so share it: no message
/// leaves anything behind in it.
pub struct Deflater {
    compress: Compress,
    buffer: Vec<u8>,
}

impl Default for Deflater {
    fn default() -> Self {
        Self::new()
    }
}

impl Deflater {
    pub fn new() -> Self {
        Self { compress: Compress::new(Compression::fast(), false), buffer: Vec::new() }
    }

    /// One compressed WebSocket frame, or `None` when the payload is better sent as it is.
    pub fn frame(&mut self, encoding: Encoding, payload: &[u8]) -> Option<Bytes> {
        if payload.len() < WORTH_IT {
            return None;
        }
        Some(websocket_deflated(encoding, self.deflate(payload)?))
    }

    /// The payload compressed, or `None` when it does not get shorter.
    fn deflate(&mut self, payload: &[u8]) -> Option<&[u8]> {
        self.compress.reset();
        self.buffer.clear();
        // Room for the payload and its tail: what does not fit is not shorter.
        self.buffer.reserve(payload.len() + TAIL.len());
        let status = self.compress.compress_vec(payload, &mut self.buffer, FlushCompress::Sync).ok()?;
        let is_whole = status == Status::Ok
            && self.compress.total_in() == payload.len() as u64
            && self.buffer.len() < self.buffer.capacity();
        let shortened = self.buffer.strip_suffix(&TAIL)?;
        (is_whole && shortened.len() < payload.len()).then_some(shortened)
    }
}
