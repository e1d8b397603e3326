//! One worker's copy of a stream: the last frames, and the latest snapshot. Pure.
//!
//! Invariants: frames are contiguous, each `prev` being the `seq` before; a kept snapshot stands at the
//! `prev` or `seq` of a frame that is held, or at the end; bytes and count are within their limits.
//! Positions inside the ring are absolute frame numbers, so that a cursor is one integer.

use std::collections::VecDeque;

use marketd_domain::Timestamp;
use marketd_protocol::ws::{Position, ResumeOutcome};

use crate::streams::Frame;

/// Frames that may follow a snapshot before a new one is asked for. A storm of clients that join at once
/// shares one snapshot all the same.
const SNAPSHOT_FRESH: u64 = 128;
/// Bytes that may, or as many as the snapshot has itself.
const SNAPSHOT_FRESH_BYTES: usize = 16 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RingLimits {
    pub frames: usize,
    pub bytes: usize,
    pub age_ms: i64,
}

/// What taking a frame led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RingChange {
    /// It continues the log.
    Appended,
    /// A snapshot of the present end was kept.
    Snapshot,
    /// It does not continue the log: the log begins anew behind it, and readers need a snapshot.
    Broken,
}

/// What a reader gets next.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    Frame(&'a Frame),
    /// Nothing new.
    UpToDate,
    /// The reader's position has left the ring.
    Lost,
}

#[derive(Debug)]
pub struct Ring {
    limits: RingLimits,
    epoch: u64,
    /// `seq` at the end of the log; meaningful once something was taken.
    last_seq: u64,
    frames: VecDeque<Frame>,
    bytes: usize,
    /// Absolute number of the first frame held; the next to come is `first + frames.len()`.
    first: u64,
    snapshot: Option<(u64, Frame)>,
    /// Bytes of the frames that have followed the snapshot.
    since_snapshot: usize,
    /// Snapshots taken so far.
    snapshots: u64,
    started: bool,
}

impl Ring {
    pub fn new(limits: RingLimits) -> Self {
        Self {
            limits,
            epoch: 0,
            last_seq: 0,
            frames: VecDeque::new(),
            bytes: 0,
            first: 1,
            snapshot: None,
            since_snapshot: 0,
            snapshots: 0,
            started: false,
        }
    }

    pub const fn position(&self) -> Position {
        Position { epoch: self.epoch, seq: self.last_seq }
    }

    /// Whether anything was taken, so that it has an end.
    pub const fn has_begun(&self) -> bool {
        self.started
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Number that the next frame will get.
    pub fn end(&self) -> u64 {
        self.first + self.frames.len() as u64
    }

    pub fn push(&mut self, frame: Frame) -> RingChange {
        if frame.is_snapshot {
            if !self.started || frame.epoch != self.epoch || frame.seq != self.last_seq {
                self.restart_at(frame.epoch, frame.seq);
            }
            self.snapshot = Some((self.end(), frame));
            self.since_snapshot = 0;
            self.snapshots += 1;
            return RingChange::Snapshot;
        }
        if !self.started || frame.epoch != self.epoch || frame.prev != self.last_seq {
            self.restart_at(frame.epoch, frame.seq);
            return RingChange::Broken;
        }
        self.last_seq = frame.seq;
        self.bytes += frame.bytes.len();
        self.since_snapshot += frame.bytes.len();
        let newest = frame.sent_at;
        self.frames.push_back(frame);
        self.shrink(newest);
        RingChange::Appended
    }

    /// The log goes on from `seq`; every position handed out before is lost.
    fn restart_at(&mut self, epoch: u64, seq: u64) {
        self.first = self.end() + 1;
        self.frames.clear();
        self.bytes = 0;
        self.snapshot = None;
        (self.epoch, self.last_seq) = (epoch, seq);
        self.started = true;
    }

    fn shrink(&mut self, now: Timestamp) {
        while let Some(oldest) = self.frames.front() {
            let fits = self.frames.len() <= self.limits.frames
                && self.bytes <= self.limits.bytes
                && now.nanos_since(oldest.sent_at) <= self.limits.age_ms * 1_000_000;
            // The newest frame stays, however large: it is on its way to everyone.
            if fits || self.frames.len() == 1 {
                return;
            }
            self.bytes -= oldest.bytes.len();
            self.frames.pop_front();
            self.first += 1;
            if self.snapshot.as_ref().is_some_and(|(at, _)| *at < self.first) {
                self.snapshot = None;
            }
        }
    }

    /// Snapshots taken so far. Who is told to wait for one remembers this.
    pub const fn snapshots(&self) -> u64 {
        self.snapshots
    }

    /// The latest snapshot and the number of the frame that follows it. `None` when so much has followed
    /// that a new snapshot is the shorter way for someone who comes now; who has waited since there were
    /// so many takes the next one in any case, or would wait for ever on a busy stream.
    pub fn snapshot(&self, waited_since: Option<u64>) -> Option<(u64, &Frame)> {
        let (next, frame) = self.snapshot.as_ref()?;
        if waited_since.is_some_and(|count| self.snapshots > count) {
            return Some((*next, frame));
        }
        let is_fresh = self.end() - next <= SNAPSHOT_FRESH
            && self.since_snapshot <= frame.bytes.len().max(SNAPSHOT_FRESH_BYTES);
        is_fresh.then_some((*next, frame))
    }

    /// The frame with the absolute number `next`.
    pub fn step(&self, next: u64) -> Step<'_> {
        match next.checked_sub(self.first) {
            None => Step::Lost,
            Some(offset) => match self.frames.get(offset as usize) {
                Some(frame) => Step::Frame(frame),
                None => Step::UpToDate,
            },
        }
    }

    /// What a reader at `next` has not seen: so many frames, and when the oldest of them that is still held was sent.
    pub fn behind(&self, next: u64) -> (u64, Option<Timestamp>) {
        let oldest = self.frames.get(next.saturating_sub(self.first) as usize);
        (self.end().saturating_sub(next), oldest.map(|frame| frame.sent_at))
    }

    /// The first position that the ring still holds: its `seq`, and the number of the frame after it.
    pub fn oldest(&self) -> (u64, u64) {
        (self.frames.front().map_or(self.last_seq, |frame| frame.prev), self.first)
    }

    /// Finds the frame after a client's position.
    pub fn resume(&self, position: Position) -> Result<u64, ResumeOutcome> {
        if !self.started || position.epoch != self.epoch {
            return Err(ResumeOutcome::Epoch);
        }
        if position.seq == self.last_seq {
            return Ok(self.end());
        }
        if position.seq > self.last_seq {
            return Err(ResumeOutcome::Unknown);
        }
        match self.frames.binary_search_by_key(&position.seq, |frame| frame.prev) {
            Ok(at) => Ok(self.first + at as u64),
            Err(0) => Err(ResumeOutcome::TooOld),
            Err(_) => Err(ResumeOutcome::Unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn frame(epoch: u64, prev: u64, seq: u64) -> Frame {
        let sent_at = Timestamp::from_millis(seq as i64);
        Frame {
            epoch,
            seq,
            prev,
            is_snapshot: false,
            sent_at,
            bytes: Bytes::from_static(b"0123456789"),
            hop: None,
        }
    }

    fn snapshot(epoch: u64, seq: u64) -> Frame {
        Frame { is_snapshot: true, ..frame(epoch, seq, seq) }
    }

    fn ring() -> Ring {
        Ring::new(RingLimits { frames: 3, bytes: 1_000, age_ms: 60_000 })
    }

    fn read(ring: &Ring, mut next: u64) -> Vec<u64> {
        let mut seqs = Vec::new();
        while let Step::Frame(frame) = ring.step(next) {
            seqs.push(frame.seq);
            next += 1;
        }
        seqs
    }

    #[test]
    fn late_joiners_read_the_snapshot_and_what_follows() {
        let mut ring = ring();
        assert_eq!(ring.push(snapshot(1, 10)), RingChange::Snapshot);
        assert_eq!(ring.push(frame(1, 10, 12)), RingChange::Appended);
        assert_eq!(ring.push(frame(1, 12, 13)), RingChange::Appended);
        let (next, held) = ring.snapshot(None).expect("kept");
        assert_eq!((held.seq, read(&ring, next)), (10, vec![12, 13]));
        ring.push(frame(1, 13, 14));
        ring.push(frame(1, 14, 15));
        assert!(ring.snapshot(None).is_none(), "the frame after the snapshot has left the ring");
        assert!(matches!(ring.step(next), Step::Lost));
    }

    #[test]
    fn a_snapshot_that_many_frames_have_followed_is_not_given_out() {
        let mut ring = Ring::new(RingLimits { frames: 1_000, bytes: 1_000_000, age_ms: 60_000 });
        ring.push(snapshot(1, 0));
        for seq in 1..=SNAPSHOT_FRESH {
            ring.push(frame(1, seq - 1, seq));
        }
        assert!(ring.snapshot(None).is_some());
        ring.push(frame(1, SNAPSHOT_FRESH, SNAPSHOT_FRESH + 1));
        assert!(ring.snapshot(None).is_none());
        let count = ring.snapshots();
        assert!(ring.snapshot(Some(count)).is_none(), "this one was there before");
        ring.push(snapshot(1, SNAPSHOT_FRESH + 1));
        assert!(ring.snapshot(None).is_some());
        for seq in SNAPSHOT_FRESH + 2..=3 * SNAPSHOT_FRESH {
            ring.push(frame(1, seq - 1, seq));
        }
        assert!(ring.snapshot(None).is_none());
        assert!(ring.snapshot(Some(count)).is_some(), "who waited for it takes it, whatever has followed");
    }

    #[test]
    fn a_snapshot_that_more_bytes_have_followed_than_it_has_is_not_given_out() {
        let mut ring = Ring::new(RingLimits { frames: 1_000, bytes: 1_000_000, age_ms: 60_000 });
        ring.push(snapshot(1, 0));
        let large = Bytes::from(vec![b' '; SNAPSHOT_FRESH_BYTES]);
        ring.push(Frame { bytes: large.clone(), ..frame(1, 0, 1) });
        assert!(ring.snapshot(None).is_some());
        ring.push(frame(1, 1, 2));
        assert!(ring.snapshot(None).is_none());
        ring.push(Frame { bytes: [&large[..], &large[..]].concat().into(), ..snapshot(1, 2) });
        ring.push(Frame { bytes: large.clone(), ..frame(1, 2, 3) });
        ring.push(Frame { bytes: large, ..frame(1, 3, 4) });
        assert!(ring.snapshot(None).is_some(), "as long as the snapshot itself");
    }

    #[test]
    fn a_hole_breaks_the_log() {
        let mut ring = ring();
        ring.push(snapshot(1, 10));
        let (next, _) = ring.snapshot(None).expect("kept");
        assert_eq!(ring.push(frame(1, 11, 12)), RingChange::Broken);
        assert!(matches!(ring.step(next), Step::Lost));
        assert!(ring.snapshot(None).is_none());
        assert_eq!(ring.push(snapshot(1, 12)), RingChange::Snapshot);
        ring.push(frame(1, 12, 13));
        let (next, _) = ring.snapshot(None).expect("kept");
        assert_eq!(read(&ring, next), [13]);
    }

    #[test]
    fn a_snapshot_at_the_end_keeps_the_log() {
        let mut ring = ring();
        ring.push(snapshot(1, 10));
        ring.push(frame(1, 10, 11));
        let reader = ring.resume(Position { epoch: 1, seq: 10 }).expect("held");
        assert_eq!(ring.push(snapshot(1, 11)), RingChange::Snapshot);
        assert_eq!(read(&ring, reader), [11], "readers inside the log go on");
    }

    #[test]
    fn resuming_finds_the_place_or_says_why_not() {
        let mut ring = ring();
        let at = |ring: &Ring, epoch: u64, seq: u64| {
            ring.resume(Position { epoch, seq }).map(|next| read(ring, next))
        };
        assert_eq!(at(&ring, 1, 0), Err(ResumeOutcome::Epoch));
        ring.push(snapshot(1, 10));
        for (prev, seq) in [(10, 12), (12, 13), (13, 16), (16, 17)] {
            ring.push(frame(1, prev, seq));
        }
        assert_eq!(at(&ring, 1, 17), Ok(vec![]));
        assert_eq!(at(&ring, 1, 13), Ok(vec![16, 17]));
        assert_eq!(at(&ring, 1, 12), Ok(vec![13, 16, 17]));
        assert_eq!(at(&ring, 1, 10), Err(ResumeOutcome::TooOld));
        assert_eq!(at(&ring, 1, 15), Err(ResumeOutcome::Unknown), "never was an end of a frame");
        assert_eq!(at(&ring, 1, 18), Err(ResumeOutcome::Unknown));
        assert_eq!(at(&ring, 2, 17), Err(ResumeOutcome::Epoch));
    }

    #[test]
    fn rings_are_bounded_by_bytes_and_age_too() {
        let mut ring = Ring::new(RingLimits { frames: 100, bytes: 35, age_ms: 5 });
        ring.push(snapshot(1, 0));
        for seq in 1..=5 {
            ring.push(frame(1, seq - 1, seq));
        }
        assert_eq!((ring.bytes(), ring.oldest().0), (30, 2));
        ring.push(Frame { sent_at: Timestamp::from_millis(100), ..frame(1, 5, 6) });
        assert_eq!((ring.bytes(), ring.oldest().0), (10, 5));
    }
}
