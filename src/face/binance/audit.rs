//! The audit of what is done through the face: as through our own doors, whatever is changed, is not allowed, or may be another's.

use std::net::IpAddr;

use actix_web::http::Method;
use marketd_protocol::code::ErrorCode;

use super::Call;
use super::error::FaceError;
use crate::auth::audit::Deed;

/// Where a request came in, and what it was.
pub struct Entrance<'a> {
    pub trace_id: &'a str,
    pub peer: IpAddr,
    /// Method and route, or the method of the WebSocket API.
    pub action: String,
    /// The path as it was asked for.
    pub target: &'a str,
    /// Whether it is of the kind that changes something.
    pub is_write: bool,
}

pub const fn is_write(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses what would be done without being noted.
pub fn check_room(call: &Call<'_>, is_write: bool) -> Result<(), FaceError> {
    if is_write && !call.shared.auth.audit.has_room() { Err(FaceError::overloaded()) } else { Ok(()) }
}

/// Notes what has come of a request. An order is in the sandbox's journal before it is answered, so nothing is waited for here.
pub fn note<T>(call: &Call<'_>, entrance: Entrance<'_>, outcome: &Result<T, FaceError>) {
    let error = outcome.as_ref().err();
    let is_suspect = error.and_then(|error| error.cause).is_some_and(|cause| {
        matches!(cause, ErrorCode::UNKNOWN_ORDER | ErrorCode::UNKNOWN_ACCOUNT | ErrorCode::FORBIDDEN)
    });
    let identity = call.caller.borrow().clone();
    // Whoever is refused by address was not looked at: there may be very many of these.
    let is_unseen = identity.is_none() && error.is_some_and(|error| matches!(error.status, 418 | 429));
    if is_unseen || !(entrance.is_write || is_suspect) {
        return;
    }
    let Entrance { trace_id, peer, action, target, .. } = entrance;
    call.shared.auth.audit.note(Deed {
        trace_id: trace_id.to_owned(),
        address: peer.to_canonical().to_string(),
        identity,
        action,
        target: target.to_owned(),
        status: error.map_or(200, |error| error.status),
        code: error.map_or("", FaceError::audit_code),
    });
}
