//! CSV files of candles: `open_time_ms,open,high,low,close,volume`, times in milliseconds UTC, ascending; steps without
//! trades may be missing. A file is read twice: first all of it is checked, and only then is anything written.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use marketd_domain::instrument::{Instrument, MarketId};
use marketd_domain::numbers::{Decimal, Volume};
use marketd_domain::{Candle, CandleInterval, Notional, Price, Scale, Scales, Timestamp};
use marketd_store::{CandleRow, MarketKey, Written};
use marketd_venues::venue_named;

use super::progress::Progress;
use super::{BATCH, Faults, SeedError, Seeded, Seeder, add, is_full, rollup};

const HEADER: &str = "open_time_ms,open,high,low,close,volume";
/// No row of six numbers is longer.
const LINE_MAX: u64 = 1_024;

/// What the first reading found.
#[derive(Debug)]
pub struct Checked {
    pub interval: CandleInterval,
    pub scales: Scales,
    /// Good rows.
    pub rows: u64,
    pub faults: Faults,
    /// The first and the last open time.
    span: (Timestamp, Timestamp),
}

/// A row as it stands in the file.
struct Row {
    open_time: Timestamp,
    /// Open, high, low, close.
    prices: [Decimal; 4],
    volume: Decimal,
}

struct Rows {
    file: PathBuf,
    lines: BufReader<File>,
    buffer: Vec<u8>,
    line: u64,
    bytes: u64,
}

impl Rows {
    fn open(file: &Path) -> Result<Self, SeedError> {
        let lines = File::open(file).map_err(|error| SeedError::File { file: file.to_owned(), error })?;
        let lines = BufReader::with_capacity(64 * 1_024, lines);
        let mut rows = Self { file: file.to_owned(), lines, buffer: Vec::new(), line: 0, bytes: 0 };
        let is_header = rows.read_line()? && trimmed(&rows.buffer) == HEADER.as_bytes();
        if !is_header {
            return Err(SeedError::Layout {
                file: rows.file,
                reason: format!("it does not begin with {HEADER}"),
            });
        }
        Ok(rows)
    }

    /// `false` at the end.
    fn read_line(&mut self) -> Result<bool, SeedError> {
        self.buffer.clear();
        let io = |error| SeedError::File { file: self.file.clone(), error };
        let read = self.lines.by_ref().take(LINE_MAX).read_until(b'\n', &mut self.buffer).map_err(io)?;
        self.line += 1;
        self.bytes += read as u64;
        if read as u64 == LINE_MAX && !self.buffer.ends_with(b"\n") {
            let reason = format!("line {} is longer than {LINE_MAX} bytes", self.line);
            return Err(SeedError::Layout { file: self.file.clone(), reason });
        }
        Ok(read > 0)
    }

    /// The next row, or why it is none; `None` at the end. Empty lines are passed over.
    fn next(&mut self) -> Result<Option<Result<Row, String>>, SeedError> {
        while self.read_line()? {
            let text = trimmed(&self.buffer);
            if !text.is_empty() {
                return Ok(Some(parse(text)));
            }
        }
        Ok(None)
    }
}

fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line).trim_ascii()
}

fn parse(text: &[u8]) -> Result<Row, String> {
    let mut fields = text.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let mut field = |name: &str| fields.next().ok_or_else(|| format!("{name} is missing"));
    let shown = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    let time = field("open_time_ms")?;
    let open_time: i64 = (std::str::from_utf8(time).ok().and_then(|time| time.parse().ok()))
        .ok_or_else(|| format!("open_time_ms {:?} is not a whole number", shown(time)))?;
    let mut number = |name: &str| {
        let text = field(name)?;
        Decimal::parse(text).map_err(|error| format!("{name} {:?}: {error}", shown(text)))
    };
    let (open, high, low, close) = (number("open")?, number("high")?, number("low")?, number("close")?);
    let volume = number("volume")?;
    if fields.next().is_some() {
        return Err("there are more than six fields".to_owned());
    }
    let row = Row { open_time: Timestamp::from_millis(open_time), prices: [open, high, low, close], volume };
    // Compared at the finest of their own scales.
    let scale = row.price_scale();
    let [open, high, low, close] = row.prices_at(scale).ok_or("its prices do not fit one scale")?;
    if low.is_zero() {
        return Err("a price is not above zero".to_owned());
    }
    if high < open.max(close).max(low) || low > open.min(close) {
        return Err("high and low do not enclose open and close".to_owned());
    }
    Ok(row)
}

impl Row {
    fn price_scale(&self) -> Scale {
        self.prices.iter().map(|price| price.scale).max().unwrap_or(Scale::of(0))
    }

    fn prices_at(&self, scale: Scale) -> Option<[Price; 4]> {
        let [open, high, low, close] =
            self.prices.map(|price| Price::from_mantissa(price.mantissa).rescaled(price.scale, scale));
        Some([open?, high?, low?, close?])
    }

    /// How many trades it had, and at which prices, the file does not tell: both are zero, meaning not known.
    fn candle(&self, interval: CandleInterval, scales: Scales) -> Option<Candle> {
        let [open, high, low, close] = self.prices_at(scales.price)?;
        let volume = Volume::from_mantissa(i128::from(self.volume.mantissa));
        let end = self.open_time.plus_millis(interval.seconds() * 1_000);
        Some(Candle {
            open_time: self.open_time,
            open,
            high,
            low,
            close,
            volume: volume.rescaled(self.volume.scale, scales.qty)?,
            quote_volume: Notional::ZERO,
            trades: 0,
            revision: 0,
            first_at: self.open_time,
            // It is closed: nothing of it comes later.
            last_at: end.plus_nanos(-1_000),
        })
    }
}

/// Reads all of a file and writes nothing. Without an interval the smallest step is it.
pub fn check(file: &Path, interval: Option<CandleInterval>) -> Result<Checked, SeedError> {
    let interval = match interval {
        Some(interval) => interval,
        None => smallest_step(file)?,
    };
    let mut rows = Rows::open(file)?;
    let mut faults = Faults::default();
    let (mut scales, mut count) = (Scales::of(0, 0), 0);
    let mut span: Option<(Timestamp, Timestamp)> = None;
    while let Some(row) = rows.next()? {
        let taken = row.and_then(|row| {
            fits(&row, interval, span.map(|(_, last)| last))?;
            Ok(row)
        });
        match taken {
            Err(reason) => faults.add(rows.line, reason),
            Ok(row) => {
                count += 1;
                scales = scales.finer(Scales { price: row.price_scale(), qty: row.volume.scale });
                span = Some((span.map_or(row.open_time, |(first, _)| first), row.open_time));
            }
        }
    }
    match span {
        Some(span) => Ok(Checked { interval, scales, rows: count, faults, span }),
        None if faults.count > 0 => {
            Err(SeedError::BadRows { file: file.to_owned(), rows: faults.count, faults })
        }
        None => Err(SeedError::Layout { file: file.to_owned(), reason: "it has no rows".to_owned() }),
    }
}

/// Whether a row may follow the last good one.
fn fits(row: &Row, interval: CandleInterval, last: Option<Timestamp>) -> Result<(), String> {
    // The market is not known yet, and is none of a candle's rules.
    let any = MarketKey::of(marketd_domain::Source::Live, &MarketId::new("", "", ""));
    let scales = Scales { price: row.price_scale(), qty: row.volume.scale };
    let candle = row.candle(interval, scales).ok_or("its numbers do not fit one scale")?;
    CandleRow::new(any, interval, scales, &candle).map_err(|error| error.to_string())?;
    match last {
        Some(last) if row.open_time <= last => Err("it is not later than the row before".to_owned()),
        _ => Ok(()),
    }
}

fn smallest_step(file: &Path) -> Result<CandleInterval, SeedError> {
    let mut rows = Rows::open(file)?;
    let (mut last, mut smallest) = (None, i64::MAX);
    while let Some(row) = rows.next()? {
        let Ok(row) = row else { continue };
        let at = row.open_time.millis();
        if let Some(last) = last
            && at > last
        {
            smallest = smallest.min(at - last);
        }
        last = Some(at);
    }
    let found = CandleInterval::ALL.into_iter().find(|interval| interval.seconds() * 1_000 == smallest);
    found.ok_or_else(|| SeedError::Layout {
        file: file.to_owned(),
        reason: "cannot tell its interval: name it with --interval".to_owned(),
    })
}

impl Seeder {
    /// Writes the candles of a file that was checked, and those of all longer intervals.
    pub(super) async fn candles(
        &self,
        file: &Path,
        market: &MarketId,
        checked: &Checked,
        progress: &Progress,
    ) -> Result<Seeded, SeedError> {
        let key = self.register(market.venue(), instrument_of(market, checked.scales)).await?;
        let mut rows = Rows::open(file)?;
        let mut batch = Vec::with_capacity(BATCH);
        let (mut seeded, mut written) = (Seeded { bad: checked.faults.count, ..Seeded::default() }, 0);
        let (mut last, mut told) = (None, 0);
        let mut is_end = false;
        while !is_end {
            let row = rows.next()?;
            is_end = row.is_none();
            let mut next = None;
            if let Some(Ok(row)) = row
                && fits(&row, checked.interval, last).is_ok()
            {
                last = Some(row.open_time);
                next = Some(row_at(key, checked, &row).map_err(|reason| SeedError::Layout {
                    file: file.to_owned(),
                    reason: format!("line {}: {reason}", rows.line),
                })?);
            }
            if is_end || next.is_some_and(|next| is_full(&batch, &next)) {
                let done = self.store.write_candles(&batch).await;
                add(&mut seeded.candles, done.map_err(|error| SeedError::from(error).at(file, written))?);
                written += batch.len() as u64;
                batch.clear();
                progress.advance(rows.bytes - std::mem::replace(&mut told, rows.bytes));
            }
            batch.extend(next);
        }
        let longer: Result<Written, SeedError> =
            rollup::upwards(self.store.as_ref(), key, checked.interval, checked.span).await;
        add(&mut seeded.candles, longer.map_err(|error| error.at(file, written))?);
        Ok(seeded)
    }
}

fn row_at(key: MarketKey, checked: &Checked, row: &Row) -> Result<CandleRow, String> {
    let candle = row
        .candle(checked.interval, checked.scales)
        .ok_or("its numbers do not fit the scale of the others")?;
    CandleRow::new(key, checked.interval, checked.scales, &candle).map_err(|error| error.to_string())
}

/// The instrument of a market that is known by name only.
fn instrument_of(market: &MarketId, scales: Scales) -> Instrument {
    let (_, pair) = market.as_str().split_once(':').unwrap_or_default();
    let (base, quote) = pair.split_once('-').unwrap_or((pair, ""));
    let symbol = venue_named(market.venue())
        .map_or_else(|| format!("{base}{quote}"), |venue| venue.symbol(base, quote));
    Instrument { scales, ..Instrument::unlisted(&symbol, base, quote) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_rows_say_what_is_wrong() {
        let check = |text: &str, expected: &str| {
            let reason = parse(text.as_bytes()).err().expect(text);
            assert!(reason.contains(expected), "{text}: {reason}");
        };
        assert!(parse(b"1522800000000,7424.91,7424.91,7422,7422,7.14319709").is_ok());
        assert!(parse(b"1522800000000, 5 ,5.000,5,5.0,0").is_ok());
        check("1522800000000,1,1,1,1", "volume is missing");
        check("1522800000000,1,1,1,1,1,1", "more than six");
        check("2018-04-04,1,1,1,1,1", "not a whole number");
        check("1522800000000,1,x,1,1,1", "high \"x\"");
        check("1522800000000,1,,1,1,1", "high \"\"");
        check("1522800000000,NaN,1,1,1,1", "open \"NaN\"");
        check("1522800000000,1,1,1,1,-1", "volume \"-1\"");
        check("1522800000000,1,1,0,1,1", "not above zero");
        check("1522800000000,3,2,1,1,1", "do not enclose");
        check("1522800000000,1,2,1.5,2,1", "do not enclose");
        check("1522800000000,1,99999999999999999999,1,2,1", "high");
    }
}
