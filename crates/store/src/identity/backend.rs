//! What a database does for identity, and its calls made of it.

use async_trait::async_trait;
use marketd_domain::Timestamp;
use marketd_domain::ledger::UserNo;

use super::rows::{ApiKeyRow, AuditRow, LoginRow, UserRow};
use super::{AuditFilter, IdentityStore, NewUser, statements};
use crate::sandbox::{Arg, Backend, Cells, TableBatch, TableRow};
use crate::{Fault, StoreError};

#[async_trait]
pub(crate) trait IdentityBackend: Backend {
    /// Carries a statement out, on the disk when it returns, and says how many rows it changed.
    async fn change(&self, doing: &'static str, sql: &'static str, args: Vec<Arg>)
    -> Result<u64, StoreError>;
    /// Adds rows; those that are there stay as they are. On the disk when it returns.
    async fn add(&self, doing: &'static str, batch: TableBatch) -> Result<(), StoreError>;
}

/// Users who are made at once meet each other's numbers; that is rare, and so often in a row it is something else.
const CREATE_TRIES: u32 = 16;

fn number(user: UserNo) -> Arg {
    Arg::Int(user.get().into())
}

fn text(value: &str) -> Arg {
    Arg::Text(value.to_owned())
}

fn time(at: Timestamp) -> Arg {
    Arg::Int(at.micros())
}

async fn read<B: IdentityBackend, R: TableRow>(
    backend: &B,
    doing: &'static str,
    conditions: &str,
    args: Vec<Arg>,
) -> Result<Vec<R>, StoreError> {
    let sql = B::selected(R::TABLE) + conditions;
    let stored = backend.cells(doing, sql, R::TABLE.columns, args).await?;
    crate::stored::rows(doing, stored, |cells| R::from_cells(Cells(cells.into_iter())))
}

#[async_trait]
impl<B: IdentityBackend> IdentityStore for B {
    async fn create_user(&self, user: &NewUser) -> Result<Option<UserRow>, StoreError> {
        const DOING: &str = "create a user";
        for _ in 0..CREATE_TRIES {
            let args = vec![
                text(&user.name),
                text(&user.password),
                text(&user.first_role),
                text(&user.role),
                time(user.created),
            ];
            let made = self.change(DOING, statements::CREATE_USER, args).await?;
            let found = self.user_named(&user.name).await?;
            match found {
                Some(found) if made > 0 => return Ok(Some(found)),
                Some(_) => return Ok(None),
                None => {}
            }
        }
        Err(StoreError::new(Fault::Unavailable, DOING, "too many users are being created at once"))
    }

    async fn user_named(&self, name: &str) -> Result<Option<UserRow>, StoreError> {
        Ok(read(self, "read a user", statements::USER_NAMED, vec![text(name)]).await?.pop())
    }

    async fn user(&self, user: UserNo) -> Result<Option<UserRow>, StoreError> {
        Ok(read(self, "read a user", statements::USER, vec![number(user)]).await?.pop())
    }

    async fn users(&self, after: UserNo, limit: u32) -> Result<Vec<UserRow>, StoreError> {
        read(self, "read users", statements::USERS, vec![number(after), Arg::Int(limit.into())]).await
    }

    async fn change_user(&self, user: &UserRow) -> Result<bool, StoreError> {
        let args = vec![
            number(user.user),
            text(&user.password),
            text(&user.role),
            Arg::Int(user.is_disabled.into()),
            time(user.updated),
        ];
        Ok(self.change("change a user", statements::CHANGE_USER, args).await? > 0)
    }

    async fn open_login(&self, login: &LoginRow) -> Result<(), StoreError> {
        self.add("open a login", TableBatch::of(std::slice::from_ref(login))).await
    }

    async fn login(&self, login_id: &str) -> Result<Option<LoginRow>, StoreError> {
        Ok(read(self, "read a login", statements::LOGIN, vec![text(login_id)]).await?.pop())
    }

    async fn renew_login(&self, login: &LoginRow, now: Timestamp) -> Result<bool, StoreError> {
        let args =
            vec![text(&login.login_id), Arg::Int(login.generation.into()), time(login.expires), time(now)];
        Ok(self.change("renew a login", statements::RENEW_LOGIN, args).await? > 0)
    }

    async fn end_login(&self, login_id: &str, now: Timestamp) -> Result<bool, StoreError> {
        let args = vec![text(login_id), time(now)];
        Ok(self.change("end a login", statements::END_LOGIN, args).await? > 0)
    }

    async fn end_logins(&self, user: UserNo, now: Timestamp) -> Result<u64, StoreError> {
        self.change("end logins", statements::END_LOGINS, vec![number(user), time(now)]).await
    }

    async fn logins_ended(&self, since: Timestamp, limit: u32) -> Result<Vec<LoginRow>, StoreError> {
        let args = vec![time(since), Arg::Int(limit.into())];
        read(self, "read logins", statements::LOGINS_ENDED, args).await
    }

    async fn forget_logins(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.change("forget logins", statements::FORGET_LOGINS, vec![time(before)]).await
    }

    async fn add_api_key(&self, key: &ApiKeyRow) -> Result<(), StoreError> {
        self.add("add a key", TableBatch::of(std::slice::from_ref(key))).await
    }

    async fn api_key(&self, key_id: &str) -> Result<Option<ApiKeyRow>, StoreError> {
        Ok(read(self, "read a key", statements::API_KEY, vec![text(key_id)]).await?.pop())
    }

    async fn api_keys(&self, user: UserNo) -> Result<Vec<ApiKeyRow>, StoreError> {
        read(self, "read keys", statements::API_KEYS, vec![number(user)]).await
    }

    async fn revoke_api_key(&self, user: UserNo, key_id: &str, now: Timestamp) -> Result<bool, StoreError> {
        let args = vec![number(user), text(key_id), time(now)];
        Ok(self.change("revoke a key", statements::REVOKE_API_KEY, args).await? > 0)
    }

    async fn write_audit(&self, rows: &[AuditRow]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.add("write the audit", TableBatch::of(rows)).await
    }

    async fn audit(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let args = vec![
            // Ids are hexadecimal digits.
            text(filter.before.as_deref().unwrap_or("g")),
            Arg::Int(filter.user.map_or(-1, |user| user.get().into())),
            text(filter.action.as_deref().unwrap_or_default()),
            Arg::Int(limit.into()),
        ];
        read(self, "read the audit", statements::AUDIT, args).await
    }
}
