//! Every error and close code, once. The documents are checked against these tables.

/// An error as callers see it: a code, an HTTP status, and whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorCode {
    pub code: &'static str,
    pub http_status: u16,
    pub retryable: bool,
    pub meaning: &'static str,
}

impl ErrorCode {
    /// Whether there is too much right now, or something is away: the answer says when to come back.
    pub const fn is_for_now(&self) -> bool {
        self.retryable && matches!(self.http_status, 429 | 503)
    }
}

macro_rules! error_codes {
    ($($name:ident = $code:literal, $status:literal, $retryable:literal, $meaning:literal;)*) => {
        impl ErrorCode {
            $(pub const $name: Self =
                Self { code: $code, http_status: $status, retryable: $retryable, meaning: $meaning };)*

            /// All of them, in the order of the documents.
            pub const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

error_codes! {
    BAD_JSON = "bad_json", 400, false, "the message is not JSON";
    BAD_MSGPACK = "bad_msgpack", 400, false, "the message is not MessagePack";
    BAD_REQUEST = "bad_request", 400, false, "a field is missing, of the wrong type or out of range";
    UNKNOWN_OP = "unknown_op", 400, false, "no such `op`";
    UNKNOWN_CHANNEL = "unknown_channel", 400, false, "no such `channel`";
    UNKNOWN_MARKET = "unknown_market", 404, false, "no such market on this server";
    BAD_DEPTH = "bad_depth", 400, false, "the depth is not one that is served";
    BAD_INTERVAL = "bad_interval", 400, false, "the interval is not one that is served";
    BAD_LIMIT = "bad_limit", 400, false, "the limit is not a number within its range";
    BAD_TIME = "bad_time", 400, false, "a time is not an integer in microseconds, or start is after end";
    BAD_CURSOR = "bad_cursor", 400, false, "the cursor is not one that a list gave out";
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused", 409, false, "the `Idempotency-Key` was used for another request";
    IN_PROGRESS = "in_progress", 409, true, "the request with this `Idempotency-Key` is under way";
    NOT_SUBSCRIBED = "not_subscribed", 409, false, "there is no such subscription on this connection";
    ALREADY_SUBSCRIBED = "already_subscribed", 409, false, "this connection has that subscription already";
    TOO_MANY_SUBSCRIPTIONS = "too_many_subscriptions", 429, false, "the connection's limit is reached";
    TOO_MANY_MARKETS = "too_many_markets", 400, false, "the request names more markets than one may";
    MESSAGE_TOO_LARGE = "message_too_large", 413, false, "the message is larger than the limit";
    MESSAGE_TOO_SLOW = "message_too_slow", 408, true, "a message took too long to come";
    BINARY_NOT_SUPPORTED = "binary_not_supported", 400, false, "requests are text frames";
    RATE_LIMITED = "rate_limited", 429, true, "too many requests, come back later";
    TOO_MANY_CONNECTIONS = "too_many_connections", 429, true, "the address holds as many connections as it may";
    ORIGIN_NOT_ALLOWED = "origin_not_allowed", 403, false, "pages of that origin may not connect";
    UNAUTHENTICATED = "unauthenticated", 401, false, "this needs credentials, and there are none or they are not valid";
    TOKEN_EXPIRED = "token_expired", 401, false, "the access token has expired: get another with the refresh token";
    FORBIDDEN = "forbidden", 403, false, "the caller's role or key does not allow this";
    NAME_TAKEN = "name_taken", 409, false, "somebody has that name";
    NOT_FOUND = "not_found", 404, false, "no such route or resource";
    METHOD_NOT_ALLOWED = "method_not_allowed", 405, false, "the route has no such method";
    NOT_ACCEPTABLE = "not_acceptable", 406, false, "the resource has no such format";
    HISTORY_NOT_KEPT = "history_not_kept", 404, false, "what was asked for was not recorded, or is not kept any more";
    NOT_A_REPLAY = "not_a_replay", 409, false, "the market is not replayed from a recording";
    NOT_SIMULATED = "not_simulated", 409, false, "the market is not of the simulated venue";
    MARKET_NOT_READY = "market_not_ready", 503, true, "the market has no book yet";
    STORE_UNAVAILABLE = "store_unavailable", 503, true, "what was asked for is in the store, which is away";
    UNKNOWN_ACCOUNT = "unknown_account", 404, false, "the caller has no such account";
    UNKNOWN_ASSET = "unknown_asset", 404, false, "no such asset in the sandbox";
    UNKNOWN_ORDER = "unknown_order", 404, false, "the account has no such order";
    ACCOUNT_CLOSED = "account_closed", 409, false, "this version of the account was reset";
    ALREADY_EXISTS = "already_exists", 409, false, "there is one of this name already";
    RESERVED_BALANCE = "reserved_balance", 409, false, "open orders hold a part of the balance";
    TOO_MANY_ACCOUNTS = "too_many_accounts", 429, false, "there are as many accounts as there may be";
    TOO_MANY_ASSETS = "too_many_assets", 429, false, "there are as many assets or markets as there may be";
    SCALE_MISMATCH = "scale_mismatch", 422, false, "the market's decimals do not fit the units of its assets";
    FEE_OUT_OF_RANGE = "fee_out_of_range", 422, false, "a fee rate is between -1 % and 10 %, both together not below zero";
    MARKET_CONNECTING = "market_connecting", 409, true, "the market has no book yet, so no order is taken";
    MARKET_STALE = "market_stale", 409, true, "the market's book is behind; orders wait until it is live again";
    MARKET_HALTED = "market_halted", 409, true, "the venue does not trade this market";
    MARKET_DELISTED = "market_delisted", 409, false, "the venue no longer lists this market";
    DUPLICATE_CLIENT_ORDER_ID = "duplicate_client_order_id", 409, false, "the account has used this `client_order_id` for another order";
    BAD_CLIENT_ORDER_ID = "bad_client_order_id", 422, false, "a `client_order_id` is 1 to 64 of `A-Z a-z 0-9 . _ : / -`";
    ORDER_FINAL = "order_final", 409, false, "the order is filled, cancelled, rejected or expired already";
    CHANGE_PENDING = "change_pending", 409, true, "an earlier cancel or amendment of the order is on its way";
    PRECISION = "precision", 422, false, "a number has more decimals than its place";
    OUT_OF_RANGE = "out_of_range", 422, false, "a number is zero, negative or too large";
    TICK_SIZE = "tick_size", 422, false, "the price is not a multiple of the tick size";
    LOT_SIZE = "lot_size", 422, false, "the quantity is not a multiple of the lot size";
    MIN_NOTIONAL = "min_notional", 422, false, "price times quantity is below the market's minimum";
    PRICE_BAND = "price_band", 422, false, "the price is too far from the market";
    MISSING_PRICE = "missing_price", 422, false, "this type of order needs a price";
    UNEXPECTED_PRICE = "unexpected_price", 422, false, "this type of order takes no price";
    MISSING_STOP_PRICE = "missing_stop_price", 422, false, "this type of order needs a stop price";
    UNEXPECTED_STOP_PRICE = "unexpected_stop_price", 422, false, "this type of order takes no stop price";
    MISSING_TRAILING_BPS = "missing_trailing_bps", 422, false, "a trailing stop needs `trailing_bps` between 1 and 5,000";
    UNEXPECTED_TRAILING_BPS = "unexpected_trailing_bps", 422, false, "only a trailing stop takes `trailing_bps`";
    MISSING_QTY = "missing_qty", 422, false, "an order needs either `qty` or, if it is a market order, `quote_qty`";
    BAD_FIELDS = "bad_fields", 422, false, "fields of the order do not go together";
    BAD_TIME_IN_FORCE = "bad_time_in_force", 422, false, "this type of order does not take this time in force";
    BAD_EXPIRY = "bad_expiry", 422, false, "`gtd` needs `expires_at` in the future, and nothing else takes it";
    BAD_POST_ONLY = "bad_post_only", 422, false, "`post_only` is for limit orders that may rest";
    BAD_DISPLAY_QTY = "bad_display_qty", 422, false, "`display_qty` is for orders that may rest, above zero and not above `qty`";
    BAD_LIST = "bad_list", 422, false, "the orders of the list do not fit its kind";
    BAD_TIMER = "bad_timer", 422, false, "the time is out of range";
    WOULD_CROSS = "would_cross", 422, false, "the post-only order would take";
    WOULD_TRIGGER = "would_trigger", 422, false, "the stop price has been reached already";
    BELOW_FILLED = "below_filled", 422, false, "the new quantity is not above what is filled";
    NOTHING_TO_AMEND = "nothing_to_amend", 422, false, "the amendment changes nothing";
    NOT_AMENDABLE = "not_amendable", 422, false, "this order cannot be changed this way";
    INSUFFICIENT_BALANCE = "insufficient_balance", 422, false, "the free balance does not cover the order with its fees";
    KILL_SWITCH = "kill_switch", 403, false, "the account's kill switch is on";
    KILL_SWITCH_GLOBAL = "kill_switch_global", 403, false, "the sandbox's kill switch is on";
    MAX_ORDER_QTY = "max_order_qty", 422, false, "the quantity is above the account's limit";
    MAX_ORDER_NOTIONAL = "max_order_notional", 422, false, "the notional is above the account's limit";
    MAX_OPEN_ORDERS = "max_open_orders", 422, false, "the account has as many open orders as it may";
    MAX_POSITION = "max_position", 422, false, "with its open orders filled, the position would be above the account's limit";
    MAX_DAILY_LOSS = "max_daily_loss", 422, false, "the account has lost as much today as it may";
    PRICE_COLLAR = "price_collar", 422, false, "the price is too far from the mark price";
    NO_MARK_PRICE = "no_mark_price", 422, true, "the order cannot be checked while there is no mark price";
    ORDER_RATE = "order_rate", 429, true, "the account places orders faster than it may";
    TOO_MANY_ORDERS = "too_many_orders", 429, true, "the sandbox holds as many orders as it may";
    BUSY = "busy", 503, true, "a queue on the way is full";
    TIMED_OUT = "timed_out", 504, true, "the answer did not come in time; the outcome is unknown";
    SHUTTING_DOWN = "shutting_down", 503, true, "the server is stopping";
    INTERNAL = "internal", 500, true, "a fault on our side; the log has the trace id";
}

/// A WebSocket close code with its short reason. 4000 to 4499: come back; 4500 to 4999: do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseCode {
    pub code: u16,
    pub reason: &'static str,
    pub meaning: &'static str,
}

macro_rules! close_codes {
    ($($name:ident = $code:literal, $reason:literal, $meaning:literal;)*) => {
        impl CloseCode {
            $(pub const $name: Self = Self { code: $code, reason: $reason, meaning: $meaning };)*

            pub const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

close_codes! {
    NORMAL = 1000, "", "the client closed";
    PROTOCOL_ERROR = 1002, "protocol_error", "the bytes are not WebSocket frames";
    UNSUPPORTED = 1003, "binary_not_supported", "a binary frame where text is due";
    NOT_UTF8 = 1007, "not_utf8", "a text frame is not UTF-8";
    POLICY = 1008, "policy", "too much was refused, too many pings, or a message took too long";
    TOO_LARGE = 1009, "message_too_large", "a message is larger than the limit";
    RESTART = 1012, "server_restart", "the server stops; connect again, with `resume`";
    SLOW_CONSUMER = 4001, "slow_consumer", "the client read nothing for too long";
    INTERNAL = 4002, "internal", "a fault on our side; connect again";
    TOKEN_EXPIRED = 4003, "token_expired", "the session's token has expired; connect again with a new one";
    NO_PONG = 4004, "no_pong", "no answer to our pings";
    NOTHING_ASKED = 4005, "nothing_asked", "the client asked for nothing in time";
    UNAUTHENTICATED = 4501, "unauthenticated", "the login or key behind the session was revoked";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique() {
        for (at, code) in ErrorCode::ALL.iter().enumerate() {
            assert!(ErrorCode::ALL[..at].iter().all(|earlier| earlier.code != code.code), "{}", code.code);
        }
        for (at, code) in CloseCode::ALL.iter().enumerate() {
            assert!(CloseCode::ALL[..at].iter().all(|earlier| earlier.code != code.code), "{}", code.code);
        }
    }

    /// The document carries these tables word for word.
    #[test]
    fn the_documents_carry_the_tables() {
        let document =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ws-protocol.md"))
                .expect("docs/ws-protocol.md");
        for code in ErrorCode::ALL {
            let retry = if code.retryable { "yes" } else { "no" };
            let row = format!("| `{}` | {} | {} | {} |", code.code, code.http_status, retry, code.meaning);
            assert!(document.contains(&row), "docs/ws-protocol.md lacks the row\n{row}");
        }
        for code in CloseCode::ALL {
            let row = format!("| {} | `{}` | {} |", code.code, code.reason, code.meaning);
            assert!(document.contains(&row), "docs/ws-protocol.md lacks the row\n{row}");
        }
    }
}
