//! Listen keys: an account's events as a stream with a name of its own, as older programs want them.
//!
//! Whoever has such a key sees the account, and a program shows nothing for it but an API key, which is no secret here. So a key
//! of ours asks for one with a signature; without one it is given where nobody has to say who they are.
//! *Bounds*: keys end after an hour without being asked for, and there are so many at most.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::web;
use marketd_actors::clock;
use marketd_actors::session::{Door, Identity, Listen};
use marketd_domain::Timestamp;
use marketd_domain::identity::Scope;
use parking_lot::Mutex;
use serde_json::json;
use tokio::sync::oneshot;

use super::Call;
use super::error::FaceError;
use super::sign::{Origin, signed, unsigned};
use super::telling::{Telling, Way};
use crate::auth::{hex, random};
use crate::http::Shared;

const LIFE_MS: i64 = 3_600_000;
const KEYS_MAX: usize = 10_000;
const ASK_AGAIN: Duration = Duration::from_millis(250);

struct Held {
    identity: Arc<Identity>,
    until_ms: i64,
}

#[derive(Default)]
pub struct ListenKeys(Mutex<HashMap<String, Held>>);

impl ListenKeys {
    /// The key of this user and account, made if there is none, and good for another hour.
    fn give(&self, identity: Arc<Identity>, now: Timestamp) -> Result<String, FaceError> {
        let mut table = self.0.lock();
        table.retain(|_, held| held.until_ms > now.millis());
        let until_ms = now.millis() + LIFE_MS;
        let is_theirs =
            |held: &Held| held.identity.user == identity.user && held.identity.account == identity.account;
        if let Some((key, held)) = table.iter_mut().find(|(_, held)| is_theirs(held)) {
            held.until_ms = until_ms;
            return Ok(key.clone());
        }
        if table.len() >= KEYS_MAX {
            return Err(FaceError::overloaded());
        }
        let key = hex(&random::<32>());
        table.insert(key.clone(), Held { identity, until_ms });
        Ok(key)
    }

    /// Whose key it is.
    pub fn find(&self, key: &str, now: Timestamp) -> Option<Arc<Identity>> {
        let table = self.0.lock();
        table.get(key).filter(|held| held.until_ms > now.millis()).map(|held| held.identity.clone())
    }

    fn extend(&self, key: &str, now: Timestamp) -> bool {
        let mut table = self.0.lock();
        match table.get_mut(key).filter(|held| held.until_ms > now.millis()) {
            Some(held) => {
                held.until_ms = now.millis() + LIFE_MS;
                true
            }
            None => false,
        }
    }

    fn end(&self, key: &str) -> bool {
        self.0.lock().remove(key).is_some()
    }
}

/// `userDataStream`: a key given (POST), kept (PUT) or ended (DELETE).
pub async fn answer(call: &Call<'_>, method: &Method) -> Result<Vec<u8>, FaceError> {
    call.charge(2)?;
    let is_logged_on = matches!(call.origin, Origin::Socket { session: Some(_), .. });
    let identity = if is_logged_on || call.params.get("signature").is_some() {
        signed(call, Scope::Read).await?
    } else {
        unsigned(call, Scope::Read).await?
    };
    let keys = &call.face.listen_keys;
    if *method == Method::POST {
        let key = keys.give(identity, clock::now())?;
        return Ok(json!({"listenKey": key}).to_string().into_bytes());
    }
    let key = call.params.required("listenKey")?;
    let now = clock::now();
    let is_theirs = keys.find(key, now).is_some_and(|owner| owner.user == identity.user);
    let is_done = is_theirs && if *method == Method::PUT { keys.extend(key, now) } else { keys.end(key) };
    if is_done { Ok(b"{}".to_vec()) } else { Err(FaceError::bad(-1125, "This listenKey does not exist.")) }
}

/// How connections of streams listen to what a key stands for.
pub fn listening(shared: web::Data<Shared>) -> Listen {
    Rc::new(move |name, door| {
        let identity = shared.face()?.listen_keys.find(name, clock::now())?;
        let (ending, ended) = oneshot::channel::<()>();
        actix_web::rt::spawn(tell(shared.clone(), name.to_owned(), identity, ended, door));
        Some(Box::new(ending))
    })
}

async fn tell(
    shared: web::Data<Shared>,
    key: String,
    identity: Arc<Identity>,
    mut ended: oneshot::Receiver<()>,
    door: Door,
) {
    let Some(sandbox) = &shared.sandbox else { return };
    let (user, account) = (identity.user, identity.account.clone());
    // Nobody waits for an answer to this, so a sandbox that cannot say is asked again.
    let news = loop {
        let account = account.clone();
        let listening = sandbox.gate.ask(move |floor| {
            let account = floor.account(user, account.as_deref())?;
            Ok::<_, marketd_actors::sandbox::Refused>(floor.listen(account))
        });
        match listening.await.and_then(|found| found) {
            Ok(news) => break news,
            Err(_) if door.is_open() && !ending_was_dropped(&mut ended) => {
                tokio::time::sleep(ASK_AGAIN).await
            }
            Err(_) => return,
        }
    };
    let way = Way::ListenKey(key);
    Telling { shared: shared.clone(), way, identity, news, ended, door }.run().await;
}

/// Whether nobody wants to hear of it any more.
fn ending_was_dropped(ended: &mut oneshot::Receiver<()>) -> bool {
    matches!(ended.try_recv(), Err(oneshot::error::TryRecvError::Closed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_lives_an_hour_from_when_it_was_asked_for_last() {
        let keys = ListenKeys::default();
        let dev = Arc::new(Identity::dev());
        let at = |minutes: i64| Timestamp::from_millis(minutes * 60_000);
        let key = keys.give(dev.clone(), at(0)).expect("a key");
        assert_eq!(keys.give(dev.clone(), at(10)), Ok(key.clone()), "one for all its programs");
        assert!(keys.find(&key, at(69)).is_some() && keys.find(&key, at(70)).is_none());
        assert!(keys.extend(&key, at(60)) && keys.find(&key, at(119)).is_some());
        assert!(!keys.extend(&key, at(120)) && !keys.extend("x", at(60)));
        let other = keys.give(dev, at(121)).expect("a key");
        assert_ne!(other, key);
        assert!(keys.end(&other) && !keys.end(&other) && keys.find(&other, at(121)).is_none());
    }
}
