//! The register's decisions, by number. They are few; what they add up to is made again at every opening.

use ploughshare_core::decision::Authority;
use rusqlite::params;

use super::{Connection, Result, entries};
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
    let mut query = conn.prepare_cached("SELECT entry, number FROM decisions ORDER BY number")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let entry = entries::by_row(conn, row.get(0)?)?;
        if entry.number != row.get::<_, i64>(1)? as u64 {
            return Err(TabletError::damaged("a decision under another number"));
        }
        authority.take_entry(&entry);
    }
    Ok(authority)
}

/// How many decisions are held: changes exactly when [`authority`] does.
pub(crate) fn count(conn: &Connection) -> Result<i64> {
    Ok(conn.prepare_cached("SELECT count(*) FROM decisions")?.query_row([], |row| row.get(0))?)
}
