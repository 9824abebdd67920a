//! Rule R61: what a collection brought in, against the persons who came. A collection is looked at again when it changes or an item comes to
//! it, changes or leaves it; its items are counted and not read.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::domain::collection::CollectionRecord;
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::rules::collections;

use super::keep::{Of, kept_of, write};
use super::{Ruling, Stands, content, id};
use crate::projection::links::Closed;
use crate::projection::{ProjectionError, by_keys};
use crate::store::{Tx, Val};
use crate::vals;

/// Brings the findings of these collections up to date.
pub(in crate::projection) async fn update(
    tx: &mut Tx,
    ruling: &Ruling,
    docs: &BTreeSet<[u8; 16]>,
    at: (u64, i64),
) -> Result<(), ProjectionError> {
    let op = *ruling.operation.as_bytes();
    let keys: Vec<Val> = docs.iter().map(Val::from).collect();
    let sql = "select id, content from collection_row where operation = $1 and id in ({})";
    let mut records: BTreeMap<[u8; 16], CollectionRecord> = BTreeMap::new();
    for row in by_keys(tx, sql, &vals![op], &keys).await? {
        records.insert(row.array(0)?, CollectionRecord::read(&content(row.bytes(1)?)));
    }
    let keys: Vec<Val> = records.keys().map(Val::from).collect();
    let mut brought = brought(tx, op, &keys).await?;
    let kept = kept_of(tx, op, Of::Procedures, &keys).await?;
    let tuning = ruling.own();
    let mut stands = BTreeMap::new();
    for (doc, record) in &records {
        let kinds = brought.remove(doc).unwrap_or_default();
        let items: Vec<&ItemRecord> = kinds.iter().flat_map(|(item, n)| std::iter::repeat_n(item, *n)).collect();
        for finding in collections::check(record, &items, &tuning) {
            let (kind, item) = ("collection".to_owned(), (op, *doc));
            stands.insert(id(&finding, item, None), Stands { kind, item, other: None, finding, why: None });
        }
    }
    write(tx, &stands, &kept, &Closed::new(), at).await.map(drop)
}

/// What came in with collections: how many of each kind, class and condition, which is all that the rule looks at.
async fn brought(
    tx: &mut Tx,
    op: [u8; 16],
    docs: &[Val],
) -> Result<BTreeMap<[u8; 16], Vec<(ItemRecord, usize)>>, ProjectionError> {
    let sql = "select i.collection, i.kind, i.class, i.condition, count(*) from item as i where i.operation = $1 and i.collection in ({}) \
               and not exists (select 1 from item_move as v where v.operation = i.operation and v.item = i.id) \
               group by i.collection, i.kind, i.class, i.condition";
    let mut brought: BTreeMap<[u8; 16], Vec<(ItemRecord, usize)>> = BTreeMap::new();
    for row in by_keys(tx, sql, &vals![op], docs).await? {
        let record = ItemRecord {
            kind: Some(row.text(1)?.to_owned()).filter(|kind| !kind.is_empty()),
            class: row.opt_text(2)?.map(str::to_owned),
            condition: row.opt_text(3)?.map(str::to_owned),
            ..ItemRecord::default()
        };
        let n = usize::try_from(row.uint(4)?).unwrap_or(usize::MAX);
        brought.entry(row.array(0)?).or_default().push((record, n));
    }
    Ok(brought)
}
