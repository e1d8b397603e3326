//! Who hangs up in the middle has not hidden what was done.

use serde_json::json;
use socket2::SockRef;
use sqlx::Connection;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::store::database::Database;
use crate::support::TestApp;
use crate::support::raw::RawClient;

/// A store that answers nobody who writes, until the lock is let go: what is asked for meanwhile stays in the middle.
async fn held(url: &str) -> sqlx::sqlite::SqliteConnection {
    let mut other = sqlx::sqlite::SqliteConnection::connect(url).await.expect("the file");
    sqlx::query("begin immediate").execute(&mut other).await.expect("the lock");
    other
}

/// Sends a request, and resets the connection when `is_under_way`.
async fn hang_up(app: &TestApp, path: &str, body: &str, is_under_way: impl AsyncFn() -> bool) {
    let mut stream = TcpStream::connect(&app.address).await.expect("the server listens");
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nx-mbx-apikey: any\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    app.until("the request is under way", is_under_way).await;
    SockRef::from(&stream).set_linger(Some(std::time::Duration::ZERO)).expect("an option");
    drop(stream);
    // The server has one thread for requests here, and has heard of the reset when it answers this.
    for _ in 0..3 {
        assert_eq!(app.get("/livez").await.status, 200);
    }
}

#[actix_web::test]
async fn what_was_done_for_who_has_hung_up_is_audited() {
    let database = Database::sqlite();
    let url = database.url();
    let keys = [
        ("store.url", url.as_str()),
        ("store.timeout_ms", "20000"),
        ("sandbox.patience_ms", "20000"),
        ("venues.sim.enabled", "true"),
        ("venues.sim.markets", "BTC-USD"),
    ];
    let app = TestApp::start(&keys).await;
    app.ready().await;
    app.until("the sandbox", async || app.get("/api/v1/balances").await.status == 200).await;
    let seq = async || app.data("/health").await["sandbox"]["seq"].as_u64().expect("a number");

    let mut lock = held(&url).await;
    let before = seq().await;
    hang_up(&app, "/api/v1/accounts", r#"{"account":"gone"}"#, async || seq().await > before).await;
    sqlx::query("rollback").execute(&mut lock).await.expect("the end of the lock");
    app.until("the account", async || app.get("/api/v1/accounts/gone").await.status == 200).await;

    let is_audited = async |action: &str| {
        let audit = app.data(&format!("/api/v1/audit?action={action}")).await;
        let items = audit["items"].as_array().expect("items").clone();
        items.iter().any(|item| item["user"] == json!("dev") && item["status"].as_u64() < Some(300))
    };
    app.until("its row in the audit", async || is_audited("POST%20/api/v1/accounts").await).await;

    // The same through the face, where an order is in the journal too.
    let mut lock = held(&url).await;
    let before = seq().await;
    let order = "symbol=BTCUSD&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=30000";
    let (at, signature) = (super::now_us() / 1_000, "0".repeat(64));
    let path = format!("/api/v3/order?{order}&timestamp={at}&signature={signature}");
    hang_up(&app, &path, "", async || seq().await > before).await;
    sqlx::query("rollback").execute(&mut lock).await.expect("the end of the lock");
    app.until("its row in the audit", async || is_audited("POST%20/api/v3/order").await).await;

    // And over a WebSocket, whose session ends with its connection.
    let mut session = RawClient::connect(&app.address).await;
    let mut lock = held(&url).await;
    let before = seq().await;
    session
        .send_json(&json!({"op": "order.place", "market": "sim:BTC-USD", "side": "buy", "type": "limit",
            "price": "30000.00", "qty": "0.01"}))
        .await;
    app.until("the request is under way", async || seq().await > before).await;
    session.reset();
    app.nobody_is_connected().await;
    sqlx::query("rollback").execute(&mut lock).await.expect("the end of the lock");
    app.until("its row in the audit", async || is_audited("WS%20order.place").await).await;
    lock.close().await.expect("closed");
    app.stop().await;
}
