//! The tables of identity in SQLite. What changes there is synced with its commit, as the sandbox's is.

use async_trait::async_trait;

use super::SqliteStore;
use super::sandbox::{bound, durably, write};
use crate::StoreError;
use crate::identity::IdentityBackend;
use crate::sandbox::{Arg, TableBatch};

#[async_trait]
impl IdentityBackend for SqliteStore {
    async fn change(
        &self,
        doing: &'static str,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<u64, StoreError> {
        durably!(self, doing, |transaction| {
            let query = args.into_iter().fold(sqlx::query(sql), bound);
            let changed = query.execute(&mut *transaction).await?.rows_affected();
            transaction.commit().await?;
            changed
        })
        .await
    }

    async fn add(&self, doing: &'static str, batch: TableBatch) -> Result<(), StoreError> {
        durably!(self, doing, |transaction| {
            write(&mut transaction, batch).await?;
            transaction.commit().await?;
        })
        .await
    }
}
