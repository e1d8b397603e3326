//! Requests made out of the OpenAPI document, valid and invalid: no answer of 5xx but the documented ones, no
//! status and no shape that is not documented, nothing invalid that is taken.

use std::process::Stdio;

use crate::support::{TestApp, sized, tool};

/// Sessions are no requests with an answer, and at full speed a replay would have the machine to itself.
const LEFT_OUT: &str = "^/api/v1/(ws|ws/echo|replay/speed)$";

async fn run(app: &TestApp, seed: u32, examples: u32) -> bool {
    let Some(mut command) = tool("MARKETD_TEST_SCHEMATHESIS") else { return false };
    let folder = tempfile::tempdir().expect("a folder");
    command
        .arg("run")
        .arg(format!("http://{}/openapi.json", app.address))
        // A request that is valid by itself may be refused: start after end, an order to a replay that is busy.
        .args(["--checks", "all", "--exclude-checks", "ignored_auth,positive_data_acceptance"])
        .args(["--phases", "examples,coverage,fuzzing"])
        .args(["--exclude-path-regex", LEFT_OUT])
        .args(["--workers", sized("1", "2")])
        .args(["--suppress-health-check", "all", "--warnings", "off"])
        .args(["--max-examples", &examples.to_string(), "--seed", &seed.to_string()])
        // No proxy of the environment may stand between, and nothing is left in the working folder.
        .env("NO_PROXY", "*")
        .env("NO_COLOR", "1")
        .current_dir(folder.path())
        .stdin(Stdio::null());
    let output = actix_web::rt::task::spawn_blocking(move || command.output()).await;
    let output = output.expect("not cancelled").expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let closing: Vec<&str> = said.lines().filter(|line| line.contains("generated")).collect();
    println!("seed {seed}, {examples} examples: {}", closing.join("; "));
    true
}

#[actix_web::test]
async fn answers_hold_whatever_is_asked() {
    let app = TestApp::start(&[
        ("replay.builtin", "true"),
        ("venues.sim.enabled", "true"),
        ("venues.sim.markets", "BTC-USD"),
    ])
    .await;
    app.ready().await;
    for seed in sized(1..=1, 1..=4) {
        if !run(&app, seed, sized(10, 2_000)).await {
            break;
        }
    }
    assert_eq!(app.get("/livez").await.status, 200);
    app.stop().await;
}
