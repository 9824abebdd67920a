//! What stands in the way of an item's destruction, as far as a tablet can know.

use ploughshare_core::destruction::{Fate, outcome};
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::procedures::DestructionRecord;

use super::super::handover::ENDED;
use crate::engine::deed::{Deed, Seen, short};
use crate::store::{Result, query};

/// Most destructions that are looked through for one that lists an item already.
const DESTRUCTIONS: u32 = 500;

/// What keeps an item from being destroyed now, whatever was planned.
pub(super) fn held(seen: &Seen, item: &ItemRecord) -> Option<(&'static str, String)> {
    if let Some(status) = item.status.as_deref().filter(|status| ENDED.contains(status)) {
        return Some(("destruction.ended", format!("its record says that it is {}", status.replace('_', " "))));
    }
    let holds = [
        ("evidence_hold", "destruction.evidence_hold", "it is held as evidence"),
        ("trace_pending", "destruction.trace_pending", "a trace of it is pending"),
        ("temporary", "destruction.temporary", "it was handed over temporarily and may lawfully be returned"),
    ];
    holds.into_iter().find(|(path, ..)| seen.any_yes(path)).map(|(_, code, reason)| (code, reason.to_owned()))
}

/// What keeps an item from being put on a list.
pub(super) fn obstacle(deed: &Deed<'_>, seen: &Seen, item: &ItemRecord) -> Result<Option<(&'static str, String)>> {
    if let Some(held) = held(seen, item) {
        return Ok(Some(held));
    }
    if deed.authority.moved.contains_key(&seen.id) {
        return Ok(Some(("destruction.moved", "it was transferred to another operation".to_owned())));
    }
    if item.status.as_deref() == Some("in_transit") {
        return Ok(Some(("destruction.in_transit", "it is on the road: receive it first".to_owned())));
    }
    // Rules that look at procedures have their findings kept with the document's row as well; whatever blocks, blocks here.
    let findings = query::findings(&deed.tx, &seen.id)?;
    let mut blocking = findings.iter().filter(|finding| finding.severity == "block" && finding.justification.is_none());
    if let Some(finding) = blocking.next() {
        let reason = format!("finding {} is open: {}", finding.rule, finding.message);
        return Ok(Some(("destruction.open_finding", reason)));
    }
    if item.status.as_deref() == Some("scheduled_for_destruction")
        && let Some(other) = listed_elsewhere(deed, seen)?
    {
        return Ok(Some(("destruction.listed_elsewhere", format!("it is on the list of destruction {other}"))));
    }
    Ok(None)
}

/// Another destruction that is not closed and has this item open on its list.
fn listed_elsewhere(deed: &Deed<'_>, seen: &Seen) -> Result<Option<String>> {
    for id in query::of_kind(&deed.tx, "destruction", DESTRUCTIONS)? {
        let record = DestructionRecord::read(&deed.see(&id)?.content());
        let open = matches!(record.state.as_deref(), Some("planned" | "under_way"));
        let here = outcome(&record).items.into_iter().find(|one| one.item == seen.id && one.planned);
        if open && here.is_some_and(|one| !matches!(one.fate, Fate::Rejected | Fate::Withdrawn)) {
            return Ok(Some(short(&id)));
        }
    }
    Ok(None)
}
