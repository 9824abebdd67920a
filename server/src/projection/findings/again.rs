//! The rules of a whole operation run again, page by page, because a decision changed how they are run. It happens in the transaction of the
//! segment that carries the decision, so that a rebuild does it at the same place.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::ids::OperationId;

use super::around::acts;
use super::{Ruling, collections, content, courses, update};
use crate::projection::ProjectionError;
use crate::projection::apply::before;
use crate::projection::links;
use crate::projection::plan::Ruled;
use crate::store::{Tx, Val};
use crate::vals;

/// Documents looked at together.
const PAGE: u32 = 500;

/// Runs all rules on every item and procedure of an operation.
pub(in crate::projection) async fn all_again(
    tx: &mut Tx,
    ruling: &Ruling,
    at: (u64, i64),
) -> Result<(), ProjectionError> {
    let op = ruling.operation.as_bytes();
    let mut after = Vec::new();
    loop {
        let items = items(tx, op, &after, at.0 + 1).await?;
        let Some((last, _)) = items.last() else { break };
        after = last.to_vec();
        let known: Vec<Val> = items.iter().map(|(id, _)| Val::from(id)).collect();
        let before = before(tx, &ruling.operation, &known, at.0).await?;
        update(tx, ruling, &known, &before, &items, at).await?;
    }
    let mut after = Vec::new();
    loop {
        let sql = "select id from procedure_row where operation = $1 and id > $2 order by id limit $3";
        let rows = tx.query(sql, &vals![op, &after, PAGE]).await?;
        let docs = rows.iter().map(|row| row.array(0)).collect::<Result<BTreeSet<[u8; 16]>, _>>()?;
        let Some(last) = docs.last() else { break };
        after = last.to_vec();
        let courses = courses::read(tx, op, &docs).await?;
        courses::look_at(tx, ruling, &docs, courses, at).await?;
    }
    let mut after = Vec::new();
    loop {
        let sql = "select id from collection_row where operation = $1 and id > $2 order by id limit $3";
        let rows = tx.query(sql, &vals![op, &after, PAGE]).await?;
        let docs = rows.iter().map(|row| row.array(0)).collect::<Result<BTreeSet<[u8; 16]>, _>>()?;
        let Some(last) = docs.last() else { return Ok(()) };
        after = last.to_vec();
        collections::update(tx, ruling, &docs, at).await?;
    }
}

/// The next items of an operation as the rules look at them.
async fn items(tx: &mut Tx, op: &[u8; 16], after: &[u8], seq: u64) -> Result<Vec<([u8; 16], Ruled)>, ProjectionError> {
    let sql = "select id, content, serial_norm, received_at, clock_drift_ms, recorder from item \
               where operation = $1 and id > $2 order by id limit $3";
    let rows = tx.query(sql, &vals![op, after, PAGE]).await?;
    let keys = rows.iter().map(|row| Ok(Val::from(row.bytes(0)?))).collect::<Result<Vec<_>, ProjectionError>>()?;
    let mut acts: BTreeMap<_, _> = acts(tx, op, &keys).await?;
    let moved = links::moved_before(tx, &OperationId::from_bytes(*op), &keys, seq).await?;
    let mut one = |row: &crate::store::Row| {
        let id: [u8; 16] = row.array(0)?;
        let content = content(row.bytes(1)?);
        let ruled = Ruled {
            record: ItemRecord::read(&content),
            content,
            serial_norm: row.opt_text(2)?.map(str::to_owned),
            received_us: row.int(3)?,
            clock_drift_ms: row.opt_int(4)?,
            recorder: row.array(5)?,
            acts: acts.remove(&id).unwrap_or_default(),
            moved: moved.contains(&id),
        };
        Ok((id, ruled))
    };
    rows.iter().map(&mut one).collect()
}
