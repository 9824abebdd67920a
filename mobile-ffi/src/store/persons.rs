//! Sealed records of people, until the register has receipted them. They come sealed to the register; here they are sealed once more, so
//! that not even how many recipients they have can be read.

use ploughshare_core::ids::PersonHash;
use rusqlite::{OptionalExtension as _, params};

use super::{Connection, Result, id};

/// Where their bytes are sealed.
pub(super) const BYTES: &str = "person_rows.bytes";

/// Keeps a sealed record.
pub(crate) fn add(conn: &Connection, hash: &PersonHash, bytes: &[u8]) -> Result<()> {
    let sealed = conn.seal(BYTES, hash.as_bytes(), bytes)?;
    let mut write = conn.prepare_cached("INSERT INTO person_rows (hash, bytes) VALUES (?1, ?2)")?;
    write.execute(params![hash.as_bytes(), sealed])?;
    Ok(())
}

/// The names of those that wait to be sent, the oldest first.
pub(crate) fn unsent(conn: &Connection) -> Result<Vec<PersonHash>> {
    let mut query = conn.prepare_cached("SELECT hash FROM person_rows WHERE refused IS NULL ORDER BY place")?;
    let rows = query.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(&row?, PersonHash::from_bytes)).collect()
}

/// The bytes of one, as they go to the register.
pub(crate) fn bytes(conn: &Connection, hash: &PersonHash) -> Result<Option<Vec<u8>>> {
    let mut query = conn.prepare_cached("SELECT bytes FROM person_rows WHERE hash = ?1")?;
    let sealed: Option<Vec<u8>> = query.query_row(params![hash.as_bytes()], |row| row.get(0)).optional()?;
    sealed.map(|sealed| Ok(conn.unseal(BYTES, hash.as_bytes(), &sealed)?.to_vec())).transpose()
}

/// The register has it: it goes from here.
pub(crate) fn receipted(conn: &Connection, hash: &PersonHash) -> Result<()> {
    conn.prepare_cached("DELETE FROM person_rows WHERE hash = ?1")?.execute(params![hash.as_bytes()])?;
    Ok(())
}

/// The register will never take it: it stays, and is not sent again.
pub(crate) fn refused(conn: &Connection, hash: &PersonHash, code: &str) -> Result<()> {
    let mut write = conn.prepare_cached("UPDATE person_rows SET refused = ?2 WHERE hash = ?1")?;
    write.execute(params![hash.as_bytes(), code])?;
    Ok(())
}

/// Those refused, with the code of why.
pub(crate) fn all_refused(conn: &Connection) -> Result<Vec<(PersonHash, String)>> {
    let mut query =
        conn.prepare_cached("SELECT hash, refused FROM person_rows WHERE refused IS NOT NULL ORDER BY place")?;
    let rows = query.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (hash, code) = row?;
        Ok((id(&hash, PersonHash::from_bytes)?, code))
    })
    .collect()
}
