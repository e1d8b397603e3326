//! The sandbox over REST. What is done and what is shown is in `marketd_actors::sandbox`; here are paths, bodies, keys
//! and pages.

mod accounts;
pub(crate) mod fills;
pub(crate) mod orders;
mod risk;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use marketd_actors::sandbox::{Answer, OnceKey, SandboxGate};
use marketd_protocol::code::ErrorCode;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::caller::Caller;
use super::reply::{CallInfo, Query, Refusal, body_of, number};
use super::{Shared, api};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const KEY_BYTES_MAX: usize = 64;
const PAGE_MAX: u64 = 1_000;
const PAGE_DEFAULT: u64 = 100;

pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(
            api("/orders")
                .route(web::post().to(orders::place_order))
                .route(web::get().to(orders::list_orders))
                .route(web::delete().to(orders::cancel_all)),
        )
        .service(api("/orders/lists").route(web::post().to(orders::place_list)))
        .service(api("/orders/by-client-id/{client_order_id}").route(web::get().to(orders::get_by_client_id)))
        .service(
            api("/orders/{order_id}")
                .route(web::get().to(orders::get_order))
                .route(web::patch().to(orders::amend_order))
                .route(web::delete().to(orders::cancel_order)),
        )
        .service(api("/orders/{order_id}/explain").route(web::get().to(orders::explain_order)))
        .service(api("/fills").route(web::get().to(fills::list_fills)))
        .service(api("/ledger").route(web::get().to(fills::list_entries)))
        .service(
            api("/accounts")
                .route(web::get().to(accounts::list_accounts))
                .route(web::post().to(accounts::open_account)),
        )
        .service(
            api("/accounts/{account}")
                .route(web::get().to(accounts::get_account))
                .route(web::patch().to(accounts::set_account)),
        )
        .service(api("/accounts/{account}/deposits").route(web::post().to(accounts::deposit)))
        .service(api("/accounts/{account}/reset").route(web::post().to(accounts::reset)))
        .service(api("/balances").route(web::get().to(accounts::list_balances)))
        .service(api("/positions").route(web::get().to(accounts::list_positions)))
        .service(api("/risk").route(web::get().to(risk::get_risk)))
        .service(api("/risk/limits").route(web::put().to(risk::set_limits)))
        .service(api("/risk/kill").route(web::post().to(risk::set_kill_switch)))
        .service(api("/risk/cancel-after").route(web::post().to(risk::set_cancel_after)));
}

fn gate(shared: &Shared) -> Result<&SandboxGate, Refusal> {
    let gate = shared.sandbox.as_ref().map(|sandbox| &*sandbox.gate);
    gate.ok_or_else(|| (ErrorCode::NOT_FOUND, "this server has no sandbox".to_owned()))
}

/// A body of JSON; none at all where that is enough.
fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(if body.is_empty() { b"{}" } else { body }).map_err(|error| {
        let code = if error.is_data() { ErrorCode::BAD_REQUEST } else { ErrorCode::BAD_JSON };
        (code, error.to_string())
    })
}

/// The request's `Idempotency-Key`, if it has one.
fn header_key(request: &HttpRequest, body: &[u8]) -> Result<Option<OnceKey>, Refusal> {
    let Some(given) = request.headers().get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let is_plain = given.as_bytes().iter().all(u8::is_ascii_graphic);
    let given =
        given.to_str().ok().filter(|text| is_plain && !text.is_empty() && text.len() <= KEY_BYTES_MAX);
    let Some(given) = given else {
        let message = format!("Idempotency-Key is 1 to {KEY_BYTES_MAX} visible ASCII characters");
        return Err((ErrorCode::BAD_REQUEST, message));
    };
    let parts = [request.method().as_str(), request.path(), request.query_string()];
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
        hasher.update([0]);
    }
    hasher.update(body);
    Ok(Some(OnceKey {
        key: format!("key:{given}"),
        hash: hasher.finalize().into(),
        refusal: ErrorCode::IDEMPOTENCY_KEY_REUSED,
    }))
}

/// What a request that acts brings along.
struct Acting {
    caller: Caller,
    body: web::Bytes,
    key: Option<OnceKey>,
}

impl Acting {
    fn new(
        request: &HttpRequest,
        caller: Caller,
        body: Result<web::Bytes, actix_web::Error>,
    ) -> Result<Self, Refusal> {
        caller.require(marketd_domain::identity::Scope::Trade)?;
        let body = body_of(body)?;
        let key = header_key(request, &body)?;
        Ok(Self { caller, body, key })
    }
}

fn respond(call: &CallInfo, answer: Result<Answer, Refusal>) -> HttpResponse {
    match answer {
        Ok(answer) => {
            let mut response = call.answered(answer.http_status, &answer.data);
            if answer.is_replayed {
                let headers = response.headers_mut();
                headers.insert(super::once::REPLAYED, HeaderValue::from_static("true"));
            }
            response
        }
        Err((code, message)) => call.refuse(code, &message),
    }
}

/// How many items, and before which number.
fn page_of(query: &Query) -> Result<(u32, Option<u64>), Refusal> {
    let limit = number(query, "limit", PAGE_DEFAULT, 1..=PAGE_MAX, ErrorCode::BAD_LIMIT)?;
    let cursor = query.get("cursor").or_else(|| query.get("before"));
    let before = cursor
        .map(|text| {
            text.parse()
                .map_err(|_| (ErrorCode::BAD_CURSOR, "the cursor is not one that a list gave out".to_owned()))
        })
        .transpose()?;
    Ok((limit as u32, before))
}

/// The account that the query names.
fn account_in(query: &Query, caller: &Caller) -> Result<Option<String>, Refusal> {
    caller.account_for(query.get("account").map(std::borrow::Cow::into_owned))
}
