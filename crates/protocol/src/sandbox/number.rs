//! Decimals as clients send them: kept as text until the scale is known, never as binary floating point.

use core::fmt;

use marketd_domain::ledger::Amount;
use marketd_domain::numbers::{parse_decimal, parse_json_number, pow10_i128};
use marketd_domain::{Notional, NumberError, Price, Qty, Scale, Scales};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// Longer than any number that fits a scale.
const TEXT_MAX: usize = 64;

/// A decimal: a string such as `"0.1"`, or a JSON number, which is read as the text that was sent.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct NumberText {
    text: String,
    /// A JSON number may have an exponent.
    is_json: bool,
}

/// Why a decimal is not taken. Nothing is rounded for anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberRefusal {
    /// No number at all.
    Syntax,
    /// More decimals than there are at this place.
    Precision(Scale),
    OutOfRange,
}

impl NumberText {
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), is_json: false }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn mantissa(&self, scale: Scale) -> Result<i64, NumberRefusal> {
        // Zero and less are numbers, if none that an order can have.
        if let Some(rest) = self.text.strip_prefix('-') {
            let is_number = rest.bytes().any(|byte| byte.is_ascii_digit());
            return Err(if is_number { NumberRefusal::OutOfRange } else { NumberRefusal::Syntax });
        }
        let has_exponent = self.text.bytes().any(|byte| matches!(byte, b'e' | b'E'));
        let parsed = if self.is_json || has_exponent {
            parse_json_number(self.text.as_bytes(), scale)
        } else {
            parse_decimal(self.text.as_bytes(), scale)
        };
        parsed.map_err(|error| match error {
            NumberError::OutOfRange => NumberRefusal::OutOfRange,
            NumberError::TooPrecise { .. } => NumberRefusal::Precision(scale),
            _ => NumberRefusal::Syntax,
        })
    }

    pub fn price(&self, scales: Scales) -> Result<Price, NumberRefusal> {
        self.mantissa(scales.price).map(Price::from_mantissa)
    }

    pub fn qty(&self, scales: Scales) -> Result<Qty, NumberRefusal> {
        self.mantissa(scales.qty).map(Qty::from_mantissa)
    }

    pub fn notional(&self, scales: Scales) -> Result<Notional, NumberRefusal> {
        self.wide(scales.notional_decimals()).map(Notional::from_mantissa)
    }

    /// In units of an asset.
    pub fn amount(&self, scale: Scale) -> Result<Amount, NumberRefusal> {
        self.wide(scale.decimals()).map(Amount::from_units)
    }

    /// At a scale at which an `i64` holds too little: whole and fraction are read apart.
    fn wide(&self, decimals: u8) -> Result<i128, NumberRefusal> {
        let half = |text: &str, scale: u8| {
            let scale = Scale::new(scale).ok_or(NumberRefusal::OutOfRange)?;
            Self { text: text.to_owned(), is_json: self.is_json }.mantissa(scale)
        };
        let has_exponent = self.text.bytes().any(|byte| matches!(byte, b'e' | b'E'));
        if has_exponent || self.text.starts_with('-') {
            // Nobody writes money this way, so what does not fit an i64 is out of range.
            return half(&self.text, decimals.min(Scale::MAX.decimals())).map(i128::from);
        }
        let (whole, fraction) = self.text.split_once('.').unwrap_or((&self.text, "0"));
        let unit = pow10_i128(u32::from(decimals)).ok_or(NumberRefusal::OutOfRange)?;
        let whole = i128::from(half(whole, 0)?).checked_mul(unit).ok_or(NumberRefusal::OutOfRange)?;
        if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberRefusal::Syntax);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > usize::from(decimals) {
            let scale = Scale::new(decimals).ok_or(NumberRefusal::OutOfRange)?;
            return Err(NumberRefusal::Precision(scale));
        }
        let missing = pow10_i128(u32::from(decimals) - fraction.len() as u32);
        let digits: i128 =
            if fraction.is_empty() { 0 } else { fraction.parse().map_err(|_| NumberRefusal::OutOfRange)? };
        let fraction = missing.and_then(|unit| digits.checked_mul(unit)).ok_or(NumberRefusal::OutOfRange)?;
        whole.checked_add(fraction).ok_or(NumberRefusal::OutOfRange)
    }
}

impl fmt::Debug for NumberText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl Serialize for NumberText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for NumberText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        let expected = || D::Error::custom("a decimal is a string such as \"0.1\", or a number");
        let number = if text.starts_with('"') {
            let text: String = serde_json::from_str(text).map_err(D::Error::custom)?;
            Self { text, is_json: false }
        } else if text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
            Self { text: text.to_owned(), is_json: true }
        } else {
            return Err(expected());
        };
        if number.text.len() > TEXT_MAX {
            return Err(D::Error::custom("a decimal has at most 64 characters"));
        }
        Ok(number)
    }
}

impl JsonSchema for NumberText {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DecimalInput".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A decimal: a string such as \"0.1\", or a number, which is read exactly as it is written.",
            "anyOf": [{"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$", "maxLength": TEXT_MAX}, {"type": "number"}],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALES: Scales = Scales::of(2, 8);

    #[test]
    fn decimals_are_read_exactly_or_refused() {
        let check = |json: &str, expected: Result<i64, NumberRefusal>| {
            let number: NumberText = serde_json::from_str(json).expect("a decimal");
            assert_eq!(number.qty(SCALES).map(Qty::mantissa), expected, "{json}");
        };
        check("\"0.1\"", Ok(10_000_000));
        check("0.1", Ok(10_000_000));
        check("1e-8", Ok(1));
        check("\"1e-8\"", Ok(1));
        check("7", Ok(700_000_000));
        check("\"0.123456789\"", Err(NumberRefusal::Precision(Scale::of(8))));
        check("1e-30", Err(NumberRefusal::Precision(Scale::of(8))));
        check("\"-0\"", Err(NumberRefusal::OutOfRange));
        check("-1", Err(NumberRefusal::OutOfRange));
        check("\"9223372036854775808\"", Err(NumberRefusal::OutOfRange));
        check("\"170141183460469231731687303715884105728\"", Err(NumberRefusal::OutOfRange));
        for text in ["", " 1", "1 ", "+1", "0x10", "NaN", "1,5", ".5", "5.", "١"] {
            check(&format!("{text:?}"), Err(NumberRefusal::Syntax));
        }
    }

    #[test]
    fn amounts_are_wide() {
        let check = |text: &str, expected: Result<i128, NumberRefusal>| {
            let amount = NumberText::new(text).amount(Scale::of(18));
            assert_eq!(amount.map(Amount::units), expected, "{text}");
        };
        check("100000", Ok(100_000 * 10i128.pow(18)));
        check("0.000000000000000001", Ok(1));
        check("1.50", Ok(1_500_000_000_000_000_000));
        check("0.0000000000000000001", Err(NumberRefusal::Precision(Scale::of(18))));
        check("99999999999999999999999", Err(NumberRefusal::OutOfRange));
        check("-1", Err(NumberRefusal::OutOfRange));
        check("1.x", Err(NumberRefusal::Syntax));
        check("1.", Err(NumberRefusal::Syntax));
    }

    #[test]
    fn other_values_are_no_decimals() {
        for json in ["null", "true", "[1]", "{}"] {
            assert!(serde_json::from_str::<NumberText>(json).is_err(), "{json}");
        }
        let long = format!("\"{}\"", "1".repeat(65));
        assert!(serde_json::from_str::<NumberText>(&long).is_err());
    }
}
