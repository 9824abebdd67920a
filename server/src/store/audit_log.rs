//! The Merkle logs in the database: appending, signed heads, proofs, and checking what is kept.
//!
//! The row of `log_head` is what gives out leaf numbers, so it is locked until commit. Call [`append`] as late in a
//! transaction as its leaf number allows: everybody else who appends waits from then on.

use std::ops::Range;

use ploughshare_core::audit::tree::{self, Edge, Hash, StoredHashes};
use ploughshare_core::audit::{Consistency, Inclusion, leaf_hash};
use sqlx::AssertSqlSafe;

use super::db::{Ask, Db, Tx, Val};
use super::error::{Result, StoreError};
use crate::vals;

/// Which log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Log {
    /// Admissions, decisions and exports.
    Audit,
    /// Sensitive reads.
    Reads,
}

impl Log {
    /// Its name in the database and in the origin of its checkpoints.
    pub fn name(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Reads => "reads",
        }
    }
}

/// How long a log is and the root hash over all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Leaves.
    pub size: u64,
    /// Root.
    pub root: Hash,
}

/// What an append did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The numbers of the new leaves, in the order given.
    pub indexes: Range<u64>,
    /// The log with them.
    pub head: Head,
}

/// A signed head as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCheckpoint {
    /// Leaves it covers.
    pub size: u64,
    /// The signed note.
    pub note: Vec<u8>,
    /// When it was made, in microseconds.
    pub made_at: i64,
}

/// Appends leaves. Holds the head of the log until the transaction ends. With no leaves it does nothing but lock.
pub async fn append(tx: &mut Tx, log: Log, leaves: &[Vec<u8>]) -> Result<Appended> {
    let row = tx
        .query_locked("select size, root from log_head where log = $1", &vals![log.name()])
        .await?
        .into_iter()
        .next()
        .ok_or_else(|| damaged(log, "its head is missing"))?;
    let before = Head { size: row.uint(0)?, root: row.array(1)? };
    if leaves.is_empty() {
        return Ok(Appended { indexes: before.size..before.size, head: before });
    }
    let stored = stored_hashes(&mut *tx, log, &tree::edge_indexes(before.size)?).await?;
    let mut edge = Edge::from_stored(before.size, &stored)?;
    if edge.root() != before.root {
        return Err(damaged(log, "its stored hashes do not give the root of its head"));
    }
    let mut leaf_rows = Vec::with_capacity(leaves.len());
    let mut hash_rows = Vec::with_capacity(leaves.len() * 2);
    for leaf in leaves {
        let hash = leaf_hash(leaf);
        leaf_rows.push(vals![log.name(), edge.size(), leaf, hash]);
        for (index, hash) in edge.append(hash)? {
            hash_rows.push(vals![log.name(), index, hash]);
        }
    }
    tx.insert_many("log_leaf", &["log", "idx", "bytes", "hash"], leaf_rows).await?;
    tx.insert_many("log_hash", &["log", "idx", "hash"], hash_rows).await?;
    let head = Head { size: edge.size(), root: edge.root() };
    tx.execute("update log_head set size = $1, root = $2 where log = $3", &vals![head.size, head.root, log.name()])
        .await?;
    Ok(Appended { indexes: before.size..head.size, head })
}

/// The head of a log, unsigned.
pub async fn head(from: impl Ask, log: Log) -> Result<Head> {
    let row = from.ask_one("select size, root from log_head where log = $1", &vals![log.name()]).await?;
    let row = row.ok_or_else(|| damaged(log, "its head is missing"))?;
    Ok(Head { size: row.uint(0)?, root: row.array(1)? })
}

/// The bytes of one leaf.
pub async fn leaf(from: impl Ask, log: Log, index: u64) -> Result<Option<Vec<u8>>> {
    let row = from.ask_one("select bytes from log_leaf where log = $1 and idx = $2", &vals![log.name(), index]).await?;
    row.map(|mut row| row.take_bytes(0)).transpose()
}

/// Up to `limit` leaves from number `first` on, in order, with their numbers.
pub async fn leaves(from: impl Ask, log: Log, first: u64, limit: u32) -> Result<Vec<(u64, Vec<u8>)>> {
    let rows = from
        .ask(
            "select idx, bytes from log_leaf where log = $1 and idx >= $2 order by idx limit $3",
            &vals![log.name(), first, limit],
        )
        .await?;
    rows.into_iter().map(|mut row| Ok((row.uint(0)?, row.take_bytes(1)?))).collect()
}

/// Keeps a signed head. One of that size already kept stays; `false` says so.
pub async fn put_checkpoint(tx: &mut Tx, log: Log, size: u64, note: &str, made_at: i64) -> Result<bool> {
    let row = vals![log.name(), size, note.as_bytes(), made_at];
    Ok(tx.insert_missing("checkpoint", &["log", "size", "note", "made_at"], vec![row]).await? == 1)
}

/// The latest signed head.
pub async fn latest_checkpoint(from: impl Ask, log: Log) -> Result<Option<KeptCheckpoint>> {
    let sql = "select size, note, made_at from checkpoint where log = $1 order by size desc limit 1";
    kept(from, sql, &vals![log.name()]).await
}

/// The signed head over exactly `size` leaves.
pub async fn checkpoint_at(from: impl Ask, log: Log, size: u64) -> Result<Option<KeptCheckpoint>> {
    kept(from, "select size, note, made_at from checkpoint where log = $1 and size = $2", &vals![log.name(), size])
        .await
}

async fn kept(from: impl Ask, sql: &'static str, values: &[Val]) -> Result<Option<KeptCheckpoint>> {
    let row = from.ask_one(sql, values).await?;
    row.map(|mut row| Ok(KeptCheckpoint { size: row.uint(0)?, note: row.take_bytes(1)?, made_at: row.int(2)? }))
        .transpose()
}

/// Proof that leaf `index` is in the log of `size` leaves.
pub async fn inclusion(from: impl Ask, log: Log, index: u64, size: u64) -> Result<Inclusion> {
    let stored = stored_hashes(from, log, &tree::inclusion_indexes(index, size)?).await?;
    Ok(Inclusion::build(index, size, &stored)?)
}

/// Proof that the log of `old` leaves is the beginning of the log of `new` leaves.
pub async fn consistency(from: impl Ask, log: Log, old: u64, new: u64) -> Result<Consistency> {
    let stored = stored_hashes(from, log, &tree::consistency_indexes(old, new)?).await?;
    Ok(Consistency::build(old, new, &stored)?)
}

/// Reads the whole log, computes every hash again and compares it with what is kept. Returns the head, or what is wrong.
pub async fn verify(db: &Db, log: Log) -> Result<Head> {
    let mut tx = db.begin_read().await?;
    let kept = head(&mut tx, log).await?;
    let mut edge = Edge::new();
    while edge.size() < kept.size {
        let page = leaves(&mut tx, log, edge.size(), 1024).await?;
        let mut computed = StoredHashes::new();
        for (index, bytes) in &page {
            if *index != edge.size() {
                break;
            }
            computed.extend(edge.append(leaf_hash(bytes))?);
        }
        let (Some(first), Some(last)) = (computed.keys().next(), computed.keys().next_back()) else {
            return Err(damaged(log, &format!("leaf {} is missing", edge.size())));
        };
        // The numbers of the hashes of a run of leaves have no gaps.
        let stored = tx
            .query(
                "select idx, hash from log_hash where log = $1 and idx between $2 and $3",
                &vals![log.name(), *first, *last],
            )
            .await?;
        let stored: StoredHashes = stored.iter().map(|row| Ok((row.uint(0)?, row.array(1)?))).collect::<Result<_>>()?;
        if let Some((number, _)) = computed.iter().find(|(number, hash)| stored.get(number) != Some(hash)) {
            return Err(damaged(log, &format!("stored hash {number} is not that of its leaves")));
        }
    }
    if edge.root() != kept.root || edge.size() != kept.size {
        return Err(damaged(log, "its leaves do not give the root of its head"));
    }
    Ok(kept)
}

async fn stored_hashes(from: impl Ask, log: Log, indexes: &[u64]) -> Result<StoredHashes> {
    if indexes.is_empty() {
        return Ok(StoredHashes::new());
    }
    let placeholders: Vec<String> = (2..indexes.len() + 2).map(|number| format!("${number}")).collect();
    let sql = format!("select idx, hash from log_hash where log = $1 and idx in ({})", placeholders.join(", "));
    let mut values = vals![log.name()];
    values.extend(indexes.iter().map(|index| Val::from(*index)));
    let rows = from.ask(AssertSqlSafe(sql), &values).await?;
    rows.iter().map(|row| Ok((row.uint(0)?, row.array(1)?))).collect()
}

fn damaged(log: Log, what: &str) -> StoreError {
    StoreError::Corrupt(format!("the {} log: {what}", log.name()))
}
