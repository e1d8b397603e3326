//! Refusals in Binance's words: clients look for codes, and for these very texts.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use marketd_protocol::code::ErrorCode;
use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq)]
pub struct FaceError {
    pub status: u16,
    pub code: i32,
    pub message: String,
    /// What else the body has.
    pub data: Option<Value>,
    /// Seconds.
    pub retry_after: Option<u64>,
    /// Our own code of it, where there is one.
    pub cause: Option<ErrorCode>,
}

impl FaceError {
    pub fn new(status: u16, code: i32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), data: None, retry_after: None, cause: None }
    }

    pub fn bad(code: i32, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    pub fn missing(name: &str) -> Self {
        let what = "was not sent, was empty/null, or malformed.";
        Self::bad(-1102, format!("Mandatory parameter '{name}' {what}"))
    }

    pub fn empty(name: &str) -> Self {
        Self::bad(-1105, format!("Parameter '{name}' was empty."))
    }

    pub fn invalid(name: &str) -> Self {
        Self::bad(-1130, format!("Data sent for parameter '{name}' is not valid."))
    }

    pub fn illegal(name: &str, range: &str) -> Self {
        Self::bad(-1100, format!("Illegal characters found in parameter '{name}'; legal range is '{range}'."))
    }

    pub fn invalid_symbol() -> Self {
        Self::bad(-1121, "Invalid symbol.")
    }

    /// Nothing is wrong with the request, and it was not carried out.
    pub fn overloaded() -> Self {
        Self::new(
            503,
            -1008,
            "Server is currently overloaded with other requests. Please try again in a few minutes.",
        )
    }

    pub fn internal() -> Self {
        Self::new(500, -1001, "Internal error; unable to process your request. Please try again.")
    }

    /// A refusal of our own routes' helpers.
    pub fn of_refusal((code, message): (ErrorCode, String)) -> Self {
        let error = match code.http_status {
            503 => Self::overloaded(),
            400..=499 => Self::bad(-1130, message),
            _ => Self::internal(),
        };
        Self { cause: Some(code), ..error }
    }

    /// As the audit has it, which knows our own codes only.
    pub fn audit_code(&self) -> &'static str {
        let cause = self.cause.unwrap_or(match (self.status, self.code) {
            (404, _) => ErrorCode::NOT_FOUND,
            (_, -1003 | -1015) => ErrorCode::RATE_LIMITED,
            (_, -1007) => ErrorCode::TIMED_OUT,
            (_, -1008) => ErrorCode::BUSY,
            (401, _) | (_, -1021 | -1022) => ErrorCode::UNAUTHENTICATED,
            (403, _) => ErrorCode::FORBIDDEN,
            (500.., _) => ErrorCode::INTERNAL,
            _ => ErrorCode::BAD_REQUEST,
        });
        cause.code
    }

    pub fn body(&self) -> Value {
        let mut body = json!({"code": self.code, "msg": self.message});
        if let Some(data) = &self.data {
            body["data"] = data.clone();
        }
        body
    }

    pub fn response(&self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status).json(self.body());
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
