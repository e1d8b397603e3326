//! `marketd export`: what is stored of a market as a file, in bounded memory. The file has its name only when it is whole.

mod lines;
#[cfg(feature = "parquet")]
mod parquet;

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use marketd_domain::{CandleInterval, Timestamp, TradeCursor};
use marketd_protocol::rest::{ShownCandle, ShownTrade};
use marketd_store::{MarketKey, MarketRecord, SnapshotRow, Store, TimeRange};

use crate::config::Config;

/// Rows that are read at once; of snapshots, which are large, fewer.
const ROWS: u32 = 10_000;
const SNAPSHOTS: u32 = 50;

#[derive(Debug, Clone, Args)]
pub struct Request {
    /// Its id, as in /api/v1/markets
    #[arg(long)]
    market: String,
    /// live, replay or sim, where the store has the market of several
    #[arg(long)]
    source: Option<String>,
    #[arg(long)]
    what: What,
    /// Of candles
    #[arg(long, default_value = "1m")]
    interval: String,
    /// From this time on: microseconds UTC, or 2026-11-21T00:00:00Z
    #[arg(long)]
    start: Option<String>,
    /// Before this time
    #[arg(long)]
    end: Option<String>,
    #[arg(long, default_value = "csv")]
    format: Format,
    #[arg(long)]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    Trades,
    Candles,
    Snapshots,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Ndjson,
    Parquet,
}

/// Takes rows in their order. A level of a snapshot is a row.
trait Sink {
    fn trade(&mut self, trade: &ShownTrade) -> anyhow::Result<()>;
    fn candle(&mut self, candle: &ShownCandle) -> anyhow::Result<()>;
    fn snapshot(&mut self, snapshot: &SnapshotRow) -> anyhow::Result<()>;
    /// Writes what is left and returns the file.
    fn finish(self: Box<Self>) -> anyhow::Result<File>;
}

/// Writes the file and says what is in it.
pub async fn run(config: &Config, request: &Request) -> anyhow::Result<String> {
    let interval = CandleInterval::parse(&request.interval)
        .with_context(|| format!("--interval: there is no interval {:?}", request.interval))?;
    let range = TimeRange { start: time(request.start.as_deref())?, end: time(request.end.as_deref())? };
    if let Some(path) = config.store_settings().sqlite_path().filter(|path| !path.exists()) {
        bail!("there is no store at {}", path.display());
    }
    let store = marketd_store::open(&config.store_url(), config.store.options()).await?.store;
    let key = find(&store.markets().await?, request)?.key();
    let part = part_of(&request.out);
    let written = write(&*store, key, request, (interval, range), &part).await;
    store.close().await;
    let rows = written.inspect_err(|_| {
        // What is half done is of no use; that it cannot be removed neither.
        let _ = std::fs::remove_file(&part);
    })?;
    std::fs::rename(&part, &request.out)
        .with_context(|| format!("cannot give {} its name", request.out.display()))?;
    Ok(format!("{rows} rows in {}", request.out.display()))
}

/// Beside the file, so that giving it its name is one step.
fn part_of(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn time(text: Option<&str>) -> anyhow::Result<Option<Timestamp>> {
    let Some(text) = text else { return Ok(None) };
    let at = text.parse().map(Timestamp::from_micros).ok().or_else(|| Timestamp::parse_rfc3339(text));
    at.map(Some).with_context(|| {
        format!("{text:?} is neither a time in microseconds nor one like 2026-11-21T00:00:00Z")
    })
}

fn find<'m>(markets: &'m [MarketRecord], request: &Request) -> anyhow::Result<&'m MarketRecord> {
    let named = |record: &&MarketRecord| {
        record.instrument.market_id(&record.venue).as_str() == request.market
            && request.source.as_deref().is_none_or(|source| record.source.as_str() == source)
    };
    let found: Vec<&MarketRecord> = markets.iter().filter(named).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => bail!("nothing is stored of {}", request.market),
        several => {
            let sources: Vec<&str> = several.iter().map(|record| record.source.as_str()).collect();
            bail!(
                "{} is stored of several sources, choose with --source: {}",
                request.market,
                sources.join(", ")
            )
        }
    }
}

fn sink(request: &Request, file: File, interval: CandleInterval) -> anyhow::Result<Box<dyn Sink>> {
    let file = BufWriter::with_capacity(256 * 1024, file);
    match request.format {
        Format::Csv => Ok(Box::new(lines::Csv::new(file, request.what)?)),
        Format::Ndjson => Ok(Box::new(lines::Ndjson::new(file, interval))),
        #[cfg(feature = "parquet")]
        Format::Parquet => Ok(Box::new(parquet::Parquet::new(file, request.what)?)),
        #[cfg(not(feature = "parquet"))]
        Format::Parquet => bail!("this marketd was built without Parquet; build it with --features parquet"),
    }
}

/// Tells people how far it is.
struct Progress {
    rows: u64,
    told: Instant,
    is_terminal: bool,
}

impl Progress {
    fn add(&mut self, rows: usize) {
        self.rows += rows as u64;
        if self.is_terminal && self.told.elapsed() > Duration::from_millis(500) {
            self.told = Instant::now();
            eprint!("\r{} rows", self.rows);
        }
    }
}

async fn write(
    store: &dyn Store,
    key: MarketKey,
    request: &Request,
    (interval, range): (CandleInterval, TimeRange),
    part: &Path,
) -> anyhow::Result<u64> {
    let file = File::create(part).with_context(|| format!("cannot write {}", part.display()))?;
    let mut sink = sink(request, file, interval)?;
    let is_terminal = std::io::stderr().is_terminal();
    let mut progress = Progress { rows: 0, told: Instant::now(), is_terminal };
    match request.what {
        What::Trades => {
            let mut after = range.start.map(TradeCursor::at);
            loop {
                let rows = store.trades_after(key, after, range.end, ROWS).await?;
                let Some(last) = rows.last() else { break };
                after = Some(last.cursor());
                for row in &rows {
                    sink.trade(&ShownTrade { seq: None, trade: *row.trade(), scales: row.scales() })?;
                }
                progress.add(rows.len());
            }
        }
        What::Candles => {
            let mut start = range.start.unwrap_or(Timestamp::ZERO);
            loop {
                let range = TimeRange { start: Some(start), end: range.end };
                let rows = store.candles(key, interval, range, ROWS).await?;
                let Some(last) = rows.last() else { break };
                start = Timestamp::from_micros(last.candle().open_time.micros() + 1);
                for row in &rows {
                    sink.candle(&ShownCandle {
                        candle: *row.candle(),
                        scales: row.scales(),
                        is_closed: true,
                    })?;
                }
                progress.add(rows.len());
            }
        }
        What::Snapshots => {
            let mut after = None;
            loop {
                let rows = store.snapshots_after(key, after, range, SNAPSHOTS).await?;
                let Some(last) = rows.last() else { break };
                after = Some((last.moment().ts_recv, last.moment().book_seq));
                for row in &rows {
                    sink.snapshot(row)?;
                    progress.add(row.bids().len() + row.asks().len());
                }
            }
        }
    }
    if is_terminal {
        eprint!("\r");
    }
    let mut file = sink.finish()?;
    file.flush()
        .and_then(|()| file.sync_all())
        .with_context(|| format!("cannot write {}", part.display()))?;
    Ok(progress.rows)
}
