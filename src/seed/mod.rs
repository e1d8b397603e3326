//! `marketd seed`: fills the store with history, candles from CSV files and trades from recordings.
//!
//! Every row has its natural key, so that a second run finds everything known. What was given is written first; candles
//! of longer intervals are then built from what the *store* holds of the shorter ones, so that the order of files, and in how
//! many runs they come, make no difference. Memory is bounded by batches, whatever the size of a file.

mod ohlcv;
mod plan;
mod progress;
mod recording;
mod rollup;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use marketd_domain::CandleInterval;
use marketd_domain::instrument::{Instrument, MarketId, Source};
use marketd_store::{CandleRow, MarketKey, MarketRecord, Store, StoreError, StoreOptions, Written};
use marketd_venues::Venue;

use crate::config::Config;
use plan::{Input, Job};
use progress::Progress;

/// Rows of one write.
const BATCH: usize = 5_000;
/// Days of one write of candles: Postgres makes a partition for each week.
const BATCH_DAYS: i64 = 180;
/// Nobody waits for an answer here, and a write may have to make many partitions first.
const STORE_TIMEOUT: Duration = Duration::from_secs(30);
/// Faulty rows of a file that are shown; the others are counted.
const FAULTS_SHOWN: usize = 10;

/// What `sysexits.h` calls EX_DATAERR, EX_NOINPUT and EX_UNAVAILABLE.
pub const EXIT_DATA: u8 = 65;
const EXIT_NO_INPUT: u8 = 66;
const EXIT_UNAVAILABLE: u8 = 69;

/// What is to be seeded.
#[derive(Debug, Clone)]
pub struct Options {
    /// Files, or folders of them.
    pub paths: Vec<PathBuf>,
    pub market: Option<MarketId>,
    pub interval: Option<CandleInterval>,
    /// Of recordings, where the folder does not tell.
    pub venue: Option<String>,
    pub source: Source,
    pub skip_bad: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error("{}: {error}", file.display())]
    File { file: PathBuf, error: std::io::Error },
    #[error("{0}")]
    Plan(String),
    /// The file as a whole is not what it should be.
    #[error("{}: {reason}", file.display())]
    Layout { file: PathBuf, reason: String },
    #[error("{}: {} of {rows} rows are bad; nothing of the file is stored (--skip-bad leaves them out):\n{faults}", file.display(), faults.count)]
    BadRows { file: PathBuf, rows: u64, faults: Faults },
    #[error("{error}{}", so_far(.progress))]
    Store { error: StoreError, progress: Option<(PathBuf, u64)> },
}

fn so_far(progress: &Option<(PathBuf, u64)>) -> String {
    match progress {
        None => String::new(),
        Some((file, rows)) => {
            format!(
                "\n{rows} rows of {} were written; run it again to go on, they are known then",
                file.display()
            )
        }
    }
}

impl From<StoreError> for SeedError {
    fn from(error: StoreError) -> Self {
        Self::Store { error, progress: None }
    }
}

impl SeedError {
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Plan(_) | Self::Layout { .. } | Self::BadRows { .. } => EXIT_DATA,
            Self::File { .. } => EXIT_NO_INPUT,
            Self::Store { error, .. } if error.is_retryable() => EXIT_UNAVAILABLE,
            Self::Store { .. } => EXIT_DATA,
        }
    }

    fn at(self, file: &Path, rows: u64) -> Self {
        match self {
            Self::Store { error, progress: None } => {
                Self::Store { error, progress: Some((file.to_owned(), rows)) }
            }
            other => other,
        }
    }
}

/// Rows that cannot be taken: the first ones by line and reason, and how many there are.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    pub count: u64,
    first: Vec<(u64, String)>,
}

impl Faults {
    fn add(&mut self, line: u64, reason: String) {
        self.count += 1;
        if self.first.len() < FAULTS_SHOWN {
            self.first.push((line, reason));
        }
    }
}

impl std::fmt::Display for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, (line, reason)) in self.first.iter().enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            write!(f, "{end}  line {line}: {reason}")?;
        }
        match self.count - self.first.len() as u64 {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

/// What came of one file, or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seeded {
    pub trades: Written,
    pub candles: Written,
    /// Rows that were left out.
    pub bad: u64,
}

impl std::fmt::Display for Seeded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (trades, candles) = (self.trades, self.candles);
        if trades != Written::default() {
            write!(f, "trades {} new, {} known; ", trades.stored, trades.known)?;
        }
        write!(f, "candles {} new, {} known", candles.stored, candles.known)?;
        if self.bad > 0 { write!(f, "; {} bad rows left out", self.bad) } else { Ok(()) }
    }
}

fn add(to: &mut Written, more: Written) {
    to.stored += more.stored;
    to.known += more.known;
}

/// Seeds all files in turn and says of each what came of it. Files behind one that fails are not begun.
pub async fn run(
    config: &Config,
    options: &Options,
    print: &mut dyn FnMut(&str),
) -> Result<Seeded, SeedError> {
    let plan = plan::plan(options)?;
    for (file, reason) in &plan.passed_over {
        print(&format!("{}: passed over: {reason}", file.display()));
    }
    // Found out now rather than behind files that are half written.
    let mut ready = Vec::with_capacity(plan.jobs.len());
    for Job { file, bytes, input } in plan.jobs {
        let work = match input {
            Input::Candles { market, interval } => {
                let checked = ohlcv::check(&file, interval)?;
                if checked.faults.count > 0 && !options.skip_bad {
                    let rows = checked.rows + checked.faults.count;
                    return Err(SeedError::BadRows { file, rows, faults: checked.faults });
                }
                Work::Candles { market, checked }
            }
            Input::Recording { venue } => {
                recording::check(&file)?;
                Work::Recording { venue }
            }
        };
        ready.push(Ready { file, bytes, work });
    }
    let options_of_store = StoreOptions { timeout: STORE_TIMEOUT, ..StoreOptions::default() };
    let opened = marketd_store::open(&config.store_url(), options_of_store).await?;
    let seeder = Seeder { store: opened.store, source: options.source, only: options.market.clone() };
    let seeded = seeder.all(ready, print).await;
    seeder.store.close().await;
    seeded
}

/// A file that can be begun.
struct Ready {
    file: PathBuf,
    bytes: u64,
    work: Work,
}

enum Work {
    Candles { market: MarketId, checked: ohlcv::Checked },
    Recording { venue: &'static dyn Venue },
}

struct Seeder {
    store: Arc<dyn Store>,
    source: Source,
    /// Of recordings only this market is taken.
    only: Option<MarketId>,
}

impl Seeder {
    async fn all(&self, ready: Vec<Ready>, print: &mut dyn FnMut(&str)) -> Result<Seeded, SeedError> {
        let mut total = Seeded::default();
        let progress = Progress::over(ready.iter().map(|ready| ready.bytes).sum());
        let (files, mut done) = (ready.len(), 0);
        for Ready { file, bytes, work } in ready {
            progress.begin(&file);
            let (name, seeded, faults) = match work {
                Work::Candles { market, checked } => {
                    let seeded = self.candles(&file, &market, &checked, &progress).await?;
                    (format!("{market} {}", checked.interval.as_str()), seeded, checked.faults)
                }
                Work::Recording { venue } => {
                    let (seeded, faults) = self.recording(&file, venue, &progress).await?;
                    (venue.name().to_owned(), seeded, faults)
                }
            };
            done += bytes;
            progress.end_file(done);
            progress.aside(|| {
                print(&format!("{}: {name}: {seeded}", file.display()));
                if faults.count > 0 {
                    print(&faults.to_string());
                }
            });
            add(&mut total.trades, seeded.trades);
            add(&mut total.candles, seeded.candles);
            total.bad += seeded.bad;
        }
        progress.end();
        print(&format!("{files} files: {total}"));
        Ok(total)
    }

    /// Makes a market known. What the store knows of one is better than what a file tells.
    async fn register(&self, venue: &str, instrument: Instrument) -> Result<MarketKey, StoreError> {
        let record = MarketRecord { source: self.source, venue: venue.to_owned(), instrument };
        let key = record.key();
        if self.store.markets().await?.iter().any(|known| known.key() == key) {
            return Ok(key);
        }
        self.store.register_market(&record).await
    }
}

/// Whether a candle goes into another write than the first one of this batch.
fn is_full(batch: &[CandleRow], next: &CandleRow) -> bool {
    let day = |row: &CandleRow| row.candle().open_time.millis() / 86_400_000;
    batch.len() >= BATCH || batch.first().is_some_and(|first| day(next) - day(first) >= BATCH_DAYS)
}

/// Writes candles, oldest first.
async fn write_candles(store: &dyn Store, rows: &[CandleRow]) -> Result<Written, StoreError> {
    let mut written = Written::default();
    let mut rest = rows;
    while !rest.is_empty() {
        let end = (1..rest.len()).find(|at| is_full(&rest[..*at], &rest[*at])).unwrap_or(rest.len());
        let (batch, after) = rest.split_at(end);
        add(&mut written, store.write_candles(batch).await?);
        rest = after;
    }
    Ok(written)
}
