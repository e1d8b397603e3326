//! Who is connected and how far behind, as administrators are told.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::raw::RawClient;

const MARKET: &str = "binance:BTC-USDT";

async fn sessions(app: &TestApp, query: &str) -> Vec<Value> {
    app.data(&format!("/api/v1/sessions{query}")).await["items"].as_array().expect("items").clone()
}

#[actix_web::test]
async fn a_session_that_does_not_read_stands_first_with_what_it_is_behind() {
    let keys = [("replay.builtin", "true"), ("replay.speed", "50"), ("http.workers", "2")];
    let app = TestApp::start(&keys).await;
    app.ready().await;
    let mut quiet = app.connect().await;
    quiet.send(json!({"op": "subscribe", "channel": "status", "markets": [MARKET]})).await;
    quiet.next_where(|message| message["type"] == "status").await;
    let mut stalled = RawClient::with_small_buffer(&app.address).await;
    let book =
        json!({"op": "subscribe", "channel": "book", "markets": [MARKET], "depth": "full", "interval_ms": 0});
    stalled.send_json(&book).await;
    let is_behind = |session: &Value| {
        session["lag_frames"].as_u64() > Some(100)
            && session["lag_ms"].as_u64() > Some(50)
            && session["blocked_ms"].is_u64()
    };
    app.until("a session behind", async || sessions(&app, "").await.first().is_some_and(is_behind)).await;
    let told = sessions(&app, "").await;
    assert_eq!(told.len(), 2, "{told:?}");
    let fields = |session: &Value| {
        ["address", "user", "form", "compressed", "subscriptions"].map(|name| session[name].clone())
    };
    let expected = |subscriptions: usize| {
        [json!("127.0.0.1"), json!("dev"), json!("json"), json!(false), json!(subscriptions)]
    };
    // A market's status comes along with its book.
    assert_eq!(fields(&told[0]), expected(2));
    assert_eq!(fields(&told[1]), expected(1));
    let lag = ["snapshots_due", "lag_frames", "lag_ms", "blocked_ms"].map(|name| told[1][name].clone());
    assert_eq!(
        lag,
        [json!(0), json!(0), json!(0), json!(null)],
        "who has all that came is behind in nothing"
    );
    assert!(told[0]["opened_at"].as_i64() > told[1]["opened_at"].as_i64());
    let first = sessions(&app, "?limit=1").await;
    assert_eq!((first.len(), &first[0]["session"]), (1, &told[0]["session"]));
    for limit in ["0", "1001", "many"] {
        let answer = app.get(&format!("/api/v1/sessions?limit={limit}")).await;
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("bad_limit")), "{limit}");
    }
    drop(stalled);
    app.until("it is gone", async || sessions(&app, "").await.len() == 1).await;
    app.stop().await;
}
