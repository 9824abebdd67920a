//! Rows of imported files that were recorded.

use ploughshare_core::ids::DocId;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Result, id};

/// The document that a row became and the hash of its content then, if it was recorded.
pub(crate) fn find(conn: &Connection, row_id: &str) -> Result<Option<(DocId, String)>> {
    let mut query = conn.prepare_cached("SELECT document, content_hash FROM imports WHERE row_id = ?1")?;
    let found: Option<(Vec<u8>, String)> =
        query.query_row(params![row_id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    found.map(|(document, hash)| Ok((id(&document, DocId::from_bytes)?, hash))).transpose()
}

/// A row was recorded as this document.
pub(crate) fn add(conn: &Connection, row_id: &str, content_hash: &str, document: &DocId) -> Result<()> {
    let mut write = conn.prepare_cached("INSERT INTO imports (row_id, content_hash, document) VALUES (?1, ?2, ?3)")?;
    write.execute(params![row_id, content_hash, document.as_bytes()])?;
    Ok(())
}
