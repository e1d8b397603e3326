//! The op `auth`: a session shows who is behind it, and loses that again.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use marketd_protocol::code::{CloseCode, ErrorCode};
use marketd_protocol::ws::{Credential, Proven, encode_proven};

use super::identity::{Identity, Proof};
use super::{Ctx, Session};
use crate::clock;

impl Session {
    /// Who is behind this session: who it has proven to be, else whoever those are that prove nothing.
    pub fn identity(&self) -> Option<Arc<Identity>> {
        self.outlet.identity()
    }

    /// For the audit.
    pub(super) fn note(&self, op: &str, refusal: Option<ErrorCode>) {
        self.identities.note(self.outlet.identity(), op, refusal);
    }

    /// Nothing else of this client is looked at until it is known who it is.
    pub(super) fn prove(&mut self, credential: Credential, id: Option<String>, ctx: &mut Ctx) {
        let recognized = self.identities.recognize(credential).into_actor(self);
        ctx.wait(recognized.map(move |recognized, session, ctx| {
            // It may have been closed meanwhile.
            if session.closing || session.outlet.is_closing() {
                return;
            }
            let taken = recognized.and_then(|identity| session.become_known(&identity).map(|()| identity));
            match taken {
                Ok(identity) => session.welcome(&identity, id.as_deref(), ctx),
                Err((code, message)) => {
                    session.note("auth", Some(code));
                    session.refuse(Some("auth"), id.as_deref(), code, &message, ctx);
                }
            }
        }));
    }

    /// A connection stays with whom it was proven to be of: what it has subscribed to is theirs.
    fn become_known(&self, identity: &Arc<Identity>) -> Result<(), (ErrorCode, String)> {
        let held = self.outlet.identity();
        if let Some(held) = held.filter(|held| held.proof != Proof::Open && held.user != identity.user) {
            let message = format!("this connection is of {:?}; open another", held.name);
            return Err((ErrorCode::FORBIDDEN, message));
        }
        self.outlet.set_identity(Some(identity.clone()));
        Ok(())
    }

    fn welcome(&mut self, identity: &Identity, id: Option<&str>, ctx: &mut Ctx) {
        let scopes: Vec<&str> = identity.scopes.iter().map(marketd_domain::identity::Scope::as_str).collect();
        let proven = Proven {
            user: &identity.name,
            role: identity.role.as_str(),
            scopes: &scopes,
            expires_us: identity.expires.map(|at| at.micros()),
        };
        encode_proven(id, &proven, &mut self.reply);
        self.send_reply(ctx);
        if let Some(expires) = identity.expires {
            let left = expires.micros().saturating_sub(clock::now().micros());
            let left = Duration::from_micros(u64::try_from(left).unwrap_or(0));
            ctx.run_later(left, Self::expire);
        }
    }

    /// Closes, unless it was proven anew before the time was over.
    fn expire(&mut self, ctx: &mut Ctx) {
        let is_over = |identity: &Arc<Identity>| identity.expires.is_some_and(|at| at <= clock::now());
        if self.outlet.identity().is_some_and(|identity| is_over(&identity)) {
            self.close(CloseCode::TOKEN_EXPIRED, ctx);
        }
    }
}
