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
    /// What an item is: make, calibre, markings, components, photos, condition.
    Describe,
    /// Who answers for it and where it lies: custody, store, rack, box.
    Keep,
    /// A note or a reference.
    Note,
    /// One of several values is chosen.
    Choose,
    /// What becomes of it: status, intended end, evidence hold.
    Dispose,
    /// That it was destroyed, transferred or otherwise came to its end.
    End,
    /// An officer verifies it, or says what is wrong with it.
    Attest,
    /// An officer gives it out of their hands or takes it into them, and signs.
    HandOver,
    /// An officer witnesses.
    Witness,
    /// A decision of the register.
    Decide,
    /// Something of a later vocabulary.
    Unknown,
}

impl Act {
    /// Every act, in the order of the table.
    pub const ALL: [Self; 13] = [
        Self::RecordItem,
        Self::RecordCollection,
        Self::Describe,
        Self::Keep,
        Self::Note,
        Self::Choose,
        Self::Dispose,
        Self::End,
        Self::Attest,
        Self::HandOver,
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
            Self::Keep => "keep",
            Self::Note => "note",
            Self::Choose => "choose",
            Self::Dispose => "dispose",
            Self::End => "end",
            Self::Attest => "attest",
            Self::HandOver => "hand_over",
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
        return !matches!(role, Role::Auditor | Role::Administrator);
    }
    match role {
        Role::Collector => {
            matches!(
                act,
                A::RecordItem | A::RecordCollection | A::Describe | A::Keep | A::Note | A::Choose | A::HandOver
            )
        }
        Role::Inspector => {
            matches!(
                act,
                A::RecordItem
                    | A::RecordCollection
                    | A::Describe
                    | A::Keep
                    | A::Note
                    | A::Choose
                    | A::Attest
                    | A::HandOver
            )
        }
        Role::Supervisor => matches!(
            act,
            A::RecordItem
                | A::RecordCollection
                | A::Describe
                | A::Keep
                | A::Note
                | A::Choose
                | A::Dispose
                | A::End
                | A::Attest
                | A::HandOver
        ),
        Role::Witness => matches!(act, A::Witness),
        Role::Storekeeper => matches!(act, A::Keep | A::Note | A::HandOver),
        Role::Registrar => matches!(
            act,
            A::RecordItem | A::RecordCollection | A::Describe | A::Keep | A::Note | A::Choose | A::Dispose | A::Attest
        ),
        Role::TracingOfficer => matches!(act, A::Note),
        Role::Auditor | Role::Administrator => false,
    }
}

/// States of an item that are its end: only a supervisor may say them (domain: status / final disposition).
const ENDS: &[&str] = &[
    "destroyed",
    "transferred_to_state",
    "deactivated",
    "exported_returned",
    "returned_to_owner",
    "disposed_other_authorised",
];

fn act_on(path: &str, value: Option<&str>) -> Act {
    match path.split('/').next().unwrap_or_default() {
        "status" if value.is_some_and(|v| ENDS.contains(&v)) => Act::End,
        "status" if value.is_some_and(|v| matches!(v, "registered" | "inspected" | "tagged")) => Act::Describe,
        "status" if value.is_some_and(|v| matches!(v, "stored" | "in_transit")) => Act::Keep,
        "status" | "intended" | "evidence_hold" => Act::Dispose,
        "custody" | "store" | "rack" | "box" | "site" => Act::Keep,
        "notes" | "refs" | "justifications" => Act::Note,
        _ => Act::Describe,
    }
}

/// The acts of an edit.
pub fn acts(edit: &Edit) -> BTreeSet<Act> {
    let text = |v: &crate::cbor::Value| v.as_text().map(str::to_owned);
    match edit {
        Edit::Create { kind, fields, .. } => {
            let mut acts = BTreeSet::from([if kind == "collection" { Act::RecordCollection } else { Act::RecordItem }]);
            // Recording something as already ended is saying that it ended.
            let said = fields.iter().map(|(path, value)| act_on(path, text(value).as_deref()));
            acts.extend(said.filter(|act| matches!(act, Act::End)));
            acts
        }
        Edit::Set { path, value } => BTreeSet::from([act_on(path, text(value).as_deref())]),
        Edit::Choose { path, value, .. } => match act_on(path, text(value).as_deref()) {
            end @ (Act::End | Act::Dispose) => BTreeSet::from([Act::Choose, end]),
            _ => BTreeSet::from([Act::Choose]),
        },
        Edit::Add { set, .. } => BTreeSet::from([act_on(set, None)]),
        Edit::Withdraw { path, .. } => BTreeSet::from([act_on(path, None)]),
        Edit::Attest(what) => match what.get_int(1).and_then(crate::cbor::Value::as_text) {
            Some("witnessed") => BTreeSet::from([Act::Witness]),
            Some("destroyed") => BTreeSet::from([Act::Attest, Act::End]),
            Some("handed_over" | "received") => BTreeSet::from([Act::HandOver]),
            _ => BTreeSet::from([Act::Attest]),
        },
        Edit::Decide { .. } => BTreeSet::from([Act::Decide]),
        Edit::Unknown(_) => BTreeSet::from([Act::Unknown]),
    }
}

/// Whether an edit may still be said of an item that has come to its end: attestations of the end, photos of it, notes, references
/// and reasons. What the item was and where it lies is closed; the register alone can open it again.
pub fn goes_on_after_the_end(edit: &Edit) -> bool {
    let path = match edit {
        Edit::Attest(_) => return true,
        Edit::Set { path, .. } | Edit::Choose { path, .. } | Edit::Withdraw { path, .. } => path,
        Edit::Add { set, .. } => set,
        Edit::Create { .. } | Edit::Decide { .. } | Edit::Unknown(_) => return false,
    };
    matches!(path.split('/').next().unwrap_or_default(), "photos" | "notes" | "refs" | "justifications")
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

/// Judges an entry.
pub fn authorise(hash: &EntryHash, entry: &Entry, authority: &Authority, circumstances: &Circumstances) -> Verdict {
    if authority.quarantined.contains(hash) {
        return Verdict::Claim(Reason::Quarantined);
    }
    if authority.released.contains_key(hash) || circumstances.by_register {
        return Verdict::Counts;
    }
    if authority.forked.get(&entry.journal).is_some_and(|from| entry.number >= *from) {
        return Verdict::Claim(Reason::Forked);
    }
    if !authority.speaks_on(&entry.officer, &circumstances.device) {
        return Verdict::Claim(Reason::NotTheirDevice);
    }
    let roles = authority.roles(&entry.officer, circumstances.decision_held, circumstances.received_ms);
    if roles.is_empty() {
        return Verdict::Claim(Reason::NoRole);
    }
    for act in entry.edits.iter().flat_map(acts) {
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
