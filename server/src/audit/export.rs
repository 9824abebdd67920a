//! The export of a log to a file: written beside its final name, renamed once it is whole and on disk. The export itself is a leaf.

use std::io::{BufWriter, Write as _};
use std::path::Path;

use ploughshare_core::audit::{Leaf, export};

use super::{AuditError, checkpoint, verifier_key};
use crate::app::App;
use crate::store::audit_log::{self, Log};

/// Leaves read at a time.
const PAGE: u32 = 1_024;

/// Writes a whole log to a file and returns how many leaves it has. `progress` is told leaves done and leaves in all.
pub async fn to_file(
    app: &App,
    actor: &str,
    log: Log,
    path: &Path,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<u64, AuditError> {
    let leaf = Leaf::new("log.exported", app.now_us(), actor, log.name());
    let mut tx = app.store.feed.begin_write().await?;
    audit_log::append(&mut tx, Log::Audit, &[leaf.encode()?]).await?;
    tx.commit().await?;
    let (size, note) = checkpoint(app, log).await?;

    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = std::path::PathBuf::from(partial);
    let failed = |source| AuditError::File { path: path.to_owned(), source };
    let mut file = BufWriter::new(std::fs::File::create(&partial).map_err(failed)?);
    let vkey = verifier_key(app)?;
    writeln!(file, "{}", export::header_line(&app.register.to_string(), log.name(), size, &vkey)).map_err(failed)?;
    let mut next = 0;
    while next < size {
        let page = audit_log::leaves(&app.store.feed, log, next, PAGE).await?;
        let before = next;
        for (index, bytes) in page.into_iter().take_while(|(index, _)| *index < size) {
            writeln!(file, "{}", export::leaf_line(index, &bytes)).map_err(failed)?;
            next = index + 1;
        }
        if next == before {
            return Err(
                crate::store::StoreError::Corrupt(format!("leaf {next} of the {} log is missing", log.name())).into()
            );
        }
        progress(next, size);
    }
    writeln!(file, "{}", export::checkpoint_line(&note)).map_err(failed)?;
    let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    std::fs::rename(&partial, path).map_err(failed)?;
    Ok(size)
}
