//! `GET /markets/{market}/trades?limit=&before=`

use actix_web::{HttpRequest, HttpResponse, web};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::rest::push_trades;

use super::Shared;
use super::reply::{CallInfo, Query, Refusal, etag_of, market_of, number};

pub async fn list_trades(
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
    let limit = number(query, "limit", 100, 1..=1_000, ErrorCode::BAD_LIMIT)? as usize;
    let before = match query.get("before") {
        Some(_) => Some(number(query, "before", 0, 1..=u64::MAX, ErrorCode::BAD_CURSOR)?),
        None => None,
    };
    let state = entry.state().read();
    let trades = state.trades().before(before, limit);
    // A full page may have more behind it; the ring's oldest trade has nothing.
    let oldest_held = state.trades().iter().next().map(|trade| trade.seq);
    let first = state.trades().before(before, limit).next().map(|trade| trade.seq);
    let next_cursor = first.filter(|first| Some(*first) > oldest_held);
    let mut data = Vec::with_capacity(256 + trades.len() * 128);
    push_trades(&mut data, &entry.head(), &state, trades, next_cursor);
    let etag = etag_of(entry.epoch(), state.trades().last_seq());
    let status = state.shown_status();
    drop(state);
    match status.status {
        marketd_domain::MarketStatus::Live => Ok(call.data_tagged(request, &etag, &data)),
        _ => Ok(call.data(&data)),
    }
}
