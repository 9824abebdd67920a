//! What procedures came to, as the core tells it, in the words of the API.

use std::collections::BTreeMap;

use ploughshare_core::cbor;
use ploughshare_core::destruction::{self, Fate, ItemOutcome};
use ploughshare_core::document::Content;
use ploughshare_core::domain::procedures::{DestructionRecord, HandoverRecord};
use ploughshare_core::handover::{self, Subject};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::Problem;

/// The content of a document as its row keeps it.
pub fn content(bytes: &[u8]) -> Result<Content, Problem> {
    let value = cbor::decode(bytes).map_err(|error| Problem::internal("store.corrupt", &error))?;
    let pairs = value.as_map().unwrap_or_default().iter();
    Ok(pairs.filter_map(|(path, value)| Some((path.as_text()?.to_owned(), value.clone()))).collect())
}

/// What a destruction came to: planned = destroyed + rejected + withdrawn, or it is not reconciled.
#[derive(Debug, Serialize, ToSchema)]
pub struct Outcome {
    planned: usize,
    presented: usize,
    /// How many items had which fate: destroyed, `needs_second_process`, failed, rejected, withdrawn, unaccounted.
    fates: BTreeMap<&'static str, usize>,
    unplanned: usize,
    weight_g: i64,
    reconciled: bool,
    items: Vec<Became>,
}

/// What became of one item.
#[derive(Debug, Serialize, ToSchema)]
pub struct Became {
    item: String,
    planned: bool,
    planned_quantity: Option<i64>,
    fate: &'static str,
    destroyed_quantity: Option<i64>,
    /// Any of that quantity was estimated rather than counted or weighed.
    estimated: bool,
    weight_g: Option<i64>,
    methods: Vec<String>,
    /// How its identity was checked.
    identity: Option<String>,
    serial: Option<String>,
    photo_before: Option<String>,
    photo_after: Option<String>,
    at_ms: Option<i64>,
    reason: Option<String>,
}

/// What a destruction came to.
pub fn outcome(content: &Content) -> Outcome {
    let outcome = destruction::outcome(&DestructionRecord::read(content));
    let all =
        [Fate::Destroyed, Fate::NeedsSecondProcess, Fate::Failed, Fate::Rejected, Fate::Withdrawn, Fate::Unaccounted];
    Outcome {
        planned: outcome.planned(),
        presented: outcome.presented(),
        fates: all.into_iter().map(|fate| (fate.code(), outcome.count(fate))).collect(),
        unplanned: outcome.unplanned().count(),
        weight_g: outcome.weight_g(),
        reconciled: outcome.is_reconciled(),
        items: outcome.items.into_iter().map(became).collect(),
    }
}

fn became(one: ItemOutcome) -> Became {
    Became {
        item: one.item.to_string(),
        planned: one.planned,
        planned_quantity: one.planned_quantity,
        fate: one.fate.code(),
        destroyed_quantity: one.destroyed_quantity,
        estimated: one.estimated,
        weight_g: one.weight_g,
        methods: one.methods,
        identity: one.identity,
        serial: one.serial,
        photo_before: one.before.map(hex::encode),
        photo_after: one.after.map(hex::encode),
        at_ms: one.at_ms,
        reason: one.reason,
    }
}

/// How manifest, loading and receipt of a hand-over differ.
#[derive(Debug, Serialize, ToSchema)]
pub struct Differences {
    /// Between the manifest and what was scanned at loading.
    loading: Vec<Difference>,
    /// Between what was loaded and what was scanned at receipt.
    receipt: Vec<Difference>,
    seals: Vec<SealDifference>,
}

/// One difference.
#[derive(Debug, Serialize, ToSchema)]
pub struct Difference {
    /// The item, where one is named.
    item: Option<String>,
    /// What it is about, in words: an item, a tag, a line.
    subject: String,
    /// missing, surplus, twice or quantity.
    way: &'static str,
    expected: i64,
    found: i64,
    #[serde(rename = "box")]
    box_name: Option<String>,
}

/// A seal that is not as it should be.
#[derive(Debug, Serialize, ToSchema)]
pub struct SealDifference {
    number: String,
    /// broken, missing, `not_looked_at`, `not_applied`, twice or `other_box`.
    way: &'static str,
    #[serde(rename = "box")]
    box_name: Option<String>,
}

/// How the lists of a hand-over differ.
pub fn differences(content: &Content) -> Differences {
    let differences = handover::Differences::of(&HandoverRecord::read(content));
    let shown = |one: handover::Difference| Difference {
        item: match &one.subject {
            Subject::Item(item) => Some(item.to_string()),
            _ => None,
        },
        subject: one.subject.to_string(),
        way: one.way.code(),
        expected: one.expected,
        found: one.found,
        box_name: one.box_name,
    };
    let seal = |one: handover::SealDifference| SealDifference {
        number: one.number,
        way: one.way.code(),
        box_name: one.box_name,
    };
    Differences {
        loading: differences.loading.into_iter().map(shown).collect(),
        receipt: differences.receipt.into_iter().map(shown).collect(),
        seals: differences.seals.into_iter().map(seal).collect(),
    }
}
