//! Segments: own ones with what became of them, others' as they came, and those that cannot be judged yet.

use ploughshare_core::exchange::{Outgoing, Refused};
use ploughshare_core::ids::{DeviceId, JournalId, SegmentHash};
use ploughshare_core::keys::sha256;
use ploughshare_core::receipt::{Receipt, Safe};
use ploughshare_core::segment::{Header, SealedSegment, VerifiedSegment};
use rusqlite::{OptionalExtension as _, params};

use super::{Connection, Result, id};

/// Where the bytes of segments are sealed.
pub(super) const BYTES: &str = "segments.bytes";
/// Where the register's words about a refusal are sealed.
pub(super) const WHY: &str = "segments.refused_why";
/// Where bytes that wait are sealed.
pub(super) const ASIDE: &str = "aside.bytes";

struct NewSegment<'a> {
    hash: SegmentHash,
    header: &'a Header,
    count: u64,
    device: &'a DeviceId,
    own: bool,
    state: &'a str,
    bytes: &'a [u8],
}

fn insert(conn: &Connection, new: &NewSegment<'_>) -> Result<i64> {
    let mut write = conn.prepare_cached(
        "INSERT INTO segments (hash, wire_hash, journal, first, next, own, device, state, bytes, size, decision_held)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    write.execute(params![
        new.hash.as_bytes(),
        sha256(new.bytes),
        new.header.journal.as_bytes(),
        new.header.first as i64,
        (new.header.first + new.count) as i64,
        new.own,
        new.device.as_bytes(),
        new.state,
        conn.seal(BYTES, new.hash.as_bytes(), new.bytes)?,
        new.bytes.len() as i64,
        new.header.decision_held as i64
    ])?;
    Ok(conn.last_insert_rowid())
}

/// Keeps a segment of this tablet's own, to be sent.
pub(crate) fn add_own(conn: &Connection, segment: &SealedSegment, device: &DeviceId) -> Result<i64> {
    let SealedSegment { hash, header, count, bytes } = segment;
    insert(conn, &NewSegment { hash: *hash, header, count: *count, device, own: true, state: "sealed", bytes })
}

/// Keeps a segment that came in; `branch` when it does not go on where its journal was known to end.
pub(crate) fn add_other(conn: &Connection, segment: &VerifiedSegment, branch: bool) -> Result<i64> {
    let state = if branch { "branch" } else { "taken" };
    insert(
        conn,
        &NewSegment {
            hash: segment.hash(),
            header: segment.header(),
            count: segment.entries().len() as u64,
            device: &segment.device(),
            own: false,
            state,
            bytes: segment.bytes(),
        },
    )
}

/// Whether a segment is here.
pub(crate) fn has(conn: &Connection, hash: &SegmentHash) -> Result<bool> {
    Ok(conn.prepare_cached("SELECT 1 FROM segments WHERE hash = ?1")?.exists(params![hash.as_bytes()])?)
}

/// Whether the segment that it names as the one before it is here and ends where it begins.
pub(crate) fn chained(conn: &Connection, header: &Header) -> Result<bool> {
    let Some(previous) = &header.previous else { return Ok(header.first == 0) };
    let mut query = conn.prepare_cached("SELECT 1 FROM segments WHERE hash = ?1 AND journal = ?2 AND next = ?3")?;
    Ok(query.exists(params![previous.as_bytes(), header.journal.as_bytes(), header.first as i64])?)
}

/// What waits to be brought to the register: own segments that it has not answered for, in the order they were sealed, then those that are
/// carried for others.
pub(crate) fn outbox(conn: &Connection) -> Result<Vec<Outgoing>> {
    let mut query = conn.prepare_cached(
        "SELECT hash, size, 0 AS carried, id FROM segments WHERE state = 'sealed'
         UNION ALL SELECT s.hash, s.size, 1, s.id FROM carried c JOIN segments s ON s.id = c.segment ORDER BY 3, 4",
    )?;
    let rows = query.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?)))?;
    rows.map(|row| {
        let (hash, size) = row?;
        Ok(Outgoing { hash: id(&hash, SegmentHash::from_bytes)?, size: size as u64 })
    })
    .collect()
}

/// Segments of one device, or of all, that the register is known to have, in the order they came.
pub(crate) fn held(conn: &Connection, by: Option<&DeviceId>) -> Result<Vec<Vec<u8>>> {
    let mut query = conn.prepare_cached(
        "SELECT hash, bytes FROM segments
         WHERE state IN ('receipted', 'taken', 'branch') AND (?1 IS NULL OR device = ?1)
           AND id NOT IN (SELECT segment FROM carried)
         ORDER BY id",
    )?;
    let rows = query.query_map(params![by.map(|device| device.as_bytes().to_vec())], hash_and_bytes)?;
    opened(conn, rows)
}

type HashAndBytes = (Vec<u8>, Vec<u8>);

fn hash_and_bytes(row: &rusqlite::Row<'_>) -> rusqlite::Result<HashAndBytes> {
    Ok((row.get(0)?, row.get(1)?))
}

fn opened(
    conn: &Connection,
    rows: impl Iterator<Item = rusqlite::Result<HashAndBytes>>,
) -> Result<Vec<Vec<u8>>> {
    rows.map(|row| {
        let (hash, sealed) = row?;
        Ok(conn.unseal(BYTES, &hash, &sealed)?.to_vec())
    })
    .collect()
}

/// A segment that is here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    /// Which.
    pub hash: SegmentHash,
    /// Its size.
    pub size: u64,
    /// Whether the register is known to have it.
    pub settled: bool,
}

/// Segments of a journal that reach beyond a number.
pub(crate) fn beyond(conn: &Connection, journal: &JournalId, from: u64) -> Result<Vec<Held>> {
    let mut query = conn.prepare_cached(
        "SELECT hash, size, state <> 'sealed' AND id NOT IN (SELECT segment FROM carried) FROM segments
         WHERE journal = ?1 AND next > ?2 AND state <> 'refused' ORDER BY first, id",
    )?;
    let rows = query.query_map(params![journal.as_bytes(), from as i64], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?, row.get(2)?))
    })?;
    rows.map(|row| {
        let (hash, size, settled) = row?;
        Ok(Held { hash: id(&hash, SegmentHash::from_bytes)?, size: size as u64, settled })
    })
    .collect()
}

/// Segments of the register's own journal from a decision on.
pub(crate) fn decisions_from(conn: &Connection, register: &DeviceId, from: u64) -> Result<Vec<Vec<u8>>> {
    let mut query =
        conn.prepare_cached("SELECT hash, bytes FROM segments WHERE device = ?1 AND next > ?2 ORDER BY first, id")?;
    let rows = query.query_map(params![register.as_bytes(), from as i64], hash_and_bytes)?;
    opened(conn, rows)
}

/// Whether a segment ends a journal at this number with this chain: both sides hold the same branch up to there.
pub(crate) fn ends_here(conn: &Connection, journal: &JournalId, next: u64, chain: [u8; 8]) -> Result<bool> {
    let mut query =
        conn.prepare_cached("SELECT 1 FROM segments WHERE journal = ?1 AND next = ?2 AND substr(hash, 1, 8) = ?3")?;
    Ok(query.exists(params![journal.as_bytes(), next as i64, chain])?)
}

/// Bytes of what waits to be brought to the register.
pub(crate) fn outbox_bytes(conn: &Connection) -> Result<u64> {
    let mut query = conn.prepare_cached(
        "SELECT (SELECT coalesce(sum(size), 0) FROM segments WHERE state = 'sealed')
              + (SELECT coalesce(sum(s.size), 0) FROM carried c JOIN segments s ON s.id = c.segment)",
    )?;
    Ok(query.query_row([], |row| row.get::<_, i64>(0))? as u64)
}

/// The bytes of a segment.
pub(crate) fn bytes(conn: &Connection, hash: &SegmentHash) -> Result<Option<Vec<u8>>> {
    let mut query = conn.prepare_cached("SELECT bytes FROM segments WHERE hash = ?1")?;
    let sealed: Option<Vec<u8>> = query.query_row(params![hash.as_bytes()], |row| row.get(0)).optional()?;
    sealed.map(|sealed| Ok(conn.unseal(BYTES, hash.as_bytes(), &sealed)?.to_vec())).transpose()
}

/// A receipt names this own segment: it is safe. Gives how many entries it carries when that is news.
pub(crate) fn receipted(conn: &Connection, safe: &Safe, receipt: &Receipt) -> Result<Option<u64>> {
    let mut write = conn.prepare_cached(
        "UPDATE segments
         SET state = 'receipted', place = ?2, leaf = ?3, received_ms = ?4, refused_code = NULL, refused_why = NULL
         WHERE hash = ?1 AND own = 1 AND state <> 'receipted'
         RETURNING next - first",
    )?;
    let entries: Option<i64> = write
        .query_row(params![safe.segment.as_bytes(), safe.place as i64, safe.leaf as i64, receipt.received_ms], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(entries.map(|n| n as u64))
}

/// The journal of an own segment that waits for an answer, as a refusal names it.
pub(crate) fn journal_of(conn: &Connection, refused: &Refused) -> Result<Option<JournalId>> {
    let mut query = conn.prepare_cached(
        "SELECT journal FROM segments WHERE (wire_hash = ?1 OR hash = ?1) AND own = 1 AND state = 'sealed'",
    )?;
    let journal: Option<Vec<u8>> = query.query_row(params![refused.hash.as_bytes()], |row| row.get(0)).optional()?;
    journal.map(|b| id(&b, JournalId::from_bytes)).transpose()
}

/// Whether the register refused any segment of this journal.
pub(crate) fn any_refused(conn: &Connection, journal: &JournalId) -> Result<bool> {
    let mut query =
        conn.prepare_cached("SELECT 1 FROM segments WHERE journal = ?1 AND own = 1 AND state = 'refused'")?;
    Ok(query.exists(params![journal.as_bytes()])?)
}

/// Whether an own segment ends a journal at this number with this chain: both sides hold the same branch up to there.
pub(crate) fn ends_with(conn: &Connection, journal: &JournalId, next: u64, chain: [u8; 8]) -> Result<bool> {
    let mut query = conn.prepare_cached(
        "SELECT 1 FROM segments WHERE journal = ?1 AND own = 1 AND next = ?2 AND substr(hash, 1, 8) = ?3",
    )?;
    Ok(query.exists(params![journal.as_bytes(), next as i64, chain])?)
}

/// The register refused an own segment. Gives its journal when it is one that waited for an answer.
pub(crate) fn refused(conn: &Connection, refused: &Refused) -> Result<Option<JournalId>> {
    let Some(journal) = journal_of(conn, refused)? else { return Ok(None) };
    let named = "(wire_hash = ?1 OR hash = ?1) AND own = 1 AND state = 'sealed'";
    let mut query = conn.prepare_cached(&format!("SELECT hash FROM segments WHERE {named}"))?;
    let hash: Vec<u8> = query.query_row(params![refused.hash.as_bytes()], |row| row.get(0))?;
    conn.execute(
        "UPDATE segments SET state = 'refused', refused_code = ?2, refused_why = ?3 WHERE hash = ?1",
        params![hash, refused.code, conn.seal(WHY, &hash, refused.detail.as_bytes())?],
    )?;
    Ok(Some(journal))
}

/// The register has forgotten a journal from this number on (it was restored): its segments are sent again. Gives how many.
pub(crate) fn send_again(conn: &Connection, journal: &JournalId, from: u64) -> Result<u64> {
    let changed = conn.execute(
        "UPDATE segments SET state = 'sealed', place = NULL, leaf = NULL, received_ms = NULL
         WHERE journal = ?1 AND next > ?2 AND own = 1 AND state = 'receipted'",
        params![journal.as_bytes(), from as i64],
    )?;
    Ok(changed as u64)
}

/// A segment that was refused.
#[derive(Debug, Clone)]
pub(crate) struct RefusedRow {
    /// Which.
    pub hash: SegmentHash,
    /// How many entries it carries.
    pub entries: u64,
    /// Stable code.
    pub code: String,
    /// In words.
    pub detail: String,
}

/// Own segments that the register refused.
pub(crate) fn all_refused(conn: &Connection) -> Result<Vec<RefusedRow>> {
    let mut query = conn.prepare_cached(
        "SELECT hash, next - first, refused_code, refused_why FROM segments WHERE state = 'refused' AND own = 1 ORDER BY id",
    )?;
    let rows = query.query_map([], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?, row.get(2)?, row.get::<_, Option<Vec<u8>>>(3)?))
    })?;
    rows.map(|row| {
        let (hash, entries, code, why) = row?;
        let detail = why.map(|sealed| conn.unseal(WHY, &hash, &sealed)).transpose()?;
        Ok(RefusedRow {
            hash: id(&hash, SegmentHash::from_bytes)?,
            entries: entries as u64,
            code,
            detail: String::from_utf8_lossy(detail.as_deref().map_or(&[], Vec::as_slice)).into_owned(),
        })
    })
    .collect()
}

/// Puts bytes aside until they can be judged.
pub(crate) fn put_aside(conn: &Connection, bytes: &[u8], code: &str, now_ms: i64) -> Result<()> {
    let mut write = conn.prepare_cached(
        "INSERT INTO aside (wire_hash, bytes, code, since_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (wire_hash) DO UPDATE SET code = excluded.code",
    )?;
    let hash = sha256(bytes);
    write.execute(params![hash, conn.seal(ASIDE, &hash, bytes)?, code, now_ms])?;
    Ok(())
}

/// Everything that is aside.
pub(crate) fn all_aside(conn: &Connection) -> Result<Vec<Vec<u8>>> {
    let mut query = conn.prepare_cached("SELECT wire_hash, bytes FROM aside ORDER BY since_ms, wire_hash")?;
    let rows = query.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    rows.map(|row| {
        let (hash, sealed) = row?;
        Ok(conn.unseal(ASIDE, &hash, &sealed)?.to_vec())
    })
    .collect()
}

/// Bytes that could be judged are aside no longer.
pub(crate) fn drop_aside(conn: &Connection, bytes: &[u8]) -> Result<()> {
    conn.prepare_cached("DELETE FROM aside WHERE wire_hash = ?1")?.execute(params![sha256(bytes)])?;
    Ok(())
}
