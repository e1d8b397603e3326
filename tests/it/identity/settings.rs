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

/// Whatever bounds what somebody may ask for is told to whoever asks. Not told is how long a client may read nothing, which bounds
/// nothing that is asked for.
#[actix_web::test]
async fn every_limit_is_told() {
    let untold = ["stall_timeout_ms", "tcp_user_timeout_ms", "count_loopback"];
    let defaults: toml::Table = include_str!("../../../config/default.toml").parse().expect("TOML");
    let keys: Vec<&String> = defaults["limits"]
        .as_table()
        .expect("a section")
        .keys()
        .filter(|key| !untold.contains(&&***key))
        .collect();
    assert!(keys.len() > 15, "{keys:?}");
    // A number for each that nothing else here has.
    let set: Vec<(String, String)> = (keys.iter().enumerate())
        .map(|(at, key)| (format!("limits.{key}"), (70_001 + at).to_string()))
        .collect();
    let set: Vec<(&str, &str)> = set.iter().map(|(key, value)| (&**key, &**value)).collect();
    let app = TestApp::start(&set).await;
    let told = app.data("/api/v1/limits").await.to_string();
    for (key, value) in set {
        assert!(told.contains(value), "{key} is not in {told}");
    }
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

#[actix_web::test]
async fn switches_are_turned_while_the_server_runs_and_the_audit_says_by_whom() {
    let keys = [CLOSED, ("venues.sim.enabled", "true"), ("venues.sim.markets", "BTC-USD")];
    let app = TestApp::start(&keys).await;
    app.ready().await;
    let admin = app.sign_up("root").await;
    let trader = app.sign_up("tom").await;
    app.until("the sandbox", async || {
        app.as_person(&trader, "GET", "/api/v1/balances", "").await.status == 200
    })
    .await;
    let turn = async |body: serde_json::Value| {
        let answer = app.as_person(&admin, "PATCH", "/api/v1/config", &body.to_string()).await;
        assert_eq!(answer.status, 200, "{body}: {}", answer.body);
        answer.json()["data"]["config"].clone()
    };

    // Sign-up.
    let config = turn(json!({"auth.signup": false})).await;
    assert_eq!(config["auth"]["signup"], false);
    let login = json!({"name": "late", "password": "a long enough password"}).to_string();
    let answer = app.request("POST", "/api/v1/auth/signup", &[], &login).await;
    assert_eq!(refused(&answer), (403, "forbidden".to_owned()));
    turn(json!({"auth.signup": true})).await;
    assert_eq!(app.request("POST", "/api/v1/auth/signup", &[], &login).await.status, 200);

    // New orders; what is open can be cancelled.
    let order =
        json!({"market": "sim:BTC-USD", "side": "buy", "type": "limit", "qty": "0.02", "price": "30000"});
    let order = order.to_string();
    let open = app.as_person(&trader, "POST", "/api/v1/orders", &order).await;
    assert_eq!(open.status, 201, "{}", open.body);
    let path = format!("/api/v1/orders/{}", open.json()["data"]["order_id"]);
    let config = turn(json!({"sandbox.takes_orders": false})).await;
    assert_eq!(config["sandbox"]["takes_orders"], false);
    let shut = (403, "kill_switch_global".to_owned());
    assert_eq!(refused(&app.as_person(&trader, "POST", "/api/v1/orders", &order).await), shut);
    assert_eq!(refused(&app.as_person(&trader, "PATCH", &path, r#"{"qty":"0.01"}"#).await), shut);
    assert_eq!(app.as_person(&trader, "DELETE", &path, "").await.status, 200);
    turn(json!({"sandbox.takes_orders": true})).await;
    assert_eq!(app.as_person(&trader, "POST", "/api/v1/orders", &order).await.status, 201);

    // The face, and echo.
    let status = async |path: &str| app.get(path).await.status;
    assert_eq!((status("/api/v3/ping").await, status("/api/v1/ws/echo").await), (200, 404));
    let config = turn(json!({"face.binance.enabled": "off", "session.echo": true})).await;
    assert_eq!(
        (&config["face"]["binance"]["enabled"], &config["session"]["echo"]),
        (&json!("off"), &json!(true))
    );
    assert_eq!((status("/api/v3/ping").await, status("/api/v1/ws/echo").await), (404, 400));
    turn(json!({"face.binance.enabled": "on", "session.echo": false})).await;
    assert_eq!((status("/api/v3/ping").await, status("/api/v1/ws/echo").await), (200, 404));
    for wrong in
        [r#"{"auth.signup":"yes"}"#, r#"{"face.binance.enabled":"loopback"}"#, r#"{"session.echo":1}"#]
    {
        assert_eq!(app.as_person(&admin, "PATCH", "/api/v1/config", wrong).await.status, 400, "{wrong}");
    }
    let answer = app.as_person(&trader, "PATCH", "/api/v1/config", r#"{"auth.signup":false}"#).await;
    assert_eq!(answer.status, 403);

    let audit = app.data_for(&admin, "/api/v1/audit?user=root&limit=100").await;
    let targets: Vec<&str> = (audit["items"].as_array().expect("a list").iter())
        .filter(|item| item["action"] == "PATCH /api/v1/config" && item["status"] == 200)
        .map(|item| item["target"].as_str().expect("text"))
        .collect();
    assert_eq!(
        targets,
        [
            "/api/v1/config face.binance.enabled=on session.echo=false",
            "/api/v1/config face.binance.enabled=off session.echo=true",
            "/api/v1/config sandbox.takes_orders=true",
            "/api/v1/config sandbox.takes_orders=false",
            "/api/v1/config auth.signup=true",
            "/api/v1/config auth.signup=false",
        ]
    );
    app.stop().await;
}

#[actix_web::test]
async fn a_face_that_begins_switched_off_can_be_switched_on() {
    let keys =
        [("venues.sim.enabled", "true"), ("venues.sim.markets", "BTC-USD"), ("face.binance.enabled", "off")];
    let app = TestApp::start(&keys).await;
    app.ready().await;
    assert_eq!(app.get("/api/v3/depth?symbol=BTCUSD").await.status, 404);
    let answer = app.request("PATCH", "/api/v1/config", &[], r#"{"face.binance.enabled":"on"}"#).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(app.get("/api/v3/depth?symbol=BTCUSD").await.status, 200);
    app.stop().await;
}
