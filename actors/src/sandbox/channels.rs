//! Channels of accounts: what happened to orders, fills, balances and positions, for sessions that follow them.
//!
//! A frame is made when something happens, once for all who listen, and goes out when that is on the disk. An account's
//! frames are kept while somebody listens and a while longer, so that who comes back finds what was missed. Numbers are those
//! of the journal's events: a frame's `prev` is the frame before it, and a snapshot stands at the last frame.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use marketd_domain::Timestamp;
use marketd_domain::ledger::{AccountNo, AssetNo, LedgerEvent, MarketNo, Owner};
use marketd_domain::sandbox::{Event, EventBody, Fill, OrderId};
use marketd_protocol::ws::{Position, PrivateChannel, PrivateHead, ResumeOutcome, encode_private_frame};
use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::mpsc;

use super::floor::{Floor, Outgoing};

/// Frames of a channel that are kept for those who come back.
const FRAMES_KEPT: usize = 512;
/// Frames that wait for one listener; one more and it is let go.
const WAITING_MAX: usize = 512;
/// An account that nobody listens to is forgotten after this.
const LINGER: Duration = Duration::from_secs(120);
/// Fills of a snapshot.
const FILLS_SHOWN: usize = 100;

/// A message of a channel, as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateFrame {
    pub seq: u64,
    pub prev: u64,
    pub json: Bytes,
}

/// What a new listener gets.
pub struct Subscribed {
    pub account: AccountNo,
    pub account_name: String,
    pub outcome: Option<ResumeOutcome>,
    /// A snapshot, or what was missed.
    pub frames: Vec<Arc<PrivateFrame>>,
    /// Ends when the listener does not keep up, or when the sandbox starts again.
    pub receiver: mpsc::Receiver<Arc<PrivateFrame>>,
}

#[derive(Clone)]
struct Listener {
    /// It knows everything up to this event.
    since: u64,
    sender: mpsc::Sender<Arc<PrivateFrame>>,
}

type Listeners = Arc<Mutex<Vec<Listener>>>;

#[derive(Default)]
struct Log {
    last_seq: u64,
    frames: VecDeque<Arc<PrivateFrame>>,
    listeners: Listeners,
}

impl Log {
    fn push(&mut self, frame: Arc<PrivateFrame>) {
        if self.frames.len() >= FRAMES_KEPT {
            self.frames.pop_front();
        }
        self.last_seq = frame.seq;
        self.frames.push_back(frame);
    }

    /// The frames behind a client's position.
    fn behind(&self, position: Position, epoch: u64) -> Result<Vec<Arc<PrivateFrame>>, ResumeOutcome> {
        if position.epoch != epoch {
            return Err(ResumeOutcome::Epoch);
        }
        if position.seq == self.last_seq {
            return Ok(Vec::new());
        }
        match self.frames.iter().position(|frame| frame.prev == position.seq) {
            Some(at) => Ok(self.frames.iter().skip(at).cloned().collect()),
            None if position.seq > self.last_seq => Err(ResumeOutcome::Unknown),
            None => Err(ResumeOutcome::TooOld),
        }
    }

    fn has_listeners(&self) -> bool {
        let mut listeners = self.listeners.lock();
        listeners.retain(|listener| !listener.sender.is_closed());
        !listeners.is_empty()
    }
}

struct AccountChannels {
    logs: [Log; PrivateChannel::ALL.len()],
    idle_since: Option<Instant>,
}

/// A frame whose event is not known to be on the disk.
struct Unsent {
    frame: Arc<PrivateFrame>,
    listeners: Listeners,
}

impl Unsent {
    /// Sends it to those who do not know it; `false`: it will never be known to be true, so they are let go.
    fn send(self, is_true: bool) {
        let mut listeners = self.listeners.lock();
        if !is_true {
            listeners.clear();
            return;
        }
        listeners.retain(|listener| {
            listener.since >= self.frame.seq || listener.sender.try_send(self.frame.clone()).is_ok()
        });
    }
}

/// The accounts that somebody follows.
#[derive(Default)]
pub(super) struct Channels {
    accounts: HashMap<AccountNo, AccountChannels>,
}

/// What an input changed, of accounts that are followed.
#[derive(Default)]
struct Changed<'e> {
    orders: BTreeSet<OrderId>,
    fills: Vec<(&'e Fill, Timestamp)>,
    balances: BTreeSet<AssetNo>,
    positions: BTreeSet<MarketNo>,
    seq: u64,
    visible_at: Timestamp,
}

impl Channels {
    /// Forgets accounts that nobody has listened to for a while.
    pub fn sweep(&mut self, now: Instant) {
        self.accounts.retain(|_, channels| {
            if channels.logs.iter().any(Log::has_listeners) {
                channels.idle_since = None;
                return true;
            }
            let since = *channels.idle_since.get_or_insert(now);
            now.saturating_duration_since(since) < LINGER
        });
    }
}

impl Floor {
    /// Begins to follow a channel of an account.
    pub fn subscribe(
        &mut self,
        account: AccountNo,
        channel: PrivateChannel,
        resume: Option<Position>,
    ) -> Subscribed {
        let (seq, epoch) = (self.sandbox.seq(), self.epoch());
        let account_name = self.account_name(account).to_owned();
        let channels = self.channels.accounts.entry(account).or_insert_with(|| AccountChannels {
            logs: PrivateChannel::ALL.map(|_| Log { last_seq: seq, ..Log::default() }),
            idle_since: None,
        });
        channels.idle_since = None;
        let log = &mut channels.logs[channel.index()];
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        log.listeners.lock().push(Listener { since: seq, sender });
        let resumed = resume.map(|position| log.behind(position, epoch));
        let last_seq = log.last_seq;
        let (outcome, frames) = match resumed {
            Some(Ok(frames)) => (Some(ResumeOutcome::Recovered), Some(frames)),
            Some(Err(outcome)) => (Some(outcome), None),
            None => (None, None),
        };
        let frames = frames.unwrap_or_else(|| {
            let items = self.snapshot_items(account, channel);
            vec![self.frame(account, channel, (last_seq, last_seq), true, &items)]
        });
        Subscribed { account, account_name, outcome, frames, receiver }
    }

    /// Positions of another run of the sandbox mean nothing.
    fn epoch(&self) -> u64 {
        self.head().fence
    }

    fn frame(
        &self,
        account: AccountNo,
        channel: PrivateChannel,
        (seq, prev): (u64, u64),
        is_snapshot: bool,
        items: &[u8],
    ) -> Arc<PrivateFrame> {
        let mut json = Vec::with_capacity(items.len() + 160);
        let head = PrivateHead {
            channel,
            account: self.account_name(account),
            is_snapshot,
            position: Position { epoch: self.epoch(), seq },
            prev,
            ts_sent_us: self.now().micros(),
        };
        encode_private_frame(&head, items, &mut json);
        Arc::new(PrivateFrame { seq, prev, json: json.into() })
    }

    fn snapshot_items(&self, account: AccountNo, channel: PrivateChannel) -> Vec<u8> {
        match channel {
            PrivateChannel::Orders => encoded(&self.open_order_bodies(account)),
            PrivateChannel::Fills => {
                let latest = self.sandbox.fills().rev().filter(|record| record.fill.account == account);
                let mut fills: Vec<_> =
                    latest.take(FILLS_SHOWN).map(|record| self.fill_body(record)).collect();
                fills.reverse();
                encoded(&fills)
            }
            PrivateChannel::Balances => encoded(&self.balance_bodies(account)),
            PrivateChannel::Positions => encoded(&self.position_bodies(account)),
        }
    }

    /// Makes the frames of what an input has changed.
    pub(super) fn note_channels(&mut self, events: &[Event]) {
        if self.channels.accounts.is_empty() || events.is_empty() {
            return;
        }
        let mut changed: HashMap<AccountNo, Changed<'_>> = HashMap::new();
        for event in events {
            self.note_changed(event, &mut changed);
        }
        for (account, changed) in changed {
            self.make_frames(account, &changed);
        }
    }

    fn note_changed<'e>(&self, event: &'e Event, changed: &mut HashMap<AccountNo, Changed<'e>>) {
        let followed = &self.channels.accounts;
        let mut of = |account: AccountNo, note: &mut dyn FnMut(&mut Changed<'e>)| {
            if followed.contains_key(&account) {
                let held = changed.entry(account).or_default();
                held.seq = event.seq;
                held.visible_at = held.visible_at.max(event.visible_at);
                note(held);
            }
        };
        let order_id = match &event.body {
            EventBody::OrderAccepted(accepted) => Some(accepted.order_id),
            EventBody::OrderRested(rested) => Some(rested.order_id),
            EventBody::OrderFilled(fill) => {
                of(fill.account, &mut |held| {
                    held.fills.push((fill, event.ts));
                    held.positions.insert(fill.market);
                });
                Some(fill.order_id)
            }
            EventBody::OrderAmended(amended) => Some(amended.order_id),
            EventBody::OrderArmed { order_id, .. }
            | EventBody::StopMoved { order_id, .. }
            | EventBody::OrderTriggered { order_id, .. }
            | EventBody::OrderPrevented { order_id, .. }
            | EventBody::NeedChanged { order_id, .. }
            | EventBody::OrderEnded { order_id, .. }
            | EventBody::CancelRequested { order_id, .. }
            | EventBody::AmendRequested { order_id, .. }
            | EventBody::ChangeRefused { order_id }
            | EventBody::OrderActivated { order_id, .. } => Some(*order_id),
            EventBody::Ledger(LedgerEvent::AccountCloned { .. })
            | EventBody::Ledger(_)
            | EventBody::MarketListed(_)
            | EventBody::MarketWidened(_)
            | EventBody::RulesSet { .. }
            | EventBody::MarketStatusChanged { .. }
            | EventBody::LatencySet { .. }
            // What becomes of the orders follows.
            | EventBody::SelfTradePrevented(_)
            | EventBody::ListAccepted(_) => None,
        };
        let order = order_id.and_then(|order_id| self.sandbox.order(order_id));
        if let Some(order) = order {
            of(order.account, &mut |held| {
                held.orders.insert(order.order_id);
            });
        }
        for entry in self.sandbox.entries(event) {
            if let Owner::Free(account) | Owner::Reserved(account) = entry.owner {
                of(account, &mut |held| {
                    held.balances.insert(entry.asset);
                });
            }
        }
    }

    fn make_frames(&mut self, account: AccountNo, changed: &Changed<'_>) {
        let orders: Vec<_> = changed.orders.iter().filter_map(|order_id| self.order_of(*order_id)).collect();
        let fills: Vec<_> = (changed.fills.iter())
            .map(|(fill, ts)| self.fill_body_at(fill, *ts, self.terms_of(fill.market).scales))
            .collect();
        let balances: Vec<_> =
            changed.balances.iter().filter_map(|asset| self.balance_body(account, *asset)).collect();
        let positions: Vec<_> =
            changed.positions.iter().filter_map(|market| self.position_body(account, *market)).collect();
        let items = [
            (PrivateChannel::Orders, orders.is_empty(), encoded(&orders)),
            (PrivateChannel::Fills, fills.is_empty(), encoded(&fills)),
            (PrivateChannel::Balances, balances.is_empty(), encoded(&balances)),
            (PrivateChannel::Positions, positions.is_empty(), encoded(&positions)),
        ];
        for (channel, is_empty, items) in items {
            if is_empty {
                continue;
            }
            let Some(held) = self.channels.accounts.get(&account) else { return };
            let prev = held.logs[channel.index()].last_seq;
            let frame = self.frame(account, channel, (changed.seq, prev), false, &items);
            let Some(held) = self.channels.accounts.get_mut(&account) else { return };
            let log = &mut held.logs[channel.index()];
            log.push(frame.clone());
            let unsent = Unsent { frame, listeners: log.listeners.clone() };
            let (seq, visible_at) = (changed.seq, changed.visible_at);
            let send = Box::new(move |is_true| unsent.send(is_true));
            self.outgoing.push(Outgoing { account, seq, visible_at, send });
        }
    }
}

fn encoded<T: Serialize>(items: &[T]) -> Vec<u8> {
    serde_json::to_vec(items).unwrap_or_else(|error| {
        tracing::error!(%error, "items of an account's channel cannot be encoded");
        b"[]".to_vec()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(seqs: &[(u64, u64)]) -> Log {
        let mut log = Log { last_seq: seqs.first().map_or(0, |(_, prev)| *prev), ..Log::default() };
        for (seq, prev) in seqs {
            log.push(Arc::new(PrivateFrame { seq: *seq, prev: *prev, json: Bytes::new() }));
        }
        log
    }

    #[test]
    fn a_position_leads_to_what_was_missed_or_to_the_reason_why_not() {
        let log = log(&[(7, 4), (9, 7), (12, 9)]);
        let check = |epoch, seq, expected: Result<Vec<u64>, ResumeOutcome>| {
            let found = log.behind(Position { epoch, seq }, 1);
            let seqs = found.map(|frames| frames.iter().map(|frame| frame.seq).collect::<Vec<_>>());
            assert_eq!(seqs, expected, "{epoch}-{seq}");
        };
        check(1, 12, Ok(vec![]));
        check(1, 9, Ok(vec![12]));
        check(1, 4, Ok(vec![7, 9, 12]));
        check(1, 3, Err(ResumeOutcome::TooOld));
        check(1, 8, Err(ResumeOutcome::TooOld));
        check(1, 13, Err(ResumeOutcome::Unknown));
        check(2, 9, Err(ResumeOutcome::Epoch));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let all: Vec<(u64, u64)> = (1..=2_000).map(|seq| (seq, seq - 1)).collect();
        let log = log(&all);
        assert_eq!(log.frames.len(), FRAMES_KEPT);
        assert_eq!(log.behind(Position { epoch: 1, seq: 100 }, 1), Err(ResumeOutcome::TooOld));
    }

    #[test]
    fn a_listener_that_does_not_keep_up_is_let_go() {
        let log = log(&[(1, 0)]);
        let (sender, mut receiver) = mpsc::channel(1);
        log.listeners.lock().push(Listener { since: 1, sender });
        let unsent = |seq| Unsent {
            frame: Arc::new(PrivateFrame { seq, prev: seq - 1, json: Bytes::new() }),
            listeners: log.listeners.clone(),
        };
        unsent(1).send(true);
        assert!(receiver.try_recv().is_err(), "it knows that from its snapshot");
        unsent(2).send(true);
        unsent(3).send(true);
        assert_eq!(receiver.try_recv().map(|frame| frame.seq), Ok(2));
        assert!(!log.has_listeners());
        assert_eq!(receiver.try_recv(), Err(mpsc::error::TryRecvError::Disconnected));
    }
}
