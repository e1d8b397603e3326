//! The routes of the sandbox.

use marketd_domain::identity::Scope;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{
    AccountBody, AccountFields, AmendFields, BalanceBody, CancelAfterFields, CancelledBody, DepositFields,
    EntryBody, ExplainBody, FillBody, KillFields, LimitsBody, ListFields, OrderBody, OrderFields,
    OrderListBody, PositionBody, ResetFields, RiskBody, SettingsFields,
};
use marketd_protocol::schema::rest::{Page, WholeList};
use serde_json::{Value, json};

use super::operation::Operation;
use super::routes::{SANDBOX, example, list_of, micros, whole_number};

pub fn operations() -> Vec<Operation> {
    let all = [orders(), one_order(), history(), accounts(), risk()].into_iter().flatten();
    all.map(|operation| {
        let scope = if operation.method == "get" { Scope::Read } else { Scope::Trade };
        operation.needs(scope)
    })
    .collect()
}

/// What any request to the sandbox may be refused with.
const ANY: [ErrorCode; 7] = [
    ErrorCode::UNAUTHENTICATED,
    ErrorCode::FORBIDDEN,
    ErrorCode::UNKNOWN_ACCOUNT,
    ErrorCode::STORE_UNAVAILABLE,
    ErrorCode::BUSY,
    ErrorCode::TIMED_OUT,
    ErrorCode::INTERNAL,
];

const BODY: [ErrorCode; 4] =
    [ErrorCode::BAD_JSON, ErrorCode::BAD_REQUEST, ErrorCode::MESSAGE_TOO_LARGE, ErrorCode::MESSAGE_TOO_SLOW];

/// What an order may be refused with.
const ORDER: [ErrorCode; 41] = [
    ErrorCode::ACCOUNT_CLOSED,
    ErrorCode::UNKNOWN_MARKET,
    ErrorCode::MARKET_CONNECTING,
    ErrorCode::MARKET_STALE,
    ErrorCode::MARKET_HALTED,
    ErrorCode::MARKET_DELISTED,
    ErrorCode::DUPLICATE_CLIENT_ORDER_ID,
    ErrorCode::BAD_CLIENT_ORDER_ID,
    ErrorCode::PRECISION,
    ErrorCode::OUT_OF_RANGE,
    ErrorCode::TICK_SIZE,
    ErrorCode::LOT_SIZE,
    ErrorCode::MIN_NOTIONAL,
    ErrorCode::PRICE_BAND,
    ErrorCode::MISSING_PRICE,
    ErrorCode::UNEXPECTED_PRICE,
    ErrorCode::MISSING_STOP_PRICE,
    ErrorCode::UNEXPECTED_STOP_PRICE,
    ErrorCode::MISSING_TRAILING_BPS,
    ErrorCode::UNEXPECTED_TRAILING_BPS,
    ErrorCode::MISSING_QTY,
    ErrorCode::BAD_FIELDS,
    ErrorCode::BAD_TIME_IN_FORCE,
    ErrorCode::BAD_EXPIRY,
    ErrorCode::BAD_POST_ONLY,
    ErrorCode::BAD_DISPLAY_QTY,
    ErrorCode::WOULD_CROSS,
    ErrorCode::WOULD_TRIGGER,
    ErrorCode::INSUFFICIENT_BALANCE,
    ErrorCode::KILL_SWITCH,
    ErrorCode::KILL_SWITCH_GLOBAL,
    ErrorCode::MAX_ORDER_QTY,
    ErrorCode::MAX_ORDER_NOTIONAL,
    ErrorCode::MAX_OPEN_ORDERS,
    ErrorCode::MAX_POSITION,
    ErrorCode::MAX_DAILY_LOSS,
    ErrorCode::PRICE_COLLAR,
    ErrorCode::NO_MARK_PRICE,
    ErrorCode::ORDER_RATE,
    ErrorCode::TOO_MANY_ORDERS,
    ErrorCode::SCALE_MISMATCH,
];

const PAGE: [ErrorCode; 4] =
    [ErrorCode::BAD_LIMIT, ErrorCode::BAD_CURSOR, ErrorCode::BAD_TIME, ErrorCode::BAD_REQUEST];

fn text() -> Value {
    json!({"type": "string", "minLength": 1})
}

trait Of: Sized {
    fn of_account(self) -> Self;
    fn of_order(self) -> Self;
    fn named(self) -> Self;
    fn in_pages(self) -> Self;
}

impl Of for Operation {
    /// The account in the query.
    fn of_account(self) -> Self {
        self.query(
            "account",
            "name of an account, or number of one of its versions; the default one without it",
            &text(),
        )
    }

    fn of_order(self) -> Self {
        self.in_path("order_id", "an order's number", &json!({"type": "integer", "minimum": 0}), "17")
            .refuses(&[ErrorCode::UNKNOWN_ORDER])
    }

    /// The account in the path.
    fn named(self) -> Self {
        self.in_path("account", "name of an account, or number of one of its versions", &text(), "dev")
    }

    fn in_pages(self) -> Self {
        self.query("limit", "most items of an answer", &whole_number(1..=1_000, 100))
            .query("cursor", "a `next_cursor`", &json!({"type": "integer", "minimum": 0}))
            .refuses(&PAGE)
    }
}

fn order() -> Option<Value> {
    example("### POST /orders")
}

fn orders() -> Vec<Operation> {
    let statuses = "names separated by commas; `open` is all that are not over, `closed` all that are";
    let list = order().map(|order| json!({"list_id": 3, "account": "dev", "kind": "oto", "client_list_id": "my-list", "orders": [order]}));
    vec![
        Operation::post("/api/v1/orders", "placeOrder", SANDBOX, "A new order")
            .once()
            .takes::<OrderFields>()
            .creates()
            .answers::<OrderBody>(order())
            .refuses(&BODY)
            .refuses(&ORDER)
            .refuses(&ANY),
        Operation::get("/api/v1/orders", "listOrders", SANDBOX, "Orders of an account, newest first")
            .of_account()
            .query("status", statuses, &text())
            .query("market", "only of this market", &text())
            .in_pages()
            .answers::<Page<OrderBody>>(list_of(order()))
            .refuses(&[ErrorCode::UNKNOWN_MARKET])
            .refuses(&ANY),
        Operation::delete("/api/v1/orders", "cancelAll", SANDBOX, "Cancels all orders of an account")
            .of_account()
            .query("market", "only of this market", &text())
            .once()
            .answers::<CancelledBody>(Some(json!({"cancelled": 2})))
            .refuses(&[ErrorCode::UNKNOWN_MARKET, ErrorCode::ACCOUNT_CLOSED, ErrorCode::SCALE_MISMATCH])
            .refuses(&ANY),
        Operation::post("/api/v1/orders/lists", "placeList", SANDBOX, "Orders that depend on each other")
            .once()
            .takes::<ListFields>()
            .creates()
            .answers::<OrderListBody>(list)
            .refuses(&BODY)
            .refuses(&ORDER)
            .refuses(&[ErrorCode::BAD_LIST])
            .refuses(&ANY),
        Operation::get(
            "/api/v1/orders/by-client-id/{client_order_id}",
            "getOrderByClientId",
            SANDBOX,
            "The latest order of this name: whether a request that was not answered came to something",
        )
        .in_path("client_order_id", "the client's own name of an order", &text(), "mine-1")
        .of_account()
        .answers::<OrderBody>(order())
        .refuses(&[ErrorCode::UNKNOWN_ORDER, ErrorCode::BAD_CLIENT_ORDER_ID])
        .refuses(&ANY),
    ]
}

fn one_order() -> Vec<Operation> {
    vec![
        Operation::get("/api/v1/orders/{order_id}", "getOrder", SANDBOX, "One order")
            .of_order()
            .of_account()
            .answers::<OrderBody>(order())
            .refuses(&ANY),
        Operation::patch("/api/v1/orders/{order_id}", "amendOrder", SANDBOX, "New values of an open order")
            .described("An order that only gets smaller keeps its place in the queue.")
            .of_order()
            .once()
            .takes::<AmendFields>()
            .answers::<OrderBody>(order())
            .refuses(&BODY)
            .refuses(&ORDER)
            .refuses(&[
                ErrorCode::ORDER_FINAL,
                ErrorCode::CHANGE_PENDING,
                ErrorCode::BELOW_FILLED,
                ErrorCode::NOTHING_TO_AMEND,
                ErrorCode::NOT_AMENDABLE,
            ])
            .refuses(&ANY),
        Operation::delete("/api/v1/orders/{order_id}", "cancelOrder", SANDBOX, "Cancels an order")
            .of_order()
            .of_account()
            .once()
            .answers::<OrderBody>(order())
            .refuses(&[ErrorCode::ORDER_FINAL, ErrorCode::CHANGE_PENDING, ErrorCode::ACCOUNT_CLOSED])
            .refuses(&ANY),
        Operation::get(
            "/api/v1/orders/{order_id}/explain",
            "explainOrder",
            SANDBOX,
            "Why an order was filled, or was not",
        )
        .of_order()
        .of_account()
        .answers::<ExplainBody>(example("### GET /orders/{order_id}/explain"))
        .refuses(&ANY),
    ]
}

fn history() -> Vec<Operation> {
    let entry = json!({
        "seq": 15, "line": 0, "owner": "reserved", "asset": "USD", "amount": "-599.9825",
        "kind": "order_filled", "ts": 1_763_722_812_016_733_u64,
    });
    vec![
        Operation::get("/api/v1/fills", "listFills", SANDBOX, "Fills of an account, newest first")
            .of_account()
            .query("market", "only of this market", &text())
            .query("order_id", "only of this order", &json!({"type": "integer", "minimum": 0}))
            .query("start", "microseconds UTC: only those at or after it", &micros())
            .query("end", "microseconds UTC: only those before it", &micros())
            .in_pages()
            .answers::<Page<FillBody>>(list_of(example("### GET /fills")))
            .refuses(&[ErrorCode::UNKNOWN_MARKET])
            .refuses(&ANY),
        Operation::get(
            "/api/v1/ledger",
            "listEntries",
            SANDBOX,
            "Lines of an account's ledger, newest first",
        )
        .described("All lines of an event are on one page, so there may be a few more than the limit.")
        .of_account()
        .query("start", "microseconds UTC: only those at or after it", &micros())
        .query("end", "microseconds UTC: only those before it", &micros())
        .in_pages()
        .answers::<Page<EntryBody>>(list_of(Some(entry)))
        .refuses(&ANY),
    ]
}

fn accounts() -> Vec<Operation> {
    let account = || example("### GET /accounts, POST /accounts");
    let balance = || example("### GET /balances");
    vec![
        Operation::get(
            "/api/v1/accounts",
            "listAccounts",
            SANDBOX,
            "The caller's accounts, the default one first",
        )
        .answers::<WholeList<AccountBody>>(list_of(account()))
        .refuses(&ANY),
        Operation::post("/api/v1/accounts", "openAccount", SANDBOX, "A new account")
            .once()
            .takes::<AccountFields>()
            .creates()
            .answers::<AccountBody>(account())
            .refuses(&BODY)
            .refuses(&[
                ErrorCode::ALREADY_EXISTS,
                ErrorCode::TOO_MANY_ACCOUNTS,
                ErrorCode::FEE_OUT_OF_RANGE,
                ErrorCode::PRECISION,
                ErrorCode::OUT_OF_RANGE,
            ])
            .refuses(&ANY),
        Operation::get(
            "/api/v1/accounts/{account}",
            "getAccount",
            SANDBOX,
            "One account, or an old version of it",
        )
        .named()
        .answers::<AccountBody>(account())
        .refuses(&ANY),
        Operation::patch(
            "/api/v1/accounts/{account}",
            "setAccount",
            SANDBOX,
            "Fees and latency of an account",
        )
        .named()
        .once()
        .takes::<SettingsFields>()
        .answers::<AccountBody>(account())
        .refuses(&BODY)
        .refuses(&[
            ErrorCode::ACCOUNT_CLOSED,
            ErrorCode::FEE_OUT_OF_RANGE,
            ErrorCode::PRECISION,
            ErrorCode::OUT_OF_RANGE,
        ])
        .refuses(&ANY),
        Operation::post("/api/v1/accounts/{account}/deposits", "deposit", SANDBOX, "Money from nowhere")
            .named()
            .once()
            .takes::<DepositFields>()
            .creates()
            .answers::<BalanceBody>(balance())
            .refuses(&BODY)
            .refuses(&[
                ErrorCode::ACCOUNT_CLOSED,
                ErrorCode::UNKNOWN_ASSET,
                ErrorCode::PRECISION,
                ErrorCode::OUT_OF_RANGE,
            ])
            .refuses(&ANY),
        Operation::post("/api/v1/accounts/{account}/reset", "resetAccount", SANDBOX, "An empty successor")
            .described("Cancels the account's orders. The closed version stays readable by its number.")
            .named()
            .once()
            .takes::<ResetFields>()
            .answers::<AccountBody>(account())
            .refuses(&BODY)
            .refuses(&[ErrorCode::ACCOUNT_CLOSED, ErrorCode::RESERVED_BALANCE, ErrorCode::TOO_MANY_ACCOUNTS])
            .refuses(&ANY),
        Operation::get("/api/v1/balances", "listBalances", SANDBOX, "What an account has")
            .of_account()
            .answers::<WholeList<BalanceBody>>(list_of(balance()))
            .refuses(&ANY),
        Operation::get("/api/v1/positions", "listPositions", SANDBOX, "What an account has bought and sold")
            .of_account()
            .query("market", "only of this market", &text())
            .answers::<WholeList<PositionBody>>(list_of(example("### GET /positions")))
            .refuses(&[ErrorCode::UNKNOWN_MARKET])
            .refuses(&ANY),
    ]
}

fn risk() -> Vec<Operation> {
    let risk = || example("### GET /risk, PUT /risk/limits");
    vec![
        Operation::get("/api/v1/risk", "getRisk", SANDBOX, "Limits and switches of an account")
            .of_account()
            .answers::<RiskBody>(risk())
            .refuses(&ANY),
        Operation::put("/api/v1/risk/limits", "setLimits", SANDBOX, "Replaces all limits of an account")
            .of_account()
            .once()
            .takes::<LimitsBody>()
            .answers::<RiskBody>(risk())
            .refuses(&BODY)
            .refuses(&[
                ErrorCode::ACCOUNT_CLOSED,
                ErrorCode::UNKNOWN_MARKET,
                ErrorCode::UNKNOWN_ASSET,
                ErrorCode::PRECISION,
                ErrorCode::OUT_OF_RANGE,
                ErrorCode::SCALE_MISMATCH,
            ])
            .refuses(&ANY),
        Operation::post(
            "/api/v1/risk/kill",
            "setKillSwitch",
            SANDBOX,
            "Cancels all orders and refuses new ones",
        )
        .once()
        .takes::<KillFields>()
        .answers::<RiskBody>(risk())
        .refuses(&BODY)
        .refuses(&[ErrorCode::ACCOUNT_CLOSED])
        .refuses(&ANY),
        Operation::post(
            "/api/v1/risk/cancel-after",
            "setCancelAfter",
            SANDBOX,
            "Cancels all orders unless asked again",
        )
        .once()
        .takes::<CancelAfterFields>()
        .answers::<RiskBody>(risk())
        .refuses(&BODY)
        .refuses(&[ErrorCode::ACCOUNT_CLOSED, ErrorCode::BAD_TIMER])
        .refuses(&ANY),
    ]
}
