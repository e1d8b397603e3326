//! Who sends a request: found out once, before any handler, and only where something is shown.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use marketd_actors::session::Identity;
use marketd_domain::identity::Scope;
use marketd_protocol::code::ErrorCode;

use super::reply::{CallInfo, Refusal};
use super::{Shared, edge};
use crate::auth::{Auth, Signed, signing};

/// Somebody who was recognized. A handler that takes one is not reached by anybody else.
#[derive(Debug, Clone)]
pub struct Caller(Arc<Identity>);

/// What became of the credentials that a request shows. Requests that show none have no such extension.
#[derive(Debug, Clone)]
pub struct Shown(pub Result<Arc<Identity>, Refusal>);

impl Caller {
    /// Who sends the request, if that may do what takes this scope.
    pub fn with_scope(request: &HttpRequest, scope: Scope) -> Result<Self, Refusal> {
        let caller = Self(caller_of(request)?);
        caller.require(scope)?;
        Ok(caller)
    }

    pub fn require(&self, scope: Scope) -> Result<(), Refusal> {
        self.0.require(scope)
    }

    pub const fn identity(&self) -> &Arc<Identity> {
        &self.0
    }
}

impl Deref for Caller {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.0
    }
}

/// Who sends the request, if anybody who is known.
pub fn caller_of(request: &HttpRequest) -> Result<Arc<Identity>, Refusal> {
    if let Some(Shown(shown)) = request.extensions().get::<Shown>() {
        return shown.clone();
    }
    let shared = request.app_data::<web::Data<Shared>>();
    let unproven = shared.and_then(|shared| shared.auth.unproven(edge::is_local(request.headers())));
    let nobody =
        "this needs an access token in the header authorization, or a request signed with an API key";
    unproven.cloned().ok_or_else(|| (ErrorCode::UNAUTHENTICATED, nobody.to_owned()))
}

impl FromRequest for Caller {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller_of(request).map(Self).map_err(|refusal| CallInfo::of(request).refused(refusal)))
    }
}

/// What a request shows of who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credentials {
    None,
    Token,
    Signature,
    /// More than one, so that it is not clear which of them counts.
    Unclear,
}

impl Credentials {
    pub fn of(headers: &HeaderMap) -> Self {
        let (tokens, keys) = (headers.get_all(AUTHORIZATION).count(), headers.get_all(signing::KEY).count());
        match (tokens, keys) {
            (0, 0) => Self::None,
            (1, 0) => Self::Token,
            (0, 1) => Self::Signature,
            _ => Self::Unclear,
        }
    }
}

fn refuse(message: &str) -> Refusal {
    (ErrorCode::UNAUTHENTICATED, message.to_owned())
}

pub fn by_token(auth: &Auth, headers: &HeaderMap) -> Result<Arc<Identity>, Refusal> {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (_, token) = token.ok_or_else(|| refuse("authorization is not \"Bearer\" with a token"))?;
    auth.by_token(token)
}

/// By a signature over the request and its whole body.
pub async fn by_signature(auth: &Auth, request: &HttpRequest, body: &[u8]) -> Result<Arc<Identity>, Refusal> {
    let header = |name: &HeaderName| {
        let mut values = request.headers().get_all(name);
        match (values.next().and_then(|value| value.to_str().ok()), values.next()) {
            (Some(value), None) => Ok(value),
            _ => Err(refuse(&format!("a signed request has one header {name}"))),
        }
    };
    let path_and_query = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let signed = Signed {
        key_id: header(&signing::KEY)?,
        timestamp: header(&signing::TIMESTAMP)?,
        signature: header(&signing::SIGNATURE)?,
        method: request.method().as_str(),
        path_and_query,
        body,
    };
    auth.by_signature(&signed).await
}
