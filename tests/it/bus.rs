//! Redis in the server: what nodes share through it, and that nobody needs it.

mod books;
mod faults;
mod limits;
mod once;

use marketd_testkit::services::{Redis, private_redis, redis_url};

use crate::support::TestApp;

/// A prefix of the test's own: others use the same Redis.
fn prefix() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("it-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A node with the simulated BTC-USD, on this Redis.
async fn node_with_market(url: &str, prefix: &str, keys: &[(&str, &str)]) -> TestApp {
    let market = [("venues.sim.enabled", "true"), ("venues.sim.markets", "BTC-USD")];
    let app = TestApp::start(&[&bus_keys(url, prefix)[..], &market, keys].concat()).await;
    app.ready().await;
    app
}

/// A node without markets.
async fn bare_node(url: &str, prefix: &str, keys: &[(&str, &str)]) -> TestApp {
    TestApp::start(&[&bus_keys(url, prefix)[..], keys].concat()).await
}

/// On a busy machine Redis is late at times, which is not what most of these tests are about.
fn bus_keys<'a>(url: &'a str, prefix: &'a str) -> [(&'a str, &'a str); 4] {
    [("bus.url", url), ("bus.prefix", prefix), ("bus.timeout_ms", "500"), ("bus.snapshot_ms", "20")]
}

/// `bus` of `/health`.
async fn bus_state(app: &TestApp) -> String {
    app.data("/health").await["bus"]["state"].as_str().expect("a state").to_owned()
}

async fn bus_is(app: &TestApp, state: &str) {
    app.until(&format!("the bus {state}"), async || bus_state(app).await == state).await;
}
