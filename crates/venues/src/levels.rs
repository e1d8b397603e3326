//! Book sides as most venues print them, arrays of `["price","qty"]` rows, read without allocating.
//!
//! The first pass, inside serde, checks the shape of the rows and notes where they lie in the frame;
//! the second turns them into levels, once the market and with it the scales are known.

use core::fmt;
use core::marker::PhantomData;

use marketd_domain::{Level, Price, Qty, Scales};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use crate::error::DecodeError;

/// An array of rows of `N` strings each, as a place in the frame it was read from.
///
/// Addresses, not a slice: serde hands out the strings one by one, and only their frame can give the
/// text between them. [`Rows::strings`] looks it up there, checked.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a, const N: usize> {
    start: usize,
    end: usize,
    frame: PhantomData<&'a str>,
}

impl<'a, const N: usize> Rows<'a, N> {
    /// The rows' strings in order, `N` for each row. `frame` is what the rows were read from.
    pub fn strings(&self, frame: &'a [u8]) -> Strings<'a> {
        let base = frame.as_ptr().addr();
        let start = self.start.wrapping_sub(base);
        let end = self.end.wrapping_sub(base);
        Strings { rest: frame.get(start..end).filter(|_| self.start != 0) }
    }
}

/// The strings of [`Rows`]: none holds a quote or an escape, so each ends at the next quote.
#[derive(Debug, Clone)]
pub struct Strings<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Iterator for Strings<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest.take()?;
        let Some(end) = memchr::memchr(b'"', rest) else { return Some(rest) };
        let (string, after) = (&rest[..end], &rest[end + 1..]);
        let start = memchr::memchr(b'"', after)?;
        self.rest = Some(&after[start + 1..]);
        Some(string)
    }
}

impl<'de: 'a, 'a, const N: usize> Deserialize<'de> for Rows<'a, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RowsVisitor(PhantomData))
    }
}

struct RowsVisitor<'a, const N: usize>(PhantomData<&'a str>);

impl<'de: 'a, 'a, const N: usize> Visitor<'de> for RowsVisitor<'a, N> {
    type Value = Rows<'a, N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array of rows of {N} strings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Self::Value, A::Error> {
        let (mut start, mut end) = (0, 0);
        while let Some(row) = rows.next_element::<Row<'de, N>>()? {
            if start == 0 {
                start = row.first.as_ptr().addr();
            }
            end = row.last.as_ptr().addr() + row.last.len();
        }
        Ok(Rows { start, end, frame: PhantomData })
    }
}

struct Row<'a, const N: usize> {
    first: &'a str,
    last: &'a str,
}

impl<'de: 'a, 'a, const N: usize> Deserialize<'de> for Row<'a, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RowVisitor(PhantomData))
    }
}

struct RowVisitor<'a, const N: usize>(PhantomData<&'a str>);

impl<'de: 'a, 'a, const N: usize> Visitor<'de> for RowVisitor<'a, N> {
    type Value = Row<'a, N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{N} strings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut strings: A) -> Result<Self::Value, A::Error> {
        let first: &'de str = strings.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let mut last = first;
        for at in 1..N {
            last = strings.next_element()?.ok_or_else(|| A::Error::invalid_length(at, &self))?;
        }
        match strings.next_element::<&'de str>()? {
            None => Ok(Row { first, last }),
            Some(_) => Err(A::Error::invalid_length(N + 1, &self)),
        }
    }
}

/// Appends rows of price and quantity.
pub fn read_levels<'a>(
    rows: &Rows<'a, 2>,
    frame: &'a [u8],
    scales: Scales,
    levels: &mut Vec<Level>,
) -> Result<(), DecodeError> {
    let mut strings = rows.strings(frame);
    while let (Some(price), Some(qty)) = (strings.next(), strings.next()) {
        levels.push(read_level(price, qty, scales)?);
    }
    Ok(())
}

pub fn read_level(price: &[u8], qty: &[u8], scales: Scales) -> Result<Level, DecodeError> {
    let price = Price::parse(price, scales.price).map_err(DecodeError::price)?;
    let qty = Qty::parse(qty, scales.qty).map_err(DecodeError::qty)?;
    Ok(Level::new(price, qty))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings<const N: usize>(frame: &str) -> Option<Vec<String>> {
        let rows: Rows<'_, N> = serde_json::from_slice(frame.as_bytes()).ok()?;
        Some(rows.strings(frame.as_bytes()).map(|text| String::from_utf8_lossy(text).into_owned()).collect())
    }

    #[test]
    fn rows_are_found_again_in_their_frame() {
        let check = |frame: &str, expected: &[&str]| {
            assert_eq!(strings::<2>(frame).expect("well formed"), expected, "{frame}");
        };
        check("[]", &[]);
        check(r#"[["1","2"]]"#, &["1", "2"]);
        check(r#" [ [ "1.5" , "2" ] , ["3",""] ] "#, &["1.5", "2", "3", ""]);
        check(r#"[["",""]]"#, &["", ""]);
        assert_eq!(
            strings::<3>(r#"[["buy","1","2"],["sell","3","4"]]"#).expect("well formed"),
            ["buy", "1", "2", "sell", "3", "4"]
        );
    }

    #[test]
    fn rows_of_another_shape_are_refused() {
        for frame in [
            r#"[["1"]]"#,
            r#"[["1","2","3"]]"#,
            r#"[[]]"#,
            r#"[["1",2]]"#,
            r#"[[1,"2"]]"#,
            r#"[["1",null]]"#,
            r#"[["\u0031","2"]]"#,
            r#"["1","2"]"#,
            r#"[["1","2"]"#,
            r#"{"1":"2"}"#,
            "null",
            "7",
        ] {
            assert_eq!(strings::<2>(frame), None, "{frame}");
        }
    }

    #[test]
    fn levels_are_read_at_the_scales_or_refused() {
        let frame = br#"[["1.5","2"],["3","0.25"]]"#;
        let rows: Rows<'_, 2> = serde_json::from_slice(frame).expect("well formed");
        let mut levels = Vec::new();
        read_levels(&rows, frame, Scales::of(1, 2), &mut levels).expect("fits");
        let level = |price, qty| Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty));
        assert_eq!(levels, [level(15, 200), level(30, 25)]);
        assert!(read_levels(&rows, frame, Scales::of(0, 2), &mut levels).is_err());
        assert!(read_levels(&rows, frame, Scales::of(1, 1), &mut levels).is_err());
    }
}
