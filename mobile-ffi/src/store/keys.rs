//! The data key of the store: made on this tablet, kept wrapped. The key that unwraps it lies in the platform's vault; without it the store
//! can be opened again only by the register, to which a copy is sealed.
//!
//! ```text
//! vault        store.key = wrapping key (32 random bytes)
//! store_keys   wrapped   = nonce (24) ‖ XChaCha20-Poly1305(data key; AAD = "ploughshare tablet key v1" ‖ id)
//!              escrow    = age(the register's key, device ‖ data key), once the register's key is known
//! ```
//!
//! To seal the store, the wrapping key goes from the vault and `wrapped` from the table. Nothing is wiped: `escrow` stays.

use std::collections::BTreeMap;

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use rusqlite::{OptionalExtension as _, params};
use zeroize::Zeroizing;

use super::sealing::{DataKey, Keyring};
use super::{Connection, Result};
use crate::error::{ErrorKind, TabletError};
use crate::platform::{KeyVault, Platform};

/// Name of the wrapping key in the vault.
pub(crate) const STORE_KEY: &str = "store.key";
/// The key under which data keys are wrapped.
pub(crate) type Wrapping = Zeroizing<Vec<u8>>;
/// Id of the first data key.
const FIRST: u8 = 1;

/// Why a store is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Why {
    /// It was not opened yet.
    Closed,
    /// The register was not heard for the lease of this tablet.
    Lease,
    /// The register revoked this tablet.
    Revoked,
    /// The vault does not hold the key: the store was copied, restored, or the vault was cleared.
    NoKey,
    /// Its keys were destroyed on purpose.
    Wiped,
}

impl Why {
    /// Its stable code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Closed => "storage.closed",
            Self::Lease => "storage.sealed_lease",
            Self::Revoked => "storage.sealed_revoked",
            Self::NoKey => "storage.sealed_no_key",
            Self::Wiped => "storage.wiped",
        }
    }

    /// What an operation on a sealed store is answered.
    pub(crate) fn error(self) -> TabletError {
        let (message, hint) = match self {
            Self::Closed => ("the store is not open", "Open it again."),
            Self::Lease => (
                "this tablet was too long without contact with the register and has sealed itself",
                "Everything recorded is safe on this device. `sync` when there is a link: the register opens it again.",
            ),
            Self::Revoked => (
                "the register has revoked this tablet, and it has sealed itself",
                "Everything recorded is safe on this device. Bring it to the registrar, who can open it with `device reopen`.",
            ),
            Self::NoKey => (
                "this device does not hold the key of the store; it was probably copied or restored from a backup",
                "Everything in it is as safe as it was. Bring it to the registrar: the register holds the key in escrow.",
            ),
            Self::Wiped => ("this store was wiped", "Enrol this tablet anew in another folder."),
        };
        let mut error = TabletError::new(ErrorKind::Storage, self.code(), message, hint);
        error.data_safe = self != Self::Wiped;
        error
    }

    fn parse(text: &str) -> Self {
        match text {
            "lease" => Self::Lease,
            "revoked" => Self::Revoked,
            "wiped" => Self::Wiped,
            _ => Self::NoKey,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Lease => "lease",
            Self::Revoked => "revoked",
            Self::Wiped => "wiped",
            Self::Closed | Self::NoKey => "no_key",
        }
    }
}

struct Row {
    id: u8,
    wrapped: Option<Vec<u8>>,
    escrow: Option<Vec<u8>>,
    why: Option<String>,
}

fn rows(conn: &Connection) -> Result<Vec<Row>> {
    let mut query = conn.prepare_cached("SELECT id, wrapped, escrow, sealed_why FROM store_keys ORDER BY id")?;
    let one = |row: &rusqlite::Row<'_>| {
        Ok(Row { id: row.get(0)?, wrapped: row.get(1)?, escrow: row.get(2)?, why: row.get(3)? })
    };
    Ok(query.query_map([], one)?.collect::<rusqlite::Result<_>>()?)
}

fn random<const N: usize>(platform: &dyn Platform) -> Result<Zeroizing<[u8; N]>> {
    let bytes = Zeroizing::new(platform.random(N as u32)?);
    let short = |_| TabletError::internal("the platform gave too few random bytes");
    Ok(Zeroizing::new(bytes.as_slice().try_into().map_err(short)?))
}

fn bound(id: u8) -> Vec<u8> {
    [b"ploughshare tablet key v1\0".as_slice(), &[id]].concat()
}

fn cipher(wrapping: &[u8]) -> Result<XChaCha20Poly1305> {
    XChaCha20Poly1305::new_from_slice(wrapping).map_err(|_| TabletError::damaged("a key"))
}

fn wrap(data_key: &DataKey, id: u8, wrapping: &[u8], platform: &dyn Platform) -> Result<Vec<u8>> {
    let nonce = random::<24>(platform)?;
    let payload = Payload { msg: data_key.as_slice(), aad: &bound(id) };
    let sealed = cipher(wrapping)?.encrypt(&(*nonce).into(), payload);
    let sealed = sealed.map_err(|_| TabletError::internal("a key could not be wrapped"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// `None` when it does not open with this key: another vault, or altered bytes, which nobody can tell apart.
fn unwrap(wrapped: &[u8], id: u8, wrapping: &[u8]) -> Result<Option<DataKey>> {
    let damaged = || TabletError::damaged("a key");
    let (nonce, sealed) = wrapped.split_first_chunk::<24>().ok_or_else(damaged)?;
    let payload = Payload { msg: sealed, aad: &bound(id) };
    let Ok(opened) = cipher(wrapping)?.decrypt(&(*nonce).into(), payload) else { return Ok(None) };
    let opened = Zeroizing::new(opened);
    Ok(Some(Zeroizing::new(opened.as_slice().try_into().map_err(|_| damaged())?)))
}

/// The wrapping key that the vault holds.
pub(crate) fn wrapping(vault: &dyn KeyVault) -> Result<Option<Wrapping>> {
    Ok(vault.load(STORE_KEY)?.map(Zeroizing::new).filter(|key| key.len() == 32))
}

/// A fresh wrapping key, durable in the vault.
pub(crate) fn fresh_wrapping(vault: &dyn KeyVault, platform: &dyn Platform) -> Result<Wrapping> {
    let wrapping = Zeroizing::new(random::<32>(platform)?.to_vec());
    vault.store(STORE_KEY, wrapping.to_vec())?;
    Ok(wrapping)
}

/// Opens the store with what the vault holds; makes its key where it never had one. A store that stays sealed is no error here.
pub(crate) fn open(conn: &Connection, vault: &dyn KeyVault, platform: &dyn Platform) -> Result<()> {
    if rows(conn)?.is_empty() {
        let first = BTreeMap::from([(FIRST, random::<32>(platform)?)]);
        return install(conn, &first, &fresh_wrapping(vault, platform)?, platform);
    }
    open_with(conn, wrapping(vault)?.as_ref(), platform)
}

fn open_with(conn: &Connection, wrapping: Option<&Wrapping>, platform: &dyn Platform) -> Result<()> {
    let rows = rows(conn)?;
    if let Some(why) = rows.iter().find_map(|row| row.why.as_deref()) {
        conn.set_keys(Err(Why::parse(why)));
        return Ok(());
    }
    let keys = match wrapping {
        Some(wrapping) => unwrapped(&rows, wrapping)?.ok_or(Why::NoKey),
        None => Err(Why::NoKey),
    };
    conn.set_keys(match keys {
        Ok(keys) => Ok(Keyring::new(&keys, *random::<16>(platform)?)?),
        Err(why) => Err(why),
    });
    Ok(())
}

fn unwrapped(rows: &[Row], wrapping: &[u8]) -> Result<Option<BTreeMap<u8, DataKey>>> {
    let mut keys = BTreeMap::new();
    for row in rows {
        let Some(wrapped) = &row.wrapped else { return Ok(None) };
        let Some(key) = unwrap(wrapped, row.id, wrapping)? else { return Ok(None) };
        keys.insert(row.id, key);
    }
    Ok(Some(keys))
}

/// Wraps data keys under a wrapping key that the vault holds already, and opens the store with them.
pub(crate) fn install(
    conn: &Connection,
    data_keys: &BTreeMap<u8, DataKey>,
    wrapping: &[u8],
    platform: &dyn Platform,
) -> Result<()> {
    for (id, key) in data_keys {
        let wrapped = wrap(key, *id, wrapping, platform)?;
        conn.prepare_cached(
            "INSERT INTO store_keys (id, wrapped, escrow, sealed_why) VALUES (?1, ?2, NULL, NULL)
             ON CONFLICT (id) DO UPDATE SET wrapped = excluded.wrapped, sealed_why = NULL",
        )?
        .execute(params![id, wrapped])?;
    }
    conn.set_keys(Ok(Keyring::new(data_keys, *random::<16>(platform)?)?));
    Ok(())
}

/// The copy of the keys that is sealed to the register, if there is one.
pub(crate) fn escrow(conn: &Connection) -> Result<Option<Vec<u8>>> {
    let mut query =
        conn.prepare_cached("SELECT escrow FROM store_keys WHERE escrow IS NOT NULL ORDER BY id LIMIT 1")?;
    Ok(query.query_row([], |row| row.get(0)).optional()?)
}

/// Keeps the copy of the keys that is sealed to the register.
pub(crate) fn put_escrow(conn: &Connection, escrow: &[u8]) -> Result<()> {
    conn.execute("UPDATE store_keys SET escrow = ?1", params![escrow])?;
    Ok(())
}

/// Whether a store that is sealed keeps its key: without a copy at the register nobody else could ever open it.
pub(crate) fn keeps_key(conn: &Connection, why: Why) -> Result<bool> {
    Ok(why != Why::Wiped && rows(conn)?.iter().all(|row| row.escrow.is_none()))
}

/// Seals the store. The wrapping key is gone from the vault by now, unless the store keeps it: whatever happens after, the key is gone.
pub(crate) fn seal(conn: &Connection, why: Why, kept: bool) -> Result<()> {
    conn.set_keys(Err(why));
    let gone = match (kept, why) {
        (true, _) => "",
        (false, Why::Wiped) => ", wrapped = NULL, escrow = NULL",
        (false, _) => ", wrapped = NULL",
    };
    conn.execute(&format!("UPDATE store_keys SET sealed_why = ?1{gone}"), params![why.name()])?;
    Ok(())
}

/// Opens a store again that sealed itself and kept its key, because the register had none to seal a copy to. `false` when the key is gone.
pub(crate) fn reopen_kept(conn: &Connection, wrapping: Option<&Wrapping>, platform: &dyn Platform) -> Result<bool> {
    let Some(wrapping) = wrapping else { return Ok(false) };
    if unwrapped(&rows(conn)?, wrapping)?.is_none() {
        return Ok(false);
    }
    conn.execute("UPDATE store_keys SET sealed_why = NULL", [])?;
    open_with(conn, Some(wrapping), platform)?;
    Ok(conn.why_sealed().is_none())
}
