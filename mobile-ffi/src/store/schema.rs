//! The tables of a tablet's store, and their versions.

use super::{Result, Store, convert, keys};
use crate::error::{ErrorKind, TabletError};
use crate::platform::{KeyVault, Platform};

/// One step a version; a step, once shipped, never changes.
pub(super) const STEPS: &[&str] = &[
    include_str!("schema-1.sql"),
    include_str!("schema-2.sql"),
    include_str!("schema-3.sql"),
    include_str!("schema-4.sql"),
    include_str!("schema-5.sql"),
    include_str!("schema-6.sql"),
    include_str!("schema-7.sql"),
];
/// The step from which on rows are sealed.
const SEALED: usize = 5;

/// Brings the database to the newest version and opens it with the key of the vault.
pub(super) fn migrate(store: &mut Store, vault: &dyn KeyVault, platform: &dyn Platform) -> Result<()> {
    let version =
        |conn: &rusqlite::Connection| conn.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    let newest = STEPS.len() as i64;
    if version(store.read())? == newest {
        return keys::open(store.read(), vault, platform);
    }
    let tx = store.write()?;
    let found = version(&tx)?;
    if found > newest {
        return Err(TabletError::new(
            ErrorKind::Storage,
            "storage.too_new",
            format!("this store was written by a newer version (schema {found}; this one knows {newest})"),
            "Update this program.",
        ));
    }
    let found = usize::try_from(found).unwrap_or(0);
    for (number, step) in (1..).zip(STEPS).skip(found) {
        tx.execute_batch(step)?;
        if number == SEALED {
            keys::open(&tx, vault, platform)?;
            convert::seal_all(&tx)?;
        }
    }
    if found >= SEALED {
        keys::open(&tx, vault, platform)?;
    }
    tx.pragma_update(None, "user_version", newest)?;
    tx.commit()?;
    if (1..SEALED).contains(&found) {
        // Pages that were given back still hold plain words: the file is written anew, and the log with it.
        store.read().execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?;
    }
    Ok(())
}
