//! One account: its balances, its positions and its limits.

use super::amount::Amount;
use super::fees::FeeSchedule;
use super::ids::{AccountNo, AssetNo, MarketNo, UserNo};
use super::position::Position;
use super::risk::RiskState;
use crate::time::Timestamp;

/// What an account has of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Balance {
    pub free: Amount,
    /// What open orders may cost at worst.
    pub reserved: Amount,
}

impl Balance {
    /// Cannot overflow: the ledger bounds what there is of an asset.
    pub const fn total(&self) -> Amount {
        Amount::from_units(self.free.units() + self.reserved.units())
    }
}

/// A balance, and what the day's trading has brought in this asset as quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Holding {
    pub balance: Balance,
    /// Realized less fees of the day.
    pub day_result: Amount,
    /// Days since the epoch, UTC.
    pub day: i32,
}

const DAY_NANOS: i64 = 86_400_000_000_000;

/// The UTC day of a moment: an `i64` of nanoseconds has fewer than 2^18 of them.
pub(super) const fn day_of(at: Timestamp) -> i32 {
    at.nanos().div_euclid(DAY_NANOS) as i32
}

impl Holding {
    /// The result of the day of `at`.
    pub const fn result_on(&self, day: i32) -> Amount {
        if day > self.day { Amount::ZERO } else { self.day_result }
    }

    /// Adds to the day's result. A clock that went back does not bring an old day back.
    pub fn with_result(self, day: i32, result: Amount) -> Option<Self> {
        Some(Self { day_result: self.result_on(day).checked_add(result)?, day: self.day.max(day), ..self })
    }
}

/// An account in one of its versions. A reset closes it and opens a successor; what is closed stays readable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub user: UserNo,
    /// Unique among the open accounts of a user.
    pub name: String,
    /// 1, and one more with each reset.
    pub version: u32,
    pub predecessor: Option<AccountNo>,
    pub successor: Option<AccountNo>,
    pub fees: FeeSchedule,
    pub risk: RiskState,
    pub(super) holdings: Vec<Holding>,
    pub(super) positions: Vec<Position>,
}

impl Account {
    pub(super) fn new(user: UserNo, name: String, fees: FeeSchedule) -> Self {
        Self {
            user,
            name,
            version: 1,
            predecessor: None,
            successor: None,
            fees,
            risk: RiskState::default(),
            holdings: Vec::new(),
            positions: Vec::new(),
        }
    }

    pub const fn is_closed(&self) -> bool {
        self.successor.is_some()
    }

    pub fn balance(&self, asset: AssetNo) -> Balance {
        self.holding(asset).balance
    }

    /// Of every asset that it ever had some of.
    pub fn balances(&self) -> impl Iterator<Item = (AssetNo, Balance)> + '_ {
        let used = |(_, holding): &(u32, &Holding)| **holding != Holding::default();
        (0u32..).zip(&self.holdings).filter(used).map(|(no, holding)| (AssetNo::new(no), holding.balance))
    }

    pub fn position(&self, market: MarketNo) -> Position {
        self.positions.get(market.index()).copied().unwrap_or_default()
    }

    /// In every market that it ever traded in.
    pub fn positions(&self) -> impl Iterator<Item = (MarketNo, Position)> + '_ {
        let used = |(_, position): &(u32, &Position)| **position != Position::default();
        (0u32..).zip(&self.positions).filter(used).map(|(no, position)| (MarketNo::new(no), *position))
    }

    /// Realized less fees on the UTC day of `at`, in markets of this quote.
    pub fn day_result(&self, quote: AssetNo, at: Timestamp) -> Amount {
        self.holding(quote).result_on(day_of(at))
    }

    #[inline]
    pub(super) fn holding(&self, asset: AssetNo) -> Holding {
        self.holdings.get(asset.index()).copied().unwrap_or_default()
    }

    #[inline]
    pub(super) fn holding_mut(&mut self, asset: AssetNo) -> &mut Holding {
        grown(&mut self.holdings, asset.index())
    }

    #[inline]
    pub(super) fn position_mut(&mut self, market: MarketNo) -> &mut Position {
        grown(&mut self.positions, market.index())
    }
}

/// The entry at `index`, made when it is not there: never more than there are assets or markets.
#[inline]
fn grown<T: Default + Clone>(entries: &mut Vec<T>, index: usize) -> &mut T {
    if index >= entries.len() {
        entries.resize(index + 1, T::default());
    }
    &mut entries[index]
}
