//! Stored files against the hashes that name them and the leaves that tell of them: a file that went away, or of which one bit was turned,
//! is named.

use ploughshare_core::audit::Leaf;
use ploughshare_core::ids::{MediaHash, OperationId};
use ploughshare_core::keys::sha256;

use super::{AuditError, PAGE, Report};
use crate::app::App;
use crate::media::MediaError;
use crate::store::Tx;
use crate::store::audit_log::{self, Log};
use crate::store::media::{self as rows, Blob};

/// Checks file by file, in the order of operation and name.
pub(super) async fn check(app: &App, report: &mut Report) -> Result<(), AuditError> {
    let mut tx = app.store.feed.begin_read().await?;
    let mut after: Option<(OperationId, MediaHash)> = None;
    loop {
        let page = rows::page(&mut tx, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some((last.operation, last.hash));
        for blob in &page {
            told(&mut tx, blob, report).await?;
            kept(app, blob, report).await;
            report.media += 1;
        }
    }
}

/// The leaf that says that it was stored.
async fn told(tx: &mut Tx, blob: &Blob, report: &mut Report) -> Result<(), AuditError> {
    let leaf = audit_log::leaf(&mut *tx, Log::Audit, blob.leaf).await?.and_then(|bytes| Leaf::decode(&bytes).ok());
    let fact = |leaf: &Leaf, name: &str, value: String| leaf.facts.get(name).is_some_and(|fact| *fact == value);
    let tells = leaf.is_some_and(|leaf| {
        leaf.verb == "media.stored"
            && leaf.subject == blob.hash.to_string()
            && leaf.actor == blob.device.to_string()
            && leaf.at_us == blob.received_at
            && fact(&leaf, "operation", blob.operation.to_string())
            && fact(&leaf, "bytes", blob.bytes.to_string())
    });
    if !tells {
        report.fault("media_blob", row(blob), format!("leaf {} of the audit log does not tell of it", blob.leaf));
    }
    Ok(())
}

/// The bytes themselves.
async fn kept(app: &App, blob: &Blob, report: &mut Report) {
    match app.media.files.whole(&blob.operation, &blob.hash).await {
        Ok(bytes) => {
            let looked = tokio::task::spawn_blocking(move || sha256(&bytes));
            if looked.await.ok().as_ref() != Some(blob.hash.as_bytes()) {
                report.fault("media_blob", row(blob), "the stored file is not the one that its hash names");
            }
        }
        Err(MediaError::Lost) => report.fault("media_blob", row(blob), "the file is not where it was put"),
        Err(error) => report.fault("media_blob", row(blob), format!("the file cannot be read: {error}")),
    }
}

fn row(blob: &Blob) -> String {
    format!("{} {}", blob.operation, blob.hash)
}
