//! What statements add up to: the folded content, its digest and heads, where people disagree, err, fork and vanish. The value that is
//! shown first is arbitrary and not frozen; everything that is signed or compared is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{Vectors, frozen};
use crate::cbor::{self, Value};
use crate::document::{Document, Exceptions, Statement, fold};
use crate::edit::Edit;
use crate::entry::{Entry, VOCABULARY, member_stem};
use crate::ids::{DocId, EntryHash};
use crate::samples::Pen;

/// What happened, and what the fold leaves out or does not wait for.
#[derive(Default)]
struct Case {
    said: Vec<Statement>,
    left_out: Vec<EntryHash>,
    bridged: Vec<EntryHash>,
}

impl Case {
    fn with(mut self, more: &[&Statement]) -> Self {
        self.said.extend(more.iter().map(|s| (*s).clone()));
        self
    }
}

#[expect(clippy::many_single_char_names, reason = "people are named by letters")]
fn cases() -> Vec<(&'static str, Case)> {
    let set = |path: &str, value: &str| Edit::Set { path: path.to_owned(), value: value.into() };
    let say = |pen: &mut Pen, id: Option<DocId>, after: &[EntryHash], edits: Vec<Edit>| {
        let (hash, entry) = pen.says(id, after, edits);
        Statement { hash, entry }
    };
    let [mut a, mut b, mut c, mut d] = [1, 2, 3, 4].map(Pen::new);
    let fields = vec![("make".to_owned(), "OLD".into()), ("quantity".to_owned(), Value::Int(7))];
    let marking = vec![("text".to_owned(), "AB 1".into()), ("type".to_owned(), "SER".into())];
    let create =
        Edit::Create { kind: "item".into(), fields, members: vec![("markings".into(), vec![marking.clone()])] };
    let born = say(&mut a, None, &[], vec![create]);
    let id = Some(born.hash.document());
    let on = [born.hash];
    let left = a.clone();
    let member = format!("markings/{}.0", member_stem(&born.hash));

    let b_make = say(&mut b, id, &on, vec![set("make", "B")]);
    let c_make = say(&mut c, id, &on, vec![set("make", "C"), Edit::Add { set: "markings".into(), fields: marking }]);
    let c_same = say(&mut Pen::new(5), id, &on, vec![set("make", "B")]);
    let cleared = say(&mut Pen::new(6), id, &on, vec![Edit::Set { path: "make".into(), value: Value::Null }]);
    let choose = Edit::Choose { path: "make".into(), value: "C".into(), reason: "photo".into() };
    let chosen = say(&mut d, id, &[b_make.hash, c_make.hash], vec![choose]);
    let withdrawn =
        say(&mut Pen::new(7), id, &on, vec![Edit::Withdraw { path: member.clone(), reason: "twice".into() }]);
    let inside = say(&mut Pen::new(8), id, &on, vec![set(&format!("{member}/text"), "AB 7")]);
    let wrong = say(&mut Pen::new(9), id, &on, vec![set("make", "WRONG"), set("quantity", "many")]);
    let on_wrong = say(&mut Pen::new(10), id, &[wrong.hash], vec![set("model", "M70")]);
    let on_b = say(&mut Pen::new(11), id, &[b_make.hash], vec![set("model", "ON B")]);
    let (mut l, mut r) = (left.clone(), left);
    let l_1 = say(&mut l, id, &on, vec![set("make", "LEFT")]);
    let r_1 = say(&mut r, id, &on, vec![set("make", "RIGHT")]);
    let r_2 = say(&mut r, id, &[r_1.hash], vec![set("variant", "RIGHT")]);
    l.number += 1;
    let l_3 = say(&mut l, id, &[l_1.hash], vec![set("model", "LEFT")]);
    let on_left = say(&mut Pen::new(12), id, &[l_3.hash], vec![set("finish", "ON LEFT")]);
    let mut later = Pen::new(13).says(id, &on, vec![Edit::Unknown(Value::Array(vec![Value::Int(9)]))]).1;
    later.vocabulary = VOCABULARY + 1;
    let later = Statement::new(later);
    let on_later = say(&mut Pen::new(14), id, &[later.hash], vec![set("model", "ON LATER")]);
    let skips = say(&mut b.clone(), id, &on, vec![set("make", "SKIPS")]);

    let base = || Case::default().with(&[&born]);
    let without = |hash: EntryHash, case: Case| Case { left_out: vec![hash], ..case };
    let bridge = |hash: EntryHash, case: Case| Case { bridged: vec![hash], ..case };
    vec![
        ("born", base()),
        ("conflict", base().with(&[&b_make, &c_make])),
        ("equal values", base().with(&[&b_make, &c_same])),
        ("conflict of three, one of them cleared", base().with(&[&b_make, &c_make, &c_same, &cleared])),
        ("conflict, chosen", base().with(&[&b_make, &c_make, &chosen])),
        ("withdrawn beside an edit inside", base().with(&[&withdrawn, &inside])),
        ("void, and honest work on it", base().with(&[&wrong, &on_wrong])),
        ("void: skips its own last", base().with(&[&b_make, &skips])),
        ("left out, and honest work on it", without(b_make.hash, base().with(&[&b_make, &on_b]))),
        ("left out: the creation", without(born.hash, base().with(&[&b_make, &on_b]))),
        ("missing, waited for", base().with(&[&on_b])),
        ("missing, bridged", bridge(b_make.hash, base().with(&[&on_b]))),
        ("forked journal", base().with(&[&l_1, &r_1, &r_2, &l_3, &on_left])),
        ("a shape of a later vocabulary", base().with(&[&later, &on_later])),
        ("creation missing", Case::default().with(&[&b_make, &on_b])),
    ]
}

fn hexes<'a>(hashes: impl IntoIterator<Item = &'a EntryHash>) -> Vec<String> {
    hashes.into_iter().map(ToString::to_string).collect()
}

fn told(document: &Document) -> Json {
    let fields: BTreeMap<&String, Json> = document
        .fields
        .iter()
        .map(|(path, said)| {
            let mut values: Vec<(String, Vec<String>)> =
                said.iter().map(|s| (hex::encode(cbor::encode(&s.value)), hexes(&s.by))).collect();
            values.sort();
            (path, json!(values))
        })
        .collect();
    let void: BTreeMap<String, &str> = document.void.iter().map(|(h, void)| (h.to_string(), void.code())).collect();
    let waiting: BTreeMap<String, Vec<String>> =
        document.waiting.iter().map(|(h, on)| (h.to_string(), hexes(on))).collect();
    json!({
        "kind": document.kind,
        "digest": hex::encode(document.digest()),
        "heads": hexes(&document.heads),
        "content_heads": hexes(&document.content_heads),
        "fields": fields,
        "void": void,
        "waiting": waiting,
        "update_needed": document.update_needed,
        "folded": document.folded,
    })
}

pub(super) fn made() -> Vectors {
    let one = |(name, case): (&str, Case)| {
        let first = &case.said[0];
        let id = first.entry.about(&first.hash);
        let exceptions = Exceptions {
            left_out: case.left_out.iter().copied().collect(),
            bridged: case.bridged.iter().copied().collect(),
            ..Exceptions::default()
        };
        let vector = json!({
            "document": id.to_string(),
            "entries": case.said.iter().map(|s| hex::encode(s.entry.to_bytes())).collect::<Vec<_>>(),
            "left_out": hexes(&case.left_out),
            "bridged": hexes(&case.bridged),
            "folds_to": told(&fold(id, &case.said, &exceptions)),
        });
        (name.to_owned(), vector)
    };
    cases().into_iter().map(one).collect()
}

#[test]
fn frozen_statements_add_up_to_the_frozen_document() {
    let frozen = frozen("documents");
    assert!(frozen.len() >= 15);
    for (name, vector) in &frozen {
        let list = |field: &str| vector[field].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned());
        let hashes = |field| list(field).map(|h| h.parse().unwrap()).collect::<BTreeSet<EntryHash>>();
        let mut said: Vec<Statement> =
            list("entries").map(|h| Statement::new(Entry::from_bytes(&hex::decode(h).unwrap()).unwrap())).collect();
        let id: DocId = vector["document"].as_str().unwrap().parse().unwrap();
        let exceptions =
            Exceptions { left_out: hashes("left_out"), bridged: hashes("bridged"), ..Exceptions::default() };
        for _ in 0..said.len() {
            said.rotate_left(1);
            assert_eq!(told(&fold(id, &said, &exceptions)), vector["folds_to"], "{name}");
        }
    }
}
