//! Limits, switches and the dead-man timer.

use marketd_domain::Timestamp;
use marketd_domain::ledger::{AccountNo, AssetLimits, MarketLimits, OrderRate, RiskLimits, UserNo};
use marketd_domain::sandbox::Command;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{CancelAfterFields, KillFields, LimitsBody};

use super::{amount_of, answered, there};
use crate::sandbox::floor::Floor;
use crate::sandbox::gate::{Done, Refused};

const OK: u16 = 200;
/// More entries than anybody has markets.
const ENTRIES_MAX: usize = 1_000;

impl Floor {
    pub fn set_limits(
        &mut self,
        user: UserNo,
        account: Option<&str>,
        body: &LimitsBody,
    ) -> Result<Done, Refused> {
        let account = self.open_account(user, account)?;
        let limits = self.limits_of(body)?;
        self.command(&Command::SetLimits { account, limits })?;
        self.risk_answer(account)
    }

    fn limits_of(&mut self, body: &LimitsBody) -> Result<RiskLimits, Refused> {
        if body.markets.len() + body.assets.len() > ENTRIES_MAX {
            return Err((ErrorCode::BAD_REQUEST, format!("at most {ENTRIES_MAX} markets and assets")));
        }
        let mut limits = RiskLimits {
            max_open_orders: body.max_open_orders,
            price_collar_bps: body.price_collar_bps,
            order_rate: body
                .order_rate
                .map(|rate| OrderRate { orders: rate.orders, window_ms: rate.window_ms.max(1) }),
            ..RiskLimits::default()
        };
        for of in &body.markets {
            let market = self.listed_market(&of.market)?;
            let terms = self.terms_of(market);
            let base = self.asset_of(terms.base).scale;
            let scales = terms.scales;
            let max_order_qty = match &of.max_order_qty {
                None => None,
                Some(text) => {
                    amount_of("max_order_qty", text, scales.qty)?;
                    text.qty(scales).ok()
                }
            };
            let max_position =
                of.max_position.as_ref().map(|text| amount_of("max_position", text, base)).transpose()?;
            if limits.markets.iter().any(|held| held.market == market) {
                return Err((ErrorCode::BAD_REQUEST, format!("{} is named twice", of.market)));
            }
            limits.markets.push(MarketLimits { market, max_order_qty, max_position });
        }
        for of in &body.assets {
            let asset = self.known_asset(&of.asset)?;
            let scale = self.asset_of(asset).scale;
            let amount = |field: &str, text: &Option<marketd_protocol::sandbox::NumberText>| {
                text.as_ref().map(|text| amount_of(field, text, scale)).transpose()
            };
            let max_order_notional = amount("max_order_notional", &of.max_order_notional)?;
            let max_daily_loss = amount("max_daily_loss", &of.max_daily_loss)?;
            if limits.assets.iter().any(|held| held.asset == asset) {
                return Err((ErrorCode::BAD_REQUEST, format!("{} is named twice", of.asset)));
            }
            limits.assets.push(AssetLimits { asset, max_order_notional, max_daily_loss });
        }
        Ok(limits)
    }

    /// Of one account, or of all: the edge asks who may do that.
    pub fn set_kill_switch(&mut self, user: UserNo, fields: &KillFields) -> Result<Done, Refused> {
        let account = self.open_account(user, fields.account.as_deref())?;
        let of = (!fields.global).then_some(account);
        self.command(&Command::SetKillSwitch { account: of, is_on: fields.on })?;
        self.risk_answer(account)
    }

    pub fn set_cancel_after(&mut self, user: UserNo, fields: &CancelAfterFields) -> Result<Done, Refused> {
        let account = self.open_account(user, fields.account.as_deref())?;
        let ms = i64::try_from(fields.timeout_ms).unwrap_or(i64::MAX / 2);
        let now: Timestamp = self.now();
        let at = (ms > 0).then(|| now.plus_millis(ms.min(i64::from(u32::MAX))));
        self.command(&Command::CancelAfter { account, at })?;
        self.risk_answer(account)
    }

    fn risk_answer(&self, account: AccountNo) -> Result<Done, Refused> {
        answered(OK, &there(self.risk_body(account))?)
    }
}
