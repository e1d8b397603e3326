//! Every error and close code, once. The documents are checked against these tables.

/// An error as callers see it: a code, an HTTP status, and whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorCode {
    pub code: &'static str,
    pub http_status: u16,
    pub retryable: bool,
    pub meaning: &'static str,
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
    NOT_FOUND = "not_found", 404, false, "no such route or resource";
    METHOD_NOT_ALLOWED = "method_not_allowed", 405, false, "the route has no such method";
    NOT_ACCEPTABLE = "not_acceptable", 406, false, "the resource has no such format";
    HISTORY_NOT_KEPT = "history_not_kept", 404, false, "what was asked for was not recorded, or is not kept any more";
    NOT_A_REPLAY = "not_a_replay", 409, false, "the market is not replayed from a recording";
    NOT_SIMULATED = "not_simulated", 409, false, "the market is not of the simulated venue";
    MARKET_NOT_READY = "market_not_ready", 503, true, "the market has no book yet";
    STORE_UNAVAILABLE = "store_unavailable", 503, true, "what was asked for is in the store, which is away";
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
