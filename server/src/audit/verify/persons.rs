//! Sealed records of people against the leaves that tell of them: a key or sealed bytes that went away without an erasure in the log, an
//! erasure that is told and was not done, and a record that nobody is told to have brought.

use ploughshare_core::audit::Leaf;
use ploughshare_core::ids::PersonHash;

use super::{AuditError, PAGE, Report};
use crate::app::App;
use crate::store::Tx;
use crate::store::audit_log::{self, Log};
use crate::store::persons::{self as rows, Blob};

/// Checks record by record, in the order of their names.
pub(super) async fn check(app: &App, report: &mut Report) -> Result<(), AuditError> {
    let mut tx = app.store.feed.begin_read().await?;
    let mut after: Option<PersonHash> = None;
    loop {
        let page = rows::page(&mut tx, None, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.hash);
        for blob in &page {
            one(&mut tx, blob, report).await?;
            report.persons += 1;
        }
    }
}

async fn one(tx: &mut Tx, blob: &Blob, report: &mut Report) -> Result<(), AuditError> {
    let received = tells(tx, blob.leaf, "person.received", blob).await?;
    if !received.is_some_and(|leaf| leaf.actor == blob.device.to_string() && leaf.at_us == blob.received_at) {
        report.fault("person_blob", blob.hash, format!("leaf {} of the audit log does not tell of it", blob.leaf));
    }
    let has_key = rows::has_key(&mut *tx, &blob.hash).await?;
    match &blob.erased {
        None if !has_key => report.fault("person_key", blob.hash, "the key is gone, and no erasure is told"),
        None => {}
        Some((at, leaf, because)) => {
            let told = tells(tx, *leaf, "person.erased", blob).await?;
            if !told.is_some_and(|told| told.at_us == *at && told.facts.get("because") == Some(because)) {
                report.fault(
                    "person_blob",
                    blob.hash,
                    format!("leaf {leaf} of the audit log does not tell its erasure"),
                );
            }
            if has_key {
                report.fault("person_key", blob.hash, "the record was erased, and its key is here");
            }
        }
    }
    Ok(())
}

/// The leaf, if it tells this of the record.
async fn tells(tx: &mut Tx, index: u64, verb: &str, blob: &Blob) -> Result<Option<Leaf>, AuditError> {
    let leaf = audit_log::leaf(&mut *tx, Log::Audit, index).await?.and_then(|bytes| Leaf::decode(&bytes).ok());
    Ok(leaf.filter(|leaf| {
        leaf.verb == verb
            && leaf.subject == blob.hash.to_string()
            && leaf.facts.get("operation").is_some_and(|fact| *fact == blob.operation.to_string())
    }))
}
