//! Why a command is refused, and why an order ended. Codes are fixed: clients compare them.

use super::ids::{ListId, OrderId};
use super::order::named;
use crate::ledger::Refusal;

/// Why a command was refused. Nothing has changed then, and nothing is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Reject {
    /// Money, limits, switches.
    #[error(transparent)]
    Ledger(#[from] Refusal),
    #[error("{0}")]
    Rule(Rule),
    #[error("another open order of the account has this client order id: {0}")]
    DuplicateClientOrderId(OrderId),
    #[error("another open list of the account has this client list id: {0}")]
    DuplicateClientListId(ListId),
}

impl Reject {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ledger(refusal) => refusal.as_str(),
            Self::Rule(rule) => rule.as_str(),
            Self::DuplicateClientOrderId(_) | Self::DuplicateClientListId(_) => "duplicate_client_order_id",
        }
    }
}

impl From<Rule> for Reject {
    fn from(rule: Rule) -> Self {
        Self::Rule(rule)
    }
}

macro_rules! rules {
    ($($name:ident = $code:literal, $text:literal;)+) => {
        /// A rule of orders that a command breaks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
        pub enum Rule {
            $(#[error($text)] $name,)+
        }

        impl Rule {
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

rules! {
    UnknownOrder = "unknown_order", "no such order of this account";
    OrderFinal = "order_final", "the order is filled, cancelled, rejected or expired already";
    ChangePending = "change_pending", "an earlier cancel or amendment of the order is still on its way";
    MarketConnecting = "market_connecting", "the market has no book yet";
    MarketStale = "market_stale", "the market's book is behind; orders wait until it is live again";
    MarketHalted = "market_halted", "the venue does not trade this market";
    MarketDelisted = "market_delisted", "the venue no longer lists this market";
    TooManyOrders = "too_many_orders", "the sandbox holds as many orders as it may";
    BadFields = "bad_fields", "fields of the order do not go together";
    MissingPrice = "missing_price", "this type of order needs a price";
    UnexpectedPrice = "unexpected_price", "this type of order takes no price";
    MissingStopPrice = "missing_stop_price", "this type of order needs a stop price";
    UnexpectedStopPrice = "unexpected_stop_price", "this type of order takes no stop price";
    MissingTrailing = "missing_trailing_bps", "a trailing stop needs trailing_bps between 1 and 5,000";
    UnexpectedTrailing = "unexpected_trailing_bps", "only a trailing stop takes trailing_bps";
    MissingQty = "missing_qty", "the order needs either qty or quote_qty, quote_qty for market orders only";
    BadTimeInForce = "bad_time_in_force", "this type of order does not take this time in force";
    BadExpiry = "bad_expiry", "gtd needs expires_at in the future, and nothing else takes it";
    BadPostOnly = "bad_post_only", "post_only is for limit orders that may rest";
    BadDisplayQty = "bad_display_qty", "display_qty is above zero, not above qty, and for orders that may rest";
    OutOfRange = "out_of_range", "a price or quantity is zero, negative or too large";
    Tick = "tick_size", "the price is not a multiple of the tick size";
    Lot = "lot_size", "the quantity is not a multiple of the lot size";
    MinNotional = "min_notional", "price times quantity is below the market's minimum";
    Band = "price_band", "the price is too far from the market";
    WouldCross = "would_cross", "the post-only order would take";
    WouldTrigger = "would_trigger", "the stop price has been reached already";
    BelowFilled = "below_filled", "the new quantity is not above what is filled already";
    NothingToAmend = "nothing_to_amend", "the amendment changes nothing";
    NotAmendable = "not_amendable", "this order cannot be changed this way";
    BadList = "bad_list", "the orders of the list do not fit its kind";
    BadTimer = "bad_timer", "the time is out of range";
}

named!(
    /// Why an order ended otherwise than filled.
    EndReason {
        UserRequest = "user_request",
        CancelAll = "cancel_all",
        KillSwitch = "kill_switch",
        /// The dead-man timer ran out.
        CancelAfter = "cancel_after",
        AccountReset = "account_reset",
        /// What an IOC or market order could not fill at once.
        IocRemainder = "ioc_remainder",
        /// The book did not hold all of a FOK order.
        FokUnfilled = "fok_unfilled",
        NoLiquidity = "no_liquidity",
        /// What is left of a quote quantity buys less than a lot.
        QuoteRemainder = "quote_remainder",
        ExpiresAt = "expires_at",
        SelfTrade = "self_trade",
        WouldCross = "would_cross",
        WouldTrigger = "would_trigger",
        MarketNotLive = "market_not_live",
        Delisted = "delisted",
        /// Another order of its list was filled or triggered.
        ListSibling = "list_sibling",
        /// The order it depended on ended unfilled.
        ListEntryUnfilled = "list_entry_unfilled",
        InsufficientBalance = "insufficient_balance",
        OutOfRange = "out_of_range",
        Band = "price_band",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_plain_and_unique() {
        let mut codes: Vec<&str> = Rule::ALL.iter().map(|rule| rule.as_str()).collect();
        codes.extend(
            Refusal::ALL.iter().map(|refusal| refusal.as_str()).filter(|code| *code != "out_of_range"),
        );
        assert!(codes.iter().all(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
        codes.sort_unstable();
        let count = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
