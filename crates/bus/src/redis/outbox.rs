//! Frames on their way to other nodes.
//!
//! Invariant: never more than [`FRAMES_MAX`] frames and [`BYTES_MAX`] bytes wait. What does not fit, or does not
//! arrive, is counted; its number is used up, so subscribers see that it is missing.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use redis::Pipeline;
use tokio::sync::Notify;

use super::link::Link;
use crate::error::BusError;
use crate::metrics::BusMetrics;
use crate::sealed::{FRAME_HEAD, seal_frame};
use crate::types::{Key, random_u64};

const FRAMES_MAX: usize = 8_192;
const BYTES_MAX: usize = 16 * 1024 * 1024;
/// What one round trip carries.
const BATCH_FRAMES: usize = 256;
const BATCH_BYTES: usize = 1024 * 1024;
/// Topics that are counted; beyond it the counts begin anew under another name.
const TOPICS_MAX: usize = 4_096;

struct Outgoing {
    channel: String,
    sealed: Vec<u8>,
}

struct Waiting {
    /// What our frames are told from others' by. New with each start.
    publisher: u64,
    last_seqs: HashMap<Key, u64>,
    frames: VecDeque<Outgoing>,
    bytes: usize,
}

impl Default for Waiting {
    fn default() -> Self {
        Self { publisher: random_u64(), last_seqs: HashMap::new(), frames: VecDeque::new(), bytes: 0 }
    }
}

#[derive(Default)]
pub(super) struct Outbox {
    waiting: Mutex<Waiting>,
    news: Notify,
    /// Own names, the present one and those before: frames of ours that come back are left out.
    own: Mutex<Vec<u64>>,
}

impl Outbox {
    /// Puts a frame in, if it can be sent.
    pub fn put(&self, topic: &Key, channel: String, frame: &[u8], is_up: bool) -> Result<(), BusError> {
        let mut waiting = self.waiting.lock();
        if waiting.last_seqs.len() >= TOPICS_MAX && !waiting.last_seqs.contains_key(topic) {
            waiting.publisher = random_u64();
            waiting.last_seqs.clear();
        }
        let last = waiting.last_seqs.entry(topic.clone()).or_default();
        *last += 1;
        let seq = *last;
        if !is_up {
            return Err(BusError::Away);
        }
        if waiting.frames.len() >= FRAMES_MAX || waiting.bytes + FRAME_HEAD + frame.len() > BYTES_MAX {
            return Err(BusError::Busy { doing: "publishing a frame" });
        }
        let sealed = seal_frame(waiting.publisher, seq, frame);
        waiting.bytes += sealed.len();
        self.note_own(waiting.publisher);
        waiting.frames.push_back(Outgoing { channel, sealed });
        drop(waiting);
        self.news.notify_one();
        Ok(())
    }

    fn note_own(&self, publisher: u64) {
        let mut own = self.own.lock();
        if own.last() != Some(&publisher) {
            // Those whose frames may still be on their way.
            if own.len() == 4 {
                own.remove(0);
            }
            own.push(publisher);
        }
    }

    pub fn is_own(&self, publisher: u64) -> bool {
        self.own.lock().contains(&publisher)
    }

    fn next_batch(&self) -> Vec<Outgoing> {
        let mut waiting = self.waiting.lock();
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < BATCH_FRAMES && bytes < BATCH_BYTES {
            let Some(outgoing) = waiting.frames.pop_front() else { break };
            bytes += outgoing.sealed.len();
            batch.push(outgoing);
        }
        waiting.bytes -= bytes;
        batch
    }

    /// Sends what is put in, batch by batch: until the task is ended.
    pub async fn empty(self: Arc<Self>, link: Arc<Link>, metrics: Arc<BusMetrics>) {
        loop {
            let batch = self.next_batch();
            if batch.is_empty() {
                self.news.notified().await;
                continue;
            }
            let mut pipeline = Pipeline::with_capacity(batch.len());
            for Outgoing { channel, sealed } in &batch {
                pipeline.cmd("PUBLISH").arg(channel).arg(sealed).ignore();
            }
            let sent = link.call("publishing frames", |mut connection| async move {
                pipeline.query_async::<()>(&mut connection).await
            });
            if sent.await.is_err() {
                BusMetrics::add(&metrics.bus_frames_unsent, batch.len());
            }
        }
    }
}
