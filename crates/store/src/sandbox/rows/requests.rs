//! Requests that were carried out, and the journal itself.

use marketd_domain::Timestamp;
use marketd_domain::ledger::AccountNo;

use super::{Bytes, Cell, Cells, Int, Table, TableRow, Text, count, int, text};
use crate::rows::RowError;

/// A request that was carried out, and what was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRow {
    pub account: AccountNo,
    pub key: String,
    /// Of the request: the same key with another request is an error of the client's.
    pub request_hash: Vec<u8>,
    pub response: Vec<u8>,
    /// The last event of what the request did.
    pub seq: u64,
    pub expires_at: Timestamp,
}

table_row!(IdempotencyRow in "sandbox_idempotency", key 2, replaced true, |row, cells| {
    "account_no" Int = int(row.account.get());
    "key" Text = text(&row.key);
    "request_hash" Bytes = Cell::Bytes(Some(row.request_hash.clone()));
    "response" Bytes = Cell::Bytes(Some(row.response.clone()));
    "seq" Int = count(row.seq);
    "expires_us" Int = int(row.expires_at.micros());
} => Self {
    account: cells.account()?,
    key: cells.text()?,
    request_hash: cells.bytes()?,
    response: cells.bytes()?,
    seq: cells.count()?,
    expires_at: cells.at()?,
});

table_row!(JournalCells in "sandbox_journal", key 1, replaced true, |row, cells| {
    "seq" Int = count(row.row.seq);
    "fence" Int = count(row.fence);
    "ts_us" Int = int(row.row.ts.micros());
    "kind" Text = text(&row.row.kind);
    "record" Bytes = Cell::Bytes(Some(row.row.record.clone()));
} => {
    let seq = cells.count()?;
    let fence = cells.count()?;
    Self { fence, row: crate::sandbox::JournalRow { seq, ts: cells.at()?, kind: cells.text()?, record: cells.bytes()? } }
});

/// A row of the journal with the fence it was written under.
pub(crate) struct JournalCells {
    pub fence: u64,
    pub row: crate::sandbox::JournalRow,
}
