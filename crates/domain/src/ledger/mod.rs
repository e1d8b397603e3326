//! The sandbox's money: who has how much of what, by double entry, in exact integers.

mod amount;
mod fees;
mod ids;
mod refusal;
mod terms;

pub use amount::{Amount, Rounding, mul_div};
pub use fees::{FeeCarry, FeeIn, FeeRate, FeeSchedule, Liquidity, charge, worst_charge};
pub use ids::{AccountNo, AssetNo, MarketNo, UserNo};
pub use refusal::Refusal;
pub use terms::{Asset, Terms};
