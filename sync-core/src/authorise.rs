//! Who may say what: a pure, total function over a table. What is said without authority stays visible as a claim; it never counts,
//! neither erases an honest value nor blocks later honest work.

use std::collections::BTreeSet;

use crate::decision::Authority;
use crate::edit::Edit;
use crate::entry::Entry;
use crate::identity::Role;
use crate::ids::{DeviceId, EntryHash};

/// What kind of thing an edit says, as far as authority goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// A weapon, part or lot is recorded.
    RecordItem,
    /// A collection is recorded.
    RecordCollection,
    /// What an item is: make, calibre, markings, components, condition.
    Describe,
    /// A photo is added.
    Photograph,
    /// A marking session is held, a mark applied.
    Mark,
    /// Who answers for it and where it lies: custody, store, rack, box.
    Keep,
    /// Custody passes: a hand-over is written, an officer gives or takes and signs.
    HandOver,
    /// A store is counted.
    Count,
    /// A loss, theft or damage is reported.
    Report,
    /// A note or a reference.
    Note,
    /// A reason is given why a finding is in order.
    Justify,
    /// One of several values is chosen.
    Choose,
    /// An officer verifies it, or says what is wrong with it.
    Attest,
    /// A spot check is planned.
    Sample,
    /// A second inspection is written down.
    Check,
    /// What becomes of it: status, intended end, what an incident came to.
    Dispose,
    /// It is held: as evidence, or because a trace is pending.
    Hold,
    /// A hold is taken off.
    LiftHold,
    /// A destruction is planned.
    Plan,
    /// A plan is approved.
    Approve,
    /// A destruction is carried out.
    Execute,
    /// Where the scrap of a destruction went; that is known days after its end.
    Scrap,
    /// That it was destroyed, transferred or otherwise came to its end.
    End,
    /// That it was lawfully returned.
    Return,
    /// An officer attests the end.
    AttestEnd,
    /// An officer witnesses.
    Witness,
    /// A decision of the register.
    Decide,
    /// Something of a later vocabulary.
    Unknown,
}

impl Act {
    /// Every act, in the order of the table.
    pub const ALL: [Self; 28] = [
        Self::RecordItem,
        Self::RecordCollection,
        Self::Describe,
        Self::Photograph,
        Self::Mark,
        Self::Keep,
        Self::HandOver,
        Self::Count,
        Self::Report,
        Self::Note,
        Self::Justify,
        Self::Choose,
        Self::Attest,
        Self::Sample,
        Self::Check,
        Self::Dispose,
        Self::Hold,
        Self::LiftHold,
        Self::Plan,
        Self::Approve,
        Self::Execute,
        Self::Scrap,
        Self::End,
        Self::Return,
        Self::AttestEnd,
        Self::Witness,
        Self::Decide,
        Self::Unknown,
    ];

    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::RecordItem => "record_item",
            Self::RecordCollection => "record_collection",
            Self::Describe => "describe",
            Self::Photograph => "photograph",
            Self::Mark => "mark",
            Self::Keep => "keep",
            Self::HandOver => "hand_over",
            Self::Count => "count",
            Self::Report => "report",
            Self::Note => "note",
            Self::Justify => "justify",
            Self::Choose => "choose",
            Self::Attest => "attest",
            Self::Sample => "sample",
            Self::Check => "check",
            Self::Dispose => "dispose",
            Self::Hold => "hold",
            Self::LiftHold => "lift_hold",
            Self::Plan => "plan",
            Self::Approve => "approve",
            Self::Execute => "execute",
            Self::Scrap => "scrap",
            Self::End => "end",
            Self::Return => "return",
            Self::AttestEnd => "attest_end",
            Self::Witness => "witness",
            Self::Decide => "decide",
            Self::Unknown => "unknown",
        }
    }
}

/// The table: whether a role may do an act. What of a later vocabulary an act is nobody can tell here, so whoever has a say at all may
/// say it; the document is read-only here anyway.
pub fn may(role: Role, act: Act) -> bool {
    use Act as A;
    if act == A::Unknown {
        return !matches!(role, Role::Auditor | Role::Administrator | Role::CaseOfficer);
    }
    let records = matches!(
        act,
        A::RecordItem | A::RecordCollection | A::Describe | A::Photograph | A::Keep | A::Report | A::Note | A::Choose
    );
    match role {
        Role::Collector => records || matches!(act, A::Mark | A::HandOver),
        Role::Inspector => {
            records || matches!(act, A::Mark | A::HandOver | A::Count | A::Justify | A::Attest | A::Check)
        }
        Role::Supervisor => {
            records
                || matches!(act, A::Mark | A::HandOver | A::Count | A::Justify | A::Attest | A::Sample | A::Check)
                || matches!(act, A::Dispose | A::Hold | A::Plan | A::Approve | A::Execute | A::Scrap)
                || matches!(act, A::End | A::Return | A::AttestEnd)
        }
        Role::Witness => matches!(act, A::Witness),
        Role::Storekeeper => {
            matches!(act, A::Keep | A::HandOver | A::Count | A::Report | A::Note | A::Photograph | A::Scrap)
        }
        Role::Registrar => {
            records
                || matches!(act, A::Count | A::Justify | A::Attest | A::Sample | A::Dispose | A::Plan | A::Approve)
                || matches!(act, A::Hold | A::LiftHold)
        }
        Role::TracingOfficer => matches!(act, A::Note | A::Hold | A::LiftHold),
        Role::Auditor | Role::Administrator | Role::CaseOfficer => false,
    }
}

/// States of an item that are its end: only a supervisor may say them (domain: status / final disposition).
const ENDS: &[&str] = &["destroyed", "transferred_to_state", "deactivated", "exported_returned", "disposed_other"];

/// What saying this of a document of this kind is.
fn act_on(kind: &str, path: &str, value: Option<&crate::cbor::Value>) -> Act {
    let text = value.and_then(crate::cbor::Value::as_text);
    let name = path.split('/').next().unwrap_or_default();
    match (kind, name) {
        (_, "notes" | "refs") => Act::Note,
        (_, "justifications") => Act::Justify,
        ("marking_session", _) => Act::Mark,
        ("handover", _) => Act::HandOver,
        ("count", _) => Act::Count,
        ("incident", "state" | "outcome") => Act::Dispose,
        ("incident", _) => Act::Report,
        ("destruction", "results" | "started_at" | "ended_at" | "total_weight_g" | "public") => Act::Execute,
        ("destruction", "scrap") => Act::Scrap,
        ("destruction", "photos") => Act::Photograph,
        ("destruction", "state") if text.is_some_and(|state| matches!(state, "under_way" | "closed")) => Act::Execute,
        ("destruction", _) => Act::Plan,
        ("spot_check", "readings") => Act::Check,
        ("spot_check", _) => Act::Sample,
        (_, "photos") => Act::Photograph,
        (_, "status") => match text {
            Some("returned_to_owner") => Act::Return,
            Some(end) if ENDS.contains(&end) => Act::End,
            Some("registered" | "inspected" | "tagged") => Act::Describe,
            Some("stored" | "in_transit") => Act::Keep,
            _ => Act::Dispose,
        },
        // Whoever holds and whoever lets go need not be the same; silence lets go as well.
        (_, "evidence_hold" | "trace_pending") => {
            if value.is_some_and(|value| value.as_bool() == Some(true)) {
                Act::Hold
            } else {
                Act::LiftHold
            }
        }
        (_, "temporary") => {
            if value.is_some_and(|value| value.as_bool() == Some(true)) {
                Act::Keep
            } else {
                Act::Dispose
            }
        }
        (_, "intended") => Act::Dispose,
        (_, "destruction") => Act::Execute,
        (_, "origin_operation" | "origin_item") => Act::Decide,
        (_, "custody" | "store" | "rack" | "box" | "site") => Act::Keep,
        _ => Act::Describe,
    }
}

/// What creating a document of this kind is.
fn act_of_creating(kind: &str) -> Act {
    match kind {
        "collection" => Act::RecordCollection,
        "marking_session" => Act::Mark,
        "handover" => Act::HandOver,
        "count" => Act::Count,
        "incident" => Act::Report,
        "destruction" => Act::Plan,
        "spot_check" => Act::Sample,
        _ => Act::RecordItem,
    }
}

/// The acts of an edit of a document of this kind.
pub fn acts(kind: &str, edit: &Edit) -> BTreeSet<Act> {
    match edit {
        Edit::Create { kind, fields, members } => {
            // Recording something as already ended is saying that it ended; what only the register says, nobody says at birth either.
            // Written down as held or as destroyed with the plan, it needs who may do that.
            let said = fields.iter().map(|(path, value)| act_on(kind, path, Some(value)));
            let weighs = |act: &Act| matches!(act, Act::End | Act::Return | Act::Decide | Act::Execute);
            let deeds = members.iter().map(|(set, _)| act_on(kind, set, None));
            let mut acts: BTreeSet<Act> = said.chain(deeds).filter(weighs).collect();
            acts.insert(act_of_creating(kind));
            acts
        }
        Edit::Set { path, value } => BTreeSet::from([act_on(kind, path, Some(value))]),
        Edit::Choose { path, value, .. } => match act_on(kind, path, Some(value)) {
            Act::Describe | Act::Photograph | Act::Keep | Act::Note => BTreeSet::from([Act::Choose]),
            more => BTreeSet::from([Act::Choose, more]),
        },
        // A mark that was applied by us, in a session, is another thing than one that was found.
        Edit::Add { set, fields } if set == "markings" && fields.iter().any(|(name, _)| name == "session") => {
            BTreeSet::from([Act::Mark])
        }
        Edit::Add { set, .. } => BTreeSet::from([act_on(kind, set, None)]),
        Edit::Withdraw { path, .. } => BTreeSet::from([act_on(kind, path, None)]),
        Edit::Attest(what) => match what.get_int(1).and_then(crate::cbor::Value::as_text) {
            Some("witnessed") => BTreeSet::from([Act::Witness]),
            Some("destroyed") => BTreeSet::from([Act::AttestEnd]),
            Some("handed_over" | "received" | "consented") => BTreeSet::from([Act::HandOver]),
            Some("counted") => BTreeSet::from([Act::Count]),
            Some("approved") => BTreeSet::from([Act::Approve]),
            _ => BTreeSet::from([Act::Attest]),
        },
        Edit::Decide { .. } => BTreeSet::from([Act::Decide]),
        Edit::Unknown(_) => BTreeSet::from([Act::Unknown]),
    }
}

/// How it stands with an item when something is said of it; several can hold at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is held as evidence.
    Evidence,
    /// A trace is pending.
    UnderTrace,
    /// It was handed over temporarily and may lawfully be returned.
    Temporary,
    /// It came to its end.
    Ended,
    /// It was transferred to another operation; its document here is closed.
    Moved,
}

impl Standing {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 5] = [Self::Evidence, Self::UnderTrace, Self::Temporary, Self::Ended, Self::Moved];

    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::UnderTrace => "under_trace",
            Self::Temporary => "temporary",
            Self::Ended => "ended",
            Self::Moved => "moved",
        }
    }
}

/// Whether an act fits how it stands with the item: the second table. Nothing here asks who acts.
pub fn fits(act: Act, standing: &BTreeSet<Standing>) -> Result<(), Reason> {
    use Act as A;
    let is = |one: Standing| standing.contains(&one);
    let ends = matches!(act, A::End | A::Return | A::AttestEnd);
    if act == A::Unknown {
        return Ok(());
    }
    if is(Standing::Moved) && !matches!(act, A::Note | A::Justify | A::Decide) {
        return Err(Reason::Moved);
    }
    let after_the_end = matches!(
        act,
        A::Attest | A::AttestEnd | A::Witness | A::Photograph | A::Scrap | A::Note | A::Justify | A::Decide
    );
    if is(Standing::Ended) {
        return if after_the_end { Ok(()) } else { Err(Reason::Ended) };
    }
    if is(Standing::Evidence) && ends {
        return Err(Reason::HeldAsEvidence);
    }
    if is(Standing::UnderTrace) && ends {
        return Err(Reason::UnderTrace);
    }
    match (act, is(Standing::Temporary)) {
        (A::End | A::AttestEnd, true) => Err(Reason::Temporary),
        (A::Return, false) => Err(Reason::NotTemporary),
        _ => Ok(()),
    }
}

/// What an entry is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It counts.
    Counts,
    /// It stays visible as a claim and does not count.
    Claim(Reason),
}

/// Why an entry is a claim only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The officer holds no role in this operation, as far as the entry's segment could know.
    #[error("the officer holds no role in this operation")]
    NoRole,
    /// None of the officer's roles may do this.
    #[error("none of the officer's roles may {}", .0.code())]
    NotAllowed(Act),
    /// The register put it aside.
    #[error("the register put this entry aside")]
    Quarantined,
    /// Only the register decides.
    #[error("only the register decides")]
    NotTheRegister,
    /// It stands on the disputed part of a journal that forked.
    #[error("its journal forked and waits for a person")]
    Forked,
    /// A device speaks for the officer it was enrolled for and for those who keep a key on it; for nobody else.
    #[error("the device was not enrolled for this officer, and the officer has no key on it")]
    NotTheirDevice,
    /// Recorder and verifier, collector and destroyer, are different people.
    #[error("the officer recorded this item themselves: somebody else has to do this")]
    OwnRecord,
    /// Supervisor and witness of an end are different people.
    #[error("the officer has the other part in the end of this item: supervisor and witness are two people")]
    BothRoles,
    /// Nothing happens to what has ended.
    #[error("the item had come to its end")]
    Ended,
    /// Evidence is not destroyed.
    #[error("the item is held as evidence")]
    HeldAsEvidence,
    /// What a trace is pending for is not destroyed.
    #[error("a trace of the item is pending")]
    UnderTrace,
    /// What was handed over temporarily is not destroyed.
    #[error("the item was handed over temporarily: it is returned, or made permanent first")]
    Temporary,
    /// Only what was handed over temporarily is returned.
    #[error("the item was not handed over temporarily")]
    NotTemporary,
    /// It is another operation's now.
    #[error("the item was transferred to another operation")]
    Moved,
    /// Nothing is said in an operation that is closed.
    #[error("the operation was closed")]
    OperationClosed,
    /// The programme rules that two people who sign with keys on one device are not two.
    #[error("both signatures were made on one device, which this programme does not count")]
    SameDevice,
    /// An attestation without an officer's signature is nobody's.
    #[error("the attestation is not signed with an officer's key")]
    Unsigned,
    /// The key is not the officer's, or the signature is not the key's.
    #[error("the attestation's signature is not by a key of this officer")]
    NotTheirKey,
    /// What stands there is no attestation by the entry's officer of the entry's document.
    #[error("this is not an attestation of this item by this officer")]
    NotAnAttestation,
}

impl Reason {
    /// Stable code of this reason.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoRole => "authority.no_role",
            Self::NotAllowed(_) => "authority.not_allowed",
            Self::Quarantined => "authority.quarantined",
            Self::NotTheRegister => "authority.not_the_register",
            Self::Forked => "authority.forked",
            Self::NotTheirDevice => "authority.not_their_device",
            Self::OwnRecord => "authority.own_record",
            Self::BothRoles => "authority.both_roles",
            Self::Ended => "authority.ended",
            Self::HeldAsEvidence => "authority.held_as_evidence",
            Self::UnderTrace => "authority.under_trace",
            Self::Temporary => "authority.temporary",
            Self::NotTemporary => "authority.not_temporary",
            Self::Moved => "authority.moved",
            Self::OperationClosed => "authority.operation_closed",
            Self::SameDevice => "authority.same_device",
            Self::Unsigned => "authority.unsigned",
            Self::NotTheirKey => "authority.not_their_key",
            Self::NotAnAttestation => "authority.not_an_attestation",
        }
    }
}

/// Under what circumstances an entry is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    /// The newest decision that its segment says it held.
    pub decision_held: u64,
    /// When the register received it, ms since the Unix epoch; on a tablet, which cannot know, now.
    pub received_ms: i64,
    /// Whether it stands in the register's own journal.
    pub by_register: bool,
    /// The device that sealed it; on a tablet, for what is not sealed yet, this one.
    pub device: DeviceId,
}

/// Judges an entry about a document of this kind.
pub fn authorise(
    hash: &EntryHash,
    entry: &Entry,
    kind: &str,
    authority: &Authority,
    circumstances: &Circumstances,
) -> Verdict {
    if authority.quarantined.contains(hash) {
        return Verdict::Claim(Reason::Quarantined);
    }
    if authority.released.contains_key(hash) || circumstances.by_register {
        return Verdict::Counts;
    }
    if authority.forked.get(&entry.journal).is_some_and(|from| entry.number >= *from) {
        return Verdict::Claim(Reason::Forked);
    }
    if authority.closed_by.is_some_and(|decision| decision <= circumstances.decision_held) {
        return Verdict::Claim(Reason::OperationClosed);
    }
    if !authority.speaks_on(&entry.officer, &circumstances.device) {
        return Verdict::Claim(Reason::NotTheirDevice);
    }
    let roles = authority.roles(&entry.officer, circumstances.decision_held, circumstances.received_ms);
    if roles.is_empty() {
        return Verdict::Claim(Reason::NoRole);
    }
    for act in entry.edits.iter().flat_map(|edit| acts(kind, edit)) {
        if act == Act::Decide {
            return Verdict::Claim(Reason::NotTheRegister);
        }
        if !roles.iter().any(|role| may(*role, act)) {
            return Verdict::Claim(Reason::NotAllowed(act));
        }
    }
    Verdict::Counts
}

#[cfg(test)]
mod tests;
