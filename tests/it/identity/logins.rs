//! Sign up, log in, renew, log out; who is who on a server that is open.

use std::time::Instant;

use serde_json::json;

use super::{CLOSED, PASSWORD, refused};
use crate::support::{PATIENCE, TestApp};

#[actix_web::test]
async fn the_first_user_is_the_administrator() {
    let app = TestApp::start(&[CLOSED]).await;
    let (admin, trader) = (app.sign_up("Root").await, app.sign_up("alice").await);
    let profile = app.data_for(&admin, "/api/v1/me").await;
    assert_eq!(
        (&profile["user"], &profile["role"], &profile["user_id"]),
        (&json!("root"), &json!("admin"), &json!(1))
    );
    let profile = app.data_for(&trader, "/api/v1/me").await;
    assert_eq!((&profile["role"], &profile["scopes"]), (&json!("trader"), &json!(["read", "trade"])));
    assert_eq!(profile["proof"], "login");
    let taken = app.send_json("/api/v1/auth/signup", &json!({"name": "ALICE", "password": PASSWORD})).await;
    assert_eq!(refused(&taken), (409, "name_taken".to_owned()));
    let short = app.send_json("/api/v1/auth/signup", &json!({"name": "bob", "password": "short"})).await;
    assert_eq!(refused(&short), (400, "bad_request".to_owned()));
    let users = app.data_for(&admin, "/api/v1/users?limit=1").await;
    assert_eq!((&users["items"][0]["user"], &users["next_cursor"]), (&json!("root"), &json!("1")));
    let users = app.data_for(&admin, "/api/v1/users?cursor=1").await;
    assert_eq!(users["items"][0]["user"], "alice");
    app.stop().await;
}

#[actix_web::test]
async fn sign_up_can_be_switched_off() {
    let app = TestApp::start(&[CLOSED, ("auth.signup", "false")]).await;
    let answer = app.send_json("/api/v1/auth/signup", &json!({"name": "bob", "password": PASSWORD})).await;
    assert_eq!(refused(&answer), (403, "forbidden".to_owned()));
    app.stop().await;
}

#[actix_web::test]
async fn an_unknown_name_and_a_wrong_password_are_told_alike() {
    let app = TestApp::start(&[CLOSED]).await;
    app.sign_up("alice").await;
    app.log_in("alice").await;
    app.log_in("ALICE").await;
    let mut answers = Vec::new();
    for (name, password) in
        [("alice", "wrong horse battery"), ("nobody", PASSWORD), ("", ""), ("a/b", PASSWORD)]
    {
        let answer = app.send_json("/api/v1/auth/login", &json!({"name": name, "password": password})).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        answers.push((answer.status, answer.json()["code"].clone(), answer.json()["message"].clone()));
    }
    assert_eq!(answers[0].0, 401);
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    app.stop().await;
}

#[actix_web::test]
async fn guessing_is_slow_for_a_name_from_an_address() {
    let app = TestApp::start(&[CLOSED, ("limits.logins_per_minute", "3")]).await;
    app.sign_up("alice").await;
    let guess = async |name: &str| {
        app.send_json("/api/v1/auth/login", &json!({"name": name, "password": "wrong horse battery"}))
            .await
            .status
    };
    for expected in [401, 401, 401, 429, 429] {
        assert_eq!(guess("alice").await, expected);
    }
    assert_eq!(guess("bob").await, 401, "others are not locked out");
    let right = app.send_json("/api/v1/auth/login", &json!({"name": "alice", "password": PASSWORD})).await;
    assert_eq!(refused(&right), (429, "rate_limited".to_owned()), "nor let in");
    let seconds = |name: &str| right.header(name).and_then(|value| value.parse::<u64>().ok());
    assert!(seconds("retry-after").is_some_and(|wait| (1..=20).contains(&wait)), "three a minute: {right:?}");
    assert_eq!((seconds("ratelimit-limit"), seconds("ratelimit-remaining")), (Some(3), Some(0)));
    let taken = app.send_json("/api/v1/auth/signup", &json!({"name": "alice", "password": PASSWORD})).await;
    assert_eq!(taken.status, 409, "to sign up is counted by itself");
    for _ in 0..2 {
        app.send_json("/api/v1/auth/signup", &json!({"name": "alice", "password": PASSWORD})).await;
    }
    let again = app.send_json("/api/v1/auth/signup", &json!({"name": "bob", "password": PASSWORD})).await;
    assert_eq!(refused(&again), (429, "rate_limited".to_owned()));
    assert!(again.header("retry-after").is_some(), "{again:?}");
    app.stop().await;
}

#[actix_web::test]
async fn a_refresh_token_is_good_once_and_its_second_use_ends_the_login() {
    let app = TestApp::start(&[CLOSED]).await;
    let first = app.sign_up("alice").await;
    let second = super::Person::of(&app.renew(&first.refresh).await);
    let third = super::Person::of(&app.renew(&second.refresh).await);
    app.data_for(&first, "/api/v1/me").await;
    app.data_for(&third, "/api/v1/me").await;
    // Somebody who took the first one along.
    assert_eq!(refused(&app.renew(&first.refresh).await), (401, "unauthenticated".to_owned()));
    assert_eq!(refused(&app.renew(&third.refresh).await).0, 401, "nobody knows who of both is the user");
    for person in [&first, &second, &third] {
        let answer = app.as_person(person, "GET", "/api/v1/me", "").await;
        assert_eq!(refused(&answer), (401, "unauthenticated".to_owned()));
    }
    let again = app.log_in("alice").await;
    app.data_for(&again, "/api/v1/me").await;
    app.stop().await;
}

#[actix_web::test]
async fn forged_refresh_tokens_are_refused_and_end_nothing() {
    let app = TestApp::start(&[CLOSED]).await;
    let alice = app.sign_up("alice").await;
    let parts: Vec<&str> = alice.refresh.split('.').collect();
    let (login, mac) = (parts[0], parts[2]);
    for forged in [
        String::new(),
        ".".to_owned(),
        login.to_owned(),
        format!("{login}.0."),
        format!("{login}.1.{mac}"),
        format!("{login}.00.{mac}"),
        format!("{login}.0.{}", mac.to_uppercase()),
        format!("{}.0.{mac}", "0".repeat(32)),
        alice.access.clone(),
        "a".repeat(5_000),
    ] {
        assert_eq!(app.renew(&forged).await.status, 401, "{forged}");
        let out = app.send_json("/api/v1/auth/logout", &json!({"refresh_token": forged})).await;
        assert_eq!(out.status, 401, "{forged}");
    }
    super::Person::of(&app.renew(&alice.refresh).await);
    app.stop().await;
}

/// A session of this user, which has shown its token.
async fn session(app: &TestApp, person: &super::Person) -> crate::support::Client {
    let mut client = app.connect().await;
    client.send(json!({"op": "auth", "id": 1, "token": person.access})).await;
    let reply = client.next().await;
    assert_eq!((&reply["status"], &reply["user"]), (&json!("ok"), &json!(person.name)), "{reply}");
    client
}

#[actix_web::test]
async fn a_logout_ends_the_sessions_of_that_login_within_a_second() {
    let app = TestApp::start(&[CLOSED]).await;
    let (here, other) = (app.sign_up("alice").await, app.sign_up("bob").await);
    let there = app.log_in("alice").await;
    let (mut here_ws, mut there_ws) = (session(&app, &here).await, session(&app, &there).await);
    let mut other_ws = session(&app, &other).await;
    let mut nobody = app.connect().await;
    let began = Instant::now();
    let answer = app.as_person(&here, "POST", "/api/v1/auth/logout", "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(here_ws.close_code().await, Some(4501));
    assert!(began.elapsed().as_millis() < 1_000, "{:?}", began.elapsed());
    assert_eq!(app.as_person(&here, "GET", "/api/v1/me", "").await.status, 401);
    assert_eq!(app.renew(&here.refresh).await.status, 401);
    for client in [&mut there_ws, &mut other_ws, &mut nobody] {
        client.send(json!({"op": "ping"})).await;
        assert_eq!(client.next().await["status"], "ok");
    }
    app.data_for(&there, "/api/v1/me").await;
    // A session that reads nothing ends as well.
    let out = app.send_json("/api/v1/auth/logout", &json!({"refresh_token": there.refresh})).await;
    assert_eq!(out.status, 200);
    app.until("the session that does not read has ended", async || app.counter("sessions_open").await == 2)
        .await;
    app.stop().await;
}

#[actix_web::test]
async fn another_role_a_password_or_being_disabled_ends_what_was_open() {
    let app = TestApp::start(&[CLOSED]).await;
    let (admin, mut alice) = (app.sign_up("root").await, app.sign_up("alice").await);
    for change in [json!({"role": "viewer"}), json!({"role": "trader"})] {
        let mut client = session(&app, &alice).await;
        app.set_role(&admin, "alice", &change).await;
        assert_eq!(client.close_code().await, Some(4501));
        assert_eq!(app.as_person(&alice, "GET", "/api/v1/me", "").await.status, 401);
        assert_eq!(app.renew(&alice.refresh).await.status, 401);
        alice = app.log_in("alice").await;
        assert_eq!(app.data_for(&alice, "/api/v1/me").await["role"], change["role"]);
    }
    let passwords = json!({"old_password": PASSWORD, "new_password": "another horse battery"});
    let wrong = json!({"old_password": "wrong horse battery", "new_password": "another horse battery"});
    let refusal = app.as_person(&alice, "POST", "/api/v1/auth/password", &wrong.to_string()).await;
    assert_eq!(refusal.status, 403);
    let changed = app.as_person(&alice, "POST", "/api/v1/auth/password", &passwords.to_string()).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(app.as_person(&alice, "GET", "/api/v1/me", "").await.status, 401);
    let login = async |password: &str| {
        app.send_json("/api/v1/auth/login", &json!({"name": "alice", "password": password})).await.status
    };
    assert_eq!((login(PASSWORD).await, login("another horse battery").await), (401, 200));
    app.set_role(&admin, "alice", &json!({"disabled": true})).await;
    assert_eq!(login("another horse battery").await, 401);
    let own = app.as_person(&admin, "PATCH", "/api/v1/users/root", r#"{"disabled":true}"#).await;
    assert_eq!(refused(&own), (403, "forbidden".to_owned()), "nobody locks everybody out");
    app.stop().await;
}

#[actix_web::test]
async fn a_ticket_opens_one_session() {
    let app = TestApp::start(&[CLOSED]).await;
    let (alice, bob) = (app.sign_up("alice").await, app.sign_up("bob").await);
    let answer = app.as_person(&bob, "POST", "/api/v1/auth/ws-ticket", "").await;
    let ticket = answer.json()["data"]["ticket"].clone();
    let mut client = app.connect().await;
    client.send(json!({"op": "auth", "ticket": ticket})).await;
    assert_eq!(client.next().await["user"], "bob");
    let mut second = app.connect().await;
    second.send(json!({"op": "auth", "ticket": ticket})).await;
    assert_eq!(second.next().await["code"], "unauthenticated");
    // Neither is the other.
    second.send(json!({"op": "auth", "token": ticket})).await;
    assert_eq!(second.next().await["code"], "unauthenticated");
    second.send(json!({"op": "auth", "ticket": alice.access})).await;
    assert_eq!(second.next().await["code"], "unauthenticated");
    // A connection stays with its user.
    client.send(json!({"op": "auth", "token": alice.access})).await;
    assert_eq!(client.next().await["code"], "forbidden");
    client.send(json!({"op": "auth", "token": bob.access})).await;
    assert_eq!(client.next().await["status"], "ok");
    app.stop().await;
}

#[actix_web::test]
async fn a_session_ends_with_its_token_unless_it_shows_a_newer_one() {
    let app = TestApp::start(&[CLOSED, ("auth.access_s", "2")]).await;
    let alice = app.sign_up("alice").await;
    let (mut kept, mut left) = (session(&app, &alice).await, session(&app, &alice).await);
    // Until the next token expires later than the first one.
    let mut newer = alice.clone();
    app.until("a newer token", async || now_s() > issued_s(&alice.access)).await;
    newer = super::Person::of(&app.renew(&newer.refresh).await);
    kept.send(json!({"op": "auth", "token": newer.access})).await;
    assert_eq!(kept.next().await["status"], "ok");
    assert_eq!(left.close_code().await, Some(4003));
    kept.send(json!({"op": "ping"})).await;
    assert_eq!(kept.next().await["op"], "ping");
    let late = app.as_person(&alice, "GET", "/api/v1/me", "").await;
    assert_eq!(refused(&late), (401, "token_expired".to_owned()));
    assert_eq!(kept.close_code().await, Some(4003));
    app.stop().await;
}

fn now_s() -> i64 {
    super::now_us() / 1_000_000
}

fn issued_s(token: &str) -> i64 {
    use base64::Engine;
    let claims = token.split('.').nth(1).expect("claims");
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).expect("base64");
    let claims: serde_json::Value = serde_json::from_slice(&claims).expect("JSON");
    claims["iat"].as_i64().expect("a time")
}

#[actix_web::test]
async fn on_an_open_server_who_shows_nothing_is_dev_and_who_shows_something_is_held_to_it() {
    let app = TestApp::start(&[]).await;
    let dev = app.data("/api/v1/me").await;
    assert_eq!((&dev["user"], &dev["role"], &dev["proof"]), (&json!("dev"), &json!("admin"), &json!("open")));
    let alice = app.sign_up("alice").await;
    assert_eq!(app.data_for(&alice, "/api/v1/me").await["user"], "alice");
    let bad = app.request("GET", "/api/v1/me", &[("authorization", "Bearer nonsense")], "").await;
    assert_eq!(refused(&bad), (401, "unauthenticated".to_owned()));
    // Market data is public, whatever is shown.
    let public = app.request("GET", "/api/v1/markets", &[("authorization", "Bearer nonsense")], "").await;
    assert_eq!(public.status, 200);
    app.stop().await;
    let app = TestApp::start(&[("auth.disabled", "true")]).await;
    let bad = app.request("GET", "/api/v1/me", &[("authorization", "Bearer nonsense")], "").await;
    assert_eq!(bad.json()["data"]["user"], "dev", "{}", bad.body);
    app.stop().await;
}

/// Two nodes of one system, one of which does not reach the store.
#[actix_web::test]
async fn without_the_store_nobody_logs_in_and_whoever_is_in_goes_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key_file = folder.path().join("key").display().to_string();
    let app = TestApp::start(&[CLOSED, ("auth.key_file", &key_file)]).await;
    let alice = app.sign_up("alice").await;
    app.stop().await;
    let away = ("store.url", "postgres://nobody@127.0.0.1:1/none");
    let app = TestApp::start(&[CLOSED, ("auth.key_file", &key_file), away]).await;
    let data = app.data_for(&alice, "/api/v1/me").await;
    assert_eq!(data["user"], "alice");
    let mut client = session(&app, &alice).await;
    client.send(json!({"op": "ping"})).await;
    assert_eq!(client.next().await["status"], "ok");
    for (path, body) in [
        ("/api/v1/auth/login", json!({"name": "alice", "password": PASSWORD})),
        ("/api/v1/auth/signup", json!({"name": "bob", "password": PASSWORD})),
        ("/api/v1/auth/refresh", json!({"refresh_token": alice.refresh})),
        ("/api/v1/auth/logout", json!({"refresh_token": alice.refresh})),
    ] {
        let began = Instant::now();
        assert_eq!(
            refused(&app.send_json(path, &body).await),
            (503, "store_unavailable".to_owned()),
            "{path}"
        );
        assert!(began.elapsed() < PATIENCE);
    }
    app.stop().await;
}
