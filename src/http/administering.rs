//! The way in for administrators who look at something. Who is none does not reach the handler.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use marketd_domain::identity::Scope;
use marketd_protocol::code::ErrorCode;
use serde::Serialize;

use super::Shared;
use super::caller::Caller;
use super::reply::{CallInfo, Query, Refusal, number, private};

/// A request of somebody who may see everything.
pub struct Administering {
    pub shared: web::Data<Shared>,
    pub query: Query,
    call: CallInfo,
}

impl Administering {
    fn of(request: &HttpRequest) -> Result<Self, actix_web::Error> {
        let call = CallInfo::of(request);
        Caller::with_scope(request, Scope::Admin).map_err(|refusal| call.refused(refusal))?;
        let shared = web::Data::extract(request).into_inner()?;
        Ok(Self { shared, query: Query::of(request), call })
    }

    /// How many items a list may have.
    pub fn limit(&self) -> Result<u32, Refusal> {
        let limit = number(&self.query, "limit", 100, 1..=1_000, ErrorCode::BAD_LIMIT)?;
        Ok(u32::try_from(limit).unwrap_or(1))
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

impl FromRequest for Administering {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
