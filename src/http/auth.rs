//! `POST /auth/…`: sign up, log in, renew, log out; passwords, and tickets for WebSockets.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use marketd_actors::peers::client_of;
use marketd_actors::session::{Identity, Proof};
use marketd_domain::identity::{Role, Scope};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::schema::{Micros, RoleName, ScopeName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Shared;
use super::caller::Caller;
use super::gate::Acted;
use super::limit::describe;
use super::reply::{CallInfo, Refusal, json_of, private};
use crate::auth::{LoggedIn, Try};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NameAndPassword {
    #[schemars(length(min = 2, max = 32), regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"))]
    name: String,
    #[schemars(length(min = 10, max = 256))]
    password: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefreshBody {
    refresh_token: String,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LogoutBody {
    /// Without it the login of the access token ends.
    #[serde(default)]
    #[schemars(skip_serializing_if = "Option::is_none", with = "String")]
    refresh_token: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordBody {
    old_password: String,
    #[schemars(length(min = 10, max = 256))]
    new_password: String,
}

/// Who somebody is, and the tokens that show it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Login {
    user: String,
    #[schemars(with = "RoleName")]
    role: &'static str,
    #[schemars(with = "Vec<ScopeName>")]
    scopes: Vec<&'static str>,
    /// For the header `authorization`, behind `Bearer`.
    access_token: String,
    #[schemars(with = "Micros")]
    expires_at: i64,
    /// Good once: for the next pair.
    refresh_token: String,
    #[schemars(with = "Micros")]
    refresh_expires_at: i64,
}

/// Something was done that has no answer of its own.
#[derive(Serialize, JsonSchema)]
pub(super) struct Done {
    pub done: bool,
}

/// A ticket for one WebSocket session.
#[derive(Serialize, JsonSchema)]
pub(super) struct Ticket {
    ticket: String,
    /// Seconds.
    expires_in: i64,
}

/// The caller, as the server sees it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Profile {
    user: String,
    user_id: u32,
    #[schemars(with = "RoleName")]
    role: &'static str,
    #[schemars(with = "Vec<ScopeName>")]
    scopes: Vec<&'static str>,
    /// The only account that this key may use.
    account: Option<String>,
    /// How the caller was recognized.
    proof: ProofName,
    #[schemars(with = "Option<Micros>")]
    expires_at: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ProofName {
    /// Not at all: the server is open to this machine.
    Open,
    Login,
    ApiKey,
}

pub(super) fn names_of(scopes: marketd_domain::identity::Scopes) -> Vec<&'static str> {
    scopes.iter().map(Scope::as_str).collect()
}

pub(super) fn address_of(request: &HttpRequest) -> IpAddr {
    client_of(request).map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |client| client.to_canonical())
}

fn logged_in(call: &CallInfo, request: &HttpRequest, login: LoggedIn) -> HttpResponse {
    let LoggedIn { identity, access_token, refresh_token, refresh_expires } = login;
    let response = call.json(&Login {
        user: identity.name.to_string(),
        role: identity.role.as_str(),
        scopes: names_of(identity.scopes),
        access_token,
        expires_at: identity.expires.map_or(0, |at| at.micros()),
        refresh_token,
        refresh_expires_at: refresh_expires.micros(),
    });
    request.extensions_mut().insert(Acted(Arc::new(identity)));
    response
}

/// The answer to whoever tries too often, with how long to wait.
async fn too_soon(
    call: &CallInfo,
    request: &HttpRequest,
    shared: &Shared,
    try_of: Try<'_>,
) -> Option<HttpResponse> {
    let (limit, allowance) = shared.auth.too_soon(try_of, address_of(request)).await?;
    let mut response = call.refuse(ErrorCode::RATE_LIMITED, "too many tries");
    describe(response.headers_mut(), limit, &allowance);
    Some(response)
}

type Body = Result<web::Bytes, actix_web::Error>;

pub async fn sign_up(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    body: Body,
) -> HttpResponse {
    let work = async || -> Result<HttpResponse, Refusal> {
        let NameAndPassword { name, password } = json_of(body)?;
        if let Some(wait) = too_soon(&call, &request, &shared, Try::SignUp).await {
            return Ok(wait);
        }
        let login = shared.auth.sign_up(&name, password, address_of(&request)).await?;
        Ok(logged_in(&call, &request, login))
    };
    private(call.or_refuse(work().await))
}

pub async fn log_in(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    body: Body,
) -> HttpResponse {
    let work = async || -> Result<HttpResponse, Refusal> {
        let NameAndPassword { name, password } = json_of(body)?;
        if let Some(wait) = too_soon(&call, &request, &shared, Try::LogIn(&name)).await {
            return Ok(wait);
        }
        let login = shared.auth.log_in(&name, password, address_of(&request)).await?;
        Ok(logged_in(&call, &request, login))
    };
    private(call.or_refuse(work().await))
}

pub async fn renew(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    body: Body,
) -> HttpResponse {
    let work = async || -> Result<HttpResponse, Refusal> {
        let RefreshBody { refresh_token } = json_of(body)?;
        let login = shared.auth.renew(&refresh_token).await?;
        Ok(logged_in(&call, &request, login))
    };
    private(call.or_refuse(work().await))
}

pub async fn log_out(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    body: Body,
) -> HttpResponse {
    let work = async || -> Result<HttpResponse, Refusal> {
        let body = match body {
            Ok(body) if body.is_empty() => LogoutBody::default(),
            body => json_of(body)?,
        };
        match body.refresh_token {
            Some(token) => shared.auth.end_login_of(&token).await?,
            None => {
                let identity = super::caller::caller_of(&request)?;
                let Proof::Login(login) = &identity.proof else {
                    let message = "there is no login to end: revoke the key instead".to_owned();
                    return Err((ErrorCode::BAD_REQUEST, message));
                };
                shared.auth.end_login(login).await?;
            }
        }
        Ok(call.json(&Done { done: true }))
    };
    private(call.or_refuse(work().await))
}

pub async fn change_password(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    caller: Caller,
    body: Body,
) -> HttpResponse {
    let work = async || -> Result<HttpResponse, Refusal> {
        only_by_login(&caller)?;
        let PasswordBody { old_password, new_password } = json_of(body)?;
        if let Some(wait) = too_soon(&call, &request, &shared, Try::LogIn(&caller.name)).await {
            return Ok(wait);
        }
        shared.auth.change_password(&caller, (old_password, new_password)).await?;
        Ok(call.json(&Done { done: true }))
    };
    private(call.or_refuse(work().await))
}

/// What opens more doors is not done with a key: who has found one would have the user.
pub(super) fn only_by_login(identity: &Identity) -> Result<(), Refusal> {
    match identity.proof {
        Proof::ApiKey(_) => Err((ErrorCode::FORBIDDEN, "this needs a login, a key is not enough".to_owned())),
        Proof::Login(_) | Proof::Open => Ok(()),
    }
}

pub async fn make_ticket(call: CallInfo, shared: web::Data<Shared>, caller: Caller) -> HttpResponse {
    let ticket = shared.auth.ticket(&caller);
    private(call.or_refuse(ticket.map(|(ticket, expires_in)| call.json(&Ticket { ticket, expires_in }))))
}

pub async fn get_profile(call: CallInfo, caller: Caller) -> HttpResponse {
    private(call.json(&Profile {
        user: caller.name.to_string(),
        user_id: caller.user.get(),
        role: caller.role.as_str(),
        scopes: names_of(caller.scopes),
        account: caller.account.as_deref().map(str::to_owned),
        proof: match caller.proof {
            Proof::Open => ProofName::Open,
            Proof::Login(_) => ProofName::Login,
            Proof::ApiKey(_) => ProofName::ApiKey,
        },
        expires_at: caller.expires.map(|at| at.micros()),
    }))
}

/// A role by its name.
pub(super) fn role_named(text: &str) -> Result<Role, Refusal> {
    Role::parse(text).ok_or_else(|| (ErrorCode::BAD_REQUEST, format!("unknown role {text:?}")))
}
