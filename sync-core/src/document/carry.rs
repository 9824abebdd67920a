//! Carrying an item into another operation: documents do not move, so a new one is born there with what counts of the old one.
//!
//! Scalars and members come along, withdrawn members too, so that the chain of custody and every reading stay whole. Keys of members are
//! made from the entry that adds them, so references between members are pointed anew, relative to the new entry. Where people
//! disagreed, the value shown comes along and a note names the others: the new document begins without a conflict and hides none.

use std::collections::BTreeMap;

use super::Document;
use crate::cbor::{self, Value};
use crate::domain::draft::value_to_json;
use crate::domain::schema::{self, FieldType};
use crate::edit::{Edit, Fields};
use crate::ids::OperationId;

/// Longest note, in bytes of UTF-8; the schema allows 4096.
const NOTE: usize = 4_000;

/// The creation that says in another operation what counts of this item here. `why` stands in a note beside it.
pub fn carried(document: &Document, from: &OperationId, why: &str) -> Edit {
    let kind = document.kind.as_deref().unwrap_or("item");
    let mut scalars: Fields = Vec::new();
    let mut sets: BTreeMap<&str, BTreeMap<&str, BTreeMap<&str, &Value>>> = BTreeMap::new();
    for (path, said) in &document.fields {
        let Some(value) = said.first().map(|said| &said.value) else { continue };
        let mut parts = path.splitn(3, '/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(set), Some(key), Some(name)) => {
                sets.entry(set).or_default().entry(key).or_default().insert(name, value);
            }
            _ if path.starts_with('$') || *value == Value::Null => {}
            _ if path == "origin_operation" || path == "origin_item" => {}
            _ => scalars.push((path.clone(), value.clone())),
        }
    }
    scalars.push(("origin_operation".to_owned(), Value::Bytes(from.to_vec())));
    scalars.push(("origin_item".to_owned(), Value::Bytes(document.id.to_vec())));
    let notes = notes(document, kind, from, why);
    sets.entry("notes").or_default();
    // Members are counted in the order in which the entry writes them, which is that of canonical bytes.
    let mut names: Vec<&str> = sets.keys().copied().collect();
    names.sort_by(|a, b| cbor::key_order(&Value::from(*a), &Value::from(*b)));
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut next = 0;
    for name in &names {
        for key in sets.get(name).into_iter().flat_map(BTreeMap::keys) {
            places.insert(key, next);
            next += 1;
        }
        next += if *name == "notes" { notes.len() } else { 0 };
    }
    let mut members: Vec<(String, Vec<Fields>)> = Vec::new();
    for name in names {
        let told = sets.get(name).into_iter().flatten().map(|(key, fields)| {
            let one = |(field, value): (&&str, &&Value)| {
                let value = repointed(kind, name, key, field, value, &places)?;
                (value != Value::Null).then(|| ((*field).to_owned(), value))
            };
            let fields: Fields = fields.iter().filter_map(one).collect();
            // What stands empty keeps its place, so that the counting holds.
            if fields.is_empty() { vec![("withdrawn".to_owned(), Value::from("empty"))] } else { fields }
        });
        let mut list: Vec<Fields> = told.collect();
        if name == "notes" {
            list.extend(notes.iter().map(|text| vec![("text".to_owned(), Value::from(text.as_str()))]));
        }
        members.push((name.to_owned(), list));
    }
    Edit::Create { kind: kind.to_owned(), fields: scalars, members }
}

/// What is noted beside the content: where it came from, and where people disagreed.
fn notes(document: &Document, kind: &str, from: &OperationId, why: &str) -> Vec<String> {
    let mut notes = vec![cut(&format!("Transferred from operation {from}, item {}: {why}", document.id))];
    for conflict in document.conflicts() {
        let shown = |said: &super::Said| value_to_json(kind, &conflict.path, &said.value).to_string();
        let values: Vec<String> = conflict.values.iter().map(shown).collect();
        notes.push(cut(&format!("In conflict at the transfer: {} ({})", conflict.path, values.join(" or "))));
    }
    notes
}

/// A value as it stands in the new document; none where it named a member that is not there.
fn repointed(
    kind: &str,
    set: &str,
    key: &str,
    name: &str,
    value: &Value,
    places: &BTreeMap<&str, usize>,
) -> Option<Value> {
    let names_member =
        schema::field(kind, &format!("{set}/*/{name}")).is_ok_and(|spec| matches!(spec.ty, FieldType::MemberKey));
    let Some(named) = value.as_text().filter(|_| names_member) else { return Some(value.clone()) };
    let absolute = match (named.strip_prefix("~."), key.split_once('.')) {
        (Some(index), Some((entry, _))) => format!("{entry}.{index}"),
        _ => named.to_owned(),
    };
    places.get(absolute.as_str()).map(|place| Value::Text(format!("~.{place}")))
}

fn cut(text: &str) -> String {
    let mut end = text.len().min(NOTE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::document::{Exceptions, Statement, fold};
    use crate::domain::item::ItemRecord;
    use crate::samples::Pen;

    fn text(pairs: &[(&str, &str)]) -> Fields {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect()
    }

    fn add(set: &str, fields: &[(&str, &str)]) -> Edit {
        Edit::Add { set: set.to_owned(), fields: text(fields) }
    }

    /// A weapon with two markings of which one names a part and the other stands for the first, with custody, a note and a conflict.
    fn told() -> Vec<Statement> {
        let (mut a, mut b) = (Pen::new(1), Pen::new(2));
        let members = vec![
            ("components".to_owned(), vec![text(&[("part", "frame")])]),
            ("markings".to_owned(), vec![text(&[("type", "SER"), ("text", "KV 1"), ("component", "~.0")])]),
        ];
        let fields = text(&[("kind", "weapon"), ("class", "ASR"), ("make", "IZHMASH"), ("site", "depot-1")]);
        let birth = a.says(None, &[], vec![Edit::Create { kind: "item".to_owned(), fields, members }]);
        let id = Some(birth.0.document());
        let old = format!("{}.1", crate::entry::member_stem(&birth.0));
        let remarked = a.says(
            id,
            &[birth.0],
            vec![
                add("markings", &[("type", "SER"), ("text", "*CC 7"), ("replaces", &old)]),
                add("custody", &[("event", "stored"), ("to", "depot")]),
                add("notes", &[("text", "as found")]),
                Edit::Withdraw { path: format!("markings/{old}"), reason: "ground off".to_owned() },
                Edit::Set { path: "site".to_owned(), value: Value::Null },
            ],
        );
        let set = |value: &str| vec![Edit::Set { path: "make".to_owned(), value: value.into() }];
        let left = a.says(id, &[remarked.0], set("NORINCO"));
        let right = b.says(id, &[remarked.0], set("TULA"));
        [birth, remarked, left, right].into_iter().map(|(hash, entry)| Statement { hash, entry }).collect()
    }

    #[test]
    fn content_comes_along_with_its_members_pointing_at_each_other_as_before() {
        let said = told();
        let id = said[0].hash.document();
        let old = fold(id, &said, &Exceptions::default());
        let from = OperationId::from_bytes([5; 16]);
        let edit = carried(&old, &from, "the depot was handed over");
        let (hash, entry) = Pen::new(9).says(None, &[], vec![edit]);
        assert_eq!(entry.check("item"), Ok(()));
        let new = fold(hash.document(), &[Statement { hash, entry }], &Exceptions::default());
        assert!(new.conflicts().is_empty());
        let (was, is) = (ItemRecord::read(&old.content()), ItemRecord::read(&new.content()));
        assert_eq!((is.origin_operation, is.origin_item), (Some(from), Some(id)));
        assert_eq!((&is.make, &is.site, &is.class), (&was.make, &None, &was.class));
        assert_eq!((is.custody.len(), is.custody[0].to.as_deref()), (1, Some("depot")));
        let texts = |item: &ItemRecord| {
            let mut texts: Vec<_> = item.markings.iter().map(|m| (m.text.clone(), m.withdrawn.clone())).collect();
            texts.sort();
            texts
        };
        assert_eq!(texts(&is), texts(&was));
        let by_text = |item: &ItemRecord, text: &str| {
            item.markings.iter().find(|m| m.text.as_deref() == Some(text)).cloned().unwrap_or_default()
        };
        let (first, second) = (by_text(&is, "KV 1"), by_text(&is, "*CC 7"));
        assert_eq!(second.replaces.as_deref(), Some(first.key.as_str()));
        assert_eq!(first.component.as_deref(), Some(is.components[0].key.as_str()));
        let notes: Vec<_> = is.notes.iter().filter_map(|note| note.text.as_deref()).collect();
        assert!(notes.contains(&"as found"), "{notes:?}");
        assert!(notes.iter().any(|note| note.starts_with("Transferred from") && note.ends_with("handed over")));
        let conflict = notes.iter().find(|note| note.starts_with("In conflict")).copied().unwrap_or_default();
        assert!(conflict.contains("make") && conflict.contains("TULA") && conflict.contains("NORINCO"), "{conflict}");
    }

    #[test]
    fn a_second_transfer_names_the_document_that_it_came_from_last() {
        let said = told();
        let old = fold(said[0].hash.document(), &said, &Exceptions::default());
        let (hash, entry) = Pen::new(9).says(None, &[], vec![carried(&old, &OperationId::from_bytes([5; 16]), "one")]);
        let new = fold(hash.document(), &[Statement { hash, entry }], &Exceptions::default());
        let again = carried(&new, &OperationId::from_bytes([6; 16]), "two");
        let (hash, entry) = Pen::new(8).says(None, &[], vec![again]);
        assert_eq!(entry.check("item"), Ok(()));
        let third =
            ItemRecord::read(&fold(hash.document(), &[Statement { hash, entry }], &Exceptions::default()).content());
        assert_eq!(third.origin_operation, Some(OperationId::from_bytes([6; 16])));
        assert_eq!(third.origin_item, Some(new.id));
    }
}
