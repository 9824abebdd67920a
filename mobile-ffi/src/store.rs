//! The store of one tablet: one SQLite file, write-ahead log, every commit flushed to the medium.
//!
//! Statements (`entries`, `segments`) are kept for ever, byte for byte. `documents` and `lookups` are what they add up to, written in the same
//! transaction; they could be made again.
//!
//! What rows say is sealed under a key that the platform's vault guards. Readable are ids that are hashes, numbers, sizes, states, when the
//! register answered, and since when something waits.

mod around;
pub(crate) mod carried;
mod connection;
pub(crate) mod convert;
pub(crate) mod decisions;
pub(crate) mod documents;
pub(crate) mod entries;
pub(crate) mod imports;
mod index;
pub(crate) mod journals;
pub(crate) mod keys;
pub(crate) mod kv;
pub(crate) mod marks;
pub(crate) mod media;
pub(crate) mod officers;
pub(crate) mod persons;
pub(crate) mod query;
mod schema;
pub(crate) mod sealed_file;
mod sealing;
pub(crate) mod segments;

use std::path::Path;
use std::time::Duration;

pub(crate) use connection::{Connection, Transaction};
pub(crate) use sealing::DataKey;

use crate::error::{ErrorKind, TabletError};
use crate::platform::{KeyVault, Platform};

/// Everything in this room fails with the one error of the house.
pub(crate) type Result<T> = std::result::Result<T, TabletError>;

/// The open database.
pub(crate) struct Store {
    conn: Connection,
}

impl Store {
    /// Opens or makes the database in this folder, with the key that the vault holds. Without it the store is there, sealed.
    pub(crate) fn open(folder: &Path, vault: &dyn KeyVault, platform: &dyn Platform) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|error| {
            TabletError::new(
                ErrorKind::Storage,
                "storage.access",
                format!("the store folder cannot be made: {error}"),
                "Name a folder that may be written.",
            )
        })?;
        let conn = rusqlite::Connection::open(folder.join("tablet.db"))?;
        conn.busy_timeout(Duration::from_secs(10))?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "foreign_keys", "ON")?;
        conn.pragma_update(None, "cache_size", -16_384)?;
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        conn.set_prepared_statement_cache_capacity(64);
        let mut store = Self { conn: Connection::new(conn) };
        schema::migrate(&mut store, vault, platform)?;
        Ok(store)
    }

    /// For reading.
    pub(crate) fn read(&self) -> &Connection {
        &self.conn
    }

    /// A transaction that writes. What is not committed did not happen.
    pub(crate) fn write(&mut self) -> Result<Transaction<'_>> {
        Transaction::begin(&self.conn)
    }
}

/// The id in a column, or a sign that the store is damaged.
pub(crate) fn id<const N: usize, T>(bytes: &[u8], make: fn([u8; N]) -> T) -> Result<T> {
    <[u8; N]>::try_from(bytes).map(make).map_err(|_| TabletError::damaged("an id"))
}
