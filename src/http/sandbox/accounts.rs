//! `/accounts`, `/balances` and `/positions`

use actix_web::{HttpRequest, HttpResponse, web};
use marketd_actors::sandbox::Floor;
use marketd_domain::identity::Scope;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{AccountFields, DepositFields, ResetFields, SettingsFields};

use super::{Acting, account_in, gate, parsed, respond};
use crate::http::Shared;
use crate::http::caller::Caller;
use crate::http::markets::List;
use crate::http::reply::{CallInfo, Query, Refusal};

pub async fn list_accounts(call: CallInfo, shared: web::Data<Shared>, caller: Caller) -> HttpResponse {
    let work = async {
        caller.require(Scope::Read)?;
        let (user, only) = (caller.user, caller.account.clone());
        let found = gate(&shared)?
            .ask(move |floor| {
                let accounts = floor.accounts_of(user)?;
                let bodies = accounts.into_iter().filter_map(|account| floor.account_body(account));
                let is_shown = |name: &str| only.as_deref().is_none_or(|only| only == name);
                Ok::<_, Refusal>(bodies.filter(|body| is_shown(&body.account)).collect::<Vec<_>>())
            })
            .await??;
        Ok(List::whole(found))
    };
    call.or_refuse(work.await.map(|list| call.json(&list)))
}

pub async fn get_account(
    call: CallInfo,
    shared: web::Data<Shared>,
    path: web::Path<String>,
    caller: Caller,
) -> HttpResponse {
    let work = async {
        caller.require(Scope::Read)?;
        let (user, account) = (caller.user, caller.account_for(Some(path.into_inner()))?);
        gate(&shared)?
            .ask(move |floor| {
                let account = floor.account_of(user, account.as_deref())?;
                floor
                    .account_body(account)
                    .ok_or_else(|| (ErrorCode::UNKNOWN_ACCOUNT, "unknown account".to_owned()))
            })
            .await?
    };
    call.or_refuse(work.await.map(|account| call.json(&account)))
}

pub async fn open_account(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    caller: Caller,
    body: Result<web::Bytes, actix_web::Error>,
) -> HttpResponse {
    let work = async {
        let Acting { caller, body, key } = Acting::new(&request, caller, body)?;
        if caller.account.is_some() {
            return Err((ErrorCode::FORBIDDEN, "a key of one account opens no others".to_owned()));
        }
        let fields: AccountFields = parsed(&body)?;
        let once = (None, key.into_iter().collect());
        gate(&shared)?.submit(caller.user, once, move |floor, user| floor.open(user, &fields)).await
    };
    respond(&call, work.await)
}

pub async fn set_account(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    path: web::Path<String>,
    caller: Caller,
    body: Result<web::Bytes, actix_web::Error>,
) -> HttpResponse {
    let work = async {
        let Acting { caller, body, key } = Acting::new(&request, caller, body)?;
        let name = named(&caller, path)?;
        let settings: SettingsFields = parsed(&body)?;
        let once = (Some(name.clone()), key.into_iter().collect());
        let work = move |floor: &mut Floor, user| floor.set_account(user, &name, &settings);
        gate(&shared)?.submit(caller.user, once, work).await
    };
    respond(&call, work.await)
}

pub async fn deposit(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    path: web::Path<String>,
    caller: Caller,
    body: Result<web::Bytes, actix_web::Error>,
) -> HttpResponse {
    let work = async {
        let Acting { caller, body, key } = Acting::new(&request, caller, body)?;
        let name = named(&caller, path)?;
        let fields: DepositFields = parsed(&body)?;
        let once = (Some(name.clone()), key.into_iter().collect());
        let work = move |floor: &mut Floor, user| floor.deposit(user, &name, &fields);
        gate(&shared)?.submit(caller.user, once, work).await
    };
    respond(&call, work.await)
}

pub async fn reset(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    path: web::Path<String>,
    caller: Caller,
    body: Result<web::Bytes, actix_web::Error>,
) -> HttpResponse {
    let work = async {
        let Acting { caller, body, key } = Acting::new(&request, caller, body)?;
        let name = named(&caller, path)?;
        let ResetFields {} = parsed(&body)?;
        let once = (Some(name.clone()), key.into_iter().collect());
        let work = move |floor: &mut Floor, user| floor.reset(user, &name);
        gate(&shared)?.submit(caller.user, once, work).await
    };
    respond(&call, work.await)
}

fn named(caller: &Caller, path: web::Path<String>) -> Result<String, Refusal> {
    let name = caller.account_for(Some(path.into_inner()))?;
    name.ok_or_else(|| (ErrorCode::UNKNOWN_ACCOUNT, "unknown account".to_owned()))
}

pub async fn list_balances(
    call: CallInfo,
    shared: web::Data<Shared>,
    query: Query,
    caller: Caller,
) -> HttpResponse {
    let work = async {
        caller.require(Scope::Read)?;
        let (user, account) = (caller.user, account_in(&query, &caller)?);
        let found = gate(&shared)?
            .ask(move |floor| {
                let account = floor.account_of(user, account.as_deref())?;
                Ok::<_, Refusal>(floor.balance_bodies(account))
            })
            .await??;
        Ok(List::whole(found))
    };
    call.or_refuse(work.await.map(|list| call.json(&list)))
}

pub async fn list_positions(
    call: CallInfo,
    shared: web::Data<Shared>,
    query: Query,
    caller: Caller,
) -> HttpResponse {
    let work = async {
        caller.require(Scope::Read)?;
        let (user, account) = (caller.user, account_in(&query, &caller)?);
        let market = query.get("market").map(std::borrow::Cow::into_owned);
        let found = gate(&shared)?
            .ask(move |floor| {
                if let Some(market) = &market {
                    super::orders::known_market(floor, market)?;
                }
                let account = floor.account_of(user, account.as_deref())?;
                let mut found = floor.position_bodies(account);
                found.retain(|position| market.as_ref().is_none_or(|market| position.market == *market));
                Ok::<_, Refusal>(found)
            })
            .await??;
        Ok(List::whole(found))
    };
    call.or_refuse(work.await.map(|list| call.json(&list)))
}
