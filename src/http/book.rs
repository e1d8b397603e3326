//! `GET /markets/{market}/book?depth=`

use actix_web::{HttpRequest, HttpResponse, web};
use marketd_protocol::code::ErrorCode;

use super::Shared;
use super::reply::{CallInfo, Query, Refusal, market_of, number};

pub(super) const DEPTH_DEFAULT: u64 = 100;
pub(super) const DEPTH_MAX: u64 = 5_000;

pub async fn get_book(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    market: web::Path<String>,
    query: Query,
) -> HttpResponse {
    call.or_refuse(answer(&call, &request, &shared, &market, &query))
}

fn answer(
    call: &CallInfo,
    request: &HttpRequest,
    shared: &Shared,
    market: &str,
    query: &Query,
) -> Result<HttpResponse, Refusal> {
    let entry = market_of(shared, market)?;
    let depth = match query.get("depth").as_deref() {
        Some("full") => usize::MAX,
        _ => number(query, "depth", DEPTH_DEFAULT, 1..=DEPTH_MAX, ErrorCode::BAD_DEPTH)? as usize,
    };
    let body = entry
        .book_body(depth)
        .ok_or_else(|| (ErrorCode::MARKET_NOT_READY, format!("{market} has no book yet")))?;
    Ok(call.data_tagged(request, &body.etag, &body.data))
}
