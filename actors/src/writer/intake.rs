//! Where rows of one family wait for their writer: shared with those who hand them over, and outside of the actor, so
//! that a writer that dies takes none with it.

use std::sync::Arc;
use std::time::Instant;

use marketd_domain::Timestamp;
use marketd_store::{Extent, Family, Rows, Series};
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::plan::Gathering;
use crate::clock;

/// Rows that are taken at once.
const BATCH_ROWS: usize = 20_000;

/// When the oldest of some rows was handed over, by both clocks.
#[derive(Debug, Clone, Copy)]
struct Since {
    instant: Instant,
    wall: Timestamp,
}

#[derive(Debug)]
struct Held {
    gathering: Rows,
    gathering_bytes: usize,
    since: Option<Since>,
    /// The batch on its way to the store.
    taken: Option<(Arc<Rows>, Since)>,
    /// The spool has a copy of that.
    is_insured: bool,
    /// The batch on its way into the spool, beside the one above.
    spooling: Option<(Arc<Rows>, Since)>,
    /// Buffers to gather in.
    spare: Vec<Rows>,
}

#[derive(Debug)]
pub struct Intake {
    family: Family,
    flush_rows: usize,
    bytes_max: usize,
    held: Mutex<Held>,
    /// Something began to gather, or there is enough of it.
    pub wake: Notify,
}

/// Which of the two batches under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Store,
    Spool,
}

impl Held {
    fn oldest(&self, with_insured: bool) -> Option<Timestamp> {
        let taken = self.taken.as_ref().filter(|_| with_insured || !self.is_insured);
        let under_way = [taken, self.spooling.as_ref()].into_iter().flatten().map(|(_, since)| since);
        under_way.chain(self.since.as_ref()).map(|since| since.wall).min()
    }
}

impl Intake {
    pub fn new(family: Family, flush_rows: usize, bytes_max: usize) -> Self {
        let held = Held {
            gathering: Rows::none_of(family),
            gathering_bytes: 0,
            since: None,
            taken: None,
            is_insured: false,
            spooling: None,
            spare: Vec::new(),
        };
        Self { family, flush_rows, bytes_max, held: Mutex::new(held), wake: Notify::new() }
    }

    pub const fn family(&self) -> Family {
        self.family
    }

    /// Takes rows over. Those that have no room are left with the caller.
    pub fn hand_over(&self, rows: &mut Rows) {
        if rows.is_empty() {
            return;
        }
        let mut held = self.held.lock();
        let before = held.gathering.len();
        let room = self.bytes_max.saturating_sub(held.gathering_bytes);
        let taken = held.gathering.take_from(rows, room);
        held.gathering_bytes += taken;
        let now = held.gathering.len();
        if before == 0 && now > 0 {
            held.since = Some(Since { instant: Instant::now(), wall: clock::now() });
        }
        drop(held);
        let has_enough = before < self.flush_rows && now >= self.flush_rows;
        if (before == 0 && now > 0) || has_enough {
            self.wake.notify_one();
        }
    }

    pub fn gathering(&self) -> Gathering {
        let held = self.held.lock();
        Gathering { rows: held.gathering.len(), since: held.since.map(|since| since.instant) }
    }

    /// Takes what has gathered: it is under way until it is settled.
    pub fn take(&self, lane: Lane) -> Arc<Rows> {
        let mut held = self.held.lock();
        let empty = held.spare.pop().unwrap_or_else(|| Rows::none_of(self.family));
        let mut rows = std::mem::replace(&mut held.gathering, empty);
        let since =
            held.since.take().unwrap_or_else(|| Since { instant: Instant::now(), wall: clock::now() });
        held.gathering_bytes = 0;
        if rows.len() > BATCH_ROWS {
            held.gathering = rows.split_off(BATCH_ROWS);
            held.gathering_bytes = held.gathering.bytes();
            held.since = Some(since);
        }
        let rows = Arc::new(rows);
        let batch = Some((rows.clone(), since));
        match lane {
            Lane::Store => {
                held.taken = batch;
                held.is_insured = false;
            }
            Lane::Spool => held.spooling = batch,
        }
        rows
    }

    /// The batch is where it belongs.
    pub fn settle(&self, lane: Lane) {
        let mut held = self.held.lock();
        let batch = match lane {
            Lane::Store => held.taken.take(),
            Lane::Spool => held.spooling.take(),
        };
        // Somebody may still look at it; then a new buffer is made.
        let rows = batch.and_then(|(rows, _)| Arc::try_unwrap(rows).ok());
        if let Some(mut rows) = rows.filter(|_| held.spare.len() < 2) {
            rows.clear();
            held.spare.push(rows);
        }
    }

    /// Rows of a batch that were taken nowhere, from this one on, go back to those that gather, in front of them.
    pub fn give_back(&self, lane: Lane, from: usize) {
        let mut held = self.held.lock();
        let batch = match lane {
            Lane::Store => held.taken.take(),
            Lane::Spool => held.spooling.take(),
        };
        let Some((rows, since)) = batch else { return };
        let mut back = match Arc::try_unwrap(rows) {
            Ok(mut rows) if from > 0 => rows.split_off(from),
            Ok(rows) => rows,
            Err(shared) => shared.piece(from..shared.len()),
        };
        if back.is_empty() {
            return;
        }
        back.take_from(&mut held.gathering, usize::MAX);
        held.gathering_bytes = back.bytes();
        held.gathering = back;
        held.since = Some(since);
    }

    /// A writer begins: what one before it had under way goes back.
    pub fn recover(&self) {
        self.give_back(Lane::Spool, 0);
        self.give_back(Lane::Store, 0);
    }

    /// The spool has a copy of what is on its way to the store.
    pub fn note_insured(&self) {
        self.held.lock().is_insured = true;
    }

    /// When the oldest row that is not in the store, and not in the spool for good, was handed over.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.held.lock().oldest(true)
    }

    /// When the oldest row was handed over that a crash would cost.
    pub fn oldest_at_risk(&self) -> Option<Timestamp> {
        self.held.lock().oldest(false)
    }

    /// Between which times the rows of a series lie that are neither in the store nor in the spool nor given up.
    pub fn extent(&self, series: Series) -> Option<Extent> {
        let held = self.held.lock();
        let under_way = [held.taken.as_ref(), held.spooling.as_ref()].into_iter().flatten();
        let batches = std::iter::once(&held.gathering).chain(under_way.map(|(rows, _)| &**rows));
        batches.filter_map(|rows| rows.extent(series)).reduce(Extent::around)
    }

    pub fn is_empty(&self) -> bool {
        let held = self.held.lock();
        held.gathering.is_empty() && held.taken.is_none() && held.spooling.is_none()
    }

    /// Everything that is left, for somebody who gives up on it.
    pub fn abandon(&self) -> Vec<Arc<Rows>> {
        let mut held = self.held.lock();
        let gathered = std::mem::replace(&mut held.gathering, Rows::none_of(self.family));
        held.since = None;
        let batches = [held.taken.take(), held.spooling.take()];
        let mut left: Vec<Arc<Rows>> = batches.into_iter().flatten().map(|(rows, _)| rows).collect();
        left.push(Arc::new(gathered));
        left.retain(|rows| !rows.is_empty());
        left
    }
}
