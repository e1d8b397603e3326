//! Every route, every op of the WebSocket, every kind of caller: who is let in, and who is not.
//!
//! The routes come from the document's own list, so a route that is not in the table below fails; what the table says is
//! compared with what the document promises, and both with what the server does.

use std::collections::BTreeSet;

use marketd::http::openapi::{self, Access};
use marketd_domain::identity::{Role, Scope};
use serde_json::json;

use super::{CLOSED, Person, refused};
use crate::support::TestApp;

/// Who each operation is for, by its id. A new route has to be put here on purpose.
const PUBLIC: &[&str] = &[
    "getAsyncapi",
    "getBook",
    "getDocs",
    "getDocsFile",
    "getHealth",
    "getHealthz",
    "getHistory",
    "getInfo",
    "getLimits",
    "getLiveness",
    "getMarket",
    "getMetrics",
    "getOpenapi",
    "getReadiness",
    "getTicker",
    "listCandles",
    "listExchanges",
    "listGaps",
    "listMarkets",
    "listReplays",
    "listScenarios",
    "listStatuses",
    "listSymbols",
    "listTrades",
    "logIn",
    "logOut",
    "openEcho",
    "openSession",
    "renewLogin",
    "signUp",
];
const KNOWN: &[&str] = &["changePassword", "getProfile", "makeKey", "makeTicket", "revokeKey"];
const READ: &[&str] = &[
    "explainOrder",
    "getAccount",
    "getOrder",
    "getOrderByClientId",
    "getRisk",
    "listAccounts",
    "listBalances",
    "listEntries",
    "listFills",
    "listKeys",
    "listOrders",
    "listPositions",
];
const TRADE: &[&str] = &[
    "amendOrder",
    "cancelAll",
    "cancelOrder",
    "deposit",
    "openAccount",
    "placeList",
    "placeOrder",
    "resetAccount",
    "setAccount",
    "setCancelAfter",
    "setKillSwitch",
    "setLimits",
];
const ADMIN: &[&str] = &[
    "changeConfig",
    "changeUser",
    "getConfig",
    "listActors",
    "listAudit",
    "listSessions",
    "listUsers",
    "pauseReplay",
    "resumeReplay",
    "seekReplay",
    "setReplaySpeed",
    "setScenario",
    "stepReplay",
];

fn access_of(id: &str) -> Option<Access> {
    let tables = [
        (PUBLIC, Access::Public),
        (KNOWN, Access::Known),
        (READ, Access::Scope(Scope::Read)),
        (TRADE, Access::Scope(Scope::Trade)),
        (ADMIN, Access::Scope(Scope::Admin)),
    ];
    tables.into_iter().find(|(ids, _)| ids.contains(&id)).map(|(_, access)| access)
}

#[test]
fn every_route_is_in_the_table_and_the_document_says_the_same() {
    let operations = openapi::accesses();
    for (method, path, id, access) in &operations {
        assert_eq!(access_of(id), Some(*access), "{method} {path} ({id}) in tests/it/identity/matrix.rs");
    }
    let documented: BTreeSet<&str> = operations.iter().map(|(_, _, id, _)| *id).collect();
    for id in [PUBLIC, KNOWN, READ, TRADE, ADMIN].into_iter().flatten() {
        assert!(documented.contains(id), "{id} is no operation");
    }
}

struct Callers {
    anonymous: Option<Person>,
    viewer: Person,
    trader_a: Person,
    trader_b: Person,
    admin: Person,
    revoked: Person,
}

async fn callers(app: &TestApp) -> Callers {
    let admin = app.sign_up("root").await;
    let [_, trader_a, trader_b, revoked] = [
        app.sign_up("viewer").await,
        app.sign_up("ann").await,
        app.sign_up("ben").await,
        app.sign_up("gone").await,
    ];
    app.set_role(&admin, "viewer", &json!({"role": "viewer"})).await;
    let out = app.as_person(&revoked, "POST", "/api/v1/auth/logout", "").await;
    assert_eq!(out.status, 200);
    Callers { anonymous: None, viewer: app.log_in("viewer").await, trader_a, trader_b, admin, revoked }
}

impl Callers {
    /// Each with its name and what it is to the server.
    fn all(&self) -> [(&'static str, Option<&Person>, Option<Role>); 6] {
        [
            ("anonymous", self.anonymous.as_ref(), None),
            ("viewer", Some(&self.viewer), Some(Role::Viewer)),
            ("trader A", Some(&self.trader_a), Some(Role::Trader)),
            ("trader B", Some(&self.trader_b), Some(Role::Trader)),
            ("admin", Some(&self.admin), Some(Role::Admin)),
            ("revoked", Some(&self.revoked), None),
        ]
    }
}

/// What a caller of this role is told, unless it is let in.
fn refusal_of(access: Access, role: Option<Role>) -> Option<(u16, &'static str)> {
    match (access, role) {
        (Access::Public, _) => None,
        (_, None) => Some((401, "unauthenticated")),
        (Access::Known, Some(_)) => None,
        (Access::Scope(scope), Some(role)) if role.scopes().has(scope) => None,
        (Access::Scope(_), Some(_)) => Some((403, "forbidden")),
    }
}

#[actix_web::test]
async fn every_route_lets_in_whom_it_is_for_and_nobody_else() {
    let app =
        TestApp::start(&[CLOSED, ("venues.sim.enabled", "true"), ("venues.sim.markets", "BTC-USD")]).await;
    app.ready().await;
    let callers = callers(&app).await;
    let mut refusals = 0;
    for (method, path, id, access) in openapi::accesses() {
        let path =
            path.replace("{market}", "sim:BTC-USD").replace("{name}", "nobody").replace("{file}", "rest.md");
        let path = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        for (name, caller, role) in callers.all() {
            // It would end the login that the others are tried with.
            if id == "logOut" {
                continue;
            }
            let headers: Vec<(&str, String)> =
                caller.iter().map(|person| ("authorization", person.bearer())).collect();
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            // Without a body nothing is changed; what is let in stops there.
            let answer = app.request(&method.to_uppercase(), &path, &headers, "").await;
            let what = format!("{name}: {method} {path} ({id}) {}", answer.body);
            match refusal_of(access, role) {
                Some((status, code)) => {
                    assert_eq!(refused(&answer), (status, code.to_owned()), "{what}");
                    refusals += 1;
                }
                None => assert!(
                    !matches!(answer.status, 401 | 403) && answer.status < 500 || answer.status == 503,
                    "{what}"
                ),
            }
        }
    }
    assert!(refusals > 30, "{refusals} refusals");
    app.stop().await;
}

/// The ops, by the protocol's own list of requests.
#[actix_web::test]
async fn every_op_lets_in_whom_it_is_for_and_nobody_else() {
    let requests = marketd_protocol::schema::ws::message_schemas();
    let ops: BTreeSet<String> = (requests.iter())
        .filter(|message| message.is_from_client && message.name != "ClientMessage")
        .map(|message| op_of(&message.schema))
        .collect();
    let public = ["auth", "ping", "subscribe", "unsubscribe"];
    let trade = ["order.amend", "order.cancel", "order.cancel_all", "order.place"];
    let known: BTreeSet<String> = public.iter().chain(&trade).map(|op| (*op).to_owned()).collect();
    assert_eq!(ops, known, "an op that is not in tests/it/identity/matrix.rs");
    let app =
        TestApp::start(&[CLOSED, ("venues.sim.enabled", "true"), ("venues.sim.markets", "BTC-USD")]).await;
    app.ready().await;
    let callers = callers(&app).await;
    for (name, caller, role) in callers.all() {
        let mut client = app.connect().await;
        if let Some(person) = caller {
            client.send(json!({"op": "auth", "token": person.access})).await;
            let reply = client.next().await;
            let expected = if role.is_some() { json!("ok") } else { json!(null) };
            assert_eq!(reply["status"], expected, "{name}: {reply}");
        }
        // Market data is public.
        client.send(json!({"op": "subscribe", "channel": "bbo", "markets": ["sim:BTC-USD"]})).await;
        assert_eq!(client.next_where(|message| message["type"] == "reply").await["status"], "ok", "{name}");
        client.send(json!({"op": "unsubscribe", "channel": "bbo", "markets": ["sim:BTC-USD"]})).await;
        assert_eq!(client.next_where(|message| message["type"] == "reply").await["status"], "ok", "{name}");
        client.send(json!({"op": "ping"})).await;
        assert_eq!(client.next_where(|message| message["op"] == "ping").await["status"], "ok", "{name}");
        let told = async |client: &mut crate::support::Client, request: serde_json::Value| {
            client.send(request).await;
            client.next_where(|message| message["id"] == 9).await["code"].as_str().map(str::to_owned)
        };
        for channel in ["orders", "fills", "balances", "positions"] {
            let code = told(&mut client, json!({"op": "subscribe", "id": 9, "channel": channel})).await;
            let refusal = refusal_of(Access::Scope(Scope::Read), role).map(|(_, code)| code.to_owned());
            let is_refused = matches!(code.as_deref(), Some("unauthenticated" | "forbidden"));
            assert_eq!(is_refused.then(|| code.clone()).flatten(), refusal, "{name}: {channel} {code:?}");
        }
        // Of an order that is not there, so that what is let in changes nothing.
        for op in trade {
            let mut request = match op {
                "order.place" => {
                    json!({"market": "sim:BTC-USD", "side": "buy", "type": "limit", "price": "1.00", "qty": "0"})
                }
                "order.amend" => json!({"order_id": 999_999, "qty": "1"}),
                "order.cancel" => json!({"order_id": 999_999}),
                _ => json!({}),
            };
            (request["op"], request["id"]) = (json!(op), json!(9));
            let code = told(&mut client, request).await;
            if code.as_deref() == Some("bad_request") {
                panic!("{name}: {op} is not read as it is asked here");
            }
            let refusal = refusal_of(Access::Scope(Scope::Trade), role).map(|(_, code)| code.to_owned());
            let is_refused = matches!(code.as_deref(), Some("unauthenticated" | "forbidden"));
            assert_eq!(is_refused.then(|| code.clone()).flatten(), refusal, "{name}: {op} {code:?}");
        }
    }
    app.stop().await;
}

fn op_of(schema: &serde_json::Value) -> String {
    let op = &schema["properties"]["op"];
    let word = op["const"].as_str().or_else(|| op["enum"][0].as_str());
    word.unwrap_or_else(|| panic!("no op: {op}")).to_owned()
}

/// The audit has what was changed and what was not allowed, with who, where from and what came of it.
#[actix_web::test]
async fn the_audit_has_what_was_done_and_what_was_not_allowed() {
    let app = TestApp::start(&[CLOSED]).await;
    let (admin, alice) = (app.sign_up("root").await, app.sign_up("alice").await);
    let program = app.hmac_program(&alice, &["read"]).await;
    app.as_person(&alice, "GET", "/api/v1/me", "").await;
    app.as_person(&alice, "GET", "/api/v1/config", "").await;
    app.request("PATCH", "/api/v1/config", &[("x-trace-id", "mine-7")], "{}").await;
    app.as_person(&admin, "DELETE", &format!("/api/v1/api-keys/{}", program.key_id), "").await;
    app.as_person(&admin, "PATCH", "/api/v1/config", r#"{"limits.account_requests_burst":7}"#).await;
    let mut items = Vec::new();
    let mut path = "/api/v1/audit?limit=3".to_owned();
    loop {
        let page = app.data_for(&admin, &path).await;
        items.extend(page["items"].as_array().expect("items").clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/audit?limit=3&cursor={cursor}");
    }
    items.reverse();
    let told: Vec<_> = items
        .iter()
        .map(|item| {
            (
                item["user"].as_str(),
                item["action"].as_str().expect("text"),
                item["status"].as_u64(),
                item["code"].as_str(),
            )
        })
        .collect();
    let (admin_name, alice_name) = (Some("root"), Some("alice"));
    let expected = [
        (admin_name, "POST /api/v1/auth/signup", Some(200), None),
        (alice_name, "POST /api/v1/auth/signup", Some(200), None),
        (alice_name, "POST /api/v1/api-keys", Some(200), None),
        (alice_name, "GET /api/v1/config", Some(403), Some("forbidden")),
        (None, "PATCH /api/v1/config", Some(401), Some("unauthenticated")),
        (admin_name, "DELETE /api/v1/api-keys/{key_id}", Some(404), Some("foreign")),
        (admin_name, "PATCH /api/v1/config", Some(200), None),
    ];
    assert_eq!(told, expected);
    assert_eq!((&items[4]["trace_id"], &items[4]["address"]), (&json!("mine-7"), &json!("127.0.0.1")));
    assert!(items[5]["target"].as_str().is_some_and(|target| target.ends_with(&program.key_id)));
    assert!(items[3]["proof"].as_str().is_some_and(|proof| proof.starts_with("login:")));
    let of_alice = app.data_for(&admin, "/api/v1/audit?user=alice&action=GET").await;
    assert_eq!(of_alice["items"].as_array().map(Vec::len), Some(1), "{of_alice}");
    app.stop().await;
}
