//! Rule R61: what a collection brought in, against the persons who came.

use super::parameters::{LEAST_PERSONS, LEAST_RATIO, MOST_RATIO};
use super::{Finding, Tunings, settle};
use crate::domain::collection::CollectionRecord;
use crate::domain::item::ItemRecord;

/// R61. Needs the collection and its items: the register calls it when one of them changes, the tablet when a collection is closed.
pub fn check(collection: &CollectionRecord, items: &[&ItemRecord], tuning: &Tunings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let weapons: Vec<&ItemRecord> = items
        .iter()
        .filter(|item| !item.is_ammunition() && item.kind.as_deref().is_none_or(|kind| kind == "weapon"))
        .copied()
        .collect();
    let count = i64::try_from(weapons.len()).unwrap_or(i64::MAX);
    let least = tuning.of(&LEAST_PERSONS);
    if let Some(persons) = collection.persons.filter(|persons| *persons >= least) {
        let permille = count.saturating_mul(1000) / persons.max(1);
        let (low, high) = (tuning.of(&LEAST_RATIO), tuning.of(&MOST_RATIO));
        if permille < low || permille > high {
            let message =
                format!("{count} weapons of {persons} persons: {permille} for a thousand, usual are {low} to {high}");
            let finding = Finding::new("R61", "ratio", message).arg("weapons", count).arg("persons", persons);
            findings.push(finding.arg("permille", permille));
        }
    }
    let poor = |item: &&&ItemRecord| matches!(item.condition.as_deref(), Some("UNS" | "INC" | "DEG" | "DEM"));
    if count >= least && weapons.iter().filter(poor).count() == weapons.len() {
        let message = format!("none of {count} weapons is serviceable");
        findings.push(Finding::new("R61", "unserviceable", message).arg("weapons", count));
    }
    settle(findings, tuning, &[])
}
