//! The node's store as everybody here sees it: open, in trouble with a reason, or away; and the way of rows to it.
//!
//! Nothing waits for a store: who wants to read takes what is open now, or answers `store_unavailable`; who has rows
//! leaves them in the intakes. A writer that meets trouble says so here, and from then on all rows go to the spool,
//! until the drain has found that the store takes them again.

mod markets;
mod offline;
mod report;
mod settings;
mod spooling;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use marketd_domain::Timestamp;
use marketd_store::{
    Extent, Family, Fault, Losses, MarketKey, Opened, Rows, Series, SetAside, Spool, Store, StoreError,
};
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;

use crate::clock;
use crate::metrics::{Metrics, StoreMetrics};
use crate::writer::Outcome;
use crate::writer::intake::Intake;

use markets::Registered;
use spooling::SpoolTrouble;

pub use offline::{Offline, UnknownLoss};
pub use report::{Maintenance, StoreReport, StoreState, WriterReport};
pub use settings::{DeltaSettings, StoreSettings};

/// Why the store cannot be used, or not for everything, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub since: Timestamp,
    pub fault: Fault,
    pub reason: String,
}

/// One database, opened for each kind of user: connections belong to the thread that made them, and those of readers end with HTTP,
/// which is before the last rows are written.
#[derive(Clone)]
struct Handles {
    writing: Arc<dyn Store>,
    reading: Arc<dyn Store>,
    /// For the sandbox's journal, which never waits behind rows.
    sandbox: Arc<dyn Store>,
}

struct State {
    handles: Option<Handles>,
    trouble: Option<Trouble>,
}

pub struct Storage {
    settings: StoreSettings,
    state: RwLock<State>,
    intakes: [Intake; Family::ALL.len()],
    spool: RwLock<Option<Arc<Spool>>>,
    spool_trouble: Mutex<Option<SpoolTrouble>>,
    set_aside: Mutex<Option<SetAside>>,
    /// Since when rows wait in the spool.
    spooled_since: Mutex<Option<Timestamp>>,
    losses: Losses,
    markets: Mutex<BTreeMap<MarketKey, Registered>>,
    offline: Mutex<Offline>,
    is_flushing: AtomicBool,
    maintained: Mutex<Option<Maintenance>>,
    pub metrics: StoreMetrics,
    /// There is something for the drain to do.
    pub wake_drain: Notify,
    pub wake_upkeep: Notify,
}

impl Storage {
    /// Opens the store and its spool. A store that is away is opened by the drain as soon as it can be; one that can
    /// never be used (another schema, a damaged file, a wrong address) is an error.
    pub async fn open(settings: StoreSettings) -> Result<Arc<Self>, StoreError> {
        let intakes =
            Family::ALL.map(|family| Intake::new(family, settings.flush.rows, settings.intake_bytes(family)));
        let away =
            Trouble { since: clock::now(), fault: Fault::Unavailable, reason: "not opened yet".to_owned() };
        let storage = Arc::new(Self {
            state: RwLock::new(State { handles: None, trouble: Some(away) }),
            intakes,
            spool: RwLock::new(None),
            spool_trouble: Mutex::default(),
            set_aside: Mutex::default(),
            spooled_since: Mutex::default(),
            losses: Losses::default(),
            markets: Mutex::default(),
            offline: Mutex::new(Offline::new(clock::now())),
            is_flushing: AtomicBool::new(false),
            maintained: Mutex::default(),
            metrics: StoreMetrics::default(),
            wake_drain: Notify::new(),
            wake_upkeep: Notify::new(),
            settings,
        });
        storage.open_spool().await;
        storage.refuse_to_begin_anew().await?;
        match storage.try_open().await {
            Ok(()) => storage.state.write().trouble = None,
            Err(error) if storage.settings.is_hopeless(&error) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "the store is away: marketd serves without it, spools rows and goes on trying");
            }
        }
        Ok(storage)
    }

    pub const fn settings(&self) -> &StoreSettings {
        &self.settings
    }

    /// The store to read from, while it answers.
    pub fn store(&self) -> Option<Arc<dyn Store>> {
        let state = self.state.read();
        let answers = state
            .trouble
            .as_ref()
            .is_none_or(|trouble| matches!(trouble.fault, Fault::Full | Fault::ReadOnly));
        state.handles.as_ref().filter(|_| answers).map(|handles| handles.reading.clone())
    }

    /// The store to write to, while it takes rows.
    pub fn writable(&self) -> Option<Arc<dyn Store>> {
        let state = self.state.read();
        state.handles.as_ref().filter(|_| state.trouble.is_none()).map(|handles| handles.writing.clone())
    }

    /// The store for the sandbox's journal, whatever is known of it; `None` when it was never opened.
    pub fn sandbox(&self) -> Option<Arc<dyn Store>> {
        self.state.read().handles.as_ref().map(|handles| handles.sandbox.clone())
    }

    /// The store to try whether it takes rows again; `None` when it was never opened.
    pub fn opened(&self) -> Option<Arc<dyn Store>> {
        self.state.read().handles.as_ref().map(|handles| handles.writing.clone())
    }

    /// Why the store takes no rows; `None` while it does.
    pub fn trouble(&self) -> Option<Trouble> {
        self.state.read().trouble.clone()
    }

    /// The store did not do what it was asked for: rows go to the spool from now on.
    pub fn failed(&self, error: &StoreError) {
        Metrics::add(&self.metrics.errors, 1);
        let (reason, fault) = (error.to_string(), error.fault());
        let is_new = {
            let mut state = self.state.write();
            let is_new = state.trouble.is_none();
            let since = state.trouble.as_ref().map_or_else(clock::now, |trouble| trouble.since);
            state.trouble = Some(Trouble { since, fault, reason });
            is_new
        };
        if is_new {
            Metrics::add(&self.metrics.outages, 1);
            tracing::warn!(%error, "the store takes no rows, spooling them");
            self.wake_drain.notify_one();
            for intake in &self.intakes {
                intake.wake.notify_one();
            }
        }
    }

    /// The store takes rows.
    pub fn recovered(&self) {
        let trouble = self.state.write().trouble.take();
        if let Some(trouble) = trouble {
            let away_ms = clock::now().nanos_since(trouble.since) / 1_000_000;
            tracing::info!(away_ms, "the store takes rows");
        }
        for intake in &self.intakes {
            intake.wake.notify_one();
        }
    }

    /// Opens the store if it never was.
    pub async fn try_open(&self) -> Result<(), StoreError> {
        if self.opened().is_some() {
            return Ok(());
        }
        let Opened { store: writing, migrations } =
            marketd_store::open(&self.settings.url, self.settings.options).await?;
        let (reading, sandbox) = if self.settings.is_sqlite() {
            // Its readers have connections of their own, on threads of their own, and it has one writer.
            (writing.clone(), writing.clone())
        } else {
            let again = async || marketd_store::open(&self.settings.url, self.settings.options).await;
            (again().await?.store, again().await?.store)
        };
        tracing::info!(backend = self.settings.backend(), ?migrations, "store open");
        self.state.write().handles = Some(Handles { writing, reading, sandbox });
        self.note_store().await;
        Ok(())
    }

    /// A SQLite file that was there and is gone is a loss that somebody has to know of, not a reason to begin a new one.
    async fn refuse_to_begin_anew(&self) -> Result<(), StoreError> {
        let Some(path) = self.settings.sqlite_path().filter(|path| !path.exists()) else { return Ok(()) };
        let Some(spool) = self.spool() else { return Ok(()) };
        if !spool.knows_store(&self.settings.url).await? {
            return Ok(());
        }
        let detail = format!(
            "{} was there before and is gone; put it back, or make a new one with `marketd migrate`",
            path.display()
        );
        Err(StoreError::damaged("open", detail))
    }

    async fn note_store(&self) {
        if let (Some(spool), true) = (self.spool(), self.settings.is_sqlite())
            && let Err(error) = spool.note_store(&self.settings.url).await
        {
            self.spool_failed(&error);
        }
    }

    // Rows.

    pub const fn intake(&self, family: Family) -> &Intake {
        &self.intakes[family.index()]
    }

    /// Takes rows over, all of them: what has no room is lost, and counted.
    pub fn hand_over(&self, rows: &mut Rows) {
        if rows.is_empty() {
            return;
        }
        self.intakes[rows.family().index()].hand_over(rows);
        if !rows.is_empty() {
            self.count_lost(rows, 0);
            rows.clear();
        }
    }

    /// Between which times rows of a series lie that were handed over, are not in the spool, and may not be in the store
    /// yet. They will be in one of both in a moment.
    pub fn in_flight(&self, series: Series) -> Option<Extent> {
        self.intake(series.family).extent(series)
    }

    /// Between which times rows of a series lie that may not be in the store yet.
    pub fn held_back(&self, series: Series) -> Option<Extent> {
        // In this order: rows go from the intake to the spool, and are never in neither.
        let in_flight = self.in_flight(series);
        let spooled = self.spool().and_then(|spool| spool.extent(series));
        in_flight.into_iter().chain(spooled).reduce(Extent::around)
    }

    pub fn count_lost(&self, rows: &Rows, from: usize) {
        self.losses.count(rows, from);
        let count = rows.len().saturating_sub(from) as u64;
        Metrics::add(&self.metrics.family(rows.family()).rows_lost, count);
    }

    /// A row could not even be made.
    pub fn count_unmakeable(&self, market: MarketKey, family: Family, at: Timestamp) {
        self.losses.count_one(market, family, at);
        Metrics::add(&self.metrics.family(family).rows_lost, 1);
    }

    pub const fn losses(&self) -> &Losses {
        &self.losses
    }

    /// What a write did, the drain's as well.
    pub fn note_written(&self, rows: &Rows, outcome: &Outcome) {
        let metrics = self.metrics.family(rows.family());
        Metrics::add(&metrics.rows_written, outcome.written.stored);
        Metrics::add(&metrics.rows_known, outcome.written.known);
    }

    /// Rows that the store has refused are lost.
    pub fn note_refused(&self, rows: &Rows, outcome: &Outcome) {
        let metrics = self.metrics.family(rows.family());
        Metrics::add(&metrics.rows_refused, outcome.refused_rows() as u64);
        for (range, error) in &outcome.refused {
            tracing::error!(family = rows.family().as_str(), rows = range.len(), %error,
                "rows are lost: the store refuses them");
            self.count_lost(&rows.piece(range.clone()), 0);
        }
    }

    // Times.

    /// When the snapshot after one of this time is due.
    pub fn next_snapshot(&self, ts_recv: Timestamp) -> Timestamp {
        let every_ms = i64::try_from(self.settings.snapshot.as_millis()).unwrap_or(i64::MAX).max(1);
        // At multiples of the interval, so that a recording gives the same snapshots each time.
        Timestamp::from_millis(
            ts_recv.millis().div_euclid(every_ms).saturating_add(1).saturating_mul(every_ms),
        )
    }

    /// A market has its first data of this run.
    pub fn first_data(&self, market: MarketKey, at: Timestamp) {
        self.offline.lock().first_data(market, at);
        self.wake_upkeep.notify_one();
    }

    pub const fn offline(&self) -> &Mutex<Offline> {
        &self.offline
    }

    /// The feeds end: from here on nobody listens.
    pub fn stop_listening(&self) {
        self.offline.lock().stop_listening(clock::now());
    }

    /// Until when everything that was received is in the store or in the spool.
    pub fn alive_until(&self) -> Timestamp {
        let now = self.offline.lock().listens_until(clock::now());
        let oldest = self.intakes.iter().filter_map(Intake::oldest_at_risk).min().unwrap_or(now).min(now);
        // What was received a moment ago may still be on its way through feed and market.
        let margin_ms = i64::try_from(self.settings.flush.age.as_millis()).unwrap_or(0);
        oldest.plus_millis(-margin_ms)
    }

    // The end.

    pub fn is_flushing(&self) -> bool {
        self.is_flushing.load(Ordering::Acquire)
    }

    /// Has everything written, to the store or to the spool, before the deadline. What is left then is lost, and said.
    pub async fn flush(&self, patience: Duration) {
        self.is_flushing.store(true, Ordering::Release);
        for intake in &self.intakes {
            intake.wake.notify_one();
        }
        let began = Instant::now();
        while !self.intakes.iter().all(Intake::is_empty) && began.elapsed() < patience {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let mut lost = 0;
        for intake in &self.intakes {
            for rows in intake.abandon() {
                lost += rows.len();
                self.count_lost(&rows, 0);
            }
        }
        if lost > 0 {
            tracing::error!(rows = lost, "rows are lost: neither the store nor the spool took them in time");
        }
        if let Some(spool) = self.spool() {
            let (markets, alive_until) = {
                let offline = self.offline.lock();
                (offline.followed(), offline.listens_until(clock::now()))
            };
            let noted = async {
                spool.save_losses(&self.losses).await?;
                spool.note_alive(&markets, alive_until).await
            };
            if let Err(error) = noted.await {
                self.spool_failed(&error);
            }
        }
        tracing::info!(took_ms = began.elapsed().as_millis() as u64, "rows flushed");
    }

    /// Ends all connections, for a process that stops. The spool first: a store that hangs may not answer.
    pub async fn close(&self) {
        let spool = self.spool.write().take();
        if let Some(spool) = spool {
            spool.close().await;
        }
        let handles = self.state.write().handles.take();
        if let Some(handles) = handles {
            handles.reading.close().await;
            handles.sandbox.close().await;
            handles.writing.close().await;
        }
    }

    pub fn set_maintained(&self, maintenance: Maintenance) {
        *self.maintained.lock() = Some(maintenance);
    }
}
