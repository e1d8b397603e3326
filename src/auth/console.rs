//! What an operator does past the server, in its store: written down like everything else, and found by servers that run.

use marketd_actors::clock;
use marketd_store::identity::{AuditRow, LoginRow, UserRow};
use marketd_store::{Store, StoreError};

use super::secrets::{hex, random};

/// Who it is, in the audit: no user can have this name.
const OPERATOR: &str = "system";
const PROOF: &str = "console";

/// Ends what a user has open. Servers look for logins that ended and then for what their users have become; so that there is
/// always one, this adds a login that ended as it began.
pub async fn end_at_console(store: &dyn Store, user: &UserRow) -> Result<(), StoreError> {
    let now = clock::now();
    store.end_logins(user.user, now).await?;
    let mark = LoginRow {
        login_id: hex(&random::<16>()),
        user: user.user,
        generation: 0,
        address: PROOF.to_owned(),
        created: now,
        expires: now,
        ended: Some(now),
    };
    store.open_login(&mark).await
}

/// Puts what was done to a user into the audit.
pub async fn note_at_console(store: &dyn Store, what: &str, user: &UserRow) -> Result<(), StoreError> {
    let ts = clock::now();
    let row = AuditRow {
        // As those of servers: time, which process, which of its rows.
        audit_id: format!("{:016x}{}{:08x}", ts.micros().max(0), hex(&random::<4>()), 0),
        ts,
        trace_id: String::new(),
        address: String::new(),
        user: None,
        user_name: OPERATOR.to_owned(),
        proof: PROOF.to_owned(),
        action: format!("marketd user {what}"),
        target: user.name.clone(),
        status: 200,
        code: String::new(),
    };
    store.write_audit(&[row]).await
}
