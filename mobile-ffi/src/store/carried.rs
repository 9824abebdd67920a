//! What this tablet carries for others: segments that the register may not have, receipts for tablets that it may meet, and runs of the feed
//! that came out of order.

use ploughshare_core::exchange::Refused;
use ploughshare_core::ids::{DeviceId, SegmentHash};
use ploughshare_core::keys::sha256;
use rusqlite::{OptionalExtension as _, params};

use super::{Connection, Result, kv};

/// Most receipts kept for others; beyond it the oldest go. Their tablets are answered by the register as well.
const RECEIPTS: i64 = 10_000;
/// Where receipts for others are sealed.
const SEALED: &str = "carried_receipts.bytes";

/// This segment, by its row, is carried to the register.
pub(crate) fn add(conn: &Connection, row: i64, now_ms: i64) -> Result<()> {
    let mut write = conn.prepare_cached("INSERT INTO carried (segment, since_ms) VALUES (?1, ?2)")?;
    write.execute(params![row, now_ms])?;
    Ok(())
}

/// The register has this segment.
pub(crate) fn arrived(conn: &Connection, hash: &SegmentHash) -> Result<bool> {
    let mut write =
        conn.prepare_cached("DELETE FROM carried WHERE segment = (SELECT id FROM segments WHERE hash = ?1)")?;
    Ok(write.execute(params![hash.as_bytes()])? > 0)
}

/// The register did not take this segment; whoever wrote it brings it again.
pub(crate) fn refused(conn: &Connection, refused: &Refused) -> Result<bool> {
    let mut write = conn.prepare_cached(
        "DELETE FROM carried WHERE segment IN (SELECT id FROM segments WHERE (hash = ?1 OR wire_hash = ?1) AND own = 0)",
    )?;
    Ok(write.execute(params![refused.hash.as_bytes()])? > 0)
}

/// Keeps a receipt for another tablet.
pub(crate) fn keep_receipt(conn: &Connection, device: &DeviceId, bytes: &[u8], now_ms: i64) -> Result<()> {
    let mut write = conn.prepare_cached(
        "INSERT INTO carried_receipts (hash, device, bytes, since_ms) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (hash) DO NOTHING",
    )?;
    let hash = sha256(bytes);
    write.execute(params![hash, device.as_bytes(), conn.seal(SEALED, &hash, bytes)?, now_ms])?;
    conn.execute(
        "DELETE FROM carried_receipts WHERE hash IN
         (SELECT hash FROM carried_receipts ORDER BY since_ms DESC, hash LIMIT -1 OFFSET ?1)",
        params![RECEIPTS],
    )?;
    Ok(())
}

/// Receipts for a tablet, the oldest first.
pub(crate) fn receipts_for(conn: &Connection, device: &DeviceId, limit: u32) -> Result<Vec<Vec<u8>>> {
    let mut query = conn.prepare_cached(
        "SELECT hash, bytes FROM carried_receipts WHERE device = ?1 ORDER BY since_ms, hash LIMIT ?2",
    )?;
    let one = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?));
    let rows = query.query_map(params![device.as_bytes(), limit], one)?;
    rows.map(|row| {
        let (hash, sealed) = row?;
        Ok(conn.unseal(SEALED, &hash, &sealed)?.to_vec())
    })
    .collect()
}

/// These receipts are where they belong.
pub(crate) fn handed_over(conn: &Connection, receipts: &[Vec<u8>]) -> Result<()> {
    let mut write = conn.prepare_cached("DELETE FROM carried_receipts WHERE hash = ?1")?;
    for bytes in receipts {
        write.execute(params![sha256(bytes)])?;
    }
    Ok(())
}

/// A run of the feed is here: whoever knows it up to `after` knows it up to `upto`. The place held moves on as far as runs join.
pub(crate) fn reach(conn: &Connection, after: u64, upto: u64) -> Result<()> {
    if after < upto {
        let mut write =
            conn.prepare_cached("INSERT INTO feed_runs (after, upto) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
        write.execute(params![after as i64, upto as i64])?;
    }
    let mut place = kv::number(conn, kv::PLACE)?.unwrap_or(0);
    let mut next = conn.prepare_cached("SELECT max(upto) FROM feed_runs WHERE after <= ?1 AND upto > ?1")?;
    while let Some(upto) = next.query_row(params![place], |row| row.get::<_, Option<i64>>(0)).optional()?.flatten() {
        place = upto;
    }
    kv::put_number(conn, kv::PLACE, place)?;
    conn.execute("DELETE FROM feed_runs WHERE upto <= ?1", params![place])?;
    Ok(())
}
