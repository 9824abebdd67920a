//! Joint control: two officers hold a key each to what is handed over temporarily, and both consent before it is returned (IDDRS 4.11
//! section 6.1.2). Consent is given on the return and on each of its items; `judge` counts no return without it.

use std::collections::BTreeSet;

use ploughshare_core::decision::Authority;
use ploughshare_core::document::attestation::Attestation;
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::procedures::HandoverRecord;
use ploughshare_core::handover::items;
use ploughshare_core::ids::{DocId, OfficerId};

use super::{NewHandover, refused};
use crate::engine::deed::{Deed, Seen, short};
use crate::store::Result;

/// The officers who hold the keys: as named for a temporary hand-over, and for a return as its items name them.
pub(super) fn holders(deed: &Deed<'_>, new: &NewHandover) -> Result<Vec<OfficerId>> {
    if new.manner == "return" {
        let mut pairs: BTreeSet<Vec<OfficerId>> = BTreeSet::new();
        for (_, seen) in deed.items(&new.items)? {
            pairs.insert(of_item(&seen).into_iter().collect());
        }
        pairs.retain(|pair| !pair.is_empty());
        if pairs.len() > 1 {
            let hint = "Write a return for each pair of officers who hold the keys.";
            return Err(refused("handover.other_key_holders", "these items are not under the same keys", hint));
        }
        return Ok(pairs.pop_first().unwrap_or_default());
    }
    let mut named = Vec::new();
    for text in [&new.key_holder_a, &new.key_holder_b].into_iter().flatten() {
        named.push(officer(deed.authority, text.trim())?);
    }
    if named.len() == 2 && named.first() == named.last() {
        let hint = "Name two officers: --key-holder-a and --key-holder-b.";
        return Err(refused("handover.one_key_holder", "one officer holds both keys", hint));
    }
    Ok(named)
}

/// An officer of this operation by name or id.
fn officer(authority: &Authority, text: &str) -> Result<OfficerId> {
    let by_id = text.parse::<OfficerId>().ok().filter(|id| authority.officers.contains_key(id));
    let named: Vec<&OfficerId> =
        authority.officers.iter().filter(|(_, name)| name.eq_ignore_ascii_case(text)).map(|(id, _)| id).collect();
    match (by_id, named.as_slice()) {
        (Some(id), _) => Ok(id),
        (None, [one]) => Ok(**one),
        (None, []) => {
            let message = format!("no officer of this operation is called '{text}'");
            Err(refused(
                "handover.unknown_officer",
                message,
                "Give the name or the id as the register has it; `sync` first.",
            ))
        }
        (None, _) => {
            let message = format!("several officers are called '{text}'");
            Err(refused("handover.unknown_officer", message, "Give the id of the one who is meant."))
        }
    }
}

/// Who holds a key to an item, as anybody whose word counts says.
fn of_item(seen: &Seen) -> BTreeSet<OfficerId> {
    let said = ["key_holder_a", "key_holder_b"].into_iter().filter_map(|path| seen.counts.fields.get(path));
    said.flatten().filter_map(|said| said.value.as_bytes().and_then(OfficerId::from_slice)).collect()
}

/// Who holds a key to an item and has not consented on it.
pub(super) fn missing(seen: &Seen) -> BTreeSet<OfficerId> {
    let mut missing = of_item(seen);
    for said in &seen.statements {
        let words = said.entry.edits.iter().filter_map(Attestation::of_edit);
        if words.filter(|word| word.what == "consented").any(|word| word.officer == said.entry.officer) {
            missing.remove(&said.entry.officer);
        }
    }
    missing
}

/// Nothing of a return is done before both have consented.
pub(super) fn agreed(deed: &Deed<'_>, record: &HandoverRecord, id: &DocId) -> Result<()> {
    if record.manner.as_deref() != Some("return") || deed.as_claim {
        return Ok(());
    }
    for item in items(record) {
        let seen = deed.see(&item)?;
        if ItemRecord::read(&seen.content()).temporary != Some(true) {
            continue;
        }
        let missing = missing(&seen);
        if !missing.is_empty() {
            let message =
                format!("{} did not consent to the return of {}", names(deed.authority, &missing), short(&item));
            let hint = format!(
                "Who holds a key signs: fieldkit attest {} consented --as NAME. To say it all the same, as a claim, give --as-claim.",
                short(id)
            );
            return Err(refused("handover.no_consent", message, &hint));
        }
    }
    Ok(())
}

/// An officer by name.
pub(super) fn name(authority: &Authority, officer: &OfficerId) -> String {
    authority.officers.get(officer).cloned().unwrap_or_else(|| officer.to_string())
}

fn names(authority: &Authority, officers: &BTreeSet<OfficerId>) -> String {
    officers.iter().map(|officer| name(authority, officer)).collect::<Vec<_>>().join(" and ")
}
