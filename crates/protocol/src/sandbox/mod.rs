//! The sandbox on the wire: what clients ask of it, and what they are answered.

mod account;
mod explain;
mod number;
mod order;
mod past;
mod refusal;
mod request;
mod risk;

pub use account::{AccountBody, BalanceBody, DelayBody, EntryBody, FeesBody, LatencyBody, PositionBody};
pub use explain::{EvidenceBody, ExplainBody, ExplainedFill, QueueBody};
pub use number::{NumberRefusal, NumberText};
pub use order::{CancelledBody, FillBody, OrderBody, OrderContext, OrderListBody, fill_body};
pub use past::{AmendmentBody, PreventedMatchBody};
pub use refusal::{code_of_ledger, code_of_reject};
pub(crate) use request::Ignored;
pub use request::{
    AccountFields, AmendFields, CancelAfterFields, DepositFields, KillFields, ListFields, OrderFields,
    OrderInterpretation, ResetFields, SettingsFields, client_list_id, client_order_id, interpret_amend,
    interpret_order,
};
pub use risk::{AssetLimitsBody, LimitsBody, MarketLimitsBody, OrderRateBody, RiskBody};

use marketd_domain::matching::OrderSide;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// Makes a schema of the names that a domain enum has on the wire.
macro_rules! names_of {
    ($($(#[doc = $doc:literal])+ $name:ident => $names:expr;)*) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug)]
            pub struct $name;

            impl JsonSchema for $name {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    let names: Vec<&str> = $names;
                    json_schema!({"description": concat!($($doc,)+).trim(), "type": "string", "enum": names})
                }
            }
        )*
    };
}

mod names {
    use marketd_domain::sandbox::{
        EndReason, ListKind, OrderStatus, OrderType, SelfTradePrevention, TimeInForce, TriggerBy,
    };

    use super::{JsonSchema, Schema, SchemaGenerator, json_schema};

    names_of! {
        /// Kind of an order.
        OrderTypeName => OrderType::ALL.iter().map(|item| item.as_str()).collect();
        /// How long an order lives.
        TimeInForceName => TimeInForce::ALL.iter().map(|item| item.as_str()).collect();
        /// What happens when an order would take from one of the same account.
        SelfTradePreventionName => SelfTradePrevention::ALL.iter().map(|item| item.as_str()).collect();
        /// The price that wakes an order which waits for one.
        TriggerByName => TriggerBy::ALL.iter().map(|item| item.as_str()).collect();
        /// How far an order has come.
        OrderStatusName => OrderStatus::ALL.iter().map(|item| item.as_str()).collect();
        /// Why an order ended otherwise than filled.
        EndReasonName => EndReason::ALL.iter().map(|item| item.as_str()).collect();
        /// Kind of an order list.
        ListKindName => ListKind::ALL.iter().map(|item| item.as_str()).collect();
        /// Whether an order rested when it was filled, or took.
        LiquidityName => vec!["maker", "taker"];
        /// What a fee is paid in: what the fill brings, or always quote.
        FeeInName => vec!["received", "quote"];
    }
}

pub const fn side_name(side: OrderSide) -> &'static str {
    match side {
        OrderSide::Buy => "buy",
        OrderSide::Sell => "sell",
    }
}

pub fn side_named(text: &str) -> Option<OrderSide> {
    match text {
        "buy" => Some(OrderSide::Buy),
        "sell" => Some(OrderSide::Sell),
        _ => None,
    }
}
