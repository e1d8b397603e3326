//! ccxt and python-binance as their users have them, against recorded and simulated markets. No host but this one is in
//! their reach.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::support::{TestApp, is_full_size, sized, tool};

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
    markets_at("4").await
}

async fn markets_at(speed: &str) -> TestApp {
    let keys = [
        ("replay.builtin", "true"),
        ("replay.speed", speed),
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

#[actix_web::test]
async fn ccxts_own_tests_of_an_exchange_pass() {
    script("ccxt_suite.py", &["rest", "BTC/USDT"]).await;
    // Each of its tests of streams watches for a quarter of a minute.
    if is_full_size() {
        script("ccxt_suite.py", &["streams", "BTC/USDT"]).await;
        script("ccxt_suite.py", &["rest", "ETH/USD"]).await;
    }
}

/// By the documented configuration and strategy, for ten minutes of a recording at twenty times its pace; at the end it has what
/// the ledger says.
#[actix_web::test]
async fn freqtrade_trades_and_knows_what_it_has() {
    if !is_full_size() {
        println!(
            "freqtrade trades with MARKETD_LONG=1: it takes ten minutes, and half a gigabyte of packages."
        );
        return;
    }
    let Some(mut python) = tool("MARKETD_TEST_FREQTRADE") else { return };
    let app = markets_at("20").await;
    python.env("PYTHONPATH", repository_file("tests/compat/guard"));
    python.arg(repository_file("tests/compat/freqtrade_trading.py")).arg(format!("http://{}", app.address));
    python.arg("600").arg(repository_file("docs/compat/freqtrade.md"));
    assert_done(&run(python).await);
    app.stop().await;
}

/// A program of docs/compat as it is printed.
struct Program {
    page: &'static str,
    text: String,
    language: Language,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Python,
    JavaScript,
}

/// All that can be run here.
fn programs() -> Vec<Program> {
    let mut programs = Vec::new();
    for (page, language) in [
        ("ccxt-python", Language::Python),
        ("ccxt-pro", Language::Python),
        ("python-binance", Language::Python),
        ("ccxt-js", Language::JavaScript),
        ("binance-spot", Language::JavaScript),
    ] {
        let is_there = match language {
            Language::Python => tool("MARKETD_TEST_CLIENTS").is_some(),
            Language::JavaScript => tool("MARKETD_TEST_JS").is_some(),
        };
        if !is_there {
            continue;
        }
        let text = std::fs::read_to_string(repository_file(&format!("docs/compat/{page}.md"))).expect(page);
        let opening = match language {
            Language::Python => "```python\n",
            Language::JavaScript => "```javascript\n",
        };
        let program = text.split(opening).nth(1).and_then(|rest| rest.split("```").next()).expect(page);
        assert!(program.contains("127.0.0.1:8080"), "{page}");
        programs.push(Program { page, text: program.to_owned(), language });
    }
    programs
}

/// Node with the clients, which can reach nobody else.
fn node() -> Option<Command> {
    let packages = tool("MARKETD_TEST_JS")?.get_program().to_owned();
    let mut node = tool("MARKETD_TEST_NODE")?;
    node.current_dir(packages).arg("--import").arg(repository_file("tests/compat/guard/guard.mjs"));
    Some(node)
}

/// The programs of docs/compat, as they are printed, but for the port.
#[actix_web::test]
async fn what_the_documents_print_works() {
    let app = markets().await;
    for program in programs() {
        let text = program.text.replace("127.0.0.1:8080", &app.address);
        let mut command = match program.language {
            Language::Python => python(),
            Language::JavaScript => node(),
        }
        .expect("it was there");
        match program.language {
            Language::Python => command.args(["-c", &text]),
            Language::JavaScript => command.args(["--input-type=module", "-e", &text]),
        };
        let output = run(command).await;
        assert_done(&output);
        assert!(!output.stdout.is_empty(), "{} says nothing", program.page);
    }
    app.stop().await;
}

/// And with nothing changed at all, in a network that has no way out: whoever tries to reach the real exchange fails.
#[actix_web::test]
async fn what_the_documents_print_works_where_nothing_else_can_be_reached() {
    let can_seal = Command::new("unshare").args(["--net", "ip", "link", "set", "lo", "up"]).output();
    if !can_seal.is_ok_and(|output| output.status.success()) {
        println!("no network namespace can be made here (root, unshare and ip do), so this is not tested.");
        return;
    }
    let programs = programs();
    let Some(python) = tool("MARKETD_TEST_CLIENTS") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mut sealed = Command::new("unshare");
    sealed.args(["--net", "--"]).arg(python.get_program()).arg(repository_file("tests/compat/sealed.py"));
    sealed.arg(env!("CARGO_BIN_EXE_marketd")).arg(folder.path());
    if let Some(packages) = tool("MARKETD_TEST_JS") {
        let packages = std::path::Path::new(packages.get_program()).join("node_modules");
        std::os::unix::fs::symlink(packages, folder.path().join("node_modules")).expect("a link");
    }
    for Program { page, text, language } in programs {
        let end = if language == Language::Python { "py" } else { "mjs" };
        let file = folder.path().join(format!("{page}.{end}"));
        std::fs::write(&file, text).expect("written");
        sealed.arg(file);
    }
    assert_done(&run(sealed).await);
}
