//! What has to be done beside the rows: notes that we are alive, markets made known, losses turned into gaps, old rows
//! removed.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use marketd_domain::Timestamp;
use marketd_store::{Family, GapKind, GapRow, MarketKey, Rows, Store, StoreError, TimeRange, TradeCursor};

use crate::clock;
use crate::storage::{Maintenance, Storage, UnknownLoss};

const EVERY: Duration = Duration::from_secs(1);
/// Losses that go on are stored so often; those that have ended, at once.
const LOSSES_EVERY: Duration = Duration::from_secs(60);
/// Gaps that a former run left open are looked for so far back, and so many of them.
const OPEN_GAPS_DAYS: i64 = 30;
const OPEN_GAPS: u32 = 10_000;
/// Maintenance that failed is tried again after this.
const MAINTAIN_AGAIN: Duration = Duration::from_secs(60);

pub(super) async fn run(storage: Arc<Storage>) {
    let mut lost = LostBefore { rows: storage.metrics.rows_lost(), since: Instant::now() };
    while !storage.is_flushing() {
        note_alive(&storage).await;
        if let Err(error) = tell_store(&storage, &mut lost).await {
            storage.failed(&error);
        }
        let _ = tokio::time::timeout(EVERY, storage.wake_upkeep.notified()).await;
    }
}

/// What was lost at the last look, and since when it is more at each.
struct LostBefore {
    rows: u64,
    since: Instant,
}

impl LostBefore {
    /// Whether the count stands still, or has grown for so long that it is time to say so.
    fn is_to_be_told(&mut self, rows: u64) -> bool {
        let stands_still = std::mem::replace(&mut self.rows, rows) == rows;
        let is_due = stands_still || self.since.elapsed() >= LOSSES_EVERY;
        if is_due {
            self.since = Instant::now();
        }
        is_due
    }
}

/// Notes in the spool's file what a crash must not take with it.
async fn note_alive(storage: &Storage) {
    let Some(spool) = storage.spool() else { return };
    let markets = storage.offline().lock().followed();
    let until = storage.alive_until();
    let noted = async {
        spool.note_alive(&markets, until).await?;
        spool.save_losses(storage.losses()).await?;
        storage.metrics.spool_bytes.store(spool.bytes_used().await?, Ordering::Relaxed);
        Ok(())
    };
    match noted.await {
        Ok(()) => storage.spool_works(),
        Err(error) => storage.spool_failed(&error),
    }
}

async fn tell_store(storage: &Storage, lost: &mut LostBefore) -> Result<(), StoreError> {
    let store = storage.writable();
    storage.register_markets(store.as_deref()).await?;
    let gaps = storage.offline().lock().take_gaps();
    hand_over(storage, gaps);
    let is_settled = lost.is_to_be_told(storage.metrics.rows_lost());
    let Some(store) = store else { return Ok(()) };
    if is_settled && !storage.losses().is_empty() {
        let gaps = storage.losses().gaps();
        store.write_gaps(&gaps).await?;
        storage.losses().stored(&gaps);
        tracing::error!(
            rows = gaps.iter().map(GapRow::rows_lost).sum::<u64>(),
            "lost rows were stored as gaps"
        );
    }
    find_offline(storage, &*store).await?;
    // What former runs have spooled comes first: it may hold the gaps, and their ends.
    if storage.metrics.spool_rows.load(Ordering::Relaxed) == 0 {
        close_gaps(storage, &*store).await?;
        tell_unknown_losses(storage, &*store).await?;
    }
    Ok(())
}

fn hand_over(storage: &Storage, gaps: Vec<GapRow>) {
    for gap in &gaps {
        tracing::info!(market_id = %gap.market(), since_us = gap.since().micros(),
            until_us = gap.until().map(Timestamp::micros), kind = ?gap.kind(), "a gap");
    }
    storage.hand_over(&mut Rows::Gaps(gaps));
}

/// The last sign of a market in the store, from before this time.
async fn last_seen(
    store: &dyn Store,
    market: MarketKey,
    before: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let trades = store.trades_before(market, Some(TradeCursor::at(before)), 1).await?;
    let snapshot = store.snapshot_at(market, before).await?;
    let trade = trades.last().map(|row| row.trade().ts_venue);
    Ok(trade.max(snapshot.map(|row| row.moment().ts_recv)))
}

/// Markets of which nothing was noted when we were here last.
async fn find_offline(storage: &Storage, store: &dyn Store) -> Result<(), StoreError> {
    let (unknown, started_at) = {
        let offline = storage.offline().lock();
        (offline.unknown(), offline.started_at())
    };
    for (market, _) in unknown {
        let seen = last_seen(store, market, started_at).await?;
        let gap = storage.offline().lock().found(market, seen);
        hand_over(storage, gap.into_iter().collect());
    }
    Ok(())
}

/// Gaps that a former run left open have ended with the first data of this one.
async fn close_gaps(storage: &Storage, store: &dyn Store) -> Result<(), StoreError> {
    let (to_close, started_at) = {
        let offline = storage.offline().lock();
        (offline.to_close(), offline.started_at())
    };
    let range = TimeRange {
        start: Some(started_at.plus_millis(-OPEN_GAPS_DAYS * 86_400_000)),
        end: Some(started_at),
    };
    for (market, first) in to_close {
        let gaps = store.gaps(market, range, OPEN_GAPS).await?;
        let closed = (gaps.iter().filter(|gap| gap.until().is_none()))
            .filter_map(|gap| GapRow::new(market, gap.kind(), gap.since(), Some(first), gap.rows_lost()).ok())
            .collect();
        hand_over(storage, closed);
        storage.offline().lock().closed(market);
    }
    Ok(())
}

/// Rows of a damaged spool: of whichever market and family they were.
async fn tell_unknown_losses(storage: &Storage, store: &dyn Store) -> Result<(), StoreError> {
    let losses = storage.offline().lock().take_losses();
    for loss in losses {
        if let Err(error) = tell_unknown_loss(storage, store, loss).await {
            storage.offline().lock().lose(loss);
            return Err(error);
        }
    }
    Ok(())
}

async fn tell_unknown_loss(
    storage: &Storage,
    store: &dyn Store,
    loss: UnknownLoss,
) -> Result<(), StoreError> {
    let mut gaps = Vec::new();
    for record in store.markets().await? {
        let market = record.key();
        let since = match loss.since {
            Some(since) => Some(since),
            None => last_seen(store, market, loss.until).await?,
        };
        let Some(since) = since.filter(|since| *since <= loss.until) else { continue };
        for family in Family::ALL {
            // How many is not known, and zero says that.
            gaps.extend(GapRow::new(market, GapKind::Unstored(family), since, Some(loss.until), 0).ok());
        }
    }
    hand_over(storage, gaps);
    Ok(())
}

/// Makes room and removes what is too old, now and then.
pub(super) async fn maintain(storage: Arc<Storage>) {
    loop {
        let wait = match storage.writable() {
            Some(store) if run_maintenance(&storage, &*store).await => storage.settings().maintain,
            Some(_) => MAINTAIN_AGAIN,
            None => EVERY,
        };
        tokio::time::sleep(wait).await;
    }
}

async fn run_maintenance(storage: &Storage, store: &dyn Store) -> bool {
    let began = Instant::now();
    let result = store.maintain(clock::now(), &storage.settings().retention).await;
    let took_ms = began.elapsed().as_millis() as u64;
    match &result {
        Ok(done) => tracing::info!(created = ?done.created, dropped = ?done.dropped,
            rows_deleted = done.rows_deleted, took_ms, "old rows removed"),
        Err(error) => tracing::warn!(%error, took_ms, "old rows could not be removed"),
    }
    let is_done = result.is_ok();
    storage.set_maintained(Maintenance {
        at: clock::now(),
        took_ms,
        result: result.map_err(|error| error.to_string()),
    });
    is_done
}
