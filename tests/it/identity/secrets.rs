//! Secrets never appear: not in the log at its most talkative, not in the audit, not in metrics, not in errors.

use std::process::Stdio;

use serde_json::json;

use super::{PASSWORD, Person, Program, Signer, now_us};
use crate::support::process::{Process, command, free_port};
use crate::support::{Answer, PATIENCE, request};

async fn post(address: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    request(address, "POST", path, headers, body).await.expect("an answer")
}

#[actix_web::test]
async fn no_secret_is_in_the_log_at_trace() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (port, log) = (free_port(), folder.path().join("log"));
    let mut server = command(port, folder.path());
    server
        .env("RUST_LOG", "trace")
        .env("DISABLE_AUTH", "0")
        .env("MARKETD__REPLAY__BUILTIN", "false")
        .env("MARKETD__LIMITS__LOGINS_PER_MINUTE", "0")
        .stderr(Stdio::from(std::fs::File::create(&log).expect("a file")));
    let server = Process::start(server, port);
    server.ready(PATIENCE).await;
    let address = server.address();
    let login = json!({"name": "alice", "password": PASSWORD}).to_string();
    let alice = Person::of(&post(&address, "/api/v1/auth/signup", &[], &login).await);
    let wrong = json!({"name": "alice", "password": "canary wrong password"}).to_string();
    assert_eq!(post(&address, "/api/v1/auth/login", &[], &wrong).await.status, 401);
    let broken = r#"{"name":"alice","password":"canary broken body"#;
    assert_eq!(post(&address, "/api/v1/auth/login", &[], broken).await.status, 400);
    let bearer = alice.bearer();
    let key = json!({"kind": "hmac-sha256", "label": "bot", "scopes": ["read"]}).to_string();
    let made = post(&address, "/api/v1/api-keys", &[("authorization", &bearer)], &key).await.json();
    let text = |field: &str| made["data"][field].as_str().expect(field).to_owned();
    let (key_id, secret) = (text("key_id"), text("secret"));
    let program = Program { key_id, signer: Signer::Hmac(secret.clone()) };
    let headers = program.headers(now_us(), "GET", "/api/v1/me", "");
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let profile = request(&address, "GET", "/api/v1/me", &headers, "").await.expect("an answer");
    assert_eq!(profile.status, 200, "{}", profile.body);
    let ticket = post(&address, "/api/v1/auth/ws-ticket", &[("authorization", &bearer)], "").await.json();
    let ticket = ticket["data"]["ticket"].as_str().expect("a ticket").to_owned();
    let (mut session, _) =
        tokio_tungstenite::connect_async(format!("ws://{address}/api/v1/ws")).await.expect("the handshake");
    {
        use futures_util::{SinkExt, StreamExt};
        use tokio_tungstenite::tungstenite::Message;
        for shown in [json!({"op": "auth", "ticket": ticket}), json!({"op": "auth", "token": alice.access})] {
            session.send(Message::text(shown.to_string())).await.expect("sent");
            let reply = session.next().await.expect("a reply").expect("a frame").into_text().expect("text");
            assert!(reply.contains("\"ok\""), "{reply}");
        }
    }
    let renewal = json!({"refresh_token": alice.refresh}).to_string();
    let next = Person::of(&post(&address, "/api/v1/auth/refresh", &[], &renewal).await);
    assert_eq!(post(&address, "/api/v1/auth/refresh", &[], &renewal).await.status, 401);
    let bearer = next.bearer();
    let config = request(&address, "GET", "/api/v1/config", &[("authorization", &bearer)], "")
        .await
        .expect("an answer");
    let again = Person::of(&post(&address, "/api/v1/auth/login", &[], &login).await);
    let audit = request(&address, "GET", "/api/v1/audit", &[("authorization", &again.bearer())], "").await;
    let audit = audit.expect("an answer");
    assert_eq!(audit.status, 200, "{}", audit.body);
    let metrics = request(&address, "GET", "/metrics", &[], "").await.expect("an answer");
    drop(session);
    let server_key = std::fs::read_to_string(folder.path().join("server.key")).expect("a key");
    server.signal("-TERM");
    assert!(server.ended(PATIENCE).await.success());
    let log = String::from_utf8_lossy(&std::fs::read(&log).expect("a log")).into_owned();
    assert!(log.contains("TRACE"), "the log is talkative");
    // Ids tell which secret it was.
    let secret_of = |token: &str| token.rsplit('.').next().expect("a signature").to_owned();
    for (what, canary) in [
        ("password", PASSWORD.to_owned()),
        ("wrong password", "canary wrong password".to_owned()),
        ("broken body", "canary broken body".to_owned()),
        ("access token", secret_of(&alice.access)),
        ("refresh token", secret_of(&alice.refresh)),
        ("second access token", secret_of(&next.access)),
        ("ticket", secret_of(&ticket)),
        ("API secret", secret),
        ("server key", server_key.trim().to_owned()),
    ] {
        for (place, text) in
            [("log", &log), ("audit", &audit.body), ("metrics", &metrics.body), ("config", &config.body)]
        {
            assert!(!text.contains(&canary), "the {what} is in the {place}");
        }
    }
}
