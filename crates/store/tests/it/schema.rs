//! Opening a store brings its tables up to date, once, and never backwards.

use marketd_store::{Fault, Opened, StoreOptions, open};

use crate::support::{self, Database};

async fn error_of_opening(database: &Database) -> (Fault, String) {
    match open(&database.url, StoreOptions::default()).await {
        Ok(Opened { .. }) => panic!("a store of another schema was opened"),
        Err(error) => (error.fault(), error.to_string()),
    }
}

async fn other_schemas_are_refused(database: &Database) {
    let again = open(&database.url, StoreOptions::default()).await.expect("an open store");
    assert_eq!(again.migrations, Vec::<String>::new(), "all have been run");
    let ahead = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         select 9999, 'of the future', success, checksum, 0 from _sqlx_migrations where version = 1";
    database.execute(ahead).await;
    let (fault, said) = error_of_opening(database).await;
    assert_eq!(fault, Fault::Schema);
    assert!(said.contains("migration 9999") && said.contains("newer"), "{said}");
    database.execute("delete from _sqlx_migrations where version = 9999").await;
    let altered = if database.url.starts_with("sqlite") { "x'00'" } else { "'\\x00'" };
    database.execute(&format!("update _sqlx_migrations set checksum = {altered}")).await;
    let (fault, said) = error_of_opening(database).await;
    assert_eq!(fault, Fault::Schema, "{said}");
}

#[tokio::test]
async fn sqlite_of_another_schema_is_refused() {
    let database = support::sqlite().await.expect("a file");
    other_schemas_are_refused(&database).await;
}

#[tokio::test]
async fn postgres_of_another_schema_is_refused() {
    if let Some(database) = support::postgres().await {
        other_schemas_are_refused(&database).await;
    }
}

#[tokio::test]
async fn nodes_that_start_together_migrate_once() {
    let Some(database) = support::postgres().await else { return };
    database.execute("drop schema public cascade; create schema public").await;
    let nodes: Vec<_> = (0..4)
        .map(|_| {
            let url = database.url.clone();
            tokio::spawn(
                async move { open(&url, StoreOptions::default()).await.expect("a store").migrations },
            )
        })
        .collect();
    let mut run = Vec::new();
    for node in nodes {
        run.extend(node.await.expect("a node that starts"));
    }
    assert_eq!(
        run,
        ["0001_market_data", "0002_deltas", "0003_sandbox", "0004_identity", "0005_order_history"]
    );
}

#[tokio::test]
async fn a_url_of_neither_database_is_refused_without_its_password() {
    let Err(error) = open("mysql://me:secret@localhost/x", StoreOptions::default()).await else {
        panic!("opened MySQL");
    };
    assert_eq!(error.fault(), Fault::Refused);
    assert!(!error.to_string().contains("secret"), "{error}");
}
