//! `GET /system/info`

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use marketd_protocol::schema::Count;
use schemars::JsonSchema;
use serde::Serialize;

use super::Shared;
use super::metrics::sandbox_snapshot;
use super::reply::CallInfo;

#[derive(Serialize, JsonSchema)]
pub(super) struct Info {
    name: &'static str,
    version: &'static str,
    #[schemars(with = "Count")]
    uptime_s: u64,
    markets: usize,
    hubs: usize,
    /// Counts since the start; `*_open` ones go up and down, and some of `sandbox_*`.
    #[schemars(with = "BTreeMap<String, Count>")]
    counters: BTreeMap<&'static str, u64>,
}

pub async fn get_info(call: CallInfo, shared: web::Data<Shared>) -> HttpResponse {
    call.json(&Info {
        name: "marketd",
        version: env!("CARGO_PKG_VERSION"),
        uptime_s: shared.started.elapsed().as_secs(),
        markets: shared.board.markets().len(),
        hubs: shared.board.hubs().len(),
        counters: (shared.board.metrics.snapshot().into_iter())
            .chain(shared.bus.metrics().snapshot())
            .chain(shared.sandbox.iter().flat_map(|sandbox| sandbox_snapshot(&sandbox.counters)))
            .collect(),
    })
}
