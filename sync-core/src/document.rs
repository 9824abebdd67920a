//! A document: what the statements about one thing add up to.
//!
//! It is one flat map from path to value: `calibre`, `markings/9f86d081884c7d65.0/text`. There are no nested containers that two
//! authors could both create, and a set's members live under keys made from the entry that added them. Automerge
//! folds the map; its hashes and bytes stay inside and are never signed, sent or stored as identity.
//!
//! An entry that is left out of a fold (void, unauthorised, quarantined, of an unknown shape) is *bridged*: whatever stands on it
//! stands on what it stood on, so that it neither erases honest values nor blocks honest work.

pub mod attestation;
mod carry;
mod conflict;
mod fold;
mod history;
mod judge;
#[cfg(test)]
mod life_tests;
mod order;
#[cfg(test)]
mod pairs;
mod review;
mod same_device;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use carry::carried;
pub use conflict::base;
pub use fold::{fold, fold_as_seen};
pub use history::{Line, history};
pub use judge::judge;
pub use review::{Attested, Review, ReviewState, Standing, Verified, attested, review};
pub use same_device::{Pair, SameDevice, same_device};

use crate::cbor::{self, Value};
use crate::decision::Authority;
use crate::entry::{Entry, Void};
use crate::ids::{DocId, EntryHash, JournalId};
use crate::keys::sha256;

/// A document's content as read: flat path → value. A cleared field is [`Value::Null`].
pub type Content = BTreeMap<String, Value>;

/// An entry that was admitted, with its identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its identity.
    pub hash: EntryHash,
    /// What it says.
    pub entry: Entry,
}

impl Statement {
    /// The statement of an entry.
    pub fn new(entry: Entry) -> Self {
        Self { hash: entry.hash(), entry }
    }
}

/// One value and all who said it without knowing of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The value.
    pub value: Value,
    /// The entries that say it, sorted.
    pub by: Vec<EntryHash>,
}

/// Several values stand at one path; both stay until somebody decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Where.
    pub path: String,
    /// The values with who said them; the first is the one shown by default, which is arbitrary and means nothing.
    pub values: Vec<Said>,
}

/// The fold of all entries about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name.
    pub id: DocId,
    /// Its kind, for example `item`; `None` while the entry that creates it is not here.
    pub kind: Option<String>,
    /// All values by path; the first of each list is the one shown.
    pub fields: BTreeMap<String, Vec<Said>>,
    /// Entries on which no other stands: what the next entry's `after` names.
    pub heads: Vec<EntryHash>,
    /// The same among entries that are content and folded: what an attestation names.
    pub content_heads: Vec<EntryHash>,
    /// Entries that wait, each with the hashes that are not here yet.
    pub waiting: BTreeMap<EntryHash, Vec<EntryHash>>,
    /// Entries that are void, and why.
    pub void: BTreeMap<EntryHash, Void>,
    /// Whether an entry has a shape that this build does not know: the document is read-only here.
    pub update_needed: bool,
    /// How many entries were folded.
    pub folded: usize,
}

impl Document {
    /// The values shown: one for each path.
    pub fn content(&self) -> Content {
        self.fields.iter().filter_map(|(path, said)| Some((path.clone(), said.first()?.value.clone()))).collect()
    }

    /// Paths at which several values stand.
    pub fn conflicts(&self) -> Vec<Conflict> {
        self.fields
            .iter()
            .filter(|(_, said)| said.len() > 1)
            .map(|(path, said)| Conflict { path: path.clone(), values: said.clone() })
            .collect()
    }

    /// SHA-256 of the canonical content: replicas with equal heads compare it, attestations name it, and it can be recomputed in
    /// fifty years from CBOR and SHA-256 alone. All concurrent values take part, in the order of their bytes.
    pub fn digest(&self) -> [u8; 32] {
        let pairs = self.fields.iter().map(|(path, said)| {
            let mut values: Vec<&Value> = said.iter().map(|s| &s.value).collect();
            values.sort_by_cached_key(|v| cbor::encode(v));
            (Value::Text(path.clone()), Value::Array(values.into_iter().cloned().collect()))
        });
        sha256(&cbor::encode(&Value::Map(pairs.collect())))
    }

    /// Nothing is folded, waiting or void.
    pub fn is_empty(&self) -> bool {
        self.folded == 0 && self.waiting.is_empty() && self.void.is_empty()
    }

    pub(crate) fn unborn(id: DocId) -> Self {
        Self {
            id,
            kind: None,
            fields: BTreeMap::new(),
            heads: Vec::new(),
            content_heads: Vec::new(),
            waiting: BTreeMap::new(),
            void: BTreeMap::new(),
            update_needed: false,
            folded: 0,
        }
    }
}

/// Which entries a fold leaves out, and which missing ones it goes on without.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exceptions {
    /// Entries that do not count: unauthorised or quarantined.
    pub left_out: BTreeSet<EntryHash>,
    /// Hashes that the register decided not to wait for any longer.
    pub bridged: BTreeSet<EntryHash>,
    /// Journals that forked, with the first number in dispute. From there on a journal has branches that could not see each other, so that
    /// nobody on one can have skipped what stands on the other. One document does not show it: the branches may have parted over another.
    pub forked: BTreeMap<JournalId, u64>,
}

impl Exceptions {
    /// What the register decided, with nothing left out.
    pub fn of(authority: &Authority) -> Self {
        Self { left_out: BTreeSet::new(), bridged: authority.bridged.clone(), forked: authority.forked.clone() }
    }

    /// The same without these entries.
    #[must_use]
    pub fn without(&self, left_out: BTreeSet<EntryHash>) -> Self {
        Self { left_out, bridged: self.bridged.clone(), forked: self.forked.clone() }
    }
}
