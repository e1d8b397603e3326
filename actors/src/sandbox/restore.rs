//! The sandbox out of its store: the last state that was kept, and the events after it.

use std::sync::Arc;
use std::time::Instant;

use marketd_domain::journal::{DamagedRecord, RecordKind, read_record};
use marketd_domain::sandbox::{Event, Sandbox, SandboxBounds, SandboxState};
use marketd_store::sandbox::{JournalHead, JournalRow, StateRow};
use marketd_store::{Store, StoreError};

/// Events read at once.
const PAGE: u32 = 5_000;

/// A sandbox that goes on, and under which fence.
pub struct Restored {
    pub sandbox: Sandbox,
    pub head: JournalHead,
    /// Of the state that it started from.
    pub state_seq: u64,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the journal is damaged at event {seq}: {reason}")]
    Damaged { seq: u64, reason: String },
}

impl RestoreError {
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_retryable())
    }
}

/// Takes the journal over and rebuilds what it says.
pub async fn restore(store: &Arc<dyn Store>, bounds: SandboxBounds) -> Result<Restored, RestoreError> {
    let began = Instant::now();
    let head = store.claim_journal(0).await?;
    let mut sandbox = started_from(&store.latest_states().await?, bounds);
    let state_seq = sandbox.seq();
    while sandbox.seq() < head.seq {
        let next = sandbox.seq() + 1;
        let rows = store.journal_from(next, PAGE).await?;
        if rows.is_empty() {
            let reason = format!("the journal ends before event {}", head.seq);
            return Err(RestoreError::Damaged { seq: next, reason });
        }
        for row in &rows {
            let event = event_of(row).map_err(|reason| RestoreError::Damaged { seq: row.seq, reason })?;
            sandbox
                .replay(&event)
                .map_err(|error| RestoreError::Damaged { seq: row.seq, reason: error.to_string() })?;
        }
    }
    let events = sandbox.seq() - state_seq;
    tracing::info!(
        seq = sandbox.seq(),
        events,
        fence = head.fence,
        took_ms = began.elapsed().as_millis() as u64,
        "sandbox restored"
    );
    Ok(Restored { sandbox, head, state_seq })
}

/// From the newest state that can be read, or from nothing: the journal has everything.
fn started_from(states: &[StateRow], bounds: SandboxBounds) -> Sandbox {
    for row in states {
        match state_of(row)
            .and_then(|state| Sandbox::restore(state, bounds).map_err(|error| error.to_string()))
        {
            Ok(sandbox) if sandbox.seq() == row.seq => return sandbox,
            Ok(_) => tracing::error!(seq = row.seq, "a kept state is of another event"),
            Err(reason) => tracing::error!(seq = row.seq, reason, "a kept state cannot be read"),
        }
    }
    Sandbox::new(bounds)
}

fn state_of(row: &StateRow) -> Result<SandboxState, String> {
    let (record, _) = read_record(&row.record).map_err(|damage: DamagedRecord| damage.to_string())?;
    if record.kind != RecordKind::Snapshot || record.seq != row.seq {
        return Err("it is another record".to_owned());
    }
    record.decode().map_err(|error| error.to_string())
}

fn event_of(row: &JournalRow) -> Result<Event, String> {
    let (record, rest) = read_record(&row.record).map_err(|damage| damage.to_string())?;
    if record.kind != RecordKind::Event || record.seq != row.seq || !rest.is_empty() {
        return Err("it is another record".to_owned());
    }
    record.decode().map_err(|error| error.to_string())
}
