//! The tables of a tablet's store, and their versions.

use super::{Result, Store};
use crate::error::{ErrorKind, TabletError};

/// One step a version; a step, once shipped, never changes.
const STEPS: &[&str] = &[
    include_str!("schema-1.sql"),
    include_str!("schema-2.sql"),
    include_str!("schema-3.sql"),
    include_str!("schema-4.sql"),
];

/// Brings the database to the newest version.
pub(super) fn migrate(store: &mut Store) -> Result<()> {
    let version =
        |conn: &rusqlite::Connection| conn.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    let newest = STEPS.len() as i64;
    if version(store.read())? == newest {
        return Ok(());
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
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "user_version", newest)?;
    tx.commit()?;
    Ok(())
}
