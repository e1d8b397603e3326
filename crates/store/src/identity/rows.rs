//! Rows of the tables of identity.

use marketd_domain::Timestamp;
use marketd_domain::ledger::UserNo;

use crate::rows::RowError;
use crate::sandbox::{Cell, CellKind, Cells, Table, TableRow};

/// Not printed as a whole: the hash of a password is nobody's business.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRow {
    pub user: UserNo,
    pub name: String,
    pub password: String,
    pub role: String,
    pub is_disabled: bool,
    pub created: Timestamp,
    pub updated: Timestamp,
}

impl std::fmt::Debug for UserRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { user, name, password: _, role, is_disabled, created, updated } = self;
        f.debug_struct("UserRow")
            .field("user", user)
            .field("name", name)
            .field("role", role)
            .field("is_disabled", is_disabled)
            .field("created", created)
            .field("updated", updated)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRow {
    pub login_id: String,
    pub user: UserNo,
    pub generation: u32,
    pub address: String,
    pub created: Timestamp,
    pub expires: Timestamp,
    pub ended: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRow {
    pub key_id: String,
    pub user: UserNo,
    pub kind: String,
    pub label: String,
    pub scopes: String,
    pub account: Option<String>,
    /// Sealed, or public.
    pub material: String,
    pub created: Timestamp,
    pub expires: Option<Timestamp>,
    pub revoked: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub audit_id: String,
    pub ts: Timestamp,
    pub trace_id: String,
    pub address: String,
    pub user: Option<UserNo>,
    pub user_name: String,
    pub proof: String,
    pub action: String,
    pub target: String,
    pub status: u16,
    pub code: String,
}

fn int(value: impl Into<i64>) -> Cell {
    Cell::Int(Some(value.into()))
}

fn text(value: &str) -> Cell {
    Cell::Text(Some(value.to_owned()))
}

fn time(at: Timestamp) -> Cell {
    int(at.micros())
}

fn time_if(at: Option<Timestamp>) -> Cell {
    Cell::Int(at.map(Timestamp::micros))
}

trait MoreCells {
    fn time(&mut self) -> Result<Timestamp, RowError>;
    fn time_if(&mut self) -> Result<Option<Timestamp>, RowError>;
    fn user(&mut self) -> Result<UserNo, RowError>;
}

impl MoreCells for Cells {
    fn time(&mut self) -> Result<Timestamp, RowError> {
        Ok(Timestamp::from_micros(self.int()?))
    }

    fn time_if(&mut self) -> Result<Option<Timestamp>, RowError> {
        Ok(self.int_if()?.map(Timestamp::from_micros))
    }

    fn user(&mut self) -> Result<UserNo, RowError> {
        Ok(UserNo::new(self.number()?))
    }
}

impl TableRow for UserRow {
    const TABLE: &'static Table = &Table {
        name: "users",
        columns: &[
            ("user_no", CellKind::Int),
            ("name", CellKind::Text),
            ("password", CellKind::Text),
            ("role", CellKind::Text),
            ("is_disabled", CellKind::Int),
            ("created_us", CellKind::Int),
            ("updated_us", CellKind::Int),
        ],
        key_len: 1,
        is_replaced: false,
        kept: &[],
    };

    fn cells(&self) -> Vec<Cell> {
        vec![
            int(self.user.get()),
            text(&self.name),
            text(&self.password),
            text(&self.role),
            int(self.is_disabled),
            time(self.created),
            time(self.updated),
        ]
    }

    fn from_cells(mut cells: Cells) -> Result<Self, RowError> {
        Ok(Self {
            user: cells.user()?,
            name: cells.text()?,
            password: cells.text()?,
            role: cells.text()?,
            is_disabled: cells.int()? != 0,
            created: cells.time()?,
            updated: cells.time()?,
        })
    }
}

impl TableRow for LoginRow {
    const TABLE: &'static Table = &Table {
        name: "user_logins",
        columns: &[
            ("login_id", CellKind::Text),
            ("user_no", CellKind::Int),
            ("generation", CellKind::Int),
            ("address", CellKind::Text),
            ("created_us", CellKind::Int),
            ("expires_us", CellKind::Int),
            ("ended_us", CellKind::Int),
        ],
        key_len: 1,
        is_replaced: false,
        kept: &[],
    };

    fn cells(&self) -> Vec<Cell> {
        vec![
            text(&self.login_id),
            int(self.user.get()),
            int(self.generation),
            text(&self.address),
            time(self.created),
            time(self.expires),
            time_if(self.ended),
        ]
    }

    fn from_cells(mut cells: Cells) -> Result<Self, RowError> {
        Ok(Self {
            login_id: cells.text()?,
            user: cells.user()?,
            generation: cells.number()?,
            address: cells.text()?,
            created: cells.time()?,
            expires: cells.time()?,
            ended: cells.time_if()?,
        })
    }
}

impl TableRow for ApiKeyRow {
    const TABLE: &'static Table = &Table {
        name: "api_keys",
        columns: &[
            ("key_id", CellKind::Text),
            ("user_no", CellKind::Int),
            ("kind", CellKind::Text),
            ("label", CellKind::Text),
            ("scopes", CellKind::Text),
            ("account", CellKind::Text),
            ("material", CellKind::Text),
            ("created_us", CellKind::Int),
            ("expires_us", CellKind::Int),
            ("revoked_us", CellKind::Int),
        ],
        key_len: 1,
        is_replaced: false,
        kept: &[],
    };

    fn cells(&self) -> Vec<Cell> {
        vec![
            text(&self.key_id),
            int(self.user.get()),
            text(&self.kind),
            text(&self.label),
            text(&self.scopes),
            Cell::Text(self.account.clone()),
            text(&self.material),
            time(self.created),
            time_if(self.expires),
            time_if(self.revoked),
        ]
    }

    fn from_cells(mut cells: Cells) -> Result<Self, RowError> {
        Ok(Self {
            key_id: cells.text()?,
            user: cells.user()?,
            kind: cells.text()?,
            label: cells.text()?,
            scopes: cells.text()?,
            account: cells.text_if()?,
            material: cells.text()?,
            created: cells.time()?,
            expires: cells.time_if()?,
            revoked: cells.time_if()?,
        })
    }
}

impl TableRow for AuditRow {
    const TABLE: &'static Table = &Table {
        name: "audit",
        columns: &[
            ("audit_id", CellKind::Text),
            ("ts_us", CellKind::Int),
            ("trace_id", CellKind::Text),
            ("address", CellKind::Text),
            ("user_no", CellKind::Int),
            ("user_name", CellKind::Text),
            ("proof", CellKind::Text),
            ("action", CellKind::Text),
            ("target", CellKind::Text),
            ("status", CellKind::Int),
            ("code", CellKind::Text),
        ],
        key_len: 1,
        is_replaced: false,
        kept: &[],
    };

    fn cells(&self) -> Vec<Cell> {
        vec![
            text(&self.audit_id),
            time(self.ts),
            text(&self.trace_id),
            text(&self.address),
            Cell::Int(self.user.map(|user| user.get().into())),
            text(&self.user_name),
            text(&self.proof),
            text(&self.action),
            text(&self.target),
            int(self.status),
            text(&self.code),
        ]
    }

    fn from_cells(mut cells: Cells) -> Result<Self, RowError> {
        let number = |value: i64| RowError::out_of_range("number", value);
        Ok(Self {
            audit_id: cells.text()?,
            ts: cells.time()?,
            trace_id: cells.text()?,
            address: cells.text()?,
            user: (cells.int_if()?)
                .map(|value| u32::try_from(value).map(UserNo::new).map_err(|_| number(value)))
                .transpose()?,
            user_name: cells.text()?,
            proof: cells.text()?,
            action: cells.text()?,
            target: cells.text()?,
            status: {
                let value = cells.int()?;
                u16::try_from(value).map_err(|_| number(value))?
            },
            code: cells.text()?,
        })
    }
}
