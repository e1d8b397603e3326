//! The migrations, embedded. A new one is a pair of files of one name and a line here; a test compares.
//!
//! An old binary that runs must survive the new tables: expand first, contract a release later. It is only when it is
//! started on tables that are ahead of it that it refuses.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};

macro_rules! migrations {
    ($($version:literal $name:literal),+ $(,)?) => {
        const MIGRATIONS: &[Pair] = &[$(Pair {
            version: $version,
            name: $name,
            postgres: include_str!(concat!("../../../migrations/postgres/", $name, ".sql")),
            sqlite: include_str!(concat!("../../../migrations/sqlite/", $name, ".sql")),
        }),+];
    };
}

struct Pair {
    version: i64,
    name: &'static str,
    postgres: &'static str,
    sqlite: &'static str,
}

migrations! {
    1 "0001_market_data",
    2 "0002_deltas",
    3 "0003_sandbox",
    4 "0004_identity",
    5 "0005_order_history",
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Dialect {
    Postgres,
    Sqlite,
}

/// Where the database says which migrations it has.
const APPLIED: &str = "_sqlx_migrations";

/// Brings the tables up to date and returns the names of the migrations that it ran.
pub(crate) async fn run<C: Migrate>(
    connection: &mut C,
    dialect: Dialect,
) -> Result<Vec<String>, MigrateError> {
    let migrator = Migrator::with_migrations(MIGRATIONS.iter().map(|pair| pair.migration(dialect)).collect());
    // Nodes that start together wait here for the first one. After an error the caller drops the connection, and the
    // lock with it.
    connection.lock().await?;
    connection.ensure_migrations_table(APPLIED).await?;
    let applied = connection.list_applied_migrations(APPLIED).await?;
    // `Migrator::run` does the same, but its future cannot be sent between threads.
    migrator.run_direct(None, connection, false).await?;
    connection.unlock().await?;
    let is_new = |pair: &&Pair| !applied.iter().any(|applied| applied.version == pair.version);
    Ok(MIGRATIONS.iter().filter(is_new).map(|pair| pair.name.to_owned()).collect())
}

impl Pair {
    fn migration(&self, dialect: Dialect) -> Migration {
        let sql = match dialect {
            Dialect::Postgres => self.postgres,
            Dialect::Sqlite => self.sqlite,
        };
        Migration::new(self.version, self.name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_exists_for_both_databases_and_is_listed() {
        let listed: Vec<String> = MIGRATIONS.iter().map(|pair| format!("{}.sql", pair.name)).collect();
        for pair in MIGRATIONS {
            assert!(pair.name.starts_with(&format!("{:04}_", pair.version)), "{}", pair.name);
        }
        for folder in ["postgres", "sqlite"] {
            let path = format!("{}/../../migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
            let mut found: Vec<String> = std::fs::read_dir(path)
                .expect("the folder is part of the repository")
                .map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned())
                .collect();
            found.sort();
            assert_eq!(found, listed, "{folder}");
        }
    }
}
