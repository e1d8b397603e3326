-- The sandbox: its journal, which is the truth, and what follows from it and is queried. The same tables as in
-- migrations/postgres, where the columns are explained; what differs is said here.
--
-- Integers that may not fit 64 bits are text, in decimal.

create table sandbox_head (
    head_id integer primary key,
    fence integer not null,
    seq integer not null
) strict;

insert into sandbox_head (head_id, fence, seq) values (1, 0, 0);

create table sandbox_journal (
    seq integer primary key,
    fence integer not null,
    ts_us integer not null,
    kind text not null,
    record blob not null
) strict;

create table sandbox_states (
    seq integer primary key,
    fence integer not null,
    ts_us integer not null,
    record blob not null
) strict;

create table sandbox_idempotency (
    account_no integer not null,
    key text not null,
    request_hash blob not null,
    response blob not null,
    seq integer not null,
    expires_us integer not null,
    primary key (account_no, key)
) strict, without rowid;

create index sandbox_idempotency_expiry on sandbox_idempotency (expires_us);

create table sandbox_assets (
    asset_no integer primary key,
    code text not null unique,
    scale integer not null
) strict;

create table sandbox_markets (
    market_no integer primary key,
    market text not null unique,
    base_no integer not null,
    quote_no integer not null,
    price_scale integer not null,
    qty_scale integer not null
) strict;

create table sandbox_accounts (
    account_no integer primary key,
    user_no integer not null,
    name text not null,
    version integer not null,
    predecessor_no integer,
    successor_no integer,
    maker_millionths integer not null,
    taker_millionths integer not null,
    fees_in text not null,
    opened_us integer not null
) strict;

create index sandbox_accounts_user on sandbox_accounts (user_no, account_no);

create table sandbox_orders (
    order_id integer primary key,
    account_no integer not null,
    market_no integer not null,
    client_order_id text,
    side text not null,
    order_type text not null,
    time_in_force text not null,
    status text not null,
    reason text,
    price integer,
    stop_price integer,
    qty integer,
    quote_qty text,
    filled_qty integer not null,
    filled_quote text not null,
    price_scale integer not null,
    qty_scale integer not null,
    created_us integer not null,
    updated_us integer not null,
    body blob not null
) strict;

create index sandbox_orders_account on sandbox_orders (account_no, order_id);
create index sandbox_orders_client on sandbox_orders (account_no, client_order_id, order_id);

create table sandbox_fills (
    fill_id integer primary key,
    order_id integer not null,
    account_no integer not null,
    market_no integer not null,
    side text not null,
    liquidity text not null,
    price integer not null,
    qty integer not null,
    price_scale integer not null,
    qty_scale integer not null,
    fee text not null,
    fee_asset_no integer not null,
    ts_us integer not null,
    seq integer not null,
    body blob not null
) strict;

create index sandbox_fills_account on sandbox_fills (account_no, fill_id);
create index sandbox_fills_order on sandbox_fills (order_id, fill_id);

create table sandbox_positions (
    account_no integer not null,
    market_no integer not null,
    qty text not null,
    cost text not null,
    realized text not null,
    fees text not null,
    updated_us integer not null,
    primary key (account_no, market_no)
) strict, without rowid;

create table sandbox_balances (
    account_no integer not null,
    asset_no integer not null,
    free text not null,
    reserved text not null,
    updated_us integer not null,
    primary key (account_no, asset_no)
) strict, without rowid;

create table sandbox_entries (
    seq integer not null,
    line integer not null,
    account_no integer,
    owner text not null,
    asset_no integer not null,
    amount text not null,
    kind text not null,
    ts_us integer not null,
    primary key (seq, line)
) strict, without rowid;

create index sandbox_entries_account on sandbox_entries (account_no, seq, line);
