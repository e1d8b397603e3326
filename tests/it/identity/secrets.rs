//! Secrets never appear: not in the log at its most talkative, on standard error or in its file, not in traces, the audit, metrics, health or
//! the configuration, and not in what is refused.

use std::process::Stdio;

use serde_json::json;

use super::{PASSWORD, Person, Program, Signer, now_us};
use crate::support::collector::{Collector, Manner};
use crate::support::process::{Process, command, free_port};
use crate::support::{Answer, PATIENCE, request};

async fn post(address: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    request(address, "POST", path, headers, body).await.expect("an answer")
}

#[actix_web::test]
async fn no_secret_is_in_the_log_at_trace() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (port, log, log_file) = (free_port(), folder.path().join("log"), folder.path().join("log-file"));
    let collector = Collector::start(Manner::Take).await;
    let mut server = command(port, folder.path());
    server
        .env("RUST_LOG", "trace")
        .env("DISABLE_AUTH", "0")
        .env("MARKETD__REPLAY__BUILTIN", "false")
        .env("MARKETD__LIMITS__LOGINS_PER_MINUTE", "0")
        .env("MARKETD__LOG__FILE", &log_file)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint)
        .env("OTEL_EXPORTER_OTLP_HEADERS", "x-key=canary-collector")
        .env("MARKETD__TRACING__REQUESTS_ONE_IN", "1")
        .env("MARKETD__TRACING__TRACES_PER_SECOND", "1000000")
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
    // Binance's clients sign their queries, and send wrong signatures too.
    let mut signatures = vec![headers[2].1.to_owned()];
    let mut refusals = vec![String::new()];
    for (is_right, nonce) in [(true, 5_000), (false, 5_001)] {
        let query = format!("recvWindow={nonce}&timestamp={}", now_us() / 1_000);
        let signature = if is_right { program.sign(&query) } else { "ca".repeat(32) };
        let path = format!("/api/v3/account?{query}&signature={signature}");
        let headers = [("x-mbx-apikey", program.key_id.as_str())];
        let answer = request(&address, "GET", &path, &headers, "").await.expect("an answer");
        assert_eq!(answer.status == 200, is_right, "{}", answer.body);
        refusals.push(answer.body);
        signatures.push(signature);
    }
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
    let health = request(&address, "GET", "/health", &[], "").await.expect("an answer");
    let forged = [("authorization", "Bearer canary.forged.token"), ("x-api-key", "canary")];
    for headers in [&forged[..1], &forged[..]] {
        refusals.push(request(&address, "GET", "/api/v1/me", headers, "").await.expect("an answer").body);
    }
    let traced = |name: &str| {
        let name = name.to_owned();
        move |spans: &[crate::support::collector::Seen]| {
            spans.iter().any(|span| span.name == name).then_some(())
        }
    };
    collector.until("the login's trace", traced("POST /api/v1/auth/login")).await;
    drop(session);
    let server_key = std::fs::read_to_string(folder.path().join("server.key")).expect("a key");
    server.signal("-TERM");
    assert!(server.ended(PATIENCE).await.success());
    let read = |path| String::from_utf8_lossy(&std::fs::read(path).expect("a log")).into_owned();
    let (log, log_file) = (read(&log), read(&log_file));
    assert!(log.contains("TRACE") && log_file.contains("TRACE"), "the log is talkative");
    let traces = String::from_utf8_lossy(&collector.bodies()).into_owned();
    assert!(
        collector.heads().iter().all(|head| head.contains("canary-collector")),
        "it is sent to the collector"
    );
    // Ids tell which secret it was.
    let secret_of = |token: &str| token.rsplit('.').next().expect("a signature").to_owned();
    let mut canaries = vec![
        ("password", PASSWORD.to_owned()),
        ("wrong password", "canary wrong password".to_owned()),
        ("broken body", "canary broken body".to_owned()),
        ("access token", secret_of(&alice.access)),
        ("refresh token", secret_of(&alice.refresh)),
        ("second access token", secret_of(&next.access)),
        ("ticket", secret_of(&ticket)),
        ("API secret", secret),
        ("server key", server_key.trim().to_owned()),
        ("collector's header", "canary-collector".to_owned()),
        ("forged token", "canary.forged.token".to_owned()),
    ];
    canaries.extend(signatures.into_iter().map(|signature| ("signature", signature)));
    let refusals = refusals.concat();
    for (what, canary) in canaries {
        for (place, text) in [
            ("log", &log),
            ("log's file", &log_file),
            ("traces", &traces),
            ("audit", &audit.body),
            ("metrics", &metrics.body),
            ("health", &health.body),
            ("config", &config.body),
            ("refusals", &refusals),
        ] {
            assert!(!text.contains(&canary), "the {what} is in the {place}");
        }
    }
}

/// Addresses of a store and of Redis hold passwords; both are away, which is when most is said of them.
#[actix_web::test]
async fn passwords_of_addresses_are_nowhere_while_those_are_away() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (port, log) = (free_port(), folder.path().join("log"));
    let nobody = free_port();
    let set = |server: &mut std::process::Command| {
        server
            .env("RUST_LOG", "trace")
            .env("DATABASE_URL", format!("postgres://marketd:canary-store@127.0.0.1:{nobody}/marketd"))
            .env("REDIS_URL", format!("redis://marketd:canary-bus@127.0.0.1:{nobody}/0"));
    };
    let mut server = command(port, folder.path());
    set(&mut server);
    server
        .env("MARKETD__VENUES__SIM__ENABLED", "false")
        .stderr(Stdio::from(std::fs::File::create(&log).expect("a file")));
    let server = Process::start(server, port);
    server.ready(PATIENCE).await;
    let mut said = String::new();
    for path in [
        "/health",
        "/metrics",
        "/api/v1/config",
        "/api/v1/system/info",
        "/api/v1/balances",
        "/api/v1/markets",
    ] {
        said.push_str(&server.get(path).await.expect("an answer").body);
    }
    assert!(
        said.contains("postgres://marketd:***@") && said.contains("redis://marketd:***@"),
        "they are shown, starred"
    );
    server.signal("-TERM");
    assert!(server.ended(PATIENCE).await.success());
    said.push_str(&String::from_utf8_lossy(&std::fs::read(&log).expect("a log")));
    assert!(said.contains("TRACE"), "the log is talkative");
    for arguments in [&["check-config"][..], &["migrate"], &["check-config", "--set", "bus.timeout_ms=0"]] {
        let mut command = command(port, folder.path());
        set(&mut command);
        let output =
            command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output().expect("it runs");
        said.push_str(&String::from_utf8_lossy(&output.stdout));
        said.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    for canary in ["canary-store", "canary-bus"] {
        assert!(!said.contains(canary), "{canary} is shown");
    }
}
