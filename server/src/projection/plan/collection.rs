//! What a folded collection means for the register's rows.

use ploughshare_core::domain::collection::CollectionRecord;
use ploughshare_core::ids::OperationId;

use super::Circumstances;
use crate::projection::fold::Folded;
use crate::store::Val;
use crate::vals;

pub(in crate::projection) const COLLECTION: [&str; 21] = [
    "operation",
    "id",
    "context",
    "holder_category",
    "operation_name",
    "site",
    "lat",
    "lon",
    "accuracy_m",
    "place_withheld",
    "place_name",
    "opened_at_ms",
    "closed_at_ms",
    "persons",
    "weapons_expected",
    "group_code",
    "tracing_permitted",
    "recorder",
    "conflicts",
    "content",
    "changed_seq",
];

pub(super) fn collection_row(
    operation: &OperationId,
    folded: &Folded,
    record: &CollectionRecord,
    c: Circumstances<'_>,
) -> Vec<Val> {
    let place = record.place.as_ref().filter(|_| record.place_withheld != Some(true));
    vals![
        operation.as_bytes(),
        folded.id.as_bytes(),
        record.context.as_deref(),
        record.holder_category.as_deref(),
        record.operation_name.as_deref(),
        record.site.as_deref(),
        place.map(|p| p.lat_e7),
        place.map(|p| p.lon_e7),
        place.and_then(|p| p.accuracy_m),
        record.place_withheld == Some(true),
        record.place_name.as_deref(),
        record.opened_at,
        record.closed_at,
        record.persons,
        record.weapons_expected,
        record.group_code.as_deref(),
        record.tracing_permitted.as_deref(),
        c.birth.statement.entry.officer.as_bytes(),
        c.conflicts,
        c.bytes,
        c.seq
    ]
}
