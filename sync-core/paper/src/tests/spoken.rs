//! The three languages say the same things, all of them, and nothing that nobody asks for.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};

use crate::Language;
use crate::words::{code_key, countries, source};

/// Where the keys are used.
const SOURCES: [&str; 6] = [
    include_str!("../certificate.rs"),
    include_str!("../certificate/annex.rs"),
    include_str!("../receipt.rs"),
    include_str!("../receipt_text.rs"),
    include_str!("../handover.rs"),
    include_str!("../said.rs"),
];

/// The code lists whose labels are printed, as the core defines them.
const LISTS: [(&str, &str); 8] = [
    ("country", include_str!("../../../src/domain/codes/countries.rs")),
    ("weapon_class", include_str!("../../../src/domain/codes/arms.rs")),
    ("condition", include_str!("../../../src/domain/codes/arms.rs")),
    ("destruction_method", include_str!("../../../src/domain/codes/custody.rs")),
    ("destruction_result", include_str!("../../../src/domain/codes/custody.rs")),
    ("quantity_method", include_str!("../../../src/domain/codes/custody.rs")),
    ("seal_state", include_str!("../../../src/domain/codes/procedures.rs")),
    ("serial_status", include_str!("../../../src/domain/codes/markings.rs")),
];

/// The keys of a language, and the values that each of them takes.
fn keys(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let both = [source(language), countries(language)];
    let parsed =
        both.map(|text| fluent_syntax::parser::parse(text).unwrap_or_else(|(_, e)| panic!("{language:?}: {e:?}")));
    let mut keys = BTreeMap::new();
    for entry in parsed.into_iter().flat_map(|resource| resource.body) {
        let Entry::Message(message) = entry else { continue };
        let pattern = message.value.unwrap();
        let values = pattern.elements.iter().filter_map(|element| match element {
            PatternElement::Placeable {
                expression: Expression::Inline(InlineExpression::VariableReference { id }),
            } => Some(id.name.to_owned()),
            _ => None,
        });
        assert!(
            keys.insert(message.id.name.to_owned(), values.collect()).is_none(),
            "{} is said twice",
            message.id.name
        );
    }
    keys
}

/// The codes of a list, read from where the core defines it.
fn codes(list: &str, source: &str) -> Vec<String> {
    let body = source.split(&format!("\"{list}\",")).nth(1).and_then(|rest| rest.split(");").next()).unwrap();
    let codes: Vec<String> = body
        .lines()
        .filter_map(|line| Some(line.trim().split("\" => \"").next()?.strip_prefix('"')?.to_owned()))
        .collect();
    assert!(codes.len() > 2, "{list}");
    codes
}

#[test]
fn the_languages_have_the_same_keys_with_the_same_values() {
    let english = keys(Language::English);
    for language in [Language::French, Language::Arabic] {
        assert_eq!(keys(language), english, "{language:?}");
    }
}

#[test]
fn every_key_that_is_asked_for_exists() {
    let english = keys(Language::English);
    let mut asked = 0;
    for source in SOURCES {
        for call in ["words.text(\"", "words.with(\"", "column(\"", "figure(\""] {
            for rest in source.split(call).skip(1) {
                let key = rest.split('"').next().unwrap();
                assert!(english.contains_key(key), "{key}");
                asked += 1;
            }
        }
    }
    assert!(asked > 60, "{asked}");
}

#[test]
fn no_key_is_unused() {
    for key in keys(Language::English).keys().filter(|key| !key.starts_with("code-")) {
        assert!(SOURCES.iter().any(|source| source.contains(&format!("\"{key}\""))), "{key}");
    }
}

#[test]
fn every_code_has_a_label_and_every_label_a_code() {
    let mut expected: BTreeSet<String> = LISTS
        .iter()
        .flat_map(|(list, source)| codes(list, source).into_iter().map(|code| code_key(list, &code)))
        .collect();
    let sheet = include_str!("../sheet.rs");
    let said = keys(Language::English);
    for key in said.keys().filter(|key| key.starts_with("code-signer-")) {
        let role = key.trim_start_matches("code-signer-").replace('-', "_");
        assert!(sheet.contains(&format!("`{role}`")), "{role} is not among the documented roles");
        expected.insert(key.clone());
    }
    let labels: BTreeSet<String> = said.into_keys().filter(|key| key.starts_with("code-")).collect();
    assert_eq!(labels, expected);
}

#[test]
fn translations_made_by_a_machine_say_so() {
    for language in [Language::French, Language::Arabic] {
        assert!(source(language).lines().take(3).any(|line| line.contains("MACHINE-MADE TRANSLATION")));
    }
}

#[test]
fn arabic_uses_western_digits() {
    let both = [source(Language::Arabic), countries(Language::Arabic)].concat();
    assert!(!both.chars().any(|c| matches!(c, '\u{0660}'..='\u{0669}' | '\u{06F0}'..='\u{06F9}')));
}
