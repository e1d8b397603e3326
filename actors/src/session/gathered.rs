//! What goes into one write. The buffers serve all sessions of a hub in turn.
//!
//! Most sessions read one stream, and stand at about the same place of it: its frames are laid out once in a *strip*,
//! and each session's write is a part of that. Only a session with news from several streams, or one that is far
//! behind, has its frames copied together for itself.

use std::ops::Range;

use bytes::Bytes;
use marketd_protocol::ws::Position;

use crate::clock;
use crate::connection::{Connection, Sent};
use crate::metrics::Metrics;
use crate::ring::{Ring, Step};
use crate::streams::Frame;
use crate::traces::{Hop, SpanKind};

use super::outlet::{Cursor, Subscription};

/// A frame so large is handed to the connection as it is: what a slow client leaves of it is shared with
/// everyone who waits for the same snapshot.
const LARGE_FRAME: usize = 8 * 1024;
/// Bytes of a strip at which its beginning is forgotten: several times the largest write.
const STRIP_MAX: usize = 1024 * 1024;
/// Traced frames that a strip remembers: they are rare, and old ones are not told of.
const HOPS_MAX: usize = 16;

/// What the next write consists of.
#[derive(Default)]
enum Load {
    /// Frames copied together.
    #[default]
    Copied,
    /// A large frame, alone.
    Large(Bytes),
    /// A part of the strip.
    Strip(Range<usize>),
}

#[derive(Default)]
pub struct Gathered {
    load: Load,
    copied: Vec<u8>,
    strip: Strip,
    budget: usize,
    frames: u64,
    /// Traces that the frames are a part of; nearly always none.
    hops: Vec<Hop>,
    frames_sent: u64,
    bytes_sent: u64,
}

impl Gathered {
    /// Bytes of a write at most, but for its last frame.
    pub fn set_budget(&mut self, bytes: usize) {
        self.budget = bytes;
    }

    pub fn clear(&mut self) {
        self.load = Load::Copied;
        self.copied.clear();
        self.frames = 0;
        self.hops.clear();
    }

    pub const fn is_empty(&self) -> bool {
        self.frames == 0
    }

    pub fn is_full(&self) -> bool {
        match &self.load {
            Load::Copied => self.copied.len() >= self.budget,
            Load::Large(_) => true,
            Load::Strip(part) => part.len() >= self.budget,
        }
    }

    /// Adds a frame of a ring. `false` when it has to go in a write of its own.
    pub fn push_frame(&mut self, frame: &Frame) -> bool {
        let is_in = self.push(&frame.bytes);
        if let Some(hop) = frame.hop.as_ref().filter(|_| is_in) {
            self.hops.push(hop.clone());
        }
        is_in
    }

    /// Adds a frame. `false` when it has to go in a write of its own.
    pub fn push(&mut self, frame: &Bytes) -> bool {
        if frame.len() < LARGE_FRAME {
            self.copied.extend_from_slice(frame);
        } else if self.frames == 0 {
            self.load = Load::Large(frame.clone());
        } else {
            return false;
        }
        self.frames += 1;
        true
    }

    /// Takes a stream's frames from number `from` on out of the strip, and tells the number of the next one. `None` when
    /// there are none, or none that the strip can hold.
    pub fn take_strip(&mut self, stream: u64, ring: &Ring, from: u64) -> Option<u64> {
        let (part, to) = self.strip.part(stream, ring, from, self.budget)?;
        self.frames = to - from;
        self.load = Load::Strip(part);
        let traced = self.strip.hops.iter().filter(|(number, _)| (from..to).contains(number));
        self.hops.extend(traced.map(|(_, hop)| hop.clone()));
        Some(to)
    }

    /// Writes it to the socket of this session.
    pub fn send(&mut self, connection: &Connection, session: u64) -> Sent {
        if self.hops.is_empty() {
            return self.write(connection).1;
        }
        let began = clock::now();
        let (bytes, sent) = self.write(connection);
        let state = if sent == Sent::All { "all" } else { "waits" };
        for hop in self.hops.drain(..) {
            if let Some(span) = hop.begin_at("session.write", began) {
                let span = span.of_kind(SpanKind::Producer).with("session", session).with("bytes", bytes);
                drop(span.with("sent", state));
            }
        }
        sent
    }

    fn write(&mut self, connection: &Connection) -> (usize, Sent) {
        self.frames_sent += self.frames;
        let (bytes, sent) = match &self.load {
            Load::Copied => (self.copied.len(), connection.send(&self.copied)),
            Load::Large(frame) => (frame.len(), connection.send_shared(frame)),
            Load::Strip(part) => (part.len(), connection.send(&self.strip.bytes[part.clone()])),
        };
        self.bytes_sent += bytes as u64;
        (bytes, sent)
    }

    /// Adds what was sent since the last time to the counters.
    pub fn report(&mut self, metrics: &Metrics) {
        Metrics::add(&metrics.frames_sent, std::mem::take(&mut self.frames_sent));
        Metrics::add(&metrics.bytes_sent, std::mem::take(&mut self.bytes_sent));
    }
}

/// Takes what one subscription has not seen as it lies in the strip. Tells whether that is all of it; `None` where the
/// strip does not help.
pub(super) fn gather_strip(subscription: &mut Subscription, gathered: &mut Gathered) -> Option<bool> {
    let Cursor::At(from) = subscription.cursor else { return None };
    let ring = subscription.stream.ring.borrow();
    let to = gathered.take_strip(subscription.stream.id, &ring, from)?;
    let Step::Frame(last) = ring.step(to - 1) else {
        gathered.clear();
        return None;
    };
    subscription.sent = Position { epoch: last.epoch, seq: last.seq };
    subscription.cursor = Cursor::At(to);
    Some(to == ring.end())
}

/// Frames of one stream, one after the other. Frame numbers are never used again, so what a ring has forgotten cannot be
/// taken for something else here.
#[derive(Default)]
struct Strip {
    stream: u64,
    /// Number of the first frame.
    first: u64,
    /// Where each of them ends.
    ends: Vec<usize>,
    bytes: Vec<u8>,
    /// Frames that are traced, by number; as many as may still be told of.
    hops: Vec<(u64, Hop)>,
}

impl Strip {
    fn end(&self) -> u64 {
        self.first + self.ends.len() as u64
    }

    /// Where frame `number` begins, or the last one ends.
    fn begin_of(&self, number: u64) -> usize {
        match (number - self.first) as usize {
            0 => 0,
            nth => self.ends[nth - 1],
        }
    }

    /// The bytes from frame `from` on, up to `budget` and the rest of the last frame, and the number of the frame after them.
    fn part(&mut self, stream: u64, ring: &Ring, from: u64, budget: usize) -> Option<(Range<usize>, u64)> {
        let is_here = self.stream == stream && !self.ends.is_empty();
        if is_here && from < self.first {
            // Somebody far behind: the strip stays with the others.
            return None;
        }
        if !is_here || from > self.end() {
            (self.stream, self.first) = (stream, from);
            self.ends.clear();
            self.bytes.clear();
            self.hops.clear();
        }
        if self.bytes.len() > STRIP_MAX {
            self.forget_before(from);
        }
        let begin = self.begin_of(from);
        while self.bytes.len() - begin < budget {
            match ring.step(self.end()) {
                Step::Frame(frame) if frame.bytes.len() < LARGE_FRAME => {
                    if let Some(hop) = &frame.hop {
                        self.note(hop.clone());
                    }
                    self.bytes.extend_from_slice(&frame.bytes);
                    self.ends.push(self.bytes.len());
                }
                _ => break,
            }
        }
        let nth = (from - self.first) as usize;
        let wanted = begin.saturating_add(budget);
        let count = self.ends[nth..].partition_point(|end| *end < wanted);
        // The frame that reaches the budget goes along.
        let last = (nth + count).min(self.ends.len().checked_sub(1)?);
        (last >= nth).then(|| (begin..self.ends[last], self.first + last as u64 + 1))
    }

    /// The frame that is laid out next is traced.
    fn note(&mut self, hop: Hop) {
        if self.hops.len() == HOPS_MAX {
            self.hops.remove(0);
        }
        self.hops.push((self.end(), hop));
    }

    fn forget_before(&mut self, number: u64) {
        let (nth, begin) = ((number - self.first) as usize, self.begin_of(number));
        self.bytes.drain(..begin);
        self.ends.drain(..nth);
        for end in &mut self.ends {
            *end -= begin;
        }
        self.first = number;
    }
}

#[cfg(test)]
mod tests {
    use marketd_domain::Timestamp;

    use super::*;
    use crate::ring::RingLimits;
    use crate::streams::Frame;

    /// Frames 1, 2, ... of these lengths, filled with their numbers.
    fn ring(lengths: &[usize]) -> Ring {
        let mut ring = Ring::new(RingLimits { frames: 100_000, bytes: 1 << 30, age_ms: 60_000 });
        ring.push(frame(0, 0, true));
        for (nth, length) in lengths.iter().enumerate() {
            ring.push(frame(nth as u64 + 1, *length, false));
        }
        ring
    }

    fn frame(seq: u64, length: usize, is_snapshot: bool) -> Frame {
        let bytes = vec![seq as u8; length].into();
        Frame {
            epoch: 1,
            seq,
            prev: seq.saturating_sub(1),
            is_snapshot,
            sent_at: Timestamp::ZERO,
            bytes,
            hop: None,
        }
    }

    /// What the strip gives for a cursor: the frames' numbers, and where the cursor stands afterwards.
    fn take(strip: &mut Strip, stream: u64, ring: &Ring, from: u64, budget: usize) -> Option<(Vec<u8>, u64)> {
        let (part, to) = strip.part(stream, ring, from, budget)?;
        Some((strip.bytes[part].to_vec(), to))
    }

    fn first_of(ring: &Ring) -> u64 {
        ring.oldest().1
    }

    #[test]
    fn readers_at_different_places_share_the_frames() {
        let ring = ring(&[2, 2, 2, 2]);
        let (mut strip, at) = (Strip::default(), first_of(&ring));
        assert_eq!(take(&mut strip, 7, &ring, at, 100), Some((vec![1, 1, 2, 2, 3, 3, 4, 4], at + 4)));
        assert_eq!(take(&mut strip, 7, &ring, at + 2, 100), Some((vec![3, 3, 4, 4], at + 4)));
        assert_eq!(take(&mut strip, 7, &ring, at + 4, 100), None, "there is no news");
        assert_eq!(strip.bytes.len(), 8, "each frame is copied once");
    }

    #[test]
    fn the_budget_ends_with_the_frame_that_reaches_it() {
        let ring = ring(&[3, 3, 3]);
        let (mut strip, at) = (Strip::default(), first_of(&ring));
        assert_eq!(take(&mut strip, 7, &ring, at, 4), Some((vec![1, 1, 1, 2, 2, 2], at + 2)));
        assert_eq!(take(&mut strip, 7, &ring, at, 3), Some((vec![1, 1, 1], at + 1)));
        assert_eq!(take(&mut strip, 7, &ring, at + 1, 4), Some((vec![2, 2, 2, 3, 3, 3], at + 3)));
    }

    #[test]
    fn who_is_behind_leaves_the_strip_to_the_others() {
        let ring = ring(&[1, 1, 1]);
        let (mut strip, at) = (Strip::default(), first_of(&ring));
        assert_eq!(take(&mut strip, 7, &ring, at + 1, 9), Some((vec![2, 3], at + 3)));
        assert_eq!(take(&mut strip, 7, &ring, at, 9), None);
        assert_eq!(take(&mut strip, 7, &ring, at + 2, 9), Some((vec![3], at + 3)));
        assert_eq!(
            take(&mut strip, 8, &ring, at, 9),
            Some((vec![1, 2, 3], at + 3)),
            "another stream begins anew"
        );
    }

    #[test]
    fn large_frames_are_not_copied() {
        let ring = ring(&[1, LARGE_FRAME, 1]);
        let (mut strip, at) = (Strip::default(), first_of(&ring));
        assert_eq!(take(&mut strip, 7, &ring, at, 9), Some((vec![1], at + 1)));
        assert_eq!(take(&mut strip, 7, &ring, at + 1, 9), None);
        assert_eq!(take(&mut strip, 7, &ring, at + 2, 9), Some((vec![3], at + 3)));
    }

    #[test]
    fn a_log_that_begins_anew_is_not_mixed_with_the_old_one() {
        let mut ring = ring(&[1, 1]);
        let (mut strip, at) = (Strip::default(), first_of(&ring));
        take(&mut strip, 7, &ring, at, 9);
        // The next frame is missing.
        ring.push(frame(9, 1, false));
        ring.push(frame(10, 1, false));
        assert_eq!(take(&mut strip, 7, &ring, at + 2, 9), None, "that place was lost");
        let anew = first_of(&ring);
        assert_eq!(take(&mut strip, 7, &ring, anew, 9), Some((vec![10], anew + 1)));
    }

    #[test]
    fn the_strip_is_bounded() {
        let lengths = vec![1_000; 4_000];
        let ring = ring(&lengths);
        let (mut strip, at) = (Strip::default(), first_of(&ring));
        for nth in 0..4_000 {
            let (bytes, to) = take(&mut strip, 7, &ring, at + nth, 1_000).expect("a frame");
            assert_eq!((bytes, to), (vec![(nth + 1) as u8; 1_000], at + nth + 1));
            assert!(strip.bytes.len() <= STRIP_MAX + 2_000);
        }
    }
}
