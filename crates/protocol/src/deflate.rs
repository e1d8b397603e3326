//! `permessage-deflate` (RFC 7692), without context takeover: every message stands alone, so that one
//! compressed frame serves every client that negotiated it, and no client has a window of its own.
//!
//! [`Deflater`] makes the server's frames, [`Inflate`] undoes the client's, [`negotiate`] reads offers.

mod inflate;
mod offer;

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress, Status};

use crate::form::Encoding;
use crate::frame::websocket_deflated;

pub use inflate::{Inflate, InflateError, InflateLimits, Inflater};
pub use offer::negotiate;

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
        // A full buffer may mean that there was more to write.
        let is_whole = status == Status::Ok
            && self.compress.total_in() == payload.len() as u64
            && self.buffer.len() < self.buffer.capacity();
        let shortened = self.buffer.strip_suffix(&TAIL)?;
        (is_whole && shortened.len() < payload.len()).then_some(shortened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_says_that_it_is_compressed_and_is_shorter() {
        let payload = b"[\"61837.63\",\"0.14298\"],".repeat(40);
        let mut deflater = Deflater::new();
        for (encoding, first) in [(Encoding::Json, 0xc1), (Encoding::Msgpack, 0xc2)] {
            let frame = deflater.frame(encoding, &payload).expect("it shrinks");
            assert_eq!(frame[0], first);
            assert!(frame.len() < payload.len() / 10);
            assert!(!frame.ends_with(&TAIL));
            assert_eq!(deflater.frame(encoding, &payload), Some(frame), "no message leaves anything behind");
        }
    }

    #[test]
    fn what_is_short_or_does_not_shrink_stays_as_it_is() {
        let mut deflater = Deflater::new();
        assert_eq!(deflater.frame(Encoding::Json, &vec![b'x'; WORTH_IT - 1]), None);
        assert!(deflater.frame(Encoding::Json, &vec![b'x'; WORTH_IT]).is_some());
        // Bytes of a linear congruence: nothing repeats within the window.
        let mut state = 1u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .take(20_000)
        .collect();
        assert_eq!(deflater.frame(Encoding::Msgpack, &noise), None);
        assert!(deflater.frame(Encoding::Json, &vec![b'x'; 300]).is_some(), "and it goes on working");
    }
}
