//! The sandbox exchange through its doors.

mod accounts;
mod away;
mod channels;
mod crash;
mod once;
mod orders;
mod refusals;
mod simulated;
mod spending;

use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

/// The simulated venue: its books never stand still, and never end.
const MARKET: &str = "sim:BTC-USD";

async fn app() -> TestApp {
    let app = TestApp::start(&[("venues.sim.enabled", "true")]).await;
    app.ready().await;
    app.until("the sandbox", async || app.get("/api/v1/balances").await.status == 200).await;
    let ticker = format!("/api/v1/markets/{MARKET}/ticker");
    app.until("a print", async || !app.data(&ticker).await["last"].is_null()).await;
    app
}

impl TestApp {
    async fn place(&self, order: &Value) -> Answer {
        self.request("POST", "/api/v1/orders", &[], &order.to_string()).await
    }

    /// An order that is taken.
    async fn placed(&self, order: &Value) -> Value {
        let answer = self.place(order).await;
        assert_eq!(answer.status, 201, "{order}: {}", answer.body);
        answer.json()["data"].clone()
    }

    async fn balance(&self, account: &str, asset: &str) -> Value {
        let balances = self.data(&format!("/api/v1/balances?account={account}")).await;
        let items = balances["items"].as_array().expect("a list");
        items.iter().find(|balance| balance["asset"] == asset).cloned().unwrap_or_else(|| json!({}))
    }

    /// Nothing is held back for anything.
    async fn nothing_is_reserved(&self) {
        let balances = self.data("/api/v1/balances").await;
        for balance in balances["items"].as_array().expect("a list") {
            assert_eq!(balance["reserved"], "0", "{balance}");
        }
    }
}

/// A limit order that nobody will meet.
fn resting(qty: &str) -> Value {
    json!({"market": MARKET, "side": "buy", "type": "limit", "qty": qty, "price": "30000.00"})
}

fn market(side: &str, qty: &str) -> Value {
    json!({"market": MARKET, "side": side, "type": "market", "qty": qty})
}

/// An order with another field.
fn with(mut order: Value, field: &str, value: impl Into<Value>) -> Value {
    order[field] = value.into();
    order
}
