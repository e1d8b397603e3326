//! Bodies of requests come in time, or the request is refused.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::HttpMessage;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::{Method, header};
use actix_web::web::Bytes;
use futures_util::Stream;
use marketd_protocol::code::ErrorCode;
use tokio::time::Sleep;

use super::reply::Refusal;

/// A body, and until when it has to be there.
struct Timely {
    body: Payload,
    until: Instant,
    /// Made when something has to be waited for, which is rare: most bodies come with their heads.
    alarm: Option<Pin<Box<Sleep>>>,
}

fn too_slow() -> PayloadError {
    PayloadError::Io(io::ErrorKind::TimedOut.into())
}

impl Stream for Timely {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { body, until, alarm } = &mut *self;
        if let Poll::Ready(piece) = Pin::new(body).poll_next(context) {
            // Pieces that never stop coming are too slow as well.
            let is_late = piece.is_some() && Instant::now() >= *until;
            return Poll::Ready(if is_late { Some(Err(too_slow())) } else { piece });
        }
        let alarm = alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep_until((*until).into())));
        alarm.as_mut().poll(context).map(|()| Some(Err(too_slow())))
    }
}

/// Whether what follows the head are frames of a WebSocket, which have limits of their own.
pub fn is_websocket(request: &ServiceRequest) -> bool {
    let upgrade = request.headers().get(header::UPGRADE).map(|value| value.as_bytes());
    request.method() == Method::GET
        && upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case(b"websocket"))
}

/// Whoever reads this request's body gets an error when it takes longer than that.
pub fn bound(request: &mut ServiceRequest, patience: Duration) {
    if is_websocket(request) {
        return;
    }
    match request.take_payload() {
        Payload::None => {}
        body => {
            let timely = Timely { body, until: Instant::now() + patience, alarm: None };
            request.set_payload(Payload::Stream { payload: Box::pin(timely) });
        }
    }
}

/// Why a body could not be read.
pub fn refusal_of(error: &PayloadError) -> Refusal {
    match error {
        PayloadError::Overflow => (ErrorCode::MESSAGE_TOO_LARGE, "the body is too large".to_owned()),
        PayloadError::Io(error) if error.kind() == io::ErrorKind::TimedOut => {
            (ErrorCode::MESSAGE_TOO_SLOW, "the body took too long to come".to_owned())
        }
        error => (ErrorCode::BAD_REQUEST, format!("the body cannot be read: {error}")),
    }
}
