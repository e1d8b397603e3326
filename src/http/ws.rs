//! `GET /ws`: the upgrade to a WebSocket session.

use std::rc::Rc;

use actix_web::{HttpRequest, HttpResponse, web};
use marketd_actors::hub::HubState;
use marketd_actors::session;
use marketd_protocol::code::ErrorCode;

use super::Shared;
use super::reply::CallInfo;

pub async fn open_session(
    call: CallInfo,
    request: HttpRequest,
    payload: web::Payload,
    shared: web::Data<Shared>,
) -> HttpResponse {
    if shared.board.draining.load(std::sync::atomic::Ordering::Acquire) {
        return call.refuse(ErrorCode::SHUTTING_DOWN, "the server is stopping");
    }
    let Some(hub) = request.app_data::<Rc<HubState>>() else {
        return call.refuse(ErrorCode::INTERNAL, "this worker has no hub");
    };
    match session::start(&request, payload, hub, shared.session_limits) {
        Ok(response) => response,
        // Not an upgrade, or not one of a version that we speak.
        Err(error) => call.refuse(ErrorCode::BAD_REQUEST, &format!("not a WebSocket handshake: {error}")),
    }
}
