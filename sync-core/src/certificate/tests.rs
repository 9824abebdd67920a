//! A certificate holds, offline, and nothing that was changed does.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::audit::{self, Inclusion, InclusionProof, Leaf, VerifierKey, leaf_hash};
use crate::authorise::Reason;
use crate::cbor::Value;
use crate::decision::{Authority, Decision};
use crate::document::attestation::Attestation;
use crate::document::{Exceptions, Statement, fold, fold_as_seen};
use crate::domain::item::ItemRecord;
use crate::edit::Edit;
use crate::ids::{DocId, EntryHash, OfficerId, OperationId};
use crate::keys::{SecretKey, sha256};
use crate::samples::Pen;

const RECORDER: u8 = 1;
const SUPERVISOR: u8 = 3;
const WITNESS: u8 = 4;
const REGISTRAR: u8 = 5;

fn officer(who: u8) -> OfficerId {
    OfficerId::from_bytes([who; 16])
}

fn key(who: u8) -> SecretKey {
    SecretKey::ed25519(&[who; 32])
}

/// A destruction with everything that was said of it.
#[derive(Clone)]
struct Deed {
    pens: BTreeMap<u8, Pen>,
    said: Vec<Statement>,
    document: DocId,
    items: BTreeMap<DocId, CaseItem>,
    authority: Authority,
    claims: BTreeMap<EntryHash, Reason>,
}

impl Deed {
    /// So many items, planned, approved, destroyed, closed; nobody has attested it yet.
    fn of(count: usize) -> Self {
        let item = |n: usize| DocId::from_slice(&sha256(&n.to_be_bytes())[..16]).unwrap();
        let mut supervisor = Pen::new(SUPERVISOR);
        let fields = vec![
            ("authorisation".to_owned(), "12/2026".into()),
            ("authority".to_owned(), "Ministry of the Interior".into()),
            ("method".to_owned(), "SHR".into()),
            ("number".to_owned(), "D-7".into()),
        ];
        let create = Edit::Create { kind: "destruction".to_owned(), fields, members: Vec::new() };
        let (birth, entry) = supervisor.says(None, &[], vec![create]);
        let mut deed = Self {
            pens: BTreeMap::from([(SUPERVISOR, supervisor)]),
            said: vec![Statement { hash: birth, entry }],
            document: birth.document(),
            items: BTreeMap::new(),
            authority: Authority::default(),
            claims: BTreeMap::new(),
        };
        let named = |n: usize| ("item".to_owned(), Value::Bytes(item(n).to_vec()));
        let all: Vec<usize> = (0..count).collect();
        for some in all.chunks(400) {
            let add = |n: &usize| Edit::Add { set: "planned".to_owned(), fields: vec![named(*n)] };
            deed.says(SUPERVISOR, some.iter().map(add).collect());
        }
        deed.attests(REGISTRAR, "approved");
        for some in all.chunks(300) {
            let add = |n: &usize| {
                let mut fields = vec![named(*n), ("result".to_owned(), "complete".into())];
                fields.push(("identity".to_owned(), "tag_and_serial".into()));
                fields.push(("weight_g".to_owned(), Value::Int(3_600)));
                fields.push(("at".to_owned(), Value::Int(1_790_000_000_000 + *n as i64)));
                Edit::Add { set: "results".to_owned(), fields }
            };
            deed.says(SUPERVISOR, some.iter().map(add).collect());
        }
        deed.says(SUPERVISOR, vec![Edit::Set { path: "state".to_owned(), value: "closed".into() }]);
        for n in 0..count {
            let text = |t: &str| Some(t.to_owned());
            let record = ItemRecord {
                kind: text("weapon"),
                tag: Some(format!("T{n:05}")),
                class: text("ASR"),
                make: text("IZHMASH"),
                model: text("AKM"),
                calibre: text("7.62x39"),
                status: text("destroyed"),
                destruction: Some(deed.document),
                ..ItemRecord::default()
            };
            let known = CaseItem { record, digest: [n as u8; 32], recorder: officer(RECORDER), blocking: Vec::new() };
            deed.items.insert(item(n), known);
        }
        deed
    }

    /// The same, attested by the supervisor and witnessed.
    fn done(count: usize) -> Self {
        let mut deed = Self::of(count);
        deed.attests(SUPERVISOR, "destroyed");
        deed.attests(WITNESS, "witnessed");
        deed
    }

    fn heads(&self) -> Vec<EntryHash> {
        fold(self.document, &self.said, &Exceptions::default()).heads
    }

    fn says(&mut self, who: u8, edits: Vec<Edit>) -> EntryHash {
        let heads = self.heads();
        let pen = self.pens.entry(who).or_insert_with(|| Pen::new(who));
        let (hash, entry) = pen.says(Some(self.document), &heads, edits);
        self.said.push(Statement { hash, entry });
        hash
    }

    fn attests(&mut self, who: u8, what: &str) -> EntryHash {
        let heads = fold(self.document, &self.said, &Exceptions::default()).content_heads;
        let digest = fold_as_seen(self.document, &self.said, &heads, &Exceptions::default()).digest();
        let word = Attestation {
            what: what.to_owned(),
            document: self.document,
            heads,
            digest,
            officer: officer(who),
            note: String::new(),
            key: None,
            signature: None,
        };
        self.says(who, vec![Edit::Attest(word.signed(&key(who)).to_value())])
    }

    fn assess(&self) -> Assessment {
        assess(&Case {
            document: self.document,
            statements: &self.said,
            claims: &self.claims.keys().copied().collect(),
            authority: &self.authority,
            items: &self.items,
        })
    }

    fn obstacles(&self) -> BTreeSet<&'static str> {
        self.assess().obstacles.into_iter().map(|one| one.code).collect()
    }

    fn body(&self) -> Body {
        let outcome = self.assess().outcome;
        let items = outcome.items.iter().map(|one| {
            let known = &self.items[&one.item];
            CertifiedItem::new(one, &known.record, known.digest)
        });
        let signer = |who: u8, name: &str| Signer {
            officer: officer(who),
            name: name.to_owned(),
            key: key(who).public().as_bytes().to_vec(),
            organisation: (who == WITNESS).then(|| "Regional Centre on Small Arms".to_owned()),
        };
        Body {
            register: register().public().register(),
            operation: OperationId::from_bytes([9; 16]),
            operation_name: "North 2026".to_owned(),
            number: "C-2026-7".to_owned(),
            document: self.document,
            issued_ms: 1_790_000_100_000,
            issued_by: officer(REGISTRAR),
            decision: 40,
            entries: self.said.iter().map(|s| s.entry.clone()).collect(),
            left_out: self.claims.iter().map(|(hash, reason)| (*hash, reason.code().to_owned())).collect(),
            bridged: BTreeSet::new(),
            forked: BTreeMap::new(),
            signers: vec![signer(SUPERVISOR, "Samuel"), signer(WITNESS, "Wanda")],
            witnesses: 1,
            items: items.collect(),
            country: Some("KE".to_owned()),
            organisation: None,
            issuer: Some("Ruth".to_owned()),
        }
    }
}

fn register() -> SecretKey {
    SecretKey::ed25519(&[77; 32])
}

fn signing() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&register().seed())
}

fn key_name() -> String {
    format!("ploughshare/{}", register().public().register())
}

fn vkey() -> VerifierKey {
    VerifierKey::new(&key_name(), signing().verifying_key()).unwrap()
}

/// Puts a leaf among others and proves it.
fn proof_of(leaf: &Leaf) -> InclusionProof {
    let leaf = leaf.encode().unwrap();
    let mut leaves: Vec<Vec<u8>> =
        (0..40).map(|n| Leaf::new("segment.admitted", n, "register", "x").encode().unwrap()).collect();
    leaves.insert(17, leaf.clone());
    let mut edge = audit::Edge::new();
    let stored: audit::tree::StoredHashes =
        leaves.iter().flat_map(|leaf| edge.append(leaf_hash(leaf)).unwrap()).collect();
    let origin = audit::checkpoint::origin(&register().public().register().to_string(), "audit");
    let checkpoint = audit::checkpoint::sign(&origin, edge.size(), &edge.root(), &signing(), &key_name()).unwrap();
    InclusionProof { inclusion: Inclusion::build(17, edge.size(), &stored).unwrap(), leaf: Some(leaf), checkpoint }
}

fn leaf_of(body: &Body) -> Leaf {
    Leaf::new(VERB, 1_790_000_100_000_000, "operator", &body.document.to_string())
        .fact("body", hex::encode(sha256(&body.to_bytes())))
        .fact("list", hex::encode(list_hash(&body.items)))
}

fn file_of(body: &Body) -> Vec<u8> {
    seal(&body.to_bytes(), &proof_of(&leaf_of(body)), &register()).unwrap()
}

#[test]
fn a_certificate_holds_with_nothing_but_the_file_and_the_public_key() {
    let deed = Deed::done(12);
    assert_eq!(deed.obstacles(), BTreeSet::new());
    let body = deed.body();
    assert_eq!(Body::from_bytes(&body.to_bytes()).unwrap().to_bytes(), body.to_bytes());
    let checked = verify(&file_of(&body), &vkey()).unwrap();
    assert_eq!((checked.destroyed(), checked.leaf_index, checked.log_size), (12, 17, 41));
    assert_eq!(checked.list_hash, list_hash(&body.items));
    assert_eq!(checked.record.number.as_deref(), Some("D-7"));
    assert_eq!(checked.outcome.weight_g(), 12 * 3_600);
    assert_eq!(checked.state.destroyed.keys().copied().collect::<Vec<_>>(), [officer(SUPERVISOR)]);
}

#[test]
fn what_a_programme_has_not_said_takes_no_byte_and_what_it_said_comes_back() {
    let whole = Deed::done(2).body();
    let back = Body::from_bytes(&whole.to_bytes()).unwrap();
    assert_eq!((&back.country, &back.organisation, &back.issuer), (&whole.country, &whole.organisation, &whole.issuer));
    assert_eq!((&back.signers, back.to_bytes()), (&whole.signers, whole.to_bytes()));
    let mut bare = whole.clone();
    (bare.country, bare.issuer, bare.signers[1].organisation) = (None, None, None);
    let back = Body::from_bytes(&bare.to_bytes()).unwrap();
    assert_eq!((back.country, back.issuer, &back.signers), (None, None, &bare.signers));
    // As certificates were written before any of this could be said: fifteen fields, three parts a signer.
    let Value::Map(pairs) = crate::cbor::decode(&bare.to_bytes()).unwrap() else { panic!("no map") };
    assert_eq!(pairs.iter().map(|(key, _)| key.as_int().unwrap()).collect::<Vec<_>>(), (1..=15).collect::<Vec<_>>());
    assert!(pairs[11].1.as_array().unwrap().iter().all(|signer| signer.as_array().unwrap().len() == 3));
    let mut wrong = crate::cbor::decode(&bare.to_bytes()).unwrap();
    if let Value::Map(pairs) = &mut wrong {
        pairs.push((Value::Int(16), Value::Int(7)));
    }
    assert_eq!(Body::from_bytes(&crate::cbor::encode(&wrong)).unwrap_err().code(), "certificate.malformed");
}

#[test]
fn no_flipped_byte_is_let_through() {
    let file = file_of(&Deed::done(3).body());
    for at in 0..file.len() {
        for bit in [1, 0x10, 0x80] {
            let mut flipped = file.clone();
            flipped[at] ^= bit;
            assert!(verify(&flipped, &vkey()).is_err(), "byte {at}, bit {bit:#x}");
        }
    }
    for cut in 0..file.len() {
        assert!(verify(&file[..cut], &vkey()).is_err(), "cut at {cut}");
    }
    let longer = [file.as_slice(), &[0]].concat();
    assert!(verify(&longer, &vkey()).is_err());
}

#[test]
fn what_the_register_signs_is_checked_against_what_was_said() {
    let deed = Deed::done(3);
    let code = |body: &Body| verify(&file_of(body), &vkey()).unwrap_err().code();
    let mut body = deed.body();
    body.items[1].fate = "rejected".to_owned();
    assert_eq!(code(&body), "certificate.other_list", "a fate that nobody signed");
    let mut body = deed.body();
    body.items[1].weight_g = Some(1);
    assert_eq!(code(&body), "certificate.other_list");
    let mut body = deed.body();
    body.items.pop();
    assert_eq!(code(&body), "certificate.other_list", "an item left out");
    let mut body = deed.body();
    body.items.push(CertifiedItem { item: Some(DocId::from_bytes([255; 16])), ..body.items[0].clone() });
    assert_eq!(code(&body), "certificate.other_list", "a ghost on the list");
    let mut body = deed.body();
    body.signers.pop();
    assert_eq!(code(&body), "certificate.not_signed", "the register does not vouch for the witness's key");
    let mut body = deed.body();
    body.entries.pop();
    assert_eq!(code(&body), "certificate.not_signed", "the witness's statement is gone");
    let mut body = deed.body();
    body.entries.remove(2);
    assert_eq!(code(&body), "certificate.not_signed", "what was signed is not here");
    let mut body = deed.body();
    body.witnesses = 2;
    assert_eq!(code(&body), "certificate.not_signed");
    let mut body = deed.body();
    body.entries.push(Pen::new(RECORDER).says(None, &[], vec![]).1);
    assert_eq!(code(&body), "certificate.foreign_statement");
    let mut body = deed.body();
    let witness = deed.said.last().unwrap().hash;
    body.left_out.insert(witness, "authority.own_record".to_owned());
    assert_eq!(code(&body), "certificate.not_signed", "a claim signs nothing");
}

#[test]
fn another_key_another_register_and_another_leaf_are_refused() {
    let body = Deed::done(2).body();
    let file = file_of(&body);
    let other = ed25519_dalek::SigningKey::from_bytes(&[78; 32]).verifying_key();
    let code = |key: &VerifierKey| verify(&file, key).unwrap_err().code();
    assert_eq!(code(&VerifierKey::new(&key_name(), other).unwrap()), "certificate.bad_signature");
    let renamed = VerifierKey::new("ploughshare/00", signing().verifying_key()).unwrap();
    assert_eq!(code(&renamed), "certificate.bad_signature");
    for (what, leaf) in [
        ("verb", Leaf { verb: "certificate.read".to_owned(), ..leaf_of(&body) }),
        ("document", Leaf { subject: "another".to_owned(), ..leaf_of(&body) }),
        ("body", leaf_of(&body).fact("body", "00")),
        ("list", leaf_of(&body).fact("list", "00")),
    ] {
        let file = seal(&body.to_bytes(), &proof_of(&leaf), &register()).unwrap();
        assert_eq!(verify(&file, &vkey()).unwrap_err(), CertificateError::OtherLeaf { what });
    }
    let mut proof = proof_of(&leaf_of(&body));
    proof.inclusion.hashes[0][0] ^= 1;
    let file = seal(&body.to_bytes(), &proof, &register()).unwrap();
    assert_eq!(verify(&file, &vkey()).unwrap_err().code(), "proof.not_included");
}

#[test]
fn a_body_that_grows_beyond_its_limit_is_not_inflated() {
    let bomb = vec![0; BODY_BYTES + 1];
    let body = Deed::done(1).body();
    let file = seal(&bomb, &proof_of(&leaf_of(&body)), &register()).unwrap();
    assert!(file.len() < 100_000);
    assert_eq!(verify(&file, &vkey()).unwrap_err(), CertificateError::Inflate);
    let long = vec![0; FILE_BYTES + 1];
    assert_eq!(verify(&long, &vkey()).unwrap_err().code(), "certificate.too_large");
}

/// Every obstacle stands alone: what else is in order hides none.
#[test]
fn everything_that_stands_in_the_way_is_told() {
    let alone = |code: &'static str| BTreeSet::from([code]);
    let missing = |what: &[&str]| {
        let mut deed = Deed::of(2);
        for (who, word) in [(SUPERVISOR, "destroyed"), (WITNESS, "witnessed")] {
            if !what.contains(&word) {
                deed.attests(who, word);
            }
        }
        deed.obstacles()
    };
    assert_eq!(missing(&["destroyed"]), alone("certificate.not_attested"));
    assert_eq!(missing(&["witnessed"]), alone("certificate.not_witnessed"));
    let mut deed = Deed::of(2);
    deed.attests(SUPERVISOR, "destroyed");
    deed.attests(SUPERVISOR, "witnessed");
    assert_eq!(deed.obstacles(), alone("certificate.not_witnessed"), "one person is not two");
    let mut deed = Deed::of(2);
    deed.attests(SUPERVISOR, "destroyed");
    deed.says(SUPERVISOR, vec![Edit::Set { path: "total_weight_g".to_owned(), value: Value::Int(1) }]);
    deed.attests(WITNESS, "witnessed");
    assert!(!deed.obstacles().is_empty(), "they signed two states");
    let mut deed = Deed::done(2);
    deed.authority.take(0, &Decision::PolicySet { policy: "witnesses".to_owned(), value: 2 });
    assert_eq!(deed.obstacles(), alone("certificate.not_witnessed"), "the programme asks for two witnesses");
    let mut deed = Deed::done(2);
    let approval = deed.said.iter().find(|s| s.entry.officer == officer(REGISTRAR)).unwrap().hash;
    deed.claims.insert(approval, Reason::OwnRecord);
    assert_eq!(deed.obstacles(), alone("certificate.not_approved"));
    deed.authority.take(0, &Decision::PolicySet { policy: "plan_needs_approval".to_owned(), value: 0 });
    assert_eq!(deed.obstacles(), BTreeSet::new());

    let changed = |change: fn(&mut CaseItem)| {
        let mut deed = Deed::done(3);
        change(deed.items.values_mut().next().unwrap());
        deed.obstacles()
    };
    assert_eq!(changed(|item| item.recorder = officer(WITNESS)), alone("certificate.witness_recorded"));
    assert_eq!(changed(|item| item.recorder = officer(SUPERVISOR)), alone("certificate.supervisor_recorded"));
    assert_eq!(changed(|item| item.record.evidence_hold = Some(true)), alone("certificate.item_held"));
    assert_eq!(changed(|item| item.record.trace_pending = Some(true)), alone("certificate.item_held"));
    assert_eq!(changed(|item| item.record.temporary = Some(true)), alone("certificate.item_temporary"));
    assert_eq!(changed(|item| item.record.status = None), alone("certificate.item_not_ended"));
    let elsewhere = |item: &mut CaseItem| item.record.destruction = Some(DocId::from_bytes([1; 16]));
    assert_eq!(changed(elsewhere), alone("certificate.item_not_ended"));
    assert_eq!(changed(|item| item.blocking = vec!["R09".to_owned()]), alone("certificate.blocking_finding"));
    let mut deed = Deed::done(2);
    deed.items.pop_first();
    assert_eq!(deed.obstacles(), alone("certificate.item_unknown"));
}

#[test]
fn a_destruction_that_is_not_reconciled_or_not_ordered_is_not_certified() {
    let with = |edits: Vec<Edit>| {
        let mut deed = Deed::of(2);
        deed.says(SUPERVISOR, edits);
        deed.attests(SUPERVISOR, "destroyed");
        deed.attests(WITNESS, "witnessed");
        deed.obstacles()
    };
    let set = |path: &str, value: Value| Edit::Set { path: path.to_owned(), value };
    let alone = |code: &'static str| BTreeSet::from([code]);
    assert_eq!(with(vec![set("authorisation", Value::Null)]), alone("certificate.no_authorisation"));
    assert_eq!(with(vec![set("state", "under_way".into())]), alone("certificate.not_closed"));
    assert_eq!(with(vec![set("method", "BRN".into())]), alone("certificate.not_reconciled"), "burned only");
    let item = Deed::of(2).items.keys().next().unwrap().to_vec();
    let result = |result: &str, identity: &str| Edit::Add {
        set: "results".to_owned(),
        fields: vec![
            ("item".to_owned(), Value::Bytes(item.clone())),
            ("result".to_owned(), result.into()),
            ("identity".to_owned(), identity.into()),
        ],
    };
    assert_eq!(with(vec![result("failed", "tag_only")]), alone("certificate.not_reconciled"));
    assert_eq!(with(vec![result("rejected", "mismatch")]), BTreeSet::new(), "rejected is accounted for");
    assert_eq!(with(vec![result("complete", "mismatch")]), alone("certificate.identity_not_checked"));
    let more = Edit::Add { set: "planned".to_owned(), fields: vec![("item".to_owned(), Value::Bytes(vec![8; 16]))] };
    assert_eq!(with(vec![more]), alone("certificate.not_reconciled"), "one that nobody accounts for");
    let ghost = Edit::Add {
        set: "results".to_owned(),
        fields: vec![("item".to_owned(), Value::Bytes(vec![8; 16])), ("result".to_owned(), "complete".into())],
    };
    assert!(with(vec![ghost]).contains("certificate.not_reconciled"), "one that nobody planned");
}

#[test]
fn hostile_files_never_panic() {
    let file = file_of(&Deed::done(2).body());
    let body = Deed::done(2).body().to_bytes();
    let mut d = crate::samples::Dice::new(11);
    for _ in 0..20_000 {
        let mut bytes = if d.percent(50) { file.clone() } else { body.clone() };
        for _ in 0..=d.below(6) {
            let at = d.below(bytes.len());
            match d.below(3) {
                0 => bytes[at] = d.below(256) as u8,
                1 => bytes.truncate(at + 1),
                _ => bytes.insert(at, d.below(256) as u8),
            }
        }
        drop(Body::from_bytes(&bytes));
        assert!(bytes == file || verify(&bytes, &vkey()).is_err());
    }
}

#[test]
fn a_certificate_of_a_thousand_items_fits_into_an_attachment_of_a_mail() {
    let file = file_of(&Deed::done(1_000).body());
    assert!(file.len() < 64 * 1024, "{} bytes", file.len());
    assert_eq!(verify(&file, &vkey()).unwrap().destroyed(), 1_000);
}
