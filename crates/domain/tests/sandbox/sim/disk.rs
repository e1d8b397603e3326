//! A disk that keeps what was synced, and of the rest whatever it likes.

use marketd_domain::journal::{RecordKind, read_record, write_record};
use marketd_domain::sandbox::{Event, Sandbox, SandboxBounds, SandboxState};

use super::super::draw::Draw;

#[derive(Default)]
pub struct Disk {
    journal: Vec<u8>,
    /// Written and not synced.
    unsynced: Vec<u8>,
    /// The newest last.
    states: Vec<Vec<u8>>,
    unsynced_state: Option<Vec<u8>>,
}

impl Disk {
    /// One commit: all its events, or none.
    pub fn write(&mut self, events: &Vec<Event>) {
        let seq = events.first().expect("a commit of something").seq;
        write_record(&mut self.unsynced, RecordKind::Event, seq, events).expect("a short commit");
    }

    pub fn write_state(&mut self, sandbox: &Sandbox) {
        let mut record = Vec::new();
        write_record(&mut record, RecordKind::Snapshot, sandbox.seq(), &sandbox.state()).expect("short");
        self.unsynced_state = Some(record);
    }

    pub fn sync(&mut self) {
        self.journal.append(&mut self.unsynced);
        self.states.extend(self.unsynced_state.take());
        let old = self.states.len().saturating_sub(2);
        self.states.drain(..old);
    }

    /// Of what was not synced, the first part may have come through, its end may be damaged, and the rest is gone.
    pub fn crash(&mut self, draw: &mut Draw) {
        let journal = survives(&mut self.unsynced, draw);
        self.journal.extend(journal);
        if let Some(mut state) = self.unsynced_state.take() {
            self.states.push(survives(&mut state, draw));
        }
    }

    /// What a restart finds: the state, and the events after the newest one that can be read. Damage at the end is what
    /// was never told to anybody, and is cut off.
    pub fn recover(&mut self, bounds: SandboxBounds, at: &str) -> Sandbox {
        let mut sandbox = (self.states.iter().rev())
            .find_map(|bytes| {
                let state: SandboxState = read_record(bytes).ok()?.0.decode().ok()?;
                Sandbox::restore(state, bounds).ok()
            })
            .unwrap_or_else(|| Sandbox::new(bounds));
        let mut rest = &self.journal[..];
        while let Ok((record, after)) = read_record(rest) {
            let events: Vec<Event> =
                record.decode().unwrap_or_else(|error| panic!("{at}: an intact commit: {error}"));
            let held = sandbox.seq();
            for event in events.iter().filter(|event| event.seq > held) {
                sandbox.replay(event).unwrap_or_else(|error| panic!("{at}: {error}: {event:?}"));
            }
            rest = after;
        }
        let length = self.journal.len() - rest.len();
        self.journal.truncate(length);
        sandbox
    }
}

fn survives(unsynced: &mut Vec<u8>, draw: &mut Draw) -> Vec<u8> {
    let mut kept = core::mem::take(unsynced);
    if draw.one_in(2) {
        kept.truncate(draw.below(kept.len() as u64 + 1) as usize);
    }
    if !kept.is_empty() && draw.one_in(3) {
        let last = kept.len() as u64 - 1;
        let at = last - draw.below(last.min(40) + 1);
        kept[at as usize] ^= 1 << draw.below(8);
    }
    kept
}
