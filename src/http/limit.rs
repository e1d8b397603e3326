//! How many requests an address may send. Limits of WebSocket sessions are their own.

use std::future::{Ready, ready};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use futures_util::future::{Either, LocalBoxFuture};
use marketd_actors::peers::{client_of, peer_of};
use marketd_bus::{Allowance, Bus, Key, RateLimit};
use marketd_protocol::code::ErrorCode;

use super::limits::RequestRates;
use super::reply::{CallInfo, routed_path};

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// Counts requests of the API by address, over all nodes that share the bus.
#[derive(Clone)]
pub struct RequestLimits {
    pub bus: Arc<dyn Bus>,
    pub rates: Arc<RequestRates>,
    pub count_loopback: bool,
}

impl RequestLimits {
    /// Whose request this is, if it is counted. Pages, health and WebSockets are not.
    fn counted(&self, request: &ServiceRequest) -> Option<(RateLimit, Key)> {
        let limit = self.rates.address.read().limit()?;
        let rest = routed_path(request.request()).strip_prefix("/api/v1/")?;
        if rest == "ws" || rest.starts_with("ws/") {
            return None;
        }
        let address = client_of(request.request())?;
        if address.to_canonical().is_loopback() && !self.count_loopback {
            return None;
        }
        Some((limit, key_of(address)?))
    }
}

fn key_of(address: IpAddr) -> Option<Key> {
    Key::new(format!("rest:{}", peer_of(address))).ok()
}

impl<S> Transform<S, ServiceRequest> for RequestLimits
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = actix_web::Error> + 'static,
{
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type InitError = ();
    type Transform = Limited<S>;
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Limited { limits: self.clone(), service: Rc::new(service) }))
    }
}

pub struct Limited<S> {
    limits: RequestLimits,
    service: Rc<S>,
}

impl<S> Service<ServiceRequest> for Limited<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = actix_web::Error> + 'static,
{
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type Future = Either<S::Future, LocalBoxFuture<'static, Result<ServiceResponse, actix_web::Error>>>;

    actix_web::dev::forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let Some((limit, key)) = self.limits.counted(&request) else {
            return Either::Left(self.service.call(request));
        };
        let (bus, service) = (self.limits.bus.clone(), self.service.clone());
        Either::Right(Box::pin(async move {
            // A bus that cannot answer refuses nobody.
            let Ok(allowance) = bus.take(&key, limit).await else { return service.call(request).await };
            let mut response = if allowance.allowed { service.call(request).await? } else { refuse(request) };
            describe(response.headers_mut(), limit, &allowance);
            Ok(response)
        }))
    }
}

fn refuse(request: ServiceRequest) -> ServiceResponse {
    let call = CallInfo::of(request.request());
    let response = call.refuse(ErrorCode::RATE_LIMITED, "this address sends more requests than it may");
    request.into_response(response)
}

/// What is left, in the headers of the IETF's draft; `Retry-After` where nothing is.
pub(super) fn describe(headers: &mut HeaderMap, limit: RateLimit, allowance: &Allowance) {
    headers.insert(LIMIT, HeaderValue::from(limit.burst()));
    headers.insert(REMAINING, HeaderValue::from(allowance.remaining));
    headers.insert(RESET, HeaderValue::from(whole_seconds(allowance.full_after)));
    if !allowance.allowed {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(allowance.retry_after).max(1)));
    }
}

fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
