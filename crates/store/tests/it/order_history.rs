//! Prevented matches, amendments and order lists, in both databases.

use marketd_domain::ledger::{AccountNo, MarketNo};
use marketd_domain::{Price, Qty, Scales};
use marketd_store::sandbox::{
    AmendmentRow, OrderListRow, OrderRow, Page, PageOrder, PreventedFilter, PreventedRow, Projections,
};
use marketd_store::{Store, TimeRange};

use crate::sandbox::{append, order, page};
use crate::support::{Database, MIDNIGHT_US, at};

contract! {
    history_comes_back_exactly,
    prevented_matches_are_found_by_either_order,
    amendments_are_of_one_order,
    lists_are_found_by_number_and_by_name,
}

const ACCOUNT: AccountNo = AccountNo::new(7);
const OTHER: AccountNo = AccountNo::new(8);

fn prevented(seq: u64, taker: u64, maker: u64) -> PreventedRow {
    PreventedRow {
        seq,
        account: ACCOUNT,
        market: MarketNo::new(0),
        taker_order_id: taker,
        maker_order_id: maker,
        prevention: "expire_both".to_owned(),
        price: Price::from_mantissa(6_000_010),
        qty: Qty::from_mantissa(5),
        taker_qty: Qty::from_mantissa(6),
        maker_qty: Qty::from_mantissa(7),
        scales: Scales::of(2, 8),
        at: at(MIDNIGHT_US + seq as i64),
    }
}

fn amendment(seq: u64, order_id: u64) -> AmendmentRow {
    AmendmentRow {
        seq,
        order_id,
        account: ACCOUNT,
        market: MarketNo::new(0),
        qty_before: Qty::from_mantissa(9),
        qty: Qty::from_mantissa(8),
        price_before: Some(Price::from_mantissa(1)),
        price: None,
        stop_price_before: None,
        stop_price: Some(Price::from_mantissa(i64::MAX)),
        client_order_id_before: None,
        client_order_id: Some("x-'; --".to_owned()),
        kept_place: true,
        scales: Scales::of(0, 18),
        at: at(MIDNIGHT_US + seq as i64),
    }
}

fn list(list_id: u64, name: Option<&str>) -> OrderListRow {
    OrderListRow {
        list_id,
        account: ACCOUNT,
        market: MarketNo::new(0),
        kind: "oco".to_owned(),
        client_list_id: name.map(str::to_owned),
        first: list_id * 10,
        second: list_id * 10 + 1,
        third: None,
        created_at: at(MIDNIGHT_US + list_id as i64),
    }
}

async fn history_comes_back_exactly(database: &Database) {
    let store = &*database.store;
    let bracket = OrderListRow { third: Some(i64::MAX as u64), ..list(3, Some("mine")) };
    let projections = Projections {
        prevented: vec![PreventedRow { seq: i64::MAX as u64 - 1, ..prevented(1, 1, 2) }],
        amendments: vec![amendment(4, 1), AmendmentRow { kept_place: false, ..amendment(5, 1) }],
        lists: vec![bracket.clone()],
        ..Projections::default()
    };
    append(store, &projections).await;
    let any = PreventedFilter::default();
    assert_eq!(store.prevented(ACCOUNT, any, page(None, 9)).await.expect("a read"), projections.prevented);
    assert_eq!(store.amendments(1, 0, 9).await.expect("a read"), projections.amendments);
    assert_eq!(store.order_list(3).await.expect("a read"), Some(bracket));
    // What happened does not change.
    let again = Projections {
        prevented: vec![PreventedRow { price: Price::from_mantissa(1), ..projections.prevented[0].clone() }],
        lists: vec![list(3, None)],
        ..Projections::default()
    };
    append(store, &again).await;
    assert_eq!(store.prevented(ACCOUNT, any, page(None, 9)).await.expect("a read"), projections.prevented);
    assert_eq!(store.order_list(3).await.expect("a read").and_then(|row| row.third), Some(i64::MAX as u64));
}

async fn prevented_matches_are_found_by_either_order(database: &Database) {
    let store = &*database.store;
    let rows = vec![
        prevented(1, 10, 20),
        PreventedRow { market: MarketNo::new(1), ..prevented(2, 20, 30) },
        prevented(3, 40, 20),
        PreventedRow { account: OTHER, ..prevented(4, 20, 50) },
        prevented(5, 60, 70),
    ];
    append(store, &Projections { prevented: rows, ..Projections::default() }).await;
    let found = async |market: Option<u32>, order_id, page: Page| {
        let filter = PreventedFilter { market: market.map(MarketNo::new), order_id };
        let rows = store.prevented(ACCOUNT, filter, page).await.expect("a read");
        rows.iter().map(|row| row.seq).collect::<Vec<_>>()
    };
    let rising = Page { order: PageOrder::OldestFirst, ..page(None, 9) };
    assert_eq!(found(None, None, page(None, 9)).await, [5, 3, 2, 1]);
    assert_eq!(found(None, Some(20), rising).await, [1, 2, 3]);
    assert_eq!(found(Some(0), Some(20), rising).await, [1, 3]);
    assert_eq!(found(None, Some(20), Page { from: 2, limit: 1, ..rising }).await, [2]);
    assert_eq!(found(None, None, Page { from: 3, before: Some(4), ..rising }).await, [3]);
    assert_eq!(found(None, Some(50), rising).await, [0; 0]);
}

async fn amendments_are_of_one_order(database: &Database) {
    let store = &*database.store;
    let amendments = (1..=6).map(|seq| amendment(seq, seq % 2)).collect();
    append(store, &Projections { amendments, ..Projections::default() }).await;
    let found = async |from, limit| {
        let rows = store.amendments(1, from, limit).await.expect("a read");
        rows.iter().map(|row| row.seq).collect::<Vec<_>>()
    };
    assert_eq!(
        (found(0, 9).await, found(0, 2).await, found(2, 9).await),
        (vec![1, 3, 5], vec![1, 3], vec![3, 5])
    );
}

async fn lists_are_found_by_number_and_by_name(database: &Database) {
    let store: &dyn Store = &*database.store;
    let member = |order_id, list_id| OrderRow { list_id: Some(list_id), ..order(order_id) };
    let projections = Projections {
        lists: vec![
            list(1, Some("mine")),
            list(2, Some("mine")),
            OrderListRow { account: OTHER, ..list(3, Some("mine")) },
            list(4, None),
        ],
        orders: vec![
            member(10, 1),
            member(11, 1),
            member(21, 2),
            OrderRow { account: OTHER, ..member(30, 3) },
            member(40, 4),
            order(50),
        ],
        ..Projections::default()
    };
    append(store, &projections).await;
    let by_name = async |account, name| {
        store.order_list_by_client_id(account, name).await.expect("a read").map(|row| row.list_id)
    };
    assert_eq!(
        (by_name(ACCOUNT, "mine").await, by_name(OTHER, "mine").await),
        (Some(2), Some(3)),
        "the newest"
    );
    assert_eq!((by_name(ACCOUNT, "").await, store.order_list(9).await.expect("a read")), (None, None));
    let numbers = async |page| {
        let rows = store.order_lists(ACCOUNT, page).await.expect("a read");
        rows.iter().map(|row| row.list_id).collect::<Vec<_>>()
    };
    assert_eq!((numbers(page(None, 2)).await, numbers(page(Some(2), 9)).await), (vec![4, 2], vec![1]));
    let range = TimeRange { start: Some(at(MIDNIGHT_US + 2)), end: Some(at(MIDNIGHT_US + 4)) };
    assert_eq!(numbers(Page::before(None, range, 9)).await, [2]);
    let members = async |lists| {
        let rows = store.orders_of_lists(ACCOUNT, lists).await.expect("a read");
        rows.iter().map(|row| row.order_id).collect::<Vec<_>>()
    };
    assert_eq!((members(1..=4).await, members(2..=2).await), (vec![10, 11, 21, 40], vec![21]));
}
