//! Folding the documents that a segment touches: all that was said, and what of it counts.

use std::collections::BTreeMap;

use ploughshare_core::authorise::{Circumstances, Reason};
use ploughshare_core::decision::Authority;
use ploughshare_core::document::{self, Attested, Document, Exceptions, Review, Statement};
use ploughshare_core::edit::Edit;
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
    /// What officers attested of it, and what their reviews came to; `None` where nobody attested anything.
    pub reviewed: Option<(Vec<Attested>, Review)>,
    /// By how much the clock was ahead on the device that recorded it, where that shows.
    pub clock_drift_ms: Option<i64>,
    /// It goes on in another operation.
    pub moved: bool,
}

/// Judges and folds one document.
pub(super) fn fold(id: DocId, mut told: Vec<Told>, authority: &Authority) -> Folded {
    told.sort_by_key(|t| (t.place, t.index));
    let statements: Vec<Statement> = told.iter().map(|t| t.statement.clone()).collect();
    let circumstances: BTreeMap<EntryHash, Circumstances> = told
        .iter()
        .map(|one| {
            let (decision_held, received_ms) = (one.decision_held, one.received_us / 1000);
            let (by_register, device) = (one.by_register, one.device);
            (one.statement.hash, Circumstances { decision_held, received_ms, by_register, device })
        })
        .collect();
    let nobody = DeviceId::from_bytes([0; 16]);
    let unknown = Circumstances { decision_held: 0, received_ms: i64::MAX, by_register: false, device: nobody };
    let of = |hash: &EntryHash| circumstances.get(hash).copied().unwrap_or(unknown);
    let claims = document::judge(id, &statements, authority, &of);
    let everything = Exceptions::of(authority);
    let said = document::fold(id, &statements, &everything);
    let counts = (!claims.is_empty()).then(|| {
        let left_out = claims.keys().copied().collect();
        document::fold(id, &statements, &everything.without(left_out))
    });
    let attests = statements.iter().any(|s| s.entry.edits.iter().any(|edit| matches!(edit, Edit::Attest(_))));
    let reviewed = attests.then(|| {
        let counts = counts.as_ref().unwrap_or(&said);
        let attested = document::attested(&statements, counts, &claims, &everything);
        let review = document::review(id, &statements, counts, &attested, &claims, &everything);
        (attested, review)
    });
    let birth = told.iter().find(|one| one.statement.hash.document() == id).filter(|one| !one.by_register);
    let clock_drift_ms = birth.and_then(|one| {
        authority.clock_drift_ms(one.statement.entry.claimed_ms, one.decision_held, one.received_us / 1000)
    });
    let moved = authority.moved.contains_key(&id);
    Folded { id, told, said, counts, claims, reviewed, clock_drift_ms, moved }
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
