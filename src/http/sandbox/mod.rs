//! The sandbox over REST. What is done and what is shown is in `marketd_actors::sandbox`; here are paths, bodies, keys
//! and pages. Every handler looks or acts: see `door`.

mod accounts;
mod door;
pub(crate) mod fills;
pub(crate) mod lists;
pub(crate) mod orders;
mod risk;

use actix_web::web;
use marketd_protocol::code::ErrorCode;

use super::reply::{Query, Refusal, number};
use super::{api, get};

const PAGE_MAX: u64 = 1_000;
const PAGE_DEFAULT: u64 = 100;

pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(
            api("/orders")
                .route(web::post().to(orders::place_order))
                .route(get().to(orders::list_orders))
                .route(web::delete().to(orders::cancel_all)),
        )
        .service(api("/orders/lists").route(web::post().to(orders::place_list)))
        .service(api("/orders/by-client-id/{client_order_id}").route(get().to(orders::get_by_client_id)))
        .service(
            api("/orders/{order_id}")
                .route(get().to(orders::get_order))
                .route(web::patch().to(orders::amend_order))
                .route(web::delete().to(orders::cancel_order)),
        )
        .service(api("/orders/{order_id}/explain").route(get().to(orders::explain_order)))
        .service(api("/fills").route(get().to(fills::list_fills)))
        .service(api("/ledger").route(get().to(fills::list_entries)))
        .service(
            api("/accounts")
                .route(get().to(accounts::list_accounts))
                .route(web::post().to(accounts::open_account)),
        )
        .service(
            api("/accounts/{account}")
                .route(get().to(accounts::get_account))
                .route(web::patch().to(accounts::set_account)),
        )
        .service(api("/accounts/{account}/deposits").route(web::post().to(accounts::deposit)))
        .service(api("/accounts/{account}/reset").route(web::post().to(accounts::reset)))
        .service(api("/balances").route(get().to(accounts::list_balances)))
        .service(api("/positions").route(get().to(accounts::list_positions)))
        .service(api("/risk").route(get().to(risk::get_risk)))
        .service(api("/risk/limits").route(web::put().to(risk::set_limits)))
        .service(api("/risk/kill").route(web::post().to(risk::set_kill_switch)))
        .service(api("/risk/cancel-after").route(web::post().to(risk::set_cancel_after)));
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
