//! Whether a destruction can be certified, and what stands in the way: the same on the tablet of the site and in the register.

use std::collections::{BTreeMap, BTreeSet};

use crate::decision::Authority;
use crate::destruction::{Fate, ItemOutcome, Outcome, outcome};
use crate::document::attestation::Attestation;
use crate::document::{Exceptions, Statement, fold_as_seen};
use crate::domain::item::ItemRecord;
use crate::domain::procedures::DestructionRecord;
use crate::ids::{DocId, EntryHash, OfficerId};
use crate::policy;

/// A destruction with all that was said of it.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// Its document.
    pub document: DocId,
    /// All statements about it.
    pub statements: &'a [Statement],
    /// Which of them do not count.
    pub claims: &'a BTreeSet<EntryHash>,
    /// The decisions of the operation.
    pub authority: &'a Authority,
    /// The items that are planned or have a result, as far as they are known.
    pub items: &'a BTreeMap<DocId, CaseItem>,
}

/// An item of a destruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseItem {
    /// What counts of it.
    pub record: ItemRecord,
    /// SHA-256 of its canonical content.
    pub digest: [u8; 32],
    /// Who recorded it.
    pub recorder: OfficerId,
    /// Rules whose blocking findings on it are open.
    pub blocking: Vec<String>,
}

/// One state of a document that officers signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedState {
    /// The content heads that all of them named.
    pub heads: Vec<EntryHash>,
    /// SHA-256 of the content at them, as signed and as found.
    pub digest: [u8; 32],
    /// Who attested the destruction, with their public keys.
    pub destroyed: BTreeMap<OfficerId, Vec<u8>>,
    /// Who witnessed it.
    pub witnessed: BTreeMap<OfficerId, Vec<u8>>,
}

impl SignedState {
    /// Whether a supervisor and so many witnesses, none of them a supervisor of it, signed this state.
    pub fn is_complete(&self, witnesses: i64) -> bool {
        let others = self.witnessed.keys().filter(|officer| !self.destroyed.contains_key(*officer)).count();
        !self.destroyed.is_empty() && others as i64 >= witnesses.max(1)
    }
}

/// Something that stands in the way of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Obstacle {
    /// Stable code.
    pub code: &'static str,
    /// The item that it is about, if it is about one.
    pub item: Option<DocId>,
    /// One sentence.
    pub message: String,
}

/// What a destruction came to, and whether it can be certified.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The state that was signed, the fullest if several were; `None` where nobody signed.
    pub state: Option<SignedState>,
    /// The destruction at that state; what counts now where nobody signed.
    pub record: DestructionRecord,
    /// What it came to.
    pub outcome: Outcome,
    /// What stands in the way; nothing where it can be certified.
    pub obstacles: Vec<Obstacle>,
}

/// The states of a document that were signed by who attested its end or witnessed it, with signatures that hold. Entries left out sign nothing.
pub fn signed_states(
    document: DocId,
    statements: &[Statement],
    left_out: &dyn Fn(&EntryHash) -> bool,
    bridged: &BTreeSet<EntryHash>,
) -> Vec<SignedState> {
    let mut states: BTreeMap<(Vec<EntryHash>, [u8; 32]), SignedState> = BTreeMap::new();
    for Statement { entry, .. } in statements.iter().filter(|s| !left_out(&s.hash)) {
        for attestation in entry.edits.iter().filter_map(Attestation::of_edit) {
            let honest = attestation.document == document
                && attestation.officer == entry.officer
                && attestation.verify().is_ok();
            let Some(key) = attestation.key.filter(|_| honest) else { continue };
            let state = states.entry((attestation.heads.clone(), attestation.digest)).or_insert_with(|| SignedState {
                heads: attestation.heads,
                digest: attestation.digest,
                destroyed: BTreeMap::new(),
                witnessed: BTreeMap::new(),
            });
            match attestation.what.as_str() {
                "destroyed" => drop(state.destroyed.insert(attestation.officer, key)),
                "witnessed" => drop(state.witnessed.insert(attestation.officer, key)),
                _ => {}
            }
        }
    }
    let here: BTreeSet<EntryHash> = statements.iter().map(|s| s.hash).collect();
    let exceptions = Exceptions { bridged: bridged.clone(), ..Exceptions::default() };
    let is_what_was_read = |state: &SignedState| {
        state.heads.iter().all(|head| here.contains(head))
            && fold_as_seen(document, statements, &state.heads, &exceptions).digest() == state.digest
    };
    let signed = |state: &SignedState| !state.destroyed.is_empty() || !state.witnessed.is_empty();
    states.into_values().filter(|state| signed(state) && is_what_was_read(state)).collect()
}

/// Assesses a destruction.
pub fn assess(case: &Case<'_>) -> Assessment {
    let witnesses = case.authority.policy(&policy::WITNESSES);
    let left_out = |hash: &EntryHash| case.claims.contains(hash);
    let states = signed_states(case.document, case.statements, &left_out, &case.authority.bridged);
    // The fullest state; of equal ones the one with the larger digest, so that everybody takes the same.
    let rank = |state: &SignedState| {
        (state.is_complete(witnesses), state.destroyed.len() + state.witnessed.len(), state.digest)
    };
    let state = states.into_iter().max_by_key(rank);
    let counting =
        Exceptions { left_out: case.claims.clone(), bridged: case.authority.bridged.clone(), ..Exceptions::default() };
    let content = match &state {
        Some(state) => fold_as_seen(case.document, case.statements, &state.heads, &counting).content(),
        None => crate::document::fold(case.document, case.statements, &counting).content(),
    };
    let record = DestructionRecord::read(&content);
    let outcome = outcome(&record);
    let mut found = Found(Vec::new());
    found.paper(case, &record, state.as_ref(), witnesses);
    for one in &outcome.items {
        found.item(case, one, state.as_ref());
    }
    if outcome.items.is_empty() {
        found.add("certificate.nothing_destroyed", None, "nothing was planned or destroyed");
    }
    found.0.sort();
    Assessment { state, record, outcome, obstacles: found.0 }
}

struct Found(Vec<Obstacle>);

impl Found {
    fn add(&mut self, code: &'static str, item: Option<DocId>, message: impl Into<String>) {
        self.0.push(Obstacle { code, item, message: message.into() });
    }

    /// What concerns the destruction as a whole.
    fn paper(&mut self, case: &Case<'_>, record: &DestructionRecord, state: Option<&SignedState>, witnesses: i64) {
        let attested = state.is_some_and(|state| !state.destroyed.is_empty());
        if !attested {
            self.add("certificate.not_attested", None, "no supervisor has attested the destruction");
        } else if !state.is_some_and(|state| state.is_complete(witnesses)) {
            let message = format!(
                "{witnesses} independent witness(es) have to attest the very state that the supervisor attested"
            );
            self.add("certificate.not_witnessed", None, message);
        }
        let said = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
        if !said(&record.authority) || !said(&record.authorisation) {
            self.add(
                "certificate.no_authorisation",
                None,
                "the authority and the number of its authorisation are missing",
            );
        }
        if record.state.as_deref() != Some("closed") {
            self.add("certificate.not_closed", None, "the destruction was not closed in the state that was attested");
        }
        if case.authority.policy(&policy::PLAN_NEEDS_APPROVAL) == 1 && !approved(case) {
            self.add("certificate.not_approved", None, "nobody but its author approved the plan");
        }
    }

    /// What concerns one item.
    fn item(&mut self, case: &Case<'_>, one: &ItemOutcome, state: Option<&SignedState>) {
        let id = Some(one.item);
        let settled = matches!(one.fate, Fate::Destroyed | Fate::Rejected | Fate::Withdrawn);
        if !settled || !one.planned {
            let what = if one.planned { one.fate.code() } else { "not planned" };
            self.add(
                "certificate.not_reconciled",
                id,
                format!("an item is {what}: planned = destroyed + rejected + withdrawn"),
            );
        }
        if one.fate != Fate::Destroyed {
            return;
        }
        let Some(known) = case.items.get(&one.item) else {
            self.add("certificate.item_unknown", id, "an item on the list is not known here");
            return;
        };
        if !matches!(one.identity.as_deref(), Some("tag_and_serial" | "serial_only" | "tag_only")) {
            self.add("certificate.identity_not_checked", id, "nobody made sure before that it is the item on the list");
        }
        let signed = |who: fn(&SignedState) -> &BTreeMap<OfficerId, Vec<u8>>| {
            state.is_some_and(|state| who(state).contains_key(&known.recorder))
        };
        if signed(|state| &state.destroyed) {
            self.add("certificate.supervisor_recorded", id, "the supervisor who attested recorded the item");
        }
        if signed(|state| &state.witnessed) {
            self.add("certificate.witness_recorded", id, "the witness recorded the item and is not independent");
        }
        if known.record.evidence_hold == Some(true) || known.record.trace_pending == Some(true) {
            self.add("certificate.item_held", id, "the item is held as evidence or for a trace");
        }
        if known.record.temporary == Some(true) {
            self.add("certificate.item_temporary", id, "the item was handed over temporarily");
        }
        if !has_ended(&known.record, case.document) {
            self.add(
                "certificate.item_not_ended",
                id,
                "nothing that counts says of the item that it was destroyed here",
            );
        }
        for rule in &known.blocking {
            self.add("certificate.blocking_finding", id, format!("finding {rule} on the item is open and blocks"));
        }
    }
}

/// Whether the item's own document says that it was destroyed in this destruction; a lot can be so in part.
fn has_ended(record: &ItemRecord, document: DocId) -> bool {
    let whole = record.is_destroyed() && record.destruction.is_none_or(|named| named == document);
    let part = record.is_ammunition()
        && record.custody.iter().any(|step| step.is_live() && step.event.as_deref() == Some("destroyed"));
    whole || part
}

/// Whether somebody approved the plan; who made it cannot ([`crate::document::judge`]).
fn approved(case: &Case<'_>) -> bool {
    let counting = case.statements.iter().filter(|s| !case.claims.contains(&s.hash));
    counting
        .flat_map(|s| s.entry.edits.iter().filter_map(Attestation::of_edit))
        .any(|attestation| attestation.what == "approved")
}
