//! What can go wrong with a store, told by what the caller has to do about it.
//!
//! Codes of both databases are mapped here and nowhere else. What is not known counts as [`Fault::Unavailable`]: it
//! keeps the rows, and only a clear refusal may cost any.

use core::fmt;

use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;

use crate::rows::RowError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Away, hung, overloaded or in a deadlock: keep the rows and try again. A write may have happened nevertheless.
    Unavailable,
    /// No room: keep the rows and try again when somebody has made some.
    Full,
    /// It answers, but takes nothing: keep the rows and try again.
    ReadOnly,
    /// The data is at fault: the same would be refused again.
    Refused,
    /// The tables are not those of this version: keep the rows; a person has to look.
    Schema,
    /// What is stored cannot be read back: keep the rows; a person has to look.
    Damaged,
}

impl Fault {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "store unavailable",
            Self::Full => "store full",
            Self::ReadOnly => "store is read-only",
            Self::Refused => "refused by the store",
            Self::Schema => "store has another schema",
            Self::Damaged => "store damaged",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{doing}: {fault}: {detail}")]
pub struct StoreError {
    fault: Fault,
    doing: &'static str,
    detail: String,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl StoreError {
    pub const fn fault(&self) -> Fault {
        self.fault
    }

    /// Whether the same call may succeed later without anybody changing the data or the tables.
    pub const fn is_retryable(&self) -> bool {
        matches!(self.fault, Fault::Unavailable | Fault::Full | Fault::ReadOnly)
    }

    /// Whether somebody else holds a SQLite file: that passes by itself.
    pub fn is_locked(&self) -> bool {
        let code = self.source.as_ref().and_then(|source| {
            let sqlx::Error::Database(error) = source.downcast_ref::<sqlx::Error>()? else { return None };
            error.try_downcast_ref::<sqlx::sqlite::SqliteError>()?;
            error.code()?.parse::<i32>().ok()
        });
        // SQLITE_BUSY, SQLITE_LOCKED
        code.is_some_and(|code| matches!(code & 0xff, 5 | 6))
    }

    /// What was stored is not what it should be.
    pub fn damaged(doing: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Fault::Damaged, doing, detail)
    }

    pub(crate) fn new(fault: Fault, doing: &'static str, detail: impl Into<String>) -> Self {
        Self { fault, doing, detail: detail.into(), source: None }
    }

    pub(crate) fn timed_out(doing: &'static str) -> Self {
        Self::new(Fault::Unavailable, doing, "no answer in time; it may have happened or not")
    }

    pub(crate) fn unreadable(doing: &'static str, error: RowError) -> Self {
        Self {
            fault: Fault::Damaged,
            doing,
            detail: format!("a stored row cannot be read: {error}"),
            source: Some(Box::new(error)),
        }
    }

    pub(crate) fn from_sqlx(doing: &'static str, error: sqlx::Error) -> Self {
        let detail = match &error {
            // The database's own words; sqlx puts a sentence in front that says no more.
            sqlx::Error::Database(database) => database.message().to_owned(),
            other => other.to_string(),
        };
        Self { fault: fault_of(&error), doing, detail, source: Some(Box::new(error)) }
    }

    pub(crate) fn from_migration(doing: &'static str, error: MigrateError) -> Self {
        let (fault, detail) = match &error {
            MigrateError::Execute(inner) | MigrateError::ExecuteMigration(inner, _) => {
                (fault_of(inner), error.to_string())
            }
            MigrateError::VersionMissing(version) => (
                Fault::Schema,
                format!(
                    "it has migration {version}, which this version of marketd does not know; use a newer one"
                ),
            ),
            MigrateError::VersionMismatch(version) => {
                (Fault::Schema, format!("its migration {version} is not the one of this version of marketd"))
            }
            _ => (Fault::Schema, error.to_string()),
        };
        Self { fault, doing, detail, source: Some(Box::new(error)) }
    }
}

/// A packed row is read after it was fetched.
impl From<RowError> for StoreError {
    fn from(error: RowError) -> Self {
        Self::unreadable("unpack a row", error)
    }
}

fn fault_of(error: &sqlx::Error) -> Fault {
    match error {
        sqlx::Error::Database(database) => fault_of_code(database.as_ref()),
        sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::Decode(_)
        | sqlx::Error::ColumnNotFound(_)
        | sqlx::Error::ColumnIndexOutOfBounds { .. } => Fault::Damaged,
        sqlx::Error::Encode(_) | sqlx::Error::Configuration(_) => Fault::Refused,
        _ => Fault::Unavailable,
    }
}

fn fault_of_code(error: &dyn DatabaseError) -> Fault {
    let Some(code) = error.code() else { return Fault::Unavailable };
    if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        return code.parse().map_or(Fault::Unavailable, fault_of_sqlite);
    }
    fault_of_postgres(&code)
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn fault_of_postgres(code: &str) -> Fault {
    match code {
        "53100" => Fault::Full,
        // read_only_sql_transaction, insufficient_privilege
        "25006" | "42501" => Fault::ReadOnly,
        // undefined or duplicate tables and columns, wrong types
        "42P01" | "42P07" | "42703" | "42701" | "42804" => Fault::Schema,
        // data_corrupted, index_corrupted
        "XX001" | "XX002" => Fault::Damaged,
        // check_violation: there are no checks, but a partition may vanish while it is written to.
        "23514" => Fault::Unavailable,
        _ if code.starts_with("22") || code.starts_with("23") => Fault::Refused,
        _ => Fault::Unavailable,
    }
}

/// <https://www.sqlite.org/rescode.html>: the low byte of an extended code is the primary one.
const fn fault_of_sqlite(code: i32) -> Fault {
    match code & 0xff {
        // SQLITE_ERROR: a statement that does not fit the tables.
        1 => Fault::Schema,
        // SQLITE_PERM, SQLITE_READONLY
        3 | 8 => Fault::ReadOnly,
        // SQLITE_CORRUPT, SQLITE_NOTADB
        11 | 26 => Fault::Damaged,
        13 => Fault::Full,
        // SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH
        18..=20 => Fault::Refused,
        _ => Fault::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_codes_say_what_to_do() {
        let check = |code: &str, fault: Fault| assert_eq!(fault_of_postgres(code), fault, "{code}");
        check("57P01", Fault::Unavailable); // admin_shutdown
        check("57014", Fault::Unavailable); // statement timeout
        check("53300", Fault::Unavailable); // too_many_connections
        check("40P01", Fault::Unavailable); // deadlock_detected
        check("28P01", Fault::Unavailable); // invalid_password: the rows are not at fault
        check("53100", Fault::Full);
        check("25006", Fault::ReadOnly);
        check("42501", Fault::ReadOnly);
        check("42P01", Fault::Schema);
        check("23505", Fault::Refused);
        check("23514", Fault::Unavailable); // no partition for the row
        check("22003", Fault::Refused);
        check("XX001", Fault::Damaged);
        check("ZZZZZ", Fault::Unavailable);
    }

    #[test]
    fn sqlite_codes_say_what_to_do() {
        let check = |code: i32, fault: Fault| assert_eq!(fault_of_sqlite(code), fault, "{code}");
        check(5, Fault::Unavailable); // busy
        check(261, Fault::Unavailable); // busy recovery
        check(10, Fault::Unavailable); // input/output error
        check(14, Fault::Unavailable); // cannot open
        check(13, Fault::Full);
        check(1032, Fault::ReadOnly); // the file was moved
        check(2067, Fault::Refused); // unique
        check(1, Fault::Schema);
        check(11, Fault::Damaged);
        check(26, Fault::Damaged);
    }

    #[test]
    fn only_what_may_pass_by_itself_is_tried_again() {
        let check = |fault: Fault, retryable: bool| {
            assert_eq!(StoreError::new(fault, "test", "").is_retryable(), retryable, "{fault}");
        };
        check(Fault::Unavailable, true);
        check(Fault::Full, true);
        check(Fault::ReadOnly, true);
        check(Fault::Refused, false);
        check(Fault::Schema, false);
        check(Fault::Damaged, false);
    }
}
