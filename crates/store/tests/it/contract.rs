//! What every store does, run against both.

use std::sync::Arc;

use marketd_domain::book::Level;
use marketd_domain::market::StatusReport;
use marketd_domain::numbers::Volume;
use marketd_domain::{
    AggressorSide, Candle, CandleInterval, GapFound, MarketStatus, Notional, Price, Qty, Scales, StaleReason,
    Trade, TradeId,
};
use marketd_store::{
    CandleRow, Family, Fault, GapKind, GapRow, Retention, SnapshotMoment, SnapshotRow, StatusRow, TimeRange,
    TradeRow, Written,
};

use crate::support::{
    DAY_US, Database, MIDNIGHT_US, SCALES, all_trades, at, candle, delta_row, market, minute_row, record,
    trade, trade_row, trade_rows,
};

macro_rules! contract {
    ($($case:ident),+ $(,)?) => {
        mod postgres {
            $(#[tokio::test]
            async fn $case() {
                if let Some(database) = crate::support::postgres().await {
                    super::$case(&database).await;
                }
            })+
        }

        mod sqlite {
            $(#[tokio::test]
            async fn $case() {
                if let Some(database) = crate::support::sqlite().await {
                    super::$case(&database).await;
                }
            })+
        }
    };
}

contract! {
    trades_come_back_exactly,
    candles_come_back_exactly,
    snapshots_come_back_exactly,
    statuses_come_back_and_move_the_market,
    gaps_close_and_grow_but_never_shrink,
    markets_are_registered_once_and_follow_their_rules,
    another_market_with_the_same_key_is_refused,
    writing_again_changes_nothing,
    duplicates_in_a_batch_are_one_row,
    a_batch_that_is_partly_known_stores_the_rest,
    batches_of_any_size_are_whole,
    a_batch_may_span_days,
    pages_have_no_seam,
    the_better_candle_stays,
    candle_ranges_are_half_open_and_cut_at_the_right_end,
    the_snapshot_of_a_moment_is_the_latest_before_it,
    writers_of_the_same_rows_agree,
    what_is_too_old_goes_and_the_rest_stays,
    markets_are_kept_apart,
    empty_batches_are_nothing,
}

fn written(stored: u64, known: u64) -> Written {
    Written { stored, known }
}

async fn trades_come_back_exactly(database: &Database) {
    let store = &database.store;
    let ids = [
        TradeId::Number(0),
        TradeId::Number(u64::MAX),
        TradeId::Number(i64::MAX as u64),
        TradeId::parse("2290e3a1-0c5c-5d71-9d3c-3b7cfd0e5a11"),
        TradeId::Uuid(u128::MAX),
    ];
    let numbers = [i64::MIN, -1, 0, 1, i64::MAX];
    let mut rows: Vec<TradeRow> = std::iter::zip(ids, numbers)
        .enumerate()
        .map(|(nth, (id, number))| {
            let given = Trade {
                price: Price::from_mantissa(number),
                qty: Qty::from_mantissa(number.wrapping_neg()),
                aggressor: if nth % 2 == 0 { AggressorSide::Sell } else { AggressorSide::Buy },
                backfilled: nth % 2 == 1,
                ..trade(id, MIDNIGHT_US + 7)
            };
            TradeRow::new(market(), Scales::of(18, nth as u8), &given).expect("a valid row")
        })
        .collect();
    assert_eq!(store.write_trades(&rows).await.expect("a write"), written(5, 0));
    rows.sort_by_key(TradeRow::cursor);
    assert_eq!(all_trades(&**store).await, rows);
}

async fn candles_come_back_exactly(database: &Database) {
    for interval in CandleInterval::ALL {
        let open_time = interval.open_time(at(MIDNIGHT_US));
        let given = Candle {
            open_time,
            open: Price::from_mantissa(i64::MIN),
            high: Price::from_mantissa(i64::MAX),
            volume: Volume::from_mantissa(i128::MAX),
            quote_volume: Notional::from_mantissa(i128::MIN),
            trades: i64::MAX as u64,
            revision: u32::MAX,
            ..candle(0, 1, 0)
        };
        let row = CandleRow::new(market(), interval, Scales::of(0, 18), &given).expect("a valid row");
        database.store.write_candles(&[row]).await.expect("a write");
        let read = database.store.candles(market(), interval, TimeRange::default(), 10).await;
        assert_eq!(read.expect("a read"), [row]);
    }
}

fn snapshot(us: i64, book_seq: u64) -> SnapshotRow {
    let level = |price: i64, qty: i64| Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty));
    let moment = SnapshotMoment { ts_recv: at(us), ts_venue: at(0), epoch: 5, book_seq, venue_seq: u64::MAX };
    let (bids, asks) =
        (vec![level(i64::MAX, i64::MIN), level(6_000_009, 1)], vec![level(i64::MIN, i64::MAX)]);
    SnapshotRow::new(market(), SCALES, moment, bids, asks).expect("a valid row")
}

async fn snapshots_come_back_exactly(database: &Database) {
    let row = snapshot(MIDNIGHT_US, i64::MAX as u64);
    assert_eq!(
        database.store.write_snapshots(std::slice::from_ref(&row)).await.expect("a write"),
        written(1, 0)
    );
    assert_eq!(database.store.snapshot_at(market(), at(MIDNIGHT_US)).await.expect("a read"), Some(row));
}

fn status(us: i64, status_seq: u64, status: MarketStatus, reason: Option<StaleReason>) -> StatusRow {
    StatusRow::new(market(), StatusReport { status, reason, since: at(us) }, status_seq).expect("a valid row")
}

async fn statuses_come_back_and_move_the_market(database: &Database) {
    let store = &database.store;
    store.register_market(&record("BTC")).await.expect("a market");
    let rows = [
        status(MIDNIGHT_US, 1, MarketStatus::Connecting, Some(StaleReason::Starting)),
        status(MIDNIGHT_US + 5, 2, MarketStatus::Live, None),
        status(MIDNIGHT_US + 5, 3, MarketStatus::Stale, Some(StaleReason::Gap)),
    ];
    assert_eq!(store.write_statuses(&rows).await.expect("a write"), written(3, 0));
    assert_eq!(store.statuses(market(), TimeRange::default(), 10).await.expect("a read"), rows);
    let from_second = TimeRange { start: Some(at(MIDNIGHT_US + 1)), end: None };
    assert_eq!(store.statuses(market(), from_second, 1).await.expect("a read"), rows[1..2]);
    assert_eq!(database.text("select status from markets").await, "stale");
    // What comes late, from a spool, does not move it back.
    store.write_statuses(&rows[1..2]).await.expect("a write");
    store
        .write_statuses(&[status(MIDNIGHT_US + 1, 9, MarketStatus::Halted, Some(StaleReason::Suspended))])
        .await
        .expect("a write");
    assert_ne!(database.text("select status from markets").await, "halted");
}

async fn gaps_close_and_grow_but_never_shrink(database: &Database) {
    let store = &database.store;
    let found = GapFound { expected: u64::MAX - 1, found: u64::MAX, ts_recv: at(MIDNIGHT_US) };
    let of_venue = |until| GapRow::of_venue(market(), found, until).expect("a valid row");
    let lost = |until, rows| {
        GapRow::new(market(), GapKind::Unstored(Family::Trades), at(MIDNIGHT_US), until, rows)
            .expect("a valid row")
    };
    let offline = GapRow::new(market(), GapKind::Offline, at(MIDNIGHT_US - 9), None, 0).expect("a valid row");
    let open = [offline, lost(None, 5), of_venue(None)];
    assert_eq!(store.write_gaps(&open).await.expect("a write"), written(3, 0));
    assert_eq!(store.gaps(market(), TimeRange::default(), 10).await.expect("a read"), open);

    let closed_at = Some(at(MIDNIGHT_US + 1_000));
    let closed = [of_venue(closed_at), lost(closed_at, 9)];
    assert_eq!(store.write_gaps(&closed).await.expect("a write"), written(2, 0));
    let older = [of_venue(None), lost(None, 3)];
    assert_eq!(store.write_gaps(&older).await.expect("a write"), written(0, 2));
    let from_midnight = TimeRange { start: Some(at(MIDNIGHT_US)), end: None };
    let read = store.gaps(market(), from_midnight, 10).await.expect("a read");
    assert_eq!(read, [lost(closed_at, 9), of_venue(closed_at)]);
}

async fn markets_are_registered_once_and_follow_their_rules(database: &Database) {
    let store = &database.store;
    assert_eq!(store.register_market(&record("BTC")).await.expect("a market"), market());
    store.register_market(&record("BTC")).await.expect("the same market");
    let mut changed = record("ETH");
    store.register_market(&changed).await.expect("another market");
    changed.instrument.tick_size = None;
    changed.instrument.max_depth = Some(1_000);
    changed.instrument.scales = Scales::of(18, 0);
    store.register_market(&changed).await.expect("with other rules");
    assert_eq!(store.markets().await.expect("a read"), [record("BTC"), changed]);
}

async fn another_market_with_the_same_key_is_refused(database: &Database) {
    let store = &database.store;
    store.register_market(&record("BTC")).await.expect("a market");
    database.execute("update markets set base = 'OTHER'").await;
    let refused = store.register_market(&record("BTC")).await.expect_err("two markets of one key");
    assert_eq!((refused.fault(), refused.is_retryable()), (Fault::Refused, false), "{refused}");
    assert_eq!(store.markets().await.expect("a read")[0].instrument.base, "OTHER");
    database.execute("update venues set name = 'elsewhere'").await;
    let refused = store.register_market(&record("ETH")).await.expect_err("two venues of one key");
    assert_eq!(refused.fault(), Fault::Refused, "{refused}");
}

async fn writing_again_changes_nothing(database: &Database) {
    let store = &database.store;
    let trades = trade_rows(1, 600);
    let candles: Vec<CandleRow> = (0..60).map(|minute| minute_row(&candle(minute, 3, 1))).collect();
    let snapshots = [snapshot(MIDNIGHT_US, 1), snapshot(MIDNIGHT_US, 2)];
    let statuses = [status(MIDNIGHT_US, 1, MarketStatus::Live, None)];
    let gaps = [GapRow::new(market(), GapKind::Offline, at(MIDNIGHT_US), None, 0).expect("a valid row")];
    let deltas = [delta_row(1, 1, 5), delta_row(1, 6, 5)];
    for is_known in [false, true, true] {
        let of = |rows: u64| if is_known { written(0, rows) } else { written(rows, 0) };
        assert_eq!(store.write_trades(&trades).await.expect("a write"), of(600));
        assert_eq!(store.write_candles(&candles).await.expect("a write"), of(60));
        assert_eq!(store.write_snapshots(&snapshots).await.expect("a write"), of(2));
        assert_eq!(store.write_statuses(&statuses).await.expect("a write"), of(1));
        assert_eq!(store.write_gaps(&gaps).await.expect("a write"), of(1));
        assert_eq!(store.write_deltas(&deltas).await.expect("a write"), of(2));
    }
    assert_eq!(all_trades(&**store).await, trades);
}

async fn duplicates_in_a_batch_are_one_row(database: &Database) {
    let mut rows = trade_rows(1, 700);
    rows.extend_from_within(100..200);
    assert_eq!(database.store.write_trades(&rows).await.expect("a write"), written(700, 100));
    assert_eq!(all_trades(&*database.store).await, rows[..700]);
}

async fn a_batch_that_is_partly_known_stores_the_rest(database: &Database) {
    let rows = trade_rows(1, 1_000);
    database.store.write_trades(&rows[300..400]).await.expect("a write");
    assert_eq!(database.store.write_trades(&rows).await.expect("a write"), written(900, 100));
    assert_eq!(all_trades(&*database.store).await, rows);
    // And the next batch, which knows nothing of it.
    let next = trade_rows(1_001, 10);
    assert_eq!(database.store.write_trades(&next).await.expect("a write"), written(10, 0));
}

/// Sizes around the pieces that batches are cut into, and one that is sent in several parts.
async fn batches_of_any_size_are_whole(database: &Database) {
    let mut first = 1;
    for count in [1, 4, 6, 49, 51, 499, 501, 12_345] {
        let rows = trade_rows(first, count);
        assert_eq!(database.store.write_trades(&rows).await.expect("a write"), written(count, 0), "{count}");
        first += count;
    }
    assert_eq!(all_trades(&*database.store).await, trade_rows(1, first - 1));
}

async fn a_batch_may_span_days(database: &Database) {
    let times = [-400 * DAY_US, -DAY_US, -1, 0, 1, DAY_US - 1, DAY_US, 30 * DAY_US];
    let rows: Vec<TradeRow> =
        (times.iter().zip(1..)).map(|(offset, number)| trade_row(number, MIDNIGHT_US + offset)).collect();
    assert_eq!(database.store.write_trades(&rows).await.expect("a write"), written(rows.len() as u64, 0));
    assert_eq!(all_trades(&*database.store).await, rows);
}

async fn pages_have_no_seam(database: &Database) {
    // Thirteen trades share each time, so that pages end in the middle of one.
    let rows: Vec<TradeRow> = (0..1_000)
        .map(|number| trade_row(number, MIDNIGHT_US + (number / 13) as i64 * DAY_US / 20))
        .collect();
    database.store.write_trades(&rows).await.expect("a write");
    let mut pages: Vec<Vec<TradeRow>> = Vec::new();
    loop {
        let before = pages.last().map(|page| page[0].cursor());
        let page = database.store.trades_before(market(), before, 97).await.expect("a read");
        if page.is_empty() {
            break;
        }
        pages.push(page);
    }
    assert_eq!(pages.len(), 11);
    assert_eq!(pages.into_iter().rev().flatten().collect::<Vec<_>>(), rows);
}

async fn the_better_candle_stays(database: &Database) {
    let store = &database.store;
    let check = async |batch: &[(u64, u32)], stored: u64, left: (u64, u32)| {
        let rows: Vec<CandleRow> =
            batch.iter().map(|(trades, revision)| minute_row(&candle(0, *trades, *revision))).collect();
        assert_eq!(store.write_candles(&rows).await.expect("a write").stored, stored, "{batch:?}");
        let read = store.candles(market(), CandleInterval::Minute1, TimeRange::default(), 10).await;
        assert_eq!(read.expect("a read"), [minute_row(&candle(0, left.0, left.1))], "{batch:?}");
    };
    check(&[(5, 0)], 1, (5, 0)).await;
    check(&[(4, 0)], 0, (5, 0)).await;
    check(&[(6, 0)], 1, (6, 0)).await;
    check(&[(3, 1)], 1, (3, 1)).await;
    check(&[(9, 0)], 0, (3, 1)).await;
    // One of each in a batch, the best in the middle: one row of the table is left, however often it was touched.
    let rows = [(1, 2), (2, 4), (3, 3)].map(|(trades, revision)| minute_row(&candle(0, trades, revision)));
    store.write_candles(&rows).await.expect("a write");
    check(&[(2, 4)], 0, (2, 4)).await;
}

async fn candle_ranges_are_half_open_and_cut_at_the_right_end(database: &Database) {
    let store = &database.store;
    let rows: Vec<CandleRow> = (0..6).map(|minute| minute_row(&candle(minute, 1, 0))).collect();
    store.write_candles(&rows).await.expect("a write");
    let minute = |minute: i64| at(MIDNIGHT_US + minute * 60_000_000);
    let check = async |start: Option<i64>, end: Option<i64>, limit: u32, expected: &[CandleRow]| {
        let range = TimeRange { start: start.map(minute), end: end.map(minute) };
        let read = store.candles(market(), CandleInterval::Minute1, range, limit).await.expect("a read");
        assert_eq!(read, expected, "{start:?}..{end:?}, {limit}");
    };
    check(None, None, 2, &rows[4..]).await;
    check(Some(1), None, 2, &rows[1..3]).await;
    check(None, Some(3), 2, &rows[1..3]).await;
    check(Some(2), Some(4), 9, &rows[2..4]).await;
    check(Some(4), Some(2), 9, &[]).await;
    let other = store.candles(market(), CandleInterval::Hour1, TimeRange::default(), 9).await;
    assert_eq!(other.expect("a read"), []);
}

async fn the_snapshot_of_a_moment_is_the_latest_before_it(database: &Database) {
    let rows = [snapshot(MIDNIGHT_US - 1, 7), snapshot(MIDNIGHT_US, 8), snapshot(MIDNIGHT_US, 9)];
    database.store.write_snapshots(&rows).await.expect("a write");
    let check = async |us: i64, expected: Option<&SnapshotRow>| {
        let read = database.store.snapshot_at(market(), at(us)).await.expect("a read");
        assert_eq!(read.as_ref(), expected, "{us}");
    };
    check(MIDNIGHT_US - 2, None).await;
    check(MIDNIGHT_US - 1, Some(&rows[0])).await;
    check(MIDNIGHT_US, Some(&rows[2])).await;
    check(MIDNIGHT_US + DAY_US, Some(&rows[2])).await;
}

/// Each writes batches that overlap with everybody else's, in an order of its own.
async fn writers_of_the_same_rows_agree(database: &Database) {
    let rows = Arc::new(trade_rows(1, 2_000));
    let writers: Vec<_> = (0..6usize)
        .map(|writer| {
            let (store, rows) = (database.store.clone(), rows.clone());
            tokio::spawn(async move {
                let mut stored = 0;
                for step in 0..20 {
                    let from = (step * (2 * writer + 1) % 20) * 100;
                    let mut batch = rows[from..(from + 150).min(rows.len())].to_vec();
                    if writer % 2 == 0 {
                        batch.reverse();
                    }
                    stored += store.write_trades(&batch).await.expect("a write").stored;
                }
                stored
            })
        })
        .collect();
    let mut stored = 0;
    for writer in writers {
        stored += writer.await.expect("a writer that ends");
    }
    let read = all_trades(&*database.store).await;
    assert_eq!(read.len() as u64, stored, "each row is counted by the one writer that stored it");
    assert_eq!(read, *rows);
}

async fn what_is_too_old_goes_and_the_rest_stays(database: &Database) {
    let store = &database.store;
    let old_us = MIDNIGHT_US - 30 * DAY_US;
    let trades: Vec<TradeRow> = [(1, old_us), (2, MIDNIGHT_US - 2 * DAY_US), (3, MIDNIGHT_US)]
        .map(|(id, us)| trade_row(id, us))
        .into();
    store.write_trades(&trades).await.expect("a write");
    let candles = [minute_row(&candle(-30 * 1_440, 1, 0)), minute_row(&candle(0, 1, 0))];
    store.write_candles(&candles).await.expect("a write");
    let snapshots = [snapshot(old_us, 1), snapshot(MIDNIGHT_US, 2)];
    store.write_snapshots(&snapshots).await.expect("a write");
    store.write_deltas(&[delta_row(1, 1, 1)]).await.expect("a write");
    let statuses =
        [status(old_us, 1, MarketStatus::Live, None), status(MIDNIGHT_US, 2, MarketStatus::Live, None)];
    store.write_statuses(&statuses).await.expect("a write");
    let gaps = [old_us, MIDNIGHT_US]
        .map(|us| GapRow::new(market(), GapKind::Offline, at(us), None, 0).expect("a valid row"));
    store.write_gaps(&gaps).await.expect("a write");

    let for_ever = store.maintain(at(MIDNIGHT_US), &Retention::default()).await.expect("maintenance");
    assert_eq!((for_ever.dropped.len(), for_ever.rows_deleted), (0, 0));
    let week = Some(7);
    let retention = Retention {
        trades_days: Some(1),
        candles_days: week,
        snapshots_days: week,
        deltas_days: week,
        events_days: week,
    };
    let done = store.maintain(at(MIDNIGHT_US), &retention).await.expect("maintenance");
    if database.url.starts_with("sqlite") {
        assert_eq!((done.dropped.len(), done.rows_deleted), (0, 7));
    } else {
        let dropped = [
            "trades_20261022",
            "trades_20261119",
            "candles_20261022",
            "snapshots_20261022",
            "deltas_20261022",
        ];
        assert_eq!((done.dropped, done.rows_deleted), (dropped.map(str::to_owned).into(), 2));
    }
    assert_eq!(store.maintain(at(MIDNIGHT_US), &retention).await.expect("maintenance").rows_deleted, 0);

    assert_eq!(all_trades(&**store).await, trades[2..]);
    let range = TimeRange::default();
    let read = store.candles(market(), CandleInterval::Minute1, range, 10).await.expect("a read");
    assert_eq!(read, candles[1..]);
    let read = store.snapshot_at(market(), at(MIDNIGHT_US - 1)).await.expect("a read");
    assert_eq!(read, None);
    assert_eq!(store.statuses(market(), range, 10).await.expect("a read"), statuses[1..]);
    assert_eq!(store.gaps(market(), range, 10).await.expect("a read"), gaps[1..]);
    // What was dropped can be written again.
    assert_eq!(store.write_trades(&trades).await.expect("a write"), written(2, 1));
}

async fn markets_are_kept_apart(database: &Database) {
    let other = record("ETH").key();
    let row = TradeRow::new(other, SCALES, &trade(TradeId::Number(1), MIDNIGHT_US)).expect("a valid row");
    database.store.write_trades(&[row, trade_row(1, MIDNIGHT_US)]).await.expect("a write");
    assert_eq!(all_trades(&*database.store).await, [trade_row(1, MIDNIGHT_US)]);
    assert_eq!(database.store.trades_before(other, None, 10).await.expect("a read"), [row]);
}

async fn empty_batches_are_nothing(database: &Database) {
    let store = &database.store;
    assert_eq!(store.write_trades(&[]).await.expect("a write"), written(0, 0));
    assert_eq!(store.write_candles(&[]).await.expect("a write"), written(0, 0));
    assert_eq!(store.write_snapshots(&[]).await.expect("a write"), written(0, 0));
    assert_eq!(store.write_statuses(&[]).await.expect("a write"), written(0, 0));
    assert_eq!(store.write_gaps(&[]).await.expect("a write"), written(0, 0));
    assert_eq!(store.write_deltas(&[]).await.expect("a write"), written(0, 0));
}
