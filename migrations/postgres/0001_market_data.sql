-- Market data: what markets there are, and what was seen of them.
--
-- Numbers are exact: a price is a mantissa at the row's own price_scale, since a venue may change its precision in the
-- middle of a day. Sums that outgrow a bigint are numeric. Times are microseconds since the Unix epoch, UTC.
--
-- Ids of venues and markets are computed from their names (see crates/store), so a row knows its market before any
-- store was asked, and has the same id in every store. The large tables have no foreign keys: a check a row would cost
-- as much as the row.

create table venues (
    venue_id bigint primary key,
    name text not null unique
);

create table markets (
    market_id bigint primary key,
    venue_id bigint not null references venues,
    source text not null,
    base text not null,
    quote text not null,
    symbol text not null,
    price_scale smallint not null,
    qty_scale smallint not null,
    -- Mantissa and scale of each; null where the venue was not asked.
    tick_size bigint,
    tick_scale smallint,
    lot_size bigint,
    lot_scale smallint,
    min_notional bigint,
    min_notional_scale smallint,
    max_depth integer,
    -- The latest of market_statuses.
    status text not null default 'connecting',
    status_since_us bigint not null default 0,
    unique (source, venue_id, base, quote)
);

-- Partitions of trades, candles and snapshots are made by the store, by time.
create table trades (
    market_id bigint not null,
    ts_us bigint not null,
    -- A numbered trade has id_high 0 (1 for numbers from 2^63 on); of a UUID these are both halves.
    id_high bigint not null,
    id_low bigint not null,
    price bigint not null,
    qty bigint not null,
    ts_recv_us bigint not null,
    price_scale smallint not null,
    qty_scale smallint not null,
    -- 0: the aggressor bought, 1: the aggressor sold.
    side smallint not null,
    backfilled boolean not null,
    primary key (market_id, ts_us, id_high, id_low)
) partition by range (ts_us);

create table candles (
    market_id bigint not null,
    open_us bigint not null,
    open bigint not null,
    high bigint not null,
    low bigint not null,
    close bigint not null,
    trades bigint not null,
    revision bigint not null,
    -- When the trades that gave open and close happened: a late trade may come before or after.
    first_us bigint not null,
    last_us bigint not null,
    interval_s integer not null,
    price_scale smallint not null,
    qty_scale smallint not null,
    -- At qty_scale, and at price_scale + qty_scale.
    volume numeric not null,
    quote_volume numeric not null,
    primary key (market_id, interval_s, open_us)
) partition by range (open_us);

create table snapshots (
    market_id bigint not null,
    ts_us bigint not null,
    book_seq bigint not null,
    venue_seq numeric not null,
    ts_venue_us bigint not null,
    price_scale smallint not null,
    qty_scale smallint not null,
    -- Both sides, packed: see crates/store/src/levels.rs.
    levels bytea not null,
    primary key (market_id, ts_us, book_seq)
) partition by range (ts_us);

-- Packed levels do not compress any further.
alter table snapshots alter column levels set storage external;

create table market_statuses (
    market_id bigint not null,
    since_us bigint not null,
    status_seq bigint not null,
    status text not null,
    reason text,
    primary key (market_id, since_us, status_seq)
);

create table gaps (
    market_id bigint not null,
    kind text not null,
    since_us bigint not null,
    -- Null while it lasts.
    until_us bigint,
    -- Of the venue's sequence: what should have come next, and what came. Zero for other kinds.
    expected numeric not null,
    found numeric not null,
    -- How many rows are missing, where that is known.
    rows_lost bigint not null,
    primary key (market_id, since_us, kind, expected)
);
