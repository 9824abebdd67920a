//! What is refused is kept as evidence: whole up to a quota a device, then as hash and reason. What a revoked device brings late is set
//! aside for a person to decide. Both leave an audit leaf.

use ploughshare_core::audit::Leaf;

use super::{AdmissionError, Bringer, Refusal};
use crate::app::App;
use crate::store::Tx;
use crate::store::audit_log::{self, Log};
use crate::vals;

/// Keeps refusals in the transaction that answers them. A repetition is kept once.
pub(super) async fn keep(
    app: &App,
    tx: &mut Tx,
    who: &Bringer,
    refusals: &[Refusal],
    now_us: i64,
) -> Result<(), AdmissionError> {
    let mut leaves = Vec::new();
    for refusal in refusals {
        let known = tx
            .query_one(
                "select 1 from refusal where device = $1 and hash = $2 and code = $3",
                &vals![who.device.as_bytes(), refusal.hash.as_bytes(), refusal.code],
            )
            .await?;
        if known.is_some() {
            continue;
        }
        let verb = if refusal.aside.is_some() { "segment.set_aside" } else { "segment.refused" };
        let leaf = Leaf::new(verb, now_us, &who.device.to_string(), &refusal.hash.to_string())
            .fact("operation", who.operation)
            .fact("code", refusal.code);
        leaves.push(leaf.encode()?);
        if let Some(journal) = &refusal.aside {
            let row = vals![
                who.operation.as_bytes(),
                refusal.hash.as_bytes(),
                who.device.as_bytes(),
                journal.as_bytes(),
                now_us,
                &refusal.bytes,
                &refusal.detail
            ];
            let columns = ["operation", "hash", "device", "journal", "received_at", "bytes", "reason"];
            tx.insert_missing("segment_aside", &columns, vec![row]).await?;
        }
        let used = tx
            .query_one(
                "select cast(coalesce(sum(length(bytes)), 0) as bigint) from refusal where device = $1 and bytes is not null",
                &vals![who.device.as_bytes()],
            )
            .await?;
        let used = used.map(|row| row.uint(0)).transpose()?.unwrap_or(0);
        let fits = used + refusal.bytes.len() as u64 <= app.settings.evidence_quota_bytes;
        let evidence = (fits && refusal.aside.is_none()).then(|| refusal.bytes.clone());
        let row = vals![
            app.random::<16>(),
            who.device.as_bytes(),
            who.operation.as_bytes(),
            refusal.code,
            refusal.hash.as_bytes(),
            now_us,
            evidence,
            &refusal.detail
        ];
        let columns = ["id", "device", "operation", "code", "hash", "received_at", "bytes", "detail"];
        tx.insert_many("refusal", &columns, vec![row]).await?;
    }
    if !leaves.is_empty() {
        audit_log::append(tx, Log::Audit, &leaves).await?;
    }
    Ok(())
}
