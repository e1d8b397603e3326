//! One WebSocket client.
//!
//! *Owns* the conversation: requests, replies, limits, heartbeats. Market data never passes through its
//! mailbox: the hub's flusher takes it from the rings to the socket when that can take more, by the
//! cursors in the session's `outlet`. *Overload*: a client that is slow is simply behind; one that reads
//! nothing is ended from outside, because then this actor does not run at all (its context is polled by
//! the response `body`). *Restart*: none; the client connects again and resumes.

mod assembly;
mod body;
mod door;
mod echo;
mod face;
mod follow;
mod gathered;
mod guard;
mod identity;
mod inflate;
mod limits;
mod origin;
mod outlet;
mod private;
mod proving;
mod ready;
mod report;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::prelude::*;
use actix_http::ws::{Codec, Item};
use actix_web::http::header;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use actix_web_actors::ws;
use bytes::Bytes;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use marketd_protocol::code::{CloseCode, ErrorCode};
use marketd_protocol::deflate::{InflateError, InflateLimits, negotiate};
use marketd_protocol::ws::{
    MarketResult, Parsed, Position, Request, answer_to_msgpack, encode_error, encode_heartbeat, encode_pong,
    encode_results, parse_binary_request, parse_request,
};
use marketd_protocol::{Encoding, Form, StreamKey};

use crate::clock;
use crate::connection::Connection;
use crate::hub::HubState;
use crate::metrics::Metrics;
use crate::peers::{PeerSlot, client_of};

use assembly::{Assembly, PieceError, Whole};
use guard::{Fault, LengthGuard};
use limits::Window;

pub use body::SessionBody;
pub use door::{Converse, Door, Listen, Listening};
pub use echo::Purpose;
pub use face::streams_named;
pub use follow::have_begun;
pub use gathered::Gathered;
pub use identity::{Identities, Identity, Open, Proof, Recognized, Revoked};
pub use inflate::InflateStream;
pub use limits::SessionLimits;
pub use origin::OriginRules;
pub use outlet::Outlet;
pub use report::{GetSessions, SessionReport};

pub struct Session {
    hub: Rc<HubState>,
    outlet: Rc<Outlet>,
    identities: Arc<dyn Identities>,
    purpose: Purpose,
    limits: Arc<SessionLimits>,
    limiter: DefaultDirectRateLimiter,
    assembly: Assembly,
    /// Why the client's bytes were cut off, if they were: nothing of them is read any more.
    fault: Rc<Cell<Option<Fault>>>,
    inflate_error: Rc<Cell<Option<InflateError>>>,
    encoding: Encoding,
    last_pong: Instant,
    /// Pings of ours that were not answered yet; any other pong is unasked for.
    pongs_due: u32,
    has_asked: bool,
    refusals: Window,
    pings: Window,
    closing: bool,
    reply: Vec<u8>,
    /// Channels of accounts.
    followed: Vec<private::Followed>,
    /// Requests to the sandbox that are not answered yet.
    under_way: usize,
    /// What a client of Binance's streams has asked for, by name.
    names: Vec<String>,
    listen: Option<Listen>,
    /// Names that it listens to otherwise than through the hub.
    listening: Vec<(String, Listening)>,
    converse: Option<Converse>,
    /// Given back with the session.
    _peer: Option<PeerSlot>,
}

/// Why a handshake is refused.
#[derive(Debug)]
pub enum Refused {
    Handshake(actix_web::Error),
    Origin,
    TooManyConnections,
}

/// What a client asks for with its handshake.
#[derive(Clone)]
pub struct SessionOptions {
    /// Frames go out at most once in so long, together; zero: as they come.
    pub flush_every: Duration,
    pub purpose: Purpose,
    /// The form of its frames, where the handshake does not tell.
    pub form: Option<Form>,
    /// Streams that begin with the connection.
    pub names: Vec<String>,
    /// Who knows names that are no stream's, for [`Purpose::Face`].
    pub listen: Option<Listen>,
    /// Who leads the conversation, for [`Purpose::Door`].
    pub converse: Option<Converse>,
}

/// Upgrades a request to a session.
pub fn start(
    request: &HttpRequest,
    payload: Payload,
    hub: &Rc<HubState>,
    limits: &Arc<SessionLimits>,
    identities: &Arc<dyn Identities>,
    options: SessionOptions,
) -> Result<HttpResponse, Refused> {
    let native = Encoding::ALL.map(Encoding::subprotocol);
    let protocols = if options.form.is_none() { &native[..] } else { &[] };
    let mut response =
        ws::handshake_with_protocols(request, protocols).map_err(|error| Refused::Handshake(error.into()))?;
    let metrics = &hub.board.metrics;
    if !is_origin_allowed(request, limits) {
        Metrics::add(&metrics.refused_origins, 1);
        return Err(Refused::Origin);
    }
    let Ok(peer) = peer_slot(request, hub, limits) else {
        Metrics::add(&metrics.refused_connections, 1);
        return Err(Refused::TooManyConnections);
    };
    let connection = request.conn_data::<Rc<Connection>>().ok_or_else(|| {
        Refused::Handshake(actix_web::error::ErrorInternalServerError("no connection to hold a session on"))
    })?;
    connection.begin_session();
    let may_deflate = limits.deflate && options.form.is_none();
    let extension = may_deflate.then(|| accepted_extension(request)).flatten();
    if let Some(extension) = extension {
        response.insert_header((header::SEC_WEBSOCKET_EXTENSIONS, extension));
    }
    let form = options.form.unwrap_or_else(|| Form::new(asked_encoding(request), extension.is_some()));
    let address = client_of(request).map(|address| address.to_canonical());
    let outlet = Outlet::new(hub.clone(), connection.clone(), options.flush_every, form, address);
    outlet.set_identity(identities.unproven());
    hub.add_session(&outlet);
    let fault = Rc::new(Cell::new(None));
    let payload = LengthGuard::new(payload, limits.message_bytes, limits.message_time, fault.clone());
    let inflate_error = Rc::new(Cell::new(None));
    let now = Instant::now();
    let session = Session {
        hub: hub.clone(),
        outlet: outlet.clone(),
        identities: identities.clone(),
        purpose: options.purpose,
        limiter: message_limiter(limits.messages_per_second),
        assembly: Assembly::new(limits.message_bytes, limits.fragments),
        fault,
        inflate_error: inflate_error.clone(),
        encoding: form.encoding(),
        last_pong: now,
        pongs_due: 0,
        has_asked: false,
        refusals: Window::new(Duration::from_secs(60), now),
        pings: Window::new(Duration::from_secs(1), now),
        closing: false,
        reply: Vec::new(),
        followed: Vec::new(),
        under_way: 0,
        names: options.names,
        listen: options.listen,
        listening: Vec::new(),
        converse: options.converse,
        limits: limits.clone(),
        _peer: peer,
    };
    let codec = Codec::new().max_size(limits.message_bytes);
    let body = if form.is_deflated() {
        let bounds = InflateLimits { message_bytes: limits.message_bytes, fragments: limits.fragments };
        let payload = InflateStream::new(payload, bounds, inflate_error);
        SessionBody::new(ws::WebsocketContext::with_codec(session, payload, codec), outlet)
    } else {
        SessionBody::new(ws::WebsocketContext::with_codec(session, payload, codec), outlet)
    };
    Ok(response.streaming(body))
}

/// The encoding of the subprotocol that the handshake answers with: the first of the client's that we know.
fn asked_encoding(request: &HttpRequest) -> Encoding {
    let asked = request.headers().get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok());
    let names = asked.into_iter().flat_map(|names| names.split(',')).map(str::trim);
    names.filter_map(Encoding::from_subprotocol).next().unwrap_or(Encoding::Json)
}

/// The answer to the client's offers of compression, if one of them can be taken.
fn accepted_extension(request: &HttpRequest) -> Option<&'static str> {
    let offers = request.headers().get_all(header::SEC_WEBSOCKET_EXTENSIONS);
    negotiate(offers.filter_map(|offer| offer.to_str().ok()))
}

/// Browsers send one origin; other clients may send none, and then there is no page to protect.
fn is_origin_allowed(request: &HttpRequest, limits: &SessionLimits) -> bool {
    let mut origins = request.headers().get_all(header::ORIGIN);
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    match (origins.next(), origins.next()) {
        (None, _) => true,
        (Some(origin), None) => origin.to_str().is_ok_and(|origin| limits.origins.allow(origin, host)),
        (Some(_), Some(_)) => false,
    }
}

/// The place that the session takes among those of its address; `Err` when none is left.
fn peer_slot(request: &HttpRequest, hub: &HubState, limits: &SessionLimits) -> Result<Option<PeerSlot>, ()> {
    let (Some(limit), Some(client)) = (limits.connections_per_ip, client_of(request)) else {
        return Ok(None);
    };
    let address = client.to_canonical();
    if address.is_loopback() && !limits.count_loopback {
        return Ok(None);
    }
    hub.board.peers.take(address, limit).map(Some).ok_or(())
}

/// Ten seconds' worth at once: a client subscribes to everything it wants when it connects.
fn message_limiter(per_second: u32) -> DefaultDirectRateLimiter {
    use std::num::NonZeroU32;
    let per_second = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
    let burst = per_second.saturating_mul(NonZeroU32::MIN.saturating_add(9));
    RateLimiter::direct(Quota::per_second(per_second).allow_burst(burst))
}

type Ctx = ws::WebsocketContext<Session>;

impl Session {
    /// Replies are few and bounded by the client's own requests; only they go through the context.
    #[allow(clippy::disallowed_methods, reason = "replies and heartbeats, never market data")]
    fn send_reply(&mut self, ctx: &mut Ctx) {
        match self.encoding {
            // The encoders write UTF-8: they copy text that came as UTF-8.
            Encoding::Json => ctx.text(String::from_utf8_lossy(&self.reply).into_owned()),
            Encoding::Msgpack => ctx.binary(answer_to_msgpack(&self.reply)),
        }
        self.reply.clear();
    }

    fn refuse(&mut self, op: Option<&str>, id: Option<&str>, code: ErrorCode, message: &str, ctx: &mut Ctx) {
        Metrics::add(&self.hub.board.metrics.refused_messages, 1);
        match self.purpose {
            Purpose::Face | Purpose::Door => face::push_refusal(message, &mut self.reply),
            Purpose::Markets | Purpose::Echo => encode_error(op, id, code, message, &mut self.reply),
        }
        self.send_reply(ctx);
        self.count_refusal(ctx);
    }

    fn count_refusal(&mut self, ctx: &mut Ctx) {
        if self.refusals.count(Instant::now()) >= self.limits.refusals_per_minute && !self.closing {
            Metrics::add(&self.hub.board.metrics.refusals_closed, 1);
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

    /// Whether the client may send another message; it is told if not.
    fn is_within_rate(&mut self, ctx: &mut Ctx) -> bool {
        self.has_asked = true;
        let is_within = self.limiter.check().is_ok();
        if !is_within {
            let message = format!("more than {} messages a second", self.limits.messages_per_second);
            self.refuse(None, None, ErrorCode::RATE_LIMITED, &message, ctx);
        }
        is_within
    }

    fn on_text(&mut self, text: &str, ctx: &mut Ctx) {
        if !self.is_within_rate(ctx) {
            return;
        }
        match self.purpose {
            Purpose::Markets => self.on_request(parse_request(text, self.limits.markets_per_request), ctx),
            Purpose::Echo => Self::echo_text(text, ctx),
            Purpose::Face => self.on_control(text, ctx),
            Purpose::Door => self.converse(text, ctx),
        }
    }

    fn on_request(&mut self, parsed: Parsed, ctx: &mut Ctx) {
        let (op, id) = (parsed.op.as_deref(), parsed.id.as_deref());
        match parsed.request {
            Err((code, message)) => self.refuse(op, id, code, &message, ctx),
            Ok(Request::Ping) => {
                encode_pong(id, clock::now().micros(), &mut self.reply);
                self.send_reply(ctx);
            }
            Ok(Request::Order(order)) => {
                let named = parsed.op.clone().unwrap_or_default();
                self.order(order, &named, parsed.id, ctx);
            }
            Ok(Request::SubscribePrivate { channel, account, resume }) => {
                self.subscribe_private(channel, (account, resume), parsed.id, ctx);
            }
            Ok(Request::UnsubscribePrivate { channel, account }) => {
                self.unsubscribe_private(channel, account, parsed.id, ctx);
            }
            Ok(Request::Auth(credential)) => self.prove(credential, parsed.id, ctx),
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
        match self.assembly.add(item) {
            Ok(None) => {}
            Ok(Some(Whole::Text(text))) => self.on_text(&text, ctx),
            Ok(Some(Whole::Binary(bytes))) => self.on_binary(bytes, ctx),
            Err(PieceError::TooLarge) => self.too_large(ctx),
            Err(PieceError::NotUtf8) => self.close(CloseCode::NOT_UTF8, ctx),
            Err(PieceError::Unexpected) => self.close(CloseCode::PROTOCOL_ERROR, ctx),
        }
    }

    /// Counts a ping, or a pong that nobody asked for: both cost us something, and few are ever needed.
    fn is_flood(&mut self, ctx: &mut Ctx) -> bool {
        let is_flood = self.pings.count(Instant::now()) > self.limits.pings_per_second;
        if is_flood {
            Metrics::add(&self.hub.board.metrics.pings_closed, 1);
            let message = format!("more than {} pings a second", self.limits.pings_per_second);
            self.refuse(None, None, ErrorCode::RATE_LIMITED, &message, ctx);
            self.close(CloseCode::POLICY, ctx);
        }
        is_flood
    }

    /// The guard has cut off what the client sends.
    fn on_fault(&mut self, fault: Fault, ctx: &mut Ctx) {
        match fault {
            Fault::TooLarge => self.too_large(ctx),
            Fault::BadControl => self.close(CloseCode::PROTOCOL_ERROR, ctx),
            Fault::TooSlow => {
                Metrics::add(&self.hub.board.metrics.late_closed, 1);
                let message = format!("a message takes at most {} ms", self.limits.message_time.as_millis());
                self.refuse(None, None, ErrorCode::MESSAGE_TOO_SLOW, &message, ctx);
                self.close(CloseCode::POLICY, ctx);
            }
        }
    }

    fn too_large(&mut self, ctx: &mut Ctx) {
        Metrics::add(&self.hub.board.metrics.oversized_closed, 1);
        let message = format!("a message has at most {} bytes", self.limits.message_bytes);
        self.refuse(None, None, ErrorCode::MESSAGE_TOO_LARGE, &message, ctx);
        self.close(CloseCode::TOO_LARGE, ctx);
    }

    fn on_binary(&mut self, bytes: Bytes, ctx: &mut Ctx) {
        if self.purpose == Purpose::Echo || self.encoding == Encoding::Msgpack {
            if !self.is_within_rate(ctx) {
                return;
            }
            return match self.purpose {
                Purpose::Markets => {
                    self.on_request(parse_binary_request(&bytes, self.limits.markets_per_request), ctx);
                }
                Purpose::Echo => Self::echo_binary(bytes, ctx),
                Purpose::Face | Purpose::Door => {}
            };
        }
        self.refuse(None, None, ErrorCode::BINARY_NOT_SUPPORTED, "requests are text frames", ctx);
        self.close(CloseCode::UNSUPPORTED, ctx);
    }

    fn expect_request(&self, ctx: &mut Ctx) {
        let Some(patience) = self.limits.first_message else { return };
        ctx.run_later(patience, |actor, ctx| {
            if !actor.has_asked && !actor.closing && !actor.outlet.is_closing() {
                Metrics::add(&actor.hub.board.metrics.idle_closed, 1);
                actor.close(CloseCode::NOTHING_ASKED, ctx);
            }
        });
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
        if self.purpose == Purpose::Markets {
            ctx.run_interval(self.limits.heartbeat, |actor, ctx| actor.heartbeat(ctx));
        }
        if matches!(self.purpose, Purpose::Door | Purpose::Face) {
            ctx.set_mailbox_capacity(door::MAILBOX);
        }
        if self.names.is_empty() {
            self.expect_request(ctx);
        } else {
            self.follow_first(ctx);
        }
        ctx.run_interval(self.limits.ping, |actor, ctx| {
            if actor.last_pong.elapsed() > actor.limits.pong_timeout {
                actor.close(CloseCode::NO_PONG, ctx);
            } else if !actor.closing {
                actor.pongs_due = actor.pongs_due.saturating_add(1);
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
            Ok(ws::Message::Binary(bytes)) => self.on_binary(bytes, ctx),
            Ok(ws::Message::Ping(payload)) => {
                if !self.is_flood(ctx) {
                    ctx.pong(&payload);
                }
            }
            Ok(ws::Message::Pong(_)) => {
                self.last_pong = Instant::now();
                match self.pongs_due.checked_sub(1) {
                    Some(due) => self.pongs_due = due,
                    None => _ = self.is_flood(ctx),
                }
            }
            Ok(ws::Message::Close(reason)) => {
                self.outlet.end_frames();
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

    /// The client's bytes have ended, or have been cut off. A close that is due still goes out: the body
    /// sees to it.
    fn finished(&mut self, ctx: &mut Self::Context) {
        if let Some(fault) = self.fault.get()
            && !self.closing
            && !self.outlet.is_closing()
        {
            self.on_fault(fault, ctx);
        }
        if let Some(error) = self.inflate_error.get()
            && !self.closing
            && !self.outlet.is_closing()
        {
            match error {
                InflateError::TooLarge => self.too_large(ctx),
                error => self.close(error.close_code(), ctx),
            }
        }
        ctx.stop();
    }
}

/// Codes that mean "no code came" or "the connection broke" must not be sent back.
fn is_sendable(code: ws::CloseCode) -> bool {
    !matches!(u16::from(code), 1005 | 1006 | 1015)
}
