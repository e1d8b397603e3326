//! `GET /exchanges` and `GET /symbols`

use actix_web::{HttpResponse, web};
use marketd_protocol::schema::{Decimal, MarketName, SourceName};
use schemars::JsonSchema;
use serde::Serialize;

use super::Shared;
use super::markets::List;
use super::reply::CallInfo;

#[derive(Serialize, JsonSchema)]
pub(super) struct Exchange {
    venue: String,
    /// Whether this server has markets of it right now.
    enabled: bool,
    #[schemars(with = "Option<SourceName>")]
    source: Option<&'static str>,
    #[schemars(with = "Vec<MarketName>")]
    markets: Vec<String>,
    /// Names of its recordings.
    recordings: Vec<&'static str>,
}

/// Every venue that marketd speaks, the simulated one included.
pub async fn list_exchanges(call: CallInfo, shared: web::Data<Shared>) -> HttpResponse {
    let markets = shared.board.markets();
    let exchange = |venue: &str, recordings: &[&'static str]| {
        let of_venue = || markets.iter().filter(|entry| entry.id.venue() == venue);
        Exchange {
            venue: venue.to_owned(),
            enabled: of_venue().next().is_some(),
            source: of_venue().next().map(|entry| entry.source.as_str()),
            markets: of_venue().map(|entry| entry.id.as_str().to_owned()).collect(),
            recordings: recordings.to_vec(),
        }
    };
    let mut items: Vec<Exchange> = (marketd_venues::catalog::catalog().iter())
        .map(|venue| exchange(venue.name(), venue.recordings()))
        .collect();
    items.push(exchange(marketd_venues::sim::VENUE_NAME, &[]));
    call.json(&List::whole(items))
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Symbol {
    #[schemars(with = "MarketName")]
    market: String,
    venue: String,
    /// The venue's own name.
    symbol: String,
    base: String,
    quote: String,
    #[schemars(with = "Option<Decimal>")]
    tick_size: Option<String>,
    #[schemars(with = "Option<Decimal>")]
    lot_size: Option<String>,
    #[schemars(with = "Option<Decimal>")]
    min_notional: Option<String>,
}

pub async fn list_symbols(call: CallInfo, shared: web::Data<Shared>) -> HttpResponse {
    let items = (shared.board.markets().iter())
        .map(|entry| {
            let state = entry.state().read();
            let instrument = state.instrument();
            Symbol {
                market: entry.id.as_str().to_owned(),
                venue: entry.id.venue().to_owned(),
                symbol: instrument.symbol.clone(),
                base: instrument.base.clone(),
                quote: instrument.quote.clone(),
                tick_size: instrument.tick_size.map(|step| step.to_string()),
                lot_size: instrument.lot_size.map(|step| step.to_string()),
                min_notional: instrument.min_notional.map(|bound| bound.to_string()),
            }
        })
        .collect();
    call.json(&List::whole(items))
}
