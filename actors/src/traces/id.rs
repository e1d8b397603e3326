//! Names of traces: the number that the field has agreed on (W3C Trace Context), and the text that a request may bring.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// A caller's trace id is taken over when it is plain and not longer than this.
const TEXT_MAX: usize = 64;
/// An odd number without a pattern (the golden ratio's), so that counting by it visits all numbers.
const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

static NEXT: AtomicU64 = AtomicU64::new(0);
/// What tells the numbers of one process from those of another; the standard library seeds it from the system's randomness.
static SEEDS: LazyLock<[u64; 2]> = LazyLock::new(|| [0_u8, 1].map(|nth| RandomState::new().hash_one(nth)));

/// 16 bytes, not all of them zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceNo(pub u128);

impl TraceNo {
    /// A number that nobody else has, and dice. Without a call of the system or an allocation: each request takes one.
    pub fn fresh() -> (Self, u32) {
        let nth = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_mul(STRIDE);
        let [high, low] = SEEDS.map(|seed| mixed(seed.wrapping_add(nth)));
        // Zero means none: one number in 2^64 gives way to its neighbour.
        (Self(u128::from(high) << 64 | u128::from(low.max(1))), (high >> 32) as u32)
    }

    /// Its last eight bytes.
    pub const fn low(self) -> u64 {
        self.0 as u64
    }

    fn parse(hex: &[u8]) -> Option<Self> {
        number(hex, 32).filter(|number| *number != 0).map(Self)
    }
}

/// Spreads a number over all bits, each number to another one (the finalizer of SplitMix64).
const fn mixed(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// So many hexadecimal digits.
fn number(hex: &[u8], digits: usize) -> Option<u128> {
    let is_hex = hex.len() == digits && hex.iter().all(u8::is_ascii_hexdigit);
    is_hex.then(|| std::str::from_utf8(hex).ok().and_then(|text| u128::from_str_radix(text, 16).ok()))?
}

/// Who has sent a request, as the header `traceparent` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parent {
    pub trace: TraceNo,
    pub span: u64,
    pub is_sampled: bool,
}

impl Parent {
    /// `00-<32 digits>-<16 digits>-<2 digits>`; later versions may go on behind a dash.
    pub fn parse(header: &[u8]) -> Option<Self> {
        let is_lower = !header.iter().any(u8::is_ascii_uppercase);
        let mut parts = header.split(|byte| *byte == b'-');
        let mut next = || parts.next();
        let (version, trace, span, flags) = (next()?, next()?, next()?, next()?);
        let version = number(version, 2)?;
        let is_known = version != 0xff && (version != 0 || next().is_none());
        let span = number(span, 16)? as u64;
        let flags = number(flags, 2)?;
        let parent = Self { trace: TraceNo::parse(trace)?, span, is_sampled: flags & 1 == 1 };
        (is_lower && is_known && span != 0).then_some(parent)
    }
}

/// What a request is called in the log, in its answer and in a header of it. Plain ASCII, kept without an allocation.
#[derive(Clone, Copy)]
pub struct TraceId {
    bytes: [u8; TEXT_MAX],
    length: u8,
}

impl TraceId {
    /// Of 32 hexadecimal digits.
    pub fn of(no: TraceNo) -> Self {
        let mut id = Self { bytes: [0; TEXT_MAX], length: 32 };
        for (pair, byte) in id.bytes[..32].as_chunks_mut::<2>().0.iter_mut().zip(no.0.to_be_bytes()) {
            *pair = [byte >> 4, byte & 0xf].map(|digit| b"0123456789abcdef"[usize::from(digit)]);
        }
        id
    }

    /// A caller's own name for its request: letters, digits, `-`, `_` and `.`.
    pub fn plain(given: &[u8]) -> Option<Self> {
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if given.is_empty() || given.len() > TEXT_MAX || !given.iter().all(is_plain) {
            return None;
        }
        let mut id = Self { bytes: [0; TEXT_MAX], length: given.len() as u8 };
        id.bytes[..given.len()].copy_from_slice(given);
        Some(id)
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).expect("only ASCII is put in")
    }

    /// Its number, where it has the form of one: 32 hexadecimal digits, with or without the dashes of a UUID.
    pub fn number(&self) -> Option<TraceNo> {
        let text = self.as_str().as_bytes();
        if text.len() == 32 {
            return TraceNo::parse(text);
        }
        let is_uuid = text.len() == 36 && [8, 13, 18, 23].iter().all(|at| text[*at] == b'-');
        let mut digits = [0; 32];
        let mut filled = 0;
        for byte in text.iter().filter(|byte| is_uuid && **byte != b'-') {
            *digits.get_mut(filled)? = *byte;
            filled += 1;
        }
        TraceNo::parse(&digits[..filled])
    }
}

impl std::fmt::Debug for TraceId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "TraceId({})", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_ids_of_bounded_length_are_taken_over() {
        let longest = "a".repeat(TEXT_MAX);
        for given in ["a-1_b.C", "0", &longest] {
            assert_eq!(
                TraceId::plain(given.as_bytes()).map(|id| id.as_str().to_owned()).as_deref(),
                Some(given)
            );
        }
        for given in ["", "a b", "a\"b", "a\nb", "\u{e9}", &"a".repeat(TEXT_MAX + 1)] {
            assert!(TraceId::plain(given.as_bytes()).is_none(), "{given}");
        }
    }

    #[test]
    fn fresh_numbers_differ_and_are_written_in_full() {
        let numbers: std::collections::HashSet<TraceNo> = (0..10_000).map(|_| TraceNo::fresh().0).collect();
        assert_eq!(numbers.len(), 10_000);
        for no in numbers.iter().take(100).chain([&TraceNo(1), &TraceNo(u128::MAX)]) {
            let id = TraceId::of(*no);
            assert_eq!((id.as_str(), id.number()), (format!("{:032x}", no.0).as_str(), Some(*no)));
        }
    }

    #[test]
    fn dice_show_every_side_about_equally_often() {
        let hits = (0..10_000).filter(|_| TraceNo::fresh().1.is_multiple_of(10)).count();
        assert!((800..1_200).contains(&hits), "{hits} of 10,000");
    }

    #[test]
    fn texts_of_the_right_form_are_numbers() {
        let check = |text: &str, expected: Option<u128>| {
            let id = TraceId::plain(text.as_bytes()).expect("plain");
            assert_eq!(id.number(), expected.map(TraceNo), "{text}");
        };
        check("4bf92f3577b34da6a3ce929d0e0e4736", Some(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736));
        check("4BF92F3577B34DA6A3CE929D0E0E4736", Some(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736));
        check("4bf92f35-77b3-4da6-a3ce-929d0e0e4736", Some(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736));
        check("00000000000000000000000000000000", None);
        check("4bf92f3577b34da6a3ce929d0e0e473", None);
        check("4bf92f35-77b3-4da6-a3ce-929d0e0e473x", None);
        check("4bf92f35-77b34-da6-a3ce-929d0e0e4736", None);
        check("mine-7", None);
    }

    #[test]
    fn parents_are_read_as_the_standard_has_them() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let check = |header: String, expected: Option<bool>| {
            let parent = Parent::parse(header.as_bytes());
            assert_eq!(parent.map(|parent| parent.is_sampled), expected, "{header}");
        };
        check(format!("00-{trace}-00f067aa0ba902b7-01"), Some(true));
        check(format!("00-{trace}-00f067aa0ba902b7-00"), Some(false));
        check(format!("00-{trace}-00f067aa0ba902b7-03"), Some(true));
        check(format!("cc-{trace}-00f067aa0ba902b7-01-what-the-future-will-be-like"), Some(true));
        check(format!("00-{trace}-00f067aa0ba902b7-01-more"), None);
        check(format!("ff-{trace}-00f067aa0ba902b7-01"), None);
        check(format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)), None);
        check(format!("00-{trace}-0000000000000000-01"), None);
        check(format!("00-{}-00f067aa0ba902b7-01", trace.to_uppercase()), None);
        check(format!("00-{trace}-00f067aa0ba902b-01"), None);
        check(format!("00-{trace}-00f067aa0ba902b7"), None);
        check(format!("00-{trace}-+0f067aa0ba902b7-01"), None);
        check(String::new(), None);
    }
}
