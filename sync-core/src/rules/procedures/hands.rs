//! Rules about destructions, who and what may be in them: R62 (what cannot be destroyed), R70 (independent witnesses), R72 (signatures).

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Finding, Severity};
use super::destructions::about;
use super::handovers::is_destroyed;
use super::{Around, people};
use crate::destruction::{Fate, ItemOutcome, Outcome};
use crate::domain::procedures::DestructionRecord;
use crate::ids::{DocId, OfficerId};

pub(super) fn check(
    destruction: &DestructionRecord,
    outcome: &Outcome,
    around: &dyn Around,
    findings: &mut Vec<Finding>,
) {
    for one in &outcome.items {
        held(one, around, findings);
    }
    let supervisors: BTreeSet<OfficerId> =
        destruction.supervisor.into_iter().chain(people::signers("destroyed", around)).collect();
    let closed = destruction.state.as_deref() == Some("closed");
    independence(&supervisors, outcome, around, closed, findings);
    if closed {
        findings.extend(people::missing("destroyed", destruction.supervisor, around));
    }
}

/// R62. What was taken off the list, or found at the check not to belong there, is as it should be.
fn held(one: &ItemOutcome, around: &dyn Around, findings: &mut Vec<Finding>) {
    if matches!(one.fate, Fate::Rejected | Fate::Withdrawn) {
        return;
    }
    let Some(known) = around.item(&one.item) else {
        let message = "an item on the list is not known here, so nothing can be said of it";
        findings.push(about("R62", "unknown", one, message).weighing(Severity::Warn));
        return;
    };
    let record = &known.record;
    let status = record.status.as_deref().unwrap_or_default();
    let reasons = [
        ("evidence", record.evidence_hold == Some(true) || status == "evidence_hold", "is held as evidence"),
        ("trace", record.trace_pending == Some(true), "has a trace pending"),
        ("temporary", record.temporary == Some(true), "was handed over temporarily and may have to be returned"),
        ("blocking", known.open_blocking, "has a finding that blocks and is open"),
        (
            "elsewhere",
            is_destroyed(record, known.destroyed_by) && known.destroyed_by.is_some(),
            "was destroyed elsewhere",
        ),
        (
            "gone",
            matches!(status, "lost" | "stolen" | "returned_to_owner" | "exported_returned"),
            "is not there by its record",
        ),
    ];
    for (key, _, what) in reasons.into_iter().filter(|(_, is, _)| *is) {
        let message = format!("an item on the list {what}");
        findings.push(about("R62", key, one, message).arg("reason", key));
    }
}

/// R70. Every item has its own collector; supervisor and witness have no part in any item that they see to its end.
fn independence(
    supervisors: &BTreeSet<OfficerId>,
    outcome: &Outcome,
    around: &dyn Around,
    closed: bool,
    findings: &mut Vec<Finding>,
) {
    // A claim is shown as well: that somebody tried is what a registrar wants to know. It is no witness.
    let tried: BTreeSet<OfficerId> =
        around.attestations().iter().filter(|act| act.what == "witnessed").map(|act| act.officer).collect();
    for both in supervisors.intersection(&tried) {
        let message = "one officer supervised and witnessed";
        findings.push(Finding::new("R70", format!("both/{both}"), message).arg("officer", both));
    }
    let mut own: BTreeMap<(&str, OfficerId), Vec<DocId>> = BTreeMap::new();
    for one in outcome.items.iter().filter(|one| !matches!(one.fate, Fate::Rejected | Fate::Withdrawn)) {
        let Some(known) = around.item(&one.item) else { continue };
        if supervisors.contains(&known.recorder) {
            own.entry(("supervisor", known.recorder)).or_default().push(one.item);
        }
        if tried.contains(&known.recorder) {
            own.entry(("witness", known.recorder)).or_default().push(one.item);
        }
    }
    for ((part, officer), items) in &own {
        let count = items.len();
        let message = format!("the {part} recorded {count} of the items on the list");
        let mut finding = Finding::new("R70", format!("{part}/{officer}"), message).arg("officer", officer);
        if let Some(first) = items.first() {
            finding = finding.arg("item", first);
        }
        findings.push(finding.arg("count", count));
    }
    if closed {
        let independent = people::signers("witnessed", around)
            .into_iter()
            .filter(|officer| !supervisors.contains(officer) && !own.contains_key(&("witness", *officer)))
            .count();
        let needed = around.witnesses_needed();
        if i64::try_from(independent).unwrap_or(i64::MAX) < needed {
            let message = format!("{independent} independent witnesses signed, {needed} are needed");
            findings.push(Finding::new("R70", "witnesses", message).arg("count", independent).arg("needed", needed));
        }
    }
}
