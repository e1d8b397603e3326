//! `GET /openapi.json` and `GET /asyncapi.json`: the documents, made from the types that are on the wire.

mod identity;
mod operation;
mod routes;
mod sandbox;

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use marketd_protocol::schema::{asyncapi, generator};
use serde_json::{Map, Value, json};

use super::reply::CallInfo;

pub use operation::Access;

/// The OpenAPI document.
pub fn document() -> Value {
    let mut schemas = generator("/components/schemas");
    let mut paths: Map<String, Value> = Map::new();
    for operation in routes::operations() {
        let methods = paths.entry(operation.path).or_insert_with(|| json!({}));
        methods[operation.method] = operation.describe(&mut schemas);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "marketd",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "True order books over WebSocket and REST.",
            "description": "Decimals are strings at the market's fixed scale, times are integers in microseconds UTC. Every answer, errors included, is one envelope. The WebSocket is described by [asyncapi.json](/asyncapi.json).",
            "license": {"name": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "this server"}],
        "tags": routes::tags(),
        "paths": paths,
        "components": {
            "schemas": schemas.take_definitions(true),
            "securitySchemes": {
                "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "of `POST /api/v1/auth/login`"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "id of a key of `POST /api/v1/api-keys`"},
                "apiTimestamp": {"type": "apiKey", "in": "header", "name": "x-api-timestamp", "description": "microseconds UTC"},
                "apiSignature": {"type": "apiKey", "in": "header", "name": "x-api-signature", "description": "over timestamp, method, path with query and the body's SHA-256; see docs/identity.md"},
            },
            "headers": {
                "trace": {
                    "description": "names this request in the server's log",
                    "schema": {"type": "string", "maxLength": 64},
                },
                "retryAfter": {
                    "description": "seconds until it is worth another try, where the code is `retryable`",
                    "schema": {"type": "integer", "minimum": 1},
                },
            },
        },
    })
}

/// A handshake is made with `GET` and nothing else.
const SESSIONS: &str = "/api/v1/ws";

/// Whether a path is of this template.
fn is_of(path: &str, template: &str) -> bool {
    let (mut parts, mut wanted) = (path.split('/'), template.split('/'));
    loop {
        match (parts.next(), wanted.next()) {
            (None, None) => return true,
            (Some(part), Some(wanted)) if part == wanted || wanted.starts_with('{') => {}
            _ => return false,
        }
    }
}

/// What a resource takes, for the header `allow`: the documented methods of this template, or of the paths
/// that are documented one by one in its place. What can be read can be asked for with `HEAD`.
pub fn methods_of(template: &str) -> String {
    static OPERATIONS: LazyLock<Vec<operation::Operation>> = LazyLock::new(routes::operations);
    let exact = OPERATIONS.iter().any(|operation| operation.path == template);
    let is_of_resource = |path: &str| if exact { path == template } else { is_of(path, template) };
    let mut methods: Vec<String> = (OPERATIONS.iter())
        .filter(|operation| is_of_resource(operation.path))
        .map(|operation| operation.method.to_uppercase())
        .collect();
    methods.dedup();
    // The page is not documented, and read only.
    if methods.is_empty() {
        methods.push("GET".to_owned());
    }
    if methods.contains(&"GET".to_owned()) && !template.starts_with(SESSIONS) {
        methods.push("HEAD".to_owned());
    }
    methods.join(", ")
}

/// The AsyncAPI document.
pub fn asyncapi() -> Value {
    asyncapi::document(env!("CARGO_PKG_VERSION"))
}

/// As it is printed, and as it is committed under `docs/`.
pub fn print(document: &Value) -> String {
    format!("{document:#}\n")
}

/// Method, path and id of each operation, with who it is for: what the test of all routes and all callers goes by.
pub fn accesses() -> Vec<(&'static str, &'static str, &'static str, Access)> {
    let operations = routes::operations().into_iter();
    operations.map(|operation| (operation.method, operation.path, operation.id, operation.access)).collect()
}

static OPENAPI: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());
static ASYNCAPI: LazyLock<Bytes> = LazyLock::new(|| asyncapi().to_string().into());

pub async fn get_openapi(call: CallInfo) -> HttpResponse {
    call.marked(HttpResponse::Ok().content_type("application/json").body(OPENAPI.clone()))
}

pub async fn get_asyncapi(call: CallInfo) -> HttpResponse {
    call.marked(HttpResponse::Ok().content_type("application/json").body(ASYNCAPI.clone()))
}
