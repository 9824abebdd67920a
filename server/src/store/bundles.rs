//! To which key a device's bundles are sealed, and what it said last that it holds.

use ploughshare_core::exchange::Request;
use ploughshare_core::ids::{DeviceId, OperationId, SegmentHash};

use super::db::{Ask, Tx};
use super::error::Result;
use crate::vals;

/// Keeps the key of a device; the newest counts.
pub async fn publish(tx: &mut Tx, device: &DeviceId, recipient: &str, now_us: i64) -> Result<()> {
    let columns = ["device", "recipient", "published_at"];
    tx.upsert_many("device_bundle_key", &columns, &["device"], vec![vals![device, recipient, now_us]]).await?;
    Ok(())
}

/// The key of a device.
pub async fn recipient(from: impl Ask, device: &DeviceId) -> Result<Option<String>> {
    let row = from.ask_one("select recipient from device_bundle_key where device = $1", &vals![device]).await?;
    row.map(|row| row.text(0).map(str::to_owned)).transpose()
}

/// Keeps what a device says it holds, unless a later bundle of it said so before.
pub async fn ask(tx: &mut Tx, device: &DeviceId, request: &Request, made_ms: i64) -> Result<()> {
    let sql = "select made_at_ms from bundle_asked where operation = $1 and device = $2";
    let known = tx.query_one(sql, &vals![&request.operation, device]).await?;
    if known.map(|row| row.int(0)).transpose()?.is_some_and(|known| known >= made_ms) {
        return Ok(());
    }
    let row = vals![&request.operation, device, request.to_bytes(), made_ms];
    let columns = ["operation", "device", "request", "made_at_ms"];
    tx.upsert_many("bundle_asked", &columns, &["operation", "device"], vec![row]).await?;
    Ok(())
}

/// What a device said last that it holds.
pub async fn asked(from: impl Ask, operation: &OperationId, device: &DeviceId) -> Result<Option<Request>> {
    let sql = "select request from bundle_asked where operation = $1 and device = $2";
    let Some(row) = from.ask_one(sql, &vals![operation, device]).await? else { return Ok(None) };
    Ok(Request::from_bytes(row.bytes(0)?).ok())
}

/// Whether a device takes part in an operation.
pub async fn takes_part(from: impl Ask, operation: &OperationId, device: &DeviceId) -> Result<bool> {
    let sql = "select 1 from device_operation where operation = $1 and device = $2";
    Ok(from.ask_one(sql, &vals![operation, device]).await?.is_some())
}

/// The newest segments of a device, at most so many.
pub async fn newest_of(
    from: impl Ask,
    operation: &OperationId,
    device: &DeviceId,
    limit: u32,
) -> Result<Vec<SegmentHash>> {
    let sql = "select hash from segment where operation = $1 and device = $2 order by place desc limit $3";
    let rows = from.ask(sql, &vals![operation, device, limit]).await?;
    rows.iter().map(|row| Ok(SegmentHash::from_bytes(row.array(0)?))).collect()
}
