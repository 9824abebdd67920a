//! Rules about the life of one item: R42 (its chain of custody), R44 (when it was collected), R45 (how long it waits), R53 (what
//! happened after its end), R55 (its weight), R73 (authority for its end).

use super::parameters::{
    DAY_MS, DISPOSITION_DAYS, FIRST_DAY, GAP, HOUR_MS, LAST_DAY, LEAST_G, MINUTE_MS, MOST_G, STORE_DAYS, TOLERANCE,
};
use super::{Context, Finding, Tunings, settle};
use crate::custody::{self, Step};
use crate::domain::item::{CustodyRecord, ItemRecord};
use crate::domain::time::format_iso8601;

pub(super) fn check(item: &ItemRecord, context: &Context, findings: &mut Vec<Finding>) {
    chain(item, context, findings);
    collected(item, context, findings);
    after_the_end(item, &context.tuning, findings);
    weight(item, &context.tuning, findings);
    authority(item, findings);
}

/// When an item was destroyed by its own chain, milliseconds since the Unix epoch; a lot counts as destroyed when its status says so.
pub(super) fn destroyed_at(item: &ItemRecord) -> Option<i64> {
    let whole = item.is_destroyed() || !item.is_ammunition();
    let ends = live(item).filter(|event| whole && event.event.as_deref() == Some("destroyed"));
    ends.filter_map(|event| event.at).max()
}

fn live(item: &ItemRecord) -> impl Iterator<Item = &CustodyRecord> {
    item.custody.iter().filter(|event| event.is_live())
}

fn at_custody(rule: &'static str, kind: &str, key: &str, message: String) -> Finding {
    let path = format!("custody/{key}/event");
    let mut finding = Finding::new(rule, format!("{kind}/{key}"), message);
    finding.path = Some(path);
    finding
}

/// R42. Only what states its time is held against other times.
fn chain(item: &ItemRecord, context: &Context, findings: &mut Vec<Finding>) {
    if live(item).nth(1).is_none() {
        return;
    }
    let first = live(item).filter_map(|event| event.at).chain(item.collected_at).min().unwrap_or(0);
    let steps = custody::steps(item, first);
    let timed = |step: &Step| item.custody.iter().any(|event| event.key == step.key && event.at.is_some());
    let mut out: Option<&Step> = None;
    let mut entered: Option<&Step> = None;
    for step in &steps {
        let leaves = matches!(step.event.as_str(), "handed_over" | "loaded");
        let enters = step.after.is_some() && step.event != "counted" && !leaves;
        if leaves && step.before.is_none() && out.is_some_and(|before| before.handover != step.handover) {
            let message = "the item is handed over again before anybody received it".to_owned();
            findings.push(at_custody("R42", "twice_out", &step.key, message));
        }
        if enters {
            if let (Some(before), Some(after)) = (&step.before, &step.after)
                && before.site != after.site
                && timed(step)
            {
                let message = format!("the item arrives at '{}' and was not sent from '{}'", after.site, before.site);
                let finding = at_custody("R42", "not_sent", &step.key, message);
                findings.push(finding.arg("from", &before.site).arg("to", &after.site));
            }
            if let Some(other) = entered.filter(|other| other.at_ms == step.at_ms && other.after != step.after)
                && timed(step)
                && timed(other)
            {
                let message = format!("the item is in two places at {}", format_iso8601(step.at_ms));
                let at = format_iso8601(step.at_ms);
                findings.push(at_custody("R42", "two_custodians", &step.key, message).arg("at", at));
            }
            if let Some(left) = out.filter(|left| timed(left) && timed(step)) {
                gap(left, step.at_ms, &step.key, context, findings);
            }
            entered = Some(step);
        }
        if leaves {
            out = Some(step);
        } else if step.event != "counted" {
            out = None;
        }
    }
    if let (Some(left), Some(now)) = (out.filter(|left| timed(left)), context.now_ms) {
        gap(left, now, "now", context, findings);
    }
}

fn gap(left: &Step, until_ms: i64, key: &str, context: &Context, findings: &mut Vec<Finding>) {
    let hours = until_ms.saturating_sub(left.at_ms) / HOUR_MS;
    let usual = context.tuning.of(&GAP);
    if hours > usual {
        let message = format!("for {hours} hours after {} the item was in nobody's hands", format_iso8601(left.at_ms));
        let mut finding = at_custody("R42", "gap", &left.key, message).arg("hours", hours).arg("until", key);
        finding.key = format!("gap/{}", left.key);
        findings.push(finding);
    }
}

/// R44.
fn collected(item: &ItemRecord, context: &Context, findings: &mut Vec<Finding>) {
    let Some(at) = item.collected_at else { return };
    let day = at.div_euclid(DAY_MS);
    let (first, last) = (context.tuning.of(&FIRST_DAY), context.tuning.of(&LAST_DAY));
    let outside = if first > 0 && day < first {
        Some("before the programme began")
    } else if last > 0 && day > last {
        Some("after the programme ended")
    } else {
        None
    };
    let when = format_iso8601(at);
    if let Some(outside) = outside {
        let message = format!("the item was collected at {when}, {outside}");
        findings.push(Finding::at("R44", "collected_at", message).arg("at", &when));
        return;
    }
    let Some((opens, closes)) = context.hours else { return };
    let minute = at.rem_euclid(DAY_MS) / MINUTE_MS;
    // A site that opens at 22:00 and closes at 06:00 is open over midnight; one that does both at once never closes.
    let open = if opens <= closes { (opens..=closes).contains(&minute) } else { minute >= opens || minute <= closes };
    if opens != closes && !open {
        let message = format!("the item was collected at {when}, when the site was closed");
        let mut finding = Finding::new("R44", "hours", message).arg("at", when);
        finding.path = Some("collected_at".to_owned());
        findings.push(finding);
    }
}

/// States in which an item waits for nothing any more, as far as its place and end go.
fn is_settled(item: &ItemRecord) -> bool {
    let status = item.status.as_deref().unwrap_or_default();
    let ended = matches!(
        status,
        "destroyed"
            | "transferred_to_state"
            | "deactivated"
            | "exported_returned"
            | "returned_to_owner"
            | "disposed_other"
            | "lost"
            | "stolen"
    );
    ended || status == "marked_retained" || crate::marks::applied(item).any(|mark| mark.seen().is_some())
}

/// R45 on one item at a moment. It comes with time alone and is nobody's mistake, so it is not among the findings of [`super::check_item`]:
/// whoever makes a report or a list of work calls it, with the time of the report.
pub fn waiting(item: &ItemRecord, now_ms: i64, tuning: &Tunings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if is_settled(item) {
        return findings;
    }
    let days_since = |at: i64| now_ms.saturating_sub(at) / DAY_MS;
    if let Some(days) = item.collected_at.map(days_since)
        && days > tuning.of(&DISPOSITION_DAYS)
    {
        let message = format!("for {days} days the item was neither marked nor destroyed");
        findings.push(Finding::new("R45", "disposition", message).arg("days", days));
    }
    let stored = live(item).filter(|event| event.event.as_deref() == Some("stored")).filter_map(|event| event.at);
    if let Some(days) = stored.min().map(days_since)
        && days > tuning.of(&STORE_DAYS)
    {
        let message = format!("for {days} days the item has been in store");
        findings.push(Finding::new("R45", "store", message).arg("days", days));
    }
    settle(findings, tuning, &item.justifications)
}

/// R53, as the item itself tells it.
fn after_the_end(item: &ItemRecord, tuning: &Tunings, findings: &mut Vec<Finding>) {
    let Some(end) = destroyed_at(item) else { return };
    let latest = end.saturating_add(tuning.of(&TOLERANCE) * MINUTE_MS);
    for event in live(item).filter(|event| event.at.is_some_and(|at| at > latest)) {
        let name = event.event.as_deref().unwrap_or("something");
        let message = format!("'{name}' after the item was destroyed at {}", format_iso8601(end));
        findings.push(at_custody("R53", "custody", &event.key, message).arg("event", name));
    }
    for mark in item.live_markings().filter(|mark| mark.applied_at.is_some_and(|at| at > latest)) {
        let message = format!("a mark was applied after the item was destroyed at {}", format_iso8601(end));
        let mut finding = Finding::new("R53", format!("markings/{}", mark.key), message);
        finding.path = Some(format!("markings/{}/applied_at", mark.key));
        findings.push(finding);
    }
}

/// Classes of small arms whose weight is within a band that everybody can check on a kitchen scale.
const WEIGHED: [&str; 14] =
    ["REV", "PIS", "PSS", "MPI", "RIF", "CAR", "SNI", "SHG", "SMG", "ASR", "LMG", "GPM", "GLH", "ATR"];

/// R55. Why a weight cannot be this item's, if it cannot.
pub(super) fn odd_weight(item: &ItemRecord, grams: i64, tuning: &Tunings) -> Option<&'static str> {
    let is_one = item.kind.as_deref() != Some("part") && !item.is_ammunition();
    if !is_one || !item.class.as_deref().is_some_and(|class| WEIGHED.contains(&class)) {
        return None;
    }
    let whole = !matches!(item.condition.as_deref(), Some("INC" | "DEG"))
        && item.missing_parts.as_deref().is_none_or(|parts| parts.trim().is_empty());
    if grams > tuning.of(&MOST_G) {
        Some("too heavy")
    } else if grams < tuning.of(&LEAST_G) && whole {
        Some("too light")
    } else {
        None
    }
}

fn weight(item: &ItemRecord, tuning: &Tunings, findings: &mut Vec<Finding>) {
    let Some(grams) = item.weight_g else { return };
    if let Some(odd) = odd_weight(item, grams, tuning) {
        let message = format!("{grams} grams are {odd} for a weapon of this class");
        findings.push(Finding::at("R55", "weight_g", message).arg("grams", grams));
    }
}

/// R73. Where a hand-over took the item to its new owner, the hand-over has to name the authority.
fn authority(item: &ItemRecord, findings: &mut Vec<Finding>) {
    let Some(end @ ("transferred_to_state" | "deactivated" | "exported_returned" | "disposed_other")) =
        item.status.as_deref()
    else {
        return;
    };
    let says = |event: &CustodyRecord| {
        event.handover.is_some() || event.authority.as_deref().is_some_and(|text| !text.trim().is_empty())
    };
    if !live(item).any(says) {
        let message = format!("the item is said to be '{end}', and no authority for it is named");
        findings.push(Finding::at("R73", "status", message).arg("status", end));
    }
}
