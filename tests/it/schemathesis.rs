//! Requests made out of the OpenAPI document, valid and invalid: no answer of 5xx but the documented ones, no
//! status and no shape that is not documented, nothing invalid that is taken. By whoever shows nothing on an open server, and by
//! an administrator who has logged in.
//! `MARKETD_LONG=1`: four seeds of 2,000 examples an operation each, a test a seed.

use std::process::Stdio;

use serde_json::json;

use crate::identity::PASSWORD;
use crate::support::{TestApp, is_full_size, sized, tool};

/// Sessions are no requests with an answer, and at full speed a replay would have the machine to itself.
const LEFT_OUT: &str = "ws|ws/echo|replay/speed";
/// With these the administrator would log itself out, or make up limits for itself that refuse all the rest.
const LEFT_OUT_LOGGED_IN: &str = "auth/logout|auth/password|config";

/// Somebody who asks: how the run is called, and by what header it is known.
struct Asking {
    who: &'static str,
    header: Option<String>,
    left_out: String,
    /// In every run an administrator repeats the document's examples only: the rest takes minutes, and is the same code.
    phases: &'static str,
}

const ALL_PHASES: &str = "examples,coverage,fuzzing";

fn dev() -> Asking {
    Asking { who: "dev", header: None, left_out: LEFT_OUT.to_owned(), phases: ALL_PHASES }
}

async fn admin(app: &TestApp) -> Asking {
    let login = json!({"name": "root", "password": PASSWORD});
    let token = app.send_json("/api/v1/auth/signup", &login).await.json()["data"]["access_token"].clone();
    let header = format!("Authorization: Bearer {}", token.as_str().expect("a token"));
    let left_out = format!("{LEFT_OUT}|{LEFT_OUT_LOGGED_IN}");
    Asking { who: "admin", header: Some(header), left_out, phases: sized("examples", ALL_PHASES) }
}

async fn run(app: &TestApp, asking: &Asking, seed: u32, examples: u32) -> bool {
    let Some(mut command) = tool("MARKETD_TEST_SCHEMATHESIS") else { return false };
    let folder = tempfile::tempdir().expect("a folder");
    command
        .arg("run")
        .arg(format!("http://{}/openapi.json", app.address))
        // A request that is valid by itself may be refused: start after end, an order to a replay that is busy.
        // A documented 503 asks to come again, while rows are on their way to the store; others are looked for below.
        .args(["--checks", "all"])
        .args(["--exclude-checks", "ignored_auth,positive_data_acceptance,not_a_server_error"])
        .args(["--phases", asking.phases])
        .args(["--exclude-path-regex", &format!("^/api/v1/({})$", asking.left_out)])
        .args(["--workers", sized("1", "2")])
        .args(["--suppress-health-check", "all", "--warnings", "off"])
        .args(["--max-examples", &examples.to_string(), "--seed", &seed.to_string()])
        // No proxy of the environment may stand between, and nothing is left in the working folder.
        .env("NO_PROXY", "*")
        .env("NO_COLOR", "1")
        .current_dir(folder.path())
        .stdin(Stdio::null());
    if let Some(header) = &asking.header {
        command.args(["--header", header]);
    }
    let output = actix_web::rt::task::spawn_blocking(move || command.output()).await;
    let output = output.expect("not cancelled").expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}: {said}\n{}", asking.who, String::from_utf8_lossy(&output.stderr));
    let closing: Vec<&str> = said.lines().filter(|line| line.contains("generated")).collect();
    println!("{}, seed {seed}, {examples} examples: {}", asking.who, closing.join("; "));
    true
}

async fn app() -> TestApp {
    let app = TestApp::start(&[
        ("replay.builtin", "true"),
        ("venues.sim.enabled", "true"),
        ("venues.sim.markets", "BTC-USD"),
    ])
    .await;
    app.ready().await;
    app
}

async fn answers_hold(app: TestApp, asking: Asking, seed: u32) {
    run(&app, &asking, seed, sized(10, 2_000)).await;
    let figures = app.get("/metrics").await.body;
    let faults: Vec<&str> = figures
        .lines()
        .filter(|line| line.starts_with("marketd_http_requests_total{"))
        .filter(|line| line.contains("status=\"5") && !line.contains("status=\"503\""))
        .collect();
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(app.get("/livez").await.status, 200);
    app.stop().await;
}

/// A test a seed and caller, so that each is over in its time. All but the first are of the long run.
macro_rules! seeds {
    ($($name:ident: $seed:literal, $is_always:literal;)*) => {
        $(mod $name {
            use super::*;

            #[actix_web::test]
            async fn answers_hold_whatever_is_asked() {
                if $is_always || is_full_size() {
                    answers_hold(app().await, dev(), $seed).await;
                }
            }

            #[actix_web::test]
            async fn answers_hold_whatever_an_administrator_asks() {
                if $is_always || is_full_size() {
                    let app = app().await;
                    let admin = admin(&app).await;
                    answers_hold(app, admin, $seed).await;
                }
            }
        })*
    };
}

seeds! {
    first: 1, true;
    second: 2, false;
    third: 3, false;
    fourth: 4, false;
}
