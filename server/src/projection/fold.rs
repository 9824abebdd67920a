//! Folding the documents that a segment touches: all that was said, and what of it counts.

use std::collections::BTreeMap;

use ploughshare_core::authorise::{Circumstances, Reason, Verdict, authorise};
use ploughshare_core::decision::Authority;
use ploughshare_core::document::{self, Document, Exceptions, Statement};
use ploughshare_core::ids::{DeviceId, DocId, EntryHash};

/// An entry with what the register knows of its circumstances.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub statement: Statement,
    pub device: DeviceId,
    pub received_us: i64,
    pub decision_held: u64,
    pub by_register: bool,
    pub place: u64,
    pub index: usize,
    /// Its status as kept, for those that were here before.
    pub kept: Option<(String, Option<String>)>,
}

/// One document folded twice: over all statements, and over those that count.
#[derive(Debug, Clone)]
pub(super) struct Folded {
    pub id: DocId,
    pub told: Vec<Told>,
    /// What everybody said.
    pub said: Document,
    /// What counts, where that is something else.
    counts: Option<Document>,
    pub claims: BTreeMap<EntryHash, Reason>,
}

/// Judges and folds one document.
pub(super) fn fold(id: DocId, mut told: Vec<Told>, authority: &Authority) -> Folded {
    told.sort_by_key(|t| (t.place, t.index));
    let mut claims = BTreeMap::new();
    for one in &told {
        let circumstances = Circumstances {
            decision_held: one.decision_held,
            received_ms: one.received_us / 1000,
            by_register: one.by_register,
        };
        if let Verdict::Claim(reason) = authorise(&one.statement.hash, &one.statement.entry, authority, &circumstances)
        {
            claims.insert(one.statement.hash, reason);
        }
    }
    let statements: Vec<Statement> = told.iter().map(|t| t.statement.clone()).collect();
    let mut exceptions = Exceptions { left_out: std::collections::BTreeSet::new(), bridged: authority.bridged.clone() };
    let said = document::fold(id, &statements, &exceptions);
    let counts = (!claims.is_empty()).then(|| {
        exceptions.left_out = claims.keys().copied().collect();
        document::fold(id, &statements, &exceptions)
    });
    Folded { id, told, said, counts, claims }
}

impl Folded {
    /// What counts.
    pub fn counts(&self) -> &Document {
        self.counts.as_ref().unwrap_or(&self.said)
    }

    /// The status of an entry and the code that explains it.
    pub fn status(&self, hash: &EntryHash) -> (&'static str, Option<&'static str>) {
        if self.said.waiting.contains_key(hash) {
            ("waiting", None)
        } else if let Some(void) = self.said.void.get(hash) {
            ("void", Some(void.code()))
        } else if let Some(reason) = self.claims.get(hash) {
            ("claim", Some(reason.code()))
        } else {
            ("folded", None)
        }
    }
}
