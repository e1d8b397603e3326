//! Programs that trade: each request has a name, and one whose outcome is not known is asked for before it is sent again.

use marketd_domain::ledger::{AccountNo, MarketNo};
use marketd_domain::matching::OrderSide;
use marketd_domain::sandbox::{
    Amend, ClientOrderId, Command, OrderId, OrderRequest, OrderType, SelfTradePrevention, TimeInForce,
};
use marketd_domain::{Price, Qty, Timestamp};

use super::super::draw::Draw;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// The server went away before it answered.
    Unknown,
    Accepted(OrderId),
    Refused,
}

#[derive(Debug, Clone)]
pub struct Placed {
    pub account: AccountNo,
    pub request: OrderRequest,
    pub outcome: Outcome,
}

#[derive(Debug, Default)]
pub struct Clients {
    pub placed: Vec<Placed>,
    /// Orders of which it was told that they are cancelled, or that a cancel is on its way.
    pub cancelled: Vec<OrderId>,
}

/// What a client does next.
#[derive(Debug, Clone)]
pub enum Act {
    /// The order of this number among those placed.
    Place(usize),
    /// Asks what became of it.
    Ask(usize),
    Do(Box<Command>),
}

impl Clients {
    pub fn act(&mut self, now: Timestamp, draw: &mut Draw) -> Act {
        if let Some(number) = self.placed.iter().position(|placed| placed.outcome == Outcome::Unknown) {
            return Act::Ask(number);
        }
        let account = AccountNo::new(draw.below(3) as u32);
        let known: Vec<(AccountNo, OrderId)> = (self.placed.iter())
            .filter_map(|placed| match placed.outcome {
                Outcome::Accepted(order_id) => Some((placed.account, order_id)),
                _ => None,
            })
            .collect();
        if known.is_empty() || draw.one_in(2) {
            let request = self.request(now, draw);
            self.placed.push(Placed { account, request, outcome: Outcome::Sent });
            return Act::Place(self.placed.len() - 1);
        }
        let latest = known.len().saturating_sub(12);
        let (owner, order_id) = draw.pick(&known[latest..]);
        Act::Do(Box::new(match draw.below(8) {
            0..3 => Command::CancelOrder { account: owner, order_id },
            3..6 => {
                let qty = Some(Qty::from_mantissa(draw.between(1, 25)));
                let price = draw.one_in(3).then(|| Price::from_mantissa(draw.between(94, 106)));
                Command::AmendOrder {
                    account: owner,
                    order_id,
                    amend: Amend { qty, price, ..Amend::default() },
                }
            }
            6 => Command::CancelAll { account, market: None },
            _ => {
                let at = Some(Timestamp::from_nanos(now.nanos() + draw.between(1, 60) * 1_000_000));
                Command::CancelAfter { account, at }
            }
        }))
    }

    fn request(&self, now: Timestamp, draw: &mut Draw) -> OrderRequest {
        let side = draw.pick(&[OrderSide::Buy, OrderSide::Sell]);
        let qty = Qty::from_mantissa(draw.between(1, 25));
        let price = |draw: &mut Draw| Price::from_mantissa(draw.between(94, 106));
        let market = MarketNo::new(0);
        let limit = OrderRequest::limit(market, side, qty, price(draw));
        let mut request = match draw.below(10) {
            0 => OrderRequest::market(market, side, qty),
            1 => OrderRequest {
                order_type: OrderType::Stop,
                stop_price: Some(price(draw)),
                time_in_force: TimeInForce::Gtc,
                ..OrderRequest::market(market, side, qty)
            },
            2 | 3 => {
                let at = Timestamp::from_nanos(now.nanos() + draw.between(1, 80) * 1_000_000);
                OrderRequest { time_in_force: TimeInForce::Gtd, expires_at: Some(at), ..limit }
            }
            4 => OrderRequest { time_in_force: TimeInForce::Ioc, ..limit },
            5 => OrderRequest {
                display_qty: Some(Qty::from_mantissa(draw.between(1, qty.mantissa()))),
                ..limit
            },
            _ => limit,
        };
        request.self_trade_prevention = draw.pick(SelfTradePrevention::ALL);
        request.client_order_id = ClientOrderId::parse(&format!("request-{}", self.placed.len()));
        request
    }

    /// The server is gone: what was not answered may have happened.
    pub fn lose_server(&mut self) {
        for placed in self.placed.iter_mut().filter(|placed| placed.outcome == Outcome::Sent) {
            placed.outcome = Outcome::Unknown;
        }
    }
}
