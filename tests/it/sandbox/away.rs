//! The store is away: nothing new is taken, at once; nothing that was taken is lost; and it comes back by itself.

use std::time::Instant;

use serde_json::json;

use super::resting;
use crate::store::database::own_postgres;
use crate::support::TestApp;

#[actix_web::test]
async fn without_its_store_the_sandbox_refuses_and_comes_back() {
    let Some(mut postgres) = own_postgres() else { return };
    let url = postgres.url();
    let app = TestApp::start(&[("venues.sim.enabled", "true"), ("store.url", url.as_str())]).await;
    app.ready().await;
    app.until("the sandbox", async || app.get("/api/v1/balances").await.status == 200).await;
    let held = app.placed(&resting("0.01")).await;
    app.until("its level", async || app.published("30000.00").await.is_some()).await;
    postgres.crash();
    app.until("the outage", async || app.place(&resting("0.01")).await.status == 503).await;
    let began = Instant::now();
    let answer = app.place(&resting("0.01")).await;
    assert_eq!((answer.status, &answer.json()["code"]), (503, &json!("store_unavailable")));
    assert!(began.elapsed().as_millis() < 1_000, "refused at once");
    assert_eq!(app.get("/api/v1/markets/sim:BTC-USD/book").await.status, 200, "market data goes on");
    app.until("a book without it", async || app.published("30000.00").await.is_none()).await;
    postgres.restart().expect("the port is still free");
    app.until("orders again", async || app.place(&resting("0.01")).await.status == 201).await;
    let order = app.data(&format!("/api/v1/orders/{}", held["order_id"])).await;
    assert_eq!(order["status"], "open");
    app.until("its level again", async || app.published("30000.00").await.is_some()).await;
    app.stop().await;
}

/// A Postgres that hangs says nothing at all.
#[actix_web::test]
async fn a_store_that_hangs_is_one_that_is_away() {
    let Some(postgres) = own_postgres() else { return };
    let url = postgres.url();
    let app = TestApp::start(&[("venues.sim.enabled", "true"), ("store.url", url.as_str())]).await;
    app.ready().await;
    app.until("the sandbox", async || app.get("/api/v1/balances").await.status == 200).await;
    postgres.freeze().expect("a signal");
    app.until("the outage", async || {
        let began = Instant::now();
        let answer = app.get("/api/v1/balances").await;
        answer.status == 503 && began.elapsed().as_millis() < 1_000
            || app.place(&resting("0.01")).await.status == 503
    })
    .await;
    postgres.thaw().expect("a signal");
    app.until("orders again", async || app.place(&resting("0.01")).await.status == 201).await;
    app.stop().await;
}
