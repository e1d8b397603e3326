-- What became of orders otherwise than by fills: matches that self-trade prevention kept from happening, amendments, and the
-- lists that orders belong to. All follow from the sandbox's journal, as in 0003_sandbox.

-- A journal's bytes are read by the version that wrote them; rows of before have the first.
alter table sandbox_orders add column body_version bigint not null default 1;
alter table sandbox_orders add column list_id bigint;

create index sandbox_orders_list on sandbox_orders (account_no, list_id, order_id) where list_id is not null;

create table sandbox_prevented (
    -- Of its event, and the match's number.
    seq bigint primary key,
    account_no bigint not null,
    market_no bigint not null,
    taker_order_id bigint not null,
    maker_order_id bigint not null,
    prevention text not null,
    price bigint not null,
    -- What would have traded.
    qty bigint not null,
    -- What the orders lost by it.
    taker_qty bigint not null,
    maker_qty bigint not null,
    price_scale bigint not null,
    qty_scale bigint not null,
    ts_us bigint not null
);

create index sandbox_prevented_account on sandbox_prevented (account_no, seq);
create index sandbox_prevented_taker on sandbox_prevented (taker_order_id, seq);
create index sandbox_prevented_maker on sandbox_prevented (maker_order_id, seq);

create table sandbox_amendments (
    seq bigint primary key,
    order_id bigint not null,
    account_no bigint not null,
    market_no bigint not null,
    qty_before bigint not null,
    qty bigint not null,
    price_before bigint,
    price bigint,
    stop_price_before bigint,
    stop_price bigint,
    client_order_id_before text,
    client_order_id text,
    kept_place bigint not null,
    price_scale bigint not null,
    qty_scale bigint not null,
    ts_us bigint not null
);

create index sandbox_amendments_order on sandbox_amendments (order_id, seq);

create table sandbox_lists (
    list_id bigint primary key,
    account_no bigint not null,
    market_no bigint not null,
    kind text not null,
    -- The client's own name for it.
    client_list_id text,
    first_order_id bigint not null,
    second_order_id bigint not null,
    third_order_id bigint,
    created_us bigint not null
);

create index sandbox_lists_account on sandbox_lists (account_no, list_id);
create index sandbox_lists_client on sandbox_lists (account_no, client_list_id, list_id);
