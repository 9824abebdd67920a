//! Sealed tablets that a registrar allowed to be opened again.

use ploughshare_core::ids::DeviceId;

use super::db::Tx;
use super::error::Result;
use crate::vals;

/// Allows it once more; `false` if it was allowed to the same tablet already and not used.
pub async fn allow(tx: &mut Tx, device: &DeviceId, by: &DeviceId, now: i64) -> Result<bool> {
    let sql = "select 1 from device_reopening where device = $1 and by_device = $2 and used_at is null";
    if tx.query_one(sql, &vals![device, by]).await?.is_some() {
        return Ok(false);
    }
    let sql = "insert into device_reopening (device, by_device, allowed_at, used_at) values ($1, $2, $3, null)
      on conflict (device) do update set by_device = excluded.by_device, allowed_at = excluded.allowed_at, used_at = null";
    tx.execute(sql, &vals![device, by, now]).await?;
    Ok(true)
}

/// Uses an allowance; `false` where there is none.
pub async fn use_up(tx: &mut Tx, device: &DeviceId, by: &DeviceId, now: i64) -> Result<bool> {
    let sql = "update device_reopening set used_at = $3 where device = $1 and by_device = $2 and used_at is null";
    Ok(tx.execute(sql, &vals![device, by, now]).await? == 1)
}
