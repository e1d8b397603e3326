//! `GET`, `POST` and `DELETE /api-keys`: keys of programs.

use std::collections::BTreeSet;

use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use marketd_actors::clock;
use marketd_domain::Timestamp;
use marketd_domain::identity::{Scope, Scopes};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::schema::{Micros, ScopeName};
use marketd_store::identity::ApiKeyRow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Shared;
use super::auth::{names_of, only_by_login};
use super::caller::Caller;
use super::gate::Foreign;
use super::markets::List;
use super::reply::{CallInfo, Refusal, json_of, private};
use crate::auth::{KeyKind, KeyWanted, PublicKey};

/// Of one user, those that were revoked or have expired not counted.
const KEYS_MAX: usize = 50;
const LABEL_MAX: usize = 64;

/// The kinds of signatures.
struct KindName;

impl JsonSchema for KindName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "KeyKind".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "enum": KeyKind::ALL.map(KeyKind::as_str)})
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyBody {
    #[schemars(with = "KindName")]
    kind: String,
    #[schemars(length(max = 64))]
    label: String,
    /// No more than the caller has.
    #[schemars(with = "BTreeSet<ScopeName>")]
    scopes: BTreeSet<String>,
    /// Of `ed25519` and `rsa-sha256`: the public key in PEM, or its base64 alone; of `ed25519` also its 32 bytes in base64.
    #[serde(default)]
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    public_key: Option<String>,
    /// The only account that the key may use; any without it.
    #[serde(default)]
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    account: Option<String>,
    /// Never without it.
    #[serde(default)]
    #[schemars(skip_serializing_if = "Option::is_none", with = "Micros")]
    expires_at: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct KeyInfo {
    key_id: String,
    #[schemars(with = "KindName")]
    kind: String,
    label: String,
    #[schemars(with = "Vec<ScopeName>")]
    scopes: Vec<&'static str>,
    account: Option<String>,
    #[schemars(with = "Micros")]
    created_at: i64,
    #[schemars(with = "Option<Micros>")]
    expires_at: Option<i64>,
    #[schemars(with = "Option<Micros>")]
    revoked_at: Option<i64>,
    /// Of a new `hmac-sha256`: what requests are signed with. It is not shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    secret: Option<String>,
}

impl KeyInfo {
    fn of(row: ApiKeyRow, secret: Option<String>) -> Self {
        Self {
            scopes: names_of(Scopes::from_text(&row.scopes).unwrap_or_default()),
            key_id: row.key_id,
            kind: row.kind,
            label: row.label,
            account: row.account,
            created_at: row.created.micros(),
            expires_at: row.expires.map(Timestamp::micros),
            revoked_at: row.revoked.map(Timestamp::micros),
            secret,
        }
    }
}

pub async fn list_keys(call: CallInfo, shared: web::Data<Shared>, caller: Caller) -> HttpResponse {
    let work = async || -> Result<HttpResponse, Refusal> {
        caller.require(Scope::Read)?;
        let rows = shared.auth.keys_of(caller.user).await?;
        Ok(call.json(&List::whole(rows.into_iter().map(|row| KeyInfo::of(row, None)).collect())))
    };
    private(call.or_refuse(work().await))
}

pub async fn make_key(
    call: CallInfo,
    shared: web::Data<Shared>,
    caller: Caller,
    body: Result<web::Bytes, actix_web::Error>,
) -> HttpResponse {
    let work = async || -> Result<HttpResponse, Refusal> {
        only_by_login(&caller)?;
        let wanted = wanted(&caller, json_of(body)?)?;
        let now = clock::now();
        let is_usable =
            |row: &&ApiKeyRow| row.revoked.is_none() && row.expires.is_none_or(|expires| expires > now);
        if shared.auth.keys_of(caller.user).await?.iter().filter(is_usable).count() >= KEYS_MAX {
            return Err((ErrorCode::BAD_REQUEST, format!("a user has at most {KEYS_MAX} keys")));
        }
        let made = shared.auth.keys.make(wanted);
        shared.auth.add_key(&made).await?;
        Ok(call.json(&KeyInfo::of(made.row, made.secret)))
    };
    private(call.or_refuse(work().await))
}

fn wanted(caller: &Caller, body: KeyBody) -> Result<KeyWanted, Refusal> {
    let bad = |message: String| (ErrorCode::BAD_REQUEST, message);
    let kind = KeyKind::parse(&body.kind).ok_or_else(|| bad(format!("unknown kind {:?}", body.kind)))?;
    if body.label.len() > LABEL_MAX {
        return Err(bad(format!("label is longer than {LABEL_MAX} bytes")));
    }
    let mut scopes = Scopes::NONE;
    for name in &body.scopes {
        scopes = scopes.with(Scope::parse(name).ok_or_else(|| bad(format!("unknown scope {name:?}")))?);
    }
    if scopes == Scopes::NONE {
        return Err(bad("scopes names none".to_owned()));
    }
    if !scopes.is_within(caller.scopes) {
        return Err((ErrorCode::FORBIDDEN, "a key has no more scopes than its user".to_owned()));
    }
    let public = match (kind, &body.public_key) {
        (KeyKind::HmacSha256, None) => None,
        (KeyKind::HmacSha256, Some(_)) => {
            return Err(bad("hmac-sha256 takes no public_key: the secret is made here".to_owned()));
        }
        (KeyKind::Ed25519 | KeyKind::RsaSha256, text) => {
            let public = text.as_deref().and_then(|text| PublicKey::parse(kind, text));
            let wanted = match kind {
                KeyKind::RsaSha256 => "an RSA key of 2048 to 4096 bits in PEM",
                _ => "an Ed25519 key in base64 or PEM",
            };
            Some(public.ok_or_else(|| bad(format!("public_key is not {wanted}")))?)
        }
    };
    if body.account.as_ref().is_some_and(|account| account.is_empty() || account.len() > 64) {
        return Err(bad("account is 1 to 64 bytes long".to_owned()));
    }
    let expires = body.expires_at.map(Timestamp::from_micros);
    if expires.is_some_and(|expires| expires <= clock::now()) {
        return Err((ErrorCode::BAD_TIME, "expires_at is over".to_owned()));
    }
    Ok(KeyWanted { user: caller.user, label: body.label, scopes, account: body.account, expires, public })
}

pub async fn revoke_key(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    caller: Caller,
    key_id: web::Path<String>,
) -> HttpResponse {
    let work = async || -> Result<HttpResponse, Refusal> {
        only_by_login(&caller)?;
        if shared.auth.revoke_key(&caller, &key_id).await? {
            return Ok(call.json(&super::auth::Done { done: true }));
        }
        if shared.auth.is_key(&key_id).await? {
            request.extensions_mut().insert(Foreign);
        }
        Err((ErrorCode::NOT_FOUND, format!("you have no key {:?}", key_id.as_str())))
    };
    private(call.or_refuse(work().await))
}
