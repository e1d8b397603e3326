//! What is open to whoever reaches the port of a server that is not only this machine's own.

use marketd::http::openapi::{self, Access};
use marketd_testkit::wait_until;

use crate::support::{PATIENCE, TestApp, request};

/// Somebody elsewhere, whom a proxy of ours passes on.
const ELSEWHERE: [(&str, &str); 1] = [("x-forwarded-for", "203.0.113.7")];

/// Every route that is documented, and some that other servers have, asked by somebody unknown from elsewhere.
#[actix_web::test]
async fn who_is_nobody_finds_market_data_and_nothing_else() {
    let app = TestApp::start(&[
        ("http.bind", "0.0.0.0:0"),
        ("http.trusted_proxies", "127.0.0.1"),
        ("limits.requests_per_second", "0"),
        ("venues.sim.enabled", "true"),
        ("venues.sim.markets", "BTC-USD"),
    ])
    .await;
    let address = app.address.replace("0.0.0.0", "127.0.0.1");
    let asked = async |method: &str, path: &str| {
        request(&address, method, path, &ELSEWHERE, "").await.expect("an answer")
    };
    wait_until(PATIENCE, "readiness", async || asked("GET", "/readyz").await.status == 200).await;
    let mut closed = 0;
    for (method, path, id, access) in openapi::accesses() {
        let path = path.replace("{market}", "sim:BTC-USD").replace("{file}", "rest.md");
        let path = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        let answer = asked(&method.to_uppercase(), &path).await;
        match (access, id) {
            (_, "getMetrics") => assert_eq!(answer.status, 404, "figures are for this machine alone"),
            // It is for whoever shows the login that is to end.
            (_, "logOut") => assert_eq!(answer.status, 401),
            (Access::Public, _) => {
                assert!(!matches!(answer.status, 401 | 403), "{method} {path}: {answer:?}")
            }
            _ => {
                assert_eq!(answer.status, 401, "{method} {path}: {answer:?}");
                closed += 1;
            }
        }
    }
    assert!(closed > 30, "{closed} routes are closed");
    for path in [
        "/debug",
        "/debug/pprof",
        "/admin",
        "/actuator",
        "/status",
        "/env",
        "/server-status",
        "/api/v1/debug",
    ] {
        assert_eq!(asked("GET", path).await.status, 404, "{path}");
    }
    app.stop().await;
}
