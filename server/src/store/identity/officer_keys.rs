//! Keys with which officers sign in their own name: whose, where they are kept, in which operations they are known, and until when
//! they are good.

use std::collections::BTreeSet;

use ploughshare_core::ids::{DeviceId, OfficerId, OperationId};

use crate::store::db::{Ask, Row, Tx};
use crate::store::error::Result;
use crate::vals;

/// A key of an officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerKey {
    /// The public key.
    pub public_key: Vec<u8>,
    /// Whose it is.
    pub officer: OfficerId,
    /// Where it is kept.
    pub device: DeviceId,
    /// When it came in.
    pub added_at: i64,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// From when on what it signed does not count, in milliseconds.
    pub revoke_effective_ms: Option<i64>,
}

const KEY: &str = "select public_key, officer, device, added_at, revoked_at, revoke_effective_ms from officer_key";

/// Enters a key. One that is known already is the constraint `officer_key_pkey`.
pub async fn add_officer_key(tx: &mut Tx, key: &OfficerKey) -> Result<()> {
    let OfficerKey { public_key, officer, device, added_at, revoked_at, revoke_effective_ms } = key;
    let columns = ["public_key", "officer", "device", "added_at", "revoked_at", "revoke_effective_ms"];
    let row = vals![public_key, officer, device, *added_at, *revoked_at, *revoke_effective_ms];
    tx.insert_many("officer_key", &columns, vec![row]).await?;
    Ok(())
}

/// Makes a key known in an operation, by a ticket. `false` if it was known there.
pub async fn add_officer_key_to_operation(
    tx: &mut Tx,
    public_key: &[u8],
    operation: &OperationId,
    ticket: &[u8; 16],
) -> Result<bool> {
    let row = vals![public_key.to_vec(), operation, ticket];
    let columns = ["public_key", "operation", "ticket"];
    Ok(tx.insert_missing("officer_key_operation", &columns, vec![row]).await? == 1)
}

/// One key.
pub async fn officer_key(from: impl Ask, public_key: &[u8]) -> Result<Option<OfficerKey>> {
    let row = from.ask_one(sql!("{KEY} where public_key = $1"), &vals![public_key.to_vec()]).await?;
    row.map(key_of).transpose()
}

/// The key that came in by this ticket.
pub async fn officer_key_by_ticket(from: impl Ask, ticket: &[u8; 16]) -> Result<Option<OfficerKey>> {
    let sql = sql!("{KEY} where public_key in (select public_key from officer_key_operation where ticket = $1)");
    from.ask_one(sql, &vals![ticket]).await?.map(key_of).transpose()
}

/// All keys, in the order in which they came in.
pub async fn officer_keys(from: impl Ask) -> Result<Vec<OfficerKey>> {
    from.ask(sql!("{KEY} order by added_at, public_key"), &[]).await?.into_iter().map(key_of).collect()
}

/// All keys kept on a device.
pub async fn officer_keys_on(from: impl Ask, device: &DeviceId) -> Result<Vec<OfficerKey>> {
    let sql = sql!("{KEY} where device = $1 order by added_at, public_key");
    from.ask(sql, &vals![device]).await?.into_iter().map(key_of).collect()
}

/// The operations in which a key is known.
pub async fn officer_key_operations(from: impl Ask, public_key: &[u8]) -> Result<BTreeSet<OperationId>> {
    let sql = "select operation from officer_key_operation where public_key = $1";
    let rows = from.ask(sql, &vals![public_key.to_vec()]).await?;
    rows.iter().map(|row| Ok(OperationId::from_bytes(row.array(0)?))).collect()
}

/// Revokes a key from `effective_ms` on. A second revocation changes nothing.
pub async fn revoke_officer_key(tx: &mut Tx, public_key: &[u8], at: i64, effective_ms: i64) -> Result<bool> {
    let sql = "update officer_key set revoked_at = $1, revoke_effective_ms = $2
      where public_key = $3 and revoked_at is null";
    Ok(tx.execute(sql, &vals![at, effective_ms, public_key.to_vec()]).await? == 1)
}

fn key_of(mut row: Row) -> Result<OfficerKey> {
    Ok(OfficerKey {
        public_key: row.take_bytes(0)?,
        officer: OfficerId::from_bytes(row.array(1)?),
        device: DeviceId::from_bytes(row.array(2)?),
        added_at: row.int(3)?,
        revoked_at: row.opt_int(4)?,
        revoke_effective_ms: row.opt_int(5)?,
    })
}
