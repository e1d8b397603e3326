//! Large answers go out compressed to who takes that.
//!
//! Small ones do not: it would cost more than their bytes. Nor do lists that leave piece by piece, since they are bounded as what
//! they are, nor files of the page and documents, which are compressed already.

use std::future::{Ready, ready};
use std::io::Write;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::web::{self, Bytes};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::future::{Either, LocalBoxFuture};

pub const GZIP: HeaderValue = HeaderValue::from_static("gzip");
pub const VARY: HeaderValue = HeaderValue::from_static("accept-encoding");
/// Larger ones are compressed apart from the thread that serves sessions: a kilobyte takes some ten microseconds.
const IN_PLACE_MAX: usize = 32 * 1024;

/// Around every route.
#[derive(Debug, Clone, Copy)]
pub struct Compress {
    /// Answers of so many bytes or more; 0 is never.
    pub from_bytes: usize,
}

/// Whether `gzip` is among the encodings that a client takes, and not refused with a quality of zero.
pub fn takes_gzip(headers: &HeaderMap) -> bool {
    let offered = headers.get_all(header::ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    offered.flat_map(|value| value.split(',')).any(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let refused =
            parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.trim_matches(['0', '.']).is_empty()));
        named && !refused
    })
}

impl<S> Transform<S, ServiceRequest> for Compress
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = actix_web::Error>,
    S::Future: 'static,
{
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type InitError = ();
    type Transform = Compressing<S>;
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Compressing { service, from_bytes: self.from_bytes }))
    }
}

pub struct Compressing<S> {
    service: S,
    from_bytes: usize,
}

impl<S> Service<ServiceRequest> for Compressing<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = actix_web::Error>,
    S::Future: 'static,
{
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type Future = Either<S::Future, LocalBoxFuture<'static, Result<ServiceResponse, actix_web::Error>>>;

    actix_web::dev::forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let from_bytes = self.from_bytes;
        if from_bytes == 0 || !takes_gzip(request.headers()) {
            return Either::Left(self.service.call(request));
        }
        let answer = self.service.call(request);
        Either::Right(Box::pin(async move { Ok(compressed(answer.await?, from_bytes).await) }))
    }
}

/// Whether an answer is large enough, and text that is not compressed yet.
fn is_worth_it(response: &ServiceResponse, from_bytes: usize) -> bool {
    let BodySize::Sized(size) = response.response().body().size() else { return false };
    let headers = response.headers();
    let is_text = headers.get(header::CONTENT_TYPE).is_some_and(|held| {
        let held = held.as_bytes();
        held.starts_with(b"application/json") || held.starts_with(b"text/")
    });
    size >= from_bytes as u64 && is_text && !headers.contains_key(header::CONTENT_ENCODING)
}

async fn compressed(response: ServiceResponse, from_bytes: usize) -> ServiceResponse {
    if !is_worth_it(&response, from_bytes) {
        return response;
    }
    let (request, response) = response.into_parts();
    let (mut response, body) = response.into_parts();
    let body = match body.try_into_bytes() {
        Ok(body) => body,
        Err(body) => return ServiceResponse::new(request, response.set_body(body)),
    };
    let packed = if body.len() <= IN_PLACE_MAX {
        packed(&body)
    } else {
        let whole = body.clone();
        web::block(move || packed(&whole)).await.ok().flatten()
    };
    let body = match packed {
        Some(packed) => {
            describe(response.headers_mut());
            packed
        }
        None => body,
    };
    ServiceResponse::new(request, response.set_body(BoxBody::new(body)))
}

fn packed(body: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// Says what was done. The bytes are others now, so a tag holds for their meaning only.
fn describe(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_ENCODING, GZIP);
    headers.append(header::VARY, VARY);
    let weak = headers
        .get(header::ETAG)
        .filter(|etag| !etag.as_bytes().starts_with(b"W/"))
        .and_then(|etag| HeaderValue::from_bytes(&[b"W/", etag.as_bytes()].concat()).ok());
    if let Some(weak) = weak {
        headers.insert(header::ETAG, weak);
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{ACCEPT_ENCODING, HeaderValue};

    use super::*;

    #[test]
    fn gzip_is_for_those_who_take_it() {
        for (offered, takes) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, GZIP;q=0.8", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0", false),
            ("gzip;q=0.001", true),
            ("identity", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(offered));
            assert_eq!(takes_gzip(&headers), takes, "{offered}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
