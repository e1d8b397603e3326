//! Writing JSON by hand, for the frames that are encoded at every change.

use marketd_domain::numbers::write_fixed;
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

/// Appends `["price","qty"]`.
pub fn push_level(out: &mut Vec<u8>, level: Level, scales: Scales) {
    out.extend_from_slice(b"[\"");
    write_fixed(out, level.price.mantissa(), scales.price.decimals());
    out.extend_from_slice(b"\",\"");
    write_fixed(out, level.qty.mantissa(), scales.qty.decimals());
    out.extend_from_slice(b"\"]");
}

/// Appends `[["price","qty"],…]`.
pub fn push_levels(out: &mut Vec<u8>, levels: impl Iterator<Item = Level>, scales: Scales) {
    out.push(b'[');
    for (at, level) in levels.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_level(out, level, scales);
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
