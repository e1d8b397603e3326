//! Looks at the head of each frame that a client sends, before anything is gathered for it.
//!
//! The codec below waits for a whole frame and only then compares its length with the limit, so an
//! announced length would be the client's to choose. Here the connection's bytes end in front of the
//! first head that announces too much.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::Stream;

/// Two bytes, eight of an extended length, four of a mask.
const HEAD_MAX: usize = 14;

/// Where in a client's bytes the frames begin and end.
#[derive(Debug, Default)]
struct FrameScan {
    head: [u8; HEAD_MAX],
    held: usize,
    /// Bytes of the payload under way that are still to come.
    left: u64,
}

impl FrameScan {
    /// Length of the head under way and of the payload that it announces, as far as its bytes tell.
    fn announced(&self) -> Option<(usize, u64)> {
        let head = self.head.get(..self.held)?;
        let second = *head.get(1)?;
        let mask = if second & 0x80 == 0 { 0 } else { 4 };
        Some(match second & 0x7F {
            126 => (4 + mask, u64::from(u16::from_be_bytes(head.get(2..4)?.try_into().ok()?))),
            127 => (10 + mask, u64::from_be_bytes(head.get(2..10)?.try_into().ok()?)),
            short => (2 + mask, u64::from(short)),
        })
    }

    /// How many of these bytes are of frames within the limit; all of them as a rule.
    fn take(&mut self, bytes: &[u8], limit: u64) -> usize {
        let (mut at, mut frame_start) = (0, 0);
        while let Some(byte) = bytes.get(at) {
            if self.left > 0 {
                let rest = (bytes.len() - at) as u64;
                let step = self.left.min(rest);
                self.left -= step;
                at += step as usize;
                continue;
            }
            if self.held == 0 {
                frame_start = at;
            }
            self.head[self.held] = *byte;
            self.held += 1;
            at += 1;
            let Some((head, length)) = self.announced() else { continue };
            if length > limit {
                return frame_start;
            }
            if self.held == head {
                (self.held, self.left) = (0, length);
            }
        }
        bytes.len()
    }
}

/// A client's bytes up to the first frame that announces more than the limit.
pub struct LengthGuard<S> {
    inner: S,
    scan: FrameScan,
    limit: u64,
    is_exceeded: Rc<Cell<bool>>,
}

impl<S> LengthGuard<S> {
    /// `is_exceeded` is set when a frame announced too much.
    pub fn new(inner: S, limit: usize, is_exceeded: Rc<Cell<bool>>) -> Self {
        Self { inner, scan: FrameScan::default(), limit: limit as u64, is_exceeded }
    }
}

impl<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin> Stream for LengthGuard<S> {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.is_exceeded.get() {
            return Poll::Ready(None);
        }
        let polled = Pin::new(&mut this.inner).poll_next(cx);
        let Poll::Ready(Some(Ok(bytes))) = polled else { return polled };
        let taken = this.scan.take(&bytes, this.limit);
        this.is_exceeded.set(taken < bytes.len());
        Poll::Ready(Some(Ok(bytes.slice(..taken))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(length: usize, masked: bool) -> Vec<u8> {
        let mask = if masked { 0x80 } else { 0 };
        let mut frame = match length {
            0..=125 => vec![0x81, mask | length as u8],
            126..=65_535 => [&[0x81, mask | 126][..], &(length as u16).to_be_bytes()].concat(),
            _ => [&[0x81, mask | 127][..], &(length as u64).to_be_bytes()].concat(),
        };
        frame.resize(frame.len() + if masked { 4 } else { 0 } + length, 0xFF);
        frame
    }

    /// Bytes let through when they come in pieces of this size.
    fn passed(bytes: &[u8], piece: usize, limit: u64) -> usize {
        let mut scan = FrameScan::default();
        let mut passed = 0;
        for piece in bytes.chunks(piece) {
            let taken = scan.take(piece, limit);
            passed += taken;
            if taken < piece.len() {
                break;
            }
        }
        passed
    }

    #[test]
    fn frames_within_the_limit_pass_however_they_are_cut() {
        for masked in [true, false] {
            let bytes: Vec<u8> = [0, 1, 125, 126, 300, 65_535, 65_536, 0]
                .iter()
                .flat_map(|length| frame(*length, masked))
                .collect();
            for piece in [1, 2, 3, 7, 1_000, usize::MAX] {
                assert_eq!(passed(&bytes, piece, 65_536), bytes.len(), "pieces of {piece}");
            }
        }
    }

    #[test]
    fn bytes_end_in_front_of_a_head_that_announces_too_much() {
        let good = frame(300, true);
        for length in [301, 1_000, 70_000] {
            let bytes = [good.clone(), frame(length, true)].concat();
            assert_eq!(passed(&bytes, usize::MAX, 300), good.len(), "{length}");
            // In single bytes, what of the head came before its length is through already.
            assert!((good.len()..good.len() + 10).contains(&passed(&bytes, 1, 300)), "{length}");
        }
        let never: &[u8] = &[0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        assert_eq!(passed(never, usize::MAX, 65_536), 0);
    }
}
