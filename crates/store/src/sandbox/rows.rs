//! Rows of the sandbox's tables.

use marketd_domain::ledger::{
    AccountNo, Amount, AssetNo, Balance, FeeIn, FeeRate, FeeSchedule, Liquidity, MarketNo, Position, UserNo,
};
use marketd_domain::matching::OrderSide;
use marketd_domain::{Notional, Price, Qty, Scale, Scales, Timestamp};

use super::table::{Cell, CellKind, Cells, Table, TableRow};
use crate::rows::RowError;
use CellKind::{Bytes, Int, Text, Wide};

/// An asset and its units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetRow {
    pub asset: AssetNo,
    pub code: String,
    pub scale: Scale,
}

/// A market that orders can be placed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxMarketRow {
    pub market: MarketNo,
    pub id: String,
    pub base: AssetNo,
    pub quote: AssetNo,
    pub scales: Scales,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    pub account: AccountNo,
    pub user: UserNo,
    pub name: String,
    pub version: u32,
    pub predecessor: Option<AccountNo>,
    pub successor: Option<AccountNo>,
    pub fees: FeeSchedule,
    pub opened_at: Timestamp,
}

/// An order as it is now. What is queried has a column, and all of it is in `order`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    pub order_id: u64,
    pub account: AccountNo,
    pub market: MarketNo,
    pub client_order_id: Option<String>,
    pub side: OrderSide,
    pub order_type: String,
    pub time_in_force: String,
    pub status: String,
    pub reason: Option<String>,
    pub price: Option<Price>,
    pub stop_price: Option<Price>,
    pub qty: Option<Qty>,
    pub quote_qty: Option<Notional>,
    pub filled_qty: Qty,
    pub filled_quote: Notional,
    pub scales: Scales,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// The whole order, as the journal encodes it.
    pub order: Vec<u8>,
    /// The journal's version that encoded it.
    pub body_version: u16,
    pub list_id: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FillRow {
    pub fill_id: u64,
    pub order_id: u64,
    pub account: AccountNo,
    pub market: MarketNo,
    pub side: OrderSide,
    pub liquidity: Liquidity,
    pub price: Price,
    pub qty: Qty,
    pub scales: Scales,
    pub fee: Amount,
    pub fee_asset: AssetNo,
    pub at: Timestamp,
    /// Of its event.
    pub seq: u64,
    /// The whole fill with its evidence, as the journal encodes it.
    pub fill: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionRow {
    pub account: AccountNo,
    pub market: MarketNo,
    pub position: Position,
    pub updated_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceRow {
    pub account: AccountNo,
    pub asset: AssetNo,
    pub balance: Balance,
    pub updated_at: Timestamp,
}

/// Whose an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryOwner {
    Free,
    Reserved,
    Fees,
    Faucet,
    Venue,
}

impl EntryOwner {
    const ALL: [Self; 5] = [Self::Free, Self::Reserved, Self::Fees, Self::Faucet, Self::Venue];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Reserved => "reserved",
            Self::Fees => "fees",
            Self::Faucet => "faucet",
            Self::Venue => "venue",
        }
    }

    fn parse(text: &str) -> Result<Self, RowError> {
        let found = Self::ALL.into_iter().find(|owner| owner.as_str() == text);
        found.ok_or_else(|| RowError::unknown("owner", text))
    }
}

/// A line of the ledger. Lines of an event sum to zero for each asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    pub seq: u64,
    pub line: u32,
    /// `None` for the ledger's own: fees, faucet and venue.
    pub account: Option<AccountNo>,
    pub owner: EntryOwner,
    pub asset: AssetNo,
    pub amount: Amount,
    pub kind: String,
    pub at: Timestamp,
}

fn int(value: impl Into<i64>) -> Cell {
    Cell::Int(Some(value.into()))
}

/// Numbers of events, orders and fills are counted from one and never get near the end of the range.
fn count(value: u64) -> Cell {
    Cell::Int(Some(value.cast_signed()))
}

fn count_if(value: Option<u64>) -> Cell {
    Cell::Int(value.map(u64::cast_signed))
}

fn text(value: &str) -> Cell {
    Cell::Text(Some(value.to_owned()))
}

fn wide(value: i128) -> Cell {
    Cell::Wide(Some(value))
}

fn amount(value: Amount) -> Cell {
    wide(value.units())
}

fn scale(value: Scale) -> Cell {
    int(value.decimals())
}

const fn side_text(side: OrderSide) -> &'static str {
    match side {
        OrderSide::Buy => "buy",
        OrderSide::Sell => "sell",
    }
}

impl Cells {
    fn at(&mut self) -> Result<Timestamp, RowError> {
        self.int().map(Timestamp::from_micros)
    }

    fn version(&mut self) -> Result<u16, RowError> {
        let value = self.int()?;
        u16::try_from(value).map_err(|_| RowError::out_of_range("version", value))
    }

    fn count_if(&mut self) -> Result<Option<u64>, RowError> {
        let Some(value) = self.int_if()? else { return Ok(None) };
        u64::try_from(value).map(Some).map_err(|_| RowError::out_of_range("number", value))
    }

    fn amount(&mut self) -> Result<Amount, RowError> {
        self.wide().map(Amount::from_units)
    }

    fn scale(&mut self) -> Result<Scale, RowError> {
        let decimals = self.int()?;
        let scale = u8::try_from(decimals).ok().and_then(Scale::new);
        scale.ok_or_else(|| RowError::out_of_range("scale", decimals))
    }

    fn scales(&mut self) -> Result<Scales, RowError> {
        Ok(Scales { price: self.scale()?, qty: self.scale()? })
    }

    fn account(&mut self) -> Result<AccountNo, RowError> {
        self.number().map(AccountNo::new)
    }

    fn account_if(&mut self) -> Result<Option<AccountNo>, RowError> {
        let Some(value) = self.int_if()? else { return Ok(None) };
        let number = u32::try_from(value).map_err(|_| RowError::out_of_range("number", value))?;
        Ok(Some(AccountNo::new(number)))
    }

    fn asset(&mut self) -> Result<AssetNo, RowError> {
        self.number().map(AssetNo::new)
    }

    fn market(&mut self) -> Result<MarketNo, RowError> {
        self.number().map(MarketNo::new)
    }

    fn side(&mut self) -> Result<OrderSide, RowError> {
        match self.text()?.as_str() {
            "buy" => Ok(OrderSide::Buy),
            "sell" => Ok(OrderSide::Sell),
            other => Err(RowError::unknown("side", other)),
        }
    }

    fn liquidity(&mut self) -> Result<Liquidity, RowError> {
        match self.text()?.as_str() {
            "maker" => Ok(Liquidity::Maker),
            "taker" => Ok(Liquidity::Taker),
            other => Err(RowError::unknown("liquidity", other)),
        }
    }

    fn fees(&mut self) -> Result<FeeSchedule, RowError> {
        let mut rate = || {
            let millionths = self.int()?;
            let rate = i32::try_from(millionths).ok().and_then(FeeRate::from_millionths);
            rate.ok_or_else(|| RowError::out_of_range("fee rate", millionths))
        };
        let (maker, taker) = (rate()?, rate()?);
        let paid_in = match self.text()?.as_str() {
            "received" => FeeIn::Received,
            "quote" => FeeIn::Quote,
            other => return Err(RowError::unknown("fee asset", other)),
        };
        FeeSchedule::new(maker, taker, paid_in).map_err(|refusal| RowError::out_of_range("fees", refusal))
    }
}

/// A row of a table: columns, the first of which are the key, how a cell is made and how it is read back. A column may
/// stay as it was first written where the row is replaced.
macro_rules! table_row {
    ($row:ident in $table:literal, key $key_len:literal, replaced $is_replaced:literal
        $(but $kept:literal)?, |$this:ident, $cells:ident| {
        $($name:literal $kind:ident = $cell:expr;)+
    } => $back:expr) => {
        impl TableRow for $row {
            const TABLE: &'static Table = &Table {
                name: $table,
                columns: &[$(($name, $kind)),+],
                key_len: $key_len,
                is_replaced: $is_replaced,
                kept: &[$($kept)?],
            };

            fn cells(&self) -> Vec<Cell> {
                let $this = self;
                vec![$($cell),+]
            }

            fn from_cells(mut $cells: Cells) -> Result<Self, RowError> {
                Ok($back)
            }
        }
    };
}

table_row!(AssetRow in "sandbox_assets", key 1, replaced true, |row, cells| {
    "asset_no" Int = int(row.asset.get());
    "code" Text = text(&row.code);
    "scale" Int = scale(row.scale);
} => Self { asset: cells.asset()?, code: cells.text()?, scale: cells.scale()? });

table_row!(SandboxMarketRow in "sandbox_markets", key 1, replaced true, |row, cells| {
    "market_no" Int = int(row.market.get());
    "market" Text = text(&row.id);
    "base_no" Int = int(row.base.get());
    "quote_no" Int = int(row.quote.get());
    "price_scale" Int = scale(row.scales.price);
    "qty_scale" Int = scale(row.scales.qty);
} => Self {
    market: cells.market()?,
    id: cells.text()?,
    base: cells.asset()?,
    quote: cells.asset()?,
    scales: cells.scales()?,
});

table_row!(AccountRow in "sandbox_accounts", key 1, replaced true but "opened_us", |row, cells| {
    "account_no" Int = int(row.account.get());
    "user_no" Int = int(row.user.get());
    "name" Text = text(&row.name);
    "version" Int = int(row.version);
    "predecessor_no" Int = Cell::Int(row.predecessor.map(|no| i64::from(no.get())));
    "successor_no" Int = Cell::Int(row.successor.map(|no| i64::from(no.get())));
    "maker_millionths" Int = int(row.fees.rate(Liquidity::Maker).millionths());
    "taker_millionths" Int = int(row.fees.rate(Liquidity::Taker).millionths());
    "fees_in" Text = text(row.fees.paid_in.as_str());
    "opened_us" Int = int(row.opened_at.micros());
} => Self {
    account: cells.account()?,
    user: UserNo::new(cells.number()?),
    name: cells.text()?,
    version: cells.number()?,
    predecessor: cells.account_if()?,
    successor: cells.account_if()?,
    fees: cells.fees()?,
    opened_at: cells.at()?,
});

table_row!(OrderRow in "sandbox_orders", key 1, replaced true, |row, cells| {
    "order_id" Int = count(row.order_id);
    "account_no" Int = int(row.account.get());
    "market_no" Int = int(row.market.get());
    "client_order_id" Text = Cell::Text(row.client_order_id.clone());
    "side" Text = text(side_text(row.side));
    "order_type" Text = text(&row.order_type);
    "time_in_force" Text = text(&row.time_in_force);
    "status" Text = text(&row.status);
    "reason" Text = Cell::Text(row.reason.clone());
    "price" Int = Cell::Int(row.price.map(Price::mantissa));
    "stop_price" Int = Cell::Int(row.stop_price.map(Price::mantissa));
    "qty" Int = Cell::Int(row.qty.map(Qty::mantissa));
    "quote_qty" Wide = Cell::Wide(row.quote_qty.map(Notional::mantissa));
    "filled_qty" Int = int(row.filled_qty.mantissa());
    "filled_quote" Wide = wide(row.filled_quote.mantissa());
    "price_scale" Int = scale(row.scales.price);
    "qty_scale" Int = scale(row.scales.qty);
    "created_us" Int = int(row.created_at.micros());
    "updated_us" Int = int(row.updated_at.micros());
    "body" Bytes = Cell::Bytes(Some(row.order.clone()));
    "body_version" Int = int(row.body_version);
    "list_id" Int = count_if(row.list_id);
} => Self {
    order_id: cells.count()?,
    account: cells.account()?,
    market: cells.market()?,
    client_order_id: cells.text_if()?,
    side: cells.side()?,
    order_type: cells.text()?,
    time_in_force: cells.text()?,
    status: cells.text()?,
    reason: cells.text_if()?,
    price: cells.int_if()?.map(Price::from_mantissa),
    stop_price: cells.int_if()?.map(Price::from_mantissa),
    qty: cells.int_if()?.map(Qty::from_mantissa),
    quote_qty: cells.wide_if()?.map(Notional::from_mantissa),
    filled_qty: Qty::from_mantissa(cells.int()?),
    filled_quote: Notional::from_mantissa(cells.wide()?),
    scales: cells.scales()?,
    created_at: cells.at()?,
    updated_at: cells.at()?,
    order: cells.bytes()?,
    body_version: cells.version()?,
    list_id: cells.count_if()?,
});

table_row!(FillRow in "sandbox_fills", key 1, replaced false, |row, cells| {
    "fill_id" Int = count(row.fill_id);
    "order_id" Int = count(row.order_id);
    "account_no" Int = int(row.account.get());
    "market_no" Int = int(row.market.get());
    "side" Text = text(side_text(row.side));
    "liquidity" Text = text(row.liquidity.as_str());
    "price" Int = int(row.price.mantissa());
    "qty" Int = int(row.qty.mantissa());
    "price_scale" Int = scale(row.scales.price);
    "qty_scale" Int = scale(row.scales.qty);
    "fee" Wide = amount(row.fee);
    "fee_asset_no" Int = int(row.fee_asset.get());
    "ts_us" Int = int(row.at.micros());
    "seq" Int = count(row.seq);
    "body" Bytes = Cell::Bytes(Some(row.fill.clone()));
} => Self {
    fill_id: cells.count()?,
    order_id: cells.count()?,
    account: cells.account()?,
    market: cells.market()?,
    side: cells.side()?,
    liquidity: cells.liquidity()?,
    price: Price::from_mantissa(cells.int()?),
    qty: Qty::from_mantissa(cells.int()?),
    scales: cells.scales()?,
    fee: cells.amount()?,
    fee_asset: cells.asset()?,
    at: cells.at()?,
    seq: cells.count()?,
    fill: cells.bytes()?,
});

table_row!(PositionRow in "sandbox_positions", key 2, replaced true, |row, cells| {
    "account_no" Int = int(row.account.get());
    "market_no" Int = int(row.market.get());
    "qty" Wide = amount(row.position.qty);
    "cost" Wide = amount(row.position.cost);
    "realized" Wide = amount(row.position.realized);
    "fees" Wide = amount(row.position.fees);
    "updated_us" Int = int(row.updated_at.micros());
} => Self {
    account: cells.account()?,
    market: cells.market()?,
    position: Position {
        qty: cells.amount()?,
        cost: cells.amount()?,
        realized: cells.amount()?,
        fees: cells.amount()?,
    },
    updated_at: cells.at()?,
});

table_row!(BalanceRow in "sandbox_balances", key 2, replaced true, |row, cells| {
    "account_no" Int = int(row.account.get());
    "asset_no" Int = int(row.asset.get());
    "free" Wide = amount(row.balance.free);
    "reserved" Wide = amount(row.balance.reserved);
    "updated_us" Int = int(row.updated_at.micros());
} => Self {
    account: cells.account()?,
    asset: cells.asset()?,
    balance: Balance { free: cells.amount()?, reserved: cells.amount()? },
    updated_at: cells.at()?,
});

table_row!(EntryRow in "sandbox_entries", key 2, replaced false, |row, cells| {
    "seq" Int = count(row.seq);
    "line" Int = int(row.line);
    "account_no" Int = Cell::Int(row.account.map(|no| i64::from(no.get())));
    "owner" Text = text(row.owner.as_str());
    "asset_no" Int = int(row.asset.get());
    "amount" Wide = amount(row.amount);
    "kind" Text = text(&row.kind);
    "ts_us" Int = int(row.at.micros());
} => Self {
    seq: cells.count()?,
    line: cells.number()?,
    account: cells.account_if()?,
    owner: EntryOwner::parse(&cells.text()?)?,
    asset: cells.asset()?,
    amount: cells.amount()?,
    kind: cells.text()?,
    at: cells.at()?,
});

mod history;
mod requests;

pub use history::{AmendmentRow, OrderListRow, PreventedRow};
pub use requests::IdempotencyRow;
pub(crate) use requests::JournalCells;
