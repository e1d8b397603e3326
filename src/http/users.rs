//! `GET /users` and `PATCH /users/{name}`: who may do what, for administrators.

use actix_web::{HttpResponse, web};
use marketd_actors::clock;
use marketd_domain::identity::{Role, Scope};
use marketd_domain::ledger::UserNo;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::schema::{Micros, RoleName};
use marketd_store::identity::UserRow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Shared;
use super::administering::Administering;
use super::auth::{only_by_login, role_named};
use super::caller::Caller;
use super::markets::List;
use super::reply::{CallInfo, Refusal, json_of, number, private};

#[derive(Serialize, JsonSchema)]
pub(super) struct UserInfo {
    user: String,
    user_id: u32,
    #[schemars(with = "RoleName")]
    role: String,
    disabled: bool,
    #[schemars(with = "Micros")]
    created_at: i64,
    #[schemars(with = "Micros")]
    updated_at: i64,
}

impl UserInfo {
    fn of(row: UserRow) -> Self {
        Self {
            user: row.name,
            user_id: row.user.get(),
            role: row.role,
            disabled: row.is_disabled,
            created_at: row.created.micros(),
            updated_at: row.updated.micros(),
        }
    }
}

/// What of a user changes; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserBody {
    #[serde(default)]
    #[schemars(skip_serializing_if = "Option::is_none", with = "RoleName")]
    role: Option<String>,
    /// A disabled user does not log in, and its keys are not taken.
    #[serde(default)]
    #[schemars(skip_serializing_if = "Option::is_none", with = "bool")]
    disabled: Option<bool>,
}

pub async fn list_users(administering: Administering) -> HttpResponse {
    administering
        .show(async |asked| {
            let limit = asked.limit()?;
            let after = number(&asked.query, "cursor", 0, 0..=u64::from(u32::MAX), ErrorCode::BAD_CURSOR)?;
            let after = UserNo::new(u32::try_from(after).unwrap_or(u32::MAX));
            let rows = asked.shared.auth.users(after, limit).await?;
            let is_full = rows.len() == limit as usize;
            let next_cursor = rows.last().filter(|_| is_full).map(|last| last.user.to_string());
            Ok(List { items: rows.into_iter().map(UserInfo::of).collect(), next_cursor })
        })
        .await
}

pub async fn change_user(
    call: CallInfo,
    shared: web::Data<Shared>,
    caller: Caller,
    name: web::Path<String>,
    body: Result<web::Bytes, actix_web::Error>,
) -> HttpResponse {
    let work = async || -> Result<HttpResponse, Refusal> {
        caller.require(Scope::Admin)?;
        only_by_login(&caller)?;
        let UserBody { role, disabled } = json_of(body)?;
        let role = role.as_deref().map(role_named).transpose()?;
        let found = shared.auth.user_named(&name).await?;
        let unknown = || (ErrorCode::NOT_FOUND, format!("there is no user {:?}", name.as_str()));
        let mut user = found.ok_or_else(unknown)?;
        // Nobody locks everybody out by mistake.
        if user.user == caller.user
            && (disabled == Some(true) || role.is_some_and(|role| role != Role::Admin))
        {
            return Err((ErrorCode::FORBIDDEN, "administrators do not take that from themselves".to_owned()));
        }
        user.role = role.map_or(user.role, |role| role.as_str().to_owned());
        user.is_disabled = disabled.unwrap_or(user.is_disabled);
        user.updated = clock::now();
        shared.auth.change_user(&user).await?;
        Ok(call.json(&UserInfo::of(user)))
    };
    private(call.or_refuse(work().await))
}
