//! Sealed records of people, until the register has receipted them.

use ploughshare_core::ids::PersonHash;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Result, id};

/// Keeps a sealed record.
pub(crate) fn add(conn: &Connection, hash: &PersonHash, bytes: &[u8], now_ms: i64) -> Result<()> {
    let mut write = conn.prepare_cached("INSERT INTO person_blobs (hash, bytes, saved_ms) VALUES (?1, ?2, ?3)")?;
    write.execute(params![hash.as_bytes(), bytes, now_ms])?;
    Ok(())
}

/// The names of those that wait to be sent, the oldest first.
pub(crate) fn unsent(conn: &Connection) -> Result<Vec<PersonHash>> {
    let mut query =
        conn.prepare_cached("SELECT hash FROM person_blobs WHERE refused IS NULL ORDER BY saved_ms, hash")?;
    let rows = query.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(&row?, PersonHash::from_bytes)).collect()
}

/// The sealed bytes of one.
pub(crate) fn bytes(conn: &Connection, hash: &PersonHash) -> Result<Option<Vec<u8>>> {
    let mut query = conn.prepare_cached("SELECT bytes FROM person_blobs WHERE hash = ?1")?;
    Ok(query.query_row(params![hash.as_bytes()], |row| row.get(0)).optional()?)
}

/// The register has it: it goes from here.
pub(crate) fn receipted(conn: &Connection, hash: &PersonHash) -> Result<()> {
    conn.prepare_cached("DELETE FROM person_blobs WHERE hash = ?1")?.execute(params![hash.as_bytes()])?;
    Ok(())
}

/// The register will never take it: it stays, and is not sent again.
pub(crate) fn refused(conn: &Connection, hash: &PersonHash, code: &str) -> Result<()> {
    let mut write = conn.prepare_cached("UPDATE person_blobs SET refused = ?2 WHERE hash = ?1")?;
    write.execute(params![hash.as_bytes(), code])?;
    Ok(())
}

/// Those refused, with the code of why.
pub(crate) fn all_refused(conn: &Connection) -> Result<Vec<(PersonHash, String)>> {
    let mut query = conn
        .prepare_cached("SELECT hash, refused FROM person_blobs WHERE refused IS NOT NULL ORDER BY saved_ms, hash")?;
    let rows = query.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (hash, code) = row?;
        Ok((id(&hash, PersonHash::from_bytes)?, code))
    })
    .collect()
}
