//! `GET /sim` and `POST /sim/scenario`

use actix_web::{HttpRequest, HttpResponse, web};
use marketd_actors::sim::SetScenario;
use marketd_domain::MarketIndex;
use marketd_domain::identity::Scope;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::schema::MarketName;
use marketd_venues::sim::Scenario;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Shared;
use super::caller::Caller;
use super::markets::List;
use super::once::once;
use super::reply::{Accepted, CallInfo, Refusal, body_of};

#[derive(Serialize, JsonSchema)]
pub(super) struct Playing {
    #[schemars(with = "MarketName")]
    market: String,
    #[schemars(with = "ScenarioName")]
    scenario: &'static str,
}

fn playing(shared: &Shared) -> Vec<Playing> {
    let Some(sim) = &shared.sim else { return Vec::new() };
    let scenarios = sim.scenarios.lock();
    (scenarios.iter())
        .map(|(market, scenario)| Playing { market: market.clone(), scenario: scenario.as_str() })
        .collect()
}

pub async fn get_scenarios(call: CallInfo, shared: web::Data<Shared>) -> HttpResponse {
    call.json(&List::whole(playing(&shared)))
}

/// What the simulated venue can be told to go through.
struct ScenarioName;

impl JsonSchema for ScenarioName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ScenarioName".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "enum": Scenario::ALL.map(Scenario::as_str)})
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ScenarioBody {
    /// All markets without it.
    #[serde(default)]
    #[schemars(skip_serializing_if = "Option::is_none")]
    market: Option<String>,
    #[schemars(with = "ScenarioName")]
    scenario: String,
}

pub async fn set_scenario(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    caller: Caller,
    body: Result<web::Bytes, actix_web::Error>,
) -> HttpResponse {
    let body = match caller.require(Scope::Admin).and_then(|()| body_of(body)) {
        Ok(body) => body,
        Err((code, message)) => return call.refuse(code, &message),
    };
    let work = {
        let (call, shared, body) = (call.clone(), shared.clone(), body.clone());
        async move {
            let taken = set(&shared, &body);
            call.or_refuse(taken.map(|()| call.json(&Accepted { accepted: true })))
        }
    };
    once(&shared.bus, call, &request, &format!("sim:{}", caller.user), &body, work).await
}

fn set(shared: &Shared, body: &[u8]) -> Result<(), Refusal> {
    let body: ScenarioBody = serde_json::from_slice(body).map_err(|error| {
        let code = if error.is_data() { ErrorCode::BAD_REQUEST } else { ErrorCode::BAD_JSON };
        (code, error.to_string())
    })?;
    let sim = shared
        .sim
        .as_ref()
        .ok_or_else(|| (ErrorCode::NOT_SIMULATED, "the simulated venue is switched off".to_owned()))?;
    let scenario = Scenario::parse(&body.scenario)
        .ok_or_else(|| (ErrorCode::BAD_REQUEST, format!("unknown scenario {:?}", body.scenario)))?;
    let market = match &body.market {
        None => None,
        Some(market) => {
            let known = sim.scenarios.lock().iter().position(|(name, _)| name == market);
            match known {
                Some(at) => Some(MarketIndex(at as u32)),
                None if shared.board.market(market).is_some() => {
                    return Err((ErrorCode::NOT_SIMULATED, format!("{market} is not simulated")));
                }
                None => return Err((ErrorCode::UNKNOWN_MARKET, format!("unknown market {market:?}"))),
            }
        }
    };
    (sim.actor.read().try_send(SetScenario { market, scenario }))
        .map_err(|_| (ErrorCode::BUSY, "the simulator does not take orders right now".to_owned()))
}
