//! The section `sandbox`.

use std::time::Duration;

use marketd_actors::sandbox::SandboxSettings;
use marketd_domain::Scale;
use marketd_domain::ledger::{Asset, FeeIn, FeeRate, FeeSchedule, LedgerBounds};
use marketd_domain::numbers::Decimal;
use marketd_domain::sandbox::{QueueModel, SandboxBounds};
use marketd_protocol::sandbox::NumberText;
use serde::Deserialize;

use super::{ConfigError, bad};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sandbox {
    pub enabled: bool,
    /// At the start.
    pub takes_orders: bool,
    mailbox: usize,
    initial_balances: Vec<String>,
    maker_fee: String,
    taker_fee: String,
    fee_in: String,
    queue_model: String,
    band_bps: u32,
    backlog: usize,
    patience_ms: u64,
    pub answer_timeout_ms: u64,
    state_events: u64,
    open_orders: u32,
    remembered_orders: usize,
    remembered_fills: usize,
    idle_s: u64,
    accounts: u32,
}

impl Sandbox {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        self.fees()?;
        self.queue_model()?;
        self.initial_balances()?;
        let bounds = [
            ("sandbox.mailbox", self.mailbox, 1..=1_000_000),
            ("sandbox.backlog", self.backlog, 1..=10_000_000),
            ("sandbox.open_orders", self.open_orders as usize, 1..=10_000_000),
            ("sandbox.remembered_orders", self.remembered_orders, 1..=10_000_000),
            ("sandbox.remembered_fills", self.remembered_fills, 1..=10_000_000),
            ("sandbox.accounts", self.accounts as usize, 1..=10_000_000),
        ];
        for (key, value, range) in bounds {
            if !range.contains(&value) {
                return Err(bad(key, format!("must be {} to {}", range.start(), range.end())));
            }
        }
        if self.state_events == 0 {
            return Err(bad("sandbox.state_events", "must be at least 1"));
        }
        if self.answer_timeout_ms == 0 || self.patience_ms == 0 {
            return Err(bad("sandbox.patience_ms", "and answer_timeout_ms must be at least 1"));
        }
        Ok(())
    }

    fn fees(&self) -> Result<FeeSchedule, ConfigError> {
        let rate = |key: &str, text: &str| {
            let (is_rebate, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
            let millionths =
                Decimal::parse(digits.as_bytes()).ok().and_then(|share| share.at_scale(Scale::of(6)));
            millionths
                .map(|millionths| if is_rebate { -millionths } else { millionths })
                .and_then(|millionths| FeeRate::from_millionths(i32::try_from(millionths).ok()?))
                .ok_or_else(|| bad(key, "is a share between -0.01 and 0.1, such as \"0.001\""))
        };
        let paid_in = match self.fee_in.as_str() {
            "received" => FeeIn::Received,
            "quote" => FeeIn::Quote,
            _ => return Err(bad("sandbox.fee_in", "is received or quote")),
        };
        let (maker, taker) =
            (rate("sandbox.maker_fee", &self.maker_fee)?, rate("sandbox.taker_fee", &self.taker_fee)?);
        FeeSchedule::new(maker, taker, paid_in)
            .map_err(|refusal| bad("sandbox.maker_fee", refusal.to_string()))
    }

    fn queue_model(&self) -> Result<QueueModel, ConfigError> {
        match self.queue_model.as_str() {
            "risk_averse" => Ok(QueueModel::RiskAverse),
            "proportional" => Ok(QueueModel::Proportional),
            _ => Err(bad("sandbox.queue_model", "is risk_averse or proportional")),
        }
    }

    fn initial_balances(&self) -> Result<Vec<(String, String)>, ConfigError> {
        let read = |text: &String| {
            let (amount, asset) = text.split_once(' ')?;
            let is_code = !asset.is_empty() && asset.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let units = NumberText::new(amount).amount(Asset::USUAL_SCALE).ok()?;
            (is_code && units.units() > 0).then(|| (asset.to_owned(), amount.to_owned()))
        };
        (self.initial_balances.iter())
            .map(|text| {
                let message = format!("{text:?} is not an amount and an asset, such as \"100000 USDT\"");
                read(text).ok_or_else(|| bad("sandbox.initial_balances", message))
            })
            .collect()
    }

    pub fn settings(&self) -> Result<SandboxSettings, ConfigError> {
        Ok(SandboxSettings {
            mailbox: self.mailbox,
            bounds: SandboxBounds {
                ledger: LedgerBounds { accounts: self.accounts, ..LedgerBounds::default() },
                orders: self.open_orders.saturating_add(self.remembered_orders as u32),
                finished_orders: self.remembered_orders,
                fills: self.remembered_fills,
            },
            initial_balances: self.initial_balances()?,
            fees: self.fees()?,
            queue_model: self.queue_model()?,
            band_bps: (self.band_bps > 0).then_some(self.band_bps),
            backlog: self.backlog,
            patience: Duration::from_millis(self.patience_ms),
            answer_timeout: Duration::from_millis(self.answer_timeout_ms),
            state_every: self.state_events,
            idle: Duration::from_secs(self.idle_s),
        })
    }
}
