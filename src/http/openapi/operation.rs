//! One route with one method, as the OpenAPI document describes it.

use std::collections::BTreeMap;

use marketd_domain::identity::Scope;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::schema::rest::{Failure, Success};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// Makes a schema and, on the way, the components that it refers to.
type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

fn schema_of<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Schema {
    schemas.subschema_for::<T>()
}

/// What a success looks like.
enum Answer {
    /// The envelope around this.
    Data {
        schema: MakeSchema,
        example: Option<Value>,
    },
    /// A body of another kind.
    Other {
        content_type: &'static str,
        description: &'static str,
    },
    Upgrade,
}

pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    pub id: &'static str,
    tag: &'static str,
    summary: &'static str,
    description: Option<&'static str>,
    parameters: Vec<Value>,
    body: Option<MakeSchema>,
    is_body_optional: bool,
    answer: Answer,
    status: &'static str,
    is_tagged: bool,
    /// Also answers rows without the envelope.
    has_rows: bool,
    refusals: Vec<ErrorCode>,
    pub access: Access,
}

/// Who an operation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Whoever is known.
    Known,
    /// Whoever has this scope.
    Scope(Scope),
}

impl Operation {
    pub fn get(path: &'static str, id: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self {
            method: "get",
            path,
            id,
            tag,
            summary,
            description: None,
            parameters: Vec::new(),
            body: None,
            is_body_optional: false,
            answer: Answer::Upgrade,
            status: "200",
            is_tagged: false,
            has_rows: false,
            // Addresses have a limit, and so have users who show who they are where nobody has to.
            refusals: if path.starts_with("/api/v1/") { vec![ErrorCode::RATE_LIMITED] } else { Vec::new() },
            access: Access::Public,
        }
    }

    pub fn post(path: &'static str, id: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self { method: "post", ..Self::get(path, id, tag, summary) }
    }

    pub fn put(path: &'static str, id: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self { method: "put", ..Self::get(path, id, tag, summary) }
    }

    pub fn patch(path: &'static str, id: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self { method: "patch", ..Self::get(path, id, tag, summary) }
    }

    pub fn delete(path: &'static str, id: &'static str, tag: &'static str, summary: &'static str) -> Self {
        Self { method: "delete", ..Self::get(path, id, tag, summary) }
    }

    /// For whoever is known; see [`Self::needs`].
    pub fn needs_anybody(mut self) -> Self {
        self.access = Access::Known;
        self.refuses(&[ErrorCode::UNAUTHENTICATED, ErrorCode::TOKEN_EXPIRED, ErrorCode::RATE_LIMITED])
            .refuses(&[ErrorCode::BUSY, ErrorCode::STORE_UNAVAILABLE])
            .refuses(&[ErrorCode::MESSAGE_TOO_LARGE, ErrorCode::MESSAGE_TOO_SLOW])
    }

    /// For those who have this scope.
    pub fn needs(self, scope: Scope) -> Self {
        let mut operation = self.needs_anybody().refuses(&[ErrorCode::FORBIDDEN]);
        operation.access = Access::Scope(scope);
        operation
    }

    /// Answers 201: something is there now that was not.
    pub const fn creates(mut self) -> Self {
        self.status = "201";
        self
    }

    pub fn in_path(mut self, name: &str, description: &str, schema: &Value, example: &str) -> Self {
        self.parameters.push(json!({
            "name": name,
            "in": "path",
            "required": true,
            "description": description,
            "schema": schema,
            "example": example,
        }));
        self
    }

    /// Carried out once for a key.
    pub fn once(mut self) -> Self {
        self.parameters.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "description": "sent again with the same key, the request is not carried out again",
            "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
            "example": "7d0f1c1e-1",
        }));
        self.refuses(&[ErrorCode::BAD_REQUEST, ErrorCode::IDEMPOTENCY_KEY_REUSED])
    }

    pub fn described(mut self, description: &'static str) -> Self {
        self.description = Some(description);
        self
    }

    /// The market in the path.
    pub fn of_market(mut self) -> Self {
        self.parameters.push(json!({
            "name": "market",
            "in": "path",
            "required": true,
            "description": "a market's id, `<venue>:<BASE>-<QUOTE>`",
            "schema": {"type": "string", "minLength": 1},
            "example": "binance:BTC-USDT",
        }));
        self.refuses(&[ErrorCode::UNKNOWN_MARKET])
    }

    /// A file of the documentation in the path.
    pub fn of_file(mut self) -> Self {
        self.parameters.push(json!({
            "name": "file",
            "in": "path",
            "required": true,
            "schema": {"type": "string", "minLength": 1},
            "example": "ws-protocol.md",
        }));
        self
    }

    pub fn query(mut self, name: &str, description: &str, schema: &Value) -> Self {
        self.parameters
            .push(json!({"name": name, "in": "query", "description": description, "schema": schema}));
        self
    }

    pub fn takes<T: JsonSchema>(mut self) -> Self {
        self.body = Some(schema_of::<T>);
        self
    }

    /// As [`Self::takes`], where an empty body means something too.
    pub fn takes_optionally<T: JsonSchema>(mut self) -> Self {
        self.is_body_optional = true;
        self.takes::<T>()
    }

    /// Answers this in the envelope.
    pub fn answers<T: JsonSchema>(mut self, example: Option<Value>) -> Self {
        self.answer = Answer::Data { schema: schema_of::<Success<T>>, example };
        self
    }

    /// Answers something else than the envelope.
    pub fn answers_other(mut self, content_type: &'static str, description: &'static str) -> Self {
        self.answer = Answer::Other { content_type, description };
        self
    }

    /// The answer has an `ETag`, and is not sent again to who has it.
    pub fn tagged(mut self) -> Self {
        self.parameters.push(json!({
            "name": "If-None-Match",
            "in": "header",
            "description": "tags of the answers that the caller holds",
            "schema": {"type": "string"},
            "example": "\"1763722800123-1207\"",
        }));
        self.is_tagged = true;
        self
    }

    /// The answer can be had as CSV and NDJSON, too.
    pub fn also_as_rows(mut self) -> Self {
        self.has_rows = true;
        self.described("Also as CSV and NDJSON, then up to 10,000 rows without the envelope.")
    }

    pub fn refuses(mut self, codes: &[ErrorCode]) -> Self {
        self.refusals.extend_from_slice(codes);
        self
    }

    /// The operation as the document has it.
    pub fn describe(&self, schemas: &mut SchemaGenerator) -> Value {
        let mut operation = json!({
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "responses": self.responses(schemas),
        });
        if let Some(description) = self.description {
            operation["description"] = description.into();
        }
        match self.access {
            Access::Public => {}
            Access::Known => operation["security"] = security(),
            Access::Scope(scope) => {
                operation["security"] = security();
                operation["x-scope"] = scope.as_str().into();
            }
        }
        if !self.parameters.is_empty() {
            operation["parameters"] = self.parameters.clone().into();
        }
        if let Some(body) = self.body {
            operation["requestBody"] = json!({"required": !self.is_body_optional, "content": {"application/json": {"schema": body(schemas)}}});
        }
        operation
    }

    fn responses(&self, schemas: &mut SchemaGenerator) -> Value {
        let mut responses = Map::new();
        match &self.answer {
            Answer::Data { schema, example } => {
                let mut content = json!({"schema": schema(schemas)});
                if let Some(data) = example {
                    content["example"] = success(data);
                }
                let mut headers = json!({"x-trace-id": {"$ref": "#/components/headers/trace"}});
                if self.is_tagged {
                    headers["etag"] = tag_header();
                }
                let answer = json!({
                    "description": "the answer",
                    "headers": headers,
                    "content": {"application/json": content},
                });
                let mut answer = answer;
                if self.has_rows {
                    for content_type in ["text/csv", "application/x-ndjson"] {
                        answer["content"][content_type] = json!({"schema": {"type": "string"}});
                    }
                }
                responses.insert(self.status.to_owned(), answer);
            }
            Answer::Other { content_type, description } => {
                let kind = if content_type.starts_with("text/") { "string" } else { "object" };
                let content = json!({*content_type: {"schema": {"type": kind}}});
                responses.insert("200".to_owned(), json!({"description": description, "content": content}));
            }
            Answer::Upgrade => {
                let switched = json!({"description": "the connection is a WebSocket from here on"});
                responses.insert("101".to_owned(), switched);
            }
        }
        if self.is_tagged {
            let held = json!({"description": "the caller has it", "headers": {"etag": tag_header()}});
            responses.insert("304".to_owned(), held);
        }
        for (status, codes) in by_status(&self.refusals) {
            responses.insert(status.to_string(), refusal(&codes, schemas));
        }
        responses.into()
    }
}

/// A token, or a signature.
fn security() -> Value {
    json!([{"accessToken": []}, {"apiKey": [], "apiTimestamp": [], "apiSignature": []}])
}

fn tag_header() -> Value {
    json!({
        "description": "`\"<epoch>-<seq>\"`; while the market is not live its status may be appended",
        "schema": {"type": "string"},
    })
}

/// An example of an answer.
fn success(data: &Value) -> Value {
    json!({
        "status": "success",
        "data": data,
        "message": "ok",
        "timestamp": 1_763_722_812_016_733_u64,
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "execution_time_ms": 0.041,
    })
}

fn by_status(codes: &[ErrorCode]) -> BTreeMap<u16, Vec<ErrorCode>> {
    let mut statuses: BTreeMap<u16, Vec<ErrorCode>> = BTreeMap::new();
    for code in codes {
        let same = statuses.entry(code.http_status).or_default();
        if !same.contains(code) {
            same.push(*code);
        }
    }
    statuses
}

fn refusal(codes: &[ErrorCode], schemas: &mut SchemaGenerator) -> Value {
    let meanings: Vec<String> =
        codes.iter().map(|code| format!("`{}`: {}", code.code, code.meaning)).collect();
    let names: Vec<&str> = codes.iter().map(|code| code.code).collect();
    let schema = json!({
        "allOf": [
            schemas.subschema_for::<Failure>(),
            {"type": "object", "properties": {"code": {"enum": names}}},
        ],
    });
    let examples: Map<String, Value> =
        codes.iter().map(|code| (code.code.to_owned(), json!({"value": failure(*code)}))).collect();
    let mut headers = json!({"x-trace-id": {"$ref": "#/components/headers/trace"}});
    if codes.iter().any(ErrorCode::is_for_now) {
        headers["retry-after"] = json!({"$ref": "#/components/headers/retryAfter"});
    }
    json!({
        "description": meanings.join("; "),
        "headers": headers,
        "content": {"application/json": {"schema": schema, "examples": examples}},
    })
}

/// An example of a refusal.
fn failure(code: ErrorCode) -> Value {
    json!({
        "status": "error",
        "data": null,
        "code": code.code,
        "message": code.meaning,
        "retryable": code.retryable,
        "timestamp": 1_763_722_812_016_733_u64,
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
        "execution_time_ms": 0.012,
    })
}
