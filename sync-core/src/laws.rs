//! Law 2 as a property: the same entries, in any order, however often, by any route: the same documents and the same state.
//!
//! A little fleet talks at random: several journals in one operation, some of them forked, some void, some out of authority. What
//! each says is sealed into segments, cut anywhere; the segments reach two replicas in orders, repetitions and messages of their own.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::authorise::{Circumstances, Verdict, authorise};
use crate::cbor::{self, Value};
use crate::decision::{Authority, Decision};
use crate::document::{Document, Exceptions, Statement, fold, history};
use crate::edit::Edit;
use crate::entry::{Entry, VOCABULARY};
use crate::exchange::{Answer, Request};
use crate::identity::Role;
use crate::ids::{DeviceId, DocId, EntryHash, JournalId, OfficerId, OperationId, RegisterId, SegmentHash};
use crate::journal::{Fit, Tail};
use crate::keys::{SecretKey, sha256};
use crate::samples::{Dice, Pen, creation, edit};
use crate::segment::{Header, Level, VerifiedSegment, open, seal};

const REGISTER: RegisterId = RegisterId::from_bytes([1; 16]);
const OPERATION: OperationId = OperationId::from_bytes([2; 16]);

/// One installation: its key and what it said so far.
struct Teller {
    key: SecretKey,
    pen: Pen,
    said: Vec<(EntryHash, Entry)>,
}

impl Teller {
    fn new(n: u8) -> Self {
        let key = SecretKey::ed25519(&[n; 32]);
        let journal = key.public().journal(&[n; 16], &OPERATION);
        Self { key, pen: Pen::of(journal), said: Vec::new() }
    }
}

/// What a fleet said: who, and all of it in the order in which it was said.
fn talk(seed: u64, length: usize) -> Vec<Teller> {
    let mut d = Dice::new(seed);
    let mut tellers: Vec<Teller> = (0..3).map(Teller::new).collect();
    let mut all: Vec<Statement> = Vec::new();
    for step in 0..length {
        let who = d.below(tellers.len());
        let documents: Vec<DocId> = all.iter().filter(|s| s.entry.creates()).map(|s| s.hash.document()).collect();
        let (document, after, mut edits) = if documents.is_empty() || d.percent(12) {
            (None, Vec::new(), vec![creation(&mut d)])
        } else {
            let id = documents[d.below(documents.len())];
            let seen = seen(&all, id, tellers[who].pen.journal, &mut d);
            let born = all.iter().find(|s| s.hash.document() == id).unwrap().hash;
            (Some(id), seen, vec![edit(&mut d, &born)])
        };
        if document.is_some() && d.percent(30) {
            // The fields that people disagree about most.
            let value = Value::from(["A", "B", "C"][d.below(3)]);
            let path = ["make", "model"][d.below(2)].to_owned();
            edits = vec![if d.percent(70) {
                Edit::Set { path, value }
            } else {
                Edit::Choose { path, value, reason: String::new() }
            }];
        }
        if document.is_some() && d.percent(5) {
            edits.push(Edit::Set { path: "year".to_owned(), value: "void".into() });
        }
        let fork = d.percent(4) && !tellers[who].said.is_empty();
        let teller = &mut tellers[who];
        teller.pen.claimed_ms += 1_000 * step as i64;
        let (_, mut entry) = teller.pen.says(document, &after, edits);
        if d.percent(3) && document.is_some() {
            entry.vocabulary = VOCABULARY + 1;
            entry.edits = vec![Edit::Unknown(Value::Array(vec![Value::Int(9), Value::Int(step as i64)]))];
        }
        let statement = Statement::new(entry);
        teller.said.push((statement.hash, statement.entry.clone()));
        all.push(statement);
        if fork {
            // A copy of this installation lives on from here: the same key and numbers, other words.
            let Teller { key, pen, said } = &tellers[who];
            let (key, pen, said) = (key.clone(), pen.clone(), said.clone());
            tellers.push(Teller { key, pen, said });
        }
    }
    tellers
}

/// The heads of what somebody saw: some of what was said of a document, with all it stands on and all of their own.
fn seen(all: &[Statement], id: DocId, own: JournalId, d: &mut Dice) -> Vec<EntryHash> {
    let about: Vec<&Statement> = all.iter().filter(|s| s.entry.about(&s.hash) == id).collect();
    let first = 1 + d.below(about.len());
    let mut known: BTreeSet<EntryHash> = BTreeSet::new();
    let mut covered: BTreeSet<EntryHash> = BTreeSet::new();
    for (i, statement) in about.iter().enumerate().rev() {
        if i < first || statement.entry.journal == own || known.contains(&statement.hash) {
            known.insert(statement.hash);
            known.extend(&statement.entry.after);
            covered.extend(&statement.entry.after);
        }
    }
    known.difference(&covered).copied().collect()
}

/// Seals what an installation said, cut anywhere.
fn sealed(teller: &Teller, n: u8, d: &mut Dice) -> Vec<Vec<u8>> {
    let mut segments = Vec::new();
    let mut previous: Option<SegmentHash> = None;
    let mut first = 0;
    while first < teller.said.len() {
        let count = 1 + d.below((teller.said.len() - first).min(6));
        let header = Header {
            register: REGISTER,
            operation: OPERATION,
            journal: teller.pen.journal,
            first: first as u64,
            previous,
            sealed_ms: 1_790_000_000_000,
            place_held: None,
            decision_held: 10,
            nonce: [n % 3; 16],
            after_fork: None,
            extra: Vec::new(),
        };
        let sealing = seal(header, &teller.said[first..first + count], &teller.key, Level::Fast).unwrap();
        previous = Some(sealing.segment.hash);
        first += sealing.taken;
        segments.push(sealing.segment.bytes);
    }
    segments
}

/// What somebody holds who took in segments as they came.
#[derive(Default)]
struct Replica {
    entries: BTreeMap<EntryHash, Entry>,
    tails: BTreeMap<JournalId, Tail>,
    waiting: Vec<VerifiedSegment>,
}

impl Replica {
    fn take(&mut self, bytes: &[u8], tellers: &[Teller]) {
        let opened = open(bytes).unwrap();
        let key = tellers.iter().map(|t| t.key.public()).find(|key| key.device() == opened.device()).unwrap();
        self.waiting.push(opened.verify(&REGISTER, &key).unwrap());
        // Whatever has become the next of its journal, or repeats or forks it, is taken; the rest waits.
        while let Some(at) = self.waiting.iter().position(|s| {
            let journal = s.header().journal;
            let tail = self.tails.get(&journal).copied().unwrap_or(Tail::empty(journal));
            !matches!(tail.fit(s), Fit::Gap { .. })
        }) {
            let segment = self.waiting.swap_remove(at);
            let tail = self.tails.entry(segment.header().journal).or_insert(Tail::empty(segment.header().journal));
            if segment.next() > tail.next {
                *tail = tail.after(&segment);
            }
            self.entries.extend(segment.into_entries());
        }
    }

    fn documents(&self, exceptions: &Exceptions, reversed: bool) -> BTreeMap<DocId, Document> {
        let mut about: BTreeMap<DocId, Vec<Statement>> = BTreeMap::new();
        for (hash, entry) in &self.entries {
            about.entry(entry.about(hash)).or_default().push(Statement { hash: *hash, entry: entry.clone() });
        }
        let one = |(id, mut statements): (DocId, Vec<Statement>)| {
            if reversed {
                statements.reverse();
            }
            (id, fold(id, &statements, exceptions))
        };
        about.into_iter().map(one).collect()
    }

    /// What the authority of this operation leaves out.
    fn exceptions(&self, authority: &Authority) -> Exceptions {
        let circumstances = |entry: &Entry| Circumstances {
            decision_held: 10,
            received_ms: 1_790_000_000_000,
            by_register: false,
            device: device_of(&entry.officer),
        };
        let claims = self
            .entries
            .iter()
            .filter(|(h, e)| authorise(h, e, "item", authority, &circumstances(e)) != Verdict::Counts);
        Exceptions { left_out: claims.map(|(hash, _)| *hash).collect(), ..Exceptions::default() }
    }
}

/// Everybody has a device of their own.
fn device_of(officer: &OfficerId) -> DeviceId {
    DeviceId::from_bytes(*officer.as_bytes())
}

fn state(documents: &BTreeMap<DocId, Document>) -> [u8; 32] {
    let pairs = documents.iter().map(|(id, document)| {
        let heads = document.heads.iter().map(|h| Value::Bytes(h.to_vec())).collect();
        (Value::Bytes(id.to_vec()), Value::Array(vec![Value::Bytes(document.digest().to_vec()), Value::Array(heads)]))
    });
    sha256(&cbor::encode(&Value::Map(pairs.collect())))
}

fn deliver(tellers: &[Teller], seed: u64) -> Replica {
    let mut d = Dice::new(seed);
    let mut segments: Vec<Vec<u8>> = Vec::new();
    for (n, teller) in tellers.iter().enumerate() {
        let n = tellers.iter().position(|t| t.pen.journal == teller.pen.journal).unwrap_or(n) as u8;
        segments.extend(sealed(teller, n, &mut d));
    }
    let repeated: Vec<Vec<u8>> = segments.iter().filter(|_| d.percent(30)).cloned().collect();
    segments.extend(repeated);
    d.shuffle(&mut segments);
    let mut replica = Replica::default();
    while !segments.is_empty() {
        // By one of three routes: alone, in a request, in an answer.
        let take = (1 + d.below(4)).min(segments.len());
        let batch: Vec<Vec<u8>> = segments.drain(..take).collect();
        let batch = match d.below(3) {
            0 => batch,
            1 => {
                let request = Request { operation: OPERATION, place: 0, journals: vec![], segments: batch, budget: 0 };
                Request::from_bytes(&request.to_bytes()).unwrap().segments
            }
            _ => {
                let (receipts, ends, refused) = (vec![], vec![], vec![]);
                let answer = Answer { place: 1, receipts, segments: batch, more: false, ends, refused };
                Answer::from_bytes(&answer.to_bytes()).unwrap().segments
            }
        };
        for bytes in batch {
            replica.take(&bytes, tellers);
        }
    }
    assert!(replica.waiting.is_empty(), "everything came, nothing waits");
    replica
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(160) })]

    #[test]
    fn any_order_any_repetition_any_route_gives_the_same_documents(seed in any::<u64>(), length in 1_usize..40) {
        let tellers = talk(seed, length);
        let [one, other] = [1, 2].map(|route| deliver(&tellers, seed ^ route));
        prop_assert_eq!(&one.entries, &other.entries);
        let said = one.documents(&Exceptions::default(), false);
        prop_assert_eq!(state(&said), state(&other.documents(&Exceptions::default(), true)));
        prop_assert_eq!(&said, &other.documents(&Exceptions::default(), true));

        // What counts: one of them may collect, one may keep a store, one may nothing.
        let mut authority = Authority::default();
        for (number, (n, role)) in [(0, Role::Supervisor), (1, Role::Storekeeper)].into_iter().enumerate() {
            let officer = OfficerId::from_bytes(*Teller::new(n).pen.journal.as_bytes());
            let enrolled =
                Decision::DeviceEnrolled { device: device_of(&officer), key: Vec::new(), officer, label: String::new() };
            authority.take(number as u64, &Decision::RoleGranted { officer, role });
            authority.take(number as u64, &enrolled);
        }
        let exceptions = one.exceptions(&authority);
        prop_assert_eq!(&exceptions, &other.exceptions(&authority));
        let counts = one.documents(&exceptions, false);
        prop_assert_eq!(&counts, &other.documents(&exceptions, true));
        for (id, document) in &counts {
            let about: Vec<Statement> =
                one.entries.iter().map(|(h, e)| Statement { hash: *h, entry: e.clone() }).filter(|s| s.entry.about(&s.hash) == *id).collect();
            prop_assert!(document.waiting.is_empty(), "what does not count blocks nobody");
            prop_assert!(document.fields.values().flatten().flat_map(|s| &s.by).all(|by| !exceptions.left_out.contains(by)));
            for line in history(*id, &about, &exceptions) {
                let shown = document.fields[&line.path].iter().any(|s| s.value == line.to && s.by.contains(&line.entry));
                prop_assert_eq!(shown, !line.superseded, "{}", line.path);
            }
        }
    }
}
