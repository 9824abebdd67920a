//! Findings: rules on each item, procedure and collection, and rules that compare items with others of all operations. Never merged, never deleted: a
//! finding is open, justified or fixed. Its id is made of rule, documents and key, so that a rebuild finds the same row.

mod again;
mod alike;
mod among;
mod around;
mod beside;
mod collections;
mod courses;
mod keep;
mod looks;
mod marks;
mod pace;
mod runs;

use std::collections::{BTreeMap, BTreeSet};

use ploughshare_core::decision::{MarkBlock, Site};
use ploughshare_core::document::Content;
use ploughshare_core::ids::{EntryHash, OperationId};
use ploughshare_core::keys::sha256;
use ploughshare_core::rules::duplicates::RUN;
use ploughshare_core::rules::models::OwnModels;
use ploughshare_core::rules::{self, Finding, SiteArea, Tunings, procedures};

use self::alike::shared;
use self::around::OwnWords;
use self::beside::beside;
pub(super) use self::keep::Why;
use self::keep::{Counted, Of, kept_of, kept_runs, write};
use self::marks::reused;
use self::runs::runs;
use super::ProjectionError;
use super::apply::Before;
use super::links::{self, Subject};
use super::plan::Ruled;
use crate::store::{Tx, Val};

pub(super) use self::again::all_again;
pub(super) use self::among::among;
pub(super) use self::collections::update as update_collections;
pub(super) use self::courses::{update as update_procedures, ways_before};

/// A finding as it should stand now.
pub(super) struct Stands {
    /// Kind of the document: item, collection, or a procedure.
    pub kind: String,
    pub item: Subject,
    pub other: Option<Subject>,
    pub finding: Finding,
    /// How a registrar judged the pair, where that puts it in order.
    pub why: Option<Why>,
}

/// How an operation, and those that its items are compared with, run the rules.
#[derive(Debug, Clone)]
pub(super) struct Ruling {
    /// The operation.
    pub operation: OperationId,
    /// How rules are switched and tuned, in each operation.
    pub tunings: BTreeMap<[u8; 16], Tunings>,
    /// Models of the operation beside those that everybody knows.
    pub models: OwnModels,
    /// Sites of the operation, by code.
    pub sites: BTreeMap<String, Site>,
    /// Independent witnesses that a destruction needs there.
    pub witnesses: i64,
    /// Blocks of numbers for marks that were given there.
    pub blocks: Vec<MarkBlock>,
    /// Entries that are missing for good and not waited for.
    pub bridged: BTreeSet<EntryHash>,
}

impl Ruling {
    fn own(&self) -> Tunings {
        self.of(self.operation.as_bytes())
    }

    fn of(&self, operation: &[u8; 16]) -> Tunings {
        self.tunings.get(operation).cloned().unwrap_or_default()
    }

    /// Whether a rule is run for a document; a pair is looked at where both sides look.
    pub fn runs(&self, rule: &str, item: &Subject, other: Option<&Subject>) -> bool {
        let enabled = |side: &Subject| self.tunings.get(&side.0).is_none_or(|tunings| tunings.enabled(rule));
        enabled(item) && other.is_none_or(enabled)
    }

    fn context(&self, item: &Ruled) -> rules::Context<'_> {
        let site = item.record.site.as_ref().and_then(|code| self.sites.get(code));
        rules::Context {
            received_ms: Some(item.received_us / 1000),
            clock_drift_ms: item.clock_drift_ms,
            site: site.and_then(|site| Some(SiteArea { centre: site.place?, radius_m: site.radius_m })),
            hours: site.and_then(|site| site.hours),
            tuning: self.own(),
            models: self.models.reference(),
            ..rules::Context::default()
        }
    }
}

/// Brings the findings of the changed items up to date.
pub(super) async fn update(
    tx: &mut Tx,
    ruling: &Ruling,
    known: &[Val],
    before: &BTreeMap<[u8; 16], Before>,
    items: &[([u8; 16], Ruled)],
    (seq, at_us): (u64, i64),
) -> Result<Counted, ProjectionError> {
    let op = *ruling.operation.as_bytes();
    let mut kept = kept_of(tx, op, Of::Items, known).await?;

    let mut stands: BTreeMap<[u8; 32], Stands> = BTreeMap::new();
    let mut put = |item: Subject, other: Option<Subject>, finding: Finding| {
        if ruling.runs(finding.rule, &item, other.as_ref()) {
            stands
                .insert(id(&finding, item, other), Stands { kind: "item".to_owned(), item, other, finding, why: None });
        }
    };
    for (id, item) in items.iter().filter(|(_, item)| !item.moved) {
        let mut found = rules::check_item(&item.record, &ruling.context(item));
        // What people signed on it, and other rules that any document has.
        found.extend(procedures::check("item", &item.content, &OwnWords { item, tunings: ruling.own() }));
        for finding in found {
            put((op, *id), None, finding);
        }
    }
    for (item, finding) in beside(tx, ruling, items).await? {
        put((op, item), None, finding);
    }
    let compared = [
        shared(tx, ruling, before, items).await?,
        reused(tx, op, before, items).await?,
        looks::alike(tx, ruling, before, items).await?,
    ];
    for compared in compared {
        kept.extend(compared.reconsidered);
        for (item, other, finding) in compared.found {
            put(item, other, finding);
        }
    }
    let usual = usize::try_from(ruling.own().parameter("R11", "usual_run", RUN as i64)).unwrap_or(RUN);
    let (near, runs) = runs(tx, op, usual, before, items).await?;
    kept.extend(kept_runs(tx, op, &near).await?);
    for (item, finding) in runs {
        put((op, item), None, finding);
    }
    let (hurried, was) = pace::hurried(tx, ruling, before, items.iter().map(|(id, _)| *id)).await?;
    kept.extend(was);
    for (item, other, finding) in hurried {
        put(item, other, finding);
    }
    for (item, other, finding) in links::late(tx, op, items).await? {
        put(item, Some(other), finding);
    }
    let closed = links::weigh(tx, &mut stands).await?;
    write(tx, &stands, &kept, &closed, (seq, at_us)).await
}

fn id(finding: &Finding, item: Subject, other: Option<Subject>) -> [u8; 32] {
    let mut bytes = Vec::new();
    let other = other.map(|o| [o.0, o.1].concat()).unwrap_or_default();
    for part in [finding.rule.as_bytes(), &item.0, &item.1, &other, finding.key.as_bytes()] {
        bytes.extend_from_slice(part);
        bytes.push(b'|');
    }
    sha256(&bytes)
}

/// The content of a document as its row keeps it; what does not read says nothing.
pub(super) fn content(bytes: &[u8]) -> Content {
    crate::store::content::of_bytes(bytes).unwrap_or_default()
}
