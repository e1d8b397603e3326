//! Looks at the head of each frame that a client sends, before anything is gathered for it.
//!
//! The codec below waits for a whole frame and only then compares its length with the limit, so an
//! announced length would be the client's to choose, and so would be the time it takes. Here the
//! connection's bytes end in front of the first head that announces too much, and when a message that
//! has begun is not over in time.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::Stream;
use tokio::time::{Instant, Sleep};

/// Two bytes, eight of an extended length, four of a mask.
const HEAD_MAX: usize = 14;
/// What a control frame may carry.
const CONTROL_MAX: u64 = 125;

/// Why a client's bytes end here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A frame announced more than a message may have.
    TooLarge,
    /// A control frame is the first of several, or announced more than the protocol allows.
    BadControl,
    /// A message that began did not end in time.
    TooSlow,
}

/// Where in a client's bytes frames and messages begin and end.
#[derive(Debug, Default)]
struct FrameScan {
    head: [u8; HEAD_MAX],
    held: usize,
    /// Bytes of the payload under way that are still to come.
    left: u64,
    /// A message has begun whose last frame has not ended.
    is_open: bool,
    /// With the frame under way ends whatever had begun.
    is_last: bool,
    /// Messages, and control frames outside of them, that have ended.
    ended: u64,
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

    /// Opcodes from 8 on are control frames, which may stand between the frames of a message.
    const fn is_control(&self) -> bool {
        self.head[0] & 0x08 != 0
    }

    const fn is_final(&self) -> bool {
        self.head[0] & 0x80 != 0
    }

    /// How many of these bytes are of frames within the limit, all of them as a rule, and what is wrong
    /// with the next frame if they are not all.
    fn take(&mut self, bytes: &[u8], limit: u64) -> (usize, Option<Fault>) {
        let (mut at, mut frame_start) = (0, 0);
        while let Some(byte) = bytes.get(at) {
            if self.left > 0 {
                let rest = (bytes.len() - at) as u64;
                let step = self.left.min(rest);
                self.left -= step;
                at += step as usize;
                if self.left == 0 {
                    self.end_frame();
                }
                continue;
            }
            if self.held == 0 {
                frame_start = at;
            }
            self.head[self.held] = *byte;
            self.held += 1;
            at += 1;
            let Some((head, length)) = self.announced() else { continue };
            if self.is_control() && (length > CONTROL_MAX || !self.is_final()) {
                return (frame_start, Some(Fault::BadControl));
            }
            if length > limit {
                return (frame_start, Some(Fault::TooLarge));
            }
            if self.held == head {
                (self.held, self.left) = (0, length);
                self.begin_frame();
                if length == 0 {
                    self.end_frame();
                }
            }
        }
        (bytes.len(), None)
    }

    fn begin_frame(&mut self) {
        self.is_last = if self.is_control() { !self.is_open } else { self.is_final() };
        self.is_open |= !self.is_control();
    }

    fn end_frame(&mut self) {
        if self.is_last {
            self.is_open = false;
            self.ended += 1;
        }
    }

    /// Whether something has begun that has not ended.
    const fn is_under_way(&self) -> bool {
        self.held > 0 || self.left > 0 || self.is_open
    }
}

/// A client's bytes up to the first frame that announces too much, or to a message that takes too long.
pub struct LengthGuard<S> {
    inner: S,
    scan: FrameScan,
    limit: u64,
    time: Duration,
    /// Made when a message first comes in more than one read, which most never do.
    deadline: Option<Pin<Box<Sleep>>>,
    fault: Rc<Cell<Option<Fault>>>,
}

impl<S> LengthGuard<S> {
    /// `fault` is set when the bytes end before the client ends them.
    pub fn new(inner: S, limit: usize, time: Duration, fault: Rc<Cell<Option<Fault>>>) -> Self {
        Self { inner, scan: FrameScan::default(), limit: limit as u64, time, deadline: None, fault }
    }

    fn take(&mut self, bytes: &Bytes) -> Bytes {
        let before = (self.scan.is_under_way(), self.scan.ended);
        let (taken, fault) = self.scan.take(bytes, self.limit);
        self.fault.set(fault);
        let is_new = before != (true, self.scan.ended);
        if self.scan.is_under_way() && is_new {
            let at = Instant::now() + self.time;
            match &mut self.deadline {
                Some(deadline) => deadline.as_mut().reset(at),
                None => self.deadline = Some(Box::pin(tokio::time::sleep_until(at))),
            }
        }
        bytes.slice(..taken)
    }

    /// Whether the message under way should be over by now. Wakes the reader when it should.
    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(deadline) = self.deadline.as_mut().filter(|_| self.scan.is_under_way()) else {
            return false;
        };
        deadline.as_mut().poll(cx).is_ready()
    }
}

impl<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin> Stream for LengthGuard<S> {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.fault.get().is_some() {
            return Poll::Ready(None);
        }
        match Pin::new(&mut this.inner).poll_next(cx) {
            Poll::Ready(Some(Ok(bytes))) => Poll::Ready(Some(Ok(this.take(&bytes)))),
            Poll::Pending if this.is_late(cx) => {
                this.fault.set(Some(Fault::TooSlow));
                Poll::Ready(None)
            }
            polled => polled,
        }
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

    /// Bytes let through when they come in pieces of this size, and why no more.
    fn passed(bytes: &[u8], piece: usize, limit: u64) -> (usize, Option<Fault>) {
        let mut scan = FrameScan::default();
        let mut passed = 0;
        for piece in bytes.chunks(piece) {
            let (taken, fault) = scan.take(piece, limit);
            passed += taken;
            if fault.is_some() {
                return (passed, fault);
            }
        }
        (passed, None)
    }

    #[test]
    fn frames_within_the_limit_pass_however_they_are_cut() {
        for masked in [true, false] {
            let bytes: Vec<u8> = [0, 1, 125, 126, 300, 65_535, 65_536, 0]
                .iter()
                .flat_map(|length| frame(*length, masked))
                .collect();
            for piece in [1, 2, 3, 7, 1_000, usize::MAX] {
                assert_eq!(passed(&bytes, piece, 65_536), (bytes.len(), None), "pieces of {piece}");
            }
        }
    }

    #[test]
    fn bytes_end_in_front_of_a_head_that_announces_too_much() {
        let good = frame(300, true);
        for length in [301, 1_000, 70_000] {
            let bytes = [good.clone(), frame(length, true)].concat();
            assert_eq!(passed(&bytes, usize::MAX, 300), (good.len(), Some(Fault::TooLarge)), "{length}");
            // In single bytes, what of the head came before its length is through already.
            assert!((good.len()..good.len() + 10).contains(&passed(&bytes, 1, 300).0), "{length}");
        }
        let never: &[u8] = &[0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        assert_eq!(passed(never, usize::MAX, 65_536), (0, Some(Fault::TooLarge)));
    }

    #[test]
    fn control_frames_are_whole_and_carry_at_most_125_bytes() {
        for opcode in [8, 9, 10] {
            let control = |length: usize| {
                let mut frame = frame(length, true);
                frame[0] = 0x80 | opcode;
                frame
            };
            assert_eq!(passed(&control(125), usize::MAX, 300), (125 + 6, None));
            let mut first_of_two = control(1);
            first_of_two[0] = opcode;
            assert_eq!(passed(&first_of_two, usize::MAX, 300), (0, Some(Fault::BadControl)));
            for length in [126, 300, 301, 70_000] {
                assert_eq!(passed(&control(length), usize::MAX, 300), (0, Some(Fault::BadControl)));
            }
        }
    }

    #[test]
    fn a_message_is_under_way_from_its_first_byte_to_its_last() {
        let first = |byte: u8| {
            let mut frame = frame(3, true);
            frame[0] = byte;
            frame
        };
        let mut scan = FrameScan::default();
        // Text begins, a ping comes in between, it goes on, it ends.
        for (at, (byte, under_way)) in
            [(0x01, true), (0x89, true), (0x00, true), (0x80, false), (0x81, false), (0x8A, false)]
                .into_iter()
                .enumerate()
        {
            let frame = first(byte);
            let (body, last) = frame.split_at(frame.len() - 1);
            scan.take(body, 300);
            assert!(scan.is_under_way(), "frame {at}");
            scan.take(last, 300);
            assert_eq!(scan.is_under_way(), under_way, "frame {at}");
        }
        assert_eq!(scan.ended, 3, "the ping within the text was none of its own");
    }
}
