//! Limits of users, and what an administrator changes while the server runs.

use serde_json::json;

use super::{CLOSED, refused};
use crate::support::TestApp;

#[actix_web::test]
async fn a_user_has_a_limit_over_all_addresses_and_others_have_theirs() {
    let keys = [CLOSED, ("limits.account_requests_per_second", "1"), ("limits.account_requests_burst", "4")];
    let app = TestApp::start(&keys).await;
    let (alice, bob) = (app.sign_up("alice").await, app.sign_up("bob").await);
    for left in [3, 2, 1, 0] {
        let answer = app.as_person(&alice, "GET", "/api/v1/me", "").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("ratelimit-remaining"), Some(left.to_string().as_str()));
        assert_eq!(answer.header("ratelimit-limit"), Some("4"));
    }
    let answer = app.as_person(&alice, "GET", "/api/v1/me", "").await;
    assert_eq!(refused(&answer), (429, "rate_limited".to_owned()));
    assert!(
        answer
            .header("retry-after")
            .is_some_and(|seconds| seconds.parse::<u32>().is_ok_and(|seconds| seconds > 0))
    );
    assert_eq!(app.as_person(&bob, "GET", "/api/v1/me", "").await.status, 200);
    app.stop().await;
}

#[actix_web::test]
async fn what_an_administrator_changes_holds_at_once_and_is_shown() {
    let keys = [
        CLOSED,
        ("limits.count_loopback", "true"),
        ("bus.prefix", "it"),
        ("limits.requests_per_second", "1000"),
    ];
    let app = TestApp::start(&keys).await;
    let admin = app.sign_up("root").await;
    let limits = app.data("/api/v1/limits").await;
    assert_eq!(limits["address"]["per_second"], 1_000);
    assert_eq!(limits["session"]["subscriptions"], 256);
    let config = app.data_for(&admin, "/api/v1/config").await;
    assert_eq!(
        (&config["config"]["bus"]["prefix"], &config["config"]["auth"]["disabled"]),
        (&json!("it"), &json!("false"))
    );
    let change = async |body: &str| app.as_person(&admin, "PATCH", "/api/v1/config", body).await;
    for wrong in [
        r#"{"limits.requests_per_second":-1}"#,
        r#"{"limits.requests_per_second":1000001}"#,
        r#"{"limits.requests_per_second":"5"}"#,
        r#"{"store.url":"sqlite:///tmp/x"}"#,
        r#"{"log.filter":"nonsense=everything"}"#,
        "[]",
    ] {
        assert_eq!(change(wrong).await.status, 400, "{wrong}");
    }
    assert_eq!(app.data("/api/v1/limits").await["address"]["per_second"], 1_000, "nothing has changed");
    let changed = change(r#"{"limits.requests_per_second":1,"limits.requests_burst":2}"#).await;
    assert_eq!(changed.json()["data"]["config"]["limits"]["requests_burst"], 2, "{}", changed.body);
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(app.get("/api/v1/limits").await.status);
    }
    assert!(statuses.contains(&429), "{statuses:?}");
    app.stop().await;
}

#[actix_web::test]
async fn the_logs_filter_is_changed_while_the_server_runs() {
    let app = TestApp::start(&[CLOSED]).await;
    let admin = app.sign_up("root").await;
    let before = app.data_for(&admin, "/api/v1/config").await["config"]["log"]["filter"].clone();
    let body = json!({"log.filter": "warn,marketd=debug"}).to_string();
    let answer = app.as_person(&admin, "PATCH", "/api/v1/config", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(app.data_for(&admin, "/api/v1/config").await["config"]["log"]["filter"], "warn,marketd=debug");
    let back = json!({"log.filter": before}).to_string();
    assert_eq!(app.as_person(&admin, "PATCH", "/api/v1/config", &back).await.status, 200);
    app.stop().await;
}
