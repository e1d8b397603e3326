//! A panic ends one actor: it is started again, and the rest of the server does not notice.
#![cfg(feature = "failpoints")]

use std::collections::HashMap;
use std::time::{Duration, Instant};

use actix::Addr;
use marketd::feeds::Running;
use marketd_actors::{feed, hub, market, replay, sim};
use serde_json::json;

use crate::support::venue::{
    FollowedBook, MARKET, OTHER_MARKET, ScriptedBinance, lock, lose_ticks, sides_of, tick,
};
use crate::support::{Client, TestApp};

/// Sends an actor the message that makes it panic, and waits until it is gone.
macro_rules! crash {
    ($address:expr, $crash:expr) => {{
        let address: Addr<_> = $address;
        address.try_send($crash).ok().expect("the actor takes the message");
        marketd_testkit::wait_until(crate::support::PATIENCE, "a dead actor", async || !address.connected())
            .await;
    }};
}

fn market_actor(app: &TestApp, id: &str) -> Addr<market::MarketActor> {
    app.server().board.market(id).expect("a market").actor().expect("an actor")
}

/// Two markets followed on one connection.
struct Both {
    client: Client,
    books: HashMap<&'static str, FollowedBook>,
}

impl Both {
    async fn subscribe(app: &TestApp) -> Self {
        let mut client = app.connect().await;
        let markets = [MARKET, OTHER_MARKET];
        let request = json!({"op": "subscribe", "channel": "book", "markets": markets, "depth": "full", "interval_ms": 0});
        client.send(request).await;
        let books = markets.map(|market| (market, FollowedBook::default())).into();
        let mut both = Self { client, books };
        both.until(|books| books.values().all(|followed| followed.book.snapshots == 1)).await;
        both
    }

    async fn until(&mut self, done: impl Fn(&HashMap<&'static str, FollowedBook>) -> bool) {
        while !done(&self.books) {
            let message = self.client.next().await;
            let followed = message["market"].as_str().and_then(|market| self.books.get_mut(market));
            if let Some(followed) = followed {
                followed.take(&message);
            }
        }
    }
}

async fn two_markets(venue: &ScriptedBinance) -> (TestApp, marketd_testkit::VenueConn) {
    let app = venue.app(&[("venues.binance.markets", "BTC-USDT,ETH-USDT")]).await;
    let conn = venue.accept().await;
    for script in [&venue.btc, &venue.eth] {
        conn.send_text(tick(script)).await.expect("open");
    }
    app.status_is(MARKET, "live").await;
    app.status_is(OTHER_MARKET, "live").await;
    app.ready().await;
    (app, conn)
}

#[actix_web::test]
async fn a_market_actor_that_panics_comes_back_true_and_its_neighbour_does_not_notice() {
    let venue = ScriptedBinance::start().await;
    let (app, conn) = two_markets(&venue).await;
    let mut both = Both::subscribe(&app).await;
    let (epoch, other_epoch) = (both.books[MARKET].book.epoch, both.books[OTHER_MARKET].book.epoch);
    assert_eq!(app.counter("actor_restarts").await, 0);

    venue.hold_snapshots();
    crash!(market_actor(&app, MARKET), market::Crash);
    app.until("not ready", async || app.get("/readyz").await.status == 503).await;
    app.until("a restart", async || app.counter("actor_restarts").await == 1).await;
    // It has no book until the venue gives one; its neighbour goes on.
    for _ in 0..20 {
        conn.send_text(tick(&venue.btc)).await.expect("open");
        conn.send_text(tick(&venue.eth)).await.expect("open");
    }
    let truth = sides_of(&lock(&venue.eth));
    both.until(|books| books[OTHER_MARKET].sides() == truth).await;
    let waiting = app.get("/readyz").await;
    assert_eq!(waiting.status, 503);
    let message = waiting.json()["message"].as_str().expect("a message").to_owned();
    assert!(message.contains(MARKET) && !message.contains(OTHER_MARKET), "{message}");
    assert_ne!(app.market(MARKET).await["status"], "live");
    assert_eq!(both.books[MARKET].book.snapshots, 1, "nothing is shown as a book meanwhile");

    venue.release_snapshots();
    let released = Instant::now();
    let truth = venue.sides();
    both.until(|books| books[MARKET].book.epoch != epoch && books[MARKET].sides() == truth).await;
    both.until(|books| books[MARKET].status() == ("live", None)).await;
    assert!(released.elapsed() < Duration::from_secs(3), "live after {:?}", released.elapsed());
    assert!(both.books[MARKET].book.epoch > epoch, "a later epoch");
    let other = &both.books[OTHER_MARKET];
    assert_eq!((other.book.epoch, other.book.snapshots), (other_epoch, 1));
    assert_eq!(other.statuses.len(), 1, "{:?}", other.statuses);
    app.ready().await;
    app.book_is_true(&venue).await;
    // And it follows its venue again.
    conn.send_text(tick(&venue.btc)).await.expect("open");
    let truth = venue.sides();
    both.until(|books| books[MARKET].sides() == truth).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_market_actor_that_panics_before_its_first_snapshot_gets_it_all_the_same() {
    let venue = ScriptedBinance::start().await;
    venue.hold_snapshots();
    let app = venue.app(&[]).await;
    let conn = venue.accept().await;
    conn.send_text(tick(&venue.btc)).await.expect("open");
    app.until("a snapshot asked for", async || venue.snapshot_requests() == 1).await;
    let actor = market_actor(&app, MARKET);
    crash!(actor, market::Crash);
    // The answer finds nobody, or the new actor, as it happens.
    venue.release_snapshots();
    app.book_is_true(&venue).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_market_actor_that_panics_again_and_again_is_started_again_each_time() {
    let venue = ScriptedBinance::start().await;
    let (app, conn) = two_markets(&venue).await;
    let mut epochs = vec![app.market(MARKET).await["epoch"].as_u64().expect("an epoch")];
    for restarts in 1..=3 {
        crash!(market_actor(&app, MARKET), market::Crash);
        app.until("a restart", async || app.counter("actor_restarts").await == restarts).await;
        conn.send_text(tick(&venue.btc)).await.expect("open");
        app.book_is_true(&venue).await;
        epochs.push(app.market(MARKET).await["epoch"].as_u64().expect("an epoch"));
    }
    assert!(epochs.is_sorted_by(|a, b| a < b), "{epochs:?}");
    let actors = app.data("/api/v1/actors").await;
    let told = |name: &str| {
        let found = actors["items"].as_array().into_iter().flatten().find(|actor| actor["actor"] == name);
        found.map(|actor| (actor["alive"].as_bool(), actor["restarts"].as_u64()))
    };
    assert_eq!(told(&format!("market {MARKET}")), Some((Some(true), Some(3))), "{actors}");
    assert_eq!(told(&format!("market {OTHER_MARKET}")), Some((Some(true), Some(0))), "{actors}");
    assert_eq!(told("hub 0"), Some((Some(true), Some(0))), "{actors}");
    let health = &app.data("/health").await["actors"];
    assert_eq!((&health["restarts"], &health["dead"]), (&json!(3), &json!([])), "{health}");
    assert!(health["watched"].as_u64() >= Some(4), "two markets, a feed and a hub: {health}");
    let threads = health["threads"].as_array().expect("threads");
    assert!(
        threads.iter().any(|thread| thread["thread"] == "feeds" && thread["lag_ms"].is_number()),
        "{health}"
    );
    app.stop().await;
}

fn live_feed(app: &TestApp) -> Addr<feed::FeedActor> {
    let found = app.server().feeds.iter().find_map(|running| match running {
        Running::Live(place) => Some(place.read().clone()),
        Running::Replay(_) | Running::Sim(_) => None,
    });
    found.expect("a live feed")
}

#[actix_web::test]
async fn a_feed_actor_that_panics_leaves_no_market_live_and_connects_anew() {
    let venue = ScriptedBinance::start().await;
    let (app, conn) = two_markets(&venue).await;
    let mut client = app.connect().await;
    let mut followed = FollowedBook::subscribe(&mut client, MARKET).await;
    let epoch = followed.book.epoch;

    venue.hold_snapshots();
    crash!(live_feed(&app), feed::Crash);
    conn.closed(crate::support::PATIENCE).await.expect("the socket of the dead feed is closed");
    followed.until(&mut client, "stale", |followed| followed.status().0 == "stale").await;
    let conn = venue.accept().await;
    app.until("a restart", async || app.counter("actor_restarts").await == 1).await;
    assert_eq!(app.market(MARKET).await["status"], "stale", "connected, and no snapshot yet");
    assert_eq!(app.market(OTHER_MARKET).await["status"], "stale");

    lose_ticks(&venue.btc, 2);
    conn.send_text(tick(&venue.btc)).await.expect("open");
    venue.release_snapshots();
    let truth = venue.sides();
    followed.until_live_with(&mut client, &truth).await;
    assert_eq!((followed.book.epoch, followed.book.snapshots), (epoch, 1), "its streams did not break");
    app.status_is(OTHER_MARKET, "live").await;
    app.ready().await;
    app.stop().await;
}

#[actix_web::test]
async fn a_feed_actor_that_panics_while_its_venue_is_down_leaves_its_markets_stale() {
    let venue = ScriptedBinance::start().await;
    let (app, _conn) = two_markets(&venue).await;
    venue.venue.stop_listening().await.expect("down");
    crash!(live_feed(&app), feed::Crash);
    app.status_is(MARKET, "stale").await;
    app.until("a cause", async || app.feed("binance.0").await["last_error"].is_string()).await;
    assert_eq!(app.feed("binance.0").await["state"], "backing_off");
    venue.venue.listen_again().await.expect("up");
    let conn = venue.accept().await;
    conn.send_text(tick(&venue.btc)).await.expect("open");
    app.book_is_true(&venue).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_hub_that_panics_keeps_its_sessions_and_their_streams() {
    let venue = ScriptedBinance::start().await;
    let (app, conn) = two_markets(&venue).await;
    let mut both = Both::subscribe(&app).await;
    let epochs = [MARKET, OTHER_MARKET].map(|market| both.books[market].book.epoch);
    let hub = app.server().board.hubs()[0].clone();
    crash!(hub, hub::Crash);
    // Frames of the time without a hub are lost; what follows makes up for them.
    for _ in 0..5 {
        conn.send_text(tick(&venue.btc)).await.expect("open");
    }
    app.until("a restart", async || app.counter("actor_restarts").await == 1).await;
    conn.send_text(tick(&venue.eth)).await.expect("open");
    let truth = (venue.sides(), sides_of(&lock(&venue.eth)));
    both.until(|books| (books[MARKET].sides(), books[OTHER_MARKET].sides()) == truth).await;
    assert_eq!([MARKET, OTHER_MARKET].map(|market| both.books[market].book.epoch), epochs);
    let mut late = app.connect().await;
    // Its snapshot may be some frames behind those that follow it.
    let mut followed = FollowedBook::subscribe(&mut late, MARKET).await;
    followed.until_live_with(&mut late, &truth.0).await;
    app.ready().await;
    app.stop().await;
}

/// Waits until a market's trades and book both move on.
async fn moves_on(app: &TestApp, market: &str) {
    let seqs = async || {
        let market = app.market(market).await;
        (market["counters"]["trades"].as_u64().expect("trades"), market["book_seq"].as_u64().expect("a seq"))
    };
    let before = seqs().await;
    app.until("trades and a book that move", async || {
        let now = seqs().await;
        now.0 > before.0 && now.1 > before.1
    })
    .await;
}

#[actix_web::test]
async fn a_replay_actor_that_panics_begins_again_and_the_streams_go_on() {
    let app = TestApp::start(&[("replay.builtin", "true"), ("replay.speed", "20")]).await;
    app.ready().await;
    let mut client = app.connect().await;
    let mut followed = FollowedBook::subscribe(&mut client, MARKET).await;
    let (epoch, seq) = (followed.book.epoch, followed.book.seq);
    followed.until(&mut client, "a moving book", |followed| followed.book.seq > seq + 20).await;
    let place = app.server().feeds.iter().find_map(|running| match running {
        Running::Replay(place) => Some(place.clone()),
        Running::Live(_) | Running::Sim(_) => None,
    });
    let actor = place.expect("a replay").read().clone();
    let duplicates = app.market(MARKET).await["counters"]["duplicates"].as_u64().expect("a count");
    crash!(actor, replay::Crash);
    app.until("a restart", async || app.counter("actor_restarts").await == 1).await;
    moves_on(&app, MARKET).await;
    let candles = app.data(&format!("/api/v1/markets/{MARKET}/candles?interval=1s")).await;
    let opens: Vec<i64> =
        candles["items"].as_array().expect("items").iter().filter_map(|c| c["open_time"].as_i64()).collect();
    assert!(opens.is_sorted_by(|a, b| a < b), "time goes on: {opens:?}");
    // What its own beginning repeats comes once more, but no trade.
    assert_eq!(app.market(MARKET).await["counters"]["duplicates"].as_u64(), Some(2 * duplicates));
    let seq = followed.book.seq;
    followed.until(&mut client, "a moving book", |followed| followed.book.seq > seq + 20).await;
    assert_eq!((followed.book.epoch, followed.book.snapshots), (epoch, 1));
    app.ready().await;

    // Its market, too.
    crash!(market_actor(&app, MARKET), market::Crash);
    followed.until(&mut client, "a new epoch", |followed| followed.book.epoch != epoch).await;
    followed.until(&mut client, "live", |followed| followed.status() == ("live", None)).await;
    moves_on(&app, MARKET).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_simulator_that_panics_begins_again_and_the_streams_go_on() {
    const SIM_MARKET: &str = "sim:BTC-USD";
    let app = TestApp::start(&[("venues.sim.enabled", "true")]).await;
    app.ready().await;
    let mut client = app.connect().await;
    let mut followed = FollowedBook::subscribe(&mut client, SIM_MARKET).await;
    let epoch = followed.book.epoch;
    let place = app.server().feeds.iter().find_map(|running| match running {
        Running::Sim(place) => Some(place.clone()),
        Running::Live(_) | Running::Replay(_) => None,
    });
    // So many trades that a simulator that counts from one again would take long to come by.
    app.post("/api/v1/sim/scenario", "{\"scenario\":\"busy\"}").await;
    app.until("many trades", async || {
        app.market(SIM_MARKET).await["counters"]["trades"].as_u64().is_some_and(|trades| trades >= 60)
    })
    .await;
    let actor = place.expect("a simulator").read().clone();
    crash!(actor, sim::Crash);
    app.until("a restart", async || app.counter("actor_restarts").await == 1).await;
    moves_on(&app, SIM_MARKET).await;
    assert_eq!(app.market(SIM_MARKET).await["counters"]["duplicates"], 0);
    followed.until(&mut client, "live", |followed| followed.status() == ("live", None)).await;
    let seq = followed.book.seq;
    followed.until(&mut client, "a moving book", |followed| followed.book.seq > seq + 20).await;
    assert_eq!((followed.book.epoch, followed.book.snapshots), (epoch, 1));

    crash!(market_actor(&app, SIM_MARKET), market::Crash);
    followed.until(&mut client, "a new epoch", |followed| followed.book.epoch != epoch).await;
    followed.until(&mut client, "live", |followed| followed.status() == ("live", None)).await;
    moves_on(&app, SIM_MARKET).await;
    app.stop().await;
}
