//! Writers: the actors that bring rows to the store, one for each family of rows.
//!
//! *Owns* one write to the store and one into the spool at a time; the rows themselves are in its [`Intake`], which is
//! shared and outlives it. *Overload*: while a write is under way rows gather up to the intake's bound in bytes; a write
//! that takes too long sends them to the spool; what has no room anywhere is counted as lost and becomes a gap.
//! *Restart*: a new actor takes up what the one before had under way; rows that are written twice the store knows.

pub mod handover;
pub mod intake;
pub mod plan;
mod splitting;

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use actix::prelude::*;
use marketd_store::{Family, Rows, Store, StoreError};

use self::intake::{Intake, Lane};
use self::plan::{Batch, Next, Outlook, Plan};
use crate::metrics::Metrics;
use crate::storage::Storage;

pub use splitting::{Outcome, write};

/// For tests: panics inside the handler.
#[cfg(feature = "failpoints")]
#[derive(Message)]
#[rtype(result = "()")]
pub struct Crash;

pub struct WriterActor {
    storage: Arc<Storage>,
    family: Family,
}

impl WriterActor {
    pub const fn new(storage: Arc<Storage>, family: Family) -> Self {
        Self { storage, family }
    }
}

impl Actor for WriterActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        // Its whole life is one future: a panic in it is this actor's panic.
        let life = run(self.storage.clone(), self.family);
        ctx.spawn(life.into_actor(self));
    }
}

#[cfg(feature = "failpoints")]
impl Handler<Crash> for WriterActor {
    type Result = ();

    fn handle(&mut self, _: Crash, _ctx: &mut Self::Context) {
        panic!("crashed on request");
    }
}

/// A write to the store.
type Storing = Pin<Box<dyn Future<Output = Result<Outcome, StoreError>>>>;
/// A push into the spool: how many rows it has kept.
type Spooling = Pin<Box<dyn Future<Output = Result<usize, StoreError>>>>;

struct Writer {
    storage: Arc<Storage>,
    family: Family,
    plan: Plan,
    storing: Option<(Arc<Rows>, Instant, Storing)>,
    spooling: Option<(Arc<Rows>, Spooling)>,
    /// What the spool gets is a copy of the batch for the store.
    is_insuring: bool,
    /// Rows that the store has refused while their copy was on its way into the spool. If it arrives, the drain will meet
    /// them again, and count them.
    refused: Option<(Arc<Rows>, Outcome)>,
}

async fn run(storage: Arc<Storage>, family: Family) {
    storage.intake(family).recover();
    let plan = Plan::new(storage.settings().flush);
    let mut writer =
        Writer { storage, family, plan, storing: None, spooling: None, is_insuring: false, refused: None };
    loop {
        writer.step().await;
    }
}

impl Writer {
    fn intake(&self) -> &Intake {
        self.storage.intake(self.family)
    }

    async fn step(&mut self) {
        let outlook =
            Outlook { has_store: self.storage.writable().is_some(), is_flushing: self.storage.is_flushing() };
        let now = Instant::now();
        match self.plan.next(now, self.intake().gathering(), outlook) {
            Next::Store => {
                // It may have gone away this moment; the next look sees that.
                if let Some(store) = self.storage.writable() {
                    self.begin_storing(store, now);
                }
            }
            Next::Spool => {
                self.is_insuring = false;
                let rows = self.intake().take(Lane::Spool);
                self.begin_spooling(rows);
            }
            Next::Insure => {
                self.is_insuring = true;
                if let Some((rows, ..)) = &self.storing {
                    self.begin_spooling(rows.clone());
                }
            }
            Next::Wait(until) => self.wait(until).await,
        }
    }

    fn begin_storing(&mut self, store: Arc<dyn Store>, now: Instant) {
        let rows = self.intake().take(Lane::Store);
        let batch = rows.clone();
        let storing = Box::pin(async move { splitting::write(&*store, &batch).await });
        self.storing = Some((rows, now, storing));
        self.plan.storing(now);
    }

    fn begin_spooling(&mut self, rows: Arc<Rows>) {
        let (storage, batch) = (self.storage.clone(), rows.clone());
        let spooling = Box::pin(async move { storage.spool_rows(&batch).await });
        self.spooling = Some((rows, spooling));
        self.plan.spooling();
    }

    async fn wait(&mut self, until: Option<Instant>) {
        let storage = self.storage.clone();
        let sleep = async {
            match until {
                Some(until) => tokio::time::sleep_until(until.into()).await,
                None => pending().await,
            }
        };
        let answer = async {
            match &mut self.storing {
                Some((.., storing)) => storing.await,
                None => pending().await,
            }
        };
        let kept = async {
            match &mut self.spooling {
                Some((_, spooling)) => spooling.await,
                None => pending().await,
            }
        };
        tokio::select! {
            answer = answer => self.answered(answer),
            kept = kept => self.spooled(kept),
            () = sleep => {}
            () = storage.intake(self.family).wake.notified() => {}
        }
    }

    fn answered(&mut self, answer: Result<Outcome, StoreError>) {
        let Some((rows, began, _)) = self.storing.take() else { return };
        let is_insured = self.plan.is_insured();
        let batch = self.plan.answered(answer.is_ok());
        match answer {
            Ok(outcome) => self.note_stored(rows, began, outcome, is_insured),
            Err(error) => {
                drop(rows);
                self.storage.failed(&error);
            }
        }
        self.finish(batch);
    }

    fn spooled(&mut self, kept: Result<usize, StoreError>) {
        let Some((rows, _)) = self.spooling.take() else { return };
        let count = rows.len();
        drop(rows);
        let kept = kept.unwrap_or_else(|error| {
            self.storage.spool_failed(&error);
            0
        });
        if let Some((rows, outcome)) = self.refused.take() {
            // What the spool has of it is met again when that is drained, and counted then.
            self.storage.note_refused(&rows, &outcome.behind(kept));
        }
        let batch = if kept == count { self.plan.spooled() } else { self.plan.spool_stuck(Instant::now()) };
        match (self.is_insuring, kept == count) {
            (true, true) => self.intake().note_insured(),
            (true, false) => {}
            (false, true) => self.intake().settle(Lane::Spool),
            (false, false) => self.intake().give_back(Lane::Spool, kept),
        }
        self.finish(batch);
    }

    fn finish(&self, batch: Batch) {
        match batch {
            Batch::Settled => self.intake().settle(Lane::Store),
            Batch::Back => self.intake().give_back(Lane::Store, 0),
            Batch::Open => {}
        }
    }

    fn note_stored(&mut self, rows: Arc<Rows>, began: Instant, outcome: Outcome, is_insured: bool) {
        let metrics = self.storage.metrics.family(self.family);
        let took_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        Metrics::add(&metrics.batches, 1);
        Metrics::add(&metrics.write_us, took_us);
        Metrics::add(&metrics.rows_in_batches, rows.len() as u64);
        metrics.write_times.note(took_us);
        metrics.last_batch_rows.store(rows.len() as u64, Ordering::Relaxed);
        metrics.last_write_us.store(took_us, Ordering::Relaxed);
        self.storage.note_written(&rows, &outcome);
        if outcome.refused.is_empty() || is_insured {
            // What was refused is met again when the copy is drained, and counted then.
        } else if self.spooling.is_some() {
            self.refused = Some((rows, outcome));
        } else {
            self.storage.note_refused(&rows, &outcome);
        }
    }
}
