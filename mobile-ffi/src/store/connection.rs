//! The open database together with the keys to what is sealed in it, so that whoever reads a row can open it, and nobody has to carry keys.
//! Without keys rows are there and say nothing: every read and every write fails with the reason why the store is sealed.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Deref;

use zeroize::Zeroizing;

use super::Result;
use super::index::Index;
use super::keys::Why;
use super::sealed_file::FileKey;
use super::sealing::{DataKey, Keyring, MARK};
use crate::error::TabletError;

/// The database of a tablet.
pub(crate) struct Connection {
    raw: rusqlite::Connection,
    keys: RefCell<std::result::Result<Keyring, Why>>,
    pub(super) index: RefCell<Index>,
    /// The index read what a transaction under way has written.
    pub(super) ahead: Cell<bool>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("sealed", &self.why_sealed()).finish_non_exhaustive()
    }
}

impl Deref for Connection {
    type Target = rusqlite::Connection;

    fn deref(&self) -> &rusqlite::Connection {
        &self.raw
    }
}

impl Connection {
    pub(super) fn new(raw: rusqlite::Connection) -> Self {
        let (keys, index) = (RefCell::new(Err(Why::Closed)), RefCell::new(Index::default()));
        Self { raw, keys, index, ahead: Cell::new(false) }
    }

    /// Gives the keys, or takes them away; what was read with them goes from memory.
    pub(super) fn set_keys(&self, keys: std::result::Result<Keyring, Why>) {
        self.index.borrow_mut().clear();
        drop(self.keys.replace(keys));
    }

    /// Why the store is sealed, if it is.
    pub(crate) fn why_sealed(&self) -> Option<Why> {
        self.keys.borrow().as_ref().err().copied()
    }

    fn with_keys<T>(&self, use_them: impl FnOnce(&Keyring) -> Result<T>) -> Result<T> {
        match &*self.keys.borrow() {
            Ok(keys) => use_them(keys),
            Err(why) => Err(why.error()),
        }
    }

    /// The data keys of an open store.
    pub(crate) fn data_keys(&self) -> Result<BTreeMap<u8, DataKey>> {
        self.with_keys(|keys| Ok(keys.data_keys()))
    }

    /// The keys of its sealed files.
    pub(crate) fn file_keys(&self) -> Result<BTreeMap<u8, FileKey>> {
        self.with_keys(|keys| Ok(keys.file_keys()))
    }

    /// Seals a value for a column and the row with this key.
    pub(super) fn seal(&self, place: &str, row: &[u8], value: &[u8]) -> Result<Vec<u8>> {
        self.with_keys(|keys| keys.seal(place, row, value))
    }

    /// Opens a value of a column and the row with this key.
    pub(super) fn unseal(&self, place: &str, row: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        self.with_keys(|keys| keys.unseal(place, row, sealed))
    }

    /// The mark of a text.
    pub(super) fn mark(&self, what: &str, text: &[u8]) -> Result<[u8; MARK]> {
        self.with_keys(|keys| keys.mark(what, text))
    }

    /// Seals what serde can write.
    pub(super) fn seal_json(&self, place: &str, row: &[u8], value: &impl serde::Serialize) -> Result<Vec<u8>> {
        let plain = serde_json::to_vec(value).map(Zeroizing::new);
        self.seal(place, row, &plain.map_err(|error| TabletError::internal(error.to_string()))?)
    }

    /// Opens what [`seal_json`](Self::seal_json) sealed. What the parser says of it stays here: it could repeat the value.
    pub(super) fn unseal_json<T: serde::de::DeserializeOwned>(
        &self,
        place: &str,
        row: &[u8],
        sealed: &[u8],
    ) -> Result<T> {
        serde_json::from_slice(&self.unseal(place, row, sealed)?).map_err(|_| TabletError::damaged("a sealed row"))
    }
}

/// A transaction that writes. Dropped without `commit`, nothing of it happened.
pub(crate) struct Transaction<'c> {
    tx: Option<rusqlite::Transaction<'c>>,
    conn: &'c Connection,
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.conn
    }
}

impl<'c> Transaction<'c> {
    pub(super) fn begin(conn: &'c Connection) -> Result<Self> {
        let behaviour = rusqlite::TransactionBehavior::Immediate;
        Ok(Self { tx: Some(rusqlite::Transaction::new_unchecked(&conn.raw, behaviour)?), conn })
    }

    /// Makes it happen; durable on return.
    pub(crate) fn commit(mut self) -> Result<()> {
        let Some(tx) = self.tx.take() else { return Err(TabletError::internal("a transaction ended twice")) };
        let done = tx.commit();
        if done.is_err() {
            self.conn.forget_ahead();
        }
        self.conn.ahead.set(false);
        Ok(done?)
    }

    /// A part of it that can be taken back by itself.
    pub(crate) fn savepoint(&self) -> Result<Savepoint<'_>> {
        self.conn.execute_batch("SAVEPOINT part")?;
        Ok(Savepoint { conn: self.conn, kept: false })
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.tx.take().is_some() {
            self.conn.forget_ahead();
        }
    }
}

impl Connection {
    /// What was read ahead of a transaction that did not happen is read again.
    fn forget_ahead(&self) {
        if self.ahead.take() {
            self.index.borrow_mut().clear();
        }
    }
}

/// A part of a transaction. Dropped without `commit`, nothing of it happened.
pub(crate) struct Savepoint<'c> {
    conn: &'c Connection,
    kept: bool,
}

impl Deref for Savepoint<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.conn
    }
}

impl Savepoint<'_> {
    /// Keeps it, if the transaction is committed.
    pub(crate) fn commit(mut self) -> Result<()> {
        self.conn.execute_batch("RELEASE part")?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        if !self.kept {
            // A transaction that cannot go back to here cannot be committed either: SQLite has rolled it back already.
            let _gone = self.conn.execute_batch("ROLLBACK TO part; RELEASE part");
            self.conn.forget_ahead();
        }
    }
}
