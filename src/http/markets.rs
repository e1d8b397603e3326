//! `GET /markets` and `GET /markets/{market}`

use actix_web::{HttpResponse, web};
use marketd_protocol::rest::MarketInfo;
use serde::Serialize;

use super::Shared;
use super::reply::{CallInfo, market_of};

/// A list; `next_cursor` is null where it is whole.
#[derive(Serialize)]
pub struct List<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    pub const fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }
}

pub async fn list_markets(call: CallInfo, shared: web::Data<Shared>) -> HttpResponse {
    let markets = shared.board.markets();
    let items = markets.iter().map(|entry| MarketInfo::of(&entry.head(), &entry.state().read())).collect();
    call.json(&List::whole(items))
}

pub async fn get_market(
    call: CallInfo,
    shared: web::Data<Shared>,
    market: web::Path<String>,
) -> HttpResponse {
    call.or_refuse(market_of(&shared, &market).map(|entry| {
        let info = MarketInfo::of(&entry.head(), &entry.state().read());
        call.json(&info)
    }))
}
