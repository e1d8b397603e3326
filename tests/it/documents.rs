//! The OpenAPI document: as committed, complete, and true of what the server answers.

use std::path::PathBuf;

use jsonschema::Validator;
use marketd::http::{self, openapi};
use serde_json::{Value, json};

use crate::support::TestApp;

const BASE: &str = "/api/v1/markets/binance:BTC-USDT";

fn committed(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs").join(path)
}

#[test]
fn the_document_is_committed() {
    let made = openapi::print(&openapi::document());
    let file = committed("openapi.json");
    if std::env::var_os("MARKETD_UPDATE_DOCS").is_some_and(|value| value == "1") {
        std::fs::write(&file, &made).expect("written");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(made == committed, "docs/openapi.json is not what the code says: run with MARKETD_UPDATE_DOCS=1");
}

fn functions(folder: &std::path::Path, found: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            functions(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push_str(&std::fs::read_to_string(path).expect("a source"));
        }
    }
}

/// Tables of faults and attacks name tests in their last column, and a test that is renamed or gone must not stay there. Says how
/// many they name.
fn names_of(document: &str, rows: impl Iterator<Item = String>) -> usize {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    for folder in ["src", "tests/it", "crates/store/tests", "crates/bus", "crates/protocol/tests"] {
        functions(&root.join(folder), &mut sources);
    }
    let table = std::fs::read_to_string(committed(document)).expect("the tables");
    let cells = table.lines().filter_map(|row| row.strip_suffix(" |")?.rsplit(" | ").next());
    let mut count = 0;
    for named in cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)) {
        let name = named.rsplit("::").next().expect("a name");
        let is_there = match named.ends_with(".mjs") {
            true => root.join(named).is_file(),
            false => sources.contains(&format!("fn {name}(")),
        };
        assert!(is_there, "docs/{document} names {named}, which is no test");
        count += 1;
    }
    for row in rows {
        assert!(table.contains(&row), "{row}");
    }
    count
}

#[test]
fn tests_that_the_faults_name_exist() {
    let rows =
        (1..=14).map(|nth| format!("| S{nth} |")).chain([1, 2, 3, 8, 9].map(|nth| format!("| R{nth} |")));
    assert!(names_of("faults.md", rows) > 40);
}

#[test]
fn tests_that_the_attacks_name_exist() {
    assert!(names_of("security.md", (1..=22).map(|nth| format!("| X{nth} |"))) > 40);
}

/// Takes no field that the document does not have.
pub fn strict(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            let is_open = fields.contains_key("additionalProperties") || fields.contains_key("allOf");
            if fields.contains_key("properties") && !is_open {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
            fields.values_mut().for_each(strict);
        }
        Value::Array(items) => items.iter_mut().for_each(strict),
        _ => {}
    }
}

/// The document, to hold answers against.
struct Document(Value);

impl Document {
    fn new() -> Self {
        Self(openapi::document())
    }

    fn responses(&self, method: &str, path: &str) -> &Value {
        let responses = &self.0["paths"][path][method]["responses"];
        assert!(responses.is_object(), "{method} {path} is not documented");
        responses
    }

    /// What checks the body of this answer.
    fn validator(&self, method: &str, path: &str, status: u16) -> Validator {
        let response = &self.responses(method, path)[status.to_string()];
        let mut schema = response["content"]["application/json"]["schema"].clone();
        assert!(!schema.is_null(), "{method} {path} does not document {status}");
        let mut components = self.0["components"].clone();
        if schema.get("allOf").is_none() {
            strict(&mut components);
        }
        schema["components"] = components;
        jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    fn assert_holds(&self, method: &str, path: &str, status: u16, body: &Value) {
        let validator = self.validator(method, path, status);
        let wrong: Vec<String> =
            validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{method} {path} {status}\n{}\n{body}", wrong.join("\n"));
    }

    /// Each method, path, status and media type.
    fn contents(&self) -> Vec<(String, String, u16, Value)> {
        let mut contents = Vec::new();
        for (path, operations) in self.0["paths"].as_object().expect("paths") {
            for (method, operation) in operations.as_object().expect("operations") {
                for (status, response) in operation["responses"].as_object().expect("responses") {
                    let content = response["content"]["application/json"].clone();
                    // Documents, which are open objects, are no answers in the envelope.
                    let schema = content["schema"].as_object();
                    if schema.is_some_and(|schema| schema.get("type").is_none()) {
                        let status = status.parse().expect("a status");
                        contents.push((method.clone(), path.clone(), status, content));
                    }
                }
            }
        }
        contents
    }
}

#[test]
fn every_answer_has_an_example_that_is_true() {
    let document = Document::new();
    for (method, path, status, content) in document.contents() {
        let many =
            content["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
        let examples: Vec<&Value> = content.get("example").into_iter().chain(many).collect();
        assert!(!examples.is_empty(), "{method} {path} {status} has no example");
        for example in examples {
            document.assert_holds(&method, &path, status, example);
        }
    }
}

/// What makes up the page at `/`, and is no part of the interface.
const PAGE: [&str; 3] = ["/", "/icon.svg", "/assets/{file}"];

/// Routes of the face of Binance are documented in docs/binance.md: their interface is not ours to describe.
fn is_of_face(template: &str) -> bool {
    const FACE: [&str; 9] = [
        "/api/v3/{call}",
        "/sapi/{call}",
        "/{futures}/v1/exchangeInfo",
        "/stream",
        "/stream/ws",
        "/stream/ws/{names}",
        "/ws-api/v3",
        "/ws",
        "/ws/{names}",
    ];
    FACE.contains(&template)
}

/// Whether a documented path, which may be more precise, is of this route.
fn is_of(path: &str, template: &str) -> bool {
    let (path, template): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), template.split('/').collect());
    path.len() == template.len()
        && path.iter().zip(template).all(|(part, wanted)| *part == wanted || wanted.starts_with('{'))
}

#[actix_web::test]
async fn a_route_or_a_method_that_is_not_documented_fails() {
    let app = TestApp::start(&[]).await;
    let document = Document::new();
    let paths = document.0["paths"].as_object().expect("paths");
    // Workers set up their routes before they answer.
    app.get("/livez").await;
    let templates = http::templates();
    for path in paths.keys() {
        let is_served = templates.iter().any(|template| is_of(path, template));
        assert!(is_served, "{path} is documented and not served");
    }
    for template in templates {
        if PAGE.contains(&template.as_str()) || is_of_face(&template) {
            continue;
        }
        let exact = paths.get(&template).map(|operations| vec![operations]);
        let documented = exact.unwrap_or_else(|| {
            paths.iter().filter(|(path, _)| is_of(path, &template)).map(|(_, held)| held).collect()
        });
        assert!(!documented.is_empty(), "{template} is served and not in src/http/openapi/routes.rs");
        let parts = template.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
        let path = parts.collect::<Vec<_>>().join("/");
        for method in ["get", "post", "put", "patch", "delete"] {
            let answer = app.request(&method.to_uppercase(), &path, &[], "").await;
            let is_documented = documented.iter().any(|operations| operations.get(method).is_some());
            assert_eq!(answer.status != 405, is_documented, "{method} {template} is not as documented");
            let allowed = answer.header("allow").map(str::to_lowercase).unwrap_or_default();
            // Whatever can be read can be asked for with HEAD; the document does not say so each time.
            let is_allowed = |held: &str| {
                let held = if held == "head" { "get" } else { held };
                documented.iter().any(|operations| operations.get(held).is_some())
            };
            let is_true = !allowed.is_empty() && allowed.split(", ").all(is_allowed);
            assert!(is_documented || is_true, "{method} {template} allows {allowed:?}");
        }
    }
    app.stop().await;
}

async fn app() -> TestApp {
    let keys = [("replay.builtin", "true"), ("replay.speed", "20"), ("venues.sim.enabled", "true")];
    let app = TestApp::start(&[&keys[..], &[("venues.sim.markets", "BTC-USD")]].concat()).await;
    app.ready().await;
    app.until("a few trades", async || {
        app.data(&format!("{BASE}/trades")).await["seq"].as_u64().is_some_and(|seq| seq > 300)
    })
    .await;
    app
}

#[actix_web::test]
async fn live_answers_are_as_documented() {
    let app = app().await;
    let document = Document::new();
    let check = async |method: &str, path: &str, template: &str, body: &str, status: u16| {
        let answer = app.request(method, path, &[], body).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        document.assert_holds(&method.to_lowercase(), template, status, &answer.json());
    };
    for path in ["/exchanges", "/symbols", "/markets", "/system/info", "/replay", "/sim"] {
        let path = format!("/api/v1{path}");
        check("GET", &path, &path, "", 200).await;
    }
    for path in ["/health", "/healthz", "/readyz", "/livez"] {
        check("GET", path, path, "", 200).await;
    }
    let market = "/api/v1/markets/{market}";
    for id in ["binance:BTC-USDT", "sim:BTC-USD"] {
        for (resource, query) in [
            ("", ""),
            ("/book", ""),
            ("/book", "?depth=1"),
            ("/book", "?depth=5000"),
            ("/book", "?depth=full"),
            ("/trades", ""),
            ("/trades", "?limit=1000&before=200"),
            ("/trades", "?before=1"),
            ("/ticker", ""),
            ("/candles", ""),
            ("/candles", "?interval=1s&start=0&limit=2"),
        ] {
            let path = format!("/api/v1/markets/{id}{resource}{query}");
            check("GET", &path, &format!("{market}{resource}"), "", 200).await;
        }
    }
    for (resource, query, status) in [
        ("/book", "?depth=0", 400),
        ("/book", "?depth=5001", 400),
        ("/trades", "?limit=0", 400),
        ("/trades", "?limit=1001", 400),
        ("/trades", "?before=0", 400),
        ("/trades", "?before=x", 400),
        ("/candles", "?interval=2m", 400),
        ("/candles", "?start=x", 400),
        ("/candles", "?start=2&end=1", 400),
        ("/candles", "?limit=1501", 400),
    ] {
        let path = format!("{BASE}{resource}{query}");
        check("GET", &path, &format!("{market}{resource}"), "", status).await;
    }
    for resource in ["", "/book", "/trades", "/ticker", "/candles"] {
        let path = format!("/api/v1/markets/sim:NO-SUCH{resource}");
        check("GET", &path, &format!("{market}{resource}"), "", 404).await;
    }
    for (path, body, status) in [
        ("/api/v1/replay/pause", "", 200),
        ("/api/v1/replay/step", "", 200),
        ("/api/v1/replay/seek", r#"{"position_ms":1000}"#, 200),
        ("/api/v1/replay/seek", r#"{"position_ms":-1}"#, 400),
        ("/api/v1/replay/seek", "{", 400),
        ("/api/v1/replay/speed", r#"{"speed":"max"}"#, 200),
        ("/api/v1/replay/speed", r#"{"speed":20}"#, 200),
        ("/api/v1/replay/speed", r#"{"speed":0}"#, 400),
        ("/api/v1/replay/resume", "", 200),
        ("/api/v1/sim/scenario", r#"{"scenario":"busy"}"#, 200),
        ("/api/v1/sim/scenario", r#"{"scenario":"calm","market":"sim:BTC-USD"}"#, 200),
        ("/api/v1/sim/scenario", r#"{"scenario":"party"}"#, 400),
        ("/api/v1/sim/scenario", r#"{"scenario":"calm","market":"sim:NO-SUCH"}"#, 404),
        ("/api/v1/sim/scenario", r#"{"scenario":"calm","market":"binance:BTC-USDT"}"#, 409),
    ] {
        check("POST", path, path, body, status).await;
    }
    check("GET", "/api/v1/ws", "/api/v1/ws", "", 400).await;
    check("GET", "/api/v1/ws/echo", "/api/v1/ws/echo", "", 404).await;
    app.stop().await;
}

#[actix_web::test]
async fn the_documents_are_served() {
    let app = TestApp::start(&[]).await;
    assert_eq!(app.get("/openapi.json").await.json(), openapi::document());
    assert_eq!(app.get("/asyncapi.json").await.json(), openapi::asyncapi());
    check_empty_server(&app).await;
    app.stop().await;
}

/// Without markets, recordings and the simulated venue.
async fn check_empty_server(app: &TestApp) {
    let document = Document::new();
    for (method, path, status) in [
        ("get", "/readyz", 503),
        ("get", "/api/v1/markets", 200),
        ("get", "/api/v1/replay", 200),
        ("post", "/api/v1/replay/pause", 409),
        ("post", "/api/v1/sim/scenario", 400),
    ] {
        let answer = app.request(&method.to_uppercase(), path, &[], "").await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        document.assert_holds(method, path, status, &answer.json());
    }
}

#[actix_web::test]
async fn the_page_of_the_documents_is_built_in() {
    let app = TestApp::start(&[]).await;
    let page = app.get("/docs").await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'self'") && !policy.contains("script-src"), "{policy}");
    let (mut links, mut scripts) = (0, 0);
    for part in page.body.split(['"', '\'']) {
        assert!(!part.starts_with("http:") && !part.starts_with("https:"), "{part} is elsewhere");
        if part.starts_with('/') {
            // As a browser asks, and as one that takes nothing compressed.
            let compressed = raw(&app, part, "gzip").await;
            let plain = raw(&app, part, "identity").await;
            assert!(
                compressed.0.starts_with("HTTP/1.1 200") && plain.0.starts_with("HTTP/1.1 200"),
                "{part}"
            );
            assert!(!plain.0.contains("content-encoding"), "{part}: {}", plain.0);
            if part.ends_with("bundle.js") {
                assert!(compressed.0.contains("content-encoding: gzip") && compressed.1 < plain.1 / 2);
                assert!(plain.1 > 1_000_000);
            }
            links += 1;
        }
    }
    for script in page.body.split("<script").skip(1) {
        assert!(script.starts_with(" src=") && script.contains("></script>"), "a script is inline: {script}");
        scripts += 1;
    }
    assert!(links >= 9 && scripts == 2, "{links} links, {scripts} scripts");
    assert!(app.get("/docs/ws-protocol.md").await.body.starts_with("# The WebSocket protocol"));
    for file in ["/docs/no-such-file", "/docs/..%2f..%2fCargo.toml", "/docs/index.html/x"] {
        assert_eq!(app.get(file).await.status, 404, "{file}");
    }
    app.stop().await;
}

/// Head and length of an answer whose body is not text.
async fn raw(app: &TestApp, path: &str, encoding: &str) -> (String, usize) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(&app.address).await.expect("connected");
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\naccept-encoding: {encoding}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("an answer");
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    (
        String::from_utf8_lossy(&bytes[..head]).to_lowercase().replace("http/1.1", "HTTP/1.1"),
        bytes.len() - head - 4,
    )
}
