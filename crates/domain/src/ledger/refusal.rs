//! Why the ledger or the risk checks refuse. Each has a code that clients see and that does not change.

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)+) => {
        /// Why an operation on accounts, or an order, was refused. Nothing has changed then.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
        pub enum Refusal {
            $($(#[$doc])* #[error($text)] $name,)+
        }

        impl Refusal {
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

refusals! {
    InsufficientBalance = "insufficient_balance", "the free balance does not cover the order with its fees";
    OutOfRange = "out_of_range", "the amount is zero, negative or too large";
    UnknownAccount = "unknown_account", "no such account";
    UnknownAsset = "unknown_asset", "no such asset";
    UnknownMarket = "unknown_market", "no such market";
    /// A reset has made a successor.
    AccountClosed = "account_closed", "this version of the account is closed";
    /// A reset while orders are open would leave them without money.
    ReservedBalance = "reserved_balance", "open orders hold a part of the balance";
    TooManyAccounts = "too_many_accounts", "there are as many accounts as there may be";
    TooManyAssets = "too_many_assets", "there are as many assets or markets as there may be";
    AlreadyExists = "already_exists", "there is one of this name already";
    /// Units of the assets are too coarse for the market, or its scales would shrink.
    ScaleMismatch = "scale_mismatch", "the market's scales do not fit the units of its assets";
    FeeOutOfRange = "fee_out_of_range", "a fee rate is between -1 % and 10 %, maker and taker together not below zero";

    /// Never an answer to a client: it says that the ledger and who uses it disagree, and that the sandbox has to stop.
    Inconsistent = "inconsistent", "the ledger and the event disagree";

    KillSwitch = "kill_switch", "the account's kill switch is on";
    KillSwitchGlobal = "kill_switch_global", "the sandbox's kill switch is on";
    MaxOrderQty = "max_order_qty", "the order's quantity is above the account's limit";
    MaxOrderNotional = "max_order_notional", "the order's notional is above the account's limit";
    MaxOpenOrders = "max_open_orders", "the account has as many open orders as it may";
    MaxPosition = "max_position", "with its open orders filled, the position would be above the account's limit";
    MaxDailyLoss = "max_daily_loss", "the account has lost as much today as it may";
    PriceCollar = "price_collar", "the price is too far from the mark price";
    NoMarkPrice = "no_mark_price", "the price cannot be checked while there is no mark price";
    OrderRate = "order_rate", "the account places orders faster than it may";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_plain_and_unique() {
        let mut codes: Vec<&str> = Refusal::ALL.iter().map(|refusal| refusal.as_str()).collect();
        let is_plain = |code: &&str| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        assert!(codes.iter().all(is_plain), "{codes:?}");
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Refusal::ALL.len());
    }
}
