//! The file under a spool: how it is opened, checked, and set aside.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::sqlite::file_options;
use crate::{Fault, StoreError};

/// The writer waits for a reader from outside at most so long.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A file that could not be used: it lies beside the new one, and how many rows it held is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    pub path: PathBuf,
    pub reason: String,
}

pub(super) fn options_of(path: &Path) -> SqliteConnectOptions {
    file_options(SqliteConnectOptions::new().filename(path), BUSY_TIMEOUT)
}

/// A spool is small, so that it can be read as a whole each time it is opened.
pub(super) async fn check(path: &Path) -> Result<(), StoreError> {
    const DOING: &str = "check the spool";
    if !path.exists() {
        return Ok(());
    }
    let check = async {
        let mut connection = options_of(path).connect().await?;
        let found: String = sqlx::query_scalar("pragma quick_check(1)").fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(found)
    };
    match check.await {
        Ok(found) if found == "ok" => Ok(()),
        Ok(found) => Err(StoreError::new(Fault::Damaged, DOING, found)),
        Err(error) => Err(StoreError::from_sqlx(DOING, error)),
    }
}

/// With its log and index, which belong to it and must not meet the new file.
pub(super) fn move_aside(path: &Path, error: &StoreError) -> Result<SetAside, StoreError> {
    let with_suffix = |path: &Path, suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let mut nth = 1;
    let aside = loop {
        let aside = with_suffix(path, &format!(".damaged-{nth}"));
        if !aside.exists() {
            break aside;
        }
        nth += 1;
    };
    for suffix in ["", "-wal", "-shm"] {
        let from = with_suffix(path, suffix);
        if from.exists() {
            std::fs::rename(&from, with_suffix(&aside, suffix)).map_err(|error| {
                StoreError::new(Fault::Unavailable, "set the spool aside", error.to_string())
            })?;
        }
    }
    Ok(SetAside { path: aside, reason: error.to_string() })
}
