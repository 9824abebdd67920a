//! Rules about hand-overs: R50 (counts), R53 (what is destroyed does not travel), R58 (mixed shipments), R59 (seals), R72 (signatures),
//! R73 (authority).

use std::collections::BTreeSet;

use super::super::life::destroyed_at;
use super::super::parameters::{MINUTE_MS, ROUNDS_PERMILLE, TOLERANCE};
use super::super::{Finding, Severity};
use super::{Around, people};
use crate::domain::item::ItemRecord;
use crate::domain::procedures::{HandoverRecord, LineRecord, LoadedRecord};
use crate::domain::serial;
use crate::handover::{self, Difference, Differences, Subject, Way};
use crate::ids::{DocId, OfficerId};

pub(super) fn check(handover: &HandoverRecord, around: &dyn Around, findings: &mut Vec<Finding>) {
    if handover.state.as_deref() == Some("cancelled") {
        return;
    }
    let items = handover::items(handover);
    let differences = Differences::of(handover);
    counts(handover, &differences, around, findings);
    seals(handover, &differences, around, findings);
    destroyed(handover, &items, around, findings);
    mixed(handover, &items, around, findings);
    signatures(handover, around, findings);
    authority(handover, findings);
}

fn is_on_its_way(handover: &HandoverRecord) -> bool {
    matches!(handover.state.as_deref(), Some("loaded" | "under_way" | "received"))
}

/// R50.
fn counts(handover: &HandoverRecord, differences: &Differences, around: &dyn Around, findings: &mut Vec<Finding>) {
    let scanned = handover.loaded.iter().any(LoadedRecord::is_live);
    let listed = handover.lines.iter().any(LineRecord::is_live);
    if handover.manner.as_deref() == Some("transport") && is_on_its_way(handover) && listed && !scanned {
        findings.push(Finding::new("R50", "loading", "the transport left, and nothing was scanned at loading"));
    }
    let stages =
        [("loading", &differences.loading, Severity::Block), ("receipt", &differences.receipt, Severity::Flag)];
    for (stage, differences, severity) in stages {
        for one in differences.iter().filter(|one| !is_tolerated(one, around)) {
            let Difference { subject, way, expected, found, box_name } = one;
            let what = match way {
                Way::Missing => "is missing",
                Way::Surplus => "is not on the list",
                Way::Twice => "was scanned more than once",
                Way::Quantity => "differs in quantity",
            };
            let message = format!("at {stage} {subject} {what}: {expected} expected, {found} found");
            let mut finding = Finding::new("R50", format!("{stage}/{}/{subject}", way.code()), message)
                .arg("stage", stage)
                .arg("way", way.code())
                .arg("subject", subject)
                .arg("expected", expected)
                .arg("found", found)
                .weighing(severity);
            if let Some(name) = box_name {
                finding = finding.arg("box", name);
            }
            findings.push(finding);
        }
    }
}

/// Rounds are let pass within a tolerance, if the programme has one; what is counted by pieces never is.
fn is_tolerated(difference: &Difference, around: &dyn Around) -> bool {
    let Subject::Item(item) = &difference.subject else { return false };
    let permille = i128::from(around.tuning().of(&ROUNDS_PERMILLE));
    let off = i128::from(difference.expected.abs_diff(difference.found));
    difference.way == Way::Quantity
        && around.item(item).is_some_and(|known| known.record.is_ammunition())
        && off * 1000 <= permille * i128::from(difference.expected)
}

/// R59.
fn seals(handover: &HandoverRecord, differences: &Differences, around: &dyn Around, findings: &mut Vec<Finding>) {
    for seal in &differences.seals {
        let (number, way) = (&seal.number, seal.way.code());
        let message = format!("seal '{number}': {}", way.replace('_', " "));
        findings.push(Finding::new("R59", format!("{way}/{number}"), message).arg("seal", number).arg("way", way));
    }
    let live = handover.seals.iter().filter(|seal| seal.is_live());
    let numbers: BTreeSet<&str> = live.filter_map(|seal| seal.number.as_deref()).collect();
    for number in numbers.into_iter().filter(|number| !serial::normalise(number).is_empty()) {
        let others: BTreeSet<DocId> = around.seal_used(number).into_iter().collect();
        if let Some(other) = others.first() {
            let message = format!("seal '{number}' was used before");
            let finding = Finding::new("R59", format!("reused/{}", serial::normalise(number)), message);
            findings.push(finding.arg("seal", number).arg("other", other).arg("count", others.len()));
        }
    }
}

/// R53.
fn destroyed(handover: &HandoverRecord, items: &BTreeSet<DocId>, around: &dyn Around, findings: &mut Vec<Finding>) {
    let received = handover.state.as_deref() == Some("received");
    let scans = handover.loaded.iter().filter(|s| s.is_live()).filter_map(|s| s.at);
    let scans = scans.chain(handover.received.iter().filter(|s| s.is_live()).filter_map(|s| s.at));
    let when = scans.chain(handover.departed_at).chain(handover.arrived_at).max();
    let tolerance = around.tuning().of(&TOLERANCE) * MINUTE_MS;
    for item in items {
        let Some(known) = around.item(item).filter(|known| is_destroyed(&known.record, known.destroyed_by)) else {
            continue;
        };
        // What is not over yet is later than what was destroyed.
        let end = destroyed_at(&known.record);
        let later = !received || when.zip(end).is_some_and(|(when, end)| when > end.saturating_add(tolerance));
        if later {
            let message = "an item that was destroyed is handed over";
            findings.push(Finding::new("R53", format!("item/{item}"), message).arg("item", item));
        }
    }
}

pub(super) fn is_destroyed(item: &ItemRecord, by: Option<DocId>) -> bool {
    item.is_destroyed() || (by.is_some() && !item.is_ammunition())
}

/// R58.
fn mixed(handover: &HandoverRecord, items: &BTreeSet<DocId>, around: &dyn Around, findings: &mut Vec<Finding>) {
    let known = items.iter().filter_map(|item| Some((item, &around.item(item)?.record)));
    let kinds: Vec<(&DocId, bool)> = known.map(|(item, record)| (item, record.is_ammunition())).collect();
    let ammunition = kinds.iter().find(|(_, is)| *is).map(|(item, _)| *item);
    let other = kinds.iter().find(|(_, is)| !*is).map(|(item, _)| *item);
    let says_ammunition = handover.cargo.as_deref().map(|cargo| cargo == "ammunition");
    match (ammunition, other) {
        (Some(lot), Some(other)) => {
            let message = "weapons and ammunition are in one shipment";
            findings.push(Finding::new("R58", "mixed", message).arg("ammunition", lot).arg("other", other));
        }
        (Some(item), None) if says_ammunition == Some(false) => {
            let message = "the cargo is said to be no ammunition, and it is";
            findings.push(Finding::new("R58", "cargo", message).arg("item", item));
        }
        (None, Some(item)) if says_ammunition == Some(true) => {
            let message = "the cargo is said to be ammunition, and it is not";
            findings.push(Finding::new("R58", "cargo", message).arg("item", item));
        }
        _ => {}
    }
}

/// R72.
fn signatures(handover: &HandoverRecord, around: &dyn Around, findings: &mut Vec<Finding>) {
    let mut wants = |what: &str, named: Option<OfficerId>, wanted: bool| {
        if wanted {
            findings.extend(people::missing(what, named, around));
        }
    };
    let received = handover.state.as_deref() == Some("received");
    let under_way = received || handover.state.as_deref() == Some("under_way");
    // A body outside the programme signs on paper; its photo is among the photos.
    wants("handed_over", handover.giver, under_way && (handover.giver.is_some() || handover.from_body.is_none()));
    wants("received", handover.receiver, received && (handover.receiver.is_some() || handover.to_body.is_none()));
    if under_way && handover.manner.as_deref() == Some("return") {
        let consents = people::signers("consented", around).len();
        if consents < 2 {
            let message = format!("a return needs the consent of both key holders, and has {consents}");
            findings.push(Finding::new("R72", "consented", message).arg("count", consents));
        }
    }
}

/// R73.
fn authority(handover: &HandoverRecord, findings: &mut Vec<Finding>) {
    let blank = |text: Option<&String>| text.is_none_or(|text| text.trim().is_empty());
    if is_on_its_way(handover) && !blank(handover.to_body.as_ref()) && blank(handover.authorisation.as_ref()) {
        let message = "items leave the programme, and no number of an authorisation is given";
        findings.push(Finding::at("R73", "authorisation", message));
    }
}
