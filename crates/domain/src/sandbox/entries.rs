//! An event in double entry: who has how much more or less of what since it happened.

use super::Sandbox;
use super::event::{Event, EventBody, Fill, OrderAccepted, ReservedChange};
use crate::ledger::{Entry, Lines, Owner, given_asset};
use crate::matching::OrderSide;

impl Sandbox {
    /// The lines of an event that this sandbox has applied, live or from a journal; zero for each asset together. All lines
    /// of an account sum to its balances. A clone's are right until its source's balance changes, so ask before the next
    /// input; all others at any time.
    pub fn entries(&self, event: &Event) -> Vec<Entry> {
        match &event.body {
            EventBody::Ledger(event) => self.ledger.entries(event),
            EventBody::OrderAccepted(accepted) => self.accepted_entries(accepted),
            EventBody::OrderFilled(fill) => self.fill_entries(fill),
            EventBody::OrderAmended(amended) => reserved_entries(&amended.reserved),
            EventBody::OrderPrevented { reserved, .. }
            | EventBody::NeedChanged { reserved, .. }
            | EventBody::OrderEnded { reserved, .. }
            | EventBody::OrderActivated { reserved, .. } => reserved_entries(reserved),
            EventBody::MarketListed(_)
            | EventBody::MarketWidened(_)
            | EventBody::SelfTradePrevented(_)
            | EventBody::RulesSet { .. }
            | EventBody::MarketStatusChanged { .. }
            | EventBody::OrderArmed { .. }
            | EventBody::StopMoved { .. }
            | EventBody::OrderTriggered { .. }
            | EventBody::OrderRested(_)
            | EventBody::CancelRequested { .. }
            | EventBody::AmendRequested { .. }
            | EventBody::ChangeRefused { .. }
            | EventBody::LatencySet { .. }
            | EventBody::ListAccepted(_) => Vec::new(),
        }
    }

    fn accepted_entries(&self, accepted: &OrderAccepted) -> Vec<Entry> {
        let Some(terms) = self.ledger.terms(accepted.request.market) else { return Vec::new() };
        reserved_entries(&ReservedChange {
            account: accepted.account,
            asset: given_asset(terms, accepted.request.side),
            amount: accepted.reserved,
        })
    }

    /// Each fill is booked against the venue. Where two sandbox orders met, what one of them gave to it the other took
    /// from it.
    fn fill_entries(&self, fill: &Fill) -> Vec<Entry> {
        let Some(terms) = self.ledger.terms(fill.market) else { return Vec::new() };
        let (given, taken) = match fill.side {
            OrderSide::Buy => (terms.quote, terms.base),
            OrderSide::Sell => (terms.base, terms.quote),
        };
        let (free, reserved) = (Owner::Free(fill.account), Owner::Reserved(fill.account));
        let mut lines = Lines::default();
        lines.moved(reserved, Owner::Venue, given, fill.spent);
        lines.moved(reserved, free, given, fill.released);
        lines.moved(Owner::Venue, free, taken, fill.received);
        // Out of what was spent in its asset, or on top of what was received.
        lines.moved(Owner::Venue, Owner::Fees, fill.fee_asset, fill.fee);
        lines.into_entries()
    }
}

fn reserved_entries(change: &ReservedChange) -> Vec<Entry> {
    let ReservedChange { account, asset, amount } = *change;
    let mut lines = Lines::default();
    lines.moved(Owner::Free(account), Owner::Reserved(account), asset, amount);
    lines.into_entries()
}
