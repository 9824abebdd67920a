//! Officers' keys of this tablet: sealed, with their wrong PINs and their leases.

use ploughshare_core::ids::OfficerId;
use rusqlite::{Connection, Row, params};

use super::{Result, id};
use crate::engine::officers::{Cost, Stamp, Wrapped, Wrong};
use crate::error::TabletError;

/// One officer's key as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct KeyRow {
    /// The public half.
    pub public_key: Vec<u8>,
    /// Whose it is, once the register has said so.
    pub officer: Option<OfficerId>,
    /// Their name as the register said it.
    pub name: String,
    /// SHA-256 of the ticket that it is brought by: a repetition goes on with the same key.
    pub ticket_hash: Vec<u8>,
    /// Under what name the vault keeps its secret.
    pub secret_name: String,
    /// The secret half, sealed.
    pub wrapped: Wrapped,
    /// When it was made, ms since the Unix epoch.
    pub added_ms: i64,
    /// How many days it is good without the register.
    pub lease_days: i64,
    /// When the register was last heard.
    pub renewed: Stamp,
    /// Wrong PINs.
    pub wrong: Wrong,
}

const COLUMNS: &str = "public_key, officer, name, ticket_hash, secret_name, memory_kib, passes, lanes, salt, nonce, sealed, added_ms, \
                       lease_days, renewed_ms, renewed_boot, renewed_boot_ms, wrong_pins, wrong_ms, wrong_boot, wrong_boot_ms, waited_ms";

fn read(row: &Row<'_>) -> rusqlite::Result<(Option<Vec<u8>>, KeyRow)> {
    let boot = |id: &str, ms: &str| -> rusqlite::Result<Option<(String, i64)>> {
        Ok(row.get::<_, Option<String>>(id)?.zip(row.get(ms)?))
    };
    let key = KeyRow {
        public_key: row.get("public_key")?,
        officer: None,
        name: row.get("name")?,
        ticket_hash: row.get("ticket_hash")?,
        secret_name: row.get("secret_name")?,
        wrapped: Wrapped {
            cost: Cost { memory_kib: row.get("memory_kib")?, passes: row.get("passes")?, lanes: row.get("lanes")? },
            salt: row.get("salt")?,
            nonce: row.get("nonce")?,
            sealed: row.get("sealed")?,
        },
        added_ms: row.get("added_ms")?,
        lease_days: row.get("lease_days")?,
        renewed: Stamp { wall_ms: row.get("renewed_ms")?, boot: boot("renewed_boot", "renewed_boot_ms")? },
        wrong: Wrong {
            count: row.get("wrong_pins")?,
            at: Stamp { wall_ms: row.get("wrong_ms")?, boot: boot("wrong_boot", "wrong_boot_ms")? },
            waited_ms: row.get("waited_ms")?,
        },
    };
    Ok((row.get("officer")?, key))
}

/// All keys, by name.
pub(crate) fn all(conn: &Connection) -> Result<Vec<KeyRow>> {
    let mut query =
        conn.prepare_cached(&format!("SELECT {COLUMNS} FROM officer_keys ORDER BY officer IS NULL, name, public_key"))?;
    let rows = query.query_map([], read)?;
    rows.map(|row| {
        let (officer, key) = row.map_err(|error| match error {
            rusqlite::Error::SqliteFailure(..) => TabletError::from(error),
            _ => TabletError::damaged("an officer's key"),
        })?;
        let officer = officer.map(|bytes| id(&bytes, OfficerId::from_bytes)).transpose()?;
        Ok(KeyRow { officer, ..key })
    })
    .collect()
}

/// Keeps a key, in the place of an earlier one of the same public half or officer.
pub(crate) fn put(conn: &Connection, key: &KeyRow) -> Result<()> {
    let KeyRow { wrapped, renewed, wrong, .. } = key;
    conn.execute("DELETE FROM officer_keys WHERE officer = ?1", params![key.officer.map(|o| o.to_vec())])?;
    conn.prepare_cached(&format!(
        "INSERT OR REPLACE INTO officer_keys ({COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)"
    ))?
    .execute(params![
        key.public_key,
        key.officer.map(|o| o.to_vec()),
        key.name,
        key.ticket_hash,
        key.secret_name,
        wrapped.cost.memory_kib,
        wrapped.cost.passes,
        wrapped.cost.lanes,
        wrapped.salt,
        wrapped.nonce,
        wrapped.sealed,
        key.added_ms,
        key.lease_days,
        renewed.wall_ms,
        renewed.boot.as_ref().map(|b| &b.0),
        renewed.boot.as_ref().map(|b| b.1),
        wrong.count,
        wrong.at.wall_ms,
        wrong.at.boot.as_ref().map(|b| &b.0),
        wrong.at.boot.as_ref().map(|b| b.1),
        wrong.waited_ms,
    ])?;
    Ok(())
}

/// How the wrong PINs of a key stand now.
pub(crate) fn set_wrong(conn: &Connection, public_key: &[u8], wrong: &Wrong) -> Result<()> {
    conn.prepare_cached(
        "UPDATE officer_keys
         SET wrong_pins = ?2, wrong_ms = ?3, wrong_boot = ?4, wrong_boot_ms = ?5, waited_ms = ?6
         WHERE public_key = ?1",
    )?
    .execute(params![
        public_key,
        wrong.count,
        wrong.at.wall_ms,
        wrong.at.boot.as_ref().map(|b| &b.0),
        wrong.at.boot.as_ref().map(|b| b.1),
        wrong.waited_ms
    ])?;
    Ok(())
}

/// The register was heard: all leases begin again.
pub(crate) fn renew_all(conn: &Connection, now: &Stamp) -> Result<()> {
    conn.prepare_cached("UPDATE officer_keys SET renewed_ms = ?1, renewed_boot = ?2, renewed_boot_ms = ?3")?
        .execute(params![now.wall_ms, now.boot.as_ref().map(|b| &b.0), now.boot.as_ref().map(|b| b.1)])?;
    Ok(())
}

/// Forgets a key.
pub(crate) fn remove(conn: &Connection, public_key: &[u8]) -> Result<()> {
    conn.execute("DELETE FROM officer_keys WHERE public_key = ?1", params![public_key])?;
    Ok(())
}
