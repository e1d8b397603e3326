//! The ground floor of marketd: numbers, books, candles, tickers and market state.
//!
//! Invariant of the whole crate: no clock, no randomness, no I/O, no async. Time, ids and seeds come
//! in as arguments, so the same input gives the same state and the same output, bit for bit.

pub mod book;
pub mod candles;
pub mod checksum;
pub mod history;
pub mod identity;
pub mod instrument;
pub mod journal;
pub mod ledger;
pub mod market;
pub mod matching;
pub mod numbers;
pub mod past;
pub mod sandbox;
pub mod statistics;
pub mod ticker;
pub mod time;
pub mod trades;
pub mod update;
pub mod view;

pub use book::{Book, BookSide, Ladder, Level};
pub use candles::{Candle, CandleChange, CandleInterval, CandleSeries};
pub use checksum::VenueChecksum;
pub use history::History;
pub use instrument::{Instrument, MarketId, Source, Symbol};
pub use market::{MarketState, MarketStatus, StaleReason};
pub use numbers::{Notional, NumberError, Price, Qty, Scale, Scales};
pub use time::Timestamp;
pub use trades::{AggressorSide, Trade, TradeCursor, TradeId};
pub use update::{DepthUpdate, GapFound, MarketIndex, UpdateSink};
