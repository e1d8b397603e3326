//! A connection on loan from a pool.

use std::ops::{Deref, DerefMut};

use sqlx::Database;
use sqlx::pool::{Pool, PoolConnection};

/// A connection that goes back to the pool only when its work is done. After an error, a timeout, or when the caller
/// has dropped the future, it may be in the middle of anything, and the server may hang: it is closed at once. (A SQLite
/// connection whose disk was full at the commit never begins another transaction.)
pub(crate) struct Lease<DB: Database> {
    connection: Option<PoolConnection<DB>>,
}

impl<DB: Database> Lease<DB> {
    pub(crate) async fn of(pool: &Pool<DB>) -> Result<Self, sqlx::Error> {
        Ok(Self { connection: Some(pool.acquire().await?) })
    }

    pub(crate) fn settle(mut self) {
        drop(self.connection.take());
    }
}

impl<DB: Database> Drop for Lease<DB> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(connection.detach());
        }
    }
}

const LEASED: &str = "a lease holds its connection until it is settled";

impl<DB: Database> Deref for Lease<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &Self::Target {
        self.connection.as_ref().expect(LEASED)
    }
}

impl<DB: Database> DerefMut for Lease<DB> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.connection.as_mut().expect(LEASED)
    }
}

/// Runs a body that may fail with a leased connection.
macro_rules! with_lease {
    ($pool:expr, |$lease:ident| $body:expr) => {
        async {
            let mut $lease = $crate::lease::Lease::of($pool).await?;
            let result = $body;
            $lease.settle();
            Ok(result)
        }
    };
}

pub(crate) use with_lease;
