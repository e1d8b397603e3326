//! An order in place of another one, and an order that becomes smaller where it stands.

use marketd_actors::sandbox::doors::orders::OrderName;
use marketd_actors::sandbox::{Done, Refused};
use marketd_domain::identity::Scope;
use marketd_domain::ledger::UserNo;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{AmendFields, NumberText};
use serde_json::{Value, json};

use super::cancel::{Which, cancel, check_name, restriction_of};
use super::error::FaceError;
use super::order_text::{self, millis};
use super::orders::{
    Acting, Named, client_id_param, count_orders, fields_of, gate, grade_of, name_in, name_of,
    place_and_tell, submit,
};
use super::refusal::{self, Asked};
use super::{Call, symbol_of};

const BOTH_FAILED: (u16, i32, &str) = (400, -2022, "Order cancel-replace failed.");
const PARTLY_FAILED: (u16, i32, &str) = (409, -2021, "Order cancel-replace partially failed.");

/// One half of it: what came of it, or why nothing did.
fn half(result: Option<Result<Value, Refused>>, asked: Asked) -> (&'static str, Value) {
    match result {
        None => ("NOT_ATTEMPTED", Value::Null),
        Some(Ok(done)) => ("SUCCESS", done),
        Some(Err(refused)) => ("FAILURE", refusal::of(refused, asked).body()),
    }
}

/// The whole answer: its status, and its body.
fn answer_of(cancelled: Result<Value, Refused>, placed: Option<Result<Value, Refused>>) -> (u16, Value) {
    let failures = (cancelled.is_err(), !matches!(placed, Some(Ok(_))));
    let (cancel_result, cancel_response) = half(Some(cancelled), Asked::Cancelling);
    let (new_result, new_response) = half(placed, Asked::Placing);
    let data = json!({
        "cancelResult": cancel_result,
        "newOrderResult": new_result,
        "cancelResponse": cancel_response,
        "newOrderResponse": new_response,
    });
    let failed = |(status, code, message): (u16, i32, &str)| {
        (status, json!({"code": code, "msg": message, "data": data}))
    };
    match failures {
        (false, false) => (200, data),
        (true, true) => failed(BOTH_FAILED),
        (true, false) | (false, true) => failed(PARTLY_FAILED),
    }
}

pub async fn cancel_replace(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(1)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Trade).await?;
    let stops_on_failure = match call.params.required("cancelReplaceMode")? {
        "STOP_ON_FAILURE" => true,
        "ALLOW_FAILURE" => false,
        _ => return Err(FaceError::invalid("cancelReplaceMode")),
    };
    let mut fields = fields_of(&Named { call, prefix: "" }, entry.id.as_str(), (None, None, None))?;
    fields.account.clone_from(&acting.account);
    let grade = grade_of(call, &fields)?;
    let (name, client_id) = name_in(call, "cancelOrderId", "cancelOrigClientOrderId")?;
    let which = Which {
        name,
        client_id,
        market: entry.id.as_str().to_owned(),
        account: acting.account.clone(),
        only: restriction_of(call)?,
        cancel_name: client_id_param(call, "cancelNewClientOrderId")?,
    };
    count_orders(call, &acting, 1)?;
    let symbol = symbol_of(&entry).to_owned();
    let work = move |floor: &mut marketd_actors::sandbox::Floor, user: UserNo| {
        let cancelled = cancel(floor, user, &which)
            .map(|order| order_text::cancelled(&order, &symbol, which.cancel_name.as_deref()));
        let placed = (cancelled.is_ok() || !stops_on_failure)
            .then(|| place_and_tell(floor, user, &fields, &symbol, grade));
        let (http_status, body) = answer_of(cancelled, placed);
        Ok(Done { http_status, data: body.to_string().into_bytes() })
    };
    let once = (acting.account.clone(), Vec::new());
    let answer = gate(call)?.submit(acting.user(), once, work).await;
    let answer = answer.map_err(|refused| refusal::of(refused, Asked::Placing))?;
    if answer.http_status == 200 {
        return Ok(answer.data.to_vec());
    }
    let body: Value = serde_json::from_slice(&answer.data).map_err(|_| FaceError::internal())?;
    let code = if answer.http_status == PARTLY_FAILED.0 { PARTLY_FAILED } else { BOTH_FAILED };
    Err(FaceError { data: Some(body["data"].clone()), ..FaceError::new(answer.http_status, code.1, code.2) })
}

pub async fn amend(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(4)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Trade).await?;
    let (name, client_id) = name_of(call)?;
    let quantity = Named { call, prefix: "" }.required_number("newQty")?;
    let mut fields: AmendFields = serde_json::from_value(json!({})).map_err(|_| FaceError::internal())?;
    fields.qty = Some(quantity);
    fields.new_client_order_id = client_id_param(call, "newClientOrderId")?;
    fields.account.clone_from(&acting.account);
    let (market, symbol) = (entry.id.as_str().to_owned(), symbol_of(&entry).to_owned());
    submit(call, &acting, Asked::Seeing, move |floor, user| {
        let (_, order_id) = floor.find_order(user, fields.account.as_deref(), &name)?;
        let unknown = || (ErrorCode::UNKNOWN_ORDER, "unknown order".to_owned());
        let before = floor.order_of(order_id).ok_or_else(unknown)?;
        if before.market != market {
            return Err(unknown());
        }
        check_name(&before, client_id.as_deref())?;
        if is_more(fields.qty.as_ref(), before.qty.as_deref()) {
            return Err((ErrorCode::NOT_AMENDABLE, refusal::INCREASED.to_owned()));
        }
        floor.amend_order(user, &OrderName::Id(order_id.get()), &fields)?;
        let order = floor.order_of(order_id).ok_or_else(unknown)?;
        let amended = json!({
            "symbol": symbol,
            "orderId": order.order_id,
            "orderListId": order_text::list_of(&order),
            "origClientOrderId": order_text::client_id(&before),
            "clientOrderId": order_text::client_id(&order),
            "price": order_text::eight_or_zero(order.price.as_deref()),
            "qty": order_text::quantity_of(&order),
            "executedQty": order_text::eight(&order.filled_qty),
            "preventedQty": order_text::eight(&order.prevented_qty),
            "quoteOrderQty": "0.00000000",
            "cumulativeQuoteQty": order_text::eight(&order.filled_quote),
            "status": order_text::status_of(&order),
            "timeInForce": order_text::time_in_force_of(&order),
            "type": order_text::type_of(&order),
            "side": order_text::side_of(&order),
            "workingTime": millis(order.created_at),
            "selfTradePreventionMode": order_text::prevention_of(&order),
        });
        Ok(json!({
            "transactTime": millis(order.updated_at),
            // Of one that is still on its way the number is not known.
            "executionId": floor.amended_seq(order_id).unwrap_or_else(|| floor.sandbox.seq()),
            "amendedOrder": amended,
        }))
    })
    .await
}

/// Whether the quantity asked for is larger than the order's.
fn is_more(wanted: Option<&NumberText>, held: Option<&str>) -> bool {
    let (Some(wanted), Some(held)) = (wanted, held) else { return false };
    compare(wanted.as_str(), held).is_gt()
}

/// Two decimals that are not below zero, by value.
fn compare(one: &str, other: &str) -> std::cmp::Ordering {
    fn parts(text: &str) -> (&str, &str) {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        (whole.trim_start_matches('0'), fraction.trim_end_matches('0'))
    }
    let ((one_whole, one_rest), (other_whole, other_rest)) = (parts(one), parts(other));
    let whole = one_whole.len().cmp(&other_whole.len()).then_with(|| one_whole.cmp(other_whole));
    whole.then_with(|| one_rest.cmp(other_rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_compared_by_value() {
        for (small, large) in [("0", "1"), ("9", "10"), ("1.2", "1.20001"), ("0.5", "00.51"), ("1", "1.5")] {
            assert!(compare(small, large).is_lt() && compare(large, small).is_gt(), "{small} {large}");
        }
        for (one, other) in [("1", "1.000"), ("0.5", ".5"), ("010", "10.0")] {
            assert!(compare(one, other).is_eq(), "{one} {other}");
        }
    }

    #[test]
    fn each_half_has_its_result() {
        let refused = || Err((ErrorCode::UNKNOWN_ORDER, "x".to_owned()));
        let (status, body) = answer_of(Ok(json!(1)), Some(Ok(json!(2))));
        assert_eq!(
            (status, body["cancelResult"].as_str(), body["newOrderResponse"].as_i64()),
            (200, Some("SUCCESS"), Some(2))
        );
        let (status, body) = answer_of(refused(), None);
        assert_eq!((status, body["code"].as_i64()), (400, Some(-2022)));
        assert_eq!(body["data"]["newOrderResult"], "NOT_ATTEMPTED");
        assert_eq!(body["data"]["cancelResponse"]["code"], -2011);
        let (status, body) = answer_of(Ok(json!(1)), Some(refused()));
        assert_eq!((status, body["code"].as_i64()), (409, Some(-2021)));
        assert_eq!(answer_of(refused(), Some(Ok(json!(2)))).0, 409);
        assert_eq!(answer_of(refused(), Some(refused())).0, 400);
    }
}
