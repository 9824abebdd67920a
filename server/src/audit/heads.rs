//! Signed heads, made when somebody asks, and the proofs against them.

use ploughshare_core::audit::checkpoint;
use ploughshare_core::audit::tree::TreeError;
use ploughshare_core::audit::{ConsistencyProof, InclusionProof};

use super::{AuditError, key_name, signing_key};
use crate::app::App;
use crate::store::StoreError;
use crate::store::audit_log::{self, Log};

/// The signed head of a log as it is now. The same size is signed once.
pub async fn checkpoint(app: &App, log: Log) -> Result<(u64, String), AuditError> {
    let db = &app.store.feed;
    let head = audit_log::head(db, log).await?;
    if let Some(kept) = audit_log::checkpoint_at(db, log, head.size).await? {
        return Ok((kept.size, text(kept.note)?));
    }
    let note = checkpoint::sign(&app.log_origin(log.name()), head.size, &head.root, &signing_key(app), &key_name(app))?;
    let mut tx = db.begin_write().await?;
    audit_log::put_checkpoint(&mut tx, log, head.size, &note, app.now_us()).await?;
    tx.commit().await?;
    Ok((head.size, note))
}

/// The signed head over exactly `size` leaves: the newest one, or one that was signed before.
async fn checkpoint_of(app: &App, log: Log, size: Option<u64>) -> Result<(u64, String), AuditError> {
    let (newest, note) = checkpoint(app, log).await?;
    match size {
        None => Ok((newest, note)),
        Some(size) if size == newest => Ok((newest, note)),
        Some(size) => match audit_log::checkpoint_at(&app.store.feed, log, size).await? {
            Some(kept) => Ok((kept.size, text(kept.note)?)),
            None => Err(TreeError::OldIsLarger { old: size, new: newest }.into()),
        },
    }
}

/// Proof that a leaf is in a log, against the newest head or the one over `size` leaves, with the leaf itself.
pub async fn inclusion(app: &App, log: Log, index: u64, size: Option<u64>) -> Result<InclusionProof, AuditError> {
    let (size, checkpoint) = checkpoint_of(app, log, size).await?;
    let inclusion = audit_log::inclusion(&app.store.feed, log, index, size)
        .await
        .map_err(|error| out_of_range(error, index, size))?;
    let leaf = audit_log::leaf(&app.store.feed, log, index).await?;
    Ok(InclusionProof { inclusion, leaf, checkpoint })
}

fn out_of_range(error: StoreError, index: u64, size: u64) -> AuditError {
    if index >= size { TreeError::NoSuchLeaf { index, size }.into() } else { error.into() }
}

/// Proof that the log of `old` leaves is the beginning of the newest one.
pub async fn consistency(app: &App, log: Log, old: u64) -> Result<ConsistencyProof, AuditError> {
    let (new, checkpoint) = checkpoint(app, log).await?;
    if old > new {
        return Err(TreeError::OldIsLarger { old, new }.into());
    }
    let consistency = audit_log::consistency(&app.store.feed, log, old, new).await?;
    Ok(ConsistencyProof { consistency, checkpoint })
}

fn text(note: Vec<u8>) -> Result<String, AuditError> {
    Ok(String::from_utf8(note).map_err(|_| StoreError::Corrupt("a kept checkpoint is not text".to_owned()))?)
}
