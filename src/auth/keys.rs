//! API keys, for programs: found by their id and held in memory, so that a signature is verified without I/O.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use marketd_actors::clock;
use marketd_actors::session::{Identity, Proof};
use marketd_actors::storage::Storage;
use marketd_domain::Timestamp;
use marketd_domain::identity::{Role, Scopes};
use marketd_domain::ledger::UserNo;
use marketd_protocol::code::ErrorCode;
use marketd_store::identity::{ApiKeyRow, UserRow};
use parking_lot::Mutex;
use ring::hmac;

use super::Refusal;
use super::public_keys::PublicKey;
use super::secrets::{Seal, ServerKey, hex, random};

/// A key is read again after so long: that is how other nodes learn of a change when the bus does not tell them.
const FRESH: Duration = Duration::from_secs(30);
/// While the store is away a key that was read goes on for so long, as an access token does.
const STALE_MAX: Duration = Duration::from_secs(15 * 60);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Both sides have the secret.
    HmacSha256,
    /// The client has the private key, we the public one.
    Ed25519,
    /// As Ed25519, for clients that have nothing newer: PKCS #1 v1.5 with SHA-256.
    RsaSha256,
}

impl KeyKind {
    pub const ALL: [Self; 3] = [Self::HmacSha256, Self::Ed25519, Self::RsaSha256];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha256 => "hmac-sha256",
            Self::Ed25519 => "ed25519",
            Self::RsaSha256 => "rsa-sha256",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

enum Verifier {
    Hmac(hmac::Key),
    Public(PublicKey),
}

/// A key as it is used: whose it is, and what it verifies.
pub struct ApiKey {
    identity: Arc<Identity>,
    kind: KeyKind,
    verifier: Verifier,
    is_revoked: bool,
    expires: Option<Timestamp>,
}

impl ApiKey {
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The user, and what of the user's rights the key has.
    pub const fn identity(&self) -> &Arc<Identity> {
        &self.identity
    }

    /// Whether this is the key's signature over the message: 32 bytes for HMAC-SHA256, 64 for Ed25519, the modulus' length for
    /// RSA. Constant in time where there is a secret.
    pub fn verify(&self, message: &[u8], signed: &[u8]) -> bool {
        match &self.verifier {
            Verifier::Hmac(key) => hmac::verify(key, message, signed).is_ok(),
            Verifier::Public(public) => public.verify(message, signed),
        }
    }
}

struct Held {
    key: Arc<ApiKey>,
    read: Instant,
}

/// All API keys, as far as they were asked for.
///
/// `find` answers from memory; only a key that was not asked for within the last half minute is read from the store, and while
/// that is away the one that was read before goes on for a quarter of an hour. An id that was not made by this server is
/// refused without looking for it. A key that was revoked or has expired, or whose user is disabled, is not found:
///
/// ```text
/// let key = auth.keys.find(id).await?; // a Refusal: `unauthenticated`, or `store_unavailable`
/// if !key.verify(payload, &signature) { … }
/// key.identity().require(Scope::Trade)?;
/// ```
///
/// `verify` takes arbitrary bytes: what is signed, and how old it may be, is up to the caller. For HMAC the key is the
/// secret's text, as the client has it.
pub struct Keys {
    storage: Option<Arc<Storage>>,
    ids: hmac::Key,
    seal: Seal,
    held: Mutex<HashMap<String, Held>>,
    held_max: usize,
    /// Whether keys of `dev` are good.
    is_open: bool,
}

const DEV: UserNo = UserNo::new(0);

/// As if `dev` were in the store: a client that cannot do without a key gets one on a laptop, too.
fn dev() -> UserRow {
    let dev = Identity::dev();
    UserRow {
        user: dev.user,
        name: dev.name.to_string(),
        password: String::new(),
        role: dev.role.as_str().to_owned(),
        is_disabled: false,
        created: Timestamp::ZERO,
        updated: Timestamp::ZERO,
    }
}

fn unknown() -> Refusal {
    (ErrorCode::UNAUTHENTICATED, "the API key is not valid".to_owned())
}

/// A key that was made: its row, and what only its user gets.
pub struct MadeKey {
    pub row: ApiKeyRow,
    /// Of HMAC; shown this once.
    pub secret: Option<String>,
}

/// What a new key is to be.
pub struct KeyWanted {
    pub user: UserNo,
    pub label: String,
    pub scopes: Scopes,
    pub account: Option<String>,
    pub expires: Option<Timestamp>,
    /// `None`: a secret is made, for HMAC.
    pub public: Option<PublicKey>,
}

impl Keys {
    pub fn new(key: &ServerKey, storage: Option<Arc<Storage>>, held_max: usize, is_open: bool) -> Self {
        Self {
            storage,
            ids: key.derive("ids of API keys"),
            seal: key.seal(),
            held: Mutex::default(),
            held_max,
            is_open,
        }
    }

    pub async fn find(&self, key_id: &str) -> Result<Arc<ApiKey>, Refusal> {
        if !self.is_ours(key_id) {
            return Err(unknown());
        }
        let held = self.held.lock().get(key_id).map(|held| (held.key.clone(), held.read.elapsed()));
        let key = match held {
            Some((key, age)) if age < FRESH => key,
            held => match self.read(key_id).await {
                Ok(key) => key,
                Err(refusal) => {
                    let fallback = held.filter(|(_, age)| refusal.0.http_status == 503 && *age < STALE_MAX);
                    fallback.ok_or(refusal)?.0
                }
            },
        };
        let has_expired = key.expires.is_some_and(|at| at <= clock::now());
        if key.is_revoked || has_expired { Err(unknown()) } else { Ok(key) }
    }

    async fn read(&self, key_id: &str) -> Result<Arc<ApiKey>, Refusal> {
        let store = super::store_of(self.storage.as_deref())?;
        let row = store.api_key(key_id).await.map_err(super::unavailable)?.ok_or_else(unknown)?;
        let user = match row.user {
            // Of an open server: its keys end with that.
            DEV if self.is_open => dev(),
            DEV => return Err(unknown()),
            user => store.user(user).await.map_err(super::unavailable)?.ok_or_else(unknown)?,
        };
        let key = Arc::new(self.usable(&row, &user).ok_or_else(|| {
            tracing::error!(
                key = key_id,
                "an API key cannot be unsealed: is auth.key_file the one it was made with?"
            );
            unknown()
        })?);
        let mut held = self.held.lock();
        if held.len() >= self.held_max && !held.contains_key(key_id) {
            held.retain(|_, held| held.read.elapsed() < FRESH);
            if held.len() >= self.held_max {
                held.clear();
            }
        }
        held.insert(key_id.to_owned(), Held { key: key.clone(), read: Instant::now() });
        Ok(key)
    }

    fn usable(&self, row: &ApiKeyRow, user: &UserRow) -> Option<ApiKey> {
        let kind = KeyKind::parse(&row.kind)?;
        let role = Role::parse(&user.role)?;
        let verifier = match kind {
            KeyKind::HmacSha256 => {
                let secret = self.seal.open(&row.material, &row.key_id)?;
                Verifier::Hmac(hmac::Key::new(hmac::HMAC_SHA256, &secret))
            }
            KeyKind::Ed25519 | KeyKind::RsaSha256 => Verifier::Public(PublicKey::parse(kind, &row.material)?),
        };
        let identity = Identity {
            user: user.user,
            name: user.name.as_str().into(),
            role,
            // A user who may do less than when the key was made takes the key along.
            scopes: Scopes::from_text(&row.scopes)?.both(role.scopes()),
            account: row.account.as_deref().map(Arc::from),
            proof: Proof::ApiKey(row.key_id.as_str().into()),
            expires: row.expires,
        };
        Some(ApiKey {
            identity: Arc::new(identity),
            kind,
            verifier,
            is_revoked: row.revoked.is_some() || user.is_disabled,
            expires: row.expires,
        })
    }

    /// A key that is not in the store yet.
    pub fn make(&self, wanted: KeyWanted) -> MadeKey {
        let KeyWanted { user, label, scopes, account, expires, public } = wanted;
        let key_id = self.fresh_id();
        let (kind, material, secret) = match public {
            Some(public) => (public.kind(), public.material(), None),
            None => {
                let secret = URL_SAFE_NO_PAD.encode(random::<32>());
                (KeyKind::HmacSha256, self.seal.close(secret.as_bytes(), &key_id), Some(secret))
            }
        };
        let row = ApiKeyRow {
            key_id,
            user,
            kind: kind.as_str().to_owned(),
            label,
            scopes: scopes.to_text(),
            account,
            material,
            created: clock::now(),
            expires,
            revoked: None,
        };
        MadeKey { row, secret }
    }

    /// An id carries a part of its own MAC: an invented one costs no look into the store.
    fn fresh_id(&self) -> String {
        let id = hex(&random::<12>());
        format!("{id}{}", self.tag_of(&id))
    }

    fn is_ours(&self, key_id: &str) -> bool {
        key_id.len() == 32 && key_id.is_ascii() && key_id.split_at(24).1 == self.tag_of(key_id.split_at(24).0)
    }

    fn tag_of(&self, id: &str) -> String {
        hex(&hmac::sign(&self.ids, id.as_bytes()).as_ref()[..4])
    }

    /// Something about this key has changed.
    pub fn forget(&self, key_id: &str) {
        self.held.lock().remove(key_id);
    }

    pub fn forget_user(&self, user: UserNo) {
        self.held.lock().retain(|_, held| held.key.identity.user != user);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_ids_are_told_from_made_ones() {
        let keys = Keys::new(&ServerKey::fresh(), None, 10, false);
        let made = keys.fresh_id();
        assert!(keys.is_ours(&made));
        let mut other = made.clone().into_bytes();
        other[3] ^= 1;
        for id in ["", "x", &"0".repeat(32), &"é".repeat(16), &String::from_utf8_lossy(&other), &made[1..]] {
            assert!(!keys.is_ours(id), "{id}");
        }
        let elsewhere = Keys::new(&ServerKey::fresh(), None, 10, false);
        assert!(!elsewhere.is_ours(&made));
    }

    fn user(role: Role, is_disabled: bool) -> UserRow {
        UserRow {
            user: UserNo::new(3),
            name: "a".to_owned(),
            password: String::new(),
            role: role.as_str().to_owned(),
            is_disabled,
            created: Timestamp::ZERO,
            updated: Timestamp::ZERO,
        }
    }

    fn wanted(public: Option<PublicKey>) -> KeyWanted {
        KeyWanted {
            user: UserNo::new(3),
            label: "bot".to_owned(),
            scopes: Role::Trader.scopes(),
            account: Some("main".to_owned()),
            expires: None,
            public,
        }
    }

    #[test]
    fn a_key_verifies_what_was_signed_with_it_and_nothing_else() {
        use ring::signature::{Ed25519KeyPair, KeyPair};
        let keys = Keys::new(&ServerKey::fresh(), None, 10, false);
        let hmac_made = keys.make(wanted(None));
        let secret = hmac_made.secret.expect("shown once");
        assert!(!format!("{:?}", hmac_made.row).contains(&secret), "sealed in its row");
        let hmac_key = keys.usable(&hmac_made.row, &user(Role::Trader, false)).expect("usable");
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), b"message");
        let pair = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).expect("a pair");
        let public = pair.public_key().as_ref().try_into().expect("32 bytes");
        let ed_made = keys.make(wanted(Some(PublicKey::Ed25519(public))));
        assert!(ed_made.secret.is_none());
        let ed_key = keys.usable(&ed_made.row, &user(Role::Trader, false)).expect("usable");
        let signed = pair.sign(b"message");
        for (key, good, other) in
            [(&hmac_key, tag.as_ref(), signed.as_ref()), (&ed_key, signed.as_ref(), tag.as_ref())]
        {
            assert!(key.verify(b"message", good));
            assert!(!key.verify(b"massage", good));
            assert!(!key.verify(b"message", other));
            assert!(!key.verify(b"message", &good[1..]));
            assert!(!key.verify(b"message", b""));
        }
    }

    #[test]
    fn a_key_has_no_more_than_its_user() {
        let keys = Keys::new(&ServerKey::fresh(), None, 10, false);
        let made = keys.make(wanted(None)).row;
        let scopes = |role| keys.usable(&made, &user(role, false)).expect("usable").identity.scopes;
        assert_eq!(scopes(Role::Trader), Role::Trader.scopes());
        assert_eq!(scopes(Role::Admin), Role::Trader.scopes());
        assert_eq!(scopes(Role::Viewer), Role::Viewer.scopes());
        assert!(keys.usable(&made, &user(Role::Trader, true)).expect("usable").is_revoked);
        let elsewhere = Keys::new(&ServerKey::fresh(), None, 10, false);
        assert!(elsewhere.usable(&made, &user(Role::Trader, false)).is_none(), "sealed by another server");
    }
}
