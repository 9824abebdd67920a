//! Unique marks that this tablet used, and the blocks of numbers that this installation asked for.

use std::collections::BTreeSet;

use ploughshare_core::ids::DocId;
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::{Connection, Result, id};

const PLACE: &str = "used_marks.sealed";
const MARK: &str = "used mark";

/// A mark that was used.
#[derive(Debug, Clone)]
pub(crate) struct Used {
    /// The mark as it is read.
    pub text: String,
    /// `given` or `spoilt`.
    pub state: String,
    /// The item that bears it, or bore it.
    pub item: Option<DocId>,
}

/// What is sealed of a mark.
#[derive(Serialize, Deserialize)]
pub(super) struct Row {
    pub compared: String,
    pub text: String,
    pub item: Option<Vec<u8>>,
    pub session: Option<Vec<u8>>,
    pub at_ms: i64,
}

/// Keeps a mark in the place of what was kept of it before.
pub(super) fn put(conn: &Connection, used: &Row, state: &str) -> Result<()> {
    let mark = conn.mark(MARK, used.compared.as_bytes())?;
    let sealed = conn.seal_json(PLACE, &mark, used)?;
    conn.prepare_cached(
        "INSERT INTO used_marks (mark, state, sealed) VALUES (?1, ?2, ?3)
         ON CONFLICT (mark) DO UPDATE SET state = excluded.state, sealed = excluded.sealed",
    )?
    .execute(params![mark, state, sealed])?;
    Ok(())
}

fn row(conn: &Connection, compared: &str) -> Result<Option<(Row, String)>> {
    let mark = conn.mark(MARK, compared.as_bytes())?;
    let mut query = conn.prepare_cached("SELECT sealed, state FROM used_marks WHERE mark = ?1")?;
    let found: Option<(Vec<u8>, String)> =
        query.query_row(params![mark], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    found.map(|(sealed, state)| Ok((conn.unseal_json(PLACE, &mark, &sealed)?, state))).transpose()
}

/// All marks used, in the form in which they are compared.
pub(crate) fn all(conn: &Connection) -> Result<BTreeSet<String>> {
    let mut query = conn.prepare_cached("SELECT mark, sealed FROM used_marks")?;
    let rows = query.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    rows.map(|row| {
        let (mark, sealed) = row?;
        Ok(conn.unseal_json::<Row>(PLACE, &mark, &sealed)?.compared)
    })
    .collect()
}

/// A mark, if it was used.
pub(crate) fn find(conn: &Connection, compared: &str) -> Result<Option<Used>> {
    let found = row(conn, compared)?;
    found
        .map(|(row, state)| {
            let item = row.item.map(|bytes| id(&bytes, DocId::from_bytes)).transpose()?;
            Ok(Used { text: row.text, state, item })
        })
        .transpose()
}

/// A mark is used: from now on nobody gets it again.
pub(crate) fn give(
    conn: &Connection,
    compared: &str,
    text: &str,
    item: &DocId,
    session: &DocId,
    at_ms: i64,
) -> Result<()> {
    if row(conn, compared)?.is_some() {
        return Err(crate::error::TabletError::internal("a mark would be given twice"));
    }
    let (compared, text) = (compared.to_owned(), text.to_owned());
    put(conn, &Row { compared, text, item: Some(item.to_vec()), session: Some(session.to_vec()), at_ms }, "given")
}

/// A mark is spoilt, whether it was given before or not.
pub(crate) fn spoil(conn: &Connection, compared: &str, text: &str, session: Option<&DocId>, at_ms: i64) -> Result<()> {
    let used = match row(conn, compared)? {
        Some((used, _)) => used,
        None => Row {
            compared: compared.to_owned(),
            text: text.to_owned(),
            item: None,
            session: session.map(DocId::to_vec),
            at_ms,
        },
    };
    put(conn, &used, "spoilt")
}

/// This installation asked for the block that this decision gives.
pub(crate) fn asked(conn: &Connection, decision: u64, installation: &[u8]) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO mark_blocks (decision, installation) VALUES (?1, ?2)
         ON CONFLICT (decision) DO UPDATE SET installation = excluded.installation",
    )?
    .execute(params![decision as i64, installation])?;
    Ok(())
}

/// The decisions that give blocks which this installation asked for.
pub(crate) fn asked_by(conn: &Connection, installation: &[u8]) -> Result<BTreeSet<u64>> {
    let mut query = conn.prepare_cached("SELECT decision FROM mark_blocks WHERE installation = ?1")?;
    let rows = query.query_map(params![installation], |row| row.get::<_, i64>(0))?;
    Ok(rows.map(|row| row.map(|decision| decision as u64)).collect::<rusqlite::Result<_>>()?)
}

/// How many marks are in this state.
pub(crate) fn count(conn: &Connection, state: &str) -> Result<u64> {
    let mut query = conn.prepare_cached("SELECT count(*) FROM used_marks WHERE state = ?1")?;
    Ok(query.query_row(params![state], |row| row.get::<_, i64>(0))? as u64)
}
