//! A conversation that somebody else leads: whole messages go out to it, and texts come back through a door.

use std::rc::Rc;

use actix::prelude::*;
use marketd_protocol::Form;
use marketd_protocol::code::CloseCode;

use super::outlet::Outlet;
use super::{Ctx, Session};

/// Takes each message of a client, with the way back to it.
pub type Converse = Rc<dyn Fn(String, Door)>;

/// Knows what a name stands for that is no stream's, and tells it through the door until what this gives is dropped.
pub type Listen = Rc<dyn Fn(&str, Door) -> Option<Listening>>;

/// Ends the telling when it is dropped.
pub type Listening = Box<dyn std::any::Any>;

/// Texts that wait for a client that does not read; one more and it is closed, since none of them may be left out.
pub(super) const MAILBOX: usize = 512;

#[derive(Message)]
#[rtype(result = "()")]
struct Say(String);

/// Something of a stream, which some clients want with the stream's name around it.
#[derive(Message)]
#[rtype(result = "()")]
struct SayOfStream {
    name: String,
    text: String,
}

/// The way back to a client.
#[derive(Clone)]
pub struct Door {
    session: Addr<Session>,
    outlet: Rc<Outlet>,
}

impl Door {
    /// Says something. `false` when the client is gone, or is let go because it does not read.
    pub fn say(&self, text: String) -> bool {
        self.send(Say(text))
    }

    /// Says something that is of the stream of this name.
    pub fn say_of_stream(&self, name: &str, text: String) -> bool {
        self.send(SayOfStream { name: name.to_owned(), text })
    }

    fn send<M>(&self, message: M) -> bool
    where
        M: Message<Result = ()> + Send + 'static,
        Session: Handler<M>,
    {
        match self.session.try_send(message) {
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
            converse(text.to_owned(), self.door(ctx));
        }
    }

    pub(super) fn door(&self, ctx: &Ctx) -> Door {
        Door { session: ctx.address(), outlet: self.outlet.clone() }
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

impl Handler<SayOfStream> for Session {
    type Result = ();

    fn handle(&mut self, SayOfStream { name, text }: SayOfStream, ctx: &mut Self::Context) {
        let is_combined = matches!(self.outlet.form(), Form::Binance(dialect) if dialect.is_combined);
        let text = if is_combined { format!("{{\"stream\":\"{name}\",\"data\":{text}}}") } else { text };
        Handler::<Say>::handle(self, Say(text), ctx);
    }
}
