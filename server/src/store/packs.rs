//! Read-only rows of items for tablets: what they are read from, and what was published.

use std::collections::BTreeMap;

use ploughshare_core::ids::{DocId, JournalId, OperationId};
use ploughshare_core::pack;

use super::db::{Ask, Db, Row, Tx, Val};
use super::error::Result;
use super::read_filter::Filter;
use crate::vals;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// Items named in one question.
const AT_ONCE: usize = 200;

const ROWS: &str = "select i.id, i.kind, i.class, i.status, i.tag, i.make, i.model, i.calibre, i.site, i.store, r.state, i.serial_text, \
    coalesce(i.collected_at_ms, i.recorded_at_ms), i.findings_open, i.conflicts, \
    (select count(*) from item_move as v where v.operation = i.operation and v.item = i.id) \
    from item as i left join review as r on r.operation = i.operation and r.doc = i.id where i.operation = $1";
const SERIALS: &str =
    "select item, text from marking where operation = $1 and type = 'SER' and withdrawn = 0 and text is not null";

/// Where an operation stands in the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The next audit leaf that will be looked at.
    pub seq: u64,
    /// The place of the operation's feed that is in.
    pub place: u64,
    /// The newest decision of the operation that is in.
    pub decision: u64,
}

/// Where an operation stands in the register now.
pub async fn moment(tx: &mut Tx, operation: &OperationId, register: &JournalId) -> Result<Moment> {
    let sql = "select (select seq from projection_head where id = 1), \
               (select coalesce(max(place), 0) from projected_scope where operation = $1), \
               (select coalesce(max(number), 0) from entry where operation = $1 and journal = $2)";
    let row = tx.query_one(sql, &vals![operation, register]).await?;
    row.map_or(Ok(Moment { seq: 0, place: 0, decision: 0 }), |row| {
        Ok(Moment { seq: row.uint(0)?, place: row.uint(1)?, decision: row.uint(2)? })
    })
}

/// Rows of an operation behind an item, ascending.
pub async fn page(tx: &mut Tx, operation: &OperationId, after: Option<DocId>, limit: u32) -> Result<Vec<pack::Row>> {
    let after: Vec<u8> = after.map(|id| id.to_vec()).unwrap_or_default();
    let sql = sql!("{ROWS} and i.id > $2 order by i.id limit $3");
    let rows = tx.query(sql, &vals![operation, after.clone(), limit]).await?;
    let Some(last) = rows.last() else { return Ok(Vec::new()) };
    let last: [u8; 16] = last.array(0)?;
    let sql = sql!("{SERIALS} and item > $2 and item <= $3 order by item, key");
    let serials = tx.query(sql, &vals![operation, after, last]).await?;
    join(&rows, &serials)
}

/// The rows of some items, ascending.
pub async fn of(tx: &mut Tx, operation: &OperationId, items: &[DocId]) -> Result<Vec<pack::Row>> {
    let mut all = Vec::with_capacity(items.len());
    for some in items.chunks(AT_ONCE) {
        let mut filter = Filter::new();
        filter.bind(operation);
        let places: Vec<_> = some.iter().map(|item| filter.bind(item)).collect();
        let places = places.join(", ");
        let rows = tx.query(sql!("{ROWS} and i.id in ({places}) order by i.id"), filter.values()).await?;
        let serials = tx.query(sql!("{SERIALS} and item in ({places}) order by item, key"), filter.values()).await?;
        all.extend(join(&rows, &serials)?);
    }
    Ok(all)
}

fn join(rows: &[Row], serials: &[Row]) -> Result<Vec<pack::Row>> {
    let mut by_item: BTreeMap<[u8; 16], Vec<String>> = BTreeMap::new();
    for row in serials {
        by_item.entry(row.array(0)?).or_default().push(row.text(1)?.to_owned());
    }
    rows.iter().map(|row| row_of(row, by_item.remove(&row.array::<16>(0)?).unwrap_or_default())).collect()
}

fn row_of(row: &Row, others: Vec<String>) -> Result<pack::Row> {
    let text = |column| row.opt_text(column).map(|value| value.map(str::to_owned));
    let mut serials: Vec<String> = text(11)?.into_iter().collect();
    for other in others {
        if !serials.contains(&other) {
            serials.push(other);
        }
    }
    Ok(pack::Row {
        id: DocId::from_bytes(row.array(0)?),
        kind: row.text(1)?.to_owned(),
        class: text(2)?,
        status: text(3)?,
        tag: text(4)?,
        make: text(5)?,
        model: text(6)?,
        calibre: text(7)?,
        site: text(8)?,
        store: text(9)?,
        review: text(10)?.filter(|state| state != "none"),
        serials,
        day: u64::try_from(row.int(12)?.div_euclid(DAY_MS)).unwrap_or(0),
        findings: row.uint(13)?,
        conflicts: row.uint(14)?,
        moved: row.int(15)? != 0,
    })
}

/// Items of an operation whose rows are others from this leaf on, ascending; at most so many.
pub async fn changed(tx: &mut Tx, operation: &OperationId, since: u64, limit: u32) -> Result<Vec<DocId>> {
    let sql = "select id from (select id from item where operation = $1 and changed_seq >= $2 \
               union select f.item from finding as f join item as i on i.operation = f.operation and i.id = f.item \
               where f.operation = $1 and f.changed_seq >= $2 \
               union select f.other_item from finding as f join item as i on i.operation = f.other_operation and i.id = f.other_item \
               where f.other_operation = $1 and f.changed_seq >= $2 \
               union select item from item_move where operation = $1 and seq >= $2) as changed order by id limit $3";
    let rows = tx.query(sql, &vals![operation, since, limit]).await?;
    rows.iter().map(|row| Ok(DocId::from_bytes(row.array(0)?))).collect()
}

/// A pack as published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The operation.
    pub operation: OperationId,
    /// How far the register was.
    pub seq: u64,
    /// The place of the feed.
    pub place: u64,
    /// The signed head.
    pub head: Vec<u8>,
    /// Rows in it.
    pub rows: u64,
    /// When it was made, in µs.
    pub made_at: i64,
}

/// The newest pack of an operation.
pub async fn newest(from: impl Ask, operation: &OperationId) -> Result<Option<Published>> {
    let sql = "select seq, place, head, item_rows, made_at from pack where operation = $1 order by seq desc limit 1";
    let Some(mut row) = from.ask_one(sql, &vals![operation]).await? else { return Ok(None) };
    Ok(Some(Published {
        operation: *operation,
        seq: row.uint(0)?,
        place: row.uint(1)?,
        rows: row.uint(3)?,
        made_at: row.int(4)?,
        head: row.take_bytes(2)?,
    }))
}

/// A part of a pack of an operation.
pub async fn part(register: &Db, operation: &OperationId, hash: &[u8; 32]) -> Result<Option<Vec<u8>>> {
    let sql = "select bytes from pack_part where operation = $1 and hash = $2";
    register.query_one(sql, &vals![operation, hash]).await?.map(|mut row| row.take_bytes(0)).transpose()
}

/// Publishes a pack. Parts that neither it nor the one before has are dropped.
pub async fn publish(tx: &mut Tx, pack: &Published, parts: Vec<([u8; 32], Vec<u8>)>) -> Result<()> {
    let Published { operation, seq, place, head, rows, made_at } = pack;
    let before = newest(&mut *tx, operation).await?.map_or(0, |before| before.seq);
    let columns = ["operation", "seq", "place", "head", "item_rows", "made_at"];
    let row = vals![operation, *seq, *place, head, *rows, *made_at];
    tx.upsert_many("pack", &columns, &["operation", "seq"], vec![row]).await?;
    let rows: Vec<Vec<Val>> = parts.into_iter().map(|(hash, bytes)| vals![operation, hash, bytes, *seq]).collect();
    tx.upsert_many("pack_part", &["operation", "hash", "bytes", "seq"], &["operation", "hash"], rows).await?;
    for sql in [
        "delete from pack_part where operation = $1 and seq < $2",
        "delete from pack where operation = $1 and seq < $2",
    ] {
        tx.execute(sql, &vals![operation, before.min(*seq)]).await?;
    }
    Ok(())
}
