//! `GET /markets/{market}/history`: what is stored of a market, and since when.

use actix_web::{HttpResponse, web};
use marketd_protocol::rest::{HistoryInfo, Span};
use marketd_store::{Extent, MarketKey};

use super::reply::{CallInfo, market_of};
use super::{Shared, past};

pub async fn get_history(
    call: CallInfo,
    shared: web::Data<Shared>,
    market: web::Path<String>,
) -> HttpResponse {
    let entry = match market_of(&shared, &market) {
        Ok(entry) => entry,
        Err((code, message)) => return call.refuse(code, &message),
    };
    let key = MarketKey::of(entry.source, &entry.id);
    call.or_refuse(past::read(&shared, async |store| store.kept(key).await).await.map(|kept| {
        let kept = kept.unwrap_or_default();
        let span = |extent: Extent| Span { first: extent.first.micros(), last: extent.last.micros() };
        call.json(&HistoryInfo {
            market: entry.id.as_str().to_owned(),
            source: entry.source.as_str(),
            trades: kept.trades.map(span),
            candles: kept
                .candles
                .iter()
                .map(|(interval, extent)| (interval.as_str(), span(*extent)))
                .collect(),
            snapshots: kept.snapshots.map(span),
            deltas: kept.deltas.map(span),
            statuses: kept.statuses.map(span),
            gaps: kept.gaps.map(span),
        })
    }))
}
