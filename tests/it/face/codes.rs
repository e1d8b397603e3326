//! Bad input, and the codes that clients find for it.

use serde_json::json;

use super::Face;
use super::trading::{asked, told, trading, unsigned};

const SYMBOL: &str = "ETHUSD";

/// What a bad order is told: parameters beside symbol and side, and a code.
const ORDERS: [(&str, i64); 29] = [
    ("type=MARKET", -1102),
    ("type=MARKET&quantity=", -1102),
    ("type=MARKET&quantity=x", -1100),
    ("type=MARKET&quantity=-1", -1100),
    ("type=MARKET&quantity=1e3", -1100),
    ("type=MARKET&quantity=0", -1013),
    ("type=MARKET&quantity=0.1&price=900", -1106),
    ("type=MARKET&quantity=0.1&timeInForce=GTC", -1106),
    ("type=MARKET&quantity=0.1&quoteOrderQty=100", -1128),
    ("type=MARKET&quantity=99999999", -2010),
    ("type=LIMIT&quantity=0.1&timeInForce=GTC", -1102),
    ("type=LIMIT&quantity=0.1&price=900.00", -1102),
    ("type=LIMIT&quantity=0.1&price=900.00&timeInForce=GTX", -1115),
    ("type=LIMIT&quantity=0.1&price=900.00&timeInForce=GTC&stopPrice=900.00", -1106),
    ("type=LIMIT&quoteOrderQty=10&price=900.00&timeInForce=GTC", -1106),
    ("type=LIMIT&quantity=0.1&price=0&timeInForce=GTC", -1013),
    ("type=LIMIT&quantity=0.1&price=900.001&timeInForce=GTC", -1111),
    ("type=LIMIT&quantity=0.0000000001&price=900.00&timeInForce=GTC", -1111),
    ("type=LIMIT&quantity=0.0001&price=0.01&timeInForce=GTC", -1013),
    ("type=LIMIT&quantity=0.1&price=900.00&timeInForce=GTC&newClientOrderId=a b", -1100),
    ("type=LIMIT&quantity=0.1&price=900.00&timeInForce=GTC&selfTradePreventionMode=MAYBE", -1130),
    ("type=LIMIT&quantity=0.1&price=900.00&timeInForce=GTC&newOrderRespType=ALL", -1130),
    ("type=LIMIT_MAKER&quantity=0.1&price=90000.00", -2010),
    ("type=LIMIT_MAKER&quantity=0.1&price=900.00&timeInForce=GTC", -1106),
    ("type=STOP_LOSS&quantity=0.1", -1102),
    ("type=STOP_LOSS_LIMIT&quantity=0.1&price=900.00&stopPrice=90000.00", -1102),
    ("type=LIMIT&quantity=0.1&price=900.00&timeInForce=GTC&trailingDelta=100", -1106),
    ("type=DANCE&quantity=0.1", -1116),
    ("quantity=0.1", -1102),
];

/// Requests that are no new orders: method, path, parameters, and a code.
const REQUESTS: [(&str, &str, &str, i64); 40] = [
    ("POST", "order", "symbol=ETHUSD&side=MAYBE&type=MARKET&quantity=0.1", -1117),
    ("POST", "order", "symbol=NOSUCH&side=BUY&type=MARKET&quantity=0.1", -1121),
    ("POST", "order", "symbol=&side=BUY&type=MARKET&quantity=0.1", -1105),
    ("GET", "order", "symbol=ETHUSD", -1102),
    ("GET", "order", "symbol=ETHUSD&orderId=999999", -2013),
    ("GET", "order", "symbol=ETHUSD&orderId=x", -1100),
    ("GET", "order", "symbol=ETHUSD&origClientOrderId=nobody", -2013),
    ("DELETE", "order", "symbol=ETHUSD", -1102),
    ("DELETE", "order", "symbol=ETHUSD&orderId=999999", -2011),
    ("DELETE", "order", "symbol=ETHUSD&orderId=ORDER&cancelRestrictions=NEVER", -1145),
    ("DELETE", "order", "symbol=ETHUSD&orderId=ORDER&cancelRestrictions=ONLY_PARTIALLY_FILLED", -2011),
    ("DELETE", "order", "symbol=ETHUSD&orderId=ORDER&origClientOrderId=another", -2039),
    ("DELETE", "order", "symbol=BTCUSD&orderId=ORDER", -2011),
    ("DELETE", "openOrders", "symbol=SOLUSD", -2011),
    ("PUT", "order/amend/keepPriority", "symbol=ETHUSD&orderId=ORDER", -1102),
    ("PUT", "order/amend/keepPriority", "symbol=ETHUSD&orderId=ORDER&newQty=100", -2038),
    ("PUT", "order/amend/keepPriority", "symbol=ETHUSD&orderId=999999&newQty=0.1", -2013),
    ("POST", "order/cancelReplace", "symbol=ETHUSD&side=BUY&type=MARKET&quantity=0.1", -1102),
    ("GET", "allOrders", "", -1102),
    ("GET", "allOrders", "symbol=ETHUSD&startTime=1&endTime=900000000", -1127),
    ("GET", "myTrades", "symbol=ETHUSD&fromId=1&startTime=2", -1128),
    ("GET", "myTrades", "symbol=ETHUSD&limit=0", -1130),
    ("GET", "openOrders", "symbol=eth", -1100),
    ("GET", "orderList", "", -1102),
    ("POST", "orderList/oco", "symbol=ETHUSD&side=BUY&quantity=0.1", -1102),
    ("GET", "account/commission", "", -1102),
    ("GET", "exchangeInfo", "symbolStatus=ASLEEP", -1122),
    ("GET", "exchangeInfo", "symbol=ETHUSD&permissions=SPOT", -1128),
    ("DELETE", "userDataStream", "listenKey=x", -1125),
    // What is sent and not read.
    ("GET", "depth", "symbol=ETHUSD&depth=5", -1104),
    ("GET", "ping", "x=1", -1104),
    ("POST", "order", "symbol=ETHUSD&side=BUY&type=LIMIT&timeInforce=GTC&quantity=0.1&price=900.00", -1104),
    (
        "POST",
        "order",
        "symbol=ETHUSD&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=900.00&pegPriceType=PRIMARY_PEG",
        -1104,
    ),
    ("POST", "order", "symbol=ETHUSD&side=BUY&tpye=LIMIT&quantity=0.1", -1102),
    (
        "POST",
        "orderList/oco",
        "symbol=ETHUSD&side=BUY&quantity=0.1&aboveType=STOP_LOSS&belowType=LIMIT_MAKER&abovePrise=1",
        -1104,
    ),
    ("GET", "depth", "symbol=ETHUSD&symbol=BTCUSD", -1101),
    ("GET", "ticker/price", "symbols=ETHUSD,BTCUSD,ETHUSD", -1151),
    ("POST", "order", "symbol=ETHUSD&side=BUY&type=STOP_LOSS&quantity=0.1&trailingDelta=100000", -1013),
    ("POST", "order", "symbol=ETHUSD&side=BUY&type=MARKET&quantity=0.1&strategyType=999999", -1134),
    (
        "POST",
        "order",
        "symbol=ETHUSD&side=BUY&type=MARKET&quantity=0.1&selfTradePreventionMode=TRANSFER",
        -1013,
    ),
];

/// Side of a pair, types and prices of the one above and the one below, and a code.
const PAIRS: [(&str, &str, &str, i64); 8] = [
    ("BUY", "Type=LIMIT_MAKER&abovePrice=9000.00", "Type=STOP_LOSS&belowStopPrice=900.00", -1165),
    ("SELL", "Type=STOP_LOSS&aboveStopPrice=9000.00", "Type=LIMIT_MAKER&belowPrice=900.00", -1166),
    ("BUY", "Type=LIMIT_MAKER&abovePrice=9000.00", "Type=LIMIT_MAKER&belowPrice=900.00", -1168),
    ("BUY", "Type=STOP_LOSS&aboveStopPrice=9000.00", "Type=STOP_LOSS&belowStopPrice=900.00", -1196),
    ("SELL", "Type=STOP_LOSS&aboveStopPrice=9000.00", "Type=STOP_LOSS&belowStopPrice=900.00", -1197),
    ("BUY", "Type=TAKE_PROFIT&aboveStopPrice=9000.00", "Type=LIMIT_MAKER&belowPrice=900.00", -1198),
    ("SELL", "Type=LIMIT_MAKER&abovePrice=9000.00", "Type=TAKE_PROFIT&belowStopPrice=900.00", -1199),
    ("SELL", "Type=MARKET", "Type=STOP_LOSS&belowStopPrice=900.00", -1158),
];

#[actix_web::test]
async fn bad_input_has_binances_codes() {
    let app = trading(&[]).await;
    let mut wrong = Vec::new();
    let mut check = |what: String, code: i64, answer: crate::support::Answer| {
        let told = answer.json()["code"].as_i64();
        if told != Some(code) || !(400..500).contains(&answer.status) {
            wrong.push(format!("{what}: {code} was expected, not {} {}", answer.status, answer.body));
        }
    };
    for (params, code) in ORDERS {
        let params = format!("symbol={SYMBOL}&side=BUY&{params}").replace(' ', "%20");
        let answer = unsigned(&app, "POST", "order", &params).await;
        check(params, code, answer);
    }
    let resting = format!("symbol={SYMBOL}&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.2&price=900.00");
    let order = told(&app, "POST", "order", &resting).await["orderId"].to_string();
    for (method, path, params, code) in REQUESTS {
        let params = params.replace("ORDER", &order);
        let answer = unsigned(&app, method, path, &params).await;
        check(format!("{method} {path}?{params}"), code, answer);
    }
    for (side, above, below, code) in PAIRS {
        let params = format!("symbol=ETHUSD&side={side}&quantity=0.1&above{above}&below{below}");
        let answer = unsigned(&app, "POST", "orderList/oco", &params).await;
        check(params, code, answer);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let maker = "symbol=ETHUSD&side=BUY&type=LIMIT_MAKER&quantity=0.2&price=900.00";
    let maker = told(&app, "POST", "order", maker).await;
    assert!(maker.get("status").is_none() && maker["orderId"].is_number(), "a mere receipt: {maker}");
    app.stop().await;
}

#[actix_web::test]
async fn every_method_of_the_websocket_api_is_answered() {
    let app = trading(&[]).await;
    let mut face = Face::connect(&app, "/ws-api/v3").await;
    let info = asked(&mut face, 0, "exchangeInfo", json!({"symbols": [SYMBOL, "BTCUSD"]})).await;
    assert_eq!(info["result"]["symbols"].as_array().map(Vec::len), Some(2), "{info}");
    let symbol = json!({"symbol": SYMBOL});
    let methods = [
        ("ping", json!({})),
        ("time", json!({})),
        ("depth", json!({"symbol": SYMBOL, "limit": 5})),
        ("trades.recent", symbol.clone()),
        ("trades.historical", symbol.clone()),
        ("trades.aggregate", symbol.clone()),
        ("klines", json!({"symbol": SYMBOL, "interval": "1m", "limit": 3})),
        ("uiKlines", json!({"symbol": SYMBOL, "interval": "1h", "timeZone": "+5:45"})),
        ("avgPrice", symbol.clone()),
        ("ticker", json!({"symbols": [SYMBOL], "windowSize": "4h", "type": "MINI"})),
        ("ticker.24hr", json!({"symbols": [SYMBOL], "type": "MINI"})),
        ("ticker.tradingDay", json!({"symbol": SYMBOL, "timeZone": "-8"})),
        ("ticker.price", json!({})),
        ("ticker.book", json!({})),
        ("session.status", json!({})),
        ("session.subscriptions", json!({})),
        ("session.logout", json!({})),
    ];
    for (nth, (method, params)) in (10..).zip(methods) {
        let answer = asked(&mut face, nth, method, params).await;
        assert_eq!(answer["status"], 200, "{method}: {answer}");
        assert_eq!(answer["rateLimits"][0]["rateLimitType"], "REQUEST_WEIGHT", "{method}: {answer}");
    }
    let signed = |params: serde_json::Value| {
        let mut params = params;
        params["apiKey"] = json!("any");
        params["timestamp"] = json!(crate::identity::now_us() / 1_000);
        params["signature"] = json!("0".repeat(64));
        params
    };
    let order = json!({"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.2",
        "price": "900.00", "newClientOrderId": "one"});
    let oco = json!({"symbol": SYMBOL, "side": "BUY", "quantity": "0.1", "aboveType": "STOP_LOSS",
        "aboveStopPrice": "90000.00", "belowType": "LIMIT_MAKER", "belowPrice": "900.00", "listClientOrderId": "list"});
    let mut replaced = order.clone();
    replaced["cancelReplaceMode"] = json!("STOP_ON_FAILURE");
    replaced["cancelOrigClientOrderId"] = json!("one");
    replaced["newClientOrderId"] = json!("two");
    let oto = json!({"symbol": SYMBOL, "workingType": "LIMIT", "workingSide": "BUY", "workingPrice": "900.00",
        "workingQuantity": "0.1", "workingTimeInForce": "GTC", "pendingType": "MARKET", "pendingSide": "SELL",
        "pendingQuantity": "0.1"});
    let otoco = json!({"symbol": SYMBOL, "workingType": "LIMIT", "workingSide": "BUY", "workingPrice": "900.00",
        "workingQuantity": "0.1", "workingTimeInForce": "GTC", "pendingSide": "SELL", "pendingQuantity": "0.1",
        "pendingAboveType": "LIMIT_MAKER", "pendingAbovePrice": "90000.00", "pendingBelowType": "STOP_LOSS",
        "pendingBelowStopPrice": "800.00"});
    let private = [
        ("order.test", order.clone()),
        ("order.place", order),
        ("order.status", json!({"symbol": SYMBOL, "origClientOrderId": "one"})),
        ("order.amend.keepPriority", json!({"symbol": SYMBOL, "origClientOrderId": "one", "newQty": "0.1"})),
        ("order.cancelReplace", replaced),
        ("order.cancel", json!({"symbol": SYMBOL, "origClientOrderId": "two"})),
        ("orderList.place.oco", oco),
        ("orderList.status", json!({"origClientOrderId": "list"})),
        ("openOrderLists.status", json!({})),
        ("orderList.cancel", json!({"symbol": SYMBOL, "listClientOrderId": "list"})),
        ("orderList.place.oto", oto),
        ("orderList.place.otoco", otoco),
        ("allOrderLists", json!({})),
        ("openOrders.status", json!({})),
        ("openOrders.cancelAll", json!({"symbol": SYMBOL})),
        ("allOrders", json!({"symbol": SYMBOL})),
        ("myTrades", json!({"symbol": SYMBOL})),
        ("myFilters", json!({"symbol": SYMBOL})),
        ("myPreventedMatches", json!({"symbol": SYMBOL, "orderId": 1})),
        ("myAllocations", json!({"symbol": SYMBOL})),
        ("order.amendments", json!({"symbol": SYMBOL, "orderId": 1})),
        ("account.status", json!({})),
        ("account.commission", json!({"symbol": SYMBOL})),
        ("account.rateLimits.orders", json!({})),
        ("session.logon", json!({})),
        ("userDataStream.subscribe", json!({})),
        ("userDataStream.unsubscribe", json!({})),
    ];
    for (nth, (method, params)) in (100..).zip(private) {
        let answer = asked(&mut face, nth, method, signed(params)).await;
        assert_eq!(answer["status"], 200, "{method}: {answer}");
        let counts_orders = answer["rateLimits"].as_array().is_some_and(|limits| limits.len() == 3);
        let places = method.starts_with("order.place") || method.starts_with("orderList.place");
        assert!(!places || counts_orders, "{method}: {answer}");
    }
    let unknown = asked(&mut face, 900, "dance", json!({})).await;
    assert_eq!((&unknown["status"], &unknown["error"]["code"]), (&json!(400), &json!(-1000)), "{unknown}");
    let quiet = asked(&mut face, 901, "ping", json!({"returnRateLimits": false})).await;
    assert!(quiet.get("rateLimits").is_none(), "{quiet}");
    app.stop().await;
}
