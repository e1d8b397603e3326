//! When nobody listened: what is known of the time before this run, and what becomes a gap of it.
//!
//! While marketd runs it notes again and again, in the spool's file, until when everything that it received of a market
//! is in the store or in the spool. After a crash that is where the gap begins; it ends with the market's first book of
//! this run. Where nothing was noted (another machine, a spool that was lost) the last rows in the store say it.

use std::collections::{BTreeMap, BTreeSet};

use marketd_domain::Timestamp;
use marketd_store::{GapKind, GapRow, MarketKey};

/// Rows are lost, and nobody knows which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownLoss {
    /// Without one: since the last row that the store has.
    pub since: Option<Timestamp>,
    pub until: Timestamp,
}

#[derive(Debug)]
pub struct Offline {
    started_at: Timestamp,
    /// Until when we were alive before this run.
    noted: Option<BTreeMap<MarketKey, Timestamp>>,
    followed: BTreeSet<MarketKey>,
    /// First data of this run, for which there is no gap yet.
    begun: Vec<(MarketKey, Timestamp)>,
    /// Markets whose gaps of former runs end there.
    to_close: Vec<(MarketKey, Timestamp)>,
    losses: Vec<UnknownLoss>,
    listened_until: Option<Timestamp>,
}

impl Offline {
    pub const fn new(started_at: Timestamp) -> Self {
        Self {
            started_at,
            noted: None,
            followed: BTreeSet::new(),
            begun: Vec::new(),
            to_close: Vec::new(),
            losses: Vec::new(),
            listened_until: None,
        }
    }

    /// When this run began.
    pub const fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// What former runs have noted. Only the first time: what comes later is of this run.
    pub fn noted(&mut self, alive: Vec<(MarketKey, Timestamp)>) {
        self.noted.get_or_insert_with(|| alive.into_iter().collect());
    }

    pub fn first_data(&mut self, market: MarketKey, at: Timestamp) {
        if self.followed.insert(market) {
            self.begun.push((market, at));
            self.to_close.push((market, at));
        }
    }

    /// Markets that have had data in this run. Only theirs is the time until which we were alive: for the others the gap
    /// that began in a former run goes on.
    pub fn followed(&self) -> Vec<MarketKey> {
        self.followed.iter().copied().collect()
    }

    pub const fn stop_listening(&mut self, now: Timestamp) {
        if self.listened_until.is_none() {
            self.listened_until = Some(now);
        }
    }

    pub fn listens_until(&self, now: Timestamp) -> Timestamp {
        self.listened_until.map_or(now, |until| until.min(now))
    }

    /// Gaps of markets whose end before this run is known. Those that remain are in [`Self::unknown`].
    pub fn take_gaps(&mut self) -> Vec<GapRow> {
        let Some(noted) = &self.noted else { return Vec::new() };
        let mut gaps = Vec::new();
        self.begun.retain(|(market, first)| match noted.get(market) {
            Some(alive_until) => {
                gaps.extend(gap(*market, *alive_until, *first));
                false
            }
            None => true,
        });
        gaps
    }

    /// Markets of which nothing was noted, with their first data.
    pub fn unknown(&self) -> Vec<(MarketKey, Timestamp)> {
        self.begun.clone()
    }

    /// The last sign of a market in the store; without one it is new, and nothing is missing.
    pub fn found(&mut self, market: MarketKey, last_seen: Option<Timestamp>) -> Option<GapRow> {
        let at = self.begun.iter().position(|(begun, _)| *begun == market)?;
        let (_, first) = self.begun.remove(at);
        gap(market, last_seen?, first)
    }

    pub fn to_close(&self) -> Vec<(MarketKey, Timestamp)> {
        self.to_close.clone()
    }

    pub fn closed(&mut self, market: MarketKey) {
        self.to_close.retain(|(other, _)| *other != market);
    }

    pub fn lose(&mut self, loss: UnknownLoss) {
        self.losses.push(loss);
    }

    pub fn take_losses(&mut self) -> Vec<UnknownLoss> {
        std::mem::take(&mut self.losses)
    }
}

fn gap(market: MarketKey, since: Timestamp, until: Timestamp) -> Option<GapRow> {
    if since >= until {
        return None;
    }
    GapRow::new(market, GapKind::Offline, since, Some(until), 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use marketd_domain::{MarketId, Source};

    const START: i64 = 1_795_219_200_000;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(START + ms)
    }

    fn key(base: &str) -> MarketKey {
        MarketKey::of(Source::Live, &MarketId::new("binance", base, "USDT"))
    }

    fn spans(gaps: &[GapRow]) -> Vec<(MarketKey, Timestamp, Option<Timestamp>)> {
        gaps.iter().map(|gap| (gap.market(), gap.since(), gap.until())).collect()
    }

    #[test]
    fn the_gap_is_from_the_last_note_to_the_first_data() {
        let mut offline = Offline::new(at(1_000));
        offline.first_data(key("BTC"), at(1_500));
        assert_eq!(offline.take_gaps(), [], "nobody knows yet what was noted");
        offline.noted(vec![(key("BTC"), at(0)), (key("ETH"), at(0))]);
        assert_eq!(spans(&offline.take_gaps()), [(key("BTC"), at(0), Some(at(1_500)))]);
        // Another book of the same market is no first one.
        offline.first_data(key("BTC"), at(2_000));
        assert_eq!(offline.take_gaps(), []);
        assert_eq!(offline.followed(), [key("BTC")]);
    }

    #[test]
    fn without_a_note_the_store_says_it() {
        let mut offline = Offline::new(at(1_000));
        offline.noted(Vec::new());
        offline.first_data(key("BTC"), at(1_500));
        offline.first_data(key("ETH"), at(1_600));
        assert_eq!(offline.take_gaps(), []);
        assert_eq!(offline.unknown(), [(key("BTC"), at(1_500)), (key("ETH"), at(1_600))]);
        let gap = offline.found(key("BTC"), Some(at(500)));
        assert_eq!(spans(gap.as_slice()), [(key("BTC"), at(500), Some(at(1_500)))]);
        assert_eq!(offline.found(key("ETH"), None), None, "a market that is new has no gap");
        assert_eq!(offline.unknown(), []);
    }

    #[test]
    fn notes_of_this_run_are_not_taken_for_those_of_the_last() {
        let mut offline = Offline::new(at(1_000));
        offline.noted(vec![(key("BTC"), at(0))]);
        offline.noted(vec![(key("BTC"), at(9_000))]);
        offline.first_data(key("BTC"), at(10_000));
        assert_eq!(spans(&offline.take_gaps()), [(key("BTC"), at(0), Some(at(10_000)))]);
    }

    #[test]
    fn nobody_listens_once_the_feeds_end() {
        let mut offline = Offline::new(at(0));
        assert_eq!(offline.listens_until(at(5)), at(5));
        offline.stop_listening(at(6));
        assert_eq!(offline.listens_until(at(9)), at(6));
    }
}
