//! What every answer carries, and which pages may ask.
//!
//! A browser sends what any page tells it to, from wherever the page is, and to this machine as well. So a page of a foreign origin
//! changes nothing here (its requests would be those of `dev` on an open server), and reads nothing unless `http.allowed_origins`
//! has it. Programs send no origin and are not concerned.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use futures_util::future::Either;
use marketd_actors::connection::Connection;
use marketd_actors::peers::ForwardedFor;
use marketd_actors::session::SessionLimits;
use marketd_protocol::code::ErrorCode;
use pin_project_lite::pin_project;

use super::body;
use super::forwarded::TrustedProxies;
use super::reply::CallInfo;

const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
const HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, idempotency-key, if-none-match, x-api-key, x-api-timestamp, x-api-signature, x-trace-id, traceparent, tracestate",
);
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "etag, idempotent-replayed, link, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, x-next-cursor, x-trace-id",
);
/// Seconds for which a browser need not ask again whether it may ask.
const PREFLIGHT_AGE: HeaderValue = HeaderValue::from_static("600");

/// Around all routes.
#[derive(Clone)]
pub struct Edge {
    pub limits: Arc<SessionLimits>,
    pub proxies: Arc<TrustedProxies>,
    /// How long a body may take to come.
    pub body: Duration,
}

/// What is known of the page that a request comes from.
pub enum Page {
    /// There is none.
    None,
    Allowed(HeaderValue),
    Foreign,
}

impl Edge {
    fn page_of(&self, headers: &HeaderMap) -> Page {
        let mut origins = headers.get_all(header::ORIGIN);
        let (origin, second) = (origins.next(), origins.next());
        let Some(origin) = origin else { return Page::None };
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let is_allowed = origin.to_str().is_ok_and(|origin| self.limits.origins.allow(origin, host));
        if second.is_none() && is_allowed { Page::Allowed(origin.clone()) } else { Page::Foreign }
    }
}

/// Whether a request of this method does more than read.
fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

impl<S> Transform<S, ServiceRequest> for Edge
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = actix_web::Error>,
{
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type InitError = ();
    type Transform = Edged<S>;
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Edged { edge: self.clone(), service }))
    }
}

pub struct Edged<S> {
    edge: Edge,
    service: S,
}

type Answered = Result<ServiceResponse, actix_web::Error>;

impl<S> Service<ServiceRequest> for Edged<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = actix_web::Error>,
{
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type Future = Either<Ready<Answered>, Finishing<S::Future>>;

    actix_web::dev::forward_ready!(service);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let connection = request.conn_data::<Rc<Connection>>().cloned();
        if let Some(connection) = &connection {
            connection.begin_request();
        }
        body::bound(&mut request, self.edge.body);
        let peer = request.peer_addr().map(|peer| peer.ip());
        if let Some(client) = peer.and_then(|peer| self.edge.proxies.client(peer, request.headers())) {
            request.extensions_mut().insert(ForwardedFor(client));
        }
        let page = self.edge.page_of(request.headers());
        let answer = match &page {
            Page::Foreign if changes(request.method()) => Some(foreign(request.request())),
            Page::Allowed(_) if is_preflight(&request) => Some(preflight()),
            _ => None,
        };
        if let Some(mut response) = answer {
            finish(response.headers_mut(), &page);
            if let Some(connection) = &connection {
                connection.begin_answer();
            }
            return Either::Left(ready(Ok(request.into_response(response))));
        }
        Either::Right(Finishing { answer: self.service.call(request), page, connection })
    }
}

pin_project! {
    /// An answer on its way, that gets its headers when it is there.
    pub struct Finishing<F> {
        #[pin]
        answer: F,
        page: Page,
        connection: Option<Rc<Connection>>,
    }
}

impl<F: Future<Output = Answered>> Future for Finishing<F> {
    type Output = Answered;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answered> {
        let finishing = self.project();
        let Poll::Ready(mut answer) = finishing.answer.poll(context) else { return Poll::Pending };
        if let Ok(response) = &mut answer {
            finish(response.headers_mut(), finishing.page);
        }
        if let Some(connection) = finishing.connection {
            connection.begin_answer();
        }
        Poll::Ready(answer)
    }
}

fn foreign(request: &HttpRequest) -> HttpResponse {
    CallInfo::of(request)
        .refuse(ErrorCode::ORIGIN_NOT_ALLOWED, "pages of this origin may not change anything here")
}

fn is_preflight(request: &ServiceRequest) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight() -> HttpResponse {
    let mut response = HttpResponse::with_body(StatusCode::NO_CONTENT, BoxBody::new(()));
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_AGE);
    response
}

fn finish(headers: &mut HeaderMap, page: &Page) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFF);
    let Page::Allowed(origin) = page else { return };
    // No cookies are read here, so none are allowed.
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers.append(header::VARY, HeaderValue::from_static("origin"));
}

/// Whether a request was meant for this machine by its own name: not for a name that somebody else has pointed here, and not for
/// that of a proxy. Who sends no name is no browser and no proxy.
pub fn is_local(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST);
    match (hosts.next(), hosts.next()) {
        (None, _) => true,
        (Some(host), None) => host.to_str().is_ok_and(is_loopback_name),
        (Some(_), Some(_)) => false,
    }
}

fn is_loopback_name(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_address =
        name.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
    is_address || name.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_machine_are_told_from_others() {
        for host in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1",
            "127.0.0.1:8080",
            "127.9.9.9:1",
            "[::1]",
            "[::1]:8080",
            "[::ffff:127.0.0.1]:80",
        ] {
            assert!(is_loopback_name(host), "{host}");
        }
        for host in [
            "",
            "example.org",
            "localhost.example.org",
            "127.0.0.1.example.org:8080",
            "192.0.2.1",
            "[2001:db8::1]:80",
            "[",
            "::1",
            "0.0.0.0",
        ] {
            assert!(!is_loopback_name(host), "{host}");
        }
    }
}
