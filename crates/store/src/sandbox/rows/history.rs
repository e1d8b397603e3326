//! What became of orders otherwise than by fills, and the lists that they belong to.

use marketd_domain::ledger::{AccountNo, MarketNo};
use marketd_domain::{Price, Qty, Scales, Timestamp};

use super::{Cell, Cells, Int, Table, TableRow, Text, count, count_if, int, scale, text};
use crate::rows::RowError;

/// A match that self-trade prevention kept from happening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreventedRow {
    /// Of its event, and the match's number.
    pub seq: u64,
    pub account: AccountNo,
    pub market: MarketNo,
    pub taker_order_id: u64,
    pub maker_order_id: u64,
    pub prevention: String,
    pub price: Price,
    /// What would have traded.
    pub qty: Qty,
    /// What the orders lost by it.
    pub taker_qty: Qty,
    pub maker_qty: Qty,
    pub scales: Scales,
    pub at: Timestamp,
}

/// New values of an order, and those before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmendmentRow {
    /// Of its event.
    pub seq: u64,
    pub order_id: u64,
    pub account: AccountNo,
    pub market: MarketNo,
    pub qty_before: Qty,
    pub qty: Qty,
    pub price_before: Option<Price>,
    pub price: Option<Price>,
    pub stop_price_before: Option<Price>,
    pub stop_price: Option<Price>,
    pub client_order_id_before: Option<String>,
    pub client_order_id: Option<String>,
    /// It kept its place in the queue.
    pub kept_place: bool,
    pub scales: Scales,
    pub at: Timestamp,
}

/// Orders that depend on each other. What became of them is in their rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderListRow {
    pub list_id: u64,
    pub account: AccountNo,
    pub market: MarketNo,
    pub kind: String,
    /// The client's own name for it.
    pub client_list_id: Option<String>,
    pub first: u64,
    pub second: u64,
    pub third: Option<u64>,
    pub created_at: Timestamp,
}

fn price_if(price: Option<Price>) -> Cell {
    Cell::Int(price.map(Price::mantissa))
}

impl Cells {
    fn price_if(&mut self) -> Result<Option<Price>, RowError> {
        Ok(self.int_if()?.map(Price::from_mantissa))
    }

    fn qty(&mut self) -> Result<Qty, RowError> {
        self.int().map(Qty::from_mantissa)
    }
}

table_row!(PreventedRow in "sandbox_prevented", key 1, replaced false, |row, cells| {
    "seq" Int = count(row.seq);
    "account_no" Int = int(row.account.get());
    "market_no" Int = int(row.market.get());
    "taker_order_id" Int = count(row.taker_order_id);
    "maker_order_id" Int = count(row.maker_order_id);
    "prevention" Text = text(&row.prevention);
    "price" Int = int(row.price.mantissa());
    "qty" Int = int(row.qty.mantissa());
    "taker_qty" Int = int(row.taker_qty.mantissa());
    "maker_qty" Int = int(row.maker_qty.mantissa());
    "price_scale" Int = scale(row.scales.price);
    "qty_scale" Int = scale(row.scales.qty);
    "ts_us" Int = int(row.at.micros());
} => Self {
    seq: cells.count()?,
    account: cells.account()?,
    market: cells.market()?,
    taker_order_id: cells.count()?,
    maker_order_id: cells.count()?,
    prevention: cells.text()?,
    price: Price::from_mantissa(cells.int()?),
    qty: cells.qty()?,
    taker_qty: cells.qty()?,
    maker_qty: cells.qty()?,
    scales: cells.scales()?,
    at: cells.at()?,
});

table_row!(AmendmentRow in "sandbox_amendments", key 1, replaced false, |row, cells| {
    "seq" Int = count(row.seq);
    "order_id" Int = count(row.order_id);
    "account_no" Int = int(row.account.get());
    "market_no" Int = int(row.market.get());
    "qty_before" Int = int(row.qty_before.mantissa());
    "qty" Int = int(row.qty.mantissa());
    "price_before" Int = price_if(row.price_before);
    "price" Int = price_if(row.price);
    "stop_price_before" Int = price_if(row.stop_price_before);
    "stop_price" Int = price_if(row.stop_price);
    "client_order_id_before" Text = Cell::Text(row.client_order_id_before.clone());
    "client_order_id" Text = Cell::Text(row.client_order_id.clone());
    "kept_place" Int = int(row.kept_place);
    "price_scale" Int = scale(row.scales.price);
    "qty_scale" Int = scale(row.scales.qty);
    "ts_us" Int = int(row.at.micros());
} => Self {
    seq: cells.count()?,
    order_id: cells.count()?,
    account: cells.account()?,
    market: cells.market()?,
    qty_before: cells.qty()?,
    qty: cells.qty()?,
    price_before: cells.price_if()?,
    price: cells.price_if()?,
    stop_price_before: cells.price_if()?,
    stop_price: cells.price_if()?,
    client_order_id_before: cells.text_if()?,
    client_order_id: cells.text_if()?,
    kept_place: cells.int()? != 0,
    scales: cells.scales()?,
    at: cells.at()?,
});

table_row!(OrderListRow in "sandbox_lists", key 1, replaced false, |row, cells| {
    "list_id" Int = count(row.list_id);
    "account_no" Int = int(row.account.get());
    "market_no" Int = int(row.market.get());
    "kind" Text = text(&row.kind);
    "client_list_id" Text = Cell::Text(row.client_list_id.clone());
    "first_order_id" Int = count(row.first);
    "second_order_id" Int = count(row.second);
    "third_order_id" Int = count_if(row.third);
    "created_us" Int = int(row.created_at.micros());
} => Self {
    list_id: cells.count()?,
    account: cells.account()?,
    market: cells.market()?,
    kind: cells.text()?,
    client_list_id: cells.text_if()?,
    first: cells.count()?,
    second: cells.count()?,
    third: cells.count_if()?,
    created_at: cells.at()?,
});
