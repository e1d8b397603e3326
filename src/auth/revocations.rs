//! What was revoked lately: tokens that are still of their time and not good any more.

use std::collections::HashMap;
use std::sync::Arc;

use marketd_actors::session::{Proof, Revoked};
use marketd_domain::Timestamp;
use marketd_domain::ledger::UserNo;
use parking_lot::RwLock;

use super::tokens::Verified;

/// No token lives longer than that, so neither does the memory of it.
pub const REMEMBERED_US: i64 = 16 * 60 * 1_000_000;
/// Each is the end of a login that was committed to the store; far more than a quarter of an hour brings.
const HELD_MAX: usize = 200_000;

#[derive(Default)]
struct Held {
    logins: HashMap<Arc<str>, Timestamp>,
    keys: HashMap<Arc<str>, Timestamp>,
    users: HashMap<UserNo, Timestamp>,
}

/// Logins, keys and users whose tokens were revoked within the lifetime of a token.
#[derive(Default)]
pub struct Revocations(RwLock<Held>);

impl Revocations {
    pub fn add(&self, revoked: &Revoked, at: Timestamp) {
        let mut held = self.0.write();
        if held.logins.len() + held.keys.len() + held.users.len() >= HELD_MAX {
            held.forget_before(at.micros() - REMEMBERED_US);
        }
        match revoked {
            Revoked::Login(login) => _ = held.logins.insert(login.clone(), at),
            Revoked::ApiKey(key) => _ = held.keys.insert(key.clone(), at),
            Revoked::User(user) => _ = held.users.insert(*user, at),
        }
    }

    /// Whether this is known, as it was at this time or later.
    pub fn holds(&self, revoked: &Revoked, at: Timestamp) -> bool {
        let held = self.0.read();
        let known = match revoked {
            Revoked::Login(login) => held.logins.get(login),
            Revoked::ApiKey(key) => held.keys.get(key),
            Revoked::User(user) => held.users.get(user),
        };
        known.is_some_and(|known| *known >= at)
    }

    pub fn has(&self, token: &Verified) -> bool {
        let held = self.0.read();
        let is_gone = match &token.identity.proof {
            Proof::Login(login) => held.logins.contains_key(login),
            // A ticket of a key.
            Proof::ApiKey(key) => held.keys.contains_key(key),
            Proof::Open => false,
        };
        is_gone || held.users.get(&token.identity.user).is_some_and(|at| token.issued <= *at)
    }
}

impl Held {
    fn forget_before(&mut self, micros: i64) {
        self.logins.retain(|_, at| at.micros() >= micros);
        self.keys.retain(|_, at| at.micros() >= micros);
        self.users.retain(|_, at| at.micros() >= micros);
    }
}
