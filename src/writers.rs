//! Starting the writers and the drain, on a thread of their own, and keeping them alive.

use std::sync::Arc;

use actix::prelude::*;
use marketd_actors::drain::DrainActor;
use marketd_actors::keeper::Watch;
use marketd_actors::storage::Storage;
use marketd_actors::writer::WriterActor;
use marketd_store::Family;
use parking_lot::RwLock;

use crate::feeds::{Stage, watch};

/// What writes to the store.
pub struct Writers {
    pub arbiter: Arbiter,
    pub writers: Vec<(Family, Arc<RwLock<Addr<WriterActor>>>)>,
    pub drain: Arc<RwLock<Addr<DrainActor>>>,
}

pub fn start(stage: &Stage, storage: &Arc<Storage>) -> Writers {
    let arbiter = Arbiter::new();
    arbiter.spawn(stage.board.lags.add("writers").watch());
    let writers = Family::ALL
        .map(|family| {
            let storage = storage.clone();
            let make = move || WriterActor::new(storage.clone(), family);
            (family, keep(stage, &arbiter, format!("writer {}", family.as_str()), make))
        })
        .into();
    let storage = storage.clone();
    let drain = keep(stage, &arbiter, "drain".to_owned(), move || DrainActor::new(storage.clone()));
    Writers { arbiter, writers, drain }
}

/// Starts an actor, and has the keeper start it again.
fn keep<A: Actor<Context = Context<A>> + Send>(
    stage: &Stage,
    arbiter: &Arbiter,
    name: String,
    make: impl Fn() -> A + Send + 'static,
) -> Arc<RwLock<Addr<A>>> {
    let handle = arbiter.handle();
    let start = move || {
        let actor = make();
        A::start_in_arbiter(&handle, move |_| actor)
    };
    let place = Arc::new(RwLock::new(start()));
    let (probe, renewed) = (place.clone(), place.clone());
    watch(
        &stage.keeper,
        Watch {
            name,
            is_alive: Box::new(move || probe.read().connected()),
            restart: Box::new(move || *renewed.write() = start()),
        },
    );
    place
}
