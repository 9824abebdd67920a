//! The register's decisions, by number. They are few; what they add up to is made again at every opening.

use ploughshare_core::decision::Authority;
use ploughshare_core::entry::Entry;
use rusqlite::{Connection, params};

use super::Result;
use crate::error::TabletError;

/// An entry of the register's journal decides something.
pub(crate) fn add(conn: &Connection, number: u64, entry_row: i64) -> Result<()> {
    let mut write =
        conn.prepare_cached("INSERT INTO decisions (number, entry) VALUES (?1, ?2) ON CONFLICT (number) DO NOTHING")?;
    write.execute(params![number as i64, entry_row])?;
    Ok(())
}

/// What all decisions held add up to, taken in the order of their numbers.
pub(crate) fn authority(conn: &Connection) -> Result<Authority> {
    let mut authority = Authority::default();
    let mut query =
        conn.prepare_cached("SELECT e.bytes FROM decisions d JOIN entries e ON e.id = d.entry ORDER BY d.number")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get(0)?;
        let entry = Entry::from_bytes(&bytes).map_err(|_| TabletError::damaged("a decision"))?;
        authority.take_entry(&entry);
    }
    Ok(authority)
}

/// How many decisions are held: changes exactly when [`authority`] does.
pub(crate) fn count(conn: &Connection) -> Result<i64> {
    Ok(conn.prepare_cached("SELECT count(*) FROM decisions")?.query_row([], |row| row.get(0))?)
}
