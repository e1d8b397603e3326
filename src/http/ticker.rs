//! `GET /markets/{market}/ticker`

use actix_web::{HttpRequest, HttpResponse, web};
use marketd_domain::{MarketStatus, Source};
use marketd_protocol::rest::push_ticker;

use super::Shared;
use super::reply::{CallInfo, etag_of, market_of};

pub async fn get_ticker(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    market: web::Path<String>,
) -> HttpResponse {
    let entry = match market_of(&shared, &market) {
        Ok(entry) => entry,
        Err((code, message)) => return call.refuse(code, &message),
    };
    let state = entry.state().read();
    let mut data = Vec::with_capacity(1_024);
    push_ticker(&mut data, &entry.head(), &state);
    let etag = etag_of(entry.epoch(), state.ticker_seq());
    // The window of a live market rolls with the clock: its ticker can change without a new trade.
    let depends_on_seq_only =
        entry.source != Source::Live && state.shown_status().status == MarketStatus::Live;
    drop(state);
    if depends_on_seq_only { call.data_tagged(&request, &etag, &data) } else { call.data(&data) }
}
