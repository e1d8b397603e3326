//! Partitions by time of the large tables: made when rows need them and ahead of time, dropped when all they may hold is
//! too old. Small partitions keep the key's tree of today in memory, and old rows go without being touched.

use std::collections::BTreeSet;

use marketd_domain::Timestamp;
use parking_lot::Mutex;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

use crate::Retention;
use crate::retention::{DAY_US, kept_from_us};

/// A table with partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Partitioned {
    Trades,
    Candles,
    Snapshots,
    Deltas,
}

impl Partitioned {
    const ALL: [Self; 4] = [Self::Trades, Self::Candles, Self::Snapshots, Self::Deltas];

    const fn table(self) -> &'static str {
        match self {
            Self::Trades => "trades",
            Self::Candles => "candles",
            Self::Snapshots => "snapshots",
            Self::Deltas => "deltas",
        }
    }

    /// Candles are fewer, and are kept for longer.
    const fn width_us(self) -> i64 {
        match self {
            Self::Trades | Self::Snapshots | Self::Deltas => DAY_US,
            Self::Candles => 7 * DAY_US,
        }
    }

    const fn kept_days(self, retention: &Retention) -> Option<u32> {
        match self {
            Self::Trades => retention.trades_days,
            Self::Candles => retention.candles_days,
            Self::Snapshots => retention.snapshots_days,
            Self::Deltas => retention.deltas_days,
        }
    }
}

/// Partitions made ahead, the one of today included.
const AHEAD: i64 = 3;

/// Held while partitions are made, so that two nodes do not make the same one. The number is ours: "marketdp".
const LOCK: i64 = i64::from_be_bytes(*b"marketdp");

/// One partition: its table and how many of its widths it begins after the epoch.
type Period = (Partitioned, i64);

/// The partitions that are known to be there. One entry for each day that was ever written to.
#[derive(Debug, Default)]
pub(super) struct Partitions {
    known: Mutex<BTreeSet<Period>>,
}

impl Partitions {
    /// Makes sure that rows of these times have a place.
    pub(super) async fn ensure(
        &self,
        connection: &mut PgConnection,
        table: Partitioned,
        times: impl Iterator<Item = Timestamp> + Send,
    ) -> Result<(), sqlx::Error> {
        self.make(connection, self.unknown_of(table, times)).await.map(|_| ())
    }

    fn unknown_of(&self, table: Partitioned, times: impl Iterator<Item = Timestamp>) -> BTreeSet<Period> {
        let known = self.known.lock();
        let mut unknown = BTreeSet::new();
        let mut last = None;
        for at in times {
            let period = (table, at.micros().div_euclid(table.width_us()));
            // Nearly all rows of a batch are of one day.
            if last != Some(period) && !known.contains(&period) {
                unknown.insert(period);
            }
            last = Some(period);
        }
        unknown
    }

    /// Makes the partitions of the days to come, and returns the names of those that were not there.
    pub(super) async fn ahead(
        &self,
        connection: &mut PgConnection,
        now: Timestamp,
    ) -> Result<Vec<String>, sqlx::Error> {
        let mut periods = BTreeSet::new();
        for table in Partitioned::ALL {
            let first = now.micros().div_euclid(table.width_us());
            periods.extend((first..first + AHEAD).map(|number| (table, number)));
        }
        self.make(connection, periods).await
    }

    async fn make(
        &self,
        connection: &mut PgConnection,
        periods: BTreeSet<Period>,
    ) -> Result<Vec<String>, sqlx::Error> {
        let mut created = Vec::new();
        if periods.is_empty() {
            return Ok(created);
        }
        let mut transaction = connection.begin().await?;
        sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
        for (table, number) in &periods {
            let name = name_of(*table, *number);
            let is_there: bool = sqlx::query_scalar("select to_regclass($1) is not null")
                .bind(&name)
                .fetch_one(&mut *transaction)
                .await?;
            if !is_there {
                sqlx::raw_sql(AssertSqlSafe(definition(*table, *number, &name)))
                    .execute(&mut *transaction)
                    .await?;
                created.push(name);
            }
        }
        transaction.commit().await?;
        self.known.lock().extend(periods);
        Ok(created)
    }

    /// Partitions may have been dropped, by us or by another node.
    pub(super) fn forget(&self) {
        self.known.lock().clear();
    }
}

/// Making a table and attaching it lets others read and write meanwhile; `partition of` would stop them. The text is
/// made of names and numbers of ours.
fn definition(table: Partitioned, number: i64, name: &str) -> String {
    let (parent, width) = (table.table(), table.width_us());
    let (from, to) = (number * width, (number + 1) * width);
    format!(
        "create table {name} (like {parent} including all);
         alter table {parent} attach partition {name} for values from ({from}) to ({to})"
    )
}

/// The table and the day that the partition begins with: `trades_20261121`.
fn name_of(table: Partitioned, number: i64) -> String {
    let days = number * (table.width_us() / DAY_US);
    let (year, month, day) = civil_from_days(days);
    format!("{}_{year:04}{month:02}{day:02}", table.table())
}

/// The date of a day since 1970-01-01, in the proleptic Gregorian calendar. The year is taken to start in March, so
/// that the leap day is its last day.
const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// Whether a row had no place to go to: check_violation, which nothing else here can raise.
pub(super) fn is_missing<T>(result: &Result<T, sqlx::Error>) -> bool {
    let Err(sqlx::Error::Database(error)) = result else { return false };
    error.code().as_deref() == Some("23514")
}

/// The upper bound is read from the catalog: it says what a partition may hold, its name does not.
const ENDED: &str = r"
    select child.relname::text
    from pg_inherits
    join pg_class as child on child.oid = pg_inherits.inhrelid
    where pg_inherits.inhparent = to_regclass($1)
        and substring(pg_get_expr(child.relpartbound, child.oid) from 'TO \(''(-?\d+)''\)')::bigint <= $2
    order by child.relname";

/// The names of the partitions that hold nothing to be kept.
pub(super) async fn expired(
    connection: &mut PgConnection,
    now: Timestamp,
    retention: &Retention,
) -> Result<Vec<String>, sqlx::Error> {
    let mut names = Vec::new();
    for table in Partitioned::ALL {
        if let Some(kept_from) = kept_from_us(now, table.kept_days(retention)) {
            let found: Vec<String> = sqlx::query_scalar(ENDED)
                .bind(table.table())
                .bind(kept_from)
                .fetch_all(&mut *connection)
                .await?;
            names.extend(found);
        }
    }
    Ok(names)
}

/// Waits for readers of the table for a moment only, since everybody else waits behind us: another time will do.
pub(super) async fn drop(connection: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("begin; set local lock_timeout = '1s'").await?;
    // The name comes from the catalog, and only from below a table of ours; quoted all the same.
    let quoted = name.replace('"', "\"\"");
    let statement = format!("drop table if exists \"{quoted}\"");
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *transaction).await?;
    transaction.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_named_by_their_first_day() {
        let check = |table: Partitioned, rfc3339: &str, name: &str| {
            let at = Timestamp::parse_rfc3339(rfc3339).expect("valid").micros();
            assert_eq!(name_of(table, at.div_euclid(table.width_us())), name);
        };
        check(Partitioned::Trades, "2026-11-21T23:59:59Z", "trades_20261121");
        check(Partitioned::Snapshots, "2000-02-29T00:00:00Z", "snapshots_20000229");
        check(Partitioned::Trades, "2100-03-01T00:00:00Z", "trades_21000301");
        // Weeks are counted from the epoch, a Thursday.
        check(Partitioned::Candles, "1970-01-07T12:00:00Z", "candles_19700101");
        check(Partitioned::Candles, "2026-11-21T00:00:00Z", "candles_20261119");
    }

    #[test]
    fn only_days_that_are_not_known_are_made() {
        let partitions = Partitions::default();
        let days = |numbers: &[i64]| {
            let times: Vec<Timestamp> =
                numbers.iter().map(|day| Timestamp::from_micros(day * DAY_US + 5)).collect();
            let unknown = partitions.unknown_of(Partitioned::Trades, times.into_iter());
            unknown.into_iter().map(|(_, number)| number).collect::<Vec<_>>()
        };
        assert_eq!(days(&[20_000, 20_000, 20_001, 20_000]), [20_000, 20_001]);
        partitions.known.lock().insert((Partitioned::Trades, 20_000));
        assert_eq!(days(&[20_000, 20_001, 20_000]), [20_001]);
        partitions.forget();
        assert_eq!(days(&[20_000]), [20_000]);
    }
}
