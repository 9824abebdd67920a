//! What the register published for this tablet: signed heads, parts and changes, kept as they came and sealed like all else.

use rusqlite::{OptionalExtension as _, params};

use super::{Connection, Result};

/// Where its bytes are sealed.
const BYTES: &str = "published.bytes";

/// Head of the look-up table.
pub(crate) const LOOKUP: &str = "lookup";
/// Its parts.
pub(crate) const LOOKUP_PART: &str = "lookup.part";
/// Additions to it.
pub(crate) const LOOKUP_ADDED: &str = "lookup.added";
/// Head of the look-up table that is being fetched.
pub(crate) const LOOKUP_NEXT: &str = "lookup.next";
/// Its parts as far as they are here.
pub(crate) const LOOKUP_NEXT_PART: &str = "lookup.next.part";
/// Head of the pack.
pub(crate) const PACK: &str = "pack";
/// Its parts.
pub(crate) const PACK_PART: &str = "pack.part";
/// Changes since.
pub(crate) const PACK_CHANGE: &str = "pack.change";
/// Head of the pack that is being fetched.
pub(crate) const PACK_NEXT: &str = "pack.next";
/// Its parts as far as they are here.
pub(crate) const PACK_NEXT_PART: &str = "pack.next.part";

fn row(kind: &str, place: u64) -> Vec<u8> {
    format!("{kind}/{place}").into_bytes()
}

/// Keeps a piece.
pub(crate) fn put(conn: &Connection, kind: &str, place: u64, bytes: &[u8]) -> Result<()> {
    let sealed = conn.seal(BYTES, &row(kind, place), bytes)?;
    let mut write = conn.prepare_cached(
        "INSERT INTO published (kind, place, bytes) VALUES (?1, ?2, ?3)
         ON CONFLICT (kind, place) DO UPDATE SET bytes = excluded.bytes",
    )?;
    write.execute(params![kind, place as i64, sealed])?;
    Ok(())
}

/// One piece.
pub(crate) fn get(conn: &Connection, kind: &str, place: u64) -> Result<Option<Vec<u8>>> {
    let mut query = conn.prepare_cached("SELECT bytes FROM published WHERE kind = ?1 AND place = ?2")?;
    let sealed: Option<Vec<u8>> = query.query_row(params![kind, place as i64], |row| row.get(0)).optional()?;
    sealed.map(|sealed| Ok(conn.unseal(BYTES, &row(kind, place), &sealed)?.to_vec())).transpose()
}

/// The pieces of a kind, in order.
pub(crate) fn all(conn: &Connection, kind: &str) -> Result<Vec<Vec<u8>>> {
    let mut query = conn.prepare_cached("SELECT place, bytes FROM published WHERE kind = ?1 ORDER BY place")?;
    let rows = query.query_map(params![kind], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    rows.map(|piece| {
        let (place, sealed) = piece?;
        Ok(conn.unseal(BYTES, &row(kind, place as u64), &sealed)?.to_vec())
    })
    .collect()
}

/// Forgets the pieces of a kind.
pub(crate) fn remove(conn: &Connection, kind: &str) -> Result<()> {
    conn.prepare_cached("DELETE FROM published WHERE kind = ?1")?.execute(params![kind])?;
    Ok(())
}

/// Puts the pieces of one kind in the place of those of another. A piece is sealed for its place, so each is sealed anew.
pub(crate) fn replace(conn: &Connection, from: &str, to: &str) -> Result<()> {
    remove(conn, to)?;
    let mut query = conn.prepare_cached("SELECT place FROM published WHERE kind = ?1 ORDER BY place")?;
    let places: Vec<i64> = query.query_map(params![from], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for place in places {
        if let Some(bytes) = get(conn, from, place as u64)? {
            put(conn, to, place as u64, &bytes)?;
        }
    }
    remove(conn, from)
}
