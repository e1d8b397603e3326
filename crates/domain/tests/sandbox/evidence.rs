//! What every fill says of itself, held against what the venue really sent: no print and no displayed quantity
//! serves twice, prices are never better than evidence allows, and nothing fills while the market is not live.

use std::collections::BTreeMap;

use marketd_domain::matching::OrderSide;
use marketd_domain::sandbox::{Event, EventBody, Evidence, Fill};

/// By market, side and price.
type Key = (u32, bool, i64);

#[derive(Default)]
pub struct Evidences {
    /// Of each print, what went to orders.
    printed: BTreeMap<(u32, String), i64>,
    /// Of each level, what was displayed when it was last taken from, and what was consumed of it then.
    consumed: BTreeMap<Key, (u64, i64)>,
}

impl Evidences {
    pub fn check(&mut self, events: &[Event], at: &str) {
        for event in events {
            if let EventBody::OrderFilled(fill) = &event.body {
                self.check_fill(fill, at);
            }
        }
    }

    fn check_fill(&mut self, fill: &Fill, at: &str) {
        let (price, qty) = (fill.price.mantissa(), fill.qty.mantissa());
        assert!(qty > 0, "{at}: {fill:?}");
        let market = fill.market.get();
        match fill.evidence {
            Evidence::Print(print) => {
                let used = self.printed.entry((market, print.trade_id.to_string())).or_default();
                assert_eq!(*used, print.shared_before.mantissa(), "{at}: {fill:?}");
                *used += qty;
                assert!(*used <= print.qty.mantissa(), "{at}: a print was handed out twice: {fill:?}");
                assert!(
                    print.queue_after <= print.queue_before && print.queue_after.is_zero(),
                    "{at}: {fill:?}"
                );
                let reached = match fill.side {
                    OrderSide::Buy => print.price <= fill.price,
                    OrderSide::Sell => print.price >= fill.price,
                };
                assert!(reached, "{at}: {fill:?}");
            }
            Evidence::Level(level) | Evidence::Crossed(level) => {
                let used = level.consumed_before.mantissa() + qty;
                assert!(used <= level.displayed.mantissa(), "{at}: more than is displayed: {fill:?}");
                let key = (market, fill.side == OrderSide::Buy, level.price.mantissa());
                // Within one book, what was consumed before is what the fills before consumed.
                if let Some((book_seq, consumed)) = self.consumed.get(&key)
                    && *book_seq == level.book.book_seq
                {
                    assert_eq!(*consumed, level.consumed_before.mantissa(), "{at}: {fill:?}");
                }
                self.consumed.insert(key, (level.book.book_seq, used));
                if matches!(fill.evidence, Evidence::Level(_)) {
                    assert_eq!(price, level.price.mantissa(), "{at}: {fill:?}");
                }
            }
            Evidence::Order { order_id, .. } => assert_ne!(order_id, fill.order_id, "{at}: {fill:?}"),
        }
    }
}
