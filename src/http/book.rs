//! `GET /markets/{market}/book?depth=&at=&format=`

use actix_web::{HttpRequest, HttpResponse, web};
use marketd_actors::board::MarketEntry;
use marketd_domain::Level;
use marketd_protocol::code::ErrorCode;

use super::format::Format;
use super::reply::{CallInfo, Query, Refusal, market_of, negotiated, number};
use super::{Shared, past, past_book};

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
        _ => answer(&call, &request, &shared, &market, &query).await,
    };
    call.or_refuse(answer)
}

/// The book as it is now, in JSON, if that is what a request asks for and can have.
pub(super) fn answer_at_once(shared: &Shared, request: &HttpRequest, market: &str) -> Option<HttpResponse> {
    let (call, query) = (CallInfo::of(request), Query::of(request));
    let entry = shared.board.market(market)?;
    let is_now = query.get("at").is_none() && Format::of(request, &query).ok()? == Format::Json;
    let body = is_now.then(|| entry.book_body(depth_of(&query).ok()?))??;
    Some(call.data_tagged(request, &body.etag, &body.data))
}

async fn answer(
    call: &CallInfo,
    request: &HttpRequest,
    shared: &Shared,
    market: &str,
    query: &Query,
) -> Result<HttpResponse, Refusal> {
    let entry = market_of(shared, market)?;
    let format = Format::of(request, query)?;
    let depth = depth_of(query)?;
    if let Some(at) = past::time_of(query, "at")? {
        return past_book::answer(call, request, shared, &entry, (at, depth, format)).await;
    }
    let not_ready = || (ErrorCode::MARKET_NOT_READY, format!("{market} has no book yet"));
    Ok(match format {
        Format::Json => {
            let body = entry.book_body(depth).ok_or_else(not_ready)?;
            call.data_tagged(request, &body.etag, &body.data)
        }
        Format::Csv | Format::Ndjson => {
            let body = rows(&entry, depth, format).ok_or_else(not_ready)?;
            negotiated(call.rows(request, format, body, None))
        }
    })
}

fn rows(entry: &MarketEntry, depth: usize, format: Format) -> Option<Vec<u8>> {
    let state = entry.state().read();
    let side = |ladder: &marketd_domain::Ladder| ladder.iter().take(depth).collect::<Vec<Level>>();
    let (bids, asks) = (side(state.book().bids()), side(state.book().asks()));
    state.has_book().then(|| past_book::levels(format, &bids, &asks, state.scales()))
}

fn depth_of(query: &Query) -> Result<usize, Refusal> {
    match query.get("depth").as_deref() {
        Some("full") => Ok(usize::MAX),
        _ => Ok(number(query, "depth", DEPTH_DEFAULT, 1..=DEPTH_MAX, ErrorCode::BAD_DEPTH)? as usize),
    }
}
