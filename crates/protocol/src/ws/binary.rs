//! Requests and answers as MessagePack: maps with the keys that they have in JSON.

use std::fmt;
use std::io::Cursor;

use rmp_serde::decode::Error;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{ID_MAX, Parsed, Request, WireRequest, interpret, is_order_op, parse_order_op};
use crate::code::ErrorCode;

/// Maps and arrays within each other; no request needs more than three.
const DEPTH_MAX: usize = 32;

/// An `id` as it came; kept as JSON text, as that of a JSON request is.
struct BinaryId(Option<String>);

impl<'de> Deserialize<'de> for BinaryId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IdVisitor)
    }
}

struct IdVisitor;

impl<'de> Visitor<'de> for IdVisitor {
    type Value = BinaryId;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an id")
    }

    fn visit_u64<E>(self, id: u64) -> Result<BinaryId, E> {
        Ok(BinaryId(Some(id.to_string())))
    }

    fn visit_i64<E>(self, id: i64) -> Result<BinaryId, E> {
        Ok(BinaryId(Some(id.to_string())))
    }

    fn visit_str<E>(self, id: &str) -> Result<BinaryId, E> {
        Ok(BinaryId(serde_json::to_string(id).ok().filter(|id| id.len() <= ID_MAX)))
    }

    fn visit_bool<E>(self, _: bool) -> Result<BinaryId, E> {
        Ok(BinaryId(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<BinaryId, E> {
        Ok(BinaryId(None))
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<BinaryId, E> {
        Ok(BinaryId(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<BinaryId, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(BinaryId(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<BinaryId, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(BinaryId(None))
    }
}

/// Reads one binary frame.
pub fn parse_binary_request(bytes: &[u8], markets_max: usize) -> Parsed {
    let refused = |id, code, message: String| Parsed { id, op: None, request: Err((code, message)) };
    if let Some(first) = bytes.first()
        && !matches!(first, 0x80..=0x8f | 0xde | 0xdf)
    {
        return refused(None, ErrorCode::BAD_REQUEST, "a request is a map".to_owned());
    }
    let wire: WireRequest<'_, BinaryId> = match read(bytes) {
        Ok(wire) => wire,
        Err((code, message)) => return refused(id_of_broken(bytes), code, message),
    };
    let op = wire.op.as_deref().map(str::to_owned);
    match wire.id {
        Some(BinaryId(None)) => {
            let message = format!("id must be an integer or a string of at most {ID_MAX} bytes");
            Parsed { id: None, op, request: Err((ErrorCode::BAD_REQUEST, message)) }
        }
        Some(BinaryId(Some(ref id))) => {
            let request = understood(&wire, bytes, markets_max);
            Parsed { id: Some(id.clone()), op, request }
        }
        None => Parsed { id: None, op, request: understood(&wire, bytes, markets_max) },
    }
}

/// Orders are few, so that one reader for both encodings is worth the detour. Decimals are strings here: binary floating
/// point has none that could be meant.
fn understood(
    wire: &WireRequest<'_, BinaryId>,
    bytes: &[u8],
    markets_max: usize,
) -> Result<Request, (ErrorCode, String)> {
    let Some(op) = wire.op.as_deref().filter(|op| is_order_op(op)) else {
        return interpret(wire, markets_max);
    };
    let value: serde_json::Value = read(bytes)?;
    let has_float = |value: &serde_json::Value| value.is_f64();
    if value.as_object().is_some_and(|fields| fields.values().any(has_float)) {
        return Err((ErrorCode::BAD_REQUEST, "decimals are strings".to_owned()));
    }
    parse_order_op(op, &value.to_string()).map(Request::Order)
}

/// One value that takes all the bytes.
fn read<'de, T: Deserialize<'de>>(bytes: &[u8]) -> Result<T, (ErrorCode, String)> {
    let mut reader = rmp_serde::Deserializer::new(Cursor::new(bytes));
    reader.set_max_depth(DEPTH_MAX);
    let value = T::deserialize(&mut reader).map_err(|error| (code_of(&error), error.to_string()))?;
    if reader.position() < bytes.len() as u64 {
        return Err((ErrorCode::BAD_MSGPACK, "bytes are left over behind the request".to_owned()));
    }
    Ok(value)
}

/// Whether the bytes are no MessagePack at all, or values that a request does not have.
fn code_of(error: &Error) -> ErrorCode {
    match error {
        // The one first byte that stands for nothing.
        Error::TypeMismatch(marker) if marker.to_u8() == 0xc1 => ErrorCode::BAD_MSGPACK,
        Error::TypeMismatch(_)
        | Error::OutOfRange
        | Error::LengthMismatch(_)
        | Error::Uncategorized(_)
        | Error::Syntax(_) => ErrorCode::BAD_REQUEST,
        Error::InvalidMarkerRead(_)
        | Error::InvalidDataRead(_)
        | Error::Utf8Error(_)
        | Error::DepthLimitExceeded => ErrorCode::BAD_MSGPACK,
    }
}

/// The `id` of a message whose other fields are of the wrong type.
fn id_of_broken(bytes: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct OnlyId {
        id: Option<BinaryId>,
    }
    read::<OnlyId>(bytes).ok()?.id?.0
}

/// An answer that was encoded as JSON, as MessagePack: the same keys and values. Answers are few, so that
/// one encoder for both is worth the detour.
pub fn answer_to_msgpack(json: &[u8]) -> Vec<u8> {
    let value: serde_json::Value = serde_json::from_slice(json).expect("the encoders of answers write JSON");
    rmp_serde::to_vec(&value).expect("JSON has nothing that MessagePack has not")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::ws::parse_request;

    fn msgpack(value: &Value) -> Vec<u8> {
        rmp_serde::to_vec(value).expect("plain data")
    }

    /// What is asked in JSON and in MessagePack is understood the same, or refused with the same code.
    #[test]
    fn requests_mean_what_they_mean_in_json() {
        for request in [
            json!({"op": "ping"}),
            json!({"op": "ping", "id": 7}),
            json!({"op": "ping", "id": -7}),
            json!({"op": "ping", "id": u64::MAX}),
            json!({"op": "ping", "id": "a\"b\u{fc}"}),
            json!({"op": "ping", "id": null}),
            json!({"op": "ping", "id": {"a": 1}}),
            json!({"op": "ping", "id": [1]}),
            json!({"op": "ping", "id": true}),
            json!({"op": "ping", "id": "x".repeat(127)}),
            json!({"op": "ping", "id": "x".repeat(126)}),
            json!({"op": 7, "id": 12}),
            json!({}),
            json!([]),
            json!(["ping", 1]),
            json!("ping"),
            json!({"op": "dance"}),
            json!({"op": "subscribe"}),
            json!({"op": "subscribe", "channel": "book", "markets": ["a:B-C"]}),
            json!({"op": "subscribe", "id": 1, "channel": "book", "market": "a:B-C", "depth": "full",
                "interval_ms": 0, "checksum": true, "unknown": [1, {"x": null}]}),
            json!({"op": "subscribe", "channel": "book", "markets": ["a"], "depth": "25"}),
            json!({"op": "subscribe", "channel": "book", "markets": ["a"], "depth": 11}),
            json!({"op": "subscribe", "channel": "book", "markets": ["a"], "depth": -1}),
            json!({"op": "subscribe", "channel": "book", "markets": ["a"], "depth": "deep", "id": 3}),
            json!({"op": "subscribe", "channel": "book", "markets": ["a"], "interval_ms": 7}),
            json!({"op": "subscribe", "channel": "book", "markets": "a", "id": "x"}),
            json!({"op": "subscribe", "channel": "book", "markets": []}),
            json!({"op": "subscribe", "channel": "news", "markets": ["a"]}),
            json!({"op": "subscribe", "channel": "candles", "markets": ["a"], "interval": "2m"}),
            json!({"op": "unsubscribe", "channel": "candles", "markets": ["a", "a"], "interval": "5m"}),
            json!({"op": "subscribe", "channel": "bbo", "markets": ["a"], "resume": {"epoch": 3, "seq": 9}}),
            json!({"op": "subscribe", "channel": "bbo", "markets": ["b", "a"],
                "resume": {"a": {"epoch": 3, "seq": 9}}}),
            json!({"op": "subscribe", "channel": "bbo", "markets": ["b", "a"], "resume": {"epoch": 3, "seq": 9}}),
            json!({"op": "subscribe", "channel": "bbo", "markets": ["a"], "resume": 3}),
            json!({"op": "subscribe", "channel": "bbo",
                "markets": (0..11).map(|market| market.to_string()).collect::<Vec<_>>()}),
        ] {
            let from_json = parse_request(&request.to_string(), 10);
            let from_binary = parse_binary_request(&msgpack(&request), 10);
            assert_eq!((&from_binary.id, &from_binary.op), (&from_json.id, &from_json.op), "{request}");
            match (from_binary.request, from_json.request) {
                (Ok(binary), Ok(json)) => assert_eq!(binary, json, "{request}"),
                (Err((binary, _)), Err((json, _))) => assert_eq!(binary.code, json.code, "{request}"),
                (binary, json) => panic!("{request}: {binary:?} but {json:?}"),
            }
        }
    }

    #[test]
    fn what_is_no_messagepack_is_told_apart() {
        let check = |bytes: &[u8], code: &str| match parse_binary_request(bytes, 10).request {
            Err((found, _)) => assert_eq!(found.code, code, "{bytes:02x?}"),
            Ok(request) => panic!("{bytes:02x?} was taken as {request:?}"),
        };
        let ping = msgpack(&json!({"op": "ping"}));
        for length in 0..ping.len() {
            check(&ping[..length], "bad_msgpack");
        }
        check(&[&ping[..], &[0xc0]].concat(), "bad_msgpack");
        check(&[0xdf, 0xff, 0xff, 0xff, 0xff], "bad_msgpack");
        check(&[0x81, 0xa2, b'o', b'p', 0xdb, 0xff, 0xff, 0xff, 0xff, b'x'], "bad_msgpack");
        check(&[0x81, 0xa2, b'o', b'p', 0xc1], "bad_msgpack");
        check(&[0x81, 0xa2, b'o', b'p', 0xa1, 0xff], "bad_msgpack");
        check(&[&[0x81, 0xa1, b'x'][..], &[0x91; 40], &[0xc0]].concat(), "bad_msgpack");
        check(&[&[0x81, 0xa1, b'x'][..], &[0x91; 60_000], &[0xc0]].concat(), "bad_msgpack");
        check(&[0xc0], "bad_request");
        check(b"{\"op\":\"ping\"}", "bad_request");
        let float_id =
            [&[0x82, 0xa2, b'i', b'd', 0xcb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0][..], &ping[1..]].concat();
        check(&float_id, "bad_request");
    }

    #[test]
    fn answers_have_the_keys_and_values_of_json() {
        let mut json = Vec::new();
        let id = "\"a\\\"b\"";
        crate::ws::encode_error(Some("subscribe"), Some(id), ErrorCode::BAD_DEPTH, "depth 11", &mut json);
        let back: Value = rmp_serde::from_slice(&answer_to_msgpack(&json)).expect("MessagePack");
        assert_eq!(back, serde_json::from_slice::<Value>(&json).expect("JSON"));
        json.clear();
        crate::ws::encode_pong(Some("3"), 1_763_722_815_000_412, &mut json);
        let bytes = answer_to_msgpack(&json);
        let back: Value = rmp_serde::from_slice(&bytes).expect("MessagePack");
        assert_eq!(
            back,
            json!({"type": "reply", "op": "ping", "id": 3, "status": "ok",
            "server_time": 1_763_722_815_000_412_i64})
        );
        assert_eq!(bytes[0], 0x85, "a map of five");
    }
}
