//! Stories of one item's life: who may do what after what was said before, and what a review is worth.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use super::attestation::Attestation;
use super::*;
use crate::authorise::{Circumstances, Reason};
use crate::decision::{Authority, Decision};
use crate::edit::Edit;
use crate::entry::VOCABULARY;
use crate::identity::Role;
use crate::ids::{DeviceId, JournalId, OfficerId};
use crate::keys::SecretKey;

/// An operation with its officers; everybody has a key and a tablet of their own.
struct Operation {
    authority: Authority,
    said: Vec<Statement>,
    numbers: BTreeMap<(u8, u8), u64>,
    received_ms: BTreeMap<EntryHash, i64>,
}

const COLLECTOR: u8 = 1;
const INSPECTOR: u8 = 2;
const SUPERVISOR: u8 = 3;
const WITNESS: u8 = 4;
const REGISTRAR: u8 = 5;
/// Holds every role there is.
const BOSS: u8 = 6;

fn officer(who: u8) -> OfficerId {
    OfficerId::from_bytes([who; 16])
}

fn device(of: u8) -> DeviceId {
    DeviceId::from_bytes([of; 16])
}

fn key(who: u8) -> SecretKey {
    SecretKey::ed25519(&[who; 32])
}

impl Operation {
    fn new() -> Self {
        let mut authority = Authority::default();
        let mut decide = |decision: Decision| authority.take(authority.next, &decision);
        let roles = [
            (COLLECTOR, Role::Collector),
            (INSPECTOR, Role::Inspector),
            (SUPERVISOR, Role::Supervisor),
            (WITNESS, Role::Witness),
            (REGISTRAR, Role::Registrar),
        ];
        for (who, role) in roles.into_iter().chain(Role::ALL.map(|role| (BOSS, role))) {
            decide(Decision::RoleGranted { officer: officer(who), role });
        }
        for who in COLLECTOR..=BOSS {
            let device = device(who);
            decide(Decision::OfficerKeyAdded {
                officer: officer(who),
                key: key(who).public().as_bytes().to_vec(),
                device,
            });
        }
        Self { authority, said: Vec::new(), numbers: BTreeMap::new(), received_ms: BTreeMap::new() }
    }

    /// Says something on one of the officer's tablets, having seen these entries.
    fn says_on(
        &mut self,
        tablet: u8,
        who: u8,
        document: Option<DocId>,
        after: &[EntryHash],
        edits: Vec<Edit>,
    ) -> EntryHash {
        let number = self.numbers.entry((who, tablet)).or_default();
        let mut journal = [who; 16];
        journal[0] = tablet;
        let mut after = after.to_vec();
        after.sort_unstable();
        let statement = Statement::new(Entry {
            journal: JournalId::from_bytes(journal),
            number: *number,
            document,
            officer: officer(who),
            claimed_ms: 1_700_000_000_000,
            boot: [0; 8],
            monotonic_ms: *number,
            after,
            edits,
            vocabulary: VOCABULARY,
            extra: Vec::new(),
        });
        *number += 1;
        self.said.push(statement.clone());
        self.received_ms.insert(statement.hash, 1_700_000_000_000);
        statement.hash
    }

    fn says(&mut self, who: u8, document: DocId, edit: Edit) -> EntryHash {
        let heads = fold(document, &self.said, &Exceptions::default()).heads;
        self.says_on(0, who, Some(document), &heads, vec![edit])
    }

    fn records(&mut self, who: u8) -> DocId {
        let fields = vec![("kind".to_owned(), "weapon".into()), ("make".to_owned(), "IZHMASH".into())];
        let create = Edit::Create { kind: "item".to_owned(), fields, members: Vec::new() };
        self.says_on(0, who, None, &[], vec![create]).document()
    }

    /// An attestation of what stands now.
    fn attestation(&self, who: u8, document: DocId, what: &str) -> Attestation {
        let heads = self.counts(document).content_heads;
        let digest = fold_as_seen(document, &self.said, &heads, &Exceptions::default()).digest();
        let note = String::new();
        Attestation {
            what: what.to_owned(),
            document,
            heads,
            digest,
            officer: officer(who),
            note,
            key: None,
            signature: None,
        }
        .signed(&key(who))
    }

    fn attests(&mut self, who: u8, document: DocId, what: &str) -> EntryHash {
        let attestation = self.attestation(who, document, what);
        self.says(who, document, Edit::Attest(attestation.to_value()))
    }

    fn claims(&self, document: DocId) -> BTreeMap<EntryHash, Reason> {
        let circumstances = |hash: &EntryHash| Circumstances {
            decision_held: self.authority.next,
            received_ms: self.received_ms.get(hash).copied().unwrap_or_default(),
            by_register: false,
            device: self
                .said
                .iter()
                .find(|s| s.hash == *hash)
                .map_or(device(0), |s| device(s.entry.officer.as_bytes()[0])),
        };
        judge(document, &self.said, &self.authority, &circumstances)
    }

    fn counts(&self, document: DocId) -> Document {
        let left_out: BTreeSet<EntryHash> = self.claims(document).into_keys().collect();
        fold(document, &self.said, &Exceptions { left_out, ..Exceptions::default() })
    }

    fn review(&self, document: DocId) -> Review {
        let (claims, counts) = (self.claims(document), self.counts(document));
        let attested = attested(&self.said, &counts, &claims, &Exceptions::default());
        review(document, &self.said, &counts, &attested, &claims, &Exceptions::default())
    }

    fn status(&self, document: DocId) -> Option<String> {
        self.counts(document).content().get("status").and_then(|v| v.as_text().map(str::to_owned))
    }
}

type Deed = fn(&mut Operation, DocId) -> EntryHash;

fn set(path: &str, value: impl Into<Value>) -> Edit {
    Edit::Set { path: path.to_owned(), value: value.into() }
}

#[test]
fn everybody_has_their_part_from_hand_in_to_furnace() {
    let mut op = Operation::new();
    let item = op.records(COLLECTOR);
    op.attests(INSPECTOR, item, "verified");
    op.says(SUPERVISOR, item, set("status", "destroyed"));
    op.attests(SUPERVISOR, item, "destroyed");
    op.attests(WITNESS, item, "witnessed");
    assert_eq!(op.claims(item), BTreeMap::new());
    assert_eq!(op.status(item).as_deref(), Some("destroyed"));
}

#[test]
fn a_collector_who_claims_destroyed_changes_nothing_and_blocks_nobody() {
    let mut op = Operation::new();
    let item = op.records(COLLECTOR);
    let lie = op.says(COLLECTOR, item, set("status", "destroyed"));
    assert!(matches!(op.claims(item).get(&lie), Some(Reason::NotAllowed(_))));
    assert_eq!(op.status(item), None);
    op.says(INSPECTOR, item, set("calibre_as_seen", "7.62"));
    assert_eq!(op.claims(item).len(), 1, "what stands on the claim counts: the claim is bridged");
}

#[test]
fn one_officer_cannot_play_two_parts_in_any_pairing() {
    let deeds: [(&str, Deed); 4] = [
        ("verify", |op, item| op.attests(BOSS, item, "verified")),
        ("end", |op, item| op.says(BOSS, item, set("status", "destroyed"))),
        ("attest the end", |op, item| op.attests(BOSS, item, "destroyed")),
        ("witness", |op, item| op.attests(BOSS, item, "witnessed")),
    ];
    for (name, deed) in deeds {
        let mut op = Operation::new();
        let item = op.records(BOSS);
        let hash = deed(&mut op, item);
        assert_eq!(op.claims(item).get(&hash), Some(&Reason::OwnRecord), "recorder who would {name}");
    }
    let mut op = Operation::new();
    let item = op.records(COLLECTOR);
    op.says(BOSS, item, set("status", "destroyed"));
    let witness = op.attests(BOSS, item, "witnessed");
    assert_eq!(op.claims(item), BTreeMap::from([(witness, Reason::BothRoles)]));
    let mut op = Operation::new();
    let item = op.records(COLLECTOR);
    op.attests(BOSS, item, "witnessed");
    let end = op.says(BOSS, item, set("status", "destroyed"));
    assert_eq!(op.claims(item), BTreeMap::from([(end, Reason::BothRoles)]));
}

#[test]
fn two_tablets_that_do_not_know_of_each_other_do_not_make_two_people_of_one() {
    let mut op = Operation::new();
    let item = op.records(COLLECTOR);
    let heads = op.counts(item).heads;
    let witness = Edit::Attest(op.attestation(BOSS, item, "witnessed").to_value());
    let end = op.says_on(1, BOSS, Some(item), &heads, vec![set("status", "destroyed")]);
    op.says_on(2, BOSS, Some(item), &heads, vec![witness]);
    assert_eq!(op.claims(item), BTreeMap::from([(end, Reason::BothRoles)]));
    assert_eq!(op.status(item), None);
}

#[test]
fn nothing_happens_to_what_was_destroyed_but_notes_photos_and_attestations() {
    let mut op = Operation::new();
    let item = op.records(COLLECTOR);
    let heads = op.counts(item).heads;
    op.says(SUPERVISOR, item, set("status", "destroyed"));
    let late = op.says(REGISTRAR, item, set("calibre_as_seen", "9 mm"));
    op.says(
        REGISTRAR,
        item,
        Edit::Add { set: "notes".to_owned(), fields: vec![("text".to_owned(), "scrap sold".into())] },
    );
    op.attests(WITNESS, item, "witnessed");
    // Somebody far away who knew of nothing is not wrong; what they said stays beside it.
    op.says_on(7, INSPECTOR, Some(item), &heads, vec![set("condition", "SVC")]);
    assert_eq!(op.claims(item), BTreeMap::from([(late, Reason::Ended)]));
    assert_eq!(op.status(item).as_deref(), Some("destroyed"));
}

#[test]
fn evidence_is_not_destroyed_by_who_knew_and_is_a_conflict_to_look_at_where_nobody_knew() {
    let mut op = Operation::new();
    let item = op.records(COLLECTOR);
    let before = op.counts(item).heads;
    op.says(REGISTRAR, item, set("evidence_hold", true));
    let end = op.says(SUPERVISOR, item, set("status", "destroyed"));
    assert_eq!(op.claims(item), BTreeMap::from([(end, Reason::HeldAsEvidence)]));
    // Released first, it is in order.
    op.says(REGISTRAR, item, set("evidence_hold", false));
    op.says(SUPERVISOR, item, set("status", "destroyed"));
    assert_eq!(op.status(item).as_deref(), Some("destroyed"));

    // Offline, not knowing of the hold: it happened, and it says so.
    let mut op = Operation { said: op.said[..1].to_vec(), numbers: BTreeMap::new(), ..Operation::new() };
    op.says_on(8, REGISTRAR, Some(item), &before, vec![set("evidence_hold", true)]);
    op.says_on(9, SUPERVISOR, Some(item), &before, vec![set("status", "destroyed")]);
    assert_eq!(op.claims(item), BTreeMap::new());
    let content = op.counts(item).content();
    assert_eq!(content.get("evidence_hold"), Some(&Value::Bool(true)));
    assert_eq!(op.status(item).as_deref(), Some("destroyed"));
}

#[test]
fn an_attestation_is_an_officers_own_word_or_nothing() {
    let mut op = Operation::new();
    let item = op.records(COLLECTOR);
    let good = op.attestation(INSPECTOR, item, "verified");
    let unsigned = Attestation { key: None, signature: None, ..good.clone() };
    let others_key = Attestation { officer: officer(INSPECTOR), ..op.attestation(SUPERVISOR, item, "verified") };
    let changed = Attestation { note: "looks fine".to_owned(), ..good.clone() };
    let of_another = op.attestation(SUPERVISOR, item, "verified");
    for (attestation, reason) in [
        (unsigned, Reason::Unsigned),
        (others_key, Reason::NotTheirKey),
        (changed, Reason::NotTheirKey),
        (of_another, Reason::NotAnAttestation),
    ] {
        let hash = op.says(INSPECTOR, item, Edit::Attest(attestation.to_value()));
        assert_eq!(op.claims(item).get(&hash), Some(&reason));
    }
    let hash = op.says(INSPECTOR, item, Edit::Attest(good.to_value()));
    assert_eq!(op.claims(item).get(&hash), None);
}

#[test]
fn an_officer_revoked_between_two_attestations_signed_one() {
    let mut op = Operation::new();
    let (one, two) = (op.records(COLLECTOR), op.records(REGISTRAR));
    let first = op.attests(INSPECTOR, one, "verified");
    let second = op.attests(INSPECTOR, two, "verified");
    op.received_ms.insert(second, 1_700_000_900_000);
    let key = key(INSPECTOR).public().as_bytes().to_vec();
    let number = op.authority.next + 1;
    op.authority.take(number, &Decision::OfficerKeyRevoked { key, effective_ms: 1_700_000_500_000 });
    op.authority.next = number - 1;
    assert_eq!(op.claims(one).get(&first), None);
    assert_eq!(op.claims(two).get(&second), Some(&Reason::NotTheirKey));
}

#[test]
fn what_comes_after_a_verification_is_an_amendment_until_it_is_verified_again() {
    let mut op = Operation::new();
    let item = op.records(COLLECTOR);
    assert_eq!(op.review(item).state, ReviewState::None);
    op.attests(INSPECTOR, item, "verified");
    assert_eq!(op.review(item).state, ReviewState::Verified);
    op.says(COLLECTOR, item, set("make", "NORINCO"));
    let review = op.review(item);
    assert_eq!(review.state, ReviewState::Amended);
    let verified = review.verified.unwrap();
    assert_eq!(verified.content["make"], "IZHMASH".into());
    assert_eq!(verified.amendments, BTreeMap::from([("make".to_owned(), "NORINCO".into())]));
    op.attests(SUPERVISOR, item, "verified");
    let review = op.review(item);
    assert_eq!(review.state, ReviewState::Verified);
    assert_eq!(review.verified.unwrap().content["make"], "NORINCO".into());
    op.attests(INSPECTOR, item, "rejected");
    assert_eq!(op.review(item).state, ReviewState::Rejected);
}

#[test]
fn two_tablets_that_verify_different_versions_are_both_shown() {
    let mut op = Operation::new();
    let item = op.records(COLLECTOR);
    let heads = op.counts(item).heads;
    let first = Edit::Attest(op.attestation(INSPECTOR, item, "verified").to_value());
    let edited = op.says(COLLECTOR, item, set("make", "NORINCO"));
    let second = Edit::Attest(op.attestation(SUPERVISOR, item, "verified").to_value());
    op.says_on(5, INSPECTOR, Some(item), &heads, vec![first]);
    op.says_on(6, SUPERVISOR, Some(item), &[edited], vec![second]);
    let review = op.review(item);
    assert_eq!((review.state, review.latest.len()), (ReviewState::Disputed, 2));
}

#[test]
fn an_attestation_of_something_else_than_stands_at_its_heads_is_told() {
    let mut op = Operation::new();
    let item = op.records(COLLECTOR);
    let wrong = Attestation { digest: [7; 32], signature: None, ..op.attestation(INSPECTOR, item, "verified") };
    op.says(INSPECTOR, item, Edit::Attest(wrong.signed(&key(INSPECTOR)).to_value()));
    let (claims, counts) = (op.claims(item), op.counts(item));
    let attested = attested(&op.said, &counts, &claims, &Exceptions::default());
    assert_eq!(attested[0].standing, Standing::Differs);
    assert_eq!(op.review(item).state, ReviewState::None);
}
