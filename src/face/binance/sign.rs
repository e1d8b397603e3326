//! Who sends a request: an API key, and its signature over the request's text exactly as it was sent.
//!
//! Clients put what is signed into the query, into a form, or into both, in any order; some sign values before they are
//! percent-encoded. So the text as it came is looked at first, and the decoded one second.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use marketd_actors::clock;
use marketd_actors::session::{Identity, Proof};
use marketd_domain::Timestamp;
use marketd_domain::identity::Scope;
use serde_json::Value;

use super::Call;
use super::error::FaceError;
use super::weight::INSTEAD;
use crate::auth::{Auth, Policy};

const WINDOW_DEFAULT_MS: i64 = 5_000;
const WINDOW_MAX_MS: i64 = 60_000;
/// How far a client's clock may be ahead.
const AHEAD_MS: i64 = 1_000;
const KEY_MAX: usize = 512;

/// A request as it was sent.
pub enum Origin<'a> {
    Rest {
        query: &'a str,
        body: &'a str,
        api_key: Option<&'a str>,
    },
    /// Over a WebSocket, which may have been logged on.
    Socket {
        params: &'a Value,
        session: Option<Arc<Identity>>,
    },
}

/// A signature that has the form of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature(Vec<u8>);

impl Signature {
    /// HMAC-SHA256 as 64 hexadecimal digits; Ed25519 and RSA as base64.
    fn parse(text: &str) -> Option<Self> {
        if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let digits: Option<Vec<u8>> = (0..64)
                .step_by(2)
                .map(|at| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
                .collect();
            return digits.map(Self);
        }
        // A plus sign in a query that was not encoded has become a space.
        let bytes = STANDARD.decode(text.replace(' ', "+")).ok()?;
        (bytes.len() == 64 || (128..=1_024).contains(&bytes.len())).then_some(Self(bytes))
    }
}

fn without_signature(text: &str) -> String {
    let parts = text.split('&').filter(|part| !part.starts_with("signature=") && !part.is_empty());
    parts.collect::<Vec<_>>().join("&")
}

/// As a client wrote it that signs before it encodes. `None` where an encoded character would begin a parameter or a value: then
/// what was signed could be read in another way than what was sent.
fn percent_decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let pair = (*byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(b'&' | b'=') => return None,
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

/// The texts that may have been signed, the likeliest first.
fn signed_texts(origin: &Origin<'_>) -> Vec<String> {
    let mut texts = match origin {
        Origin::Rest { query, body, .. } => {
            let (query, body) = (without_signature(query), without_signature(body));
            let mut texts = vec![format!("{query}{body}")];
            if !query.is_empty() && !body.is_empty() {
                texts.push(format!("{query}&{body}"));
            }
            texts
        }
        Origin::Socket { params, .. } => {
            let mut pairs: Vec<(&String, String)> = (params.as_object().into_iter().flatten())
                .filter(|(name, _)| *name != "signature")
                .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
                .collect();
            pairs.sort();
            let plain: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let encoded: String =
                form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            vec![plain.join("&"), encoded]
        }
    };
    let decoded: Vec<String> = texts.iter().filter_map(|text| percent_decoded(text)).collect();
    texts.extend(decoded);
    texts.dedup();
    texts
}

fn unauthorized(code: i32, message: &str) -> FaceError {
    FaceError::new(401, code, message)
}

pub const NOT_PERMITTED: i32 = -2015;

pub fn not_permitted() -> FaceError {
    unauthorized(NOT_PERMITTED, "Invalid API-key, IP, or permissions for action.")
}

/// The request's key; whoever has none is nobody.
fn key_of<'a>(call: &'a Call<'_>) -> Result<&'a str, FaceError> {
    let key = match &call.origin {
        Origin::Rest { api_key, .. } => *api_key,
        Origin::Socket { .. } => call.params.get("apiKey"),
    };
    let is_key =
        |key: &&str| (1..=KEY_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    key.filter(is_key).ok_or_else(|| unauthorized(-2014, "API-key format invalid."))
}

/// That the request was made just now. Times are milliseconds, or microseconds.
fn check_time(call: &Call<'_>, now: Timestamp) -> Result<(), FaceError> {
    const MICROS_FROM: i64 = 100_000_000_000_000;
    let window = match call.params.get("recvWindow") {
        None => WINDOW_DEFAULT_MS,
        // It may have three decimals.
        Some(text) => text
            .split('.')
            .next()
            .and_then(|whole| whole.parse().ok())
            .ok_or_else(|| FaceError::illegal("recvWindow", "^[0-9]{1,20}(\\.[0-9]{1,3})?$"))?,
    };
    if !(0..=WINDOW_MAX_MS).contains(&window) {
        return Err(FaceError::bad(-1131, "'recvWindow' must be less than 60000."));
    }
    let sent = call.params.integer("timestamp")?.ok_or_else(|| FaceError::missing("timestamp"))?;
    let sent_ms = if sent >= MICROS_FROM { sent / 1_000 } else { sent };
    if sent_ms >= now.millis() + AHEAD_MS {
        return Err(FaceError::bad(
            -1021,
            "Timestamp for this request was 1000ms ahead of the server's time.",
        ));
    }
    if now.millis() - sent_ms > window {
        return Err(FaceError::bad(-1021, "Timestamp for this request is outside of the recvWindow."));
    }
    Ok(())
}

/// Who sends a signed request, if that one may do this.
pub async fn signed(call: &Call<'_>, scope: Scope) -> Result<Arc<Identity>, FaceError> {
    if let Origin::Socket { session: Some(identity), .. } = &call.origin
        && call.params.get("signature").is_none()
    {
        let identity = still(&call.shared.auth, identity).await?;
        return admitted(call, identity, scope).await;
    }
    let key = key_of(call)?;
    let signature = call.params.required("signature")?;
    let signature =
        Signature::parse(signature).ok_or_else(|| FaceError::illegal("signature", "^[A-Fa-f0-9]{64}$"))?;
    check_time(call, clock::now())?;
    admitted(call, recognize(call, key, &signature).await?, scope).await
}

/// Who sends a request that shows a key and no signature: nobody but `dev`, where nobody has to say who they are. A key that this
/// server has given out is held to its signature.
pub async fn unsigned(call: &Call<'_>, scope: Scope) -> Result<Arc<Identity>, FaceError> {
    let key = key_of(call)?;
    let auth = &call.shared.auth;
    let dev = auth.unproven(call.is_local).cloned().ok_or_else(not_permitted)?;
    if auth.settings.policy != Policy::Off && auth.keys.find(key).await.is_ok() {
        return Err(FaceError::missing("signature"));
    }
    admitted(call, dev, scope).await
}

/// Lets somebody in who was recognized, if that user may ask again already, and may do this.
async fn admitted(
    call: &Call<'_>,
    identity: Arc<Identity>,
    scope: Scope,
) -> Result<Arc<Identity>, FaceError> {
    *call.caller.borrow_mut() = Some(identity.clone());
    let shared = call.shared;
    if let Some((limit, allowance)) = shared.rates.take(&**shared.auth.bus(), &identity).await
        && !allowance.allowed
    {
        let message = format!(
            "Too much request weight used; current limit is {} request weight per 1 SECOND. {INSTEAD}",
            limit.burst()
        );
        let wait_ms = i64::try_from(allowance.retry_after.as_millis()).unwrap_or(i64::MAX);
        return Err(call.face.weights.refuse(call.peer, wait_ms, message, clock::now()));
    }
    match identity.require(scope) {
        Ok(()) => Ok(identity),
        Err((code, _)) => Err(FaceError { cause: Some(code), ..not_permitted() }),
    }
}

/// Who was recognized before, as that one is now: a key may have been revoked since, or its user may do less.
pub async fn still(auth: &Auth, identity: &Arc<Identity>) -> Result<Arc<Identity>, FaceError> {
    let Proof::ApiKey(key) = &identity.proof else { return Ok(identity.clone()) };
    match auth.keys.find(key).await {
        Ok(found) => Ok(found.identity().clone()),
        Err((code, _)) if code.http_status == 503 => Err(FaceError::overloaded()),
        Err(_) => Err(not_permitted()),
    }
}

/// The user of a key whose signature holds. Where nobody has to say who they are, a key that this server has not given out is
/// the user `dev`; one that it has is held to its signature.
async fn recognize(call: &Call<'_>, key: &str, signature: &Signature) -> Result<Arc<Identity>, FaceError> {
    let auth = &call.shared.auth;
    let unproven = auth.unproven(call.is_local).cloned();
    if auth.settings.policy == Policy::Off
        && let Some(dev) = unproven
    {
        return Ok(dev);
    }
    match auth.keys.find(key).await {
        Ok(found) => {
            let texts = signed_texts(&call.origin);
            let holds = texts.iter().any(|text| found.verify(text.as_bytes(), &signature.0));
            let invalid = || FaceError::bad(-1022, "Signature for this request is not valid.");
            if holds { Ok(found.identity().clone()) } else { Err(invalid()) }
        }
        Err((code, _)) if code.http_status == 503 => Err(FaceError::overloaded()),
        Err(_) => unproven.ok_or_else(not_permitted),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_signed_is_the_text_without_the_signature() {
        let texts = |query: &str, body: &str| signed_texts(&Origin::Rest { query, body, api_key: None });
        assert_eq!(texts("b=2&a=1&signature=ff", ""), ["b=2&a=1"]);
        assert_eq!(texts("", "signature=ff&b=2"), ["b=2"]);
        assert_eq!(texts("a=1", "b=2&signature=ff"), ["a=1b=2", "a=1&b=2", "a=1b=2", "a=1&b=2"]);
        assert_eq!(texts("s=%5B%22A%22%5D", ""), ["s=%5B%22A%22%5D", "s=[\"A\"]"]);
        // What was signed as two parameters is not sent as one.
        assert_eq!(texts("a=1%26b=2", ""), ["a=1%26b=2"]);
        assert_eq!(texts("a%3d1", ""), ["a%3d1"]);
    }

    #[test]
    fn over_a_socket_parameters_are_signed_in_alphabetical_order() {
        let params = json!({"timestamp": 5, "apiKey": "k", "signature": "x", "symbols": "A B"});
        let texts = signed_texts(&Origin::Socket { params: &params, session: None });
        assert_eq!(texts[..2], ["apiKey=k&symbols=A B&timestamp=5", "apiKey=k&symbols=A+B&timestamp=5"]);
    }

    #[test]
    fn signatures_have_one_of_three_forms() {
        let hex = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71";
        assert_eq!(Signature::parse(hex), Signature::parse(&hex.to_uppercase()));
        assert_eq!(Signature::parse(hex).map(|signature| signature.0.len()), Some(32));
        for length in [64, 256] {
            let text = STANDARD.encode(vec![251; length]);
            let found = Signature::parse(&text).map(|signature| signature.0.len());
            assert_eq!((found, Signature::parse(&text.replace('+', " ")).is_some()), (Some(length), true));
        }
        for text in ["", "x", "abc", &hex[1..], &STANDARD.encode([0; 63])] {
            assert_eq!(Signature::parse(text), None, "{text}");
        }
    }
}
