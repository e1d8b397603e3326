//! What was sent, and what each client got of it.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use marketd_testkit::wire::{DataHead, Frame, TEXT};
use serde_json::Value;

use super::{Position, STREAMS, stream_of};
use crate::support::held::{HeldBook, digest_of_snapshot};

/// Frames that may follow a snapshot that is handed out: what was said after it was made.
const SNAPSHOT_LAG: usize = 128;
/// Stream of every change of the whole book.
const FULL_BOOK: usize = 2;

#[derive(Debug, Clone, Copy)]
pub struct RingLimits {
    pub frames: usize,
    pub bytes: usize,
    pub age_ms: i64,
}

/// One frame that somebody got.
#[derive(Debug, Clone)]
pub struct Took {
    epoch: u64,
    seq: u64,
    prev: u64,
    ts_sent: i64,
    /// With the WebSocket head.
    bytes: usize,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// Fingerprint of all its bytes.
    Frame(u64),
    /// For a book, the digest of its levels.
    Snapshot(Option<u64>),
    /// Trades that are not coming.
    Lagged,
}

fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

impl Took {
    fn of(head: &DataHead<'_>, payload: &[u8]) -> Self {
        let what = if head.is_snapshot() {
            let is_book = head.stream.starts_with(r#""channel":"book""#);
            What::Snapshot(is_book.then(|| digest_of_snapshot(payload)))
        } else if std::str::from_utf8(payload).is_ok_and(|text| text.contains(r#""lagged":"#)) {
            What::Lagged
        } else {
            What::Frame(fingerprint(payload))
        };
        let head_bytes = if payload.len() > 65_535 { 10 } else { 4 };
        let bytes = payload.len() + head_bytes;
        Self { epoch: head.epoch, seq: head.seq, prev: head.prev, ts_sent: head.ts_sent, bytes, what }
    }
}

/// What became of a position that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    recovered: Option<bool>,
    reason: Option<String>,
}

/// All that a client saw of one connection.
#[derive(Debug, Default)]
pub struct Connection {
    pub asked: BTreeMap<usize, Option<Position>>,
    answers: HashMap<usize, Answer>,
    took: BTreeMap<usize, Vec<Took>>,
}

impl Connection {
    /// Notes a frame. Answers where its stream stands now.
    pub fn take(&mut self, frame: &Frame<'_>) -> Option<(usize, Position)> {
        if frame.opcode != TEXT {
            assert_eq!(frame.close(), None, "closed by the server");
            return None;
        }
        let Some(head) = DataHead::of(frame.payload) else {
            self.take_answer(&serde_json::from_slice(frame.payload).expect("JSON"));
            return None;
        };
        let stream = stream_of(head.stream)?;
        assert!(self.answers.contains_key(&stream), "data of {} before its reply", STREAMS[stream]);
        self.took.entry(stream).or_default().push(Took::of(&head, frame.payload));
        Some((stream, (head.epoch, head.seq)))
    }

    fn take_answer(&mut self, reply: &Value) {
        if reply["type"] == "heartbeat" {
            return;
        }
        assert_eq!((&reply["type"], &reply["status"]), (&"reply".into(), &"ok".into()), "{reply}");
        let stream = reply["id"].as_u64().expect("our id") as usize;
        let result = &reply["results"][0];
        let reason = result["reason"].as_str().map(str::to_owned);
        let answer = Answer { recovered: result["recovered"].as_bool(), reason };
        assert!(self.answers.insert(stream, answer).is_none(), "answered twice: {reply}");
    }
}

/// What the comparison came to, in subscriptions and frames.
#[derive(Debug, Default)]
pub struct Verdict {
    pub recovered: u64,
    pub too_old: u64,
    pub other_epoch: u64,
    pub unknown: u64,
    /// Cut before the reply came.
    pub unanswered: u64,
    /// Frames that are those of the witness.
    pub frames: u64,
    /// Snapshots, of books those that are the witness's book.
    pub snapshots: u64,
    /// Snapshots and notices for clients that were overtaken while connected.
    pub overtaken: u64,
    /// Frames of which the witness knows nothing, because it was overtaken itself.
    pub unproven: u64,
}

/// One stream as the witness saw it.
#[derive(Debug, Default)]
struct Log {
    took: Vec<Took>,
    /// Place of the frame, or snapshot, that leads to a position.
    by_end: HashMap<Position, usize>,
    book: HeldBook,
    /// Digest of the book at a position.
    digests: HashMap<Position, u64>,
    /// The witness was overtaken: what it did not see cannot be compared with.
    has_holes: bool,
}

#[derive(Debug, Default)]
pub struct Record {
    logs: [Log; STREAMS.len()],
}

impl Record {
    pub fn take(&mut self, frame: &Frame<'_>) {
        let Some(head) = DataHead::of(frame.payload).filter(|_| frame.opcode == TEXT) else { return };
        let Some(stream) = stream_of(head.stream) else { return };
        let log = &mut self.logs[stream];
        let took = Took::of(&head, frame.payload);
        log.has_holes |= !log.took.is_empty() && !matches!(took.what, What::Frame(_));
        log.by_end.insert((head.epoch, head.seq), log.took.len());
        log.took.push(took);
        if log.book.take(&serde_json::from_slice(frame.payload).expect("JSON")) {
            log.digests.insert((head.epoch, head.seq), log.book.digest);
        }
    }

    pub fn has_begun(&self) -> bool {
        self.logs.iter().all(|log| !log.took.is_empty())
    }

    pub fn full_book(&self) -> &HeldBook {
        &self.logs[FULL_BOOK].book
    }

    pub fn full_book_stands_at(&self, book: &Value) -> bool {
        Some(self.full_book().seq) == book["seq"].as_u64()
    }

    /// Compares everything that anybody got with what was sent; whatever is wrong fails the test.
    pub fn judge(&self, connections: &[Connection], ring: RingLimits) -> Verdict {
        let mut verdict = Verdict::default();
        for connection in connections {
            for (&stream, &asked) in &connection.asked {
                let took = connection.took.get(&stream).map_or(&[][..], Vec::as_slice);
                let log = &self.logs[stream];
                match connection.answers.get(&stream) {
                    None if asked.is_some() => verdict.unanswered += 1,
                    None => {}
                    Some(answer) => log.judge_answer(asked, answer, took, ring, &mut verdict),
                }
                log.judge_frames(took, &mut verdict);
            }
        }
        verdict
    }
}

impl Log {
    fn judge_answer(
        &self,
        asked: Option<Position>,
        answer: &Answer,
        took: &[Took],
        ring: RingLimits,
        verdict: &mut Verdict,
    ) {
        let first = took.first();
        let begins_with_snapshot = first.is_none_or(|first| matches!(first.what, What::Snapshot(_)));
        let Some(asked) = asked else {
            assert_eq!(answer.recovered, None, "nothing was to be recovered");
            assert!(begins_with_snapshot, "{first:?}");
            return;
        };
        let reason = answer.reason.as_deref();
        if answer.recovered == Some(true) {
            verdict.recovered += 1;
            assert_eq!(reason, Some("ok"));
            let continues = first.is_none_or(|first| match first.what {
                What::Frame(_) | What::Lagged => (first.epoch, first.prev) == asked,
                // Overtaken before anything could be sent: counted with the frames.
                What::Snapshot(_) => true,
            });
            assert!(continues, "{first:?} after {asked:?}");
            verdict.overtaken += u64::from(first.is_some() && begins_with_snapshot);
            return;
        }
        assert_eq!(answer.recovered, Some(false));
        assert!(begins_with_snapshot, "{first:?} after {answer:?}");
        let counter = match reason {
            Some("too_old") => &mut verdict.too_old,
            Some("epoch") => &mut verdict.other_epoch,
            Some("unknown_position") => &mut verdict.unknown,
            _ => panic!("{answer:?}"),
        };
        *counter += 1;
        // Of the epochs and positions here, those that never were are known by being unknown to the witness.
        let was_sent = self.by_end.get(&asked);
        match (reason, was_sent, first) {
            (Some("too_old"), Some(&at), Some(first)) => {
                assert!(self.has_left_the_ring(at, first, ring), "{asked:?} was still held");
            }
            (Some("too_old"), None, _) => assert!(self.has_holes, "{asked:?} is not old, it never was"),
            // Cut before the snapshot came.
            (Some("too_old"), Some(_), None) => {}
            (Some(_), Some(_), _) => panic!("{asked:?} was sent, and is refused with {answer:?}"),
            _ => {}
        }
    }

    /// Whether what followed the frame at `at` was too much for the ring, when this snapshot was handed out.
    fn has_left_the_ring(&self, at: usize, snapshot: &Took, ring: RingLimits) -> bool {
        let Some(end) = self.by_end.get(&(snapshot.epoch, snapshot.seq)) else { return self.has_holes };
        let end = (end + SNAPSHOT_LAG).min(self.took.len() - 1);
        let followed = &self.took[at + 1..=end.max(at)];
        let bytes: usize = followed.iter().map(|took| took.bytes).sum();
        let age_ms = match (followed.first(), followed.last()) {
            (Some(oldest), Some(newest)) => (newest.ts_sent - oldest.ts_sent) / 1_000,
            _ => 0,
        };
        followed.len() > ring.frames || bytes > ring.bytes || age_ms >= ring.age_ms
    }

    fn judge_frames(&self, took: &[Took], verdict: &mut Verdict) {
        let mut before: Option<&Took> = None;
        for frame in took {
            let end = (frame.epoch, frame.seq);
            let known = self.by_end.get(&end).map(|at| &self.took[*at]);
            if let Some(before) = before {
                let continues = (frame.epoch, frame.prev) == (before.epoch, before.seq);
                assert!(continues || matches!(frame.what, What::Snapshot(_)), "{frame:?} after {before:?}");
            }
            let is_first = before.is_none();
            before = Some(frame);
            match frame.what {
                What::Lagged => verdict.overtaken += 1,
                What::Frame(_) => match known {
                    Some(known) if matches!(known.what, What::Frame(_)) => {
                        assert_eq!(
                            (known.prev, known.what),
                            (frame.prev, frame.what),
                            "another frame at {end:?}"
                        );
                        verdict.frames += 1;
                    }
                    _ => {
                        assert!(self.has_holes, "{frame:?} was never sent");
                        verdict.unproven += 1;
                    }
                },
                What::Snapshot(digest) => {
                    verdict.overtaken += u64::from(!is_first);
                    if known.is_none() {
                        assert!(self.has_holes, "{frame:?} stands where no frame ended");
                        verdict.unproven += 1;
                        continue;
                    }
                    assert_eq!(
                        digest,
                        digest.and(self.digests.get(&end).copied()),
                        "another book at {end:?}"
                    );
                    verdict.snapshots += 1;
                }
            }
        }
    }
}
