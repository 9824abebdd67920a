//! Rebuilding the register from what was said: into fresh tables beside the live ones, compared row for row.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::app::App;
use crate::projection::{ProjectionError, Projector, Stepped};
use crate::store::schema::{self, Table};
use crate::store::{Db, Row, Store, StoreError, Val};

/// Rows compared at a time.
const PAGE: u32 = 2_000;
/// Most differing rows named for a table; the count goes on.
const MOST_NAMED: usize = 20;

/// What the comparison found.
#[derive(Debug, Clone, Serialize)]
pub struct RebuildReport {
    /// Segments replayed.
    pub segments: u64,
    /// Entries replayed.
    pub entries: u64,
    /// Table by table.
    pub tables: Vec<TableReport>,
}

/// One table compared.
#[derive(Debug, Clone, Serialize)]
pub struct TableReport {
    /// Its name.
    pub name: &'static str,
    /// Rows in the live register.
    pub live: u64,
    /// Rows in the rebuilt one.
    pub rebuilt: u64,
    /// Rows that are not the same, place by place in key order.
    pub differing: u64,
    /// The first of them.
    pub rows: Vec<DifferingRow>,
}

/// A row that is not what the statements add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DifferingRow {
    /// Its key, as `column=value`, joined by spaces.
    pub key: String,
    /// The columns that differ; none when the row is only here, or only in what was rebuilt.
    pub columns: Vec<String>,
}

impl RebuildReport {
    /// Whether live and rebuilt are the same, row for row.
    pub fn is_equal(&self) -> bool {
        self.tables.iter().all(|t| t.differing == 0 && t.live == t.rebuilt)
    }
}

/// Why the check could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RebuildError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The replay stopped.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
}

impl RebuildError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Projection(error) => error.code(),
        }
    }
}

/// Replays everything up to where the live register is into fresh tables and compares them. The live register is only read.
/// `progress` is told leaves done and leaves in all.
pub async fn check(app: &App, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<RebuildReport, RebuildError> {
    let scratch = Store::open_register_at(&app.settings.target, "check").await?;
    let compared = replay_and_compare(app, &scratch.register, progress).await;
    Store::drop_scratch(scratch).await?;
    compared
}

/// Empties the register and makes it again from what was said.
pub async fn rebuild(app: &App, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<(u64, u64), RebuildError> {
    let mut tx = app.store.register.begin_write().await?;
    for table in schema::REGISTER.iter().rev().filter(|table| table.name != "projection_head") {
        tx.execute(sqlx::AssertSqlSafe(format!("delete from {}", table.name)), &[]).await?;
    }
    tx.execute("update projection_head set seq = 0 where id = 1", &[]).await?;
    tx.commit().await?;
    let all = app.store.feed.query_one("select coalesce(max(leaf_index), -1) + 1 from segment", &[]).await?;
    let all = all.map(|row| row.uint(0)).transpose()?.unwrap_or(0);
    let mut projector = Projector::new(app.store.register.clone());
    while projector.step(app).await? == Stepped::On {
        progress(projector.next_leaf(), all);
    }
    Ok((projector.segments, projector.entries))
}

async fn replay_and_compare(
    app: &App,
    scratch: &Db,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<RebuildReport, RebuildError> {
    // One moment of the live register, however long the replay takes.
    let mut live = app.store.register.begin_read().await?;
    let until = live.query_one("select seq from projection_head where id = 1", &[]).await?;
    let until = until.map(|row| row.uint(0)).transpose()?.unwrap_or(0);
    let mut projector = Projector::new(scratch.clone()).until(until);
    while projector.step(app).await? == Stepped::On {
        progress(projector.next_leaf(), until);
    }
    let mut tables = Vec::new();
    for table in schema::REGISTER {
        tables.push(compare(app, &mut live, scratch, table).await?);
    }
    live.rollback().await?;
    Ok(RebuildReport { segments: projector.segments, entries: projector.entries, tables })
}

async fn compare(
    app: &App,
    live: &mut crate::store::Tx,
    scratch: &Db,
    table: &Table,
) -> Result<TableReport, RebuildError> {
    let mut report = TableReport { name: table.name, live: 0, rebuilt: 0, differing: 0, rows: Vec::new() };
    let mut skip = 0;
    loop {
        let (columns, ours) = schema::page(&mut *live, &app.store.register, table, skip, PAGE).await?;
        let (_, theirs) = schema::page(scratch, scratch, table, skip, PAGE).await?;
        report.live += ours.len() as u64;
        report.rebuilt += theirs.len() as u64;
        for at in 0..ours.len().max(theirs.len()) {
            let (ours, theirs) = (ours.get(at), theirs.get(at));
            if ours != theirs {
                report.differing += 1;
                if report.rows.len() < MOST_NAMED {
                    report.rows.extend(named(table, &columns, ours, theirs));
                }
            }
        }
        if ours.len().max(theirs.len()) < PAGE as usize {
            return Ok(report);
        }
        skip += u64::from(PAGE);
    }
}

/// Names the row at one place of both tables. Where one has a row more, the places behind it differ in their keys.
fn named(table: &Table, columns: &[String], ours: Option<&Row>, theirs: Option<&Row>) -> Option<DifferingRow> {
    let cells = |row: &Row| columns.iter().cloned().zip(row.values().iter().cloned()).collect::<BTreeMap<_, _>>();
    let key = |row: &Row| {
        let cells = cells(row);
        let one = |column: &&str| cells.get(*column).map(|value| format!("{column}={}", shown(value)));
        table.key.iter().filter_map(one).collect::<Vec<_>>().join(" ")
    };
    let row = ours.or(theirs)?;
    let same_key = ours.map(key) == theirs.map(key);
    let columns = match (ours, theirs) {
        (Some(ours), Some(theirs)) if same_key => {
            let (ours, theirs) = (cells(ours), cells(theirs));
            ours.into_iter().filter(|(name, value)| theirs.get(name) != Some(value)).map(|(name, _)| name).collect()
        }
        _ => Vec::new(),
    };
    Some(DifferingRow { key: key(row), columns })
}

fn shown(value: &Val) -> String {
    match value {
        Val::Bytes(bytes) => hex::encode(bytes),
        Val::Text(text) => text.clone(),
        Val::Int(number) => number.to_string(),
        Val::Null => "null".to_owned(),
    }
}
