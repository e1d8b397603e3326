//! The documents of the WebSocket: as committed, and true of the examples in them.

use std::path::PathBuf;

use marketd_domain::trades::SequencedTrade;
use marketd_domain::{AggressorSide, Price, Qty, Scales, Timestamp, Trade, TradeId};
use marketd_protocol::frame::{
    FrameHead, FrameKind, FramePrefix, push_bbo, push_book, push_head, push_lagged, push_trades,
};
use marketd_protocol::schema::{asyncapi, ws};
use marketd_protocol::stream::{BookDepth, BookInterval, StreamKey};
use serde_json::{Value, json};

fn document(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(path)
}

/// The committed file is what the types say; with `MARKETD_UPDATE_DOCS=1` it is written anew.
fn is_committed(path: &str, made: &Value) {
    let mut made = serde_json::to_string_pretty(made).expect("JSON");
    made.push('\n');
    let file = document(path);
    if std::env::var_os("MARKETD_UPDATE_DOCS").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(&file, &made).expect("written");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(made == committed, "docs/{path} is not what the code says: run with MARKETD_UPDATE_DOCS=1");
}

#[test]
fn the_asyncapi_document_is_committed() {
    is_committed("asyncapi.json", &asyncapi::document(env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_schemas_are_committed() {
    let schemas = ws::message_schemas();
    for message in &schemas {
        is_committed(&format!("schemas/ws/{}.json", message.name), &message.schema);
    }
    let expected: Vec<String> = schemas.iter().map(|message| format!("{}.json", message.name)).collect();
    let committed = std::fs::read_dir(document("schemas/ws")).expect("a folder");
    for file in committed {
        let name = file.expect("a file").file_name().into_string().expect("text");
        assert!(expected.contains(&name), "docs/schemas/ws/{name} is of no message");
    }
}

/// Takes no field that is not in it.
fn strict(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("properties") && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
            fields.values_mut().for_each(strict);
        }
        Value::Array(items) => items.iter_mut().for_each(strict),
        _ => {}
    }
}

fn validator(name: &str) -> jsonschema::Validator {
    let schemas = ws::message_schemas();
    let message = schemas.into_iter().find(|message| message.name == name);
    let mut schema = message.unwrap_or_else(|| panic!("no schema {name}")).schema;
    strict(&mut schema);
    jsonschema::validator_for(&schema).expect("a schema")
}

#[test]
fn every_message_has_an_example_that_is_true() {
    let document = asyncapi::document("0");
    let (client, server) = (validator("ClientMessage"), validator("ServerMessage"));
    let messages = document["components"]["messages"].as_object().expect("messages");
    assert_eq!(messages.len(), 29);
    for (name, message) in messages {
        let example = &message["examples"][0]["payload"];
        // An order has a `type` of its own.
        let is_answer = matches!(example["type"].as_str(), Some("reply" | "error"));
        let validator = if example.get("op").is_some() && !is_answer { &client } else { &server };
        assert!(validator.is_valid(example), "{name}: {example}");
    }
}

/// A request is read if, and only if, its schema says so, as far as a schema can say it.
#[test]
fn the_parser_takes_what_the_schema_takes() {
    let client = validator("ClientMessage");
    let check = |request: Value, is_taken: bool| {
        let parsed = marketd_protocol::ws::parse_request(&request.to_string(), 100);
        assert_eq!(parsed.request.is_ok(), is_taken, "parser: {request} {:?}", parsed.request);
        assert_eq!(client.is_valid(&request), is_taken, "schema: {request}");
    };
    check(json!({"op": "ping"}), true);
    check(json!({"op": "ping", "id": "a"}), true);
    check(json!({"op": "ping", "id": -1.5}), true);
    check(json!({"op": "ping", "id": {}}), false);
    check(json!({"op": "dance"}), false);
    check(json!({"op": "order.dance"}), false);
    let order = json!({"op": "order.place", "market": "a:B-C", "side": "buy", "type": "market", "qty": "1"});
    check(order, true);
    check(json!({"op": "order.place", "market": "a:B-C", "side": "buy", "qty": "1"}), false);
    check(json!({"op": "order.amend", "order_id": 1, "qty": "2"}), true);
    check(json!({"op": "order.amend", "qty": "2"}), false);
    check(json!({"op": "order.cancel", "client_order_id": "a"}), true);
    check(json!({"op": "order.cancel", "order_id": 1, "client_order_id": "a"}), false);
    check(json!({"op": "order.cancel_all"}), true);
    check(json!({"op": "subscribe", "channel": "orders"}), true);
    check(json!({"op": "subscribe", "channel": "fills", "resume": {"epoch": 1, "seq": 2}}), true);
    check(json!({"op": "unsubscribe", "channel": "balances", "account": "a"}), true);
    check(json!({"op": "auth", "token": "a.b.c"}), true);
    check(json!({"op": "auth", "ticket": "a", "id": 1}), true);
    check(json!({"op": "auth"}), false);
    check(json!({"op": "auth", "token": "a", "ticket": "b"}), false);
    check(json!({"op": "subscribe", "channel": "bbo"}), false);
    check(json!({"op": "subscribe", "channel": "bbo", "markets": []}), false);
    check(json!({"op": "subscribe", "channel": "bbo", "market": "a:B-C"}), true);
    check(json!({"op": "subscribe", "channel": "news", "market": "a:B-C"}), false);
    for depth in [json!(10), json!(25), json!(50), json!(100), json!("full")] {
        check(json!({"op": "subscribe", "channel": "book", "markets": ["a:B-C"], "depth": depth}), true);
    }
    check(json!({"op": "subscribe", "channel": "book", "markets": ["a:B-C"], "depth": 11}), false);
    for (millis, is_taken) in [(0, true), (100, true), (250, true), (1000, true), (1, false)] {
        check(json!({"op": "subscribe", "channel": "book", "market": "a", "interval_ms": millis}), is_taken);
    }
    check(json!({"op": "subscribe", "channel": "book", "market": "a", "checksum": 1}), false);
    check(json!({"op": "unsubscribe", "channel": "candles", "market": "a", "interval": "1w"}), true);
    check(json!({"op": "unsubscribe", "channel": "candles", "market": "a", "interval": "2m"}), false);
    let resume = json!({"epoch": 1, "seq": 2});
    check(json!({"op": "subscribe", "channel": "bbo", "market": "a", "resume": resume}), true);
    check(json!({"op": "subscribe", "channel": "bbo", "markets": ["a", "b"], "resume": {"a": resume}}), true);
    check(json!({"op": "subscribe", "channel": "bbo", "market": "a", "resume": 7}), false);
}

/// What is rare on the wire, held against its schema: empty sides, notices, trades that were fetched.
#[test]
fn rare_frames_are_as_documented() {
    let frame = |kind, key, push: &dyn Fn(&mut Vec<u8>)| -> Value {
        let none = Timestamp::ZERO;
        let head = FrameHead { kind, seq: 7, prev: 6, ts_venue: none, ts_recv: none, ts_sent: none };
        let mut out = Vec::new();
        push_head(&mut out, &FramePrefix::new("a:B-C", key, 3), &head);
        push(&mut out);
        serde_json::from_slice(&out).expect("JSON")
    };
    let check = |name: &str, frame: &Value| {
        for name in [name, "ServerMessage"] {
            assert!(validator(name).is_valid(frame), "{name}: {frame}");
        }
    };
    check("LaggedFrame", &frame(FrameKind::Event, StreamKey::Trades, &|out| push_lagged(out, 1, 6)));
    let scales = Scales::of(2, 8);
    check("BboFrame", &frame(FrameKind::Delta, StreamKey::Bbo, &|out| push_bbo(out, scales, None, None)));
    let book =
        StreamKey::Book { depth: BookDepth::Full, interval: BookInterval::EVERY_CHANGE, checksum: true };
    let empty = |out: &mut Vec<u8>| push_book(out, scales, [].into_iter(), [].into_iter(), Some(u32::MAX));
    check("BookFrame", &frame(FrameKind::Snapshot, book, &empty));
    let trade = SequencedTrade {
        seq: 1,
        trade: Trade {
            id: TradeId::None,
            price: Price::from_mantissa(1),
            qty: Qty::from_mantissa(1),
            aggressor: AggressorSide::Buy,
            ts_venue: Timestamp::ZERO,
            ts_recv: Timestamp::ZERO,
            backfilled: true,
        },
    };
    let trades = |out: &mut Vec<u8>| push_trades(out, scales, [&trade].into_iter());
    check("TradesFrame", &frame(FrameKind::Event, StreamKey::Trades, &trades));
    assert!(!validator("BboFrame").is_valid(&json!({"type": "delta"})), "a schema refuses something");
}
