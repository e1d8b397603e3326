//! The tables of identity in Postgres.

use async_trait::async_trait;
use sqlx::Connection;

use super::PostgresStore;
use super::sandbox::{BEGIN, bound, write};
use crate::StoreError;
use crate::identity::IdentityBackend;
use crate::lease::Lease;
use crate::sandbox::{Arg, TableBatch};

#[async_trait]
impl IdentityBackend for PostgresStore {
    async fn change(
        &self,
        doing: &'static str,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<u64, StoreError> {
        self.within(doing, async {
            let mut lease = Lease::of(&self.pool).await?;
            let mut transaction = lease.begin_with(BEGIN).await?;
            let query = args.into_iter().fold(sqlx::query(sql), bound);
            let changed = query.execute(&mut *transaction).await?.rows_affected();
            transaction.commit().await?;
            lease.settle();
            Ok(changed)
        })
        .await
    }

    async fn add(&self, doing: &'static str, batch: TableBatch) -> Result<(), StoreError> {
        self.within(doing, async {
            let mut lease = Lease::of(&self.pool).await?;
            let mut transaction = lease.begin_with(BEGIN).await?;
            write(&mut transaction, batch).await?;
            transaction.commit().await?;
            lease.settle();
            Ok(())
        })
        .await
    }
}
