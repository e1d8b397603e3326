//! The spool beside the store: opened, filled, found damaged and opened again.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use marketd_store::{Fault, Rows, Spool, StoreError};

use super::{Storage, UnknownLoss};
use crate::clock;
use crate::metrics::Metrics;

/// Why the spool cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SpoolTrouble {
    pub reason: String,
    /// Opening it again sets the file aside.
    is_damaged: bool,
}

impl Storage {
    pub fn spool(&self) -> Option<Arc<Spool>> {
        self.spool.read().clone()
    }

    /// Opens the spool, or opens it again.
    pub async fn open_spool(&self) {
        let held = self.spool.write().take();
        if let Some(spool) = held {
            spool.close().await;
        }
        let opened = Spool::open(&self.settings.spool_path, self.settings.spool_bytes).await;
        let opening = match opened {
            Ok(opening) => opening,
            Err(error) => return self.spool_failed(&error),
        };
        let spool = Arc::new(opening.spool);
        if let Some(set_aside) = opening.set_aside {
            tracing::error!(path = %set_aside.path.display(), reason = set_aside.reason,
                "the spool is damaged and was set aside: rows in it may never reach the store");
            let until = clock::now();
            self.offline.lock().lose(UnknownLoss { since: None, until });
            *self.set_aside.lock() = Some(set_aside);
        }
        let loaded = async {
            spool.load_losses(&self.losses).await?;
            let alive = spool.alive().await?;
            self.offline.lock().noted(alive);
            spool.waiting().await
        };
        match loaded.await {
            Ok(waiting) => self.note_spooled(waiting),
            Err(error) => return self.spool_failed(&error),
        }
        for market in self.markets.lock().values_mut() {
            market.is_in_spool = false;
        }
        *self.spool.write() = Some(spool);
        *self.spool_trouble.lock() = None;
    }

    /// Puts rows into the spool, from the first on, and says how many it has kept.
    pub async fn spool_rows(&self, rows: &Rows) -> Result<usize, StoreError> {
        let Some(spool) = self.spool() else { return Ok(0) };
        let kept = spool.push(rows).await?;
        if kept > 0 {
            Metrics::add(&self.metrics.family(rows.family()).rows_spooled, kept as u64);
            Metrics::add(&self.metrics.spool_rows, kept as u64);
            self.spooled_since.lock().get_or_insert_with(clock::now);
            self.wake_drain.notify_one();
        }
        Ok(kept)
    }

    pub fn spool_failed(&self, error: &StoreError) {
        let is_damaged = error.fault() == Fault::Damaged;
        let told = self.spool_trouble.lock().replace(SpoolTrouble { reason: error.to_string(), is_damaged });
        if told.is_none() {
            tracing::error!(%error, "the spool cannot be used: rows wait in memory, and are lost when that is full");
        }
        if is_damaged {
            self.wake_drain.notify_one();
        }
    }

    /// Whether the spool is to be opened again.
    pub fn is_spool_broken(&self) -> bool {
        self.spool.read().is_none()
            || self.spool_trouble.lock().as_ref().is_some_and(|trouble| trouble.is_damaged)
    }

    /// The spool works.
    pub fn spool_works(&self) {
        if self.spool_trouble.lock().take().is_some() {
            tracing::info!("the spool can be used again");
        }
    }

    pub fn note_spooled(&self, waiting: u64) {
        self.metrics.spool_rows.store(waiting, Ordering::Relaxed);
        let mut since = self.spooled_since.lock();
        match (waiting, *since) {
            (0, _) => *since = None,
            (_, None) => *since = Some(clock::now()),
            _ => {}
        }
    }
}
