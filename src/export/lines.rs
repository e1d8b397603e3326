//! A row a line: the same lines that REST answers with.

use std::fs::File;
use std::io::{BufWriter, Write};

use marketd_domain::{BookSide, CandleInterval, Level};
use marketd_protocol::csv;
use marketd_protocol::json::{push_i64, push_string, push_u64};
use marketd_protocol::rest::{ShownCandle, ShownTrade, push_shown_candle, push_shown_trade};
use marketd_store::SnapshotRow;

use super::{Sink, What};

type Out = BufWriter<File>;

fn file_of(out: Out) -> anyhow::Result<File> {
    Ok(out.into_inner().map_err(std::io::IntoInnerError::into_error)?)
}

fn levels(snapshot: &SnapshotRow) -> impl Iterator<Item = (BookSide, Level)> {
    let bids = snapshot.bids().iter().map(|level| (BookSide::Bid, *level));
    bids.chain(snapshot.asks().iter().map(|level| (BookSide::Ask, *level)))
}

pub(super) struct Csv {
    out: Out,
    line: Vec<u8>,
}

impl Csv {
    pub(super) fn new(mut out: Out, what: What) -> anyhow::Result<Self> {
        match what {
            What::Trades => out.write_all(csv::TRADES.as_bytes())?,
            What::Candles => out.write_all(csv::CANDLES.as_bytes())?,
            What::Snapshots => {
                out.write_all(b"ts_recv,ts_venue,epoch,seq,")?;
                out.write_all(csv::LEVELS.as_bytes())?;
            }
        }
        Ok(Self { out, line: Vec::new() })
    }

    fn put(&mut self) -> anyhow::Result<()> {
        self.out.write_all(&self.line)?;
        self.line.clear();
        Ok(())
    }
}

impl Sink for Csv {
    fn trade(&mut self, trade: &ShownTrade) -> anyhow::Result<()> {
        csv::push_trade(&mut self.line, trade);
        self.put()
    }

    fn candle(&mut self, candle: &ShownCandle) -> anyhow::Result<()> {
        csv::push_candle(&mut self.line, candle);
        self.put()
    }

    fn snapshot(&mut self, snapshot: &SnapshotRow) -> anyhow::Result<()> {
        let moment = snapshot.moment();
        for (side, level) in levels(snapshot) {
            for time in [moment.ts_recv, moment.ts_venue] {
                push_i64(&mut self.line, time.micros());
                self.line.push(b',');
            }
            for count in [moment.epoch, moment.book_seq] {
                push_u64(&mut self.line, count);
                self.line.push(b',');
            }
            csv::push_level(&mut self.line, side, level, snapshot.scales());
            self.put()?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> anyhow::Result<File> {
        file_of(self.out)
    }
}

pub(super) struct Ndjson {
    out: Out,
    interval: CandleInterval,
    line: Vec<u8>,
}

impl Ndjson {
    pub(super) const fn new(out: Out, interval: CandleInterval) -> Self {
        Self { out, interval, line: Vec::new() }
    }

    fn put(&mut self) -> anyhow::Result<()> {
        self.line.push(b'\n');
        self.out.write_all(&self.line)?;
        self.line.clear();
        Ok(())
    }
}

impl Sink for Ndjson {
    fn trade(&mut self, trade: &ShownTrade) -> anyhow::Result<()> {
        push_shown_trade(&mut self.line, trade);
        self.put()
    }

    fn candle(&mut self, candle: &ShownCandle) -> anyhow::Result<()> {
        push_shown_candle(&mut self.line, candle);
        // Files of several intervals are told apart by their lines.
        self.line.pop();
        self.line.extend_from_slice(b",\"interval\":");
        push_string(&mut self.line, self.interval.as_str());
        self.line.push(b'}');
        self.put()
    }

    fn snapshot(&mut self, snapshot: &SnapshotRow) -> anyhow::Result<()> {
        let moment = snapshot.moment();
        for (side, level) in levels(snapshot) {
            csv::push_level_object(&mut self.line, side, level, snapshot.scales());
            self.line.pop();
            for (name, value) in [
                (&b",\"ts_recv\":"[..], moment.ts_recv.micros()),
                (b",\"ts_venue\":", moment.ts_venue.micros()),
                (b",\"epoch\":", moment.epoch.cast_signed()),
                (b",\"seq\":", moment.book_seq.cast_signed()),
            ] {
                self.line.extend_from_slice(name);
                push_i64(&mut self.line, value);
            }
            self.line.push(b'}');
            self.put()?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> anyhow::Result<File> {
        file_of(self.out)
    }
}
