//! The sandbox out of its store: a state that was kept, and the events after it.
//!
//! Of the two states that are kept, the older one is where it begins. What the events between make of it has to be the newer
//! one, to the last unit: if not, either the state in memory or the journal was wrong, and nobody trades on.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use marketd_domain::journal::{DamagedRecord, RecordKind, StateHash, VERSION, read_record};
use marketd_domain::sandbox::{Event, Sandbox, SandboxBounds, SandboxState};
use marketd_store::sandbox::{JournalHead, JournalRow, StateRow};
use marketd_store::{Store, StoreError};

/// Events read at once.
const PAGE: u32 = 5_000;

/// A sandbox that goes on, and under which fence.
pub struct Restored {
    pub sandbox: Sandbox,
    pub head: JournalHead,
    /// Of the newest state that is kept.
    pub state_seq: u64,
    /// Of all that binds, after the last event.
    pub hash: StateHash,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the journal is damaged at event {seq}: {reason}")]
    Damaged { seq: u64, reason: String },
    #[error("the events up to {seq} make {folded} of the state, and {kept} was kept")]
    Differs { seq: u64, folded: StateHash, kept: StateHash },
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
    let mut fold = Fold::begin(&store.latest_states().await?, bounds);
    let (began_at, state_seq) = (fold.sandbox.seq(), fold.state_seq);
    while fold.sandbox.seq() < head.seq {
        let next = fold.sandbox.seq() + 1;
        let rows = store.journal_from(next, PAGE).await?;
        if rows.is_empty() {
            let reason = format!("the journal ends before event {}", head.seq);
            return Err(RestoreError::Damaged { seq: next, reason });
        }
        rows.iter().try_for_each(|row| fold.take(row))?;
    }
    let sandbox = fold.end(head.seq)?;
    let hash = StateHash::of(&sandbox.state().binding());
    tracing::info!(
        seq = sandbox.seq(),
        events = sandbox.seq() - began_at,
        fence = head.fence,
        %hash,
        took_ms = began.elapsed().as_millis() as u64,
        "sandbox restored"
    );
    Ok(Restored { sandbox, head, state_seq, hash })
}

/// A state on its way to the last event.
struct Fold {
    sandbox: Sandbox,
    /// Of the newest state that is kept.
    state_seq: u64,
    /// States that it will come by: their events, and what they were then.
    awaited: VecDeque<(u64, StateHash)>,
}

impl Fold {
    /// From the oldest state that is kept and can be read, or from nothing: the journal has everything.
    fn begin(states: &[StateRow], bounds: SandboxBounds) -> Self {
        let mut kept: Vec<(u16, SandboxState)> = Vec::new();
        for row in states {
            match state_of(row) {
                Ok(state) => kept.push(state),
                Err(reason) => tracing::error!(seq = row.seq, reason, "a kept state cannot be read"),
            }
        }
        kept.sort_by_key(|(_, state)| std::cmp::Reverse(state.seq()));
        let state_seq = kept.first().map_or(0, |(_, state)| state.seq());
        while let Some((_, state)) = kept.pop() {
            let seq = state.seq();
            match Sandbox::restore(state, bounds) {
                Ok(sandbox) => {
                    // What an older program kept may lack what the events say.
                    let awaited = (kept.into_iter().rev())
                        .filter(|(version, _)| *version == VERSION)
                        .map(|(_, state)| (state.seq(), StateHash::of(&state.binding())))
                        .collect();
                    return Self { sandbox, state_seq, awaited };
                }
                Err(error) => tracing::error!(seq, %error, "a kept state does not fit itself"),
            }
        }
        Self { sandbox: Sandbox::new(bounds), state_seq, awaited: VecDeque::new() }
    }

    fn take(&mut self, row: &JournalRow) -> Result<(), RestoreError> {
        let seq = row.seq;
        let event = event_of(row).map_err(|reason| RestoreError::Damaged { seq, reason })?;
        let replayed = self.sandbox.replay(&event);
        replayed.map_err(|error| RestoreError::Damaged { seq, reason: error.to_string() })?;
        while let Some((_, kept)) = self.awaited.pop_front_if(|(awaited, _)| *awaited <= seq) {
            let folded = StateHash::of(&self.sandbox.state().binding());
            if folded != kept {
                return Err(RestoreError::Differs { seq, folded, kept });
            }
        }
        Ok(())
    }

    /// Nothing may have been kept of what was not written.
    fn end(self, seq: u64) -> Result<Sandbox, RestoreError> {
        if self.sandbox.seq() > seq || !self.awaited.is_empty() {
            let reason = format!("a state was kept of event {}", self.state_seq);
            return Err(RestoreError::Damaged { seq, reason });
        }
        Ok(self.sandbox)
    }
}

/// With the version it was written in.
fn state_of(row: &StateRow) -> Result<(u16, SandboxState), String> {
    let (record, _) = read_record(&row.record).map_err(|damage: DamagedRecord| damage.to_string())?;
    if record.kind != RecordKind::Snapshot || record.seq != row.seq {
        return Err("it is another record".to_owned());
    }
    let state: SandboxState = record.decode().map_err(|error| error.to_string())?;
    if state.seq() != row.seq {
        return Err("it is of another event".to_owned());
    }
    Ok((record.version, state))
}

fn event_of(row: &JournalRow) -> Result<Event, String> {
    let (record, rest) = read_record(&row.record).map_err(|damage| damage.to_string())?;
    if record.kind != RecordKind::Event || record.seq != row.seq || !rest.is_empty() {
        return Err("it is another record".to_owned());
    }
    record.decode().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use marketd_domain::Timestamp;
    use marketd_domain::journal::write_record;
    use marketd_domain::ledger::{AccountNo, Amount, Asset, AssetNo, FeeSchedule, UserNo};
    use marketd_domain::sandbox::{Command, Input};

    use super::*;

    const BOUNDS: fn() -> SandboxBounds = SandboxBounds::default;

    fn state_row(sandbox: &Sandbox, seq: u64) -> StateRow {
        let mut record = Vec::new();
        write_record(&mut record, RecordKind::Snapshot, seq, &sandbox.state()).expect("a short state");
        StateRow { seq, ts: Timestamp::ZERO, record }
    }

    fn journal_row(event: &Event) -> JournalRow {
        let mut record = Vec::new();
        write_record(&mut record, RecordKind::Event, event.seq, event).expect("a short event");
        JournalRow { seq: event.seq, ts: event.ts, kind: event.body.kind().to_owned(), record }
    }

    fn deposit(sandbox: &mut Sandbox, units: i128, events: &mut Vec<Event>) {
        let (account, asset) = (AccountNo::new(0), AssetNo::new(0));
        let deposit = Command::Deposit { account, asset, amount: Amount::from_units(units) };
        sandbox.apply(Input::Command(&deposit), Timestamp::ZERO, events).expect("a deposit");
    }

    /// An account with three deposits; the states after the first and the second are kept.
    fn story() -> (Sandbox, Vec<JournalRow>, [StateRow; 2]) {
        let (mut sandbox, mut events) = (Sandbox::new(BOUNDS()), Vec::new());
        let asset = Asset { code: "USD".to_owned(), scale: Asset::USUAL_SCALE };
        let open =
            Command::OpenAccount { user: UserNo::new(0), name: "dev".to_owned(), fees: FeeSchedule::FREE };
        for command in [Command::AddAsset(asset), open] {
            sandbox.apply(Input::Command(&command), Timestamp::ZERO, &mut events).expect("a new sandbox");
        }
        let states = [1, 2].map(|units| {
            deposit(&mut sandbox, units, &mut events);
            state_row(&sandbox, sandbox.seq())
        });
        deposit(&mut sandbox, 3, &mut events);
        (sandbox, events.iter().map(journal_row).collect(), states)
    }

    fn folded(states: &[StateRow], rows: &[JournalRow]) -> Result<Sandbox, RestoreError> {
        let mut fold = Fold::begin(states, BOUNDS());
        let from = fold.sandbox.seq() as usize;
        rows.get(from..).unwrap_or_default().iter().try_for_each(|row| fold.take(row))?;
        fold.end(rows.len() as u64)
    }

    #[test]
    fn it_begins_at_the_older_state_and_comes_by_the_newer_one() {
        let (sandbox, rows, states) = story();
        for kept in [&states[..], &states[..1], &states[1..], &[]] {
            let found = folded(kept, &rows).unwrap_or_else(|error| panic!("{error}"));
            assert!(found.state().binding() == sandbox.state().binding());
        }
    }

    #[test]
    fn a_state_that_the_events_do_not_make_is_refused() {
        let (_, rows, states) = story();
        let mut other = folded(&states[..1], &rows[..3]).unwrap_or_else(|error| panic!("{error}"));
        deposit(&mut other, 999, &mut Vec::new());
        let kept = [states[0].clone(), state_row(&other, other.seq())];
        assert!(matches!(folded(&kept, &rows), Err(RestoreError::Differs { seq: 4, .. })));
    }

    #[test]
    fn a_state_of_what_was_not_written_is_refused() {
        let (sandbox, rows, states) = story();
        for kept in [&[states[1].clone(), state_row(&sandbox, 5)][..], &[state_row(&sandbox, 5)]] {
            assert!(matches!(folded(kept, &rows[..4]), Err(RestoreError::Damaged { seq: 4, .. })));
        }
    }

    #[test]
    fn a_state_that_cannot_be_read_is_done_without() {
        let (sandbox, rows, mut states) = story();
        for damaged in 0..2 {
            states[damaged].record[40] ^= 1;
            let found = folded(&states, &rows).unwrap_or_else(|error| panic!("{error}"));
            assert!(found.state().binding() == sandbox.state().binding());
        }
    }
}
