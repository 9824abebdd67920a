//! Receipts for what was received before, for a tablet that heard no answer: the same places and leaves as the first time, without the
//! bytes travelling again.

use ploughshare_core::ids::{DeviceId, SegmentHash};
use ploughshare_core::receipt::Safe;

use super::{AdmissionError, Bringer, SafeOnes, sign};
use crate::app::App;
use crate::vals;

/// Receipts for those of these segments that are here.
pub async fn receipts_again(app: &App, who: &Bringer, wanted: &[SegmentHash]) -> Result<Vec<Vec<u8>>, AdmissionError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut safe = SafeOnes::new();
    for hash in wanted {
        let sql = "select place, leaf_index, received_at, device from segment where operation = $1 and hash = $2";
        let row = app.store.feed.query_one(sql, &vals![who.operation.as_bytes(), hash.as_bytes()]).await?;
        if let Some(row) = row {
            let device = DeviceId::from_bytes(row.array(3)?);
            let one = Safe { segment: *hash, place: row.uint(0)?, leaf: row.uint(1)? };
            safe.entry((device, row.int(2)? / 1000)).or_default().push(one);
        }
    }
    let decision = super::admit::newest_decision(&app.store.feed, &who.operation).await?;
    Ok(sign(app, &who.operation, safe, decision))
}
