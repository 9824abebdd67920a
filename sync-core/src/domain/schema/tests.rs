//! What fits and what is refused, with which code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;

const KEY: &str = "00f1e2d3c4b5a697.3";

fn code_of(path: &str, value: impl Into<Value>) -> &'static str {
    check("item", path, &value.into()).map_or_else(|e| e.code(), |()| "ok")
}

#[test]
fn values_that_fit_are_taken_and_others_refused_with_a_stable_code() {
    for (path, value, expected) in [
        ("calibre", Value::from("7.62x39"), "ok"),
        ("calibre", Value::Null, "ok"),
        ("calibre", Value::from("7,62x39"), "edit.not_in_list"),
        ("calibre", Value::Int(7), "edit.wrong_type"),
        ("year", Value::Int(1899), "ok"),
        ("year", Value::Int(1499), "edit.out_of_range"),
        ("year", Value::from("1899"), "edit.wrong_type"),
        ("antique", Value::Bool(true), "ok"),
        ("antique", Value::Int(1), "edit.wrong_type"),
        ("country", Value::from("SU"), "ok"),
        ("country", Value::from("XX"), "edit.not_in_list"),
        ("collected_at", Value::Int(0), "ok"),
        ("collected_at", Value::Int(i64::MAX), "edit.out_of_range"),
        ("collection", Value::Bytes(vec![0; 16]), "ok"),
        ("collection", Value::Bytes(vec![0; 15]), "edit.wrong_type"),
        ("language", Value::from("pt-BR"), "ok"),
        ("language", Value::from("Portuguese"), "edit.not_in_list"),
        ("tag", Value::from("T-1"), "ok"),
        ("tag", Value::from("T\n1"), "edit.bad_character"),
        ("tag", Value::from("T\u{202e}1"), "edit.bad_character"),
        ("tag", Value::from("x".repeat(65)), "edit.too_long"),
        ("finish", Value::from("a\nb\tc \u{202e}"), "ok"),
        ("finish", Value::from("a\u{0}"), "edit.bad_character"),
        ("finish", Value::from("a\u{9b}"), "edit.bad_character"),
        ("owner_name", Value::from("x"), "edit.unknown_path"),
        ("markings", Value::from("x"), "edit.unknown_path"),
        ("", Value::from("x"), "edit.unknown_path"),
    ] {
        assert_eq!(code_of(path, value.clone()), expected, "{path} {value:?}");
    }
    assert_eq!(check("person", "name", &Value::Null).unwrap_err().code(), "edit.unknown_kind");
}

#[test]
fn members_are_addressed_by_key_or_by_star() {
    let text = || Value::from("AB 12");
    assert_eq!(code_of(&format!("markings/{KEY}/text"), text()), "ok");
    assert_eq!(code_of("markings/*/text", text()), "ok");
    assert_eq!(code_of(&format!("markings/{KEY}/withdrawn"), text()), "ok");
    assert_eq!(code_of(&format!("markings/{KEY}/script"), "Arab"), "ok");
    assert_eq!(code_of(&format!("markings/{KEY}/script"), "arabic"), "edit.not_in_list");
    assert_eq!(code_of(&format!("markings/{KEY}/component"), KEY), "ok");
    assert_eq!(code_of(&format!("markings/{KEY}/component"), "~.2"), "ok");
    assert_eq!(code_of(&format!("markings/{KEY}/component"), "2"), "edit.wrong_type");
    assert_eq!(code_of(&format!("markings/{KEY}/photo"), vec![0_u8; 32]), "ok");
    for key in ["", "0", "00F1E2D3C4B5A697.3", "00f1e2d3c4b5a697.03", "00f1e2d3c4b5a697", "00f1e2d3c4b5a697.1000000"] {
        assert_eq!(code_of(&format!("markings/{key}/text"), text()), "edit.unknown_path", "{key}");
    }
    assert_eq!(code_of(&format!("markings/{KEY}/text/more"), text()), "edit.unknown_path");
    assert_eq!(code_of(&format!("marking/{KEY}/text"), text()), "edit.unknown_path");
}

#[test]
fn every_field_of_every_kind_is_found_under_its_path_and_can_be_cleared() {
    for kind in kind_specs() {
        let fields = fields(kind.kind).unwrap();
        assert!(!fields.is_empty());
        for (path, spec) in &fields {
            assert_eq!(field(kind.kind, path).unwrap().name, spec.name);
            assert_eq!(check(kind.kind, path, &Value::Null), Ok(()));
            assert!(path.len() <= crate::limits::PATH_BYTES);
            assert!(!spec.label.is_empty());
        }
        let paths: std::collections::BTreeSet<_> = fields.iter().map(|(path, _)| path).collect();
        assert_eq!(paths.len(), fields.len(), "{}", kind.kind);
    }
}

#[test]
fn the_names_of_the_kinds_are_those_of_the_table() {
    let names: Vec<_> = kind_specs().iter().map(|kind| kind.kind).collect();
    assert_eq!(kinds(), names);
}

#[test]
fn the_schema_is_frozen_and_only_grows() {
    use std::fmt::Write as _;
    let mut text = String::new();
    for kind in kind_specs() {
        let _ = writeln!(text, "{}", kind.kind);
        for (path, spec) in fields(kind.kind).unwrap() {
            let _ =
                writeln!(text, "  {path}: {:?}{}", Shown(&spec.ty), if spec.identifier { " identifier" } else { "" });
        }
    }
    insta::assert_snapshot!("schema", text);
}

struct Shown<'a>(&'a FieldType);

impl core::fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            FieldType::Code(list) => write!(f, "code {}", list.name),
            FieldType::Text { max } => write!(f, "text {max}"),
            FieldType::Int { min, max } => write!(f, "integer {min}..{max}"),
            other => f.write_str(other.name()),
        }
    }
}

#[test]
fn no_field_asks_for_the_person_who_hands_a_weapon_in() {
    for kind in ["item", "collection"] {
        for (path, _) in fields(kind).unwrap() {
            for word in
                ["person_", "name_of", "surname", "birth", "phone", "address", "gender", "ethnic", "holder_name"]
            {
                assert!(!path.contains(word), "{path}");
            }
        }
    }
}

proptest! {
    #[test]
    fn no_path_and_no_text_panics(path in "\\PC{0,60}", text in "\\PC{0,60}") {
        let _ = check("item", &path, &Value::from(text.clone()));
        for (path, _) in fields("item").unwrap() {
            let _ = check("item", &path, &Value::from(text.clone()));
        }
    }
}
