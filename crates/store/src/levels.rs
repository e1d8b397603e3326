//! A book's levels in few bytes, exactly.
//!
//! One byte of version; then for the bids and for the asks: how many, and each level as the difference of its price to
//! the one before and its quantity, as [`crate::packing`] has numbers. Neighbouring prices are close, so a level takes
//! some seven bytes in place of sixteen.

use marketd_domain::book::Level;
use marketd_domain::{Price, Qty};

use crate::packing::{put, put_signed, take, take_signed};
use crate::rows::RowError;

const VERSION: u8 = 1;

pub(crate) fn pack(bids: &[Level], asks: &[Level]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + 8 * (bids.len() + asks.len()));
    out.push(VERSION);
    put_side(&mut out, bids);
    put_side(&mut out, asks);
    out
}

pub(crate) fn put_side(out: &mut Vec<u8>, levels: &[Level]) {
    put(out, levels.len() as u64);
    let mut price_before = 0;
    for level in levels {
        let price = level.price.mantissa();
        // Wrapping both ways is exact for any two prices.
        put_signed(out, price.wrapping_sub(price_before));
        put_signed(out, level.qty.mantissa());
        price_before = price;
    }
}

pub(crate) fn unpack(bytes: &[u8]) -> Result<(Vec<Level>, Vec<Level>), RowError> {
    let mut rest = bytes.strip_prefix(&[VERSION]).ok_or(RowError::Packed)?;
    let bids = take_side(&mut rest).ok_or(RowError::Packed)?;
    let asks = take_side(&mut rest).ok_or(RowError::Packed)?;
    if rest.is_empty() { Ok((bids, asks)) } else { Err(RowError::Packed) }
}

pub(crate) fn take_side(rest: &mut &[u8]) -> Option<Vec<Level>> {
    let count = usize::try_from(take(rest)?).ok()?;
    // A level takes at least two bytes, so damaged bytes cannot make us reserve more than they are.
    if count > rest.len() / 2 {
        return None;
    }
    let mut side = Vec::with_capacity(count);
    let mut price: i64 = 0;
    for _ in 0..count {
        price = price.wrapping_add(take_signed(rest)?);
        let qty = take_signed(rest)?;
        side.push(Level::new(Price::from_mantissa(price), Qty::from_mantissa(qty)));
    }
    Some(side)
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
            assert_eq!(unpack(&whole[..end]), Err(RowError::Packed), "cut off at {end}");
        }
        let mut longer = whole.clone();
        longer.push(0);
        assert_eq!(unpack(&longer), Err(RowError::Packed));
        let many = [VERSION, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(unpack(&many), Err(RowError::Packed));
        assert_eq!(unpack(&[2, 0, 0]), Err(RowError::Packed));
    }
}
