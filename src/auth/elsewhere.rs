//! What was revoked elsewhere: other nodes tell it over the bus, and the store is looked into for what nobody told, above all
//! what an operator did at the console.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use marketd_actors::clock;
use marketd_actors::session::Revoked;
use marketd_bus::{Event, Key};
use marketd_domain::Timestamp;
use marketd_domain::ledger::UserNo;
use marketd_store::{Store, StoreError};
use tokio::time::MissedTickBehavior;

use super::revocations::REMEMBERED_US;
use super::{Auth, REVOKED_TOPIC, control, decode};

/// Of logins that ended, so many are remembered at once.
const ENDED_MAX: u32 = 10_000;
/// How often the store is looked into. Two reads of an index.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How far back: clocks of nodes may be apart, and a commit may be late.
const LOOK_BACK_US: i64 = 60 * 1_000_000;

/// Hears of what other nodes revoke. The first event says that everything was missed, which is read from the store.
pub(super) async fn listen(auth: Arc<Auth>) {
    let Some(mut heard) =
        Key::new(REVOKED_TOPIC).ok().and_then(|topic| auth.ground.bus.subscribe(&topic).ok())
    else {
        tracing::error!("revocations of other nodes are not heard of: the bus takes no subscriber");
        return;
    };
    loop {
        match heard.next().await {
            Event::Missed => auth.look(REMEMBERED_US).await,
            Event::Frame(frame) => {
                if let Some(revoked) = decode(&frame) {
                    auth.take_revocation(&revoked, clock::now());
                }
            }
        }
    }
}

/// Looks into the store again and again.
pub(super) async fn watch(auth: Arc<Auth>) {
    let mut every = tokio::time::interval(LOOK_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        auth.look(LOOK_BACK_US).await;
    }
}

impl Auth {
    async fn look(&self, back_us: i64) {
        let Ok(store) = self.store() else { return };
        let since = Timestamp::from_micros(clock::now().micros() - back_us);
        let _ = (self.take_from(&*store, since).await)
            .inspect_err(|error| tracing::debug!(%error, "what was revoked elsewhere is not read"));
    }

    async fn take_from(&self, store: &dyn Store, since: Timestamp) -> Result<(), StoreError> {
        let mut users = BTreeSet::new();
        for login in store.logins_ended(since, ENDED_MAX).await? {
            users.insert(login.user);
            let ended = Revoked::Login(login.login_id.into());
            if !self.revocations.holds(&ended, Timestamp::ZERO) {
                self.take_revocation(&ended, login.ended.unwrap_or(since));
            }
        }
        for user in users {
            self.look_at(store, user, since).await?;
        }
        Ok(())
    }

    /// A user who was changed is not what its tokens and keys say. Sessions of logins have ended with these; a session that was
    /// opened since is left alone.
    async fn look_at(&self, store: &dyn Store, user: UserNo, since: Timestamp) -> Result<(), StoreError> {
        let Some(row) = store.user(user).await? else { return Ok(()) };
        let changed = Revoked::User(user);
        if row.updated < since || row.updated == row.created || self.revocations.holds(&changed, row.updated)
        {
            return Ok(());
        }
        self.revocations.add(&changed, row.updated);
        self.keys.forget_user(user);
        for key in store.api_keys(user).await? {
            let of_key = Revoked::ApiKey(key.key_id.into());
            for hub in self.ground.board.hubs() {
                control(&hub, &of_key);
            }
        }
        Ok(())
    }
}
