//! The place of a trade in the order of its market.

use core::fmt;
use core::str::FromStr;

use super::{SequencedTrade, TradeId};
use crate::time::Timestamp;

/// By venue time, to the microsecond, then by id. It is the same place wherever the trade is kept, so a list can be
/// read on in the store where memory ends, and after a restart.
///
/// As text: `<microseconds>-<trade id>`, or `<microseconds>-~<seq>` for a trade that its venue gave no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TradeCursor {
    pub ts_us: i64,
    pub id_high: i64,
    pub id_low: i64,
}

/// Numbers have 0 or 1 here, and a UUID its version, which is never zero.
const HIGH_OF_NO_ID: i64 = i64::MIN;

impl TradeCursor {
    /// Behind every trade.
    pub const END: Self = Self { ts_us: i64::MAX, id_high: i64::MAX, id_low: i64::MAX };

    pub fn of(held: &SequencedTrade) -> Self {
        let (id_high, id_low) = held.trade.id.halves().unwrap_or((HIGH_OF_NO_ID, held.seq.cast_signed()));
        Self { ts_us: held.trade.ts_venue.micros(), id_high, id_low }
    }

    /// Before every trade of this time or later.
    pub const fn at(at: Timestamp) -> Self {
        Self { ts_us: at.micros(), id_high: i64::MIN, id_low: i64::MIN }
    }

    /// The place right behind this one.
    #[must_use]
    pub const fn next(self) -> Self {
        match self.id_low.checked_add(1) {
            Some(id_low) => Self { id_low, ..self },
            None => Self { id_high: self.id_high.saturating_add(1), id_low: i64::MIN, ..self },
        }
    }
}

impl TradeId {
    /// The id as two integers that sort as trades do. A number is kept as itself, so that people can read it; from 2^63
    /// on the high half says so. The high half of a UUID holds its version, so that it cannot be taken for a number;
    /// what claims to be one and has none, has no halves.
    pub fn halves(self) -> Option<(i64, i64)> {
        const SIGN: u64 = 1 << 63;
        match self {
            Self::None => None,
            Self::Number(number) => Some((i64::from(number >= SIGN), (number & !SIGN).cast_signed())),
            Self::Uuid(uuid) => {
                let high = ((uuid >> 64) as u64).cast_signed();
                let low = (uuid as u64).cast_signed();
                (!matches!(high, 0 | 1 | HIGH_OF_NO_ID)).then_some((high, low))
            }
        }
    }

    /// The id that has these halves.
    pub const fn of_halves(high: i64, low: i64) -> Option<Self> {
        let (high_bits, low_bits) = (high.cast_unsigned(), low.cast_unsigned());
        match high {
            0 | 1 if low >= 0 => Some(Self::Number((high_bits << 63) | low_bits)),
            0 | 1 | HIGH_OF_NO_ID => None,
            _ => Some(Self::Uuid(((high_bits as u128) << 64) | low_bits as u128)),
        }
    }
}

impl fmt::Display for TradeCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match TradeId::of_halves(self.id_high, self.id_low) {
            Some(id) => write!(f, "{}-{id}", self.ts_us),
            None => write!(f, "{}-~{}", self.ts_us, self.id_low),
        }
    }
}

/// It is no cursor that a list gave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cursor is <microseconds>-<trade id>")]
pub struct CursorError;

impl FromStr for TradeCursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        // The first character may be the sign of the time.
        let dash = text.char_indices().skip(1).find(|(_, character)| *character == '-').ok_or(CursorError)?.0;
        let (time, id) = (&text[..dash], &text[dash + 1..]);
        let ts_us = time.parse().map_err(|_| CursorError)?;
        let (id_high, id_low) = match id.strip_prefix('~') {
            Some(seq) => (HIGH_OF_NO_ID, seq.parse().map_err(|_| CursorError)?),
            None => TradeId::parse(id).halves().ok_or(CursorError)?,
        };
        Ok(Self { ts_us, id_high, id_low })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_back_from_their_text() {
        for text in [
            "1763722812338000-3735683259",
            "1763722812338000-0",
            "1763722812338000-18446744073709551615",
            "1763722812338000-2290e3a1-0c5c-5d71-9d3c-3b7cfd0e5a11",
            "1763722812338000-~412",
            "-5-7",
        ] {
            let cursor: TradeCursor = text.parse().expect("a cursor");
            assert_eq!(cursor.to_string(), text);
        }
        for text in
            ["", "-", "5", "5-", "-5", "5-x", "x-5", "5-~", "5-~x", "5--6", "99999999999999999999-1", "5-5 "]
        {
            assert_eq!(text.parse::<TradeCursor>(), Err(CursorError), "{text:?}");
        }
    }

    #[test]
    fn the_next_place_lies_right_behind() {
        let place = |id_high: i64, id_low: i64| TradeCursor { ts_us: 7, id_high, id_low };
        assert_eq!(place(0, 5).next(), place(0, 6));
        assert_eq!(place(0, i64::MAX).next(), place(1, i64::MIN));
        assert!(TradeCursor::at(Timestamp::from_micros(7)) < place(HIGH_OF_NO_ID, 0));
    }

    #[test]
    fn ids_come_back_from_their_halves_in_order() {
        let ids = [0, 1, (1 << 63) - 1, 1 << 63, u64::MAX].map(TradeId::Number);
        let halves: Vec<_> = ids.iter().map(|id| id.halves().expect("a number")).collect();
        assert!(halves.is_sorted());
        assert!(
            std::iter::zip(ids, halves).all(|(id, (high, low))| TradeId::of_halves(high, low) == Some(id))
        );
        assert_eq!(TradeId::Uuid(5).halves(), None, "a UUID has a version");
        assert_eq!(TradeId::None.halves(), None);
    }
}
