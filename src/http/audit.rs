//! `GET /audit`: who did what to what from where, the newest first.

use actix_web::HttpResponse;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::schema::Micros;
use marketd_store::identity::{AuditFilter, AuditRow};
use schemars::JsonSchema;
use serde::Serialize;

use super::administering::Administering;
use super::markets::List;

/// Something that was done, or was not allowed.
#[derive(Serialize, JsonSchema)]
pub(super) struct AuditItem {
    audit_id: String,
    #[schemars(with = "Micros")]
    ts: i64,
    trace_id: String,
    address: String,
    /// Null: nobody was recognized.
    user: Option<String>,
    user_id: Option<u32>,
    /// `open`, `login:` with its id, `key:` with its id, or `console`: an operator, past the server.
    proof: String,
    /// Method and route.
    action: String,
    /// The path as it was asked for.
    target: String,
    /// HTTP status of the answer.
    status: u16,
    /// Of a refusal; `foreign` where somebody asked for what is another's and was told that there is nothing.
    code: Option<String>,
}

impl AuditItem {
    fn of(row: AuditRow) -> Self {
        Self {
            audit_id: row.audit_id,
            ts: row.ts.micros(),
            trace_id: row.trace_id,
            address: row.address,
            user: row.user.map(|_| row.user_name),
            user_id: row.user.map(marketd_domain::ledger::UserNo::get),
            proof: row.proof,
            action: row.action,
            target: row.target,
            status: row.status,
            code: Some(row.code).filter(|code| !code.is_empty()),
        }
    }
}

pub async fn list_audit(administering: Administering) -> HttpResponse {
    administering
        .show(async |asked| {
            let (shared, query, limit) = (&asked.shared, &asked.query, asked.limit()?);
            let user = match query.get("user") {
                None => None,
                // `dev` is nobody's name in the store.
                Some(name) if name == "dev" => Some(marketd_domain::ledger::UserNo::new(0)),
                Some(name) => {
                    let found = shared.auth.user_named(&name).await?;
                    let unknown = || (ErrorCode::NOT_FOUND, format!("there is no user {name:?}"));
                    Some(found.ok_or_else(unknown)?.user)
                }
            };
            let before = query.get("cursor").map(|cursor| cursor.into_owned());
            let is_id = |id: &String| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
            if before.as_ref().is_some_and(|id| !is_id(id)) {
                return Err((ErrorCode::BAD_CURSOR, "the cursor is not one that a list gave out".to_owned()));
            }
            let action = query.get("action").map(|action| action.into_owned());
            let filter = AuditFilter { user, action, before };
            let rows = shared.auth.audit_rows(&filter, limit).await?;
            let is_full = rows.len() == limit as usize;
            let next_cursor = rows.last().filter(|_| is_full).map(|last| last.audit_id.clone());
            Ok(List { items: rows.into_iter().map(AuditItem::of).collect(), next_cursor })
        })
        .await
}
