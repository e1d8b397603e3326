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
    let answer = match &shared.relayed {
        Some(relayed) if shared.board.market(&market).is_none() => match depth_of(&query) {
            Ok(depth) => relayed.answer(&call, &request, &market, depth).await,
            Err(refusal) => Err(refusal),
        },
        _ => answer(&call, &request, &shared, &market, &query),
    };
    call.or_refuse(answer)
}

fn answer(
    call: &CallInfo,
    request: &HttpRequest,
    shared: &Shared,
    market: &str,
    query: &Query,
) -> Result<HttpResponse, Refusal> {
    let entry = market_of(shared, market)?;
    let depth = depth_of(query)?;
    let body = entry
        .book_body(depth)
        .ok_or_else(|| (ErrorCode::MARKET_NOT_READY, format!("{market} has no book yet")))?;
    Ok(call.data_tagged(request, &body.etag, &body.data))
}

fn depth_of(query: &Query) -> Result<usize, Refusal> {
    match query.get("depth").as_deref() {
        Some("full") => Ok(usize::MAX),
        _ => Ok(number(query, "depth", DEPTH_DEFAULT, 1..=DEPTH_MAX, ErrorCode::BAD_DEPTH)? as usize),
    }
}
