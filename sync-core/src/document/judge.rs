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
use crate::authorise::{Act, Circumstances, Reason, Standing, Verdict, acts, authorise, fits};
use crate::decision::Authority;
use crate::edit::Edit;
use crate::entry::Entry;
use crate::ids::{DocId, EntryHash, OfficerId};
use crate::policy;

/// Every word on one question of yes or no, and which of them were superseded by somebody who knew.
#[derive(Debug, Clone, Default)]
struct Words {
    said: BTreeMap<EntryHash, bool>,
    superseded: BTreeSet<EntryHash>,
}

impl Words {
    /// Yes, as far as anybody who counts says so and was not contradicted by somebody who knew.
    fn is_yes(&self) -> bool {
        self.said.iter().any(|(hash, yes)| *yes && !self.superseded.contains(hash))
    }

    fn say(&mut self, hash: EntryHash, yes: bool) {
        self.superseded.extend(self.said.keys());
        self.said.insert(hash, yes);
    }

    fn take(&mut self, other: &Self) {
        self.said.extend(&other.said);
        self.superseded.extend(&other.superseded);
    }
}

/// Questions of yes or no that decide whether an item can come to its end, with what a yes means.
const QUESTIONS: [(&str, Standing); 3] = [
    ("evidence_hold", Standing::Evidence),
    ("trace_pending", Standing::UnderTrace),
    ("temporary", Standing::Temporary),
];

/// What was said of an item's life, as far as an entry's author could see it and as far as it counts.
#[derive(Debug, Clone, Default)]
struct Past {
    /// Entries that say it came to its end, with who said so.
    ended: BTreeMap<EntryHash, OfficerId>,
    /// Who witnessed.
    witnessed: BTreeSet<OfficerId>,
    /// What was answered to each of the [`QUESTIONS`].
    answers: [Words; 3],
}

impl Past {
    fn take(&mut self, other: &Self) {
        self.ended.extend(&other.ended);
        self.witnessed.extend(&other.witnessed);
        for (mine, others) in self.answers.iter_mut().zip(&other.answers) {
            mine.take(others);
        }
    }

    /// How it stood with the item for who knew all this.
    fn standing(&self, knew: &dyn Fn(&EntryHash) -> bool, moved: bool) -> BTreeSet<Standing> {
        let answered = QUESTIONS.iter().zip(&self.answers);
        let mut standing: BTreeSet<Standing> =
            answered.filter(|(_, words)| words.is_yes()).map(|((_, standing), _)| *standing).collect();
        if self.ended.keys().any(knew) {
            standing.insert(Standing::Ended);
        }
        if moved {
            standing.insert(Standing::Moved);
        }
        standing
    }
}

/// Acts by which an item comes to its end.
fn is_end(act: Act) -> bool {
    matches!(act, Act::End | Act::Return | Act::AttestEnd)
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
    let about: Vec<&Statement> = statements.iter().filter(|s| s.entry.about(&s.hash) == id).collect();
    let kind = about.iter().find(|s| s.hash.document() == id).and_then(|s| s.entry.created_kind()).unwrap_or("item");
    for Statement { hash, entry } in &about {
        let circumstances = circumstances(hash);
        held.insert(*hash, circumstances.decision_held);
        if circumstances.by_register {
            by_register.insert(*hash);
        }
        if let Verdict::Claim(reason) = authorise(hash, entry, kind, authority, &circumstances) {
            claims.insert(*hash, reason);
        } else if let Some(reason) =
            unproven(entry, authority, &circumstances).filter(|_| !authority.released.contains_key(hash))
        {
            claims.insert(*hash, reason);
        }
    }
    if about.len() < 2 {
        return claims;
    }
    if authority.policy(&policy::ONE_DEVICE_COUNTS) == 0 {
        claims.extend(on_one_device(&about, authority, &claims));
    }
    let exceptions = Exceptions::of(authority);
    let order = order(id, statements, &exceptions);
    let Some((_, birth)) = order.ready.iter().find(|(hash, _)| hash.document() == id) else { return claims };
    let exempt = |hash: &EntryHash| by_register.contains(hash) || authority.released.contains_key(hash);
    let moved = authority.moved.get(&id).map(|(_, decision)| *decision);
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
                let standing = past.standing(&knew, moved.is_some_and(|decision| decision <= held));
                found.extend(not_now(kind, entry, birth, &past, &standing).map(|reason| (*hash, reason)));
            }
            if !void && !claims.contains_key(hash) && !found.contains_key(hash) {
                let said: BTreeSet<Act> = entry.edits.iter().flat_map(|edit| acts(kind, edit)).collect();
                let ends_it = said.iter().copied().any(is_end);
                if ends_it && !entry.creates() && !exempt(hash) {
                    ends.push((*hash, entry.officer));
                }
                if said.contains(&Act::Witness) {
                    witnesses.push((*hash, entry.officer));
                    past.witnessed.insert(entry.officer);
                }
                if ends_it {
                    past.ended.insert(*hash, entry.officer);
                }
                for ((path, _), words) in QUESTIONS.iter().zip(&mut past.answers) {
                    for yes in entry.edits.iter().filter_map(|edit| answer(path, edit)) {
                        words.say(*hash, yes);
                    }
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

/// Signatures that belong together, the second of which does not count where both keys are kept on one device.
const TOGETHER: [(&str, &str); 2] = [("destroyed", "witnessed"), ("handed_over", "received")];

/// Signatures that the programme does not count because their counterpart was made on the same device. Which one gives way depends on
/// what they are and not on which came first.
fn on_one_device(
    about: &[&Statement],
    authority: &Authority,
    claims: &BTreeMap<EntryHash, Reason>,
) -> Vec<(EntryHash, Reason)> {
    let mut signed = Vec::new();
    for Statement { hash, entry } in about.iter().filter(|s| !claims.contains_key(&s.hash)) {
        for attestation in entry.edits.iter().filter_map(Attestation::of_edit) {
            let device = attestation.key.as_ref().and_then(|key| authority.officer_keys.get(key)).map(|key| key.device);
            signed.push((*hash, attestation.what, device));
        }
    }
    let counterpart = |what: &str, device| {
        TOGETHER
            .iter()
            .filter(|(_, second)| *second == what)
            .any(|(first, _)| signed.iter().any(|(_, other, on)| other == first && on.is_some() && *on == device))
    };
    let second = signed
        .iter()
        .filter(|(hash, what, device)| counterpart(what, *device) && !authority.released.contains_key(hash));
    second.map(|(hash, ..)| (*hash, Reason::SameDevice)).collect()
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
fn not_now(kind: &str, entry: &Entry, birth: &Entry, past: &Past, standing: &BTreeSet<Standing>) -> Option<Reason> {
    if entry.creates() {
        return None;
    }
    let recorder = entry.officer == birth.officer;
    for act in entry.edits.iter().flat_map(|edit| acts(kind, edit)) {
        // Evidence is no obstacle to who has no part in the end, so how it stands comes after who acts.
        let ended = standing.contains(&Standing::Ended) || standing.contains(&Standing::Moved);
        if ended && let Err(reason) = fits(act, standing) {
            return Some(reason);
        }
        // A supervisor carries out their own plan; everything else in somebody's life is looked at by somebody else.
        let own_deed = match act {
            Act::Attest | Act::Witness | Act::Approve => true,
            act => is_end(act) && kind != "destruction",
        };
        if own_deed && recorder {
            return Some(Reason::OwnRecord);
        }
        let other_part = (is_end(act) && past.witnessed.contains(&entry.officer))
            || (act == Act::Witness && past.ended.values().any(|officer| *officer == entry.officer));
        if other_part {
            return Some(Reason::BothRoles);
        }
        if let Err(reason) = fits(act, standing) {
            return Some(reason);
        }
    }
    None
}

/// What an edit answers to a question of yes or no.
fn answer(question: &str, edit: &Edit) -> Option<bool> {
    match edit {
        Edit::Set { path, value } | Edit::Choose { path, value, .. } if path == question => {
            Some(value.as_bool() == Some(true))
        }
        Edit::Create { fields, .. } => {
            fields.iter().find(|(path, _)| path == question).map(|(_, value)| value.as_bool() == Some(true))
        }
        _ => None,
    }
}
