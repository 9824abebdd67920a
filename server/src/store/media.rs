//! Files that are stored, and files that statements name. The first are in the feed, the second in the register.

use std::collections::BTreeSet;

use ploughshare_core::ids::{DeviceId, DocId, EntryHash, MediaHash, OfficerId, OperationId};

use super::db::{Ask, Db, Row, Tx, Val};
use super::error::Result;
use super::read_filter::Filter;
use crate::vals;

/// Keys asked for at once.
const AT_ONCE: usize = 200;

/// A file that is stored whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// The operation it was brought for.
    pub operation: OperationId,
    /// Its name.
    pub hash: MediaHash,
    /// Its size.
    pub bytes: u64,
    /// Its media type, by its own first bytes.
    pub mime: String,
    /// Whether it may carry more than a picture: place, time, machine.
    pub metadata: bool,
    /// Which device brought it.
    pub device: DeviceId,
    /// When, in µs.
    pub received_at: i64,
    /// The leaf of the audit log that says so.
    pub leaf: u64,
    /// Whether a statement named it, as far as was looked.
    pub named: bool,
}

const BLOB: &str =
    "select operation, hash, bytes, mime, metadata, device, received_at, leaf_index, named from media_blob";

fn blob_of(row: &Row) -> Result<Blob> {
    Ok(Blob {
        operation: OperationId::from_bytes(row.array(0)?),
        hash: MediaHash::from_bytes(row.array(1)?),
        bytes: row.uint(2)?,
        mime: row.text(3)?.to_owned(),
        metadata: row.flag(4)?,
        device: DeviceId::from_bytes(row.array(5)?),
        received_at: row.int(6)?,
        leaf: row.uint(7)?,
        named: row.flag(8)?,
    })
}

/// One file.
pub async fn blob(from: impl Ask, operation: &OperationId, hash: &MediaHash) -> Result<Option<Blob>> {
    let row = from.ask_one(sql!("{BLOB} where operation = $1 and hash = $2"), &vals![operation, hash]).await?;
    row.as_ref().map(blob_of).transpose()
}

/// A file of this name, whatever operation it was brought for.
pub async fn blob_anywhere(from: impl Ask, hash: &MediaHash) -> Result<Option<Blob>> {
    let row =
        from.ask_one(sql!("{BLOB} where hash = $1 order by received_at, operation limit 1"), &vals![hash]).await?;
    row.as_ref().map(blob_of).transpose()
}

/// Says that a file is stored.
pub async fn add(tx: &mut Tx, blob: &Blob) -> Result<()> {
    let columns = ["operation", "hash", "bytes", "mime", "metadata", "device", "received_at", "leaf_index", "named"];
    let Blob { operation, hash, bytes, mime, metadata, device, received_at, leaf, named } = blob;
    let row = vals![operation, hash, *bytes, mime, *metadata, device, *received_at, *leaf, *named];
    tx.insert_many("media_blob", &columns, vec![row]).await?;
    Ok(())
}

/// Which of these are stored for an operation.
pub async fn stored(feed: &Db, operation: &OperationId, hashes: &[MediaHash]) -> Result<BTreeSet<MediaHash>> {
    let sql = "select hash from media_blob where operation = $1 and hash in";
    which(feed, sql, operation, hashes).await
}

/// Which of these are stored for any operation.
pub async fn stored_anywhere(feed: &Db, hashes: &[MediaHash]) -> Result<BTreeSet<MediaHash>> {
    let mut found = BTreeSet::new();
    for some in hashes.chunks(AT_ONCE) {
        let places: Vec<String> = (1..=some.len()).map(|n| format!("${n}")).collect();
        let values: Vec<Val> = some.iter().map(Val::from).collect();
        let sql = sql!("select hash from media_blob where hash in ({})", places.join(", "));
        for row in feed.query(sql, &values).await? {
            found.insert(MediaHash::from_bytes(row.array(0)?));
        }
    }
    Ok(found)
}

/// Which of these a statement of an operation names.
pub async fn named(register: &Db, operation: &OperationId, hashes: &[MediaHash]) -> Result<BTreeSet<MediaHash>> {
    let sql = "select hash from media_reference where operation = $1 and hash in";
    which(register, sql, operation, hashes).await
}

async fn which(
    db: &Db,
    sql: &'static str,
    operation: &OperationId,
    hashes: &[MediaHash],
) -> Result<BTreeSet<MediaHash>> {
    let mut found = BTreeSet::new();
    for some in hashes.chunks(AT_ONCE) {
        let places: Vec<String> = (2..some.len() + 2).map(|n| format!("${n}")).collect();
        let mut values = vals![operation];
        values.extend(some.iter().map(Val::from));
        for row in db.query(sql!("{sql} ({})", places.join(", ")), &values).await? {
            found.insert(MediaHash::from_bytes(row.array(0)?));
        }
    }
    Ok(found)
}

/// Bytes that a device has brought in all.
pub async fn bytes_of(from: impl Ask, device: &DeviceId) -> Result<u64> {
    let sql = "select cast(coalesce(sum(bytes), 0) as bigint) from media_blob where device = $1";
    let row = from.ask_one(sql, &vals![device]).await?;
    Ok(row.map(|row| row.uint(0)).transpose()?.unwrap_or(0))
}

/// Files of a device that no statement had named when it was last looked.
pub async fn unnamed_of(from: impl Ask, device: &DeviceId) -> Result<Vec<Blob>> {
    let sql = sql!("{BLOB} where device = $1 and named = 0 order by operation, hash");
    from.ask(sql, &vals![device]).await?.iter().map(blob_of).collect()
}

/// Notes that a statement names these.
pub async fn mark_named(tx: &mut Tx, operation: &OperationId, hashes: &BTreeSet<MediaHash>) -> Result<()> {
    for hash in hashes {
        let sql = "update media_blob set named = 1 where operation = $1 and hash = $2 and named = 0";
        tx.execute(sql, &vals![operation, hash]).await?;
    }
    Ok(())
}

/// Files in the order of operation and name, behind one, at most so many.
pub async fn page(from: impl Ask, after: Option<&(OperationId, MediaHash)>, limit: u32) -> Result<Vec<Blob>> {
    let mut filter = Filter::new();
    if let Some((operation, hash)) = after {
        let (operation, hash) = (filter.bind(operation), filter.bind(hash));
        filter.and(format!("(operation, hash) > ({operation}, {hash})"));
    }
    let most = filter.bind(limit);
    let sql = sql!("{BLOB} {} order by operation, hash limit {most}", filter.sql());
    from.ask(sql, filter.values()).await?.iter().map(blob_of).collect()
}

/// A statement that names a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The statement.
    pub entry: EntryHash,
    /// Which of the files that it names.
    pub index: u64,
    /// About what.
    pub doc: DocId,
    /// The file.
    pub hash: MediaHash,
    /// `original` or `small`.
    pub role: String,
    /// Of a working copy: the original.
    pub original: Option<MediaHash>,
    /// The set whose member names it.
    pub set: String,
    /// What it shows.
    pub view: Option<String>,
    /// Its size as stated.
    pub bytes: Option<i64>,
    /// On which device it was said.
    pub device: DeviceId,
    /// By whom.
    pub officer: OfficerId,
    /// Whether the register said it, of an item that it took over from another operation.
    pub by_register: bool,
    /// When the register received it, in µs.
    pub received_at: i64,
}

/// Columns of `media_reference`, as the projection writes them.
pub const REFERENCE: [&str; 14] = [
    "operation",
    "entry",
    "idx",
    "doc",
    "hash",
    "role",
    "original",
    "set_name",
    "view",
    "bytes",
    "device",
    "officer",
    "by_register",
    "received_at",
];

const NAMED: &str = "select entry, idx, doc, hash, role, original, set_name, view, bytes, device, officer, by_register, \
                     received_at from media_reference";

fn reference_of(row: &Row) -> Result<Reference> {
    Ok(Reference {
        entry: EntryHash::from_bytes(row.array(0)?),
        index: row.uint(1)?,
        doc: DocId::from_bytes(row.array(2)?),
        hash: MediaHash::from_bytes(row.array(3)?),
        role: row.text(4)?.to_owned(),
        original: row.opt_array(5)?.map(MediaHash::from_bytes),
        set: row.text(6)?.to_owned(),
        view: row.opt_text(7)?.map(str::to_owned),
        bytes: row.opt_int(8)?,
        device: DeviceId::from_bytes(row.array(9)?),
        officer: OfficerId::from_bytes(row.array(10)?),
        by_register: row.flag(11)?,
        received_at: row.int(12)?,
    })
}

/// Statements that name a file, the oldest first.
pub async fn naming(register: &Db, operation: &OperationId, hash: &MediaHash) -> Result<Vec<Reference>> {
    let sql = sql!("{NAMED} where operation = $1 and hash = $2 order by received_at, entry, idx limit 100");
    register.query(sql, &vals![operation, hash]).await?.iter().map(reference_of).collect()
}

/// Statements that name the working copy of an original, the oldest first.
pub async fn copies(register: &Db, operation: &OperationId, original: &MediaHash) -> Result<Vec<Reference>> {
    let sql = sql!("{NAMED} where operation = $1 and original = $2 order by received_at, entry, idx limit 100");
    register.query(sql, &vals![operation, original]).await?.iter().map(reference_of).collect()
}

/// Files that statements about a document name, the oldest first.
pub async fn of_document(register: &Db, operation: &OperationId, doc: &DocId) -> Result<Vec<Reference>> {
    let sql = sql!("{NAMED} where operation = $1 and doc = $2 order by received_at, entry, idx");
    register.query(sql, &vals![operation, doc]).await?.iter().map(reference_of).collect()
}

/// Statements that name files, the oldest first, behind one, at most so many.
pub async fn references(
    register: &Db,
    operation: &OperationId,
    device: Option<&DeviceId>,
    after: Option<&(i64, EntryHash, u64)>,
    limit: u32,
) -> Result<Vec<Reference>> {
    let mut filter = Filter::new();
    filter.equal("operation", Some(operation));
    filter.equal("device", device);
    if let Some((at, entry, index)) = after {
        let (at, entry, index) = (filter.bind(*at), filter.bind(entry), filter.bind(*index));
        filter.and(format!("(received_at, entry, idx) > ({at}, {entry}, {index})"));
    }
    let most = filter.bind(limit);
    let sql = sql!("{NAMED} {} order by received_at, entry, idx limit {most}", filter.sql());
    register.query(sql, filter.values()).await?.iter().map(reference_of).collect()
}
