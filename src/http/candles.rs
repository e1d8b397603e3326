//! `GET /markets/{market}/candles?interval=&start=&end=&limit=`

use actix_web::{HttpResponse, web};
use marketd_domain::{CandleInterval, Timestamp};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::rest::push_candles;

use super::Shared;
use super::reply::{CallInfo, Query, Refusal, market_of, number};

pub async fn list_candles(
    call: CallInfo,
    shared: web::Data<Shared>,
    market: web::Path<String>,
    query: Query,
) -> HttpResponse {
    call.or_refuse(answer(&call, &shared, &market, &query))
}

fn answer(call: &CallInfo, shared: &Shared, market: &str, query: &Query) -> Result<HttpResponse, Refusal> {
    let entry = market_of(shared, market)?;
    let text = query.get("interval").unwrap_or("1m".into());
    let interval = CandleInterval::parse(&text)
        .ok_or_else(|| (ErrorCode::BAD_INTERVAL, format!("unknown candle interval {text:?}")))?;
    let (start, end) = (time(query, "start")?, time(query, "end")?);
    if let (Some(start), Some(end)) = (start, end)
        && start > end
    {
        return Err((ErrorCode::BAD_TIME, "start is after end".to_owned()));
    }
    let limit = number(query, "limit", 500, 1..=1_500, ErrorCode::BAD_LIMIT)? as usize;
    let state = entry.state().read();
    let series = state.candles(interval);
    let candles = series.range(start, end, limit);
    // From a start the next page begins behind the last candle; backwards there is no cursor.
    let next_cursor = (start.is_some() && candles.len() == limit)
        .then(|| series.range(start, end, limit).last())
        .flatten()
        .map(|last| last.open_time.plus_millis(interval.seconds() * 1_000))
        .filter(|next| series.last().is_some_and(|newest| newest.open_time >= *next));
    let mut data = Vec::with_capacity(256 + candles.len() * 256);
    push_candles(&mut data, &entry.head(), &state, series, candles, next_cursor);
    drop(state);
    Ok(call.data(&data))
}

/// A time in microseconds.
fn time(query: &Query, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let micros: i64 = text
        .parse()
        .map_err(|_| (ErrorCode::BAD_TIME, format!("{name} {text:?} is not a time in microseconds")))?;
    Ok(Some(Timestamp::from_micros(micros)))
}
