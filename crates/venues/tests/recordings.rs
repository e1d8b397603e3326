//! Every recording that is at hand ends where an independent program says it ends.
//!
//! The small captures are in `testdata`; the larger set is read from `MARKETD_DATA`, which `./test`
//! sets when it finds it. Without it the test says so: what ships is always checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use marketd_venues::replay;
use serde_json::Value;

const TESTDATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata");

/// A protocol on its way out, which marketd does not speak.
const NOT_SPOKEN: &[&str] = &["kraken-v1"];

fn folders(root: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap_or_else(|error| panic!("{}: {error}", root.display()))
        .map(|entry| entry.expect("a folder entry").path())
        .filter(|path| path.join("expected.json").is_file() && !path.ends_with("derived"))
        .filter(|path| !NOT_SPOKEN.iter().any(|name| path.ends_with(name)))
        .collect();
    folders.sort();
    folders
}

fn read_json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

fn summary_of(files: &[PathBuf]) -> Value {
    let venue = replay::venue_of(files, None).expect("venue");
    serde_json::to_value(replay::run_files(venue, files).expect("a summary")).expect("JSON")
}

/// Collects what differs instead of stopping at the first difference: one run shows all of it.
fn compare_sessions(root: &Path, folder: &Path, wrong: &mut Vec<String>) -> usize {
    let expected = read_json(&folder.join("expected.json"));
    let mut compared = 0;
    for session in expected["sessions"].as_array().expect("sessions") {
        let files: Vec<PathBuf> = (session["files"].as_array().expect("files").iter())
            .map(|file| root.join(file.as_str().expect("a path")))
            .collect();
        if !files.iter().all(|file| file.is_file()) {
            continue;
        }
        let found = &summary_of(&files)["sessions"][0];
        let place = files[0].display();
        if found["malformed"] != 0 {
            wrong.push(format!("{place}: {} malformed", found["malformed"]));
        }
        let symbols: BTreeMap<String, Value> =
            serde_json::from_value(session["symbols"].clone()).expect("symbols");
        for (symbol, expected) in symbols {
            compared += 1;
            let found = &found["symbols"][&symbol];
            let mut check = |what: &str, found: &Value, expected: &Value| {
                if found != expected {
                    wrong.push(format!("{place} {symbol} {what}: found {found}, expected {expected}"));
                }
            };
            for (key, value) in expected["final"].as_object().expect("final") {
                check(key, &found["final"][key], value);
            }
            let trades = expected.get("trades").cloned().unwrap_or(serde_json::json!({"count": 0}));
            for (key, value) in trades.as_object().expect("trades") {
                check(key, &found["trades"][key], value);
            }
            if let Some(ok) = expected["counters"].get("checksum_ok") {
                check("checksums_ok", &found["counters"]["checksums_ok"], ok);
                check("checksums_bad", &found["counters"]["checksums_bad"], &Value::from(0));
            }
            check("gaps", &found["counters"]["gaps"], &Value::from(0));
        }
    }
    compared
}

#[test]
fn recordings_end_where_an_independent_program_says() {
    let mut roots = vec![PathBuf::from(TESTDATA)];
    match std::env::var_os("MARKETD_DATA") {
        Some(root) => roots.push(root.into()),
        None => println!("MARKETD_DATA is not set: only the recordings in testdata are checked"),
    }
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for root in roots {
        for folder in folders(&root) {
            compared += compare_sessions(&root, &folder, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared >= 40, "only {compared} markets were compared: recordings are missing");
}

#[test]
fn the_same_recording_gives_the_same_bytes_twice() {
    let file = Path::new(TESTDATA).join("bitstamp/multi10_20210417.jsonl.zst");
    let print = || serde_json::to_vec(&summary_of(std::slice::from_ref(&file))).expect("JSON");
    assert_eq!(print(), print());
}

#[test]
fn the_binance_fault_file_recovers_to_its_end() {
    let root = Path::new(TESTDATA).join("derived");
    let name = "binance-spot_btcusdt_20240808_faults.jsonl.zst";
    let expected = &read_json(&root.join("expected.json"))[name];
    let found = &summary_of(&[root.join(name)])["sessions"][0]["symbols"]["BTCUSDT"];
    assert_eq!(found["final"]["bids"], expected["final_top10"]["bids"]);
    assert_eq!(found["final"]["asks"], expected["final_top10"]["asks"]);
    assert_eq!(found["final"]["top10_crc32"], expected["final_top10_crc32"]);
    assert_eq!(found["counters"]["resyncs"], 2, "one for the lost frames, one for the lost connection");
    assert!(found["counters"]["gaps"].as_u64().expect("a number") >= 1);
    assert!(found["counters"]["duplicates"].as_u64().expect("a number") >= 3);
    assert_eq!(found["status"], "live");
}

#[test]
fn the_kraken_fault_file_is_found_out_at_the_first_lost_frame() {
    let root = Path::new(TESTDATA).join("derived");
    let name = "kraken-v2_btcusd_d25_20260802_faults.jsonl.zst";
    let expected = &read_json(&root.join("expected.json"))[name];
    let found = &summary_of(&[root.join(name)])["sessions"][0]["symbols"]["BTC/USD"];
    assert_eq!(found["counters"]["first_checksum_mismatch_at"], expected["first_checksum_mismatch_at"]);
    assert_eq!(found["counters"]["checksums_ok"], expected["checksum_ok"]);
    assert_eq!(found["counters"]["checksums_bad"], expected["checksum_bad"]);
    assert_eq!(found["status"], "stale");
}
