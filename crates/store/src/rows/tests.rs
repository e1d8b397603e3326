use marketd_domain::instrument::{MarketId, Source};
use marketd_domain::{AggressorSide, Price, Qty, Trade, TradeId};

use super::trade::id_of_halves;
use super::*;

fn market() -> MarketKey {
    MarketKey::of(Source::Live, &MarketId::new("binance", "BTC", "USDT"))
}

fn trade(id: TradeId, ts_us: i64) -> Trade {
    Trade {
        id,
        price: Price::from_mantissa(i64::MAX),
        qty: Qty::from_mantissa(i64::MIN),
        aggressor: AggressorSide::Sell,
        ts_venue: Timestamp::from_nanos(ts_us * 1_000 + 999),
        ts_recv: Timestamp::ZERO,
        backfilled: false,
    }
}

const SOME_US: i64 = 1_700_000_000_000_000;

#[test]
fn trade_ids_survive_their_halves() {
    let check = |id: TradeId, halves: (i64, i64)| {
        let row = TradeRow::new(market(), Scales::of(2, 8), &trade(id, SOME_US)).expect("a valid id");
        let cursor = row.cursor();
        assert_eq!((cursor.id_high, cursor.id_low), halves, "{id}");
        assert_eq!(id_of_halves(cursor.id_high, cursor.id_low), Ok(id));
    };
    check(TradeId::Number(0), (0, 0));
    check(TradeId::Number(i64::MAX as u64), (0, i64::MAX));
    check(TradeId::Number(i64::MAX as u64 + 1), (1, 0));
    check(TradeId::Number(u64::MAX), (1, i64::MAX));
    check(TradeId::Uuid(u128::MAX), (-1, -1));
    check(
        TradeId::parse("2290e3a1-0c5c-5d71-9d3c-3b7cfd0e5a11"),
        (0x2290_e3a1_0c5c_5d71, 0x9d3c_3b7c_fd0e_5a11_u64.cast_signed()),
    );
}

#[test]
fn numbers_rise_with_their_cursors() {
    let cursor = |number: u64| {
        TradeRow::new(market(), Scales::of(2, 8), &trade(TradeId::Number(number), SOME_US))
            .expect("a valid id")
            .cursor()
    };
    let numbers = [0, 1, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX];
    assert!(numbers.is_sorted_by(|one, next| cursor(*one) < cursor(*next)));
}

#[test]
fn what_has_no_natural_key_is_no_row() {
    let check = |id: TradeId, ts_us: i64, error: RowError| {
        assert_eq!(TradeRow::new(market(), Scales::of(2, 8), &trade(id, ts_us)), Err(error));
    };
    check(TradeId::None, SOME_US, RowError::TradeWithoutId);
    check(TradeId::Number(1), 0, RowError::TimeOutOfRange(0));
    check(TradeId::Number(1), 9_000_000_000_000_000, RowError::TimeOutOfRange(9_000_000_000_000_000));
    let like_a_number = TradeId::Uuid(7);
    check(like_a_number, SOME_US, RowError::TradeId(like_a_number.to_string()));
}

#[test]
fn a_row_holds_what_will_be_read_back() {
    let row = TradeRow::new(market(), Scales::of(2, 8), &trade(TradeId::Number(1), SOME_US));
    let ts_venue = row.expect("a valid row").trade().ts_venue;
    assert_eq!(ts_venue.nanos(), SOME_US * 1_000);
}

#[test]
fn a_candle_begins_where_its_interval_does() {
    let candle = |open_us: i64| Candle {
        open_time: Timestamp::from_micros(open_us),
        open: Price::ZERO,
        high: Price::ZERO,
        low: Price::ZERO,
        close: Price::ZERO,
        volume: Default::default(),
        quote_volume: Default::default(),
        trades: 1,
        revision: 0,
        first_at: Timestamp::from_micros(open_us),
        last_at: Timestamp::from_micros(open_us),
    };
    let minute = |open_us: i64| {
        CandleRow::new(market(), CandleInterval::Minute1, Scales::of(2, 8), &candle(open_us)).map(|_| ())
    };
    assert_eq!(minute(1_700_000_040_000_000), Ok(()));
    let wrong = RowError::CandleStart { interval: "1m", open_us: 1_700_000_041_000_000 };
    assert_eq!(minute(1_700_000_041_000_000), Err(wrong));
}

#[test]
fn keys_are_those_of_yesterday() {
    // Stored rows depend on these numbers: a change of the rule would orphan them.
    let key = |source: Source, id: MarketId| MarketKey::of(source, &id).get();
    assert_eq!(key(Source::Live, MarketId::new("binance", "BTC", "USDT")), KEY_LIVE);
    assert_eq!(key(Source::Replay, MarketId::new("binance", "BTC", "USDT")), KEY_REPLAY);
    assert!((0..1 << 53).contains(&KEY_LIVE) && KEY_LIVE != KEY_REPLAY);
}

const KEY_LIVE: i64 = 5_089_677_130_487_367;
const KEY_REPLAY: i64 = 4_382_780_482_467_724;

#[test]
fn gap_kinds_are_read_back_from_their_names() {
    let kinds = [GapKind::Venue { expected: 1, found: 2 }, GapKind::Offline];
    for kind in kinds.into_iter().chain(Family::ALL.map(GapKind::Unstored)) {
        let (expected, found) = kind.sequences();
        assert_eq!(GapKind::parse(kind.as_str(), expected, found), Ok(kind));
    }
    assert_eq!(GapKind::parse("lunch", 0, 0), Err(RowError::unknown("kind of gap", "lunch")));
}
