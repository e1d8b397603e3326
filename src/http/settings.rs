//! `GET` and `PATCH /config`: what the server goes by, and the part of it that can be changed while it runs.

use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use marketd_domain::identity::Scope;
use marketd_protocol::code::ErrorCode;
use parking_lot::RwLock;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Shared;
use super::administering::Administering;
use super::caller::Caller;
use super::gate::Changed;
use super::limits::Rate;
use super::reply::{CallInfo, Refusal, json_of, private};
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
    /// Whether people may make users for themselves.
    #[serde(default, rename = "auth.signup")]
    #[schemars(rename = "auth.signup", skip_serializing_if = "Option::is_none", with = "bool")]
    signup: Option<bool>,
    /// Whether the sandbox takes new orders and changes of open ones.
    #[serde(default, rename = "sandbox.takes_orders")]
    #[schemars(rename = "sandbox.takes_orders", skip_serializing_if = "Option::is_none", with = "bool")]
    takes_orders: Option<bool>,
    /// Whether Binance's clients are served.
    #[serde(default, rename = "face.binance.enabled")]
    #[schemars(rename = "face.binance.enabled", skip_serializing_if = "Option::is_none", with = "OnOff")]
    face: Option<OnOff>,
    /// Whether `/api/v1/ws/echo` is served.
    #[serde(default, rename = "session.echo")]
    #[schemars(rename = "session.echo", skip_serializing_if = "Option::is_none", with = "bool")]
    echo: Option<bool>,
}

impl ConfigBody {
    /// What is to be changed, in one line.
    fn told(&self) -> String {
        let Self { log_filter, requests_per_second, requests_burst, .. } = self;
        let Self { account_requests_per_second, account_requests_burst, .. } = self;
        let number = |value: &Option<u32>| value.map(|value| value.to_string());
        let switch = |value: &Option<bool>| value.map(|is_on| is_on.to_string());
        let face = self.face.map(|face| if face == OnOff::On { "on".to_owned() } else { "off".to_owned() });
        let values = [
            log_filter.as_ref().map(|filter| format!("{filter:?}")),
            number(requests_per_second),
            number(requests_burst),
            number(account_requests_per_second),
            number(account_requests_burst),
            switch(&self.signup),
            switch(&self.takes_orders),
            face,
            switch(&self.echo),
        ];
        let told: Vec<String> = (CHANGEABLE.iter().zip(values))
            .filter_map(|(key, value)| value.map(|value| format!("{key}={value}")))
            .collect();
        told.join(" ")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum OnOff {
    On,
    Off,
}

const CHANGEABLE: [&str; 9] = [
    "log.filter",
    "limits.requests_per_second",
    "limits.requests_burst",
    "limits.account_requests_per_second",
    "limits.account_requests_burst",
    "auth.signup",
    "sandbox.takes_orders",
    "face.binance.enabled",
    "session.echo",
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
    put("auth", "signup", json!(shared.auth.signup.is_on()));
    put("session", "echo", json!(shared.flags.echo.is_on()));
    if let Some(sandbox) = &shared.sandbox {
        put("sandbox", "takes_orders", json!(sandbox.gate.takes_orders()));
    }
    if let Some(filter) = telemetry::filter() {
        put("log", "filter", json!(filter));
    }
    if let Some(binance) = config.get_mut("face").and_then(|face| face.get_mut("binance")) {
        binance["enabled"] = json!(if shared.flags.face.is_on() { OnOff::On } else { OnOff::Off });
    }
    Effective { config, changeable: CHANGEABLE.to_vec() }
}

pub async fn get_config(administering: Administering) -> HttpResponse {
    administering.show(async |asked| Ok(effective(&asked.shared))).await
}

pub async fn change_config(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    caller: Caller,
    body: Result<web::Bytes, actix_web::Error>,
) -> HttpResponse {
    let work = || -> Result<HttpResponse, Refusal> {
        caller.require(Scope::Admin)?;
        let body: ConfigBody = json_of(body)?;
        change(&shared, &body)?;
        request.extensions_mut().insert(Changed(body.told()));
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
    if body.echo == Some(true) && !shared.flags.may_echo {
        return Err(bad("session.echo is for a loopback address, and not for production".to_owned()));
    }
    if body.takes_orders.is_some() && shared.sandbox.is_none() {
        return Err(bad("sandbox.takes_orders: this server has no sandbox".to_owned()));
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
    switch(shared, body);
    Ok(())
}

fn switch(shared: &Shared, body: &ConfigBody) {
    let switches = [
        ("auth.signup", body.signup, &shared.auth.signup),
        ("face.binance.enabled", body.face.map(|face| face == OnOff::On), &shared.flags.face),
        ("session.echo", body.echo, &shared.flags.echo),
    ];
    for (key, wanted, flag) in switches {
        if let Some(is_on) = wanted {
            flag.set(is_on);
            tracing::warn!(key, is_on, "a switch was turned");
        }
    }
    if let (Some(takes), Some(sandbox)) = (body.takes_orders, &shared.sandbox) {
        sandbox.gate.set_takes_orders(takes);
        tracing::warn!(key = "sandbox.takes_orders", is_on = takes, "a switch was turned");
    }
}

fn change_rate(rate: &RwLock<Rate>, per_second: Option<u32>, burst: Option<u32>) {
    let mut rate = rate.write();
    rate.per_second = per_second.unwrap_or(rate.per_second);
    rate.burst = burst.unwrap_or(rate.burst);
}
