//! Starting the sandbox exchange on a thread of its own, and stopping it.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use marketd_actors::keeper::Watch;
use marketd_actors::sandbox::{SandboxActor, SandboxCounters, SandboxGate, StopSandbox};
use marketd_actors::storage::Storage;

use crate::config::{Config, ConfigError};
use crate::feeds::{Stage, watch};

/// The sandbox that runs here.
pub struct Sandbox {
    arbiter: Arbiter,
    pub gate: Arc<SandboxGate>,
    pub counters: Arc<SandboxCounters>,
}

/// Starts the sandbox, watched by the keeper. It takes its journal over as soon as the store is there.
pub fn start(stage: &Stage, config: &Config, storage: &Arc<Storage>) -> Result<Sandbox, ConfigError> {
    let settings = Arc::new(config.sandbox.settings()?);
    let (arbiter, gate) = (Arbiter::new(), SandboxGate::new(settings.answer_timeout));
    arbiter.spawn(stage.board.lags.add("sandbox").watch());
    gate.set_takes_orders(config.sandbox.takes_orders);
    stage.board.set_sandbox(gate.clone());
    let counters = Arc::new(SandboxCounters::default());
    let start = {
        let (handle, gate) = (arbiter.handle(), gate.clone());
        let (storage, board, counters) = (storage.clone(), stage.board.clone(), counters.clone());
        move || {
            let actor = SandboxActor::new(
                storage.clone(),
                board.clone(),
                settings.clone(),
                gate.clone(),
                counters.clone(),
            );
            gate.set_actor(SandboxActor::start_in_arbiter(&handle, move |_| actor));
        }
    };
    start();
    let probe = gate.clone();
    watch(
        &stage.keeper,
        Watch {
            name: "sandbox".to_owned(),
            is_alive: Box::new(move || probe.is_alive()),
            restart: Box::new(start),
        },
    );
    Ok(Sandbox { arbiter, gate, counters })
}

impl Sandbox {
    /// Has everything committed and the state kept.
    pub async fn stop(&self, patience: Duration) {
        let Some(actor) = self.gate.actor() else { return };
        if tokio::time::timeout(patience, actor.send(StopSandbox)).await.is_err() {
            tracing::warn!(
                "the sandbox has not written everything in time; its journal has what was answered"
            );
        }
    }

    pub fn stop_arbiter(&self) {
        self.arbiter.stop();
    }
}
