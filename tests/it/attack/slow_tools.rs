//! slowhttptest: slow heads, slow bodies, slow readers, and a probe that has to be answered all the while.
//! `MARKETD_LONG=1`: 1,000 connections each for a minute, with the limits as they are by default.

use std::time::Duration;

use super::probe::{beside, run};
use crate::support::process::Process;
use crate::support::{is_full_size, sized, tool};

/// What the probe may wait at most at the full size, which has the machine to itself.
const P99_MAX: Duration = Duration::from_millis(250);

struct Attack {
    name: &'static str,
    mode: &'static [&'static str],
    path: &'static str,
    /// Whether the server has to have ended every connection before the time is over.
    is_ended_by_us: bool,
}

const ATTACKS: [Attack; 3] = [
    Attack { name: "slow heads", mode: &["-H"], path: "/api/v1/markets", is_ended_by_us: true },
    Attack {
        name: "slow bodies",
        mode: &["-B", "-s", "60000"],
        path: "/api/v1/auth/login",
        is_ended_by_us: true,
    },
    Attack {
        name: "slow readers",
        mode: &["-X", "-w", "10", "-y", "20", "-n", "1", "-z", "5", "-k", "3"],
        path: "/openapi.json",
        // They do read. What they cost is a descriptor each.
        is_ended_by_us: false,
    },
];

async fn withstood(attack: &Attack, quick: &[(&str, &str)]) -> bool {
    let Some(mut command) = tool("MARKETD_TEST_SLOWHTTPTEST") else { return false };
    let folder = tempfile::tempdir().expect("a folder");
    let server = Process::busy(folder.path(), quick).await;
    let before = server.settled_descriptors().await;
    let (count, seconds) =
        (sized("100", "1000"), if attack.is_ended_by_us { sized("15", "60") } else { sized("4", "60") });
    command
        .args(attack.mode)
        .args(["-c", count, "-r", sized("200", "250"), "-i", "1", "-x", "3", "-l", seconds, "-p", "5"])
        .arg("-u")
        .arg(format!("http://{}{}", server.address(), attack.path))
        // Statistics, in a file of their own: the screen's are redrawn with control characters.
        .args(["-g", "-o", "told"])
        .current_dir(folder.path());
    let (output, probed) = beside(&server.address(), run(command)).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = std::fs::read_to_string(folder.path().join("told.csv")).unwrap_or_default();
    assert!(probed.failures.is_empty(), "{}: {:?}", attack.name, probed.failures);
    assert!(probed.times.len() > 10, "{}: {} probes; {said}", attack.name, probed.times.len());
    // Second, closed, pending, connected, and whether its own probe was answered.
    let rows: Vec<Vec<&str>> = told.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let most = rows.iter().filter_map(|row| row.get(3)?.trim().parse::<u32>().ok()).max().unwrap_or(0);
    println!(
        "{}: {} probes, p99 {:?}, {most} connections at once",
        attack.name,
        probed.times.len(),
        probed.p99()
    );
    assert!(most >= sized(50, 500), "{}: {most} connections at once; {told}{said}", attack.name);
    if attack.is_ended_by_us {
        assert!(said.contains("No open connections left"), "{}: some are kept: {told}{said}", attack.name);
    }
    if is_full_size() {
        assert!(probed.p99() <= P99_MAX, "{}: {:?}", attack.name, probed.p99());
    }
    let after = server.settled_descriptors().await;
    assert!(after <= before + 2, "{}: {before} descriptors before, {after} after", attack.name);
    true
}

#[actix_web::test]
async fn slow_clients_cost_the_others_nothing() {
    let quick: &[(&str, &str)] =
        if is_full_size() { &[] } else { &[("limits.head_ms", "2000"), ("limits.body_ms", "2000")] };
    for attack in &ATTACKS {
        if !withstood(attack, quick).await {
            return;
        }
    }
}
