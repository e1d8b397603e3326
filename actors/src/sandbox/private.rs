//! What happens to an account, for those who listen to it: told when it is on the disk, like every answer.
//!
//! A listener that does not keep up is let go: it must not be told of one thing and not of another.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use marketd_domain::ledger::{AccountNo, LedgerEvent};
use marketd_domain::sandbox::{Event, EventBody, ListId, OrderId, OrderStatus};
use marketd_domain::{Notional, Qty, Timestamp};
use marketd_protocol::sandbox::{BalanceBody, FillBody, OrderBody, OrderListBody};
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
    /// Self-trade prevention took quantity off, and it goes on.
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
    pub at: Timestamp,
    /// Number of the event.
    pub seq: u64,
}

/// A list that was placed, or whose orders are all over.
#[derive(Debug, Clone)]
pub struct ListNews {
    pub list: OrderListBody,
    pub is_over: bool,
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
        let mut touched: Vec<(AccountNo, u64, Timestamp, Timestamp, Vec<String>)> = Vec::new();
        for event in events {
            if let EventBody::ListAccepted(list) = &event.body {
                // One that is over at once is told of by its orders.
                let members = self.order_list_body(list.list_id).or_else(|| self.ended_list_body(list.first));
                self.tell_of_list(event, list.account, members, false);
                continue;
            }
            let Some((account, news, assets)) = self.news_of(event) else { continue };
            if !self.listeners.hears(account) {
                continue;
            }
            if let Some(news) = news {
                self.tell(event.seq, event.visible_at, account, news);
            }
            if let Some((order_id, _)) = ended.iter().find(|(_, seq)| *seq == event.seq) {
                self.tell_of_list(event, account, self.ended_list_body(*order_id), true);
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

    /// Orders whose lists are over with these events, each with the number of the event that ended its list.
    fn lists_ended(&self, events: &[Event]) -> Vec<(OrderId, u64)> {
        let mut ended: Vec<(ListId, OrderId, u64)> = Vec::new();
        for event in events {
            let order_id = match &event.body {
                EventBody::OrderFilled(fill) => fill.order_id,
                EventBody::OrderEnded { order_id, .. } => *order_id,
                _ => continue,
            };
            let list = self.sandbox.order(order_id).and_then(|order| order.list);
            // It is forgotten once none of its orders goes on.
            let Some(list_id) = list.filter(|list_id| self.sandbox.order_list(*list_id).is_none()) else {
                continue;
            };
            ended.retain(|(held, ..)| *held != list_id);
            ended.push((list_id, order_id, event.seq));
        }
        ended.into_iter().map(|(_, order_id, seq)| (order_id, seq)).collect()
    }

    fn tell_of_list(
        &mut self,
        event: &Event,
        account: AccountNo,
        list: Option<OrderListBody>,
        is_over: bool,
    ) {
        if let Some(list) = list.filter(|_| self.listeners.hears(account)) {
            let news = PrivateNews::List(Box::new(ListNews { list, is_over, at: event.ts }));
            self.tell(event.seq, event.visible_at, account, news);
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
    fn news_of(&self, event: &Event) -> Option<(AccountNo, Option<PrivateNews>, Vec<String>)> {
        let (kind, order_id) = match &event.body {
            EventBody::OrderAccepted(accepted) => (OrderNewsKind::Accepted, accepted.order_id),
            EventBody::OrderFilled(fill) => (OrderNewsKind::Filled, fill.order_id),
            EventBody::OrderAmended(amended) => (OrderNewsKind::Amended, amended.order_id),
            EventBody::OrderTriggered { order_id, .. } => (OrderNewsKind::Triggered, *order_id),
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
        let (account, news, assets) = self.order_news(event, kind, order_id)?;
        Some((account, Some(PrivateNews::Order(Box::new(news))), assets))
    }

    fn order_news(
        &self,
        event: &Event,
        kind: OrderNewsKind,
        order_id: OrderId,
    ) -> Option<(AccountNo, OrderNews, Vec<String>)> {
        let order = self.sandbox.order(order_id)?;
        let terms = self.terms_of(order.request.market);
        let assets = [terms.base, terms.quote].map(|asset| self.asset_of(asset).code.clone()).to_vec();
        let mut then = order.clone();
        // All events of a step have been applied: what came later is taken back.
        match &event.body {
            EventBody::OrderAccepted(_) => {
                (then.filled_qty, then.filled_quote) = (Qty::ZERO, Notional::ZERO);
                (then.prevented_qty, then.status, then.reason) = (Qty::ZERO, OrderStatus::Pending, None);
            }
            EventBody::OrderFilled(fill) => {
                (then.filled_qty, then.filled_quote) = (fill.filled_qty, fill.filled_quote);
                let is_whole = then.request.qty.is_some_and(|qty| qty == fill.filled_qty)
                    || (order.status == OrderStatus::Filled && order.last_fill == Some(fill.fill_id));
                then.status = if is_whole { OrderStatus::Filled } else { OrderStatus::PartiallyFilled };
                then.reason = None;
            }
            _ => {}
        }
        let fill = match &event.body {
            EventBody::OrderFilled(fill) => Some(self.fill_body_at(fill, event.ts, terms.scales)),
            _ => None,
        };
        let news = OrderNews { kind, order: self.order_body(&then), fill, at: event.ts, seq: event.seq };
        Some((order.account, news, assets))
    }
}
