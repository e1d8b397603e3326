//! `GET /openapi.json` and `GET /asyncapi.json`: the documents, made from the types that are on the wire.

mod operation;
mod routes;

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use marketd_protocol::schema::{asyncapi, generator};
use serde_json::{Map, Value, json};

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
            "headers": {
                "trace": {
                    "description": "names this request in the server's log",
                    "schema": {"type": "string", "maxLength": 64},
                },
            },
        },
    })
}

/// The AsyncAPI document.
pub fn asyncapi() -> Value {
    asyncapi::document(env!("CARGO_PKG_VERSION"))
}

/// As it is printed, and as it is committed under `docs/`.
pub fn print(document: &Value) -> String {
    format!("{document:#}\n")
}

static OPENAPI: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());
static ASYNCAPI: LazyLock<Bytes> = LazyLock::new(|| asyncapi().to_string().into());

pub async fn get_openapi() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(OPENAPI.clone())
}

pub async fn get_asyncapi() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(ASYNCAPI.clone())
}
