//! What both databases understand alike. Lists begin with the arguments of their page, `$1` to `$6`.

use super::PageOrder;

const fn direction(order: PageOrder) -> &'static str {
    match order {
        PageOrder::NewestFirst => "desc",
        PageOrder::OldestFirst => "asc",
    }
}

/// The fence rises, to what a lease says at least.
pub(crate) const CLAIM: &str = "
    update sandbox_head set fence = case when fence >= $1 then fence + 1 else $1 end
    where head_id = 1 returning fence, seq";

pub(crate) const HEAD: &str = "select fence, seq from sandbox_head where head_id = 1";

/// Changes nothing where the journal is under another fence, or elsewhere.
pub(crate) const ADVANCE: &str =
    "update sandbox_head set seq = $1 where head_id = 1 and fence = $2 and seq = $3";

/// Takes the head's lock, so that nobody can claim the journal until the transaction ends.
pub(crate) const HOLD: &str = "update sandbox_head set fence = fence where head_id = 1 and fence = $1";

pub(crate) const RECORD: &str = "select record from sandbox_journal where seq = $1";

pub(crate) const PUT_STATE: &str = "
    insert into sandbox_states (seq, fence, ts_us, record) values ($1, $2, $3, $4)
    on conflict (seq) do update set fence = excluded.fence, ts_us = excluded.ts_us, record = excluded.record";

pub(crate) const DROP_STATES: &str = "
    delete from sandbox_states where seq < (
        select min(seq) from (select seq from sandbox_states order by seq desc limit 2) as kept)";

pub(super) const STATES: &str = " order by seq desc limit 2";

pub(super) const JOURNAL: &str = " where seq >= $1 order by seq limit $2";

pub(super) const IDEMPOTENCY: &str = " where account_no = $1 and key = $2";

pub(super) const EXPIRE: &str = "delete from sandbox_idempotency where expires_us <= $1";

pub(super) const ACCOUNTS: &str = " where user_no = $1 order by account_no";

/// A status is looked for between commas.
pub(super) fn orders(order: PageOrder) -> String {
    format!(
        "
    where account_no = $1 and order_id >= $2 and order_id < $3 and created_us >= $4 and created_us < $5
        and ($7 = -1 or market_no = $7) and ($8 = '' or $8 like '%,' || status || ',%')
    order by order_id {} limit $6",
        direction(order)
    )
}

pub(super) const ORDER: &str = " where order_id = $1";

pub(super) const ORDER_BY_CLIENT_ID: &str =
    " where account_no = $1 and client_order_id = $2 order by order_id desc limit 1";

pub(super) fn fills(order: PageOrder) -> String {
    format!(
        "
    where account_no = $1 and fill_id >= $2 and fill_id < $3 and ts_us >= $4 and ts_us < $5
        and ($7 = -1 or market_no = $7)
    order by fill_id {} limit $6",
        direction(order)
    )
}

/// The fills of one order are few: its index has them, not the account's, which the sign leaves out.
pub(super) fn fills_of_order_in(order: PageOrder) -> String {
    format!(
        "
    where order_id = $8 and +account_no = $1 and fill_id >= $2 and fill_id < $3 and ts_us >= $4 and ts_us < $5
        and ($7 = -1 or market_no = $7)
    order by fill_id {} limit $6",
        direction(order)
    )
}

pub(super) const FILLS_OF_ORDER: &str = " where order_id = $1 order by fill_id";

/// Of all orders, or of `$8`, which may be on either side: each has an index.
pub(super) fn prevented(order: PageOrder, is_of_order: bool) -> String {
    let of_order = match is_of_order {
        true => {
            "
        and seq in (
            select seq from sandbox_prevented where taker_order_id = $8
            union select seq from sandbox_prevented where maker_order_id = $8)"
        }
        false => "",
    };
    format!(
        "
    where account_no = $1 and seq >= $2 and seq < $3 and ts_us >= $4 and ts_us < $5
        and ($7 = -1 or market_no = $7){of_order}
    order by seq {} limit $6",
        direction(order)
    )
}

pub(super) const AMENDMENTS: &str = " where order_id = $1 and seq >= $2 order by seq limit $3";

pub(super) fn lists(order: PageOrder) -> String {
    format!(
        "
    where account_no = $1 and list_id >= $2 and list_id < $3 and created_us >= $4 and created_us < $5
    order by list_id {} limit $6",
        direction(order)
    )
}

pub(super) const LIST: &str = " where list_id = $1";

pub(super) const LIST_BY_CLIENT_ID: &str =
    " where account_no = $1 and client_list_id = $2 order by list_id desc limit 1";

pub(super) const ORDERS_OF_LISTS: &str =
    " where account_no = $1 and list_id >= $2 and list_id <= $3 order by order_id";

pub(super) const BALANCES: &str = " where account_no = $1 order by asset_no";

pub(super) const POSITIONS: &str = " where account_no = $1 order by market_no";

pub(super) fn entries(order: PageOrder) -> String {
    let direction = direction(order);
    format!(
        "
    where account_no = $1 and seq in (
        select distinct seq from sandbox_entries
        where account_no = $1 and seq >= $2 and seq < $3 and ts_us >= $4 and ts_us < $5
        order by seq {direction} limit $6)
    order by seq {direction}, line"
    )
}
