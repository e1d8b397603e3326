//! What an account has and pays.

use marketd_domain::identity::Scope;
use marketd_protocol::sandbox::{AccountBody, BalanceBody};
use serde_json::{Value, json};

use super::Call;
use super::error::FaceError;
use super::order_text::eight;
use super::orders::{Acting, ask};
use super::sign::signed;

async fn found(call: &Call<'_>, acting: &Acting) -> Result<(AccountBody, Vec<BalanceBody>), FaceError> {
    let (user, account) = (acting.user(), acting.account.clone());
    ask(call, move |floor| {
        let number = floor.account_of(user, account.as_deref())?;
        let missing = || (marketd_protocol::code::ErrorCode::UNKNOWN_ACCOUNT, "unknown account".to_owned());
        Ok((floor.account_body(number).ok_or_else(missing)?, floor.balance_bodies(number)))
    })
    .await
}

/// A share as hundredths of a percent, which is how an account tells its fees.
fn basis_points(rate: &str) -> i64 {
    let (sign, rate) = rate.strip_prefix('-').map_or((1, rate), |rate| (-1, rate));
    let (whole, fraction) = rate.split_once('.').unwrap_or((rate, ""));
    let digits = format!("{whole}{:0<4}", &fraction[..fraction.len().min(4)]);
    sign * digits.parse::<i64>().unwrap_or(0)
}

/// Rates of a maker and a taker.
pub async fn rates(call: &Call<'_>, acting: &Acting) -> Result<Value, FaceError> {
    let (account, _) = found(call, acting).await?;
    Ok(json!({"maker": eight(&account.fees.maker), "taker": eight(&account.fees.taker)}))
}

pub async fn account(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(20)?;
    let acting = Acting::of(call, Scope::Read).await?;
    let hides_zeros = call.params.flag("omitZeroBalances")?;
    let (account, balances) = found(call, &acting).await?;
    let shown = balances.iter().filter(|balance| !hides_zeros || balance.total != "0");
    let balances: Vec<Value> = shown
        .map(|balance| {
            json!({"asset": balance.asset, "free": eight(&balance.free), "locked": eight(&balance.reserved)})
        })
        .collect();
    let (maker, taker) = (&account.fees.maker, &account.fees.taker);
    let may_trade = acting.identity.require(Scope::Trade).is_ok() && !account.kill_switch;
    let body = json!({
        "makerCommission": basis_points(maker),
        "takerCommission": basis_points(taker),
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {
            "maker": eight(maker), "taker": eight(taker), "buyer": "0.00000000", "seller": "0.00000000",
        },
        "canTrade": may_trade,
        "canWithdraw": false,
        "canDeposit": false,
        "brokered": false,
        "requireSelfTradePrevention": false,
        "preventSor": false,
        "updateTime": marketd_actors::clock::now().millis(),
        "accountType": "SPOT",
        "balances": balances,
        "permissions": ["SPOT"],
        "uid": account.account_id,
    });
    Ok(body.to_string().into_bytes())
}

pub async fn commission(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(20)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Read).await?;
    let rates = rates(call, &acting).await?;
    let none =
        json!({"maker": "0.00000000", "taker": "0.00000000", "buyer": "0.00000000", "seller": "0.00000000"});
    let body = json!({
        "symbol": super::symbol_of(&entry),
        "standardCommission": {
            "maker": rates["maker"], "taker": rates["taker"], "buyer": "0.00000000", "seller": "0.00000000",
        },
        "specialCommission": none,
        "taxCommission": none,
        "discount": {"enabledForAccount": false, "enabledForSymbol": false, "discountAsset": "BNB", "discount": "0.00000000"},
    });
    Ok(body.to_string().into_bytes())
}

pub async fn order_rates(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(40)?;
    let acting = Acting::of(call, Scope::Read).await?;
    let (per_10s, per_day) = call.face.orders.limits();
    let (seconds, day) = call.face.orders.count(acting.user(), 0, marketd_actors::clock::now())?;
    let rate = |interval: &str, num: u32, limit: u32, count: u32| json!({"rateLimitType": "ORDERS", "interval": interval, "intervalNum": num, "limit": limit, "count": count});
    let body = json!([rate("SECOND", 10, per_10s, seconds), rate("DAY", 1, per_day, day)]);
    Ok(body.to_string().into_bytes())
}

/// Nothing is routed over several books here, so nothing is allocated.
pub async fn no_allocations(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(20)?;
    call.market()?;
    signed(call, Scope::Read).await?;
    Ok(b"[]".to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_are_told_in_hundredths_of_a_percent() {
        let rates = ["0.001", "0", "-0.0005", "0.00075", "0.01"].map(basis_points);
        assert_eq!(rates, [10, 0, -5, 7, 100]);
    }
}
