//! An account's events on their way to one client: as a subscription of the WebSocket API, or by a listen key.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use marketd_actors::clock;
use marketd_actors::sandbox::private::PrivateNews;
use marketd_actors::session::{Door, Identity};
use marketd_protocol::code::CloseCode;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::sign::{NOT_PERMITTED, still};
use super::user_stream::events_of;
use crate::http::Shared;

/// How often it is looked whether the client is still there, and may still see what it is told.
const LOOK: Duration = Duration::from_secs(5);

/// As what a client knows what it is told.
pub enum Way {
    /// By the number of its subscription.
    Subscription(u64),
    ListenKey(String),
}

impl Way {
    fn say(&self, door: &Door, event: &Value) -> bool {
        match self {
            Self::Subscription(id) => door.say(json!({"subscriptionId": id, "event": event}).to_string()),
            Self::ListenKey(key) => door.say_of_stream(key, event.to_string()),
        }
    }

    pub fn say_ended(&self, door: &Door) {
        let at = clock::now().millis();
        let event = match self {
            Self::Subscription(_) => json!({"e": "eventStreamTerminated", "E": at}),
            Self::ListenKey(key) => json!({"e": "listenKeyExpired", "E": at, "listenKey": key}),
        };
        self.say(door, &event);
    }
}

pub struct Telling {
    pub shared: web::Data<Shared>,
    pub way: Way,
    pub identity: Arc<Identity>,
    pub news: mpsc::Receiver<Arc<PrivateNews>>,
    /// Its sender is dropped by whoever wants no more.
    pub ended: oneshot::Receiver<()>,
    pub door: Door,
}

impl Telling {
    /// Tells events until nobody wants more, the client is gone or may not see them any more, or one of them could not be told.
    pub async fn run(self) {
        let Self { shared, way, identity, mut news, mut ended, door } = self;
        let Some(face) = shared.face() else { return };
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                _ = &mut ended => return,
                told = news.recv() => match told {
                    Some(told) => {
                        let Some(event) = events_of(&shared.board, &told) else { continue };
                        if !way.say(&door, &event) {
                            return;
                        }
                    }
                    None => {
                        way.say_ended(&door);
                        // Something may be missing: the client has to ask for everything again.
                        door.close(CloseCode::INTERNAL);
                        return;
                    }
                },
                _ = look.tick() => {
                    if !door.is_open() {
                        return;
                    }
                    let has_key = match &way {
                        Way::Subscription(_) => true,
                        Way::ListenKey(key) => face.listen_keys.find(key, clock::now()).is_some(),
                    };
                    // A store that is away does not end what goes on without it.
                    let may_see = !still(&shared.auth, &identity).await.is_err_and(|error| error.code == NOT_PERMITTED);
                    if !has_key || !may_see {
                        way.say_ended(&door);
                        return;
                    }
                }
            }
        }
    }
}
