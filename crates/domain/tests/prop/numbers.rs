//! Exact decimals against arithmetic on text and on wide integers.

use marketd_domain::numbers::{
    Decimal, parse_decimal, parse_json_number, write_fixed, write_fixed_i128, write_trimmed,
    write_trimmed_i128,
};
use marketd_domain::{NumberError, Price, Scale};
use proptest::prelude::*;

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a decimal by moving its point in the text.
fn model_parse(text: &str, decimals: usize) -> Result<i64, NumberError> {
    if text.is_empty() {
        return Err(NumberError::Empty);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if !is_digits(whole) || !is_digits(fraction) {
        return Err(NumberError::Syntax);
    }
    let needed = fraction.trim_end_matches('0');
    if needed.len() > decimals {
        return Err(NumberError::TooPrecise { decimals: needed.len() as u8 });
    }
    let digits = format!("{whole}{needed}{}", "0".repeat(decimals - needed.len()));
    let digits = digits.trim_start_matches('0');
    match digits.len() {
        0 => Ok(0),
        1..=19 => digits.parse().map_err(|_| NumberError::OutOfRange),
        _ => Err(NumberError::OutOfRange),
    }
}

fn model_print(mantissa: i128, decimals: usize) -> String {
    let sign = if mantissa < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    if decimals == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    // Writers append: what is there stays.
    let mut out = b"before ".to_vec();
    write(&mut out);
    String::from_utf8(out).expect("ASCII").strip_prefix("before ").expect("kept").to_owned()
}

fn mantissas() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        -1_000_000i64..1_000_000,
        (0u32..19, -9i64..10).prop_map(|(power, add)| 10i64.pow(power) + add),
        Just(i64::MIN),
        Just(i64::MAX),
        Just(0),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn texts_are_read_as_the_model_reads_them(
        text in prop_oneof![
            4 => "[0-9]{1,12}(\\.[0-9]{1,10})?",
            2 => "[0-9]{0,22}(\\.[0-9]{0,22})?",
            1 => "[0-9]{1,8}\\.[0-9]{0,4}0{0,30}",
            1 => "0{0,24}[0-9]{1,6}\\.[0-9]{1,4}",
            1 => "[-+0-9.eE, ]{0,20}",
        ],
        decimals in 0u8..=18,
    ) {
        let expected = model_parse(&text, usize::from(decimals));
        prop_assert_eq!(parse_decimal(text.as_bytes(), Scale::of(decimals)), expected, "{} at {}", text, decimals);
        if !text.contains(['e', 'E']) {
            prop_assert_eq!(parse_json_number(text.as_bytes(), Scale::of(decimals)), expected);
        }
    }

    #[test]
    fn exponents_move_the_point(digits in 0i64..1_000_000_000, exponent in -20i32..20, decimals in 0u8..=18) {
        let text = format!("{digits}e{exponent}");
        let plain = if exponent >= 0 {
            format!("{digits}{}", "0".repeat(exponent as usize))
        } else {
            model_print(digits.into(), exponent.unsigned_abs() as usize)
        };
        prop_assert_eq!(
            parse_json_number(text.as_bytes(), Scale::of(decimals)),
            model_parse(&plain, usize::from(decimals)),
            "{} at {}", text, decimals
        );
    }

    #[test]
    fn numbers_are_printed_as_the_model_prints_them(mantissa in mantissas(), decimals in 0u8..=18) {
        let model = model_print(mantissa.into(), usize::from(decimals));
        let trimmed = match model.contains('.') {
            true => model.trim_end_matches('0').trim_end_matches('.'),
            false => &model,
        };
        prop_assert_eq!(&written(|out| write_fixed(out, mantissa, decimals)), &model);
        prop_assert_eq!(&written(|out| write_fixed_i128(out, mantissa.into(), decimals)), &model);
        prop_assert_eq!(written(|out| write_trimmed(out, mantissa, decimals)), trimmed);
        prop_assert_eq!(written(|out| write_trimmed_i128(out, mantissa.into(), decimals)), trimmed);
        if mantissa >= 0 {
            let scale = Scale::of(decimals);
            prop_assert_eq!(parse_decimal(model.as_bytes(), scale), Ok(mantissa));
            prop_assert_eq!(parse_decimal(trimmed.as_bytes(), scale), Ok(mantissa));
            let free = Decimal::parse(model.as_bytes()).expect("printed by us");
            prop_assert_eq!(free.to_string(), trimmed);
        }
    }

    #[test]
    fn wide_numbers_are_printed_as_the_model_prints_them(high in any::<i64>(), low in any::<u64>(), decimals in 0u8..=36) {
        let mantissa = (i128::from(high) << 64) | i128::from(low);
        let model = model_print(mantissa, usize::from(decimals));
        prop_assert_eq!(written(|out| write_fixed_i128(out, mantissa, decimals)), model);
    }

    #[test]
    fn rescaling_is_exact_or_refused(mantissa in mantissas(), from in 0u8..=18, to in 0u8..=18, zeros in 0u32..12) {
        // Divisible values are rare by chance.
        let mantissa = mantissa / 10i64.pow(zeros) * 10i64.pow(zeros);
        let expected = if to >= from {
            i64::try_from(i128::from(mantissa) * 10i128.pow(u32::from(to - from))).ok()
        } else {
            let unit = 10i64.pow(u32::from(from - to));
            (mantissa % unit == 0).then(|| mantissa / unit)
        };
        let moved = Price::from_mantissa(mantissa).rescaled(Scale::of(from), Scale::of(to));
        prop_assert_eq!(moved.map(Price::mantissa), expected);
        if let Some(moved) = moved {
            prop_assert_eq!(moved.to_trimmed_text(Scale::of(to)), Price::from_mantissa(mantissa).to_trimmed_text(Scale::of(from)));
        }
    }
}
