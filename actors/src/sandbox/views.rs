//! The sandbox's state as clients see it.

use std::collections::BTreeMap;

use marketd_domain::ledger::{
    AVERAGE_EXTRA_DECIMALS, AccountNo, Amount, AssetNo, FeeRate, FeeSchedule, Liquidity, MarketNo,
};
use marketd_domain::numbers::write_fixed_i128;
use marketd_domain::sandbox::{
    Delay, Explanation, FillRecord, Latency, Order, OrderId, OrderList, QueueReport,
};
use marketd_domain::{BookSide, Price, Qty, Scales, Timestamp};
use marketd_protocol::sandbox::{
    AccountBody, AmendmentBody, AssetLimitsBody, BalanceBody, DelayBody, EntryBody, EvidenceBody,
    ExplainBody, ExplainedFill, FeesBody, FillBody, LatencyBody, LimitsBody, MarketLimitsBody, NumberText,
    OrderBody, OrderContext, OrderListBody, OrderRateBody, PositionBody, PreventedMatchBody, QueueBody,
    RiskBody, fill_body,
};
use marketd_store::sandbox::{AmendmentRow, EntryRow, PreventedRow};

use super::floor::Floor;

impl Floor {
    fn context<'a>(
        &'a self,
        (account, market): (AccountNo, MarketNo),
        scales: Scales,
        queue: Option<&QueueReport>,
    ) -> OrderContext<'a> {
        let terms = self.terms_of(market);
        OrderContext {
            market: terms.market.as_str(),
            account: self.account_name(account),
            scales,
            base: self.asset_of(terms.base),
            quote: self.asset_of(terms.quote),
            queue_ahead: queue.and_then(|queue| queue.queue_ahead),
        }
    }

    pub fn order_body(&self, order: &Order) -> OrderBody {
        self.order_body_at(order, self.terms_of(order.request.market).scales)
    }

    /// An order whose numbers are at these scales: those of its market when it was stored.
    pub fn order_body_at(&self, order: &Order, scales: Scales) -> OrderBody {
        let queue_ahead = self.sandbox.queue_ahead(order.order_id);
        let place = (order.account, order.request.market);
        OrderBody::of(order, &OrderContext { queue_ahead, ..self.context(place, scales, None) })
    }

    /// An order by a number that was given out just now.
    pub fn order_of(&self, order_id: OrderId) -> Option<OrderBody> {
        self.sandbox.order(order_id).map(|order| self.order_body(order))
    }

    /// A list with those of its orders that are remembered.
    pub fn order_list_body(&self, list: &OrderList) -> OrderListBody {
        OrderListBody {
            list_id: list.list_id.get(),
            account: self.account_name(list.account).to_owned(),
            kind: list.kind.as_str(),
            client_list_id: list.client_list_id.map(|id| id.as_str().to_owned()),
            orders: list.members().filter_map(|order_id| self.order_of(order_id)).collect(),
        }
    }

    pub fn fill_body(&self, record: &FillRecord) -> FillBody {
        self.fill_body_at(&record.fill, record.ts, self.terms_of(record.fill.market).scales)
    }

    pub fn fill_body_at(
        &self,
        fill: &marketd_domain::sandbox::Fill,
        ts: Timestamp,
        scales: Scales,
    ) -> FillBody {
        let context = self.context((fill.account, fill.market), scales, None);
        fill_body(fill, ts, &context, self.asset_of(fill.fee_asset))
    }

    pub fn explain_body(&self, explanation: &Explanation<'_>) -> ExplainBody {
        let order = explanation.order;
        let scales = self.terms_of(order.request.market).scales;
        let fills = explanation.fills.iter().rev().map(|record| ExplainedFill {
            fill: self.fill_body(record),
            evidence: EvidenceBody::of(&record.fill.evidence, scales),
        });
        let body = self.order_body(order);
        let queue = explanation.queue.as_ref().map(|queue| QueueBody::of(queue, scales));
        let waits_for_market = explanation.waits_for_market.map(marketd_domain::sandbox::Rule::as_str);
        ExplainBody {
            message: sentence_of(&body, queue.as_ref(), explanation),
            fills: fills.collect(),
            // They are in the store.
            prevented: None,
            amendments: None,
            queue,
            trigger_price: explanation.trigger_price.map(|price| price.to_text(scales.price)),
            waits_for_market,
            order: body,
        }
    }

    pub fn account_body(&self, account: AccountNo) -> Option<AccountBody> {
        let found = self.sandbox.ledger().account(account)?;
        Some(AccountBody {
            account: found.name.clone(),
            account_id: account.get(),
            version: found.version,
            predecessor_id: found.predecessor.map(AccountNo::get),
            successor_id: found.successor.map(AccountNo::get),
            is_default: found.successor.is_none() && found.name == Self::default_name(found.user),
            fees: fees_body(&found.fees),
            latency: latency_body(self.sandbox.latency(account)),
            kill_switch: found.risk.is_killed,
            open_orders: self.sandbox.open_order_count(account),
        })
    }

    pub fn balance_body(&self, account: AccountNo, asset: AssetNo) -> Option<BalanceBody> {
        let balance = self.sandbox.ledger().account(account)?.balance(asset);
        let held = self.asset_of(asset);
        let text = |amount: Amount| amount.to_trimmed_text(held.scale);
        Some(BalanceBody {
            asset: held.code.clone(),
            free: text(balance.free),
            reserved: text(balance.reserved),
            total: text(balance.total()),
        })
    }

    pub fn balance_bodies(&self, account: AccountNo) -> Vec<BalanceBody> {
        let Some(found) = self.sandbox.ledger().account(account) else { return Vec::new() };
        found.balances().filter_map(|(asset, _)| self.balance_body(account, asset)).collect()
    }

    pub fn position_bodies(&self, account: AccountNo) -> Vec<PositionBody> {
        let Some(found) = self.sandbox.ledger().account(account) else { return Vec::new() };
        found.positions().filter_map(|(market, _)| self.position_body(account, market)).collect()
    }

    pub fn position_body(&self, account: AccountNo, market: MarketNo) -> Option<PositionBody> {
        let position = self.sandbox.ledger().account(account)?.position(market);
        let terms = self.terms_of(market);
        let (base, quote) = (self.asset_of(terms.base), self.asset_of(terms.quote));
        let mark = self.mark_of(market);
        let text = |amount: Amount| amount.to_trimmed_text(quote.scale);
        let entry = position.average_entry(terms).map(|mantissa| {
            let mut out = Vec::with_capacity(24);
            write_fixed_i128(&mut out, mantissa, terms.scales.price.decimals() + AVERAGE_EXTRA_DECIMALS);
            String::from_utf8_lossy(&out).into_owned()
        });
        Some(PositionBody {
            market: terms.market.as_str().to_owned(),
            qty: position.qty.to_trimmed_text(base.scale),
            entry_price: entry,
            mark_price: mark.map(|mark| mark.to_text(terms.scales.price)),
            realized_pnl: text(position.realized),
            unrealized_pnl: mark.and_then(|mark| position.unrealized(terms, mark)).map(text),
            fees: text(position.fees),
            quote: quote.code.clone(),
        })
    }

    /// The price that positions are valued at, from the board: the middle of the book rounded down, else the last print.
    pub fn mark_of(&self, market: MarketNo) -> Option<Price> {
        let terms = self.terms_of(market);
        let entry = self.board.market(terms.market.as_str())?;
        let state = entry.state().read();
        let best = |side| state.book().side(side).best().map(|level| level.price.mantissa());
        let middle = best(BookSide::Bid).zip(best(BookSide::Ask)).map(|(bid, ask)| bid.midpoint(ask));
        let last = || state.trades().last().map(|last| last.trade.price.mantissa());
        let mark = Price::from_mantissa(middle.or_else(last)?);
        // Without the digits that the ledger's scale does not have: a mark is no price that anybody pays.
        let (from, to) = (state.scales().price, terms.scales.price);
        mark.rescaled(from, to)
    }

    pub fn entry_body(&self, row: &EntryRow) -> EntryBody {
        let asset = self.asset_of(row.asset);
        EntryBody {
            seq: row.seq,
            line: row.line,
            owner: row.owner.as_str(),
            asset: asset.code.clone(),
            amount: row.amount.to_trimmed_text(asset.scale),
            kind: row.kind.clone(),
            ts: row.at.micros(),
        }
    }

    pub fn risk_body(&self, account: AccountNo) -> Option<RiskBody> {
        let ledger = self.sandbox.ledger();
        let found = ledger.account(account)?;
        Some(RiskBody {
            account: found.name.clone(),
            limits: self.limits_body(&found.risk.limits),
            kill_switch: found.risk.is_killed,
            kill_switch_global: ledger.is_killed(),
            cancel_after: found.risk.cancel_after.map(Timestamp::micros),
            open_orders: self.sandbox.open_order_count(account),
        })
    }

    fn limits_body(&self, limits: &marketd_domain::ledger::RiskLimits) -> LimitsBody {
        let amount = |amount: Option<Amount>, asset: AssetNo| {
            let scale = self.asset_of(asset).scale;
            amount.map(|amount| NumberText::new(&amount.to_trimmed_text(scale)))
        };
        LimitsBody {
            max_open_orders: limits.max_open_orders,
            price_collar_bps: limits.price_collar_bps,
            order_rate: limits
                .order_rate
                .map(|rate| OrderRateBody { orders: rate.orders, window_ms: rate.window_ms }),
            markets: (limits.markets.iter())
                .map(|of| {
                    let terms = self.terms_of(of.market);
                    MarketLimitsBody {
                        market: terms.market.as_str().to_owned(),
                        max_order_qty: of
                            .max_order_qty
                            .map(|qty| NumberText::new(&qty.to_text(terms.scales.qty))),
                        max_position: amount(of.max_position, terms.base),
                    }
                })
                .collect(),
            assets: (limits.assets.iter())
                .map(|of| AssetLimitsBody {
                    asset: self.asset_of(of.asset).code.clone(),
                    max_order_notional: amount(of.max_order_notional, of.asset),
                    max_daily_loss: amount(of.max_daily_loss, of.asset),
                })
                .collect(),
        }
    }

    /// Totals of each asset over accounts, fees, faucet and venue: they sum to zero.
    pub fn totals(&self) -> BTreeMap<String, [String; 4]> {
        (self.sandbox.ledger().assets())
            .map(|(_, asset, totals)| {
                let parts = [totals.accounts, totals.fees, totals.faucet, totals.venue];
                (asset.code.clone(), parts.map(|amount| amount.to_trimmed_text(asset.scale)))
            })
            .collect()
    }
}

pub fn prevented_body(row: &PreventedRow) -> PreventedMatchBody {
    let qty = |qty: Qty| qty.to_text(row.scales.qty);
    PreventedMatchBody {
        match_id: row.seq,
        taker_order_id: row.taker_order_id,
        maker_order_id: row.maker_order_id,
        self_trade_prevention: row.prevention.clone(),
        price: row.price.to_text(row.scales.price),
        qty: qty(row.qty),
        taker_qty: qty(row.taker_qty),
        maker_qty: qty(row.maker_qty),
        ts: row.at.micros(),
    }
}

pub fn amendment_body(row: &AmendmentRow) -> AmendmentBody {
    let price = |price: Option<Price>| price.map(|price| price.to_text(row.scales.price));
    AmendmentBody {
        seq: row.seq,
        qty_before: row.qty_before.to_text(row.scales.qty),
        qty: row.qty.to_text(row.scales.qty),
        price_before: price(row.price_before),
        price: price(row.price),
        stop_price_before: price(row.stop_price_before),
        stop_price: price(row.stop_price),
        client_order_id_before: row.client_order_id_before.clone(),
        client_order_id: row.client_order_id.clone(),
        kept_place: row.kept_place,
        ts: row.at.micros(),
    }
}

/// What an explanation comes to, for people.
fn sentence_of(order: &OrderBody, queue: Option<&QueueBody>, explanation: &Explanation<'_>) -> String {
    if let Some(rule) = explanation.waits_for_market {
        return format!("nothing fills at the moment: {}", rule);
    }
    if let Some(reason) = order.reason {
        return format!("{}: {reason}", order.status);
    }
    match (queue, &explanation.trigger_price, order.status) {
        (_, _, "filled") => "filled".to_owned(),
        (Some(QueueBody { queue_ahead: Some(ahead), sandbox_ahead, traded_since, .. }), ..) => format!(
            "it stands in the queue: {ahead} of the venue and {sandbox_ahead} of the sandbox are ahead of it, \
             {traded_since} has traded at its price since it stands there"
        ),
        (Some(_), ..) => {
            "its price is beyond what the venue shows, so what is ahead of it is not known".to_owned()
        }
        (None, Some(_), _) => "it waits for its price".to_owned(),
        (None, None, _) => {
            "it is on its way to the market, or waits for another order of its list".to_owned()
        }
    }
}

/// A rate in millionths as a share.
fn rate_text(rate: FeeRate) -> String {
    let mut out = Vec::with_capacity(12);
    marketd_domain::numbers::write_trimmed_i128(&mut out, i128::from(rate.millionths()), 6);
    String::from_utf8_lossy(&out).into_owned()
}

fn fees_body(fees: &FeeSchedule) -> FeesBody {
    FeesBody {
        maker: rate_text(fees.rate(Liquidity::Maker)),
        taker: rate_text(fees.rate(Liquidity::Taker)),
        fee_in: fees.paid_in.as_str(),
    }
}

fn latency_body(latency: Latency) -> LatencyBody {
    let delay = |delay: Delay| match delay {
        Delay::None => DelayBody::None,
        Delay::Constant { ns } => DelayBody::Constant { us: ns / 1_000 },
        Delay::Uniform { min_ns, max_ns } => {
            DelayBody::Uniform { min_us: min_ns / 1_000, max_us: max_ns / 1_000 }
        }
        Delay::LongTail { min_ns, mean_ns } => {
            DelayBody::LongTail { min_us: min_ns / 1_000, mean_us: mean_ns / 1_000 }
        }
    };
    LatencyBody {
        entry: delay(latency.entry),
        cancel: delay(latency.cancel),
        reply: delay(latency.reply),
        seed: latency.seed,
    }
}
