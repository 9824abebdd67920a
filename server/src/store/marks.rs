//! Series of numbers for unique marks, and the blocks that were given of them.

use ploughshare_core::ids::{DeviceId, OperationId};

use super::db::{Ask, Db, Row, Tx};
use super::error::Result;
use crate::vals;

/// A series of marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Its name, as it is read: `*BI######`.
    pub name: String,
    /// What stands before the number.
    pub prefix: String,
    /// What stands after it.
    pub suffix: String,
    /// Digits of the number.
    pub width: u32,
    /// The first number that nobody was given.
    pub next: u64,
}

/// A block given to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// To which.
    pub device: DeviceId,
    /// The device's own number for its request.
    pub nonce: [u8; 16],
    /// In which operation.
    pub operation: OperationId,
    /// Of which series.
    pub series: String,
    /// The first number.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// The decision that says so.
    pub decision: u64,
    /// When, in µs.
    pub given_at: i64,
}

const SERIES: &str = "select name, prefix, suffix, width, next_number from mark_series";
const BLOCK: &str = "select device, nonce, operation, series, first, count, decision, given_at from mark_block";

/// All series, by name.
pub async fn all_series(from: impl Ask) -> Result<Vec<Series>> {
    from.ask(sql!("{SERIES} order by name"), &[]).await?.iter().map(series_of).collect()
}

/// All series, each held until commit, so that no two overlapping ones are added at a time.
pub async fn locked_series(tx: &mut Tx) -> Result<Vec<Series>> {
    tx.query_locked(&format!("{SERIES} order by name"), &[]).await?.iter().map(series_of).collect()
}

/// One series that an operation takes numbers of, held until commit.
pub async fn locked(tx: &mut Tx, operation: &OperationId, name: &str) -> Result<Option<Series>> {
    let row = tx.query_locked(&format!("{SERIES} where name = $1"), &vals![name]).await?.into_iter().next();
    let sql = "select 1 from mark_series_operation where operation = $1 and series = $2";
    let taken = tx.query_one(sql, &vals![operation, name]).await?.is_some();
    row.filter(|_| taken).as_ref().map(series_of).transpose()
}

/// Keeps a new series.
pub async fn add(tx: &mut Tx, series: &Series, now: i64) -> Result<()> {
    let columns = ["name", "prefix", "suffix", "width", "next_number", "added_at"];
    let row = vals![&series.name, &series.prefix, &series.suffix, series.width, series.next, now];
    tx.insert_many("mark_series", &columns, vec![row]).await?;
    Ok(())
}

/// Lets an operation take numbers of a series; `false` if it does already.
pub async fn allow(tx: &mut Tx, operation: &OperationId, name: &str, now: i64) -> Result<bool> {
    let row = vals![operation, name, now];
    Ok(tx.insert_missing("mark_series_operation", &["operation", "series", "added_at"], vec![row]).await? == 1)
}

/// Which operations take numbers of which series.
pub async fn allowed(from: impl Ask) -> Result<Vec<(String, OperationId)>> {
    let sql = "select series, operation from mark_series_operation order by series, operation";
    let one = |row: &Row| Ok((row.text(0)?.to_owned(), OperationId::from_bytes(row.array(1)?)));
    from.ask(sql, &[]).await?.iter().map(one).collect()
}

/// The block that a device was given for a request, if it was.
pub async fn given(tx: &mut Tx, device: &DeviceId, nonce: &[u8; 16]) -> Result<Option<Block>> {
    let row = tx.query_one(sql!("{BLOCK} where device = $1 and nonce = $2"), &vals![device, nonce]).await?;
    row.as_ref().map(block_of).transpose()
}

/// Gives a block and moves the counter behind it.
pub async fn give(tx: &mut Tx, block: &Block) -> Result<()> {
    let columns = ["device", "nonce", "operation", "series", "first", "count", "decision", "given_at"];
    let row = vals![
        block.device,
        block.nonce,
        block.operation,
        &block.series,
        block.first,
        block.count,
        block.decision,
        block.given_at
    ];
    tx.insert_many("mark_block", &columns, vec![row]).await?;
    let sql = "update mark_series set next_number = $1 where name = $2";
    tx.execute(sql, &vals![block.first.saturating_add(block.count), &block.series]).await?;
    Ok(())
}

/// All blocks, by series and number.
pub async fn blocks(from: impl Ask) -> Result<Vec<Block>> {
    from.ask(sql!("{BLOCK} order by series, first"), &[]).await?.iter().map(block_of).collect()
}

/// Markings that stand on items and begin as the marks of a series do, each once, in the form in which they are compared. A prefix holds
/// no wildcard in that form but `*`, and the text is compared letter by letter, whatever the order of the database's language.
pub async fn marks_like(register: &Db, prefix: &str) -> Result<Vec<String>> {
    let sql = "select distinct norm from marking where norm is not null and withdrawn = 0 and substr(norm, 1, cast($1 as integer)) = $2";
    let rows = register.query(sql, &vals![prefix.chars().count(), prefix]).await?;
    rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
}

fn series_of(row: &Row) -> Result<Series> {
    Ok(Series {
        name: row.text(0)?.to_owned(),
        prefix: row.text(1)?.to_owned(),
        suffix: row.text(2)?.to_owned(),
        width: u32::try_from(row.uint(3)?).unwrap_or(u32::MAX),
        next: row.uint(4)?,
    })
}

fn block_of(row: &Row) -> Result<Block> {
    Ok(Block {
        device: DeviceId::from_bytes(row.array(0)?),
        nonce: row.array(1)?,
        operation: OperationId::from_bytes(row.array(2)?),
        series: row.text(3)?.to_owned(),
        first: row.uint(4)?,
        count: row.uint(5)?,
        decision: row.uint(6)?,
        given_at: row.int(7)?,
    })
}
