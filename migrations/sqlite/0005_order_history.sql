-- What became of orders otherwise than by fills. The same tables as in migrations/postgres, where the columns are explained.

alter table sandbox_orders add column body_version integer not null default 1;
alter table sandbox_orders add column list_id integer;

create index sandbox_orders_list on sandbox_orders (account_no, list_id, order_id) where list_id is not null;

create table sandbox_prevented (
    seq integer primary key,
    account_no integer not null,
    market_no integer not null,
    taker_order_id integer not null,
    maker_order_id integer not null,
    prevention text not null,
    price integer not null,
    qty integer not null,
    taker_qty integer not null,
    maker_qty integer not null,
    price_scale integer not null,
    qty_scale integer not null,
    ts_us integer not null
) strict;

create index sandbox_prevented_account on sandbox_prevented (account_no, seq);
create index sandbox_prevented_taker on sandbox_prevented (taker_order_id, seq);
create index sandbox_prevented_maker on sandbox_prevented (maker_order_id, seq);

create table sandbox_amendments (
    seq integer primary key,
    order_id integer not null,
    account_no integer not null,
    market_no integer not null,
    qty_before integer not null,
    qty integer not null,
    price_before integer,
    price integer,
    stop_price_before integer,
    stop_price integer,
    client_order_id_before text,
    client_order_id text,
    kept_place integer not null,
    price_scale integer not null,
    qty_scale integer not null,
    ts_us integer not null
) strict;

create index sandbox_amendments_order on sandbox_amendments (order_id, seq);

create table sandbox_lists (
    list_id integer primary key,
    account_no integer not null,
    market_no integer not null,
    kind text not null,
    client_list_id text,
    first_order_id integer not null,
    second_order_id integer not null,
    third_order_id integer,
    created_us integer not null
) strict;

create index sandbox_lists_account on sandbox_lists (account_no, list_id);
create index sandbox_lists_client on sandbox_lists (account_no, client_list_id, list_id);
