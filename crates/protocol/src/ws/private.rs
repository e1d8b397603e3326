//! What concerns an account: order ops, and channels of orders, fills, balances and positions.

use serde::Deserialize;

use super::{Position, ResumeOutcome, push_head};
use crate::code::ErrorCode;
use crate::json::{push_i64, push_string, push_u64};
use crate::sandbox::{AmendFields, Ignored, OrderFields};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PrivateChannel {
    Orders,
    Fills,
    Balances,
    Positions,
}

impl PrivateChannel {
    pub const ALL: [Self; 4] = [Self::Orders, Self::Fills, Self::Balances, Self::Positions];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Fills => "fills",
            Self::Balances => "balances",
            Self::Positions => "positions",
        }
    }

    pub const fn index(self) -> usize {
        self as usize
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text)
    }
}

/// Names an order of the account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct CancelFields {
    account: Option<String>,
    order_id: Option<u64>,
    client_order_id: Option<String>,
    #[serde(rename = "op")]
    _op: Option<Ignored>,
    #[serde(rename = "id")]
    _id: Option<Ignored>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct CancelAllFields {
    account: Option<String>,
    market: Option<String>,
    #[serde(rename = "op")]
    _op: Option<Ignored>,
    #[serde(rename = "id")]
    _id: Option<Ignored>,
}

/// Which order: by the server's number, or by the client's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderNamed {
    Id(u64),
    Client(String),
}

/// Something to be done with orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderOp {
    Place(Box<OrderFields>),
    Amend { order: OrderNamed, fields: Box<AmendFields> },
    Cancel { account: Option<String>, order: OrderNamed },
    CancelAll { account: Option<String>, market: Option<String> },
}

/// Whether an op is one of orders.
pub(super) fn is_order_op(op: &str) -> bool {
    op.starts_with("order.")
}

fn order_named(order_id: Option<u64>, client: Option<&str>) -> Result<OrderNamed, (ErrorCode, String)> {
    match (order_id, client) {
        (Some(order_id), None) => Ok(OrderNamed::Id(order_id)),
        (None, Some(client)) => Ok(OrderNamed::Client(client.to_owned())),
        _ => Err((ErrorCode::BAD_REQUEST, "it takes an order_id or a client_order_id".to_owned())),
    }
}

/// Reads an order op: the fields are those of REST, beside `op` and `id`.
pub(super) fn parse_order_op(op: &str, json: &str) -> Result<OrderOp, (ErrorCode, String)> {
    fn read<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T, (ErrorCode, String)> {
        serde_json::from_str(json).map_err(|error| (ErrorCode::BAD_REQUEST, error.to_string()))
    }
    match op {
        "order.place" => Ok(OrderOp::Place(Box::new(read(json)?))),
        "order.amend" => {
            let fields: AmendFields = read(json)?;
            let order = order_named(fields.order_id, fields.client_order_id.as_deref())?;
            Ok(OrderOp::Amend { order, fields: Box::new(fields) })
        }
        "order.cancel" => {
            let fields: CancelFields = read(json)?;
            let order = order_named(fields.order_id, fields.client_order_id.as_deref())?;
            Ok(OrderOp::Cancel { account: fields.account, order })
        }
        "order.cancel_all" => {
            let fields: CancelAllFields = read(json)?;
            Ok(OrderOp::CancelAll { account: fields.account, market: fields.market })
        }
        unknown => Err((ErrorCode::UNKNOWN_OP, format!("unknown op {unknown:?}"))),
    }
}

/// The answer to an order op: `data` is finished JSON, that of the same request over REST.
pub fn encode_order_reply(op: &str, id: Option<&str>, data: &[u8], out: &mut Vec<u8>) {
    push_head(out, "reply", Some(op), id);
    out.extend_from_slice(b",\"status\":\"ok\",\"data\":");
    out.extend_from_slice(data);
    out.push(b'}');
}

/// The answer to a subscription of an account's channel, or to its end.
pub fn encode_private_reply(
    op: &str,
    id: Option<&str>,
    (channel, account): (PrivateChannel, &str),
    resumed: Option<ResumeOutcome>,
    out: &mut Vec<u8>,
) {
    push_head(out, "reply", Some(op), id);
    out.extend_from_slice(b",\"status\":\"ok\",\"channel\":");
    push_string(out, channel.as_str());
    out.extend_from_slice(b",\"account\":");
    push_string(out, account);
    if let Some(outcome) = resumed {
        out.extend_from_slice(b",\"recovered\":");
        out.extend_from_slice(if outcome.recovered() { b"true" } else { b"false" });
        out.extend_from_slice(b",\"reason\":");
        push_string(out, outcome.reason());
    }
    out.push(b'}');
}

/// What a frame of an account's channel begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrivateHead<'a> {
    pub channel: PrivateChannel,
    pub account: &'a str,
    pub is_snapshot: bool,
    pub position: Position,
    pub prev: u64,
    pub ts_sent_us: i64,
}

/// A frame of an account's channel; `items` is a finished JSON array.
pub fn encode_private_frame(head: &PrivateHead<'_>, items: &[u8], out: &mut Vec<u8>) {
    let kind = if head.is_snapshot { "snapshot" } else { "event" };
    out.extend_from_slice(b"{\"type\":");
    push_string(out, kind);
    out.extend_from_slice(b",\"channel\":");
    push_string(out, head.channel.as_str());
    out.extend_from_slice(b",\"account\":");
    push_string(out, head.account);
    out.extend_from_slice(b",\"epoch\":");
    push_u64(out, head.position.epoch);
    out.extend_from_slice(b",\"seq\":");
    push_u64(out, head.position.seq);
    out.extend_from_slice(b",\"prev\":");
    push_u64(out, head.prev);
    out.extend_from_slice(b",\"ts_sent\":");
    push_i64(out, head.ts_sent_us);
    out.extend_from_slice(b",\"items\":");
    out.extend_from_slice(items);
    out.push(b'}');
}
