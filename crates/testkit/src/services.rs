//! Private Postgres and Redis servers for tests, from installed programs: no containers, nothing shared, and never a
//! server of the system.
//!
//! `devsvc run -- <command>` starts both once and tells the command where they are, by `MARKETD_TEST_PG` and
//! `MARKETD_TEST_REDIS`; without these variables each test process starts its own. Where the programs are missing a
//! test is skipped and says so in one sentence; with `CI` set it fails.

mod database;
mod leash;
mod postgres;
mod redis;

use std::sync::OnceLock;

pub use database::{Template, TestDatabase};
pub use postgres::{Durability, Postgres};
pub use redis::Redis;

pub const POSTGRES_VARIABLE: &str = "MARKETD_TEST_PG";
pub const REDIS_VARIABLE: &str = "MARKETD_TEST_REDIS";

fn of_environment(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}

/// What a test does without a service that it needs: it says so and is skipped, but not where everything must be there.
///
/// # Panics
/// When `CI` is set: a test that is skipped there would never be run anywhere.
fn skip_without(error: &anyhow::Error) {
    assert!(of_environment("CI").is_none(), "{error:#}");
    eprintln!("skipped: {error:#}");
}

/// The url of a Postgres server, the one of the environment or our own, or `None` where there is none to be had.
///
/// # Panics
/// When there is none and `CI` is set.
fn postgres_url() -> Option<String> {
    static OWN: OnceLock<Option<Postgres>> = OnceLock::new();
    of_environment(POSTGRES_VARIABLE).or_else(|| {
        let own = OWN.get_or_init(|| Postgres::start(Durability::None).inspect_err(skip_without).ok());
        own.as_ref().map(Postgres::url)
    })
}

/// A Redis server of the test's own, to be killed and paused, or `None` where there is none to be had.
///
/// # Panics
/// When there is none and `CI` is set.
pub fn private_redis() -> Option<Redis> {
    Redis::start().inspect_err(skip_without).ok()
}

/// A Postgres server of the test's own, to be maltreated; `None` where there is none to be had.
///
/// # Panics
/// When there is none and `CI` is set.
pub fn own_postgres(durability: Durability) -> Option<Postgres> {
    Postgres::start(durability).inspect_err(skip_without).ok()
}

/// The url of a Redis server, the one of the environment or our own, or `None` where there is none to be had. Others
/// use it too: keys carry a prefix of the test's own.
///
/// # Panics
/// When there is none and `CI` is set.
pub fn redis_url() -> Option<String> {
    static OWN: OnceLock<Option<Redis>> = OnceLock::new();
    of_environment(REDIS_VARIABLE).or_else(|| {
        let own = OWN.get_or_init(|| Redis::start().inspect_err(skip_without).ok());
        own.as_ref().map(Redis::url)
    })
}
