//! Rules about counts: R51 (the balance), R53 (what is destroyed does not lie in a store), R60 (counts that are overdue), R72.

use super::super::life::destroyed_at;
use super::super::parameters::{DAY_MS, HALF_YEARLY_DAYS, SERIALS_PERMILLE, WEEKLY_DAYS};
use super::super::{Finding, Tunings};
use super::{Around, LastCounts, people};
use crate::custody::{Difference, Reconciliation, reconcile};
use crate::domain::procedures::CountRecord;

pub(super) fn check(count: &CountRecord, around: &dyn Around, findings: &mut Vec<Finding>) {
    destroyed(count, around, findings);
    if count.state.as_deref() != Some("closed") {
        return;
    }
    findings.extend(people::missing("counted", None, around));
    let (Some(site), Some(at)) = (count.site.as_deref(), count.at) else { return };
    let store = count.store.as_deref().unwrap_or_default();
    if let Some(expected) = around.expected(site, store, at) {
        let result = reconcile(&expected, count);
        balance(&result, findings);
        serials(count, &result, around.tuning(), findings);
    }
    if let Some(last) = around.last_counts(site, store, at) {
        findings.extend(late(&last, at, around.tuning()));
    }
}

/// R51.
fn balance(result: &Reconciliation, findings: &mut Vec<Finding>) {
    for (what, (expected, counted)) in [("weapons", result.weapons), ("parts", result.parts), ("rounds", result.rounds)]
    {
        if let Some(counted) = counted.filter(|counted| *counted != expected) {
            let message = format!("{counted} {what} were counted, {expected} should be there");
            let finding = Finding::at("R51", what, message).arg("expected", expected).arg("counted", counted);
            findings.push(finding.arg("short", expected.saturating_sub(counted).max(0)));
        }
    }
    for (class, (expected, counted)) in &result.by_class {
        let message = format!("{counted} of class '{class}' were counted, {expected} should be there");
        let finding = Finding::new("R51", format!("class/{class}"), message).arg("class", class);
        findings.push(finding.arg("expected", expected).arg("counted", counted));
    }
    for one in &result.discrepancies {
        let code = one.difference.code();
        let message = match &one.difference {
            Difference::Missing => "an item that should be there was looked for in vain".to_owned(),
            Difference::NotSeen => "an item that should be there was not come across".to_owned(),
            Difference::Unexpected => "an item is there that should not be".to_owned(),
            Difference::SerialDiffers { recorded, seen } => {
                format!("an item bears serial '{seen}', recorded is '{recorded}'")
            }
            Difference::QuantityDiffers { expected, counted } => {
                format!("{counted} of a lot were counted, {expected} should be there")
            }
        };
        let mut finding = Finding::new("R51", format!("item/{}/{code}", one.item), message).arg("item", one.item);
        if let Some(last) = &one.last {
            finding = finding.arg("last_event", &last.last_event);
        }
        findings.push(finding.arg("difference", code));
    }
}

/// R60, the tenth of the serials.
fn serials(count: &CountRecord, result: &Reconciliation, tuning: &Tunings, findings: &mut Vec<Finding>) {
    let permille = usize::try_from(tuning.of(&SERIALS_PERMILLE)).unwrap_or(0);
    if count.occasion.as_deref() == Some("weekly") && !result.covers(permille) {
        let (checked, of) = (result.checked, result.expected);
        let message = format!("{checked} of {of} serials were looked at, {permille} of a thousand should be");
        findings.push(Finding::new("R60", "serials", message).arg("checked", checked).arg("expected", of));
    }
}

/// R60, counts that are late, at a moment. For a store that nobody ever counted, `last` holds when it was opened.
fn late(last: &LastCounts, at_ms: i64, tuning: &Tunings) -> Vec<Finding> {
    let usual = [
        ("weekly", last.weekly_ms, tuning.of(&WEEKLY_DAYS)),
        ("half_yearly", last.half_yearly_ms, tuning.of(&HALF_YEARLY_DAYS)),
    ];
    let mut findings = Vec::new();
    for (which, then, most) in usual {
        let days = then.map_or(0, |then| at_ms.saturating_sub(then) / DAY_MS);
        if days > most {
            let message =
                format!("the last {} count was {days} days before, at most {most} are usual", which.replace('_', "-"));
            findings.push(Finding::new("R60", which, message).arg("days", days));
        }
    }
    findings
}

/// R60 without a count: which counts of a store are overdue now. The register calls it for every store when it reports, the tablet for
/// the stores of its site; the keys are those of the finding on the count that comes too late.
pub fn overdue(last: &LastCounts, now_ms: i64, tuning: &Tunings) -> Vec<Finding> {
    if tuning.enabled("R60") { late(last, now_ms, tuning) } else { Vec::new() }
}

/// R53.
fn destroyed(count: &CountRecord, around: &dyn Around, findings: &mut Vec<Finding>) {
    let present = count.sightings.iter().filter(|s| s.is_live() && s.result.as_deref().is_some_and(|r| r != "missing"));
    for sighting in present {
        let Some((item, known)) = sighting.item.and_then(|item| Some((item, around.item(&item)?))) else { continue };
        let end = destroyed_at(&known.record).filter(|_| !known.record.is_ammunition() || known.record.is_destroyed());
        if count.at.zip(end).is_some_and(|(at, end)| at > end) {
            let message = "an item that was destroyed lies in the store";
            findings.push(Finding::new("R53", format!("item/{item}"), message).arg("item", item));
        }
    }
}
