//! Unique marks that this tablet used, and the blocks of numbers that this installation asked for.

use std::collections::BTreeSet;

use ploughshare_core::ids::DocId;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Result, id};

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

/// All marks used, in the form in which they are compared.
pub(crate) fn all(conn: &Connection) -> Result<BTreeSet<String>> {
    let mut query = conn.prepare_cached("SELECT compared FROM marks")?;
    Ok(query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// A mark, if it was used.
pub(crate) fn find(conn: &Connection, compared: &str) -> Result<Option<Used>> {
    let mut query = conn.prepare_cached("SELECT text, state, item FROM marks WHERE compared = ?1")?;
    let found: Option<(String, String, Option<Vec<u8>>)> =
        query.query_row(params![compared], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    found
        .map(|(text, state, item)| {
            Ok(Used { text, state, item: item.map(|bytes| id(&bytes, DocId::from_bytes)).transpose()? })
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
    conn.prepare_cached(
        "INSERT INTO marks (compared, text, state, item, session, at_ms) VALUES (?1, ?2, 'given', ?3, ?4, ?5)",
    )?
    .execute(params![compared, text, item.as_bytes(), session.as_bytes(), at_ms])?;
    Ok(())
}

/// A mark is spoilt, whether it was given before or not.
pub(crate) fn spoil(conn: &Connection, compared: &str, text: &str, session: Option<&DocId>, at_ms: i64) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO marks (compared, text, state, item, session, at_ms) VALUES (?1, ?2, 'spoilt', NULL, ?3, ?4)
         ON CONFLICT (compared) DO UPDATE SET state = 'spoilt'",
    )?
    .execute(params![compared, text, session.map(DocId::to_vec), at_ms])?;
    Ok(())
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
    let mut query = conn.prepare_cached("SELECT count(*) FROM marks WHERE state = ?1")?;
    Ok(query.query_row(params![state], |row| row.get::<_, i64>(0))? as u64)
}
