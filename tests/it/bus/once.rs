//! `Idempotency-Key` on the requests that change something.

use serde_json::json;

use super::{bare_node, bus_is, node_with_market, prefix, redis_url};
use crate::support::{Answer, TestApp};

const REPLAY: [(&str, &str); 2] = [("replay.builtin", "true"), ("replay.speed", "1")];

async fn post(app: &TestApp, path: &str, key: &str, body: &str) -> Answer {
    app.request("POST", path, &[("idempotency-key", key)], body).await
}

async fn lines(app: &TestApp) -> u64 {
    app.data("/api/v1/replay").await["items"][0]["lines"].as_u64().expect("a count")
}

/// Stands still, and says how many lines it has played.
async fn paused(app: &TestApp) -> u64 {
    assert_eq!(app.post("/api/v1/replay/pause", "").await.status, 200);
    app.until("the replay to pause", async || app.data("/api/v1/replay").await["items"][0]["paused"] == true)
        .await;
    lines(app).await
}

#[actix_web::test]
async fn a_request_that_is_sent_again_is_answered_and_not_carried_out_again() {
    let app = TestApp::start(&REPLAY).await;
    app.ready().await;
    let before = paused(&app).await;
    let first = post(&app, "/api/v1/replay/step", "step-1", "").await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (200, None));
    app.until("the step", async || lines(&app).await == before + 1).await;
    for _ in 0..3 {
        let again = post(&app, "/api/v1/replay/step", "step-1", "").await;
        assert_eq!((again.status, again.header("idempotent-replayed")), (200, Some("true")));
        assert_eq!(again.body, first.body, "the very same answer");
    }
    assert_eq!(post(&app, "/api/v1/replay/step", "step-2", "").await.header("idempotent-replayed"), None);
    app.until("another key, another step", async || lines(&app).await == before + 2).await;
    let speed = |speed: u32| json!({ "speed": speed }).to_string();
    assert_eq!(post(&app, "/api/v1/replay/speed", "speed", &speed(2)).await.status, 200);
    for (path, body) in [("/api/v1/replay/speed", speed(3)), ("/api/v1/replay/step", String::new())] {
        let reused = post(&app, path, "speed", &body).await;
        assert_eq!(
            (reused.status, &reused.json()["code"]),
            (409, &json!("idempotency_key_reused")),
            "{path}"
        );
    }
    // What was refused is not kept.
    let refused = post(&app, "/api/v1/replay/seek", "seek", "{}").await;
    assert_eq!(refused.status, 400);
    let taken = post(&app, "/api/v1/replay/seek", "seek", &json!({ "position_ms": 1 }).to_string()).await;
    assert_eq!((taken.status, taken.header("idempotent-replayed")), (200, None));
    for key in ["", " ", "a b", &"k".repeat(65)] {
        let answer = post(&app, "/api/v1/replay/step", key, "").await;
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("bad_request")), "{key:?}");
    }
    app.stop().await;
}

#[actix_web::test]
async fn a_key_holds_at_every_node() {
    let Some(url) = redis_url() else { return };
    let prefix = prefix();
    let owner = node_with_market(&url, &prefix, &REPLAY).await;
    let other = bare_node(&url, &prefix, &[]).await;
    bus_is(&owner, "up").await;
    bus_is(&other, "up").await;
    paused(&owner).await;
    let first = post(&owner, "/api/v1/replay/step", "step", "").await;
    assert_eq!(first.status, 200);
    let again = post(&other, "/api/v1/replay/step", "step", "").await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed"), again.body.as_str()),
        (200, Some("true"), first.body.as_str())
    );
    assert_eq!(post(&other, "/api/v1/replay/step", "another", "").await.json()["code"], "not_a_replay");
    other.stop().await;
    owner.stop().await;
}
