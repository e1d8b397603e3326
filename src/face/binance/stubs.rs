//! What clients ask of Binance's other interfaces when they start, answered so that they go on: nothing but spot is here.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::error::FaceError;
use super::{json as json_response, off};
use crate::http::{CallInfo, Shared};

pub async fn answer_sapi(
    call: CallInfo,
    path: web::Path<String>,
    request: HttpRequest,
    shared: web::Data<Shared>,
) -> HttpResponse {
    call.marked(sapi(&path, &request, &shared))
}

fn sapi(path: &str, request: &HttpRequest, shared: &Shared) -> HttpResponse {
    if shared.face().is_none() {
        return off();
    }
    let body: Value = match path {
        "v1/capital/config/getall"
        | "v1/margin/allPairs"
        | "v1/margin/isolated/allPairs"
        | "v1/margin/allAssets" => {
            json!([])
        }
        "v1/system/status" => json!({"status": 0, "msg": "normal"}),
        "v1/asset/tradeFee" => fees(shared, request),
        _ => return FaceError::new(404, -1000, format!("There is no /sapi/{path} here.")).response(),
    };
    json_response(body.to_string().into_bytes())
}

/// Fees of every market, or of the one that is asked for.
fn fees(shared: &Shared, request: &HttpRequest) -> Value {
    let params = super::Params::of_request(request.query_string(), "");
    let wanted = params.get("symbol");
    let markets = shared.board.markets();
    let fees: Vec<Value> = (markets.iter())
        .filter_map(|entry| entry.symbol.as_deref())
        .filter(|symbol| wanted.is_none_or(|wanted| wanted == *symbol))
        .map(|symbol| json!({"symbol": symbol, "makerCommission": MAKER, "takerCommission": TAKER}))
        .collect();
    Value::Array(fees)
}

/// What an account pays that has no terms of its own.
const MAKER: &str = "0.001";
const TAKER: &str = "0.001";

pub async fn answer_futures(call: CallInfo, shared: web::Data<Shared>) -> HttpResponse {
    if shared.face().is_none() {
        return call.marked(off());
    }
    let body =
        json!({"timezone": "UTC", "rateLimits": [], "exchangeFilters": [], "assets": [], "symbols": []});
    call.marked(json_response(body.to_string().into_bytes()))
}
