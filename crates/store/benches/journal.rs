//! Durable commits a second of the sandbox's journal, in both databases: 32 clients, each with one order at a time, whose
//! events are appended together, as many as wait. Every append is synced before any of its clients goes on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use marketd_domain::ledger::{AccountNo, Amount, AssetNo, Balance, MarketNo};
use marketd_domain::matching::OrderSide;
use marketd_domain::{Notional, Price, Qty, Scales, Timestamp};
use marketd_store::sandbox::{
    Appended, BalanceRow, EntryOwner, EntryRow, JournalHead, JournalRow, OrderRow, Projections,
};
use marketd_store::{Store, StoreOptions, open};
use marketd_testkit::services::{Durability, Postgres};
use tokio::sync::{mpsc, oneshot};

const CLIENTS: u32 = 32;
const RUN: Duration = Duration::from_secs(3);
const RUNS: usize = 3;

/// An order, a balance and two entries: what an accepted order changes.
fn note(seq: u64, account: u32, projections: &mut Projections) -> JournalRow {
    let (account, at) = (AccountNo::new(account), Timestamp::from_micros(1_795_219_200_000_000 + seq as i64));
    projections.orders.push(OrderRow {
        order_id: seq,
        account,
        market: MarketNo::new(0),
        client_order_id: Some(format!("client-{seq}")),
        side: OrderSide::Buy,
        order_type: "limit".to_owned(),
        time_in_force: "gtc".to_owned(),
        status: "open".to_owned(),
        reason: None,
        price: Some(Price::from_mantissa(6_000_010)),
        stop_price: None,
        qty: Some(Qty::from_mantissa(51_200_000)),
        quote_qty: None,
        filled_qty: Qty::ZERO,
        filled_quote: Notional::ZERO,
        scales: Scales::of(2, 8),
        created_at: at,
        updated_at: at,
        order: vec![7; 120],
        body_version: 2,
        list_id: None,
    });
    let asset = AssetNo::new(1);
    let balance =
        Balance { free: Amount::from_units(1 << 80), reserved: Amount::from_units(i128::from(seq)) };
    projections.balances.push(BalanceRow { account, asset, balance, updated_at: at });
    for (line, owner) in [(0, EntryOwner::Free), (1, EntryOwner::Reserved)] {
        let amount = Amount::from_units(if line == 0 { -(1 << 70) } else { 1 << 70 });
        let kind = "order_accepted".to_owned();
        projections.entries.push(EntryRow {
            seq,
            line,
            account: Some(account),
            owner,
            asset,
            amount,
            kind,
            at,
        });
    }
    JournalRow { seq, ts: at, kind: "order_accepted".to_owned(), record: vec![9; 140] }
}

/// Takes what waits, appends it as one, and answers all.
async fn write(
    store: Arc<dyn Store>,
    mut head: JournalHead,
    mut asked: mpsc::Receiver<(u32, oneshot::Sender<()>)>,
) {
    let mut waiting = Vec::new();
    while asked.recv_many(&mut waiting, 256).await > 0 {
        let mut projections = Projections::default();
        let rows: Vec<JournalRow> = (head.seq + 1..)
            .zip(&waiting)
            .map(|(seq, (account, _))| note(seq, *account, &mut projections))
            .collect();
        let appended = store.append_journal(head, &rows, &projections).await.expect("the database answers");
        assert_eq!(appended, Appended::Done { is_new: true });
        head.seq += rows.len() as u64;
        for (_, answer) in waiting.drain(..) {
            // A client that has gone does not wait.
            let _ = answer.send(());
        }
    }
}

async fn measure(what: &str, store: Arc<dyn Store>) -> anyhow::Result<()> {
    let mut rates = Vec::new();
    let mut waits = Vec::new();
    for _ in 0..RUNS {
        let head = store.claim_journal(0).await?;
        let (ask, asked) = mpsc::channel(256);
        let writer = tokio::spawn(write(Arc::clone(&store), head, asked));
        let began = Instant::now();
        let clients = (0..CLIENTS).map(|account| {
            let ask = ask.clone();
            tokio::spawn(async move {
                let mut waits = Vec::new();
                while began.elapsed() < RUN {
                    let (answer, answered) = oneshot::channel();
                    let asked_at = Instant::now();
                    ask.send((account, answer)).await.expect("the writer runs");
                    answered.await.expect("the writer answers");
                    waits.push(asked_at.elapsed());
                }
                waits
            })
        });
        let clients: Vec<_> = clients.collect();
        let before = waits.len();
        for client in clients {
            waits.extend(client.await?);
        }
        rates.push((waits.len() - before) as f64 / began.elapsed().as_secs_f64());
        drop(ask);
        writer.await?;
    }
    rates.sort_by(f64::total_cmp);
    waits.sort();
    let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{what:<10} {:>8.0} commits/s   ({:.0} to {:.0})   p50 {:.2} ms, p99 {:.2} ms",
        rates[1],
        rates[0],
        rates[2],
        at(0.5),
        at(0.99)
    );
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    println!("{CLIENTS} clients, {RUNS} runs of {RUN:?}: median (lowest to highest)");
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite://{}", folder.path().join("market.db").display());
    measure("sqlite", open(&url, StoreOptions::default()).await?.store).await?;
    let server = Postgres::start(Durability::Full)?;
    measure("postgres", open(&server.url(), StoreOptions::default()).await?.store).await
}
