//! Moments in time, as nanoseconds since the Unix epoch, UTC.

/// Nanoseconds since the Unix epoch, UTC. The wire speaks microseconds, recordings nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const ZERO: Self = Self(0);

    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Saturates: venues send nonsense now and then, and a clamped time is still an order.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros.saturating_mul(1_000))
    }

    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    pub const fn nanos(self) -> i64 {
        self.0
    }

    pub const fn micros(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis.saturating_mul(1_000_000)))
    }

    pub const fn plus_nanos(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// How long ago `earlier` was, in nanoseconds; negative when it lies in the future.
    pub const fn nanos_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Parses `2026-08-02T03:35:51.660084Z`, with zero to nine digits of fraction and `Z` or a
    /// numeric offset, as venues print it.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() < 20 || bytes[4] != b'-' || bytes[7] != b'-' || bytes[13] != b':' || bytes[16] != b':'
        {
            return None;
        }
        let field = |range: core::ops::Range<usize>| -> Option<i64> {
            let digits = bytes.get(range)?;
            digits.iter().try_fold(0i64, |value, digit| {
                digit.is_ascii_digit().then(|| value * 10 + i64::from(digit - b'0'))
            })
        };
        let (year, month, day) = (field(0..4)?, field(5..7)?, field(8..10)?);
        let (hour, minute, second) = (field(11..13)?, field(14..16)?, field(17..19)?);
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let mut at = 19;
        let mut nanos = 0i64;
        if bytes[at] == b'.' {
            at += 1;
            let mut unit = 100_000_000i64;
            while let Some(digit) = bytes.get(at).filter(|digit| digit.is_ascii_digit()) {
                nanos += i64::from(digit - b'0') * unit;
                unit /= 10;
                at += 1;
            }
        }
        let offset_minutes = match bytes.get(at)? {
            b'Z' if bytes.len() == at + 1 => 0,
            sign @ (b'+' | b'-') if bytes.len() == at + 6 && bytes[at + 3] == b':' => {
                let minutes = field(at + 1..at + 3)? * 60 + field(at + 4..at + 6)?;
                if *sign == b'-' { -minutes } else { minutes }
            }
            _ => return None,
        };
        let seconds = days_from_civil(year, month, day) * 86_400
            + hour * 3_600
            + (minute - offset_minutes) * 60
            + second;
        Some(Self(seconds.checked_mul(1_000_000_000)?.checked_add(nanos)?))
    }
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar. The year is taken to start
/// in March, so that the leap day is its last day and months have a linear formula.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_is_read_exactly() {
        let check = |text: &str, nanos: Option<i64>| {
            assert_eq!(Timestamp::parse_rfc3339(text).map(Timestamp::nanos), nanos, "{text}");
        };
        check("1970-01-01T00:00:00Z", Some(0));
        check("2000-02-29T23:59:59Z", Some(951_868_799_000_000_000));
        check("2026-08-02T03:35:51.660084Z", Some(1_785_641_751_660_084_000));
        check("2021-04-17T16:43:36.123456789Z", Some(1_618_677_816_123_456_789));
        check("2021-04-17T18:43:36+02:00", Some(1_618_677_816_000_000_000));
        check("2021-04-17 16:43", None);
        check("2021-13-17T16:43:36Z", None);
        check("2021-04-17T16:43:36", None);
        check("", None);
    }
}
