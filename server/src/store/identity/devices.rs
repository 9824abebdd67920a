//! Installations that sign: their keys, leases and revocations, and the operations they take part in.

use std::collections::BTreeSet;

use ploughshare_core::ids::{DeviceId, OfficerId, OperationId};

use crate::store::db::{Ask, Row, Tx};
use crate::store::error::Result;
use crate::vals;

/// An installation that signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Its public key.
    pub public_key: Vec<u8>,
    /// The algorithm of the key.
    pub algorithm: String,
    /// Whose it is.
    pub officer: OfficerId,
    /// What people call it.
    pub label: String,
    /// When it came in.
    pub enrolled_at: i64,
    /// Until when it may work without being renewed.
    pub lease_until: i64,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// From when on what it sealed does not count, in milliseconds.
    pub revoke_effective_ms: Option<i64>,
}

const DEVICE: &str = "select id, public_key, algorithm, officer, label, enrolled_at, lease_until, revoked_at, \
                      revoke_effective_ms from device";

/// Takes a device in, for these operations. A key that is known already is the constraint `device_pkey` or
/// `device_public_key_unique`.
pub async fn enrol(tx: &mut Tx, device: &Device, operations: &BTreeSet<OperationId>) -> Result<()> {
    let row = vals![
        device.id,
        &device.public_key,
        &device.algorithm,
        device.officer,
        &device.label,
        device.enrolled_at,
        device.lease_until,
        device.revoked_at,
        device.revoke_effective_ms,
    ];
    let columns = [
        "id",
        "public_key",
        "algorithm",
        "officer",
        "label",
        "enrolled_at",
        "lease_until",
        "revoked_at",
        "revoke_effective_ms",
    ];
    tx.insert_many("device", &columns, vec![row]).await?;
    let rows = operations.iter().map(|operation| vals![device.id, operation]).collect();
    tx.insert_many("device_operation", &["device", "operation"], rows).await?;
    Ok(())
}

/// One device.
pub async fn device(from: impl Ask, id: &DeviceId) -> Result<Option<Device>> {
    let row = from.ask_one(sql!("{DEVICE} where id = $1"), &vals![id]).await?;
    row.map(device_of).transpose()
}

/// All devices, newest first.
pub async fn devices(from: impl Ask) -> Result<Vec<Device>> {
    from.ask(sql!("{DEVICE} order by enrolled_at desc, id"), &[]).await?.into_iter().map(device_of).collect()
}

/// The operations a device takes part in.
pub async fn device_operations(from: impl Ask, id: &DeviceId) -> Result<BTreeSet<OperationId>> {
    let rows = from.ask("select operation from device_operation where device = $1", &vals![id]).await?;
    rows.iter().map(|row| Ok(OperationId::from_bytes(row.array(0)?))).collect()
}

/// Whether a device takes part in an operation.
pub async fn is_in_operation(from: impl Ask, id: &DeviceId, operation: &OperationId) -> Result<bool> {
    let sql = "select 1 from device_operation where device = $1 and operation = $2";
    Ok(from.ask_one(sql, &vals![id, operation]).await?.is_some())
}

/// Lets a device take part in another operation.
pub async fn add_to_operation(tx: &mut Tx, id: &DeviceId, operation: &OperationId) -> Result<bool> {
    let row = vals![id, operation];
    Ok(tx.insert_missing("device_operation", &["device", "operation"], vec![row]).await? == 1)
}

/// Moves the end of the lease, never backwards, and not for a revoked device.
pub async fn renew_lease(tx: &mut Tx, id: &DeviceId, until: i64) -> Result<bool> {
    let sql = "update device set lease_until = $1 where id = $2 and revoked_at is null and lease_until < $1";
    Ok(tx.execute(sql, &vals![until, id]).await? == 1)
}

/// Revokes a device from `effective_ms` on. A second revocation changes nothing.
pub async fn revoke_device(tx: &mut Tx, id: &DeviceId, at: i64, effective_ms: i64) -> Result<bool> {
    let sql = "update device set revoked_at = $1, revoke_effective_ms = $2 where id = $3 and revoked_at is null";
    Ok(tx.execute(sql, &vals![at, effective_ms, id]).await? == 1)
}

fn device_of(mut row: Row) -> Result<Device> {
    Ok(Device {
        id: DeviceId::from_bytes(row.array(0)?),
        public_key: row.take_bytes(1)?,
        algorithm: row.text(2)?.to_owned(),
        officer: OfficerId::from_bytes(row.array(3)?),
        label: row.text(4)?.to_owned(),
        enrolled_at: row.int(5)?,
        lease_until: row.int(6)?,
        revoked_at: row.opt_int(7)?,
        revoke_effective_ms: row.opt_int(8)?,
    })
}
