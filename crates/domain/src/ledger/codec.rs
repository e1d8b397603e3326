//! The ledger and its events as bytes. What follows from something else, such as who has which name, is not written, and
//! nothing is read that does not fit the rest.

use super::account::{Account, Balance, Holding};
use super::event::{LedgerEvent, Settled, SettledLeg};
use super::order::OrderMoney;
use super::position::Position;
use super::risk::{AssetLimits, MarketLimits, OrderRate, RiskLimits, RiskState};
use super::terms::{Asset, Terms};
use super::{AssetState, Ledger, LedgerBounds, Totals};
use crate::journal::{CodecError, Coded, Reader, coded_enum, coded_struct};

coded_struct!(Asset { code, scale });
coded_struct!(Totals { accounts, fees, faucet, venue });
coded_struct!(AssetState { asset, totals });
coded_struct!(Balance { free, reserved });
coded_struct!(Holding { balance, day_result, day });
coded_struct!(Position { qty, cost, realized, fees });
coded_struct!(OrderRate { orders, window_ms });
coded_struct!(MarketLimits { market, max_order_qty, max_position });
coded_struct!(AssetLimits { asset, max_order_notional, max_daily_loss });
coded_struct!(RiskLimits { max_open_orders, price_collar_bps, order_rate, markets, assets });
coded_struct!(RiskState { limits, is_killed, cancel_after, window, orders_in_window });
coded_struct!(OrderMoney { hold, account, market, side, fees, carry });
coded_struct!(SettledLeg { money, liquidity, spent, released, received, fee, fee_asset, fee_value });
coded_struct!(Settled { market, price, qty, base, quote, buyer, seller, at });

coded_enum!(LedgerEvent {
    1 => AssetAdded(asset),
    2 => MarketAdded { market, base, quote, scales },
    3 => MarketWidened { market, scales },
    4 => AccountOpened { user, name, fees },
    5 => AccountReset { account },
    6 => AccountCloned { source, name },
    7 => FeesSet { account, fees },
    8 => LimitsSet { account, limits },
    9 => KillSwitchSet { account, is_killed },
    10 => GlobalKillSwitchSet { is_killed },
    11 => CancelAfterSet { account, at },
    12 => Deposited { account, asset, amount },
    13 => Reserved { account, asset, amount },
    14 => Released { account, asset, amount },
    15 => Settled(settled),
    16 => OrderCounted { account, at },
});

impl Coded for Account {
    fn put(&self, out: &mut Vec<u8>) {
        self.user.put(out);
        self.name.put(out);
        self.version.put(out);
        self.predecessor.put(out);
        self.successor.put(out);
        self.fees.put(out);
        self.risk.put(out);
        put_used(&self.holdings, out);
        put_used(&self.positions, out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
        Ok(Self {
            user: Coded::take(from)?,
            name: Coded::take(from)?,
            version: Coded::take(from)?,
            predecessor: Coded::take(from)?,
            successor: Coded::take(from)?,
            fees: Coded::take(from)?,
            risk: Coded::take(from)?,
            holdings: take_used(from)?,
            positions: take_used(from)?,
        })
    }
}

/// Without what is at the end and was never used: it is there or not for no reason of the state's.
fn put_used<T: Coded + Default + PartialEq>(entries: &[T], out: &mut Vec<u8>) {
    let unused = entries.iter().rev().take_while(|entry| **entry == T::default()).count();
    let used = &entries[..entries.len() - unused];
    (used.len() as u64).put(out);
    for entry in used {
        entry.put(out);
    }
}

fn take_used<T: Coded + Default + PartialEq>(from: &mut Reader<'_>) -> Result<Vec<T>, CodecError> {
    let entries: Vec<T> = Coded::take(from)?;
    if entries.last() == Some(&T::default()) { Err(CodecError::NotCanonical) } else { Ok(entries) }
}

/// The bounds are the configuration's, not the state's: what is read has the default ones until
/// [`Ledger::set_bounds`].
impl Coded for Ledger {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_killed.put(out);
        self.assets.put(out);
        (self.markets.len() as u64).put(out);
        for terms in &self.markets {
            terms.market.put(out);
            terms.base.put(out);
            terms.quote.put(out);
            terms.scales.put(out);
        }
        self.accounts.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, CodecError> {
        let mut ledger = Self::new(LedgerBounds::default());
        ledger.is_killed = Coded::take(from)?;
        ledger.assets = Coded::take(from)?;
        for _ in 0..u64::take(from)? {
            ledger.markets.push(take_terms(&ledger, from)?);
        }
        ledger.accounts = Coded::take(from)?;
        ledger.restore_indices()?;
        Ok(ledger)
    }
}

fn take_terms(ledger: &Ledger, from: &mut Reader<'_>) -> Result<Terms, CodecError> {
    const MISFIT: CodecError = CodecError::OutOfRange("a market");
    let (market, base, quote) = (Coded::take(from)?, Coded::take(from)?, Coded::take(from)?);
    let scale_of = |asset| ledger.asset(asset).map(|found| (asset, found.scale)).ok_or(MISFIT);
    Terms::new(market, scale_of(base)?, scale_of(quote)?, Coded::take(from)?).map_err(|_| MISFIT)
}

impl Ledger {
    /// How large it may become from here on.
    pub const fn set_bounds(&mut self, bounds: LedgerBounds) {
        self.bounds = bounds;
    }

    /// Makes what follows from the accounts, and checks that they fit the rest.
    fn restore_indices(&mut self) -> Result<(), CodecError> {
        const MISFIT: CodecError = CodecError::OutOfRange("an account");
        let numbers: Vec<_> = self.accounts().map(|(number, _)| number).collect();
        for number in numbers {
            let account = &self.accounts[number.index()];
            let is_known =
                |other: Option<super::AccountNo>| other.is_none_or(|no| no.index() < self.accounts.len());
            let fits = account.holdings.len() <= self.assets.len()
                && account.positions.len() <= self.markets.len()
                && is_known(account.predecessor)
                && is_known(account.successor);
            if !fits {
                return Err(MISFIT);
            }
            if let Some(at) = account.risk.cancel_after {
                self.timers.insert((at, number));
            }
            if !account.is_closed()
                && self.by_name.insert((account.user, account.name.clone()), number).is_some()
            {
                return Err(MISFIT);
            }
        }
        Ok(())
    }
}
