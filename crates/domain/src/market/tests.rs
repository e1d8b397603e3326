use super::*;
use crate::book::Level;
use crate::history::{History, Latest};
use crate::numbers::{Price, Qty};
use crate::trades::AggressorSide;

fn market() -> MarketState {
    let instrument =
        Instrument { scales: Scales::of(2, 4), ..Instrument::unlisted("BTCUSDT", "BTC", "USDT") };
    MarketState::new(instrument, MarketLimits { trades: 4, candles: 10 }, Timestamp::ZERO)
}

fn update(bids: &[(i64, i64)], asks: &[(i64, i64)], at_ms: i64) -> DepthUpdate {
    let levels = |rows: &[(i64, i64)]| {
        rows.iter()
            .map(|(price, qty)| Level::new(Price::from_mantissa(*price), Qty::from_mantissa(*qty)))
            .collect()
    };
    DepthUpdate {
        bids: levels(bids),
        asks: levels(asks),
        ts_recv: Timestamp::from_millis(at_ms),
        ..DepthUpdate::default()
    }
}

fn trade(id: u64) -> Trade {
    Trade {
        id: TradeId::Number(id),
        price: Price::from_mantissa(100),
        qty: Qty::from_mantissa(1),
        aggressor: AggressorSide::Buy,
        ts_venue: Timestamp::from_millis(id as i64),
        ts_recv: Timestamp::ZERO,
        backfilled: false,
    }
}

fn status(market: &MarketState) -> (MarketStatus, Option<StaleReason>) {
    (market.status().status, market.status().reason)
}

#[test]
fn a_snapshot_makes_a_market_live_and_a_gap_makes_it_stale() {
    let mut market = market();
    assert_eq!(status(&market), (MarketStatus::Connecting, Some(StaleReason::Starting)));
    assert_eq!(market.apply_snapshot(&update(&[(100, 1)], &[(101, 1)], 5)), BookOutcome::Applied);
    assert_eq!(status(&market), (MarketStatus::Live, None));
    let gap = GapFound { expected: 7, found: 9, ts_recv: Timestamp::from_millis(6) };
    market.note_gap(gap);
    assert_eq!(status(&market), (MarketStatus::Stale, Some(StaleReason::Gap)));
    market.apply_snapshot(&update(&[(100, 2)], &[(101, 1)], 8));
    assert_eq!(status(&market), (MarketStatus::Live, None));
    assert_eq!(market.gaps(), [GapRecord { gap, closed_at: Some(Timestamp::from_millis(8)) }]);
    assert_eq!((market.counters().gaps, market.counters().resyncs), (1, 1));
}

#[test]
fn only_messages_that_change_the_book_move_its_sequence() {
    let mut market = market();
    market.apply_snapshot(&update(&[(100, 1)], &[(101, 1)], 0));
    assert_eq!(market.book_seq(), 1);
    market.apply_depth(&update(&[(100, 1), (90, 0)], &[], 1));
    assert_eq!(market.book_seq(), 1);
    market.apply_depth(&update(&[(100, 2)], &[], 2));
    assert_eq!(market.book_seq(), 2);
}

#[test]
fn changes_before_the_first_snapshot_make_no_book() {
    let mut market = market();
    market.apply_depth(&update(&[(100, 1)], &[], 0));
    assert!(market.book().is_empty() && !market.is_book_shown());
}

#[test]
fn a_crossed_book_is_held_back_and_then_doubted() {
    let mut market = market();
    market.apply_snapshot(&update(&[(100, 1)], &[(101, 1)], 0));
    assert_eq!(market.apply_depth(&update(&[(101, 1)], &[], 10)), BookOutcome::Crossed);
    assert!(!market.is_book_shown());
    assert_eq!(market.check_crossing(Timestamp::from_millis(110)), BookOutcome::Crossed);
    assert_eq!(market.apply_depth(&update(&[], &[(101, 0), (102, 1)], 110)), BookOutcome::Applied);
    assert!(market.is_book_shown());
    assert_eq!(market.apply_depth(&update(&[(102, 1)], &[], 200)), BookOutcome::Crossed);
    let doubted = BookOutcome::Doubtful(StaleReason::Crossed);
    assert_eq!(market.check_crossing(Timestamp::from_millis(301)), doubted);
    assert_eq!(status(&market), (MarketStatus::Stale, Some(StaleReason::Crossed)));
}

#[test]
fn a_snapshot_that_is_crossed_for_long_is_live_once_it_uncrosses() {
    let mut market = market();
    market.apply_snapshot(&update(&[(100, 1)], &[(101, 1)], 0));
    market.apply_depth(&update(&[(101, 1)], &[], 10));
    market.check_crossing(Timestamp::from_millis(200));
    assert_eq!(market.apply_snapshot(&update(&[(101, 1)], &[(101, 1)], 300)), BookOutcome::Crossed);
    let doubted = BookOutcome::Doubtful(StaleReason::Crossed);
    assert_eq!(market.check_crossing(Timestamp::from_millis(500)), doubted);
    market.apply_depth(&update(&[], &[(101, 0), (102, 1)], 600));
    assert_eq!(status(&market), (MarketStatus::Live, None));
}

#[test]
fn repeated_trades_are_counted_once_and_late_ones_kept() {
    let mut market = market();
    let taken = |market: &mut MarketState, id: u64| market.apply_trade(&trade(id)).is_some();
    for (id, new) in
        [(5, true), (5, false), (7, true), (6, true), (6, false), (7, false), (4, true), (8, true)]
    {
        assert_eq!(taken(&mut market, id), new, "trade {id}");
    }
    // The ring of four has forgotten 5; counting it again would be worse than refusing it.
    assert!(!taken(&mut market, 3));
    assert_eq!(market.counters().duplicates, 4);
    assert_eq!(market.ticker().view().trades, 5);
}

#[test]
fn rescaling_moves_everything_or_nothing() {
    let mut market = market();
    market.apply_snapshot(&update(&[(100, 15)], &[(101, 1)], 0));
    market.apply_trade(&trade(1));
    assert!(market.rescale(Scales::of(4, 4)));
    assert_eq!(market.book().bids().best().map(|level| level.price.mantissa()), Some(10_000));
    assert_eq!(market.ticker().view().high.map(Price::mantissa), Some(10_000));
    assert!(!market.rescale(Scales::of(4, 3)), "a quantity of 15 at four decimals needs four");
    assert_eq!(market.scales(), Scales::of(4, 4));
}

#[test]
fn a_crossed_book_is_held_back_also_when_its_checksum_does_not_hold() {
    let mut market = market();
    market.apply_snapshot(&update(&[(100, 1)], &[(101, 1)], 0));
    let wrong = Some(crate::checksum::VenueChecksum::KrakenV2(1));
    let crossing = DepthUpdate { checksum: wrong, ..update(&[(102, 1)], &[], 1) };
    let doubted = BookOutcome::Doubtful(StaleReason::ChecksumMismatch);
    assert_eq!(market.apply_depth(&crossing), doubted);
    assert!(!market.is_book_shown());
}

#[test]
fn a_market_that_starts_over_shows_no_book_until_its_next_snapshot() {
    let mut market = market();
    market.apply_snapshot(&update(&[(100, 1)], &[(101, 1)], 0));
    market.reset(Scales::of(1, 1), StaleReason::Precision, Timestamp::from_millis(1));
    market.apply_depth(&update(&[(99, 1)], &[], 2));
    assert!(!market.is_book_shown() && market.book().is_empty());
    assert_eq!(market.counters().snapshots, 1, "what was counted stays");
    market.apply_snapshot(&update(&[(10, 1)], &[(11, 1)], 3));
    assert!(market.is_book_shown());
}

#[test]
fn statuses_and_reasons_are_read_back_from_their_names() {
    for status in MarketStatus::ALL {
        assert_eq!(MarketStatus::parse(status.as_str()), Some(status));
    }
    for reason in StaleReason::ALL {
        assert_eq!(StaleReason::parse(reason.as_str()), Some(reason));
    }
    assert_eq!(StaleReason::parse("tired"), None);
}

#[test]
fn a_venue_that_numbers_anew_is_believed_once_its_trades_are_later_than_all_others() {
    let mut market = market();
    let at = |id: u64, ms: i64| Trade { ts_venue: Timestamp::from_millis(ms), ..trade(id) };
    let taken = |market: &mut MarketState, trade: Trade| market.apply_trade(&trade).is_some();
    for (trade, new) in [
        (at(896, 4_996), true),
        (at(897, 4_997), true),
        (at(898, 4_998), true),
        (at(900, 5_000), true),
        (at(901, 5_001), true),
        (at(901, 5_001), false),
        // Late, and known or not: never later than the others.
        (at(900, 5_000), false),
        (at(899, 4_999), true),
        (at(1, 6_001), false),
        (Trade { backfilled: true, ..at(1, 9_000) }, false),
        // Begun anew: 900 is another trade now.
        (at(2, 6_002), true),
        (at(3, 6_003), true),
        (at(2, 6_002), false),
        (at(900, 6_004), true),
        (at(900, 6_004), false),
    ] {
        assert_eq!(taken(&mut market, trade), new, "{trade:?}");
    }
}

#[test]
fn a_market_that_went_on_knows_the_trades_it_did_not_keep() {
    let mut market = market();
    let history = History {
        scales: Scales::of(2, 4),
        trades: Latest { items: (100..110).map(trade).collect(), is_cut: true },
        candles: Default::default(),
        is_tape_continued: true,
    };
    assert_eq!(market.held_scales(), None);
    market.resume(&history.reconcile());
    assert_eq!(
        (market.tape_end(), market.held_scales()),
        (Some((109, Timestamp::from_millis(109))), Some(Scales::of(2, 4)))
    );
    assert_eq!(market.trades().len(), 4, "as many as the ring holds");
    assert_eq!(market.ticker().view().trades, 0, "the minute began before the trades that were read");
    for (id, new) in [(50, false), (104, false), (108, false), (109, false), (110, true)] {
        assert_eq!(market.apply_trade(&trade(id)).is_some(), new, "trade {id}");
    }
}

#[test]
fn what_was_kept_shows_also_without_a_number_of_trades() {
    let minute = crate::candles::Candle {
        open_time: Timestamp::from_millis(60_000),
        open: Price::from_mantissa(5),
        high: Price::from_mantissa(9),
        low: Price::from_mantissa(4),
        close: Price::from_mantissa(6),
        volume: crate::numbers::Volume::from_mantissa(70),
        quote_volume: crate::numbers::Notional::ZERO,
        trades: 0,
        revision: 0,
        first_at: Timestamp::from_millis(60_000),
        last_at: Timestamp::from_millis(119_999),
    };
    let mut history = History {
        scales: Scales::of(2, 4),
        trades: Latest::default(),
        candles: Default::default(),
        is_tape_continued: true,
    };
    history.candles[CandleInterval::Minute1.index()].items.push(minute);
    let mut market = market();
    market.resume(&history.reconcile());
    let shown = |market: &MarketState| {
        let view = market.ticker().view();
        (view.high.map(Price::mantissa), view.low.map(Price::mantissa), view.volume.mantissa(), view.trades)
    };
    assert_eq!(shown(&market), (Some(9), Some(4), 70, 0));
    assert_eq!(market.candles(CandleInterval::Day1).len(), 1);
    market.apply_trade(&Trade { ts_venue: Timestamp::from_millis(120_000), ..trade(1) });
    assert_eq!(shown(&market), (Some(100), Some(4), 71, 1));
}
