//! Single values by name.

use rusqlite::{OptionalExtension as _, params};

use super::{Connection, Result};

const SEALED: &str = "kv.value";

/// Name of the enrolment, JSON.
pub(crate) const ENROLMENT: &str = "enrolment";
/// Name of the feed place reached.
pub(crate) const PLACE: &str = "place";
/// Name of the token, JSON.
pub(crate) const TOKEN: &str = "token";
/// Name of the SHA-256 of the installation nonce.
pub(crate) const INSTALLATION: &str = "installation";
/// Name of the time of the last answer, ms since the Unix epoch.
pub(crate) const LAST_SYNC: &str = "last_sync";
/// Name of the latest time that this tablet has seen on its wall clock since the last sync, ms since the Unix epoch.
pub(crate) const SEEN: &str = "seen";
/// Name of the mark of a store whose documents were never reviewed.
pub(crate) const REVIEWS_DUE: &str = "reviews_due";
/// Name of what the last sync found of a bad link, JSON.
pub(crate) const LINK: &str = "link";
/// Name of the key to which the escrow of this store is sealed.
pub(crate) const ESCROW_TO: &str = "escrow_to";
/// Name of the key that names of sealed files come of.
pub(crate) const FILE_NAMES: &str = "file_names";
/// Name of a request for numbers of marks that waits for its answer, JSON.
pub(crate) const MARKS_ASKED: &str = "marks_asked";
/// Name of the marking session that is open on this tablet.
pub(crate) const MARKING_SESSION: &str = "marking_session";

/// The value of that name.
pub(crate) fn get(conn: &Connection, key: &str) -> Result<Option<Vec<u8>>> {
    let mut query = conn.prepare_cached("SELECT value FROM kv WHERE key = ?1")?;
    let sealed: Option<Vec<u8>> = query.query_row(params![key], |row| row.get(0)).optional()?;
    sealed.map(|sealed| Ok(conn.unseal(SEALED, key.as_bytes(), &sealed)?.to_vec())).transpose()
}

/// Keeps a value.
pub(crate) fn put(conn: &Connection, key: &str, value: &[u8]) -> Result<()> {
    let mut write = conn.prepare_cached(
        "INSERT INTO kv (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )?;
    write.execute(params![key, conn.seal(SEALED, key.as_bytes(), value)?])?;
    Ok(())
}

/// Forgets a value.
pub(crate) fn remove(conn: &Connection, key: &str) -> Result<()> {
    conn.execute("DELETE FROM kv WHERE key = ?1", params![key])?;
    Ok(())
}

/// Keeps the later of a time and the one kept.
pub(crate) fn put_later(conn: &Connection, key: &str, ms: i64) -> Result<i64> {
    let latest = number(conn, key)?.unwrap_or(i64::MIN).max(ms);
    put_number(conn, key, latest)?;
    Ok(latest)
}

/// A number kept under that name.
pub(crate) fn number(conn: &Connection, key: &str) -> Result<Option<i64>> {
    Ok(get(conn, key)?.and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes))
}

/// Keeps a number.
pub(crate) fn put_number(conn: &Connection, key: &str, value: i64) -> Result<()> {
    put(conn, key, &value.to_be_bytes())
}
