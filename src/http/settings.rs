//! `GET` and `PATCH /config`: what the server goes by, and the part of it that can be changed while it runs.

use actix_web::{HttpResponse, web};
use marketd_domain::identity::Scope;
use marketd_protocol::code::ErrorCode;
use parking_lot::RwLock;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Shared;
use super::auth::private;
use super::caller::Caller;
use super::limits::Rate;
use super::reply::{CallInfo, Refusal, json_of};
use crate::telemetry;

const RATE_MAX: u32 = 1_000_000;
const FILTER_MAX: usize = 1_024;

/// The configuration as it was read, with secrets starred.
#[derive(Serialize, JsonSchema)]
pub(super) struct Effective {
    /// By section and key, as in config/default.toml.
    config: Map<String, Value>,
    /// Keys that `PATCH` takes; until the server ends.
    changeable: Vec<&'static str>,
}

/// What is to be changed; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfigBody {
    #[serde(default, rename = "log.filter")]
    #[schemars(rename = "log.filter", skip_serializing_if = "Option::is_none", with = "String")]
    log_filter: Option<String>,
    #[serde(default, rename = "limits.requests_per_second")]
    #[schemars(
        rename = "limits.requests_per_second",
        skip_serializing_if = "Option::is_none",
        with = "u32",
        range(max = 1_000_000)
    )]
    requests_per_second: Option<u32>,
    #[serde(default, rename = "limits.requests_burst")]
    #[schemars(
        rename = "limits.requests_burst",
        skip_serializing_if = "Option::is_none",
        with = "u32",
        range(max = 1_000_000)
    )]
    requests_burst: Option<u32>,
    #[serde(default, rename = "limits.account_requests_per_second")]
    #[schemars(
        rename = "limits.account_requests_per_second",
        skip_serializing_if = "Option::is_none",
        with = "u32",
        range(max = 1_000_000)
    )]
    account_requests_per_second: Option<u32>,
    #[serde(default, rename = "limits.account_requests_burst")]
    #[schemars(
        rename = "limits.account_requests_burst",
        skip_serializing_if = "Option::is_none",
        with = "u32",
        range(max = 1_000_000)
    )]
    account_requests_burst: Option<u32>,
}

const CHANGEABLE: [&str; 5] = [
    "log.filter",
    "limits.requests_per_second",
    "limits.requests_burst",
    "limits.account_requests_per_second",
    "limits.account_requests_burst",
];

fn effective(shared: &Shared) -> Effective {
    let mut config = shared.config.clone();
    let (address, user) = (*shared.rates.address.read(), *shared.rates.user.read());
    let mut put = |section: &str, key: &str, value: Value| {
        if let Some(section) = config.get_mut(section) {
            section[key] = value;
        }
    };
    put("limits", "requests_per_second", json!(address.per_second));
    put("limits", "requests_burst", json!(address.burst));
    put("limits", "account_requests_per_second", json!(user.per_second));
    put("limits", "account_requests_burst", json!(user.burst));
    if let Some(filter) = telemetry::filter() {
        put("log", "filter", json!(filter));
    }
    Effective { config, changeable: CHANGEABLE.to_vec() }
}

pub async fn get_config(call: CallInfo, shared: web::Data<Shared>, caller: Caller) -> HttpResponse {
    let shown = caller.require(Scope::Admin).map(|()| call.json(&effective(&shared)));
    private(call.or_refuse(shown))
}

pub async fn change_config(
    call: CallInfo,
    shared: web::Data<Shared>,
    caller: Caller,
    body: Result<web::Bytes, actix_web::Error>,
) -> HttpResponse {
    let work = || -> Result<HttpResponse, Refusal> {
        caller.require(Scope::Admin)?;
        change(&shared, &json_of(body)?)?;
        Ok(call.json(&effective(&shared)))
    };
    private(call.or_refuse(work()))
}

/// All of it or nothing.
fn change(shared: &Shared, body: &ConfigBody) -> Result<(), Refusal> {
    let bad = |message: String| (ErrorCode::BAD_REQUEST, message);
    let rates = [
        body.requests_per_second,
        body.requests_burst,
        body.account_requests_per_second,
        body.account_requests_burst,
    ];
    if rates.into_iter().flatten().any(|rate| rate > RATE_MAX) {
        return Err(bad(format!("a rate is at most {RATE_MAX}")));
    }
    if let Some(filter) = &body.log_filter {
        if filter.len() > FILTER_MAX {
            return Err(bad(format!("log.filter is longer than {FILTER_MAX} bytes")));
        }
        telemetry::set_filter(filter).map_err(bad)?;
        tracing::warn!(filter, "the log's filter was changed");
    }
    change_rate(&shared.rates.address, body.requests_per_second, body.requests_burst);
    change_rate(&shared.rates.user, body.account_requests_per_second, body.account_requests_burst);
    Ok(())
}

fn change_rate(rate: &RwLock<Rate>, per_second: Option<u32>, burst: Option<u32>) {
    let mut rate = rate.write();
    rate.per_second = per_second.unwrap_or(rate.per_second);
    rate.burst = burst.unwrap_or(rate.burst);
}
