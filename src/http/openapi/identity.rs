//! Routes of identity, audit, limits and configuration.

use marketd_domain::identity::Scope;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::schema::rest::{Page, WholeList};
use serde_json::{Value, json};

use super::operation::Operation;
use super::routes::{example, list_of};
use crate::http::api_keys::{KeyBody, KeyInfo};
use crate::http::audit::AuditItem;
use crate::http::auth::{
    Done, Login, LogoutBody, NameAndPassword, PasswordBody, Profile, RefreshBody, Ticket,
};
use crate::http::limits::Limits;
use crate::http::sessions::{ActorInfo, SessionInfo};
use crate::http::settings::{ConfigBody, Effective};
use crate::http::users::{UserBody, UserInfo};

const BODY: [ErrorCode; 4] =
    [ErrorCode::BAD_JSON, ErrorCode::BAD_REQUEST, ErrorCode::MESSAGE_TOO_LARGE, ErrorCode::MESSAGE_TOO_SLOW];

pub fn operations(identity: &'static str, operations: &'static str) -> Vec<Operation> {
    [logins(identity), keys(identity), administration(operations)].into_iter().flatten().collect()
}

/// Whoever is not known yet, and comes to the store.
fn opens(path: &'static str, id: &'static str, tag: &'static str, summary: &'static str) -> Operation {
    Operation::post(path, id, tag, summary).refuses(&BODY).refuses(&[
        ErrorCode::UNAUTHENTICATED,
        ErrorCode::RATE_LIMITED,
        ErrorCode::STORE_UNAVAILABLE,
        ErrorCode::BUSY,
    ])
}

fn login() -> Option<Value> {
    Some(json!({
        "user": "alice",
        "role": "trader",
        "scopes": ["read", "trade"],
        "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOi…",
        "expires_at": 1_763_723_712_000_000_u64,
        "refresh_token": "5b7c0c8d3f4e0a91c0ffee0123456789.0.Zk3…",
        "refresh_expires_at": 1_766_314_812_016_733_u64,
    }))
}

fn logins(tag: &'static str) -> Vec<Operation> {
    let done = || Some(json!({"done": true}));
    vec![
        opens("/api/v1/auth/signup", "signUp", tag, "Makes a user and logs it in")
            .described("The first user of a store is its administrator.")
            .takes::<NameAndPassword>()
            .answers::<Login>(login())
            .refuses(&[ErrorCode::NAME_TAKEN, ErrorCode::FORBIDDEN]),
        opens("/api/v1/auth/login", "logIn", tag, "Logs in")
            .takes::<NameAndPassword>()
            .answers::<Login>(login()),
        opens("/api/v1/auth/refresh", "renewLogin", tag, "The next pair of tokens for a refresh token")
            .described("A refresh token is good once. One that comes again ends its login, for whoever else has it too.")
            .takes::<RefreshBody>()
            .answers::<Login>(login()),
        opens("/api/v1/auth/logout", "logOut", tag, "Ends a login")
            .described("By its refresh token, or without a body that of the access token. Its sessions are closed within a second.")
            .takes_optionally::<LogoutBody>()
            .answers::<Done>(done())
            .refuses(&[ErrorCode::TOKEN_EXPIRED]),
        Operation::post("/api/v1/auth/password", "changePassword", tag, "Another password")
            .described("All logins of the user end.")
            .needs_anybody()
            .takes::<PasswordBody>()
            .answers::<Done>(done())
            .refuses(&BODY)
            .refuses(&[ErrorCode::FORBIDDEN]),
        Operation::post("/api/v1/auth/ws-ticket", "makeTicket", tag, "A ticket for one WebSocket session")
            .needs_anybody()
            .answers::<Ticket>(Some(json!({"ticket": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOi…", "expires_in": 30})))
            .refuses(&[ErrorCode::BAD_REQUEST]),
        Operation::get("/api/v1/me", "getProfile", tag, "Who the caller is")
            .needs_anybody()
            .answers::<Profile>(Some(json!({
                "user": "alice",
                "user_id": 2,
                "role": "trader",
                "scopes": ["read", "trade"],
                "account": null,
                "proof": "login",
                "expires_at": 1_763_723_712_000_000_u64,
            }))),
    ]
}

fn key() -> Value {
    json!({
        "key_id": "3f9a1c0b7d2e4f6a8b0c1d2e5a7b9c1d",
        "kind": "hmac-sha256",
        "label": "market maker",
        "scopes": ["read", "trade"],
        "account": null,
        "created_at": 1_763_722_812_016_733_u64,
        "expires_at": null,
        "revoked_at": null,
    })
}

fn keys(tag: &'static str) -> Vec<Operation> {
    let mut made = key();
    made["secret"] = json!("x1m0…");
    vec![
        Operation::get("/api/v1/api-keys", "listKeys", tag, "The caller's API keys, the revoked ones too")
            .needs(Scope::Read)
            .answers::<WholeList<KeyInfo>>(Some(json!({"items": [key()], "next_cursor": null}))),
        Operation::post("/api/v1/api-keys", "makeKey", tag, "A new API key")
            .described(
                "Needs a login: a key does not make keys. The secret of `hmac-sha256` is shown this once.",
            )
            .needs_anybody()
            .takes::<KeyBody>()
            .answers::<KeyInfo>(Some(made))
            .refuses(&BODY)
            .refuses(&[ErrorCode::BAD_TIME, ErrorCode::FORBIDDEN]),
        Operation::delete("/api/v1/api-keys/{key_id}", "revokeKey", tag, "An API key is not good any more")
            .described("Needs a login. Its sessions are closed within a second.")
            .in_path(
                "key_id",
                "a key's id",
                &json!({"type": "string", "minLength": 1}),
                "3f9a1c0b7d2e4f6a8b0c1d2e5a7b9c1d",
            )
            .needs_anybody()
            .answers::<Done>(Some(json!({"done": true})))
            .refuses(&[ErrorCode::NOT_FOUND, ErrorCode::FORBIDDEN]),
    ]
}

fn user() -> Value {
    json!({
        "user": "alice",
        "user_id": 2,
        "role": "trader",
        "disabled": false,
        "created_at": 1_763_722_812_016_733_u64,
        "updated_at": 1_763_722_812_016_733_u64,
    })
}

fn administration(tag: &'static str) -> Vec<Operation> {
    let limit = json!({"type": "integer", "minimum": 1, "maximum": 1_000, "default": 100});
    let text = json!({"type": "string", "minLength": 1});
    let config = json!({
        "config": {"limits": {"requests_per_second": 20}, "store": {"url": "postgres://marketd:***@db/marketd"}},
        "changeable": ["log.filter", "limits.requests_per_second"],
    });
    vec![
        Operation::get("/api/v1/users", "listUsers", tag, "All users")
            .needs(Scope::Admin)
            .query("limit", "most items of an answer", &limit)
            .query("cursor", "a `next_cursor`", &text)
            .answers::<Page<UserInfo>>(Some(json!({"items": [user()], "next_cursor": null})))
            .refuses(&[ErrorCode::BAD_LIMIT, ErrorCode::BAD_CURSOR]),
        Operation::patch("/api/v1/users/{name}", "changeUser", tag, "Another role, or none at all")
            .described("What the user has open ends: logins, sessions, and for a disabled user keys too.")
            .in_path("name", "a user's name", &json!({"type": "string", "minLength": 1}), "alice")
            .needs(Scope::Admin)
            .takes::<UserBody>()
            .answers::<UserInfo>(Some(user()))
            .refuses(&BODY)
            .refuses(&[ErrorCode::NOT_FOUND]),
        Operation::get("/api/v1/audit", "listAudit", tag, "Who did what to what from where, newest first")
            .needs(Scope::Admin)
            .query("user", "only what this user did", &text)
            .query("action", "only actions that begin so", &text)
            .query("limit", "most items of an answer", &limit)
            .query("cursor", "a `next_cursor`", &text)
            .answers::<Page<AuditItem>>(Some(json!({"items": [audit_item()], "next_cursor": null})))
            .refuses(&[ErrorCode::BAD_LIMIT, ErrorCode::BAD_CURSOR, ErrorCode::NOT_FOUND]),
        Operation::get(
            "/api/v1/sessions",
            "listSessions",
            tag,
            "Who is connected, the furthest behind first",
        )
        .needs(Scope::Admin)
        .query("limit", "most items of an answer", &limit)
        .answers::<WholeList<SessionInfo>>(list_of(example("### GET /sessions")))
        .refuses(&[ErrorCode::BAD_LIMIT, ErrorCode::BUSY]),
        Operation::get("/api/v1/actors", "listActors", tag, "What is started again when it dies")
            .needs(Scope::Admin)
            .answers::<WholeList<ActorInfo>>(list_of(example("### GET /actors"))),
        Operation::get("/api/v1/limits", "getLimits", tag, "What one may do how often")
            .answers::<Limits>(Some(limits())),
        Operation::get("/api/v1/config", "getConfig", tag, "What the server goes by, secrets starred")
            .needs(Scope::Admin)
            .answers::<Effective>(Some(config.clone())),
        Operation::patch(
            "/api/v1/config",
            "changeConfig",
            tag,
            "Changes what can be changed while the server runs",
        )
        .described("Until it ends: the files stay as they are.")
        .needs(Scope::Admin)
        .takes::<ConfigBody>()
        .answers::<Effective>(Some(config))
        .refuses(&BODY),
    ]
}

fn audit_item() -> Value {
    json!({
        "audit_id": "000644257cf1a01d3fa2b7c000000004",
        "ts": 1_763_722_812_016_733_u64,
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "address": "203.0.113.7",
        "user": "alice",
        "user_id": 2,
        "proof": "login:5b7c0c8d3f4e0a91c0ffee0123456789",
        "action": "POST /api/v1/sim/scenario",
        "target": "/api/v1/sim/scenario",
        "status": 403,
        "code": "forbidden",
    })
}

fn limits() -> Value {
    json!({
        "address": {"per_second": 20, "burst": 100},
        "user": {"per_second": 50, "burst": 200},
        "logins_per_minute": 5,
        "counts_loopback": false,
        "head_ms": 5_000,
        "body_bytes": 65_536,
        "body_ms": 10_000,
        "session": {
            "connections_per_ip": 1_000,
            "subscriptions": 256,
            "markets_per_request": 100,
            "message_bytes": 65_536,
            "fragments": 1_024,
            "message_ms": 10_000,
            "first_message_ms": 30_000,
            "messages_per_second": 50,
            "pings_per_second": 10,
            "refusals_per_minute": 20,
        },
        "signature_window_ms": 5_000,
    })
}
