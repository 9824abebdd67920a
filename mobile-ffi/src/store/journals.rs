//! Journals: how far each is known, and which of the own ones is open.

use ploughshare_core::ids::{JournalId, SegmentHash};
use ploughshare_core::journal::Tail;
use rusqlite::{OptionalExtension as _, Row, params};

use super::{Connection, Result, id};

/// A journal of this tablet's own.
#[derive(Debug, Clone)]
pub(crate) struct OwnJournal {
    /// Its name.
    pub id: JournalId,
    /// Whether new entries go here.
    pub open: bool,
    /// Random number of the installation that it was made with.
    pub nonce: [u8; 16],
    /// The journal that it goes on after.
    pub after_fork: Option<JournalId>,
    /// Number of its next entry.
    pub next: u64,
    /// Number after its last sealed entry.
    pub sealed_next: u64,
    /// Its last segment.
    pub last: Option<SegmentHash>,
}

impl OwnJournal {
    /// The end of what is sealed.
    pub(crate) fn tail(&self) -> Tail {
        Tail { journal: self.id, next: self.sealed_next, last: self.last }
    }
}

const COLUMNS: &str = "id, state, nonce, after_fork, next, sealed_next, last";

type Raw = (Vec<u8>, String, Vec<u8>, Option<Vec<u8>>, i64, i64, Option<Vec<u8>>);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
}

fn own((journal, state, nonce, after_fork, next, sealed_next, last): Raw) -> Result<OwnJournal> {
    Ok(OwnJournal {
        id: id(&journal, JournalId::from_bytes)?,
        open: state == "open",
        nonce: id(&nonce, |n: [u8; 16]| n)?,
        after_fork: after_fork.map(|b| id(&b, JournalId::from_bytes)).transpose()?,
        next: next as u64,
        sealed_next: sealed_next as u64,
        last: last.map(|b| id(&b, SegmentHash::from_bytes)).transpose()?,
    })
}

/// The journal that new entries go to.
pub(crate) fn open(conn: &Connection) -> Result<Option<OwnJournal>> {
    let mut query = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM journals WHERE own = 1 AND state = 'open'"))?;
    query.query_row([], raw).optional()?.map(own).transpose()
}

/// All own journals, the open one last.
pub(crate) fn all_own(conn: &Connection) -> Result<Vec<OwnJournal>> {
    let mut query =
        conn.prepare_cached(&format!("SELECT {COLUMNS} FROM journals WHERE own = 1 ORDER BY state = 'open', id"))?;
    let rows = query.query_map([], raw)?.collect::<rusqlite::Result<Vec<_>>>()?;
    rows.into_iter().map(own).collect()
}

/// How far every journal is known, own ones as far as they are sealed.
pub(crate) fn all_tails(conn: &Connection) -> Result<Vec<Tail>> {
    let mut query = conn
        .prepare_cached("SELECT id, CASE own WHEN 1 THEN sealed_next ELSE next END, last FROM journals ORDER BY id")?;
    let rows = query.query_map([], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?, row.get::<_, Option<Vec<u8>>>(2)?))
    })?;
    rows.map(|row| {
        let (journal, next, last) = row?;
        let last = last.map(|bytes| id(&bytes, SegmentHash::from_bytes)).transpose()?;
        Ok(Tail { journal: id(&journal, JournalId::from_bytes)?, next: next as u64, last })
    })
    .collect()
}

/// Closes the open journal, if there is one, and begins another.
pub(crate) fn begin(conn: &Connection, journal: &JournalId, nonce: &[u8; 16], after: Option<&JournalId>) -> Result<()> {
    conn.execute("UPDATE journals SET state = 'closed' WHERE own = 1 AND state = 'open'", [])?;
    conn.execute(
        "INSERT INTO journals (id, own, state, nonce, after_fork, next, sealed_next, last)
         VALUES (?1, 1, 'open', ?2, ?3, 0, 0, NULL)",
        params![journal.as_bytes(), nonce, after.map(|j| j.as_bytes().to_vec())],
    )?;
    Ok(())
}

/// An entry was appended: the open journal's next number.
pub(crate) fn advance(conn: &Connection, journal: &JournalId, next: u64) -> Result<()> {
    let mut write = conn.prepare_cached("UPDATE journals SET next = ?2 WHERE id = ?1")?;
    write.execute(params![journal.as_bytes(), next as i64])?;
    Ok(())
}

/// A segment was sealed.
pub(crate) fn sealed(conn: &Connection, journal: &JournalId, sealed_next: u64, last: &SegmentHash) -> Result<()> {
    conn.execute(
        "UPDATE journals SET sealed_next = ?2, last = ?3 WHERE id = ?1",
        params![journal.as_bytes(), sealed_next as i64, last.as_bytes()],
    )?;
    Ok(())
}

/// Whether a journal is one of this tablet's own.
pub(crate) fn is_own(conn: &Connection, journal: &JournalId) -> Result<bool> {
    let mut query = conn.prepare_cached("SELECT 1 FROM journals WHERE id = ?1 AND own = 1")?;
    Ok(query.exists(params![journal.as_bytes()])?)
}

/// How far a journal of somebody else is known.
pub(crate) fn tail(conn: &Connection, journal: &JournalId) -> Result<Tail> {
    let mut query = conn.prepare_cached("SELECT next, last FROM journals WHERE id = ?1")?;
    let found: Option<(i64, Option<Vec<u8>>)> =
        query.query_row(params![journal.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    match found {
        None => Ok(Tail::empty(*journal)),
        Some((next, last)) => {
            let last = last.map(|b| id(&b, SegmentHash::from_bytes)).transpose()?;
            Ok(Tail { journal: *journal, next: next as u64, last })
        }
    }
}

/// A segment of somebody else fitted: the new end.
pub(crate) fn grow(conn: &Connection, tail: &Tail) -> Result<()> {
    let mut write = conn.prepare_cached(
        "INSERT INTO journals (id, own, state, nonce, after_fork, next, sealed_next, last)
         VALUES (?1, 0, 'other', NULL, NULL, ?2, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET next = excluded.next, sealed_next = excluded.next, last = excluded.last",
    )?;
    write.execute(params![tail.journal.as_bytes(), tail.next as i64, tail.last.map(|h| h.to_vec())])?;
    Ok(())
}
