//! What memory does not hold any more, read from the store.

use std::sync::Arc;
use std::time::Duration;

use marketd_domain::Timestamp;
use marketd_protocol::code::ErrorCode;
use marketd_store::{Extent, Series, Store, StoreError, TimeRange};
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
    found(read(store).await).map(Some)
}

/// Rows of a list, and where some of it may be missing.
pub struct Settled<T> {
    pub rows: Vec<T>,
    /// Rows of these times are on their way to the store: of what was found between them nothing is certain.
    pub doubt: Option<Extent>,
}

/// As [`read`], for a list that must not have a hole: rows of these times that were handed over a moment ago are waited
/// for, and of those that take longer, in the spool, it is said between which times they lie.
pub async fn read_settled<T>(
    shared: &Shared,
    series: Series,
    wanted: Extent,
    read: impl AsyncFnOnce(Arc<dyn Store>) -> Result<Vec<T>, StoreError>,
) -> Result<Settled<T>, Refusal> {
    let Some(storage) = &shared.storage else { return Ok(Settled { rows: Vec::new(), doubt: None }) };
    let store = storage.store().ok_or_else(away)?;
    // Looking takes the lock that markets hand rows over with, for as long as many rows wait: not everybody at once.
    let _turn = turn(shared).await?;
    let wait = async {
        while storage.in_flight(series).is_some_and(|extent| extent.meets(wanted)) {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    // A store that is too slow for that leaves a doubt.
    let _ = timeout(ON_THE_WAY, wait).await;
    // Before the read: what has left the spool by then is found.
    let doubt = storage.held_back(series).filter(|extent| extent.meets(wanted));
    Ok(Settled { rows: found(read(store).await)?, doubt })
}

/// The times of a range, whose end is not part of it.
pub fn extent_of(range: TimeRange) -> Extent {
    Extent {
        first: range.start.unwrap_or(Extent::ALWAYS.first),
        last: range.end.map_or(Extent::ALWAYS.last, |end| Timestamp::from_micros(end.micros() - 1)),
    }
}

pub fn on_its_way() -> Refusal {
    (ErrorCode::STORE_UNAVAILABLE, "what was asked for is on its way to the store, ask again".to_owned())
}

async fn turn(shared: &Shared) -> Result<SemaphorePermit<'_>, Refusal> {
    match timeout(TURN, shared.reads.0.acquire()).await {
        Ok(Ok(turn)) => Ok(turn),
        _ => Err((ErrorCode::BUSY, "too many others read from the store".to_owned())),
    }
}

fn found<T>(answer: Result<T, StoreError>) -> Result<T, Refusal> {
    match answer {
        Ok(found) => Ok(found),
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
