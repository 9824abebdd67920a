//! Rule R63: a procedure names an item that is not there: the register has no such item, or its own chain says that it lay elsewhere or had
//! come to its end.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Finding;
use super::{Around, ItemAround};
use crate::custody::{self, Step};
use crate::document::Content;
use crate::domain::procedures::HandoverRecord;
use crate::ids::DocId;

pub(super) fn check(kind: &str, content: &Content, around: &dyn Around, findings: &mut Vec<Finding>) {
    if kind == "item" || kind == "collection" {
        return;
    }
    // What is on a list for destruction and not known is R62's.
    if around.knows_all() && kind != "destruction" {
        let ghosts = named(content).into_iter().filter(|(item, _)| around.item(item).is_none());
        findings.extend(ghosts.map(|(item, path)| {
            let message = "it names an item that the register does not have";
            with_path(Finding::new("R63", item.to_string(), message).arg("item", item), path)
        }));
    }
    if kind == "handover" {
        elsewhere(&HandoverRecord::read(content), around, findings);
    }
}

fn with_path(mut finding: Finding, path: String) -> Finding {
    finding.path = Some(path);
    finding
}

/// Every item that members which stand name, with the first path at which they do.
fn named(content: &Content) -> BTreeMap<DocId, String> {
    let mut named = BTreeMap::new();
    for (path, value) in content {
        let Some(member) = path.strip_suffix("/item") else { continue };
        let withdrawn = content.get(&format!("{member}/withdrawn")).is_some_and(|value| value.as_text().is_some());
        if let (Some(item), false) = (value.as_bytes().and_then(DocId::from_slice), withdrawn) {
            named.entry(item).or_insert_with(|| path.clone());
        }
    }
    named
}

/// Items on a manifest that did not lie in the store that gives them, just before they were loaded or it departed.
fn elsewhere(handover: &HandoverRecord, around: &dyn Around, findings: &mut Vec<Finding>) {
    let Some(site) = handover.from_site.as_deref() else { return };
    let store = handover.from_store.as_deref().unwrap_or_default();
    let loaded = |item: DocId| {
        let scans = handover.loaded.iter().filter(|scan| scan.is_live() && scan.item == Some(item));
        scans.filter_map(|scan| scan.at).min()
    };
    let lines = handover.lines.iter().filter(|line| line.is_live()).filter_map(|line| Some((line.item?, &line.key)));
    let mut seen = BTreeSet::new();
    for (item, key) in lines.filter(|(item, _)| seen.insert(*item)) {
        let Some(known) = around.item(&item) else { continue };
        let Some(at) = loaded(item).or(handover.departed_at) else { continue };
        let Some(step) = before(known, at) else { continue };
        let message = match &step.after {
            Some(place) if place.site != site => format!("it names an item that lay at site '{}' then", place.site),
            Some(place) if !store.is_empty() && !place.store.is_empty() && place.store != store => {
                format!("it names an item that lay in store '{}' then", place.store)
            }
            None if step.quantity == 0 || step.event == "left" => {
                format!("it names an item that had gone before ({})", step.event)
            }
            _ => continue,
        };
        let finding = Finding::new("R63", item.to_string(), message).arg("item", item).arg("event", &step.event);
        findings.push(with_path(finding, format!("lines/{key}/item")));
    }
}

/// The last step of an item's chain before a moment.
fn before(item: &ItemAround, at_ms: i64) -> Option<Step> {
    let steps = custody::steps(&item.record, item.recorded_ms);
    steps.into_iter().rev().find(|step| step.at_ms < at_ms)
}
