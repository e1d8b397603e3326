-- Market data: what markets there are, and what was seen of them. The same tables as in migrations/postgres, where the
-- columns are explained; what differs is said here.
--
-- Integers that may not fit 64 bits are text, in decimal: SQLite would turn them into floating point. Tables with small
-- rows have no rowid: the key is the table.

create table venues (
    venue_id integer primary key,
    name text not null unique
) strict;

create table markets (
    market_id integer primary key,
    venue_id integer not null references venues,
    source text not null,
    base text not null,
    quote text not null,
    symbol text not null,
    price_scale integer not null,
    qty_scale integer not null,
    tick_size integer,
    tick_scale integer,
    lot_size integer,
    lot_scale integer,
    min_notional integer,
    min_notional_scale integer,
    max_depth integer,
    status text not null default 'connecting',
    status_since_us integer not null default 0,
    unique (source, venue_id, base, quote)
) strict;

create table trades (
    market_id integer not null,
    ts_us integer not null,
    id_high integer not null,
    id_low integer not null,
    price integer not null,
    qty integer not null,
    ts_recv_us integer not null,
    price_scale integer not null,
    qty_scale integer not null,
    side integer not null,
    backfilled integer not null,
    primary key (market_id, ts_us, id_high, id_low)
) strict, without rowid;

create table candles (
    market_id integer not null,
    open_us integer not null,
    open integer not null,
    high integer not null,
    low integer not null,
    close integer not null,
    trades integer not null,
    revision integer not null,
    first_us integer not null,
    last_us integer not null,
    interval_s integer not null,
    price_scale integer not null,
    qty_scale integer not null,
    volume text not null,
    quote_volume text not null,
    primary key (market_id, interval_s, open_us)
) strict, without rowid;

-- Rows are large, so they stay out of the key's tree.
create table snapshots (
    market_id integer not null,
    ts_us integer not null,
    book_seq integer not null,
    venue_seq text not null,
    ts_venue_us integer not null,
    price_scale integer not null,
    qty_scale integer not null,
    levels blob not null,
    primary key (market_id, ts_us, book_seq)
) strict;

create table market_statuses (
    market_id integer not null,
    since_us integer not null,
    status_seq integer not null,
    status text not null,
    reason text,
    primary key (market_id, since_us, status_seq)
) strict, without rowid;

create table gaps (
    market_id integer not null,
    kind text not null,
    since_us integer not null,
    until_us integer,
    expected text not null,
    found text not null,
    rows_lost integer not null,
    primary key (market_id, since_us, kind, expected)
) strict, without rowid;
