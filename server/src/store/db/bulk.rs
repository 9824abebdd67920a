//! Many rows in few statements.
//!
//! SQLite: `VALUES (?,…),(?,…)` in chunks of a power of two, because `$N` is quadratic there and because few distinct
//! texts keep the statement cache useful. PostgreSQL: one `unnest` of arrays a chunk, whose text does not depend on
//! the number of rows.

use std::collections::BTreeMap;

use sqlx::Arguments as _;
use sqlx::postgres::PgArguments;

use super::value::{Val, encoding};
use crate::store::error::{Result, StoreError};

/// What to do with a row whose key is there already.
#[derive(Debug, Clone, Copy)]
pub(super) enum OnConflict<'a> {
    Fail,
    Nothing,
    Update { keys: &'a [&'a str] },
}

// A prepared statement of many rows is itself large; beyond this more rows buy next to nothing.
const SQLITE_VARIABLES: usize = 2048;
const SQLITE_ROWS: usize = 32;
const POSTGRES_ROWS: usize = 8192;
const CHUNK_BYTES: usize = 8 * 1024 * 1024;

/// Names come from the program; they are checked all the same, because they are put into the statement's text.
pub(super) fn check(table: &str, columns: &[&str], keys: &[&str], rows: &[Vec<Val>]) -> Result<()> {
    let shape = |reason| Err(StoreError::Shape { table: table.to_owned(), reason });
    let plain = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    if !plain(table) || columns.is_empty() || !columns.iter().all(|column| plain(column)) {
        return shape("a name is not lower-case letters, digits and underscores");
    }
    if !keys.iter().all(|key| columns.contains(key)) {
        return shape("a key column is not among the columns");
    }
    if rows.iter().any(|row| row.len() != columns.len()) {
        return shape("a row has another number of values than there are columns");
    }
    Ok(())
}

/// Keeps the last row of each key, in key order: a batch that names a row twice means its last word, and
/// a steady order keeps two writers from waiting for each other.
pub(super) fn last_of_each_key(columns: &[&str], keys: &[&str], rows: Vec<Vec<Val>>) -> Vec<Vec<Val>> {
    let positions: Vec<usize> = keys.iter().filter_map(|key| columns.iter().position(|column| column == key)).collect();
    let mut kept = BTreeMap::new();
    for row in rows {
        let key: Vec<Val> = positions.iter().filter_map(|position| row.get(*position).cloned()).collect();
        kept.insert(key, row);
    }
    kept.into_values().collect()
}

/// Splits rows into runs that fit one statement.
pub(super) struct Chunks {
    rows: std::vec::IntoIter<Vec<Val>>,
    most: usize,
    powers: bool,
}

impl Chunks {
    pub(super) fn sqlite(columns: usize, rows: Vec<Vec<Val>>) -> Self {
        let most = (SQLITE_VARIABLES / columns.max(1)).clamp(1, SQLITE_ROWS);
        Self { rows: rows.into_iter(), most, powers: true }
    }

    pub(super) fn postgres(rows: Vec<Vec<Val>>) -> Self {
        Self { rows: rows.into_iter(), most: POSTGRES_ROWS, powers: false }
    }
}

impl Iterator for Chunks {
    type Item = Vec<Vec<Val>>;

    fn next(&mut self) -> Option<Self::Item> {
        let left = self.rows.as_slice();
        let mut bytes = 0usize;
        let mut take = 0usize;
        for row in left.iter().take(self.most) {
            bytes = bytes.saturating_add(row.iter().map(Val::weight).sum());
            if take > 0 && bytes > CHUNK_BYTES {
                break;
            }
            take += 1;
        }
        if take == 0 {
            return None;
        }
        if self.powers {
            take = 1usize << take.ilog2();
        }
        Some(self.rows.by_ref().take(take).collect())
    }
}

fn conflict_clause(columns: &[&str], on_conflict: OnConflict<'_>) -> String {
    match on_conflict {
        OnConflict::Fail => String::new(),
        OnConflict::Nothing => " on conflict do nothing".to_owned(),
        OnConflict::Update { keys } => {
            let sets: Vec<String> = columns
                .iter()
                .filter(|column| !keys.contains(column))
                .map(|column| format!("{column} = excluded.{column}"))
                .collect();
            if sets.is_empty() {
                format!(" on conflict ({}) do nothing", keys.join(", "))
            } else {
                format!(" on conflict ({}) do update set {}", keys.join(", "), sets.join(", "))
            }
        }
    }
}

pub(super) fn sqlite_text(table: &str, columns: &[&str], rows: usize, on_conflict: OnConflict<'_>) -> String {
    let tuple = format!("({})", vec!["?"; columns.len()].join(","));
    format!(
        "insert into {table} ({}) values {}{}",
        columns.join(", "),
        vec![tuple.as_str(); rows].join(","),
        conflict_clause(columns, on_conflict)
    )
}

/// The statement and its arrays. A column with nothing but nulls is written as a literal, so that it needs no type.
pub(super) fn postgres_statement(
    table: &str,
    columns: &[&str],
    rows: Vec<Vec<Val>>,
    on_conflict: OnConflict<'_>,
) -> Result<(String, PgArguments)> {
    let count = rows.len();
    let mut arrays: Vec<Vec<Val>> = columns.iter().map(|_| Vec::with_capacity(count)).collect();
    for row in rows {
        for (array, value) in arrays.iter_mut().zip(row) {
            array.push(value);
        }
    }
    let mut arguments = PgArguments::default();
    let (mut outputs, mut inputs, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for (position, array) in arrays.into_iter().enumerate() {
        let Some(kind) = array.iter().find(|value| **value != Val::Null) else {
            outputs.push("null".to_owned());
            continue;
        };
        let (added, array_type) = match kind {
            Val::Int(_) => (arguments.add(typed(table, array, Val::into_int)?), "bigint[]"),
            Val::Text(_) => (arguments.add(typed(table, array, Val::into_text)?), "text[]"),
            Val::Bytes(_) | Val::Null => (arguments.add(typed(table, array, Val::into_bytes)?), "bytea[]"),
        };
        added.map_err(encoding)?;
        inputs.push(format!("${}::{array_type}", inputs.len() + 1));
        names.push(format!("c{position}"));
        outputs.push(format!("r.c{position}"));
    }
    if inputs.is_empty() {
        arguments.add(i64::try_from(count).unwrap_or(i64::MAX)).map_err(encoding)?;
    }
    let source = if inputs.is_empty() {
        "generate_series(1, $1::bigint) as r".to_owned()
    } else {
        format!("unnest({}) as r({})", inputs.join(", "), names.join(", "))
    };
    let sql = format!(
        "insert into {table} ({}) select {} from {source}{}",
        columns.join(", "),
        outputs.join(", "),
        conflict_clause(columns, on_conflict)
    );
    Ok((sql, arguments))
}

fn typed<T>(table: &str, array: Vec<Val>, read: fn(Val) -> Option<T>) -> Result<Vec<Option<T>>> {
    let mixed = || StoreError::Shape { table: table.to_owned(), reason: "a column has values of two types" };
    array
        .into_iter()
        .map(|value| if value == Val::Null { Ok(None) } else { read(value).map(Some).ok_or_else(mixed) })
        .collect()
}
