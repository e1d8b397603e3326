//! What every store does with the sandbox's journal and its projections, run against both.

use marketd_domain::ledger::{
    AccountNo, Amount, AssetNo, Balance, FeeIn, FeeRate, FeeSchedule, Liquidity, MarketNo, Position, UserNo,
};
use marketd_domain::matching::OrderSide;
use marketd_domain::{Notional, Price, Qty, Scale, Scales};
use marketd_store::sandbox::{
    AccountRow, Appended, AssetRow, BalanceRow, EntryOwner, EntryRow, FillFilter, FillRow, IdempotencyRow,
    JournalHead, JournalRow, OrderFilter, OrderRow, Page, PageOrder, PositionRow, Projections,
    SandboxMarketRow, StateRow,
};
use marketd_store::{Fault, Store, TimeRange};

use crate::support::{Database, MIDNIGHT_US, at};

contract! {
    the_journal_comes_back_exactly,
    who_lost_the_journal_is_refused,
    an_append_is_done_once,
    an_append_is_done_as_a_whole_or_not_at_all,
    events_without_their_place_are_refused,
    rows_come_back_exactly,
    of_rows_with_one_key_the_last_counts,
    an_account_stays_opened_when_it_was_opened,
    pages_of_orders_fills_and_entries_have_no_seam,
    fills_are_found_by_market_and_order,
    orders_are_found_by_what_they_are,
    the_last_two_states_are_kept,
    requests_are_remembered_until_they_expire,
    large_appends_are_whole,
    owners_in_turn_leave_one_journal,
}

const ACCOUNT: AccountNo = AccountNo::new(7);
const OTHER: AccountNo = AccountNo::new(8);
const DONE: Appended = Appended::Done { is_new: true };

fn event(seq: u64) -> JournalRow {
    let ts = at(MIDNIGHT_US + seq as i64);
    JournalRow { seq, ts, kind: "order_accepted".to_owned(), record: vec![0, 255, seq as u8] }
}

fn events(seqs: std::ops::RangeInclusive<u64>) -> Vec<JournalRow> {
    seqs.map(event).collect()
}

pub fn page(before: Option<u64>, limit: u32) -> Page {
    Page::before(before, TimeRange::default(), limit)
}

async fn claim(store: &dyn Store) -> JournalHead {
    store.claim_journal(0).await.expect("a claim")
}

/// Appends one event with these projections.
pub async fn append(store: &dyn Store, projections: &Projections) {
    let head = claim(store).await;
    let appended = store.append_journal(head, &[event(head.seq + 1)], projections).await;
    assert_eq!(appended.expect("an append"), DONE);
}

pub fn order(order_id: u64) -> OrderRow {
    OrderRow {
        order_id,
        account: ACCOUNT,
        market: MarketNo::new(0),
        client_order_id: None,
        side: OrderSide::Buy,
        order_type: "limit".to_owned(),
        time_in_force: "gtc".to_owned(),
        status: "open".to_owned(),
        reason: None,
        price: Some(Price::from_mantissa(6_000_010)),
        stop_price: None,
        qty: Some(Qty::from_mantissa(5)),
        quote_qty: None,
        filled_qty: Qty::ZERO,
        filled_quote: Notional::ZERO,
        scales: Scales::of(2, 8),
        created_at: at(MIDNIGHT_US + order_id as i64),
        updated_at: at(MIDNIGHT_US + order_id as i64),
        order: vec![1, 2, 3],
        body_version: 2,
        list_id: None,
    }
}

fn fill(fill_id: u64, order_id: u64) -> FillRow {
    FillRow {
        fill_id,
        order_id,
        account: ACCOUNT,
        market: MarketNo::new(0),
        side: OrderSide::Sell,
        liquidity: Liquidity::Maker,
        price: Price::from_mantissa(1),
        qty: Qty::from_mantissa(2),
        scales: Scales::of(0, 18),
        fee: Amount::from_units(-3),
        fee_asset: AssetNo::new(1),
        at: at(MIDNIGHT_US + fill_id as i64),
        seq: fill_id,
        fill: vec![0; 3],
    }
}

fn entry(seq: u64, line: u32, account: Option<AccountNo>, units: i128) -> EntryRow {
    EntryRow {
        seq,
        line,
        account,
        owner: if account.is_some() { EntryOwner::Free } else { EntryOwner::Faucet },
        asset: AssetNo::new(1),
        amount: Amount::from_units(units),
        kind: "deposited".to_owned(),
        at: at(MIDNIGHT_US + seq as i64),
    }
}

fn request(key: &str, expires_us: i64) -> IdempotencyRow {
    IdempotencyRow {
        account: ACCOUNT,
        key: key.to_owned(),
        request_hash: vec![7; 32],
        response: b"{}".to_vec(),
        seq: 1,
        expires_at: at(expires_us),
    }
}

async fn the_journal_comes_back_exactly(database: &Database) {
    let store = &*database.store;
    assert_eq!(store.journal_head().await.expect("a head"), JournalHead { fence: 0, seq: 0 });
    let head = claim(store).await;
    assert_eq!(head, JournalHead { fence: 1, seq: 0 });
    let rows = events(1..=5);
    assert_eq!(store.append_journal(head, &rows, &Projections::default()).await.expect("an append"), DONE);
    assert_eq!(store.journal_head().await.expect("a head"), JournalHead { fence: 1, seq: 5 });
    assert_eq!(store.journal_from(0, 100).await.expect("a read"), rows);
    assert_eq!(store.journal_from(2, 2).await.expect("a read"), rows[1..3]);
    assert_eq!(store.journal_from(6, 100).await.expect("a read"), []);
    assert_eq!(store.journal_from(u64::MAX, 1).await.expect("a read"), []);
}

async fn who_lost_the_journal_is_refused(database: &Database) {
    let store = &*database.store;
    let first = claim(store).await;
    // A lease's token may be far ahead of ours.
    let second = store.claim_journal(100).await.expect("a claim");
    assert_eq!(second.fence, 100);
    assert_eq!(store.claim_journal(50).await.expect("a claim").fence, 101);
    let third = store.journal_head().await.expect("a head");
    let none = Projections::default();
    for stale in [first, second, JournalHead { fence: 102, seq: 0 }, JournalHead { seq: 1, ..third }] {
        let projections = Projections { orders: vec![order(1)], ..Projections::default() };
        let appended = store.append_journal(stale, &[event(stale.seq + 1)], &projections).await;
        assert_eq!(appended.expect("an answer"), Appended::Stale(third), "{stale:?}");
    }
    assert_eq!(
        (store.journal_from(0, 9).await.expect("a read"), store.order(1).await.expect("a read")),
        (vec![], None)
    );
    assert_eq!(store.append_journal(third, &[event(1)], &none).await.expect("an append"), DONE);
    let state = StateRow { seq: 1, ts: at(MIDNIGHT_US), record: vec![1] };
    assert!(!store.put_state(first.fence, &state).await.expect("an answer"));
    assert_eq!(store.latest_states().await.expect("a read"), []);
    assert!(store.put_state(third.fence, &state).await.expect("an answer"));
}

/// The outcome of a commit may be lost on the way back: then the same append comes again.
async fn an_append_is_done_once(database: &Database) {
    let store = &*database.store;
    let head = claim(store).await;
    let projections = Projections { entries: vec![entry(1, 0, Some(ACCOUNT), 5)], ..Projections::default() };
    assert_eq!(store.append_journal(head, &events(1..=2), &projections).await.expect("an append"), DONE);
    let again = store.append_journal(head, &events(1..=2), &projections).await;
    assert_eq!(again.expect("an answer"), Appended::Done { is_new: false });
    assert_eq!(store.journal_from(0, 9).await.expect("a read").len(), 2);
    // Other events of the same numbers are not the same append.
    let other = [event(1), JournalRow { record: vec![9], ..event(2) }];
    let refused = store.append_journal(head, &other, &projections).await.expect("an answer");
    assert_eq!(refused, Appended::Stale(JournalHead { seq: 2, ..head }));
    let longer = store.append_journal(head, &events(1..=3), &projections).await.expect("an answer");
    assert_eq!(longer, Appended::Stale(JournalHead { seq: 2, ..head }));
}

async fn an_append_is_done_as_a_whole_or_not_at_all(database: &Database) {
    let store = &*database.store;
    let head = claim(store).await;
    let asset =
        |number| AssetRow { asset: AssetNo::new(number), code: "BTC".to_owned(), scale: Scale::of(8) };
    let projections = Projections {
        orders: vec![order(1)],
        assets: vec![asset(0), asset(1)],
        entries: vec![entry(1, 0, Some(ACCOUNT), 5)],
        ..Projections::default()
    };
    let failed =
        store.append_journal(head, &[event(1)], &projections).await.expect_err("two assets of one code");
    assert_eq!(failed.fault(), Fault::Refused, "{failed}");
    assert_eq!(store.journal_head().await.expect("a head"), head);
    assert_eq!(store.journal_from(0, 9).await.expect("a read"), []);
    assert_eq!(store.order(1).await.expect("a read"), None);
    assert_eq!(
        store.append_journal(head, &[event(1)], &Projections::default()).await.expect("an append"),
        DONE
    );
}

async fn events_without_their_place_are_refused(database: &Database) {
    let store = &*database.store;
    let head = claim(store).await;
    for rows in [vec![], vec![event(2)], vec![event(1), event(3)], vec![event(1), event(1)]] {
        let refused = store.append_journal(head, &rows, &Projections::default()).await.expect_err("no place");
        assert_eq!(refused.fault(), Fault::Refused, "{rows:?}");
    }
    assert_eq!(store.journal_head().await.expect("a head"), head);
}

async fn rows_come_back_exactly(database: &Database) {
    let store = &*database.store;
    let rate = |millionths| FeeRate::from_millionths(millionths).expect("a rate");
    let account = AccountRow {
        account: ACCOUNT,
        user: UserNo::new(u32::MAX),
        name: "älter'; --".to_owned(),
        version: 3,
        predecessor: Some(AccountNo::new(0)),
        successor: None,
        fees: FeeSchedule::new(rate(-100), rate(1_000), FeeIn::Quote).expect("a schedule"),
        opened_at: at(MIDNIGHT_US),
    };
    let full = OrderRow {
        client_order_id: Some("x-1".to_owned()),
        reason: Some("user_request".to_owned()),
        stop_price: Some(Price::from_mantissa(i64::MIN)),
        quote_qty: Some(Notional::from_mantissa(i128::MAX)),
        filled_quote: Notional::from_mantissa(i128::MIN),
        qty: None,
        price: None,
        order: (0..=255).collect(),
        body_version: u16::MAX,
        list_id: Some(i64::MAX as u64),
        order_id: i64::MAX as u64,
        ..order(1)
    };
    let position = Position {
        qty: Amount::from_units(i128::MIN),
        cost: Amount::from_units(-1),
        realized: Amount::from_units(i128::MAX),
        fees: Amount::ZERO,
    };
    let balance = Balance { free: Amount::from_units(1 << 120), reserved: Amount::from_units(1) };
    let (updated_at, market, asset) = (at(MIDNIGHT_US), MarketNo::new(3), AssetNo::new(4));
    let projections = Projections {
        assets: vec![AssetRow { asset, code: "BTC".to_owned(), scale: Scale::of(18) }],
        markets: vec![SandboxMarketRow {
            market,
            id: "sim:BTC-USD".to_owned(),
            base: asset,
            quote: asset,
            scales: Scales::of(2, 8),
        }],
        accounts: vec![account.clone()],
        orders: vec![full.clone()],
        fills: vec![fill(1, 2)],
        positions: vec![PositionRow { account: ACCOUNT, market, position, updated_at }],
        balances: vec![BalanceRow { account: ACCOUNT, asset, balance, updated_at }],
        entries: vec![entry(1, 0, Some(ACCOUNT), i128::MAX), entry(1, 1, None, i128::MIN)],
        idempotency: vec![request("key", MIDNIGHT_US)],
        ..Projections::default()
    };
    append(store, &projections).await;
    assert_eq!(store.sandbox_accounts(account.user).await.expect("a read"), [account]);
    assert_eq!(store.order(full.order_id).await.expect("a read"), Some(full));
    let any = FillFilter::default();
    assert_eq!(store.fills(ACCOUNT, any, page(None, 9)).await.expect("a read"), projections.fills);
    assert_eq!(store.positions(ACCOUNT).await.expect("a read"), projections.positions);
    assert_eq!(store.balances(ACCOUNT).await.expect("a read"), projections.balances);
    assert_eq!(store.ledger_entries(ACCOUNT, page(None, 9)).await.expect("a read"), projections.entries[..1]);
    assert_eq!(
        store.idempotency(ACCOUNT, "key").await.expect("a read").as_ref(),
        projections.idempotency.first()
    );
    assert_eq!(database.text("select owner from sandbox_entries where account_no is null").await, "faucet");
    assert_eq!(database.text("select market from sandbox_markets").await, "sim:BTC-USD");
    assert_eq!(database.text("select code from sandbox_assets").await, "BTC");
    for account in [OTHER, AccountNo::new(u32::MAX)] {
        assert_eq!(store.balances(account).await.expect("a read"), []);
        assert_eq!(store.idempotency(account, "key").await.expect("a read"), None);
    }
}

async fn of_rows_with_one_key_the_last_counts(database: &Database) {
    let store = &*database.store;
    let with_status = |order_id, status: &str| OrderRow { status: status.to_owned(), ..order(order_id) };
    let orders = vec![with_status(1, "open"), with_status(2, "open"), with_status(1, "filled")];
    append(store, &Projections { orders, ..Projections::default() }).await;
    assert_eq!(store.order(1).await.expect("a read"), Some(with_status(1, "filled")));
    let orders = vec![with_status(2, "cancelled")];
    append(store, &Projections { orders, ..Projections::default() }).await;
    assert_eq!(store.order(2).await.expect("a read"), Some(with_status(2, "cancelled")));
    // What happened does not change.
    let fills = vec![fill(1, 1), FillRow { qty: Qty::from_mantissa(99), ..fill(1, 1) }];
    append(store, &Projections { fills, ..Projections::default() }).await;
    append(store, &Projections { fills: vec![FillRow { seq: 99, ..fill(1, 1) }], ..Projections::default() })
        .await;
    assert_eq!(store.fills_of_order(1).await.expect("a read").len(), 1);
    assert_eq!(store.fills_of_order(1).await.expect("a read")[0].seq, 1);
}

async fn an_account_stays_opened_when_it_was_opened(database: &Database) {
    let store = &*database.store;
    let rate = |millionths| FeeRate::from_millionths(millionths).expect("a rate");
    let fees = |taker| FeeSchedule::new(rate(0), rate(taker), FeeIn::Quote).expect("a schedule");
    let opened = AccountRow {
        account: ACCOUNT,
        user: UserNo::new(7),
        name: "main".to_owned(),
        version: 1,
        predecessor: None,
        successor: None,
        fees: fees(100),
        opened_at: at(MIDNIGHT_US),
    };
    let changed = AccountRow { fees: fees(200), opened_at: at(MIDNIGHT_US + 1), ..opened.clone() };
    for row in [opened.clone(), changed.clone()] {
        append(store, &Projections { accounts: vec![row], ..Projections::default() }).await;
    }
    let expected = AccountRow { opened_at: opened.opened_at, ..changed };
    assert_eq!(store.sandbox_accounts(opened.user).await.expect("a read"), [expected]);
}

async fn pages_of_orders_fills_and_entries_have_no_seam(database: &Database) {
    let store = &*database.store;
    let others = |number: u64| if number.is_multiple_of(3) { OTHER } else { ACCOUNT };
    let projections = Projections {
        orders: (1..=30).map(|id| OrderRow { account: others(id), ..order(id) }).collect(),
        fills: (1..=30).map(|id| FillRow { account: others(id), ..fill(id, id) }).collect(),
        entries: (1..=30)
            .flat_map(|seq| (0..3).map(move |line| entry(seq, line, Some(others(seq)), line.into())))
            .collect(),
        ..Projections::default()
    };
    append(store, &projections).await;
    let expected: Vec<u64> = (1..=30).rev().filter(|number: &u64| !number.is_multiple_of(3)).collect();
    let (mut orders, mut fills, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    let any = OrderFilter::default();
    while let Some(last) = {
        let found = store.orders(ACCOUNT, &any, page(orders.last().copied(), 7)).await.expect("a read");
        orders.extend(found.iter().map(|row| row.order_id));
        found.last().map(|row| row.order_id)
    } {
        assert!(last >= 1);
    }
    while let Some(last) = {
        let page = page(fills.last().copied(), 7);
        let found = store.fills(ACCOUNT, FillFilter::default(), page).await.expect("a read");
        fills.extend(found.iter().map(|row| row.fill_id));
        found.last().map(|row| row.fill_id)
    } {
        assert!(last >= 1);
    }
    loop {
        let found = store.ledger_entries(ACCOUNT, page(entries.last().copied(), 7)).await.expect("a read");
        if found.is_empty() {
            break;
        }
        assert!(found.len().is_multiple_of(3), "a page splits an event");
        entries.extend(found.iter().map(|row| row.seq).step_by(3));
    }
    assert_eq!((orders, fills, entries), (expected.clone(), expected.clone(), expected));
    let range = TimeRange { start: Some(at(MIDNIGHT_US + 4)), end: Some(at(MIDNIGHT_US + 8)) };
    let between = Page::before(None, range, 100);
    let found = store.orders(ACCOUNT, &any, between).await.expect("a read");
    assert_eq!(found.iter().map(|row| row.order_id).collect::<Vec<_>>(), [7, 5, 4]);
    let found = store.ledger_entries(ACCOUNT, between).await.expect("a read");
    assert_eq!(
        found.iter().map(|row| (row.seq, row.line)).take(4).collect::<Vec<_>>(),
        [(7, 0), (7, 1), (7, 2), (5, 0)]
    );
    let rising = Page { order: PageOrder::OldestFirst, from: 4, before: Some(12), ..page(None, 4) };
    let found = store.orders(ACCOUNT, &any, rising).await.expect("a read");
    assert_eq!(found.iter().map(|row| row.order_id).collect::<Vec<_>>(), [4, 5, 7, 8]);
    let found = store.fills(ACCOUNT, FillFilter::default(), rising).await.expect("a read");
    assert_eq!(found.iter().map(|row| row.fill_id).collect::<Vec<_>>(), [4, 5, 7, 8]);
    let found = store.ledger_entries(ACCOUNT, rising).await.expect("a read");
    assert_eq!(found.iter().map(|row| row.seq).step_by(3).collect::<Vec<_>>(), [4, 5, 7, 8]);
}

async fn fills_are_found_by_market_and_order(database: &Database) {
    let store = &*database.store;
    // Every seventh in another market, three of every order.
    let market = |id: u64| MarketNo::new(if id.is_multiple_of(7) { 9 } else { 0 });
    let fills = (1..=30).map(|id| FillRow { market: market(id), ..fill(id, id.div_ceil(3)) }).collect();
    append(store, &Projections { fills, ..Projections::default() }).await;
    let found = async |market, order_id, page| {
        let filter = FillFilter { market, order_id };
        let found = store.fills(ACCOUNT, filter, page).await.expect("a read");
        found.iter().map(|row| row.fill_id).collect::<Vec<_>>()
    };
    let rare = Some(MarketNo::new(9));
    assert_eq!(found(rare, None, page(None, 2)).await, [28, 21]);
    assert_eq!(found(rare, None, page(Some(21), 9)).await, [14, 7]);
    assert_eq!(found(None, Some(5), page(None, 9)).await, [15, 14, 13]);
    assert_eq!(found(rare, Some(5), page(None, 9)).await, [14]);
    assert_eq!(found(None, Some(5), page(Some(15), 1)).await, [14]);
    let range = TimeRange { start: Some(at(MIDNIGHT_US + 14)), end: Some(at(MIDNIGHT_US + 15)) };
    assert_eq!(found(None, Some(5), Page::before(None, range, 9)).await, [14]);
    let filter = FillFilter { market: None, order_id: Some(5) };
    assert_eq!(store.fills(OTHER, filter, page(None, 9)).await.expect("a read"), []);
}

async fn orders_are_found_by_what_they_are(database: &Database) {
    let store = &*database.store;
    let named = |order_id, market, status: &str, name: &str| OrderRow {
        market: MarketNo::new(market),
        status: status.to_owned(),
        client_order_id: Some(name.to_owned()),
        ..order(order_id)
    };
    let orders = vec![
        named(1, 0, "filled", "mine"),
        named(2, 0, "open", "mine"),
        named(3, 1, "partially_filled", "other"),
        OrderRow { account: OTHER, ..named(4, 0, "open", "mine") },
    ];
    append(store, &Projections { orders, ..Projections::default() }).await;
    let check = async |market: Option<u32>, statuses: &[&str], expected: &[u64]| {
        let statuses = statuses.iter().map(|status| (*status).to_owned()).collect();
        let filter = OrderFilter { market: market.map(MarketNo::new), statuses };
        let found = store.orders(ACCOUNT, &filter, page(None, 10)).await.expect("a read");
        assert_eq!(found.iter().map(|row| row.order_id).collect::<Vec<_>>(), expected, "{filter:?}");
    };
    check(None, &[], &[3, 2, 1]).await;
    check(Some(0), &[], &[2, 1]).await;
    check(None, &["open", "partially_filled"], &[3, 2]).await;
    check(None, &["filled"], &[1]).await;
    check(Some(1), &["open"], &[]).await;
    check(None, &["pen"], &[]).await;
    let by_name = async |account, name| {
        store.order_by_client_id(account, name).await.expect("a read").map(|row: OrderRow| row.order_id)
    };
    assert_eq!(by_name(ACCOUNT, "mine").await, Some(2));
    assert_eq!(by_name(OTHER, "mine").await, Some(4));
    assert_eq!(by_name(OTHER, "other").await, None);
    assert_eq!(store.order(99).await.expect("a read"), None);
    assert_eq!(store.order(u64::MAX).await.expect("a read"), None);
}

async fn the_last_two_states_are_kept(database: &Database) {
    let store = &*database.store;
    let head = claim(store).await;
    let state = |seq: u64, size: usize| StateRow {
        seq,
        ts: at(MIDNIGHT_US + seq as i64),
        record: vec![seq as u8; size],
    };
    for seq in 1..=4 {
        assert!(store.put_state(head.fence, &state(seq, 3_000_000)).await.expect("an answer"));
    }
    assert_eq!(store.latest_states().await.expect("a read"), [state(4, 3_000_000), state(3, 3_000_000)]);
    assert!(store.put_state(head.fence, &state(4, 1)).await.expect("an answer"));
    assert_eq!(store.latest_states().await.expect("a read")[0], state(4, 1));
}

async fn requests_are_remembered_until_they_expire(database: &Database) {
    let store = &*database.store;
    let idempotency = vec![request("old", MIDNIGHT_US), request("new", MIDNIGHT_US + 1)];
    append(store, &Projections { idempotency, ..Projections::default() }).await;
    assert_eq!(store.expire_idempotency(at(MIDNIGHT_US - 1)).await.expect("a delete"), 0);
    assert_eq!(store.expire_idempotency(at(MIDNIGHT_US)).await.expect("a delete"), 1);
    assert_eq!(store.idempotency(ACCOUNT, "old").await.expect("a read"), None);
    let found = store.idempotency(ACCOUNT, "new").await.expect("a read");
    assert_eq!(found, Some(request("new", MIDNIGHT_US + 1)));
}

async fn large_appends_are_whole(database: &Database) {
    let store = &*database.store;
    let mut first = 1;
    for count in [1u64, 63, 64, 65, 1_000, 1_999] {
        let head = claim(store).await;
        let rows = events(first..=first + count - 1);
        let entries = (first..first + count).map(|seq| entry(seq, 0, Some(ACCOUNT), 1)).collect();
        let projections = Projections { entries, ..Projections::default() };
        assert_eq!(store.append_journal(head, &rows, &projections).await.expect("an append"), DONE);
        assert_eq!(store.journal_from(first, 10_000).await.expect("a read"), rows);
        first += count;
    }
    let entries = store.ledger_entries(ACCOUNT, page(None, 10_000)).await.expect("a read");
    assert_eq!(entries.len() as u64, first - 1);
}

/// Owners take the journal from each other in the middle of their work: whoever is told that an append was done finds it.
async fn owners_in_turn_leave_one_journal(database: &Database) {
    let owners = (0..4u8).map(|owner| {
        let store = std::sync::Arc::clone(&database.store);
        tokio::spawn(async move {
            let mut done = Vec::new();
            let mut head = claim(&*store).await;
            for nth in 0..40u8 {
                let row = JournalRow { record: vec![owner, nth], ..event(head.seq + 1) };
                match store.append_journal(head, std::slice::from_ref(&row), &Projections::default()).await {
                    Ok(Appended::Done { is_new: true }) => {
                        head.seq += 1;
                        done.push(row);
                    }
                    Ok(Appended::Done { is_new: false }) => panic!("nobody appends twice"),
                    Ok(Appended::Stale(_)) => head = claim(&*store).await,
                    Err(error) => panic!("{error}"),
                }
            }
            done
        })
    });
    let mut done = Vec::new();
    for owner in owners.collect::<Vec<_>>() {
        done.extend(owner.await.expect("an owner"));
    }
    done.sort_by_key(|row| row.seq);
    let journal = database.store.journal_from(0, 1_000).await.expect("a read");
    assert_eq!(journal, done);
    assert!(!journal.is_empty());
}
