//! `/risk`: limits, the kill switch, the dead-man timer.

use actix_web::{HttpRequest, HttpResponse, web};
use marketd_actors::sandbox::Floor;
use marketd_domain::identity::Scope;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{CancelAfterFields, KillFields, LimitsBody};

use super::{Acting, account_in, gate, parsed, respond};
use crate::http::Shared;
use crate::http::caller::Caller;
use crate::http::reply::{CallInfo, Query};

pub async fn get_risk(
    call: CallInfo,
    shared: web::Data<Shared>,
    query: Query,
    caller: Caller,
) -> HttpResponse {
    let work = async {
        caller.require(Scope::Read)?;
        let (user, account) = (caller.user, account_in(&query, &caller)?);
        gate(&shared)?
            .ask(move |floor| {
                let account = floor.account_of(user, account.as_deref())?;
                let unknown = || (ErrorCode::UNKNOWN_ACCOUNT, "unknown account".to_owned());
                floor.risk_body(account).ok_or_else(unknown)
            })
            .await?
    };
    call.or_refuse(work.await.map(|risk| call.json(&risk)))
}

pub async fn set_limits(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    query: Query,
    caller: Caller,
    body: Result<web::Bytes, actix_web::Error>,
) -> HttpResponse {
    let work = async {
        let Acting { caller, body, key } = Acting::new(&request, caller, body)?;
        let account = account_in(&query, &caller)?;
        let limits: LimitsBody = parsed(&body)?;
        let once = (account.clone(), key.into_iter().collect());
        let work = move |floor: &mut Floor, user| floor.set_limits(user, account.as_deref(), &limits);
        gate(&shared)?.submit(caller.user, once, work).await
    };
    respond(&call, work.await)
}

pub async fn set_kill_switch(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    caller: Caller,
    body: Result<web::Bytes, actix_web::Error>,
) -> HttpResponse {
    let work = async {
        let Acting { caller, body, key } = Acting::new(&request, caller, body)?;
        let mut fields: KillFields = parsed(&body)?;
        if fields.global {
            caller.require(Scope::Admin)?;
        }
        fields.account = caller.account_for(fields.account)?;
        let once = (fields.account.clone(), key.into_iter().collect());
        let work = move |floor: &mut Floor, user| floor.set_kill_switch(user, &fields);
        gate(&shared)?.submit(caller.user, once, work).await
    };
    respond(&call, work.await)
}

pub async fn set_cancel_after(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    caller: Caller,
    body: Result<web::Bytes, actix_web::Error>,
) -> HttpResponse {
    let work = async {
        let Acting { caller, body, key } = Acting::new(&request, caller, body)?;
        let mut fields: CancelAfterFields = parsed(&body)?;
        fields.account = caller.account_for(fields.account)?;
        let once = (fields.account.clone(), key.into_iter().collect());
        let work = move |floor: &mut Floor, user| floor.set_cancel_after(user, &fields);
        gate(&shared)?.submit(caller.user, once, work).await
    };
    respond(&call, work.await)
}
