//! What was amended of an order.

use marketd_actors::sandbox::doors::orders::OrderName;
use marketd_domain::identity::Scope;
use marketd_store::sandbox::AmendmentRow;
use serde_json::{Value, json};

use super::error::FaceError;
use super::order_text::{eight, name_or_number};
use super::orders::Acting;
use super::{Call, symbol_of};
use crate::http::past;

const LIMIT_DEFAULT: usize = 500;
const LIMIT_MAX: usize = 1_000;

fn told(row: &AmendmentRow, symbol: &str) -> Value {
    let qty = |qty: marketd_domain::Qty| eight(&qty.to_text(row.scales.qty));
    json!({
        "symbol": symbol,
        "orderId": row.order_id,
        "executionId": row.seq,
        "origClientOrderId": name_or_number(row.client_order_id_before.as_deref(), row.order_id),
        "newClientOrderId": name_or_number(row.client_order_id.as_deref(), row.order_id),
        "origQty": qty(row.qty_before),
        "newQty": qty(row.qty),
        "time": row.at.millis(),
    })
}

/// Of quantity and name: prices are amended through our own doors only, and there they are told.
pub async fn of_order(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(4)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Read).await?;
    let order_id = call.params.integer("orderId")?.ok_or_else(|| FaceError::missing("orderId"))?;
    let order_id = order_id.unsigned_abs();
    let from = call.params.integer("fromExecutionId")?.map_or(0, i64::unsigned_abs);
    let limit = u32::try_from(call.params.limit(LIMIT_DEFAULT, LIMIT_MAX)?).unwrap_or(u32::MAX);
    let order = super::history::one_order(call, &acting, OrderName::Id(order_id)).await?;
    if order.market != entry.id.as_str() {
        return Err(super::refusal::unknown_order(super::refusal::Asked::Seeing));
    }
    let found = past::read(call.shared, async |store| store.amendments(order_id, from, limit).await);
    let mut found = found.await.map_err(FaceError::of_refusal)?.unwrap_or_default();
    found.retain(|row| row.qty != row.qty_before || row.client_order_id != row.client_order_id_before);
    let told = found.iter().map(|row| told(row, symbol_of(&entry)));
    Ok(Value::Array(told.collect()).to_string().into_bytes())
}
