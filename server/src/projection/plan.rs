//! Planning: what a folded document means for the register's rows. Pure; [`super::apply`] writes it.

use ploughshare_core::cbor::{self, Value};
use ploughshare_core::document::{Attested, Conflict, Review};
use ploughshare_core::domain::collection::CollectionRecord;
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::serial;
use ploughshare_core::ids::OperationId;

use super::fold::{Folded, Told};
use crate::store::Val;
use crate::vals;

/// The rows that one document stands for.
#[derive(Debug)]
pub(super) struct RegisterChange {
    pub id: [u8; 16],
    /// Whether anything was said about it before.
    pub known: bool,
    /// Whether its creating entry is here and counts.
    pub born: bool,
    pub document: Option<Vec<Val>>,
    pub item: Option<ItemRow>,
    pub collection: Option<Vec<Val>>,
    pub procedure: Option<Vec<Val>>,
    pub conflicts: Vec<(String, String)>,
    pub claims: Vec<Vec<Val>>,
    pub attestations: Vec<Vec<Val>>,
    pub review: Option<Vec<Val>>,
    pub waiting: Vec<Vec<Val>>,
    pub entries: Vec<Vec<Val>>,
    /// Entries kept before whose status changed: hash, status, code.
    pub restated: Vec<Vec<Val>>,
}

/// An item's rows and the record they were made of.
#[derive(Debug)]
pub(super) struct ItemRow {
    pub record: ItemRecord,
    pub columns: Vec<Val>,
    pub markings: Vec<Vec<Val>>,
    pub photos: Vec<Vec<Val>>,
    /// The sealed record of a person that it names.
    pub person: Option<Vec<Val>>,
    pub serial_norm: Option<String>,
    /// Kind, class, context, status; unknown is empty.
    pub cell: [String; 4],
    pub received_us: i64,
    pub clock_drift_ms: Option<i64>,
    /// It goes on in another operation, so it is compared with nothing any more.
    pub moved: bool,
    /// Rows of the reasons why findings on it are in order.
    pub justifications: Vec<Vec<Val>>,
}

pub(super) const DOCUMENT: [&str; 10] = [
    "operation",
    "id",
    "kind",
    "heads",
    "digest",
    "entries",
    "conflicts",
    "born_place",
    "changed_seq",
    "update_needed",
];
pub(super) const ENTRY: [&str; 16] = [
    "operation",
    "hash",
    "journal",
    "number",
    "doc",
    "kind",
    "officer",
    "device",
    "claimed_at_ms",
    "received_at",
    "place",
    "idx",
    "decision_held",
    "status",
    "code",
    "bytes",
];
/// Columns of `item` but for the number of open findings, which the rules keep.
pub(super) const ITEM: [&str; 43] = [
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
];
pub(super) const COLLECTION: [&str; 21] = [
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

pub(super) const ATTESTATION: [&str; 11] =
    ["operation", "doc", "entry", "idx", "what", "officer", "standing", "reason", "digest", "note", "claimed_at_ms"];
pub(super) const REVIEW: [&str; 7] = ["operation", "doc", "state", "entry", "officer", "content", "amendments"];

/// What a folded document means for the register. `seq` is that of the segment that touched it.
pub(super) fn plan(operation: &OperationId, folded: &Folded, seq: u64) -> RegisterChange {
    let op = operation.as_bytes();
    let counts = folded.counts();
    let birth =
        folded.told.iter().find(|t| t.statement.hash.document() == folded.id && t.statement.entry.document.is_none());
    let born = counts.folded > 0 && birth.is_some();
    let conflicts = counts.conflicts();
    let mut change = RegisterChange {
        id: *folded.id.as_bytes(),
        known: folded.told.iter().any(|t| t.kept.is_some()),
        born,
        document: None,
        item: None,
        collection: None,
        procedure: None,
        conflicts: conflicts.iter().map(|c| (c.path.clone(), choices(c))).collect(),
        claims: Vec::new(),
        attestations: Vec::new(),
        review: None,
        waiting: Vec::new(),
        entries: Vec::new(),
        restated: Vec::new(),
    };
    for one in &folded.told {
        let hash = one.statement.hash;
        let (status, code) = folded.status(&hash);
        match &one.kept {
            None => change.entries.push(entry_row(operation, one, &folded.id, status, code)),
            Some((kept, kept_code)) if kept != status || kept_code.as_deref() != code => {
                change.restated.push(vals![status, code, op, hash.as_bytes()]);
            }
            Some(_) => {}
        }
        if let Some(reason) = folded.claims.get(&hash) {
            let officer = one.statement.entry.officer;
            change.claims.push(vals![op, folded.id.as_bytes(), hash.as_bytes(), reason.code(), officer.as_bytes()]);
        }
        for missing in folded.said.waiting.get(&hash).into_iter().flatten() {
            let journal = one.statement.entry.journal;
            change.waiting.push(vals![op, hash.as_bytes(), missing.as_bytes(), one.received_us, journal.as_bytes()]);
        }
    }
    let (Some(birth), Some(kind)) = (birth, counts.kind.as_deref()) else { return change };
    let heads: Vec<u8> = counts.heads.iter().flat_map(|h| *h.as_bytes()).collect();
    change.document = Some(vals![
        op,
        folded.id.as_bytes(),
        kind,
        heads,
        counts.digest(),
        folded.told.len(),
        conflicts.len(),
        birth.place,
        seq,
        folded.said.update_needed
    ]);
    if !born {
        return change;
    }
    if let Some((attested, review)) = &folded.reviewed {
        change.attestations =
            attested.iter().enumerate().map(|(i, one)| attestation_row(operation, folded, i, one)).collect();
        change.review = Some(review_row(operation, folded, review));
    }
    let content = counts.content();
    let pairs = content.iter().filter(|(path, _)| !path.starts_with('$'));
    let bytes = flat(pairs);
    let circumstances = Circumstances { birth, conflicts: conflicts.len(), claims: folded.claims.len(), bytes, seq };
    match kind {
        "item" => change.item = Some(item_row(operation, folded, ItemRecord::read(&content), circumstances)),
        "collection" => {
            change.collection =
                Some(collection_row(operation, folded, &CollectionRecord::read(&content), circumstances));
        }
        "officer" => {}
        procedure => {
            let text = |path: &str| content.get(path).and_then(Value::as_text);
            let (state, site) = (text("state"), text("site").or_else(|| text("from_site")));
            change.procedure = Some(vals![op, folded.id.as_bytes(), procedure, state, site, birth.received_us]);
        }
    }
    change
}

/// Paths and values as one CBOR map.
fn flat<'a>(pairs: impl Iterator<Item = (&'a String, &'a Value)>) -> Vec<u8> {
    cbor::encode(&Value::Map(pairs.map(|(path, value)| (Value::Text(path.clone()), value.clone())).collect()))
}

fn attestation_row(operation: &OperationId, folded: &Folded, index: usize, one: &Attested) -> Vec<Val> {
    vals![
        operation.as_bytes(),
        folded.id.as_bytes(),
        one.entry.as_bytes(),
        index,
        &one.attestation.what,
        one.attestation.officer.as_bytes(),
        one.standing.code(),
        one.claim.map(ploughshare_core::authorise::Reason::code),
        one.attestation.digest,
        &one.attestation.note,
        one.claimed_ms
    ]
}

fn review_row(operation: &OperationId, folded: &Folded, review: &Review) -> Vec<Val> {
    let verified = review.verified.as_ref();
    vals![
        operation.as_bytes(),
        folded.id.as_bytes(),
        review.state.code(),
        verified.map(|v| v.entry.to_vec()),
        verified.map(|v| v.officer.to_vec()),
        verified.map(|v| flat(v.content.iter().filter(|(path, _)| !path.starts_with('$')))),
        verified.map(|v| flat(v.amendments.iter()))
    ]
}

struct Circumstances<'a> {
    birth: &'a Told,
    conflicts: usize,
    claims: usize,
    bytes: Vec<u8>,
    seq: u64,
}

/// The values of a conflict with the entries that say them, as JSON: `[{"value": hex of CBOR, "by": [entry …]} …]`.
fn choices(conflict: &Conflict) -> String {
    let one = |said: &ploughshare_core::document::Said| {
        serde_json::json!({
            "value": hex::encode(cbor::encode(&said.value)),
            "by": said.by.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    };
    serde_json::Value::Array(conflict.values.iter().map(one).collect()).to_string()
}

/// The row of an entry that is new here.
pub(super) fn entry_row(
    operation: &OperationId,
    told: &Told,
    doc: &ploughshare_core::ids::DocId,
    status: &'static str,
    code: Option<&'static str>,
) -> Vec<Val> {
    let entry = &told.statement.entry;
    let kind = if entry.creates() {
        "create"
    } else if entry.has_content() {
        "edit"
    } else if told.by_register {
        "decision"
    } else {
        "attest"
    };
    vals![
        operation.as_bytes(),
        told.statement.hash.as_bytes(),
        entry.journal.as_bytes(),
        entry.number,
        doc.as_bytes(),
        kind,
        entry.officer.as_bytes(),
        told.device.as_bytes(),
        entry.claimed_ms,
        told.received_us,
        told.place,
        told.index,
        told.decision_held,
        status,
        code,
        entry.to_bytes()
    ]
}

fn item_row(operation: &OperationId, folded: &Folded, record: ItemRecord, c: Circumstances<'_>) -> ItemRow {
    let op = operation.as_bytes();
    let id = folded.id.as_bytes();
    let serial_text = record.serial().and_then(|m| m.seen()).map(str::to_owned);
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
        c.seq
    ];
    let (markings, photos) = (markings.collect(), photos.collect());
    let person = record.person.map(|hash| vals![op, id, hash.to_vec()]);
    let (received_us, clock_drift_ms) = (c.birth.received_us, folded.clock_drift_ms);
    let (moved, justifications) = (folded.moved, justifications(operation, folded, &record));
    ItemRow {
        record,
        columns,
        markings,
        photos,
        person,
        serial_norm,
        cell,
        received_us,
        clock_drift_ms,
        moved,
        justifications,
    }
}

/// The reasons that stand in an item, with who said them.
fn justifications(operation: &OperationId, folded: &Folded, record: &ItemRecord) -> Vec<Vec<Val>> {
    let live = record.justifications.iter().filter(|one| one.is_live());
    live.filter_map(|one| {
        let (rule, reason) = (one.rule.as_deref()?, one.reason.as_deref().filter(|text| !text.trim().is_empty())?);
        let said = folded.counts().fields.get(&format!("justifications/{}/reason", one.key))?.first()?;
        let by = folded.told.iter().find(|told| said.by.contains(&told.statement.hash))?;
        let officer = by.statement.entry.officer;
        let finding = one.finding.as_deref();
        Some(vals![operation.as_bytes(), folded.id.as_bytes(), &one.key, rule, finding, reason, officer.as_bytes()])
    })
    .collect()
}

fn collection_row(
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
