//! Limits of the face's REST, its errors, and where it is off.

use crate::support::TestApp;

async fn start(keys: &[(&str, &str)]) -> TestApp {
    let mut all = vec![("venues.sim.enabled", "true")];
    all.extend(keys);
    let app = TestApp::start(&all).await;
    app.ready().await;
    app
}

#[actix_web::test]
async fn requests_are_weighed_and_the_stubborn_are_banned() {
    let keys = [("face.binance.weight_per_minute", "100"), ("face.binance.refusals_before_ban", "2")];
    let app = start(&keys).await;
    let depth = async || app.get("/api/v3/depth?symbol=BTCUSD&limit=5000").await;
    let first = app.get("/api/v3/time").await;
    let used = first.header("x-mbx-used-weight-1m").and_then(|used| used.parse::<u32>().ok());
    assert_eq!(used, Some(1));
    let mut statuses = Vec::new();
    for _ in 0..5 {
        let answer = depth().await;
        if answer.status != 200 {
            let wait = answer.header("retry-after").and_then(|wait| wait.parse::<u32>().ok());
            assert!(wait > Some(0), "{}", answer.body);
            assert_eq!(answer.json()["code"], -1003);
        }
        statuses.push(answer.status);
    }
    // A new minute of the clock may have begun meanwhile, which only starts the count over.
    assert!(statuses.contains(&429) && statuses.last() == Some(&418), "{statuses:?}");
    app.stop().await;
}

#[actix_web::test]
async fn refusals_have_binances_codes() {
    let app = start(&[]).await;
    for (path, status, code) in [
        ("/api/v3/depth", 400, -1102),
        ("/api/v3/depth?symbol=NOSUCH", 400, -1121),
        ("/api/v3/depth?symbol=btc", 400, -1100),
        ("/api/v3/depth?symbol=BTCUSD&limit=0", 400, -1130),
        ("/api/v3/klines?symbol=BTCUSD&interval=2m", 400, -1120),
        ("/api/v3/klines?symbol=BTCUSD&interval=1d&timeZone=99", 400, -1130),
        ("/api/v3/ticker/24hr?symbol=BTCUSD&symbols=[\"ETHUSD\"]", 400, -1128),
        ("/api/v3/aggTrades?symbol=BTCUSD&fromId=1&startTime=2", 400, -1128),
        ("/api/v3/account", 401, -2014),
        ("/api/v3/nothing", 404, -1000),
        ("/sapi/v1/nothing", 404, -1000),
    ] {
        let answer = app.get(&path.replace('"', "%22")).await;
        assert_eq!(
            (answer.status, answer.json()["code"].as_i64()),
            (status, Some(code)),
            "{path}: {}",
            answer.body
        );
    }
    let key = [("x-mbx-apikey", "key")];
    let signature = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71";
    for (query, code) in [
        ("timestamp=1".to_owned(), -1102),
        (format!("signature={signature}"), -1102),
        (format!("timestamp=1&signature={signature}"), -1021),
        (format!("timestamp=99999999999999&signature={signature}"), -1021),
        (format!("timestamp=1&recvWindow=60001&signature={signature}"), -1131),
        ("timestamp=1&signature=abc".to_owned(), -1100),
    ] {
        let answer = app.request("GET", &format!("/api/v3/account?{query}"), &key, "").await;
        assert_eq!(answer.json()["code"].as_i64(), Some(code), "{query}: {}", answer.body);
    }
    for (path, body) in [
        ("/sapi/v1/capital/config/getall", "[]"),
        ("/sapi/v1/margin/allPairs", "[]"),
        ("/sapi/v1/system/status", "{\"msg\":\"normal\",\"status\":0}"),
    ] {
        assert_eq!(app.get(path).await.body, body, "{path}");
    }
    for futures in ["/fapi/v1/exchangeInfo", "/dapi/v1/exchangeInfo"] {
        assert_eq!(app.get(futures).await.json()["symbols"], serde_json::json!([]));
    }
    app.stop().await;
}

#[actix_web::test]
async fn where_the_face_is_off_nothing_of_it_is_there() {
    let app = start(&[("face.binance.enabled", "off")]).await;
    for path in ["/api/v3/ping", "/sapi/v1/system/status", "/fapi/v1/exchangeInfo", "/ws", "/ws-api/v3"] {
        assert_eq!(app.get(path).await.status, 404, "{path}");
    }
    assert_eq!(app.get("/api/v1/markets").await.status, 200);
    app.stop().await;
}

/// Filters are those that the sandbox enforces: a price beyond its band is refused by the filter that tells of it.
#[actix_web::test]
async fn a_band_of_prices_is_a_filter() {
    let app = start(&[("sandbox.band_bps", "500")]).await;
    let info = app.get("/api/v3/exchangeInfo?symbol=ETHUSD").await.json();
    let filters = info["symbols"][0]["filters"].as_array().expect("filters").clone();
    let band = filters.iter().find(|filter| filter["filterType"] == "PERCENT_PRICE_BY_SIDE").expect("a band");
    assert_eq!((&band["bidMultiplierUp"], &band["bidMultiplierDown"]), (&"1.0500".into(), &"0.9500".into()));
    let order = "symbol=ETHUSD&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=900.00";
    let refused = super::trading::unsigned(&app, "POST", "order", order).await;
    assert_eq!(refused.json()["msg"], "Filter failure: PERCENT_PRICE_BY_SIDE", "{}", refused.body);
    app.stop().await;
}

#[actix_web::test]
async fn markets_are_called_as_the_configuration_says() {
    let app = start(&[("face.binance.markets", "XBTUSD=sim:BTC-USD,sim:ETH-USD")]).await;
    let info = app.get("/api/v3/exchangeInfo").await.json();
    let symbols: Vec<&str> = (info["symbols"].as_array().expect("symbols").iter())
        .filter_map(|symbol| symbol["symbol"].as_str())
        .collect();
    assert_eq!(symbols, ["ETHUSD", "XBTUSD"]);
    app.stop().await;
}
