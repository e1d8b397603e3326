//! The node's store as everybody here sees it: open, or away with a reason.
//!
//! Nothing waits for a store: who wants to read takes what is open now, or answers `store_unavailable`.

use std::sync::Arc;
use std::time::Duration;

use marketd_domain::Timestamp;
use marketd_store::{Opened, Store, StoreError, StoreOptions};
use parking_lot::RwLock;

use crate::clock;

/// Waits before a store that could not be opened is tried again: doubling from the first to the largest.
const RETRY_FIRST: Duration = Duration::from_millis(200);
const RETRY_MAX: Duration = Duration::from_secs(5);

/// Why there is no store, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    pub since: Timestamp,
    pub reason: String,
}

enum State {
    Open(Arc<dyn Store>),
    Away(Away),
}

pub struct Storage {
    url: String,
    options: StoreOptions,
    state: RwLock<State>,
}

impl Storage {
    /// Opens the store. One that is away is opened in the background as soon as it can be; one that can never be used
    /// (another schema, a damaged file, a wrong address) is an error.
    pub async fn open(url: String, options: StoreOptions) -> Result<Arc<Self>, StoreError> {
        let away = Away { since: clock::now(), reason: "not opened yet".to_owned() };
        let storage = Arc::new(Self { url, options, state: RwLock::new(State::Away(away)) });
        if let Err(error) = storage.try_open().await {
            if !error.is_retryable() {
                return Err(error);
            }
            tracing::warn!(%error, "the store is away, marketd serves without it and goes on trying");
            actix::spawn(storage.clone().open_later());
        }
        Ok(storage)
    }

    /// The store, while it is open.
    pub fn store(&self) -> Option<Arc<dyn Store>> {
        match &*self.state.read() {
            State::Open(store) => Some(store.clone()),
            State::Away(_) => None,
        }
    }

    /// Why there is no store; `None` while there is one.
    pub fn away(&self) -> Option<Away> {
        match &*self.state.read() {
            State::Open(_) => None,
            State::Away(away) => Some(away.clone()),
        }
    }

    async fn try_open(&self) -> Result<(), StoreError> {
        match marketd_store::open(&self.url, self.options).await {
            Ok(Opened { store, migrations }) => {
                tracing::info!(?migrations, "store open");
                *self.state.write() = State::Open(store);
                Ok(())
            }
            Err(error) => {
                if let State::Away(away) = &mut *self.state.write() {
                    away.reason = error.to_string();
                }
                Err(error)
            }
        }
    }

    async fn open_later(self: Arc<Self>) {
        let mut wait = RETRY_FIRST;
        loop {
            tokio::time::sleep(wait).await;
            match self.try_open().await {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(%error, wait_ms = wait.as_millis() as u64, "the store is still away")
                }
            }
            wait = (wait * 2).min(RETRY_MAX);
        }
    }

    /// Ends all connections, for a process that stops.
    pub async fn close(&self) {
        if let Some(store) = self.store() {
            store.close().await;
        }
    }
}
