//! The venue of the load tests: what it publishes comes out, all of it and in order, at the times it was due.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use marketd_loadtest::market::Kind;
use marketd_loadtest::publish::{Order, publish};
use marketd_loadtest::schedule::{Load, Ramp};
use marketd_loadtest::server::Venue;
use serde_json::json;

use crate::support::{PATIENCE, TestApp};

const MARKETS: usize = 3;

#[actix_web::test]
async fn a_client_gets_every_trade_of_the_scripted_venue_in_order_with_its_due_time() {
    let venue = Venue::new(MARKETS);
    let address = venue.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a free port");
    let names: Vec<String> = (0..MARKETS).map(|no| format!("M{no}-USD")).collect();
    let app = TestApp::start(&[
        ("venues.bitstamp.enabled", "true"),
        ("venues.bitstamp.markets", &names.join(",")),
        ("venues.bitstamp.ws_url", &format!("ws://{address}")),
        ("venues.bitstamp.rest_url", &format!("http://{address}")),
    ])
    .await;
    app.ready().await;
    let mut client = app.connect().await;
    let markets: Vec<String> = names.iter().map(|name| format!("bitstamp:{name}")).collect();
    client.send(json!({"op": "subscribe", "id": 1, "channel": "trades", "markets": markets})).await;
    for _ in 0..MARKETS {
        client.next_where(|frame| frame["type"] == "snapshot" && frame["channel"] == "trades").await;
    }

    // 100 messages a second, then 200: a trade and a book change in turn, 150 of each.
    let ramp = Ramp { factor: 2.0, every: Duration::from_secs(1) };
    let load = Load { rate: 100.0, duration: Duration::from_secs(2), ramp: Some(ramp) };
    let publishing = std::thread::spawn(move || {
        assert!(venue.wait_for_readers(PATIENCE), "marketd reads every market");
        publish(&venue, &load, Order { kinds: &[Kind::Trade, Kind::Book], markets: MARKETS })
    });
    let mut last = [(0_u64, 0_i64); MARKETS];
    let mut trades = 0;
    while trades < 150 {
        let frame = client.next_where(|frame| frame["type"] == "event").await;
        let market = markets.iter().position(|market| frame["market"] == **market).expect("a known market");
        let (last_seq, last_ts) = &mut last[market];
        assert_eq!(frame["prev"], *last_seq);
        for trade in frame["trades"].as_array().expect("trades") {
            *last_seq += 1;
            trades += 1;
            assert_eq!(trade["seq"], *last_seq);
            assert_eq!(trade["trade_id"], last_seq.to_string());
            let ts = trade["ts"].as_i64().expect("a time");
            // Every sixth message is this market's: 60 ms apart in the first second, 30 in the second.
            let apart = if *last_seq <= 17 { 60_000 } else { 30_000 };
            assert!(*last_ts == 0 || (ts - *last_ts - apart).abs() <= 30_000, "{last_ts} {ts}");
            *last_ts = ts;
        }
    }
    let report = publishing.join().expect("publishing ends");
    assert_eq!((report.sent, report.unread), (300, 0));
    assert_eq!(report.steps.iter().map(|step| step.sent).collect::<Vec<_>>(), [100, 200]);
    assert_eq!(last.map(|(seq, _)| seq), [50; MARKETS]);
    for market in &markets {
        let status = app.data(&format!("/api/v1/markets/{market}")).await["status"].clone();
        assert_eq!(status, "live", "{market}: its book changes fit");
    }
    app.stop().await;
}
