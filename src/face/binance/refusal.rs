//! The sandbox's refusals in Binance's codes and texts.

use marketd_actors::sandbox::Refused;

use super::error::FaceError;

/// What was asked for, since Binance calls an unknown order by two names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Placing,
    Cancelling,
    Seeing,
}

const FILTER: i32 = -1013;
const NEW_ORDER: i32 = -2010;
const CANCEL: i32 = -2011;

fn filter(name: &str) -> FaceError {
    FaceError::bad(FILTER, format!("Filter failure: {name}"))
}

pub fn unknown_order(asked: Asked) -> FaceError {
    match asked {
        Asked::Seeing => FaceError::bad(-2013, "Order does not exist."),
        Asked::Placing | Asked::Cancelling => FaceError::bad(CANCEL, "Unknown order sent."),
    }
}

/// Refusals that only the face makes, told from the sandbox's by these words.
pub const RESTRICTED: &str = "cancelRestrictions do not hold";
pub const MISNAMED: &str = "number and name are of two orders";
pub const INCREASED: &str = "newQty is more than there is";

/// The parameter that a refusal of a number is about, in Binance's words.
fn parameter_in(message: &str) -> &'static str {
    let field = message.split(' ').next().unwrap_or_default();
    match field {
        "price" => "price",
        "stop_price" => "stopPrice",
        "quote_qty" => "quoteOrderQty",
        "display_qty" => "icebergQty",
        _ => "quantity",
    }
}

pub fn of((code, message): Refused, asked: Asked) -> FaceError {
    FaceError { cause: Some(code), ..told((code, message), asked) }
}

fn told((code, message): Refused, asked: Asked) -> FaceError {
    let rejected = |text: &str| FaceError::bad(NEW_ORDER, text);
    match message.as_str() {
        RESTRICTED => return FaceError::bad(CANCEL, "Order was not canceled due to cancel restrictions."),
        MISNAMED => return FaceError::bad(-2039, "Client order ID is not correct for this order ID."),
        INCREASED => return FaceError::bad(-2038, "Order amend (quantity increase) is not supported."),
        _ => {}
    }
    match code.code {
        "insufficient_balance" => rejected("Account has insufficient balance for requested action."),
        "would_cross" => rejected("Order would immediately match and take."),
        "would_trigger" => rejected("Stop price would trigger immediately."),
        "duplicate_client_order_id" => rejected("Duplicate order sent."),
        "kill_switch" | "kill_switch_global" | "account_closed" => {
            rejected("This action is disabled on this account.")
        }
        "max_position" => filter("MAX_POSITION"),
        "max_open_orders" | "too_many_orders" => filter("MAX_NUM_ORDERS"),
        "max_order_notional" | "min_notional" => filter("NOTIONAL"),
        "max_order_qty" | "lot_size" => filter("LOT_SIZE"),
        "tick_size" => filter("PRICE_FILTER"),
        "price_band" | "price_collar" => filter("PERCENT_PRICE_BY_SIDE"),
        "max_daily_loss" => rejected("This action is disabled on this account."),
        "order_rate" => FaceError::new(429, -1015, "Too many new orders."),
        "market_halted" | "market_delisted" | "market_connecting" | "market_stale" | "no_mark_price" => {
            FaceError::bad(FILTER, "Market is closed.")
        }
        "precision" => {
            FaceError::bad(-1111, format!("Parameter '{}' has too much precision.", parameter_in(&message)))
        }
        "out_of_range" => match parameter_in(&message) {
            "price" | "stopPrice" => filter("PRICE_FILTER"),
            _ => filter("LOT_SIZE"),
        },
        "unknown_order" => unknown_order(asked),
        "order_final" | "change_pending" if asked == Asked::Cancelling => unknown_order(asked),
        "nothing_to_amend" | "below_filled" | "not_amendable" | "order_final" | "change_pending" => {
            FaceError::bad(-2038, "The requested action would change no state; rejecting.")
        }
        "missing_price" => FaceError::missing("price"),
        "missing_stop_price" => FaceError::missing("stopPrice"),
        "missing_qty" => FaceError::missing("quantity"),
        "unexpected_price" => not_required("price"),
        "unexpected_stop_price" => not_required("stopPrice"),
        "unexpected_trailing_bps" => not_required("trailingDelta"),
        "missing_trailing_bps" => filter("TRAILING_DELTA"),
        "bad_time_in_force" => FaceError::bad(-1115, "Invalid timeInForce."),
        "bad_display_qty" => FaceError::bad(FILTER, "Filter failure: ICEBERG_PARTS"),
        "bad_client_order_id" => FaceError::illegal("newClientOrderId", super::orders::CLIENT_ID_RANGE),
        "bad_list" => FaceError::bad(-1165, "The orders of the list do not fit its kind."),
        "unknown_market" => FaceError::invalid_symbol(),
        "timed_out" => FaceError::new(
            504,
            -1007,
            "Timeout waiting for response from backend server. Send status unknown; execution status unknown.",
        ),
        "not_found" => FaceError::new(404, -1000, "This server has no sandbox."),
        _ if code.http_status == 503 => FaceError::overloaded(),
        _ if code.http_status >= 500 => FaceError::internal(),
        _ => FaceError::bad(-1102, message),
    }
}

pub fn not_required(name: &str) -> FaceError {
    FaceError::bad(-1106, format!("Parameter '{name}' sent when not required."))
}

#[cfg(test)]
mod tests {
    use marketd_protocol::code::ErrorCode;

    use super::*;

    /// Each refusal of the sandbox has an answer of its own or a sensible general one, and the texts that clients look for.
    #[test]
    fn refusals_have_the_codes_and_texts_that_clients_look_for() {
        let check = |code: ErrorCode, asked: Asked, expected: (u16, i32, &str)| {
            let error = of((code, "price x".to_owned()), asked);
            assert_eq!((error.status, error.code, error.message.as_str()), expected);
        };
        let place = Asked::Placing;
        let balance = "Account has insufficient balance for requested action.";
        check(ErrorCode::INSUFFICIENT_BALANCE, place, (400, -2010, balance));
        check(ErrorCode::WOULD_CROSS, place, (400, -2010, "Order would immediately match and take."));
        check(ErrorCode::DUPLICATE_CLIENT_ORDER_ID, place, (400, -2010, "Duplicate order sent."));
        check(ErrorCode::LOT_SIZE, place, (400, -1013, "Filter failure: LOT_SIZE"));
        check(ErrorCode::TICK_SIZE, place, (400, -1013, "Filter failure: PRICE_FILTER"));
        check(ErrorCode::MIN_NOTIONAL, place, (400, -1013, "Filter failure: NOTIONAL"));
        check(ErrorCode::MARKET_HALTED, place, (400, -1013, "Market is closed."));
        check(ErrorCode::PRECISION, place, (400, -1111, "Parameter 'price' has too much precision."));
        check(ErrorCode::UNKNOWN_ORDER, Asked::Cancelling, (400, -2011, "Unknown order sent."));
        check(ErrorCode::ORDER_FINAL, Asked::Cancelling, (400, -2011, "Unknown order sent."));
        check(ErrorCode::UNKNOWN_ORDER, Asked::Seeing, (400, -2013, "Order does not exist."));
        for code in ErrorCode::ALL {
            let error = of((*code, "x".to_owned()), place);
            assert!(error.code < 0 && (400..600).contains(&error.status), "{}", code.code);
            assert!(code.http_status < 500 || error.status >= 500 || error.code == -1013, "{}", code.code);
        }
    }
}
