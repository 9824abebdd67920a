//! Codes are for ever: this list may grow and must never otherwise change.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::*;

#[test]
fn codes_are_never_re_coded() {
    let mut text = String::new();
    for list in all() {
        let _ = writeln!(text, "{} v{}", list.name, list.version);
        for code in list.codes {
            let _ = writeln!(text, "  {} = {}", code.code, code.label);
        }
    }
    insta::assert_snapshot!("all_codes", text);
}

#[test]
fn codes_are_unique_within_a_list_and_lists_have_unique_names_in_order() {
    for list in all() {
        let codes: BTreeSet<_> = list.codes.iter().map(|c| c.code).collect();
        assert_eq!(codes.len(), list.codes.len(), "{}", list.name);
        assert!(list.codes.iter().all(|c| !c.code.is_empty() && !c.label.is_empty()));
    }
    assert!(all().is_sorted_by(|a, b| a.name < b.name));
}

#[test]
fn a_list_is_found_by_name_and_knows_its_codes_and_labels() {
    let list = list("marking_condition").expect("list");
    assert!(list.contains("OBL"));
    assert!(!list.contains("obl"));
    assert_eq!(list.find(" obl "), Some("OBL"));
    assert_eq!(list.label("NEV"), Some("Never marked"));
    assert!(super::list("no_such_list").is_none());
}

#[test]
fn there_are_249_countries_and_five_former_ones() {
    assert_eq!(COUNTRY.codes.len(), 254);
    assert!(COUNTRY.codes.iter().all(|c| c.code.len() == 2 && c.code.chars().all(|c| c.is_ascii_uppercase())));
}

#[test]
fn every_context_has_a_category_and_only_open_ones_depend() {
    let depends: Vec<_> =
        CONTEXT.codes.iter().filter(|c| sdg_category(c.code) == SdgCategory::Depends).map(|c| c.code).collect();
    assert_eq!(depends, ["CAC", "CMB", "OTH", "UNK"]);
    assert_eq!(sdg_category("ADM"), SdgCategory::NotCounted);
}
