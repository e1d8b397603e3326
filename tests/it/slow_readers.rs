//! Readers that trickle, read in bursts or stand still: each ends with the true book, and who comes back from a
//! pause that the ring did not outlast is not made to read what is long past.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use marketd_testkit::wire::{DataHead, TEXT};
use serde_json::{Value, json};

use crate::support::held::{HeldBook, REPLAYED};
use crate::support::raw::RawClient;
use crate::support::{PATIENCE, TestApp, sized};

/// What was sent so shortly before a pause ended is not old.
const GRACE_US: i64 = 250_000;
/// Old data that the server may still hold for one client, in its write buffer and the kernel's.
const OLD_MAX: usize = 64 * 1024;

/// 500 book changes a second.
async fn busy_app(keys: &[(&str, &str)]) -> TestApp {
    let mut all = vec![("replay.builtin", "true"), ("replay.speed", "50")];
    all.extend_from_slice(keys);
    let app = TestApp::start(&all).await;
    app.ready().await;
    app
}

fn subscribe(held: &HeldBook) -> Value {
    let mut request =
        json!({"op": "subscribe", "channel": "book", "market": REPLAYED, "depth": "full", "interval_ms": 0});
    if held.epoch != 0 {
        request["resume"] = held.position();
    }
    request
}

/// A client that has begun to follow the full book.
async fn following(mut raw: RawClient) -> (RawClient, HeldBook) {
    let mut held = HeldBook::default();
    raw.send_json(&subscribe(&held)).await;
    while held.deltas < 20 {
        held.take(&raw.next_json().await.expect("a frame"));
    }
    (raw, held)
}

/// Applies the frames that are whole; `false` once the connection has ended.
fn take_buffered(raw: &mut RawClient, held: &mut HeldBook) -> bool {
    while let Some(frame) = raw.wire.buffered().expect("frames of a server") {
        if frame.close().is_some() {
            return false;
        }
        if frame.opcode == TEXT {
            held.take(&serde_json::from_slice(frame.payload).expect("JSON"));
        }
    }
    true
}

/// Reads one byte a second, for so many seconds or until the server has ended the connection.
async fn trickle(raw: &mut RawClient, held: &mut HeldBook, seconds: usize) -> bool {
    for _ in 0..seconds {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if !matches!(raw.wire.read_byte().await, Ok(true)) || !take_buffered(raw, held) {
            return false;
        }
    }
    true
}

#[actix_web::test]
async fn a_reader_of_one_byte_a_second_that_wakes_up_in_time_holds_the_true_book() {
    let app = busy_app(&[]).await;
    let (mut raw, mut held) = following(RawClient::with_small_buffer(&app.address).await).await;
    // Shorter than the time after which nobody waits for it any more.
    assert!(trickle(&mut raw, &mut held, sized(5, 9)).await);
    app.compare_at_rest(&mut raw, &mut held).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_reader_of_one_byte_a_second_is_ended_in_time_and_comes_back_to_the_true_book() {
    let (timeout, seconds) = sized(("2000", 12), ("12000", 20));
    let app =
        busy_app(&[("limits.stall_timeout_ms", timeout), ("limits.tcp_user_timeout_ms", timeout)]).await;
    let (mut raw, mut held) = following(RawClient::with_small_buffer(&app.address).await).await;
    let began = Instant::now();
    while app.counter("sessions_open").await > 0 {
        assert!(began.elapsed() < Duration::from_secs(seconds), "still waited for after {seconds} s");
        // What has reached its own kernel it can read to the end, for hours.
        trickle(&mut raw, &mut held, 1).await;
    }
    drop(raw);
    let mut again = RawClient::connect(&app.address).await;
    again.send_json(&subscribe(&held)).await;
    app.compare_at_rest(&mut again, &mut held).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_reader_in_bursts_holds_the_true_book() {
    // The smaller ring is outrun between bursts, the larger one is not.
    for (ring_frames, outrun) in [("128", true), ("4096", false)] {
        let app = busy_app(&[("hub.ring_frames", ring_frames)]).await;
        let (mut raw, mut held) = following(RawClient::with_small_buffer(&app.address).await).await;
        for _ in 0..sized(4, 30) {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let burst = Instant::now();
            while burst.elapsed() < Duration::from_millis(200) {
                held.take(&raw.next_json().await.expect("still connected"));
            }
        }
        app.compare_at_rest(&mut raw, &mut held).await;
        assert_eq!(held.snapshots > 1, outrun, "{held:?}");
        app.stop().await;
    }
}

fn now_us() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(now.as_micros()).expect("before the year 294246")
}

/// What a client got after a pause before the first frame of today.
#[derive(Debug, Default)]
struct OldData {
    /// All of it.
    bytes: usize,
    frames: usize,
    /// What lay in the client's own kernel when the pause ended: nothing that the server could take back.
    with_the_client: usize,
}

impl OldData {
    /// What the server still held for the client, and sent after the pause.
    fn with_the_server(&self) -> usize {
        self.bytes.saturating_sub(self.with_the_client)
    }
}

/// Reads nothing for so long, then on to the first frame that is not old.
async fn pause(raw: &mut RawClient, held: &mut HeldBook, span: Duration) -> OldData {
    tokio::time::sleep(span).await;
    let resumed_at = now_us();
    let (in_kernel, read) = raw.wire.waiting().await.expect("an open connection");
    let mut old = OldData { with_the_client: in_kernel + read, ..OldData::default() };
    loop {
        let next = tokio::time::timeout(PATIENCE, raw.wire.next()).await.expect("a frame in time");
        let frame = next.expect("an open connection").expect("still connected");
        if frame.opcode != TEXT {
            continue;
        }
        held.take(&serde_json::from_slice(frame.payload).expect("JSON"));
        match DataHead::of(frame.payload) {
            Some(head) if head.ts_sent >= resumed_at - GRACE_US => return old,
            Some(_) => old.frames += 1,
            None => {}
        }
        // With its head of four bytes, or ten; a frame of market data is never shorter than 126 bytes.
        old.bytes += frame.payload.len() + if frame.payload.len() > 65_535 { 10 } else { 4 };
    }
}

/// The whole pause is far beyond this ring: it holds an eighth of a second.
#[actix_web::test]
async fn who_pauses_longer_than_the_ring_lasts_first_reads_64_kib_of_old_data_at_most() {
    let app = busy_app(&[("hub.ring_frames", "64")]).await;
    // The system's usual receive buffer, the smallest, and a large one. The last is not held to the limit: what is on
    // its way through a wide window is neither the client's yet nor the server's to take back, and is counted here.
    let mut clients = Vec::new();
    for receive_buffer in [None, Some(4_096), Some(256 << 10)] {
        let raw = RawClient::with_buffer(&app.address, receive_buffer).await;
        clients.push((receive_buffer, following(raw).await));
    }
    let pauses = clients.iter_mut().map(|(_, (raw, held))| pause(raw, held, Duration::from_secs(8)));
    let all = futures_util::future::join_all(pauses).await;
    for ((receive_buffer, _), old) in clients.iter().zip(&all) {
        println!("SO_RCVBUF {receive_buffer:?}: {old:?}, of that {} with the server", old.with_the_server());
    }
    for ((receive_buffer, (_, held)), old) in clients.iter().zip(&all) {
        let is_held_to_it = receive_buffer.is_none_or(|size| size < OLD_MAX as u32);
        assert!(!is_held_to_it || old.with_the_server() <= OLD_MAX, "{receive_buffer:?} {old:?}");
        assert_eq!(held.snapshots, 2, "the one at the beginning, and the one after the pause");
    }
    for (_, (raw, held)) in &mut clients {
        app.compare_at_rest(raw, held).await;
    }
    app.stop().await;
}

/// The other half of the bargain: what the ring still holds is delivered, however old, and nothing is skipped.
#[actix_web::test]
async fn who_pauses_within_the_ring_reads_all_that_was_missed() {
    // Eight seconds of the full size are 5 MB.
    let app = busy_app(&[("hub.ring_frames", "16384"), ("hub.ring_bytes", "16777216")]).await;
    let (mut raw, mut held) = following(RawClient::connect(&app.address).await).await;
    let old = pause(&mut raw, &mut held, sized(Duration::from_secs(3), Duration::from_secs(8))).await;
    println!("within the ring: {old:?}, of that {} with the server and its ring", old.with_the_server());
    app.compare_at_rest(&mut raw, &mut held).await;
    assert_eq!(held.snapshots, 1);
    app.stop().await;
}
