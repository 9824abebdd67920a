//! What a folded procedure means for the register's rows: its row, and the items and seals that it names.

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::cbor::Value;
use ploughshare_core::destruction::{self, Fate};
use ploughshare_core::document::Content;
use ploughshare_core::domain::procedures::DestructionRecord;
use ploughshare_core::domain::serial;
use ploughshare_core::ids::{DocId, OperationId};
use ploughshare_core::rules::procedures::SignedAct;

use super::Circumstances;
use crate::projection::fold::Folded;
use crate::store::Val;
use crate::vals;

/// Kinds of documents that are procedures.
pub(super) const KINDS: [&str; 6] = ["marking_session", "handover", "count", "incident", "destruction", "spot_check"];

/// Columns of `procedure_row` but for the number of open findings, which the rules keep.
pub(in crate::projection) const PROCEDURE: [&str; 21] = [
    "operation",
    "id",
    "kind",
    "number",
    "state",
    "site",
    "store",
    "to_site",
    "to_store",
    "occasion",
    "at_ms",
    "recorder",
    "device",
    "recorded_at_ms",
    "received_at",
    "heard_at",
    "clock_drift_ms",
    "conflicts",
    "claims",
    "content",
    "changed_seq",
];
pub(in crate::projection) const REFERENCE: [&str; 7] =
    ["operation", "procedure", "set_name", "key", "item", "quantity", "destroyed"];
pub(in crate::projection) const SEAL: [&str; 4] = ["operation", "procedure", "key", "number"];

/// A procedure as the rules look at it.
#[derive(Debug, Clone)]
pub(in crate::projection) struct Course {
    pub kind: String,
    pub content: Content,
    pub recorder: [u8; 16],
    pub heard_us: i64,
    pub clock_drift_ms: Option<i64>,
    pub acts: Vec<SignedAct>,
}

/// A procedure's rows and what they were made of.
#[derive(Debug)]
pub(in crate::projection) struct ProcedureRow {
    pub course: Course,
    pub columns: Vec<Val>,
    pub references: Vec<Vec<Val>>,
    pub seals: Vec<Vec<Val>>,
}

/// The fields of a member by name.
type Fields<'a> = BTreeMap<&'a str, &'a Value>;

/// The members of some sets that stand, by set and key.
pub(in crate::projection) fn members(
    content: &Content,
    wanted: impl Fn(&str) -> bool,
) -> BTreeMap<(&str, &str), Fields<'_>> {
    let mut members: BTreeMap<(&str, &str), Fields<'_>> = BTreeMap::new();
    for (path, value) in content {
        let mut steps = path.splitn(3, '/');
        if let (Some(set), Some(key), Some(name)) = (steps.next(), steps.next(), steps.next())
            && wanted(set)
        {
            members.entry((set, key)).or_default().insert(name, value);
        }
    }
    members.retain(|_, fields| fields.get("withdrawn").is_none_or(|value| **value == Value::Null));
    members
}

/// A member that names an item: set, key, item, and the quantity said there.
type Reference<'a> = (&'a str, &'a str, DocId, Option<i64>);

/// Every item that a procedure names.
pub(in crate::projection) fn references(content: &Content) -> Vec<Reference<'_>> {
    let named = members(content, |_| true).into_iter().filter_map(|((set, key), fields)| {
        let item = DocId::from_slice(fields.get("item")?.as_bytes()?)?;
        Some((set, key, item, fields.get("quantity").and_then(|value| value.as_int())))
    });
    named.collect()
}

/// The items that a destruction destroyed.
fn destroyed(kind: &str, content: &Content) -> BTreeSet<DocId> {
    if kind != "destruction" {
        return BTreeSet::new();
    }
    let outcome = destruction::outcome(&DestructionRecord::read(content));
    outcome.items.into_iter().filter(|one| one.fate == Fate::Destroyed).map(|one| one.item).collect()
}

/// The numbers of the seals that a procedure names, in the form in which they are compared.
pub(in crate::projection) fn seals(content: &Content) -> BTreeSet<String> {
    numbered(content).into_iter().map(|(_, number)| number).collect()
}

fn numbered(content: &Content) -> Vec<(&str, String)> {
    let seals = members(content, |set| set == "seals").into_iter();
    let numbered =
        seals.filter_map(|((_, key), fields)| Some((key, serial::normalise(fields.get("number")?.as_text()?))));
    numbered.filter(|(_, number)| !number.is_empty()).collect()
}

pub(super) fn procedure_row(
    operation: &OperationId,
    folded: &Folded,
    kind: &str,
    content: Content,
    c: Circumstances<'_>,
) -> ProcedureRow {
    let (op, id) = (operation.as_bytes(), folded.id.as_bytes());
    let text = |name: &str| content.get(name).and_then(Value::as_text).map(str::to_owned);
    let time = |name: &str| content.get(name).and_then(Value::as_int);
    let (site, store, at_ms) = match kind {
        "handover" => {
            let at = time("arrived_at").or_else(|| time("departed_at")).or_else(|| time("authorised_at"));
            (text("from_site"), text("from_store"), at)
        }
        "count" => (text("site"), text("store"), time("at")),
        "incident" => (text("site"), text("store"), time("discovered_at")),
        "destruction" => {
            let at = time("ended_at").or_else(|| time("started_at")).or_else(|| time("planned_for"));
            (text("site"), None, at)
        }
        "marking_session" => (text("site"), None, time("closed_at").or_else(|| time("opened_at"))),
        _ => (text("site"), None, time("closed_at").or_else(|| time("planned_at"))),
    };
    // The newest word that counts: what was said without authority makes nothing late.
    let counting = folded.told.iter().filter(|told| !folded.claims.contains_key(&told.statement.hash));
    let heard_us = counting.map(|told| told.received_us).max().unwrap_or(c.birth.received_us);
    let destroyed = destroyed(kind, &content);
    let named = references(&content).into_iter().map(|(set, key, item, quantity)| {
        vals![op, id, set, key, item.as_bytes(), quantity, set == "results" && destroyed.contains(&item)]
    });
    let references = named.collect();
    let seals = numbered(&content).into_iter().map(|(key, number)| vals![op, id, key, number]).collect();
    let recorder = *c.birth.statement.entry.officer.as_bytes();
    let columns = vals![
        op,
        id,
        kind,
        text("number"),
        text("state"),
        site,
        store,
        text("to_site"),
        text("to_store"),
        text("occasion"),
        at_ms,
        recorder,
        c.birth.device.as_bytes(),
        c.birth.statement.entry.claimed_ms,
        c.birth.received_us,
        heard_us,
        folded.clock_drift_ms,
        c.conflicts,
        c.claims,
        c.bytes,
        c.seq
    ];
    let clock_drift_ms = folded.clock_drift_ms;
    let course = Course { kind: kind.to_owned(), content, recorder, heard_us, clock_drift_ms, acts: c.acts };
    ProcedureRow { course, columns, references, seals }
}
