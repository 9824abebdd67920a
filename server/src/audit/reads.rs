//! Reads of single items and searches by serial, written down before their answer leaves: who, when, for what purpose, never the content.
//! What is asked at the same time shares one transaction.

use std::sync::{Arc, Mutex, PoisonError};

use ploughshare_core::audit::Leaf;
use tokio::sync::oneshot;

use super::AuditError;
use crate::app::App;
use crate::store::audit_log::{self, Log};

type Waiting = (Vec<u8>, oneshot::Sender<bool>);

/// The door to the log of reads.
#[derive(Clone, Default)]
pub struct ReadsLog {
    waiting: Arc<Mutex<Vec<Waiting>>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl ReadsLog {
    /// Writes a read down; returns once it is durable.
    pub async fn note(&self, app: &Arc<App>, leaf: &Leaf) -> Result<(), AuditError> {
        let (done, mut written) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((leaf.encode()?, done));
        let turn = Arc::clone(&self.turn).lock_owned().await;
        // Whoever had the turn before may have written ours along with theirs.
        if let Ok(done) = written.try_recv() {
            return if done { Ok(()) } else { Err(AuditError::Cancelled) };
        }
        let batch = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        let app = Arc::clone(app);
        // In a task of its own: a reader who hangs up does not take the others' lines with them.
        let writing = tokio::spawn(async move {
            let _turn = turn;
            let (leaves, dones): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
            let result = append(&app, &leaves).await;
            for done in dones {
                // Nobody waits any more where the reader has hung up.
                _ = done.send(result.is_ok());
            }
            result
        });
        writing.await.map_err(|_| AuditError::Cancelled)?
    }
}

async fn append(app: &App, leaves: &[Vec<u8>]) -> Result<(), AuditError> {
    let mut tx = app.store.feed.begin_write().await?;
    audit_log::append(&mut tx, Log::Reads, leaves).await?;
    tx.commit().await?;
    Ok(())
}
