//! The keys to what was handed over temporarily: who holds one, and who of them agreed to the return (IDDRS 4.11 section 6.1.2). A return
//! counts on the consent of everybody who was named since the item was handed over; naming somebody else takes nobody's key away.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::attestation::Attestation;
use crate::edit::Edit;
use crate::entry::Entry;
use crate::ids::{EntryHash, OfficerId};

/// Fields in which the holders of the keys are named.
const HOLDERS: [&str; 2] = ["key_holder_a", "key_holder_b"];

/// Who was named, who agreed, and what of it is over.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys {
    named: BTreeMap<EntryHash, BTreeSet<OfficerId>>,
    agreed: BTreeMap<EntryHash, OfficerId>,
    /// Statements from before somebody said that it is temporary no more.
    over: BTreeSet<EntryHash>,
}

impl Keys {
    pub(super) fn take(&mut self, other: &Self) {
        for (hash, holders) in &other.named {
            self.named.entry(*hash).or_default().extend(holders);
        }
        self.agreed.extend(&other.agreed);
        self.over.extend(&other.over);
    }

    /// Takes in an entry that counts. Consent is given to the return of what is handed over temporarily, and of nothing else.
    pub(super) fn hear(&mut self, hash: EntryHash, entry: &Entry, temporary: bool) {
        let holders: BTreeSet<OfficerId> = entry.edits.iter().flat_map(holders).collect();
        if !holders.is_empty() {
            self.named.insert(hash, holders);
        }
        let consents =
            |edit: &Edit| Attestation::of_edit(edit).is_some_and(|word| word.what == "consented" && temporary);
        if entry.edits.iter().any(consents) {
            self.agreed.insert(hash, entry.officer);
        }
    }

    /// It is temporary no more: whoever held a key holds none.
    pub(super) fn are_given_back(&mut self) {
        self.over.extend(self.named.keys().chain(self.agreed.keys()));
    }

    /// Whether at least two hold a key and all of them agreed.
    pub(super) fn agree(&self) -> bool {
        let stands = |hash: &&EntryHash| !self.over.contains(*hash);
        let named: BTreeSet<&OfficerId> =
            self.named.keys().filter(stands).filter_map(|h| self.named.get(h)).flatten().collect();
        let agreed: BTreeSet<&OfficerId> =
            self.agreed.keys().filter(stands).filter_map(|h| self.agreed.get(h)).collect();
        named.len() >= 2 && named.is_subset(&agreed)
    }
}

/// Whom an edit names as holder of a key.
fn holders(edit: &Edit) -> Vec<OfficerId> {
    let holder = |path: &str, value: &crate::cbor::Value| {
        HOLDERS.contains(&path).then(|| value.as_bytes().and_then(OfficerId::from_slice)).flatten()
    };
    match edit {
        Edit::Set { path, value } | Edit::Choose { path, value, .. } => holder(path, value).into_iter().collect(),
        Edit::Create { fields, .. } => fields.iter().filter_map(|(path, value)| holder(path, value)).collect(),
        _ => Vec::new(),
    }
}
