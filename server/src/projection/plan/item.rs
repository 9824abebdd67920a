//! What a folded item means for the register's rows: its columns, markings, photos, and the movements that its chain tells.

use ploughshare_core::custody;
use ploughshare_core::document::Content;
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::serial;
use ploughshare_core::ids::OperationId;
use ploughshare_core::rules::procedures::SignedAct;

use super::Circumstances;
use crate::projection::fold::Folded;
use crate::store::Val;
use crate::vals;

/// Columns of `item` but for the number of open findings, which the rules keep.
pub(in crate::projection) const ITEM: [&str; 52] = [
    "operation",
    "id",
    "kind",
    "tag",
    "tag_norm",
    "class",
    "type_as_seen",
    "make",
    "model",
    "calibre",
    "calibre_as_seen",
    "country",
    "year",
    "origin_kind",
    "condition",
    "serial_status",
    "serial_text",
    "serial_norm",
    "serial_fold",
    "status",
    "context",
    "collection",
    "holder_category",
    "collected_at_ms",
    "lat",
    "lon",
    "accuracy_m",
    "place_withheld",
    "place_name",
    "site",
    "store",
    "quantity",
    "case_number",
    "recorder",
    "device",
    "recorded_at_ms",
    "received_at",
    "markings_count",
    "photos_count",
    "conflicts",
    "claims",
    "content",
    "changed_seq",
    "rack",
    "box",
    "evidence_hold",
    "trace_pending",
    "temporary",
    "destruction",
    "person",
    "undisposed_since_ms",
    "clock_drift_ms",
];

pub(in crate::projection) const STOCK_MOVE: [&str; 12] = [
    "operation",
    "item",
    "key",
    "kind",
    "class",
    "at_ms",
    "site",
    "store",
    "direction",
    "quantity",
    "event",
    "handover",
];

/// An item as the rules look at it.
#[derive(Debug)]
pub(in crate::projection) struct Ruled {
    pub record: ItemRecord,
    pub content: Content,
    pub serial_norm: Option<String>,
    pub received_us: i64,
    pub clock_drift_ms: Option<i64>,
    pub recorder: [u8; 16],
    pub acts: Vec<SignedAct>,
    /// It goes on in another operation, so it is compared with nothing any more.
    pub moved: bool,
}

/// An item's rows and what they were made of.
#[derive(Debug)]
pub(in crate::projection) struct ItemRow {
    pub ruled: Ruled,
    pub columns: Vec<Val>,
    pub markings: Vec<Vec<Val>>,
    pub photos: Vec<Vec<Val>>,
    pub moves: Vec<Vec<Val>>,
    /// The sealed record of a person that it names.
    pub person: Option<Vec<Val>>,
    /// Kind, class, context, status; unknown is empty.
    pub cell: [String; 4],
}

/// States in which nothing remains to be done under paragraph 9 of the International Tracing Instrument: the weapon is marked and recorded,
/// destroyed, or out of the programme's hands. Evidence waits for a court, not for the programme.
const DISPOSED: [&str; 10] = [
    "marked_retained",
    "destroyed",
    "transferred_to_state",
    "deactivated",
    "exported_returned",
    "returned_to_owner",
    "disposed_other",
    "lost",
    "stolen",
    "evidence_hold",
];

/// Since when a weapon was found and is neither marked and recorded nor destroyed (International Tracing Instrument para 9), milliseconds
/// since the Unix epoch.
fn undisposed_since(record: &ItemRecord, recorded_ms: i64) -> Option<i64> {
    let is_weapon = record.kind.as_deref() == Some("weapon");
    let disposed = record.status.as_deref().is_some_and(|status| DISPOSED.contains(&status));
    let held = record.evidence_hold == Some(true);
    let marked = record.live_markings().any(|mark| mark.session.is_some() || mark.kind.as_deref() == Some("PRP"));
    let found = record.collected_at.unwrap_or(recorded_ms).min(recorded_ms);
    (is_weapon && !disposed && !held && !marked).then_some(found)
}

pub(super) fn item_row(operation: &OperationId, folded: &Folded, content: Content, c: Circumstances<'_>) -> ItemRow {
    let record = ItemRecord::read(&content);
    let op = operation.as_bytes();
    let id = folded.id.as_bytes();
    let serial_text = record.serial().and_then(|m| m.seen()).map(str::to_owned);
    // What was transferred is compared with nothing any more.
    let compared = |text: String| Some(text).filter(|text| !folded.moved && !text.is_empty());
    let serial_norm = record.serial_normalised().and_then(compared);
    let serial_fold = serial_norm.as_deref().map(serial::fold);
    let markings = record.markings.iter().map(|m| {
        let norm = m.seen().map(serial::normalise).filter(|n| !n.is_empty());
        let fold = norm.as_deref().map(serial::fold);
        vals![
            op,
            id,
            &m.key,
            m.kind.as_deref(),
            m.text.as_deref(),
            norm,
            fold,
            m.script.as_deref(),
            m.condition.as_deref(),
            m.location.as_deref(),
            m.method.as_deref(),
            m.component.as_deref(),
            m.photo.map(|p| p.to_vec()),
            !m.is_live()
        ]
    });
    let live_photos: Vec<_> = record.photos.iter().filter(|p| p.is_live()).collect();
    let photos =
        live_photos.iter().filter_map(|p| p.hash.map(|hash| vals![op, id, &p.key, hash.to_vec(), p.view.as_deref()]));
    let place = record.place.filter(|_| record.place_withheld != Some(true));
    let text = |t: &Option<String>| t.clone();
    let cell = [&record.kind, &record.class, &record.context, &record.status].map(|t| t.clone().unwrap_or_default());
    let columns = vals![
        op,
        id,
        record.kind.as_deref().unwrap_or_default(),
        text(&record.tag),
        record.tag.as_deref().map(serial::normalise).and_then(compared),
        text(&record.class),
        record.class_as_seen.as_deref(),
        text(&record.make),
        text(&record.model),
        text(&record.calibre),
        text(&record.calibre_as_seen),
        text(&record.country),
        record.year,
        text(&record.origin_kind),
        text(&record.condition),
        record.serial_status().map(str::to_owned),
        serial_text,
        serial_norm.clone(),
        serial_fold,
        text(&record.status),
        text(&record.context),
        record.collection.map(|d| d.to_vec()),
        text(&record.holder_category),
        record.collected_at,
        place.as_ref().map(|p| p.lat_e7),
        place.as_ref().map(|p| p.lon_e7),
        place.as_ref().and_then(|p| p.accuracy_m),
        record.place_withheld == Some(true),
        text(&record.place_name),
        text(&record.site),
        text(&record.store),
        record.quantity,
        text(&record.case_number),
        c.birth.statement.entry.officer.as_bytes(),
        c.birth.device.as_bytes(),
        c.birth.statement.entry.claimed_ms,
        c.birth.received_us,
        record.live_markings().count(),
        live_photos.len(),
        c.conflicts,
        c.claims,
        c.bytes,
        c.seq,
        text(&record.rack),
        text(&record.box_name),
        record.evidence_hold == Some(true),
        record.trace_pending == Some(true),
        record.temporary == Some(true),
        record.destruction.map(|d| d.to_vec()),
        record.person.is_some(),
        undisposed_since(&record, c.birth.statement.entry.claimed_ms),
        folded.clock_drift_ms
    ];
    let person = record.person.map(|hash| vals![op, id, hash.to_vec()]);
    let kind = record.kind.clone().unwrap_or_default();
    let class = record.class.clone().unwrap_or_default();
    let moves = custody::moves(&record, c.birth.statement.entry.claimed_ms).into_iter().map(|one| {
        vals![
            op,
            id,
            one.key,
            &kind,
            &class,
            one.at_ms,
            one.site,
            one.store,
            one.direction.code(),
            one.quantity,
            one.event,
            one.handover.map(|d| d.to_vec())
        ]
    });
    let (markings, photos, moves) = (markings.collect(), photos.collect(), moves.collect());
    let (received_us, clock_drift_ms) = (c.birth.received_us, folded.clock_drift_ms);
    let recorder = *c.birth.statement.entry.officer.as_bytes();
    let moved = folded.moved;
    let ruled = Ruled { record, content, serial_norm, received_us, clock_drift_ms, recorder, acts: c.acts, moved };
    ItemRow { ruled, columns, markings, photos, moves, person, cell }
}
