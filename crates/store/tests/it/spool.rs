//! The spool: what it keeps, what it says about the rest.

use std::path::{Path, PathBuf};

use marketd_domain::market::StatusReport;
use marketd_domain::{CandleInterval, MarketStatus};
use marketd_store::{
    Extent, Family, Fault, GapKind, GapRow, Losses, Rows, Series, SnapshotMoment, SnapshotRow, Spool,
    StatusRow, Store, StoreError,
};
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use crate::support::{
    self, MIDNIGHT_US, SCALES, all_trades, at, candle, delta_row, market, minute_row, record, trade_row,
    trade_rows,
};

const ROOM: u64 = 64 * 1024 * 1024;

struct File {
    folder: tempfile::TempDir,
}

impl File {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("spool.db")
    }

    async fn open(&self, limit_bytes: u64) -> Spool {
        let opening = Spool::open(&self.path(), limit_bytes).await.expect("a spool");
        assert_eq!(opening.set_aside, None);
        opening.spool
    }

    async fn execute(&self, statement: &'static str) {
        let url = format!("sqlite://{}", self.path().display());
        let mut connection = SqliteConnection::connect(&url).await.expect("the file");
        sqlx::raw_sql(statement).execute(&mut connection).await.expect("a valid statement");
        connection.close().await.expect("the end");
    }
}

fn trades(first: u64, count: u64) -> Rows {
    Rows::Trades(trade_rows(first, count))
}

async fn push_all(spool: &Spool, rows: &Rows) {
    assert_eq!(spool.push(rows).await.expect("a push"), rows.len(), "room");
}

/// What a writer does when the store is back.
async fn drain(spool: &Spool, store: &dyn Store) -> Result<(), StoreError> {
    for market in spool.markets().await? {
        store.register_market(&market).await?;
    }
    while let Some(batch) = spool.peek(300).await? {
        assert_eq!((batch.damaged, batch.missing), (0, 0));
        for part in &batch.parts {
            part.write_to(store).await?;
        }
        spool.done(&batch).await?;
    }
    Ok(())
}

#[tokio::test]
async fn rows_of_all_families_come_back_as_they_went_in_and_in_order() {
    let file = File::new();
    let moment = SnapshotMoment {
        ts_recv: at(MIDNIGHT_US),
        ts_venue: at(5),
        epoch: 9,
        book_seq: 3,
        venue_seq: u64::MAX,
    };
    let report = StatusReport { status: MarketStatus::Live, reason: None, since: at(MIDNIGHT_US) };
    let gap =
        |until| GapRow::new(market(), GapKind::Offline, at(MIDNIGHT_US), until, 7).expect("a valid row");
    let pushed = [
        trades(1, 3),
        Rows::Candles(vec![minute_row(&candle(0, 5, 2))]),
        Rows::Snapshots(vec![
            SnapshotRow::new(market(), SCALES, moment, Vec::new(), Vec::new()).expect("a valid row"),
        ]),
        Rows::Statuses(vec![StatusRow::new(market(), report, 9).expect("a valid row")]),
        Rows::Gaps(vec![gap(None), gap(Some(at(MIDNIGHT_US + 1)))]),
        Rows::Deltas(vec![delta_row(1, 7, 3)]),
        trades(4, 2),
    ];
    let spool = file.open(ROOM).await;
    for rows in &pushed {
        push_all(&spool, rows).await;
    }
    assert_eq!(spool.waiting().await.expect("a count"), 11);
    // And after a restart.
    spool.close().await;
    let spool = file.open(ROOM).await;
    let first = spool.peek(5).await.expect("a read").expect("rows");
    assert_eq!(first.parts, pushed[..3]);
    assert_eq!(spool.peek(5).await.expect("a read").expect("rows"), first, "peeking takes nothing out");
    let ahead = spool.peek_behind(&first, 100).await.expect("a read").expect("rows");
    spool.done(&first).await.expect("a delete");
    let rest = spool.peek(100).await.expect("a read").expect("rows");
    assert_eq!((&rest.parts[..], rest.damaged, rest.missing), (&pushed[3..], 0, 0));
    assert_eq!(rest, ahead, "read before the first had left");
    assert_eq!(spool.peek_behind(&rest, 100).await.expect("a read"), None);
    spool.done(&rest).await.expect("a delete");
    assert_eq!(spool.peek(100).await.expect("a read"), None);
    assert_eq!(spool.waiting().await.expect("a count"), 0);
}

#[tokio::test]
async fn rows_reach_the_store_once_however_often_we_end_in_between() {
    for database in [support::sqlite().await, support::postgres().await].into_iter().flatten() {
        let file = File::new();
        let spool = file.open(ROOM).await;
        spool.note_market(&record("BTC")).await.expect("a market");
        push_all(&spool, &trades(1, 1_000)).await;
        // The store has the batch, and we ended before the spool could know.
        let batch = spool.peek(300).await.expect("a read").expect("rows");
        let [rows] = batch.parts.as_slice() else { panic!("other rows than were pushed") };
        rows.write_to(&*database.store).await.expect("a write");
        spool.close().await;
        let spool = file.open(ROOM).await;
        drain(&spool, &*database.store).await.expect("a store that is back");
        assert_eq!(all_trades(&*database.store).await, trade_rows(1, 1_000));
        assert_eq!(database.store.markets().await.expect("a read"), [record("BTC")]);
    }
}

#[tokio::test]
async fn a_full_spool_keeps_the_oldest_and_counts_the_rest() {
    let file = File::new();
    let limit = 256 * 1024;
    let spool = file.open(limit).await;
    let losses = Losses::default();
    let mut kept = 0;
    let mut refused = 0;
    for batch in 0..20 {
        let rows = trades(1 + batch * 500, 500);
        let taken = spool.push(&rows).await.expect("a push");
        assert!(refused == 0 || taken == 0, "rows are kept behind a hole");
        losses.count(&rows, taken);
        kept += taken as u64;
        refused += (rows.len() - taken) as u64;
    }
    assert!(kept > 1_000 && refused > 1_000, "{kept} kept, {refused} refused");
    assert!(spool.is_full());
    let size = std::fs::metadata(file.path()).expect("the file").len();
    assert!(size <= limit * 5 / 4, "{size} bytes in the file");

    // The count survives a restart, and becomes a gap row with the times of what was lost.
    spool.save_losses(&losses).await.expect("a save");
    spool.close().await;
    let spool = file.open(limit).await;
    let losses = Losses::default();
    spool.load_losses(&losses).await.expect("a read");
    let gaps = losses.gaps();
    let [gap] = gaps.as_slice() else { panic!("{gaps:?}") };
    assert_eq!((gap.market(), gap.rows_lost()), (market(), refused));
    assert_eq!(gap.kind(), GapKind::Unstored(marketd_store::Family::Trades));
    assert_eq!(gap.until(), Some(trade_row(10_000, MIDNIGHT_US + 10_000_000).trade().ts_venue));
    // More is lost before the store has the gap: it is counted by itself.
    losses.count(&trades(20_000, 700), 0);
    losses.stored(&gaps);
    assert_eq!(losses.gaps().iter().map(GapRow::rows_lost).sum::<u64>(), 700);
    losses.stored(&losses.gaps());
    assert!(losses.is_empty());
    spool.save_losses(&losses).await.expect("a save");
    spool.load_losses(&losses).await.expect("a read");
    assert!(losses.is_empty(), "what the store has is not counted again");

    // Room comes back with draining.
    while let Some(batch) = spool.peek(5_000).await.expect("a read") {
        spool.done(&batch).await.expect("a delete");
    }
    push_all(&spool, &trades(30_000, 1_000)).await;
}

#[tokio::test]
async fn a_row_whose_bytes_changed_is_left_out_and_told() {
    let file = File::new();
    let spool = file.open(ROOM).await;
    push_all(&spool, &trades(1, 10)).await;
    spool.close().await;
    // One bit in the middle of a payload, and a whole payload.
    file.execute(
        "update entries set payload = cast(substr(payload, 1, 9) || x'55' || substr(payload, 11) as blob) where seq = 3;
         update entries set payload = x'' where seq = 5",
    )
    .await;
    let spool = file.open(ROOM).await;
    let batch = spool.peek(100).await.expect("a read").expect("rows");
    let mut sound = trade_rows(1, 10);
    sound.remove(4);
    sound.remove(2);
    assert_eq!((&batch.parts[..], batch.damaged, batch.missing), (&[Rows::Trades(sound)][..], 2, 0));
    spool.done(&batch).await.expect("a delete");
    assert_eq!(spool.peek(100).await.expect("a read"), None);
}

#[tokio::test]
async fn rows_that_vanished_are_missed() {
    let file = File::new();
    let spool = file.open(ROOM).await;
    push_all(&spool, &trades(1, 10)).await;
    spool.close().await;
    file.execute("delete from entries where seq in (1, 4, 5)").await;
    let spool = file.open(ROOM).await;
    let batch = spool.peek(100).await.expect("a read").expect("rows");
    assert_eq!((batch.len(), batch.damaged, batch.missing), (7, 0, 3));
}

fn overwrite(path: &Path, from: usize, bytes: &[u8]) {
    let mut content = std::fs::read(path).expect("the file");
    content[from..from + bytes.len()].copy_from_slice(bytes);
    std::fs::write(path, content).expect("the file");
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_and_said() {
    // The header, and a page in the middle.
    for from in [0, 5 * 4_096] {
        let file = File::new();
        let spool = file.open(ROOM).await;
        push_all(&spool, &trades(1, 2_000)).await;
        spool.close().await;
        overwrite(&file.path(), from, &[0xa5; 4_096]);
        let opening = Spool::open(&file.path(), ROOM).await.expect("a new spool");
        let set_aside = opening.set_aside.expect("what was damaged");
        assert!(set_aside.path.exists() && !set_aside.reason.is_empty(), "{set_aside:?}");
        assert_eq!(opening.spool.peek(10).await.expect("a read"), None);
        push_all(&opening.spool, &trades(1, 10)).await;
    }
}

#[tokio::test]
async fn rows_that_cannot_be_written_leave_no_trace() {
    let file = File::new();
    let spool = file.open(ROOM).await;
    push_all(&spool, &trades(1, 10)).await;
    // Whatever the reason: the file takes nothing.
    file.execute("create trigger full before insert on entries begin select raise(abort, 'no room'); end")
        .await;
    let error = spool.push(&trades(11, 10)).await.expect_err("a write that fails");
    assert_eq!(error.fault(), Fault::Refused);
    file.execute("drop trigger full").await;
    push_all(&spool, &trades(21, 10)).await;
    spool.close().await;
    let spool = file.open(ROOM).await;
    let batch = spool.peek(100).await.expect("a read").expect("rows");
    assert_eq!((batch.len(), batch.missing), (20, 0));
}

#[tokio::test]
async fn what_is_noted_is_there_after_a_restart() {
    let file = File::new();
    let spool = file.open(ROOM).await;
    assert_eq!(spool.alive().await.expect("a read"), []);
    spool.note_alive(&[market()], at(MIDNIGHT_US + 5)).await.expect("a write");
    // A clock that was set back does not take back what is known.
    spool.note_alive(&[market()], at(MIDNIGHT_US)).await.expect("a write");
    spool.note_store("sqlite://here").await.expect("a write");
    spool.close().await;
    let spool = file.open(ROOM).await;
    assert_eq!(spool.alive().await.expect("a read"), [(market(), at(MIDNIGHT_US + 5))]);
    assert!(spool.knows_store("sqlite://here").await.expect("a read"));
    assert!(!spool.knows_store("sqlite://there").await.expect("a read"));
}

/// Who reads the store has to know where it may miss rows.
#[tokio::test]
async fn a_spool_knows_between_which_times_its_rows_lie() {
    let file = File::new();
    let spool = file.open(ROOM).await;
    let trades_of_market = Series::of(market(), Family::Trades);
    let minutes = Series::candles(market(), CandleInterval::Minute1);
    let of_trades = |first: i64, last: i64| {
        Some(Extent { first: at(MIDNIGHT_US + first * 1_000), last: at(MIDNIGHT_US + last * 1_000) })
    };
    assert_eq!(spool.extent(trades_of_market), None);
    push_all(&spool, &trades(100, 50)).await;
    assert_eq!(spool.extent(trades_of_market), of_trades(100, 149));
    // Fetched afterwards, so older.
    push_all(&spool, &trades(20, 5)).await;
    push_all(&spool, &Rows::Candles(vec![minute_row(&candle(7, 5, 2))])).await;
    let seventh = Some(Extent::at(at(MIDNIGHT_US + 7 * 60_000_000)));
    let check = |spool: &Spool| {
        assert_eq!(spool.extent(trades_of_market), of_trades(20, 149));
        assert_eq!(spool.extent(minutes), seventh);
        assert_eq!(spool.extent(Series::candles(market(), CandleInterval::Hour1)), None);
        assert_eq!(spool.extent(Series::of(record("ETH").key(), Family::Trades)), None);
    };
    check(&spool);
    spool.close().await;
    let spool = file.open(ROOM).await;
    check(&spool);
    // What has left does not narrow it; when all have, there is nothing.
    let first = spool.peek(40).await.expect("a read").expect("rows");
    spool.done(&first).await.expect("a delete");
    check(&spool);
    let rest = spool.peek(100).await.expect("a read").expect("rows");
    spool.done(&rest).await.expect("a delete");
    assert_eq!((spool.extent(trades_of_market), spool.extent(minutes)), (None, None));
    spool.close().await;
    let spool = file.open(ROOM).await;
    assert_eq!(spool.extent(trades_of_market), None);
    // A file that does not say it may have rows of any time.
    push_all(&spool, &trades(1, 1)).await;
    spool.close().await;
    file.execute("delete from extents").await;
    let spool = file.open(ROOM).await;
    assert_eq!(spool.extent(minutes), Some(Extent::ALWAYS));
}

#[tokio::test]
async fn an_empty_spool_gives_the_disk_back() {
    let file = File::new();
    let spool = file.open(ROOM).await;
    for batch in 0..20 {
        push_all(&spool, &trades(1 + batch * 5_000, 5_000)).await;
    }
    let size = || std::fs::metadata(file.path()).expect("the file").len();
    while let Some(batch) = spool.peek(50_000).await.expect("a read") {
        spool.done(&batch).await.expect("a delete");
    }
    assert!(size() > 4 * 1024 * 1024, "{} bytes were never used", size());
    spool.shrink().await.expect("a vacuum");
    assert!(size() < 1024 * 1024, "{} bytes are left", size());
    push_all(&spool, &trades(1, 10)).await;
    assert_eq!(spool.waiting().await.expect("a count"), 10);
}
