-- Changes of books, so that a book can be had as it was at any moment: a snapshot, and the changes behind it.

-- The epoch in which book_seq counts; 0 where it is not known, so that no change can be put behind the snapshot.
alter table snapshots add column epoch bigint not null default 0;

-- A row has all changes of a book from first_seq through last_seq. Partitions are made by the store, by time.
create table deltas (
    market_id bigint not null,
    -- When the first and the last change were received.
    ts_us bigint not null,
    last_us bigint not null,
    epoch bigint not null,
    first_seq bigint not null,
    last_seq bigint not null,
    price_scale smallint not null,
    qty_scale smallint not null,
    -- Packed and compressed: see crates/store/src/changes.rs.
    changes bytea not null,
    primary key (market_id, ts_us, epoch, first_seq)
) partition by range (ts_us);

alter table deltas alter column changes set storage external;
