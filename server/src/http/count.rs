//! What a count found against what should lie in the store, beside its balance in `GET /api/v1/stores/balance`.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::custody::{self, Difference, Expected, Lying, StorePlace};
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::procedures::CountRecord;
use ploughshare_core::ids::{DocId, OperationId};
use serde::Serialize;
use utoipa::ToSchema;

use super::came_to;
use super::problem::Problem;
use super::values::no_such;
use crate::store::{Db, read_procedures, read_stock};

/// A count, with the store and the moment that it is about.
pub struct Counted {
    /// The store.
    pub place: StorePlace,
    /// The moment.
    pub at_ms: i64,
    record: CountRecord,
}

/// The count with this id.
pub async fn read(register: &Db, operation: &OperationId, id: &DocId) -> Result<Counted, Problem> {
    let found = read_procedures::one(register, id, &BTreeSet::from([*operation])).await?;
    let (row, bytes) = found.filter(|(row, _)| row.kind == "count").ok_or_else(|| no_such("count"))?;
    let record = CountRecord::read(&came_to::content(&bytes)?);
    let place =
        StorePlace { site: record.site.clone().unwrap_or_default(), store: record.store.clone().unwrap_or_default() };
    Ok(Counted { place, at_ms: record.at.unwrap_or(row.recorded_at_ms), record })
}

/// What a count came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reconciled {
    /// By kind: what should be there, and what was counted.
    weapons: Pair,
    parts: Pair,
    rounds: Pair,
    /// Classes of weapons that were counted by type and differ.
    by_class: BTreeMap<String, Pair>,
    /// Items that should be there, and of those the ones that were looked at.
    expected: usize,
    checked: usize,
    /// How many are short; there is no tolerance for weapons.
    shortage: i64,
    agrees: bool,
    discrepancies: Vec<Discrepancy>,
}

/// What should be there, and what was counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pair {
    expected: i64,
    /// Absent where nobody counted.
    counted: Option<i64>,
}

/// One item that does not fit.
#[derive(Debug, Serialize, ToSchema)]
pub struct Discrepancy {
    item: String,
    tag: Option<String>,
    /// missing, `not_seen`, unexpected, `serial_differs` or `quantity_differs`.
    difference: &'static str,
    /// Serial or quantity by the books.
    by_the_books: Option<String>,
    /// Serial or quantity as found.
    as_found: Option<String>,
    /// The last event of custody up to then, wherever it was; absent where the register knows none.
    last: Option<LastEvent>,
}

/// The last event of custody of an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct LastEvent {
    event: String,
    direction: &'static str,
    at_ms: i64,
    site: String,
    store: String,
}

/// Holds a count against what should be there.
pub async fn reconcile(register: &Db, operation: &OperationId, counted: &Counted) -> Result<Reconciled, Problem> {
    let moves = read_stock::moves(register, operation, &counted.place, counted.at_ms).await?;
    let balance = custody::balance(moves.iter().map(|(item, one)| (item, one)), &counted.place, counted.at_ms);
    let lying: BTreeMap<DocId, Lying> = balance.present_items().map(|(item, lying)| (*item, lying.clone())).collect();
    let sighted = counted.record.sightings.iter().filter_map(|sighting| sighting.item);
    let wanted: BTreeSet<DocId> = lying.keys().copied().chain(sighted).collect();
    let contents = read_stock::contents(register, operation, &wanted).await?;
    let mut records: BTreeMap<DocId, ItemRecord> = BTreeMap::new();
    for (item, bytes) in contents {
        records.insert(item, ItemRecord::read(&came_to::content(&bytes)?));
    }
    let of = |(item, lying): (DocId, Lying)| Some((item, (records.get(&item)?.clone(), lying)));
    let expected = Expected { items: lying.into_iter().filter_map(of).collect() };
    let result = custody::reconcile(&expected, &counted.record);
    let differing: BTreeSet<DocId> = result.discrepancies.iter().map(|one| one.item).collect();
    let last = read_stock::last_moves(register, operation, &differing, counted.at_ms).await?;
    let pair = |(expected, counted): (i64, Option<i64>)| Pair { expected, counted };
    Ok(Reconciled {
        weapons: pair(result.weapons),
        parts: pair(result.parts),
        rounds: pair(result.rounds),
        by_class: result.by_class.iter().map(|(class, (e, c))| (class.clone(), pair((*e, Some(*c))))).collect(),
        expected: result.expected,
        checked: result.checked,
        shortage: result.shortage(),
        agrees: result.agrees(),
        discrepancies: result
            .discrepancies
            .iter()
            .map(|one| Discrepancy {
                item: one.item.to_string(),
                tag: records.get(&one.item).and_then(|record| record.tag.clone()),
                difference: one.difference.code(),
                by_the_books: sides(&one.difference).0,
                as_found: sides(&one.difference).1,
                last: last.get(&one.item).map(|one| LastEvent {
                    event: one.event.clone(),
                    direction: one.direction.code(),
                    at_ms: one.at_ms,
                    site: one.site.clone(),
                    store: one.store.clone(),
                }),
            })
            .collect(),
    })
}

fn sides(difference: &Difference) -> (Option<String>, Option<String>) {
    match difference {
        Difference::SerialDiffers { recorded, seen } => (Some(recorded.clone()), Some(seen.clone())),
        Difference::QuantityDiffers { expected, counted } => (Some(expected.to_string()), Some(counted.to_string())),
        _ => (None, None),
    }
}
