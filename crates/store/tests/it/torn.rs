//! A spool whose file is cut off or changed anywhere: every row that comes out of it is one that went in.

use std::path::{Path, PathBuf};

use marketd_store::{Rows, Spool, TradeRow};
use marketd_testkit::Draw;

use crate::support::trade_rows;

const ROOM: u64 = 64 * 1024 * 1024;

fn log_of(path: &Path) -> PathBuf {
    path.with_extension("db-wal")
}

/// What a spool gives back in the end, and how many rows it says are lost, unless it was set aside.
async fn read_all(path: &Path) -> Option<(Vec<TradeRow>, u64)> {
    let opening = Spool::open(path, ROOM).await.expect("a spool");
    if opening.set_aside.is_some() {
        return None;
    }
    let (mut rows, mut lost) = (Vec::new(), 0);
    loop {
        match opening.spool.peek(1_000).await {
            Ok(Some(batch)) => {
                lost += batch.damaged + batch.missing;
                for part in &batch.parts {
                    if let Rows::Trades(trades) = part {
                        rows.extend(trades.iter().cloned());
                    }
                }
                opening.spool.done(&batch).await.expect("a delete");
            }
            Ok(None) => return Some((rows, lost)),
            // Found when it was met: the drain opens the file again, and it is set aside.
            Err(error) => {
                assert_eq!(error.fault(), marketd_store::Fault::Damaged, "{error}");
                return None;
            }
        }
    }
}

/// A process that was killed, or a machine without power, leaves the last push in part.
#[tokio::test]
async fn a_push_that_was_cut_off_is_not_there_and_costs_none_before_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("spool.db");
    let spool = Spool::open(&path, ROOM).await.expect("a spool").spool;
    let mut lengths = Vec::new();
    for first in [1, 101, 201] {
        assert_eq!(spool.push(&Rows::Trades(trade_rows(first, 100))).await.expect("a push"), 100);
        lengths.push(std::fs::metadata(log_of(&path)).expect("the log").len());
    }
    let (file, log) =
        (std::fs::read(&path).expect("the file"), std::fs::read(log_of(&path)).expect("the log"));
    spool.close().await;
    let [first, second, third] = lengths[..] else { panic!("{lengths:?}") };
    // Across the bounds of frames and within them, and right before and behind each push.
    let mut cuts: Vec<u64> = (first..third).step_by(509).collect();
    cuts.extend([first, second - 1, second, second + 1, third - 1, third]);
    for (nth, cut) in cuts.into_iter().enumerate() {
        let copy = folder.path().join(format!("{nth}/spool.db"));
        std::fs::create_dir(copy.parent().expect("a folder")).expect("a folder");
        std::fs::write(&copy, &file).expect("a copy");
        std::fs::write(log_of(&copy), &log[..cut as usize]).expect("a copy");
        let whole = if cut < second {
            100
        } else if cut < third {
            200
        } else {
            300
        };
        assert_eq!(read_all(&copy).await, Some((trade_rows(1, whole), 0)), "cut at {cut} of {third}");
    }
}

#[tokio::test]
async fn a_bit_that_flipped_makes_no_row_that_was_never_pushed() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(4);
    let flips = if std::env::var_os("MARKETD_LONG").is_some_and(|value| value == "1") { 1_000 } else { 150 };
    println!("SEED={seed}");
    let mut draw = Draw(seed);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("spool.db");
    let spool = Spool::open(&path, ROOM).await.expect("a spool").spool;
    let pushed = trade_rows(1, 600);
    assert_eq!(spool.push(&Rows::Trades(pushed.clone())).await.expect("a push"), pushed.len());
    spool.close().await;
    let sound = std::fs::read(&path).expect("the file");
    let (mut set_aside, mut told) = (0, 0);
    for nth in 0..flips {
        let copy = folder.path().join(format!("{nth}.db"));
        let mut bytes = sound.clone();
        let at = draw.below(bytes.len() as u64) as usize;
        bytes[at] ^= 1 << draw.below(8);
        std::fs::write(&copy, bytes).expect("a copy");
        match read_all(&copy).await {
            None => set_aside += 1,
            Some((rows, lost)) => {
                assert!(rows.iter().all(|row| pushed.contains(row)), "byte {at} made a row");
                let missing = (pushed.len() - rows.len()) as u64;
                assert!(lost >= missing, "byte {at}: {missing} rows are missing and {lost} were told");
                told += u64::from(lost > 0);
            }
        }
        let _ = std::fs::remove_file(&copy);
    }
    println!("of {flips} flips {set_aside} had the file set aside and {told} were told as lost rows");
    assert!(set_aside > 0 && told > 0, "{set_aside} {told}");
}
