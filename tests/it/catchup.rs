//! A server that was away goes on where it ended: candles, ticker and trades come from the store, and what was traded
//! meanwhile from the venue, by id, so that nothing is missing and nothing counts twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use marketd_domain::instrument::{MarketId, Source};
use marketd_domain::{CandleInterval, Scales};
use marketd_store::{CandleRow, MarketKey, Opened, Store, StoreOptions, TradeRow};
use marketd_testkit::{BinanceScript, VenueConn};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::venue::{MARKET, ScriptedBinance, lock, tick};

/// One trade as the venue made it: time in milliseconds, price in hundredths, quantity in thousandths.
type Made = (i64, i64, i64);

/// A store that outlives servers, and a venue that outlives connections.
struct House {
    venue: ScriptedBinance,
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
    /// Every trade that the venue made.
    made: Vec<Made>,
}

impl House {
    /// A venue whose clock stands twenty minutes back, at the beginning of a minute.
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let venue = ScriptedBinance::start().await;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a set clock").as_millis() as i64;
        lock(&venue.btc).set_time_ms((now / 60_000 - 20) * 60_000);
        let url = format!("sqlite://{}", folder.path().join("market.db").display());
        let Opened { store, .. } =
            marketd_store::open(&url, StoreOptions::default()).await.expect("a new file");
        Self { venue, folder, store, made: Vec::new() }
    }

    async fn app(&self) -> TestApp {
        let url = format!("sqlite://{}", self.folder.path().join("market.db").display());
        self.venue.app(&[("store.url", &url)]).await
    }

    /// Trades so far apart, and their frames.
    fn trade(&mut self, count: i64, apart_ms: i64) -> Vec<String> {
        let mut script = lock(&self.venue.btc);
        (0..count)
            .map(|_| {
                let number = self.made.len() as i64;
                let (price, qty) = (6_000_000 + number * 7_919 % 1_000, 1 + number % 50);
                let at = script.time_ms() + apart_ms;
                script.set_time_ms(at - 1);
                self.made.push((at, price, qty));
                let price = format!("{}.{:02}", price / 100, price % 100);
                script.trade(&price, &format!("0.{qty:03}"), number % 3 == 0)
            })
            .collect()
    }

    async fn trade_live(&mut self, conn: &VenueConn, count: i64, apart_ms: i64) {
        for frame in self.trade(count, apart_ms) {
            conn.send_text(frame).await.expect("an open connection");
        }
    }

    /// Puts into the store what a server knows, so that it is there whatever its writers have done by now. `behind` of
    /// the latest trades are left out, as by a process that died.
    async fn keep(&self, app: &TestApp, behind: usize) {
        let key = MarketKey::of(Source::Live, &MARKET.parse::<MarketId>().expect("a market"));
        let (mut trades, mut candles) = (Vec::new(), Vec::new());
        {
            let entry = app.server().board.market(MARKET).expect("a market");
            let state = entry.state().read();
            let scales: Scales = state.scales();
            for held in state.trades().iter() {
                trades.push(TradeRow::new(key, scales, &held.trade).expect("a row"));
            }
            trades.truncate(trades.len() - behind);
            for interval in CandleInterval::ALL {
                let series = state.candles(interval);
                // The latest one is open.
                for candle in series.iter().rev().skip(1) {
                    candles.push(CandleRow::new(key, interval, scales, candle).expect("a row"));
                }
            }
        }
        self.store.write_trades(&trades).await.expect("a write");
        self.store.write_candles(&candles).await.expect("a write");
    }

    /// What every candle of an interval must be: `[open, high, low, close]` in hundredths, volume in thousandths, quote
    /// volume in hundred thousandths, number of trades; by open time in milliseconds.
    fn candles(&self, interval: CandleInterval) -> BTreeMap<i64, ([i64; 4], i64, i64, u64)> {
        let mut candles = BTreeMap::new();
        for (at, price, qty) in &self.made {
            let open = interval.open_time(marketd_domain::Timestamp::from_millis(*at)).millis();
            let (prices, volume, quote, trades) =
                candles.entry(open).or_insert(([*price, *price, *price, *price], 0, 0, 0));
            *prices = [prices[0], prices[1].max(*price), prices[2].min(*price), *price];
            *volume += qty;
            *quote += price * qty;
            *trades += 1;
        }
        candles
    }

    /// Waits until a server shows every trade that the venue made, once, and candles and ticker that are their sums.
    async fn shows_everything(&self, app: &TestApp) {
        let path = format!("/api/v1/markets/{MARKET}/trades?limit=1000");
        let count = self.made.len();
        app.until("every trade", async || {
            app.data(&format!("/api/v1/markets/{MARKET}/ticker")).await["trades"] == count
        })
        .await;
        let mut ids: Vec<u64> = Vec::new();
        let mut page = app.data(&path).await;
        loop {
            let items = page["items"].as_array().expect("items");
            let page_ids = items
                .iter()
                .map(|trade| trade["trade_id"].as_str().expect("an id").parse::<u64>().expect("a number"));
            ids.splice(0..0, page_ids.collect::<Vec<_>>());
            let Some(cursor) = page["next_cursor"].as_str().map(str::to_owned) else { break };
            let answer = app.get(&format!("{path}&before={cursor}")).await;
            let is_store_away =
                app.server().storage.as_ref().is_some_and(|storage| storage.store().is_none());
            if is_store_away && answer.status == 503 {
                // Memory has no more, and only the store could tell whether there was more.
                break;
            }
            assert_eq!(answer.status, 200, "{}", answer.body);
            page = answer.json()["data"].clone();
        }
        ids.sort_unstable();
        assert_eq!(ids.len(), count);
        assert!(ids.windows(2).all(|pair| pair[1] == pair[0] + 1), "a hole or a double in {ids:?}");
        for interval in CandleInterval::ALL {
            let name = interval.as_str();
            let shown =
                app.data(&format!("/api/v1/markets/{MARKET}/candles?interval={name}&limit=1500")).await;
            let shown: BTreeMap<_, _> = shown["items"].as_array().expect("items").iter().map(row).collect();
            let expected = self.candles(interval);
            let newest: Vec<i64> = expected.keys().rev().take(1_500).copied().collect();
            let mut expected: BTreeMap<_, _> =
                expected.into_iter().filter(|(open, _)| newest.contains(open)).collect();
            let is_store_away =
                app.server().storage.as_ref().is_some_and(|storage| storage.store().is_none());
            if is_store_away && expected.len() > 1 {
                // Memory may have begun in the middle of its oldest one, and only the store could tell.
                expected.pop_first();
            }
            assert_eq!(shown, expected, "{name}");
        }
        let ticker = app.data(&format!("/api/v1/markets/{MARKET}/ticker")).await;
        let sum = |of: fn(&Made) -> i64| self.made.iter().map(of).sum::<i64>();
        assert_eq!(units(&ticker["volume"], 3), sum(|(_, _, qty)| *qty));
        assert_eq!(units(&ticker["quote_volume"], 5), sum(|(_, price, qty)| price * qty));
        assert_eq!(units(&ticker["open"], 2), self.made[0].1);
        assert_eq!(units(&ticker["last"], 2), self.made[count - 1].1);
    }
}

/// A decimal as a whole number of units with so many decimals.
fn units(text: &Value, decimals: usize) -> i64 {
    let text = text.as_str().expect("a decimal");
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (kept, rest) = fraction.split_at(fraction.len().min(decimals));
    assert!(rest.bytes().all(|digit| digit == b'0'), "{text} is finer");
    format!("{whole}{kept:0<decimals$}").parse().expect("a number")
}

fn row(candle: &Value) -> (i64, ([i64; 4], i64, i64, u64)) {
    let price = |name: &str| units(&candle[name], 2);
    (
        candle["open_time"].as_i64().expect("a time") / 1_000,
        (
            ["open", "high", "low", "close"].map(price),
            units(&candle["volume"], 3),
            units(&candle["quote_volume"], 5),
            candle["trades"].as_u64().expect("a number"),
        ),
    )
}

#[actix_web::test]
async fn a_server_that_was_away_goes_on_without_a_hole_and_without_a_double() {
    let mut house = House::new().await;
    let app = house.app().await;
    let conn = house.venue.live(&app).await;
    house.trade_live(&conn, 300, 700).await;
    house.shows_everything(&app).await;
    house.keep(&app, 40).await;
    app.stop().await;

    // Two pages of the venue's answers, over several minutes.
    house.trade(1_400, 300);
    let app = house.app().await;
    let kept = app.data(&format!("/api/v1/markets/{MARKET}/ticker")).await["trades"].as_u64();
    assert!(kept >= Some(260), "what was kept is there before the venue says anything: {kept:?}");
    let conn = house.venue.live(&app).await;
    let mut client = app.connect().await;
    client.send(json!({"op": "subscribe", "id": 1, "channel": "trades", "markets": [MARKET]})).await;
    client.next_where(|frame| frame["type"] == "snapshot").await;
    house.trade_live(&conn, 3, 700).await;
    // Those that were missed are told to subscribers, as what they are.
    let event = client.next_where(|frame| frame["type"] == "event").await;
    assert_eq!(event["trades"][0]["backfilled"], true, "{event}");
    house.shows_everything(&app).await;

    let missed = app.data(&format!("/api/v1/markets/{MARKET}/trades?limit=10")).await;
    let marks: Vec<bool> =
        missed["items"].as_array().expect("items").iter().map(|trade| trade["backfilled"] == true).collect();
    assert_eq!(marks.iter().filter(|mark| **mark).count(), 7, "all but the three that came live: {missed}");
    app.stop().await;
}

#[actix_web::test]
async fn what_was_missed_in_a_quiet_market_is_fetched_without_waiting_for_a_trade() {
    let mut house = House::new().await;
    let app = house.app().await;
    let conn = house.venue.live(&app).await;
    house.trade_live(&conn, 20, 5_000).await;
    house.shows_everything(&app).await;
    house.keep(&app, 0).await;
    app.stop().await;

    house.trade(30, 5_000);
    let app = house.app().await;
    let conn = house.venue.live(&app).await;
    house.shows_everything(&app).await;
    house.trade_live(&conn, 2, 5_000).await;
    house.shows_everything(&app).await;
    app.stop().await;
}

#[actix_web::test]
async fn a_venue_that_numbers_its_trades_anew_is_followed() {
    let mut house = House::new().await;
    let app = house.app().await;
    let conn = house.venue.live(&app).await;
    house.trade_live(&conn, 50, 1_000).await;
    house.shows_everything(&app).await;
    house.keep(&app, 0).await;
    app.stop().await;

    let later = lock(&house.venue.btc).time_ms() + 60_000;
    *lock(&house.venue.btc) = BinanceScript::new("BTCUSDT");
    lock(&house.venue.btc).set_time_ms(later);
    let app = house.app().await;
    let conn = house.venue.accept().await;
    conn.send_text(tick(&house.venue.btc)).await.expect("an open connection");
    app.status_is(MARKET, "live").await;
    house.trade_live(&conn, 10, 1_000).await;
    app.until("the trades of both numberings", async || {
        app.data(&format!("/api/v1/markets/{MARKET}/ticker")).await["trades"] == 60
    })
    .await;
    app.stop().await;
}

#[actix_web::test]
async fn a_server_starts_empty_when_its_store_is_away() {
    let mut house = House::new().await;
    // Nobody listens there.
    let url = format!("postgres://nobody@127.0.0.1:{}/none", crate::support::process::free_port());
    let app = house.venue.app(&[("store.url", &url)]).await;
    assert!(app.server().storage.as_ref().is_some_and(|storage| storage.store().is_none()));
    let conn = house.venue.live(&app).await;
    house.trade_live(&conn, 5, 700).await;
    house.shows_everything(&app).await;
    app.stop().await;
}
