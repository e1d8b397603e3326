//! The markets that the sandbox follows: which of them somebody trades in, and how far it has heard of each.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use marketd_domain::ledger::MarketNo;
use marketd_domain::market::MarketState;
use marketd_domain::sandbox::{
    BookRef, Command, Event, EventBody, MarketEvent, MarketListed, MarketRules, OrderId, Phase, Reject,
    VenueStatus,
};
use marketd_domain::trades::SequencedTrade;
use marketd_domain::{Instrument, Level, MarketIndex, Scales};
use marketd_protocol::code::ErrorCode;

use super::floor::Floor;
use super::gate::Refused;
use super::tap::{MarketNews, News, status_of};
use crate::board::MarketEntry;

/// A market that the ledger lists.
pub struct Followed {
    /// `None`: it was traded in once, and this server does not have it now.
    entry: Option<Arc<MarketEntry>>,
    is_followed: bool,
    epoch: u64,
    /// The last change of the book, and the last trade, that were taken in or came before.
    pub(super) book_seq: u64,
    trade_seq: u64,
    /// The rules that the sandbox was told last, in the market's scales of then.
    told: Option<(Scales, MarketRules)>,
    open_orders: HashSet<OrderId>,
    idle_since: Option<Instant>,
    /// Its number at the simulator that runs here, in whose book orders stand.
    pub(super) simulated: Option<MarketIndex>,
    /// They stand in the book of the simulator of this generation.
    pub(super) standing_in: Option<u64>,
}

impl Followed {
    fn new(entry: Option<Arc<MarketEntry>>) -> Self {
        Self {
            entry,
            is_followed: false,
            epoch: 0,
            book_seq: 0,
            trade_seq: 0,
            told: None,
            open_orders: HashSet::new(),
            idle_since: None,
            simulated: None,
            standing_in: None,
        }
    }

    pub const fn is_followed(&self) -> bool {
        self.is_followed
    }

    pub fn open_orders(&self) -> usize {
        self.open_orders.len()
    }
}

/// What the instrument and the configuration demand of orders.
fn rules_of(instrument: &Instrument, scales: Scales, floor: &Floor) -> MarketRules {
    let instrument = Instrument { scales, ..instrument.clone() };
    MarketRules {
        band_bps: floor.settings.band_bps,
        queue_model: floor.settings.queue_model,
        ..MarketRules::of(&instrument)
    }
}

impl Floor {
    /// Finds the board's markets of what the ledger lists, and which orders are open there.
    pub(super) fn know_markets(&mut self) {
        let ids: Vec<(MarketNo, String)> = (self.sandbox.ledger().markets())
            .map(|(market, terms)| (market, terms.market.as_str().to_owned()))
            .collect();
        for (market, id) in ids {
            self.followed.push(Followed::new(self.board.market(&id)));
            self.by_market.insert(id, market);
        }
        for order in self.sandbox.orders().filter(|order| order.phase != Phase::Done) {
            self.followed[order.request.market.index()].open_orders.insert(order.order_id);
        }
    }

    /// Keeps count of the open orders of each market.
    pub(super) fn note_open(&mut self, event: &Event) {
        let order_id = match &event.body {
            EventBody::OrderAccepted(accepted) => {
                let followed = &mut self.followed[accepted.request.market.index()];
                followed.open_orders.insert(accepted.order_id);
                followed.idle_since = None;
                return;
            }
            EventBody::OrderFilled(fill) => fill.order_id,
            EventBody::OrderEnded { order_id, .. } => *order_id,
            _ => return,
        };
        let ended = self.sandbox.order(order_id).filter(|order| order.phase == Phase::Done);
        if let Some(market) = ended.map(|order| order.request.market) {
            self.followed[market.index()].open_orders.remove(&order_id);
        }
    }

    /// The market of an order that is to be placed: listed when it is new, and followed.
    pub fn market(&mut self, id: &str) -> Result<MarketNo, Refused> {
        let unknown = || {
            let shown: String = id.chars().take(60).collect();
            (ErrorCode::UNKNOWN_MARKET, format!("unknown market {shown:?}"))
        };
        let entry = self.board.market(id).ok_or_else(unknown)?;
        let market = match self.by_market.get(id) {
            Some(market) => *market,
            None => self.list(&entry)?,
        };
        self.followed[market.index()].entry.get_or_insert(entry);
        self.follow(market);
        Ok(market)
    }

    /// A market that is listed already: of a filter, or of a limit.
    pub fn listed_market(&mut self, id: &str) -> Result<MarketNo, Refused> {
        match self.by_market.get(id) {
            Some(market) => Ok(*market),
            None => self.market(id),
        }
    }

    fn list(&mut self, entry: &MarketEntry) -> Result<MarketNo, Refused> {
        let instrument = {
            let state = entry.state().read();
            Instrument { scales: state.scales(), ..state.instrument().clone() }
        };
        let (base, quote) = (self.asset(&instrument.base)?, self.asset(&instrument.quote)?);
        let rules = rules_of(&instrument, instrument.scales, self);
        let listed = MarketListed { market: entry.id.clone(), base, quote, scales: instrument.scales, rules };
        match self.command(&Command::ListMarket(Box::new(listed)))? {
            marketd_domain::sandbox::Done::Market(market) => {
                self.followed.push(Followed::new(self.board.market(entry.id.as_str())));
                self.by_market.insert(entry.id.as_str().to_owned(), market);
                Ok(market)
            }
            _ => Err((ErrorCode::INTERNAL, "a market was not listed".to_owned())),
        }
    }

    /// Sees to it that the sandbox's book of a market is that of the board, and stays it.
    pub(super) fn follow(&mut self, market: MarketNo) {
        let followed = &self.followed[market.index()];
        let Some(entry) = followed.entry.clone() else { return };
        if followed.is_followed && entry.tap.is_open() && followed.epoch == entry.epoch() {
            return;
        }
        let Some(listener) = self.listener.clone() else { return };
        // Open first: what happens from here on is heard, and what is read below is not older.
        entry.tap.open(listener);
        let simulated = self.board.simulator().and_then(|shared| shared.index_of(entry.no));
        let followed = &mut self.followed[market.index()];
        (followed.is_followed, followed.simulated) = (true, simulated);
        self.read_board(market, &entry);
    }

    /// Takes a market over as it is on the board.
    fn read_board(&mut self, market: MarketNo, entry: &MarketEntry) {
        let state = entry.state().read();
        {
            let followed = &mut self.followed[market.index()];
            followed.epoch = entry.epoch();
            (followed.book_seq, followed.trade_seq) = (state.book_seq(), state.trades().last_seq());
        }
        let taken = self.take_over(market, &state);
        drop(state);
        if let Err(reject) = taken {
            tracing::error!(market = %entry.id, %reject, "the sandbox cannot follow this market");
            let halted = MarketEvent::Status(VenueStatus::Halted);
            if let Err(reject) = self.market_event(market, halted) {
                tracing::error!(market = %entry.id, %reject, "the sandbox cannot halt this market");
            }
        }
    }

    /// Numbers are the market's own: the sandbox knows how they come, and widens if it has to.
    fn take_over(&mut self, market: MarketNo, state: &MarketState) -> Result<(), Reject> {
        let scales = state.scales();
        self.market_event(market, MarketEvent::Rescaled(scales))?;
        self.tell_rules(market, scales, state.instrument())?;
        if self.terms_of(market).scales != scales {
            // Simulated markets keep their scales; one that was listed with finer ones is treated as any other.
            self.followed[market.index()].simulated = None;
        }
        let status = status_of(state);
        // A book that is behind may not fill anything: its status goes first. Of a live one the book goes first.
        if status != VenueStatus::Live {
            self.market_event(market, MarketEvent::Status(status))?;
        }
        if let Some(SequencedTrade { trade, .. }) = state.trades().last() {
            self.market_event(market, MarketEvent::Last(trade))?;
        }
        // Where orders stand in the venue's own book, that is read and not what is told of it.
        if state.has_book() && self.followed[market.index()].simulated.is_none() {
            let bids: Vec<Level> = state.book().bids().iter().collect();
            let asks: Vec<Level> = state.book().asks().iter().collect();
            let book = BookRef { book_seq: state.book_seq(), ts_venue: state.book_times().0 };
            self.market_event(market, MarketEvent::Snapshot { bids: &bids, asks: &asks, book })?;
        }
        if status == VenueStatus::Live {
            self.market_event(market, MarketEvent::Status(status))?;
        }
        Ok(())
    }

    /// Rules are events of the journal, so the same ones are not told again.
    fn tell_rules(
        &mut self,
        market: MarketNo,
        scales: Scales,
        instrument: &Instrument,
    ) -> Result<(), Reject> {
        let rules = rules_of(instrument, scales, self);
        let is_known = self.terms_of(market).scales == scales
            && self.sandbox.market_rules(market) == Some(&rules)
            || self.followed[market.index()].told == Some((scales, rules));
        if !is_known {
            self.market_event(market, MarketEvent::Rules(&rules))?;
        }
        self.followed[market.index()].told = Some((scales, rules));
        Ok(())
    }

    /// News of a market has come.
    pub(super) fn hear(&mut self, news: MarketNews) {
        let Some(entry) = self.board.market_no(news.market) else { return };
        let Some(market) = self.by_market.get(entry.id.as_str()).copied() else { return };
        let followed = &self.followed[market.index()];
        if !followed.is_followed {
            return;
        }
        if news.epoch > followed.epoch {
            self.read_board(market, &entry);
        }
        // Of an epoch that is over, numbers and scales mean something else; what it came to was read from the board.
        if news.epoch != self.followed[market.index()].epoch {
            return;
        }
        for item in news.news {
            if let Err(reject) = self.hear_one(market, &entry, item) {
                tracing::warn!(market = %entry.id, %reject, "the sandbox reads this market anew");
                self.read_board(market, &entry);
            }
        }
        self.look_at_simulated();
    }

    fn hear_one(&mut self, market: MarketNo, entry: &MarketEntry, item: News) -> Result<(), Reject> {
        match item {
            News::Anew => {
                self.read_board(market, entry);
                Ok(())
            }
            News::Executed => Ok(()),
            News::Status(status) => self.market_event(market, MarketEvent::Status(status)),
            News::Book { bids, asks, book_seq, ts_venue } => {
                let followed = &mut self.followed[market.index()];
                if book_seq <= followed.book_seq {
                    return Ok(());
                }
                followed.book_seq = book_seq;
                if followed.simulated.is_some() {
                    return Ok(());
                }
                let book = BookRef { book_seq, ts_venue };
                self.market_event(market, MarketEvent::Changes { bids: &bids, asks: &asks, book })
            }
            News::Print(SequencedTrade { seq, trade }) => {
                let followed = &mut self.followed[market.index()];
                if seq <= followed.trade_seq {
                    return Ok(());
                }
                followed.trade_seq = seq;
                self.market_event(market, MarketEvent::Print(&trade))
            }
        }
    }

    /// Follows the markets with open orders, also those whose news got lost, and lets go of those where nothing happens.
    pub(super) fn look_after_markets(&mut self, now: Instant) {
        for number in 0..self.followed.len() {
            let market = MarketNo::new(number as u32);
            let followed = &mut self.followed[number];
            if !followed.open_orders.is_empty() {
                if followed.entry.is_none() {
                    let id = self.market_id(market).as_str().to_owned();
                    self.followed[number].entry = self.board.market(&id);
                }
                self.follow(market);
                continue;
            }
            if !followed.is_followed {
                continue;
            }
            let idle_since = *followed.idle_since.get_or_insert(now);
            if now.saturating_duration_since(idle_since) >= self.settings.idle {
                self.let_go(market);
            }
        }
    }

    fn let_go(&mut self, market: MarketNo) {
        let followed = &mut self.followed[market.index()];
        followed.is_followed = false;
        followed.idle_since = None;
        if let Some(entry) = &followed.entry {
            entry.tap.close();
        }
    }

    /// Hears nothing any more: while the store is away nothing may happen.
    pub(super) fn let_go_of_all(&mut self) {
        for number in 0..self.followed.len() {
            let market = MarketNo::new(number as u32);
            let has_orders = !self.followed[number].open_orders.is_empty();
            self.let_go(market);
            // What falls due must not meet the book that was known last.
            if has_orders && self.sandbox.market_status(market) == Some(VenueStatus::Live) {
                let stale = MarketEvent::Status(VenueStatus::Stale);
                let _ = self.market_event(market, stale);
            }
        }
        self.look_at_simulated();
    }

    /// How many markets are followed, and how many orders are open.
    pub fn open_counts(&self) -> (usize, usize) {
        let followed = self.followed.iter().filter(|followed| followed.is_followed()).count();
        (followed, self.followed.iter().map(Followed::open_orders).sum())
    }
}
