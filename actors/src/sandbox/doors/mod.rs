//! What clients ask of the sandbox, carried out on its thread: one function a request, called by REST and WebSocket alike.

pub mod accounts;
pub mod orders;
pub mod risk;

use marketd_domain::Scale;
use marketd_domain::ledger::{AccountNo, Amount};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{NumberRefusal, NumberText};
use serde::Serialize;

use super::floor::Floor;
use super::gate::{Done, Refused};

/// An answer that is created, or given.
fn answered<T: Serialize>(http_status: u16, body: &T) -> Result<Done, Refused> {
    match serde_json::to_vec(body) {
        Ok(data) => Ok(Done { http_status, data }),
        Err(error) => {
            tracing::error!(%error, "an answer of the sandbox cannot be encoded");
            Err((ErrorCode::INTERNAL, "an answer cannot be encoded".to_owned()))
        }
    }
}

/// What was just done must be there to be shown.
fn there<T>(found: Option<T>) -> Result<T, Refused> {
    found.ok_or_else(|| (ErrorCode::INTERNAL, "what was done cannot be shown".to_owned()))
}

/// A positive amount of an asset.
fn amount_of(field: &str, text: &NumberText, scale: Scale) -> Result<Amount, Refused> {
    let shown = text.as_str();
    match text.amount(scale) {
        Ok(amount) if amount > Amount::ZERO => Ok(amount),
        Ok(_) | Err(NumberRefusal::OutOfRange) => {
            Err((ErrorCode::OUT_OF_RANGE, format!("{field} {shown:?} is zero, negative or too large")))
        }
        Err(NumberRefusal::Precision(scale)) => Err((
            ErrorCode::PRECISION,
            format!("{field} {shown:?} has more than {} decimals", scale.decimals()),
        )),
        Err(NumberRefusal::Syntax) => {
            Err((ErrorCode::BAD_REQUEST, format!("{field} {shown:?} is not a decimal")))
        }
    }
}

impl Floor {
    /// An account that may still be used.
    fn open_account(
        &mut self,
        user: marketd_domain::ledger::UserNo,
        name: Option<&str>,
    ) -> Result<AccountNo, Refused> {
        let account = self.account(user, name)?;
        let is_closed = self.sandbox.ledger().account(account).is_some_and(|account| account.is_closed());
        if is_closed {
            return Err((ErrorCode::ACCOUNT_CLOSED, "this version of the account was reset".to_owned()));
        }
        Ok(account)
    }
}
