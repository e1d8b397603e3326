//! Traces as a collector sees them: a venue's frame up to the client's socket, an order up to its commit; and a collector that is
//! not there.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::collector::{Collector, Manner, Seen};
use crate::support::venue::{FollowedBook, MARKET, ScriptedBinance, tick};
use crate::support::{Answer, PATIENCE, TestApp};

const SIM: &str = "sim:BTC-USD";
const SERVER: u64 = 2;

/// Everything is traced, and sent at once.
fn traced<'a>(endpoint: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut keys = vec![
        ("tracing.otlp_endpoint", endpoint),
        ("tracing.requests_one_in", "1"),
        ("tracing.frames_one_in", "1"),
        ("tracing.traces_per_second", "1000000"),
        ("tracing.flush_ms", "10"),
    ];
    keys.extend_from_slice(more);
    keys
}

/// The span of this name below that parent.
fn child<'a>(spans: &'a [Seen], parent: &Seen, name: &str) -> Option<&'a Seen> {
    spans.iter().find(|span| span.name == name && span.parent == parent.span && span.trace == parent.trace)
}

/// A span lies within its parent, and is not the other way round in time.
fn lies_within(inner: &Seen, outer: &Seen) {
    assert!(
        outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end,
        "{inner:?} {outer:?}"
    );
}

#[actix_web::test]
async fn a_venues_frame_is_followed_to_the_clients_socket() {
    let collector = Collector::start(Manner::Take).await;
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&traced(&collector.endpoint, &[("tracing.service_name", "it")])).await;
    let conn = venue.live(&app).await;
    let mut client = app.connect().await;
    let mut held = FollowedBook::subscribe(&mut client, MARKET).await;
    conn.send_text(tick(&venue.btc)).await.expect("open");
    let truth = venue.sides();
    held.until(&mut client, "the true book", |held| held.sides() == truth).await;
    let chain = collector
        .until("a whole trace", |spans| {
            spans.iter().filter(|span| span.name == "feed.frame").find_map(|frame| {
                let apply = child(spans, frame, "market.apply")?;
                let ring = spans.iter().find(|span| {
                    span.name == "hub.ring"
                        && span.parent == apply.span
                        && span.attribute("channel") == "book"
                })?;
                let write = child(spans, ring, "session.write")?;
                Some([frame, apply, ring, write].map(Clone::clone))
            })
        })
        .await;
    let [frame, apply, ring, write] = &chain;
    assert!(chain.iter().all(|span| span.service == "it" && span.trace == frame.trace && span.status == 0));
    assert_eq!((frame.parent.as_str(), frame.kind, apply.kind, ring.kind, write.kind), ("", 5, 1, 1, 4));
    assert!(frame.attribute("feed").starts_with("binance"), "{frame:?}");
    assert!(frame.attribute("bytes").parse::<u64>().is_ok_and(|bytes| bytes > 50), "{frame:?}");
    assert_eq!((apply.attribute("market"), ring.attribute("market")), (MARKET, MARKET));
    assert_ne!(apply.attribute("updates"), "0");
    assert!(ring.attribute("seq").parse::<u64>().is_ok_and(|seq| seq > 0));
    assert_eq!(write.attribute("sent"), "all");
    let (of_frame, of_write) =
        (ring.attribute("bytes").parse::<u64>(), write.attribute("bytes").parse::<u64>());
    assert!(of_frame.is_ok() && of_write.ok() >= of_frame.clone().ok(), "{ring:?} {write:?}");
    assert!(frame.start <= apply.start && apply.start <= ring.start && ring.start <= write.start);
    app.stop().await;
}

/// A frame that waits for its stream's interval, and has several changes in it, is a part of the first one's trace.
#[actix_web::test]
async fn a_change_that_waits_for_its_streams_interval_is_followed_as_well() {
    let collector = Collector::start(Manner::Take).await;
    let venue = ScriptedBinance::start().await;
    let app = venue.app(&traced(&collector.endpoint, &[])).await;
    let conn = venue.live(&app).await;
    let mut client = app.connect().await;
    client.send(json!({"op": "subscribe", "channel": "ticker", "market": MARKET})).await;
    client.next_where(|message| message["type"] == "snapshot").await;
    let late = |spans: &[Seen]| {
        let rings =
            spans.iter().filter(|span| span.name == "hub.ring" && span.attribute("channel") == "ticker");
        rings.into_iter().find_map(|ring| {
            let apply = spans.iter().find(|span| span.span == ring.parent)?;
            // Tickers come at most every 250 ms.
            (ring.start - apply.end > 50_000_000)
                .then(|| (apply.clone(), child(spans, ring, "session.write").cloned()))
        })
    };
    app.until("a ticker that has waited", async || {
        conn.send_text(tick(&venue.btc)).await.expect("open");
        matches!(late(&collector.spans()), Some((_, Some(_))))
    })
    .await;
    let (apply, write) = late(&collector.spans()).expect("it was there");
    let write = write.expect("it was there");
    assert_eq!((apply.name.as_str(), write.trace), ("market.apply", apply.trace));
    app.stop().await;
}

/// A server whose sandbox takes orders.
async fn sandbox_app(endpoint: &str, keys: &[(&str, &str)]) -> TestApp {
    let mut all = traced(endpoint, &[("venues.sim.enabled", "true"), ("tracing.frames_one_in", "0")]);
    all.extend_from_slice(keys);
    let app = TestApp::start(&all).await;
    app.ready().await;
    app.until("the sandbox", async || app.get("/api/v1/balances").await.status == 200).await;
    app
}

fn resting() -> Value {
    json!({"market": SIM, "side": "buy", "type": "limit", "qty": "0.02", "price": "30000.00"})
}

/// What lies between a request and its commit.
fn order_spans(spans: &[Seen], root: &Seen) -> Option<[Seen; 4]> {
    let submit = child(spans, root, "sandbox.submit")?;
    let carry_out = child(spans, submit, "sandbox.carry_out")?;
    let commit = child(spans, submit, "sandbox.commit")?;
    let append = child(spans, commit, "store.append_journal")?;
    Some([submit, carry_out, commit, append].map(Clone::clone))
}

fn check_order(root: &Seen, [submit, carry_out, commit, append]: &[Seen; 4]) {
    for (inner, outer) in [(submit, root), (carry_out, submit), (append, commit)] {
        lies_within(inner, outer);
    }
    assert!(carry_out.end <= commit.start && commit.end >= append.end, "{commit:?} {append:?}");
    assert!(carry_out.attribute("seq").parse::<u64>().is_ok_and(|seq| seq > 0));
    assert!(append.attribute("events").parse::<u64>().is_ok_and(|events| events > 0));
}

#[actix_web::test]
async fn an_order_over_rest_is_followed_to_its_commit_in_its_senders_trace() {
    let collector = Collector::start(Manner::Take).await;
    // Only those whose senders say so.
    let app = sandbox_app(&collector.endpoint, &[("tracing.requests_one_in", "0")]).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let send = async |headers: &[(&str, &str)]| -> Answer {
        app.request("POST", "/api/v1/orders", headers, &resting().to_string()).await
    };
    let unsampled = send(&[("traceparent", &format!("00-{trace}-00f067aa0ba902b7-00"))]).await;
    assert_eq!((unsampled.status, unsampled.header("x-trace-id")), (201, Some(trace)));
    let answer = send(&[("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"))]).await;
    assert_eq!((answer.status, answer.header("x-trace-id")), (201, Some(trace)), "{}", answer.body);
    assert_eq!(answer.json()["trace_id"], trace);
    let (root, parts) = collector
        .until("a whole trace", |spans| {
            let root = spans.iter().find(|span| span.name == "POST /api/v1/orders")?;
            Some((root.clone(), order_spans(spans, root)?))
        })
        .await;
    check_order(&root, &parts);
    assert_eq!((root.trace.as_str(), root.parent.as_str(), root.kind), (trace, "00f067aa0ba902b7", SERVER));
    assert_eq!(
        (
            root.attribute("http.request.method"),
            root.attribute("http.route"),
            root.attribute("http.response.status_code")
        ),
        ("POST", "/api/v1/orders", "201")
    );
    // A name that is no number is not lost, and a key's repetition is carried in the same context.
    let named = [
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("x-trace-id", "mine-7"),
        ("idempotency-key", "k1"),
    ];
    let answer = send(&named).await;
    assert_eq!((answer.status, answer.header("x-trace-id")), (201, Some("mine-7")));
    let root = collector
        .until("the second trace", |spans| {
            spans
                .iter()
                .find(|span| span.trace.starts_with("0af7") && span.parent == "b7ad6b7169203331")
                .cloned()
        })
        .await;
    assert_eq!(root.attribute("marketd.trace_id"), "mine-7");
    let traces: std::collections::BTreeSet<String> =
        collector.spans().into_iter().map(|span| span.trace).collect();
    assert_eq!(traces.len(), 2, "nobody else is traced");
    app.stop().await;
}

#[actix_web::test]
async fn an_order_over_the_websocket_is_followed_to_its_commit() {
    let collector = Collector::start(Manner::Take).await;
    let app = sandbox_app(&collector.endpoint, &[]).await;
    let mut client = app.connect().await;
    let mut order = resting();
    order["op"] = json!("order.place");
    client.send(order).await;
    let reply = client.next_where(|message| message["op"] == "order.place").await;
    assert_eq!(reply["status"], "ok", "{reply}");
    let (root, parts) = collector
        .until("a whole trace", |spans| {
            let root = spans.iter().find(|span| span.name == "order.place")?;
            Some((root.clone(), order_spans(spans, root)?))
        })
        .await;
    check_order(&root, &parts);
    assert_eq!((root.parent.as_str(), root.kind), ("", SERVER));
    client.send(json!({"op": "order.cancel", "order_id": 999_999})).await;
    let reply = client.next_where(|message| message["op"] == "order.cancel").await;
    assert_eq!(reply["code"], "unknown_order", "{reply}");
    let refused = collector
        .until("the refused one", |spans| spans.iter().find(|span| span.name == "order.cancel").cloned())
        .await;
    assert_eq!(refused.attribute("code"), "unknown_order");
    app.stop().await;
}

/// What `/metrics` says of the traces.
async fn figure(app: &TestApp, name: &str) -> f64 {
    let text = app.get("/metrics").await.body;
    let line = text.lines().find_map(|line| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')));
    line.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no {name}"))
}

/// Asks until so many spans are lost, and then stops: neither waits for a collector.
async fn goes_on_and_stops(app: TestApp) {
    app.until("lost spans", async || {
        for _ in 0..30 {
            let began = Instant::now();
            assert_eq!(app.get("/api/v1/limits").await.status, 200);
            assert!(began.elapsed() < PATIENCE / 4, "nobody waits for the collector");
        }
        figure(&app, "marketd_trace_spans_lost_total").await > 20.0
            && figure(&app, "marketd_trace_exports_failed_total").await >= 1.0
    })
    .await;
    let began = Instant::now();
    app.stop().await;
    // The last spans have a second, and HTTP and the rest what they need without a collector, too.
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

const SMALL: [(&str, &str); 3] =
    [("tracing.queue_spans", "10"), ("tracing.batch_spans", "5"), ("tracing.timeout_ms", "200")];

#[actix_web::test]
async fn without_a_collector_spans_are_lost_and_nothing_else() {
    // Nobody listens there any more.
    let gone = Collector::start(Manner::Take).await.endpoint.clone();
    goes_on_and_stops(TestApp::start(&traced(&gone, &SMALL)).await).await;
}

#[actix_web::test]
async fn a_collector_that_says_nothing_costs_spans_and_nothing_else() {
    let collector = Collector::start(Manner::Hang).await;
    goes_on_and_stops(TestApp::start(&traced(&collector.endpoint, &SMALL)).await).await;
    assert!(!collector.heads().is_empty());
}

#[actix_web::test]
async fn a_collector_that_refuses_or_answers_nonsense_is_borne() {
    let collector = Collector::start(Manner::Refuse(503)).await;
    let app = TestApp::start(&traced(&collector.endpoint, &[("tracing.otlp_headers", "x-key=canary")])).await;
    assert_eq!(app.request("GET", "/livez", &[("x-trace-id", "first")], "").await.status, 200);
    app.until("a refusal", async || !collector.heads().is_empty()).await;
    let head = &collector.heads()[0].to_lowercase();
    assert!(head.starts_with("post /v1/traces ") && head.contains("x-key: canary"), "{head}");
    assert!(head.contains("content-type: application/x-protobuf"), "{head}");
    // It is back: what it did not take comes again.
    collector.answer(Manner::Take);
    let is_first = |span: &&Seen| span.attributes.get("marketd.trace_id").is_some_and(|id| id == "first");
    collector.until("the span that was refused", |spans| spans.iter().find(is_first).cloned()).await;
    assert_eq!(figure(&app, "marketd_trace_spans_lost_total").await, 0.0);
    // It takes the batch but not two of its spans; then says something that is no protobuf at all.
    collector.answer(Manner::Say(vec![0x0a, 0x02, 0x08, 0x02]));
    app.until("two refused", async || figure(&app, "marketd_trace_spans_lost_total").await >= 1.0).await;
    collector.answer(Manner::Say(b"<html>busy</html>".to_vec()));
    let exported = figure(&app, "marketd_trace_spans_exported_total").await;
    app.until("more", async || figure(&app, "marketd_trace_spans_exported_total").await > exported).await;
    // What is refused for good is not sent again and again.
    let lost = figure(&app, "marketd_trace_spans_lost_total").await;
    collector.answer(Manner::Refuse(400));
    app.until("refused for good", async || figure(&app, "marketd_trace_spans_lost_total").await > lost).await;
    app.stop().await;
}
