//! `GET /ws`: the upgrade to a WebSocket session.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use marketd_actors::hub::HubState;
use marketd_actors::session::{self, Identities, Purpose, Refused, SessionOptions};
use marketd_protocol::code::ErrorCode;

use super::{Shared, edge};
use crate::auth::SessionIdentities;

use super::auth::address_of;
use super::reply::{self, CallInfo, Query, number};

/// Longest flush window, in milliseconds.
pub const FLUSH_MS_MAX: u64 = 1_000;

/// Seconds after which an address that holds too many connections may try again: enough for those of a
/// program that was restarted to be noticed as gone.
const RETRY_AFTER_S: &str = "15";

pub async fn open_session(
    call: CallInfo,
    request: HttpRequest,
    payload: web::Payload,
    shared: web::Data<Shared>,
    query: Query,
) -> HttpResponse {
    open(&call, &request, payload, &shared, &query, Purpose::Markets)
}

/// `GET /ws/echo`, which is there only where the configuration says so.
pub async fn open_echo(
    call: CallInfo,
    request: HttpRequest,
    payload: web::Payload,
    shared: web::Data<Shared>,
    query: Query,
) -> HttpResponse {
    if !shared.flags.echo.is_on() {
        return reply::not_found(call, request).await;
    }
    open(&call, &request, payload, &shared, &query, Purpose::Echo)
}

fn open(
    call: &CallInfo,
    request: &HttpRequest,
    payload: web::Payload,
    shared: &Shared,
    query: &Query,
    purpose: Purpose,
) -> HttpResponse {
    if shared.board.draining.load(std::sync::atomic::Ordering::Acquire) {
        return call.refuse(ErrorCode::SHUTTING_DOWN, "the server is stopping");
    }
    let Some(hub) = request.app_data::<Rc<HubState>>() else {
        return call.refuse(ErrorCode::INTERNAL, "this worker has no hub");
    };
    let default = shared.flush_ms;
    let flush_ms = match number(query, "flush_ms", default, 0..=FLUSH_MS_MAX, ErrorCode::BAD_REQUEST) {
        Ok(flush_ms) => flush_ms,
        Err((code, message)) => return call.refuse(code, &message),
    };
    let is_local = edge::is_local(request.headers());
    let identities: Arc<dyn Identities> = Arc::new(SessionIdentities {
        auth: shared.auth.clone(),
        is_local,
        address: address_of(request).to_string(),
        trace_id: call.trace_id().to_owned(),
    });
    let options = SessionOptions {
        flush_every: Duration::from_millis(flush_ms),
        purpose,
        form: None,
        names: Vec::new(),
        listen: None,
        converse: None,
    };
    match session::start(request, payload, hub, &shared.session_limits, &identities, options) {
        Ok(response) => call.marked(response),
        // Not an upgrade, or not one of a version that we speak.
        Err(Refused::Handshake(error)) => {
            call.refuse(ErrorCode::BAD_REQUEST, &format!("not a WebSocket handshake: {error}"))
        }
        Err(Refused::Origin) => {
            call.refuse(ErrorCode::ORIGIN_NOT_ALLOWED, "pages of this origin may not connect")
        }
        Err(Refused::TooManyConnections) => {
            let mut response = call
                .refuse(ErrorCode::TOO_MANY_CONNECTIONS, "this address holds as many connections as it may");
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, header::HeaderValue::from_static(RETRY_AFTER_S));
            response
        }
    }
}
