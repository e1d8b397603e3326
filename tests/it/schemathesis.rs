//! Requests made out of the OpenAPI document, valid and invalid: no answer of 5xx but the documented ones, no
//! status and no shape that is not documented, nothing invalid that is taken. By whoever shows nothing on an open server, by
//! an administrator who has logged in, and by whoever shows nothing where that is not enough.
//! `MARKETD_LONG=1`: four seeds, each of 2,000 examples and more over the whole document for whoever asks; `MARKETD_EXAMPLES` makes
//! so many for each operation instead of 60.

use std::process::Stdio;

use serde_json::json;

use crate::identity::{CLOSED, PASSWORD};
use crate::support::{TestApp, is_full_size, sized, tool};

/// In the full size a seed makes so many examples at least.
const FULL_EXAMPLES: u64 = 2_000;
/// For each of some 60 operations: half as many again as are wanted.
const FULL_EXAMPLES_AN_OPERATION: u32 = 60;

/// Sessions are no requests with an answer, and at full speed a replay would have the machine to itself.
const LEFT_OUT: &str = "ws|ws/echo|replay/speed";
/// With these the administrator would log itself out, or make up limits for itself that refuse all the rest.
const LEFT_OUT_LOGGED_IN: &str = "auth/logout|auth/password|config";

/// Somebody who asks: how the run is called, and by what header it is known.
struct Asking {
    who: &'static str,
    header: Option<String>,
    left_out: String,
    /// The phases of each of its runs. In every run only `dev` tries more than the document's examples: the rest takes minutes, and
    /// is the same code.
    runs: &'static [&'static str],
}

const EXAMPLES: &[&str] = &["examples"];
const ALL: &[&str] = &["examples,coverage,fuzzing"];
/// What is the same for every seed, and what the seed makes: apart, so that it can be counted.
const FULL: &[&str] = &["examples,coverage", FUZZING];
const FUZZING: &str = "fuzzing";

fn dev() -> Asking {
    Asking { who: "dev", header: None, left_out: LEFT_OUT.to_owned(), runs: sized(ALL, FULL) }
}

fn nobody() -> Asking {
    Asking { who: "nobody", runs: sized(EXAMPLES, FULL), ..dev() }
}

async fn admin(app: &TestApp) -> Asking {
    let login = json!({"name": "root", "password": PASSWORD});
    let token = app.send_json("/api/v1/auth/signup", &login).await.json()["data"]["access_token"].clone();
    let header = format!("Authorization: Bearer {}", token.as_str().expect("a token"));
    let left_out = format!("{LEFT_OUT}|{LEFT_OUT_LOGGED_IN}");
    Asking { who: "admin", header: Some(header), left_out, runs: sized(EXAMPLES, FULL) }
}

/// How many examples are made for each operation.
fn examples_an_operation() -> u32 {
    let wanted = std::env::var("MARKETD_EXAMPLES").ok();
    let wanted = wanted.map(|wanted| wanted.parse().expect("MARKETD_EXAMPLES is a number"));
    wanted.unwrap_or_else(|| sized(10, FULL_EXAMPLES_AN_OPERATION))
}

/// Of the line that says how many examples there were, and what became of them.
fn generated(said: &str) -> Option<u64> {
    let line = said.lines().find(|line| line.contains(" generated"))?;
    line.split_whitespace().next()?.parse().ok()
}

async fn run(app: &TestApp, asking: &Asking, phases: &str, seed: u32) {
    let Some(mut command) = tool("MARKETD_TEST_SCHEMATHESIS") else { return };
    let examples = examples_an_operation();
    let folder = tempfile::tempdir().expect("a folder");
    command
        .arg("run")
        .arg(format!("http://{}/openapi.json", app.address))
        // A request that is valid by itself may be refused: start after end, an order to a replay that is busy.
        // A documented 503 asks to come again, while rows are on their way to the store; others are looked for below.
        .args(["--checks", "all"])
        .args(["--exclude-checks", "ignored_auth,positive_data_acceptance,not_a_server_error"])
        .args(["--phases", phases])
        .args(["--exclude-path-regex", &format!("^/api/v1/({})$", asking.left_out)])
        .args(["--workers", sized("1", "2")])
        // It is about what is answered, on a machine that may have other work.
        .args(["--request-timeout", "300", "--max-response-time", "300"])
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
    println!("{}, seed {seed}, {phases}, {examples} an operation: {}", asking.who, closing.join("; "));
    let generated =
        generated(&said).unwrap_or_else(|| panic!("how many examples there were is not said: {said}"));
    assert!(phases != FUZZING || generated >= FULL_EXAMPLES, "{}: {generated} examples only", asking.who);
}

async fn app(keys: &[(&str, &str)]) -> TestApp {
    let markets =
        [("replay.builtin", "true"), ("venues.sim.enabled", "true"), ("venues.sim.markets", "BTC-USD")];
    let app = TestApp::start(&[&markets, keys].concat()).await;
    app.ready().await;
    app
}

async fn answers_hold(app: TestApp, asking: Asking, seed: u32) {
    for phases in asking.runs {
        run(&app, &asking, phases, seed).await;
    }
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
                    answers_hold(app(&[]).await, dev(), $seed).await;
                }
            }

            #[actix_web::test]
            async fn answers_hold_whatever_an_administrator_asks() {
                if $is_always || is_full_size() {
                    let app = app(&[]).await;
                    let admin = admin(&app).await;
                    answers_hold(app, admin, $seed).await;
                }
            }

            #[actix_web::test]
            async fn answers_hold_whatever_somebody_unknown_asks() {
                if $is_always || is_full_size() {
                    answers_hold(app(&[CLOSED]).await, nobody(), $seed).await;
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
