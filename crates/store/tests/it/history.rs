//! Reads of what was: forwards, at a moment, and what there is at all.

use marketd_domain::market::StatusReport;
use marketd_domain::{CandleInterval, MarketStatus, TradeCursor, TradeId};
use marketd_store::{
    DeltaPlace, DeltaRow, Extent, GapKind, GapRow, Kept, SnapshotMoment, SnapshotRow, StatusRow, TimeRange,
    TradeRow,
};

use crate::support::{
    DAY_US, Database, MIDNIGHT_US, SCALES, at, candle, delta_row, market, minute_row, record, trade,
    trade_row,
};

contract! {
    trades_are_read_forwards_without_a_seam,
    snapshots_are_read_forwards_without_a_seam,
    the_snapshot_of_the_later_epoch_stays,
    changes_behind_a_place_are_those_of_its_epoch,
    the_status_of_a_moment_is_the_latest_before_it,
    what_is_kept_is_told_by_class,
}

async fn trades_are_read_forwards_without_a_seam(database: &Database) {
    // Some at the same time, some on another day.
    let rows: Vec<TradeRow> =
        (1..=30).map(|number| trade_row(number, MIDNIGHT_US - 9 + number as i64 / 3)).collect();
    database.store.write_trades(&rows).await.expect("a write");
    let other = TradeRow::new(record("ETH").key(), SCALES, &trade(TradeId::Number(1), MIDNIGHT_US));
    database.store.write_trades(&[other.expect("a valid row")]).await.expect("a write");
    for limit in [1, 2, 7, 30, 31] {
        let (mut after, mut found) = (None, Vec::new());
        loop {
            let page = database.store.trades_after(market(), after, None, limit).await.expect("a read");
            let Some(last) = page.last() else { break };
            after = Some(last.cursor());
            found.extend(page);
        }
        assert_eq!(found, rows, "{limit}");
    }
    let start = Some(TradeCursor::at(at(MIDNIGHT_US - 5)));
    let read = database.store.trades_after(market(), start, Some(at(MIDNIGHT_US - 3)), 99).await;
    assert_eq!(read.expect("a read"), rows[11..17], "from the start, without the end");
}

fn snapshot(us: i64, book_seq: u64) -> SnapshotRow {
    let moment =
        SnapshotMoment { ts_recv: at(us), ts_venue: at(us), epoch: u64::MAX >> 1, book_seq, venue_seq: 7 };
    SnapshotRow::new(market(), SCALES, moment, Vec::new(), Vec::new()).expect("a valid row")
}

async fn snapshots_are_read_forwards_without_a_seam(database: &Database) {
    let times = [-DAY_US, -1, -1, 0, 5, 5, 9];
    let rows: Vec<SnapshotRow> =
        times.iter().zip(1..).map(|(us, seq)| snapshot(MIDNIGHT_US + us, seq)).collect();
    database.store.write_snapshots(&rows).await.expect("a write");
    let read = async |after: Option<&SnapshotRow>, start: Option<i64>, end: Option<i64>, limit: u32| {
        let after = after.map(|row| (row.moment().ts_recv, row.moment().book_seq));
        let time = |us: i64| at(MIDNIGHT_US + us);
        let range = TimeRange { start: start.map(time), end: end.map(time) };
        database.store.snapshots_after(market(), after, range, limit).await.expect("a read")
    };
    assert_eq!(read(None, None, None, 99).await, rows);
    assert_eq!(read(None, None, None, 2).await, rows[..2]);
    assert_eq!(read(Some(&rows[1]), None, None, 2).await, rows[2..4]);
    assert_eq!(read(None, Some(-1), Some(5), 99).await, rows[1..4]);
    assert_eq!(read(Some(&rows[4]), Some(-1), Some(9), 99).await, rows[5..6]);
}

async fn the_snapshot_of_the_later_epoch_stays(database: &Database) {
    let of_epoch = |epoch: u64| {
        let moment = SnapshotMoment {
            ts_recv: at(MIDNIGHT_US),
            ts_venue: at(epoch as i64),
            epoch,
            book_seq: 1,
            venue_seq: epoch,
        };
        SnapshotRow::new(market(), SCALES, moment, Vec::new(), Vec::new()).expect("a valid row")
    };
    for (epoch, stored, stays) in [(5, 1, 5), (5, 0, 5), (4, 0, 5), (6, 1, 6)] {
        let written = database.store.write_snapshots(&[of_epoch(epoch)]).await.expect("a write");
        assert_eq!((written.stored, written.known), (stored, 1 - stored), "{epoch}");
        let read = database.store.snapshot_at(market(), at(MIDNIGHT_US)).await.expect("a read");
        assert_eq!(read, Some(of_epoch(stays)), "{epoch}");
    }
}

async fn changes_behind_a_place_are_those_of_its_epoch(database: &Database) {
    let rows = [delta_row(1, 1, 10), delta_row(1, 11, 10), delta_row(1, 21, 10)];
    let other = delta_row(2, 5, 10);
    for row in rows.iter().chain([&other]) {
        database.store.write_deltas(std::slice::from_ref(row)).await.expect("a write");
    }
    let behind = async |epoch: u64, seq: u64, limit: u32| -> Vec<DeltaRow> {
        let ts_recv = at(MIDNIGHT_US - 30 * DAY_US + seq as i64 * 1_000_000);
        let place = DeltaPlace { epoch, seq, ts_recv };
        database.store.deltas_behind(market(), place, limit).await.expect("a read")
    };
    assert_eq!(behind(1, 0, 99).await, rows);
    assert_eq!(behind(1, 9, 99).await, rows, "a row is needed for its last change");
    assert_eq!(behind(1, 10, 99).await, rows[1..]);
    assert_eq!(behind(1, 15, 1).await, rows[1..2]);
    assert_eq!(behind(1, 30, 99).await, []);
    assert_eq!(behind(2, 0, 99).await, [other]);
    assert_eq!(behind(3, 0, 99).await, []);
    let seqs: Vec<u64> =
        behind(1, 15, 1).await[0].changes().expect("sound").iter().map(|change| change.seq).collect();
    assert_eq!(seqs, (11..=20).collect::<Vec<_>>());
}

async fn the_status_of_a_moment_is_the_latest_before_it(database: &Database) {
    let row = |us: i64, seq: u64, status: MarketStatus| {
        let report = StatusReport { status, reason: None, since: at(MIDNIGHT_US + us) };
        StatusRow::new(market(), report, seq).expect("a valid row")
    };
    let rows =
        [row(0, 1, MarketStatus::Connecting), row(5, 2, MarketStatus::Stale), row(5, 3, MarketStatus::Live)];
    database.store.write_statuses(&rows).await.expect("a write");
    for (us, expected) in
        [(-1, None), (0, Some(rows[0])), (4, Some(rows[0])), (5, Some(rows[2])), (99, Some(rows[2]))]
    {
        let read = database.store.status_at(market(), at(MIDNIGHT_US + us)).await.expect("a read");
        assert_eq!(read, expected, "{us}");
    }
}

async fn what_is_kept_is_told_by_class(database: &Database) {
    let store = &database.store;
    assert_eq!(store.kept(market()).await.expect("a read"), Kept::default());
    let extent =
        |first: i64, last: i64| Some(Extent { first: at(MIDNIGHT_US + first), last: at(MIDNIGHT_US + last) });
    let trades = [-2 * DAY_US, 0, 7].map(|us| trade_row(us.unsigned_abs(), MIDNIGHT_US + us));
    store.write_trades(&trades).await.expect("a write");
    let candles: Vec<_> = [0, 3].map(|minute| minute_row(&candle(minute, 1, 0))).into();
    store.write_candles(&candles).await.expect("a write");
    store.write_snapshots(&[snapshot(MIDNIGHT_US, 1), snapshot(MIDNIGHT_US + 9, 2)]).await.expect("a write");
    store.write_deltas(&[delta_row(1, 1, 10)]).await.expect("a write");
    let gap = GapRow::new(market(), GapKind::Offline, at(MIDNIGHT_US + 3), None, 0).expect("a valid row");
    store.write_gaps(&[gap]).await.expect("a write");
    let kept = store.kept(market()).await.expect("a read");
    let first_change = -30 * DAY_US + 1_000_000;
    let expected = Kept {
        trades: extent(-2 * DAY_US, 7),
        candles: vec![(CandleInterval::Minute1, extent(0, 180_000_000).expect("some"))],
        snapshots: extent(0, 9),
        deltas: extent(first_change, first_change + 9_000_000),
        statuses: None,
        gaps: extent(3, 3),
    };
    assert_eq!(kept, expected);
    assert_eq!(store.kept(record("ETH").key()).await.expect("a read"), Kept::default());
}
