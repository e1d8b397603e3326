//! The drain: finds out when the store takes rows again, and brings it what is in the spool.
//!
//! *Owns* nothing that outlives it: what waits is in the spool, and a batch leaves that only when the store has it.
//! *Overload*: one batch at a time, and the next one read meanwhile, on a connection of its own, so that it does not keep
//! live rows from the store.
//! *Restart*: a new one begins with the oldest row in the spool; rows that are written twice the store knows.

mod upkeep;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use actix::prelude::*;
use marketd_store::{Batch, Fault, Spool, Store, StoreError};

use crate::clock;
use crate::metrics::Metrics;
use crate::storage::{Storage, UnknownLoss};
use crate::writer;

/// Waits before a store that is away is tried again: doubling from the first to the largest.
const RETRY_FIRST: Duration = Duration::from_millis(200);
const RETRY_MAX: Duration = Duration::from_secs(5);
/// A store that goes away again so soon was not back: the waits go on doubling.
const STEADY_AFTER: Duration = Duration::from_secs(10);
/// Rows that are taken from the spool at once; the first ones, which try the store, are fewer.
const DRAIN_ROWS: u32 = 20_000;
const TRY_ROWS: u32 = 1_000;
/// The spool is looked at so often, should nobody say that it has rows.
const LOOK: Duration = Duration::from_secs(1);

/// For tests: panics inside the handler.
#[cfg(feature = "failpoints")]
#[derive(Message)]
#[rtype(result = "()")]
pub struct Crash;

pub struct DrainActor {
    storage: Arc<Storage>,
}

impl DrainActor {
    pub const fn new(storage: Arc<Storage>) -> Self {
        Self { storage }
    }
}

impl Actor for DrainActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.spawn(run(self.storage.clone()).into_actor(self));
        ctx.spawn(upkeep::run(self.storage.clone()).into_actor(self));
        ctx.spawn(upkeep::maintain(self.storage.clone()).into_actor(self));
    }
}

#[cfg(feature = "failpoints")]
impl Handler<Crash> for DrainActor {
    type Result = ();

    fn handle(&mut self, _: Crash, _ctx: &mut Self::Context) {
        panic!("crashed on request");
    }
}

/// The batch behind the one that was written last, read already.
type Ahead = Option<Batch>;

/// Which of both did not do what was asked.
enum DrainError {
    Store(StoreError),
    Spool(StoreError),
}

async fn run(storage: Arc<Storage>) {
    let mut wait = RETRY_FIRST;
    let mut recovered_at: Option<Instant> = None;
    let mut ahead = None;
    while !storage.is_flushing() {
        if storage.is_spool_broken() {
            // Its numbers mean nothing in another file.
            ahead = None;
            storage.open_spool().await;
        }
        let drained = if storage.writable().is_some() {
            drain(&storage, &mut ahead, DRAIN_ROWS).await
        } else {
            if recovered_at.take().is_some_and(|at| at.elapsed() > STEADY_AFTER) {
                wait = RETRY_FIRST;
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(RETRY_MAX);
            let tried = try_store(&storage, &mut ahead).await;
            if tried.is_ok() {
                storage.recovered();
                recovered_at = Some(Instant::now());
            }
            tried
        };
        match drained {
            Ok(true) => {}
            Ok(false) => {
                // Whoever is told or late looks again.
                let _ = tokio::time::timeout(LOOK, storage.wake_drain.notified()).await;
            }
            Err(DrainError::Store(error)) => {
                tracing::debug!(%error, wait_ms = wait.as_millis() as u64, "the store is still away");
                storage.failed(&error);
            }
            Err(DrainError::Spool(error)) => {
                storage.spool_failed(&error);
                tokio::time::sleep(RETRY_FIRST).await;
            }
        }
    }
}

/// Whether the store takes rows: what it refused is the oldest in the spool by now, and what it is asked to take first.
async fn try_store(storage: &Storage, ahead: &mut Ahead) -> Result<bool, DrainError> {
    storage.try_open().await.map_err(DrainError::Store)?;
    let Some(store) = storage.opened() else { return Ok(false) };
    register_all(storage, &*store).await?;
    match drain_from(storage, &*store, ahead, TRY_ROWS).await {
        // A spool that cannot be read is no reason to do without the store.
        Err(DrainError::Spool(error)) => {
            storage.spool_failed(&error);
            Ok(false)
        }
        drained => drained,
    }
}

/// Markets of former runs, whose rows may be in the spool, and those of this one. Always writes something, if there is
/// any market, so that a store that takes nothing is found out.
async fn register_all(storage: &Storage, store: &dyn Store) -> Result<(), DrainError> {
    if let Some(spool) = storage.spool() {
        let markets = spool.markets().await.unwrap_or_else(|error| {
            storage.spool_failed(&error);
            Vec::new()
        });
        for market in markets {
            match store.register_market(&market).await {
                Err(error) if error.fault() != Fault::Refused => return Err(DrainError::Store(error)),
                _ => {}
            }
        }
    }
    storage.register_markets(Some(store)).await.map_err(DrainError::Store)
}

/// Brings one batch to the store; `false` when nothing waits.
async fn drain(storage: &Storage, ahead: &mut Ahead, rows: u32) -> Result<bool, DrainError> {
    match storage.writable() {
        Some(store) => drain_from(storage, &*store, ahead, rows).await,
        None => Ok(false),
    }
}

async fn drain_from(
    storage: &Storage,
    store: &dyn Store,
    ahead: &mut Ahead,
    rows: u32,
) -> Result<bool, DrainError> {
    let Some(spool) = storage.spool() else { return Ok(false) };
    let batch = match ahead.take() {
        Some(batch) => Some(batch),
        None => spool.peek(rows).await.map_err(DrainError::Spool)?,
    };
    let Some(batch) = batch else {
        empty(storage, &spool).await?;
        return Ok(false);
    };
    // Reading takes as long as writing, so both are done at once. What follows is used only when all of this went well.
    let (written, next) = tokio::join!(write(storage, store, &batch), spool.peek_behind(&batch, rows));
    written?;
    let unreadable = batch.damaged + batch.missing;
    if unreadable > 0 {
        tracing::error!(damaged = batch.damaged, missing = batch.missing, "rows of the spool are lost");
        Metrics::add(&storage.metrics.damaged_rows, unreadable);
        let since = storage.report().since;
        storage.offline().lock().lose(UnknownLoss { since, until: clock::now() });
    }
    spool.done(&batch).await.map_err(DrainError::Spool)?;
    storage.note_spooled(spool.waiting().await.map_err(DrainError::Spool)?);
    *ahead = next.map_err(DrainError::Spool)?;
    Ok(true)
}

async fn write(storage: &Storage, store: &dyn Store, batch: &Batch) -> Result<(), DrainError> {
    for part in &batch.parts {
        let outcome = writer::write(store, part).await.map_err(DrainError::Store)?;
        storage.note_written(part, &outcome);
        storage.note_refused(part, &outcome);
        Metrics::add(&storage.metrics.drained_rows, part.len() as u64);
    }
    Ok(())
}

/// The spool is empty: the disk gets its room back.
async fn empty(storage: &Storage, spool: &Spool) -> Result<(), DrainError> {
    if storage.metrics.spool_bytes.load(Ordering::Relaxed) > 0 {
        spool.shrink().await.map_err(DrainError::Spool)?;
        let used = spool.bytes_used().await.map_err(DrainError::Spool)?;
        storage.metrics.spool_bytes.store(used, Ordering::Relaxed);
    }
    storage.note_spooled(spool.waiting().await.map_err(DrainError::Spool)?);
    Ok(())
}
