//! Users, their logins and keys, and the audit: who may do what, and who did what.
//!
//! What these calls change is on the disk when they return: a key that was revoked stays revoked. Secrets come here hashed
//! or sealed; the store could be read by others without anybody becoming somebody else.

mod backend;
mod rows;
mod statements;

use async_trait::async_trait;
use marketd_domain::Timestamp;
use marketd_domain::ledger::UserNo;

pub(crate) use backend::IdentityBackend;
pub use rows::{ApiKeyRow, AuditRow, LoginRow, UserRow};

use crate::StoreError;

/// A user who is to be made.
#[derive(Clone)]
pub struct NewUser {
    pub name: String,
    /// In the PHC format.
    pub password: String,
    /// Unless it is the first user.
    pub role: String,
    pub first_role: String,
    pub created: Timestamp,
}

/// Which part of the audit; each condition that is there has to hold.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    pub user: Option<UserNo>,
    /// How the action begins: `POST /api/v1/orders`.
    pub action: Option<String>,
    /// Only what has a lower id.
    pub before: Option<String>,
}

/// The tables of identity, in both databases.
#[async_trait]
pub trait IdentityStore: Send + Sync {
    /// `None` when the name is taken.
    async fn create_user(&self, user: &NewUser) -> Result<Option<UserRow>, StoreError>;
    async fn user_named(&self, name: &str) -> Result<Option<UserRow>, StoreError>;
    async fn user(&self, user: UserNo) -> Result<Option<UserRow>, StoreError>;
    /// Up to `limit` users behind this one, by number.
    async fn users(&self, after: UserNo, limit: u32) -> Result<Vec<UserRow>, StoreError>;
    /// Takes over password, role and whether the user is disabled. `false`: there is no such user.
    async fn change_user(&self, user: &UserRow) -> Result<bool, StoreError>;

    async fn open_login(&self, login: &LoginRow) -> Result<(), StoreError>;
    async fn login(&self, login_id: &str) -> Result<Option<LoginRow>, StoreError>;
    /// Goes on from this generation to the next. `false`: it is at another, has ended or has expired.
    async fn renew_login(&self, login: &LoginRow, now: Timestamp) -> Result<bool, StoreError>;
    /// `false`: it had ended, or never was.
    async fn end_login(&self, login_id: &str, now: Timestamp) -> Result<bool, StoreError>;
    async fn end_logins(&self, user: UserNo, now: Timestamp) -> Result<u64, StoreError>;
    /// The newest `limit` logins that ended at this time or later.
    async fn logins_ended(&self, since: Timestamp, limit: u32) -> Result<Vec<LoginRow>, StoreError>;
    /// Forgets logins that expired before this time, and says how many.
    async fn forget_logins(&self, before: Timestamp) -> Result<u64, StoreError>;

    async fn add_api_key(&self, key: &ApiKeyRow) -> Result<(), StoreError>;
    async fn api_key(&self, key_id: &str) -> Result<Option<ApiKeyRow>, StoreError>;
    /// All of a user's, the revoked ones too.
    async fn api_keys(&self, user: UserNo) -> Result<Vec<ApiKeyRow>, StoreError>;
    /// `false`: the user has no such key, or it was revoked before.
    async fn revoke_api_key(&self, user: UserNo, key_id: &str, now: Timestamp) -> Result<bool, StoreError>;

    /// Each row once, however often it comes.
    async fn write_audit(&self, rows: &[AuditRow]) -> Result<(), StoreError>;
    /// Up to `limit` rows, the newest first.
    async fn audit(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRow>, StoreError>;
}
