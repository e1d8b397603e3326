//! A conversation that somebody else leads: whole messages go out to it, and texts come back through a door.

use std::rc::Rc;

use actix::prelude::*;
use marketd_protocol::code::CloseCode;

use super::outlet::Outlet;
use super::{Ctx, Session};

/// Takes each message of a client, with the way back to it.
pub type Converse = Rc<dyn Fn(String, Door)>;

/// Texts that wait for a client that does not read; one more and it is closed, since none of them may be left out.
pub(super) const MAILBOX: usize = 512;

#[derive(Message)]
#[rtype(result = "()")]
struct Say(String);

/// The way back to a client.
#[derive(Clone)]
pub struct Door {
    session: Addr<Session>,
    outlet: Rc<Outlet>,
}

impl Door {
    /// Says something. `false` when the client is gone, or is let go because it does not read.
    pub fn say(&self, text: String) -> bool {
        match self.session.try_send(Say(text)) {
            Ok(()) => true,
            Err(SendError::Closed(_)) => false,
            Err(SendError::Full(_)) => {
                self.close(CloseCode::SLOW_CONSUMER);
                false
            }
        }
    }

    pub fn close(&self, code: CloseCode) {
        self.outlet.begin_close(code);
    }

    pub fn is_open(&self) -> bool {
        self.session.connected() && !self.outlet.is_closing()
    }
}

impl Session {
    pub(super) fn converse(&self, text: &str, ctx: &mut Ctx) {
        if let Some(converse) = &self.converse {
            converse(text.to_owned(), Door { session: ctx.address(), outlet: self.outlet.clone() });
        }
    }
}

impl Handler<Say> for Session {
    type Result = ();

    #[allow(clippy::disallowed_methods, reason = "bounded by the mailbox, never market data")]
    fn handle(&mut self, Say(text): Say, ctx: &mut Self::Context) {
        if !self.closing && !self.outlet.is_closing() {
            ctx.text(text);
        }
    }
}
