//! A session's orders, and the channels of accounts that it follows.
//!
//! What is asked for goes to the sandbox; the answers come back as replies. Frames of an account come by a queue of bounded
//! length that ends when this session does not keep up: it is closed then, and finds what it missed when it comes back.

use std::sync::Arc;

use actix::prelude::*;
use futures_util::stream;
use marketd_domain::identity::Scope;
use marketd_domain::ledger::{AccountNo, UserNo};
use marketd_protocol::code::{CloseCode, ErrorCode};
use marketd_protocol::ws::{
    OrderNamed, OrderOp, Position, PrivateChannel, encode_order_reply, encode_private_reply,
};
use sha2::{Digest, Sha256};

use super::{Ctx, Identity, Session};
use crate::metrics::Metrics;
use crate::sandbox::channels::{PrivateFrame, Subscribed};
use crate::sandbox::doors::orders::OrderName;
use crate::sandbox::{Answer, Floor, OnceKey, Refused, SandboxGate};
use crate::traces::{Carried, SpanKind};

/// Requests to the sandbox that one session has under way.
const UNDER_WAY_MAX: usize = 64;

/// A channel of an account that this session follows.
pub(super) struct Followed {
    account: AccountNo,
    channel: PrivateChannel,
    handle: SpawnHandle,
}

/// A frame for this session, or the end of them.
pub(super) struct PrivateItem(Arc<PrivateFrame>);

impl StreamHandler<PrivateItem> for Session {
    #[allow(clippy::disallowed_methods, reason = "as many as the queue holds, never market data")]
    fn handle(&mut self, PrivateItem(frame): PrivateItem, ctx: &mut Ctx) {
        if !self.closing {
            self.reply.extend_from_slice(&frame.json);
            self.send_reply(ctx);
        }
    }

    /// The session did not keep up, or the sandbox began anew: what it has is not continued.
    fn finished(&mut self, ctx: &mut Ctx) {
        self.close(CloseCode::SLOW_CONSUMER, ctx);
    }
}

/// The request to be repeated is known by the client's name for its order.
fn client_key(op: &OrderOp) -> Vec<OnceKey> {
    let OrderOp::Place(fields) = op else { return Vec::new() };
    let key = fields.client_order_id.as_deref().map(|id| OnceKey::of_client(id, &fields.without_envelope()));
    key.into_iter().collect()
}

impl OnceKey {
    /// A client's own name for an order names the request as well. `what` is the request as it was understood: spaces and
    /// the sequence of its fields do not count.
    pub fn of_client(client_order_id: &str, what: &impl std::fmt::Debug) -> Self {
        Self {
            key: format!("order:{client_order_id}"),
            hash: Sha256::digest(format!("{what:?}")).into(),
            refusal: ErrorCode::DUPLICATE_CLIENT_ORDER_ID,
        }
    }
}

impl From<OrderNamed> for OrderName {
    fn from(named: OrderNamed) -> Self {
        match named {
            OrderNamed::Id(order_id) => Self::Id(order_id),
            OrderNamed::Client(id) => Self::Client(id),
        }
    }
}

impl Session {
    /// Who asks, if that is known and enough, and where.
    fn private_door(&self, scope: Scope) -> Result<(Arc<Identity>, Arc<SandboxGate>), Refused> {
        let identity = self.outlet.identity().ok_or_else(|| {
            (ErrorCode::UNAUTHENTICATED, "show who you are first, with the op auth".to_owned())
        })?;
        identity.require(scope)?;
        let gate = self
            .hub
            .board
            .sandbox()
            .ok_or_else(|| (ErrorCode::NOT_FOUND, "this server has no sandbox".to_owned()))?;
        if self.under_way >= UNDER_WAY_MAX {
            let message = format!("a connection has at most {UNDER_WAY_MAX} requests under way");
            return Err((ErrorCode::BUSY, message));
        }
        Ok((identity, gate))
    }

    pub(super) fn order(&mut self, op: OrderOp, named: &str, id: Option<String>, ctx: &mut Ctx) {
        let named = named.to_owned();
        let (identity, gate, op) = match self.private_door(Scope::Trade).and_then(|(identity, gate)| {
            let op = with_account(op, &identity)?;
            Ok((identity, gate, op))
        }) {
            Ok(ready) => ready,
            Err((code, message)) => {
                self.note(&named, Some(code));
                return self.refuse(Some(&named), id.as_deref(), code, &message, ctx);
            }
        };
        let once = (account_of(&op), client_key(&op));
        self.under_way += 1;
        let mut context = self.hub.board.traces.request(None, None);
        let mut span = context.hop.as_ref().and_then(|hop| hop.begin(named.clone()));
        if let Some(open) = span.take() {
            context.hop = Some(open.hop());
            span = Some(open.of_kind(SpanKind::Server).with("session", self.outlet.id()));
        }
        let (identities, noted) = (self.identities.clone(), named.clone());
        let work = async move {
            let answer =
                gate.submit(identity.user, once, move |floor, user| carry_out(floor, user, op)).await;
            identities.note(Some(identity), &noted, answer.as_ref().err().map(|refused| refused.0));
            if let (Some(span), Err((code, _))) = (&mut span, &answer) {
                span.note("code", code.code);
            }
            answer
        };
        // By itself: what a session spawns ends with it, and what was done for who has hung up has to be noted, too.
        let work = actix::spawn(Carried::new(Some(context), work));
        ctx.spawn(work.into_actor(self).map(move |answer, session, ctx| {
            session.under_way -= 1;
            let broken = |_| Err((ErrorCode::INTERNAL, "the request broke down".to_owned()));
            session.answer_order(&named, id.as_deref(), answer.unwrap_or_else(broken), ctx);
        }));
    }

    fn answer_order(&mut self, op: &str, id: Option<&str>, answer: Result<Answer, Refused>, ctx: &mut Ctx) {
        match answer {
            Ok(answer) => {
                encode_order_reply(op, id, &answer.data, &mut self.reply);
                self.send_reply(ctx);
            }
            Err((code, message)) => self.refuse(Some(op), id, code, &message, ctx),
        }
    }

    pub(super) fn subscribe_private(
        &mut self,
        channel: PrivateChannel,
        (account, resume): (Option<String>, Option<Position>),
        id: Option<String>,
        ctx: &mut Ctx,
    ) {
        let op = Some("subscribe");
        let ready = self.private_door(Scope::Read).and_then(|(identity, gate)| {
            if self.outlet.subscriptions() + self.followed.len() >= self.limits.subscriptions {
                let message = format!("a connection has at most {} subscriptions", self.limits.subscriptions);
                return Err((ErrorCode::TOO_MANY_SUBSCRIPTIONS, message));
            }
            Ok((identity.user, gate, identity.account_for(account)?))
        });
        let (user, gate, account) = match ready {
            Ok(ready) => ready,
            Err((code, message)) => {
                self.note("subscribe", Some(code));
                return self.refuse(op, id.as_deref(), code, &message, ctx);
            }
        };
        self.under_way += 1;
        let held: Vec<AccountNo> = (self.followed.iter())
            .filter(|followed| followed.channel == channel)
            .map(|followed| followed.account)
            .collect();
        let work = async move {
            gate.ask(move |floor| {
                let account = floor.account_of(user, account.as_deref())?;
                if held.contains(&account) {
                    let message = "this connection has that subscription already".to_owned();
                    return Err((ErrorCode::ALREADY_SUBSCRIBED, message));
                }
                Ok(floor.subscribe(account, channel, resume))
            })
            .await
            .flatten()
        };
        ctx.spawn(work.into_actor(self).map(move |subscribed, session, ctx| {
            session.under_way -= 1;
            match subscribed {
                Ok(subscribed) => session.follow(channel, subscribed, id.as_deref(), ctx),
                Err((code, message)) => session.refuse(op, id.as_deref(), code, &message, ctx),
            }
        }));
    }

    fn follow(&mut self, channel: PrivateChannel, subscribed: Subscribed, id: Option<&str>, ctx: &mut Ctx) {
        let Subscribed { account, account_name, outcome, frames, receiver } = subscribed;
        let of = (channel, account_name.as_str());
        encode_private_reply("subscribe", id, of, outcome, &mut self.reply);
        self.send_reply(ctx);
        if let Some(outcome) = outcome {
            let metrics = &self.hub.board.metrics;
            let counter =
                if outcome.recovered() { &metrics.resumes_recovered } else { &metrics.resumes_failed };
            Metrics::add(counter, 1);
        }
        for frame in frames {
            self.reply.extend_from_slice(&frame.json);
            self.send_reply(ctx);
        }
        let items = stream::unfold(receiver, async |mut receiver| {
            let frame = receiver.recv().await?;
            Some((PrivateItem(frame), receiver))
        });
        let handle = ctx.add_stream(Box::pin(items));
        self.followed.push(Followed { account, channel, handle });
    }

    pub(super) fn unsubscribe_private(
        &mut self,
        channel: PrivateChannel,
        account: Option<String>,
        id: Option<String>,
        ctx: &mut Ctx,
    ) {
        let op = Some("unsubscribe");
        let ready = self
            .private_door(Scope::Read)
            .and_then(|(identity, gate)| Ok((identity.user, gate, identity.account_for(account)?)));
        let (user, gate, account) = match ready {
            Ok(ready) => ready,
            Err((code, message)) => return self.refuse(op, id.as_deref(), code, &message, ctx),
        };
        self.under_way += 1;
        let work = async move {
            gate.ask(move |floor| {
                let account = floor.account_of(user, account.as_deref())?;
                Ok((account, floor.account_name(account).to_owned()))
            })
            .await
            .flatten()
        };
        ctx.spawn(work.into_actor(self).map(move |found, session, ctx| {
            session.under_way -= 1;
            match found {
                Ok((account, name)) => session.leave(channel, (account, &name), id.as_deref(), ctx),
                Err((code, message)) => session.refuse(op, id.as_deref(), code, &message, ctx),
            }
        }));
    }

    fn leave(
        &mut self,
        channel: PrivateChannel,
        (account, name): (AccountNo, &str),
        id: Option<&str>,
        ctx: &mut Ctx,
    ) {
        let is_it = |followed: &Followed| followed.account == account && followed.channel == channel;
        let Some(at) = self.followed.iter().position(is_it) else {
            let message = "there is no such subscription on this connection";
            return self.refuse(Some("unsubscribe"), id, ErrorCode::NOT_SUBSCRIBED, message, ctx);
        };
        let followed = self.followed.swap_remove(at);
        ctx.cancel_future(followed.handle);
        encode_private_reply("unsubscribe", id, (channel, name), None, &mut self.reply);
        self.send_reply(ctx);
    }
}

/// A key that is for one account means that one.
fn with_account(mut op: OrderOp, identity: &Identity) -> Result<OrderOp, Refused> {
    let account = match &mut op {
        OrderOp::Place(fields) => &mut fields.account,
        OrderOp::Amend { fields, .. } => &mut fields.account,
        OrderOp::Cancel { account, .. } | OrderOp::CancelAll { account, .. } => account,
    };
    *account = identity.account_for(account.take())?;
    Ok(op)
}

fn account_of(op: &OrderOp) -> Option<String> {
    match op {
        OrderOp::Place(fields) => fields.account.clone(),
        OrderOp::Amend { fields, .. } => fields.account.clone(),
        OrderOp::Cancel { account, .. } | OrderOp::CancelAll { account, .. } => account.clone(),
    }
}

fn carry_out(floor: &mut Floor, user: UserNo, op: OrderOp) -> Result<crate::sandbox::Done, Refused> {
    match op {
        OrderOp::Place(fields) => floor.place_order(user, &fields),
        OrderOp::Amend { order, fields } => floor.amend_order(user, &order.into(), &fields),
        OrderOp::Cancel { account, order } => floor.cancel_order(user, account.as_deref(), &order.into()),
        OrderOp::CancelAll { account, market } => {
            floor.cancel_all(user, account.as_deref(), market.as_deref())
        }
    }
}
