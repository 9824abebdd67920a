//! Rows of imported files that were recorded.

use ploughshare_core::ids::DocId;
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::{Connection, Result};
use crate::error::TabletError;

const PLACE: &str = "imported.sealed";
const MARK: &str = "imported";

#[derive(Serialize, Deserialize)]
struct Imported {
    document: String,
    content_hash: String,
}

/// The document that a row became and the hash of its content then, if it was recorded.
pub(crate) fn find(conn: &Connection, row_id: &str) -> Result<Option<(DocId, String)>> {
    let mark = conn.mark(MARK, row_id.as_bytes())?;
    let mut query = conn.prepare_cached("SELECT sealed FROM imported WHERE mark = ?1")?;
    let found: Option<Vec<u8>> = query.query_row(params![mark], |row| row.get(0)).optional()?;
    let Some(sealed) = found else { return Ok(None) };
    let row: Imported = conn.unseal_json(PLACE, &mark, &sealed)?;
    let document = row.document.parse().map_err(|_| TabletError::damaged("an id"))?;
    Ok(Some((document, row.content_hash)))
}

/// A row was recorded as this document.
pub(crate) fn add(conn: &Connection, row_id: &str, content_hash: &str, document: &DocId) -> Result<()> {
    let mark = conn.mark(MARK, row_id.as_bytes())?;
    let row = Imported { document: document.to_string(), content_hash: content_hash.to_owned() };
    let sealed = conn.seal_json(PLACE, &mark, &row)?;
    let mut write = conn.prepare_cached("INSERT INTO imported (mark, sealed) VALUES (?1, ?2)")?;
    write.execute(params![mark, sealed])?;
    Ok(())
}
