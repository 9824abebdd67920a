//! Rule R40 on procedures: nothing is dated in the future, and nothing ends before it begins.

use std::collections::BTreeSet;

use super::super::parameters::{MINUTE_MS, TOLERANCE};
use super::super::{Finding, Severity};
use super::Around;
use crate::cbor::Value;
use crate::document::Content;
use crate::domain::time::format_iso8601;

/// What happened before what, where both are said.
const ORDER: [(&str, &str); 5] = [
    ("departed_at", "arrived_at"),
    ("started_at", "ended_at"),
    ("opened_at", "closed_at"),
    ("not_before", "discovered_at"),
    ("planned_at", "closed_at"),
];

/// Times of things that are over once they are written down.
const PAST: [&str; 12] = [
    "arrived_at",
    "at",
    "authorised_at",
    "closed_at",
    "departed_at",
    "discovered_at",
    "ended_at",
    "not_before",
    "opened_at",
    "planned_at",
    "started_at",
    "taken_at",
];

/// The items' own times are looked at by [`super::super::check_item`].
pub(super) fn check(kind: &str, content: &Content, around: &dyn Around, findings: &mut Vec<Finding>) {
    if kind == "item" {
        return;
    }
    let (times, tuning) = (around.times(), around.tuning());
    let tolerance = tuning.of(&TOLERANCE) * MINUTE_MS;
    let latest = [times.now_ms, times.received_ms].into_iter().flatten().min();
    let withdrawn: BTreeSet<&str> = content.keys().filter_map(|path| path.strip_suffix("/withdrawn")).collect();
    for (path, value) in content {
        let (member, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Some(at) = value.as_int().filter(|_| PAST.contains(&name) && !withdrawn.contains(member)) else { continue };
        if latest.is_some_and(|latest| at > latest.saturating_add(tolerance)) {
            let message = format!("{} is in the future", format_iso8601(at));
            findings.push(Finding::at("R40", path, message).arg("at", format_iso8601(at)));
        }
    }
    let of = |name: &str| content.get(name).and_then(Value::as_int);
    for (first, second) in ORDER {
        if let (Some(a), Some(b)) = (of(first), of(second))
            && b < a
        {
            let message = format!("'{second}' is before '{first}'");
            let mut finding = Finding::new("R40", format!("{second}<{first}"), message);
            finding.path = Some(second.to_owned());
            findings.push(finding.arg(first, format_iso8601(a)).arg(second, format_iso8601(b)));
        }
    }
    if let Some(drift) = times.clock_drift_ms.filter(|drift| drift.unsigned_abs() > tolerance.unsigned_abs()) {
        let minutes = drift / MINUTE_MS;
        let message = format!("the clock of the device differs from the register's by {minutes} minutes");
        findings.push(Finding::new("R40", "clock", message).arg("minutes", minutes).weighing(Severity::Flag));
    }
}
