//! Rules about times and places of one item: R40, R43.

use super::parameters::{ACCURACY, MINUTE_MS, TOLERANCE};
use super::{Context, Finding, Severity};
use crate::domain::item::ItemRecord;
use crate::domain::time::format_iso8601;

pub(super) fn check(item: &ItemRecord, context: &Context<'_>, findings: &mut Vec<Finding>) {
    times(item, context, findings);
    place(item, context, findings);
}

/// R40.
fn times(item: &ItemRecord, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let tolerance_ms = context.tuning.of(&TOLERANCE) * MINUTE_MS;
    let custody = item.custody.iter().filter(|c| c.is_live());
    let custody = custody.filter_map(|c| Some((format!("custody/{}/at", c.key), c.at?))).collect::<Vec<_>>();
    let photos = item.photos.iter().filter(|p| p.is_live());
    let photos = photos.filter_map(|p| Some((format!("photos/{}/taken_at", p.key), p.taken_at?)));
    let collected = item.collected_at.map(|at| ("collected_at".to_owned(), at));
    for (path, at) in collected.into_iter().chain(custody.iter().cloned()).chain(photos) {
        let latest = [context.now_ms, context.received_ms].into_iter().flatten().min();
        if latest.is_some_and(|latest| at > latest.saturating_add(tolerance_ms)) {
            let message = format!("{} is in the future", format_iso8601(at));
            findings.push(Finding::at("R40", path, message).arg("at", format_iso8601(at)));
        }
    }
    if let Some(collected) = item.collected_at {
        for (path, at) in custody.into_iter().filter(|(_, at)| *at < collected) {
            let (at, collected) = (format_iso8601(at), format_iso8601(collected));
            let message = format!("an event of custody at {at} is before the collection at {collected}");
            let mut finding = Finding::new("R40", format!("{path}<collected_at"), message);
            finding.path = Some(path);
            findings.push(finding.arg("at", at).arg("collected_at", collected));
        }
    }
    if let Some(drift) = context.clock_drift_ms.filter(|drift| drift.unsigned_abs() > tolerance_ms.unsigned_abs()) {
        let minutes = drift / 60_000;
        let message = format!("the clock of the device differs from the register's by {minutes} minutes");
        findings.push(Finding::new("R40", "clock", message).arg("minutes", minutes).weighing(Severity::Flag));
    }
}

/// R43.
fn place(item: &ItemRecord, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(place) = item.place else { return };
    let mut doubt = |key: &str, message: String, fact: i64| {
        let mut finding = Finding::new("R43", key, message).arg("metres", fact);
        finding.path = Some("place".to_owned());
        findings.push(finding);
    };
    if place.lat_e7 == 0 && place.lon_e7 == 0 {
        doubt("zero", "the position is 0, 0: the receiver had no fix".to_owned(), 0);
        return;
    }
    let accuracy = place.accuracy_m.unwrap_or(0);
    if accuracy > context.tuning.of(&ACCURACY) {
        doubt("accuracy", format!("the position is accurate to {accuracy} metres only"), accuracy);
    }
    if let Some(site) = context.site {
        let distance = place.distance_m(&site.centre);
        if distance > site.radius_m.saturating_add(accuracy) {
            doubt("site", format!("the position is {distance} metres from the centre of the site"), distance);
        }
    }
}
