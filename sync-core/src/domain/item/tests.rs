//! What is read, what is passed over, and which marking is the serial.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use super::*;

const A: &str = "aaaaaaaaaaaaaaaa.0";
const B: &str = "aaaaaaaaaaaaaaaa.1";

fn content(pairs: &[(&str, Value)]) -> BTreeMap<String, Value> {
    pairs.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect()
}

fn member(set: &str, key: &str, fields: &[(&str, &str)]) -> Vec<(String, Value)> {
    fields.iter().map(|(name, text)| (format!("{set}/{key}/{name}"), Value::from(*text))).collect()
}

#[test]
fn every_scalar_and_member_field_of_the_schema_is_in_the_record() {
    let scalars: Vec<_> = crate::domain::schema::kind("item").unwrap().fields.iter().map(|field| field.name).collect();
    assert_eq!(ItemRecord::scalar_names(), scalars);
}

#[test]
fn what_is_unknown_cleared_or_of_the_wrong_type_is_passed_over() {
    let item = ItemRecord::read(&content(&[
        ("calibre", Value::from("7.62x39")),
        ("year", Value::from("1974")),
        ("tag", Value::Null),
        ("colour_of_the_future", Value::Int(3)),
        ("markings/odd", Value::Int(3)),
        ("sets/of/the/future", Value::Int(3)),
        ("place", Value::Int(3)),
    ]));
    assert_eq!(item, ItemRecord { calibre: Some("7.62x39".to_owned()), ..ItemRecord::default() });
}

#[test]
fn the_serial_is_the_one_on_the_frame_or_receiver_and_not_a_withdrawn_one() {
    let mut paths = BTreeMap::new();
    paths.extend(member("markings", A, &[("type", "SER"), ("text", "B77"), ("location", "BRL")]));
    paths.extend(member("markings", B, &[("type", "SER"), ("text", "R 12-3"), ("location", "RCV")]));
    paths.extend(member("markings", "aaaaaaaaaaaaaaaa.2", &[("type", "MOD"), ("text", "AKM"), ("location", "RCV")]));
    let item = ItemRecord::read(&paths);
    assert_eq!(item.serial().map(|m| m.key.as_str()), Some(B));
    assert_eq!(item.serial_normalised().as_deref(), Some("R123"));
    assert_eq!(item.serial_status(), Some("read"));

    paths.extend(member("markings", B, &[("withdrawn", "misread")]));
    let item = ItemRecord::read(&paths);
    assert_eq!(item.serial().map(|m| m.key.as_str()), Some(A));
    assert_eq!(item.markings.len(), 3);
}

#[test]
fn the_status_of_the_serial_is_what_was_said_or_else_what_the_marking_shows() {
    for (fields, expected) in [
        (vec![("type", "SER"), ("condition", "OBL")], Some("obliterated")),
        (vec![("type", "SER"), ("condition", "SAN")], Some("obliterated")),
        (vec![("type", "SER"), ("condition", "NEV")], Some("none_marked")),
        (vec![("type", "SER"), ("condition", "NIN")], Some("not_inspected")),
        (vec![("type", "SER"), ("condition", "COR")], Some("not_legible")),
        (vec![("type", "SER"), ("text", "12?4")], Some("partial")),
        (vec![("type", "SER"), ("text", "1234"), ("condition", "LAB")], Some("read")),
        (vec![("type", "SER")], None),
        (vec![("type", "MOD"), ("text", "AKM")], None),
    ] {
        let mut paths: BTreeMap<_, _> = member("markings", A, &fields).into_iter().collect();
        assert_eq!(ItemRecord::read(&paths).serial_status(), expected, "{fields:?}");
        paths.insert("serial_status".to_owned(), Value::from("not_inspected"));
        assert_eq!(ItemRecord::read(&paths).serial_status(), Some("not_inspected"));
    }
}

#[test]
fn a_member_named_in_the_same_entry_is_found_under_its_full_key() {
    let paths = member("markings", A, &[("component", "~.1")]).into_iter().collect();
    assert_eq!(ItemRecord::read(&paths).markings[0].component.as_deref(), Some(B));
}

#[test]
fn a_justification_needs_a_reason_and_must_not_be_withdrawn() {
    let mut paths: BTreeMap<_, _> = member("justifications", A, &[("rule", "R20")]).into_iter().collect();
    assert_eq!(ItemRecord::read(&paths).justification("R20", "year"), None);
    paths.extend(member("justifications", A, &[("reason", "seen it fired")]));
    assert_eq!(ItemRecord::read(&paths).justification("R20", "year"), Some("seen it fired"));
    assert_eq!(ItemRecord::read(&paths).justification("R21", "year"), None);
    paths.extend(member("justifications", A, &[("withdrawn", "wrong weapon")]));
    assert_eq!(ItemRecord::read(&paths).justification("R20", "year"), None);
}
