//! What an order is: the request as the client made it, and what has become of it.

use super::event::Amend;
use super::ids::{ClientOrderId, FillId, ListId, OrderId};
use super::reject::EndReason;
use crate::ledger::{AccountNo, Amount, MarketNo, Need, OrderMoney};
use crate::matching::OrderSide;
use crate::numbers::{Notional, Price, Qty};
use crate::time::Timestamp;

/// An enum whose values have a fixed name on the wire and in stores.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$item_doc])* $item,)+
        }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$item,)+];

            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$item => $text,)+
                }
            }

            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.as_str() == text)
            }
        }
    };
}
pub(super) use named;

named!(OrderType {
    Market = "market",
    Limit = "limit",
    /// A market order once the price has come to the stop price: below it for sells, above it for buys.
    Stop = "stop",
    StopLimit = "stop_limit",
    /// As stop, from the other side: above it for sells, below it for buys.
    TakeProfit = "take_profit",
    TakeProfitLimit = "take_profit_limit",
    /// A stop whose price follows the market at a distance, and never comes back.
    TrailingStop = "trailing_stop",
});

impl OrderType {
    /// Whether it waits for a price before it does anything.
    pub const fn waits_for_price(self) -> bool {
        !matches!(self, Self::Market | Self::Limit)
    }

    /// Whether it has a limit price once it works.
    pub const fn has_limit(self) -> bool {
        matches!(self, Self::Limit | Self::StopLimit | Self::TakeProfitLimit)
    }
}

named!(TimeInForce {
    /// Good till cancelled.
    Gtc = "gtc",
    /// Immediate or cancel.
    Ioc = "ioc",
    /// Fill or kill.
    Fok = "fok",
    /// Good till the date in `expires_at`.
    Gtd = "gtd",
});

named!(
    /// What happens when an order would take from another one of its own account. The taker's rule counts.
    SelfTradePrevention {
        None = "none",
        ExpireTaker = "expire_taker",
        ExpireMaker = "expire_maker",
        ExpireBoth = "expire_both",
        /// Both lose the smaller quantity; what is left of the larger one goes on.
        Decrement = "decrement",
    }
);

named!(
    /// The price that wakes an order which waits for one.
    TriggerBy {
        /// The venue's last print.
        Last = "last",
        /// What the order would take from: the best bid for sells, the best ask for buys.
        Best = "best",
        /// The middle between best bid and best ask.
        Mark = "mark",
    }
);

named!(OrderStatus {
    /// Accepted and not yet at the market: on its way, or waiting for its price or its list.
    Pending = "pending",
    Open = "open",
    PartiallyFilled = "partially_filled",
    Filled = "filled",
    Cancelled = "cancelled",
    /// Refused when it came to the market.
    Rejected = "rejected",
    Expired = "expired",
});

impl OrderStatus {
    /// Nothing happens to it any more.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Open | Self::PartiallyFilled)
    }
}

/// An order as its client asks for it. Fields that do not go together are refused, never ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderRequest {
    pub market: MarketNo,
    pub side: OrderSide,
    pub order_type: OrderType,
    pub time_in_force: TimeInForce,
    /// For GTD and nothing else.
    pub expires_at: Option<Timestamp>,
    /// Base to trade. Either this or `quote_qty`.
    pub qty: Option<Qty>,
    /// Quote to spend or to receive; market orders only.
    pub quote_qty: Option<Notional>,
    pub price: Option<Price>,
    pub stop_price: Option<Price>,
    /// Distance of a trailing stop in hundredths of a percent.
    pub trailing_bps: Option<u32>,
    pub trigger_by: TriggerBy,
    /// How much of it stands in the queue at a time; each slice queues anew.
    pub display_qty: Option<Qty>,
    pub post_only: bool,
    pub self_trade_prevention: SelfTradePrevention,
    pub client_order_id: Option<ClientOrderId>,
}

impl OrderRequest {
    /// A market order for `qty`, to be changed into what is wanted.
    pub const fn market(market: MarketNo, side: OrderSide, qty: Qty) -> Self {
        Self {
            market,
            side,
            order_type: OrderType::Market,
            time_in_force: TimeInForce::Ioc,
            expires_at: None,
            qty: Some(qty),
            quote_qty: None,
            price: None,
            stop_price: None,
            trailing_bps: None,
            trigger_by: TriggerBy::Last,
            display_qty: None,
            post_only: false,
            self_trade_prevention: SelfTradePrevention::ExpireTaker,
            client_order_id: None,
        }
    }

    /// A limit order that stands until it is cancelled.
    pub const fn limit(market: MarketNo, side: OrderSide, qty: Qty, price: Price) -> Self {
        Self {
            order_type: OrderType::Limit,
            time_in_force: TimeInForce::Gtc,
            price: Some(price),
            ..Self::market(market, side, qty)
        }
    }

    /// Whether what does not fill at once may stand in the book.
    pub const fn may_rest(&self) -> bool {
        self.order_type.has_limit() && matches!(self.time_in_force, TimeInForce::Gtc | TimeInForce::Gtd)
    }
}

/// How far an order has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// On its way, until the entry latency is over.
    Entering,
    /// Accepted as part of a list; it enters when the list's entry order has filled.
    Dependent,
    /// Waits for its price.
    Armed,
    /// Taking, or standing in the book.
    Working,
    Done,
}

/// An order and what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub order_id: OrderId,
    pub account: AccountNo,
    pub request: OrderRequest,
    pub list: Option<ListId>,
    pub phase: Phase,
    pub status: OrderStatus,
    pub reason: Option<EndReason>,
    pub filled_qty: Qty,
    pub filled_quote: Notional,
    /// Taken off by self-trade prevention: filled + prevented + what is left = quantity.
    pub prevented_qty: Qty,
    pub fee: Amount,
    /// What it may still take from its account, and what is held back for that.
    pub need: Need,
    pub money: OrderMoney,
    /// A trailing stop's best price so far; its stop price is in the request.
    pub watermark: Option<Price>,
    pub accepted_at: Timestamp,
    /// When it comes or came to the market.
    pub effective_at: Timestamp,
    pub updated_at: Timestamp,
    pub last_fill: Option<FillId>,
    pub accepted_seq: u64,
    /// A cancel or amendment that is on its way.
    pub change: Option<Change>,
    /// Number of the last match that self-trade prevention kept from happening and that took quantity off it.
    pub prevented_match: Option<u64>,
}

/// A cancel, or an amendment, on its way to the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub effective_at: Timestamp,
    /// The number of the event that announced it.
    pub event_seq: u64,
    /// `None`: a cancel.
    pub amend: Option<Amend>,
}

impl Order {
    /// The worst price it may trade at, once it works.
    pub fn limit(&self) -> Option<Price> {
        self.request.price.filter(|_| self.request.order_type.has_limit())
    }

    /// What is still to be traded of an order by quantity; zero for one by quote.
    pub fn remaining(&self) -> Qty {
        let qty = self.request.qty.unwrap_or(Qty::ZERO).mantissa();
        Qty::from_mantissa((qty - self.filled_qty.mantissa() - self.prevented_qty.mantissa()).max(0))
    }

    /// What is still to be spent or received of an order by quote.
    pub fn remaining_quote(&self) -> Option<Notional> {
        self.request
            .quote_qty
            .map(|quote| Notional::from_mantissa(quote.mantissa() - self.filled_quote.mantissa()))
    }

    /// Quote paid or received for each base, rounded towards zero at the market's price scale.
    pub fn avg_price(&self) -> Option<Price> {
        let price = self.filled_quote.mantissa().checked_div(i128::from(self.filled_qty.mantissa()))?;
        i64::try_from(price).ok().map(Price::from_mantissa)
    }
}
