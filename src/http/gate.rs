//! Between the limits of addresses and the handlers: who sends a request, whether that user may send another, and the audit
//! of what is changed and of what is not allowed. A route cannot forget it: it is around all of them.

use std::future::{Ready, ready};
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::Method;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use futures_util::StreamExt;
use futures_util::future::{Either, LocalBoxFuture};
use marketd_actors::peers::client_of;
use marketd_actors::session::Identity;
use marketd_protocol::code::ErrorCode;

use super::BODY_MAX;
use super::body;
use super::caller::{self, Credentials, Shown};
use super::limit::describe;
use super::limits::RequestRates;
use super::outlive::Outliving;
use super::reply::{CallInfo, Refusal, Refused, routed_path};
use super::traffic::RouteNo;
use crate::auth::Auth;
use crate::auth::audit::Deed;

/// Around every route of the API.
#[derive(Clone)]
pub struct Gate {
    pub auth: Arc<Auth>,
    pub rates: Arc<RequestRates>,
}

/// A handler puts this on a request whose sender asked for what is somebody else's: the answer is a plain `not_found`, and
/// the audit has what it was.
#[derive(Debug, Clone, Copy)]
pub struct Foreign;

/// A handler puts this on a request whose path does not say what was changed: the audit has it behind the path.
#[derive(Debug, Clone)]
pub struct Changed(pub String);

/// What is changed by requests of these methods is audited.
fn is_write(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

impl<S> Transform<S, ServiceRequest> for Gate
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = actix_web::Error> + 'static,
{
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type InitError = ();
    type Transform = Gated<S>;
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Gated { gate: self.clone(), service: Rc::new(service) }))
    }
}

pub struct Gated<S> {
    gate: Gate,
    service: Rc<S>,
}

impl<S> Service<ServiceRequest> for Gated<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = actix_web::Error> + 'static,
{
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type Future = Either<S::Future, LocalBoxFuture<'static, Result<ServiceResponse, actix_web::Error>>>;

    actix_web::dev::forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let credentials = Credentials::of(request.headers());
        let is_read = !is_write(request.method());
        let path = routed_path(request.request());
        // Most requests ask for market data and show nothing: they pay for nothing here, unless something private is what they want.
        if !path.starts_with("/api/v1/") || (is_read && is_public(path) && credentials == Credentials::None) {
            return Either::Left(self.service.call(request));
        }
        let call = CallInfo::of(request.request());
        let passing = self.gate.clone().pass(request, credentials, self.service.clone());
        if is_read {
            return Either::Right(Box::pin(passing));
        }
        let passing = Outliving::new(passing);
        let broken = move |_| call.refused((ErrorCode::INTERNAL, "the request broke down".to_owned()));
        Either::Right(Box::pin(async move { passing.await.map_err(broken)? }))
    }
}

/// What needs nobody to be known.
fn is_public(path: &str) -> bool {
    path.strip_prefix("/api/v1/").is_some_and(|rest| rest.starts_with("markets/") || rest == "markets")
}

impl Gate {
    async fn pass<S>(
        self,
        mut request: ServiceRequest,
        credentials: Credentials,
        service: Rc<S>,
    ) -> Result<ServiceResponse, actix_web::Error>
    where
        S: Service<ServiceRequest, Response = ServiceResponse, Error = actix_web::Error>,
    {
        let is_write = is_write(request.method());
        let shown = match self.recognize(&mut request, credentials).await {
            Ok(shown) => shown,
            Err((code, message)) => return Ok(refuse(request, code, &message)),
        };
        if let Some(shown) = &shown {
            request.extensions_mut().insert(Shown(shown.clone()));
        }
        let known = shown.and_then(Result::ok);
        let taken = match known.as_deref() {
            Some(identity) => self.rates.take(&**self.auth.bus(), identity).await,
            None => None,
        };
        let mut response = if taken.is_some_and(|(_, allowance)| !allowance.allowed) {
            refuse(request, ErrorCode::RATE_LIMITED, "this user sends more requests than it may")
        } else if is_write && !self.auth.audit.has_room() {
            refuse(request, ErrorCode::BUSY, "the audit is behind, and what is not audited is not done")
        } else {
            service.call(request).await?
        };
        if let Some((limit, allowance)) = taken {
            describe(response.headers_mut(), limit, &allowance);
        }
        self.audit(&response, is_write).await;
        Ok(response)
    }

    /// What the credentials of a request come to; `None` without any, and where nobody asks for them.
    async fn recognize(
        &self,
        request: &mut ServiceRequest,
        credentials: Credentials,
    ) -> Result<Option<Result<Arc<Identity>, Refusal>>, Refusal> {
        if self.auth.settings.policy == crate::auth::Policy::Off {
            return Ok(None);
        }
        Ok(match credentials {
            Credentials::None => None,
            Credentials::Token => Some(caller::by_token(&self.auth, request.headers())),
            // A handshake has no body: what follows are frames.
            Credentials::Signature if body::is_websocket(request) => {
                Some(caller::by_signature(&self.auth, request.request(), b"").await)
            }
            Credentials::Signature => {
                let body = whole_body(request).await?;
                let recognized = caller::by_signature(&self.auth, request.request(), &body).await;
                request.set_payload(Payload::from(body));
                Some(recognized)
            }
            Credentials::Unclear => {
                let message = "a request has one access token or one API key".to_owned();
                Some(Err((ErrorCode::UNAUTHENTICATED, message)))
            }
        })
    }

    /// Whatever was changed, or was not allowed, or was somebody else's.
    async fn audit(&self, response: &ServiceResponse, is_write: bool) {
        let status = response.status();
        let is_foreign = response.request().extensions().get::<Foreign>().is_some();
        let refused = response.response().extensions().get::<Refused>().map(|refused| refused.0);
        // What is another's is told to be unknown, as what is not there is: both are noted, since nobody can tell them apart.
        let is_suspect =
            is_foreign || matches!(refused, Some(ErrorCode::UNKNOWN_ORDER | ErrorCode::UNKNOWN_ACCOUNT));
        if !is_write && status.as_u16() != 403 && !is_suspect {
            return;
        }
        let deed = deed_of(response.request(), response.response(), is_foreign);
        // An order is in the sandbox's journal, with its account, before it is answered.
        let is_journaled = routed_path(response.request()).starts_with(ORDERS);
        if status.is_success() && !is_journaled {
            self.auth.audit.note_durably(deed).await;
        } else {
            self.auth.audit.note(deed);
        }
    }
}

/// Where orders are: many a second, so their answers wait for one commit only.
const ORDERS: &str = "/api/v1/orders";

fn deed_of(request: &HttpRequest, response: &HttpResponse, is_foreign: bool) -> Deed {
    let route = request.app_data::<RouteNo>().map(|route| route.template());
    let refused = response.extensions().get::<Refused>().map(|refused| refused.0.code);
    let target = match request.extensions().get::<Changed>() {
        Some(Changed(what)) => format!("{} {what}", request.path()),
        None => request.path().to_owned(),
    };
    Deed {
        trace_id: CallInfo::of_response(response),
        address: client_of(request).map(|client| client.to_canonical().to_string()).unwrap_or_default(),
        identity: request
            .extensions()
            .get::<Acted>()
            .map(|acted| acted.0.clone())
            .or_else(|| caller::caller_of(request).ok()),
        action: format!("{} {}", request.method(), route.as_deref().unwrap_or("unmatched")),
        target,
        status: response.status().as_u16(),
        code: if is_foreign { "foreign" } else { refused.unwrap_or_default() },
    }
}

/// Somebody who is known only since a handler has looked: who logs in or signs up.
#[derive(Debug, Clone)]
pub struct Acted(pub Arc<Identity>);

/// The body of a signed request: it is read here, since it was signed, and put back for the handler.
async fn whole_body(request: &mut ServiceRequest) -> Result<Bytes, Refusal> {
    let mut payload = request.take_payload();
    let mut whole = BytesMut::new();
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|error| body::refusal_of(&error))?;
        if whole.len() + piece.len() > BODY_MAX {
            return Err((ErrorCode::MESSAGE_TOO_LARGE, "the body is too large".to_owned()));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

fn refuse(request: ServiceRequest, code: ErrorCode, message: &str) -> ServiceResponse {
    let response = CallInfo::of(request.request()).refuse(code, message);
    request.into_response(response)
}
