//! Links between items: which are one, as registrars judged, and where items went that were transferred. Nothing is merged: every item keeps
//! its document and its row. Of a group of items that are one, the lead alone counts; what was transferred does not count where it was.

mod settle;
mod weigh;

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::decision::Decision;
use ploughshare_core::ids::{DocId, OperationId};
use ploughshare_core::rules::{self, Finding, Tunings};

use super::authority::Authorities;
use super::plan::Ruled;
use super::{ProjectionError, by_keys, change_by_keys};
use crate::store::{Row, Tx, Val};
use crate::vals;

pub(super) use settle::settle;
pub(super) use weigh::{Closed, weigh};

/// An item among all operations.
pub(super) type Subject = ([u8; 16], [u8; 16]);

/// Rules whose findings on a pair a judgement settles.
pub(super) const JUDGED: [&str; 3] = ["R01", "R03", "R07"];

/// Where in the feeds something happens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub seq: u64,
    pub place: u64,
    pub at_us: i64,
}

/// Takes in what the decisions of a segment say about pairs and transfers; gives the items whose links have to be looked at.
pub(super) async fn take_in(
    tx: &mut Tx,
    authorities: &mut Authorities,
    operation: &OperationId,
    decisions: &[(u64, Decision)],
    moment: Moment,
) -> Result<BTreeSet<Subject>, ProjectionError> {
    let op = *operation.as_bytes();
    let mut seeds = BTreeSet::new();
    for (number, decision) in decisions {
        match decision {
            Decision::ItemsJudged { item, other, other_operation, judgement, officer, reason } => {
                let me: Subject = (op, *item.as_bytes());
                let they = (other_operation.map_or(op, |operation| *operation.as_bytes()), *other.as_bytes());
                let (low, high) = (me.min(they), me.max(they));
                // Stated in both operations; that of the lower item counts, unless it could not be stated there any more.
                let elsewhere = low.0 != op;
                if me == they
                    || (elsewhere && authorities.of(tx, &OperationId::from_bytes(low.0)).await?.closed_by.is_none())
                {
                    continue;
                }
                let (officer, at) = (officer.as_bytes(), moment.at_us);
                let row = vals![low.0, low.1, high.0, high.1, judgement.code(), officer, reason, at, moment.seq];
                let mut kept = row.clone();
                kept.push(Val::from(*number));
                tx.insert_missing("judgement", &JUDGEMENT, vec![kept]).await?;
                let (columns, keys) = JUDGEMENT.split_at(9);
                debug_assert_eq!(keys, ["decision"]);
                tx.upsert_many("item_pair", columns, &PAIR, vec![row]).await?;
                seeds.extend([low, high]);
            }
            Decision::DocumentMoved { document, to, reason } => {
                let id = document.as_bytes();
                let row = vals![op, id, to.as_bytes(), reason, *number, moment.place, moment.seq, moment.at_us];
                let columns = ["operation", "item", "to_operation", "reason", "decision", "place", "seq", "moved_at"];
                tx.insert_missing("item_move", &columns, vec![row]).await?;
                seeds.insert((op, *id));
            }
            _ => {}
        }
    }
    Ok(seeds)
}

const PAIR: [&str; 4] = ["operation", "item", "other_operation", "other_item"];
const JUDGEMENT: [&str; 10] = [
    "operation",
    "item",
    "other_operation",
    "other_item",
    "judgement",
    "officer",
    "reason",
    "decided_at",
    "seq",
    "decision",
];

/// Items of these that do not count: transferred, or one with another that leads.
pub(super) async fn uncounted(
    tx: &mut Tx,
    operation: &OperationId,
    ids: &[Val],
) -> Result<BTreeSet<[u8; 16]>, ProjectionError> {
    let sql = "select item from item_link where operation = $1 and counts = 0 and item in ({})";
    let rows = by_keys(tx, sql, &vals![operation.as_bytes()], ids).await?;
    rows.iter().map(|row| Ok(row.array(0)?)).collect()
}

/// Items of these that had been transferred before this segment.
pub(super) async fn moved_before(
    tx: &mut Tx,
    operation: &OperationId,
    ids: &[Val],
    seq: u64,
) -> Result<BTreeSet<[u8; 16]>, ProjectionError> {
    let sql = "select item from item_move where operation = $1 and seq < $2 and item in ({})";
    let rows = by_keys(tx, sql, &vals![operation.as_bytes(), seq], ids).await?;
    rows.iter().map(|row| Ok(row.array(0)?)).collect()
}

/// Writes where changed items came from; gives those whose links have to be looked at.
pub(super) async fn restate(
    tx: &mut Tx,
    operation: &OperationId,
    known: &[Val],
    items: &[([u8; 16], Ruled)],
) -> Result<BTreeSet<Subject>, ProjectionError> {
    let op = *operation.as_bytes();
    let mut seeds = BTreeSet::new();
    let sql = "delete from item_origin where operation = $1 and item in ({})";
    change_by_keys(tx, sql, &vals![op], known).await?;
    for (id, item) in items {
        let (Some(from), Some(origin)) = (item.record.origin_operation, item.record.origin_item) else { continue };
        let sql = "select first_operation, first_item from item_origin where operation = $1 and item = $2";
        let first = tx.query_one(sql, &vals![from.as_bytes(), origin.as_bytes()]).await?;
        let first = match first {
            Some(row) => (row.array(0)?, row.array(1)?),
            None => (*from.as_bytes(), *origin.as_bytes()),
        };
        let row = vals![op, id, from.as_bytes(), origin.as_bytes(), first.0, first.1];
        let columns = ["operation", "item", "from_operation", "from_item", "first_operation", "first_item"];
        tx.upsert_many("item_origin", &columns, &["operation", "item"], vec![row]).await?;
        seeds.insert((op, *id));
    }
    let mut ids: BTreeSet<Val> = known.iter().cloned().collect();
    ids.extend(items.iter().map(|(id, _)| Val::from(id)));
    let ids: Vec<Val> = ids.into_iter().collect();
    let sql = "select item from item_link where operation = $1 and item in ({})";
    for row in by_keys(tx, sql, &vals![op], &ids).await? {
        seeds.insert((op, row.array(0)?));
    }
    Ok(seeds)
}

/// Rule R81 on the changed items: statements that count in the old operation and were made without knowing of the transfer, after it.
pub(super) async fn late(
    tx: &mut Tx,
    op: [u8; 16],
    items: &[([u8; 16], Ruled)],
) -> Result<Vec<(Subject, Subject, Finding)>, ProjectionError> {
    let mut pairs: BTreeSet<(Subject, Subject)> = BTreeSet::new();
    for (id, item) in items {
        if let (Some(from), Some(origin)) = (item.record.origin_operation, item.record.origin_item) {
            pairs.insert(((*from.as_bytes(), *origin.as_bytes()), (op, *id)));
        }
        if item.moved {
            let sql = "select operation, item from item_origin where from_operation = $1 and from_item = $2";
            for row in tx.query(sql, &vals![op, id]).await? {
                pairs.insert(((op, *id), subject(&row, 0)?));
            }
        }
    }
    let mut found = Vec::new();
    for (old, new) in pairs {
        let sql = "select count(*) from entry as e join item_move as m on m.operation = e.operation and m.item = e.doc \
                   where e.operation = $1 and e.doc = $2 and e.place > m.place and e.decision_held < m.decision \
                   and e.status = 'folded' and e.kind in ('edit', 'attest')";
        let late = tx.query_one(sql, &vals![old.0, old.1]).await?.map(|row| row.uint(0)).transpose()?.unwrap_or(0);
        let (from, to) = (DocId::from_bytes(old.1), DocId::from_bytes(new.1));
        let finding = rules::transfers::said_after(from, to, late, &Tunings::default());
        found.extend(finding.map(|finding| (old, new, finding)));
    }
    Ok(found)
}

fn subject(row: &Row, at: usize) -> Result<Subject, ProjectionError> {
    Ok((row.array(at)?, row.array(at + 1)?))
}

/// Items by their operation, as keys of a statement.
fn by_operation<'a>(subjects: impl IntoIterator<Item = &'a Subject>) -> BTreeMap<[u8; 16], Vec<Val>> {
    let mut by_operation: BTreeMap<[u8; 16], Vec<Val>> = BTreeMap::new();
    for (operation, item) in subjects {
        by_operation.entry(*operation).or_default().push(Val::from(item));
    }
    by_operation
}

/// The rows of a statement for many items: `$1` is the operation, `{}` its items.
async fn rows_of<'a>(
    tx: &mut Tx,
    sql: &str,
    subjects: impl IntoIterator<Item = &'a Subject>,
) -> Result<Vec<Row>, ProjectionError> {
    let mut rows = Vec::new();
    for (operation, items) in by_operation(subjects) {
        rows.extend(by_keys(tx, sql, &vals![operation], &items).await?);
    }
    Ok(rows)
}
