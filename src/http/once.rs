//! `Idempotency-Key`: a request that is sent again is not carried out again.
//!
//! What was answered is kept on the bus for a day. That is the fast path, not the truth: where an effect must not
//! happen twice whatever befalls the bus, its journal has to hold the key too.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use marketd_actors::traces::carried;
use marketd_bus::{Begin, Bus, Claim, Key, RequestHash};
use marketd_protocol::code::ErrorCode;
use sha2::{Digest, Sha256};

use super::reply::{CallInfo, Refusal};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const KEY_BYTES_MAX: usize = 64;
/// How long an answer is kept.
const KEEP: Duration = Duration::from_secs(24 * 3_600);
/// Longer than any request takes: a node that ended in the middle does not block the key for longer.
const IN_FLIGHT: Duration = Duration::from_secs(30);

/// Carries a request out, or gives the answer that it got before. `scope` is whose key it is: keys of different
/// accounts do not meet. Only successes are kept; what was refused may be sent again with the same key.
///
/// The work goes on when the client hangs up: it may come back for the answer.
pub async fn once(
    bus: &Arc<dyn Bus>,
    call: CallInfo,
    request: &HttpRequest,
    scope: &str,
    body: &[u8],
    work: impl Future<Output = HttpResponse> + 'static,
) -> HttpResponse {
    let given = match given_key(request) {
        Ok(Some(given)) => given,
        Ok(None) => return work.await,
        Err((code, message)) => return call.refuse(code, &message),
    };
    let Ok(key) = Key::new(format!("{scope}:{given}")) else {
        let (code, message) = bad_key();
        return call.refuse(code, &message);
    };
    let hash = RequestHash(hash_of(request, body));
    let bus = bus.clone();
    let carried_out = actix_web::rt::spawn(carried({
        let call = call.clone();
        async move {
            match bus.begin(&key, hash, IN_FLIGHT).await {
                Ok(Begin::Fresh(claim)) => keep(&*bus, claim, work.await).await,
                Ok(Begin::Done(kept)) => replayed(&kept)
                    .map(|response| call.marked(response))
                    .unwrap_or_else(|| call.refuse(ErrorCode::INTERNAL, "the kept answer cannot be read")),
                Ok(Begin::InFlight) => {
                    let mut response = call
                        .refuse(ErrorCode::IN_PROGRESS, "the request with this Idempotency-Key is under way");
                    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(1));
                    response
                }
                Ok(Begin::Mismatch) => call.refuse(
                    ErrorCode::IDEMPOTENCY_KEY_REUSED,
                    "this Idempotency-Key was used for another request",
                ),
                Err(error) => {
                    tracing::debug!(%error, "carried out without a claim on its key");
                    work.await
                }
            }
        }
    }));
    carried_out.await.unwrap_or_else(|_| call.refuse(ErrorCode::INTERNAL, "the request broke down"))
}

/// The request's key, if it has one.
pub fn given_key(request: &HttpRequest) -> Result<Option<&str>, Refusal> {
    let mut all = request.headers().get_all(IDEMPOTENCY_KEY);
    let Some(given) = all.next() else { return Ok(None) };
    if all.next().is_some() {
        return Err((ErrorCode::BAD_REQUEST, "a request has one Idempotency-Key".to_owned()));
    }
    let is_plain = given.as_bytes().iter().all(u8::is_ascii_graphic);
    let given =
        given.to_str().ok().filter(|text| is_plain && !text.is_empty() && text.len() <= KEY_BYTES_MAX);
    given.map(Some).ok_or_else(bad_key)
}

fn bad_key() -> Refusal {
    (ErrorCode::BAD_REQUEST, format!("Idempotency-Key is 1 to {KEY_BYTES_MAX} visible ASCII characters"))
}

/// What tells one request from another under the same key.
pub fn hash_of(request: &HttpRequest, body: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in [request.method().as_str(), request.path(), request.query_string()] {
        hasher.update(part);
        hasher.update([0]);
    }
    hasher.update(body);
    hasher.finalize().into()
}

/// Keeps a success for whoever asks again; anything else gives the key back.
async fn keep(bus: &dyn Bus, claim: Claim, response: HttpResponse) -> HttpResponse {
    if !response.status().is_success() {
        let _ =
            bus.abandon(claim).await.inspect_err(|error| tracing::debug!(%error, "a key is not given back"));
        return response;
    }
    let (response, body) = response.into_parts();
    // Bodies of ours are whole in memory.
    let body = to_bytes(body).await.unwrap_or_default();
    let kept = [&response.status().as_u16().to_be_bytes()[..], &body].concat();
    let _ = (bus.finish(claim, kept.into(), KEEP).await)
        .inspect_err(|error| tracing::debug!(%error, "an answer is not kept"));
    response.set_body(BoxBody::new(body))
}

fn replayed(kept: &Bytes) -> Option<HttpResponse> {
    let (status, _) = kept.split_first_chunk::<2>()?;
    let status = StatusCode::from_u16(u16::from_be_bytes(*status)).ok()?;
    let mut response = HttpResponse::with_body(status, kept.slice(2..).boxed());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Some(response)
}
