//! ccxt and python-binance as their users have them, against recorded and simulated markets. No host but this one is in
//! their reach.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::support::{TestApp, sized, tool};

fn repository_file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Python with the clients, which can reach nobody else.
fn python() -> Option<Command> {
    let mut python = tool("MARKETD_TEST_CLIENTS")?;
    let paths = [repository_file("tests/compat/guard"), repository_file("tests/compat")];
    python.env("PYTHONPATH", std::env::join_paths(paths).expect("paths"));
    Some(python)
}

async fn run(mut command: Command) -> Output {
    let output = actix_web::rt::task::spawn_blocking(move || command.output());
    output.await.expect("not cancelled").expect("the client starts")
}

/// A recording, played at some pace, and the simulated venue.
async fn markets() -> TestApp {
    let keys = [
        ("replay.builtin", "true"),
        ("replay.speed", "4"),
        ("venues.sim.enabled", "true"),
        ("face.binance.weight_per_minute", "0"),
        ("face.binance.orders_per_10s", "1000"),
    ];
    let app = TestApp::start(&keys).await;
    app.ready().await;
    app
}

fn assert_done(output: &Output) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, wrong) = (text(&output.stdout), text(&output.stderr));
    let tail: String = wrong.chars().rev().take(2_000).collect::<Vec<_>>().into_iter().rev().collect();
    assert!(output.status.success(), "{said}\n{tail}");
    assert!(!said.contains("LEAK"), "{said}");
    println!("{said}");
}

async fn script(file: &str, arguments: &[&str]) {
    let Some(mut python) = python() else { return };
    let app = markets().await;
    python.arg(repository_file(&format!("tests/compat/{file}")));
    python.arg(format!("http://{}", app.address)).args(arguments);
    assert_done(&run(python).await);
    app.stop().await;
}

#[actix_web::test]
async fn ccxt_sees_true_markets() {
    script("ccxt_market_data.py", &[sized("5", "180")]).await;
}

#[actix_web::test]
async fn ccxt_trades() {
    script("ccxt_trading.py", &["BTC/USDT"]).await;
}

#[actix_web::test]
async fn ccxt_trades_on_the_simulated_venue() {
    script("ccxt_trading.py", &["ETH/USD"]).await;
}

#[actix_web::test]
async fn python_binance_sees_true_markets() {
    script("python_binance_market_data.py", &[sized("5", "180")]).await;
}

#[actix_web::test]
async fn python_binance_trades() {
    script("python_binance_trading.py", &[]).await;
}

/// The programs of docs/compat in Python, as they are printed, but for the port.
#[actix_web::test]
async fn what_the_documents_print_works() {
    let app = markets().await;
    for page in ["ccxt-python", "ccxt-pro", "python-binance"] {
        let Some(mut python) = python() else { return };
        let text = std::fs::read_to_string(repository_file(&format!("docs/compat/{page}.md"))).expect(page);
        let program = text.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).expect(page);
        assert!(program.contains("127.0.0.1:8080"), "{page}");
        python.arg("-c").arg(program.replace("127.0.0.1:8080", &app.address));
        let output = run(python).await;
        assert_done(&output);
        assert!(!output.stdout.is_empty(), "{page} says nothing");
    }
    app.stop().await;
}
