//! Every message that the server sends over the WebSocket is one of the documented schemas, with no field too
//! many or too few.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use jsonschema::Validator;
use marketd_protocol::schema::ws::message_schemas;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::documents::strict;
use crate::support::{Client, PATIENCE, TestApp};

const REPLAYED: &str = "binance:BTC-USDT";
const SIMULATED: &str = "sim:BTC-USD";

/// Which schema a message is of, by what it says itself.
fn schema_of(message: &Value) -> &'static str {
    match (message["type"].as_str().expect("a type"), message["channel"].as_str()) {
        ("error", _) => "ErrorFrame",
        ("heartbeat", _) => "Heartbeat",
        ("reply", _) if message["op"] == "ping" => "PongReply",
        ("reply", _) => "SubscriptionReply",
        ("status", Some("status")) => "StatusFrame",
        (_, Some("book")) => "BookFrame",
        (_, Some("bbo")) => "BboFrame",
        (_, Some("trades")) if message.get("lagged").is_some() => "LaggedFrame",
        (_, Some("trades")) => "TradesFrame",
        (_, Some("ticker")) => "TickerFrame",
        (_, Some("candles")) => "CandlesFrame",
        other => panic!("nothing is documented for {other:?}"),
    }
}

/// Holds messages against their schemas and counts them.
struct Checker {
    schemas: BTreeMap<&'static str, Validator>,
    seen: BTreeMap<String, usize>,
}

impl Checker {
    fn new() -> Self {
        let schemas = message_schemas().into_iter().map(|mut message| {
            strict(&mut message.schema);
            (message.name, jsonschema::validator_for(&message.schema).expect("a schema"))
        });
        Self { schemas: schemas.collect(), seen: BTreeMap::new() }
    }

    fn take(&mut self, message: &Value) {
        let name = schema_of(message);
        for name in [name, "ServerMessage"] {
            let wrong: Vec<String> =
                self.schemas[name].iter_errors(message).map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{name}: {}\n{message}", wrong.join("\n"));
        }
        *self.seen.entry(format!("{name} {}", message["type"].as_str().expect("a type"))).or_default() += 1;
    }

    fn has(&self, kinds: &[&str]) -> bool {
        kinds.iter().all(|kind| self.seen.contains_key(*kind))
    }
}

/// The next message, heartbeats among them.
async fn any(client: &mut Client) -> Value {
    loop {
        let message = tokio::time::timeout(PATIENCE, client.socket.next()).await.expect("in time");
        if let Message::Text(text) = message.expect("an open connection").expect("a frame") {
            return serde_json::from_str(&text).expect("JSON");
        }
    }
}

/// Takes messages until all of these kinds have come.
async fn until(client: &mut Client, checker: &mut Checker, kinds: &[&str]) {
    let waiting = async {
        while !checker.has(kinds) {
            checker.take(&any(client).await);
        }
    };
    let came = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(came.is_ok(), "{kinds:?} did not all come: {:?}", checker.seen);
}

async fn app(heartbeat_ms: &str) -> TestApp {
    let app = TestApp::start(&[
        ("replay.builtin", "true"),
        ("replay.speed", "20"),
        ("venues.sim.enabled", "true"),
        ("venues.sim.markets", "BTC-USD"),
        ("session.heartbeat_ms", heartbeat_ms),
    ])
    .await;
    app.ready().await;
    app
}

#[actix_web::test]
async fn every_channel_sends_what_is_documented() {
    let app = app("200").await;
    let mut client = app.connect().await;
    let mut checker = Checker::new();
    let mut streams = vec![
        json!({"channel": "bbo"}),
        json!({"channel": "trades"}),
        json!({"channel": "ticker"}),
        json!({"channel": "status"}),
        json!({"channel": "candles", "interval": "1s"}),
        json!({"channel": "candles", "interval": "1w"}),
    ];
    for depth in [json!(10), json!(25), json!(50), json!(100), json!("full")] {
        for interval_ms in [0, 100, 250, 1000] {
            let checksum = interval_ms == 0;
            streams.push(
                json!({"channel": "book", "depth": depth, "interval_ms": interval_ms, "checksum": checksum}),
            );
        }
    }
    let count = streams.len();
    for (id, mut stream) in streams.into_iter().enumerate() {
        stream["op"] = "subscribe".into();
        stream["id"] = if id % 2 == 0 { id.into() } else { format!("\"{id}\u{e9}").into() };
        // One refusal a reply, but not as many as close the connection.
        let refused = (id < 6).then_some("sim:NO-SUCH");
        stream["markets"] = [REPLAYED, SIMULATED].into_iter().chain(refused).collect();
        client.send(stream).await;
    }
    let kinds = [
        "SubscriptionReply reply",
        "BookFrame snapshot",
        "BookFrame delta",
        "BboFrame snapshot",
        "BboFrame delta",
        "TradesFrame snapshot",
        "TradesFrame event",
        "TickerFrame snapshot",
        "TickerFrame delta",
        "CandlesFrame snapshot",
        "CandlesFrame delta",
        "StatusFrame status",
        "Heartbeat heartbeat",
    ];
    until(&mut client, &mut checker, &kinds).await;
    while checker.seen["Heartbeat heartbeat"] < 5 || checker.seen["BookFrame delta"] < 200 {
        checker.take(&any(&mut client).await);
    }
    assert_eq!(checker.seen["SubscriptionReply reply"], count);
    app.stop().await;
}

#[actix_web::test]
async fn replies_errors_and_statuses_are_as_documented() {
    let app = app("60000").await;
    let mut client = app.connect().await;
    let mut checker = Checker::new();
    let stream = json!({"channel": "book", "depth": 10, "market": SIMULATED});
    let with = |op: &str, more: Value| {
        let mut request = stream.clone();
        request["op"] = op.into();
        more.as_object().into_iter().flatten().for_each(|(name, value)| request[name] = value.clone());
        request.to_string()
    };
    let requests = [
        json!({"op": "ping"}).to_string(),
        json!({"op": "ping", "id": -1.5e3}).to_string(),
        with("subscribe", json!({"resume": {"epoch": 1, "seq": 2}})),
        with("subscribe", json!({"id": 1})),
        with("unsubscribe", json!({"id": "x"})),
        with("unsubscribe", json!({})),
        with("subscribe", json!({"depth": 11})),
        with("subscribe", json!({"channel": "news"})),
        with("subscribe", json!({"interval_ms": 1})),
        json!({"op": "dance", "id": 3}).to_string(),
        json!({"op": 7}).to_string(),
        "{".to_owned(),
    ];
    let replies = requests.len();
    for request in requests {
        client.send_text(&request).await;
    }
    let mut answered = 0;
    while answered < replies {
        let message = any(&mut client).await;
        answered += usize::from(message["type"] == "reply" || message["type"] == "error");
        checker.take(&message);
    }
    assert!(
        checker.has(&["PongReply reply", "SubscriptionReply reply", "ErrorFrame error"]),
        "{:?}",
        checker.seen
    );
    client.send_text(&with("subscribe", json!({"channel": "status"}))).await;
    for scenario in ["halt", "calm", "stale"] {
        let body = json!({"scenario": scenario}).to_string();
        assert_eq!(app.request("POST", "/api/v1/sim/scenario", &[], &body).await.status, 200);
        let wanted = if scenario == "calm" {
            "live"
        } else if scenario == "halt" {
            "halted"
        } else {
            "stale"
        };
        loop {
            let message = any(&mut client).await;
            checker.take(&message);
            if message["type"] == "status" && message["status"] == wanted {
                break;
            }
        }
    }
    app.stop().await;
}
