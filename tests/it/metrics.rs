//! `/metrics`: its format, its table in docs/metrics.md, and that figures move with what happens.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::json;

use crate::support::TestApp;

/// A family as the text tells it.
#[derive(Debug, Default, PartialEq)]
struct Family {
    kind: String,
    help: String,
    labels: BTreeSet<String>,
    samples: BTreeMap<String, f64>,
}

/// Reads the text format, and refuses what Prometheus would.
fn parse(text: &str) -> BTreeMap<String, Family> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut current = String::new();
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a meaning");
            name.clone_into(&mut current);
            let family = Family { help: help.to_owned(), ..Family::default() };
            assert!(families.insert(name.to_owned(), family).is_none(), "{name} comes twice");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a kind");
            assert_eq!(name, current);
            kind.clone_into(&mut families.get_mut(name).expect("begun").kind);
        } else {
            let (series, value) = line.rsplit_once(' ').expect("a value");
            let value: f64 = value.parse().unwrap_or_else(|error| panic!("{error}: {line}"));
            let (name, labels) = series.split_once('{').unwrap_or((series, ""));
            let suffix = name.strip_prefix(&current).unwrap_or_else(|| panic!("{line} is not of {current}"));
            assert!(["", "_bucket", "_sum", "_count"].contains(&suffix), "{line}");
            let family = families.get_mut(&current).expect("begun");
            for label in labels.trim_end_matches('}').split("\",").filter(|label| !label.is_empty()) {
                family.labels.insert(label.split('=').next().expect("a name").to_owned());
            }
            assert!(family.samples.insert(series.to_owned(), value).is_none(), "{series} comes twice");
        }
    }
    families
}

async fn metrics(app: &TestApp) -> BTreeMap<String, Family> {
    let answer = app.get("/metrics").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    parse(&answer.body)
}

fn value(families: &BTreeMap<String, Family>, series: &str) -> f64 {
    let name = series.split('{').next().expect("a name");
    let family =
        ["", "_bucket", "_sum", "_count"].iter().find_map(|suffix| families.get(name.strip_suffix(suffix)?));
    let family = family.unwrap_or_else(|| panic!("no family of {series}"));
    *family.samples.get(series).unwrap_or_else(|| panic!("no {series} in {family:?}"))
}

async fn app() -> TestApp {
    let keys = [("replay.builtin", "true"), ("replay.speed", "20"), ("venues.sim.enabled", "true")];
    let app = TestApp::start(&[&keys[..], &[("venues.sim.markets", "BTC-USD")]].concat()).await;
    app.ready().await;
    app
}

fn page() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md")
}

const TABLE: &str = "| metric | kind | labels | meaning |\n|---|---|---|---|\n";

#[actix_web::test]
async fn the_page_lists_every_metric() {
    let app = app().await;
    // So that every family has samples, and with them labels.
    app.get("/livez").await;
    let families = metrics(&app).await;
    let rows: String = families
        .iter()
        .map(|(name, family)| {
            let labels: Vec<&str> = family.labels.iter().map(String::as_str).collect();
            format!("| `{name}` | {} | {} | {} |\n", family.kind, labels.join(", "), family.help)
        })
        .collect();
    let text = std::fs::read_to_string(page()).expect("docs/metrics.md").replace("\r\n", "\n");
    let (head, behind) = text.split_once(TABLE).expect("the table");
    let tail = behind.find("\n\n").map_or("", |at| &behind[at + 1..]);
    let made = format!("{head}{TABLE}{rows}{tail}");
    if std::env::var_os("MARKETD_UPDATE_DOCS").is_some_and(|value| value == "1") {
        std::fs::write(page(), made).expect("written");
    } else {
        assert!(made == text, "docs/metrics.md is not what /metrics tells: run with MARKETD_UPDATE_DOCS=1");
    }
    app.stop().await;
}

#[actix_web::test]
async fn names_follow_the_conventions() {
    let app = app().await;
    for (name, family) in metrics(&app).await {
        assert!(name.starts_with("marketd_") || name.starts_with("process_"), "{name}");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'));
        assert_eq!(name.ends_with("_total"), family.kind == "counter", "{name} is a {}", family.kind);
        assert!(!name.ends_with("_ms") && !name.ends_with("_us"), "{name}: seconds are the unit");
        assert!(family.help.ends_with('.') && !family.samples.values().any(|value| *value < 0.0), "{name}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn requests_are_counted_by_route_and_status() {
    let app = app().await;
    let before = metrics(&app).await;
    for path in ["binance:BTC-USDT", "sim:BTC-USD", "sim:NO-SUCH", "sim:NO-SUCH-2"] {
        app.get(&format!("/api/v1/markets/{path}/book?depth=5")).await;
    }
    app.request("POST", "/api/v1/markets/sim:BTC-USD/book", &[], "").await;
    app.get("/no/such/route").await;
    let after = metrics(&app).await;
    let route = "route=\"/api/v1/markets/{market}/book\"";
    let count = |method, status| {
        value(
            &after,
            &format!("marketd_http_requests_total{{{route},method=\"{method}\",status=\"{status}\"}}"),
        )
    };
    assert_eq!((count("GET", 200), count("GET", 404), count("POST", 405)), (2.0, 2.0, 1.0));
    let unmatched = "marketd_http_requests_total{route=\"unmatched\",method=\"GET\",status=\"404\"}";
    assert_eq!(value(&after, unmatched), 1.0);
    let seconds = "marketd_http_request_duration_seconds";
    assert_eq!(value(&after, &format!("{seconds}_count{{{route}}}")), 5.0);
    assert_eq!(value(&after, &format!("{seconds}_bucket{{{route},le=\"+Inf\"}}")), 5.0);
    assert!(value(&after, &format!("{seconds}_sum{{{route}}}")) > 0.0);
    // What callers put into paths makes no series.
    let series = |families: &BTreeMap<String, Family>| families["marketd_http_requests_total"].samples.len();
    assert!(series(&after) <= series(&before) + 5, "{:?}", after["marketd_http_requests_total"]);
    let buckets: Vec<f64> = after[seconds]
        .samples
        .iter()
        .filter(|(name, _)| name.contains("_bucket") && name.contains(route))
        .map(|(_, count)| *count)
        .collect();
    assert_eq!(buckets.len(), 15);
    app.stop().await;
}

#[actix_web::test]
async fn sessions_and_markets_are_counted() {
    let app = app().await;
    let mut client = app.connect().await;
    client.send(json!({"op": "subscribe", "channel": "book", "market": "sim:BTC-USD", "depth": 10})).await;
    client.next_where(|message| message["type"] == "delta").await;
    client.send(json!({"op": "dance"})).await;
    client.next_where(|message| message["type"] == "error").await;
    let families = metrics(&app).await;
    for (series, least) in [
        ("marketd_sessions_open", 1.0),
        ("marketd_sessions_total", 1.0),
        ("marketd_subscriptions_open", 2.0),
        ("marketd_snapshots_sent_total", 1.0),
        ("marketd_frames_sent_total", 2.0),
        ("marketd_bytes_sent_total", 300.0),
        ("marketd_refused_messages_total", 1.0),
        ("marketd_market_depth_updates_total{market=\"sim:BTC-USD\"}", 1.0),
        ("marketd_market_status{market=\"sim:BTC-USD\",status=\"live\"}", 1.0),
        ("marketd_market_info{market=\"binance:BTC-USDT\",venue=\"binance\",source=\"replay\"}", 1.0),
        ("marketd_feed_messages_total{feed=\"sim\"}", 1.0),
        ("marketd_market_venue_to_publish_seconds_count{market=\"sim:BTC-USD\"}", 1.0),
        ("marketd_market_receive_to_publish_seconds_bucket{market=\"sim:BTC-USD\",le=\"+Inf\"}", 1.0),
        ("marketd_actor_mailbox_messages{actor=\"market\",name=\"sim:BTC-USD\"}", 0.0),
        ("marketd_actor_mailbox_messages{actor=\"hub\",name=\"0\"}", 0.0),
        ("marketd_arbiter_lag_seconds{arbiter=\"feeds\"}", 0.0),
        ("marketd_arbiter_lag_seconds{arbiter=\"http 0\"}", 0.0),
        ("marketd_store_state{backend=\"sqlite\",state=\"ok\"}", 1.0),
        ("marketd_ready", 1.0),
    ] {
        assert!(value(&families, series) >= least, "{series} is {}", value(&families, series));
    }
    let rows = "marketd_store_rows_written_total{family=\"trades\"}";
    app.until("rows in the store", async || value(&metrics(&app).await, rows) > 0.0).await;
    let families = metrics(&app).await;
    for name in [
        "store_batches_total",
        "store_batch_rows_total",
        "store_last_batch_rows",
        "store_write_duration_seconds_count",
    ] {
        assert!(value(&families, &format!("marketd_{name}{{family=\"trades\"}}")) > 0.0, "{name}");
    }
    let replayed = |name: &str| families[name].samples.keys().any(|series| series.contains("binance:"));
    assert!(!replayed("marketd_market_venue_to_publish_seconds"), "a recording's times are its own");
    let stale = "marketd_market_stale_seconds{market=\"sim:BTC-USD\"}";
    assert_eq!(value(&families, stale), 0.0);
    drop(client);
    app.until("the session is gone", async || value(&metrics(&app).await, "marketd_sessions_open") == 0.0)
        .await;
    app.request("POST", "/api/v1/sim/scenario", &[], r#"{"scenario":"stale"}"#).await;
    app.until("stale", async || value(&metrics(&app).await, stale) > 0.0).await;
    app.stop().await;
}

#[cfg(target_os = "linux")]
#[actix_web::test]
async fn the_process_is_measured() {
    let app = TestApp::start(&[]).await;
    let families = metrics(&app).await;
    let of = |name: &str| value(&families, name);
    assert!(of("process_resident_memory_bytes") > 1e6);
    assert!(of("process_open_fds") >= 3.0 && of("process_open_fds") < of("process_max_fds"));
    assert!(of("process_cpu_seconds_total") > 0.0 && of("process_threads") >= 2.0);
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs_f64();
    let age = now - of("process_start_time_seconds");
    assert!((-2.0..86_400.0).contains(&age), "{age}");
    app.stop().await;
}

/// Every metric that the dashboard and the alerts name is there.
#[actix_web::test]
async fn dashboard_and_alerts_name_metrics_that_exist() {
    let app = app().await;
    let families = metrics(&app).await;
    app.stop().await;
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config/monitoring");
    for (file, least) in [("grafana-dashboard.json", 15), ("alerts.yml", 8)] {
        let text = std::fs::read_to_string(folder.join(file)).expect(file);
        if file.ends_with(".json") {
            serde_json::from_str::<serde_json::Value>(&text).expect("JSON");
        }
        let is_name = |byte: char| byte.is_ascii_alphanumeric() || byte == '_';
        let named: BTreeSet<&str> = text
            .split(|byte| !is_name(byte))
            .filter(|word| (word.starts_with("marketd_") || word.starts_with("process_")) && word.len() > 10)
            .collect();
        assert!(named.len() >= least, "{file} names {named:?}");
        for name in named {
            let is_known = ["", "_bucket", "_sum", "_count"]
                .iter()
                .any(|suffix| name.strip_suffix(suffix).is_some_and(|name| families.contains_key(name)));
            assert!(is_known, "{file} names {name}, which does not exist");
        }
    }
}
