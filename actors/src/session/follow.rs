//! Subscriptions of Binance's clients: by name, in one of their forms, from the next change on.
//!
//! Where a stream tells changes, the first message is the next one after the answer to the request; what was before that
//! REST tells. So the answer waits until the stream has begun on this worker: from then on nothing is missed.

use std::rc::Rc;
use std::sync::Arc;

use marketd_protocol::{FaceStream, Form, StreamKey};

use super::outlet::{Cursor, NOWHERE, Outlet, Subscription, end_of};
use crate::board::{MarketEntry, MarketNo};
use crate::hub::HubState;

impl Outlet {
    /// Adds a stream, unless it is there.
    pub fn follow(this: &Rc<Self>, entry: &MarketEntry, stream: FaceStream) {
        let key = StreamKey::Face(stream);
        if this.inner.borrow().find(entry.no, key).is_some() {
            return;
        }
        let at = this.free_place();
        let held = this.hub.stream(entry.no, entry.id.as_str(), key, this.form.get());
        let reader = held.add_reader(this, at);
        let cursor = if stream.is_state() { Cursor::Snapshot(None) } else { Cursor::End };
        let mut subscription = Subscription { stream: held, cursor, sent: NOWHERE, reader, explicit: true };
        if cursor == Cursor::End {
            let end = end_of(&subscription.stream.ring.borrow());
            (subscription.cursor, subscription.sent) = end.unwrap_or((cursor, NOWHERE));
        }
        this.put(at, subscription);
    }

    pub fn unfollow(&self, market: MarketNo, stream: FaceStream) {
        let held = self.inner.borrow().find(market, StreamKey::Face(stream));
        if let Some(at) = held {
            self.remove(at);
        }
    }

    /// Whether every subscription stands somewhere, so that nothing from now on is missed.
    pub fn has_settled(&self) -> bool {
        let mut inner = self.inner.borrow_mut();
        for subscription in inner.subscriptions.iter_mut().flatten() {
            if subscription.cursor == Cursor::End {
                let end = end_of(&subscription.stream.ring.borrow());
                (subscription.cursor, subscription.sent) = end.unwrap_or((Cursor::End, NOWHERE));
            }
        }
        !inner.subscriptions.iter().flatten().any(|held| held.cursor == Cursor::End)
    }

    pub fn form(&self) -> Form {
        self.form.get()
    }

    /// Moves the subscriptions to another form, each at the place where it stands; what follows has the same numbers in every
    /// form. Those that cannot be moved yet, since their stream has just been opened in that form, stay; tells whether
    /// there are none.
    pub fn move_to(this: &Rc<Self>, form: Form) -> bool {
        this.form.set(form);
        let count = this.inner.borrow().subscriptions.len();
        (0..count).all(|at| Self::move_one(this, at, form))
    }

    fn move_one(this: &Rc<Self>, at: usize, form: Form) -> bool {
        let found = {
            let inner = this.inner.borrow();
            let Some(Some(held)) = inner.subscriptions.get(at) else { return true };
            if held.stream.form == form {
                return true;
            }
            (held.stream.market, held.stream.market_id.clone(), held.stream.key, held.sent)
        };
        let (market, market_id, key, sent) = found;
        let stream = this.hub.stream(market, &market_id, key, form);
        let cursor = match stream.ring.borrow().resume(sent) {
            Ok(next) => Cursor::At(next),
            Err(_) if key.is_state() => Cursor::Snapshot(None),
            Err(_) => return false,
        };
        this.remove(at);
        let reader = stream.add_reader(this, at);
        this.put(at, Subscription { stream, cursor, sent, reader, explicit: true });
        true
    }
}

/// Opens streams for a client that is about to connect, and tells whether all of them have begun.
pub fn have_begun(hub: &HubState, streams: &[(Arc<MarketEntry>, FaceStream)], form: Form) -> bool {
    let mut all = true;
    for (entry, stream) in streams {
        let held = hub.stream(entry.no, entry.id.as_str(), StreamKey::Face(*stream), form);
        all &= held.ring.borrow().has_begun();
    }
    all
}
