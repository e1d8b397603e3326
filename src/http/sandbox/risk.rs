//! `/risk`: limits, the kill switch, the dead-man timer.

use actix_web::HttpResponse;
use marketd_actors::sandbox::Floor;
use marketd_domain::identity::Scope;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{CancelAfterFields, KillFields, LimitsBody};

use super::door::{Act, Acting, Looking};

pub async fn get_risk(looking: Looking) -> HttpResponse {
    let work = async |looking: &Looking| {
        let (user, account) = (looking.caller.user, looking.account()?);
        let question = move |floor: &mut Floor| {
            let account = floor.account_of(user, account.as_deref())?;
            let unknown = || (ErrorCode::UNKNOWN_ACCOUNT, "unknown account".to_owned());
            floor.risk_body(account).ok_or_else(unknown)
        };
        looking.ask(question).await?
    };
    looking.show(work).await
}

pub async fn set_limits(acting: Acting) -> HttpResponse {
    let wanted = |acting: &Acting| {
        let account = acting.account()?;
        let limits: LimitsBody = acting.fields()?;
        let named = account.clone();
        Ok(Act::on(named, move |floor, user| floor.set_limits(user, account.as_deref(), &limits)))
    };
    acting.act(wanted).await
}

pub async fn set_kill_switch(acting: Acting) -> HttpResponse {
    let wanted = |acting: &Acting| {
        let mut fields: KillFields = acting.fields()?;
        if fields.global {
            acting.caller.require(Scope::Admin)?;
        }
        fields.account = acting.caller.account_for(fields.account)?;
        Ok(Act::on(fields.account.clone(), move |floor, user| floor.set_kill_switch(user, &fields)))
    };
    acting.act(wanted).await
}

pub async fn set_cancel_after(acting: Acting) -> HttpResponse {
    let wanted = |acting: &Acting| {
        let mut fields: CancelAfterFields = acting.fields()?;
        fields.account = acting.caller.account_for(fields.account)?;
        Ok(Act::on(fields.account.clone(), move |floor, user| floor.set_cancel_after(user, &fields)))
    };
    acting.act(wanted).await
}
