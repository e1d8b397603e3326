//! Trace ids: a request's name in the log, in its answer and in a header of it.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;
use marketd_actors::clock;

pub const TRACE_HEADER: HeaderName = HeaderName::from_static("x-trace-id");
/// A caller's trace id is taken over when it is plain and not longer than this.
const TRACE_MAX: usize = 64;

static NEXT_TRACE: AtomicU64 = AtomicU64::new(0);
/// When the first id was made: what tells the ids of one run of the process from those of another.
static FIRST_MICROS: LazyLock<u64> = LazyLock::new(|| clock::now().micros().unsigned_abs());

/// Plain ASCII, kept without an allocation: each request has one.
#[derive(Debug, Clone, Copy)]
pub struct TraceId {
    bytes: [u8; TRACE_MAX],
    length: u8,
}

impl TraceId {
    /// The caller's, or a fresh one.
    pub fn of(request: &HttpRequest) -> Self {
        request
            .headers()
            .get(TRACE_HEADER)
            .and_then(|given| Self::plain(given.as_bytes()))
            .unwrap_or_else(Self::fresh)
    }

    fn plain(given: &[u8]) -> Option<Self> {
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if given.is_empty() || given.len() > TRACE_MAX || !given.iter().all(is_plain) {
            return None;
        }
        let mut id = Self::empty();
        given.iter().for_each(|byte| id.push(*byte));
        Some(id)
    }

    /// Unique within this process and, by the start time in it, across restarts.
    fn fresh() -> Self {
        let mut id = Self::empty();
        id.push_hex(*FIRST_MICROS);
        id.push(b'-');
        id.push_hex(NEXT_TRACE.fetch_add(1, Ordering::Relaxed));
        id
    }

    const fn empty() -> Self {
        Self { bytes: [0; TRACE_MAX], length: 0 }
    }

    fn push(&mut self, byte: u8) {
        self.bytes[usize::from(self.length)] = byte;
        self.length += 1;
    }

    fn push_hex(&mut self, value: u64) {
        let digits = (u64::BITS - value.leading_zeros()).div_ceil(4).max(1);
        for digit in (0..digits).rev() {
            self.push(b"0123456789abcdef"[(value >> (4 * digit) & 0xf) as usize]);
        }
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).expect("only ASCII is put in")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_hex_without_leading_zeros() {
        for value in [0, 1, 0xf, 0x10, 0xabcd_ef01, u64::MAX] {
            let mut id = TraceId::empty();
            id.push_hex(value);
            assert_eq!(id.as_str(), format!("{value:x}"));
        }
    }

    #[test]
    fn only_plain_ids_of_bounded_length_are_taken_over() {
        let longest = "a".repeat(TRACE_MAX);
        for given in ["a-1_b.C", "0", &longest] {
            assert_eq!(
                TraceId::plain(given.as_bytes()).map(|id| id.as_str().to_owned()).as_deref(),
                Some(given)
            );
        }
        for given in ["", "a b", "a\"b", "\u{e9}", &"a".repeat(TRACE_MAX + 1)] {
            assert!(TraceId::plain(given.as_bytes()).is_none(), "{given}");
        }
    }

    #[test]
    fn fresh_ids_differ() {
        assert_ne!(TraceId::fresh().as_str(), TraceId::fresh().as_str());
    }
}
