//! Judging the entries of a document: who may say it at all ([`crate::authorise`]), and, in the life of this one item, whether they may
//! after what was said before: nobody verifies or ends what they recorded themselves, nobody witnesses their own deed, nothing
//! happens to what has ended, and what is held as evidence is not destroyed.
//!
//! An entry is judged by what it stands on, not by when it arrived, so every replica with the same entries and the same decisions comes to
//! the same answer. The one rule that looks sideways is that of the two roles: an officer who ended an item and witnessed its end
//! on two tablets that did not know of each other did only one of them.

use std::collections::{BTreeMap, BTreeSet};

use super::attestation::Attestation;
use super::order::order;
use super::{Exceptions, Statement};
use crate::authorise::{Act, Circumstances, Reason, Verdict, acts, authorise, goes_on_after_the_end};
use crate::decision::Authority;
use crate::edit::Edit;
use crate::entry::Entry;
use crate::ids::{DocId, EntryHash, OfficerId};

/// What was said of an item's life, as far as an entry's author could see it and as far as it counts.
#[derive(Debug, Clone, Default)]
struct Past {
    /// Entries that say it came to its end, with who said so.
    ended: BTreeMap<EntryHash, OfficerId>,
    /// Who witnessed.
    witnessed: BTreeSet<OfficerId>,
    /// Every word on the evidence hold, and which of them were superseded.
    holds: BTreeMap<EntryHash, bool>,
    superseded: BTreeSet<EntryHash>,
}

impl Past {
    fn take(&mut self, other: &Self) {
        self.ended.extend(&other.ended);
        self.witnessed.extend(&other.witnessed);
        self.holds.extend(&other.holds);
        self.superseded.extend(&other.superseded);
    }

    /// Held as evidence, as far as anybody who counts says so and was not contradicted by somebody who knew.
    fn is_held(&self) -> bool {
        self.holds.iter().any(|(hash, held)| *held && !self.superseded.contains(hash))
    }

    fn hold(&mut self, hash: EntryHash, held: bool) {
        self.superseded.extend(self.holds.keys());
        self.holds.insert(hash, held);
    }
}

/// Which entries of a document do not count, and why. `circumstances` is asked once for every statement.
pub fn judge(
    id: DocId,
    statements: &[Statement],
    authority: &Authority,
    circumstances: &dyn Fn(&EntryHash) -> Circumstances,
) -> BTreeMap<EntryHash, Reason> {
    let mut claims = BTreeMap::new();
    let mut by_register = BTreeSet::new();
    let mut held = BTreeMap::new();
    for Statement { hash, entry } in statements.iter().filter(|s| s.entry.about(&s.hash) == id) {
        let circumstances = circumstances(hash);
        held.insert(*hash, circumstances.decision_held);
        if circumstances.by_register {
            by_register.insert(*hash);
        }
        if let Verdict::Claim(reason) = authorise(hash, entry, authority, &circumstances) {
            claims.insert(*hash, reason);
        } else if let Some(reason) =
            unproven(entry, authority, &circumstances).filter(|_| !authority.released.contains_key(hash))
        {
            claims.insert(*hash, reason);
        }
    }
    if statements.len() < 2 {
        return claims;
    }
    let exceptions = Exceptions { left_out: BTreeSet::new(), bridged: authority.bridged.clone() };
    let order = order(id, statements, &exceptions);
    let Some((_, birth)) = order.ready.iter().find(|(hash, _)| hash.document() == id) else { return claims };
    let exempt = |hash: &EntryHash| by_register.contains(hash) || authority.released.contains_key(hash);
    // Of two deeds of one officer that did not know of each other, the end gives way; then everything after it is judged again.
    let mut aside: BTreeMap<EntryHash, Reason> = BTreeMap::new();
    loop {
        let mut found: BTreeMap<EntryHash, Reason> = aside.clone();
        let mut pasts: BTreeMap<EntryHash, Past> = BTreeMap::new();
        let mut ends: Vec<(EntryHash, OfficerId)> = Vec::new();
        let mut witnesses: Vec<(EntryHash, OfficerId)> = Vec::new();
        for (hash, entry) in &order.ready {
            let mut past = Past::default();
            for before in entry.after.iter().filter_map(|h| pasts.get(h)) {
                past.take(before);
            }
            let void = order.void.contains_key(hash);
            if !void && !claims.contains_key(hash) && !found.contains_key(hash) && !exempt(hash) {
                // Whoever saw a claim of an end that the register released later did not know that it ended.
                let held = held.get(hash).copied().unwrap_or(0);
                let knew = |end: &EntryHash| authority.released.get(end).is_none_or(|released| *released <= held);
                found.extend(not_now(entry, birth, &past, &knew).map(|reason| (*hash, reason)));
            }
            if !void && !claims.contains_key(hash) && !found.contains_key(hash) {
                let said: BTreeSet<Act> = entry.edits.iter().flat_map(acts).collect();
                if said.contains(&Act::End) && !entry.creates() && !exempt(hash) {
                    ends.push((*hash, entry.officer));
                }
                if said.contains(&Act::Witness) {
                    witnesses.push((*hash, entry.officer));
                    past.witnessed.insert(entry.officer);
                }
                if said.contains(&Act::End) {
                    past.ended.insert(*hash, entry.officer);
                }
                for held in entry.edits.iter().filter_map(evidence_hold) {
                    past.hold(*hash, held);
                }
            }
            pasts.insert(*hash, past);
        }
        let sees = |witness: &EntryHash, end: &EntryHash| pasts.get(witness).is_some_and(|p| p.ended.contains_key(end));
        let twice = ends
            .iter()
            .find(|(end, officer)| witnesses.iter().any(|(w, by)| by == officer && w != end && !sees(w, end)));
        let Some((end, _)) = twice else {
            claims.extend(found);
            return claims;
        };
        aside.insert(*end, Reason::BothRoles);
    }
}

/// Why an attestation is no officer's own word: unsigned, or by a key that is not theirs.
fn unproven(entry: &Entry, authority: &Authority, circumstances: &Circumstances) -> Option<Reason> {
    entry.edits.iter().find_map(|edit| {
        let Edit::Attest(value) = edit else { return None };
        let Some(attestation) = Attestation::from_value(value) else { return Some(Reason::NotAnAttestation) };
        if attestation.officer != entry.officer || Some(attestation.document) != entry.document {
            return Some(Reason::NotAnAttestation);
        }
        let Some(key) = &attestation.key else { return Some(Reason::Unsigned) };
        if !authority.is_key_of(&entry.officer, key, circumstances.decision_held, circumstances.received_ms) {
            return Some(Reason::NotTheirKey);
        }
        attestation.verify().is_err().then_some(Reason::NotTheirKey)
    })
}

/// Why this cannot be said after what its author knew.
fn not_now(entry: &Entry, birth: &Entry, past: &Past, knew: &dyn Fn(&EntryHash) -> bool) -> Option<Reason> {
    let recorder = entry.officer == birth.officer;
    for edit in &entry.edits {
        let acts = acts(edit);
        if past.ended.keys().any(knew) && !goes_on_after_the_end(edit) {
            return Some(Reason::Ended);
        }
        if entry.creates() {
            continue;
        }
        if acts.contains(&Act::End) {
            if recorder {
                return Some(Reason::OwnRecord);
            }
            if past.witnessed.contains(&entry.officer) {
                return Some(Reason::BothRoles);
            }
            if past.is_held() {
                return Some(Reason::HeldAsEvidence);
            }
        }
        if acts.contains(&Act::Witness) {
            if recorder {
                return Some(Reason::OwnRecord);
            }
            if past.ended.values().any(|officer| *officer == entry.officer) {
                return Some(Reason::BothRoles);
            }
        }
        if acts.contains(&Act::Attest) && recorder {
            return Some(Reason::OwnRecord);
        }
    }
    None
}

fn evidence_hold(edit: &Edit) -> Option<bool> {
    match edit {
        Edit::Set { path, value } | Edit::Choose { path, value, .. } if path == "evidence_hold" => {
            Some(value.as_bool() == Some(true))
        }
        Edit::Create { fields, .. } => {
            fields.iter().find(|(path, _)| path == "evidence_hold").map(|(_, value)| value.as_bool() == Some(true))
        }
        _ => None,
    }
}
