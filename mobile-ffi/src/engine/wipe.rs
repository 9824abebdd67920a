//! Wiping a tablet on purpose: first the keys, so that whatever is left of the files says nothing, then the files.

use std::fs;

use super::installation::{DEVICE_KEY, INSTALLATION};
use super::{Tablet, lease};
use crate::error::TabletError;
use crate::store::keys::Why;
use crate::store::{Result, officers};

/// The files of a store.
const FILES: [&str; 3] = ["tablet.db", "tablet.db-wal", "tablet.db-shm"];

impl Tablet {
    /// Destroys the keys of this tablet and deletes its store. What was not receipted by the register is lost, so a tablet that holds such
    /// is wiped only with `even_unsent`. A sealed store cannot tell, and is wiped only so too. Afterwards this object answers `storage.wiped`.
    pub fn wipe(&self, even_unsent: bool) -> Result<()> {
        let _one_at_a_time = self.syncing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !even_unsent {
            let status = self.status()?;
            let unsent =
                status.entries_unsent + status.entries_sealed + status.entries_stranded + status.persons_unsent;
            if unsent > 0 || status.sealed.is_some() {
                return Err(TabletError::refused(
                    "wipe.unsent",
                    "this tablet holds what the register has not receipted, or is sealed and cannot tell",
                    "Nothing was wiped. `sync` first; to wipe it all the same say so.",
                ));
            }
        }
        let mut engine = self.engine();
        let secrets: Vec<String> = match engine.store.read().why_sealed() {
            None => officers::all(engine.store.read())?.into_iter().map(|row| row.secret_name).collect(),
            Some(_) => Vec::new(),
        };
        lease::seal(&mut engine, self.vault.as_ref(), Why::Wiped)?;
        engine.lease = None;
        for name in secrets.iter().map(String::as_str).chain([DEVICE_KEY, INSTALLATION, lease::LEASE, lease::CONTACT]) {
            self.vault.remove(name)?;
        }
        for file in FILES {
            match fs::remove_file(self.dir.join(file)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(TabletError::new(
                        crate::error::ErrorKind::Storage,
                        "storage.access",
                        format!("a file of the store cannot be deleted: {error}"),
                        "Its keys are destroyed, so nobody can read it. Delete the store's folder by hand.",
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
