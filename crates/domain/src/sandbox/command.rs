//! What clients and operators ask for.

use super::Sandbox;
use super::event::{Amend, Event, EventBody, MarketListed};
use super::ids::{ClientOrderId, ListId, OrderId};
use super::latency::Latency;
use super::lists::ListKind;
use super::order::{OrderRequest, OrderStatus};
use super::reject::{EndReason, Reject, Rule};
use crate::ledger::{
    AccountNo, Amount, Asset, AssetNo, FeeSchedule, LedgerEvent, MarketNo, Refusal, RiskLimits, UserNo,
};
use crate::time::Timestamp;

/// An order to act. Those that name an order name its account too: another account's order is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    AddAsset(Asset),
    ListMarket(Box<MarketListed>),
    OpenAccount {
        user: UserNo,
        name: String,
        fees: FeeSchedule,
    },
    Deposit {
        account: AccountNo,
        asset: AssetNo,
        amount: Amount,
    },
    /// Cancels its orders, closes it and opens an empty successor.
    ResetAccount {
        account: AccountNo,
    },
    CloneAccount {
        source: AccountNo,
        name: String,
    },
    SetFees {
        account: AccountNo,
        fees: FeeSchedule,
    },
    SetLimits {
        account: AccountNo,
        limits: RiskLimits,
    },
    SetLatency {
        account: AccountNo,
        latency: Latency,
    },
    PlaceOrder {
        account: AccountNo,
        request: OrderRequest,
    },
    PlaceList {
        account: AccountNo,
        kind: ListKind,
        orders: Vec<OrderRequest>,
        /// The client's own name for it.
        client_list_id: Option<ClientOrderId>,
    },
    AmendOrder {
        account: AccountNo,
        order_id: OrderId,
        amend: Amend,
    },
    CancelOrder {
        account: AccountNo,
        order_id: OrderId,
    },
    /// Of one market, or of all.
    CancelAll {
        account: AccountNo,
        market: Option<MarketNo>,
    },
    /// On: cancels the account's orders and refuses new ones. `None` is every account.
    SetKillSwitch {
        account: Option<AccountNo>,
        is_on: bool,
    },
    /// At that moment the account's orders are cancelled, unless it is moved or taken back before.
    CancelAfter {
        account: AccountNo,
        at: Option<Timestamp>,
    },
}

/// What an accepted command led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    Nothing,
    Order(OrderId),
    List(ListId),
    Account(AccountNo),
    Asset(AssetNo),
    Market(MarketNo),
    /// So many orders were cancelled.
    Cancelled(u32),
}

/// A dead-man timer runs for at most a day.
const CANCEL_AFTER_MAX_NS: i64 = 86_400_000_000_000;

impl Sandbox {
    pub(super) fn command(&mut self, command: &Command, out: &mut Vec<Event>) -> Result<Done, Reject> {
        match command {
            Command::PlaceOrder { account, request } => self.place(*account, request, out),
            Command::PlaceList { account, kind, orders, client_list_id } => {
                self.place_list(*account, (*kind, *client_list_id), orders, out)
            }
            Command::AmendOrder { account, order_id, amend } => self.amend(*account, *order_id, *amend, out),
            Command::CancelOrder { account, order_id } => self.cancel(*account, *order_id, out),
            Command::CancelAll { account, market } => self.cancel_all(*account, *market, out),
            Command::SetKillSwitch { account, is_on } => self.set_kill_switch(*account, *is_on, out),
            Command::CancelAfter { account, at } => self.cancel_after(*account, *at, out),
            Command::ResetAccount { account } => self.reset_account(*account, out),
            Command::AddAsset(asset) => {
                let number = AssetNo::new(self.ledger.assets().count() as u32);
                self.ledger_event(None, LedgerEvent::AssetAdded(asset.clone()), out)?;
                Ok(Done::Asset(number))
            }
            Command::ListMarket(listed) => {
                let number = MarketNo::new(self.desks.len() as u32);
                self.commit(None, EventBody::MarketListed(listed.clone()), out)?;
                Ok(Done::Market(number))
            }
            Command::OpenAccount { user, name, fees } => self.new_account(
                LedgerEvent::AccountOpened { user: *user, name: name.clone(), fees: *fees },
                out,
            ),
            Command::CloneAccount { source, name } => {
                self.new_account(LedgerEvent::AccountCloned { source: *source, name: name.clone() }, out)
            }
            &Command::Deposit { account, asset, amount } => {
                self.ledger_event(Some(account), LedgerEvent::Deposited { account, asset, amount }, out)
            }
            &Command::SetFees { account, fees } => {
                self.ledger_event(Some(account), LedgerEvent::FeesSet { account, fees }, out)
            }
            Command::SetLimits { account, limits } => {
                let event = LedgerEvent::LimitsSet { account: *account, limits: limits.clone() };
                self.ledger_event(Some(*account), event, out)
            }
            &Command::SetLatency { account, latency } => {
                self.commit(Some(account), EventBody::LatencySet { account, latency }, out)?;
                Ok(Done::Nothing)
            }
        }
    }

    fn ledger_event(
        &mut self,
        account: Option<AccountNo>,
        event: LedgerEvent,
        out: &mut Vec<Event>,
    ) -> Result<Done, Reject> {
        self.commit(account, EventBody::Ledger(event), out)?;
        Ok(Done::Nothing)
    }

    fn new_account(&mut self, event: LedgerEvent, out: &mut Vec<Event>) -> Result<Done, Reject> {
        let number = AccountNo::new(self.ledger.account_count());
        self.ledger_event(Some(number), event, out)?;
        Ok(Done::Account(number))
    }

    fn reset_account(&mut self, account: AccountNo, out: &mut Vec<Event>) -> Result<Done, Reject> {
        let found = self.ledger.account(account).ok_or(Refusal::UnknownAccount)?;
        if found.is_closed() {
            return Err(Refusal::AccountClosed.into());
        }
        self.end_all(account, None, EndReason::AccountReset, out);
        self.new_account(LedgerEvent::AccountReset { account }, out)
    }

    /// Ends the account's orders, whatever they wait for. Says how many.
    pub(super) fn end_all(
        &mut self,
        account: AccountNo,
        market: Option<MarketNo>,
        reason: EndReason,
        out: &mut Vec<Event>,
    ) -> u32 {
        let before = self.open_order_count(account);
        for order_id in self.open_order_ids(account, market) {
            self.end_if_open(order_id, OrderStatus::Cancelled, reason, out);
        }
        before - self.open_order_count(account)
    }

    fn set_kill_switch(
        &mut self,
        account: Option<AccountNo>,
        is_killed: bool,
        out: &mut Vec<Event>,
    ) -> Result<Done, Reject> {
        let (event, accounts) = match account {
            Some(account) => {
                (LedgerEvent::KillSwitchSet { account, is_killed }, account.get()..account.get() + 1)
            }
            None => (LedgerEvent::GlobalKillSwitchSet { is_killed }, 0..self.ledger.account_count()),
        };
        self.ledger_event(account, event, out)?;
        let mut cancelled = 0;
        if is_killed {
            for account in accounts.map(AccountNo::new) {
                cancelled += self.end_all(account, None, EndReason::KillSwitch, out);
            }
        }
        Ok(Done::Cancelled(cancelled))
    }

    fn cancel_after(
        &mut self,
        account: AccountNo,
        at: Option<Timestamp>,
        out: &mut Vec<Event>,
    ) -> Result<Done, Reject> {
        if at.is_some_and(|at| at <= self.now || at.nanos_since(self.now) > CANCEL_AFTER_MAX_NS) {
            return Err(Rule::BadTimer.into());
        }
        self.ledger_event(Some(account), LedgerEvent::CancelAfterSet { account, at }, out)
    }

    /// The dead-man timer ran out.
    pub(super) fn cancel_after_due(&mut self, account: AccountNo, out: &mut Vec<Event>) {
        self.commit_sure(account, EventBody::Ledger(LedgerEvent::CancelAfterSet { account, at: None }), out);
        self.end_all(account, None, EndReason::CancelAfter, out);
    }
}
