//! What the sandbox hears of a market: only while somebody has orders there.
//!
//! The market's actor pushes news while the tap is open. The sandbox opens it and then reads the market's state from the
//! board, so whatever it hears twice it knows by the numbers of book and trades. News that does not fit into the sandbox's
//! mailbox is dropped and the tap closed: the sandbox finds that out, and reads the state again.

use std::sync::atomic::{AtomicBool, Ordering};

use actix::prelude::*;
use marketd_domain::book::BookChanges;
use marketd_domain::market::MarketState;
use marketd_domain::sandbox::VenueStatus;
use marketd_domain::trades::SequencedTrade;
use marketd_domain::{Level, MarketStatus, StaleReason, Timestamp};
use parking_lot::RwLock;

use crate::board::MarketNo;

/// One thing that happened, in the market's scales.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Levels that changed; quantity zero removes.
    Book {
        bids: Vec<Level>,
        asks: Vec<Level>,
        book_seq: u64,
        ts_venue: Timestamp,
    },
    Print(SequencedTrade),
    Status(VenueStatus),
    /// Orders that stand in the venue's own book were met there; what happened is to be read there.
    Executed,
    /// The book came anew, or rules or scales changed: what is known is to be read again from the board.
    Anew,
}

/// News of a market, in order.
#[derive(Message, Debug)]
#[rtype(result = "()")]
pub struct MarketNews {
    pub market: MarketNo,
    pub epoch: u64,
    pub news: Vec<News>,
}

/// The sandbox's ear at one market.
#[derive(Default)]
pub struct Tap {
    is_open: AtomicBool,
    listener: RwLock<Option<Recipient<MarketNews>>>,
}

impl Tap {
    pub fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Acquire)
    }

    pub fn open(&self, listener: Recipient<MarketNews>) {
        *self.listener.write() = Some(listener);
        self.is_open.store(true, Ordering::Release);
    }

    pub fn close(&self) {
        self.is_open.store(false, Ordering::Release);
        *self.listener.write() = None;
    }

    /// Sends what has gathered; closes the tap when the sandbox cannot take it.
    pub fn send(&self, market: MarketNo, epoch: u64, news: Vec<News>) {
        if news.is_empty() {
            return;
        }
        let listener = self.listener.read().clone();
        let is_sent =
            listener.is_some_and(|listener| listener.try_send(MarketNews { market, epoch, news }).is_ok());
        if !is_sent {
            self.close();
        }
    }
}

impl News {
    pub fn of_book(state: &MarketState, changes: &BookChanges) -> Self {
        let (ts_venue, _) = state.book_times();
        Self::Book {
            bids: changes.bids.clone(),
            asks: changes.asks.clone(),
            book_seq: state.book_seq(),
            ts_venue,
        }
    }

    pub fn of_status(state: &MarketState) -> Self {
        Self::Status(status_of(state))
    }
}

/// What a market's status means for orders.
pub fn status_of(state: &MarketState) -> VenueStatus {
    let report = state.status();
    match report.status {
        MarketStatus::Connecting => VenueStatus::Connecting,
        MarketStatus::Live => VenueStatus::Live,
        MarketStatus::Stale => VenueStatus::Stale,
        MarketStatus::Halted if report.reason == Some(StaleReason::Delisted) => VenueStatus::Delisted,
        MarketStatus::Halted => VenueStatus::Halted,
    }
}
