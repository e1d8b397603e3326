//! Who somebody is, and how that is known: users and their logins, access tokens, API keys.
//!
//! What is asked for with every request is answered without I/O: tokens carry what they are good for, keys are held in memory,
//! and what was revoked within the life of a token is remembered. The store is the truth of the rest; while it is away nobody
//! logs in, and whoever has a token goes on.

pub mod audit;
mod console;
mod elsewhere;
mod keys;
mod logins;
mod passwords;
mod public_keys;
mod replays;
mod revocations;
mod secrets;
pub mod signing;
mod tokens;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use marketd_actors::board::Board;
use marketd_actors::clock;
use marketd_actors::hub::CloseRevoked;
use marketd_actors::session::{Identities, Identity, Recognized, Revoked};
use marketd_actors::storage::Storage;
use marketd_bus::{Bus, Key, RateLimit};
use marketd_domain::Timestamp;
use marketd_domain::identity::Role;
use marketd_domain::ledger::UserNo;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::ws::Credential;
use marketd_store::{Store, StoreError};

use crate::http::flags::Flag;

pub use audit::Audit;
pub use console::{end_at_console, note_at_console};
pub use keys::{ApiKey, KeyKind, KeyWanted, Keys, MadeKey};
pub use logins::{LoggedIn, Try, name_of, password_of};
pub use passwords::{HashingLimits, Passwords};
pub use public_keys::PublicKey;
pub use secrets::{KeyFileError, hex, random};
pub use signing::Signed;

use replays::Replays;
use revocations::Revocations;
use secrets::ServerKey;
use tokens::{Audience, TokenError, Tokens};

/// A refusal on its way out.
pub type Refusal = (ErrorCode, String);

/// A ticket is for the next moment.
const TICKET_S: i64 = 30;
const REVOKED_TOPIC: &str = "revoked";

/// Who is let in without credentials. See docs/adr/0011.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Everybody is `dev`, whatever they show.
    Off,
    /// Who shows nothing is `dev`; who shows something is held to it.
    Open,
    /// Who shows nothing is nobody.
    Closed,
}

impl Policy {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// What [`Auth`] goes by.
#[derive(Debug, Clone)]
pub struct AuthSettings {
    pub policy: Policy,
    pub key_file: PathBuf,
    pub signup: bool,
    pub default_role: Role,
    pub access_s: i64,
    pub refresh_s: i64,
    pub hashing: HashingLimits,
    pub keys_held: usize,
    pub signature_window: Duration,
    pub logins: Option<RateLimit>,
}

/// What identity stands on.
pub struct Ground {
    pub storage: Option<Arc<Storage>>,
    pub bus: Arc<dyn Bus>,
    /// Whether other nodes are reached by it.
    pub is_shared: bool,
    pub board: Arc<Board>,
}

/// Everything about who somebody is. One per server.
pub struct Auth {
    pub settings: AuthSettings,
    /// Whether people may make users for themselves, now.
    pub signup: Flag,
    pub keys: Keys,
    pub audit: Audit,
    ground: Ground,
    dev: Arc<Identity>,
    tokens: Tokens,
    passwords: Passwords,
    replays: Replays,
    revocations: Revocations,
}

fn store_of(storage: Option<&Storage>) -> Result<Arc<dyn Store>, Refusal> {
    storage.and_then(Storage::store).ok_or_else(away)
}

fn away() -> Refusal {
    (ErrorCode::STORE_UNAVAILABLE, "users are in the store, which is away".to_owned())
}

fn unavailable(error: StoreError) -> Refusal {
    if error.is_retryable() {
        tracing::warn!(%error, "the store did not answer");
        return away();
    }
    tracing::error!(%error, "the store cannot be used for identity");
    (ErrorCode::INTERNAL, "what is stored of users cannot be used".to_owned())
}

impl Auth {
    /// Without a store (a recorder) there is nothing to keep a key for.
    pub fn new(settings: AuthSettings, ground: Ground) -> anyhow::Result<Arc<Self>> {
        let key = match &ground.storage {
            Some(_) => ServerKey::load(&settings.key_file)?,
            None => ServerKey::fresh(),
        };
        let passwords = Passwords::new(&settings.hashing)
            .ok_or_else(|| anyhow::anyhow!("auth.hash_memory_kib: argon2 cannot work with it"))?;
        Ok(Arc::new(Self {
            keys: Keys::new(
                &key,
                ground.storage.clone(),
                settings.keys_held,
                settings.policy != Policy::Closed,
            ),
            audit: Audit::new(ground.storage.clone()),
            dev: Arc::new(Identity::dev()),
            tokens: Tokens::new(&key),
            passwords,
            replays: Replays::new(ground.is_shared.then(|| ground.bus.clone())),
            revocations: Revocations::default(),
            signup: Flag::new(settings.signup),
            settings,
            ground,
        }))
    }

    /// What goes on beside requests: the audit is written, and what other nodes revoke is heard of.
    pub fn start(self: &Arc<Self>) {
        actix_web::rt::spawn(audit::write(self.clone()));
        actix_web::rt::spawn(elsewhere::listen(self.clone()));
        actix_web::rt::spawn(elsewhere::watch(self.clone()));
    }

    /// The store to change something in.
    fn writable(&self) -> Result<Arc<dyn Store>, Refusal> {
        self.ground.storage.as_deref().and_then(Storage::writable).ok_or_else(away)
    }

    pub fn store(&self) -> Result<Arc<dyn Store>, Refusal> {
        store_of(self.ground.storage.as_deref())
    }

    pub fn bus(&self) -> &Arc<dyn Bus> {
        &self.ground.bus
    }

    /// Who somebody is who shows nothing. `is_local`: the request names this machine as itself. A page that has pointed a name of
    /// its own here, or a proxy that answers for one, is not let in unless that is said (`auth.disabled = true`).
    pub fn unproven(&self, is_local: bool) -> Option<&Arc<Identity>> {
        let is_dev = match self.settings.policy {
            Policy::Off => true,
            Policy::Open => is_local,
            Policy::Closed => false,
        };
        is_dev.then_some(&self.dev)
    }

    /// Who shows this access token.
    pub fn by_token(&self, token: &str) -> Result<Arc<Identity>, Refusal> {
        self.by_token_for(Audience::Api, token).map(|token| Arc::new(token.identity))
    }

    fn by_token_for(&self, audience: Audience, token: &str) -> Result<tokens::Verified, Refusal> {
        let verified = self.tokens.verify(audience, token, clock::now()).map_err(|error| match error {
            TokenError::Expired => (ErrorCode::TOKEN_EXPIRED, "the token has expired".to_owned()),
            TokenError::Invalid => (ErrorCode::UNAUTHENTICATED, "the token is not valid".to_owned()),
        })?;
        if self.revocations.has(&verified) {
            return Err((ErrorCode::UNAUTHENTICATED, "the token was revoked".to_owned()));
        }
        Ok(verified)
    }

    /// A ticket for one WebSocket session of this caller, with the seconds it is good for.
    pub fn ticket(&self, identity: &Identity) -> Result<(String, i64), Refusal> {
        let ticket = self.tokens.issue(Audience::Session, identity, clock::now(), TICKET_S);
        let nothing =
            "a ticket hands on who somebody is, and you have not shown that: sessions without one are open";
        ticket.map(|ticket| (ticket, TICKET_S)).ok_or_else(|| (ErrorCode::BAD_REQUEST, nothing.to_owned()))
    }

    async fn by_ticket(&self, ticket: &str) -> Result<Arc<Identity>, Refusal> {
        let verified = self.by_token_for(Audience::Session, ticket)?;
        let shown = ring::digest::digest(&ring::digest::SHA256, verified.token_id.as_bytes());
        let shown = shown.as_ref().try_into().unwrap_or_default();
        self.replays.first_time(shown, clock::now().micros(), verified.expires.micros()).await?;
        Ok(Arc::new(verified.identity))
    }

    /// Whatever shows this is not good any more, here and at other nodes, and its sessions end.
    pub fn revoke(&self, revoked: &Revoked) {
        self.take_revocation(revoked, clock::now());
        let (Ok(topic), Some(frame)) = (Key::new(REVOKED_TOPIC), encode(revoked)) else { return };
        // Other nodes that do not hear of it find it in the store, some seconds later.
        let _ = (self.ground.bus.publish(&topic, frame.into()))
            .inspect_err(|error| tracing::debug!(%error, "a revocation is not told to other nodes"));
    }

    fn take_revocation(&self, revoked: &Revoked, at: Timestamp) {
        self.revocations.add(revoked, at);
        match revoked {
            Revoked::User(user) => self.keys.forget_user(*user),
            Revoked::ApiKey(key) => self.keys.forget(key),
            Revoked::Login(_) => {}
        }
        for hub in self.ground.board.hubs() {
            control(&hub, revoked);
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "a control message: few, and none of them may be lost")]
fn control(hub: &actix::Addr<marketd_actors::hub::HubActor>, revoked: &Revoked) {
    hub.do_send(CloseRevoked(revoked.clone()));
}

fn encode(revoked: &Revoked) -> Option<Vec<u8>> {
    let (kind, of) = match revoked {
        Revoked::User(user) => ("user", user.to_string()),
        Revoked::Login(login) => ("login", login.to_string()),
        Revoked::ApiKey(key) => ("key", key.to_string()),
    };
    serde_json::to_vec(&(kind, of)).ok()
}

fn decode(frame: &[u8]) -> Option<Revoked> {
    let (kind, of): (String, String) = serde_json::from_slice(frame).ok()?;
    match kind.as_str() {
        "user" => Some(Revoked::User(UserNo::new(of.parse().ok()?))),
        "login" => Some(Revoked::Login(of.into())),
        "key" => Some(Revoked::ApiKey(of.into())),
        _ => None,
    }
}

/// What a session knows people by.
pub struct SessionIdentities {
    pub auth: Arc<Auth>,
    /// Whether its handshake names this machine as itself.
    pub is_local: bool,
    pub address: String,
    /// Of the handshake.
    pub trace_id: String,
}

impl Identities for SessionIdentities {
    fn unproven(&self) -> Option<Arc<Identity>> {
        self.auth.unproven(self.is_local).cloned()
    }

    fn note(&self, identity: Option<Arc<Identity>>, op: &str, refusal: Option<ErrorCode>) {
        self.auth.audit.note(audit::Deed {
            trace_id: self.trace_id.clone(),
            address: self.address.clone(),
            identity,
            action: format!("WS {op}"),
            target: "/api/v1/ws".to_owned(),
            status: refusal.map_or(200, |code| code.http_status),
            code: refusal.map_or("", |code| code.code),
        });
    }

    fn recognize(&self, credential: Credential) -> Recognized {
        let auth = self.auth.clone();
        Box::pin(async move {
            if auth.settings.policy == Policy::Off {
                return Ok(auth.dev.clone());
            }
            match credential {
                Credential::Token(token) => auth.by_token(&token),
                Credential::Ticket(ticket) => auth.by_ticket(&ticket).await,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revocations_go_over_the_bus_as_they_are() {
        for revoked in
            [Revoked::User(UserNo::new(7)), Revoked::Login("ab".into()), Revoked::ApiKey("cd".into())]
        {
            assert_eq!(decode(&encode(&revoked).expect("JSON")), Some(revoked));
        }
        assert_eq!(decode(b"[\"planet\",\"mars\"]"), None);
        assert_eq!(decode(b"nonsense"), None);
    }
}
