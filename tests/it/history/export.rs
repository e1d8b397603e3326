//! `marketd export`: files of what is stored, against the independent results of the recording.

use std::path::Path;
use std::process::Command;

use marketd_testkit::testdata;
use serde_json::{Value, json};

use super::book::play_into;
use super::place::{Database, MARKET};

crate::on_both_databases! {
    exported_files_hold_what_the_recording_has,
}

fn export(database: &Database, out: &Path, arguments: &[&str]) -> std::process::Output {
    let url = format!("store.url={}", database.url);
    Command::new(env!("CARGO_BIN_EXE_marketd"))
        .args(["--set", &url, "export", "--out"])
        .arg(out)
        .args(arguments)
        .env("RUST_LOG", "error")
        .output()
        .expect("the program runs")
}

/// The file's rows as text, without the line of names.
fn rows(database: &Database, folder: &Path, arguments: &[&str]) -> Vec<Vec<String>> {
    let out = folder.join("rows.csv");
    let done = export(database, &out, &[&["--market", MARKET, "--format", "csv"], arguments].concat());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let text = std::fs::read_to_string(&out).expect("the file");
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let rows: Vec<Vec<String>> = text
        .split_terminator("\r\n")
        .skip(1)
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect();
    assert!(said.starts_with(&format!("{} rows", rows.len())), "{said}");
    assert!(!folder.join("rows.csv.part").exists());
    rows
}

/// A decimal in units of 10^-18.
fn units(text: &str) -> i128 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{part:0<18}").parse().expect("a decimal")
}

async fn exported_files_hold_what_the_recording_has(database: &Database) {
    let folder = testdata("binance-spot");
    let files = [folder.join("btcusdt_20240808.jsonl.zst"), folder.join("btcusdt_20240809.jsonl.zst")];
    play_into(database, &files).await.stop().await;
    let expected = std::fs::read_to_string(folder.join("expected.json")).expect("shipped");
    let expected: Value = serde_json::from_str(&expected).expect("JSON");
    let expected = &expected["sessions"][0]["symbols"]["BTCUSDT"]["trades"];
    let place = tempfile::tempdir().expect("a folder");

    let trades = rows(database, place.path(), &["--what", "trades"]);
    assert_eq!(json!(trades.len()), expected["count"]);
    let volume: i128 = trades.iter().map(|row| units(&row[3])).sum();
    assert_eq!(volume, units(expected["volume"].as_str().expect("a decimal")));
    assert!(trades.is_sorted_by_key(|row| (row[5].clone(), row[1].len(), row[1].clone())), "in order");
    assert_eq!(
        (json!(trades[0][1]), json!(trades[trades.len() - 1][1])),
        (expected["first_id"].clone(), expected["last_id"].clone())
    );

    let candles = rows(database, place.path(), &["--what", "candles", "--interval", "1m"]);
    let shown: Vec<(i64, i128, i128, String)> = candles
        .iter()
        .map(|row| {
            (row[0].parse::<i64>().expect("a time") / 1_000, units(&row[4]), units(&row[6]), row[7].clone())
        })
        .collect();
    let text = |value: &Value| units(value.as_str().expect("a decimal"));
    let wanted: Vec<(i64, i128, i128, String)> = (expected["candles_1m"].as_array().expect("candles").iter())
        .map(|row| (row[0].as_i64().expect("a time"), text(&row[4]), text(&row[6]), row[7].to_string()))
        .collect();
    assert_eq!(shown, wanted);

    let middle = candles[candles.len() / 2][0].clone();
    let from = rows(database, place.path(), &["--what", "trades", "--start", &middle]);
    let until = rows(database, place.path(), &["--what", "trades", "--end", &middle]);
    assert_eq!([until, from].concat(), trades, "without a seam");
    assert!(rows(database, place.path(), &["--what", "snapshots"]).len() > 1_000);

    let out = place.path().join("no.csv");
    for (arguments, said) in [
        (&["--market", "binance:NOPE-USDT", "--what", "trades"][..], "nothing is stored"),
        (&["--market", MARKET, "--what", "candles", "--interval", "2m"], "no interval"),
        (&["--market", MARKET, "--what", "trades", "--start", "yesterday"], "neither a time"),
    ] {
        let refused = export(database, &out, arguments);
        let text = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && text.contains(said), "{text}");
        assert!(!out.exists() && !place.path().join("no.csv.part").exists());
    }
    #[cfg(feature = "parquet")]
    parquet_holds_the_same(database, place.path(), &trades);
}

/// Read back by another program where there is one, so that no mistake of ours is undone by ourselves.
#[cfg(feature = "parquet")]
fn parquet_holds_the_same(database: &Database, place: &Path, trades: &[Vec<String>]) {
    let out = place.join("trades.parquet");
    let done = export(database, &out, &["--market", MARKET, "--what", "trades", "--format", "parquet"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let file = std::fs::File::open(&out).expect("the file");
    let reader = parquet::file::reader::SerializedFileReader::new(file).expect("a Parquet file");
    let rows = parquet::file::reader::FileReader::metadata(&reader).file_metadata().num_rows();
    assert_eq!(usize::try_from(rows), Ok(trades.len()));
    let Some(mut python) = crate::support::tool("MARKETD_TEST_PYTHON") else { return };
    let script = "import sys, pyarrow.parquet as p
t = p.read_table(sys.argv[1]).to_pydict()
print(len(t['ts']), sum(t['qty']), sum(a * b for a, b in zip(t['price'], t['qty'])), t['trade_id'][-1])";
    let read = python.arg("-c").arg(script).arg(&out).output().expect("Python runs");
    let said = String::from_utf8_lossy(&read.stdout).into_owned();
    let errors = String::from_utf8_lossy(&read.stderr).into_owned();
    if errors.contains("No module named 'pyarrow'") {
        println!("pyarrow is not installed, so the file is not read by another program.");
        return;
    }
    let words: Vec<&str> = said.split_whitespace().collect();
    let volume: i128 = trades.iter().map(|row| units(&row[3])).sum();
    assert_eq!((words[0], units(words[1])), (trades.len().to_string().as_str(), volume), "{said}{errors}");
    assert_eq!(words[3], trades[trades.len() - 1][1]);
}
