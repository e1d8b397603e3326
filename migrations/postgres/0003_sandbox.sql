-- The sandbox: its journal, which is the truth, and what follows from it and is queried.
--
-- Amounts are integers in units of their asset (sandbox_assets.scale), prices and quantities mantissas at the row's own
-- scales. Numbers of accounts, assets and markets are the sandbox's own. Times are microseconds since the Unix epoch, UTC.

-- One row: who may write the journal, and how far it is.
create table sandbox_head (
    head_id bigint primary key,
    -- Rises with every owner; an append under an older one is refused.
    fence bigint not null,
    seq bigint not null
);

insert into sandbox_head (head_id, fence, seq) values (1, 0, 0);

create table sandbox_journal (
    seq bigint primary key,
    fence bigint not null,
    ts_us bigint not null,
    kind text not null,
    -- A record with its own length, version and checksum: see crates/domain/src/journal.
    record bytea not null
);

-- The whole state after an event: a start need not read the journal before it.
create table sandbox_states (
    seq bigint primary key,
    fence bigint not null,
    ts_us bigint not null,
    record bytea not null
);

-- Requests that were carried out, and what was answered.
create table sandbox_idempotency (
    account_no bigint not null,
    key text not null,
    request_hash bytea not null,
    response bytea not null,
    seq bigint not null,
    expires_us bigint not null,
    primary key (account_no, key)
);

create index sandbox_idempotency_expiry on sandbox_idempotency (expires_us);

create table sandbox_assets (
    asset_no bigint primary key,
    code text not null unique,
    scale bigint not null
);

create table sandbox_markets (
    market_no bigint primary key,
    market text not null unique,
    base_no bigint not null,
    quote_no bigint not null,
    price_scale bigint not null,
    qty_scale bigint not null
);

create table sandbox_accounts (
    account_no bigint primary key,
    user_no bigint not null,
    name text not null,
    version bigint not null,
    predecessor_no bigint,
    successor_no bigint,
    maker_millionths bigint not null,
    taker_millionths bigint not null,
    fees_in text not null,
    opened_us bigint not null
);

create index sandbox_accounts_user on sandbox_accounts (user_no, account_no);

create table sandbox_orders (
    order_id bigint primary key,
    account_no bigint not null,
    market_no bigint not null,
    client_order_id text,
    side text not null,
    order_type text not null,
    time_in_force text not null,
    status text not null,
    reason text,
    price bigint,
    stop_price bigint,
    qty bigint,
    quote_qty numeric,
    filled_qty bigint not null,
    filled_quote numeric not null,
    price_scale bigint not null,
    qty_scale bigint not null,
    created_us bigint not null,
    updated_us bigint not null,
    -- The whole order, as the journal encodes it.
    body bytea not null
);

create index sandbox_orders_account on sandbox_orders (account_no, order_id);
create index sandbox_orders_client on sandbox_orders (account_no, client_order_id, order_id);

create table sandbox_fills (
    fill_id bigint primary key,
    order_id bigint not null,
    account_no bigint not null,
    market_no bigint not null,
    side text not null,
    liquidity text not null,
    price bigint not null,
    qty bigint not null,
    price_scale bigint not null,
    qty_scale bigint not null,
    fee numeric not null,
    fee_asset_no bigint not null,
    ts_us bigint not null,
    seq bigint not null,
    -- The whole fill with its evidence, as the journal encodes it.
    body bytea not null
);

create index sandbox_fills_account on sandbox_fills (account_no, fill_id);
create index sandbox_fills_order on sandbox_fills (order_id, fill_id);

create table sandbox_positions (
    account_no bigint not null,
    market_no bigint not null,
    -- In units of base, and the rest in units of quote.
    qty numeric not null,
    cost numeric not null,
    realized numeric not null,
    fees numeric not null,
    updated_us bigint not null,
    primary key (account_no, market_no)
);

create table sandbox_balances (
    account_no bigint not null,
    asset_no bigint not null,
    free numeric not null,
    reserved numeric not null,
    updated_us bigint not null,
    primary key (account_no, asset_no)
);

-- Double entry: the lines of one event sum to zero for each asset.
create table sandbox_entries (
    seq bigint not null,
    line bigint not null,
    -- Null for fees, faucet and venue.
    account_no bigint,
    owner text not null,
    asset_no bigint not null,
    amount numeric not null,
    kind text not null,
    ts_us bigint not null,
    primary key (seq, line)
);

create index sandbox_entries_account on sandbox_entries (account_no, seq, line);
