//! API keys: what is signed is taken, once, in time, and for what the key may do.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair, RsaKeyPair};
use serde_json::{Value, json};

use super::{CLOSED, Person, Program, Signer, now_us, refused};
use crate::support::raw::RawClient;
use crate::support::{Answer, PATIENCE, TestApp};

impl TestApp {
    async fn make_key(&self, person: &Person, body: &Value) -> Answer {
        self.as_person(person, "POST", "/api/v1/api-keys", &body.to_string()).await
    }

    pub async fn hmac_program(&self, person: &Person, scopes: &[&str]) -> Program {
        let body = json!({"kind": "hmac-sha256", "label": "bot", "scopes": scopes});
        let made = self.make_key(person, &body).await.json()["data"].clone();
        let text = |field: &str| made[field].as_str().expect(field).to_owned();
        Program { key_id: text("key_id"), signer: Signer::Hmac(text("secret")) }
    }

    pub async fn ed25519_program(&self, person: &Person, scopes: &[&str]) -> Program {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[9; 32]).expect("a pair");
        let public = STANDARD.encode(pair.public_key().as_ref());
        let body = json!({"kind": "ed25519", "label": "bot", "scopes": scopes, "public_key": public});
        let made = self.make_key(person, &body).await.json()["data"].clone();
        assert!(made.get("secret").is_none(), "{made}");
        let key_id = made["key_id"].as_str().expect("an id").to_owned();
        Program { key_id, signer: Signer::Ed25519(Box::new(pair)) }
    }

    pub async fn rsa_program(&self, person: &Person, scopes: &[&str]) -> Program {
        let public = include_str!("rsa_public.pem");
        let body = json!({"kind": "rsa-sha256", "label": "bot", "scopes": scopes, "public_key": public});
        let made = self.make_key(person, &body).await;
        let key_id =
            made.json()["data"]["key_id"].as_str().unwrap_or_else(|| panic!("{}", made.body)).to_owned();
        // Made for this test, and of no other use.
        let private: String =
            include_str!("rsa_key.pem").lines().filter(|line| !line.starts_with('-')).collect();
        let private = STANDARD.decode(private).expect("base64");
        Program { key_id, signer: Signer::Rsa(Box::new(RsaKeyPair::from_pkcs8(&private).expect("a pair"))) }
    }

    pub async fn signed(&self, program: &Program, method: &str, path: &str, body: &str) -> Answer {
        self.with_headers(&program.headers(now_us(), method, path, body), method, path, body).await
    }

    async fn with_headers(&self, headers: &[(&str, String)], method: &str, path: &str, body: &str) -> Answer {
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.request(method, path, &headers, body).await
    }
}

#[actix_web::test]
async fn a_signed_request_is_of_the_keys_user_and_good_once() {
    let app = TestApp::start(&[CLOSED]).await;
    let alice = app.sign_up("alice").await;
    let programs = [
        app.hmac_program(&alice, &["read"]).await,
        app.ed25519_program(&alice, &["read"]).await,
        app.rsa_program(&alice, &["read"]).await,
    ];
    for program in &programs {
        for path in ["/api/v1/me", "/api/v1/me?a=1&b=%20"] {
            let headers = program.headers(now_us(), "GET", path, "");
            let answer = app.with_headers(&headers, "GET", path, "").await;
            let data = &answer.json()["data"];
            assert_eq!(
                (&data["user"], &data["proof"]),
                (&json!("alice"), &json!("api_key")),
                "{}",
                answer.body
            );
            assert_eq!(data["scopes"], json!(["read"]));
            let again = app.with_headers(&headers, "GET", path, "").await;
            assert_eq!(refused(&again), (401, "unauthenticated".to_owned()), "a replay");
            // Another spelling of the same signature is the same.
            let mut other: Vec<(&str, String)> = headers.clone();
            other[2].1 = other[2].1.to_uppercase();
            assert_eq!(app.with_headers(&other, "GET", path, "").await.status, 401);
        }
    }
    app.stop().await;
}

#[actix_web::test]
async fn what_is_not_signed_as_it_is_sent_is_refused() {
    let app = TestApp::start(&[CLOSED]).await;
    let alice = app.sign_up("alice").await;
    let programs = [app.hmac_program(&alice, &["read"]).await, app.ed25519_program(&alice, &["read"]).await];
    let (method, path, body) = ("POST", "/api/v1/auth/ws-ticket", "{}");
    let mut tried = 0;
    for (program, other) in [(&programs[0], &programs[1]), (&programs[1], &programs[0])] {
        let now = now_us();
        let good = || program.headers(now, method, path, body);
        let with = |at: usize, value: &str| {
            let mut headers = good();
            headers[at].1 = value.to_owned();
            headers
        };
        let without = |at: usize| {
            let mut headers = good();
            headers.remove(at);
            headers
        };
        let mut twice = good();
        twice.push(good()[2].clone());
        let mut both = good();
        both.push(("authorization", alice.bearer()));
        let signature = good()[2].1.clone();
        let wrong = [
            without(0).into_iter().chain([("x-api-key", String::new())]).collect(),
            without(1),
            without(2),
            with(0, "x"),
            with(0, &other.key_id),
            with(0, &"0".repeat(32)),
            with(0, &program.key_id.to_uppercase()),
            with(1, "now"),
            with(1, &(now + 1).to_string()),
            with(1, &format!("0{now}")),
            with(1, &format!("+{now}")),
            with(2, ""),
            with(2, &signature[2..]),
            with(2, &format!("{signature}00")),
            with(2, &other.headers(now, method, path, body)[2].1),
            with(2, &"0".repeat(64)),
            with(2, &STANDARD.encode([0; 64])),
            with(2, &"A".repeat(10_000)),
            program.headers(now, "GET", path, body),
            program.headers(now, "post", path, body),
            program.headers(now, method, "/api/v1/me", body),
            program.headers(now, method, "/api/v1/auth/ws-ticket?", body),
            program.headers(now, method, "/api/v1/auth/ws-ticket?a=1", body),
            program.headers(now, method, path, ""),
            program.headers(now, method, path, "{} "),
            program.headers(now - 5_000_001, method, path, body),
            program.headers(now + 30_000_000, method, path, body),
            program.headers(0, method, path, body),
            program.headers(i64::MAX, method, path, body),
            program.headers(i64::MIN, method, path, body),
            twice,
            both,
        ];
        for headers in &wrong {
            let answer = app.with_headers(headers, method, path, body).await;
            assert_eq!(refused(&answer), (401, "unauthenticated".to_owned()), "{headers:?}");
            tried += 1;
        }
        let answer =
            app.with_headers(&program.headers(now_us(), method, path, body), method, path, body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    assert!(tried > 25);
    app.stop().await;
}

/// Frames follow a handshake, and no body: it is answered before any comes.
#[actix_web::test]
async fn a_handshake_that_is_signed_is_answered() {
    let app = TestApp::start(&[CLOSED]).await;
    let alice = app.sign_up("alice").await;
    let program = app.hmac_program(&alice, &["read"]).await;
    let headers = program.headers(now_us(), "GET", "/api/v1/ws", "");
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let connecting = RawClient::connect_as(&app.address, "localhost", &headers);
    let connected = tokio::time::timeout(PATIENCE, connecting).await.expect("an answer");
    let mut client = connected.unwrap_or_else(|answer| panic!("{answer:?}"));
    client.send_json(&json!({"op": "ping"})).await;
    assert_eq!(client.next_json().await.expect("a pong")["status"], "ok");
    app.stop().await;
}

#[actix_web::test]
async fn a_revoked_key_and_its_sessions_end() {
    let app = TestApp::start(&[CLOSED]).await;
    let (admin, alice) = (app.sign_up("root").await, app.sign_up("alice").await);
    let program = app.hmac_program(&alice, &["read"]).await;
    let kept = app.ed25519_program(&alice, &["read", "trade"]).await;
    let ticket =
        app.signed(&program, "POST", "/api/v1/auth/ws-ticket", "").await.json()["data"]["ticket"].clone();
    let unused =
        app.signed(&program, "POST", "/api/v1/auth/ws-ticket", "").await.json()["data"]["ticket"].clone();
    let mut client = app.connect().await;
    client.send(json!({"op": "auth", "ticket": ticket})).await;
    assert_eq!(client.next().await["scopes"], json!(["read"]));
    let path = format!("/api/v1/api-keys/{}", program.key_id);
    let foreign = app.as_person(&admin, "DELETE", &path, "").await;
    assert_eq!(refused(&foreign), (404, "not_found".to_owned()), "not even an administrator's");
    let answer = app.as_person(&alice, "DELETE", &path, "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(client.close_code().await, Some(4501));
    assert_eq!(app.signed(&program, "GET", "/api/v1/me", "").await.status, 401);
    let mut late = app.connect().await;
    late.send(json!({"op": "auth", "ticket": unused})).await;
    assert_eq!(late.next().await["code"], "unauthenticated");
    assert_eq!(app.signed(&kept, "GET", "/api/v1/me", "").await.status, 200);
    let listed = app.data_for(&alice, "/api/v1/api-keys").await;
    let revoked: Vec<bool> =
        listed["items"].as_array().expect("keys").iter().map(|key| !key["revoked_at"].is_null()).collect();
    assert_eq!(revoked, [true, false], "{listed}");
    // A user who may do less takes the key along; one who may do nothing, all of them.
    app.set_role(&admin, "alice", &json!({"role": "viewer"})).await;
    let profile = app.signed(&kept, "GET", "/api/v1/me", "").await;
    assert_eq!(profile.json()["data"]["scopes"], json!(["read"]));
    app.set_role(&admin, "alice", &json!({"disabled": true})).await;
    assert_eq!(app.signed(&kept, "GET", "/api/v1/me", "").await.status, 401);
    app.stop().await;
}

#[actix_web::test]
async fn a_key_is_no_more_than_who_made_it_and_makes_no_other() {
    let app = TestApp::start(&[CLOSED]).await;
    let alice = app.sign_up("root").await;
    let bob = app.sign_up("bob").await;
    let key = |scopes: &[&str]| json!({"kind": "hmac-sha256", "label": "bot", "scopes": scopes});
    assert_eq!(refused(&app.make_key(&bob, &key(&["admin"])).await), (403, "forbidden".to_owned()));
    assert_eq!(app.make_key(&alice, &key(&["admin"])).await.status, 200);
    let program = app.hmac_program(&bob, &["read", "trade"]).await;
    let made = app.signed(&program, "POST", "/api/v1/api-keys", &key(&["read"]).to_string()).await;
    assert_eq!(refused(&made), (403, "forbidden".to_owned()));
    for (field, value) in [
        ("kind", json!("rsa")),
        ("scopes", json!([])),
        ("scopes", json!(["everything"])),
        ("label", json!("x".repeat(65))),
        ("public_key", json!("AAAA")),
        ("account", json!("")),
        ("expires_at", json!(1)),
        ("secret", json!("mine")),
    ] {
        let mut body = key(&["read"]);
        body[field] = value;
        assert_eq!(app.make_key(&bob, &body).await.status, 400, "{body}");
    }
    let mut body = key(&["read"]);
    body["expires_at"] = json!(now_us() + 1_500_000);
    let made = app.make_key(&bob, &body).await.json()["data"].clone();
    let text = |field: &str| made[field].as_str().expect(field).to_owned();
    let short = Program { key_id: text("key_id"), signer: Signer::Hmac(text("secret")) };
    assert_eq!(app.signed(&short, "GET", "/api/v1/me", "").await.status, 200);
    app.until("the key has expired", async || {
        app.signed(&short, "GET", "/api/v1/me", "").await.status == 401
    })
    .await;
    app.stop().await;
}

/// A client that cannot do without a key works on a laptop, too.
#[actix_web::test]
async fn on_an_open_server_dev_has_keys() {
    let app = TestApp::start(&[]).await;
    let body = json!({"kind": "hmac-sha256", "label": "bot", "scopes": ["read", "trade"]});
    let made = app.send_json("/api/v1/api-keys", &body).await.json()["data"].clone();
    let text = |field: &str| made[field].as_str().expect(field).to_owned();
    let program = Program { key_id: text("key_id"), signer: Signer::Hmac(text("secret")) };
    let profile = app.signed(&program, "GET", "/api/v1/me", "").await.json()["data"].clone();
    assert_eq!((&profile["user"], &profile["scopes"]), (&json!("dev"), &json!(["read", "trade"])));
    app.stop().await;
}
