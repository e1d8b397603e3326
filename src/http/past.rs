//! What memory does not hold any more, read from the store.

use std::sync::Arc;
use std::time::Duration;

use marketd_actors::board::MarketEntry;
use marketd_domain::Timestamp;
use marketd_protocol::code::ErrorCode;
use marketd_store::{Family, MarketKey, Store, StoreError};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::Shared;
use super::reply::{Query, Refusal};

/// Reads at once. The store's connections are shared with those who write, and have the right of way.
const READS: usize = 4;
/// How long a read waits for its turn.
const TURN: Duration = Duration::from_secs(2);

/// Rows on their way to the store are there in a moment, unless it is in trouble.
const ON_THE_WAY: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Whose turn it is to read.
pub struct Turns(Semaphore);

impl Default for Turns {
    fn default() -> Self {
        Self(Semaphore::new(READS))
    }
}

/// Runs a read of the store. `None` where there is no store at all, so that memory is everything.
pub async fn read<T>(
    shared: &Shared,
    read: impl AsyncFnOnce(Arc<dyn Store>) -> Result<T, StoreError>,
) -> Result<Option<T>, Refusal> {
    let Some(storage) = &shared.storage else { return Ok(None) };
    let store = storage.store().ok_or_else(away)?;
    let _turn = turn(shared).await?;
    found(read(store).await)
}

/// As [`read`], of rows that were handed over not long ago: waits until the store has what there is of a market up to this
/// time, since a list must not have a hole between memory and store.
pub async fn read_settled<T>(
    shared: &Shared,
    entry: &MarketEntry,
    (family, through): (Family, Timestamp),
    read: impl AsyncFnOnce(Arc<dyn Store>) -> Result<T, StoreError>,
) -> Result<Option<T>, Refusal> {
    let Some(storage) = &shared.storage else { return Ok(None) };
    let store = storage.store().ok_or_else(away)?;
    // Looking takes the lock that markets hand rows over with, for as long as many rows wait: not everybody at once.
    let _turn = turn(shared).await?;
    let key = MarketKey::of(entry.source, &entry.id);
    let wait = async {
        while storage.may_hold_back(family, key, entry.source, through) {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    timeout(ON_THE_WAY, wait).await.map_err(|_| {
        (ErrorCode::STORE_UNAVAILABLE, "what was asked for is on its way to the store, ask again".to_owned())
    })?;
    found(read(store).await)
}

async fn turn(shared: &Shared) -> Result<SemaphorePermit<'_>, Refusal> {
    match timeout(TURN, shared.reads.0.acquire()).await {
        Ok(Ok(turn)) => Ok(turn),
        _ => Err((ErrorCode::BUSY, "too many others read from the store".to_owned())),
    }
}

fn found<T>(answer: Result<T, StoreError>) -> Result<Option<T>, Refusal> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_retryable() => {
            tracing::warn!(%error, "the store did not answer a read");
            Err(away())
        }
        Err(error) => {
            tracing::error!(%error, "the store cannot be read");
            Err((ErrorCode::INTERNAL, "what is stored cannot be read".to_owned()))
        }
    }
}

fn away() -> Refusal {
    (ErrorCode::STORE_UNAVAILABLE, "what was asked for is in the store, which is away".to_owned())
}

/// A time in microseconds.
pub fn time_of(query: &Query, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let micros: i64 = text
        .parse()
        .map_err(|_| (ErrorCode::BAD_TIME, format!("{name} {text:?} is not a time in microseconds")))?;
    Ok(Some(Timestamp::from_micros(micros)))
}

/// `start` and `end`.
pub fn range_of(query: &Query) -> Result<(Option<Timestamp>, Option<Timestamp>), Refusal> {
    let (start, end) = (time_of(query, "start")?, time_of(query, "end")?);
    if let (Some(start), Some(end)) = (start, end)
        && start > end
    {
        return Err((ErrorCode::BAD_TIME, "start is after end".to_owned()));
    }
    Ok((start, end))
}
