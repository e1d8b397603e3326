//! The command that an image's health check is.

use std::process::Output;

use crate::support::TestApp;
use crate::support::process::{command, free_port};

fn ask(port: u16, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    command(port, folder.path())
        .arg("healthcheck")
        .args(arguments)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .output()
        .expect("the binary runs")
}

async fn code(app: &TestApp, arguments: &'static [&'static str]) -> (Option<i32>, String) {
    let port = app.server().addresses[0].port();
    let asked = actix_web::rt::task::spawn_blocking(move || ask(port, arguments));
    let output = asked.await.expect("not cancelled");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[actix_web::test]
async fn a_server_that_lives_is_told_from_one_that_is_ready_and_from_none() {
    // A venue that does not answer: its market has no book.
    let closed = format!("127.0.0.1:{}", free_port());
    let (ws_url, rest_url) = (format!("ws://{closed}"), format!("http://{closed}"));
    let app = TestApp::start(&[
        ("venues.binance.enabled", "true"),
        ("venues.binance.ws_url", &ws_url),
        ("venues.binance.rest_url", &rest_url),
    ])
    .await;
    assert_eq!(code(&app, &[]).await, (Some(0), String::new()));
    let (status, said) = code(&app, &["--ready"]).await;
    assert_eq!(status, Some(1));
    assert!(said.contains("/readyz") && said.contains("503"), "{said}");
    app.stop().await;
    let app = TestApp::start(&[("venues.sim.enabled", "true")]).await;
    app.ready().await;
    assert_eq!(code(&app, &["--ready"]).await.0, Some(0));
    app.stop().await;
    let nobody = ask(free_port(), &[]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("does not answer"), "{nobody:?}");
}
