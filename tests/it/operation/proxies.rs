//! Reverse proxies, with the configuration that the guide prints: everything that a client does works through them, and it is
//! the client that is limited and written down, not the proxy.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use futures_util::SinkExt;
use marketd_testkit::wait_until;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::proxies_tls::{Front, NAME, next};
use super::{block, replaced};
use crate::identity::PASSWORD;
use crate::support::process::free_port;
use crate::support::{Answer, PATIENCE, TestApp, tool};

/// A proxy that runs; killed when the test is over.
struct Proxy {
    child: Child,
    front: Front,
    folder: tempfile::TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Proxy {
    async fn start(mut command: Command, port: u16, folder: tempfile::TempDir, trusted: &str) -> Self {
        let log = folder.path().join("log");
        let output = std::fs::File::create(&log).expect("a file");
        command
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("a file"))
            .stderr(output);
        let mut child = command.spawn().expect("the proxy starts");
        let trusted = folder.path().join(trusted);
        wait_until(PATIENCE, "the proxy", async || {
            let said = || std::fs::read_to_string(&log).unwrap_or_default();
            assert!(child.try_wait().expect("a child").is_none(), "the proxy ended: {}", said());
            // It is there before it is written.
            let is_whole =
                std::fs::read_to_string(&trusted).is_ok_and(|text| text.contains("END CERTIFICATE"));
            is_whole && Front::new(port, &trusted).is_up().await
        })
        .await;
        Self { child, front: Front::new(port, &trusted), folder }
    }
}

fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path
}

/// A certificate that is its own authority, as nobody else would make one out for a name of an example.
fn certificate(openssl: &mut Command, folder: &Path) {
    let output = openssl
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
        .args(["-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", &format!("/CN={NAME}")])
        .args([
            "-addext",
            &format!("subjectAltName=DNS:{NAME}"),
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ])
        .current_dir(folder)
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// nginx, with the guide's block in a file around it that only says where nginx may write.
async fn nginx(app: &TestApp) -> Option<Proxy> {
    let (mut nginx, mut openssl) = (tool("MARKETD_TEST_NGINX")?, tool("MARKETD_TEST_OPENSSL")?);
    let (folder, port) = (tempfile::tempdir().expect("a folder"), free_port());
    certificate(&mut openssl, folder.path());
    let path = folder.path().display();
    let printed = block("TLS by a reverse proxy", "nginx");
    let printed = replaced(&printed, "listen 443 ssl;", &format!("listen 127.0.0.1:{port} ssl;"));
    let printed = replaced(&printed, "/etc/ssl/market.pem", &format!("{path}/cert.pem"));
    let printed = replaced(&printed, "/etc/ssl/market.key", &format!("{path}/key.pem"));
    let printed = replaced(&printed, "127.0.0.1:8080", &app.address);
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {path}/{kind};\n"))
        .concat();
    let whole = format!(
        "daemon off;\nmaster_process off;\npid {path}/pid;\nerror_log stderr;\nevents {{}}\n\
         http {{\naccess_log off;\n{temporary}{printed}\n}}\n"
    );
    let file = written(folder.path(), "nginx.conf", &whole);
    nginx.arg("-c").arg(file).arg("-p").arg(folder.path()).args(["-e", "stderr"]);
    Some(Proxy::start(nginx, port, folder, "cert.pem").await)
}

/// Caddy, with the guide's block behind options that have it make its own certificate and use ports of ours.
async fn caddy(app: &TestApp) -> Option<Proxy> {
    let mut caddy = tool("MARKETD_TEST_CADDY")?;
    let (folder, port) = (tempfile::tempdir().expect("a folder"), free_port());
    let printed = block("TLS by a reverse proxy", "caddy");
    let printed = replaced(&printed, "127.0.0.1:8080", &app.address);
    let options = format!(
        "{{\nadmin off\nhttp_port {}\nhttps_port {port}\ndefault_bind 127.0.0.1\nlocal_certs\n\
         skip_install_trust\nstorage file_system {}\n}}\n",
        free_port(),
        folder.path().display()
    );
    let file = written(folder.path(), "Caddyfile", &format!("{options}{printed}\n"));
    caddy.arg("run").arg("--config").arg(file).args(["--adapter", "caddyfile"]);
    Some(Proxy::start(caddy, port, folder, "pki/authorities/local/root.crt").await)
}

/// What the guide says of a server behind a proxy, with limits that a test can reach, and a market.
const BEHIND: [(&str, &str); 7] = [
    ("http.trusted_proxies", "127.0.0.1"),
    ("auth.disabled", "false"),
    ("limits.count_loopback", "true"),
    ("limits.requests_per_second", "1"),
    ("limits.requests_burst", "5"),
    ("venues.sim.enabled", "true"),
    ("venues.sim.markets", "BTC-USD"),
];

const MARKETS: &str = "/api/v1/markets";
/// Clients have addresses of their own; that of the proxy is nobody's.
const FLOODING: &str = "127.0.0.2";
const WELL: &str = "127.0.0.3";

fn code_of(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

async fn what_is_asked_is_answered(front: &Front) {
    assert_eq!(front.get(WELL, "/livez").await.status, 200);
    let page = front.get(WELL, "/").await;
    assert!(page.status == 200 && page.body.contains("<html"), "{page:?}");
    let book = front.get(WELL, "/api/v1/markets/sim:BTC-USD/book?depth=5").await;
    assert_eq!(book.json()["data"]["bids"].as_array().map(Vec::len), Some(5), "{book:?}");
    assert_eq!(front.get(WELL, "/metrics").await.status, 404, "nobody's business");
    let closed = front.get(WELL, "/api/v1/accounts").await;
    assert_eq!(code_of(&closed), (401, "unauthenticated".to_owned()), "nobody is dev behind a proxy");
}

/// Whatever a client says of itself stands before what the proxy has seen.
async fn each_client_has_its_own_limit(front: &Front) {
    let mut statuses = Vec::new();
    for at in 0..12 {
        let forged = format!("203.0.113.{at}");
        let answer = front.request(FLOODING, "GET", MARKETS, &[("x-forwarded-for", &forged)], "").await;
        statuses.push(answer.status);
    }
    assert!(statuses[0] == 200 && statuses.contains(&429), "{statuses:?}");
    assert_eq!(front.get(WELL, MARKETS).await.status, 200, "another client");
}

async fn the_audit_has_the_clients_address(app: &TestApp, front: &Front) {
    let body = json!({"name": "root", "password": PASSWORD}).to_string();
    let made = front.request(WELL, "POST", "/api/v1/auth/signup", &[], &body).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let token = format!("Bearer {}", made.json()["data"]["access_token"].as_str().expect("a token"));
    let audit = app.request("GET", "/api/v1/audit?action=POST", &[("authorization", &token)], "").await;
    assert_eq!(audit.json()["data"]["items"][0]["address"], WELL, "{}", audit.body);
}

async fn everything_works_through(app: TestApp, proxy: Proxy) {
    let front = &proxy.front;
    what_is_asked_is_answered(front).await;
    each_client_has_its_own_limit(front).await;
    the_audit_has_the_clients_address(&app, front).await;
    assert_eq!(front.session(WELL, "https://evil.example").await.err(), Some(403), "a page of elsewhere");
    let mut session = front.session(WELL, &front.origin()).await.expect("a page of the server's own");
    let book =
        json!({"op": "subscribe", "id": 1, "channel": "book", "market": "sim:BTC-USD", "interval_ms": 0});
    session.send(Message::text(book.to_string())).await.expect("sent");
    let mut seen = Vec::new();
    while seen.last().is_none_or(|kind| kind != "delta") {
        seen.push(next(&mut session).await.expect("a frame")["type"].as_str().expect("a type").to_owned());
    }
    assert!(seen.contains(&"reply".to_owned()) && seen.contains(&"snapshot".to_owned()), "{seen:?}");
    let (stopped, ended) = tokio::join!(app.stop(), async {
        loop {
            if let Err(code) = next(&mut session).await {
                return code;
            }
        }
    });
    assert_eq!((stopped, ended), ((), Some(1012)), "clients are told to come back");
    assert!(proxy.folder.path().is_dir(), "as long as the proxy runs");
}

#[actix_web::test]
async fn nginx_passes_everything_on_with_what_the_guide_prints() {
    let app = TestApp::start(&BEHIND).await;
    app.ready().await;
    match nginx(&app).await {
        Some(proxy) => everything_works_through(app, proxy).await,
        None => app.stop().await,
    }
}

#[actix_web::test]
async fn caddy_passes_everything_on_with_what_the_guide_prints() {
    let app = TestApp::start(&BEHIND).await;
    app.ready().await;
    match caddy(&app).await {
        Some(proxy) => everything_works_through(app, proxy).await,
        None => app.stop().await,
    }
}

/// Versions of TLS that are broken are not spoken.
#[actix_web::test]
async fn nginx_speaks_no_old_tls_with_what_the_guide_prints() {
    let app = TestApp::start(&BEHIND).await;
    let Some(proxy) = nginx(&app).await else { return app.stop().await };
    for (version, is_spoken) in [("-tls1", false), ("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)] {
        let mut openssl = tool("MARKETD_TEST_OPENSSL").expect("it was there for the certificate");
        openssl
            .args(["s_client", "-connect", &format!("127.0.0.1:{}", proxy.front.port), version])
            // So that it is not this side which refuses.
            .args(["-cipher", "ALL:@SECLEVEL=0"])
            .stdin(Stdio::null());
        let output = actix_web::rt::task::spawn_blocking(move || openssl.output());
        let output = output.await.expect("not cancelled").expect("it starts");
        assert_eq!(
            output.status.success(),
            is_spoken,
            "{version}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    app.stop().await;
}
