//! A database for each test, copied from one that was prepared once.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

use super::{postgres_url, skip_without};

/// What all databases of a kind begin with. It is prepared once for each state of the files it is made from.
#[derive(Debug, Clone, Copy)]
pub struct Template<'a> {
    pub name: &'a str,
    /// A folder of migrations.
    pub files: &'a Path,
}

/// A database that is dropped with this value.
pub struct TestDatabase {
    server_url: String,
    name: String,
}

/// Held while a template is made. The number is ours: "marketdt".
const LOCK: i64 = i64::from_be_bytes(*b"marketdt");

impl TestDatabase {
    /// A database like the template, which `prepare` makes in an empty one when it is not there yet; it must close its
    /// connections. `None` when there is no Postgres: the test is to end.
    ///
    /// # Panics
    /// When there is no Postgres and `CI` is set.
    pub async fn like(
        template: Template<'_>,
        prepare: impl AsyncFnOnce(&str) -> anyhow::Result<()>,
    ) -> Option<Self> {
        let server_url = postgres_url()?;
        Self::make(server_url, template, prepare).await.inspect_err(skip_without).ok()
    }

    async fn make(
        server_url: String,
        template: Template<'_>,
        prepare: impl AsyncFnOnce(&str) -> anyhow::Result<()>,
    ) -> anyhow::Result<Self> {
        let mut server =
            PgConnection::connect(&server_url).await.context("the Postgres for tests does not answer")?;
        let template = ensure_template(&mut server, &server_url, template, prepare).await?;
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        // From 15 on the default writes each page to the log, which is slower for databases as small as ours.
        let version: i32 = sqlx::query_scalar("select current_setting('server_version_num')::integer")
            .fetch_one(&mut server)
            .await?;
        let strategy = if version >= 150_000 { "strategy file_copy" } else { "" };
        run(&mut server, format!("drop database if exists {name} with (force)")).await?;
        run(&mut server, format!("create database {name} template {template} {strategy}")).await?;
        server.close().await?;
        Ok(Self { server_url, name })
    }

    pub fn url(&self) -> String {
        url_of(&self.server_url, &self.name)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server_url, name) = (self.server_url.clone(), self.name.clone());
        // A test's runtime may be in the middle of its end: a thread has one of its own. What cannot be dropped goes
        // with the server.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut server = PgConnection::connect(&server_url).await?;
                run(&mut server, format!("drop database if exists {name} with (force)")).await?;
                anyhow::Ok(server.close().await?)
            })
        });
        let _ = dropped.join();
    }
}

fn url_of(server_url: &str, name: &str) -> String {
    let (server, _) = server_url.rsplit_once('/').unwrap_or((server_url, ""));
    format!("{server}/{name}")
}

/// The names are made of ours and of numbers.
async fn run(server: &mut PgConnection, statement: String) -> anyhow::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(server).await?;
    Ok(())
}

async fn ensure_template(
    server: &mut PgConnection,
    server_url: &str,
    template: Template<'_>,
    prepare: impl AsyncFnOnce(&str) -> anyhow::Result<()>,
) -> anyhow::Result<String> {
    let name = format!("template_{}_{:016x}", template.name, hash_of(template.files)?);
    sqlx::query("select pg_advisory_lock($1)").bind(LOCK).execute(&mut *server).await?;
    let is_there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&name)
        .fetch_one(&mut *server)
        .await?;
    if !is_there {
        // It gets its name when it is complete: a preparation that failed leaves no half of a template.
        let raw = format!("{name}_raw");
        run(server, format!("drop database if exists {raw} with (force)")).await?;
        run(server, format!("create database {raw}")).await?;
        prepare(&url_of(server_url, &raw)).await?;
        run(server, format!("alter database {raw} rename to {name}")).await?;
    }
    sqlx::query("select pg_advisory_unlock($1)").bind(LOCK).execute(&mut *server).await?;
    Ok(name)
}

fn hash_of(files: &Path) -> anyhow::Result<u64> {
    let mut paths: Vec<_> = std::fs::read_dir(files)
        .with_context(|| format!("{} cannot be read", files.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    paths.sort();
    let mut hasher = DefaultHasher::new();
    for path in paths {
        std::fs::read(path)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}
