//! A server in this process, on a free port, with what the tests ask of it.

pub mod collector;
pub mod follow;
pub mod held;
pub mod process;
pub mod raw;
pub mod venue;

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use marketd::app::Server;
use marketd::config::{Config, Overrides};
use marketd::{shutdown, telemetry};
use marketd_actors::recorder::Recorder;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Longer than anything here takes on a busy machine; only a failing test waits for it.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A program that `./test` has found, by the variable that names it. On a laptop without it the test says so; in
/// CI what was not tried is a failure.
pub fn tool(variable: &str) -> Option<std::process::Command> {
    let found = std::env::var_os(variable).filter(|path| !path.is_empty());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{variable} is not set, and CI must try everything");
        println!("{variable} is not set (./test sets it), so this is not tested.");
    }
    found.map(std::process::Command::new)
}

/// The size of a test: what every run can afford, or with `MARKETD_LONG=1` the full one.
pub fn sized<T>(everyday: T, full: T) -> T {
    if is_full_size() { full } else { everyday }
}

pub fn is_full_size() -> bool {
    std::env::var_os("MARKETD_LONG").is_some_and(|value| value == "1")
}

/// A running server and the address it has.
pub struct TestApp {
    pub server: Option<Server>,
    pub address: String,
    _data_dir: tempfile::TempDir,
}

impl TestApp {
    /// Starts with `config/test.toml` and the keys that the test sets. No replay and no simulated
    /// venue unless it asks for them.
    pub async fn start(keys: &[(&str, &str)]) -> Self {
        Self::start_recording(keys, None).await
    }

    /// As [`Self::start`], with a recorder on every live feed.
    pub async fn start_recording(keys: &[(&str, &str)], recorder: Option<&Recorder>) -> Self {
        let data_dir = tempfile::tempdir().expect("a temporary folder");
        let mut set = vec![
            ("data_dir".to_owned(), data_dir.path().display().to_string()),
            ("replay.builtin".to_owned(), "false".to_owned()),
            ("venues.sim.enabled".to_owned(), "false".to_owned()),
        ];
        set.extend(keys.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        let overrides = Overrides { profile: Some("test".to_owned()), set };
        // Of the environment only what a test may be watched by.
        let environment = std::env::vars().filter(|(name, _)| name == "RUST_LOG");
        let config = Config::load(environment, &overrides).expect("a valid configuration");
        telemetry::install(&config.log).expect("a log");
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = Server::start(&config, recorder).await.expect("the server starts");
        let address = server.addresses[0].to_string();
        Self { server: Some(server), address, _data_dir: data_dir }
    }

    pub fn server(&self) -> &Server {
        self.server.as_ref().expect("a running server")
    }

    /// Sends a request and answers status, headers and body.
    pub async fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        request(&self.address, method, path, headers, body).await.expect("an answer")
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], "").await
    }

    /// `data` of a successful answer.
    pub async fn data(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()["data"].clone()
    }

    pub async fn connect(&self) -> Client {
        let url = format!("ws://{}/api/v1/ws", self.address);
        let (socket, _) = tokio_tungstenite::connect_async(url).await.expect("the handshake");
        Client { socket }
    }

    /// Waits until `/readyz` says that every market has a book.
    pub async fn ready(&self) {
        self.until("readiness", async || self.get("/readyz").await.status == 200).await;
    }

    /// Asks again and again until `holds`, or fails the test by name.
    pub async fn until(&self, what: &str, holds: impl AsyncFn() -> bool) {
        marketd_testkit::wait_until(PATIENCE, what, holds).await;
    }

    /// Waits until a market's status is this.
    pub async fn status_is(&self, market: &str, status: &str) {
        let path = format!("/api/v1/markets/{market}");
        self.until(&format!("{market} {status}"), async || {
            let answer = self.get(&path).await;
            answer.status == 200 && answer.json()["data"]["status"] == status
        })
        .await;
    }

    pub async fn stop(mut self) {
        shutdown::stop(self.server.take().expect("a running server")).await;
    }
}

/// Sends a request on a connection of its own.
pub async fn request(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<Answer> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = TcpStream::connect(address).await?;
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    let text = String::from_utf8(bytes).map_err(std::io::Error::other)?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(|| std::io::Error::other("no head"))?;
    Ok(Answer::parse(head, body))
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn parse(head: &str, body: &str) -> Self {
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        Self { status: status.parse().expect("a number"), headers, body: body.to_owned() }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }
}

/// A WebSocket client.
pub struct Client {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    pub async fn send(&mut self, message: Value) {
        self.send_text(&message.to_string()).await;
    }

    pub async fn send_text(&mut self, text: &str) {
        self.socket.send(Message::text(text.to_owned())).await.expect("sent");
    }

    /// The next data frame or reply; heartbeats are passed over.
    pub async fn next(&mut self) -> Value {
        loop {
            let message =
                tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("a message in time");
            match message.expect("an open connection").expect("a frame") {
                Message::Text(text) => {
                    let value: Value = serde_json::from_str(&text).expect("JSON");
                    if value["type"] != "heartbeat" {
                        return value;
                    }
                }
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    /// The next message that `wanted` picks; others are passed over.
    pub async fn next_where(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.next().await;
            if wanted(&message) {
                return message;
            }
        }
    }
}
