//! Exact decimals as checked integers.
//!
//! A price of 60000.10 at scale 2 is the mantissa 6000010. Text is parsed exactly: more non-zero
//! decimals than the scale holds is an error, never a rounding, and so is a value that does not fit.

use core::fmt;

/// Number of decimals that a mantissa carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scale(u8);

impl Scale {
    /// 10^18 is the largest power of ten below `i64::MAX`.
    pub const MAX: Self = Self(18);

    pub const fn new(decimals: u8) -> Option<Self> {
        if decimals <= Self::MAX.0 { Some(Self(decimals)) } else { None }
    }

    /// For constants: the scale with `decimals`, at most 18.
    pub const fn of(decimals: u8) -> Self {
        assert!(decimals <= Self::MAX.0, "a scale has at most 18 decimals");
        Self(decimals)
    }

    pub const fn decimals(self) -> u8 {
        self.0
    }

    const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The scales of one market: all its prices share one, all its quantities the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scales {
    pub price: Scale,
    pub qty: Scale,
}

impl Scales {
    pub const fn of(price: u8, qty: u8) -> Self {
        Self { price: Scale::of(price), qty: Scale::of(qty) }
    }

    /// The finer of each: numbers of both fit without rounding.
    pub fn finer(self, other: Self) -> Self {
        Self { price: self.price.max(other.price), qty: self.qty.max(other.qty) }
    }

    /// The number of decimals of a notional: price and quantity decimals add up.
    pub const fn notional_decimals(self) -> u8 {
        self.price.0 + self.qty.0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error("empty number")]
    Empty,
    #[error("not a decimal number")]
    Syntax,
    #[error("needs {decimals} decimals, more than the scale has")]
    TooPrecise { decimals: u8 },
    #[error("number out of range")]
    OutOfRange,
}

const POW10: [i64; 19] = {
    let mut table = [1i64; 19];
    let mut exponent = 1;
    while exponent < 19 {
        table[exponent] = table[exponent - 1] * 10;
        exponent += 1;
    }
    table
};

/// Ten to the power of `exponent`; `None` above 38, where it leaves `i128`.
pub fn pow10_i128(exponent: u32) -> Option<i128> {
    10i128.checked_pow(exponent)
}

/// Parses an unsigned plain decimal (`60000.10`, `0.5`, `7`) at `scale`.
///
/// Signs, exponents, spaces, a leading or trailing point and anything else are syntax errors:
/// no venue prints prices or quantities that way, and guessing would hide a broken feed.
pub fn parse_decimal(text: &[u8], scale: Scale) -> Result<i64, NumberError> {
    // Up to 18 digits cannot overflow, so the usual number needs no checked arithmetic.
    if text.len() > 18 {
        return parse_decimal_slow(text, scale);
    }
    let mut mantissa: i64 = 0;
    let mut at = 0;
    while at < text.len() {
        let digit = text[at].wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        mantissa = mantissa * 10 + i64::from(digit);
        at += 1;
    }
    if at == text.len() {
        return match at {
            0 => Err(NumberError::Empty),
            _ => mantissa.checked_mul(POW10[scale.index()]).ok_or(NumberError::OutOfRange),
        };
    }
    if text[at] != b'.' || at == 0 {
        return Err(NumberError::Syntax);
    }
    let mut fraction = &text[at + 1..];
    if fraction.is_empty() {
        return Err(NumberError::Syntax);
    }
    let decimals = scale.index();
    if fraction.len() > decimals {
        let (kept, beyond) = fraction.split_at(decimals);
        refuse_non_zero(kept, beyond)?;
        fraction = kept;
    }
    for byte in fraction {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(NumberError::Syntax);
        }
        mantissa = mantissa * 10 + i64::from(digit);
    }
    mantissa.checked_mul(POW10[decimals - fraction.len()]).ok_or(NumberError::OutOfRange)
}

#[cold]
fn refuse_non_zero(kept: &[u8], beyond: &[u8]) -> Result<(), NumberError> {
    if !beyond.iter().chain(kept).all(u8::is_ascii_digit) {
        return Err(NumberError::Syntax);
    }
    match beyond.iter().rposition(|digit| *digit != b'0') {
        None => Ok(()),
        Some(last) => {
            Err(NumberError::TooPrecise { decimals: u8::try_from(kept.len() + last + 1).unwrap_or(u8::MAX) })
        }
    }
}

#[cold]
fn parse_decimal_slow(text: &[u8], scale: Scale) -> Result<i64, NumberError> {
    let (whole, fraction) = match text.iter().position(|byte| *byte == b'.') {
        None => (text, &[][..]),
        Some(at) if at == 0 || at + 1 == text.len() => return Err(NumberError::Syntax),
        Some(at) => (&text[..at], &text[at + 1..]),
    };
    if !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
        return Err(NumberError::Syntax);
    }
    let decimals = scale.index();
    let (kept, beyond) = fraction.split_at(fraction.len().min(decimals));
    refuse_non_zero(kept, beyond)?;
    let mut mantissa: i64 = 0;
    let padding = core::iter::repeat_n(&b'0', decimals - kept.len());
    for digit in whole.iter().chain(kept).chain(padding) {
        mantissa = mantissa
            .checked_mul(10)
            .and_then(|value| value.checked_add(i64::from(digit - b'0')))
            .ok_or(NumberError::OutOfRange)?;
    }
    Ok(mantissa)
}

/// Parses a JSON number as sent, exponents included (`0.50930100`, `1e-8`), exactly.
pub fn parse_json_number(text: &[u8], scale: Scale) -> Result<i64, NumberError> {
    let Some(at) = text.iter().position(|byte| matches!(byte, b'e' | b'E')) else {
        return parse_decimal(text, scale);
    };
    let exponent: i32 = core::str::from_utf8(&text[at + 1..])
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or(NumberError::Syntax)?;
    // Beyond this no value fits any scale; it also bounds the text built below.
    if exponent.unsigned_abs() > 40 {
        return Err(NumberError::OutOfRange);
    }
    let (whole, fraction) = match text[..at].iter().position(|byte| *byte == b'.') {
        None => (&text[..at], &[][..]),
        Some(point) => (&text[..point], &text[point + 1..at]),
    };
    if whole.is_empty() || whole.len() + fraction.len() > 64 {
        return Err(NumberError::Syntax);
    }
    let mut plain: Vec<u8> = Vec::with_capacity(128);
    let digits: Vec<u8> = whole.iter().chain(fraction).copied().collect();
    let point = whole.len() as i32 + exponent;
    if point <= 0 {
        plain.extend_from_slice(b"0.");
        plain.extend(core::iter::repeat_n(b'0', point.unsigned_abs() as usize));
        plain.extend_from_slice(&digits);
    } else {
        let point = point as usize;
        plain.extend_from_slice(&digits[..point.min(digits.len())]);
        plain.extend(core::iter::repeat_n(b'0', point.saturating_sub(digits.len())));
        if point < digits.len() {
            plain.push(b'.');
            plain.extend_from_slice(&digits[point..]);
        }
    }
    parse_decimal(&plain, scale)
}

/// How many decimals `text` prints, trailing zeros included. Exponents are counted as moved points.
pub fn decimals_printed(text: &[u8]) -> u8 {
    let (number, exponent) = match text.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        None => (text, 0),
        Some(at) => (
            &text[..at],
            core::str::from_utf8(&text[at + 1..]).ok().and_then(|text| text.parse::<i64>().ok()).unwrap_or(0),
        ),
    };
    let fraction = number.iter().position(|byte| *byte == b'.').map_or(0, |at| number.len() - at - 1);
    u8::try_from((fraction as i64 - exponent).max(0)).unwrap_or(u8::MAX)
}

/// The longest text of [`print_fixed`]: a sign, 19 digits and a point.
pub const FIXED_LEN_MAX: usize = 21;

/// What [`print_fixed`] needs room for: it writes whole blocks and says how much of them counts.
pub const FIXED_ROOM: usize = FIXED_LEN_MAX + BLOCK;

/// Digits that are printed at once.
const BLOCK: usize = 16;

/// The eight digits of a number below 10^8, each in a byte, the first in the lowest: twice split in
/// halves, all parts at once.
#[inline]
const fn eight_digits(number: u64) -> u64 {
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    // Division by 100 and by 10 as multiplications, exact below 10,000 and below 100.
    let hundreds = ((fours * 5_243) >> 19) & 0x0000_007F_0000_007F;
    let pairs = hundreds | ((fours - hundreds * 100) << 16);
    let tens = ((pairs * 103) >> 10) & 0x000F_000F_000F_000F;
    tens | ((pairs - tens * 10) << 8)
}

/// Writes `mantissa` at `decimals` decimals to the start of `room` and returns its length. The bytes
/// behind it are left in any state. Nearly every number has up to 16 digits, which fit a register, so
/// that digits are moved past the point without a loop.
#[inline]
pub fn print_fixed(room: &mut [u8; FIXED_ROOM], mantissa: i64, decimals: u8) -> usize {
    const ASCII_ZEROS: u128 = u128::from_ne_bytes([b'0'; BLOCK]);
    let decimals = usize::from(decimals);
    let absolute = mantissa.unsigned_abs();
    if absolute >= 10_000_000_000_000_000 || decimals >= BLOCK {
        return print_fixed_slow(room, mantissa, decimals);
    }
    let (upper, lower) = (absolute / 100_000_000, absolute % 100_000_000);
    let digits = u128::from(eight_digits(upper)) | (u128::from(eight_digits(lower)) << 64);
    let text = digits | ASCII_ZEROS;
    // At least one digit stands before the point.
    let point = BLOCK - decimals;
    let start = (digits.trailing_zeros() as usize / 8).min(point - 1);
    let sign = usize::from(mantissa < 0);
    room[0] = b'-';
    room[sign..sign + BLOCK].copy_from_slice(&(text >> (8 * start)).to_le_bytes());
    let whole = sign + point - start;
    if decimals == 0 {
        return whole;
    }
    room[whole] = b'.';
    room[whole + 1..whole + 1 + BLOCK].copy_from_slice(&(text >> (8 * point)).to_le_bytes());
    whole + 1 + decimals
}

#[cold]
fn print_fixed_slow(room: &mut [u8; FIXED_ROOM], mantissa: i64, decimals: usize) -> usize {
    let mut reversed = [0u8; FIXED_LEN_MAX];
    let mut length = 0;
    let mut rest = mantissa.unsigned_abs();
    let mut printed = 0;
    // No scale has more than 18 decimals.
    let decimals = decimals.min(usize::from(Scale::MAX.0));
    while rest > 0 || printed <= decimals {
        if printed == decimals && decimals > 0 {
            reversed[length] = b'.';
            length += 1;
        }
        reversed[length] = b'0' + (rest % 10) as u8;
        length += 1;
        rest /= 10;
        printed += 1;
    }
    if mantissa < 0 {
        reversed[length] = b'-';
        length += 1;
    }
    for (to, from) in room.iter_mut().zip(reversed[..length].iter().rev()) {
        *to = *from;
    }
    length
}

/// Appends `mantissa` at `decimals` decimals, all of them printed: 5120 at 4 is `0.5120`.
pub fn write_fixed(out: &mut Vec<u8>, mantissa: i64, decimals: u8) {
    let mut room = [0u8; FIXED_ROOM];
    let length = print_fixed(&mut room, mantissa, decimals);
    out.extend_from_slice(&room[..length]);
}

/// Appends `mantissa` without trailing zeros: 5120 at 4 is `0.512`.
pub fn write_trimmed(out: &mut Vec<u8>, mantissa: i64, decimals: u8) {
    let start = out.len();
    write_fixed(out, mantissa, decimals);
    trim_zeros(out, start, decimals);
}

fn trim_zeros(out: &mut Vec<u8>, start: usize, decimals: u8) {
    if decimals == 0 {
        return;
    }
    while out.len() > start && out.last() == Some(&b'0') {
        out.pop();
    }
    if out.last() == Some(&b'.') {
        out.pop();
    }
}

/// As [`write_trimmed`], for products and sums.
pub fn write_trimmed_i128(out: &mut Vec<u8>, mantissa: i128, decimals: u8) {
    let start = out.len();
    write_fixed_i128(out, mantissa, decimals);
    trim_zeros(out, start, decimals);
}

/// As [`write_fixed`], for products and sums.
pub fn write_fixed_i128(out: &mut Vec<u8>, mantissa: i128, decimals: u8) {
    let digits = mantissa.unsigned_abs().to_string();
    if mantissa < 0 {
        out.push(b'-');
    }
    let decimals = usize::from(decimals);
    if decimals == 0 {
        out.extend_from_slice(digits.as_bytes());
    } else if digits.len() > decimals {
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        out.extend_from_slice(whole.as_bytes());
        out.push(b'.');
        out.extend_from_slice(fraction.as_bytes());
    } else {
        out.extend_from_slice(b"0.");
        out.extend(core::iter::repeat_n(b'0', decimals - digits.len()));
        out.extend_from_slice(digits.as_bytes());
    }
}

fn text_of(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::with_capacity(24);
    write(&mut out);
    // The writers above emit ASCII only.
    String::from_utf8(out).unwrap_or_default()
}

/// Moves `mantissa` from one scale to another, exactly; `None` when it would round or overflow.
fn rescale(mantissa: i64, from: Scale, to: Scale) -> Option<i64> {
    if to >= from {
        mantissa.checked_mul(POW10[to.index() - from.index()])
    } else {
        let unit = POW10[from.index() - to.index()];
        (mantissa % unit == 0).then_some(mantissa / unit)
    }
}

macro_rules! decimal_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(i64);

        impl $name {
            pub const ZERO: Self = Self(0);

            pub const fn from_mantissa(mantissa: i64) -> Self {
                Self(mantissa)
            }

            pub const fn mantissa(self) -> i64 {
                self.0
            }

            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            pub fn parse(text: &[u8], scale: Scale) -> Result<Self, NumberError> {
                parse_decimal(text, scale).map(Self)
            }

            /// With all decimals of the scale, as the wire prints it.
            pub fn to_text(self, scale: Scale) -> String {
                text_of(|out| write_fixed(out, self.0, scale.decimals()))
            }

            /// Without trailing zeros, as hashes and summaries print it.
            pub fn to_trimmed_text(self, scale: Scale) -> String {
                text_of(|out| write_trimmed(out, self.0, scale.decimals()))
            }

            pub fn checked_add(self, other: Self) -> Option<Self> {
                self.0.checked_add(other.0).map(Self)
            }

            pub fn checked_sub(self, other: Self) -> Option<Self> {
                self.0.checked_sub(other.0).map(Self)
            }

            /// The same value at another scale; `None` when it would round or overflow.
            pub fn rescaled(self, from: Scale, to: Scale) -> Option<Self> {
                rescale(self.0, from, to).map(Self)
            }
        }
    };
}

decimal_newtype!(
    /// A price: quote per base, as a mantissa at the market's price scale.
    Price
);
decimal_newtype!(
    /// A quantity of base, as a mantissa at the market's quantity scale.
    Qty
);

impl Price {
    /// Price times quantity. Cannot overflow: two `i64` fit an `i128`.
    pub const fn notional(self, qty: Qty) -> Notional {
        Notional(self.0 as i128 * qty.0 as i128)
    }
}

/// Price times quantity, or a sum of such: a mantissa with the decimals of both scales together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Notional(i128);

impl Notional {
    pub const ZERO: Self = Self(0);

    pub const fn from_mantissa(mantissa: i128) -> Self {
        Self(mantissa)
    }

    pub const fn mantissa(self) -> i128 {
        self.0
    }

    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    pub fn to_trimmed_text(self, scales: Scales) -> String {
        text_of(|out| write_trimmed_i128(out, self.0, scales.notional_decimals()))
    }

    pub fn rescaled(self, from: Scales, to: Scales) -> Option<Self> {
        let (from, to) = (from.notional_decimals(), to.notional_decimals());
        if to >= from {
            self.0.checked_mul(pow10_i128(u32::from(to - from))?).map(Self)
        } else {
            let unit = pow10_i128(u32::from(from - to))?;
            (self.0 % unit == 0).then_some(Self(self.0 / unit))
        }
    }
}

/// A sum of quantities: a day's volume outgrows `i64` in markets of tiny units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Volume(i128);

impl Volume {
    pub const ZERO: Self = Self(0);

    pub const fn from_mantissa(mantissa: i128) -> Self {
        Self(mantissa)
    }

    pub const fn mantissa(self) -> i128 {
        self.0
    }

    /// Cannot overflow: 2^64 quantities of the largest size fit.
    pub const fn plus(self, qty: Qty) -> Self {
        Self(self.0 + qty.0 as i128)
    }

    pub const fn plus_volume(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    pub fn to_text(self, scale: Scale) -> String {
        text_of(|out| write_fixed_i128(out, self.0, scale.decimals()))
    }

    pub fn to_trimmed_text(self, scale: Scale) -> String {
        text_of(|out| write_trimmed_i128(out, self.0, scale.decimals()))
    }

    pub fn rescaled(self, from: Scale, to: Scale) -> Option<Self> {
        if to >= from {
            self.0.checked_mul(i128::from(POW10[to.index() - from.index()])).map(Self)
        } else {
            let unit = i128::from(POW10[from.index() - to.index()]);
            (self.0 % unit == 0).then_some(Self(self.0 / unit))
        }
    }
}

/// A decimal that is not tied to a market's scale: bounds in an instrument's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    pub mantissa: i64,
    pub scale: Scale,
}

impl Decimal {
    /// Parses with as few decimals as the value needs: `0.01000000` is 1 at scale 2.
    pub fn parse(text: &[u8]) -> Result<Self, NumberError> {
        let mut text = text;
        if text.ends_with(b".") {
            return Err(NumberError::Syntax);
        }
        if text.contains(&b'.') {
            while let [rest @ .., b'0'] = text {
                text = rest;
            }
            if let [rest @ .., b'.'] = text {
                text = rest;
            }
        }
        let scale = Scale::new(decimals_printed(text)).ok_or(NumberError::OutOfRange)?;
        Ok(Self { mantissa: parse_decimal(text, scale)?, scale })
    }

    /// The mantissa at another scale; `None` when it would round or overflow.
    pub fn at_scale(self, scale: Scale) -> Option<i64> {
        rescale(self.mantissa, self.scale, scale)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text_of(|out| write_fixed(out, self.mantissa, self.scale.decimals())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_parsed_exactly_or_refused() {
        use NumberError::{Empty, OutOfRange, Syntax, TooPrecise};
        let check = |text: &str, decimals: u8, expected: Result<i64, NumberError>| {
            assert_eq!(parse_decimal(text.as_bytes(), Scale::of(decimals)), expected, "{text} at {decimals}");
        };
        check("60000.10", 2, Ok(6_000_010));
        check("60000.10000000", 2, Ok(6_000_010));
        check("60000.1", 8, Ok(6_000_010_000_000));
        check("0.00000001", 8, Ok(1));
        check("7", 0, Ok(7));
        check("7.000", 0, Ok(7));
        check("007.5", 1, Ok(75));
        check("0", 8, Ok(0));
        check("92233720368.54775807", 8, Ok(i64::MAX));
        check("92233720368.54775808", 8, Err(OutOfRange));
        check("9223372036854775807", 0, Ok(i64::MAX));
        check("9223372036854775808", 0, Err(OutOfRange));
        check("99999999999999999999999999", 0, Err(OutOfRange));
        check("100000000000", 8, Err(OutOfRange));
        check("60000.101", 2, Err(TooPrecise { decimals: 3 }));
        check("0.000000001", 8, Err(TooPrecise { decimals: 9 }));
        check("1.00000000000000000000000000000001", 8, Err(TooPrecise { decimals: 32 }));
        check("1.00000000000000000000000000000000", 8, Ok(100_000_000));
        check("", 2, Err(Empty));
        for text in [
            "-1", "-0", "+1", "1e5", "1E5", "1e308", ".5", "5.", ".", "1..2", "1.2.3", " 1", "1 ", "1,000",
            "NaN", "Infinity", "inf", "null", "0x10", "1_000", "\u{661}", "1.00x", "1.x", "abc", "--1",
            "1.0-",
        ] {
            check(text, 8, Err(Syntax));
        }
    }

    #[test]
    fn json_numbers_may_carry_an_exponent() {
        let check = |text: &str, decimals: u8, expected: Result<i64, NumberError>| {
            assert_eq!(parse_json_number(text.as_bytes(), Scale::of(decimals)), expected, "{text}");
        };
        check("0.50930100", 8, Ok(50_930_100));
        check("1e-8", 8, Ok(1));
        check("1.5E-7", 8, Ok(15));
        check("12.5e1", 2, Ok(12_500));
        check("12.5e+3", 0, Ok(12_500));
        check("1e308", 8, Err(NumberError::OutOfRange));
        check("1e-9", 8, Err(NumberError::TooPrecise { decimals: 9 }));
        check("1e", 8, Err(NumberError::Syntax));
        check("-1e3", 8, Err(NumberError::Syntax));
        check("e5", 8, Err(NumberError::Syntax));
    }

    #[test]
    fn numbers_are_printed_with_the_scales_decimals() {
        let check = |mantissa: i64, decimals: u8, fixed: &str, trimmed: &str| {
            assert_eq!(text_of(|out| write_fixed(out, mantissa, decimals)), fixed);
            assert_eq!(text_of(|out| write_trimmed(out, mantissa, decimals)), trimmed);
            assert_eq!(text_of(|out| write_fixed_i128(out, mantissa.into(), decimals)), fixed);
            assert_eq!(text_of(|out| write_trimmed_i128(out, mantissa.into(), decimals)), trimmed);
        };
        check(6_000_010, 2, "60000.10", "60000.1");
        check(5120, 4, "0.5120", "0.512");
        check(0, 8, "0.00000000", "0");
        check(0, 0, "0", "0");
        check(100, 0, "100", "100");
        check(-5, 2, "-0.05", "-0.05");
        check(i64::MAX, 18, "9.223372036854775807", "9.223372036854775807");
        check(i64::MIN, 0, "-9223372036854775808", "-9223372036854775808");
        check(1, 18, "0.000000000000000001", "0.000000000000000001");
    }

    #[test]
    fn rescaling_is_exact_or_refused() {
        let (two, eight) = (Scale::of(2), Scale::of(8));
        assert_eq!(Price::from_mantissa(123).rescaled(two, eight), Some(Price::from_mantissa(123_000_000)));
        assert_eq!(Price::from_mantissa(123_000_000).rescaled(eight, two), Some(Price::from_mantissa(123)));
        assert_eq!(Price::from_mantissa(123_000_001).rescaled(eight, two), None);
        assert_eq!(Price::from_mantissa(i64::MAX).rescaled(two, eight), None);
    }

    #[test]
    fn free_decimals_keep_only_the_decimals_they_need() {
        let check = |text: &str, mantissa: i64, decimals: u8| {
            let parsed = Decimal::parse(text.as_bytes()).expect(text);
            assert_eq!((parsed.mantissa, parsed.scale.decimals()), (mantissa, decimals), "{text}");
        };
        check("0.01000000", 1, 2);
        check("100", 100, 0);
        check("1.00000000", 1, 0);
        check("0.00000001", 1, 8);
        assert!(Decimal::parse(b"").is_err());
        assert!(Decimal::parse(b"-1").is_err());
        assert!(Decimal::parse(b"1.").is_err());
    }
}
