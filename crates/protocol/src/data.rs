//! A data frame's content, in the encoding that its readers asked for.

use marketd_domain::candles::Candle;
use marketd_domain::market::StatusReport;
use marketd_domain::ticker::TickerView;
use marketd_domain::trades::SequencedTrade;
use marketd_domain::{Book, Level, Scales};

use crate::form::Encoding;
use crate::frame::{self, FrameHead, FramePrefix};
use crate::msgpack;

/// A frame whose head has been written; one of the methods ends it.
#[must_use = "a frame without its channel's part is broken"]
pub struct DataFrame<'a> {
    encoding: Encoding,
    out: &'a mut Vec<u8>,
    scales: Scales,
}

impl<'a> DataFrame<'a> {
    /// Appends to `out` what every channel's frames begin with.
    pub fn begin(
        encoding: Encoding,
        out: &'a mut Vec<u8>,
        prefix: &FramePrefix,
        head: &FrameHead,
        scales: Scales,
    ) -> Self {
        match encoding {
            Encoding::Json => frame::push_head(out, prefix, head),
            Encoding::Msgpack => msgpack::push_head(out, prefix.channel, &prefix.msgpack, head, scales),
        }
        Self { encoding, out, scales }
    }

    /// Levels with their new quantities; zero removes.
    pub fn book(
        self,
        bids: impl Iterator<Item = Level>,
        asks: impl Iterator<Item = Level>,
        checksum: Option<u32>,
    ) {
        match self.encoding {
            Encoding::Json => frame::push_book(self.out, self.scales, bids, asks, checksum),
            Encoding::Msgpack => msgpack::push_book(self.out, bids, asks, checksum),
        }
    }

    pub fn bbo(self, bid: Option<Level>, ask: Option<Level>) {
        match self.encoding {
            Encoding::Json => frame::push_bbo(self.out, self.scales, bid, ask),
            Encoding::Msgpack => msgpack::push_bbo(self.out, bid, ask),
        }
    }

    pub fn trades<'t>(self, trades: impl Iterator<Item = &'t SequencedTrade>) {
        match self.encoding {
            Encoding::Json => frame::push_trades(self.out, self.scales, trades),
            Encoding::Msgpack => msgpack::push_trades(self.out, trades),
        }
    }

    /// Tells a reader of trades which of them it will not get.
    pub fn lagged(self, from: u64, to: u64) {
        match self.encoding {
            Encoding::Json => frame::push_lagged(self.out, from, to),
            Encoding::Msgpack => msgpack::push_lagged(self.out, from, to),
        }
    }

    pub fn ticker(self, ticker: &TickerView, book: &Book) {
        match self.encoding {
            Encoding::Json => frame::push_ticker(self.out, self.scales, ticker, book),
            Encoding::Msgpack => msgpack::push_ticker(self.out, self.scales, ticker, book),
        }
    }

    /// Candles with whether a later one has begun.
    pub fn candles<'c>(self, candles: impl Iterator<Item = (&'c Candle, bool)>) {
        match self.encoding {
            Encoding::Json => frame::push_candles(self.out, self.scales, candles),
            Encoding::Msgpack => msgpack::push_candles(self.out, self.scales, candles),
        }
    }

    pub fn status(self, report: &StatusReport) {
        match self.encoding {
            Encoding::Json => frame::push_status(self.out, report),
            Encoding::Msgpack => msgpack::push_status(self.out, report),
        }
    }
}
