//! The sandbox exchange: orders that stand in real books and fill as they would have there.
//!
//! A state machine without clock, randomness and I/O. Commands, market data and the passing of time come in, each
//! with the moment at which it came; events go out. The same inputs give the same events, bit for bit, and the
//! events alone give the same state again ([`Sandbox::replay`]). The events of one input belong together: a journal
//! writes all of them or none.
//!
//! Invariants: nothing fills while a market is not live; a displayed quantity is taken once, a printed quantity
//! fills one order; what is reserved is what the ledger's worst-cost rule says of the open orders; filled +
//! prevented + open = quantity. How orders fill is told in `docs/sandbox.md`.

mod accounts;
mod cancel;
mod check;
mod codec;
mod command;
mod desk;
mod entries;
mod event;
mod evolve;
mod exact;
mod explain;
mod fills;
mod ids;
mod latency;
mod lists;
mod market;
mod order;
mod orders;
mod place;
mod preview;
mod queue;
mod reject;
mod state;
mod take;
#[cfg(test)]
mod tests;
mod timers;
mod trigger;
mod triggers;
mod venue;
mod widen;

use std::collections::{BTreeMap, HashMap, VecDeque};

use self::accounts::AccountDesk;
pub use self::command::{Command, Done};
use self::desk::Desk;
pub use self::desk::{MarketRules, VenueStatus};
pub use self::event::{
    Amend, AmendedFrom, BookRef, Event, EventBody, Evidence, Fill, LevelRef, MarketListed, MarketWidened,
    OrderAccepted, OrderAmended, OrderRested, PreventedMatch, PrintRef, ReservedChange, TriggerEvidence,
};
pub use self::evolve::ReplayError;
pub use self::exact::{StandingOrder, Turn};
pub use self::explain::{Explanation, QueueReport};
pub use self::fills::FillRecord;
use self::fills::Fills;
pub use self::ids::{CLIENT_ORDER_ID_LEN_MAX, ClientOrderId, FillId, ListId, OrderId};
use self::latency::Leg;
pub use self::latency::{DELAY_MAX_NS, Delay, Latency};
pub use self::lists::{ListKind, OrderList};
pub use self::market::MarketEvent;
pub use self::order::{
    Change, Order, OrderRequest, OrderStatus, OrderType, Phase, SelfTradePrevention, TimeInForce, TriggerBy,
};
use self::orders::Orders;
pub use self::queue::QueueModel;
pub use self::reject::{EndReason, Reject, Rule};
pub use self::state::SandboxState;
use self::timers::{Task, Timers};
use crate::book::Level;
use crate::ledger::{AccountNo, Ledger, LedgerBounds, MarketNo, Refusal};
use crate::time::Timestamp;

/// How large a sandbox may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SandboxBounds {
    pub ledger: LedgerBounds,
    /// Orders, those that ended and are remembered included.
    pub orders: u32,
    /// Orders that ended and are remembered.
    pub finished_orders: usize,
    /// Fills that are remembered with their evidence.
    pub fills: usize,
}

impl Default for SandboxBounds {
    fn default() -> Self {
        Self { ledger: LedgerBounds::default(), orders: 1_000_000, finished_orders: 100_000, fills: 200_000 }
    }
}

/// What comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input<'a> {
    Command(&'a Command),
    Market {
        market: MarketNo,
        event: MarketEvent<'a>,
    },
    /// Time has passed, and nothing else happened.
    Time,
}

/// All accounts and orders of the sandbox, and the books they trade in.
#[derive(Debug, Clone)]
pub struct Sandbox {
    ledger: Ledger,
    orders: Orders,
    desks: Vec<Desk>,
    account_desks: Vec<AccountDesk>,
    timers: Timers,
    fills: Fills,
    lists: BTreeMap<ListId, OrderList>,
    /// Open lists by their clients' names for them. Only ever looked up, never walked, so its order does not matter.
    list_names: HashMap<(AccountNo, ClientOrderId), ListId>,
    /// Lists that ended with the last input: who is told of that knows them by this.
    ended_lists: Vec<OrderList>,
    /// Orders whose lists are to be looked at once the present walk is over.
    touched: VecDeque<(OrderId, ListId)>,
    /// Kept between inputs so that prints do not allocate.
    shares: Vec<queue::PrintShare>,
    /// Kept as well: a book that comes in coarser scales, at those of its market.
    scaled: (Vec<Level>, Vec<Level>),
    next_order: u64,
    next_fill: u64,
    next_list: u64,
    seq: u64,
    now: Timestamp,
}

impl Sandbox {
    pub fn new(bounds: SandboxBounds) -> Self {
        Self {
            ledger: Ledger::new(bounds.ledger),
            orders: Orders::new(bounds.orders, bounds.finished_orders),
            desks: Vec::new(),
            account_desks: Vec::new(),
            timers: Timers::default(),
            fills: Fills::new(bounds.fills.max(1)),
            lists: BTreeMap::new(),
            list_names: HashMap::new(),
            ended_lists: Vec::new(),
            touched: VecDeque::new(),
            shares: Vec::new(),
            scaled: (Vec::new(), Vec::new()),
            next_order: 1,
            next_fill: 1,
            next_list: 1,
            seq: 0,
            now: Timestamp::ZERO,
        }
    }

    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The number of the latest event; zero before the first.
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// The moment that the state has come to.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// When [`Input::Time`] is needed next, if nothing else comes before.
    pub fn next_due(&self) -> Option<Timestamp> {
        let cancel_after = self.ledger.next_cancel_after().map(|(at, _)| at);
        match (self.timers.next_at(), cancel_after) {
            (Some(timer), Some(cancel)) => Some(timer.min(cancel)),
            (timer, cancel) => timer.or(cancel),
        }
    }

    /// An order, while it is open or remembered.
    pub fn order(&self, order_id: OrderId) -> Option<&Order> {
        self.orders.find(order_id).map(|index| self.orders.get(index))
    }

    /// The latest order of that name.
    pub fn order_by_client_id(&self, account: AccountNo, client_order_id: ClientOrderId) -> Option<&Order> {
        self.orders.find_by_client_id(account, client_order_id).map(|index| self.orders.get(index))
    }

    /// All orders that are open or remembered, by id.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter()
    }

    pub fn order_list(&self, list_id: ListId) -> Option<&OrderList> {
        self.lists.get(&list_id)
    }

    /// Lists of an account that are open, by number.
    pub fn open_lists(&self, account: AccountNo) -> impl Iterator<Item = &OrderList> {
        self.lists.values().filter(move |list| list.account == account)
    }

    /// Lists that ended with the last input.
    pub fn ended_lists(&self) -> &[OrderList] {
        &self.ended_lists
    }

    /// The fills that are remembered, oldest first.
    pub fn fills(&self) -> impl DoubleEndedIterator<Item = &FillRecord> {
        self.fills.iter()
    }

    /// Whether an order would be taken, as far as its fields, the market's rules and the account's other orders say: nothing
    /// is placed, and money is not looked at.
    pub fn check_order(&self, account: AccountNo, request: &OrderRequest) -> Result<(), Reject> {
        self.check_new(account, request)
    }

    pub fn market_rules(&self, market: MarketNo) -> Option<&MarketRules> {
        self.desks.get(market.index()).map(|desk| &desk.rules)
    }

    pub fn market_status(&self, market: MarketNo) -> Option<VenueStatus> {
        self.desks.get(market.index()).map(|desk| desk.status)
    }

    /// Takes an input and appends what happened to `out`. What falls due up to `now` happens first, each thing at
    /// its own moment. A refused command has changed nothing, but for what fell due.
    pub fn apply(&mut self, input: Input<'_>, now: Timestamp, out: &mut Vec<Event>) -> Result<Done, Reject> {
        self.ended_lists.clear();
        self.run_due(now, out);
        self.now = self.now.max(now);
        let done = match input {
            Input::Command(command) => self.command(command, out),
            Input::Market { market, event } => self.market_event(market, event, out),
            Input::Time => Ok(Done::Nothing),
        };
        self.settle_lists(out);
        done
    }

    fn run_due(&mut self, now: Timestamp, out: &mut Vec<Event>) {
        loop {
            let cancel_after = self.ledger.next_cancel_after().filter(|(at, _)| *at <= now);
            let timer_at = self.timers.next_at();
            if let Some((at, account)) =
                cancel_after.filter(|(at, _)| timer_at.is_none_or(|timer| *at <= timer))
            {
                self.now = self.now.max(at);
                self.cancel_after_due(account, out);
            } else if let Some((due, task)) = self.timers.pop_due(now) {
                self.now = self.now.max(due.at);
                self.run_task(task, out);
            } else {
                return;
            }
            self.settle_lists(out);
        }
    }

    fn run_task(&mut self, task: Task, out: &mut Vec<Event>) {
        match task {
            Task::Expire(order_id) => {
                self.end_if_open(order_id, OrderStatus::Expired, EndReason::ExpiresAt, out)
            }
            Task::Enter(order_id) => self.enter(order_id, out),
            Task::Cancel(order_id) => {
                self.end_if_open(order_id, OrderStatus::Cancelled, EndReason::UserRequest, out);
            }
            Task::Amend(order_id) => self.amend_due(order_id, out),
        }
    }

    /// Makes an event true and hands it out. Refused, it has not happened.
    #[inline]
    fn commit(
        &mut self,
        account: Option<AccountNo>,
        body: EventBody,
        out: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        // Events are large. It is made where it stays, and filled in there.
        out.push(Event { seq: self.seq + 1, ts: self.now, visible_at: self.now, body });
        self.commit_last(account, out)
    }

    fn commit_last(&mut self, account: Option<AccountNo>, out: &mut Vec<Event>) -> Result<(), Refusal> {
        let event = out.last_mut().expect("it was just put there");
        if let Err(refusal) = self.evolve(event.seq, event.ts, &mut event.body) {
            out.pop();
            return Err(refusal);
        }
        self.seq = event.seq;
        if let Some(account) = account {
            event.visible_at = self.desk_of(account).latency.arrival(Leg::Reply, self.now, event.seq);
        }
        Ok(())
    }

    /// For what cannot be refused in a state whose invariants hold.
    #[inline]
    fn commit_sure(&mut self, account: AccountNo, body: EventBody, out: &mut Vec<Event>) {
        self.commit(Some(account), body, out).expect("an order that is open has the money it needs to go on");
    }
}
