//! The audit: who did what to what from where, and what came of it. Rows are added, never changed.
//!
//! *Bounds*: rows wait in a queue of fixed length; when it is full, what would have to be audited is refused before it is done.
//! A success is answered once its row is on the disk, or has waited for that for a while: then the deed was done, to say
//! otherwise would be untrue, and the row stays in the queue and is in the log.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use marketd_actors::clock;
use marketd_actors::session::{Identity, Proof};
use marketd_actors::storage::Storage;
use marketd_store::identity::AuditRow;
use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

use super::secrets::{hex, random};
use super::{Auth, Policy};

/// Rows that wait for the store. A row is some 300 bytes.
const QUEUE_MAX: usize = 4_096;
/// Rows of one commit.
const BATCH_MAX: usize = 256;
/// How long an answer waits for its row to be on the disk.
const PATIENCE: Duration = Duration::from_secs(1);
const TRY_AGAIN: Duration = Duration::from_millis(250);
/// Paths come from callers.
const TARGET_MAX: usize = 256;

/// Something that somebody did, or was not let do.
#[derive(Debug, Clone)]
pub struct Deed {
    pub trace_id: String,
    pub address: String,
    pub identity: Option<Arc<Identity>>,
    /// Method and route, or the op of a session.
    pub action: String,
    /// To what: the path as it was asked for.
    pub target: String,
    pub status: u16,
    /// Of a refusal; empty for a success.
    pub code: &'static str,
}

struct Waiting {
    row: AuditRow,
    written: Option<oneshot::Sender<()>>,
}

#[derive(Default)]
struct Queue {
    rows: VecDeque<Waiting>,
    /// Rows that are with the store now.
    under_way: usize,
}

/// What was done, on its way to the store.
pub struct Audit {
    storage: Option<Arc<Storage>>,
    queue: Mutex<Queue>,
    news: Notify,
    /// Of this run of the process: makes ids that no other node gives.
    run: String,
    next: AtomicU64,
}

impl Audit {
    pub fn new(storage: Option<Arc<Storage>>) -> Self {
        Self {
            storage,
            queue: Mutex::default(),
            news: Notify::new(),
            run: hex(&random::<4>()),
            next: AtomicU64::new(0),
        }
    }

    /// Whether another deed can be taken note of.
    pub fn has_room(&self) -> bool {
        let queue = self.queue.lock();
        queue.rows.len() + queue.under_way < QUEUE_MAX
    }

    pub fn waiting(&self) -> usize {
        let queue = self.queue.lock();
        queue.rows.len() + queue.under_way
    }

    /// Takes note, without waiting.
    pub fn note(&self, deed: Deed) {
        self.push(deed, None);
    }

    /// Takes note, and waits until that is on the disk, though not for ever.
    pub async fn note_durably(&self, deed: Deed) {
        let (written, on_disk) = oneshot::channel();
        if !self.push(deed.clone(), Some(written)) {
            return;
        }
        if tokio::time::timeout(PATIENCE, on_disk).await.is_err() {
            let user = deed.identity.as_deref().map_or("", |identity| &identity.name);
            let Deed { trace_id, address, action, target, status, .. } = &deed;
            tracing::warn!(
                trace_id,
                address,
                user,
                action,
                target,
                status,
                "the store takes no audit row, it waits"
            );
        }
    }

    fn push(&self, deed: Deed, written: Option<oneshot::Sender<()>>) -> bool {
        if self.storage.is_none() {
            return false;
        }
        let row = self.row(deed);
        let mut queue = self.queue.lock();
        // Refusals are noted too, which nothing keeps from coming: those that find no room are told in the log.
        if queue.rows.len() + queue.under_way >= QUEUE_MAX {
            drop(queue);
            tracing::warn!(?row, "the audit has no room for a row");
            return false;
        }
        queue.rows.push_back(Waiting { row, written });
        drop(queue);
        self.news.notify_one();
        true
    }

    fn row(&self, deed: Deed) -> AuditRow {
        let ts = clock::now();
        let next = self.next.fetch_add(1, Ordering::Relaxed) & 0xffff_ffff;
        let (user, user_name, proof) = match &deed.identity {
            None => (None, String::new(), String::new()),
            Some(identity) => (Some(identity.user), identity.name.to_string(), proof_of(identity)),
        };
        AuditRow {
            audit_id: format!("{:016x}{}{next:08x}", ts.micros().max(0), self.run),
            ts,
            trace_id: deed.trace_id,
            address: deed.address,
            user,
            user_name,
            proof,
            action: deed.action,
            target: cut(deed.target),
            status: deed.status,
            code: deed.code.to_owned(),
        }
    }

    /// Waits until nothing waits, or the deadline has passed.
    pub async fn drained(&self, deadline: Duration) -> bool {
        let until = Instant::now() + deadline;
        while self.waiting() > 0 {
            if Instant::now() >= until {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        true
    }

    fn take(&self) -> Vec<Waiting> {
        let mut queue = self.queue.lock();
        let count = queue.rows.len().min(BATCH_MAX);
        let batch: Vec<Waiting> = queue.rows.drain(..count).collect();
        queue.under_way = batch.len();
        batch
    }

    fn give_back(&self, batch: Vec<Waiting>) {
        let mut queue = self.queue.lock();
        queue.under_way = 0;
        for waiting in batch.into_iter().rev() {
            queue.rows.push_front(waiting);
        }
    }

    async fn write_some(&self, batch: Vec<Waiting>) -> bool {
        let rows: Vec<AuditRow> = batch.iter().map(|waiting| waiting.row.clone()).collect();
        let store = self.storage.as_deref().and_then(Storage::writable);
        let written = match store {
            None => false,
            Some(store) => match store.write_audit(&rows).await {
                Ok(()) => true,
                Err(error) => {
                    tracing::warn!(%error, rows = rows.len(), "the store takes no audit rows");
                    false
                }
            },
        };
        if !written {
            self.give_back(batch);
            return false;
        }
        self.queue.lock().under_way = 0;
        for waiting in batch {
            // Nobody may wait any more.
            let _ = waiting.written.map(|written| written.send(()));
        }
        true
    }
}

/// How somebody was recognized, as the audit has it. Neither login ids nor key ids are secret.
fn proof_of(identity: &Identity) -> String {
    match &identity.proof {
        Proof::Open => Policy::Open.as_str().to_owned(),
        Proof::Login(login) => format!("login:{login}"),
        Proof::ApiKey(key) => format!("key:{key}"),
    }
}

fn cut(mut target: String) -> String {
    let mut end = target.len().min(TARGET_MAX);
    while !target.is_char_boundary(end) {
        end -= 1;
    }
    target.truncate(end);
    target
}

/// Brings rows to the store as long as the server lives: those that gather while a commit is under way share the next.
pub(super) async fn write(auth: Arc<Auth>) {
    let audit = &auth.audit;
    loop {
        let batch = audit.take();
        if batch.is_empty() {
            audit.news.notified().await;
        } else if !audit.write_some(batch).await {
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_cut_between_letters() {
        assert_eq!(cut("a".repeat(TARGET_MAX)).len(), TARGET_MAX);
        assert_eq!(cut("a".repeat(TARGET_MAX + 1)).len(), TARGET_MAX);
        assert_eq!(cut(format!("a{}", "é".repeat(TARGET_MAX))).len(), TARGET_MAX - 1);
    }

    #[test]
    fn ids_rise() {
        let audit = Audit::new(None);
        let deed = || Deed {
            trace_id: String::new(),
            address: String::new(),
            identity: None,
            action: String::new(),
            target: String::new(),
            status: 200,
            code: "",
        };
        let ids: Vec<String> = (0..50).map(|_| audit.row(deed()).audit_id).collect();
        assert!(ids.is_sorted() && ids[0] < ids[49]);
        assert!(ids.iter().all(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())));
    }
}
