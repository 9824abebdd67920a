//! Every kind of statement beside every other kind, said by two authors who do not know of each other (law 3): whatever
//! arrives first, both are there, or named as void with the reason.
//!
//! A shape that is added to [`Edit`] fails to compile in [`shape`] until it has a number, and fails the first test until it is said
//! in [`moves`].
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use super::*;
use crate::document::attestation::Attestation;
use crate::edit::Edit;
use crate::entry::{VOCABULARY, member_stem};
use crate::ids::OfficerId;
use crate::keys::SecretKey;
use crate::samples::Pen;

/// How many shapes there are.
const SHAPES: usize = 8;

fn shape(edit: &Edit) -> usize {
    match edit {
        Edit::Create { .. } => 0,
        Edit::Set { .. } => 1,
        Edit::Choose { .. } => 2,
        Edit::Add { .. } => 3,
        Edit::Withdraw { .. } => 4,
        Edit::Attest(_) => 5,
        Edit::Decide { .. } => 6,
        Edit::Unknown(_) => 7,
    }
}

/// What is to become of a statement, whatever is said beside it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// Its values stand in the document under its name.
    Visible,
    /// It is no content: a head, and nothing else changes.
    Aside,
    /// The document waits for an update, and nothing else changes.
    Update,
    /// It is void with this code, and nothing else changes.
    Void(&'static str),
}

/// A weapon with a marking, about whose maker two others disagree.
struct Base {
    id: DocId,
    statements: Vec<Statement>,
    heads: Vec<EntryHash>,
}

fn statement((hash, entry): (EntryHash, Entry)) -> Statement {
    Statement { hash, entry }
}

fn base() -> Base {
    let fields = vec![("make".to_owned(), "OLD".into()), ("model".to_owned(), "M70".into())];
    let marking = vec![("text".to_owned(), "AB 1".into()), ("type".to_owned(), "SER".into())];
    let create = Edit::Create { kind: "item".into(), fields, members: vec![("markings".into(), vec![marking])] };
    let birth = statement(Pen::new(1).says(None, &[], vec![create]));
    let id = birth.hash.document();
    let make = |pen, value: &str| {
        let edit = Edit::Set { path: "make".to_owned(), value: value.into() };
        statement(Pen::new(pen).says(Some(id), &[birth.hash], vec![edit]))
    };
    let (one, other) = (make(2, "ONE"), make(3, "OTHER"));
    Base { id, heads: vec![one.hash, other.hash], statements: vec![birth, one, other] }
}

/// Everything that can be said about the base, each with what is to become of it.
fn moves(base: &Base) -> Vec<(&'static str, u32, Vec<Edit>, Fate)> {
    let member = format!("markings/{}.0", member_stem(&base.statements[0].hash));
    let text = format!("{member}/text");
    let set = |path: &str, value: Value| vec![Edit::Set { path: path.to_owned(), value }];
    let choose =
        |path: &str, value: Value| vec![Edit::Choose { path: path.to_owned(), value, reason: "looked".into() }];
    let add = |text: &str| Edit::Add { set: "markings".to_owned(), fields: vec![("text".to_owned(), text.into())] };
    let create = Edit::Create { kind: "item".into(), fields: vec![("make".into(), "AGAIN".into())], members: vec![] };
    let attestation = Attestation {
        what: "verified".to_owned(),
        document: base.id,
        heads: base.heads.clone(),
        digest: [5; 32],
        officer: OfficerId::from_bytes([6; 16]),
        note: String::new(),
        key: None,
        signature: None,
    };
    let decision = crate::decision::Decision::EntryBridged { entry: base.heads[0], reason: "lost".into() };
    let later = vec![Edit::Unknown(Value::Array(vec![Value::Int(9), "later".into()]))];
    let malformed = vec![Edit::Unknown(Value::Array(vec![Value::Int(1), Value::Int(2)]))];
    let v = VOCABULARY;
    let (visible, aside, update, void) = (Fate::Visible, Fate::Aside, Fate::Update, Fate::Void);
    vec![
        ("set", v, set("make", "NEW".into()), visible),
        ("set what stands there", v, set("make", "ONE".into()), visible),
        ("set what was there before", v, set("make", "OLD".into()), visible),
        ("clear", v, set("make", Value::Null), visible),
        ("choose one", v, choose("make", "ONE".into()), visible),
        ("choose the other", v, choose("make", "OTHER".into()), visible),
        ("choose nothing", v, choose("make", Value::Null), visible),
        ("set another field", v, set("model", "M72".into()), visible),
        ("set a field that nobody set", v, set("variant", "short".into()), visible),
        ("add a member", v, vec![add("CD 2")], visible),
        ("add an equal member", v, vec![add("AB 1")], visible),
        ("withdraw the member", v, vec![Edit::Withdraw { path: member, reason: "twice".into() }], visible),
        ("set the member's field", v, set(&text, "AB 7".into()), visible),
        ("clear the member's field", v, set(&text, Value::Null), visible),
        ("choose the member's field", v, choose(&text, "AB 1".into()), visible),
        (
            "several at once",
            v,
            [set("make", "NEW".into()), vec![add("CD 2")], set("model", "M72".into())].concat(),
            visible,
        ),
        ("a path of a later vocabulary", v + 1, set("sling", "green".into()), visible),
        ("attest", v, vec![Edit::Attest(attestation.signed(&SecretKey::ed25519(&[1; 32])).to_value())], aside),
        ("decide", v, vec![decision.to_edit()], aside),
        ("a shape of a later vocabulary", v + 1, later.clone(), update),
        ("a shape that this vocabulary does not have", v, later, void("edit.unknown_shape")),
        ("a known shape built wrongly", v, malformed, void("edit.malformed")),
        ("create what is there", v, vec![create.clone()], void("entry.creation")),
        ("set and create", v, vec![set("model", "M72".into()).remove(0), create], void("entry.creation")),
        ("set a wrong type", v, set("make", Value::Int(4)), void("edit.wrong_type")),
        ("set a path that there is not", v, set("sling", "green".into()), void("edit.unknown_path")),
        (
            "a good edit and a bad one",
            v,
            vec![add("CD 2"), set("sling", "red".into()).remove(0)],
            void("edit.unknown_path"),
        ),
        ("nothing", v, vec![], void("entry.empty")),
    ]
}

fn say(base: &Base, pen: u8, after: &[EntryHash], vocabulary: u32, edits: &[Edit]) -> Statement {
    let (_, mut entry) = Pen::new(pen).says(Some(base.id), after, edits.to_vec());
    entry.vocabulary = vocabulary;
    Statement::new(entry)
}

fn check(document: &Document, one: &Statement, fate: Fate, what: &str) {
    assert!(document.heads.contains(&one.hash), "{what}: not among the heads");
    let content = document.content_heads.contains(&one.hash);
    let told = document.void.get(&one.hash).map(Void::code);
    match fate {
        Fate::Visible => {
            assert!(content && told.is_none(), "{what}: {told:?}");
            let mut last: BTreeMap<String, Value> = BTreeMap::new();
            last.extend(one.entry.writes(&one.hash));
            for (path, value) in last {
                let shown = document.fields[&path].iter().any(|s| s.value == value && s.by.contains(&one.hash));
                assert!(shown, "{what}: {path} = {value:?} is not shown as said by it");
            }
        }
        Fate::Aside => assert!(!content && told.is_none(), "{what}: {told:?}"),
        Fate::Update => assert!(!content && told.is_none() && document.update_needed, "{what}: {told:?}"),
        Fate::Void(code) => assert_eq!((content, told), (false, Some(code)), "{what}"),
    }
    if fate != Fate::Visible {
        assert!(document.fields.values().flatten().all(|said| !said.by.contains(&one.hash)), "{what}: shown");
    }
}

#[test]
fn the_list_of_moves_says_every_shape() {
    let base = base();
    let said: BTreeSet<usize> = moves(&base).iter().flat_map(|(_, _, edits, _)| edits.iter().map(shape)).collect();
    assert_eq!(said, (0..SHAPES).collect());
}

#[test]
fn every_statement_beside_every_other_is_visible_or_void_with_its_reason() {
    let base = base();
    let moves = moves(&base);
    let plain = Exceptions::default();
    for (name, vocabulary, edits, fate) in &moves {
        let one = say(&base, 4, &base.heads, *vocabulary, edits);
        let alone = fold(base.id, &[base.statements.as_slice(), std::slice::from_ref(&one)].concat(), &plain);
        for (other_name, other_vocabulary, other_edits, other_fate) in &moves {
            let what = format!("{name} || {other_name}");
            let other = say(&base, 5, &base.heads, *other_vocabulary, other_edits);
            let [first, second] = [(&one, &other), (&other, &one)].map(|(a, b)| {
                let arrived = [base.statements.as_slice(), &[a.clone(), b.clone()]].concat();
                fold(base.id, &arrived, &plain)
            });
            let mut backwards = vec![other.clone(), one.clone(), other.clone()];
            backwards.extend(base.statements.iter().rev().cloned());
            assert_eq!(first.digest(), second.digest(), "{what}");
            assert_eq!(first, second, "{what}");
            assert_eq!(first, fold(base.id, &backwards, &plain), "{what}");
            assert!(first.waiting.is_empty(), "{what}");
            check(&first, &one, *fate, &what);
            check(&first, &other, *other_fate, &what);
            assert_eq!(first.update_needed, *fate == Fate::Update || *other_fate == Fate::Update, "{what}");
            if *other_fate != Fate::Visible {
                assert_eq!(first.fields, alone.fields, "{what}: what is no content changed content");
            }
            // Left out, the other says nothing and takes nothing with it.
            let without = Exceptions { left_out: BTreeSet::from([other.hash]), ..Exceptions::default() };
            let all = [base.statements.as_slice(), &[one.clone(), other.clone()]].concat();
            assert_eq!(fold(base.id, &all, &without).fields, alone.fields, "{what}");
        }
    }
}

/// Who saw both may settle them; then both are named as superseded, and by whom they were replaced is on record.
#[test]
fn what_somebody_saw_and_replaced_is_named_as_superseded() {
    let base = base();
    let moves = moves(&base);
    for (name, vocabulary, edits, _) in &moves {
        let one = say(&base, 4, &base.heads, *vocabulary, edits);
        for (other_name, other_vocabulary, other_edits, _) in &moves {
            let what = format!("{name} || {other_name}");
            let other = say(&base, 5, &base.heads, *other_vocabulary, other_edits);
            let settle = Edit::Choose { path: "make".into(), value: "SETTLED".into(), reason: "looked".into() };
            let settled = say(&base, 6, &[one.hash, other.hash], VOCABULARY, &[settle]);
            let all = [base.statements.as_slice(), &[one.clone(), other.clone(), settled.clone()]].concat();
            let document = fold(base.id, &all, &Exceptions::default());
            assert_eq!(document.heads, [settled.hash], "{what}");
            let made = &document.fields["make"];
            assert_eq!(made, &[Said { value: "SETTLED".into(), by: vec![settled.hash] }], "{what}");
            let lines = history(base.id, &all, &Exceptions::default());
            let shown_before: BTreeSet<Value> = {
                let both = [base.statements.as_slice(), &[one.clone(), other]].concat();
                fold(base.id, &both, &Exceptions::default()).fields["make"].iter().map(|s| s.value.clone()).collect()
            };
            let last = lines.iter().find(|line| line.entry == settled.hash).unwrap();
            assert_eq!(last.from.iter().cloned().collect::<BTreeSet<_>>(), shown_before, "{what}");
            for line in lines.iter().filter(|line| line.path == "make" && line.entry != settled.hash) {
                assert!(line.superseded, "{what}: {:?}", line.to);
            }
            for line in lines.iter().filter(|line| !line.superseded) {
                let said = &document.fields[&line.path];
                assert!(said.iter().any(|s| s.value == line.to && s.by.contains(&line.entry)), "{what}: {}", line.path);
            }
        }
    }
}
