//! A scanner for the exact bytes that Binance sends: keys in its order, no spaces, no escapes.
//!
//! It either reads a frame as serde would, or declines it; then serde decides. So it may be as narrow
//! as it likes, but must never accept what serde refuses or read it differently (property tests in
//! `tests/binance/scanner.rs` hold the two against each other).

use marketd_domain::numbers::parse_decimal;
use marketd_domain::{Level, Price, Qty, Scale, Scales};

use super::decode::{Bbo, Body, DiffIds, Frame, Print, PrintKind, venue_time};

/// The frame's kind, symbol and numbers. Of a depth update only the head: its levels are read by
/// [`levels`], once the market's scales are known.
#[inline]
pub fn frame(text: &[u8]) -> Option<Frame<'_>> {
    let mut cursor = Cursor { text, at: 0 };
    let wrapped = cursor.skip(b"{\"stream\":\"").is_some();
    if wrapped {
        cursor.plain_string()?;
        cursor.skip(b",\"data\":")?;
    }
    cursor.skip(b"{")?;
    let frame = if cursor.skip(b"\"e\":\"depthUpdate\",\"E\":").is_some() {
        return depth(cursor, wrapped);
    } else if cursor.skip(b"\"e\":\"trade\",\"E\":").is_some() {
        trade(&mut cursor)?
    } else if cursor.skip(b"\"u\":").is_some() {
        book_ticker(&mut cursor, false)?
    } else if cursor.skip(b"\"e\":\"bookTicker\",\"u\":").is_some() {
        book_ticker(&mut cursor, true)?
    } else {
        return None;
    };
    cursor.end(wrapped)?;
    Some(frame)
}

fn depth(mut cursor: Cursor<'_>, wrapped: bool) -> Option<Frame<'_>> {
    let event_time = cursor.time()?;
    let engine_time = if cursor.skip(b",\"T\":").is_some() { Some(cursor.time()?) } else { None };
    cursor.skip(b",\"s\":\"")?;
    let symbol = cursor.symbol()?;
    cursor.skip(b",\"U\":")?;
    let first = cursor.integer()?;
    cursor.skip(b",\"u\":")?;
    let last = cursor.integer()?;
    let previous = if cursor.skip(b",\"pu\":").is_some() { Some(cursor.integer()?) } else { None };
    cursor.skip(b",\"b\":[")?;
    let ids = DiffIds { first, last, previous, ts_venue: venue_time(engine_time.unwrap_or(event_time)) };
    Some(Frame { symbol, body: Body::Depth { ids, levels: Unread { cursor, wrapped } } })
}

fn trade<'a>(cursor: &mut Cursor<'a>) -> Option<Frame<'a>> {
    cursor.time()?;
    let early_time = if cursor.skip(b",\"T\":").is_some() { Some(cursor.time()?) } else { None };
    cursor.skip(b",\"s\":\"")?;
    let symbol = cursor.symbol()?;
    cursor.skip(b",\"t\":")?;
    let id = cursor.integer()?;
    cursor.skip(b",\"p\":\"")?;
    let price = cursor.quoted_number()?;
    cursor.skip(b",\"q\":\"")?;
    let qty = cursor.quoted_number()?;
    let mut is_public = true;
    let time = match early_time {
        // Futures: the time came early, and what kind of trade it was follows.
        Some(time) => {
            if cursor.skip(b",\"X\":\"").is_some() {
                is_public = cursor.plain_string()? == b"MARKET";
            }
            time
        }
        None => {
            // Until 2024 the orders' ids stood here.
            if cursor.skip(b",\"b\":").is_some() {
                cursor.integer()?;
                cursor.skip(b",\"a\":")?;
                cursor.integer()?;
            }
            cursor.skip(b",\"T\":")?;
            cursor.time()?
        }
    };
    cursor.skip(b",\"m\":")?;
    let buyer_is_maker = cursor.boolean()?;
    if cursor.skip(b",\"M\":").is_some() {
        cursor.boolean()?;
    }
    let print = Print {
        id,
        price,
        qty,
        buyer_is_maker,
        ts_venue: venue_time(time),
        kind: if is_public { PrintKind::Trade } else { PrintKind::NotPublic },
    };
    Some(Frame { symbol, body: Body::Print(print) })
}

fn book_ticker<'a>(cursor: &mut Cursor<'a>, timed: bool) -> Option<Frame<'a>> {
    let venue_seq = cursor.integer()?;
    cursor.skip(b",\"s\":\"")?;
    let symbol = cursor.symbol()?;
    cursor.skip(b",\"b\":\"")?;
    let bid_price = cursor.quoted_number()?;
    cursor.skip(b",\"B\":\"")?;
    let bid_qty = cursor.quoted_number()?;
    cursor.skip(b",\"a\":\"")?;
    let ask_price = cursor.quoted_number()?;
    cursor.skip(b",\"A\":\"")?;
    let ask_qty = cursor.quoted_number()?;
    if timed {
        cursor.skip(b",\"T\":")?;
        cursor.time()?;
        cursor.skip(b",\"E\":")?;
        cursor.time()?;
    }
    let bbo = Bbo { venue_seq, bid: (bid_price, bid_qty), ask: (ask_price, ask_qty) };
    Some(Frame { symbol, body: Body::Bbo(bbo) })
}

/// The levels of a depth update, from behind the `[` of its bids.
#[derive(Debug, Clone, Copy)]
pub struct Unread<'a> {
    cursor: Cursor<'a>,
    wrapped: bool,
}

/// Appends a depth update's levels, up to the end of the frame. `None`: declined, and what was
/// appended is to be thrown away.
pub fn levels(
    unread: &Unread<'_>,
    scales: Scales,
    bids: &mut Vec<Level>,
    asks: &mut Vec<Level>,
) -> Option<()> {
    let mut cursor = unread.cursor;
    let (price, qty) = (Decimals::of(scales.price), Decimals::of(scales.qty));
    side(&mut cursor, &price, &qty, bids)?;
    cursor.skip(b",\"a\":[")?;
    side(&mut cursor, &price, &qty, asks)?;
    cursor.end(unread.wrapped)
}

fn side(cursor: &mut Cursor<'_>, price: &Decimals, qty: &Decimals, levels: &mut Vec<Level>) -> Option<()> {
    if cursor.skip(b"]").is_some() {
        return Some(());
    }
    let text = cursor.text;
    let mut at = cursor.at;
    loop {
        if text.get(at..at + 2)? != b"[\"" {
            return None;
        }
        let (price, after) = price.read(text, at + 2)?;
        if text.get(after..after + 3)? != b"\",\"" {
            return None;
        }
        let (qty, after) = qty.read(text, after + 3)?;
        levels.push(Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty)));
        at = after + 4;
        match text.get(after..at)? {
            b"\"],[" => at -= 1,
            [b'"', b']', b']', _] => {
                cursor.at = at - 1;
                return Some(());
            }
            _ => return None,
        }
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const ZEROS: u64 = ONES * b'0' as u64;

const POW10: [i64; 19] = {
    let mut table = [1i64; 19];
    let mut exponent = 1;
    while exponent < 19 {
        table[exponent] = table[exponent - 1] * 10;
        exponent += 1;
    }
    table
};

/// Reads decimals of one scale, eight digits at a time.
struct Decimals {
    scale: Scale,
    decimals: u32,
    /// Covers the bytes of as many digits as the scale has, of eight.
    kept: u64,
}

impl Decimals {
    const fn of(scale: Scale) -> Self {
        let decimals = scale.decimals() as u32;
        Self { scale, decimals, kept: low_bytes(decimals) }
    }

    /// The number at `at` and where the quote behind it stands. `None` where the exact parser has to
    /// say what is wrong with it.
    #[inline]
    fn read(&self, text: &[u8], at: usize) -> Option<(i64, usize)> {
        match self.read_short(text, at) {
            Some(read) => Some(read),
            None => self.read_any(text, at),
        }
    }

    /// One to seven digits, a point, one to eight digits: nearly every number there is.
    #[inline]
    fn read_short(&self, text: &[u8], at: usize) -> Option<(i64, usize)> {
        let whole = eight_bytes(text, at)?;
        let whole_digits = leading_digits(whole);
        let point = at + whole_digits as usize;
        if !(1..=7).contains(&whole_digits) || text[point] != b'.' {
            return None;
        }
        let fraction = eight_bytes(text, point + 1)?;
        let fraction_digits = leading_digits(fraction);
        let end = point + 1 + fraction_digits as usize;
        if fraction_digits == 0 || *text.get(end)? != b'"' {
            return None;
        }
        let beyond = (fraction ^ ZEROS) & low_bytes(fraction_digits) & !self.kept;
        if beyond != 0 {
            return None;
        }
        let taken = fraction_digits.min(self.decimals);
        let fraction = if taken == 0 { 0 } else { eight_digits(fraction << (64 - 8 * taken)) };
        let whole = eight_digits(whole << (64 - 8 * whole_digits));
        let mantissa = (whole.cast_signed())
            .checked_mul(POW10[self.decimals as usize])?
            .checked_add(fraction.cast_signed().checked_mul(POW10[(self.decimals - taken) as usize])?)?;
        Some((mantissa, end))
    }

    #[cold]
    fn read_any(&self, text: &[u8], at: usize) -> Option<(i64, usize)> {
        let rest = text.get(at..)?;
        let length = memchr::memchr(b'"', rest)?;
        Some((parse_decimal(&rest[..length], self.scale).ok()?, at + length))
    }
}

/// A mask of the first `count` bytes of eight, all of them above that.
const fn low_bytes(count: u32) -> u64 {
    if count >= 8 { u64::MAX } else { (1 << (8 * count)) - 1 }
}

#[inline]
fn eight_bytes(text: &[u8], at: usize) -> Option<u64> {
    let bytes: [u8; 8] = text.get(at..at + 8)?.try_into().ok()?;
    Some(u64::from_le_bytes(bytes))
}

/// The same at the end of the text, filled up with zero bytes, which are no digits.
#[inline]
fn up_to_eight_bytes(text: &[u8], at: usize) -> u64 {
    eight_bytes(text, at).unwrap_or_else(|| {
        let rest = text.get(at..).unwrap_or_default();
        rest.iter().rev().fold(0, |bytes, byte| (bytes << 8) | u64::from(*byte))
    })
}

/// How many of eight bytes, from the first in the text, are digits in a row.
#[inline]
const fn leading_digits(bytes: u64) -> u32 {
    // A digit's high half is 3, also after 6 is added. The addition may carry out of a byte of 0xFA
    // or more, but only into bytes behind one that is no digit anyway.
    let high = bytes & (ONES * 0xF0);
    let moved = (bytes.wrapping_add(ONES * 6) & (ONES * 0xF0)) >> 4;
    ((high | moved) ^ (ONES * 0x33)).trailing_zeros() / 8
}

/// The number in eight ASCII digits, the first in the lowest byte; zero bytes count as digits zero.
#[inline]
const fn eight_digits(bytes: u64) -> u64 {
    let pairs = ((bytes & (ONES * 0x0F)).wrapping_mul(10 * (1 << 8) + 1)) >> 8;
    let fours = ((pairs & 0x00FF_00FF_00FF_00FF).wrapping_mul(100 * (1 << 16) + 1)) >> 16;
    ((fours & 0x0000_FFFF_0000_FFFF).wrapping_mul(10_000 * (1 << 32) + 1)) >> 32
}

#[derive(Debug, Clone, Copy)]
struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Goes past `expected`, or stays.
    #[inline]
    fn skip(&mut self, expected: &[u8]) -> Option<()> {
        if !self.text.get(self.at..)?.starts_with(expected) {
            return None;
        }
        self.at += expected.len();
        Some(())
    }

    /// The closing braces, and nothing behind them.
    fn end(&mut self, wrapped: bool) -> Option<()> {
        self.skip(if wrapped { b"}}" } else { b"}" })?;
        (self.at == self.text.len()).then_some(())
    }

    /// The rest of a string up to its quote, which is passed. What is in it, the caller judges.
    #[inline]
    fn string(&mut self) -> Option<&'a [u8]> {
        let rest = self.text.get(self.at..)?;
        let length = memchr::memchr(b'"', rest)?;
        self.at += length + 1;
        Some(&rest[..length])
    }

    /// Printable ASCII without escapes.
    #[inline]
    fn plain_string(&mut self) -> Option<&'a [u8]> {
        let text = self.string()?;
        // No early end: the compiler makes vectors of it.
        let is_plain =
            (text.iter()).fold(true, |plain, byte| plain & (b' '..=b'~').contains(byte) & (*byte != b'\\'));
        is_plain.then_some(text)
    }

    #[inline]
    fn symbol(&mut self) -> Option<&'a str> {
        core::str::from_utf8(self.plain_string()?).ok()
    }

    /// Whether it is a number, the exact parser says, which refuses everything but digits and a point.
    #[inline]
    fn quoted_number(&mut self) -> Option<&'a [u8]> {
        self.string()
    }

    /// A JSON integer that fits in any case: up to 16 digits without leading zeros.
    #[inline]
    fn integer(&mut self) -> Option<u64> {
        let first = up_to_eight_bytes(self.text, self.at);
        let mut digits = leading_digits(first);
        let mut value = match digits {
            0 => return None,
            _ => eight_digits(first << (64 - 8 * digits)),
        };
        if digits == 8 {
            let second = up_to_eight_bytes(self.text, self.at + 8);
            let more = leading_digits(second);
            if more > 0 {
                value =
                    value * POW10[more as usize].cast_unsigned() + eight_digits(second << (64 - 8 * more));
                digits += more;
            }
        }
        if self.text[self.at] == b'0' && digits > 1 {
            return None;
        }
        self.at += digits as usize;
        // What follows must end the number; `1.5` and `1e5` are no integers to serde either.
        matches!(self.text.get(self.at), Some(b',' | b'}')).then_some(value)
    }

    fn time(&mut self) -> Option<i64> {
        i64::try_from(self.integer()?).ok()
    }

    fn boolean(&mut self) -> Option<bool> {
        if self.skip(b"true").is_some() {
            return Some(true);
        }
        self.skip(b"false").map(|()| false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_counted_and_read_eight_at_a_time() {
        for (text, digits) in [
            ("12345678", 8),
            ("1234567.", 7),
            ("0\"],[\"1.", 1),
            (".1234567", 0),
            ("/9999999", 0),
            (":9999999", 0),
            ("9\u{7f}999999", 1),
        ] {
            let bytes = eight_bytes(text.as_bytes(), 0).expect("eight bytes");
            assert_eq!(leading_digits(bytes), digits, "{text}");
        }
        assert_eq!(leading_digits(u64::from_le_bytes(*b"12\xfa45678")), 2);
        assert_eq!(leading_digits(u64::from_le_bytes(*b"12\xff\xff\xff\xff\xff\xff")), 2);
        let bytes = u64::from_le_bytes(*b"60837201");
        assert_eq!(eight_digits(bytes), 60_837_201);
        assert_eq!(eight_digits(bytes << 40), 608);
    }

    #[test]
    fn numbers_are_read_as_the_exact_parser_reads_them() {
        let texts = [
            "61737.63000000",
            "0.00000000",
            "7",
            "0.1",
            "1234567.12345678",
            "12345678.5",
            "0.000000001",
            "1.",
            ".5",
            "",
            "-1",
            "1e5",
            "1.2.3",
            "00012.50",
            "92233720368.54775807",
            "92233720368.54775808",
            "1,5",
            "9999999.99999999",
            "61800.20",
            "0.014",
            "1.5 ",
            "NaN",
            "123456789012345678901234567890",
        ];
        for decimals in 0..=18 {
            let scale = Scale::of(decimals);
            for text in texts {
                for padding in ["", "]]}}", ",\"0.00000000\"],[\"1.00000000\""] {
                    let frame = format!("{text}\"{padding}");
                    let read = Decimals::of(scale).read(frame.as_bytes(), 0);
                    let exact = parse_decimal(text.as_bytes(), scale).ok().map(|value| (value, text.len()));
                    assert_eq!(read, exact, "{text} at {decimals}");
                }
            }
        }
    }
}
