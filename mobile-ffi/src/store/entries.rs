//! Entries: statements as canonical bytes, own and others'.

use std::collections::BTreeSet;

use ploughshare_core::document::Statement;
use ploughshare_core::entry::Entry;
use ploughshare_core::ids::{DeviceId, DocId, EntryHash, JournalId, OfficerId};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Result, id};
use crate::error::TabletError;

/// A statement with how it came to be here.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// The statement.
    pub statement: Statement,
    /// What carried it, once it is sealed.
    pub segment: Option<Carrier>,
    /// When it came to this device, ms since the Unix epoch.
    pub taken_ms: i64,
}

/// The segment that carries an entry.
#[derive(Debug, Clone)]
pub(crate) struct Carrier {
    /// `sealed`, `receipted`, `refused`, `taken` or `branch`.
    pub state: String,
    /// The device that signed it.
    pub device: DeviceId,
    /// The newest decision that the device held.
    pub decision_held: u64,
    /// When the register received it, where a receipt says so, ms since the Unix epoch.
    pub received_ms: Option<i64>,
}

fn parse(bytes: &[u8]) -> Result<Entry> {
    Entry::from_bytes(bytes).map_err(|_| TabletError::damaged("an entry"))
}

/// Keeps an entry; gives its row, or `None` when it was here already.
pub(crate) fn add(
    conn: &Connection,
    hash: &EntryHash,
    entry: &Entry,
    bytes: &[u8],
    segment: Option<i64>,
    taken_ms: i64,
) -> Result<Option<i64>> {
    let mut write = conn.prepare_cached(
        "INSERT INTO entries (hash, journal, number, document, segment, taken_ms, bytes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (hash) DO NOTHING",
    )?;
    let document = entry.about(hash);
    let added = write.execute(params![
        hash.as_bytes(),
        entry.journal.as_bytes(),
        entry.number as i64,
        document.as_bytes(),
        segment,
        taken_ms,
        bytes
    ])?;
    Ok((added == 1).then(|| conn.last_insert_rowid()))
}

/// Puts a longer entry in the place of one that is not sealed; tells whether it was there.
pub(crate) fn grow(conn: &Connection, before: &EntryHash, hash: &EntryHash, bytes: &[u8]) -> Result<bool> {
    let mut write =
        conn.prepare_cached("UPDATE entries SET hash = ?2, bytes = ?3 WHERE hash = ?1 AND segment IS NULL")?;
    Ok(write.execute(params![before.as_bytes(), hash.as_bytes(), bytes])? == 1)
}

/// Whether these are still the entries of a journal from this number on.
pub(crate) fn stand(conn: &Connection, journal: &JournalId, from: u64, hashes: &[EntryHash]) -> Result<bool> {
    let mut query = conn.prepare_cached(
        "SELECT hash FROM entries WHERE journal = ?1 AND number >= ?2 AND segment IS NULL ORDER BY number LIMIT ?3",
    )?;
    let mut rows = query.query(params![journal.as_bytes(), from as i64, hashes.len() as i64])?;
    let mut left = hashes.iter();
    while let Some(row) = rows.next()? {
        let hash = id(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?, EntryHash::from_bytes)?;
        if left.next() != Some(&hash) {
            return Ok(false);
        }
    }
    Ok(left.next().is_none())
}

/// All statements about a document.
pub(crate) fn about(conn: &Connection, document: &DocId) -> Result<Vec<Statement>> {
    let mut query = conn.prepare_cached("SELECT hash, bytes FROM entries WHERE document = ?1")?;
    let mut rows = query.query(params![document.as_bytes()])?;
    let mut statements = Vec::new();
    while let Some(row) = rows.next()? {
        let hash = id(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?, EntryHash::from_bytes)?;
        let entry = parse(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?;
        statements.push(Statement { hash, entry });
    }
    Ok(statements)
}

/// Who recorded a document, and when they claim they did, ms since the Unix epoch; `None` while its first statement is not here.
pub(crate) fn birth(conn: &Connection, document: &DocId) -> Result<Option<(OfficerId, i64)>> {
    let mut query =
        conn.prepare_cached("SELECT bytes FROM entries WHERE document = ?1 AND substr(hash, 1, 16) = ?1")?;
    let bytes: Option<Vec<u8>> = query.query_row(params![document.as_bytes()], |row| row.get(0)).optional()?;
    let entry = bytes.as_deref().map(parse).transpose()?;
    Ok(entry.map(|entry| (ploughshare_core::document::recorder(&entry), entry.claimed_ms)))
}

/// Documents of which a journal said so many statements or more, the one it said most of first.
pub(crate) fn often_said(conn: &Connection, journal: &JournalId, from: u64) -> Result<Vec<(DocId, u64)>> {
    // Few documents have so many statements at all; only theirs are counted.
    let mut query = conn.prepare_cached(
        "SELECT d.id, count(*) AS said FROM documents d CROSS JOIN entries e ON e.document = d.id
         WHERE d.statements >= ?2 AND e.journal = ?1
         GROUP BY d.id HAVING said >= ?2 ORDER BY said DESC, d.id",
    )?;
    let rows = query.query_map(params![journal.as_bytes(), from as i64], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?))
    })?;
    rows.map(|row| {
        let (document, said) = row?;
        Ok((id(&document, DocId::from_bytes)?, said as u64))
    })
    .collect()
}

/// All statements about a document with how they came to be here.
pub(crate) fn kept_about(conn: &Connection, document: &DocId) -> Result<Vec<Kept>> {
    let mut query = conn.prepare_cached(
        "SELECT e.hash, e.bytes, e.taken_ms, s.state, s.device, s.decision_held, s.received_ms
         FROM entries e LEFT JOIN segments s ON s.id = e.segment
         WHERE e.document = ?1 ORDER BY e.id",
    )?;
    let mut rows = query.query(params![document.as_bytes()])?;
    let mut kept = Vec::new();
    while let Some(row) = rows.next()? {
        let hash: Vec<u8> = row.get(0)?;
        let bytes: Vec<u8> = row.get(1)?;
        let state: Option<String> = row.get(3)?;
        let segment = match state {
            None => None,
            Some(state) => Some(Carrier {
                state,
                device: id(&row.get::<_, Vec<u8>>(4)?, DeviceId::from_bytes)?,
                decision_held: row.get::<_, i64>(5)? as u64,
                received_ms: row.get(6)?,
            }),
        };
        kept.push(Kept {
            statement: Statement { hash: id(&hash, EntryHash::from_bytes)?, entry: parse(&bytes)? },
            segment,
            taken_ms: row.get(2)?,
        });
    }
    Ok(kept)
}

/// Up to `limit` entries of a journal from this number on.
pub(crate) fn run(conn: &Connection, journal: &JournalId, from: u64, limit: usize) -> Result<Vec<(EntryHash, Entry)>> {
    let mut query = conn.prepare_cached(
        "SELECT hash, bytes FROM entries WHERE journal = ?1 AND number >= ?2 AND segment IS NULL ORDER BY number LIMIT ?3",
    )?;
    let mut rows = query.query(params![journal.as_bytes(), from as i64, limit as i64])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let hash: Vec<u8> = row.get(0)?;
        let bytes: Vec<u8> = row.get(1)?;
        entries.push((id(&hash, EntryHash::from_bytes)?, parse(&bytes)?));
    }
    Ok(entries)
}

/// Entries of a journal that a segment took up.
pub(crate) fn carried(conn: &Connection, journal: &JournalId, first: u64, next: u64, segment: i64) -> Result<()> {
    conn.execute(
        "UPDATE entries SET segment = ?4 WHERE journal = ?1 AND number >= ?2 AND number < ?3 AND segment IS NULL",
        params![journal.as_bytes(), first as i64, next as i64, segment],
    )?;
    Ok(())
}

/// The documents that a journal speaks of from this number on.
pub(crate) fn documents_of(conn: &Connection, journal: &JournalId, from: u64) -> Result<BTreeSet<DocId>> {
    let mut query = conn.prepare_cached("SELECT document FROM entries WHERE journal = ?1 AND number >= ?2")?;
    let rows = query.query_map(params![journal.as_bytes(), from as i64], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|bytes| id(&bytes?, DocId::from_bytes)).collect()
}

/// The document that an entry is about, if it is here.
pub(crate) fn document_of(conn: &Connection, hash: &EntryHash) -> Result<Option<DocId>> {
    let mut query = conn.prepare_cached("SELECT document FROM entries WHERE hash = ?1")?;
    let found: Option<Vec<u8>> = query.query_row(params![hash.as_bytes()], |row| row.get(0)).optional()?;
    found.map(|bytes| id(&bytes, DocId::from_bytes)).transpose()
}

/// Every document in which an officer attests something, found by reading all entries.
pub(crate) fn all_attested(conn: &Connection) -> Result<BTreeSet<DocId>> {
    let mut query = conn.prepare("SELECT hash, bytes FROM entries")?;
    let mut rows = query.query([])?;
    let mut found = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let hash = id(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?, EntryHash::from_bytes)?;
        let statement = Statement { hash, entry: parse(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)? };
        if super::documents::attests(&statement) {
            found.insert(statement.entry.about(&hash));
        }
    }
    Ok(found)
}
