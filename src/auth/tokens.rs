//! Access tokens and tickets (JSON Web Tokens, RFC 7519), and refresh tokens.
//!
//! There is one algorithm, HS256, and one header, byte for byte: a token with another is not looked at. So there is no
//! `alg` to be talked into, and no `kid`, `jku` or `crit` to be followed. See docs/adr/0012.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use marketd_actors::session::{Identity, Proof};
use marketd_domain::Timestamp;
use marketd_domain::identity::{Role, Scopes};
use marketd_domain::ledger::UserNo;
use ring::hmac;
use serde::{Deserialize, Serialize};

use super::secrets::{ServerKey, from_hex, hex, random};

/// {"alg":"HS256","typ":"JWT"}
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
const ISSUER: &str = "marketd";
/// No token of ours is longer.
const TOKEN_MAX: usize = 1_024;
/// How far the clocks of nodes may be apart.
const LEEWAY_S: i64 = 30;

/// What a token is for. Each has a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Requests, for as long as it lasts.
    Api,
    /// One WebSocket session.
    Session,
}

impl Audience {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "marketd-api",
            Self::Session => "marketd-session",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    name: String,
    role: String,
    scopes: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// The login or the API key that it was given to.
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// Of a ticket: until when the session may last, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
    jti: String,
    /// Microseconds: tells tokens from before and behind a revocation apart.
    at: i64,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// A token that was signed here and is of its time.
#[derive(Debug, Clone)]
pub struct Verified {
    pub identity: Identity,
    /// Tells this token from all others.
    pub token_id: String,
    pub issued: Timestamp,
    pub expires: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// Not one of ours.
    Invalid,
    Expired,
}

/// A refresh token that was made here; whether it is still good the store knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    pub login_id: String,
    pub generation: u32,
}

/// Makes and reads tokens.
pub struct Tokens {
    api: hmac::Key,
    session: hmac::Key,
    refresh: hmac::Key,
}

const fn seconds(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000_000)
}

impl Tokens {
    pub fn new(key: &ServerKey) -> Self {
        Self {
            api: key.derive("access tokens"),
            session: key.derive("tickets of sessions"),
            refresh: key.derive("refresh tokens"),
        }
    }

    const fn key(&self, audience: Audience) -> &hmac::Key {
        match audience {
            Audience::Api => &self.api,
            Audience::Session => &self.session,
        }
    }

    /// `None` for whoever has proven nothing: there is nothing to hand on.
    pub fn issue(
        &self,
        audience: Audience,
        identity: &Identity,
        now: Timestamp,
        lifetime_s: i64,
    ) -> Option<String> {
        let (login, key) = match &identity.proof {
            Proof::Open => return None,
            Proof::Login(login) => (Some(login.to_string()), None),
            Proof::ApiKey(key) => (None, Some(key.to_string())),
        };
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: audience.as_str().to_owned(),
            sub: identity.user.to_string(),
            name: identity.name.to_string(),
            role: identity.role.as_str().to_owned(),
            scopes: identity.scopes.to_text(),
            account: identity.account.as_deref().map(str::to_owned),
            login,
            key,
            until: (audience == Audience::Session).then(|| identity.expires.map(seconds)).flatten(),
            jti: hex(&random::<12>()),
            at: now.micros(),
            iat: seconds(now),
            nbf: seconds(now),
            exp: seconds(now).saturating_add(lifetime_s),
        };
        let claims = serde_json::to_vec(&claims).ok()?;
        let mut token = format!("{HEADER}.{}", URL_SAFE_NO_PAD.encode(claims));
        let signature = hmac::sign(self.key(audience), token.as_bytes());
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(signature));
        Some(token)
    }

    pub fn verify(&self, audience: Audience, token: &str, now: Timestamp) -> Result<Verified, TokenError> {
        if token.len() > TOKEN_MAX {
            return Err(TokenError::Invalid);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Invalid)?;
        let claims =
            signed.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('.')).ok_or(TokenError::Invalid)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenError::Invalid)?;
        // Constant in time, and before anything of the claims is looked at.
        hmac::verify(self.key(audience), signed.as_bytes(), &signature).map_err(|_| TokenError::Invalid)?;
        let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| TokenError::Invalid)?;
        let claims: Claims = serde_json::from_slice(&claims).map_err(|_| TokenError::Invalid)?;
        read(claims, audience, seconds(now))
    }

    /// The token of this generation of a login; the same each time it is asked for.
    pub fn refresh_token(&self, refresh: &Refresh) -> String {
        let Refresh { login_id, generation } = refresh;
        let mac = hmac::sign(&self.refresh, format!("{login_id}.{generation}").as_bytes());
        format!("{login_id}.{generation}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    pub fn read_refresh(&self, token: &str) -> Option<Refresh> {
        if token.len() > TOKEN_MAX {
            return None;
        }
        let (signed, mac) = token.rsplit_once('.')?;
        hmac::verify(&self.refresh, signed.as_bytes(), &URL_SAFE_NO_PAD.decode(mac).ok()?).ok()?;
        let (login_id, generation) = signed.split_once('.')?;
        from_hex(login_id)?;
        Some(Refresh { login_id: login_id.to_owned(), generation: generation.parse().ok()? })
    }
}

fn read(claims: Claims, audience: Audience, now_s: i64) -> Result<Verified, TokenError> {
    let is_ours = claims.iss == ISSUER && claims.aud == audience.as_str();
    let has_begun = claims.nbf <= now_s + LEEWAY_S && claims.iat <= now_s + LEEWAY_S;
    if !is_ours || !has_begun {
        return Err(TokenError::Invalid);
    }
    if claims.exp <= now_s {
        return Err(TokenError::Expired);
    }
    let expires = Timestamp::from_micros(claims.exp.saturating_mul(1_000_000));
    let until = claims.until.map(|until| Timestamp::from_micros(until.saturating_mul(1_000_000)));
    let proof = match (claims.login, claims.key) {
        (Some(login), None) => Proof::Login(login.into()),
        (None, Some(key)) => Proof::ApiKey(key.into()),
        _ => return Err(TokenError::Invalid),
    };
    let identity = Identity {
        user: UserNo::new(claims.sub.parse().map_err(|_| TokenError::Invalid)?),
        name: claims.name.into(),
        role: Role::parse(&claims.role).ok_or(TokenError::Invalid)?,
        scopes: Scopes::from_text(&claims.scopes).ok_or(TokenError::Invalid)?,
        account: claims.account.map(Arc::from),
        proof,
        expires: match audience {
            Audience::Api => Some(expires),
            Audience::Session => until,
        },
    };
    Ok(Verified { identity, token_id: claims.jti, issued: Timestamp::from_micros(claims.at), expires })
}

#[cfg(test)]
mod tests;
