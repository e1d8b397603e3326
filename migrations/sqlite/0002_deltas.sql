-- Changes of books, so that a book can be had as it was at any moment. The columns are explained in migrations/postgres.

alter table snapshots add column epoch integer not null default 0;

create table deltas (
    market_id integer not null,
    ts_us integer not null,
    last_us integer not null,
    epoch integer not null,
    first_seq integer not null,
    last_seq integer not null,
    price_scale integer not null,
    qty_scale integer not null,
    changes blob not null,
    primary key (market_id, ts_us, epoch, first_seq)
) strict;
