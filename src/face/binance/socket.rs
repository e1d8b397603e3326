//! The WebSocket API, `/ws-api/v3`: the calls of REST as messages, and an account's events.
//!
//! A method is carried out by the same code as its route; only where the answer differs it is put right here.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use marketd_actors::clock;
use marketd_actors::session::{Door, Identity, Purpose, SessionOptions};
use marketd_actors::traces::Carried;
use marketd_domain::identity::Scope;
use marketd_protocol::Form;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::audit::{self, Entrance};
use super::error::FaceError;
use super::orders::{Acting, gate};
use super::params::Params;
use super::refusal::{self, Asked};
use super::sign::{Origin, signed};
use super::streams::upgrade;
use super::telling::{Telling, Way};
use super::{Call, Face, dispatch, off, peer_of, switched_off};
use crate::http::edge::is_local;
use crate::http::{CallInfo, Shared};

/// Methods that are a route's: method of HTTP, path below `/api/v3/`.
const ROUTES: [(&str, Method, &str); 43] = [
    ("ping", Method::GET, "ping"),
    ("time", Method::GET, "time"),
    ("exchangeInfo", Method::GET, "exchangeInfo"),
    ("depth", Method::GET, "depth"),
    ("trades.recent", Method::GET, "trades"),
    ("trades.historical", Method::GET, "historicalTrades"),
    ("trades.aggregate", Method::GET, "aggTrades"),
    ("klines", Method::GET, "klines"),
    ("uiKlines", Method::GET, "uiKlines"),
    ("avgPrice", Method::GET, "avgPrice"),
    ("ticker.24hr", Method::GET, "ticker/24hr"),
    ("ticker.tradingDay", Method::GET, "ticker/tradingDay"),
    ("ticker", Method::GET, "ticker"),
    ("ticker.price", Method::GET, "ticker/price"),
    ("ticker.book", Method::GET, "ticker/bookTicker"),
    ("account.status", Method::GET, "account"),
    ("account.commission", Method::GET, "account/commission"),
    ("account.rateLimits.orders", Method::GET, "rateLimit/order"),
    ("order.place", Method::POST, "order"),
    ("order.test", Method::POST, "order/test"),
    ("order.status", Method::GET, "order"),
    ("order.cancel", Method::DELETE, "order"),
    ("order.cancelReplace", Method::POST, "order/cancelReplace"),
    ("order.amend.keepPriority", Method::PUT, "order/amend/keepPriority"),
    ("openOrders.status", Method::GET, "openOrders"),
    ("openOrders.cancelAll", Method::DELETE, "openOrders"),
    ("allOrders", Method::GET, "allOrders"),
    ("myTrades", Method::GET, "myTrades"),
    ("orderList.place.oco", Method::POST, "orderList/oco"),
    ("orderList.place.oto", Method::POST, "orderList/oto"),
    ("orderList.place.otoco", Method::POST, "orderList/otoco"),
    ("orderList.status", Method::GET, "orderList"),
    ("orderList.cancel", Method::DELETE, "orderList"),
    ("orderList.place", Method::POST, "order/oco"),
    ("openOrderLists.status", Method::GET, "openOrderList"),
    ("allOrderLists", Method::GET, "allOrderList"),
    ("order.amendments", Method::GET, "order/amendments"),
    ("myFilters", Method::GET, "myFilters"),
    ("myPreventedMatches", Method::GET, "myPreventedMatches"),
    ("myAllocations", Method::GET, "myAllocations"),
    ("userDataStream.start", Method::POST, "userDataStream"),
    ("userDataStream.ping", Method::PUT, "userDataStream"),
    ("userDataStream.stop", Method::DELETE, "userDataStream"),
];
/// Subscriptions to user data of one connection.
const SUBSCRIPTIONS_MAX: usize = 16;

/// Who a connection was logged on as.
struct LoggedOn {
    identity: Arc<Identity>,
    api_key: String,
    since_ms: i64,
}

/// What one connection remembers.
struct Desk {
    shared: web::Data<Shared>,
    peer: IpAddr,
    /// Of the handshake.
    trace_id: String,
    in_micros: bool,
    is_local: bool,
    /// Whether answers tell what is used up, where a request does not say.
    tells_limits: bool,
    connected_ms: i64,
    logged_on: RefCell<Option<LoggedOn>>,
    next: Cell<u64>,
    /// Ends a subscription when it is dropped.
    subscriptions: RefCell<BTreeMap<u64, oneshot::Sender<()>>>,
}

pub async fn open(request: HttpRequest, payload: web::Payload, shared: web::Data<Shared>) -> HttpResponse {
    if shared.face().is_none() {
        return off();
    }
    if shared.board.draining.load(std::sync::atomic::Ordering::Acquire) {
        return FaceError::overloaded().response();
    }
    let params = Params::of_request(request.query_string(), "");
    let in_micros = params.get("timeUnit").is_some_and(|unit| unit.eq_ignore_ascii_case("microsecond"));
    let desk = Rc::new(Desk {
        shared: shared.clone(),
        peer: peer_of(&request),
        trace_id: CallInfo::of(&request).trace_id().to_owned(),
        in_micros,
        is_local: is_local(request.headers()),
        tells_limits: params.get("returnRateLimits") != Some("false"),
        connected_ms: clock::now().millis(),
        logged_on: RefCell::default(),
        next: Cell::new(0),
        subscriptions: RefCell::default(),
    });
    let options = SessionOptions {
        flush_every: Duration::ZERO,
        purpose: Purpose::Door,
        form: Some(Form::binance(false, in_micros)),
        names: Vec::new(),
        listen: None,
        converse: Some(Rc::new(move |text, door| {
            let context = desk.shared.board.traces.request(None, None);
            actix_web::rt::spawn(Carried::new(Some(context), answer(desk.clone(), text, door)));
        })),
    };
    upgrade(&request, payload, &shared, options)
}

async fn answer(desk: Rc<Desk>, text: String, door: Door) {
    let used = Cell::default();
    let (id, outcome, wants_limits) = match serde_json::from_str::<Value>(&text) {
        Err(_) => (Value::Null, Err(FaceError::bad(-1135, "Invalid JSON Request")), desk.tells_limits),
        Ok(message) => {
            let id = message["id"].clone();
            let wants_limits = message["params"]["returnRateLimits"].as_bool().unwrap_or(desk.tells_limits);
            (id, desk.carry_out(&message, &door, &used).await, wants_limits)
        }
    };
    let (status, name, value) = match outcome {
        Ok(result) => (200, "result", result),
        Err(error) => (error.status, "error", error.body()),
    };
    let mut body = json!({"id": id, "status": status, name: value});
    if let (true, Some(face)) = (wants_limits, desk.shared.face()) {
        body["rateLimits"] = rate_limits(face, used.get());
    }
    door.say(body.to_string());
}

/// What a request has used up, as far as it was counted.
#[derive(Debug, Default, Clone, Copy)]
struct UsedUp {
    weight: Option<u32>,
    /// Orders in ten seconds and in a day.
    orders: Option<(u32, u32)>,
}

fn rate_limits(face: &Face, used: UsedUp) -> Value {
    let rate = |kind: &str, (interval, num): (&str, u32), limit: u32, count: u32| json!({"rateLimitType": kind, "interval": interval, "intervalNum": num, "limit": limit, "count": count});
    let mut limits = Vec::new();
    if let Some((seconds, day)) = used.orders {
        let (per_10s, per_day) = face.orders.limits();
        limits.push(rate("ORDERS", ("SECOND", 10), per_10s, seconds));
        limits.push(rate("ORDERS", ("DAY", 1), per_day, day));
    }
    if let Some(weight) = used.weight {
        let limit = face.weights.limits().per_minute.unwrap_or(0);
        limits.push(rate("REQUEST_WEIGHT", ("MINUTE", 1), limit, weight));
    }
    Value::Array(limits)
}

impl Desk {
    async fn carry_out(
        self: &Rc<Self>,
        message: &Value,
        door: &Door,
        used: &Cell<UsedUp>,
    ) -> Result<Value, FaceError> {
        let face = self.shared.face().ok_or_else(switched_off)?;
        let method = message["method"].as_str().ok_or_else(|| FaceError::missing("method"))?;
        let no_params = json!({});
        let given = if message["params"].is_object() { &message["params"] } else { &no_params };
        let params = Params::of_json(given);
        let session = self.logged_on.borrow().as_ref().map(|held| held.identity.clone());
        let call = Call {
            shared: &self.shared,
            face,
            params: &params,
            peer: self.peer,
            in_micros: self.in_micros,
            is_local: self.is_local,
            origin: Origin::Socket { params: given, session },
            caller: RefCell::default(),
            used: Cell::new(None),
            counted: Cell::new(None),
        };
        let route = ROUTES.iter().find(|(name, ..)| *name == method);
        let is_write = route.is_some_and(|(_, http, _)| audit::is_write(http));
        let outcome = match audit::check_room(&call, is_write) {
            Ok(()) => self.outcome_of(&call, method, door).await,
            Err(error) => Err(error),
        };
        // Who looks for somebody else's events is of interest, what they call a method that is not there is not.
        let is_known = route.is_some() || outcome.is_ok() || call.caller.borrow().is_some();
        let entrance = Entrance {
            trace_id: &self.trace_id,
            peer: self.peer,
            action: format!("WS {}", if is_known { method } else { "{method}" }),
            target: "/ws-api/v3",
            is_write,
        };
        audit::note(&call, entrance, &outcome);
        used.set(UsedUp { weight: call.used.get(), orders: call.counted.get() });
        outcome
    }

    async fn outcome_of(
        self: &Rc<Self>,
        call: &Call<'_>,
        method: &str,
        door: &Door,
    ) -> Result<Value, FaceError> {
        if let Some((_, http, path)) = ROUTES.iter().find(|(name, ..)| *name == method) {
            let body = dispatch(call, http, path).await?;
            return serde_json::from_slice(&body).map_err(|_| FaceError::internal());
        }
        call.charge(2)?;
        match method {
            "userDataStream.subscribe" | "userDataStream.subscribe.signature" => {
                self.subscribe(call, door).await
            }
            "userDataStream.unsubscribe" => self.unsubscribe(call, door),
            "session.subscriptions" => {
                let held = self.subscriptions.borrow();
                Ok(held.keys().map(|id| json!({"subscriptionId": id})).collect())
            }
            "session.logon" => {
                let api_key = call.params.required("apiKey")?.to_owned();
                call.params.required("signature")?;
                let identity = signed(call, Scope::Read).await?;
                let since_ms = clock::now().millis();
                *self.logged_on.borrow_mut() = Some(LoggedOn { identity, api_key, since_ms });
                Ok(self.session())
            }
            "session.logout" => {
                *self.logged_on.borrow_mut() = None;
                Ok(self.session())
            }
            "session.status" => Ok(self.session()),
            _ => Err(FaceError::bad(-1000, format!("Unknown method: {method}"))),
        }
    }

    fn session(&self) -> Value {
        let logged_on = self.logged_on.borrow();
        json!({
            "apiKey": logged_on.as_ref().map(|held| &held.api_key),
            "authorizedSince": logged_on.as_ref().map(|held| held.since_ms),
            "connectedSince": self.connected_ms,
            "returnRateLimits": self.tells_limits,
            "serverTime": clock::now().millis(),
            "userDataStream": !self.subscriptions.borrow().is_empty(),
        })
    }

    async fn subscribe(self: &Rc<Self>, call: &Call<'_>, door: &Door) -> Result<Value, FaceError> {
        let acting = Acting::of(call, Scope::Read).await?;
        let (user, account) = (acting.user(), acting.account.clone());
        let listening = gate(call)?.ask(move |floor| {
            let account = floor.account(user, account.as_deref())?;
            Ok(floor.listen(account))
        });
        let refused = |refused| refusal::of(refused, Asked::Seeing);
        let news = listening.await.map_err(refused)?.map_err(refused)?;
        // Not before waiting: others may have come meanwhile.
        if self.subscriptions.borrow().len() >= SUBSCRIPTIONS_MAX {
            return Err(FaceError::bad(-2035, "Too many user data stream subscriptions."));
        }
        let id = self.next.get();
        self.next.set(id + 1);
        let (ending, ended) = oneshot::channel();
        self.subscriptions.borrow_mut().insert(id, ending);
        let telling = Telling {
            shared: self.shared.clone(),
            way: Way::Subscription(id),
            identity: acting.identity,
            news,
            ended,
            door: door.clone(),
        };
        let desk = self.clone();
        actix_web::rt::spawn(async move {
            telling.run().await;
            desk.subscriptions.borrow_mut().remove(&id);
        });
        Ok(json!({"subscriptionId": id}))
    }

    /// One of them, or all.
    fn unsubscribe(&self, call: &Call<'_>, door: &Door) -> Result<Value, FaceError> {
        let wanted = call.params.integer("subscriptionId")?.map(i64::unsigned_abs);
        if wanted.is_some_and(|wanted| !self.subscriptions.borrow().contains_key(&wanted)) {
            return Err(FaceError::bad(-2036, "User Data Stream subscription not active."));
        }
        let ids: Vec<u64> = self.subscriptions.borrow().keys().copied().collect();
        for id in ids.into_iter().filter(|id| wanted.is_none_or(|wanted| wanted == *id)) {
            self.subscriptions.borrow_mut().remove(&id);
            Way::Subscription(id).say_ended(door);
        }
        Ok(json!({}))
    }
}
