//! A book's levels in few bytes, exactly.
//!
//! One byte of version; then for the bids and for the asks: how many, and each level as the difference of its price to
//! the one before and its quantity. Numbers are variable-length integers of seven bits a byte, the lowest first, signs
//! folded in (0, -1, 1, -2 ... are 0, 1, 2, 3 ...). Neighbouring prices are close, so a level takes some seven bytes
//! in place of sixteen.

use marketd_domain::book::Level;
use marketd_domain::{Price, Qty};

use crate::rows::RowError;

const VERSION: u8 = 1;

pub(crate) fn pack(bids: &[Level], asks: &[Level]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + 8 * (bids.len() + asks.len()));
    out.push(VERSION);
    for side in [bids, asks] {
        put(&mut out, side.len() as u64);
        let mut price_before = 0;
        for level in side {
            let price = level.price.mantissa();
            // Wrapping both ways is exact for any two prices.
            put(&mut out, fold_sign(price.wrapping_sub(price_before)));
            put(&mut out, fold_sign(level.qty.mantissa()));
            price_before = price;
        }
    }
    out
}

pub(crate) fn unpack(bytes: &[u8]) -> Result<(Vec<Level>, Vec<Level>), RowError> {
    let mut rest = bytes.strip_prefix(&[VERSION]).ok_or(RowError::Levels)?;
    let bids = take_side(&mut rest).ok_or(RowError::Levels)?;
    let asks = take_side(&mut rest).ok_or(RowError::Levels)?;
    if rest.is_empty() { Ok((bids, asks)) } else { Err(RowError::Levels) }
}

fn take_side(rest: &mut &[u8]) -> Option<Vec<Level>> {
    let count = usize::try_from(take(rest)?).ok()?;
    // A level takes at least two bytes, so damaged bytes cannot make us reserve more than they are.
    if count > rest.len() / 2 {
        return None;
    }
    let mut side = Vec::with_capacity(count);
    let mut price: i64 = 0;
    for _ in 0..count {
        price = price.wrapping_add(unfold_sign(take(rest)?));
        let qty = unfold_sign(take(rest)?);
        side.push(Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty)));
    }
    Some(side)
}

const fn fold_sign(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

const fn unfold_sign(folded: u64) -> i64 {
    (folded >> 1).cast_signed() ^ -((folded & 1).cast_signed())
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn take(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        let bits = u64::from(byte & 0x7f);
        // The tenth byte has room for one bit.
        if shift == 63 && bits > 1 {
            return None;
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(levels: &[(i64, i64)]) -> Vec<Level> {
        (levels.iter())
            .map(|(price, qty)| Level::new(Price::from_mantissa(*price), Qty::from_mantissa(*qty)))
            .collect()
    }

    #[test]
    fn levels_come_back_exactly() {
        let check = |bids: &[(i64, i64)], asks: &[(i64, i64)]| {
            let (bids, asks) = (side(bids), side(asks));
            assert_eq!(unpack(&pack(&bids, &asks)), Ok((bids, asks)));
        };
        check(&[], &[]);
        check(&[(6_000_010, 51_200_000), (6_000_009, 1)], &[(6_000_011, 3)]);
        check(&[(i64::MAX, i64::MAX), (i64::MIN, i64::MIN), (0, 0)], &[(i64::MIN, 1), (i64::MAX, -1)]);
    }

    #[test]
    fn a_usual_book_takes_half_of_its_integers() {
        let bids: Vec<Level> =
            side(&(0..1_000).map(|at| (6_000_000 - at * 7, 51_234_567)).collect::<Vec<_>>());
        let bytes = pack(&bids, &[]).len();
        assert!(bytes < 8 * bids.len(), "{bytes} bytes");
    }

    #[test]
    fn damaged_bytes_are_refused_and_never_reserve_much() {
        let whole = pack(&side(&[(6_000_010, 51_200_000)]), &side(&[(6_000_011, 3)]));
        for end in 0..whole.len() {
            assert_eq!(unpack(&whole[..end]), Err(RowError::Levels), "cut off at {end}");
        }
        let mut longer = whole.clone();
        longer.push(0);
        assert_eq!(unpack(&longer), Err(RowError::Levels));
        let many = [VERSION, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(unpack(&many), Err(RowError::Levels));
        assert_eq!(unpack(&[2, 0, 0]), Err(RowError::Levels));
    }
}
