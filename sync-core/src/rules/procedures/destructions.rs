//! Rules about destructions, the deed: R41 (times), R52 (reconciliation), R54 (scan and photo), R55 (weights), R56 (lots), R74 (methods).

use super::super::life::{destroyed_at, odd_weight};
use super::super::parameters::{MINUTE_MS, SCAN_AND_PHOTO, TOLERANCE, TOTAL_PERCENT};
use super::super::{Finding, Severity, Tunings, settle};
use super::Around;
use crate::destruction::{DISCOURAGED, Fate, ItemOutcome, NEVER_FINAL_ALONE, Outcome};
use crate::domain::item::ItemRecord;
use crate::domain::procedures::DestructionRecord;
use crate::domain::serial;
use crate::domain::time::format_iso8601;

pub(super) fn check(
    destruction: &DestructionRecord,
    outcome: &Outcome,
    around: &dyn Around,
    findings: &mut Vec<Finding>,
) {
    times(destruction, outcome, around, findings);
    if destruction.state.as_deref() == Some("closed") {
        reconciled(outcome, findings);
    }
    for one in &outcome.items {
        identified(one, around, findings);
        weight(one, around, findings);
        lot(one, around, findings);
    }
    total(destruction, outcome, around, findings);
    methods(destruction, outcome, findings);
}

/// A finding about one item of the list.
pub(super) fn about(rule: &'static str, what: &str, one: &ItemOutcome, message: impl Into<String>) -> Finding {
    Finding::new(rule, format!("{what}/{}", one.item), message).arg("item", one.item)
}

/// When an item was processed.
fn deed(destruction: &DestructionRecord, one: &ItemOutcome) -> Option<i64> {
    one.at_ms.or(destruction.ended_at).or(destruction.started_at)
}

/// R41.
fn times(destruction: &DestructionRecord, outcome: &Outcome, around: &dyn Around, findings: &mut Vec<Finding>) {
    let tolerance = around.tuning().of(&TOLERANCE) * MINUTE_MS;
    let processed = |one: &&ItemOutcome| matches!(one.fate, Fate::Destroyed | Fate::NeedsSecondProcess | Fate::Failed);
    let deeds = || outcome.items.iter().filter(processed).filter_map(|one| one.at_ms);
    let first = deeds().chain(destruction.started_at).min();
    if let (Some(authorised), Some(first)) = (destruction.authorised_at, first)
        && first.saturating_add(tolerance) < authorised
    {
        let (began, from) = (format_iso8601(first), format_iso8601(authorised));
        let message = format!("the destruction began at {began}, before it was authorised at {from}");
        findings.push(Finding::at("R41", "authorised_at", message).arg("began", began).arg("authorised", from));
    }
    for one in outcome.items.iter().filter(processed) {
        let (Some(at), Some(known)) = (deed(destruction, one), around.item(&one.item)) else { continue };
        let record = &known.record;
        let events = record.custody.iter().filter(|e| e.is_live());
        let events = events.filter(|e| !matches!(e.event.as_deref(), Some("destroyed" | "counted") | None));
        // What is recorded after its own end is R53's; here it is the list that is dated too early.
        let own_end = destroyed_at(record);
        let before = events.filter_map(|e| e.at).filter(|e| own_end.is_none_or(|end| *e <= end));
        let last = before.chain(record.collected_at).max();
        if let Some(last) = last.filter(|last| at.saturating_add(tolerance) < *last) {
            let (at, last) = (format_iso8601(at), format_iso8601(last));
            let message = format!("destroyed at {at}, before it was collected, stored or handed over at {last}");
            findings.push(about("R41", "item", one, message).arg("at", at).arg("last", last));
        }
    }
    let end = deeds().chain(destruction.ended_at).max();
    for act in around.attestations().iter().filter(|act| matches!(act.what.as_str(), "destroyed" | "witnessed")) {
        if end.is_some_and(|end| act.claimed_ms.saturating_add(tolerance) < end) {
            let message = format!("'{}' was signed before the destruction ended", act.what);
            let finding = Finding::new("R41", format!("{}/{}", act.what, act.officer), message);
            findings.push(finding.arg("officer", act.officer));
        }
    }
}

/// R41 of a certificate: it is not older than what it certifies. Whoever issues or checks a certificate calls it with the date on it.
pub fn certificate(issued_ms: i64, destruction: &DestructionRecord, tuning: &Tunings) -> Vec<Finding> {
    let results = destruction.results.iter().filter(|result| result.is_live()).filter_map(|result| result.at);
    let end = results.chain(destruction.ended_at).max();
    let mut findings = Vec::new();
    if let Some(end) = end.filter(|end| issued_ms < *end) {
        let (issued, end) = (format_iso8601(issued_ms), format_iso8601(end));
        let message = format!("the certificate is of {issued}, the destruction ended at {end}");
        let finding = Finding::new("R41", "certificate", message).arg("issued", issued).arg("ended", end);
        findings.push(finding.weighing(Severity::Block));
    }
    settle(findings, tuning, &destruction.justifications)
}

/// R52.
fn reconciled(outcome: &Outcome, findings: &mut Vec<Finding>) {
    if outcome.items.is_empty() {
        findings.push(Finding::new("R52", "empty", "the destruction is closed and names no item"));
    }
    for one in &outcome.items {
        let what = match one.fate {
            Fate::Unaccounted => "nothing is said of what became of an item on the list",
            Fate::NeedsSecondProcess => "an item needs a second process, and the destruction is closed",
            Fate::Failed => "the process failed for an item, and the destruction is closed",
            Fate::Destroyed | Fate::Rejected | Fate::Withdrawn if !one.planned => {
                "something was dealt with that is not on the list"
            }
            Fate::Destroyed | Fate::Rejected | Fate::Withdrawn => continue,
        };
        findings.push(about("R52", "item", one, what).arg("fate", one.fate.code()));
    }
}

/// R54. Lots have no serial.
fn identified(one: &ItemOutcome, around: &dyn Around, findings: &mut Vec<Finding>) {
    let known = around.item(&one.item).map(|known| &known.record);
    if one.fate != Fate::Destroyed || known.is_some_and(ItemRecord::is_ammunition) {
        return;
    }
    let scanned = matches!(one.identity.as_deref(), Some("tag_and_serial" | "serial_only" | "tag_only"));
    let both = around.tuning().of(&SCAN_AND_PHOTO) == 1;
    let enough = if both { scanned && one.before.is_some() } else { scanned || one.before.is_some() };
    if !enough {
        let message = "destroyed without making sure that it is the item on the list";
        findings.push(about("R54", "item", one, message));
    }
    let recorded = known.and_then(ItemRecord::serial).and_then(|marking| marking.seen());
    let differs = |(recorded, seen): (&str, &str)| {
        !serial::matches(recorded, seen) && !serial::matches(seen, recorded) && !serial::normalise(seen).is_empty()
    };
    let other = recorded.zip(one.serial.as_deref()).filter(|pair| differs(*pair));
    if let Some((recorded, seen)) = other {
        let message = format!("destroyed with serial '{seen}', recorded is '{recorded}'");
        findings.push(about("R54", "serial", one, message).arg("seen", seen).arg("recorded", recorded));
    } else if one.identity.as_deref() == Some("mismatch") {
        findings.push(about("R54", "mismatch", one, "destroyed though tag or serial did not agree"));
    }
}

/// R55 of one weapon.
fn weight(one: &ItemOutcome, around: &dyn Around, findings: &mut Vec<Finding>) {
    let (Some(grams), Some(known)) = (one.weight_g, around.item(&one.item)) else { return };
    if let Some(odd) = odd_weight(&known.record, grams, around.tuning()) {
        let message = format!("{grams} grams are {odd} for a weapon of this class");
        findings.push(about("R55", "item", one, message).arg("grams", grams));
    }
}

/// What a weapon of a class weighs, in grams, where the class is uniform enough to say so.
fn typical_g(class: &str) -> Option<i64> {
    Some(match class {
        "REV" | "PIS" => 950,
        "MPI" => 1_700,
        "SMG" | "SHG" => 3_300,
        "CAR" => 3_500,
        "ASR" => 3_900,
        "RIF" => 4_200,
        "SNI" => 5_000,
        "LMG" => 7_000,
        "GPM" => 10_000,
        "HMG" => 34_000,
        _ => return None,
    })
}

/// R55 of the whole. Said only where every item has a weight that is known or typical.
fn total(destruction: &DestructionRecord, outcome: &Outcome, around: &dyn Around, findings: &mut Vec<Finding>) {
    let Some(total) = destruction.total_weight_g else { return };
    let weighs = |one: &ItemOutcome| {
        let record = &around.item(&one.item)?.record;
        let is_one = !record.is_ammunition() && record.kind.as_deref() != Some("part");
        let typical = || record.class.as_deref().filter(|_| is_one).and_then(typical_g);
        one.weight_g.or(record.weight_g).or_else(typical)
    };
    let destroyed = outcome.items.iter().filter(|one| one.fate == Fate::Destroyed);
    let sum = destroyed.map(weighs).try_fold(0_i64, |sum, grams| Some(sum.saturating_add(grams?)));
    let Some(sum) = sum.filter(|sum| *sum > 0) else { return };
    let percent = around.tuning().of(&TOTAL_PERCENT);
    if i128::from(total.abs_diff(sum)) * 100 > i128::from(sum) * i128::from(percent) {
        let message = format!("the total is {total} grams, the items weigh about {sum}");
        findings.push(Finding::at("R55", "total_weight_g", message).arg("total", total).arg("sum", sum));
    }
}

/// R56.
fn lot(one: &ItemOutcome, around: &dyn Around, findings: &mut Vec<Finding>) {
    let (Some(destroyed), Some(known)) = (one.destroyed_quantity, around.item(&one.item)) else { return };
    let on_hand = known.record.quantity.filter(|_| known.record.is_ammunition());
    if let Some(on_hand) = on_hand.filter(|on_hand| destroyed > *on_hand) {
        let message = format!("{destroyed} of a lot were destroyed, and it has {on_hand}");
        findings.push(about("R56", "item", one, message).arg("destroyed", destroyed).arg("on_hand", on_hand));
    }
    if let Some(planned) = one.planned_quantity.filter(|planned| destroyed > *planned) {
        let message = format!("{destroyed} of a lot were destroyed, and {planned} were on the list");
        findings.push(about("R56", "planned", one, message).arg("destroyed", destroyed).arg("planned", planned));
    }
}

/// R74.
fn methods(destruction: &DestructionRecord, outcome: &Outcome, findings: &mut Vec<Finding>) {
    let never_final = |method: &str| NEVER_FINAL_ALONE.contains(&method);
    let (first, second) = (destruction.method.as_deref(), destruction.second_method.as_deref());
    if first.is_some_and(never_final) && second.is_none_or(never_final) {
        let message = "burning or crushing alone destroys nothing: a second process has to be planned";
        findings.push(Finding::at("R74", "method", message).arg("method", first.unwrap_or_default()));
    }
    for one in outcome.items.iter().filter(|one| one.fate == Fate::NeedsSecondProcess) {
        // A result of 'needs a second process' says so itself; closing on it is R52's.
        let Some(method) = one.methods.last().filter(|_| destruction.results.iter().any(|r| claims_complete(r, one)))
        else {
            continue;
        };
        let message = format!("called complete after '{method}' alone, which never is");
        findings.push(about("R74", "item", one, message).arg("method", method));
    }
    if destruction.override_reason.as_deref().is_some_and(|reason| !reason.trim().is_empty()) {
        return;
    }
    let used = outcome.items.iter().flat_map(|one| one.methods.iter().map(String::as_str));
    let mut discouraged: Vec<&str> = used.chain(first).chain(second).filter(|m| DISCOURAGED.contains(m)).collect();
    discouraged.sort_unstable();
    discouraged.dedup();
    for method in discouraged {
        let message = format!("'{method}' is discouraged, and no reason for it is given");
        findings.push(Finding::new("R74", format!("discouraged/{method}"), message).arg("method", method));
    }
}

fn claims_complete(result: &crate::domain::procedures::ResultRecord, one: &ItemOutcome) -> bool {
    result.is_live() && result.item == Some(one.item) && result.result.as_deref() == Some("complete")
}
