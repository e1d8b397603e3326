//! Tables described once for both databases: columns, keys, and rows as cells. The statements follow from that.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::rows::RowError;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellKind {
    Int,
    Text,
    /// An integer that may not fit 64 bits: numeric, or text in SQLite.
    Wide,
    Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Cell {
    Int(Option<i64>),
    Text(Option<String>),
    Wide(Option<i128>),
    Bytes(Option<Vec<u8>>),
}

/// A table whose rows are replaced by their key.
#[derive(Debug)]
pub(crate) struct Table {
    pub name: &'static str,
    /// The key's columns first.
    pub columns: &'static [(&'static str, CellKind)],
    pub key_len: usize,
    /// Whether a row of the same key is replaced, or stays.
    pub is_replaced: bool,
    /// Columns that stay as they were first written, also where the row is replaced.
    pub kept: &'static [&'static str],
}

impl Table {
    fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.columns.iter().map(|(name, _)| *name)
    }

    pub fn on_conflict(&self) -> String {
        let key: Vec<&str> = self.names().take(self.key_len).collect();
        let key = key.join(", ");
        if !self.is_replaced {
            return format!("on conflict ({key}) do nothing");
        }
        let set: Vec<String> = (self.names().skip(self.key_len).filter(|name| !self.kept.contains(name)))
            .map(|name| format!("{name} = excluded.{name}"))
            .collect();
        format!("on conflict ({key}) do update set {}", set.join(", "))
    }

    /// For Postgres: a parameter a column, each an array. Of two rows with one key only the last may be in it.
    pub fn unnested(&self) -> String {
        let names: Vec<&str> = self.names().collect();
        let arrays: Vec<String> = (1..)
            .zip(self.columns)
            .map(|(number, (_, kind))| match kind {
                CellKind::Int => format!("${number}::bigint[]"),
                CellKind::Text => format!("${number}::text[]"),
                CellKind::Wide => format!("${number}::text[]::numeric[]"),
                CellKind::Bytes => format!("${number}::bytea[]"),
            })
            .collect();
        let (table, names, arrays) = (self.name, names.join(", "), arrays.join(", "));
        format!("insert into {table} ({names}) select * from unnest({arrays}) {}", self.on_conflict())
    }

    /// For SQLite: a parameter a value, for so many rows.
    pub fn inserted(&self, rows: usize) -> String {
        let names: Vec<&str> = self.names().collect();
        let values = format!("({})", vec!["?"; names.len()].join(", "));
        let values = vec![values.as_str(); rows].join(", ");
        format!("insert into {} ({}) values {values} {}", self.name, names.join(", "), self.on_conflict())
    }

    /// The columns of a select, as cells are read: wide ones as text.
    pub fn selected(&self, is_postgres: bool) -> String {
        let column = |(name, kind): &(&'static str, CellKind)| match kind {
            CellKind::Wide if is_postgres => format!("{name}::text"),
            _ => (*name).to_owned(),
        };
        let columns: Vec<String> = self.columns.iter().map(column).collect();
        format!("select {} from {}", columns.join(", "), self.name)
    }
}

/// A value that is bound to a statement.
#[derive(Debug, Clone)]
pub(crate) enum Arg {
    Int(i64),
    Text(String),
}

/// Rows of one table, to be written together.
pub(crate) struct TableBatch {
    pub table: &'static Table,
    pub rows: Vec<Vec<Cell>>,
}

impl TableBatch {
    /// Of rows with one key the last is kept: a statement may meet each key once.
    pub fn of<R: TableRow>(rows: &[R]) -> Self {
        let key_len = R::TABLE.key_len;
        let mut place_of = HashMap::with_capacity(rows.len());
        let mut kept: Vec<Vec<Cell>> = Vec::with_capacity(rows.len());
        for row in rows {
            let cells = row.cells();
            match place_of.entry(cells[..key_len].to_vec()) {
                Entry::Occupied(place) => kept[*place.get()] = cells,
                Entry::Vacant(place) => {
                    place.insert(kept.len());
                    kept.push(cells);
                }
            }
        }
        Self { table: R::TABLE, rows: kept }
    }
}

/// A row of a [`Table`].
pub(crate) trait TableRow: Sized + Sync {
    const TABLE: &'static Table;

    /// In the order of the columns.
    fn cells(&self) -> Vec<Cell>;
    fn from_cells(cells: Cells) -> Result<Self, RowError>;
}

/// Cells that are taken one after the other.
pub(crate) struct Cells(pub std::vec::IntoIter<Cell>);

const MISFIT: RowError = RowError::Packed;

impl Cells {
    pub fn int_if(&mut self) -> Result<Option<i64>, RowError> {
        match self.0.next() {
            Some(Cell::Int(value)) => Ok(value),
            _ => Err(MISFIT),
        }
    }

    pub fn int(&mut self) -> Result<i64, RowError> {
        self.int_if()?.ok_or(MISFIT)
    }

    /// A number that is not below zero.
    pub fn count(&mut self) -> Result<u64, RowError> {
        let value = self.int()?;
        u64::try_from(value).map_err(|_| RowError::out_of_range("number", value))
    }

    pub fn number(&mut self) -> Result<u32, RowError> {
        let value = self.int()?;
        u32::try_from(value).map_err(|_| RowError::out_of_range("number", value))
    }

    pub fn text_if(&mut self) -> Result<Option<String>, RowError> {
        match self.0.next() {
            Some(Cell::Text(value)) => Ok(value),
            _ => Err(MISFIT),
        }
    }

    pub fn text(&mut self) -> Result<String, RowError> {
        self.text_if()?.ok_or(MISFIT)
    }

    pub fn wide_if(&mut self) -> Result<Option<i128>, RowError> {
        match self.0.next() {
            Some(Cell::Wide(value)) => Ok(value),
            _ => Err(MISFIT),
        }
    }

    pub fn wide(&mut self) -> Result<i128, RowError> {
        self.wide_if()?.ok_or(MISFIT)
    }

    pub fn bytes(&mut self) -> Result<Vec<u8>, RowError> {
        match self.0.next() {
            Some(Cell::Bytes(Some(value))) => Ok(value),
            _ => Err(MISFIT),
        }
    }
}
