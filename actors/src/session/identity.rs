//! Who is behind a session, and how it shows that.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use marketd_domain::Timestamp;
use marketd_domain::identity::{Role, Scope, Scopes};
use marketd_domain::ledger::UserNo;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::ws::Credential;

/// How somebody was recognized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Nothing was asked: the server is open to this machine.
    Open,
    /// An access token of this login.
    Login(Arc<str>),
    /// A signature with this API key.
    ApiKey(Arc<str>),
}

/// Somebody who was recognized, with what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub user: UserNo,
    pub name: Arc<str>,
    pub role: Role,
    /// Those of the role, or the part of them that an API key has.
    pub scopes: Scopes,
    /// The name of the only account that may be used; `None`: any of the user's.
    pub account: Option<Arc<str>>,
    pub proof: Proof,
    /// From then on it has to be shown again; `None`: never.
    pub expires: Option<Timestamp>,
}

impl Identity {
    /// Whoever comes to a server that is open: the user `dev`, who may do everything.
    pub fn dev() -> Self {
        Self {
            user: UserNo::new(0),
            name: "dev".into(),
            role: Role::Admin,
            scopes: Scopes::ALL,
            account: None,
            proof: Proof::Open,
            expires: None,
        }
    }

    /// The account that a request means: a key that is for one account means that one.
    pub fn account_for(&self, given: Option<String>) -> Result<Option<String>, (ErrorCode, String)> {
        match (&self.account, given) {
            (None, given) => Ok(given),
            (Some(only), None) => Ok(Some(only.to_string())),
            (Some(only), Some(given)) if **only == *given => Ok(Some(given)),
            (Some(_), Some(given)) => {
                let shown: String = given.chars().take(40).collect();
                Err((ErrorCode::UNKNOWN_ACCOUNT, format!("the API key is not for the account {shown:?}")))
            }
        }
    }

    pub fn require(&self, scope: Scope) -> Result<(), (ErrorCode, String)> {
        if self.scopes.has(scope) {
            return Ok(());
        }
        let message =
            format!("this needs the scope {:?}, which {:?} does not have here", scope.as_str(), self.name);
        Err((ErrorCode::FORBIDDEN, message))
    }
}

/// Who has to be recognized anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revoked {
    User(UserNo),
    Login(Arc<str>),
    ApiKey(Arc<str>),
}

impl Revoked {
    pub fn concerns(&self, identity: &Identity) -> bool {
        match (self, &identity.proof) {
            // Nobody takes from `dev` what everybody has.
            (Self::User(user), Proof::Login(_) | Proof::ApiKey(_)) => *user == identity.user,
            (Self::Login(login), Proof::Login(held)) => login == held,
            (Self::ApiKey(key), Proof::ApiKey(held)) => key == held,
            _ => false,
        }
    }
}

pub type Recognized = Pin<Box<dyn Future<Output = Result<Arc<Identity>, (ErrorCode, String)>>>>;

/// What knows people. Actors do not know how; the edge does.
pub trait Identities: Send + Sync {
    /// Who a session is that has shown nothing; `None`: nobody, who sees market data.
    fn unproven(&self) -> Option<Arc<Identity>>;
    fn recognize(&self, credential: Credential) -> Recognized;
    /// Takes note of what a session has changed, or was not let do, for the audit. Does not wait.
    fn note(&self, identity: Option<Arc<Identity>>, op: &str, refusal: Option<ErrorCode>);
}

/// Everybody is `dev`: for servers that are open.
#[derive(Debug, Default)]
pub struct Open;

impl Identities for Open {
    fn unproven(&self) -> Option<Arc<Identity>> {
        Some(Arc::new(Identity::dev()))
    }

    fn recognize(&self, _: Credential) -> Recognized {
        Box::pin(std::future::ready(Ok(Arc::new(Identity::dev()))))
    }

    fn note(&self, _: Option<Arc<Identity>>, _: &str, _: Option<ErrorCode>) {}
}
