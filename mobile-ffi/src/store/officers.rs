//! Officers' keys of this tablet: sealed, with their wrong PINs and their leases.

use ploughshare_core::ids::OfficerId;
use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};

use super::{Connection, Result, id};
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

/// Where the rest of a row is sealed.
const PLACE: &str = "officer_rows.sealed";

/// What is sealed of a row: all but what it is found by.
#[derive(Serialize, Deserialize)]
struct Sealed {
    name: String,
    secret_name: String,
    wrapped: Wrapped,
    added_ms: i64,
    lease_days: i64,
    renewed: Stamp,
    wrong: Wrong,
}

type Raw = (Vec<u8>, Option<Vec<u8>>, Vec<u8>, Vec<u8>);

fn opened(conn: &Connection, (public_key, officer, ticket_hash, sealed): Raw) -> Result<KeyRow> {
    let Sealed { name, secret_name, wrapped, added_ms, lease_days, renewed, wrong } =
        conn.unseal_json(PLACE, &bound(&public_key, officer.as_deref()), &sealed)?;
    let officer = officer.map(|bytes| id(&bytes, OfficerId::from_bytes)).transpose()?;
    Ok(KeyRow { public_key, officer, name, ticket_hash, secret_name, wrapped, added_ms, lease_days, renewed, wrong })
}

/// What a row is sealed to: a key under another officer does not open.
fn bound(public_key: &[u8], officer: Option<&[u8]>) -> Vec<u8> {
    [public_key, officer.unwrap_or_default()].concat()
}

/// All keys, by name.
pub(crate) fn all(conn: &Connection) -> Result<Vec<KeyRow>> {
    let mut query = conn.prepare_cached("SELECT public_key, officer, ticket_hash, sealed FROM officer_rows")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let mut keys = rows.map(|row| opened(conn, row?)).collect::<Result<Vec<_>>>()?;
    let order = |key: &KeyRow| (key.officer.is_none(), key.name.clone(), key.public_key.clone());
    keys.sort_by_key(order);
    Ok(keys)
}

/// Keeps a key, in the place of an earlier one of the same public half or officer.
pub(crate) fn put(conn: &Connection, key: &KeyRow) -> Result<()> {
    let key = key.clone();
    let officer = key.officer.map(|officer| officer.to_vec());
    let KeyRow { public_key, ticket_hash, name, secret_name, wrapped, added_ms, lease_days, renewed, wrong, .. } = key;
    let sealed = Sealed { name, secret_name, wrapped, added_ms, lease_days, renewed, wrong };
    let sealed = conn.seal_json(PLACE, &bound(&public_key, officer.as_deref()), &sealed)?;
    conn.execute("DELETE FROM officer_rows WHERE officer = ?1", params![officer])?;
    conn.prepare_cached(
        "INSERT OR REPLACE INTO officer_rows (public_key, officer, ticket_hash, sealed) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![public_key, officer, ticket_hash, sealed])?;
    Ok(())
}

/// How the wrong PINs of a key stand now.
pub(crate) fn set_wrong(conn: &Connection, public_key: &[u8], wrong: &Wrong) -> Result<()> {
    for key in all(conn)?.into_iter().filter(|key| key.public_key == public_key) {
        put(conn, &KeyRow { wrong: wrong.clone(), ..key })?;
    }
    Ok(())
}

/// The register was heard: all leases begin again.
pub(crate) fn renew_all(conn: &Connection, now: &Stamp) -> Result<()> {
    for key in all(conn)? {
        put(conn, &KeyRow { renewed: now.clone(), ..key })?;
    }
    Ok(())
}

/// Forgets a key.
pub(crate) fn remove(conn: &Connection, public_key: &[u8]) -> Result<()> {
    conn.execute("DELETE FROM officer_rows WHERE public_key = ?1", params![public_key])?;
    Ok(())
}

/// The keys of a store that was not sealed yet.
pub(super) fn all_plain(conn: &Connection) -> Result<Vec<KeyRow>> {
    let mut query = conn.prepare("SELECT * FROM officer_keys")?;
    let rows = query.query_map([], plain)?;
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

fn plain(row: &Row<'_>) -> rusqlite::Result<(Option<Vec<u8>>, KeyRow)> {
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
