//! What holds of every sandbox between two inputs.

use marketd_domain::ledger::{Need, OrderMoney, worst_cost};
use marketd_domain::sandbox::{EndReason, Phase, Sandbox};

pub fn assert_sound(sandbox: &Sandbox, at: &str) {
    let ledger = sandbox.ledger();
    let mut open: Vec<OrderMoney> = Vec::new();
    for order in sandbox.orders() {
        let terms = ledger.terms(order.request.market).expect("a market");
        let worst =
            worst_cost(terms, order.request.side, &order.need, order.money.fees(), order.money.carry());
        assert_eq!(worst.ok(), Some(order.money.hold()), "{at}: {order:?}");
        assert_eq!(order.phase == Phase::Done, order.status.is_final(), "{at}: {order:?}");
        if order.phase == Phase::Done {
            assert_eq!(order.need, Need::Nothing, "{at}: {order:?}");
        } else {
            open.push(order.money);
            // What is left can still be filled, or it would stand there for ever.
            assert!(!order.remaining().is_zero() || order.request.qty.is_none(), "{at}: {order:?}");
            // What is due has happened.
            assert!(order.request.expires_at.is_none_or(|due| due > sandbox.now()), "{at}: {order:?}");
            let is_late = order.phase == Phase::Entering && order.effective_at <= sandbox.now();
            assert!(!is_late, "{at}: {order:?}");
            assert!(order.change.is_none_or(|change| change.effective_at > sandbox.now()), "{at}: {order:?}");
        }
        if let Some(qty) = order.request.qty {
            let used = order.filled_qty.mantissa() + order.prevented_qty.mantissa();
            assert!(used <= qty.mantissa(), "{at}: {order:?}");
            // Whatever self-trade prevention ended is accounted for.
            let is_prevented = order.reason == Some(EndReason::SelfTrade);
            assert!(!is_prevented || used == qty.mantissa(), "{at}: {order:?}");
        }
    }
    for order in sandbox.orders() {
        assert_eq!(order.prevented_match.is_some(), !order.prevented_qty.is_zero(), "{at}: {order:?}");
    }
    for (account, found) in ledger.accounts() {
        assert!(found.risk.cancel_after.is_none_or(|due| due > sandbox.now()), "{at}: {account}");
    }
    ledger.audit(open.iter()).unwrap_or_else(|broken| panic!("{at}: {broken:?}"));
}
