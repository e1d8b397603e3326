//! The sandbox exchange's actor.
//!
//! *Owns* the state of all accounts and orders, and the journal that it comes from. *Overload*: a full mailbox or too many
//! events that wait for the store refuse new requests with `busy`; news of a market that does not fit is dropped, and that
//! market is read anew from the board. *Restart*: from the store; whatever was acknowledged is there.
//!
//! The rule of everything here: nothing that rests on an event leaves before the event is on the disk. Requests, market
//! news and time change the state at once and their events gather; one commit is under way at a time and takes all that
//! has gathered while the one before it was written. Answers wait for the commit of what they rest on, refusals and
//! answers to questions too.

mod answers;
pub mod channels;
mod commit;
mod counters;
pub mod doors;
mod floor;
mod follow;
mod gate;
mod journal;
pub mod private;
mod restore;
mod settings;
mod simulated;
pub mod tap;
pub mod views;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use actix::prelude::*;
use bytes::Bytes;
use marketd_domain::Timestamp;
use marketd_domain::ledger::{AccountNo, UserNo};
use marketd_domain::sandbox::Input;
use marketd_store::sandbox::IdempotencyRow;
use tokio::sync::oneshot;

use crate::board::Board;
use crate::clock;
use crate::storage::Storage;
use crate::traces::Hop;

use answers::{Answers, Look, Place};
use floor::Outgoing;
use tap::MarketNews;

pub use counters::SandboxCounters;
pub use floor::{Floor, refused};
pub use gate::{Answer, Done, OnceKey, Refused, SandboxGate, SandboxState, Work};
pub use settings::{ANSWERS_IN_MEMORY, ANSWERS_KEPT, SandboxSettings};

/// How often markets, patience and old answers are looked at.
const SWEEP: Duration = Duration::from_millis(200);

/// Something to be done for a user, once for each of the keys.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Submit {
    pub user: UserNo,
    /// Whose keys they are; the default account without it.
    pub account: Option<String>,
    pub once: Vec<OnceKey>,
    pub work: Work,
    pub reply: oneshot::Sender<Result<Answer, Refused>>,
    /// Where its trace is, if it is traced.
    pub hop: Option<Hop>,
}

/// Answers when what it rests on is on the disk, or says why it does not.
pub type Deliver = Box<dyn FnOnce(Option<Refused>) + Send>;

/// A question about the state.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Ask {
    pub question: Box<dyn FnOnce(&mut Floor) -> Deliver + Send>,
}

/// The server stops: commit what has gathered and keep the state. Answers when that is done.
#[derive(Message, Debug, Clone, Copy)]
#[rtype(result = "()")]
pub struct StopSandbox;

/// For tests: panics inside the handler.
#[cfg(feature = "failpoints")]
#[derive(Message)]
#[rtype(result = "()")]
pub struct Crash;

/// An answer that waits for the disk, and for the account's distance from the market.
struct Waiting {
    seq: u64,
    visible_at: Timestamp,
    /// What is told of an account is told in the sequence in which it happened, however far away the account is.
    account: Option<AccountNo>,
    deliver: Deliver,
}

pub struct SandboxActor {
    storage: Arc<Storage>,
    board: Arc<Board>,
    settings: Arc<SandboxSettings>,
    gate: Arc<SandboxGate>,
    counters: Arc<SandboxCounters>,
    floor: Option<Floor>,
    journal: journal::Journal,
    answers: Answers,
    /// Those who sent a request again that is under way.
    twins: HashMap<Place, Vec<oneshot::Sender<Result<Answer, Refused>>>>,
    waiting: VecDeque<Waiting>,
    /// True, and not to be seen yet: by when, and in which sequence.
    deferred: BTreeMap<(Timestamp, u64), Deliver>,
    next_deferred: u64,
    /// When an account has seen everything that was told of it.
    visible: HashMap<AccountNo, Timestamp>,
    timer: Option<(Timestamp, SpawnHandle)>,
    is_stopping: bool,
    /// The trace of something that the next commit has in it.
    traced: Option<Hop>,
}

impl SandboxActor {
    pub fn new(
        storage: Arc<Storage>,
        board: Arc<Board>,
        settings: Arc<SandboxSettings>,
        gate: Arc<SandboxGate>,
        counters: Arc<SandboxCounters>,
    ) -> Self {
        Self {
            storage,
            board,
            settings,
            gate,
            counters,
            floor: None,
            journal: journal::Journal::default(),
            answers: Answers::default(),
            twins: HashMap::new(),
            waiting: VecDeque::new(),
            deferred: BTreeMap::new(),
            next_deferred: 0,
            visible: HashMap::new(),
            timer: None,
            is_stopping: false,
            traced: None,
        }
    }

    /// Why a request cannot be taken now.
    fn refusal_now(&self) -> Option<Refused> {
        use marketd_protocol::code::ErrorCode;
        if self.is_stopping {
            return Some((ErrorCode::SHUTTING_DOWN, "the server is stopping".to_owned()));
        }
        if let Some(refused) = SandboxGate::closed(self.gate.state()) {
            return Some(refused);
        }
        if self.storage.trouble().is_some() {
            return SandboxGate::closed(SandboxState::StoreAway);
        }
        let backlog = self.floor.as_ref().map_or(0, Floor::backlog);
        (backlog > self.settings.backlog)
            .then(|| (ErrorCode::BUSY, "too much waits for the store, come back later".to_owned()))
    }

    /// Carries a request out, and has its answer wait for the disk.
    fn carry_out(&mut self, submit: Submit, places: &[Place], ctx: &mut Context<Self>) {
        let Submit { user, once, work, reply, hop, .. } = submit;
        let Some(floor) = &mut self.floor else { return };
        floor.begin_request();
        let span = hop.as_ref().and_then(|hop| hop.begin("sandbox.carry_out"));
        let done = work(floor, user);
        drop(span.map(|span| span.with("seq", floor.sandbox.seq())));
        // Ends with the answer: when it is on the disk, and may be seen.
        let commit = hop.and_then(|hop| hop.begin("sandbox.commit"));
        if let Some(commit) = &commit {
            self.traced = Some(commit.hop());
        }
        let (seq, visible_at) = (floor.sandbox.seq(), floor.visible_at());
        let answer = done.map(|done| Answer {
            http_status: done.http_status,
            data: Bytes::from(done.data),
            is_replayed: false,
        });
        match &answer {
            Ok(answer) => {
                for (place, key) in places.iter().zip(&once) {
                    floor.add_answer(IdempotencyRow {
                        account: place.0,
                        key: place.1.clone(),
                        request_hash: key.hash.to_vec(),
                        response: answers::response_of(answer),
                        seq,
                        expires_at: commit::expiry(floor.now()),
                    });
                    self.answers.finish(place.clone(), key.hash, answer.clone(), seq);
                }
            }
            Err(refused) => {
                self.counters.note_refusal(refused.0);
                for place in places {
                    self.answers.give_up(place);
                }
            }
        }
        let mut replies = vec![reply];
        let is_first = replies.len();
        for place in places {
            replies.extend(self.twins.remove(place).into_iter().flatten());
        }
        let counters = self.counters.clone();
        let deliver: Deliver = Box::new(move |refused| {
            drop(commit);
            for (number, reply) in replies.into_iter().enumerate() {
                let answer = match &refused {
                    Some(refused) => Err(refused.clone()),
                    None => answer.clone(),
                };
                let answer =
                    if number < is_first { answer } else { answer.map(|answer| answers::replayed(&answer)) };
                if answer.as_ref().is_ok_and(|answer| answer.is_replayed) {
                    counters.answers_replayed.fetch_add(1, Ordering::Relaxed);
                }
                // Who asked may have gone.
                let _ = reply.send(answer);
            }
        });
        self.wait_for(Waiting { seq, visible_at, account: None, deliver }, ctx);
        self.settle(ctx);
    }

    fn wait_for(&mut self, waiting: Waiting, ctx: &mut Context<Self>) {
        if waiting.seq <= self.journal.durable_seq {
            self.deliver(waiting, ctx);
        } else {
            self.waiting.push_back(waiting);
        }
    }

    fn deliver(&mut self, waiting: Waiting, ctx: &mut Context<Self>) {
        let now = clock::now();
        let visible_at = match waiting.account {
            Some(account) => {
                let until = self.visible.entry(account).or_insert(waiting.visible_at);
                *until = (*until).max(waiting.visible_at);
                *until
            }
            None => waiting.visible_at,
        };
        if visible_at <= now {
            self.deliver_deferred(visible_at);
            return (waiting.deliver)(None);
        }
        let place = (visible_at, self.next_deferred);
        self.next_deferred += 1;
        self.deferred.insert(place, waiting.deliver);
        let wait = Duration::from_nanos(visible_at.nanos_since(now).unsigned_abs());
        ctx.run_later(wait, move |actor, _| actor.deliver_deferred(visible_at));
    }

    /// Delivers what may be seen at this moment, in its sequence.
    fn deliver_deferred(&mut self, until: Timestamp) {
        while let Some(entry) = self.deferred.first_entry().filter(|entry| entry.key().0 <= until) {
            (entry.remove())(None);
        }
    }

    /// Delivers what the last commit made true.
    fn deliver_durable(&mut self, ctx: &mut Context<Self>) {
        while self.waiting.front().is_some_and(|waiting| waiting.seq <= self.journal.durable_seq) {
            if let Some(waiting) = self.waiting.pop_front() {
                self.deliver(waiting, ctx);
            }
        }
    }

    /// Nothing of what waits will be known to be true.
    fn fail_waiting(&mut self) {
        for waiting in self.waiting.drain(..) {
            (waiting.deliver)(Some(gate::unknown_outcome()));
        }
        for reply in self.twins.drain().flat_map(|(_, replies)| replies) {
            let _ = reply.send(Err(gate::unknown_outcome()));
        }
    }

    /// Has what happened to accounts told once it is on the disk.
    fn tell(&mut self, ctx: &mut Context<Self>) {
        let outgoing = self.floor.as_mut().map(|floor| std::mem::take(&mut floor.outgoing));
        for Outgoing { account, seq, visible_at, send } in outgoing.into_iter().flatten() {
            let deliver: Deliver = Box::new(move |refused| send(refused.is_none()));
            self.wait_for(Waiting { seq, visible_at, account: Some(account), deliver }, ctx);
        }
    }

    /// Begins a commit if there is something, and sets the timer for what falls due next.
    fn settle(&mut self, ctx: &mut Context<Self>) {
        self.tell(ctx);
        self.commit(ctx);
        let Some(floor) = &self.floor else { return };
        let due = floor.sandbox.next_due().filter(|_| self.journal.is_taken());
        match (due, self.timer.as_ref()) {
            (None, _) => {}
            (Some(due), Some((set_for, _))) if *set_for <= due => {}
            (Some(due), held) => {
                if let Some((_, handle)) = held {
                    ctx.cancel_future(*handle);
                }
                let wait = Duration::from_nanos(due.nanos_since(clock::now()).max(0).unsigned_abs());
                let handle = ctx.run_later(wait, |actor, ctx| {
                    actor.timer = None;
                    actor.pass_time();
                    actor.settle(ctx);
                });
                self.timer = Some((due, handle));
            }
        }
    }

    fn pass_time(&mut self) {
        let is_taken = self.journal.is_taken();
        if let Some(floor) = self.floor.as_mut().filter(|_| is_taken) {
            // Time itself is never refused.
            let _ = floor.apply(Input::Time);
        }
    }

    fn sweep(&mut self, ctx: &mut Context<Self>) {
        self.watch_patience();
        let is_taken = self.journal.is_taken();
        if let Some(floor) = self.floor.as_mut().filter(|_| is_taken) {
            floor.look_after_markets(Instant::now());
            floor.look_at_simulated();
            floor.channels.sweep(Instant::now());
            floor.listeners.sweep();
        }
        self.count();
        let now = clock::now();
        self.visible.retain(|_, until| *until > now);
        self.settle(ctx);
    }

    /// What goes up and down, for the metrics.
    fn count(&self) {
        let Some(floor) = &self.floor else { return };
        let (markets, orders) = floor.open_counts();
        SandboxCounters::set(&self.counters.markets_followed, markets);
        SandboxCounters::set(&self.counters.open_orders, orders);
        SandboxCounters::set(&self.counters.backlog, floor.backlog());
        self.counters.seq.store(floor.sandbox.seq(), Ordering::Relaxed);
    }

    /// Looks the request's keys up; carries it out when they are new.
    fn take(&mut self, submit: Submit, ctx: &mut Context<Self>) {
        let Some(floor) = &mut self.floor else { return };
        let mut places = Vec::new();
        if !submit.once.is_empty() {
            let account = match floor.account(submit.user, submit.account.as_deref()) {
                Ok(account) => account,
                Err(refused) => {
                    let _ = submit.reply.send(Err(refused));
                    return;
                }
            };
            places.extend(submit.once.iter().map(|key| (account, key.key.clone())));
        }
        for (place, key) in places.iter().zip(&submit.once) {
            match self.answers.look(place, key) {
                Look::New => {}
                Look::Refuse(refused) => {
                    self.counters.note_refusal(refused.0);
                    let _ = submit.reply.send(Err(refused));
                    return;
                }
                Look::Wait => {
                    self.twins.entry(place.clone()).or_default().push(submit.reply);
                    return;
                }
                Look::Replay { answer, seq } => {
                    self.counters.answers_replayed.fetch_add(1, Ordering::Relaxed);
                    let reply = submit.reply;
                    let deliver: Deliver = Box::new(move |refused| {
                        let _ = reply.send(refused.map_or(Ok(answer), Err));
                    });
                    self.wait_for(Waiting { seq, visible_at: Timestamp::ZERO, account: None, deliver }, ctx);
                    return;
                }
            }
        }
        for (place, key) in places.iter().zip(&submit.once) {
            self.answers.begin(place.clone(), key);
        }
        if places.is_empty() || !self.answers.may_store_know() {
            self.carry_out(submit, &places, ctx);
        } else {
            self.ask_store_first(submit, places, ctx);
        }
    }
}

impl Actor for SandboxActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(self.settings.mailbox);
        self.gate.set_state(SandboxState::Restoring);
        self.gate.queue.begin();
        self.begin(ctx);
        ctx.run_interval(SWEEP, |actor, ctx| actor.sweep(ctx));
        ctx.run_interval(journal::FORGET, |actor, ctx| actor.forget_answers(ctx));
    }
}

impl Handler<Submit> for SandboxActor {
    type Result = ();

    fn handle(&mut self, submit: Submit, ctx: &mut Self::Context) {
        self.gate.queue.taken();
        match self.refusal_now() {
            Some(refused) => {
                self.counters.note_refusal(refused.0);
                let _ = submit.reply.send(Err(refused));
            }
            None => self.take(submit, ctx),
        }
    }
}

impl Handler<Ask> for SandboxActor {
    type Result = ();

    fn handle(&mut self, Ask { question }: Ask, ctx: &mut Self::Context) {
        self.gate.queue.taken();
        let is_taken = self.journal.is_taken();
        let Some(floor) = &mut self.floor else { return };
        if is_taken {
            floor.look_at_simulated();
        }
        let deliver = question(floor);
        let seq = floor.sandbox.seq();
        self.wait_for(Waiting { seq, visible_at: Timestamp::ZERO, account: None, deliver }, ctx);
        self.settle(ctx);
    }
}

impl Handler<MarketNews> for SandboxActor {
    type Result = ();

    fn handle(&mut self, news: MarketNews, ctx: &mut Self::Context) {
        let is_taken = self.journal.is_taken();
        if let Some(floor) = self.floor.as_mut().filter(|_| is_taken) {
            floor.hear(news);
            self.settle(ctx);
        }
    }
}

impl Handler<StopSandbox> for SandboxActor {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: StopSandbox, ctx: &mut Self::Context) -> Self::Result {
        self.stop(ctx)
    }
}

#[cfg(feature = "failpoints")]
impl Handler<Crash> for SandboxActor {
    type Result = ();

    fn handle(&mut self, _: Crash, _ctx: &mut Self::Context) {
        panic!("crashed on request");
    }
}
