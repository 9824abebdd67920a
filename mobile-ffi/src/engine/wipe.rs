//! Forgetting a tablet for good, when it is given back or handed on: the keys first, so that whatever is left of the files says nothing, then
//! the files.

use std::fs;
use std::io::ErrorKind as Io;
use std::sync::PoisonError;

use super::installation::{BUNDLE_KEY, DEVICE_KEY, INSTALLATION};
use super::lease::{CONTACT, LEASE};
use super::officers::{LOCK, tries_name};
use super::Tablet;
use crate::error::{ErrorKind, TabletError};
use crate::store::keys::{self, STORE_KEY, Why};
use crate::store::{Result, officers};

/// Files of the store.
const FILES: [&str; 4] = ["tablet.db-wal", "tablet.db-shm", "tablet.db", LOCK];

/// Folders of it: sealed photos, reports of imports.
const FOLDERS: [&str; 2] = ["media", "imports"];

impl Tablet {
    /// Whether this tablet may be wiped: it holds nothing that is nowhere else, or that is not to matter. A sealed store cannot tell.
    pub fn may_wipe(&self, unsent_too: bool) -> Result<()> {
        if unsent_too {
            return Ok(());
        }
        let status = self.status()?;
        let waiting = status.photos.copies + status.photos.originals;
        let unsent =
            status.entries_unsent + status.entries_sealed + status.entries_stranded + status.persons_unsent + waiting;
        let words = match status.sealed {
            Some(_) => "the store is sealed and cannot tell what it holds that is nowhere else".to_owned(),
            None if unsent > 0 => {
                format!("{unsent} statements, photos and records are on this tablet and nowhere else")
            }
            None => return Ok(()),
        };
        Err(TabletError::refused("wipe.unsent", words, "Nothing was deleted. Sync first."))
    }

    /// Destroys the keys of this tablet and deletes its store, unless it holds unsent work and `unsent_too` does not say that it may be lost.
    pub fn wipe(self, unsent_too: bool) -> Result<()> {
        self.may_wipe(unsent_too)?;
        let _alone = super::officers::alone(&self.dir)?;
        let Self { engine, vault, dir, .. } = self;
        let engine = engine.into_inner().unwrap_or_else(PoisonError::into_inner);
        let conn = engine.store.read();
        let officers = if conn.why_sealed().is_none() { officers::all(conn)? } else { Vec::new() };
        // Without this one nothing else of the store can be read; what is left after a kill here is a store without a key.
        vault.remove(STORE_KEY)?;
        keys::seal(conn, Why::Wiped, false)?;
        for row in &officers {
            vault.remove(&row.secret_name)?;
            vault.remove(&tries_name(&row.public_key))?;
        }
        for name in [DEVICE_KEY, BUNDLE_KEY, INSTALLATION, LEASE, CONTACT] {
            vault.remove(name)?;
        }
        drop(engine);
        for name in FILES {
            match fs::remove_file(dir.join(name)) {
                Err(error) if error.kind() != Io::NotFound => return Err(undeleted(name, &error)),
                _ => {}
            }
        }
        for name in FOLDERS {
            match fs::remove_dir_all(dir.join(name)) {
                Err(error) if error.kind() != Io::NotFound => return Err(undeleted(name, &error)),
                _ => {}
            }
        }
        Ok(())
    }
}

fn undeleted(name: &str, error: &std::io::Error) -> TabletError {
    TabletError::new(
        ErrorKind::Storage,
        "storage.access",
        format!("the keys are gone, but {name} cannot be deleted: {error}"),
        "Its keys are destroyed, so nobody can read it or sign as this tablet. Delete the store's folder by hand.",
    )
}
