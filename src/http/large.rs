//! Lists of many rows: so many at once, and sent piece by piece.
//!
//! They are not streamed from the store row by row, because an answer begins with what is known last: the cursor stands in
//! a header, and of trades the oldest comes first. A list is therefore made as a whole, as text, which takes less than its
//! rows (1.3 MB for 10,000 trades), and the number of lists that are being made or wait for a slow reader is bounded.
//! Whole histories are for `marketd export`.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use marketd_protocol::code::ErrorCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::reply::Refusal;

/// Large lists at once: 40 MB of text.
pub const AT_ONCE: usize = 32;
/// What the connection takes at once: it asks for more when that has left.
const PIECE: usize = 64 * 1024;

/// Places for large lists.
pub struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// Held until the list has been taken, or its reader has gone.
pub struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Places {
    /// A place for a list of so many rows; a list of no more than `usual` needs none.
    pub fn take(&self, rows: usize, usual: u64) -> Result<Option<Place>, Refusal> {
        if rows as u64 <= usual {
            return Ok(None);
        }
        let permit = self.0.clone().try_acquire_owned();
        let busy = |_| (ErrorCode::BUSY, "too many large lists are under way, ask again".to_owned());
        permit.map(|permit| Some(Place { _permit: permit })).map_err(busy)
    }
}

/// Rows on their way out.
pub struct RowsBody {
    left: Bytes,
    _place: Option<Place>,
}

impl RowsBody {
    pub fn new(text: Vec<u8>, place: Option<Place>) -> Self {
        Self { left: text.into(), _place: place }
    }
}

impl From<Vec<u8>> for RowsBody {
    fn from(text: Vec<u8>) -> Self {
        Self::new(text, None)
    }
}

impl MessageBody for RowsBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.left.len() as u64)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let piece = self.left.len().min(PIECE);
        Poll::Ready((piece > 0).then(|| Ok(self.left.split_to(piece))))
    }
}
