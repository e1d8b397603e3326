//! The upgrade to a connection of streams: `/ws`, `/ws/<stream>`, `/ws/<anything>`, `/stream?streams=a/b`.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse, web};
use marketd_actors::clock;
use marketd_actors::hub::HubState;
use marketd_actors::session::{
    self, Identities, Open, Purpose, Refused, SessionOptions, have_begun, streams_named,
};
use marketd_protocol::Form;

use super::error::FaceError;
use super::listen_keys::listening;
use super::off;
use super::params::Params;
use crate::http::Shared;

/// How long the handshake waits for streams to begin: what a market without a book does not do.
const PATIENCE: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Messages as they are.
pub async fn open_plain(
    request: HttpRequest,
    payload: web::Payload,
    shared: web::Data<Shared>,
) -> HttpResponse {
    let names = request.match_info().get("names").unwrap_or_default();
    let listen_keys = shared.face().map(|face| &face.listen_keys);
    let is_key = |name: &str| listen_keys.is_some_and(|keys| keys.find(name, clock::now()).is_some());
    // What is no stream's name is a path and no more: some clients number their connections so.
    let is_name = |name: &&str| name.contains('@') || is_key(name);
    let names: Vec<String> = names.split('/').filter(is_name).map(str::to_owned).collect();
    open(&request, payload, &shared, names, false).await
}

/// Messages with their stream's name around them.
pub async fn open_combined(
    request: HttpRequest,
    payload: web::Payload,
    shared: web::Data<Shared>,
) -> HttpResponse {
    let params = Params::of_request(request.query_string(), "");
    let names = params.get("streams").unwrap_or_default().split('/');
    // The plus sign of a time zone has become a space, as in any query.
    let names = names.filter(|name| !name.is_empty()).map(|name| name.replace(' ', "+")).collect();
    open(&request, payload, &shared, names, true).await
}

async fn open(
    request: &HttpRequest,
    payload: web::Payload,
    shared: &web::Data<Shared>,
    names: Vec<String>,
    is_combined: bool,
) -> HttpResponse {
    let Some(face) = shared.face() else { return off() };
    if shared.board.draining.load(Ordering::Acquire) {
        return FaceError::overloaded().response();
    }
    let Some(hub) = request.app_data::<Rc<HubState>>() else { return FaceError::internal().response() };
    if names.len() > face.session_limits.subscriptions {
        let message = format!("A connection has at most {} streams.", face.session_limits.subscriptions);
        return FaceError::bad(-1130, message).response();
    }
    let params = Params::of_request(request.query_string(), "");
    let in_micros = params.get("timeUnit").is_some_and(|unit| unit.eq_ignore_ascii_case("microsecond"));
    let form = Form::binance(is_combined, in_micros);
    wait_for(hub, &names, form).await;
    let options = SessionOptions {
        flush_every: Duration::from_millis(shared.flush_ms),
        purpose: Purpose::Face,
        form: Some(form),
        names,
        listen: Some(listening(shared.clone())),
        converse: None,
    };
    upgrade(request, payload, shared, options)
}

/// Opens the streams and waits until they have begun: a client that asks REST for the book as soon as it is connected must
/// not get one that is older than the first change it is told.
async fn wait_for(hub: &Rc<HubState>, names: &[String], form: Form) {
    let streams: Vec<_> = names.iter().flat_map(|name| streams_named(&hub.board, name)).collect();
    let began = Instant::now();
    while !have_begun(hub, &streams, form) && began.elapsed() < PATIENCE {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Answers the handshake.
pub fn upgrade(
    request: &HttpRequest,
    payload: web::Payload,
    shared: &Shared,
    options: SessionOptions,
) -> HttpResponse {
    let (Some(face), Some(hub)) = (shared.face(), request.app_data::<Rc<HubState>>()) else {
        return FaceError::internal().response();
    };
    // Who is behind it is shown, if at all, by what it signs later.
    let identities: Arc<dyn Identities> = Arc::new(Open);
    match session::start(request, payload, hub, &face.session_limits, &identities, options) {
        Ok(response) => response,
        Err(Refused::Handshake(error)) => {
            FaceError::bad(-1130, format!("Not a WebSocket handshake: {error}")).response()
        }
        Err(Refused::Origin) => {
            FaceError::new(403, -1002, "Pages of this origin may not connect.").response()
        }
        Err(Refused::TooManyConnections) => FaceError {
            retry_after: Some(15),
            ..FaceError::new(429, -1003, "Too many connections; this address holds as many as it may.")
        }
        .response(),
    }
}
