//! Requests that programs sign with an API key.
//!
//! The signature is over `<timestamp>\n<method>\n<path and query>\n<SHA-256 of the body in hex>`: hexadecimal for
//! HMAC-SHA256, base64 for Ed25519 and RSA. The timestamp is in microseconds, and the request good for a moment and once.

use std::sync::Arc;

use actix_web::http::header::HeaderName;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use marketd_actors::clock;
use marketd_actors::session::Identity;
use marketd_protocol::code::ErrorCode;
use ring::digest::{SHA256, digest};

use super::keys::KeyKind;
use super::secrets::{from_hex, hex};
use super::{Auth, Refusal};

pub const KEY: HeaderName = HeaderName::from_static("x-api-key");
pub const TIMESTAMP: HeaderName = HeaderName::from_static("x-api-timestamp");
pub const SIGNATURE: HeaderName = HeaderName::from_static("x-api-signature");

/// A clock may be ahead of ours by so much.
const AHEAD_US: i64 = 1_000_000;
/// No signature is longer: 512 bytes of RSA, in base64.
const SIGNATURE_MAX: usize = 684;

/// A request as it was signed.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    pub key_id: &'a str,
    pub timestamp: &'a str,
    pub signature: &'a str,
    pub method: &'a str,
    pub path_and_query: &'a str,
    pub body: &'a [u8],
}

fn refuse(message: &str) -> Refusal {
    (ErrorCode::UNAUTHENTICATED, message.to_owned())
}

impl Auth {
    /// Who signed this request.
    pub async fn by_signature(&self, signed: &Signed<'_>) -> Result<Arc<Identity>, Refusal> {
        let window_us = i64::try_from(self.settings.signature_window.as_micros()).unwrap_or(i64::MAX);
        let now_us = clock::now().micros();
        let at_us: i64 =
            signed.timestamp.parse().map_err(|_| refuse("x-api-timestamp is not a time in microseconds"))?;
        if at_us > now_us.saturating_add(AHEAD_US) || at_us <= now_us.saturating_sub(window_us) {
            let message = format!(
                "x-api-timestamp is not within {} ms of the server's time, {now_us}",
                window_us / 1_000
            );
            return Err((ErrorCode::UNAUTHENTICATED, message));
        }
        let key = self.keys.find(signed.key_id).await?;
        let given =
            decoded(key.kind(), signed.signature).ok_or_else(|| refuse("the signature is not valid"))?;
        let body = hex(digest(&SHA256, signed.body).as_ref());
        let Signed { timestamp, method, path_and_query, .. } = signed;
        let message = format!("{timestamp}\n{method}\n{path_and_query}\n{body}");
        if !key.verify(message.as_bytes(), &given) {
            return Err(refuse("the signature is not valid"));
        }
        // By what was signed: a signature may be written in more than one way.
        let seen = digest(&SHA256, format!("{}\n{message}", signed.key_id).as_bytes());
        let seen = seen.as_ref().try_into().unwrap_or_default();
        self.replays.first_time(seen, now_us, at_us.saturating_add(window_us)).await?;
        Ok(key.identity().clone())
    }
}

fn decoded(kind: KeyKind, signature: &str) -> Option<Vec<u8>> {
    if signature.len() > SIGNATURE_MAX {
        return None;
    }
    match kind {
        KeyKind::HmacSha256 => from_hex(signature),
        KeyKind::Ed25519 | KeyKind::RsaSha256 => STANDARD.decode(signature).ok(),
    }
}
