//! The sandbox's journal in the store: taken over at the start, appended to by one commit at a time, and what happens
//! while the store is away.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use actix::prelude::*;
use marketd_domain::journal::{RecordKind, write_record};
use marketd_domain::sandbox::{Input, Sandbox};
use marketd_store::sandbox::{Appended, IdempotencyRow, StateRow};
use marketd_store::{Store, StoreError};

use super::answers::{self, Answers, Place};
use super::commit::Commit;
use super::floor::Floor;
use super::gate::SandboxState;
use super::restore::{RestoreError, Restored, restore};
use super::{SandboxActor, Submit};

/// How often answers that nobody will ask for any more are removed from the store.
pub(super) const FORGET: Duration = Duration::from_secs(600);
/// Between two tries of a store that is away.
const RETRY: Duration = Duration::from_millis(250);
/// The slowest of so many commits is shown.
const SLOWEST_OF: u64 = 64;

/// Where the journal is.
#[derive(Debug, Default)]
pub(super) struct Journal {
    /// Everything up to this event is on the disk.
    pub durable_seq: u64,
    /// A commit is under way since then.
    in_flight: Option<Instant>,
    /// The last commit failed: nothing new happens until it is written.
    is_stuck: bool,
    /// It is somebody else's now, or cannot be read.
    is_over: bool,
    state_seq: u64,
    is_keeping: bool,
    /// A state that is to be kept once the events in it are on the disk.
    awaiting: Option<StateRow>,
    commits: u64,
}

impl Journal {
    /// Whether what happens can be written down.
    pub const fn is_taken(&self) -> bool {
        !self.is_stuck && !self.is_over
    }
}

type Begun = Result<Restored, RestoreError>;

impl SandboxActor {
    /// Takes the journal over, as soon as the store is there.
    pub(super) fn begin(&mut self, ctx: &mut Context<Self>) {
        let (storage, bounds) = (self.storage.clone(), self.settings.bounds);
        let gate = self.gate.clone();
        let work = async move {
            loop {
                if let Some(store) = storage.sandbox() {
                    gate.set_state(SandboxState::Restoring);
                    match restore(&store, bounds).await {
                        Err(error) if error.is_retryable() => {
                            tracing::warn!(%error, "the sandbox cannot be read yet");
                        }
                        begun => return begun,
                    }
                }
                gate.set_state(SandboxState::StoreAway);
                tokio::time::sleep(RETRY).await;
            }
        };
        ctx.spawn(work.into_actor(self).map(|begun, actor, ctx| actor.begun(begun, ctx)));
    }

    fn begun(&mut self, begun: Begun, ctx: &mut Context<Self>) {
        let restored = match begun {
            Ok(restored) => restored,
            Err(error) => {
                tracing::error!(%error, "the sandbox does not start");
                self.journal.is_over = true;
                self.gate.set_state(SandboxState::Damaged);
                return;
            }
        };
        let Restored { sandbox, head, state_seq, hash } = restored;
        *self.counters.restored.lock() = Some((head.seq, hash));
        self.journal = Journal { durable_seq: head.seq, state_seq, ..Journal::default() };
        self.tell_simulator();
        self.answers = Answers::new(head.seq > 0);
        let mut floor =
            Floor::new(sandbox, head, self.board.clone(), self.settings.clone(), self.counters.clone());
        floor.listener = Some(ctx.address().recipient());
        floor.look_after_markets(Instant::now());
        // What fell due while nobody was there.
        let _ = floor.apply(Input::Time);
        self.floor = Some(floor);
        self.gate.set_state(SandboxState::Ready);
        self.settle(ctx);
    }

    /// Begins a commit of all that has gathered, unless one is under way.
    pub(super) fn commit(&mut self, ctx: &mut Context<Self>) {
        if self.journal.in_flight.is_some() || !self.journal.is_taken() {
            return;
        }
        let Some(commit) = self.floor.as_mut().and_then(Floor::take_commit) else { return };
        self.append(commit, ctx);
    }

    fn append(&mut self, commit: Commit, ctx: &mut Context<Self>) {
        self.journal.in_flight.get_or_insert_with(Instant::now);
        let span = self.traced.take().and_then(|hop| hop.begin("store.append_journal"));
        let span = span.map(|span| span.with("events", commit.rows.len()));
        let storage = self.storage.clone();
        let work = async move {
            let appended = match storage.sandbox() {
                Some(store) => {
                    store.append_journal(commit.head, &commit.rows, &commit.projections).await.map_err(Some)
                }
                None => Err(None),
            };
            drop(span);
            (commit, appended)
        };
        ctx.spawn(
            work.into_actor(self).map(|(commit, appended), actor, ctx| actor.appended(commit, appended, ctx)),
        );
    }

    fn appended(
        &mut self,
        commit: Commit,
        appended: Result<Appended, Option<StoreError>>,
        ctx: &mut Context<Self>,
    ) {
        match appended {
            Ok(Appended::Done { .. }) => self.is_written(&commit, ctx),
            Ok(Appended::Stale(head)) => {
                tracing::error!(
                    fence = head.fence,
                    seq = head.seq,
                    "another process has taken the sandbox over"
                );
                self.end(SandboxState::Lost);
            }
            Err(Some(error)) if !error.is_retryable() => {
                tracing::error!(%error, "the sandbox's journal is refused");
                self.end(SandboxState::Damaged);
            }
            Err(error) => {
                self.counters.commits_failed.fetch_add(1, Ordering::Relaxed);
                if let Some(error) = error {
                    self.storage.failed(&error);
                }
                self.is_away();
                ctx.run_later(RETRY, move |actor, ctx| actor.append(commit, ctx));
            }
        }
    }

    fn is_written(&mut self, commit: &Commit, ctx: &mut Context<Self>) {
        let took = self.journal.in_flight.take().map_or(Duration::ZERO, |began| began.elapsed());
        self.journal.durable_seq = commit.next_head().seq;
        self.tell_simulator();
        self.note_commit(commit.rows.len(), took);
        self.deliver_durable(ctx);
        if self.gate.state() == SandboxState::StoreAway {
            tracing::info!("the store takes the sandbox's journal again");
            self.gate.set_state(SandboxState::Ready);
        }
        if std::mem::take(&mut self.journal.is_stuck) {
            if let Some(floor) = &mut self.floor {
                // Books first: what falls due meets the market as it is now.
                floor.look_after_markets(Instant::now());
            }
            self.pass_time();
        }
        self.keep_state_if_due(ctx);
        self.settle(ctx);
    }

    /// What sandbox orders did in simulated books is shown when it is on the disk.
    fn tell_simulator(&self) {
        if let Some(shared) = self.board.simulator() {
            shared.set_durable_seq(self.journal.durable_seq);
        }
    }

    fn note_commit(&mut self, events: usize, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let counters = &self.counters;
        counters.commits.fetch_add(1, Ordering::Relaxed);
        counters.events_committed.fetch_add(events as u64, Ordering::Relaxed);
        counters.commit_us.fetch_add(us, Ordering::Relaxed);
        if self.journal.commits.is_multiple_of(SLOWEST_OF) {
            counters.commit_us_max.store(us, Ordering::Relaxed);
        } else {
            counters.commit_us_max.fetch_max(us, Ordering::Relaxed);
        }
        self.journal.commits += 1;
    }

    /// The store does not take the journal: nothing happens until it does.
    fn is_away(&mut self) {
        if self.gate.state() == SandboxState::Ready {
            tracing::warn!("the store does not take the sandbox's journal, refusing requests until it does");
            self.gate.set_state(SandboxState::StoreAway);
        }
        if !std::mem::replace(&mut self.journal.is_stuck, true)
            && let Some(floor) = &mut self.floor
        {
            floor.let_go_of_all();
        }
    }

    /// A commit that takes too long is one whose store is away, whatever it says later.
    pub(super) fn watch_patience(&mut self) {
        let patience = self.settings.patience;
        if self.journal.in_flight.is_some_and(|began| began.elapsed() > patience) {
            self.is_away();
        }
    }

    /// This process does nothing for the sandbox any more. The actor stays, so that nobody starts another.
    fn end(&mut self, state: SandboxState) {
        self.gate.set_state(state);
        self.journal.is_over = true;
        if let Some(mut floor) = self.floor.take() {
            floor.let_go_of_all();
        }
        self.fail_waiting();
    }

    /// Looks the request's keys up in the store, then carries it out if it is new.
    pub(super) fn ask_store_first(&self, submit: Submit, places: Vec<Place>, ctx: &mut Context<Self>) {
        let storage = self.storage.clone();
        let work = async move {
            let Some(store) = storage.sandbox() else { return (submit, places, Err(None)) };
            let found = find_answer(&store, &places).await.map_err(Some);
            (submit, places, found)
        };
        ctx.spawn(
            work.into_actor(self)
                .map(|(submit, places, found), actor, ctx| actor.store_told(submit, places, found, ctx)),
        );
    }

    fn store_told(
        &mut self,
        submit: Submit,
        places: Vec<Place>,
        found: Result<Option<(usize, IdempotencyRow)>, Option<StoreError>>,
        ctx: &mut Context<Self>,
    ) {
        let known = match found {
            Ok(known) => known,
            Err(error) => {
                if let Some(error) = error {
                    tracing::warn!(%error, "the store does not tell whether a request is new");
                }
                let refused = super::SandboxGate::closed(SandboxState::StoreAway);
                return self.answer_twins(
                    submit,
                    &places,
                    Err(refused.unwrap_or_else(super::gate::unknown_outcome)),
                );
            }
        };
        let Some((number, row)) = known else {
            if self.floor.is_some() && self.journal.is_taken() {
                return self.carry_out(submit, &places, ctx);
            }
            let refused = super::SandboxGate::closed(self.gate.state());
            return self.answer_twins(
                submit,
                &places,
                Err(refused.unwrap_or_else(super::gate::unknown_outcome)),
            );
        };
        let key = &submit.once[number];
        let answer = match answers::answer_of(&row) {
            Some(answer) if row.request_hash == key.hash => {
                self.answers.finish(places[number].clone(), key.hash, answer.clone(), row.seq);
                Ok(answers::replayed(&answer))
            }
            _ => Err(answers::reused(key)),
        };
        self.answer_twins(submit, &places, answer);
    }

    /// Answers a request that is not carried out, and those who sent it again.
    fn answer_twins(
        &mut self,
        submit: Submit,
        places: &[Place],
        answer: Result<super::Answer, super::Refused>,
    ) {
        for place in places {
            self.answers.give_up(place);
            for reply in self.twins.remove(place).into_iter().flatten() {
                let _ = reply.send(answer.clone());
            }
        }
        let _ = submit.reply.send(answer);
    }

    /// Removes what was answered too long ago.
    pub(super) fn forget_answers(&self, ctx: &mut Context<Self>) {
        let Some(store) = self.storage.sandbox().filter(|_| self.journal.is_taken()) else { return };
        let now = crate::clock::now();
        let work = async move { store.expire_idempotency(now).await };
        ctx.spawn(work.into_actor(self).map(|removed, _, _| {
            if let Err(error) = removed {
                tracing::warn!(%error, "old answers are not removed");
            }
        }));
    }

    /// Keeps the state when there are enough events behind the last one, so that a start is quick.
    fn keep_state_if_due(&mut self, ctx: &mut Context<Self>) {
        let behind = self.journal.durable_seq.saturating_sub(self.journal.state_seq);
        if behind >= self.settings.state_every && !self.journal.is_keeping && self.journal.awaiting.is_none()
        {
            // Under load there is no moment at which everything is written: it is taken now, and kept with the next commit.
            self.journal.awaiting = self.floor.as_ref().and_then(|floor| state_row(&floor.sandbox));
        }
        let durable_seq = self.journal.durable_seq;
        let Some(row) = self.journal.awaiting.take_if(|row| row.seq <= durable_seq) else { return };
        let Some(work) = self.put_state(row) else { return };
        self.journal.is_keeping = true;
        ctx.spawn(work.into_actor(self).map(|seq, actor, _| {
            actor.journal.is_keeping = false;
            if let Some(seq) = seq {
                actor.journal.state_seq = seq;
            }
        }));
    }

    /// Writes the state as it is, when everything in it is written.
    fn keep_state(&self) -> Option<impl Future<Output = Option<u64>> + use<>> {
        self.put_state(state_row(&self.floor.as_ref()?.sandbox)?)
    }

    /// Tells of which event it is.
    fn put_state(&self, row: StateRow) -> Option<impl Future<Output = Option<u64>> + use<>> {
        let fence = self.floor.as_ref()?.head().fence;
        let store = self.storage.sandbox()?;
        Some(async move {
            match store.put_state(fence, &row).await {
                Ok(true) => Some(row.seq),
                Ok(false) => None,
                Err(error) => {
                    tracing::warn!(%error, "the sandbox's state is not kept; a start takes longer");
                    None
                }
            }
        })
    }

    /// Commits what has gathered, keeps the state and lets go.
    pub(super) fn stop(&mut self, ctx: &mut Context<Self>) -> ResponseActFuture<Self, ()> {
        const LOOK: Duration = Duration::from_millis(5);
        self.is_stopping = true;
        if let Some(floor) = &mut self.floor {
            floor.let_go_of_all();
        }
        self.settle(ctx);
        let written = async move {}.into_actor(self).then(|(), actor, _| wait_until_written(actor, LOOK));
        Box::pin(written.then(|(), actor, _| {
            let keeping = actor.keep_state();
            async move {
                if let Some(keeping) = keeping {
                    keeping.await;
                }
            }
            .into_actor(actor)
        }))
    }

    fn is_all_written(&self) -> bool {
        let is_empty = self.floor.as_ref().is_none_or(|floor| !floor.has_events());
        (is_empty && self.journal.in_flight.is_none()) || !self.journal.is_taken()
    }
}

/// Looks again and again until everything is written, or cannot be.
fn wait_until_written(actor: &SandboxActor, look: Duration) -> ResponseActFuture<SandboxActor, ()> {
    if actor.is_all_written() {
        return Box::pin(async {}.into_actor(actor));
    }
    let wait = tokio::time::sleep(look).into_actor(actor);
    Box::pin(wait.then(move |(), actor, ctx| {
        actor.settle(ctx);
        wait_until_written(actor, look)
    }))
}

/// The first of the keys that the store knows.
async fn find_answer(
    store: &Arc<dyn Store>,
    places: &[Place],
) -> Result<Option<(usize, IdempotencyRow)>, StoreError> {
    for (number, (account, key)) in places.iter().enumerate() {
        if let Some(row) = store.idempotency(*account, key).await? {
            return Ok(Some((number, row)));
        }
    }
    Ok(None)
}

fn state_row(sandbox: &Sandbox) -> Option<StateRow> {
    let state = sandbox.state();
    let mut record = Vec::new();
    write_record(&mut record, RecordKind::Snapshot, state.seq(), &state)
        .inspect_err(|error| tracing::error!(%error, "the sandbox's state is too large to be kept"))
        .ok()?;
    Some(StateRow { seq: state.seq(), ts: state.now(), record })
}
