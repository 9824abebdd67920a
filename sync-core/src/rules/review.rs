//! Rule R46: what was said of an item after it was verified, without a reason.

use super::{Finding, Tunings, settle};
use crate::document::Review;
use crate::domain::item::ItemRecord;

/// What goes on in an item's life after it was verified, and needs no reason: everything else describes the item, and a description
/// that was verified is not changed by the way.
const LIFE: [&str; 17] = [
    "box",
    "case_number",
    "custody",
    "destruction",
    "evidence_hold",
    "intended",
    "justifications",
    "notes",
    "origin_item",
    "origin_operation",
    "photos",
    "rack",
    "refs",
    "site",
    "status",
    "store",
    "trace_pending",
];

/// R46. One finding for each field, and for each member of a set, that says something else than what was verified. A mark that was applied
/// in a session is part of the item's life. Whoever gives a reason does it with a justification; verifying again settles it. Register
/// and tablet call it with the review of the document that they make anyway.
pub fn edited(item: &ItemRecord, review: &Review, tuning: &Tunings) -> Vec<Finding> {
    let Some(verified) = &review.verified else { return Vec::new() };
    let mut findings: Vec<Finding> = Vec::new();
    for path in verified.amendments.keys() {
        let mut steps = path.splitn(3, '/');
        let name = steps.next().unwrap_or_default();
        let member = steps.next();
        let applied = |key: &str| {
            let mark = item.markings.iter().find(|mark| mark.key == key);
            name == "markings" && mark.is_some_and(|mark| mark.session.is_some())
        };
        if LIFE.contains(&name) || member.is_some_and(applied) {
            continue;
        }
        let key = member.map_or_else(|| name.to_owned(), |member| format!("{name}/{member}"));
        if findings.last().is_some_and(|last| last.key == key) {
            continue;
        }
        let message = format!("'{name}' was changed after it was verified");
        let mut finding = Finding::new("R46", key, message).arg("field", name);
        finding.path = Some(path.clone());
        findings.push(finding);
    }
    settle(findings, tuning, &item.justifications)
}
