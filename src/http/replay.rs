//! `GET /replay` and `POST /replay/{pause|resume|step|seek|speed}`

use actix_web::{HttpRequest, HttpResponse, web};
use marketd_actors::replay::{ControlReplay, Speed};
use marketd_domain::identity::Scope;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::schema::{Count, MarketName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Shared;
use super::caller::Caller;
use super::markets::List;
use super::once::once;
use super::reply::{Accepted, CallInfo, Refusal, body_of};

#[derive(Serialize, JsonSchema)]
pub(super) struct ReplayInfo {
    replay: String,
    #[schemars(with = "Vec<MarketName>")]
    markets: Vec<String>,
    /// Times the recorded speed, or `max`.
    speed: String,
    paused: bool,
    ended: bool,
    /// Since the beginning of the recording, by its own clock.
    position_ms: i64,
    /// How often it began again.
    #[schemars(with = "Count")]
    round: u64,
    #[schemars(with = "Count")]
    lines: u64,
}

pub async fn get_replays(call: CallInfo, shared: web::Data<Shared>) -> HttpResponse {
    let items = (shared.replays.iter())
        .map(|replay| {
            let status = replay.status.lock();
            ReplayInfo {
                replay: replay.name.clone(),
                markets: status.markets.clone(),
                speed: status.speed.to_string(),
                paused: status.is_paused,
                ended: status.has_ended,
                position_ms: status.position_ms,
                round: status.round,
                lines: status.lines,
            }
        })
        .collect();
    call.json(&List::whole(items))
}

/// What `seek` takes.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "a shape for the document")]
pub(super) struct SeekBody {
    /// Since the beginning of the recording.
    #[schemars(range(min = 0))]
    position_ms: i64,
}

/// What `speed` takes.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "a shape for the document")]
pub(super) struct SpeedBody {
    speed: SpeedField,
}

/// A number or its text.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum SpeedField {
    Number(#[schemars(range(min = 1, max = 10_000))] u64),
    /// With up to three decimals, or `max`.
    Text(#[schemars(regex(pattern = r"^(max|[1-9][0-9]{0,3}(\.[0-9]{1,3})?)$"))] String),
}

#[derive(Debug, Default, Deserialize)]
struct ControlBody {
    position_ms: Option<i64>,
    speed: Option<SpeedField>,
}

pub async fn control_replay(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    caller: Caller,
    action: web::Path<String>,
    body: Result<web::Bytes, actix_web::Error>,
) -> HttpResponse {
    let body = match caller.require(Scope::Admin).and_then(|()| body_of(body)) {
        Ok(body) => body,
        Err((code, message)) => return call.refuse(code, &message),
    };
    let work = {
        let (call, shared, body) = (call.clone(), shared.clone(), body.clone());
        async move {
            let taken = control(&shared, &action, &body);
            call.or_refuse(taken.map(|()| call.json(&Accepted { accepted: true })))
        }
    };
    once(&shared.bus, call, &request, &format!("replay:{}", caller.user), &body, work).await
}

fn control(shared: &Shared, action: &str, body: &[u8]) -> Result<(), Refusal> {
    let body: ControlBody = if body.is_empty() {
        ControlBody::default()
    } else {
        serde_json::from_slice(body).map_err(|error| {
            let code = if error.is_data() { ErrorCode::BAD_REQUEST } else { ErrorCode::BAD_JSON };
            (code, error.to_string())
        })?
    };
    let bad = |message: &str| (ErrorCode::BAD_REQUEST, message.to_owned());
    let order = match action {
        "pause" => ControlReplay::Pause,
        "resume" => ControlReplay::Resume,
        "step" => ControlReplay::Step,
        "seek" => ControlReplay::Seek {
            position_ms: body
                .position_ms
                .filter(|position| *position >= 0)
                .ok_or_else(|| bad("position_ms must be a number of milliseconds from the beginning"))?,
        },
        "speed" => {
            let text = match body.speed {
                Some(SpeedField::Number(number)) => number.to_string(),
                Some(SpeedField::Text(text)) => text,
                None => return Err(bad("missing field \"speed\"")),
            };
            let speed = Speed::parse(&text).ok_or_else(|| bad("speed is a number up to 10000 or \"max\""))?;
            ControlReplay::SetSpeed(speed)
        }
        other => return Err((ErrorCode::NOT_FOUND, format!("there is no replay action {other:?}"))),
    };
    if shared.replays.is_empty() {
        return Err((ErrorCode::NOT_A_REPLAY, "nothing is replayed here".to_owned()));
    }
    for replay in &shared.replays {
        if replay.actor.read().try_send(order).is_err() {
            return Err((ErrorCode::BUSY, "the replay does not take orders right now".to_owned()));
        }
    }
    Ok(())
}
