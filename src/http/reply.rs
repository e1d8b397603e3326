//! The envelope around every answer, and the one way to refuse.

use std::borrow::Cow;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use marketd_actors::board::MarketEntry;
use marketd_actors::clock;
use marketd_actors::traces::TraceId;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::rest::{Call, encode_failure, encode_success};
use schemars::JsonSchema;
use serde::Serialize;

use super::format::{Format, NEXT_CURSOR, next_link};
use super::large::RowsBody;
use super::trace::TRACE_HEADER;
use super::traffic::RouteNo;
use super::{Shared, trace};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

/// What one request brings along: its start and its trace id.
#[derive(Debug, Clone)]
pub struct CallInfo {
    started: Instant,
    trace_id: TraceId,
}

impl FromRequest for CallInfo {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl CallInfo {
    pub fn of(request: &HttpRequest) -> Self {
        Self { started: Instant::now(), trace_id: trace::id_of(request) }
    }

    fn call(&self) -> Call<'_> {
        Call {
            now: clock::now(),
            trace_id: self.trace_id.as_str(),
            execution_time_us: u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX),
        }
    }

    fn respond(&self, status: StatusCode, body: impl MessageBody + 'static) -> HttpResponse {
        let mut response = HttpResponse::with_body(status, BoxBody::new(body));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, JSON);
        if let Ok(trace) = HeaderValue::from_str(self.trace_id.as_str()) {
            headers.insert(TRACE_HEADER, trace);
        }
        response
    }

    /// Finished JSON as `data`.
    pub fn data(&self, data: &[u8]) -> HttpResponse {
        self.respond(StatusCode::OK, encode_success(data, &self.call()))
    }

    /// Finished JSON as `data`, with a status of its own.
    pub fn answered(&self, http_status: u16, data: &[u8]) -> HttpResponse {
        let status = StatusCode::from_u16(http_status).unwrap_or(StatusCode::OK);
        self.respond(status, encode_success(data, &self.call()))
    }

    /// A list in a format without an envelope.
    pub fn rows(
        &self,
        request: &HttpRequest,
        format: Format,
        body: impl Into<RowsBody>,
        next: Option<NextPage>,
    ) -> HttpResponse {
        let mut response = self.respond(StatusCode::OK, body.into());
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, format.content_type());
        if let Some(NextPage { parameter, cursor }) = next {
            if let Some(link) = next_link(request, parameter, &cursor) {
                headers.insert(header::LINK, link);
            }
            if let Ok(cursor) = HeaderValue::from_str(&cursor) {
                headers.insert(NEXT_CURSOR, cursor);
            }
        }
        response
    }

    pub fn json<T: Serialize>(&self, data: &T) -> HttpResponse {
        match serde_json::to_vec(data) {
            Ok(data) => self.data(&data),
            Err(error) => {
                tracing::error!(%error, "an answer cannot be encoded");
                self.refuse(ErrorCode::INTERNAL, "an answer cannot be encoded")
            }
        }
    }

    pub fn refuse(&self, code: ErrorCode, message: &str) -> HttpResponse {
        let status = StatusCode::from_u16(code.http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = self.respond(status, encode_failure(code, message, &self.call()));
        if code.is_for_now() {
            // Whoever knows better says so in its place.
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(1));
        }
        if matches!(code.http_status, 408 | 413) {
            // What is left of the body is not waited for.
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        response.extensions_mut().insert(Refused(code));
        response
    }

    /// A refusal that ends a request before its handler.
    pub fn refused(&self, (code, message): Refusal) -> actix_web::Error {
        let response = self.refuse(code, &message);
        actix_web::error::InternalError::from_response(message, response).into()
    }

    /// An answer that has no envelope, with its trace id.
    pub fn marked(&self, mut response: HttpResponse) -> HttpResponse {
        self.mark(&mut response);
        response
    }

    /// Puts the trace id onto an answer that has no envelope.
    pub fn mark(&self, response: &mut HttpResponse) {
        if let Ok(trace) = HeaderValue::from_str(self.trace_id.as_str()) {
            response.headers_mut().insert(TRACE_HEADER, trace);
        }
    }

    pub fn trace_id(&self) -> &str {
        self.trace_id.as_str()
    }

    /// The trace id that an answer carries.
    pub fn of_response(response: &HttpResponse) -> String {
        let trace_id = response.headers().get(TRACE_HEADER).and_then(|value| value.to_str().ok());
        trace_id.unwrap_or_default().to_owned()
    }

    /// The answer, or the refusal in its place.
    pub fn or_refuse(&self, answer: Result<HttpResponse, Refusal>) -> HttpResponse {
        answer.unwrap_or_else(|(code, message)| self.refuse(code, &message))
    }

    /// An answer that depends on `etag` only: not sent again to who has it.
    pub fn data_tagged(&self, request: &HttpRequest, etag: &web::Bytes, data: &[u8]) -> HttpResponse {
        let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let matches = |held: &str| {
            held.split(',')
                .map(str::trim)
                .any(|held| held == "*" || held.trim_start_matches("W/").as_bytes() == etag)
        };
        let mut response = match known.is_some_and(matches) {
            true => self.marked(HttpResponse::NotModified().finish()),
            false => self.data(data),
        };
        let headers = response.headers_mut();
        if let Ok(etag) = HeaderValue::from_maybe_shared(etag.clone()) {
            headers.insert(header::ETAG, etag);
        }
        headers.insert(header::CACHE_CONTROL, NO_CACHE);
        response
    }
}

/// The path as routes are found by it, which is without the encodings that it may have been sent in: `/%61pi` is `/api`. What
/// goes by the path has to go by this one, or it is passed by.
pub fn routed_path(request: &HttpRequest) -> &str {
    request.match_info().as_str()
}

pub async fn not_found(call: CallInfo, request: HttpRequest) -> HttpResponse {
    call.refuse(ErrorCode::NOT_FOUND, &format!("there is no {}", request.path()))
}

pub async fn method_not_allowed(call: CallInfo, request: HttpRequest) -> HttpResponse {
    let message = format!("{} does not take {}", request.path(), request.method());
    let mut response = call.refuse(ErrorCode::METHOD_NOT_ALLOWED, &message);
    let template = request.app_data::<RouteNo>().map(|route| route.template()).unwrap_or_default();
    if let Ok(allowed) = HeaderValue::from_str(&super::openapi::methods_of(&template)) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

/// What a path or a query that cannot be read at all is answered with.
pub fn refuse_extraction(error: impl std::fmt::Display, request: &HttpRequest) -> actix_web::Error {
    CallInfo::of(request).refused((ErrorCode::BAD_REQUEST, error.to_string()))
}

/// A request's body; one that is too large is refused in the envelope too.
pub fn body_of(body: Result<web::Bytes, actix_web::Error>) -> Result<web::Bytes, Refusal> {
    body.map_err(|error| match error.as_error::<PayloadError>() {
        Some(error) => super::body::refusal_of(error),
        None => (ErrorCode::BAD_REQUEST, format!("the body cannot be read: {error}")),
    })
}

/// A request's body as JSON of this shape.
pub fn json_of<T: serde::de::DeserializeOwned>(
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<T, Refusal> {
    fields_of(&body_of(body)?)
}

/// JSON of this shape, an object.
pub fn fields_of<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    // A list of the fields' values would be taken for the object.
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Err((ErrorCode::BAD_REQUEST, "the body is a list, not an object".to_owned()));
    }
    serde_json::from_slice(body).map_err(|error| {
        let code = if error.is_data() { ErrorCode::BAD_REQUEST } else { ErrorCode::BAD_JSON };
        (code, error.to_string())
    })
}

/// An order was taken; what comes of it shows elsewhere.
#[derive(Serialize, JsonSchema)]
pub struct Accepted {
    pub accepted: bool,
}

/// Not for any cache: it holds a secret, or is one person's.
pub fn private(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An answer whose format depends on the request's `Accept`.
pub fn negotiated(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// Where a list goes on: what to put into which parameter.
pub struct NextPage {
    pub parameter: &'static str,
    pub cursor: String,
}

/// On an answer that refuses: what it says.
#[derive(Debug, Clone, Copy)]
pub struct Refused(pub ErrorCode);

/// A refusal on its way out of a helper.
pub type Refusal = (ErrorCode, String);

/// The market that the path names.
pub fn market_of(shared: &Shared, id: &str) -> Result<Arc<MarketEntry>, Refusal> {
    shared.board.market(id).ok_or_else(|| (ErrorCode::UNKNOWN_MARKET, format!("unknown market {id:?}")))
}

/// `"<epoch>-<seq>"`
pub fn etag_of(epoch: u64, seq: u64) -> web::Bytes {
    format!("\"{epoch}-{seq}\"").into()
}

/// Query parameters by name, read where they lie: a request has a few at most.
#[derive(Debug)]
pub struct Query(HttpRequest);

impl Query {
    pub fn of(request: &HttpRequest) -> Self {
        Self(request.clone())
    }

    /// The last of that name.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        last_named(self.0.query_string(), name)
    }
}

/// As the last of that name in `form_urlencoded::parse`, which decodes every name and value to find one: that was a tenth of
/// what a book costs. Nearly always nothing is encoded, and a query is short: bytes are looked at one by one.
fn last_named<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let is_plain = |text: &str| !text.bytes().any(|byte| matches!(byte, b'%' | b'+'));
    let mut end = query.len();
    loop {
        let start = query.as_bytes()[..end].iter().rposition(|byte| *byte == b'&').map_or(0, |at| at + 1);
        let parameter = &query[start..end];
        let equals = parameter.bytes().position(|byte| byte == b'=').unwrap_or(parameter.len());
        let (held, value) = (&parameter[..equals], parameter.get(equals + 1..).unwrap_or_default());
        if !parameter.is_empty() && is_plain(held) {
            if held == name {
                let decode = || form_urlencoded::parse(parameter.as_bytes()).map(|(_, value)| value).next();
                return if is_plain(value) { Some(Cow::Borrowed(value)) } else { decode() };
            }
        } else if let Some((_, value)) =
            form_urlencoded::parse(parameter.as_bytes()).find(|(held, _)| held == name)
        {
            return Some(value);
        }
        end = start.checked_sub(1)?;
    }
}

impl FromRequest for Query {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// A number within a range, or its default.
pub fn number(
    query: &Query,
    name: &str,
    default: u64,
    range: std::ops::RangeInclusive<u64>,
    code: ErrorCode,
) -> Result<u64, Refusal> {
    let Some(text) = query.get(name) else { return Ok(default) };
    text.parse().ok().filter(|value| range.contains(value)).ok_or_else(|| {
        (code, format!("{name} {text:?} is not a number from {} to {}", range.start(), range.end()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_those_of_a_form() {
        let queries = [
            "",
            "&&",
            "depth",
            "depth=",
            "=5",
            "depth=5&depth=6",
            "depth=5&&x=1&",
            "%64epth=7&depth=8",
            "depth=8&%64epth=7",
            "depth=a+b%20c%2",
            "de+pth=1&de%20pth=2",
            "depth=a=b&x",
            "%64epth",
            "depth=%ff",
            "\u{e4}=\u{f6}",
            "depthy=1&dept=2",
            "+=1&%=2&%3D=3",
        ];
        for query in queries {
            for name in ["depth", "x", "", "de pth", "\u{e4}", " ", "%", "="] {
                let parameters = form_urlencoded::parse(query.as_bytes());
                let expected = parameters.filter(|(held, _)| held == name).last().map(|(_, value)| value);
                assert_eq!(last_named(query, name), expected, "{name:?} in {query:?}");
            }
        }
    }
}
