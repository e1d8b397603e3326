//! The real binary as a child process, and what `/proc` says of it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use marketd_testkit::wait_until;
use serde_json::Value;

use super::{Answer, Client, PATIENCE, request};

/// A port that nobody listens on, most likely also in a moment.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port()
}

/// A running binary; killed when the test is over.
pub struct Process {
    pub child: RefCell<Child>,
    pub port: u16,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let child = self.child.get_mut();
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// The binary on a port and with a folder of its own, two workers, and nothing to read its output.
pub fn command(port: u16, data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_marketd"));
    // Settings of the machine that runs the tests are not those of the tests.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MARKETD_")) {
        command.env_remove(name);
    }
    command
        .env("GATEWAY_PORT", port.to_string())
        .env("MARKETD__DATA_DIR", data_dir)
        .env("MARKETD__HTTP__WORKERS", "2")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

impl Process {
    pub fn start(mut command: Command, port: u16) -> Self {
        Self { child: RefCell::new(command.spawn().expect("the binary starts")), port }
    }

    /// The built-in recording at twenty times its pace (some 200 book changes and 600 trades a second), nothing
    /// else, and the keys that the test sets. Ready when this returns.
    pub async fn busy(data_dir: &Path, keys: &[(&str, &str)]) -> Self {
        let port = free_port();
        let mut command = command(port, data_dir);
        command.args(["--set", "venues.sim.enabled=false", "--set", "replay.speed=20"]);
        for (key, value) in keys {
            command.args(["--set", &format!("{key}={value}")]);
        }
        let process = Self::start(command, port);
        process.ready(PATIENCE).await;
        process
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub async fn get(&self, path: &str) -> std::io::Result<Answer> {
        request(&self.address(), "GET", path, &[], "").await
    }

    /// A request of whoever has this token, or of nobody, with this body unless it is null.
    pub async fn ask(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers: &[(&str, &str)] = if token.is_empty() { &[] } else { &[("authorization", &bearer)] };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        request(&self.address(), method, path, headers, &body).await.expect("an answer")
    }

    /// A WebSocket of whoever has this credential: `{"token":…}` or `{"ticket":…}`.
    pub async fn session(&self, credential: Value) -> Client {
        let url = format!("ws://{}/api/v1/ws", self.address());
        let (socket, _) = tokio_tungstenite::connect_async(url).await.expect("the handshake");
        let mut client = Client { socket };
        let mut auth = credential;
        auth["op"] = "auth".into();
        client.send(auth).await;
        let reply = client.next().await;
        assert_eq!(reply["status"], "ok", "{reply}");
        client
    }

    /// The status of `GET path`, or `None` while nothing answers.
    pub async fn status(&self, path: &str) -> Option<u16> {
        self.get(path).await.ok().map(|answer| answer.status)
    }

    pub async fn ready(&self, patience: Duration) {
        wait_until(patience, "readiness", async || self.status("/readyz").await == Some(200)).await;
    }

    /// The counters of `/system/info`.
    pub async fn counters(&self) -> BTreeMap<String, u64> {
        let answer = self.get("/api/v1/system/info").await.expect("an answer");
        let counters: Value = answer.json()["data"]["counters"].clone();
        serde_json::from_value(counters).expect("counters")
    }

    /// Open sessions and subscriptions.
    pub async fn open(&self) -> (u64, u64) {
        let counters = self.counters().await;
        (counters["sessions_open"], counters["subscriptions_open"])
    }

    /// Resident memory in bytes.
    pub fn resident(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("a running process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1_024
    }

    /// How many descriptors it holds.
    pub fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.id())).expect("a running process").count()
    }

    /// How many descriptors it holds when nothing comes and goes: the same number for a second, which is longer than
    /// the server keeps a connection that has ended.
    pub async fn settled_descriptors(&self) -> usize {
        let (mut held, mut since, began) = (self.descriptors(), Instant::now(), Instant::now());
        while since.elapsed() < Duration::from_secs(1) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let now = self.descriptors();
            if now != held {
                (held, since) = (now, Instant::now());
            }
            assert!(began.elapsed() < PATIENCE, "descriptors come and go: {held} now");
        }
        held
    }

    pub fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
    }

    pub fn is_running(&self) -> bool {
        self.child.borrow_mut().try_wait().expect("a child of ours").is_none()
    }

    pub async fn ended(&self, patience: Duration) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.borrow_mut().try_wait().expect("a child of ours") {
                return status;
            }
            assert!(began.elapsed() < patience, "still running after {patience:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn id(&self) -> u32 {
        self.child.borrow().id()
    }
}
