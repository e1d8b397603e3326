//! Amounts of assets: integers in the asset's smallest unit, and exact arithmetic on them.

use core::fmt;

use crate::numbers::{Scale, write_fixed_i128, write_trimmed_i128};

/// An amount of one asset, in units of ten to the minus its scale. Signed, since the ledger's own accounts are owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(i128);

impl Amount {
    pub const ZERO: Self = Self(0);

    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    pub const fn units(self) -> i128 {
        self.0
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    #[inline]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    #[inline]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    #[inline]
    pub const fn checked_neg(self) -> Option<Self> {
        match self.0.checked_neg() {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// With all decimals of the scale.
    pub fn to_text(self, scale: Scale) -> String {
        let mut out = Vec::with_capacity(24);
        write_fixed_i128(&mut out, self.0, scale.decimals());
        String::from_utf8(out).expect("digits, a sign and a point")
    }

    /// Without trailing zeros, as the wire prints balances.
    pub fn to_trimmed_text(self, scale: Scale) -> String {
        let mut out = Vec::with_capacity(24);
        write_trimmed_i128(&mut out, self.0, scale.decimals());
        String::from_utf8(out).expect("digits, a sign and a point")
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which way a quotient that is not whole goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Towards minus infinity.
    Down,
    /// Towards plus infinity.
    Up,
    /// Towards zero.
    TowardsZero,
}

/// `value` × `times` ÷ `by`, where the product may be wider than the result. `None` when the result does not fit, or
/// when `by` is not above zero.
#[inline]
pub fn mul_div(value: i128, times: i128, by: i128, rounding: Rounding) -> Option<i128> {
    if by <= 0 {
        return None;
    }
    // The whole of it, as when a position closes, is what divides into itself.
    if times == by {
        return Some(value);
    }
    if let Some(product) = product(value, times) {
        let quotient = product / by;
        let rest = product - quotient * by;
        return Some(match rounding {
            Rounding::Up if rest > 0 => quotient + 1,
            Rounding::Down if rest < 0 => quotient - 1,
            _ => quotient,
        });
    }
    mul_div_wide(value, times, by, rounding)
}

/// The product, if it fits. Checking it by the lengths of both is several times cheaper than the exact check, which is left
/// for products of 127 bits.
#[inline]
pub(super) const fn product(left: i128, right: i128) -> Option<i128> {
    let zeros = left.unsigned_abs().leading_zeros() + right.unsigned_abs().leading_zeros();
    if zeros > i128::BITS { Some(left.wrapping_mul(right)) } else { left.checked_mul(right) }
}

/// Millionths in one.
pub(super) const MILLION: i128 = 1_000_000;

/// A number not below zero in whole millions, and what is left. In steps of 32 bits, which the compiler turns into
/// multiplications: there is no instruction that divides 128 bits.
#[inline]
pub(super) const fn millions(value: u128) -> (u128, u64) {
    const BY: u64 = MILLION as u64;
    let high = (value >> 64) as u64;
    let (quotient_high, rest) = (high / BY, high % BY);
    let middle = (rest << 32) | ((value >> 32) as u64 & 0xffff_ffff);
    let (quotient_middle, rest) = (middle / BY, middle % BY);
    let low = (rest << 32) | (value as u64 & 0xffff_ffff);
    let (quotient_low, rest) = (low / BY, low % BY);
    (((quotient_high as u128) << 64) | ((quotient_middle as u128) << 32) | quotient_low as u128, rest)
}

#[cold]
fn mul_div_wide(value: i128, times: i128, by: i128, rounding: Rounding) -> Option<i128> {
    let is_negative = (value < 0) != (times < 0);
    let (high, low) = widening_mul(value.unsigned_abs(), times.unsigned_abs());
    let (quotient, rest) = divide_wide(high, low, by.unsigned_abs())?;
    let away = rest > 0
        && match rounding {
            Rounding::Up => !is_negative,
            Rounding::Down => is_negative,
            Rounding::TowardsZero => false,
        };
    let magnitude = quotient.checked_add(u128::from(away))?;
    if is_negative { 0i128.checked_sub_unsigned(magnitude) } else { i128::try_from(magnitude).ok() }
}

/// The 256-bit product, as its upper and lower half.
const fn widening_mul(left: u128, right: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (left_high, left_low) = (left >> 64, left & LOW);
    let (right_high, right_low) = (right >> 64, right & LOW);
    let lows = left_low * right_low;
    let cross = left_high * right_low + (lows >> 64);
    let other_cross = left_low * right_high + (cross & LOW);
    let high = left_high * right_high + (cross >> 64) + (other_cross >> 64);
    (high, (other_cross << 64) | (lows & LOW))
}

/// Long division in digits of 64 bits (Knuth, algorithm D): a coin's worth of units times its price is beyond 128 bits already.
fn divide_wide(high: u128, low: u128, by: u128) -> Option<(u128, u128)> {
    if high >= by {
        return None;
    }
    // The divisor's first digit is at least half of what a digit holds: then an estimated digit is too large by two at most.
    let shift = by.leading_zeros();
    let by = by << shift;
    let high = if shift == 0 { high } else { (high << shift) | (low >> (u128::BITS - shift)) };
    let low = low << shift;
    let (first, rest) = divide_digit(high, (low >> 64) as u64, by);
    let (second, rest) = divide_digit(rest, low as u64, by);
    Some(((first << 64) | second, rest >> shift))
}

/// One digit of the quotient: `top`, below the divisor, and one digit after it.
const fn divide_digit(top: u128, next: u64, by: u128) -> (u128, u128) {
    let (by_high, by_low) = (by >> 64, by & u64::MAX as u128);
    let (mut digit, mut rest) = (top / by_high, top % by_high);
    while digit >> 64 != 0 || digit * by_low > ((rest << 64) | next as u128) {
        digit -= 1;
        rest += by_high;
        if rest >> 64 != 0 {
            break;
        }
    }
    // Below the divisor, so it fits, whatever wraps away before.
    let rest = ((top << 64) | next as u128).wrapping_sub(digit.wrapping_mul(by));
    (digit, rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotients_are_rounded_as_told() {
        let check = |value: i128, down: i128, up: i128, towards_zero: i128| {
            let of = |rounding| mul_div(value, 1, 10, rounding);
            assert_eq!(of(Rounding::Down), Some(down), "{value} down");
            assert_eq!(of(Rounding::Up), Some(up), "{value} up");
            assert_eq!(of(Rounding::TowardsZero), Some(towards_zero), "{value} towards zero");
        };
        check(20, 2, 2, 2);
        check(21, 2, 3, 2);
        check(-20, -2, -2, -2);
        check(-21, -3, -2, -2);
        check(0, 0, 0, 0);
    }

    #[test]
    fn products_beyond_128_bits_are_exact() {
        let check = |value: i128, times: i128, by: i128, rounding, expected: Option<i128>| {
            assert_eq!(mul_div(value, times, by, rounding), expected, "{value} * {times} / {by}");
        };
        let max = i128::MAX;
        check(max, max, max, Rounding::Down, Some(max));
        check(max, 2, 2, Rounding::Up, Some(max));
        check(max, 2, 3, Rounding::Down, Some(max / 3 * 2));
        check(max, 2, 3, Rounding::Up, Some(max / 3 * 2 + 1));
        check(-max, 2, 3, Rounding::Down, Some(-(max / 3 * 2) - 1));
        check(-max, 2, 3, Rounding::TowardsZero, Some(-(max / 3 * 2)));
        check(i128::MIN, 3, 3, Rounding::Down, Some(i128::MIN));
        check(max, 2, 1, Rounding::Down, None);
        check(max, max, 1, Rounding::Down, None);
        check(1, 1, 0, Rounding::Down, None);
        check(1, 1, -1, Rounding::Down, None);
    }

    proptest! {
        /// The slow path does what the fast one does, and undoes a multiplication of any width.
        #[test]
        fn wide_division_is_division(value in any::<i64>(), times in any::<i64>(), by in 1..i64::MAX, scale in 1..i128::MAX) {
            let (value, times, by) = (i128::from(value), i128::from(times), i128::from(by));
            for rounding in [Rounding::Down, Rounding::Up, Rounding::TowardsZero] {
                prop_assert_eq!(mul_div_wide(value, times, by, rounding), mul_div(value, times, by, rounding));
            }
            prop_assert_eq!(mul_div_wide(value, scale, scale, Rounding::Down), Some(value));
        }

        /// Digits of ones and zeros, where estimates are off, among them.
        #[test]
        fn long_division_is_undone_by_multiplication(
            quotient in any::<u128>(), by in 1..=u128::MAX, rest in any::<u128>(),
            shrunk in 0u32..128, ones in 0u32..4,
        ) {
            let fill = |value: u128, at: u32| if ones & at == at && at > 0 { value | u128::from(u64::MAX) } else { value };
            let by = fill(by >> shrunk, 1).max(1);
            let (quotient, rest) = (fill(quotient, 2), rest % by);
            let (high, low) = widening_mul(quotient, by);
            let (low, carried) = low.overflowing_add(rest);
            prop_assert_eq!(divide_wide(high + u128::from(carried), low, by), Some((quotient, rest)));
        }
    }

    proptest! {
        #[test]
        fn short_ways_lead_to_the_same(left in any::<i128>(), right in any::<i128>(), by in 0u32..128, too in 0u32..128) {
            let (left, right) = (left >> by, right >> too);
            prop_assert_eq!(product(left, right), left.checked_mul(right));
            let value = left.unsigned_abs();
            prop_assert_eq!(millions(value), (value / 1_000_000, (value % 1_000_000) as u64));
        }
    }

    #[test]
    fn amounts_print_their_scale() {
        let amount = Amount::from_units(-1_500_000_000);
        assert_eq!(amount.to_text(Scale::of(9)), "-1.500000000");
        assert_eq!(amount.to_trimmed_text(Scale::of(9)), "-1.5");
    }
}
