//! Refusals of the sandbox as errors of the one table.

use marketd_domain::ledger::Refusal;
use marketd_domain::sandbox::{Reject, Rule};

use crate::code::ErrorCode;

/// The error of a refused command.
pub const fn code_of_reject(reject: &Reject) -> ErrorCode {
    match reject {
        Reject::Ledger(refusal) => code_of_ledger(*refusal),
        Reject::Rule(rule) => code_of_rule(*rule),
        Reject::DuplicateClientOrderId(_) | Reject::DuplicateClientListId(_) => {
            ErrorCode::DUPLICATE_CLIENT_ORDER_ID
        }
    }
}

pub const fn code_of_ledger(refusal: Refusal) -> ErrorCode {
    match refusal {
        Refusal::InsufficientBalance => ErrorCode::INSUFFICIENT_BALANCE,
        Refusal::OutOfRange => ErrorCode::OUT_OF_RANGE,
        Refusal::UnknownAccount => ErrorCode::UNKNOWN_ACCOUNT,
        Refusal::UnknownAsset => ErrorCode::UNKNOWN_ASSET,
        Refusal::UnknownMarket => ErrorCode::UNKNOWN_MARKET,
        Refusal::AccountClosed => ErrorCode::ACCOUNT_CLOSED,
        Refusal::ReservedBalance => ErrorCode::RESERVED_BALANCE,
        Refusal::TooManyAccounts => ErrorCode::TOO_MANY_ACCOUNTS,
        Refusal::TooManyAssets => ErrorCode::TOO_MANY_ASSETS,
        Refusal::AlreadyExists => ErrorCode::ALREADY_EXISTS,
        Refusal::ScaleMismatch => ErrorCode::SCALE_MISMATCH,
        Refusal::FeeOutOfRange => ErrorCode::FEE_OUT_OF_RANGE,
        Refusal::Inconsistent => ErrorCode::INTERNAL,
        Refusal::KillSwitch => ErrorCode::KILL_SWITCH,
        Refusal::KillSwitchGlobal => ErrorCode::KILL_SWITCH_GLOBAL,
        Refusal::MaxOrderQty => ErrorCode::MAX_ORDER_QTY,
        Refusal::MaxOrderNotional => ErrorCode::MAX_ORDER_NOTIONAL,
        Refusal::MaxOpenOrders => ErrorCode::MAX_OPEN_ORDERS,
        Refusal::MaxPosition => ErrorCode::MAX_POSITION,
        Refusal::MaxDailyLoss => ErrorCode::MAX_DAILY_LOSS,
        Refusal::PriceCollar => ErrorCode::PRICE_COLLAR,
        Refusal::NoMarkPrice => ErrorCode::NO_MARK_PRICE,
        Refusal::OrderRate => ErrorCode::ORDER_RATE,
    }
}

const fn code_of_rule(rule: Rule) -> ErrorCode {
    match rule {
        Rule::UnknownOrder => ErrorCode::UNKNOWN_ORDER,
        Rule::OrderFinal => ErrorCode::ORDER_FINAL,
        Rule::ChangePending => ErrorCode::CHANGE_PENDING,
        Rule::MarketConnecting => ErrorCode::MARKET_CONNECTING,
        Rule::MarketStale => ErrorCode::MARKET_STALE,
        Rule::MarketHalted => ErrorCode::MARKET_HALTED,
        Rule::MarketDelisted => ErrorCode::MARKET_DELISTED,
        Rule::TooManyOrders => ErrorCode::TOO_MANY_ORDERS,
        Rule::BadFields => ErrorCode::BAD_FIELDS,
        Rule::MissingPrice => ErrorCode::MISSING_PRICE,
        Rule::UnexpectedPrice => ErrorCode::UNEXPECTED_PRICE,
        Rule::MissingStopPrice => ErrorCode::MISSING_STOP_PRICE,
        Rule::UnexpectedStopPrice => ErrorCode::UNEXPECTED_STOP_PRICE,
        Rule::MissingTrailing => ErrorCode::MISSING_TRAILING_BPS,
        Rule::UnexpectedTrailing => ErrorCode::UNEXPECTED_TRAILING_BPS,
        Rule::MissingQty => ErrorCode::MISSING_QTY,
        Rule::BadTimeInForce => ErrorCode::BAD_TIME_IN_FORCE,
        Rule::BadExpiry => ErrorCode::BAD_EXPIRY,
        Rule::BadPostOnly => ErrorCode::BAD_POST_ONLY,
        Rule::BadDisplayQty => ErrorCode::BAD_DISPLAY_QTY,
        Rule::OutOfRange => ErrorCode::OUT_OF_RANGE,
        Rule::Tick => ErrorCode::TICK_SIZE,
        Rule::Lot => ErrorCode::LOT_SIZE,
        Rule::MinNotional => ErrorCode::MIN_NOTIONAL,
        Rule::Band => ErrorCode::PRICE_BAND,
        Rule::WouldCross => ErrorCode::WOULD_CROSS,
        Rule::WouldTrigger => ErrorCode::WOULD_TRIGGER,
        Rule::BelowFilled => ErrorCode::BELOW_FILLED,
        Rule::NothingToAmend => ErrorCode::NOTHING_TO_AMEND,
        Rule::NotAmendable => ErrorCode::NOT_AMENDABLE,
        Rule::BadList => ErrorCode::BAD_LIST,
        Rule::BadTimer => ErrorCode::BAD_TIMER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A refusal has the same code in the domain, on the wire and in the documents.
    #[test]
    fn codes_are_those_of_the_domain() {
        for refusal in Refusal::ALL.iter().filter(|refusal| **refusal != Refusal::Inconsistent) {
            assert_eq!(code_of_ledger(*refusal).code, refusal.as_str());
        }
        for rule in Rule::ALL {
            assert_eq!(code_of_rule(*rule).code, rule.as_str());
        }
    }
}
