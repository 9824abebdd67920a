//! Planning: what a folded document means for the register's rows. Pure; [`super::apply`] writes it.

mod collection;
mod item;
mod procedure;

use ploughshare_core::authorise::Reason;
use ploughshare_core::cbor::{self, Value};
use ploughshare_core::decision::Authority;
use ploughshare_core::document::{Attested, Conflict, Content, Review};
use ploughshare_core::domain::collection::CollectionRecord;
use ploughshare_core::ids::{DeviceId, OperationId};
use ploughshare_core::rules::procedures::SignedAct;

pub(super) use collection::COLLECTION;
pub(super) use item::{ITEM, ItemRow, Ruled, STOCK_MOVE};
pub(super) use procedure::{Course, PROCEDURE, ProcedureRow, REFERENCE, SEAL, members, references, seals};

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
    pub procedure: Option<ProcedureRow>,
    pub justifications: Vec<Vec<Val>>,
    pub conflicts: Vec<(String, String)>,
    pub claims: Vec<Vec<Val>>,
    pub attestations: Vec<Vec<Val>>,
    pub review: Option<Vec<Val>>,
    pub waiting: Vec<Vec<Val>>,
    pub entries: Vec<Vec<Val>>,
    /// Entries kept before whose status changed: hash, status, code.
    pub restated: Vec<Vec<Val>>,
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
pub(super) const ATTESTATION: [&str; 12] = [
    "operation",
    "doc",
    "entry",
    "idx",
    "what",
    "officer",
    "standing",
    "reason",
    "digest",
    "note",
    "claimed_at_ms",
    "key_device",
];
pub(super) const JUSTIFICATION: [&str; 7] = ["operation", "doc", "key", "rule", "finding", "reason", "officer"];
pub(super) const REVIEW: [&str; 7] = ["operation", "doc", "state", "entry", "officer", "content", "amendments"];

/// What a folded document means for the register. `seq` is that of the segment that touched it.
pub(super) fn plan(operation: &OperationId, folded: &Folded, authority: &Authority, seq: u64) -> RegisterChange {
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
        justifications: Vec::new(),
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
    let mut acts = Vec::new();
    if let Some((attested, review)) = &folded.reviewed {
        let row = |(i, one): (usize, &Attested)| attestation_row(operation, folded, authority, i, one);
        change.attestations = attested.iter().enumerate().map(row).collect();
        change.review = Some(review_row(operation, folded, review));
        acts = attested.iter().map(|one| act(authority, one)).collect();
    }
    let mut content = counts.content();
    content.retain(|path, _| !path.starts_with('$'));
    change.justifications = justification_rows(operation, folded, &content);
    let bytes = flat(content.iter());
    let (conflicts, claims) = (conflicts.len(), folded.claims.len());
    let circumstances = Circumstances { birth, conflicts, claims, bytes, seq, acts };
    match kind {
        "item" => change.item = Some(item::item_row(operation, folded, content, circumstances)),
        "collection" => {
            let record = CollectionRecord::read(&content);
            change.collection = Some(collection::collection_row(operation, folded, &record, circumstances));
        }
        kind if procedure::KINDS.contains(&kind) => {
            change.procedure = Some(procedure::procedure_row(operation, folded, kind, content, circumstances));
        }
        _ => {}
    }
    change
}

/// The device that keeps the key of an attestation, as far as the register knows the key as this officer's.
fn key_device(authority: &Authority, one: &Attested) -> Option<DeviceId> {
    let key = authority.officer_keys.get(one.attestation.key.as_ref()?)?;
    (key.officer == one.attestation.officer).then_some(key.device)
}

/// An attestation as the rules look at it.
fn act(authority: &Authority, one: &Attested) -> SignedAct {
    SignedAct {
        what: one.attestation.what.clone(),
        officer: one.attestation.officer,
        device: key_device(authority, one),
        counts: counts_for_rules(one.claim.map(Reason::code)),
        claimed_ms: one.claimed_ms,
    }
}

/// Whether rules take a signature as made. One that the programme does not count because of the device it was made on was made all the
/// same, and a registrar has to see it.
pub(super) fn counts_for_rules(reason: Option<&str>) -> bool {
    reason.is_none_or(|code| code == Reason::SameDevice.code())
}

/// Why findings are in order, as somebody said on this document; whose word it is tells the entry that gives the reason.
fn justification_rows(operation: &OperationId, folded: &Folded, content: &Content) -> Vec<Vec<Val>> {
    let teller = |path: &str| {
        let said = folded.counts().fields.get(path)?.first()?.by.first()?;
        folded.told.iter().find(|told| told.statement.hash == *said).map(|told| told.statement.entry.officer)
    };
    let given = members(content, |set| set == "justifications").into_iter().filter_map(|((set, key), fields)| {
        let rule = fields.get("rule")?.as_text()?;
        let reason = fields.get("reason")?.as_text().filter(|reason| !reason.trim().is_empty())?;
        let finding = fields.get("key").and_then(|value| value.as_text());
        let officer = teller(&format!("{set}/{key}/reason"))?;
        Some(vals![operation.as_bytes(), folded.id.as_bytes(), key, rule, finding, reason, officer.as_bytes()])
    });
    given.collect()
}

/// Paths and values as one CBOR map.
fn flat<'a>(pairs: impl Iterator<Item = (&'a String, &'a Value)>) -> Vec<u8> {
    cbor::encode(&Value::Map(pairs.map(|(path, value)| (Value::Text(path.clone()), value.clone())).collect()))
}

fn attestation_row(
    operation: &OperationId,
    folded: &Folded,
    authority: &Authority,
    index: usize,
    one: &Attested,
) -> Vec<Val> {
    vals![
        operation.as_bytes(),
        folded.id.as_bytes(),
        one.entry.as_bytes(),
        index,
        &one.attestation.what,
        one.attestation.officer.as_bytes(),
        one.standing.code(),
        one.claim.map(Reason::code),
        one.attestation.digest,
        &one.attestation.note,
        one.claimed_ms,
        key_device(authority, one).map(|device| device.to_vec())
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

/// What goes into a document's row beside its content.
struct Circumstances<'a> {
    birth: &'a Told,
    conflicts: usize,
    claims: usize,
    bytes: Vec<u8>,
    seq: u64,
    acts: Vec<SignedAct>,
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
