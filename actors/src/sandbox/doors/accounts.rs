//! Accounts: opened, set, filled, reset.

use marketd_domain::ledger::{AccountNo, FeeIn, FeeRate, FeeSchedule, Liquidity, UserNo};
use marketd_domain::numbers::Decimal;
use marketd_domain::sandbox::{Command, DELAY_MAX_NS, Delay, Done as Applied, Latency};
use marketd_domain::{Scale, ledger};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{
    AccountFields, DelayBody, DepositFields, LatencyBody, SettingsFields, code_of_ledger,
};

use super::{amount_of, answered, there};
use crate::sandbox::floor::Floor;
use crate::sandbox::gate::{Done, Refused};

const CREATED: u16 = 201;
const OK: u16 = 200;
const NAME_MAX: usize = 32;

impl Floor {
    pub fn open(&mut self, user: UserNo, fields: &AccountFields) -> Result<Done, Refused> {
        check_name(&fields.account)?;
        let settings = fields.settings();
        let source = fields.clone_of.as_deref().map(|source| self.account(user, Some(source))).transpose()?;
        // Looked at before anything is done: an account is opened whole or not at all.
        let before = source.and_then(|source| self.sandbox.ledger().account(source)).map(|found| found.fees);
        let fees = fees_of(&settings, before.unwrap_or(self.settings.fees))?;
        let latency = settings.latency.map(latency_of).transpose()?;
        let name = fields.account.clone();
        let opened = match source {
            Some(source) => self.command(&Command::CloneAccount { source, name })?,
            None => self.command(&Command::OpenAccount { user, name, fees })?,
        };
        let Applied::Account(account) = opened else { return there(None) };
        if source.is_some() && before != Some(fees) {
            self.command(&Command::SetFees { account, fees })?;
        }
        if let Some(latency) = latency {
            self.command(&Command::SetLatency { account, latency })?;
        }
        answered(CREATED, &there(self.account_body(account))?)
    }

    pub fn set_account(
        &mut self,
        user: UserNo,
        name: &str,
        settings: &SettingsFields,
    ) -> Result<Done, Refused> {
        let account = self.open_account(user, Some(name))?;
        let held = there(self.sandbox.ledger().account(account).map(|found| found.fees))?;
        let fees = fees_of(settings, held)?;
        let latency = settings.latency.map(latency_of).transpose()?;
        if fees != held {
            self.command(&Command::SetFees { account, fees })?;
        }
        if let Some(latency) = latency.filter(|latency| *latency != self.sandbox.latency(account)) {
            self.command(&Command::SetLatency { account, latency })?;
        }
        answered(OK, &there(self.account_body(account))?)
    }

    pub fn deposit(&mut self, user: UserNo, name: &str, fields: &DepositFields) -> Result<Done, Refused> {
        let account = self.open_account(user, Some(name))?;
        let asset = self.known_asset(&fields.asset)?;
        let amount = amount_of("amount", &fields.amount, self.asset_of(asset).scale)?;
        self.command(&Command::Deposit { account, asset, amount })?;
        answered(CREATED, &there(self.balance_body(account, asset))?)
    }

    /// Opens a successor as empty as the account was when it was opened: the default one has its money again.
    pub fn reset(&mut self, user: UserNo, name: &str) -> Result<Done, Refused> {
        let account = self.open_account(user, Some(name))?;
        let Applied::Account(successor) = self.command(&Command::ResetAccount { account })? else {
            return there(None);
        };
        if self.account_name(successor) == Self::default_name(user) {
            self.fund(successor)?;
        }
        answered(OK, &there(self.account_body(successor))?)
    }

    /// An account of the user, by name or number, for those who only look.
    pub fn account_of(&mut self, user: UserNo, name: Option<&str>) -> Result<AccountNo, Refused> {
        self.account(user, name)
    }
}

/// Numbers mean versions of accounts, so a name begins with a letter.
fn check_name(name: &str) -> Result<(), Refused> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    if begins && name.len() <= NAME_MAX && name.bytes().all(is_plain) {
        return Ok(());
    }
    let message = format!("an account's name is a letter, then up to {} of A-Z a-z 0-9 _ -", NAME_MAX - 1);
    Err((ErrorCode::BAD_REQUEST, message))
}

fn fees_of(settings: &SettingsFields, held: FeeSchedule) -> Result<FeeSchedule, Refused> {
    let rate = |text: &Option<String>, liquidity| match text {
        None => Ok(held.rate(liquidity)),
        Some(text) => rate_of(text),
    };
    let (maker, taker) =
        (rate(&settings.maker_fee, Liquidity::Maker)?, rate(&settings.taker_fee, Liquidity::Taker)?);
    let paid_in = match settings.fee_in.as_deref() {
        None => held.paid_in,
        Some("received") => FeeIn::Received,
        Some("quote") => FeeIn::Quote,
        Some(_) => return Err((ErrorCode::BAD_REQUEST, "fee_in is received or quote".to_owned())),
    };
    FeeSchedule::new(maker, taker, paid_in).map_err(|refusal| (code_of_ledger(refusal), refusal.to_string()))
}

/// A share such as `0.001`, in millionths.
fn rate_of(text: &str) -> Result<FeeRate, Refused> {
    let bad = || (ErrorCode::BAD_REQUEST, "a fee is a decimal such as \"0.001\"".to_owned());
    let (is_rebate, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    if digits.len() > 12 {
        return Err(bad());
    }
    let decimal = Decimal::parse(digits.as_bytes()).map_err(|_| bad())?;
    let millionths = decimal
        .at_scale(Scale::of(6))
        .ok_or_else(|| (ErrorCode::PRECISION, "a fee has at most six decimals".to_owned()))?;
    let millionths = if is_rebate { -millionths } else { millionths };
    i32::try_from(millionths).ok().and_then(FeeRate::from_millionths).ok_or_else(|| {
        let refusal = ledger::Refusal::FeeOutOfRange;
        (code_of_ledger(refusal), refusal.to_string())
    })
}

fn latency_of(body: LatencyBody) -> Result<Latency, Refused> {
    let LatencyBody { entry, cancel, reply, seed } = body;
    Ok(Latency { entry: delay_of(entry)?, cancel: delay_of(cancel)?, reply: delay_of(reply)?, seed })
}

fn delay_of(body: DelayBody) -> Result<Delay, Refused> {
    let ns = |us: u64| {
        us.checked_mul(1_000)
            .filter(|ns| *ns <= DELAY_MAX_NS)
            .ok_or_else(|| (ErrorCode::OUT_OF_RANGE, "a delay is at most 60,000,000 microseconds".to_owned()))
    };
    Ok(match body {
        DelayBody::None => Delay::None,
        DelayBody::Constant { us } => Delay::Constant { ns: ns(us)? },
        DelayBody::Uniform { min_us, max_us } if min_us <= max_us => {
            Delay::Uniform { min_ns: ns(min_us)?, max_ns: ns(max_us)? }
        }
        DelayBody::Uniform { .. } => {
            return Err((ErrorCode::BAD_REQUEST, "min_us is above max_us".to_owned()));
        }
        DelayBody::LongTail { min_us, mean_us } => {
            Delay::LongTail { min_ns: ns(min_us)?, mean_ns: ns(mean_us)? }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_shares() {
        let check = |text: &str, expected: Result<i32, &str>| {
            let rate = rate_of(text).map(FeeRate::millionths).map_err(|(code, _)| code.code);
            assert_eq!(rate, expected, "{text}");
        };
        check("0.001", Ok(1_000));
        check("-0.0005", Ok(-500));
        check("0", Ok(0));
        check("0.0000001", Err("precision"));
        check("0.2", Err("fee_out_of_range"));
        check("1 %", Err("bad_request"));
        check("", Err("bad_request"));
    }

    #[test]
    fn names_are_plain_and_no_numbers() {
        for (name, valid) in [("a", true), ("bot-1_B", true), ("1a", false), ("", false), ("<b>", false)] {
            assert_eq!(check_name(name).is_ok(), valid, "{name}");
        }
        assert!(check_name(&"a".repeat(33)).is_err());
    }
}
