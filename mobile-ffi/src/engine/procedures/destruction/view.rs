//! Showing a destruction: how far it is, what became of each item, and what is missing for a certificate.

use ploughshare_core::destruction::{Fate, ItemOutcome, outcome};
use ploughshare_core::document::Attested;
use ploughshare_core::domain::procedures::DestructionRecord;
use ploughshare_core::ids::DocId;
use ploughshare_core::policy::{PLAN_NEEDS_APPROVAL, WITNESSES};
use serde::Serialize;

use super::super::custody::only_looked;
use super::super::{ItemLine, Reader};
use crate::engine::Tablet;
use crate::engine::deed::Seen;
use crate::engine::read::claims;
use crate::engine::review::reviewed;
use crate::error::TabletError;
use crate::store::{Result, entries};

/// One item and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, as they are shown")]
pub struct DestructionItemView {
    /// The item.
    pub item: ItemLine,
    /// `destroyed`, `needs_second_process`, `failed`, `rejected`, `withdrawn`, `unaccounted`.
    pub fate: String,
    /// Whether it was on the plan.
    pub planned: bool,
    /// Quantity planned, for a lot.
    pub planned_quantity: Option<i64>,
    /// Quantity destroyed, for a lot.
    pub destroyed_quantity: Option<i64>,
    /// Whether any of that was estimated.
    pub estimated: bool,
    /// How its identity was checked.
    pub identity: Option<String>,
    /// Methods used, in order.
    pub methods: Vec<String>,
    /// Weight in grams.
    pub weight_g: Option<i64>,
    /// Whether there is a photo before.
    pub has_before: bool,
    /// Whether there is a photo after.
    pub has_after: bool,
    /// Why, where it was not destroyed.
    pub reason: Option<String>,
}

/// A destruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DestructionView {
    /// The document.
    pub document: String,
    /// Number of the papers.
    pub number: Option<String>,
    /// How far it is.
    pub state: Option<String>,
    /// Site.
    pub site: Option<String>,
    /// Method.
    pub method: Option<String>,
    /// Second process.
    pub second_method: Option<String>,
    /// Authority and number of the authorisation.
    pub authority: Option<String>,
    /// Number of the authorisation.
    pub authorisation: Option<String>,
    /// Third party that monitors.
    pub third_party: Option<String>,
    /// Supervisor, by name where it is known.
    pub supervisor: Option<String>,
    /// When it began, ms since the Unix epoch.
    pub started_ms: Option<i64>,
    /// When it ended, ms since the Unix epoch.
    pub ended_ms: Option<i64>,
    /// Items planned.
    pub planned: usize,
    /// Of them, destroyed.
    pub destroyed: usize,
    /// Rejected.
    pub rejected: usize,
    /// Withdrawn.
    pub withdrawn: usize,
    /// Waiting for a second process.
    pub second_process: usize,
    /// Failed.
    pub failed: usize,
    /// Without a result.
    pub unaccounted: usize,
    /// Weight of what was weighed, in grams.
    pub weight_g: i64,
    /// Weight of the scrap that left, in grams.
    pub scrap_g: i64,
    /// Who approved the plan.
    pub approved_by: Option<String>,
    /// Who attested the destruction.
    pub attested_by: Vec<String>,
    /// Who witnessed.
    pub witnessed_by: Vec<String>,
    /// Item by item.
    pub items: Vec<DestructionItemView>,
    /// What is missing for a certificate, in sentences.
    pub missing: Vec<String>,
    /// Whether what is said of it counts; else some of it is a claim.
    pub counts: bool,
}

impl Tablet {
    /// How far a destruction is.
    pub fn destruction(&self, destruction: &str) -> Result<DestructionView> {
        self.reading(|reader| {
            let seen = reader.procedure("destruction", destruction).map_err(only_looked)?;
            view(reader, &seen)
        })
    }
}

impl Tablet {
    /// What became of one item of a destruction so far.
    pub(super) fn destruction_item(&self, destruction: &str, id: &DocId) -> Result<DestructionItemView> {
        self.reading(|reader| {
            let seen = reader.procedure("destruction", destruction)?;
            let came_to = outcome(&DestructionRecord::read(&seen.everything.content()));
            let found = came_to.items.iter().find(|one| one.item == *id);
            found.map(|one| item(reader, one)).ok_or_else(|| TabletError::not_found("document", &id.to_string()))
        })
    }
}

fn name(reader: &Reader<'_>, officer: &ploughshare_core::ids::OfficerId) -> String {
    reader.authority.officers.get(officer).cloned().unwrap_or_else(|| officer.to_string().chars().take(8).collect())
}

fn view(reader: &Reader<'_>, seen: &Seen) -> Result<DestructionView> {
    let record = DestructionRecord::read(&seen.everything.content());
    let came_to = outcome(&record);
    let kept = entries::kept_about(reader.conn, &seen.id)?;
    let claims = claims(&seen.id, &kept, reader.session, reader.authority, reader.now_ms);
    let attested = reviewed(seen.id, &seen.statements, &claims, reader.authority).attested;
    let signed = |what: &str, current: bool| -> Vec<String> {
        let counts = |one: &&Attested| {
            let stands = !current || one.standing == ploughshare_core::document::Standing::Current;
            one.claim.is_none() && one.attestation.what == what && stands
        };
        let mut names: Vec<String> =
            attested.iter().filter(counts).map(|one| name(reader, &one.attestation.officer)).collect();
        names.sort();
        names.dedup();
        names
    };
    let mut view = DestructionView {
        document: seen.id.to_string(),
        supervisor: record.supervisor.as_ref().map(|officer| name(reader, officer)),
        started_ms: record.started_at,
        ended_ms: record.ended_at,
        planned: came_to.planned(),
        destroyed: came_to.count(Fate::Destroyed),
        rejected: came_to.count(Fate::Rejected),
        withdrawn: came_to.count(Fate::Withdrawn),
        second_process: came_to.count(Fate::NeedsSecondProcess),
        failed: came_to.count(Fate::Failed),
        unaccounted: came_to.count(Fate::Unaccounted),
        weight_g: came_to.weight_g(),
        scrap_g: record.scrap.iter().filter(|scrap| scrap.is_live()).filter_map(|scrap| scrap.weight_g).sum(),
        approved_by: signed("approved", false).into_iter().next(),
        attested_by: signed("destroyed", true),
        witnessed_by: signed("witnessed", true),
        items: came_to.items.iter().map(|one| item(reader, one)).collect(),
        missing: Vec::new(),
        counts: seen.counts.digest() == seen.everything.digest(),
        number: record.number,
        state: record.state,
        site: record.site,
        method: record.method,
        second_method: record.second_method,
        authority: record.authority,
        authorisation: record.authorisation,
        third_party: record.third_party,
    };
    view.items.sort_by(|a, b| (&a.item.tag, &a.item.item).cmp(&(&b.item.tag, &b.item.item)));
    view.missing = missing(reader, &view);
    Ok(view)
}

fn item(reader: &Reader<'_>, one: &ItemOutcome) -> DestructionItemView {
    DestructionItemView {
        item: reader.line(&one.item),
        fate: one.fate.code().to_owned(),
        planned: one.planned,
        planned_quantity: one.planned_quantity,
        destroyed_quantity: one.destroyed_quantity,
        estimated: one.estimated,
        identity: one.identity.clone(),
        methods: one.methods.clone(),
        weight_g: one.weight_g,
        has_before: one.before.is_some(),
        has_after: one.after.is_some(),
        reason: one.reason.clone(),
    }
}

/// What is missing for a certificate.
fn missing(reader: &Reader<'_>, view: &DestructionView) -> Vec<String> {
    let mut all = Vec::new();
    let mut also = |is_missing: bool, text: String| {
        if is_missing {
            all.push(text);
        }
    };
    let open = view.unaccounted + view.failed + view.second_process;
    also(open > 0, format!("{open} of {} items have no final result", view.planned));
    also(view.state.as_deref() != Some("closed"), "the destruction is not closed".to_owned());
    let approval = reader.authority.policy(&PLAN_NEEDS_APPROVAL) == 1;
    also(approval && view.approved_by.is_none(), "nobody approved the plan".to_owned());
    let destroyed = || view.items.iter().filter(|one| one.fate == "destroyed");
    let unchecked = destroyed().filter(|one| one.identity.is_none()).count();
    also(unchecked > 0, format!("the identity of {unchecked} destroyed items was not checked before"));
    let unseen = destroyed().filter(|one| !one.has_before || !one.has_after).count();
    also(unseen > 0, format!("{unseen} destroyed items lack a photo before or after"));
    also(view.third_party.is_none(), "no third party is named that monitors".to_owned());
    also(view.attested_by.is_empty(), "the supervisor has not signed".to_owned());
    let wanted = usize::try_from(reader.authority.policy(&WITNESSES)).unwrap_or(1);
    let there = view.witnessed_by.len();
    also(there < wanted, format!("{there} of {wanted} witnesses signed"));
    all
}
