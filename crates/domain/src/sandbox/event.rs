//! What happened. Events are results: replaying them rebuilds accounts and orders without market data.

use super::desk::{MarketRules, VenueStatus};
use super::ids::{ClientOrderId, FillId, ListId, OrderId};
use super::latency::Latency;
use super::lists::OrderList;
use super::order::{OrderRequest, OrderStatus, Phase, SelfTradePrevention};
use super::reject::EndReason;
use crate::instrument::MarketId;
use crate::ledger::{
    AccountNo, Amount, AssetNo, FeeCarry, FeeSchedule, LedgerEvent, Liquidity, MarketNo, Need,
};
use crate::matching::OrderSide;
use crate::numbers::{Notional, Price, Qty, Scales};
use crate::time::Timestamp;
use crate::trades::{AggressorSide, Trade, TradeId};

/// A fact, in its place: numbers are contiguous.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub seq: u64,
    /// When it happened at the market. It never goes back.
    pub ts: Timestamp,
    /// When the account's reply latency lets the client see it.
    pub visible_at: Timestamp,
    pub body: EventBody,
}

/// One kind of fact. Those of orders are kept in place: they must not allocate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "a box would be an allocation for each order")]
pub enum EventBody {
    /// Of accounts and their money, except what orders do to it: that is in the orders' events.
    Ledger(LedgerEvent),
    MarketListed(Box<MarketListed>),
    MarketWidened(MarketWidened),
    RulesSet {
        market: MarketNo,
        rules: MarketRules,
    },
    /// Whether orders may fill. Not live, they wait.
    MarketStatusChanged {
        market: MarketNo,
        status: VenueStatus,
    },
    OrderAccepted(OrderAccepted),
    /// A stop, take-profit or trailing order came to the market and waits for its price.
    OrderArmed {
        order_id: OrderId,
        watermark: Option<Price>,
        stop_price: Price,
    },
    /// The stop price of a trailing order followed the market.
    StopMoved {
        order_id: OrderId,
        watermark: Price,
        stop_price: Price,
    },
    /// The price an order waited for has come.
    OrderTriggered {
        order_id: OrderId,
        price: Price,
        evidence: TriggerEvidence,
    },
    OrderRested(OrderRested),
    OrderFilled(Fill),
    /// Two orders of one account would have met, and did not. What becomes of them by that follows.
    SelfTradePrevented(PreventedMatch),
    /// Self-trade prevention took quantity off, and the order may go on.
    OrderPrevented {
        order_id: OrderId,
        qty: Qty,
        against: OrderId,
        need: Need,
        reserved: ReservedChange,
    },
    OrderAmended(OrderAmended),
    /// What the order may cost at worst changed, and what is held back with it.
    NeedChanged {
        order_id: OrderId,
        need: Need,
        reserved: ReservedChange,
    },
    OrderEnded {
        order_id: OrderId,
        status: OrderStatus,
        reason: EndReason,
        reserved: ReservedChange,
    },
    /// A cancel is on its way.
    CancelRequested {
        order_id: OrderId,
        effective_at: Timestamp,
    },
    /// An amendment is on its way.
    AmendRequested {
        order_id: OrderId,
        amend: Amend,
        effective_at: Timestamp,
    },
    /// A cancel or amendment on its way came too late, or did not hold at the market.
    ChangeRefused {
        order_id: OrderId,
    },
    LatencySet {
        account: AccountNo,
        latency: Latency,
    },
    ListAccepted(OrderList),
    /// An order that depended on another one is on its way, with as much as that one filled.
    OrderActivated {
        order_id: OrderId,
        qty: Qty,
        need: Need,
        reserved: ReservedChange,
        effective_at: Timestamp,
    },
}

/// What moved between an account's free and reserved balance: above zero, more is reserved; below zero, it is free again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReservedChange {
    pub account: AccountNo,
    pub asset: AssetNo,
    pub amount: Amount,
}

impl ReservedChange {
    /// Until the event is applied, which fills it in.
    pub(super) const UNKNOWN: Self =
        Self { account: AccountNo::new(0), asset: AssetNo::new(0), amount: Amount::ZERO };
}

/// A market that orders can be placed in. It gets the next number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketListed {
    pub market: MarketId,
    pub base: AssetNo,
    pub quote: AssetNo,
    pub scales: Scales,
    pub rules: MarketRules,
}

/// Its venue prints more decimals. From here on numbers of the market are at the new scales, and those that were remembered
/// as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketWidened {
    pub market: MarketNo,
    pub from: Scales,
    pub to: Scales,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderAccepted {
    pub order_id: OrderId,
    pub account: AccountNo,
    pub request: OrderRequest,
    pub list: Option<ListId>,
    /// Entering or dependent.
    pub phase: Phase,
    pub fees: FeeSchedule,
    pub need: Need,
    /// What is held back for that.
    pub reserved: Amount,
    pub effective_at: Timestamp,
}

/// An order took its place in the queue, or at the end of it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderRested {
    pub order_id: OrderId,
    pub price: Price,
    /// What of it stands in the queue: all that is left, or a slice.
    pub shown: Qty,
    /// What the venue showed at the price: all of it is ahead. `None` when the price was out of view.
    pub queue_ahead: Option<Qty>,
    /// Of which book.
    pub book: BookRef,
}

/// Names a state of a venue's book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BookRef {
    pub book_seq: u64,
    pub ts_venue: Timestamp,
}

/// A match that self-trade prevention kept from happening. Its number is that of its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreventedMatch {
    pub account: AccountNo,
    pub market: MarketNo,
    pub taker: OrderId,
    pub maker: OrderId,
    /// The taker's rule, which counts.
    pub prevention: SelfTradePrevention,
    pub price: Price,
    /// What would have traded.
    pub qty: Qty,
    /// What the orders lose by it; zero for one that goes on as it was.
    pub taker_qty: Qty,
    pub maker_qty: Qty,
}

impl PreventedMatch {
    /// What an order loses by it; `None` when it is not in it.
    pub fn qty_of(&self, order_id: OrderId) -> Option<Qty> {
        let taken = (order_id == self.taker).then_some(self.taker_qty);
        taken.or_else(|| (order_id == self.maker).then_some(self.maker_qty))
    }
}

/// New values; `None` keeps the old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amend {
    /// The whole quantity, what is filled included.
    pub qty: Option<Qty>,
    pub price: Option<Price>,
    pub stop_price: Option<Price>,
    pub client_order_id: Option<ClientOrderId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderAmended {
    pub order_id: OrderId,
    pub qty: Qty,
    pub price: Option<Price>,
    pub stop_price: Option<Price>,
    pub need: Need,
    pub reserved: ReservedChange,
    /// It only became smaller, and stands where it stood.
    pub kept_place: bool,
    /// Its new name; `None` keeps the old one.
    pub client_order_id: Option<ClientOrderId>,
    /// What it was before. Events of older programs do not say.
    pub before: Option<AmendedFrom>,
}

/// An order's values before an amendment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmendedFrom {
    pub qty: Qty,
    pub price: Option<Price>,
    pub stop_price: Option<Price>,
    pub client_order_id: Option<ClientOrderId>,
}

/// An execution of one order, with what proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    pub fill_id: FillId,
    pub order_id: OrderId,
    pub account: AccountNo,
    pub market: MarketNo,
    pub side: OrderSide,
    pub price: Price,
    pub qty: Qty,
    pub liquidity: Liquidity,
    /// Out of what was reserved: quote of a buyer, with the fee if that is paid in quote; base of a seller.
    pub spent: Amount,
    /// Back from reserved to free, since the rest of the order needs less.
    pub released: Amount,
    /// After the fee, if that is paid in what is received.
    pub received: Amount,
    pub fee: Amount,
    pub fee_asset: AssetNo,
    pub fee_carry: FeeCarry,
    /// Of the order, this fill included.
    pub filled_qty: Qty,
    pub filled_quote: Notional,
    /// What the rest of the order may cost at worst, and what is held back for that.
    pub need: Need,
    pub reserved: Amount,
    pub evidence: Evidence,
}

/// Why a fill was possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// It took from what the venue showed.
    Level(LevelRef),
    /// It met another sandbox order.
    Order { order_id: OrderId, book: BookRef },
    /// A print reached it in the queue.
    Print(PrintRef),
    /// The venue's other side came to its price or through it.
    Crossed(LevelRef),
}

/// A displayed level, and what sandbox orders had taken of it before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelRef {
    pub price: Price,
    pub displayed: Qty,
    pub consumed_before: Qty,
    pub book: BookRef,
}

/// A print, and how it reached the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrintRef {
    pub trade_id: TradeId,
    pub price: Price,
    pub qty: Qty,
    pub aggressor: AggressorSide,
    pub ts_venue: Timestamp,
    /// What of the print went to sandbox orders before this one.
    pub shared_before: Qty,
    /// Venue quantity in front of the order before and after it.
    pub queue_before: Qty,
    pub queue_after: Qty,
    pub book_seq: u64,
}

impl PrintRef {
    /// Of a print that met nothing else on its way to the order.
    pub const fn alone(print: &Trade, book_seq: u64) -> Self {
        Self {
            trade_id: print.id,
            price: print.price,
            qty: print.qty,
            aggressor: print.aggressor,
            ts_venue: print.ts_venue,
            shared_before: Qty::ZERO,
            queue_before: Qty::ZERO,
            queue_after: Qty::ZERO,
            book_seq,
        }
    }
}

/// What woke an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriggerEvidence {
    Print { trade_id: TradeId, ts_venue: Timestamp },
    Book(BookRef),
}
