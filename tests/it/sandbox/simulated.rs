//! Orders in the simulated venue's own book: published, met, taken from, and there again after whatever happened.

use marketd::feeds::Running;
use marketd_actors::sim;
use serde_json::{Value, json};

use super::{MARKET, app, market};
use crate::support::TestApp;

/// Where nobody else is.
const PRICE: &str = "54321.09";

impl TestApp {
    /// What the public sees at a price of the bids.
    pub(super) async fn published(&self, price: &str) -> Option<String> {
        let book = self.data(&format!("/api/v1/markets/{MARKET}/book?depth=1000")).await;
        let bids = book["bids"].as_array().expect("a side");
        let level = bids.iter().find(|level| level[0] == price)?;
        Some(level[1].as_str().expect("a quantity").to_owned())
    }

    async fn trades(&self) -> Vec<Value> {
        let trades = self.data(&format!("/api/v1/markets/{MARKET}/trades?limit=500")).await;
        trades["items"].as_array().expect("a list").clone()
    }
}

fn bid(qty: &str) -> Value {
    json!({"market": MARKET, "side": "buy", "type": "limit", "qty": qty, "price": PRICE})
}

/// In hundred-thousandths.
fn lots(qty: &Value) -> i64 {
    qty.as_str().expect("a quantity").replace('.', "").parse().expect("a number")
}

#[actix_web::test]
async fn an_order_is_in_the_published_book_and_what_is_taken_is_gone_for_all() {
    let app = app().await;
    let order = app.placed(&bid("0.03")).await;
    assert_eq!(order["queue_ahead"], "0.00000");
    app.until("its level", async || app.published(PRICE).await.as_deref() == Some("0.03000")).await;
    let second = app.placed(&bid("0.01")).await;
    app.until("both", async || app.published(PRICE).await.as_deref() == Some("0.04000")).await;
    let explained = app.data(&format!("/api/v1/orders/{}/explain", second["order_id"])).await;
    assert_eq!(
        (&explained["queue"]["queue_ahead"], &explained["queue"]["sandbox_ahead"]),
        (&json!("0.00000"), &json!("0.03000"))
    );
    app.request("DELETE", "/api/v1/orders", &[], "").await;
    app.until("none", async || app.published(PRICE).await.is_none()).await;

    let known: Vec<Value> = app.trades().await.iter().map(|trade| trade["trade_id"].clone()).collect();
    let order = app.placed(&market("buy", "0.5")).await;
    assert_eq!(order["status"], "filled");
    let fills = app.data(&format!("/api/v1/fills?order_id={}", order["order_id"])).await["items"].clone();
    for fill in fills.as_array().expect("a list") {
        app.until("its prints", async || {
            let trades = app.trades().await;
            let of_fill = trades.iter().filter(|trade| {
                !known.contains(&trade["trade_id"])
                    && trade["price"] == fill["price"]
                    && trade["side"] == "buy"
            });
            of_fill.map(|trade| lots(&trade["qty"])).sum::<i64>() >= lots(&fill["qty"])
        })
        .await;
    }
    app.stop().await;
}

#[actix_web::test]
async fn a_simulator_that_begins_again_has_the_orders_in_its_book() {
    let app = app().await;
    let order = app.placed(&bid("0.03")).await;
    app.until("its level", async || app.published(PRICE).await.is_some()).await;
    let place = app.server().feeds.iter().find_map(|running| match running {
        Running::Sim(place) => Some(place.clone()),
        Running::Live(_) | Running::Replay(_) => None,
    });
    let actor = place.expect("a simulator").read().clone();
    actor.try_send(sim::Crash).expect("the actor takes the message");
    let books = format!("/api/v1/markets/{MARKET}");
    app.until("another simulator", async || !actor.connected()).await;
    app.until("a live market", async || app.data(&books).await["status"] == "live").await;
    app.until("its level again", async || app.published(PRICE).await.as_deref() == Some("0.03000")).await;
    let held = app.data(&format!("/api/v1/orders/{}", order["order_id"])).await;
    assert_eq!((&held["status"], &held["queue_ahead"]), (&json!("open"), &json!("0.00000")));
    app.request("DELETE", "/api/v1/orders", &[], "").await;
    app.until("none", async || app.published(PRICE).await.is_none()).await;
    app.nothing_is_reserved().await;
    app.stop().await;
}
