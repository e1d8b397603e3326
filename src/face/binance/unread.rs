//! What each call reads. Binance refuses a request that sends more than that (-1104), so that a name with a slip of the pen is
//! not taken for one that was left out: an order with `timeInforce` is no order without a time in force.
//!
//! Names are those of Binance's documents, also of what means nothing here, as `strategyId`. Left out is what would change an order
//! and cannot be had here: instructions to peg a price. `timestamp`, `recvWindow` and `signature` are taken everywhere: some
//! clients sign what need not be signed.

use super::Call;
use super::error::FaceError;

/// Of every call.
const ANYWHERE: [&str; 3] = ["timestamp", "recvWindow", "signature"];
/// Of every call over a WebSocket.
const OVER_SOCKETS: [&str; 2] = ["apiKey", "returnRateLimits"];
/// The parameters of one order of a list, behind its prefix.
const LEG: [&str; 9] = [
    "Type",
    "ClientOrderId",
    "IcebergQty",
    "Price",
    "StopPrice",
    "TrailingDelta",
    "TimeInForce",
    "StrategyId",
    "StrategyType",
];

/// What one call reads, separated by spaces. Without those in `needs` it is refused for that, whatever else it sends.
struct Reads {
    needs: &'static str,
    may: &'static str,
    /// Prefixes of the orders of a list.
    legs: &'static [&'static str],
}

const fn reads(needs: &'static str, may: &'static str) -> Reads {
    Reads { needs, may, legs: &[] }
}

const fn list(needs: &'static str, legs: &'static [&'static str]) -> Reads {
    Reads { needs, may: "listClientOrderId newOrderRespType selfTradePreventionMode", legs }
}

const NEW_ORDER: &str = "timeInForce quantity quoteOrderQty price newClientOrderId strategyId strategyType stopPrice trailingDelta icebergQty \
     newOrderRespType selfTradePreventionMode";
const TEST_ORDER: &str = "timeInForce quantity quoteOrderQty price newClientOrderId strategyId strategyType stopPrice trailingDelta icebergQty \
     newOrderRespType selfTradePreventionMode computeCommissionRates";
const REPLACEMENT: &str = "timeInForce quantity quoteOrderQty price newClientOrderId strategyId strategyType stopPrice trailingDelta icebergQty \
     newOrderRespType selfTradePreventionMode cancelNewClientOrderId cancelOrigClientOrderId cancelOrderId cancelRestrictions \
     orderRateLimitExceededMode";
const OLD_OCO: &str = "listClientOrderId limitClientOrderId limitStrategyId limitStrategyType limitIcebergQty trailingDelta stopClientOrderId \
     stopStrategyId stopStrategyType stopLimitPrice stopIcebergQty stopLimitTimeInForce newOrderRespType selfTradePreventionMode";

/// By method of HTTP and path below `/api/v3/`; `None` for what is no call, which is told elsewhere.
fn reads_of(method: &str, path: &str) -> Option<Reads> {
    Some(match (method, path) {
        ("GET", "ping" | "time" | "rateLimit/order" | "openOrderList") | ("POST", "userDataStream") => {
            reads("", "")
        }
        ("GET", "exchangeInfo") => reads("", "symbol symbols permissions showPermissionSets symbolStatus"),
        ("GET", "depth") => reads("symbol", "limit symbolStatus"),
        ("GET", "trades") => reads("symbol", "limit"),
        ("GET", "historicalTrades") => reads("symbol", "limit fromId"),
        ("GET", "aggTrades") => reads("symbol", "fromId startTime endTime limit"),
        ("GET", "klines" | "uiKlines") => reads("symbol interval", "startTime endTime timeZone limit"),
        ("GET", "avgPrice" | "account/commission" | "myFilters") | ("DELETE", "openOrders") => {
            reads("symbol", "")
        }
        ("GET", "ticker/24hr") => reads("", "symbol symbols type symbolStatus"),
        ("GET", "ticker/tradingDay") => reads("", "symbol symbols timeZone type symbolStatus"),
        ("GET", "ticker") => reads("", "symbol symbols windowSize type symbolStatus"),
        ("GET", "ticker/price" | "ticker/bookTicker") => reads("", "symbol symbols symbolStatus"),
        ("GET", "account") => reads("", "omitZeroBalances"),
        ("GET", "myPreventedMatches") => {
            reads("symbol", "preventedMatchId orderId fromPreventedMatchId limit")
        }
        ("GET", "myAllocations") => reads("symbol", "startTime endTime fromAllocationId limit orderId"),
        ("GET", "order/amendments") => reads("symbol orderId", "fromExecutionId limit"),
        ("POST", "order") => reads("symbol side type", NEW_ORDER),
        ("POST", "order/test") => reads("symbol side type", TEST_ORDER),
        ("GET", "order") => reads("symbol", "orderId origClientOrderId"),
        ("DELETE", "order") => {
            reads("symbol", "orderId origClientOrderId newClientOrderId cancelRestrictions")
        }
        ("GET", "openOrders") => reads("", "symbol"),
        ("GET", "allOrders") => reads("symbol", "orderId startTime endTime limit"),
        ("GET", "myTrades") => reads("symbol", "orderId startTime endTime fromId limit"),
        ("POST", "order/cancelReplace") => reads("symbol side type cancelReplaceMode", REPLACEMENT),
        ("PUT", "order/amend/keepPriority") => {
            reads("symbol newQty", "orderId origClientOrderId newClientOrderId")
        }
        ("POST", "order/oco") => reads("symbol side quantity price stopPrice", OLD_OCO),
        ("POST", "orderList/oco") => list("symbol side quantity aboveType belowType", &["above", "below"]),
        ("POST", "orderList/oto") => list(
            "symbol workingType workingSide workingQuantity pendingType pendingSide pendingQuantity",
            &["working", "pending"],
        ),
        ("POST", "orderList/otoco") => list(
            "symbol workingType workingSide workingQuantity pendingSide pendingQuantity pendingAboveType",
            &["working", "pendingAbove", "pendingBelow"],
        ),
        ("GET", "orderList") => reads("", "orderListId origClientOrderId"),
        ("DELETE", "orderList") => reads("symbol", "orderListId listClientOrderId newClientOrderId"),
        ("GET", "allOrderList") => reads("", "fromId startTime endTime limit"),
        ("PUT" | "DELETE", "userDataStream") => reads("listenKey", ""),
        _ => return None,
    })
}

impl Reads {
    fn takes(&self, name: &str) -> bool {
        let is_of_leg = |prefix: &&str| name.strip_prefix(*prefix).is_some_and(|rest| LEG.contains(&rest));
        let mut known = self.needs.split_whitespace().chain(self.may.split_whitespace());
        known.any(|held| held == name) || self.legs.iter().any(is_of_leg)
    }
}

/// That a call sends nothing twice, and nothing that is not read.
pub fn check(call: &Call<'_>, method: &str, path: &str) -> Result<(), FaceError> {
    let Some(reads) = reads_of(method, path) else { return Ok(()) };
    if call.params.has_duplicates() {
        call.charge(1)?;
        return Err(FaceError::bad(-1101, "Duplicate values for a parameter detected."));
    }
    let is_complete = reads.needs.split_whitespace().all(|name| call.params.get(name).is_some());
    let is_everywhere =
        |name: &str| ANYWHERE.contains(&name) || (call.is_over_socket() && OVER_SOCKETS.contains(&name));
    let sent: Vec<&str> = call.params.names().collect();
    let read = sent.iter().filter(|name| is_everywhere(name) || reads.takes(name)).count();
    if read == sent.len() || !is_complete {
        return Ok(());
    }
    call.charge(1)?;
    let sent = sent.len();
    let message =
        format!("Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'.");
    Err(FaceError::bad(-1104, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_reads_its_own_names_and_those_of_its_orders() {
        let takes =
            |method: &str, path: &str, name: &str| reads_of(method, path).expect("a call").takes(name);
        for name in ["symbol", "side", "strategyId", "icebergQty"] {
            assert!(takes("POST", "order", name), "{name}");
        }
        for name in ["timeInforce", "pegPriceType", "computeCommissionRates", "orderId", ""] {
            assert!(!takes("POST", "order", name), "{name}");
        }
        for name in ["pendingAboveStopPrice", "workingTimeInForce", "pendingQuantity", "listClientOrderId"] {
            assert!(takes("POST", "orderList/otoco", name), "{name}");
        }
        assert!(
            !takes("POST", "orderList/otoco", "pendingPrice")
                && !takes("POST", "orderList/oto", "abovePrice")
        );
    }
}
