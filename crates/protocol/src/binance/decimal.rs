//! Numbers as Binance prints them: eight decimals, always.

use marketd_domain::numbers::{write_fixed, write_fixed_i128};
use marketd_domain::{Level, Notional, Price, Qty, Scales};

/// Decimals of every number.
pub const DECIMALS: u8 = 8;

/// Decimals that a number of this scale is printed with: a market with finer prices keeps them, since two levels must never
/// print the same.
pub const fn printed(decimals: u8) -> u8 {
    if decimals > DECIMALS { decimals } else { DECIMALS }
}

fn pad(out: &mut Vec<u8>, decimals: u8) {
    if decimals == 0 {
        out.push(b'.');
    }
    for _ in decimals..DECIMALS {
        out.push(b'0');
    }
}

/// Appends a mantissa at its scale.
pub fn push(out: &mut Vec<u8>, mantissa: i64, decimals: u8) {
    write_fixed(out, mantissa, decimals);
    pad(out, decimals);
}

/// As [`push`], for sums. What is finer than eight decimals is cut off where `cut`.
pub fn push_sum(out: &mut Vec<u8>, mantissa: i128, decimals: u8, cut: bool) {
    if cut && decimals > DECIMALS {
        let step = 10_i128.pow(u32::from(decimals - DECIMALS));
        write_fixed_i128(out, mantissa / step, DECIMALS);
        return;
    }
    write_fixed_i128(out, mantissa, decimals);
    pad(out, decimals);
}

pub fn push_price(out: &mut Vec<u8>, price: Price, scales: Scales) {
    out.push(b'"');
    push(out, price.mantissa(), scales.price.decimals());
    out.push(b'"');
}

pub fn push_qty(out: &mut Vec<u8>, qty: Qty, scales: Scales) {
    out.push(b'"');
    push(out, qty.mantissa(), scales.qty.decimals());
    out.push(b'"');
}

/// A quantity of quote: price times quantity.
pub fn push_notional(out: &mut Vec<u8>, notional: Notional, scales: Scales) {
    out.push(b'"');
    push_sum(out, notional.mantissa(), scales.notional_decimals(), true);
    out.push(b'"');
}

/// Appends `[["price","qty"],…]`.
pub fn push_levels(out: &mut Vec<u8>, levels: impl Iterator<Item = Level>, scales: Scales) {
    out.push(b'[');
    for (at, level) in levels.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.push(b'[');
        push_price(out, level.price, scales);
        out.push(b',');
        push_qty(out, level.qty, scales);
        out.push(b']');
    }
    out.push(b']');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_decimals_always_and_finer_ones_where_the_market_has_them() {
        let check = |mantissa: i64, decimals: u8, expected: &str| {
            let mut out = Vec::new();
            push(&mut out, mantissa, decimals);
            assert_eq!(String::from_utf8_lossy(&out), expected);
        };
        check(6_000_010, 2, "60000.10000000");
        check(0, 5, "0.00000000");
        check(7, 0, "7.00000000");
        check(-15, 1, "-1.50000000");
        check(123, 8, "0.00000123");
        check(123, 10, "0.0000000123");
    }

    #[test]
    fn sums_are_cut_where_they_are_finer() {
        let check = |mantissa: i128, decimals: u8, expected: &str| {
            let mut out = Vec::new();
            push_sum(&mut out, mantissa, decimals, true);
            assert_eq!(String::from_utf8_lossy(&out), expected);
        };
        check(1_234_567, 7, "0.12345670");
        check(19_999_999_999, 10, "1.99999999");
        check(5, 0, "5.00000000");
    }
}
