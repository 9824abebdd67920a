//! Forgetting a tablet for good, when it is given back or handed on: the keys first, so that nothing else matters any more, then the files.

use std::fs;
use std::io::ErrorKind as Io;
use std::sync::PoisonError;

use super::Tablet;
use super::installation::{BUNDLE_KEY, DEVICE_KEY, INSTALLATION};
use super::officers::LOCK;
use crate::error::{ErrorKind, TabletError};
use crate::store::{Result, officers};

/// Files of the store.
const FILES: [&str; 4] = ["tablet.db-wal", "tablet.db-shm", "tablet.db", LOCK];

/// Folders of it: sealed photos, reports of imports.
const FOLDERS: [&str; 2] = ["media", "imports"];

impl Tablet {
    /// Whether this tablet may be wiped: it holds nothing that is nowhere else, or that is not to matter.
    pub fn may_wipe(&self, unsent_too: bool) -> Result<()> {
        let status = self.status()?;
        let waiting = status.photos.copies + status.photos.originals;
        let unsent =
            status.entries_unsent + status.entries_sealed + status.entries_stranded + status.persons_unsent + waiting;
        if unsent > 0 && !unsent_too {
            return Err(TabletError::refused(
                "wipe.unsent",
                format!("{unsent} statements, photos and records are on this tablet and nowhere else"),
                "Nothing was deleted. Sync first.",
            ));
        }
        Ok(())
    }

    /// Deletes the keys and the store of this tablet, unless it holds unsent work and `unsent_too` does not say that it may be lost.
    pub fn wipe(self, unsent_too: bool) -> Result<()> {
        self.may_wipe(unsent_too)?;
        let _alone = super::officers::alone(&self.dir)?;
        let Self { engine, vault, dir, .. } = self;
        let engine = engine.into_inner().unwrap_or_else(PoisonError::into_inner);
        let secrets: Vec<String> = officers::all(engine.store.read())?.into_iter().map(|row| row.secret_name).collect();
        for name in secrets.iter().map(String::as_str).chain([DEVICE_KEY, BUNDLE_KEY, INSTALLATION]) {
            vault.remove(name)?;
        }
        drop(engine);
        for name in FILES {
            match fs::remove_file(dir.join(name)) {
                Err(error) if error.kind() != Io::NotFound => {
                    return Err(undeleted(name, &error));
                }
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
        "Nobody can sign as this tablet any more. Delete the store folder by hand.",
    )
}
