//! The two ways into the sandbox: looking, and acting at most once per `Idempotency-Key`.

use std::borrow::Cow;
use std::future::{Future, Ready, ready};
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::HeaderValue;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use marketd_actors::sandbox::{Done, Floor, OnceKey, Refused, SandboxGate};
use marketd_domain::identity::Scope;
use marketd_domain::ledger::UserNo;
use marketd_protocol::code::ErrorCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http::Shared;
use crate::http::caller::Caller;
use crate::http::once::{REPLAYED, given_key, hash_of};
use crate::http::reply::{CallInfo, Query, Refusal, body_of, fields_of, private};

pub fn gate(shared: &Shared) -> Result<&SandboxGate, Refusal> {
    let gate = shared.sandbox.as_ref().map(|sandbox| &*sandbox.gate);
    gate.ok_or_else(|| (ErrorCode::NOT_FOUND, "this server has no sandbox".to_owned()))
}

/// A request of somebody who may look. A handler that takes one is not reached by anybody else.
pub struct Looking {
    pub caller: Caller,
    pub shared: web::Data<Shared>,
    pub query: Query,
    call: CallInfo,
}

impl Looking {
    fn of(request: &HttpRequest, scope: Scope) -> Result<Self, actix_web::Error> {
        let call = CallInfo::of(request);
        let caller = Caller::with_scope(request, scope).map_err(|refusal| call.refused(refusal))?;
        let shared = web::Data::extract(request).into_inner()?;
        Ok(Self { caller, shared, query: Query::of(request), call })
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.query.get(name).map(Cow::into_owned)
    }

    /// The account that the query names.
    pub fn account(&self) -> Result<Option<String>, Refusal> {
        self.caller.account_for(self.text("account"))
    }

    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Floor) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        gate(&self.shared)?.ask(question).await
    }

    /// What was found, or why nothing was.
    pub async fn show<T: Serialize>(
        self,
        work: impl AsyncFnOnce(&Self) -> Result<T, Refusal>,
    ) -> HttpResponse {
        let found = work(&self).await;
        private(self.call.or_refuse(found.map(|found| self.call.json(&found))))
    }
}

impl FromRequest for Looking {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request, Scope::Read))
    }
}

/// A request of somebody who may trade, with its whole body.
pub struct Acting {
    looking: Looking,
    body: web::Bytes,
    key: Option<OnceKey>,
}

/// What a request wants done, once.
pub struct Act<W> {
    /// Whose keys count.
    account: Option<String>,
    client_key: Option<OnceKey>,
    work: W,
}

impl<W: FnOnce(&mut Floor, UserNo) -> Result<Done, Refused> + Send + 'static> Act<W> {
    pub const fn on(account: Option<String>, work: W) -> Self {
        Self { account, client_key: None, work }
    }

    /// The name that its sender gave it does what a key does.
    pub fn named(self, client_key: Option<OnceKey>) -> Self {
        Self { client_key, ..self }
    }
}

impl Acting {
    /// The body as JSON of this shape; none at all where that is enough.
    pub fn fields<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        fields_of(if self.body.is_empty() { b"{}" } else { &self.body })
    }

    /// Has it done, and answers when it is durable.
    pub async fn act<W>(self, wanted: impl FnOnce(&Self) -> Result<Act<W>, Refusal>) -> HttpResponse
    where
        W: FnOnce(&mut Floor, UserNo) -> Result<Done, Refused> + Send + 'static,
    {
        let wanted = wanted(&self);
        let Self { looking: Looking { caller, shared, call, .. }, key, .. } = self;
        let answer = async {
            let Act { account, client_key, work } = wanted?;
            let keys = key.into_iter().chain(client_key).collect();
            gate(&shared)?.submit(caller.user, (account, keys), work).await
        };
        match answer.await {
            Ok(answer) => {
                let mut response = private(call.answered(answer.http_status, &answer.data));
                if answer.is_replayed {
                    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
                }
                response
            }
            Err((code, message)) => call.refuse(code, &message),
        }
    }
}

impl Deref for Acting {
    type Target = Looking;

    fn deref(&self) -> &Looking {
        &self.looking
    }
}

impl FromRequest for Acting {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let looking = Looking::of(request, Scope::Trade);
        let body = web::Bytes::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let looking = looking?;
            let found = async {
                let body = body_of(body.await)?;
                let key = given_key(&request)?.map(|given| OnceKey {
                    key: format!("key:{given}"),
                    hash: hash_of(&request, &body),
                    refusal: ErrorCode::IDEMPOTENCY_KEY_REUSED,
                });
                Ok((body, key))
            };
            let (body, key) = found.await.map_err(|refusal| looking.call.refused(refusal))?;
            Ok(Self { looking, body, key })
        })
    }
}
