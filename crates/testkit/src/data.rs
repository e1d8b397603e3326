//! Where the recorded data lies, and the one way to wait in a test.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often `wait_until` looks. Short against what is awaited, long against what a look costs.
const POLL_INTERVAL: Duration = Duration::from_millis(3);

fn repository() -> &'static Path {
    // crates/testkit lies two folders below the root, whatever the working directory of the test is.
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// A file of the repository's `testdata`, as in `testdata("okx/expected.json")`.
///
/// # Panics
/// When it is not there: a test that finds no data must not pass.
pub fn testdata(path: &str) -> PathBuf {
    let full = repository().join("testdata").join(path);
    assert!(full.exists(), "{} is part of the repository and is missing", full.display());
    full
}

/// The folder of the larger recordings, which a public clone does not have: `MARKETD_DATA`, or `../shared/data` beside
/// the repository. A test that gets `None` says so and checks what `testdata` holds.
///
/// # Panics
/// When `MARKETD_DATA` names a folder that is not there.
pub fn shared_data() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("MARKETD_DATA").filter(|value| !value.is_empty()) {
        let folder = PathBuf::from(named);
        assert!(folder.is_dir(), "MARKETD_DATA names {}, which is not a folder", folder.display());
        return Some(folder);
    }
    let beside = repository().join("../shared/data");
    beside.is_dir().then_some(beside)
}

/// Looks every few milliseconds until `holds`, and panics with `what` when it does not within `timeout`.
///
/// The deadline is of the real clock, also where a test has paused tokio's.
///
/// # Panics
/// When the deadline passes; that is its purpose.
#[track_caller]
pub fn wait_until(
    timeout: Duration,
    what: &str,
    mut holds: impl AsyncFnMut() -> bool,
) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        let began = Instant::now();
        while !holds().await {
            assert!(began.elapsed() < timeout, "waited {timeout:?} in vain for: {what} ({caller})");
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_recording_is_found_from_any_working_directory() {
        assert!(testdata("binance-spot/btcusdt_20240808.jsonl.zst").is_file());
    }

    #[test]
    #[should_panic(expected = "is missing")]
    fn missing_test_data_is_no_silent_pass() {
        testdata("binance-spot/nowhere.jsonl.zst");
    }

    #[tokio::test]
    async fn waiting_ends_when_the_condition_holds() {
        let mut looks = 0;
        wait_until(Duration::from_secs(5), "three looks", async || {
            looks += 1;
            looks == 3
        })
        .await;
        assert_eq!(looks, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "in vain for: a book that never comes")]
    async fn waiting_in_vain_names_what_was_awaited() {
        wait_until(Duration::from_millis(10), "a book that never comes", async || false).await;
    }
}
