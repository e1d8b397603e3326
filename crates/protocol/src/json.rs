//! Writing JSON by hand, for the frames that are encoded at every change.

use marketd_domain::numbers::{FIXED_LEN_MAX, FIXED_ROOM, print_fixed, write_fixed};
use marketd_domain::{Level, Price, Qty, Scales, Timestamp};

/// Appends an integer.
pub fn push_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

pub fn push_i64(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends a time in microseconds UTC.
pub fn push_time(out: &mut Vec<u8>, at: Timestamp) {
    push_i64(out, at.micros());
}

/// Appends text as a JSON string, escaped where needed.
pub fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let is_plain = |byte: u8| byte >= 0x20 && !matches!(byte, b'"' | b'\\');
    if text.bytes().all(is_plain) {
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
        return;
    }
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0..=0x1f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

pub fn push_price(out: &mut Vec<u8>, price: Price, scales: Scales) {
    out.push(b'"');
    write_fixed(out, price.mantissa(), scales.price.decimals());
    out.push(b'"');
}

pub fn push_qty(out: &mut Vec<u8>, qty: Qty, scales: Scales) {
    out.push(b'"');
    write_fixed(out, qty.mantissa(), scales.qty.decimals());
    out.push(b'"');
}

/// A level as text: two numbers and what stands around them, with room to print the second number.
const LEVEL_ROOM: usize = 2 + FIXED_LEN_MAX + 3 + FIXED_ROOM;

/// Where a number is printed to.
#[inline]
fn room(line: &mut [u8], at: usize) -> &mut [u8; FIXED_ROOM] {
    line[at..].first_chunk_mut().expect("the line has room for both numbers at their longest")
}

/// Appends `["price","qty"` and `end`. Room of fixed length is appended first and what is left of it
/// is cut off: that is cheaper than appending part by part.
#[inline]
fn push_level_and(out: &mut Vec<u8>, level: Level, scales: Scales, end: [u8; 3]) {
    let start = out.len();
    out.extend_from_slice(&[0; LEVEL_ROOM]);
    let line = &mut out[start..];
    line[..2].copy_from_slice(b"[\"");
    let mut at = 2;
    at += print_fixed(room(line, at), level.price.mantissa(), scales.price.decimals());
    line[at..at + 3].copy_from_slice(b"\",\"");
    at += 3;
    at += print_fixed(room(line, at), level.qty.mantissa(), scales.qty.decimals());
    line[at..at + 3].copy_from_slice(&end);
    out.truncate(start + at + 3);
}

/// Appends `["price","qty"]`.
pub fn push_level(out: &mut Vec<u8>, level: Level, scales: Scales) {
    push_level_and(out, level, scales, *b"\"] ");
    out.pop();
}

/// Appends `[["price","qty"],…]`.
pub fn push_levels(out: &mut Vec<u8>, levels: impl Iterator<Item = Level>, scales: Scales) {
    out.push(b'[');
    let first = out.len();
    for level in levels {
        push_level_and(out, level, scales, *b"\"],");
    }
    if out.len() > first {
        out.pop();
    }
    out.push(b']');
}

/// Appends the items of a list with commas between them.
pub fn push_list<T>(
    out: &mut Vec<u8>,
    items: impl Iterator<Item = T>,
    mut push: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push(out, item);
    }
    out.push(b']');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped() {
        let mut out = Vec::new();
        push_string(&mut out, "a\"b\\c\n\u{fc}");
        assert_eq!(serde_json::from_slice::<String>(&out).expect("JSON"), "a\"b\\c\n\u{fc}");
    }
}
