//! Encodings of the values that events are made of.

use super::bytes::{CodecError, Coded, Reader, coded_enum, coded_struct};
use crate::instrument::MarketId;
use crate::ledger::{
    AccountNo, Amount, AssetNo, FeeCarry, FeeIn, FeeRate, FeeSchedule, Liquidity, MarketNo, Need, UserNo,
};
use crate::matching::OrderSide;
use crate::numbers::{Notional, Price, Qty, Scale, Scales};
use crate::time::Timestamp;

/// For a value that is made from an integer and gives it back.
macro_rules! coded_by {
    ($($name:ty: $of:path, $to:ident;)+) => {
        $(impl Coded for $name {
            fn put(&self, out: &mut Vec<u8>) {
                self.$to().put(out);
            }

            fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
                Coded::take(from).map($of)
            }
        })+
    };
}

coded_by! {
    Price: Price::from_mantissa, mantissa;
    Qty: Qty::from_mantissa, mantissa;
    Notional: Notional::from_mantissa, mantissa;
    Amount: Amount::from_units, units;
    Timestamp: Timestamp::from_nanos, nanos;
    AccountNo: AccountNo::new, get;
    UserNo: UserNo::new, get;
    AssetNo: AssetNo::new, get;
    MarketNo: MarketNo::new, get;
}

/// As above, for a value that not every integer makes.
macro_rules! coded_if {
    ($($name:ty: $of:path, $to:ident, $what:literal;)+) => {
        $(impl Coded for $name {
            fn put(&self, out: &mut Vec<u8>) {
                self.$to().put(out);
            }

            fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
                Coded::take(from).and_then(|value| $of(value).ok_or(CodecError::OutOfRange($what)))
            }
        })+
    };
}

coded_if! {
    Scale: Scale::new, decimals, "a scale";
    FeeRate: FeeRate::from_millionths, millionths, "a fee rate";
    FeeCarry: FeeCarry::from_millionths, millionths, "a fee carry";
}

coded_struct!(Scales { price, qty });
coded_enum!(OrderSide { 0 => Buy, 1 => Sell });
coded_enum!(Liquidity { 0 => Maker, 1 => Taker });
coded_enum!(FeeIn { 0 => Received, 1 => Quote });
coded_enum!(Need { 0 => Nothing, 1 => Base { price, qty }, 2 => Quote(amount) });

impl Coded for FeeSchedule {
    fn put(&self, out: &mut Vec<u8>) {
        self.rate(Liquidity::Maker).put(out);
        self.rate(Liquidity::Taker).put(out);
        self.paid_in.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
        Self::new(FeeRate::take(from)?, FeeRate::take(from)?, FeeIn::take(from)?)
            .map_err(|_| CodecError::OutOfRange("a fee schedule"))
    }
}

impl Coded for MarketId {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_str().to_owned().put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
        String::take(from)?.parse().map_err(|_| CodecError::OutOfRange("a market id"))
    }
}
