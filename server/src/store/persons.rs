//! Sealed records of people: who brought which, its sealed bytes and its wrapped key until both are erased, and which items name it.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::ids::{DeviceId, DocId, OperationId, PersonHash};

use super::db::{Ask, Db, Row, Tx, Val};
use super::error::Result;
use super::read_filter::Filter;
use crate::vals;

/// What is known of a sealed record without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Its name: SHA-256 of what the tablet sealed.
    pub hash: PersonHash,
    /// The operation it belongs to.
    pub operation: OperationId,
    /// Which device brought it first.
    pub device: DeviceId,
    /// When.
    pub received_at: i64,
    /// The leaf of the audit log that says so.
    pub leaf: u64,
    /// When, by which leaf and why it was erased.
    pub erased: Option<(i64, u64, String)>,
}

const BLOB: &str = "select hash, operation, device, received_at, leaf_index, erased_at, erased_leaf_index, erased_because from person_blob";

fn blob_of(row: &Row) -> Result<Blob> {
    let erased = match row.opt_int(5)? {
        Some(at) => Some((at, row.uint(6)?, row.text(7)?.to_owned())),
        None => None,
    };
    Ok(Blob {
        hash: PersonHash::from_bytes(row.array(0)?),
        operation: OperationId::from_bytes(row.array(1)?),
        device: DeviceId::from_bytes(row.array(2)?),
        received_at: row.int(3)?,
        leaf: row.uint(4)?,
        erased,
    })
}

/// One record.
pub async fn blob(from: impl Ask, hash: &PersonHash) -> Result<Option<Blob>> {
    let row = from.ask_one(sql!("{BLOB} where hash = $1"), &vals![hash]).await?;
    row.as_ref().map(blob_of).transpose()
}

/// How many records a device has brought.
pub async fn count_of(from: impl Ask, device: &DeviceId) -> Result<u64> {
    let row = from.ask_one("select count(*) from person_blob where device = $1", &vals![device]).await?;
    Ok(row.map(|row| row.uint(0)).transpose()?.unwrap_or(0))
}

/// Keeps a record and its wrapped key.
pub async fn add(tx: &mut Tx, blob: &Blob, sealed: Vec<u8>, wrapped: Vec<u8>) -> Result<()> {
    let Blob { hash, operation, device, received_at, leaf, .. } = blob;
    let columns = ["hash", "operation", "device", "received_at", "leaf_index", "sealed"];
    tx.insert_many("person_blob", &columns, vec![vals![hash, operation, device, *received_at, *leaf, sealed]]).await?;
    tx.insert_many("person_key", &["hash", "wrapped"], vec![vals![hash, wrapped]]).await?;
    Ok(())
}

/// The sealed bytes and the wrapped key of a record, while it has both.
pub async fn sealed(from: impl Ask, hash: &PersonHash) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
    let sql = "select b.sealed, k.wrapped from person_blob b join person_key k on k.hash = b.hash
      where b.hash = $1 and b.sealed is not null";
    let row = from.ask_one(sql, &vals![hash]).await?;
    row.map(|mut row| Ok((row.take_bytes(0)?, row.take_bytes(1)?))).transpose()
}

/// Whether a record's key is here.
pub async fn has_key(from: impl Ask, hash: &PersonHash) -> Result<bool> {
    Ok(from.ask_one("select 1 from person_key where hash = $1", &vals![hash]).await?.is_some())
}

/// Destroys the key and the sealed bytes of a record.
pub async fn erase(tx: &mut Tx, hash: &PersonHash, at: i64, leaf: u64, because: &str) -> Result<()> {
    tx.execute("delete from person_key where hash = $1", &vals![hash]).await?;
    let sql = "update person_blob set sealed = null, erased_at = $1, erased_leaf_index = $2, erased_because = $3 where hash = $4";
    tx.execute(sql, &vals![at, leaf, because, hash]).await?;
    Ok(())
}

/// Records in the order of their names, behind one, at most so many.
pub async fn page(
    from: impl Ask,
    within: Option<&BTreeSet<OperationId>>,
    after: Option<&PersonHash>,
    limit: u32,
) -> Result<Vec<Blob>> {
    let mut filter = Filter::new();
    filter.within("operation", within);
    if let Some(after) = after {
        let place = filter.bind(after);
        filter.and(format!("hash > {place}"));
    }
    let most = filter.bind(limit);
    let sql = sql!("{BLOB} {} order by hash limit {most}", filter.sql());
    from.ask(sql, filter.values()).await?.iter().map(blob_of).collect()
}

/// Records received before a moment and not erased, the oldest first.
pub async fn older_than(from: impl Ask, moment: i64) -> Result<Vec<Blob>> {
    let sql = sql!("{BLOB} where received_at < $1 and sealed is not null order by received_at, hash");
    from.ask(sql, &vals![moment]).await?.iter().map(blob_of).collect()
}

/// Which items name these records.
pub async fn items_of(register: &Db, hashes: &[PersonHash]) -> Result<BTreeMap<PersonHash, Vec<(OperationId, DocId)>>> {
    let mut items: BTreeMap<PersonHash, Vec<(OperationId, DocId)>> = BTreeMap::new();
    if hashes.is_empty() {
        return Ok(items);
    }
    let places: Vec<String> = (1..=hashes.len()).map(|n| format!("${n}")).collect();
    let sql = sql!(
        "select hash, operation, item from item_person where hash in ({}) order by operation, item",
        places.join(", ")
    );
    let values: Vec<Val> = hashes.iter().map(Val::from).collect();
    for row in register.query(sql, &values).await? {
        let item = (OperationId::from_bytes(row.array(1)?), DocId::from_bytes(row.array(2)?));
        items.entry(PersonHash::from_bytes(row.array(0)?)).or_default().push(item);
    }
    Ok(items)
}

/// The record that an item names.
pub async fn of_item(register: &Db, operation: &OperationId, item: &DocId) -> Result<Option<PersonHash>> {
    let sql = "select hash from item_person where operation = $1 and item = $2";
    let row = register.query_one(sql, &vals![operation, item]).await?;
    row.map(|row| Ok(PersonHash::from_bytes(row.array(0)?))).transpose()
}

/// Whether the tablets of an operation were told this key.
pub async fn is_published(from: impl Ask, operation: &OperationId, recipient: &str) -> Result<bool> {
    let sql = "select 1 from person_recipient where operation = $1 and recipient = $2";
    Ok(from.ask_one(sql, &vals![operation, recipient]).await?.is_some())
}

/// Notes that the tablets of an operation are told this key. `false` if they were.
pub async fn publish(tx: &mut Tx, operation: &OperationId, recipient: &str, at: i64) -> Result<bool> {
    let row = vals![operation, recipient, at];
    Ok(tx.insert_missing("person_recipient", &["operation", "recipient", "published_at"], vec![row]).await? == 1)
}
