//! Photos and files: what is here, what waits to be sent, what the register holds.

use ploughshare_core::ids::DocId;
use rusqlite::{OptionalExtension as _, Row, params};

use super::sealed_file::FileName;
use super::{Connection, Result, id};

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Media {
    /// Its keyed name.
    pub name: FileName,
    /// What it is, sealed.
    pub info: Vec<u8>,
    /// Whether it is an original.
    pub original: bool,
    /// Its size.
    pub bytes: u64,
    /// When it was saved, ms since the Unix epoch.
    pub saved_ms: i64,
    /// Whether some of it may have been sent.
    pub begun: bool,
    /// `kept`, `waiting`, `stored`, `dropped`, `fetched` or `refused`.
    pub state: String,
    /// Why the register refused it.
    pub refused: Option<String>,
}

/// What is known of all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    /// Files, and bytes of them.
    pub count: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Where it is sealed what a file is.
const INFO: &str = "media.info";

/// Seals what a file is, for its row.
pub(crate) fn seal_info(conn: &Connection, name: &FileName, info: &impl serde::Serialize) -> Result<Vec<u8>> {
    conn.seal_json(INFO, name, info)
}

/// Opens what a file is.
pub(crate) fn info<T: serde::de::DeserializeOwned>(conn: &Connection, media: &Media) -> Result<T> {
    conn.unseal_json(INFO, &media.name, &media.info)
}

const MEDIA: &str = "SELECT name, info, original, bytes, saved_ms, begun, state, refused FROM media";

fn media_of(row: &Row<'_>) -> rusqlite::Result<(Vec<u8>, Media)> {
    let media = Media {
        name: FileName::default(),
        info: row.get(1)?,
        original: row.get(2)?,
        bytes: row.get::<_, i64>(3)? as u64,
        saved_ms: row.get(4)?,
        begun: row.get(5)?,
        state: row.get(6)?,
        refused: row.get(7)?,
    };
    Ok((row.get(0)?, media))
}

fn named((name, media): (Vec<u8>, Media)) -> Result<Media> {
    Ok(Media { name: id(&name, |name| name)?, ..media })
}

/// Keeps a file's row, if there is none yet. One that was fetched and is now taken here is to be named and sent like any other.
pub(crate) fn add(conn: &Connection, media: &Media) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO media (name, info, original, bytes, saved_ms, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (name) DO UPDATE SET state = excluded.state
         WHERE (media.state = 'dropped' AND excluded.state = 'fetched') OR (media.state = 'fetched' AND excluded.state = 'kept')",
    )?
    .execute(params![media.name, media.info, media.original, media.bytes as i64, media.saved_ms, media.state])?;
    Ok(())
}

/// Whether there is any.
pub(crate) fn any(conn: &Connection) -> Result<bool> {
    Ok(conn.query_row("SELECT EXISTS (SELECT 1 FROM media)", [], |row| row.get(0))?)
}

/// One file's row.
pub(crate) fn one(conn: &Connection, name: &FileName) -> Result<Option<Media>> {
    let mut query = conn.prepare_cached(&format!("{MEDIA} WHERE name = ?1"))?;
    query.query_row(params![name], media_of).optional()?.map(named).transpose()
}

/// Files in a state, working copies before originals, the oldest first.
pub(crate) fn in_state(conn: &Connection, state: &str) -> Result<Vec<Media>> {
    let mut query = conn.prepare_cached(&format!("{MEDIA} WHERE state = ?1 ORDER BY original, saved_ms, name"))?;
    let rows = query.query_map(params![state], media_of)?;
    rows.map(|row| named(row?)).collect()
}

/// How many files of one kind are in a state.
pub(crate) fn sums(conn: &Connection, state: &str, original: bool) -> Result<Sums> {
    let mut query =
        conn.prepare_cached("SELECT count(*), coalesce(sum(bytes), 0) FROM media WHERE state = ?1 AND original = ?2")?;
    let one = |row: &Row<'_>| Ok(Sums { count: row.get::<_, i64>(0)? as u64, bytes: row.get::<_, i64>(1)? as u64 });
    Ok(query.query_row(params![state, original], one)?)
}

/// A file is now in this state.
pub(crate) fn now(conn: &Connection, name: &FileName, state: &str) -> Result<()> {
    conn.prepare_cached("UPDATE media SET state = ?2 WHERE name = ?1")?.execute(params![name, state])?;
    Ok(())
}

/// The register will never take it.
pub(crate) fn refused(conn: &Connection, name: &FileName, code: &str) -> Result<()> {
    conn.prepare_cached("UPDATE media SET state = 'refused', refused = ?2 WHERE name = ?1")?
        .execute(params![name, code])?;
    Ok(())
}

/// Some of it is on its way.
pub(crate) fn begun(conn: &Connection, name: &FileName) -> Result<()> {
    conn.prepare_cached("UPDATE media SET begun = 1 WHERE name = ?1")?.execute(params![name])?;
    Ok(())
}

/// Forgets a file that no statement named.
pub(crate) fn forget(conn: &Connection, name: &FileName) -> Result<()> {
    conn.prepare_cached("DELETE FROM media WHERE name = ?1 AND state = 'kept'")?.execute(params![name])?;
    Ok(())
}

/// Something was said of this document that names files.
pub(crate) fn said(conn: &Connection, document: &DocId) -> Result<()> {
    conn.prepare_cached("INSERT INTO media_said (document) VALUES (?1) ON CONFLICT DO NOTHING")?
        .execute(params![document.as_bytes()])?;
    Ok(())
}

/// Documents of which something was said that names files, since the last look.
pub(crate) fn all_said(conn: &Connection) -> Result<Vec<DocId>> {
    let mut query = conn.prepare_cached("SELECT document FROM media_said")?;
    let rows = query.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(&row?, DocId::from_bytes)).collect()
}

/// They were looked at.
pub(crate) fn looked(conn: &Connection) -> Result<()> {
    conn.execute("DELETE FROM media_said", [])?;
    Ok(())
}
