//! Clients that come and go, in every way there is: nothing of them is left, and memory stands at its plateau.
//!
//! `MARKETD_LONG=1`: 100,000 of them.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use marketd_testkit::Draw;
use marketd_testkit::wire::{CLOSE, FIN, TEXT, WireClient, handshake, masked};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::process::Process;
use crate::support::raw::RawClient;
use crate::support::{PATIENCE, sized};

const MARKET: &str = "binance:BTC-USDT";
/// Clients at a time.
const AT_ONCE: usize = 32;
/// How far resident memory may rise above what it was after half of the clients.
const PLATEAU: u64 = 16 << 20;

fn requests() -> Vec<String> {
    let book = |depth, interval| json!({"op": "subscribe", "channel": "book", "market": MARKET, "depth": depth, "interval_ms": interval});
    let plain = |channel| json!({"op": "subscribe", "channel": channel, "market": MARKET});
    [
        book(10, 0),
        book(50, 100),
        book(100, 250),
        plain("bbo"),
        plain("trades"),
        plain("ticker"),
        plain("candles"),
    ]
    .map(|request| request.to_string())
    .to_vec()
}

/// How a client behaves and ends.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// Subscribes, reads a little, and closes as it should.
    Closed,
    /// Subscribes, reads a little, and is reset.
    Reset,
    /// Subscribes and is gone before the reply.
    GoneWhileSubscribing,
    /// Ends in the middle of a request.
    GoneInARequest,
    /// Ends in the middle of its handshake.
    HalfAHandshake,
    /// Connects and says nothing.
    Mute,
    /// Subscribes, unsubscribes, and ends.
    Unsubscribed,
}

const WAYS: [Way; 7] = [
    Way::Closed,
    Way::Reset,
    Way::GoneWhileSubscribing,
    Way::GoneInARequest,
    Way::HalfAHandshake,
    Way::Mute,
    Way::Unsubscribed,
];

async fn read_a_little(client: &mut WireClient, frames: usize) -> std::io::Result<()> {
    for _ in 0..frames {
        client.next().await?;
    }
    Ok(())
}

/// One client from its beginning to its end.
async fn come_and_go(address: &str, requests: &[String], draw: &mut Draw) -> std::io::Result<()> {
    let address = address.parse().expect("an address");
    let way = draw.pick(&WAYS);
    if let Way::HalfAHandshake | Way::Mute = way {
        let mut stream = TcpStream::connect(address).await?;
        if let Way::HalfAHandshake = way {
            let bytes = handshake();
            stream.write_all(&bytes[..1 + draw.below(bytes.len() as u64 - 1) as usize]).await?;
        }
        return Ok(());
    }
    let mut client = WireClient::connect(address, None).await?;
    let wanted = 1 + draw.below(3) as usize;
    let first = draw.below((requests.len() - wanted) as u64) as usize;
    for request in &requests[first..first + wanted] {
        client.send_text(request).await?;
    }
    match way {
        Way::Closed => {
            read_a_little(&mut client, 2 * wanted).await?;
            client.send(&masked(FIN | CLOSE, &1_000_u16.to_be_bytes())).await?;
            // What was on its way comes first, then the answer.
            while client.next().await?.is_some_and(|frame| frame.opcode != CLOSE) {}
        }
        Way::Reset => {
            read_a_little(&mut client, 2 * wanted).await?;
            client.reset();
        }
        Way::GoneWhileSubscribing => client.reset(),
        Way::GoneInARequest => {
            let request = masked(FIN | TEXT, requests[0].as_bytes());
            client.send(&request[..1 + draw.below(request.len() as u64 - 1) as usize]).await?;
        }
        Way::Unsubscribed => {
            for request in &requests[first..first + wanted] {
                client.send_text(&request.replacen("subscribe", "unsubscribe", 1)).await?;
            }
            read_a_little(&mut client, 2 * wanted).await?;
        }
        Way::HalfAHandshake | Way::Mute => {}
    }
    Ok(())
}

/// So many clients, some at a time.
async fn churn(process: &Process, count: usize, seed: u64) {
    let left = Rc::new(Cell::new(count));
    let clients: Vec<_> = (0..AT_ONCE as u64)
        .map(|no| {
            let (address, requests, left) = (process.address(), requests(), left.clone());
            actix_web::rt::spawn(async move {
                let mut draw = Draw(seed + no);
                while let Some(still) = left.get().checked_sub(1) {
                    left.set(still);
                    come_and_go(&address, &requests, &mut draw).await.expect("the server goes on");
                }
            })
        })
        .collect();
    for client in clients {
        client.await.expect("ran to its end");
    }
}

async fn nobody_is_left(process: &Process) {
    marketd_testkit::wait_until(PATIENCE, "no session and no subscription", async || {
        process.open().await == (0, 0)
    })
    .await;
}

#[actix_web::test]
async fn nothing_is_left_of_clients_that_come_and_go() {
    let count = sized(3_000, 100_000);
    let data_dir = tempfile::tempdir().expect("a folder");
    let process =
        Process::busy(data_dir.path(), &[("hub.linger_ms", "1500"), ("hub.ring_frames", "512")]).await;
    // A first few, so that what is made once is there.
    churn(&process, 100, 1).await;
    nobody_is_left(&process).await;
    let (descriptors, fresh) = (process.settled_descriptors().await, process.resident());
    let began = Instant::now();
    churn(&process, count / 2, 1_000).await;
    let plateau = process.resident();
    churn(&process, count - count / 2, 2_000).await;
    let took = began.elapsed();
    let end = process.resident();
    nobody_is_left(&process).await;
    let counters = process.counters().await;
    println!("{count} clients in {took:.1?}, {} of them had a session", counters["sessions_total"]);
    println!(
        "KiB resident: {} fresh, {} after half, {} at the end",
        fresh / 1_024,
        plateau / 1_024,
        end / 1_024
    );
    assert!(counters["sessions_total"] > count as u64 / 2, "{counters:?}");
    assert_eq!(process.settled_descriptors().await, descriptors, "descriptors");
    assert!(end <= plateau + PLATEAU, "from {plateau} to {end} bytes");
    streams_without_readers_are_dropped(&process).await;
}

/// A ring that is dropped is known by its positions: they cannot be resumed. And nothing is encoded any more.
async fn streams_without_readers_are_dropped(process: &Process) {
    let mut client = RawClient::connect(&process.address()).await;
    let mut request = json!({"op": "subscribe", "channel": "bbo", "market": MARKET});
    client.send_json(&request).await;
    let frame = loop {
        let frame = client.next_json().await.expect("a frame");
        if frame["type"] == "snapshot" {
            break frame;
        }
    };
    drop(client);
    request["resume"] = json!({"epoch": frame["epoch"], "seq": frame["seq"]});
    marketd_testkit::wait_until(PATIENCE, "an end of encoding", async || {
        let encoded = process.counters().await["frames_encoded"];
        // Longer than the slowest stream takes between two frames.
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        process.counters().await["frames_encoded"] == encoded
    })
    .await;
    let mut client = RawClient::connect(&process.address()).await;
    client.send_json(&request).await;
    let reply = client.next_json().await.expect("a reply");
    assert_eq!(reply["results"][0]["reason"], "epoch", "a ring that was dropped knows no positions: {reply}");
}
