//! Bodies of requests to the sandbox, of REST and of the WebSocket's order ops alike.

use marketd_domain::ledger::MarketNo;
use marketd_domain::sandbox::{
    Amend, ClientOrderId, OrderRequest, OrderType, SelfTradePrevention, TimeInForce, TriggerBy,
};
use marketd_domain::{Scales, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::account::LatencyBody;
use super::names::{
    FeeInName, ListKindName, OrderTypeName, SelfTradePreventionName, TimeInForceName, TriggerByName,
};
use super::number::{NumberRefusal, NumberText};
use super::side_named;
use crate::code::ErrorCode;
use crate::schema::{MarketName, Micros, SideName};

/// A new order. Fields that do not go together are refused, never ignored.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderFields {
    /// The default account without it.
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    #[schemars(with = "MarketName")]
    pub market: String,
    #[schemars(with = "SideName")]
    pub side: String,
    #[serde(rename = "type")]
    #[schemars(with = "OrderTypeName")]
    pub order_type: String,
    /// Without it: `ioc` for market orders, `gtc` for others.
    #[schemars(skip_serializing_if = "Option::is_none", with = "TimeInForceName")]
    pub time_in_force: Option<String>,
    /// For `gtd` and nothing else.
    #[schemars(skip_serializing_if = "Option::is_none", with = "Micros")]
    pub expires_at: Option<i64>,
    /// Base to trade. Either this or `quote_qty`.
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub qty: Option<NumberText>,
    /// Quote to spend or to receive; market orders only.
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub quote_qty: Option<NumberText>,
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub price: Option<NumberText>,
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub stop_price: Option<NumberText>,
    /// Distance of a trailing stop in hundredths of a percent.
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub trailing_bps: Option<u32>,
    /// `last` without it.
    #[schemars(skip_serializing_if = "Option::is_none", with = "TriggerByName")]
    pub trigger_by: Option<String>,
    /// How much of it stands in the queue at a time.
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub display_qty: Option<NumberText>,
    #[serde(default)]
    #[schemars(skip_serializing_if = "core::ops::Not::not")]
    pub post_only: bool,
    /// `expire_taker` without it.
    #[schemars(skip_serializing_if = "Option::is_none", with = "SelfTradePreventionName")]
    pub self_trade_prevention: Option<String>,
    /// The caller's own name for the order: 1 to 64 of `A-Z a-z 0-9 . _ : / -`.
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub client_order_id: Option<String>,
    // What the WebSocket's envelope adds.
    #[schemars(skip)]
    #[serde(rename = "op")]
    pub(crate) _op: Option<Ignored>,
    #[schemars(skip)]
    #[serde(rename = "id")]
    pub(crate) _id: Option<Ignored>,
}

impl OrderFields {
    /// The order itself, however it came.
    pub fn without_envelope(&self) -> Self {
        Self { _op: None, _id: None, ..self.clone() }
    }
}

/// Something that is there and means nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// New values of an open order; what is left out stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendFields {
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The whole quantity, what is filled included.
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub qty: Option<NumberText>,
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub price: Option<NumberText>,
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub stop_price: Option<NumberText>,
    /// What its client calls it from then on.
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub new_client_order_id: Option<String>,
    #[schemars(skip)]
    #[serde(rename = "op")]
    pub(crate) _op: Option<Ignored>,
    #[schemars(skip)]
    #[serde(rename = "id")]
    pub(crate) _id: Option<Ignored>,
    /// Over the WebSocket; REST has it in the path.
    #[schemars(skip)]
    pub order_id: Option<u64>,
    #[schemars(skip)]
    pub client_order_id: Option<String>,
}

/// Orders that depend on each other.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListFields {
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    #[schemars(with = "ListKindName")]
    pub kind: String,
    /// Two, or three of a bracket; the entry first where there is one.
    #[schemars(length(min = 2, max = 3))]
    pub orders: Vec<OrderFields>,
    /// The caller's own name for it: 1 to 64 of `A-Z a-z 0-9 . _ : / -`, no other open list of the account may have it.
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub client_list_id: Option<String>,
}

/// A new account of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountFields {
    /// Its name: a letter, then up to 31 of `A-Z a-z 0-9 _ -`.
    #[serde(alias = "name")]
    pub account: String,
    /// An account whose balances, positions, fees and limits it begins with.
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub clone_of: Option<String>,
    /// A share of what is traded: `0.001` is 0.1 %. Below zero it is a rebate.
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub maker_fee: Option<String>,
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub taker_fee: Option<String>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "FeeInName")]
    pub fee_in: Option<String>,
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub latency: Option<LatencyBody>,
}

impl AccountFields {
    pub fn settings(&self) -> SettingsFields {
        let Self { maker_fee, taker_fee, fee_in, latency, .. } = self;
        SettingsFields {
            maker_fee: maker_fee.clone(),
            taker_fee: taker_fee.clone(),
            fee_in: fee_in.clone(),
            latency: *latency,
        }
    }
}

/// What can be set of an account; what is left out stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsFields {
    /// A share of what is traded: `0.001` is 0.1 %. Below zero it is a rebate.
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub maker_fee: Option<String>,
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub taker_fee: Option<String>,
    #[schemars(skip_serializing_if = "Option::is_none", with = "FeeInName")]
    pub fee_in: Option<String>,
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub latency: Option<LatencyBody>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DepositFields {
    pub asset: String,
    pub amount: NumberText,
}

/// Nothing is needed to reset an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetFields {}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KillFields {
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// `false` takes it back.
    #[serde(default = "yes")]
    #[schemars(skip_serializing_if = "core::ops::Not::not")]
    pub on: bool,
    /// Every account of everybody: administrators only.
    #[serde(default)]
    #[schemars(skip_serializing_if = "core::ops::Not::not")]
    pub global: bool,
}

const fn yes() -> bool {
    true
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelAfterFields {
    #[schemars(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// From now, up to a day; 0 takes the timer back.
    #[schemars(range(max = 86_400_000))]
    pub timeout_ms: u64,
}

/// What an order's fields mean in the market that they name, or why they mean nothing.
pub type OrderInterpretation = Result<OrderRequest, (ErrorCode, String)>;

fn refuse(field: &str, refusal: NumberRefusal, given: &NumberText) -> (ErrorCode, String) {
    let given = given.as_str();
    match refusal {
        NumberRefusal::Syntax => (ErrorCode::BAD_REQUEST, format!("{field} {given:?} is not a decimal")),
        NumberRefusal::Precision(scale) => (
            ErrorCode::PRECISION,
            format!("{field} {given:?} has more than the {} decimals of the market", scale.decimals()),
        ),
        NumberRefusal::OutOfRange => {
            (ErrorCode::OUT_OF_RANGE, format!("{field} {given:?} is negative or too large"))
        }
    }
}

/// Reads an optional decimal with its scale.
macro_rules! number {
    ($fields:ident.$field:ident as $as:ident, $scales:expr) => {
        $fields
            .$field
            .as_ref()
            .map(|number| number.$as($scales).map_err(|refusal| refuse(stringify!($field), refusal, number)))
            .transpose()?
    };
}

fn named<T>(field: &str, text: &str, found: Option<T>) -> Result<T, (ErrorCode, String)> {
    found.ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        (ErrorCode::BAD_REQUEST, format!("unknown {field} {shown:?}"))
    })
}

fn client_name(field: &str, text: &str) -> Result<ClientOrderId, (ErrorCode, String)> {
    ClientOrderId::parse(text).ok_or_else(|| {
        let message = format!("{field} is 1 to 64 characters of A-Z a-z 0-9 . _ : / -");
        (ErrorCode::BAD_CLIENT_ORDER_ID, message)
    })
}

pub fn client_order_id(text: &str) -> Result<ClientOrderId, (ErrorCode, String)> {
    client_name("client_order_id", text)
}

pub fn client_list_id(text: &str) -> Result<ClientOrderId, (ErrorCode, String)> {
    client_name("client_list_id", text)
}

/// The order that the fields ask for, in its market's scales.
pub fn interpret_order(fields: &OrderFields, market: MarketNo, scales: Scales) -> OrderInterpretation {
    let order_type = named("type", &fields.order_type, OrderType::parse(&fields.order_type))?;
    let time_in_force = match &fields.time_in_force {
        Some(text) => named("time_in_force", text, TimeInForce::parse(text))?,
        None if order_type == OrderType::Market => TimeInForce::Ioc,
        None => TimeInForce::Gtc,
    };
    let trigger_by = match &fields.trigger_by {
        Some(text) => named("trigger_by", text, TriggerBy::parse(text))?,
        None => TriggerBy::Last,
    };
    let prevention = match &fields.self_trade_prevention {
        Some(text) => named("self_trade_prevention", text, SelfTradePrevention::parse(text))?,
        None => SelfTradePrevention::ExpireTaker,
    };
    Ok(OrderRequest {
        market,
        side: named("side", &fields.side, side_named(&fields.side))?,
        order_type,
        time_in_force,
        expires_at: fields.expires_at.map(Timestamp::from_micros),
        qty: number!(fields.qty as qty, scales),
        quote_qty: number!(fields.quote_qty as notional, scales),
        price: number!(fields.price as price, scales),
        stop_price: number!(fields.stop_price as price, scales),
        trailing_bps: fields.trailing_bps,
        trigger_by,
        display_qty: number!(fields.display_qty as qty, scales),
        post_only: fields.post_only,
        self_trade_prevention: prevention,
        client_order_id: fields.client_order_id.as_deref().map(client_order_id).transpose()?,
    })
}

/// The new values that the fields ask for.
pub fn interpret_amend(fields: &AmendFields, scales: Scales) -> Result<Amend, (ErrorCode, String)> {
    Ok(Amend {
        qty: number!(fields.qty as qty, scales),
        price: number!(fields.price as price, scales),
        stop_price: number!(fields.stop_price as price, scales),
        client_order_id: (fields.new_client_order_id.as_deref())
            .map(|text| client_name("new_client_order_id", text))
            .transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use marketd_domain::Qty;
    use marketd_domain::matching::OrderSide;

    use super::*;

    const SCALES: Scales = Scales::of(2, 8);

    fn interpreted(json: &str) -> OrderInterpretation {
        let fields: OrderFields = serde_json::from_str(json).expect("fields of an order");
        interpret_order(&fields, MarketNo::new(3), SCALES)
    }

    #[test]
    fn an_order_has_its_defaults() {
        let order = interpreted(r#"{"market":"a:B-C","side":"sell","type":"market","qty":"0.5"}"#);
        let expected =
            OrderRequest::market(MarketNo::new(3), OrderSide::Sell, Qty::from_mantissa(50_000_000));
        assert_eq!(order, Ok(expected));
        let order = interpreted(r#"{"market":"a:B-C","side":"buy","type":"limit","qty":1,"price":100.25,"op":"order.place","id":7}"#)
            .expect("an order");
        assert_eq!(
            (order.time_in_force, order.price.map(|price| price.mantissa())),
            (TimeInForce::Gtc, Some(10_025))
        );
    }

    #[test]
    fn what_cannot_be_read_has_a_code() {
        let check = |fields: &str, code: &str| {
            let json = format!(r#"{{"market":"a:B-C","side":"buy","type":"limit",{fields}}}"#);
            assert_eq!(interpreted(&json).expect_err(fields).0.code, code, "{fields}");
        };
        check(r#""qty":"1","price":"1.001""#, "precision");
        check(r#""qty":"-1","price":"1""#, "out_of_range");
        check(r#""qty":"abc","price":"1""#, "bad_request");
        check(r#""qty":"1","price":"1","time_in_force":"day""#, "bad_request");
        check(r#""qty":"1","price":"1","client_order_id":"with space""#, "bad_client_order_id");
        assert!(
            serde_json::from_str::<OrderFields>(r#"{"market":"m","side":"buy","type":"limit","prise":1}"#)
                .is_err()
        );
    }
}
