//! The sandbox's events as bytes. Numbers of variants and the order of fields are fixed: see [`crate::journal`].

use super::desk::{MarketRules, VenueStatus};
use super::event::{
    Amend, AmendedFrom, BookRef, Event, EventBody, Evidence, Fill, LevelRef, MarketListed, MarketWidened,
    OrderAccepted, OrderAmended, OrderRested, PreventedMatch, PrintRef, ReservedChange, TriggerEvidence,
};
use super::ids::{ClientOrderId, FillId, ListId, OrderId};
use super::latency::{Delay, Latency};
use super::lists::{ListKind, OrderList};
use super::order::{
    Change, Order, OrderRequest, OrderStatus, OrderType, Phase, SelfTradePrevention, TimeInForce, TriggerBy,
};
use super::queue::QueueModel;
use super::reject::EndReason;
use crate::journal::{CodecError, Coded, Reader, coded_enum, coded_struct};
use crate::trades::{AggressorSide, TradeId};

macro_rules! coded_serial {
    ($($name:ident),+) => {
        $(impl Coded for $name {
            fn put(&self, out: &mut Vec<u8>) {
                self.get().put(out);
            }

            fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
                u64::take(from).map(Self::new)
            }
        })+
    };
}

coded_serial!(OrderId, FillId, ListId);

impl Coded for ClientOrderId {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_str().to_owned().put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
        Self::parse(&String::take(from)?).ok_or(CodecError::OutOfRange("a client order id"))
    }
}

coded_enum!(TradeId { 0 => None, 1 => Number(number), 2 => Uuid(uuid) });
coded_enum!(AggressorSide { 0 => Buy, 1 => Sell });
coded_enum!(VenueStatus { 0 => Connecting, 1 => Live, 2 => Stale, 3 => Halted, 4 => Delisted });
coded_enum!(QueueModel { 0 => RiskAverse, 1 => Proportional });
coded_enum!(OrderType {
    0 => Market,
    1 => Limit,
    2 => Stop,
    3 => StopLimit,
    4 => TakeProfit,
    5 => TakeProfitLimit,
    6 => TrailingStop,
});
coded_enum!(TimeInForce { 0 => Gtc, 1 => Ioc, 2 => Fok, 3 => Gtd });
coded_enum!(SelfTradePrevention {
    0 => None,
    1 => ExpireTaker,
    2 => ExpireMaker,
    3 => ExpireBoth,
    4 => Decrement,
});
coded_enum!(TriggerBy { 0 => Last, 1 => Best, 2 => Mark });
coded_enum!(OrderStatus {
    0 => Pending,
    1 => Open,
    2 => PartiallyFilled,
    3 => Filled,
    4 => Cancelled,
    5 => Rejected,
    6 => Expired,
});
coded_enum!(Phase { 0 => Entering, 1 => Dependent, 2 => Armed, 3 => Working, 4 => Done });
coded_enum!(EndReason {
    0 => UserRequest,
    1 => CancelAll,
    2 => KillSwitch,
    3 => CancelAfter,
    4 => AccountReset,
    5 => IocRemainder,
    6 => FokUnfilled,
    7 => NoLiquidity,
    8 => QuoteRemainder,
    9 => ExpiresAt,
    10 => SelfTrade,
    11 => WouldCross,
    12 => WouldTrigger,
    13 => MarketNotLive,
    14 => Delisted,
    15 => ListSibling,
    16 => ListEntryUnfilled,
    17 => InsufficientBalance,
    18 => OutOfRange,
    19 => Band,
});
coded_enum!(ListKind { 0 => Oco, 1 => Oto, 2 => Bracket });
coded_enum!(Delay {
    0 => None,
    1 => Constant { ns },
    2 => Uniform { min_ns, max_ns },
    3 => LongTail { min_ns, mean_ns },
});

coded_struct!(Latency { entry, cancel, reply, seed });
coded_struct!(MarketRules {
    tick_size,
    lot_size,
    min_notional,
    band_bps,
    queue_model,
    max_depth,
    is_full_depth,
});
coded_struct!(MarketWidened { market, from, to });
coded_struct!(MarketListed { market, base, quote, scales, rules });
coded_struct!(OrderRequest {
    market,
    side,
    order_type,
    time_in_force,
    expires_at,
    qty,
    quote_qty,
    price,
    stop_price,
    trailing_bps,
    trigger_by,
    display_qty,
    post_only,
    self_trade_prevention,
    client_order_id,
});
coded_struct!(OrderAccepted { order_id, account, request, list, phase, fees, need, reserved, effective_at });
coded_struct!(BookRef { book_seq, ts_venue });
coded_struct!(OrderRested { order_id, price, shown, queue_ahead, book });
coded_struct!(Amend { qty, price, stop_price } 2 { client_order_id });
coded_struct!(ReservedChange { account, asset, amount });
coded_struct!(AmendedFrom { qty, price, stop_price, client_order_id });
coded_struct!(OrderAmended { order_id, qty, price, stop_price, need, reserved, kept_place } 2 {
    client_order_id,
    before,
});
coded_struct!(PreventedMatch { account, market, taker, maker, prevention, price, qty, taker_qty, maker_qty });
coded_struct!(LevelRef { price, displayed, consumed_before, book });
coded_struct!(PrintRef {
    trade_id,
    price,
    qty,
    aggressor,
    ts_venue,
    shared_before,
    queue_before,
    queue_after,
    book_seq,
});
coded_enum!(Evidence {
    0 => Level(level),
    1 => Order { order_id, book },
    2 => Print(print),
    3 => Crossed(level),
});
coded_enum!(TriggerEvidence { 0 => Print { trade_id, ts_venue }, 1 => Book(book) });
coded_struct!(Fill {
    fill_id,
    order_id,
    account,
    market,
    side,
    price,
    qty,
    liquidity,
    spent,
    released,
    received,
    fee,
    fee_asset,
    fee_carry,
    filled_qty,
    filled_quote,
    need,
    reserved,
    evidence,
});
coded_struct!(OrderList { list_id, account, kind, first, second, third } 2 { client_list_id });
coded_struct!(Change { effective_at, event_seq, amend });
coded_struct!(Order {
    order_id,
    account,
    request,
    list,
    phase,
    status,
    reason,
    filled_qty,
    filled_quote,
    prevented_qty,
    fee,
    need,
    money,
    watermark,
    accepted_at,
    effective_at,
    updated_at,
    last_fill,
    accepted_seq,
    change,
} 2 {
    prevented_match,
});

coded_enum!(EventBody {
    1 => Ledger(event),
    2 => MarketListed(listed),
    3 => RulesSet { market, rules },
    4 => MarketStatusChanged { market, status },
    5 => OrderAccepted(accepted),
    6 => OrderArmed { order_id, watermark, stop_price },
    7 => StopMoved { order_id, watermark, stop_price },
    8 => OrderTriggered { order_id, price, evidence },
    9 => OrderRested(rested),
    10 => OrderFilled(fill),
    11 => OrderPrevented { order_id, qty, against, need, reserved },
    12 => OrderAmended(amended),
    13 => NeedChanged { order_id, need, reserved },
    14 => OrderEnded { order_id, status, reason, reserved },
    15 => CancelRequested { order_id, effective_at },
    16 => AmendRequested { order_id, amend, effective_at },
    17 => ChangeRefused { order_id },
    18 => LatencySet { account, latency },
    19 => ListAccepted(list),
    20 => OrderActivated { order_id, qty, need, reserved, effective_at },
    21 => MarketWidened(widened),
    22 => SelfTradePrevented(prevented),
});

coded_struct!(Event { seq, ts, visible_at, body });

impl EventBody {
    /// What kind of fact it is, as journals are searched for it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Ledger(event) => event.kind(),
            Self::MarketListed(_) => "market_listed",
            Self::MarketWidened(_) => "market_widened",
            Self::RulesSet { .. } => "rules_set",
            Self::MarketStatusChanged { .. } => "market_status_changed",
            Self::OrderAccepted(_) => "order_accepted",
            Self::OrderArmed { .. } => "order_armed",
            Self::StopMoved { .. } => "stop_moved",
            Self::OrderTriggered { .. } => "order_triggered",
            Self::OrderRested(_) => "order_rested",
            Self::OrderFilled(_) => "order_filled",
            Self::SelfTradePrevented(_) => "self_trade_prevented",
            Self::OrderPrevented { .. } => "order_prevented",
            Self::OrderAmended(_) => "order_amended",
            Self::NeedChanged { .. } => "need_changed",
            Self::OrderEnded { .. } => "order_ended",
            Self::CancelRequested { .. } => "cancel_requested",
            Self::AmendRequested { .. } => "amend_requested",
            Self::ChangeRefused { .. } => "change_refused",
            Self::LatencySet { .. } => "latency_set",
            Self::ListAccepted(_) => "list_accepted",
            Self::OrderActivated { .. } => "order_activated",
        }
    }
}
