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
use marketd_actors::sandbox::private::PrivateNews;
use marketd_actors::session::{Door, Identity, Purpose, SessionOptions};
use marketd_domain::identity::Scope;
use marketd_protocol::Form;
use marketd_protocol::code::CloseCode;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::error::FaceError;
use super::orders::{Acting, gate};
use super::params::Params;
use super::refusal::{self, Asked};
use super::sign::{NOT_PERMITTED, Origin, signed, still};
use super::streams::upgrade;
use super::user_stream::events_of;
use super::{Call, dispatch, off, peer_of};
use crate::http::Shared;
use crate::http::edge::is_local;

/// Methods that are a route's: method of HTTP, path below `/api/v3/`.
const ROUTES: [(&str, Method, &str); 34] = [
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
    ("openOrderLists.status", Method::GET, "openOrderList"),
];
/// Subscriptions to user data of one connection.
const SUBSCRIPTIONS_MAX: usize = 16;
/// How often a subscription looks whether its client is still there, and its key still good.
const LOOK: Duration = Duration::from_secs(5);

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
    in_micros: bool,
    is_local: bool,
    connected_ms: i64,
    logged_on: RefCell<Option<LoggedOn>>,
    next: Cell<u64>,
    /// Ends a subscription when it is dropped.
    subscriptions: RefCell<BTreeMap<u64, oneshot::Sender<()>>>,
}

pub async fn open(request: HttpRequest, payload: web::Payload, shared: web::Data<Shared>) -> HttpResponse {
    if shared.face.is_none() {
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
        in_micros,
        is_local: is_local(request.headers()),
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
        converse: Some(Rc::new(move |text, door| {
            actix_web::rt::spawn(answer(desk.clone(), text, door));
        })),
    };
    upgrade(&request, payload, &shared, options)
}

async fn answer(desk: Rc<Desk>, text: String, door: Door) {
    let (id, outcome, used, wants_limits) = match serde_json::from_str::<Value>(&text) {
        Err(_) => (Value::Null, Err(FaceError::bad(-1000, "Invalid JSON.")), None, true),
        Ok(message) => {
            let id = message["id"].clone();
            let wants_limits = message["params"]["returnRateLimits"] != json!(false);
            let used = Cell::new(None);
            let outcome = desk.carry_out(&message, &door, &used).await;
            (id, outcome, used.get(), wants_limits)
        }
    };
    let (status, name, value) = match outcome {
        Ok(result) => (200, "result", result),
        Err(error) => (error.status, "error", error.body()),
    };
    let mut body = json!({"id": id, "status": status, name: value});
    if let (true, Some(used), Some(face)) = (wants_limits, used, &desk.shared.face) {
        let limit = face.weights.limits().per_minute.unwrap_or(0);
        body["rateLimits"] = json!([{
            "rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": limit, "count": used,
        }]);
    }
    door.say(body.to_string());
}

impl Desk {
    async fn carry_out(
        self: &Rc<Self>,
        message: &Value,
        door: &Door,
        used: &Cell<Option<u32>>,
    ) -> Result<Value, FaceError> {
        let face = self.shared.face.as_ref().ok_or_else(FaceError::internal)?;
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
            used: Cell::new(None),
            counted: Cell::new(None),
        };
        let outcome = self.outcome_of(&call, method, door).await;
        used.set(call.used.get());
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
            "userDataStream.start" | "userDataStream.ping" | "userDataStream.stop" => {
                serde_json::from_slice(&super::account::listen_key(call)?).map_err(|_| FaceError::internal())
            }
            _ => Err(FaceError::bad(-1000, format!("Unknown method: {method}"))),
        }
    }

    fn session(&self) -> Value {
        let logged_on = self.logged_on.borrow();
        json!({
            "apiKey": logged_on.as_ref().map(|held| &held.api_key),
            "authorizedSince": logged_on.as_ref().map(|held| held.since_ms),
            "connectedSince": self.connected_ms,
            "returnRateLimits": true,
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
        let subscription = Subscription { id, identity: acting.identity, news, ended };
        actix_web::rt::spawn(tell(self.clone(), subscription, door.clone()));
        Ok(json!({"subscriptionId": id}))
    }

    /// One of them, or all.
    fn unsubscribe(&self, call: &Call<'_>, door: &Door) -> Result<Value, FaceError> {
        let wanted = call.params.integer("subscriptionId")?.map(i64::unsigned_abs);
        let ids: Vec<u64> = self.subscriptions.borrow().keys().copied().collect();
        for id in ids.into_iter().filter(|id| wanted.is_none_or(|wanted| wanted == *id)) {
            self.subscriptions.borrow_mut().remove(&id);
            say_ended(door, id);
        }
        Ok(json!({}))
    }
}

fn say_ended(door: &Door, id: u64) {
    let event = json!({"e": "eventStreamTerminated", "E": clock::now().millis()});
    door.say(json!({"subscriptionId": id, "event": event}).to_string());
}

struct Subscription {
    id: u64,
    identity: Arc<Identity>,
    news: mpsc::Receiver<Arc<PrivateNews>>,
    /// Its sender is dropped by whoever unsubscribes.
    ended: oneshot::Receiver<()>,
}

/// Tells a subscription's events, until it is ended, its client is gone or may not see them any more, or one of them could
/// not be told.
async fn tell(desk: Rc<Desk>, subscription: Subscription, door: Door) {
    let Subscription { id, identity, mut news, mut ended } = subscription;
    let mut look = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            _ = &mut ended => return,
            told = news.recv() => match told {
                Some(told) => {
                    let Some(event) = events_of(&desk.shared.board, &told) else { continue };
                    if !door.say(json!({"subscriptionId": id, "event": event}).to_string()) {
                        break;
                    }
                }
                None => {
                    say_ended(&door, id);
                    // Something may be missing: the client has to ask for everything again.
                    door.close(CloseCode::INTERNAL);
                    break;
                }
            },
            _ = look.tick() => {
                if !door.is_open() {
                    break;
                }
                // A store that is away does not end what goes on without it.
                if still(&desk.shared.auth, &identity).await.is_err_and(|error| error.code == NOT_PERMITTED) {
                    say_ended(&door, id);
                    break;
                }
            }
        }
    }
    desk.subscriptions.borrow_mut().remove(&id);
}
