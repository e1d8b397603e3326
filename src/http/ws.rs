//! `GET /ws`: the upgrade to a WebSocket session.

use std::rc::Rc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use marketd_actors::hub::HubState;
use marketd_actors::session::{self, SessionOptions};
use marketd_protocol::Form;
use marketd_protocol::code::ErrorCode;

use super::Shared;
use super::reply::{CallInfo, Query, number};

/// Longest flush window, in milliseconds.
pub const FLUSH_MS_MAX: u64 = 1_000;

pub async fn open_session(
    call: CallInfo,
    request: HttpRequest,
    payload: web::Payload,
    shared: web::Data<Shared>,
    query: web::Query<Query>,
) -> HttpResponse {
    if shared.board.draining.load(std::sync::atomic::Ordering::Acquire) {
        return call.refuse(ErrorCode::SHUTTING_DOWN, "the server is stopping");
    }
    let Some(hub) = request.app_data::<Rc<HubState>>() else {
        return call.refuse(ErrorCode::INTERNAL, "this worker has no hub");
    };
    let default = shared.flush_ms;
    let flush_ms = match number(&query, "flush_ms", default, 0..=FLUSH_MS_MAX, ErrorCode::BAD_REQUEST) {
        Ok(flush_ms) => flush_ms,
        Err((code, message)) => return call.refuse(code, &message),
    };
    let options = SessionOptions { flush_every: Duration::from_millis(flush_ms), form: Form::JSON };
    match session::start(&request, payload, hub, shared.session_limits, options) {
        Ok(response) => response,
        // Not an upgrade, or not one of a version that we speak.
        Err(error) => call.refuse(ErrorCode::BAD_REQUEST, &format!("not a WebSocket handshake: {error}")),
    }
}
