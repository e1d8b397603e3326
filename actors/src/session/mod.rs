//! One WebSocket client.
//!
//! *Owns* the conversation: requests, replies, limits, heartbeats. Market data never passes through its
//! mailbox: the response body (`body`) pulls it from the rings when the socket can take more, through the
//! session's `outlet`. *Overload*: a client that is slow is simply behind; one that reads nothing is
//! ended from outside, because then this actor does not run at all (its context is polled by the response
//! body). *Restart*: none; the client connects again and resumes.

mod body;
mod guard;
mod outlet;

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix::prelude::*;
use actix_http::ws::Item;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use actix_web_actors::ws;
use bytes::BytesMut;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use marketd_protocol::code::{CloseCode, ErrorCode};
use marketd_protocol::ws::{
    MarketResult, Position, Request, encode_error, encode_heartbeat, encode_pong, encode_results,
    parse_request,
};
use marketd_protocol::{Form, StreamKey};

use crate::clock;
use crate::connection::Connection;
use crate::hub::HubState;
use crate::metrics::Metrics;

use guard::LengthGuard;

pub use body::SessionBody;
pub use outlet::{Gathered, Outlet};

#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    pub subscriptions: usize,
    pub markets_per_request: usize,
    pub message_bytes: usize,
    pub fragments: usize,
    pub messages_per_second: u32,
    /// Refused messages within a minute before the connection is closed.
    pub refusals_per_minute: u32,
    pub heartbeat: Duration,
    pub ping: Duration,
    pub pong_timeout: Duration,
    /// How long to wait for the client's half of a close.
    pub close_grace: Duration,
}

/// A message that comes in pieces.
struct Partial {
    bytes: BytesMut,
    fragments: usize,
    is_text: bool,
}

pub struct Session {
    hub: Rc<HubState>,
    outlet: Rc<Outlet>,
    limits: SessionLimits,
    limiter: DefaultDirectRateLimiter,
    partial: Option<Partial>,
    /// A frame announced more than the limit: nothing of it is read, and nothing after it.
    is_exceeded: Rc<Cell<bool>>,
    last_pong: Instant,
    refusals: u32,
    refusals_since: Instant,
    closing: bool,
    reply: Vec<u8>,
}

/// What a client asks for with its handshake.
#[derive(Debug, Clone, Copy)]
pub struct SessionOptions {
    /// Frames go out at most once in so long, together; zero: as they come.
    pub flush_every: Duration,
    pub form: Form,
}

/// Upgrades a request to a session.
pub fn start(
    request: &HttpRequest,
    payload: Payload,
    hub: &Rc<HubState>,
    limits: SessionLimits,
    options: SessionOptions,
) -> Result<HttpResponse, actix_web::Error> {
    let mut response = ws::handshake(request)?;
    let connection = request
        .conn_data::<Rc<Connection>>()
        .ok_or_else(|| actix_web::error::ErrorInternalServerError("no connection to hold a session on"))?;
    connection.begin_session();
    let outlet = Outlet::new(hub.clone(), connection.clone(), options.flush_every, options.form);
    hub.add_session(&outlet);
    let per_second =
        std::num::NonZeroU32::new(limits.messages_per_second).unwrap_or(std::num::NonZeroU32::MIN);
    let is_exceeded = Rc::new(Cell::new(false));
    let payload = LengthGuard::new(payload, limits.message_bytes, is_exceeded.clone());
    let session = Session {
        hub: hub.clone(),
        outlet: outlet.clone(),
        limits,
        // Ten seconds' worth at once: a client subscribes to everything it wants when it connects.
        limiter: RateLimiter::direct(
            Quota::per_second(per_second)
                .allow_burst(per_second.saturating_mul(std::num::NonZeroU32::MIN.saturating_add(9))),
        ),
        partial: None,
        is_exceeded,
        last_pong: Instant::now(),
        refusals: 0,
        refusals_since: Instant::now(),
        closing: false,
        reply: Vec::new(),
    };
    let frames = ws::WebsocketContext::create(session, payload);
    Ok(response.streaming(SessionBody::new(frames, outlet)))
}

type Ctx = ws::WebsocketContext<Session>;

impl Session {
    /// Replies are few and bounded by the client's own requests; only they go through the context.
    #[allow(clippy::disallowed_methods, reason = "replies and heartbeats, never market data")]
    fn send_reply(&mut self, ctx: &mut Ctx) {
        // The encoders write UTF-8: they copy text that came as UTF-8.
        let text = String::from_utf8_lossy(&self.reply).into_owned();
        self.reply.clear();
        ctx.text(text);
    }

    fn refuse(&mut self, op: Option<&str>, id: Option<&str>, code: ErrorCode, message: &str, ctx: &mut Ctx) {
        Metrics::add(&self.hub.board.metrics.refused_messages, 1);
        encode_error(op, id, code, message, &mut self.reply);
        self.send_reply(ctx);
        self.count_refusal(ctx);
    }

    fn count_refusal(&mut self, ctx: &mut Ctx) {
        if self.refusals_since.elapsed() > Duration::from_secs(60) {
            (self.refusals, self.refusals_since) = (0, Instant::now());
        }
        self.refusals += 1;
        if self.refusals >= self.limits.refusals_per_minute {
            self.close(CloseCode::POLICY, ctx);
        }
    }

    /// Begins to close: the body sends the close frame and nothing after it; this actor waits for the
    /// client's half, not for ever.
    fn close(&mut self, code: CloseCode, ctx: &mut Ctx) {
        if !self.closing {
            self.closing = true;
            self.outlet.begin_close(code);
            ctx.run_later(self.limits.close_grace, |_, ctx| ctx.stop());
        }
    }

    fn on_text(&mut self, text: &str, ctx: &mut Ctx) {
        if self.limiter.check().is_err() {
            let message = format!("more than {} messages a second", self.limits.messages_per_second);
            return self.refuse(None, None, ErrorCode::RATE_LIMITED, &message, ctx);
        }
        let parsed = parse_request(text, self.limits.markets_per_request);
        let (op, id) = (parsed.op.as_deref(), parsed.id.as_deref());
        match parsed.request {
            Err((code, message)) => self.refuse(op, id, code, &message, ctx),
            Ok(Request::Ping) => {
                encode_pong(id, clock::now().micros(), &mut self.reply);
                self.send_reply(ctx);
            }
            Ok(Request::Subscribe { key, markets }) => {
                let results: Vec<(String, MarketResult)> = (markets.into_iter())
                    .map(|(market, resume)| {
                        let result = self.subscribe(&market, key, resume);
                        (market, result)
                    })
                    .collect();
                self.send_results("subscribe", id, key, &results, ctx);
            }
            Ok(Request::Unsubscribe { key, markets }) => {
                let results: Vec<(String, MarketResult)> = (markets.into_iter())
                    .map(|market| {
                        let result = self.unsubscribe(&market, key);
                        (market, result)
                    })
                    .collect();
                self.send_results("unsubscribe", id, key, &results, ctx);
            }
        }
    }

    fn send_results(
        &mut self,
        op: &str,
        id: Option<&str>,
        key: StreamKey,
        results: &[(String, MarketResult)],
        ctx: &mut Ctx,
    ) {
        encode_results(op, id, key, results, &mut self.reply);
        self.send_reply(ctx);
        if results.iter().any(|(_, result)| matches!(result, MarketResult::Refused(..))) {
            Metrics::add(&self.hub.board.metrics.refused_messages, 1);
            self.count_refusal(ctx);
        }
    }

    fn subscribe(&self, market: &str, key: StreamKey, resume: Option<Position>) -> MarketResult {
        let Some(entry) = self.hub.board.market(market) else {
            return MarketResult::Refused(ErrorCode::UNKNOWN_MARKET, format!("unknown market {market:?}"));
        };
        if self.outlet.subscriptions() >= self.limits.subscriptions {
            let message = format!("a connection has at most {} subscriptions", self.limits.subscriptions);
            return MarketResult::Refused(ErrorCode::TOO_MANY_SUBSCRIPTIONS, message);
        }
        let Some(resumed) = Outlet::subscribe(&self.outlet, &entry, key, resume) else {
            let message = "this connection has that subscription already".to_owned();
            return MarketResult::Refused(ErrorCode::ALREADY_SUBSCRIBED, message);
        };
        let metrics = &self.hub.board.metrics;
        match resumed {
            None => MarketResult::Accepted,
            Some(outcome) => {
                let counter =
                    if outcome.recovered() { &metrics.resumes_recovered } else { &metrics.resumes_failed };
                Metrics::add(counter, 1);
                MarketResult::Resumed(outcome)
            }
        }
    }

    fn unsubscribe(&self, market: &str, key: StreamKey) -> MarketResult {
        let Some(entry) = self.hub.board.market(market) else {
            return MarketResult::Refused(ErrorCode::UNKNOWN_MARKET, format!("unknown market {market:?}"));
        };
        if Outlet::unsubscribe(&self.outlet, entry.no, key) {
            MarketResult::Accepted
        } else {
            let message = "there is no such subscription on this connection".to_owned();
            MarketResult::Refused(ErrorCode::NOT_SUBSCRIBED, message)
        }
    }

    fn on_piece(&mut self, item: Item, ctx: &mut Ctx) {
        let (piece, is_last) = match item {
            Item::FirstText(piece) => {
                self.partial = Some(Partial { bytes: BytesMut::new(), fragments: 0, is_text: true });
                (piece, false)
            }
            Item::FirstBinary(piece) => {
                self.partial = Some(Partial { bytes: BytesMut::new(), fragments: 0, is_text: false });
                (piece, false)
            }
            Item::Continue(piece) => (piece, false),
            Item::Last(piece) => (piece, true),
        };
        let Some(partial) = self.partial.as_mut() else {
            return self.close(CloseCode::PROTOCOL_ERROR, ctx);
        };
        partial.fragments += 1;
        let size = partial.bytes.len() + piece.len();
        if size > self.limits.message_bytes || partial.fragments > self.limits.fragments {
            self.partial = None;
            return self.too_large(ctx);
        }
        partial.bytes.extend_from_slice(&piece);
        if !is_last {
            return;
        }
        let Some(whole) = self.partial.take() else { return };
        if !whole.is_text {
            return self.binary(ctx);
        }
        match std::str::from_utf8(&whole.bytes) {
            Ok(text) => self.on_text(text, ctx),
            Err(_) => self.close(CloseCode::NOT_UTF8, ctx),
        }
    }

    fn too_large(&mut self, ctx: &mut Ctx) {
        let message = format!("a message has at most {} bytes", self.limits.message_bytes);
        self.refuse(None, None, ErrorCode::MESSAGE_TOO_LARGE, &message, ctx);
        self.close(CloseCode::TOO_LARGE, ctx);
    }

    fn binary(&mut self, ctx: &mut Ctx) {
        self.refuse(None, None, ErrorCode::BINARY_NOT_SUPPORTED, "requests are text frames", ctx);
        self.close(CloseCode::UNSUPPORTED, ctx);
    }

    fn heartbeat(&mut self, ctx: &mut Ctx) {
        if self.closing {
            return;
        }
        let reply = &mut self.reply;
        self.outlet.positions(|streams| encode_heartbeat(clock::now().micros(), streams, reply));
        self.send_reply(ctx);
    }
}

impl Actor for Session {
    type Context = Ctx;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.run_interval(self.limits.heartbeat, |actor, ctx| actor.heartbeat(ctx));
        ctx.run_interval(self.limits.ping, |actor, ctx| {
            if actor.last_pong.elapsed() > actor.limits.pong_timeout {
                actor.close(CloseCode::NO_PONG, ctx);
            } else if !actor.closing {
                ctx.ping(b"");
            }
        });
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for Session {
    fn handle(&mut self, message: Result<ws::Message, ws::ProtocolError>, ctx: &mut Self::Context) {
        // After our close frame only the client's half of the close matters.
        if self.closing || self.outlet.is_closing() {
            if matches!(message, Ok(ws::Message::Close(_)) | Err(_)) {
                ctx.stop();
            }
            return;
        }
        match message {
            Ok(ws::Message::Text(text)) => self.on_text(&text, ctx),
            Ok(ws::Message::Continuation(item)) => self.on_piece(item, ctx),
            Ok(ws::Message::Binary(_)) => self.binary(ctx),
            Ok(ws::Message::Ping(payload)) => {
                if self.limiter.check().is_ok() {
                    ctx.pong(&payload);
                }
            }
            Ok(ws::Message::Pong(_)) => self.last_pong = Instant::now(),
            Ok(ws::Message::Close(reason)) => {
                ctx.close(reason.filter(|reason| is_sendable(reason.code)));
                ctx.stop();
            }
            Ok(ws::Message::Nop) => {}
            Err(ws::ProtocolError::Overflow) => self.too_large(ctx),
            // The codec tells invalid UTF-8 as an I/O error of no special kind.
            Err(ws::ProtocolError::Io(error)) if error.kind() == std::io::ErrorKind::Other => {
                self.close(CloseCode::NOT_UTF8, ctx);
            }
            Err(_) => self.close(CloseCode::PROTOCOL_ERROR, ctx),
        }
    }

    /// The client's bytes have ended, or have been cut off in front of a frame that is too large. A close
    /// that is due still goes out: the body sees to it.
    fn finished(&mut self, ctx: &mut Self::Context) {
        if self.is_exceeded.get() && !self.closing && !self.outlet.is_closing() {
            self.too_large(ctx);
        }
        ctx.stop();
    }
}

/// Codes that mean "no code came" or "the connection broke" must not be sent back.
fn is_sendable(code: ws::CloseCode) -> bool {
    !matches!(u16::from(code), 1005 | 1006 | 1015)
}
