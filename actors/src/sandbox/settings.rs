//! How the sandbox is run, from the configuration.

use std::time::Duration;

use marketd_domain::ledger::FeeSchedule;
use marketd_domain::sandbox::{QueueModel, SandboxBounds};

#[derive(Debug, Clone)]
pub struct SandboxSettings {
    pub mailbox: usize,
    pub bounds: SandboxBounds,
    /// What a user's default account begins with: asset and amount.
    pub initial_balances: Vec<(String, String)>,
    pub fees: FeeSchedule,
    pub queue_model: QueueModel,
    /// How far from the market orders may be priced, in hundredths of a percent.
    pub band_bps: Option<u32>,
    /// Events that may wait for the store; beyond it new orders are refused.
    pub backlog: usize,
    /// A commit that takes longer counts as a store that is away.
    pub patience: Duration,
    /// How long a caller waits for its answer; the outcome is unknown afterwards.
    pub answer_timeout: Duration,
    /// Events between two states that are kept to start from.
    pub state_every: u64,
    /// A market in which nobody has open orders is not followed any longer after this.
    pub idle: Duration,
}

/// How long the answer to a request is kept for whoever sends it again.
pub const ANSWERS_KEPT: Duration = Duration::from_secs(24 * 3_600);
/// So many of them in memory; all of them in the store.
pub const ANSWERS_IN_MEMORY: usize = 50_000;
