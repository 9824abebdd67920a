//! Rules about ammunition lots: R56 (what was estimated and is suddenly exact), R57 (what a lot holds).

use super::parameters::SEALED_MULTIPLE;
use super::{Context, Finding, Tunings, settle};
use crate::domain::calibre;
use crate::domain::item::{CustodyRecord, ItemRecord};

/// Calibres in hundredths of a millimetre from which on tins hold any number of rounds.
const HEAVY_BORE: u32 = 1200;

pub(super) fn check(item: &ItemRecord, context: &Context, findings: &mut Vec<Finding>) {
    if item.is_ammunition() {
        mixed(item, findings);
        sealed(item, &context.tuning, findings);
    }
}

/// R57, calibres.
fn mixed(item: &ItemRecord, findings: &mut Vec<Finding>) {
    let marked = item.live_markings().filter(|m| m.kind.as_deref() == Some("CAL"));
    let marked = marked.filter_map(|m| Some((m.key.as_str(), calibre::canonical(m.seen()?)?)));
    let said = item.calibre.as_deref().filter(|code| !matches!(*code, "unknown" | "other"));
    let mut first = said.map(|code| ("", code));
    for (key, code) in marked {
        match first {
            Some((_, known)) if !calibre::compatible(known, code) => {
                let message = format!("the lot holds {known} and {code}");
                let path = format!("markings/{key}/text");
                findings.push(Finding::at("R57", path, message).arg("calibre", known).arg("other", code));
            }
            Some(_) => {}
            None => first = Some((key, code)),
        }
    }
}

/// R57, packaging.
fn sealed(item: &ItemRecord, tuning: &Tunings, findings: &mut Vec<Finding>) {
    let bore = item.calibre.as_deref().and_then(calibre::get).map_or(0, |calibre| calibre.bore);
    let multiple = tuning.of(&SEALED_MULTIPLE);
    let (Some("sealed_tin"), Some(quantity)) = (item.packaging.as_deref(), item.quantity) else { return };
    if bore < HEAVY_BORE && quantity % multiple != 0 {
        let message = format!("{quantity} rounds are no multiple of {multiple}, as sealed tins hold them");
        findings.push(Finding::at("R57", "quantity", message).arg("quantity", quantity));
    }
}

/// R56 between two versions of a lot: a quantity that was estimated is stated as counted or weighed, and no count says when. Whoever has
/// both versions calls this: the register when it projects an entry, the tablet before it writes one.
pub fn recounted(before: &ItemRecord, after: &ItemRecord, tuning: &Tunings) -> Vec<Finding> {
    let counts = |item: &ItemRecord| {
        let is_count = |event: &&CustodyRecord| event.is_live() && event.event.as_deref() == Some("counted");
        item.custody.iter().filter(is_count).count()
    };
    let exact = after.quantity_method.as_deref().filter(|method| *method != "estimated");
    let estimated = before.quantity_method.as_deref() == Some("estimated");
    let mut findings = Vec::new();
    if let Some(method) = exact.filter(|_| estimated && after.is_ammunition() && counts(after) <= counts(before)) {
        let quantity = after.quantity.unwrap_or(0);
        let message = format!("the quantity was estimated and is now said to be {method}: {quantity}, without a count");
        findings.push(Finding::at("R56", "quantity_method", message).arg("method", method).arg("quantity", quantity));
    }
    settle(findings, tuning, &after.justifications)
}
