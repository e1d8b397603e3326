//! The AsyncAPI document of the WebSocket.

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::ws::{
    AccountReply, AmendOrderRequest, AuthReply, AuthRequest, BalancesFrame, BboFrame, BookFrame,
    CancelAllReply, CancelAllRequest, CancelOrderRequest, CandlesFrame, ErrorFrame, FillsFrame, Heartbeat,
    LaggedFrame, OrderReply, OrdersFrame, PingRequest, PlaceOrderRequest, PongReply, PositionsFrame,
    StatusFrame, SubscribeAccountRequest, SubscribeRequest, SubscriptionReply, TickerFrame, TradesFrame,
    UnsubscribeAccountRequest, UnsubscribeRequest,
};
use super::{example_in, generator};
use crate::code::{CloseCode, ErrorCode};
use crate::form::Encoding;

/// What the examples are taken from.
const PROTOCOL: &str = include_str!("../../../../docs/ws-protocol.md");

const DESCRIPTION: &str = "Order books, trades, tickers, candles and market status over one WebSocket. A \
    snapshot resets what a client holds; anything else applies if, and only if, `epoch` is equal and `prev` is the last \
    `seq`. The protocol in full: docs/ws-protocol.md.";
const ONE_CONNECTION: &str = "All messages of all streams go over one connection, each as one frame: JSON as text \
    or, with the subprotocol `marketd.v1.msgpack`, MessagePack as binary.";

/// Where a message's example stands in the protocol's page, and how it begins there.
struct Example(&'static str, &'static str);

struct Messages {
    schemas: schemars::SchemaGenerator,
    messages: Map<String, Value>,
    channel: Map<String, Value>,
}

impl Messages {
    fn add<T: JsonSchema>(&mut self, name: &str, summary: &str, example: &Example) {
        let mut message = json!({
            "name": name,
            "summary": summary,
            "contentType": "application/json",
            "payload": self.schemas.subschema_for::<T>(),
        });
        if let Some(payload) = example_in(PROTOCOL, example.0, example.1) {
            message["examples"] = json!([{"payload": payload}]);
        }
        self.messages.insert(name.to_owned(), message);
        self.channel.insert(name.to_owned(), json!({"$ref": format!("#/components/messages/{name}")}));
    }
}

fn messages() -> Messages {
    let mut all =
        Messages { schemas: generator("/components/schemas"), messages: Map::new(), channel: Map::new() };
    let minute = "## In one minute";
    all.add::<SubscribeRequest>("subscribe", "asks for streams", &Example(minute, r#"{"op""#));
    all.add::<UnsubscribeRequest>("unsubscribe", "ends streams", &Example("### unsubscribe", r#"{"op""#));
    all.add::<PingRequest>("ping", "asks for the server's time", &Example("### ping", r#"{"op""#));
    all.add::<AuthRequest>("auth", "shows who is behind the connection", &Example("### auth", r#"{"op""#));
    all.add::<AuthReply>("authReply", "who it is", &Example("### auth", r#"{"type":"reply""#));
    let reply = Example("### subscribe", r#"{"type":"reply""#);
    all.add::<SubscriptionReply>("subscriptionReply", "what became of each market", &reply);
    all.add::<PongReply>("pong", "the server's time", &Example("### ping", r#"{"type":"reply""#));
    let error = Example("### Errors", r#"{"type":"error""#);
    all.add::<ErrorFrame>("error", "a request that could not be acted on", &error);
    let heartbeat = Example("## Staying connected", r#"{"type":"heartbeat""#);
    all.add::<Heartbeat>("heartbeat", "every 5 s: time and positions", &heartbeat);
    all.add::<BookFrame>("book", "an order book, or what changed", &Example(minute, r#"{"type":"delta""#));
    all.add::<BboFrame>("bbo", "best bid and offer", &Example("### bbo", r#"{"type""#));
    all.add::<TradesFrame>("trades", "trades", &Example("### trades", r#"{"type""#));
    let lagged = Example(
        "### trades",
        r#"{"type":"event","channel":"trades","market":"binance:BTC-USDT","epoch":1763722800123,"seq":9630"#,
    );
    all.add::<LaggedFrame>("lagged", "trades that will not come", &lagged);
    all.add::<TickerFrame>("ticker", "figures of 24 hours", &Example("### ticker", r#"{"type""#));
    all.add::<CandlesFrame>("candles", "candles, new or changed", &Example("### candles", r#"{"type""#));
    all.add::<StatusFrame>("status", "whether to believe a market", &Example("### status", r#"{"type""#));
    account_messages(&mut all);
    all
}

fn account_messages(all: &mut Messages) {
    const CHANNELS: &str = "### Channels of an account";
    const OPS: &str = "### order.place, order.amend, order.cancel, order.cancel_all";
    let subscribe = Example(CHANNELS, r#"{"op":"subscribe""#);
    all.add::<SubscribeAccountRequest>("subscribeAccount", "asks for a channel of an account", &subscribe);
    let unsubscribe = Example(CHANNELS, r#"{"op":"unsubscribe""#);
    all.add::<UnsubscribeAccountRequest>("unsubscribeAccount", "ends it", &unsubscribe);
    let reply = Example(CHANNELS, r#"{"type":"reply""#);
    all.add::<AccountReply>("accountReply", "it begins, or has ended", &reply);
    let of = |channel| Example(CHANNELS, channel);
    all.add::<OrdersFrame>(
        "orders",
        "orders that are new or changed",
        &of(r#"{"type":"event","channel":"orders""#),
    );
    all.add::<FillsFrame>("fills", "fills", &of(r#"{"type":"event","channel":"fills""#));
    all.add::<BalancesFrame>(
        "balances",
        "balances that changed",
        &of(r#"{"type":"event","channel":"balances""#),
    );
    all.add::<PositionsFrame>(
        "positions",
        "positions that changed",
        &of(r#"{"type":"event","channel":"positions""#),
    );
    all.add::<PlaceOrderRequest>("placeOrder", "a new order", &Example(OPS, r#"{"op":"order.place""#));
    all.add::<AmendOrderRequest>(
        "amendOrder",
        "new values of an order",
        &Example(OPS, r#"{"op":"order.amend""#),
    );
    all.add::<CancelOrderRequest>(
        "cancelOrder",
        "cancels an order",
        &Example(OPS, r#"{"op":"order.cancel","#),
    );
    all.add::<CancelAllRequest>(
        "cancelAll",
        "cancels all orders",
        &Example(OPS, r#"{"op":"order.cancel_all""#),
    );
    let reply = Example(OPS, r#"{"type":"reply","op":"order.place""#);
    all.add::<OrderReply>("orderReply", "the order as it is now", &reply);
    let reply = Example(OPS, r#"{"type":"reply","op":"order.cancel_all""#);
    all.add::<CancelAllReply>("cancelAllReply", "how many there were", &reply);
}

/// The document, as AsyncAPI 3.0.
pub fn document(version: &str) -> Value {
    let Messages { mut schemas, messages, channel } = messages();
    let refer = |names: &[&str]| -> Vec<Value> {
        names.iter().map(|name| json!({"$ref": format!("#/channels/session/messages/{name}")})).collect()
    };
    let session = json!({"$ref": "#/channels/session"});
    let request = |name: &str, summary: &str, reply: &str| {
        json!({
            "action": "receive",
            "channel": session,
            "summary": summary,
            "messages": refer(&[name]),
            "reply": {"channel": session, "messages": refer(&[reply, "error"])},
        })
    };
    let close_codes = CloseCode::ALL
        .iter()
        .map(|close| json!({"code": close.code, "reason": close.reason, "meaning": close.meaning}));
    let error_codes = ErrorCode::ALL
        .iter()
        .map(|error| json!({"code": error.code, "retryable": error.retryable, "meaning": error.meaning}));
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "marketd WebSocket",
            "version": version,
            "description": DESCRIPTION,
            "license": {"name": "MIT OR Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:8080",
                "protocol": "ws",
                "description": "A server with the shipped configuration.",
            },
        },
        "channels": {
            "session": {
                "address": "/api/v1/ws",
                "title": "A client's connection",
                "description": ONE_CONNECTION,
                "messages": channel,
                "bindings": {
                    "ws": {
                        "method": "GET",
                        "query": {
                            "type": "object",
                            "properties": {
                                "flush_ms": {
                                    "type": "integer", "minimum": 0, "maximum": 1000,
                                    "description": "Frames go out at most once in so many milliseconds.",
                                },
                            },
                        },
                        "headers": {
                            "type": "object",
                            "properties": {
                                "Sec-WebSocket-Protocol": {
                                    "type": "string",
                                    "enum": Encoding::ALL.map(Encoding::subprotocol),
                                },
                            },
                        },
                        "bindingVersion": "0.1.0",
                    },
                },
                "x-close-codes": close_codes.collect::<Vec<_>>(),
                "x-error-codes": error_codes.collect::<Vec<_>>(),
            },
        },
        "operations": {
            "subscribe": request("subscribe", "A client asks for streams; their frames follow the reply.", "subscriptionReply"),
            "unsubscribe": request("unsubscribe", "A client ends streams; no frame of them follows the reply.", "subscriptionReply"),
            "ping": request("ping", "A client asks for the time.", "pong"),
            "auth": request("auth", "A client shows who it is.", "authReply"),
            "subscribeAccount": request("subscribeAccount", "A client asks for a channel of an account; a snapshot or what was missed follows the reply.", "accountReply"),
            "unsubscribeAccount": request("unsubscribeAccount", "A client ends it.", "accountReply"),
            "placeOrder": request("placeOrder", "A client places an order.", "orderReply"),
            "amendOrder": request("amendOrder", "A client changes an order.", "orderReply"),
            "cancelOrder": request("cancelOrder", "A client cancels an order.", "orderReply"),
            "cancelAll": request("cancelAll", "A client cancels all orders.", "cancelAllReply"),
            "account": {
                "action": "send",
                "channel": session,
                "summary": "The server sends what happens to an account.",
                "messages": refer(&["orders", "fills", "balances", "positions"]),
            },
            "stream": {
                "action": "send",
                "channel": session,
                "summary": "The server sends the frames of the streams that were asked for.",
                "messages": refer(&["book", "bbo", "trades", "lagged", "ticker", "candles", "status"]),
            },
            "keepAlive": {
                "action": "send",
                "channel": session,
                "summary": "The server tells its time and how far each stream has been sent.",
                "messages": refer(&["heartbeat"]),
            },
        },
        "components": {
            "messages": messages,
            "schemas": schemas.take_definitions(true),
        },
    })
}
