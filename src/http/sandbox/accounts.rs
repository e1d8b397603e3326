//! `/accounts`, `/balances` and `/positions`

use actix_web::{HttpResponse, web};
use marketd_actors::sandbox::Floor;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{AccountFields, DepositFields, ResetFields, SettingsFields};

use super::door::{Act, Acting, Looking};
use super::orders::known_market;
use crate::http::caller::Caller;
use crate::http::markets::List;
use crate::http::reply::Refusal;

type AccountPath = web::Path<String>;

fn unknown_account() -> Refusal {
    (ErrorCode::UNKNOWN_ACCOUNT, "unknown account".to_owned())
}

fn named(caller: &Caller, path: AccountPath) -> Result<String, Refusal> {
    caller.account_for(Some(path.into_inner()))?.ok_or_else(unknown_account)
}

pub async fn list_accounts(looking: Looking) -> HttpResponse {
    let work = async |looking: &Looking| {
        let (user, only) = (looking.caller.user, looking.caller.account.clone());
        let question = move |floor: &mut Floor| {
            let accounts = floor.accounts_of(user)?;
            let bodies = accounts.into_iter().filter_map(|account| floor.account_body(account));
            let is_shown = |name: &str| only.as_deref().is_none_or(|only| only == name);
            Ok::<_, Refusal>(bodies.filter(|body| is_shown(&body.account)).collect::<Vec<_>>())
        };
        Ok(List::whole(looking.ask(question).await??))
    };
    looking.show(work).await
}

pub async fn get_account(path: AccountPath, looking: Looking) -> HttpResponse {
    let work = async |looking: &Looking| {
        let (user, name) = (looking.caller.user, named(&looking.caller, path)?);
        let question = move |floor: &mut Floor| {
            let account = floor.account_of(user, Some(&name))?;
            floor.account_body(account).ok_or_else(unknown_account)
        };
        looking.ask(question).await?
    };
    looking.show(work).await
}

pub async fn open_account(acting: Acting) -> HttpResponse {
    let wanted = |acting: &Acting| {
        if acting.caller.account.is_some() {
            return Err((ErrorCode::FORBIDDEN, "a key of one account opens no others".to_owned()));
        }
        let fields: AccountFields = acting.fields()?;
        Ok(Act::on(None, move |floor, user| floor.open(user, &fields)))
    };
    acting.act(wanted).await
}

pub async fn set_account(path: AccountPath, acting: Acting) -> HttpResponse {
    let wanted = |acting: &Acting| {
        let name = named(&acting.caller, path)?;
        let settings: SettingsFields = acting.fields()?;
        Ok(Act::on(Some(name.clone()), move |floor, user| floor.set_account(user, &name, &settings)))
    };
    acting.act(wanted).await
}

pub async fn deposit(path: AccountPath, acting: Acting) -> HttpResponse {
    let wanted = |acting: &Acting| {
        let name = named(&acting.caller, path)?;
        let fields: DepositFields = acting.fields()?;
        Ok(Act::on(Some(name.clone()), move |floor, user| floor.deposit(user, &name, &fields)))
    };
    acting.act(wanted).await
}

pub async fn reset(path: AccountPath, acting: Acting) -> HttpResponse {
    let wanted = |acting: &Acting| {
        let name = named(&acting.caller, path)?;
        let ResetFields {} = acting.fields()?;
        Ok(Act::on(Some(name.clone()), move |floor, user| floor.reset(user, &name)))
    };
    acting.act(wanted).await
}

pub async fn list_balances(looking: Looking) -> HttpResponse {
    let work = async |looking: &Looking| {
        let (user, account) = (looking.caller.user, looking.account()?);
        let question = move |floor: &mut Floor| {
            let account = floor.account_of(user, account.as_deref())?;
            Ok::<_, Refusal>(floor.balance_bodies(account))
        };
        Ok(List::whole(looking.ask(question).await??))
    };
    looking.show(work).await
}

pub async fn list_positions(looking: Looking) -> HttpResponse {
    let work = async |looking: &Looking| {
        let (user, account) = (looking.caller.user, looking.account()?);
        let market = looking.text("market");
        let question = move |floor: &mut Floor| {
            if let Some(market) = &market {
                known_market(floor, market)?;
            }
            let account = floor.account_of(user, account.as_deref())?;
            let mut found = floor.position_bodies(account);
            found.retain(|position| market.as_ref().is_none_or(|market| position.market == *market));
            Ok::<_, Refusal>(found)
        };
        Ok(List::whole(looking.ask(question).await??))
    };
    looking.show(work).await
}
