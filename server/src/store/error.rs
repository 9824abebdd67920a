//! What can go wrong in storage, said the same way for SQLite and PostgreSQL.
//!
//! Constraint names agree on both sides: `<table>_pkey`, `<table>_<columns>_unique`, the written name of a CHECK,
//! `<table>_append_only` for a refused change of kept bytes.

use std::path::PathBuf;

use ploughshare_core::audit::{ProofError, TreeError};
use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;
use sqlx::postgres::PgDatabaseError;

/// Shorthand for everything in this room.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// A failure of storage. Codes are stable; see [`StoreError::code`].
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached or opened.
    #[error("the database cannot be reached: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// Somebody else held the lock for too long, or two transactions crossed. Trying again is right.
    #[error("the database is busy: {0}")]
    Busy(#[source] sqlx::Error),
    /// No room is left on the disk.
    #[error("the disk of the database is full: {0}")]
    Full(#[source] sqlx::Error),
    /// The database, or something kept in it, is not what was written.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// A constraint refused the rows.
    #[error("constraint {name} refused the row")]
    Constraint {
        /// Its name, equal on both databases.
        name: String,
        /// Its kind.
        kind: ConstraintKind,
    },
    /// The database was made by a newer build.
    #[error("the {database} database has migration {version}, which this build does not know; use the newer build")]
    SchemaNewer {
        /// `feed` or `register`.
        database: &'static str,
        /// The unknown migration.
        version: i64,
    },
    /// A migration that was applied differs from the one in this build.
    #[error("migration {version} of the {database} database differs from the one this build holds")]
    SchemaChanged {
        /// `feed` or `register`.
        database: &'static str,
        /// The migration that differs.
        version: i64,
    },
    /// A migration failed.
    #[error("the {database} database could not be migrated: {source}")]
    Schema {
        /// `feed` or `register`.
        database: &'static str,
        /// Why.
        source: Box<MigrateError>,
    },
    /// A column held another type than the caller asked for.
    #[error("column {column} is {found}, not {expected}")]
    Type {
        /// Index of the column in the row.
        column: usize,
        /// What the caller wanted.
        expected: &'static str,
        /// What was there.
        found: String,
    },
    /// A bulk insert was given rows that do not fit its columns.
    #[error("rows for {table} do not fit: {reason}")]
    Shape {
        /// The table.
        table: String,
        /// Why they do not fit.
        reason: &'static str,
    },
    /// A partial serial is too short to be looked up.
    #[error("at least {least} characters are needed to search inside serials, {given} given")]
    FragmentTooShort {
        /// The least number of characters.
        least: usize,
        /// The characters given.
        given: usize,
    },
    /// The data directory or a file in it cannot be used.
    #[error("{path}: {source}", path = path.display())]
    Path {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database address makes no sense.
    #[error("database address: {0}")]
    Address(String),
    /// This database is backed up with its own tools.
    #[error("a PostgreSQL database is backed up with pg_dump or a base backup, not with this command")]
    BackupElsewhere,
    /// A Merkle log has no such leaf or head, or lacks a hash it needs.
    #[error(transparent)]
    Log(#[from] ProofError),
    /// Any other refusal of a statement: a fault of this program.
    #[error("the database refused a statement: {0}")]
    Query(#[source] sqlx::Error),
}

/// The kinds of constraint a row can meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintKind {
    /// Primary key or UNIQUE.
    Unique,
    /// CHECK.
    Check,
    /// FOREIGN KEY. SQLite does not say which; the name is then `foreign_key`.
    ForeignKey,
    /// NOT NULL; the name is then `<table>.<column>`.
    NotNull,
    /// A table whose rows are kept as they came.
    AppendOnly,
}

impl StoreError {
    /// The stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "store.unavailable",
            Self::Busy(_) => "store.busy",
            Self::Full(_) => "store.full",
            Self::Corrupt(_) => "store.corrupt",
            Self::Constraint { .. } => "store.constraint",
            Self::SchemaNewer { .. } => "store.schema_newer",
            Self::SchemaChanged { .. } => "store.schema_changed",
            Self::Schema { .. } => "store.schema",
            Self::Type { .. } => "store.type",
            Self::Shape { .. } => "store.shape",
            Self::FragmentTooShort { .. } => "store.fragment_too_short",
            Self::Path { .. } => "store.path",
            Self::Address(_) => "store.address",
            Self::BackupElsewhere => "store.backup_elsewhere",
            Self::Log(error) => error.code(),
            Self::Query(_) => "store.query",
        }
    }

    /// Whether the same transaction may succeed when run again.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Unavailable(_))
    }

    /// Whether this is the named constraint.
    pub fn is_constraint(&self, wanted: &str) -> bool {
        matches!(self, Self::Constraint { name, .. } if name == wanted)
    }

    /// Whether a unique key refused the row.
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::Constraint { kind: ConstraintKind::Unique, .. })
    }

    pub(crate) fn from_migration(database: &'static str, error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) => Self::SchemaNewer { database, version },
            MigrateError::VersionMismatch(version) => Self::SchemaChanged { database, version },
            MigrateError::Execute(error) => Self::from(error),
            other => Self::Schema { database, source: Box::new(other) },
        }
    }
}

impl From<TreeError> for StoreError {
    fn from(error: TreeError) -> Self {
        Self::Log(error.into())
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy(error),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => Self::Unavailable(error),
            sqlx::Error::Database(inner) => {
                let verdict = match inner.try_downcast_ref::<PgDatabaseError>() {
                    Some(pg) => judge_postgres(pg),
                    None => judge_sqlite(inner.as_ref()),
                };
                verdict.into_error(error)
            }
            _ => Self::Query(error),
        }
    }
}

enum Verdict {
    Unavailable,
    Busy,
    Full,
    Corrupt(String),
    Constraint(ConstraintKind, String),
    Query,
}

impl Verdict {
    fn into_error(self, error: sqlx::Error) -> StoreError {
        match self {
            Self::Unavailable => StoreError::Unavailable(error),
            Self::Busy => StoreError::Busy(error),
            Self::Full => StoreError::Full(error),
            Self::Corrupt(what) => StoreError::Corrupt(what),
            Self::Constraint(kind, name) => StoreError::Constraint { name, kind },
            Self::Query => StoreError::Query(error),
        }
    }
}

/// SQLSTATE, see the PostgreSQL manual, appendix A.
fn judge_postgres(error: &PgDatabaseError) -> Verdict {
    let named = |kind| Verdict::Constraint(kind, error.constraint().unwrap_or_default().to_owned());
    match error.code() {
        "23505" => named(ConstraintKind::Unique),
        "23514" => named(ConstraintKind::Check),
        "23503" => named(ConstraintKind::ForeignKey),
        "23001" => named(ConstraintKind::AppendOnly),
        "23502" => Verdict::Constraint(
            ConstraintKind::NotNull,
            format!("{}.{}", error.table().unwrap_or_default(), error.column().unwrap_or_default()),
        ),
        "40001" | "40P01" | "55P03" => Verdict::Busy,
        "53100" => Verdict::Full,
        "53300" => Verdict::Unavailable,
        code if code.starts_with("08")
            || code.starts_with("57P")
            || code.starts_with("28")
            || code.starts_with("3D") =>
        {
            Verdict::Unavailable
        }
        code if code.starts_with("XX00") => Verdict::Corrupt(error.message().to_owned()),
        _ => Verdict::Query,
    }
}

/// Extended result codes, see sqlite.org/rescode.html. The low byte is the primary code.
fn judge_sqlite(error: &dyn DatabaseError) -> Verdict {
    let code = error.code().and_then(|code| code.parse::<i64>().ok()).unwrap_or_default();
    let message = error.message();
    let after = |prefix: &str| message.split_once(prefix).map_or(message, |(_, rest)| rest).trim().to_owned();
    match code {
        1555 => {
            let columns = after("constraint failed:");
            let table = columns.split('.').next().unwrap_or_default();
            Verdict::Constraint(ConstraintKind::Unique, format!("{table}_pkey"))
        }
        2067 => Verdict::Constraint(ConstraintKind::Unique, unique_name(&after("constraint failed:"))),
        275 => Verdict::Constraint(ConstraintKind::Check, after("constraint failed:")),
        787 => Verdict::Constraint(ConstraintKind::ForeignKey, "foreign_key".to_owned()),
        1299 => Verdict::Constraint(ConstraintKind::NotNull, after("constraint failed:")),
        1811 => Verdict::Constraint(ConstraintKind::AppendOnly, message.to_owned()),
        _ => match code & 0xff {
            5 | 6 => Verdict::Busy,
            10 | 14 => Verdict::Unavailable,
            11 | 26 => Verdict::Corrupt(message.to_owned()),
            13 => Verdict::Full,
            _ => Verdict::Query,
        },
    }
}

/// `segment.operation, segment.hash` → `segment_operation_hash_unique`.
fn unique_name(columns: &str) -> String {
    let mut name = String::new();
    for (position, column) in columns.split(", ").enumerate() {
        let (table, column) = column.split_once('.').unwrap_or(("", column));
        if position == 0 {
            name.push_str(table);
        }
        name.push('_');
        name.push_str(column);
    }
    name.push_str("_unique");
    name
}
