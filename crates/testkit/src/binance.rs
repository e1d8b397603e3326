//! Valid Binance traffic in a few lines of a test.
//!
//! A small book whose ids are those of the venue: consecutive frames chain, snapshots hold exactly what the frames so
//! far made. Faults are then plain code: drop a frame for a gap, send one twice, send two in the wrong order.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::ensure;

use crate::binance_book::{BinanceBook, json_levels, print, units};
use crate::http::{HttpRequest, HttpResponse};
use crate::venue::ScriptedVenue;

const LEVELS_A_SIDE: i64 = 20;
/// Best bid at the start, in units of 1e-8: 60000.00.
const START_PRICE: i64 = 60_000 * 100_000_000;
/// 0.01 in units of 1e-8.
const TICK: i64 = 1_000_000;
/// Some id in the range of real ones, so that nothing passes that only works for small numbers.
const START_UPDATE_ID: u64 = 50_093_239_218;
const START_TRADE_ID: u64 = 3_735_683_258;
/// 2023-11-14 22:13:20 UTC, in the middle of a minute.
const START_TIME_MS: i64 = 1_700_000_000_000;
/// As the venue's `depth@100ms`.
const FRAME_INTERVAL_MS: i64 = 100;
const DEPTH_LIMIT_DEFAULT: usize = 100;
const TRADES_LIMIT_DEFAULT: usize = 500;
const QUOTES: [&str; 7] = ["USDT", "USDC", "BUSD", "BTC", "ETH", "EUR", "USD"];

/// A script that the test and the venue's REST routes both hold.
pub type SharedScript = Arc<Mutex<BinanceScript>>;

#[derive(Debug, Clone)]
struct ScriptTrade {
    trade_id: u64,
    price: String,
    qty: String,
    time_ms: i64,
    buyer_is_maker: bool,
}

/// One symbol of a scripted Binance.
#[derive(Debug, Clone)]
pub struct BinanceScript {
    symbol: String,
    book: BinanceBook,
    trades: Vec<ScriptTrade>,
    time_ms: i64,
    ticks: i64,
    enveloped: bool,
    listed: bool,
}

impl BinanceScript {
    /// Twenty levels a side around 60000.00, tick 0.01.
    pub fn new(symbol: &str) -> Self {
        let mut book = BinanceBook::default();
        let side = |best: i64, step: i64| -> Vec<(String, String)> {
            (0..LEVELS_A_SIDE).map(|at| (print(best + step * at), print((at + 1) * TICK * 10))).collect()
        };
        let (bids, asks) = (side(START_PRICE, -TICK), side(START_PRICE + TICK, TICK));
        book.set_levels(&borrowed(&bids), &borrowed(&asks)).expect("print gives what units reads");
        book.set_last_update_id(START_UPDATE_ID);
        let (trades, time_ms) = (Vec::new(), START_TIME_MS);
        Self { symbol: symbol.to_owned(), book, trades, time_ms, ticks: 0, enveloped: true, listed: true }
    }

    /// Frames without the `{"stream":…,"data":…}` of combined streams.
    #[must_use]
    pub fn bare(mut self) -> Self {
        self.enveloped = false;
        self
    }

    pub fn shared(self) -> SharedScript {
        Arc::new(Mutex::new(self))
    }

    /// What a correct client must hold once it has every frame so far.
    pub fn book(&self) -> &BinanceBook {
        &self.book
    }

    pub fn symbol(&self) -> &str {
        &self.symbol
    }

    /// The venue's clock of the next frame. Moving it back or an hour ahead is one of the faults.
    pub fn set_time_ms(&mut self, time_ms: i64) {
        self.time_ms = time_ms;
    }

    pub fn time_ms(&self) -> i64 {
        self.time_ms
    }

    /// From now on the REST side knows the symbol no more.
    pub fn delist(&mut self) {
        self.listed = false;
    }

    /// A depth frame that sets these levels, quantity zero removing one. It spans as many ids as it has levels, at
    /// least one, as the venue's do.
    ///
    /// # Panics
    /// When a price is not a plain decimal with at most eight decimals: the test is wrong.
    pub fn depth(&mut self, bids: &[(&str, &str)], asks: &[(&str, &str)]) -> String {
        let first_id = self.book.last_update_id() + 1;
        let last_id = first_id + ((bids.len() + asks.len()) as u64).saturating_sub(1);
        self.book.set_levels(bids, asks).expect("the test gives plain decimals");
        self.book.set_last_update_id(last_id);
        self.time_ms += FRAME_INTERVAL_MS;
        let data = format!(
            "{{\"e\":\"depthUpdate\",\"E\":{},\"s\":\"{}\",\"U\":{first_id},\"u\":{last_id},\"b\":{},\"a\":{}}}",
            self.time_ms,
            self.symbol,
            json_levels(bids),
            json_levels(asks)
        );
        self.envelope("depth@100ms", data)
    }

    /// A depth frame with one small change, a different one each time. The best prices stay.
    pub fn tick(&mut self) -> String {
        self.ticks += 1;
        let steps = (self.ticks / 2) % LEVELS_A_SIDE;
        let qty = print((self.ticks % 97 + 1) * TICK);
        if self.ticks % 2 == 0 {
            let price = print(START_PRICE - steps * TICK);
            self.depth(&[(price.as_str(), qty.as_str())], &[])
        } else {
            let price = print(START_PRICE + (steps + 1) * TICK);
            self.depth(&[], &[(price.as_str(), qty.as_str())])
        }
    }

    /// A depth frame whose ids chain and whose bid stands a tick above the best ask. `uncross` takes it away again.
    pub fn cross(&mut self) -> String {
        let price = self.crossing_price();
        self.depth(&[(price.as_str(), "1.00000000")], &[])
    }

    /// A depth frame that removes the bid `cross` made.
    pub fn uncross(&mut self) -> String {
        let price = self.crossing_price();
        self.depth(&[(price.as_str(), "0.00000000")], &[])
    }

    fn crossing_price(&self) -> String {
        let best_ask = self
            .book
            .asks(1)
            .first()
            .map_or(START_PRICE, |(price, _)| units(price).expect("the book prints what units reads"));
        print(best_ask + TICK)
    }

    /// A trade frame with the next id. It does not touch the book, as on the venue, where a depth frame does.
    pub fn trade(&mut self, price: &str, qty: &str, buyer_is_maker: bool) -> String {
        let trade_id = self.trades.last().map_or(START_TRADE_ID, |trade| trade.trade_id) + 1;
        self.time_ms += 1;
        let time_ms = self.time_ms;
        let (price, qty) = (price.to_owned(), qty.to_owned());
        let data = format!(
            "{{\"e\":\"trade\",\"E\":{time_ms},\"s\":\"{}\",\"t\":{trade_id},\"p\":\"{price}\",\"q\":\"{qty}\",\
             \"T\":{time_ms},\"m\":{buyer_is_maker},\"M\":true}}",
            self.symbol
        );
        self.trades.push(ScriptTrade { trade_id, price, qty, time_ms, buyer_is_maker });
        self.envelope("trade", data)
    }

    fn envelope(&self, stream: &str, data: String) -> String {
        if !self.enveloped {
            return data;
        }
        format!("{{\"stream\":\"{}@{stream}\",\"data\":{data}}}", self.symbol.to_lowercase())
    }

    /// The answer to a SUBSCRIBE request over the WebSocket.
    pub fn ack(request_id: u64) -> String {
        format!("{{\"result\":null,\"id\":{request_id}}}")
    }

    /// The body of `GET /api/v3/depth`.
    pub fn snapshot_body(&self, limit: usize) -> String {
        self.book.snapshot_body(limit)
    }

    /// The body of `GET /api/v3/historicalTrades` and `/api/v3/trades`.
    pub fn trades_body(&self, from_id: Option<u64>, limit: usize) -> String {
        self.trade_list(from_id, limit, |trade| {
            format!(
                "{{\"id\":{},\"price\":\"{}\",\"qty\":\"{}\",\"quoteQty\":\"0.00000000\",\"time\":{},\
                 \"isBuyerMaker\":{},\"isBestMatch\":true}}",
                trade.trade_id, trade.price, trade.qty, trade.time_ms, trade.buyer_is_maker
            )
        })
    }

    /// The body of `GET /api/v3/aggTrades`: every trade an aggregate of its own.
    pub fn agg_trades_body(&self, from_id: Option<u64>, limit: usize) -> String {
        self.trade_list(from_id, limit, |trade| {
            let trade_id = trade.trade_id;
            format!(
                "{{\"a\":{trade_id},\"p\":\"{}\",\"q\":\"{}\",\"f\":{trade_id},\"l\":{trade_id},\"T\":{},\
                 \"m\":{},\"M\":true}}",
                trade.price, trade.qty, trade.time_ms, trade.buyer_is_maker
            )
        })
    }

    /// From an id upwards, or the newest; ascending either way.
    fn trade_list(
        &self,
        from_id: Option<u64>,
        limit: usize,
        print: impl Fn(&ScriptTrade) -> String,
    ) -> String {
        let start = match from_id {
            Some(id) => self.trades.partition_point(|trade| trade.trade_id < id),
            None => self.trades.len().saturating_sub(limit),
        };
        let items: Vec<String> = self.trades[start..].iter().take(limit).map(print).collect();
        format!("[{}]", items.join(","))
    }

    /// The body of `GET /api/v3/exchangeInfo` for these symbols: tick 0.01, lot 0.00001, smallest notional 5.
    ///
    /// # Panics
    /// When a symbol ends in no quote asset known here.
    pub fn exchange_info(symbols: &[&str]) -> String {
        let symbols: Vec<String> = symbols.iter().map(|symbol| symbol_info(symbol)).collect();
        format!(
            "{{\"timezone\":\"UTC\",\"serverTime\":{START_TIME_MS},\"rateLimits\":[],\"exchangeFilters\":[],\
             \"symbols\":[{}]}}",
            symbols.join(",")
        )
    }

    /// Answers the venue's REST paths from one script.
    pub fn serve(script: &SharedScript, venue: &ScriptedVenue) {
        Self::serve_all(std::slice::from_ref(script), venue);
    }

    /// Answers `/api/v3/{ping,time,exchangeInfo,depth,trades,historicalTrades,aggTrades}` from the scripts of several
    /// symbols.
    pub fn serve_all(scripts: &[SharedScript], venue: &ScriptedVenue) {
        let scripts = scripts.to_vec();
        venue.on_request("/api/v3/", move |request| answer(&scripts, request));
    }
}

fn borrowed(levels: &[(String, String)]) -> Vec<(&str, &str)> {
    levels.iter().map(|(price, qty)| (price.as_str(), qty.as_str())).collect()
}

fn split_symbol(symbol: &str) -> anyhow::Result<(&str, &str)> {
    let split = QUOTES.iter().find_map(|quote| symbol.strip_suffix(quote).map(|base| (base, *quote)));
    ensure!(
        split.is_some_and(|(base, _)| !base.is_empty()),
        "symbol {symbol:?} ends in no known quote asset"
    );
    Ok(split.unwrap_or_default())
}

fn symbol_info(symbol: &str) -> String {
    let (base, quote) = split_symbol(symbol).expect("the test names a symbol with a known quote asset");
    format!(
        "{{\"symbol\":\"{symbol}\",\"status\":\"TRADING\",\"baseAsset\":\"{base}\",\"baseAssetPrecision\":8,\
         \"quoteAsset\":\"{quote}\",\"quotePrecision\":8,\"quoteAssetPrecision\":8,\"isSpotTradingAllowed\":true,\
         \"filters\":[{{\"filterType\":\"PRICE_FILTER\",\"minPrice\":\"0.01000000\",\"maxPrice\":\"1000000.00000000\",\
         \"tickSize\":\"0.01000000\"}},{{\"filterType\":\"LOT_SIZE\",\"minQty\":\"0.00001000\",\
         \"maxQty\":\"9000.00000000\",\"stepSize\":\"0.00001000\"}},{{\"filterType\":\"NOTIONAL\",\
         \"minNotional\":\"5.00000000\",\"applyMinToMarket\":true,\"maxNotional\":\"9000000.00000000\",\
         \"applyMaxToMarket\":false,\"avgPriceMins\":5}}]}}"
    )
}

fn answer(scripts: &[SharedScript], request: &HttpRequest) -> HttpResponse {
    let scripts: Vec<_> =
        scripts.iter().map(|script| script.lock().unwrap_or_else(PoisonError::into_inner)).collect();
    let number = |name: &str| request.query(name).and_then(|text| text.parse::<u64>().ok());
    let limit = |default: usize| number("limit").map_or(default, |limit| limit as usize);
    match request.path() {
        "/api/v3/ping" => return HttpResponse::json("{}"),
        "/api/v3/time" => return HttpResponse::json(format!("{{\"serverTime\":{START_TIME_MS}}}")),
        "/api/v3/exchangeInfo" => {
            let listed: Vec<&str> =
                scripts.iter().filter(|script| script.listed).map(|script| script.symbol.as_str()).collect();
            if request.query("symbol").is_some_and(|wanted| !listed.contains(&wanted)) {
                return invalid_symbol();
            }
            return HttpResponse::json(BinanceScript::exchange_info(&listed));
        }
        _ => {}
    }
    let wanted = request.query("symbol").unwrap_or_default();
    let Some(script) = scripts.iter().find(|script| script.listed && script.symbol == wanted) else {
        return invalid_symbol();
    };
    match request.path() {
        "/api/v3/depth" => HttpResponse::json(script.snapshot_body(limit(DEPTH_LIMIT_DEFAULT))),
        "/api/v3/trades" => HttpResponse::json(script.trades_body(None, limit(TRADES_LIMIT_DEFAULT))),
        "/api/v3/historicalTrades" => {
            HttpResponse::json(script.trades_body(number("fromId"), limit(TRADES_LIMIT_DEFAULT)))
        }
        "/api/v3/aggTrades" => {
            HttpResponse::json(script.agg_trades_body(number("fromId"), limit(TRADES_LIMIT_DEFAULT)))
        }
        _ => HttpResponse::new(404, "{\"code\":-1000,\"msg\":\"no such path\"}"),
    }
}

fn invalid_symbol() -> HttpResponse {
    HttpResponse::new(400, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}")
        .header("content-type", "application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(frame: &str) -> (u64, u64) {
        let frame: serde_json::Value = serde_json::from_str(frame).expect("JSON");
        let data = &frame["data"];
        (data["U"].as_u64().expect("U"), data["u"].as_u64().expect("u"))
    }

    #[test]
    fn a_client_that_follows_the_frames_holds_the_scripts_book() {
        let mut script = BinanceScript::new("BTCUSDT");
        let mut client = BinanceBook::default();
        client.apply_snapshot(&script.snapshot_body(5000)).expect("a snapshot");
        let mut last = client.last_update_id();
        for step in 0..200 {
            let frame = if step % 10 == 9 {
                script.depth(&[("59990.5", "2.5"), ("60000.00", "0")], &[("60010", "0.1")])
            } else {
                script.tick()
            };
            let (first_id, last_id) = ids(&frame);
            assert_eq!(first_id, last + 1);
            last = last_id;
            client.apply_frame(&frame).expect("a frame");
        }
        assert_eq!(client.snapshot_body(5000), script.snapshot_body(5000));
        assert!(!client.is_crossed());
        client.apply_frame(&script.cross()).expect("a frame");
        assert!(client.is_crossed());
        client.apply_frame(&script.uncross()).expect("a frame");
        assert!(!client.is_crossed());
    }

    #[test]
    fn trades_have_consecutive_ids_and_can_be_fetched_from_one() {
        let mut script = BinanceScript::new("BTCUSDT").bare();
        let frames: Vec<String> = (0..3).map(|_| script.trade("60000.01", "0.1", false)).collect();
        let first: serde_json::Value = serde_json::from_str(&frames[0]).expect("JSON");
        let second_id = first["t"].as_u64().expect("an id") + 1;
        let list: serde_json::Value =
            serde_json::from_str(&script.trades_body(Some(second_id), 10)).expect("JSON");
        let found: Vec<u64> =
            list.as_array().expect("a list").iter().filter_map(|t| t["id"].as_u64()).collect();
        assert_eq!(found, [second_id, second_id + 1]);
        assert!(script.agg_trades_body(None, 1).contains(&format!("\"a\":{}", second_id + 1)));
    }

    #[test]
    fn exchange_info_names_base_and_quote() {
        let info: serde_json::Value =
            serde_json::from_str(&BinanceScript::exchange_info(&["BTCUSDT", "ETHBTC"])).expect("JSON");
        assert_eq!(info["symbols"][1]["baseAsset"], "ETH");
        assert_eq!(info["symbols"][1]["quoteAsset"], "BTC");
        assert_eq!(info["symbols"][0]["filters"][0]["tickSize"], "0.01000000");
    }
}
