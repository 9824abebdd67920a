//! Rows of imported files that were recorded.

use ploughshare_core::ids::DocId;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Result, id};

/// The document that a row became, if it was recorded.
pub(crate) fn find(conn: &Connection, row_id: &[u8]) -> Result<Option<DocId>> {
    let mut query = conn.prepare_cached("SELECT document FROM imports WHERE row_id = ?1")?;
    let found: Option<Vec<u8>> = query.query_row(params![row_id], |row| row.get(0)).optional()?;
    found.map(|b| id(&b, DocId::from_bytes)).transpose()
}

/// A row was recorded as this document.
pub(crate) fn add(conn: &Connection, row_id: &[u8], document: &DocId) -> Result<()> {
    let mut write = conn.prepare_cached("INSERT INTO imports (row_id, document) VALUES (?1, ?2)")?;
    write.execute(params![row_id, document.as_bytes()])?;
    Ok(())
}
