//! Requests that are written in ways of their own: heads alone, paths in disguise, headers twice, lists for objects. They mean what
//! they mean, or are refused, and none gets past what others are held to.

use marketd::http::openapi;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use crate::identity::{CLOSED, PASSWORD, Person, now_us};
use crate::support::{Answer, TestApp};

const SIM: [(&str, &str); 2] = [("venues.sim.enabled", "true"), ("venues.sim.markets", "BTC-USD")];

async fn app(keys: &[(&str, &str)]) -> TestApp {
    let app = TestApp::start(&[&SIM, keys].concat()).await;
    app.ready().await;
    app
}

/// Every path that is documented with this method, its parameters filled in.
fn paths(method: &str) -> Vec<String> {
    let filled = |path: &str| {
        let path = path.replace("{market}", "sim:BTC-USD").replace("{file}", "rest.md");
        let parts = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let operations = openapi::accesses().into_iter();
    operations.filter(|(held, ..)| *held == method).map(|(_, path, ..)| filled(path)).collect()
}

fn is_session(path: &str) -> bool {
    path.starts_with("/api/v1/ws")
}

/// Whoever looks whether a server is there asks with `HEAD`, and is told what `GET` would be, but for the body.
#[actix_web::test]
async fn what_can_be_read_can_be_asked_for_with_head() {
    let app = app(&[]).await;
    let mut asked = 0;
    for path in paths("get").iter().map(String::as_str).chain(["/", "/icon.svg", "/nothing"]) {
        let read = app.get(path).await;
        let head = app.request("HEAD", path, &[], "").await;
        if is_session(path) && path != "/api/v1/ws/echo" {
            assert_eq!((head.status, head.header("allow")), (405, Some("GET")), "{path}");
            continue;
        }
        if is_session(path) {
            continue;
        }
        assert_eq!((head.status, head.body.as_str()), (read.status, ""), "{path}");
        assert_eq!(head.header("content-type"), read.header("content-type"), "{path}");
        assert!(head.header("content-length").is_some_and(|length| length != "0"), "{path}: {head:?}");
        asked += 1;
    }
    assert!(asked > 40, "{asked} paths");
    app.stop().await;
}

/// With or without an envelope, refused or not modified: the log can be asked about each.
#[actix_web::test]
async fn every_answer_has_the_id_of_its_request() {
    let app = app(&[("replay.builtin", "true")]).await;
    let ticker = "/api/v1/markets/binance:BTC-USDT/ticker";
    app.request("POST", "/api/v1/replay/pause", &[], "").await;
    let tag = app.get(ticker).await.header("etag").expect("a tag").to_owned();
    let mut requests: Vec<_> = paths("get").into_iter().map(|path| ("GET", path, Vec::new())).collect();
    for path in [
        "/",
        "/icon.svg",
        "/assets/none",
        "/docs/swagger-ui.css",
        "/api/v3/ping",
        "/sapi/v1/none",
        "/fapi/v1/exchangeInfo",
    ] {
        requests.push(("GET", path.to_owned(), Vec::new()));
    }
    requests.push(("GET", ticker.to_owned(), vec![("if-none-match", &*tag)]));
    requests.push(("GET", format!("{ticker}?format=csv"), Vec::new()));
    requests.push(("PUT", ticker.to_owned(), Vec::new()));
    requests.push(("POST", "/api/v1/replay/step".to_owned(), vec![("idempotency-key", "a")]));
    requests.push(("POST", "/api/v1/replay/step".to_owned(), vec![("idempotency-key", "a")]));
    for (at, (method, path, headers)) in requests.iter().enumerate() {
        let id = format!("asked-{at}");
        let headers: Vec<(&str, &str)> = headers.iter().copied().chain([("x-trace-id", &*id)]).collect();
        let answer = app.request(method, path, &headers, "").await;
        assert_eq!(answer.header("x-trace-id"), Some(&*id), "{method} {path}: {answer:?}");
    }
    let mut handshake = format!("ws://{}/api/v1/ws", app.address).into_client_request().expect("a request");
    handshake.headers_mut().insert("x-trace-id", HeaderValue::from_static("asked-session"));
    let (_session, answer) = tokio_tungstenite::connect_async(handshake).await.expect("the handshake");
    let id = answer.headers().get("x-trace-id").and_then(|id| id.to_str().ok());
    assert_eq!(id, Some("asked-session"));
    app.stop().await;
}

/// `/%61pi` is `/api` to whoever looks for a route, so it has to be to whoever counts, recognizes and audits.
#[actix_web::test]
async fn a_path_in_disguise_gets_past_nothing() {
    let app = app(&[CLOSED, ("limits.count_loopback", "true"), ("limits.requests_per_second", "1000")]).await;
    let admin = app.sign_up("root").await;
    let disguised = ["/%61pi/v1/me", "/api/%761/me", "/api/v1/%6de", "/%61%70%69/%76%31/%6d%65"];
    for path in disguised {
        let known = app.as_person(&admin, "GET", path, "").await;
        assert_eq!((known.status, known.json()["data"]["user"].as_str()), (200, Some("root")), "{path}");
        assert!(known.header("ratelimit-remaining").is_some(), "counted: {path}");
        let unknown = app.get(path).await;
        assert_eq!((unknown.status, unknown.header("ratelimit-remaining").is_some()), (401, true), "{path}");
    }
    let program = app.hmac_program(&admin, &["read"]).await;
    for path in disguised {
        let headers = program.headers(now_us(), "GET", path, "");
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, &**value)).collect();
        assert_eq!(app.request("GET", path, &headers, "").await.status, 200, "signed as it is sent: {path}");
    }
    let rate = r#"{"limits.requests_burst":2000}"#;
    assert_eq!(app.request("PATCH", "/%61pi/v1/config", &[], rate).await.status, 401);
    assert_eq!(app.as_person(&admin, "PATCH", "/api/v1/%63onfig", rate).await.status, 200);
    let audit = app.data_for(&admin, "/api/v1/audit?action=PATCH").await;
    let told: Vec<_> = (audit["items"].as_array().expect("items").iter())
        .map(|item| (item["action"].as_str(), item["target"].as_str(), item["status"].as_u64()))
        .collect();
    let action = Some("PATCH /api/v1/config");
    let target = Some("/api/v1/%63onfig limits.requests_burst=2000");
    assert_eq!(told, [(action, target, Some(200)), (action, Some("/%61pi/v1/config"), Some(401))]);
    app.stop().await;
}

#[actix_web::test]
async fn an_address_is_held_to_its_limit_however_the_path_is_written() {
    let limit = [("limits.requests_per_second", "1"), ("limits.requests_burst", "4")];
    let app = app(&[&limit[..], &[("limits.count_loopback", "true")]].concat()).await;
    let mut refused = 0;
    for path in ["/api/v1/markets", "/%61pi/v1/markets", "/api/v1/%6darkets", "/ap%69/v1/markets"].repeat(5) {
        refused += u32::from(app.get(path).await.status == 429);
    }
    assert!(refused >= 10, "{refused} of 20 were refused");
    app.stop().await;
}

fn code_of(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

#[actix_web::test]
async fn a_list_is_not_taken_for_an_object_anywhere() {
    let app = app(&[]).await;
    // The values of the fields, in the order in which they are declared.
    for (method, path, list) in [
        ("POST", "/api/v1/accounts/dev/deposits", json!([null, "USD", "1"])),
        ("POST", "/api/v1/accounts/dev/deposits", json!(["USD", "1"])),
        ("POST", "/api/v1/risk/cancel-after", json!([null, 1_000])),
        ("POST", "/api/v1/risk/kill", json!([null, true, false])),
        ("POST", "/api/v1/risk/kill", json!([true])),
        ("POST", "/api/v1/accounts", json!(["other"])),
        ("POST", "/api/v1/auth/signup", json!(["alice", PASSWORD])),
        ("PATCH", "/api/v1/config", json!(["info"])),
        ("POST", "/api/v1/orders", json!([null, "sim:BTC-USD", "buy", "limit"])),
    ] {
        let answer = app.request(method, path, &[], &list.to_string()).await;
        assert_eq!(code_of(&answer), (400, "bad_request".to_owned()), "{path} {list}: {answer:?}");
        assert!(answer.body.contains("list"), "{path}: {answer:?}");
    }
    let risk = app.data("/api/v1/risk").await;
    assert_eq!((&risk["kill_switch"], &risk["cancel_after"]), (&json!(false), &Value::Null));
    app.stop().await;
}

#[actix_web::test]
async fn a_request_has_one_idempotency_key() {
    let app = app(&[]).await;
    let two = [("idempotency-key", "a"), ("idempotency-key", "b")];
    for path in ["/api/v1/orders", "/api/v1/replay/pause", "/api/v1/accounts/dev/deposits"] {
        let answer = app.request("POST", path, &two, r#"{"asset":"USD","amount":"1"}"#).await;
        assert_eq!(code_of(&answer), (400, "bad_request".to_owned()), "{path}: {answer:?}");
    }
    app.stop().await;
}

/// What is one person's is for no cache, whether it was found or not, and however it was asked for.
#[actix_web::test]
async fn what_is_private_is_kept_by_no_cache() {
    let app = app(&[CLOSED]).await;
    let admin: Person = app.sign_up("root").await;
    let operations = openapi::accesses().into_iter();
    let private = operations.filter(|(_, _, _, access)| *access != openapi::Access::Public);
    let mut asked = 0;
    for (method, path, ..) in private {
        let path = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        if method != "get" {
            continue;
        }
        let answer = app.as_person(&admin, "GET", &path, "").await;
        if answer.status == 200 {
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
            asked += 1;
        }
    }
    assert!(asked > 12, "{asked} paths");
    app.stop().await;
}
