//! What happens to an account, for those who listen to it: told when it is on the disk, like every answer.
//!
//! A listener that does not keep up is let go: it must not be told of one thing and not of another.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use marketd_domain::ledger::{AccountNo, LedgerEvent};
use marketd_domain::sandbox::{
    EndReason, Event, EventBody, Order, OrderId, OrderList, OrderStatus, PreventedMatch,
};
use marketd_domain::{Notional, Qty, Timestamp};
use marketd_protocol::sandbox::{BalanceBody, FillBody, OrderBody, OrderListBody, PreventedMatchBody};
use tokio::sync::mpsc;

use super::floor::{Floor, Outgoing};

/// News that wait for one listener.
const WAITING_MAX: usize = 1_024;

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderNewsKind {
    Accepted,
    Filled,
    Amended,
    /// The price it waited for has come.
    Triggered,
    /// Self-trade prevention took quantity off, and it goes on. Where it ends by it, that is told and nothing else.
    Prevented,
    /// Over, otherwise than filled.
    Ended,
}

/// An order as it was when something became of it.
#[derive(Debug, Clone)]
pub struct OrderNews {
    pub kind: OrderNewsKind,
    pub order: OrderBody,
    pub fill: Option<FillBody>,
    /// What was prevented, when that is what became of it.
    pub prevented: Option<PreventedMatchBody>,
    /// What its client called it until it was amended just now; `None` within when it had no name.
    pub name_before: Option<Option<String>>,
    /// What its client called the cancel that ended it.
    pub cancel_name: Option<String>,
    pub at: Timestamp,
    /// Number of the event.
    pub seq: u64,
}

/// What became of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListNewsKind {
    Placed,
    /// One of its orders has another name.
    Renamed,
    /// All of its orders are over.
    Over,
}

#[derive(Debug, Clone)]
pub struct ListNews {
    pub kind: ListNewsKind,
    pub list: OrderListBody,
    pub at: Timestamp,
}

#[derive(Debug, Clone)]
pub enum PrivateNews {
    Order(Box<OrderNews>),
    /// Behind what became of its orders.
    List(Box<ListNews>),
    /// Balances that may have changed, as they are now.
    Balances {
        balances: Vec<BalanceBody>,
        at: Timestamp,
    },
    /// Money came in.
    Deposited {
        asset: String,
        amount: String,
        at: Timestamp,
    },
}

/// Hears of one account.
#[derive(Clone)]
struct Listener {
    account: AccountNo,
    sender: mpsc::Sender<Arc<PrivateNews>>,
    /// Something could not be told: nothing else is.
    is_lost: Arc<AtomicBool>,
}

impl Listener {
    /// Tells it, or lets it go.
    fn tell(&self, news: Option<Arc<PrivateNews>>) {
        if self.is_lost.load(Ordering::Acquire) {
            return;
        }
        let is_told = news.is_some_and(|news| self.sender.try_send(news).is_ok());
        if !is_told {
            self.is_lost.store(true, Ordering::Release);
        }
    }

    fn is_over(&self) -> bool {
        self.is_lost.load(Ordering::Acquire) || self.sender.is_closed()
    }
}

/// Who listens.
#[derive(Default)]
pub(super) struct Listeners {
    all: Vec<Listener>,
}

impl Listeners {
    fn of(&self, account: AccountNo) -> Vec<Listener> {
        self.all.iter().filter(|held| held.account == account).cloned().collect()
    }

    fn hears(&self, account: AccountNo) -> bool {
        self.all.iter().any(|held| held.account == account)
    }

    /// Lets go of those who have left.
    pub fn sweep(&mut self) {
        self.all.retain(|held| !held.is_over());
    }
}

impl Floor {
    /// Listens to an account from now on. The receiver ends when it does not keep up, or when the sandbox starts again.
    pub fn listen(&mut self, account: AccountNo) -> mpsc::Receiver<Arc<PrivateNews>> {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        self.listeners.sweep();
        self.listeners.all.push(Listener { account, sender, is_lost: Arc::default() });
        receiver
    }

    /// Notes what listeners are to be told of these events, which have all been applied.
    pub(super) fn note_news(&mut self, events: &[Event]) {
        self.listeners.sweep();
        if self.listeners.all.is_empty() {
            return;
        }
        let ended = self.lists_ended(events);
        let step = Step::of(events);
        let mut touched: Vec<(AccountNo, u64, Timestamp, Timestamp, Vec<String>)> = Vec::new();
        for (place, event) in events.iter().enumerate() {
            if let EventBody::ListAccepted(list) = &event.body {
                self.tell_of_list(event, list, ListNewsKind::Placed);
                continue;
            }
            let Some((account, news, assets)) = self.news_of(&step, place) else { continue };
            if !self.listeners.hears(account) {
                continue;
            }
            if let Some(news) = news {
                self.tell(event.seq, event.visible_at, account, news);
            }
            if let Some(list) = self.list_renamed(event) {
                self.tell_of_list(event, &list, ListNewsKind::Renamed);
            }
            if let Some(list) = ended.get(&event.seq) {
                self.tell_of_list(event, list, ListNewsKind::Over);
            }
            match touched.iter_mut().find(|(held, ..)| *held == account) {
                Some((_, seq, at, visible_at, held)) => {
                    (*seq, *at, *visible_at) = (event.seq, event.ts, event.visible_at);
                    held.extend(assets);
                }
                None => touched.push((account, event.seq, event.ts, event.visible_at, assets)),
            }
        }
        for (account, seq, at, visible_at, assets) in touched {
            let mut balances = self.balance_bodies(account);
            balances.retain(|balance| assets.contains(&balance.asset));
            if !balances.is_empty() {
                self.tell(seq, visible_at, account, PrivateNews::Balances { balances, at });
            }
        }
    }

    /// Lists that are over with these events, by the number of the event that ended each.
    fn lists_ended(&self, events: &[Event]) -> HashMap<u64, OrderList> {
        let ended = self.sandbox.ended_lists();
        let list_of: HashMap<OrderId, usize> = (ended.iter().enumerate())
            .flat_map(|(place, list)| list.members().map(move |order_id| (order_id, place)))
            .collect();
        let mut last_seq = HashMap::new();
        for event in events {
            let order_id = match &event.body {
                EventBody::OrderFilled(fill) => fill.order_id,
                EventBody::OrderEnded { order_id, .. } => *order_id,
                _ => continue,
            };
            last_seq.extend(list_of.get(&order_id).map(|place| (*place, event.seq)));
        }
        last_seq.into_iter().map(|(place, seq)| (seq, ended[place])).collect()
    }

    /// The open list that an event gives one of its orders another name in.
    fn list_renamed(&self, event: &Event) -> Option<OrderList> {
        let EventBody::OrderAmended(amended) = &event.body else { return None };
        amended.client_order_id?;
        let list_id = self.sandbox.order(amended.order_id)?.list?;
        self.sandbox.order_list(list_id).copied()
    }

    fn tell_of_list(&mut self, event: &Event, list: &OrderList, kind: ListNewsKind) {
        if self.listeners.hears(list.account) {
            let news = ListNews { kind, list: self.order_list_body(list), at: event.ts };
            self.tell(event.seq, event.visible_at, list.account, PrivateNews::List(Box::new(news)));
        }
    }

    fn tell(&mut self, seq: u64, visible_at: Timestamp, account: AccountNo, news: PrivateNews) {
        let (listeners, news) = (self.listeners.of(account), Arc::new(news));
        let send = Box::new(move |is_true: bool| {
            for listener in listeners {
                // What is not known to be true ends what they hear.
                listener.tell(is_true.then(|| news.clone()));
            }
        });
        self.outgoing.push(Outgoing { account, seq, visible_at, send });
    }

    /// Whom an event concerns, what is told of it, and which balances it may have changed.
    fn news_of(
        &self,
        step: &Step<'_>,
        place: usize,
    ) -> Option<(AccountNo, Option<PrivateNews>, Vec<String>)> {
        let event = &step.events[place];
        let (kind, order_id) = match &event.body {
            EventBody::OrderAccepted(accepted) => (OrderNewsKind::Accepted, accepted.order_id),
            EventBody::OrderFilled(fill) => (OrderNewsKind::Filled, fill.order_id),
            EventBody::OrderAmended(amended) => (OrderNewsKind::Amended, amended.order_id),
            EventBody::OrderTriggered { order_id, .. } => (OrderNewsKind::Triggered, *order_id),
            EventBody::OrderPrevented { order_id, .. } if step.ends_next(place, *order_id) => return None,
            EventBody::OrderPrevented { order_id, .. } => (OrderNewsKind::Prevented, *order_id),
            EventBody::OrderEnded { order_id, .. } => (OrderNewsKind::Ended, *order_id),
            EventBody::Ledger(LedgerEvent::Deposited { account, asset, amount }) => {
                let held = self.asset_of(*asset);
                let amount = amount.to_trimmed_text(held.scale);
                let news = PrivateNews::Deposited { asset: held.code.clone(), amount, at: event.ts };
                return Some((*account, Some(news), vec![held.code.clone()]));
            }
            _ => return None,
        };
        let (account, news, assets) = self.order_news(step, place, kind, order_id)?;
        Some((account, Some(PrivateNews::Order(Box::new(news))), assets))
    }

    fn order_news(
        &self,
        step: &Step<'_>,
        place: usize,
        kind: OrderNewsKind,
        order_id: OrderId,
    ) -> Option<(AccountNo, OrderNews, Vec<String>)> {
        let event = &step.events[place];
        let order = self.sandbox.order(order_id)?;
        let terms = self.terms_of(order.request.market);
        let assets = [terms.base, terms.quote].map(|asset| self.asset_of(asset).code.clone()).to_vec();
        let mut then = order.clone();
        // All events of a step have been applied: what came later is taken back.
        match &event.body {
            EventBody::OrderAccepted(_) => {
                (then.filled_qty, then.filled_quote) = (Qty::ZERO, Notional::ZERO);
                (then.status, then.reason) = (OrderStatus::Pending, None);
            }
            EventBody::OrderFilled(fill) => {
                (then.filled_qty, then.filled_quote) = (fill.filled_qty, fill.filled_quote);
                let is_whole = then.request.qty.is_some_and(|qty| qty == fill.filled_qty)
                    || (order.status == OrderStatus::Filled && order.last_fill == Some(fill.fill_id));
                then.status = if is_whole { OrderStatus::Filled } else { OrderStatus::PartiallyFilled };
                then.reason = None;
            }
            EventBody::OrderPrevented { .. } => step.take_back_fills(place, &mut then),
            _ => {}
        }
        step.take_back_prevented(place, &mut then);
        let fill = match &event.body {
            EventBody::OrderFilled(fill) => Some(self.fill_body_at(fill, event.ts, terms.scales)),
            _ => None,
        };
        let prevented = step
            .prevented_at(place, order_id)
            .map(|(event, prevented)| PreventedMatchBody::of(event.seq, prevented, (event.ts, terms.scales)));
        let name_before = match &event.body {
            EventBody::OrderAmended(amended) => {
                (amended.before.filter(|_| amended.client_order_id.is_some()))
                    .map(|before| before.client_order_id.map(|name| name.as_str().to_owned()))
            }
            _ => None,
        };
        let news = OrderNews {
            kind,
            order: self.order_body(&then),
            fill,
            prevented,
            name_before,
            cancel_name: self.cancel_names.get(&order_id).filter(|_| kind == OrderNewsKind::Ended).cloned(),
            at: event.ts,
            seq: event.seq,
        };
        Some((order.account, news, assets))
    }
}

/// The events of one input, and where self-trade prevention is among them: mostly nowhere.
struct Step<'e> {
    events: &'e [Event],
    prevented: Vec<(usize, &'e PreventedMatch)>,
}

impl<'e> Step<'e> {
    fn of(events: &'e [Event]) -> Self {
        let prevented = events.iter().enumerate().filter_map(|(place, event)| match &event.body {
            EventBody::SelfTradePrevented(prevented) => Some((place, prevented)),
            _ => None,
        });
        Self { events, prevented: prevented.collect() }
    }

    /// Whether the order is over with the next event.
    fn ends_next(&self, place: usize, of: OrderId) -> bool {
        let next = self.events.get(place + 1).map(|event| &event.body);
        matches!(next, Some(EventBody::OrderEnded { order_id, .. }) if *order_id == of)
    }

    /// The match that took quantity off an order, when that is what the event tells of it.
    fn prevented_at(&self, place: usize, order_id: OrderId) -> Option<(&'e Event, &'e PreventedMatch)> {
        let is_by_prevention = matches!(
            &self.events[place].body,
            EventBody::OrderPrevented { .. } | EventBody::OrderEnded { reason: EndReason::SelfTrade, .. }
        );
        if !is_by_prevention {
            return None;
        }
        let takes = |prevented: &PreventedMatch| prevented.qty_of(order_id).is_some_and(|qty| !qty.is_zero());
        let (at, prevented) =
            *self.prevented.iter().rev().find(|(at, prevented)| *at < place && takes(prevented))?;
        // What it has filled since ended it, not the match.
        let has_filled =
            |event: &Event| matches!(&event.body, EventBody::OrderFilled(fill) if fill.order_id == order_id);
        (!self.events[at..place].iter().any(has_filled)).then(|| (&self.events[at], prevented))
    }

    fn take_back_prevented(&self, place: usize, then: &mut Order) {
        let mut latest = then.prevented_match;
        for (at, prevented) in self.prevented.iter().rev() {
            let qty = prevented.qty_of(then.order_id).filter(|qty| !qty.is_zero());
            let Some(qty) = qty else { continue };
            if *at < place {
                latest = Some(self.events[*at].seq);
                break;
            }
            then.prevented_qty = then.prevented_qty.checked_sub(qty).unwrap_or(Qty::ZERO);
            latest = None;
        }
        then.prevented_match = latest.filter(|_| !then.prevented_qty.is_zero());
    }

    /// Of an order that went on.
    fn take_back_fills(&self, place: usize, then: &mut Order) {
        for event in &self.events[place..] {
            if let EventBody::OrderFilled(fill) = &event.body
                && fill.order_id == then.order_id
            {
                then.filled_qty = then.filled_qty.checked_sub(fill.qty).unwrap_or(Qty::ZERO);
                let quote = fill.price.notional(fill.qty).mantissa();
                then.filled_quote = Notional::from_mantissa(then.filled_quote.mantissa() - quote);
            }
        }
        let is_new = then.filled_qty.is_zero();
        then.status = if is_new { OrderStatus::Open } else { OrderStatus::PartiallyFilled };
        then.reason = None;
    }
}
