//! The sandbox's state with what it needs to act: the board's markets that it follows, and what has happened since the
//! last commit.

use std::collections::HashMap;
use std::sync::Arc;

use marketd_domain::ledger::{AccountNo, Asset, AssetNo, MarketNo, Terms, UserNo};
use marketd_domain::sandbox::{
    Command, Done as Applied, Event, EventBody, Input, ListId, MarketEvent, OrderId, OrderList, Reject,
    Sandbox,
};
use marketd_domain::{MarketId, Timestamp};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{NumberText, PreventedMatchBody, code_of_reject};
use marketd_store::sandbox::{IdempotencyRow, JournalHead};

use super::SandboxCounters;
use super::channels::Channels;
use super::commit::{Batch, Commit};
use super::follow::Followed;
use super::gate::Refused;
use super::settings::SandboxSettings;
use crate::board::Board;
use crate::clock;
use crate::sim::HeldSimulator;

/// Something that is told of an account once its event is on the disk.
pub(super) struct Outgoing {
    pub account: AccountNo,
    pub seq: u64,
    pub visible_at: Timestamp,
    /// Told with whether it is true: if that will never be known, who would have heard it is let go.
    pub send: Box<dyn FnOnce(bool) + Send>,
}

/// What the last input led to that answers tell and the state does not hold.
#[derive(Default)]
struct Noted {
    prevented: Vec<PreventedMatchBody>,
    ended_lists: Vec<OrderList>,
    /// Number of the event of the last amendment.
    amended: Option<(OrderId, u64)>,
}

/// Everything that requests work on.
pub struct Floor {
    pub sandbox: Sandbox,
    pub board: Arc<Board>,
    pub settings: Arc<SandboxSettings>,
    pub counters: Arc<SandboxCounters>,
    /// By the sandbox's number of the market.
    pub(super) followed: Vec<Followed>,
    pub(super) by_market: HashMap<String, MarketNo>,
    pub(super) batch: Batch,
    /// Who hears of the markets that are followed.
    pub(super) listener: Option<actix::Recipient<super::tap::MarketNews>>,
    pub(super) channels: Channels,
    pub(super) outgoing: Vec<Outgoing>,
    pub(super) listeners: super::private::Listeners,
    events: Vec<Event>,
    noted: Noted,
    /// What clients call cancels that are on their way, by order.
    pub(super) cancel_names: HashMap<OrderId, String>,
    /// When the client may see what the request under way did.
    visible_at: Timestamp,
}

impl Floor {
    pub fn new(
        sandbox: Sandbox,
        head: JournalHead,
        board: Arc<Board>,
        settings: Arc<SandboxSettings>,
        counters: Arc<SandboxCounters>,
    ) -> Self {
        let mut floor = Self {
            batch: Batch::new(head),
            sandbox,
            board,
            settings,
            counters,
            followed: Vec::new(),
            by_market: HashMap::new(),
            listener: None,
            channels: Channels::default(),
            outgoing: Vec::new(),
            listeners: super::private::Listeners::default(),
            events: Vec::new(),
            noted: Noted::default(),
            cancel_names: HashMap::new(),
            visible_at: Timestamp::ZERO,
        };
        floor.know_markets();
        floor
    }

    /// Takes an input, and notes what happened for the next commit.
    pub fn apply(&mut self, input: Input<'_>) -> Result<Applied, Reject> {
        self.forget_noted();
        let Some(shared) = self.board.simulator() else { return self.apply_with(input, None) };
        let mut held = shared.lock();
        self.hear_simulated(&mut held);
        let done = self.apply_with(input, Some(&mut *held));
        self.settle_simulated(&mut held);
        done
    }

    /// With the simulator, in whose book its orders do the same.
    pub(super) fn apply_with(
        &mut self,
        input: Input<'_>,
        simulator: Option<&mut HeldSimulator>,
    ) -> Result<Applied, Reject> {
        let mut events = std::mem::take(&mut self.events);
        let done = self.sandbox.apply(input, clock::now(), &mut events);
        for event in &events {
            self.counters.note(event);
            self.batch.add(&self.sandbox, event);
            self.note_open(event);
            self.visible_at = self.visible_at.max(event.visible_at);
            self.note(event);
        }
        self.noted.ended_lists.extend_from_slice(self.sandbox.ended_lists());
        if let Some(held) = simulator {
            self.follow_in_simulated(held, &events);
        }
        self.note_channels(&events);
        self.note_news(&events);
        let sandbox = &self.sandbox;
        self.cancel_names
            .retain(|order_id, _| sandbox.order(*order_id).is_some_and(|order| !order.status.is_final()));
        events.clear();
        self.events = events;
        done
    }

    pub(super) fn forget_noted(&mut self) {
        self.noted.prevented.clear();
        self.noted.ended_lists.clear();
        self.noted.amended = None;
    }

    fn note(&mut self, event: &Event) {
        match &event.body {
            EventBody::SelfTradePrevented(prevented) => {
                let scales = self.terms_of(prevented.market).scales;
                let body = PreventedMatchBody::of(event.seq, prevented, (event.ts, scales));
                self.noted.prevented.push(body);
            }
            EventBody::OrderAmended(amended) => self.noted.amended = Some((amended.order_id, event.seq)),
            _ => {}
        }
    }

    /// Number of the event by which an order was amended, with the last input.
    pub fn amended_seq(&self, of: OrderId) -> Option<u64> {
        self.noted.amended.filter(|(order_id, _)| *order_id == of).map(|(_, seq)| seq)
    }

    /// What self-trade prevention kept an order from meeting, with the last input.
    pub fn prevented_of(&self, taker: OrderId) -> impl Iterator<Item = &PreventedMatchBody> {
        self.noted.prevented.iter().filter(move |prevented| prevented.taker_order_id == taker.get())
    }

    /// A list that is open, or ended with the last input.
    pub fn order_list(&self, list_id: ListId) -> Option<OrderList> {
        let ended = || self.noted.ended_lists.iter().find(|list| list.list_id == list_id);
        self.sandbox.order_list(list_id).or_else(ended).copied()
    }

    pub(super) fn market_event(&mut self, market: MarketNo, event: MarketEvent<'_>) -> Result<(), Reject> {
        self.apply(Input::Market { market, event }).map(|_| ())
    }

    /// Carries a command out; a refusal becomes an error of the one table.
    pub fn command(&mut self, command: &Command) -> Result<Applied, Refused> {
        self.apply(Input::Command(command)).map_err(|reject| {
            let refused = refused(&reject);
            self.counters.note_refusal(refused.0);
            refused
        })
    }

    pub fn now(&self) -> Timestamp {
        clock::now()
    }

    // Accounts.

    /// The name of the account that requests mean which name none.
    pub const fn default_name(user: UserNo) -> &'static str {
        if user.get() == 0 { "dev" } else { "main" }
    }

    /// A user's account: by its name, or any version of it by number; without either the default one, which is opened
    /// when it is asked for first.
    pub fn account(&mut self, user: UserNo, name: Option<&str>) -> Result<AccountNo, Refused> {
        let Some(name) = name else { return self.default_account(user) };
        let ledger = self.sandbox.ledger();
        let by_number = || {
            let number = name.parse().ok().map(AccountNo::new)?;
            ledger.account(number).filter(|account| account.user == user).map(|_| number)
        };
        if let Some(found) = ledger.account_named(user, name).or_else(by_number) {
            return Ok(found);
        }
        if name == Self::default_name(user) {
            return self.default_account(user);
        }
        let shown: String = name.chars().take(40).collect();
        Err((ErrorCode::UNKNOWN_ACCOUNT, format!("unknown account {shown:?}")))
    }

    fn default_account(&mut self, user: UserNo) -> Result<AccountNo, Refused> {
        let name = Self::default_name(user);
        if let Some(found) = self.sandbox.ledger().account_named(user, name) {
            return Ok(found);
        }
        let fees = self.settings.fees;
        let open = Command::OpenAccount { user, name: name.to_owned(), fees };
        let Applied::Account(account) = self.command(&open)? else {
            return Err((ErrorCode::INTERNAL, "an account was not opened".to_owned()));
        };
        self.fund(account)?;
        Ok(account)
    }

    /// Gives an account what a default account begins with.
    pub fn fund(&mut self, account: AccountNo) -> Result<(), Refused> {
        for (code, amount) in self.settings.clone().initial_balances.iter() {
            let asset = self.asset(code)?;
            let scale = self.asset_of(asset).scale;
            // Checked when the configuration was read.
            let Ok(amount) = NumberText::new(amount).amount(scale) else { continue };
            self.command(&Command::Deposit { account, asset, amount })?;
        }
        Ok(())
    }

    /// The accounts of a user that are open, the default one first.
    pub fn accounts_of(&mut self, user: UserNo) -> Result<Vec<AccountNo>, Refused> {
        let default = self.default_account(user)?;
        let mut found: Vec<AccountNo> = self.sandbox.ledger().accounts_of(user).collect();
        found.sort_by_key(|account| (*account != default, *account));
        Ok(found)
    }

    // Assets and markets.

    /// The asset of this code, added when it is new.
    pub(super) fn asset(&mut self, code: &str) -> Result<AssetNo, Refused> {
        if let Some(found) = self.sandbox.ledger().asset_coded(code) {
            return Ok(found);
        }
        let asset = Asset { code: code.to_owned(), scale: Asset::USUAL_SCALE };
        match self.command(&Command::AddAsset(asset))? {
            Applied::Asset(number) => Ok(number),
            _ => Err((ErrorCode::INTERNAL, "an asset was not added".to_owned())),
        }
    }

    /// An asset that the sandbox knows, or that a market here trades.
    pub fn known_asset(&mut self, code: &str) -> Result<AssetNo, Refused> {
        let is_traded = |board: &Board| {
            board.markets().iter().any(|entry| {
                let state = entry.state().read();
                let instrument = state.instrument();
                instrument.base == code || instrument.quote == code
            })
        };
        if self.sandbox.ledger().asset_coded(code).is_none() && !is_traded(&self.board) {
            let shown: String = code.chars().take(40).collect();
            return Err((ErrorCode::UNKNOWN_ASSET, format!("unknown asset {shown:?}")));
        }
        self.asset(code)
    }

    /// An asset by a number that the ledger gave out.
    pub fn asset_of(&self, asset: AssetNo) -> &Asset {
        self.sandbox.ledger().asset(asset).expect("numbers of assets come from the ledger")
    }

    /// A market by a number that the ledger gave out.
    pub fn terms_of(&self, market: MarketNo) -> &Terms {
        self.sandbox.ledger().terms(market).expect("numbers of markets come from the ledger")
    }

    pub fn market_id(&self, market: MarketNo) -> &MarketId {
        &self.terms_of(market).market
    }

    pub fn account_name(&self, account: AccountNo) -> &str {
        self.sandbox.ledger().account(account).map_or("", |account| account.name.as_str())
    }

    // The journal.

    pub(super) const fn begin_request(&mut self) {
        self.visible_at = Timestamp::ZERO;
    }

    pub(super) const fn visible_at(&self) -> Timestamp {
        self.visible_at
    }

    pub fn has_events(&self) -> bool {
        !self.batch.is_empty()
    }

    pub fn backlog(&self) -> usize {
        self.batch.len()
    }

    pub(super) fn take_commit(&mut self) -> Option<Commit> {
        self.batch.take(&self.sandbox)
    }

    pub(super) fn add_answer(&mut self, row: IdempotencyRow) {
        if !self.batch.is_empty() {
            self.batch.add_answer(row);
        }
    }

    pub(super) const fn head(&self) -> JournalHead {
        self.batch.head()
    }
}

pub fn refused(reject: &Reject) -> Refused {
    (code_of_reject(reject), reject.to_string())
}
