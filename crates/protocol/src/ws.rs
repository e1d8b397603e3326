//! What clients send over the WebSocket, and what is answered.

mod binary;
mod private;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::code::ErrorCode;
use crate::json::{push_i64, push_string, push_u64};
use crate::stream::{BookDepth, DepthParameter, StreamKey, StreamParameters};

pub use binary::{answer_to_msgpack, parse_binary_request};
pub use private::{
    OrderNamed, OrderOp, PrivateChannel, PrivateHead, encode_order_reply, encode_private_frame,
    encode_private_reply,
};
use private::{is_order_op, parse_order_op};

/// Largest `id` that is echoed; a longer one is refused.
const ID_MAX: usize = 128;

/// A request as it came, with every field optional: what is missing gets an answer with a code.
/// How an `id` is read depends on the encoding.
#[derive(Deserialize)]
struct WireRequest<'a, Id> {
    #[serde(borrow)]
    op: Option<Cow<'a, str>>,
    id: Option<Id>,
    #[serde(borrow)]
    channel: Option<Cow<'a, str>>,
    #[serde(borrow)]
    markets: Option<Vec<Cow<'a, str>>>,
    #[serde(borrow)]
    market: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "depth")]
    depth: Option<DepthParameter>,
    interval_ms: Option<u64>,
    #[serde(borrow)]
    interval: Option<Cow<'a, str>>,
    checksum: Option<bool>,
    resume: Option<ResumeParameter>,
    #[serde(borrow)]
    token: Option<Cow<'a, str>>,
    #[serde(borrow)]
    ticket: Option<Cow<'a, str>>,
    #[serde(borrow)]
    account: Option<Cow<'a, str>>,
}

fn depth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DepthParameter>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Wire<'a> {
        Levels(u64),
        #[serde(borrow)]
        Word(Cow<'a, str>),
    }
    match Option::<Wire<'de>>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Wire::Levels(levels)) => Ok(Some(DepthParameter::Levels(levels))),
        Some(Wire::Word(word)) if word == "full" => Ok(Some(DepthParameter::Full)),
        Some(Wire::Word(word)) => match word.parse() {
            Ok(levels) => Ok(Some(DepthParameter::Levels(levels))),
            Err(_) => Err(serde::de::Error::custom("depth is a number or \"full\"")),
        },
    }
}

/// The last frame a client has applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Position {
    pub epoch: u64,
    pub seq: u64,
}

/// One position for the one market of a request, or one per market.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum ResumeParameter {
    One(Position),
    PerMarket(BTreeMap<String, Position>),
}

impl ResumeParameter {
    fn of(&self, market: &str) -> Option<Position> {
        match self {
            Self::One(position) => Some(*position),
            Self::PerMarket(positions) => positions.get(market).copied(),
        }
    }
}

/// A request that can be acted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    Auth(Credential),
    Subscribe {
        key: StreamKey,
        markets: Vec<(String, Option<Position>)>,
    },
    Unsubscribe {
        key: StreamKey,
        markets: Vec<String>,
    },
    /// A channel of an account; the default one without a name.
    SubscribePrivate {
        channel: PrivateChannel,
        account: Option<String>,
        resume: Option<Position>,
    },
    UnsubscribePrivate {
        channel: PrivateChannel,
        account: Option<String>,
    },
    Order(OrderOp),
    Ping,
}

/// What a session shows to be recognized.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// An access token.
    Token(String),
    /// A ticket, which is good for one session only.
    Ticket(String),
}

impl std::fmt::Debug for Credential {
    /// Both are secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token(***)",
            Self::Ticket(_) => "Ticket(***)",
        })
    }
}

/// A request with the `id` to answer under, as JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    pub id: Option<String>,
    pub op: Option<String>,
    pub request: Result<Request, (ErrorCode, String)>,
}

/// Reads one text frame.
pub fn parse_request(text: &str, markets_max: usize) -> Parsed {
    let wire: WireRequest<'_, &RawValue> = match serde_json::from_str(text) {
        Ok(wire) => wire,
        // Fields of orders have their own meaning, where they share a name.
        Err(error) if error.is_data() && named_op(text).is_some_and(|op| is_order_op(&op)) => {
            let op = named_op(text);
            let request = parse_order_op(op.as_deref().unwrap_or_default(), text).map(Request::Order);
            return Parsed { id: id_of_broken(text), op, request };
        }
        Err(error) => {
            let code = if error.is_data() { ErrorCode::BAD_REQUEST } else { ErrorCode::BAD_JSON };
            return Parsed { id: id_of_broken(text), op: None, request: Err((code, error.to_string())) };
        }
    };
    let op = wire.op.as_deref().map(str::to_owned);
    let id = match wire.id.map(RawValue::get) {
        None | Some("null") => None,
        Some(id) if is_plain_id(id) => Some(id.to_owned()),
        Some(_) => {
            let message = format!("id must be a number or a string of at most {ID_MAX} bytes");
            return Parsed { id: None, op, request: Err((ErrorCode::BAD_REQUEST, message)) };
        }
    };
    let request = match op.as_deref().filter(|op| is_order_op(op)) {
        Some(op) => parse_order_op(op, text).map(Request::Order),
        None => interpret(&wire, markets_max),
    };
    Parsed { id, op, request }
}

/// The `op` of a message whose other fields may be of any type.
fn named_op(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct OnlyOp {
        op: Option<String>,
    }
    serde_json::from_str::<OnlyOp>(text).ok()?.op
}

fn is_plain_id(id: &str) -> bool {
    id.len() <= ID_MAX && id.starts_with(|first: char| first == '"' || first == '-' || first.is_ascii_digit())
}

/// The `id` of a message whose other fields are of the wrong type.
fn id_of_broken(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct OnlyId<'a> {
        #[serde(borrow)]
        id: Option<&'a RawValue>,
    }
    let id = serde_json::from_str::<OnlyId<'_>>(text).ok()?.id?.get();
    is_plain_id(id).then(|| id.to_owned())
}

fn interpret<Id>(wire: &WireRequest<'_, Id>, markets_max: usize) -> Result<Request, (ErrorCode, String)> {
    let missing = |field: &str| (ErrorCode::BAD_REQUEST, format!("missing field {field:?}"));
    let op = wire.op.as_deref().ok_or_else(|| missing("op"))?;
    match op {
        "ping" => return Ok(Request::Ping),
        "auth" => {
            return match (wire.token.as_deref(), wire.ticket.as_deref()) {
                (Some(token), None) => Ok(Request::Auth(Credential::Token(token.to_owned()))),
                (None, Some(ticket)) => Ok(Request::Auth(Credential::Ticket(ticket.to_owned()))),
                _ => Err((ErrorCode::BAD_REQUEST, "auth takes a token or a ticket".to_owned())),
            };
        }
        "subscribe" | "unsubscribe" => {}
        unknown => return Err((ErrorCode::UNKNOWN_OP, format!("unknown op {unknown:?}"))),
    }
    if let Some(channel) = wire.channel.as_deref().and_then(PrivateChannel::parse) {
        let account = wire.account.as_deref().map(str::to_owned);
        if op == "unsubscribe" {
            return Ok(Request::UnsubscribePrivate { channel, account });
        }
        let resume = match &wire.resume {
            None => None,
            Some(ResumeParameter::One(position)) => Some(*position),
            Some(ResumeParameter::PerMarket(_)) => {
                let message = "an account's channel has one position".to_owned();
                return Err((ErrorCode::BAD_REQUEST, message));
            }
        };
        return Ok(Request::SubscribePrivate { channel, account, resume });
    }
    let key = StreamKey::from_parameters(&StreamParameters {
        channel: wire.channel.as_deref().ok_or_else(|| missing("channel"))?,
        depth: wire.depth,
        interval_ms: wire.interval_ms,
        interval: wire.interval.as_deref(),
        checksum: wire.checksum.unwrap_or(false),
    })?;
    let mut markets: Vec<String> =
        wire.markets.iter().flatten().chain(&wire.market).map(|market| market.clone().into_owned()).collect();
    markets.sort_unstable();
    markets.dedup();
    if markets.is_empty() {
        return Err(missing("markets"));
    }
    if markets.len() > markets_max {
        let message = format!("{} markets in one request, at most {markets_max}", markets.len());
        return Err((ErrorCode::TOO_MANY_MARKETS, message));
    }
    if op == "unsubscribe" {
        return Ok(Request::Unsubscribe { key, markets });
    }
    if let Some(ResumeParameter::One(_)) = wire.resume
        && markets.len() > 1
    {
        let message = "resume of several markets takes one position per market".to_owned();
        return Err((ErrorCode::BAD_REQUEST, message));
    }
    let position = |market: &str| wire.resume.as_ref().and_then(|resume| resume.of(market));
    let markets =
        markets.into_iter().map(|market| (position(&market), market)).map(|(at, market)| (market, at));
    Ok(Request::Subscribe { key, markets: markets.collect() })
}

/// What became of one market of a subscribe or unsubscribe request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarketResult {
    Accepted,
    /// The position that the client named was found, or why not.
    Resumed(ResumeOutcome),
    Refused(ErrorCode, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResumeOutcome {
    /// The frames after the position follow.
    Recovered,
    /// The market has begun a new epoch: a snapshot follows.
    Epoch,
    /// The position has left the ring: a snapshot follows.
    TooOld,
    /// No such position was ever given out here: a snapshot follows.
    Unknown,
}

impl ResumeOutcome {
    pub const fn recovered(self) -> bool {
        matches!(self, Self::Recovered)
    }

    pub const fn reason(self) -> &'static str {
        match self {
            Self::Recovered => "ok",
            Self::Epoch => "epoch",
            Self::TooOld => "too_old",
            Self::Unknown => "unknown_position",
        }
    }
}

fn push_head(out: &mut Vec<u8>, kind: &str, op: Option<&str>, id: Option<&str>) {
    out.extend_from_slice(b"{\"type\":");
    push_string(out, kind);
    if let Some(op) = op {
        out.extend_from_slice(b",\"op\":");
        push_string(out, op);
    }
    if let Some(id) = id {
        out.extend_from_slice(b",\"id\":");
        // Checked to be a JSON number or string when it was read.
        out.extend_from_slice(id.as_bytes());
    }
}

fn push_error(out: &mut Vec<u8>, code: ErrorCode, message: &str) {
    out.extend_from_slice(b",\"code\":");
    push_string(out, code.code);
    out.extend_from_slice(b",\"message\":");
    push_string(out, message);
    out.extend_from_slice(if code.retryable { b",\"retryable\":true" } else { b",\"retryable\":false" });
}

/// The answer to subscribe or unsubscribe: per market accepted, or an error with a code.
pub fn encode_results(
    op: &str,
    id: Option<&str>,
    key: StreamKey,
    results: &[(String, MarketResult)],
    out: &mut Vec<u8>,
) {
    push_head(out, "reply", Some(op), id);
    let accepted = results.iter().filter(|(_, result)| !matches!(result, MarketResult::Refused(..))).count();
    let status = if accepted == results.len() {
        "ok"
    } else if accepted == 0 {
        "error"
    } else {
        "partial"
    };
    out.extend_from_slice(b",\"status\":");
    push_string(out, status);
    push_stream_parameters(out, key);
    out.extend_from_slice(b",\"results\":");
    crate::json::push_list(out, results.iter(), |out, (market, result)| {
        out.extend_from_slice(b"{\"market\":");
        push_string(out, market);
        match result {
            MarketResult::Accepted => out.extend_from_slice(b",\"status\":\"accepted\""),
            MarketResult::Resumed(outcome) => {
                out.extend_from_slice(b",\"status\":\"accepted\",\"recovered\":");
                out.extend_from_slice(if outcome.recovered() { b"true" } else { b"false" });
                out.extend_from_slice(b",\"reason\":");
                push_string(out, outcome.reason());
            }
            MarketResult::Refused(code, message) => {
                out.extend_from_slice(b",\"status\":\"error\"");
                push_error(out, *code, message);
            }
        }
        out.push(b'}');
    });
    out.push(b'}');
}

/// Appends `,"channel":…` and the parameters that tell one stream of a channel from another.
pub fn push_stream_parameters(out: &mut Vec<u8>, key: StreamKey) {
    push_stream_name(out, key);
    if let StreamKey::Book { checksum: true, .. } = key {
        out.extend_from_slice(b",\"checksum\":true");
    }
}

/// As [`push_stream_parameters`], for frames: there `checksum` is a figure of each frame's own.
pub fn push_stream_name(out: &mut Vec<u8>, key: StreamKey) {
    out.extend_from_slice(b",\"channel\":");
    push_string(out, key.channel().as_str());
    match key {
        StreamKey::Book { depth, interval, checksum: _ } => {
            out.extend_from_slice(b",\"depth\":");
            match depth {
                BookDepth::Top(levels) => push_u64(out, u64::from(levels)),
                BookDepth::Full => out.extend_from_slice(b"\"full\""),
            }
            out.extend_from_slice(b",\"interval_ms\":");
            push_u64(out, u64::from(interval.millis()));
        }
        StreamKey::Candles(interval) => {
            out.extend_from_slice(b",\"interval\":");
            push_string(out, interval.as_str());
        }
        StreamKey::Bbo | StreamKey::Trades | StreamKey::Ticker | StreamKey::Status | StreamKey::Face(_) => {}
    }
}

/// An answer to a request that could not be acted on at all.
pub fn encode_error(op: Option<&str>, id: Option<&str>, code: ErrorCode, message: &str, out: &mut Vec<u8>) {
    push_head(out, "error", op, id);
    push_error(out, code, message);
    out.push(b'}');
}

/// Who a session has proven to be of.
#[derive(Debug, Clone, Copy)]
pub struct Proven<'a> {
    pub user: &'a str,
    pub role: &'a str,
    pub scopes: &'a [&'a str],
    pub expires_us: Option<i64>,
}

pub fn encode_proven(id: Option<&str>, proven: &Proven<'_>, out: &mut Vec<u8>) {
    push_head(out, "reply", Some("auth"), id);
    out.extend_from_slice(b",\"status\":\"ok\",\"user\":");
    push_string(out, proven.user);
    out.extend_from_slice(b",\"role\":");
    push_string(out, proven.role);
    out.extend_from_slice(b",\"scopes\":");
    crate::json::push_list(out, proven.scopes.iter(), |out, scope| push_string(out, scope));
    out.extend_from_slice(b",\"expires_at\":");
    match proven.expires_us {
        Some(at) => push_i64(out, at),
        None => out.extend_from_slice(b"null"),
    }
    out.push(b'}');
}

pub fn encode_pong(id: Option<&str>, server_time_us: i64, out: &mut Vec<u8>) {
    push_head(out, "reply", Some("ping"), id);
    out.extend_from_slice(b",\"status\":\"ok\",\"server_time\":");
    push_i64(out, server_time_us);
    out.push(b'}');
}

/// Where one stream of a session stands, for the heartbeat.
#[derive(Debug, Clone)]
pub struct StreamPosition<'a> {
    pub market: &'a str,
    pub key: StreamKey,
    pub position: Position,
}

/// Server time and, per stream, the last `seq` that this session was sent.
pub fn encode_heartbeat<'a>(
    server_time_us: i64,
    streams: impl Iterator<Item = StreamPosition<'a>>,
    out: &mut Vec<u8>,
) {
    out.extend_from_slice(b"{\"type\":\"heartbeat\",\"server_time\":");
    push_i64(out, server_time_us);
    out.extend_from_slice(b",\"streams\":");
    crate::json::push_list(out, streams, |out, stream| {
        out.extend_from_slice(b"{\"market\":");
        push_string(out, stream.market);
        push_stream_parameters(out, stream.key);
        out.extend_from_slice(b",\"epoch\":");
        push_u64(out, stream.position.epoch);
        out.extend_from_slice(b",\"seq\":");
        push_u64(out, stream.position.seq);
        out.push(b'}');
    });
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::BookInterval;
    use marketd_domain::CandleInterval;

    fn refusal(text: &str) -> &'static str {
        match parse_request(text, 10).request {
            Err((code, _)) => code.code,
            Ok(request) => panic!("{text} was taken as {request:?}"),
        }
    }

    #[test]
    fn requests_are_read_with_their_defaults() {
        let check = |text: &str, expected: Request| {
            assert_eq!(parse_request(text, 10).request, Ok(expected), "{text}");
        };
        let book = |depth, millis| StreamKey::Book {
            depth,
            interval: BookInterval::from_millis(millis).expect("served"),
            checksum: false,
        };
        let market = || vec![("a:B-C".to_owned(), None)];
        check(r#"{"op":"ping"}"#, Request::Ping);
        check(r#"{"op":"auth","token":"a.b.c"}"#, Request::Auth(Credential::Token("a.b.c".to_owned())));
        check(
            r#"{"op":"subscribe","channel":"book","markets":["a:B-C"]}"#,
            Request::Subscribe { key: book(BookDepth::Top(50), 100), markets: market() },
        );
        check(
            r#"{"op":"subscribe","channel":"book","market":"a:B-C","depth":"full","interval_ms":0,"unknown":[1]}"#,
            Request::Subscribe { key: book(BookDepth::Full, 0), markets: market() },
        );
        check(
            r#"{"op":"unsubscribe","channel":"candles","interval":"5m","markets":["a:B-C","a:B-C"]}"#,
            Request::Unsubscribe {
                key: StreamKey::Candles(CandleInterval::Minute5),
                markets: vec!["a:B-C".to_owned()],
            },
        );
        let position = Position { epoch: 3, seq: 9 };
        check(
            r#"{"op":"subscribe","channel":"bbo","markets":["a:B-C"],"resume":{"epoch":3,"seq":9}}"#,
            Request::Subscribe { key: StreamKey::Bbo, markets: vec![("a:B-C".to_owned(), Some(position))] },
        );
        check(
            r#"{"op":"subscribe","channel":"bbo","markets":["b","a"],"resume":{"a":{"epoch":3,"seq":9}}}"#,
            Request::Subscribe {
                key: StreamKey::Bbo,
                markets: vec![("a".to_owned(), Some(position)), ("b".to_owned(), None)],
            },
        );
    }

    #[test]
    fn bad_requests_get_a_code() {
        let check = |text: &str, code: &str| assert_eq!(refusal(text), code, "{text}");
        check("", "bad_json");
        check("{", "bad_json");
        check("hello", "bad_json");
        check("[]", "bad_request");
        check("{}", "bad_request");
        check(r#"{"op":7}"#, "bad_request");
        check(r#"{"op":"auth"}"#, "bad_request");
        check(r#"{"op":"auth","token":"a","ticket":"b"}"#, "bad_request");
        check(r#"{"op":"dance"}"#, "unknown_op");
        check(r#"{"op":"subscribe"}"#, "bad_request");
        check(r#"{"op":"subscribe","channel":"news","markets":["a"]}"#, "unknown_channel");
        check(r#"{"op":"subscribe","channel":"book"}"#, "bad_request");
        check(r#"{"op":"subscribe","channel":"book","markets":[]}"#, "bad_request");
        check(r#"{"op":"subscribe","channel":"book","markets":"a"}"#, "bad_request");
        check(r#"{"op":"subscribe","channel":"book","markets":["a"],"depth":11}"#, "bad_depth");
        check(r#"{"op":"subscribe","channel":"book","markets":["a"],"depth":-1}"#, "bad_request");
        check(r#"{"op":"subscribe","channel":"book","markets":["a"],"interval_ms":7}"#, "bad_interval");
        check(r#"{"op":"subscribe","channel":"candles","markets":["a"],"interval":"2m"}"#, "bad_interval");
        check(r#"{"op":"ping","id":{"a":1}}"#, "bad_request");
        let many: Vec<String> = (0..11).map(|market| format!("\"m{market}\"")).collect();
        let many = format!(r#"{{"op":"subscribe","channel":"bbo","markets":[{}]}}"#, many.join(","));
        check(&many, "too_many_markets");
        let deep = "[".repeat(100_000);
        check(&format!(r#"{{"op":"ping","x":{deep}"#), "bad_json");
    }

    #[test]
    fn the_id_is_echoed_as_it_came() {
        let id = |text: &str| parse_request(text, 10).id;
        assert_eq!(id(r#"{"op":"ping","id":7}"#), Some("7".to_owned()));
        assert_eq!(id(r#"{"op":"ping","id":"a\"b"}"#), Some(r#""a\"b""#.to_owned()));
        assert_eq!(id(r#"{"op":"ping","id":null}"#), None);
        assert_eq!(id(r#"{"op":7,"id":12}"#), Some("12".to_owned()), "also when the rest is wrong");
    }

    #[test]
    fn replies_are_json_with_a_status() {
        let mut out = Vec::new();
        let results = [
            ("a:B-C".to_owned(), MarketResult::Resumed(ResumeOutcome::TooOld)),
            (
                "x".to_owned(),
                MarketResult::Refused(ErrorCode::UNKNOWN_MARKET, "unknown market \"x\"".to_owned()),
            ),
        ];
        let key =
            StreamKey::Book { depth: BookDepth::Full, interval: BookInterval::EVERY_CHANGE, checksum: true };
        encode_results("subscribe", Some("1"), key, &results, &mut out);
        let expected = concat!(
            r#"{"type":"reply","op":"subscribe","id":1,"status":"partial","channel":"book","depth":"full","#,
            r#""interval_ms":0,"checksum":true,"results":[{"market":"a:B-C","status":"accepted","#,
            r#""recovered":false,"reason":"too_old"},{"market":"x","status":"error","code":"unknown_market","#,
            r#""message":"unknown market \"x\"","retryable":false}]}"#,
        );
        assert_eq!(String::from_utf8(out).expect("UTF-8"), expected);
    }
}
