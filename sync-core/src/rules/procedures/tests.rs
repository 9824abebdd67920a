//! What is checked is checked alike whatever the order, and nothing that anybody can write makes it fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::super::cases::world::{NOW, World, content, doc_id, officer, x};
use super::super::{Severity, rule};
use super::*;
use crate::cbor::Value;
use crate::domain::codes;
use crate::domain::place::Place;
use crate::domain::schema::{self, FieldType};

#[test]
fn a_finding_is_justified_by_its_key_or_by_its_rule() {
    let check = |key: Option<&str>| {
        let mut justification = json!({ "rule": "R62", "reason": "the court released it on paper" });
        if let Some(key) = key {
            justification["key"] = json!(key);
        }
        let json = json!({ "document": "destruction", "planned": [{ "item": x(1) }, { "item": x(2) }], "justifications": [justification] });
        let mut world = World::new();
        for n in [1, 2] {
            world.knows(n, &json!({ "kind": "weapon", "evidence_hold": true }));
        }
        let (kind, content) = content(&json);
        super::check(&kind, &content, &world).iter().map(|finding| finding.justified).collect::<Vec<_>>()
    };
    assert_eq!(check(None), [true, true]);
    assert_eq!(check(Some(&format!("evidence/{}", doc_id(2)))), [false, true]);
    assert_eq!(check(Some("evidence")), [false, false]);
}

#[test]
fn the_order_of_signatures_does_not_matter_and_a_cancelled_deed_is_no_deed() {
    let json = json!({ "document": "destruction", "state": "closed", "supervisor": x(1), "results": [{ "item": x(5), "result": "complete" }] });
    let (kind, mut content) = content(&json);
    let mut world = World::new();
    for (what, by) in [("witnessed", 1), ("destroyed", 2), ("witnessed", 3), ("approved", 1)] {
        world.signed(what, by);
    }
    let once = super::check(&kind, &content, &world);
    assert!(once.iter().any(|finding| finding.rule == "R70" && finding.severity == Severity::Block));
    world.acts.reverse();
    assert_eq!(super::check(&kind, &content, &world), once);
    content.insert("state".to_owned(), Value::from("cancelled"));
    world.acts.clear();
    assert_eq!(super::check(&kind, &content, &world), []);
}

/// A number of any kind, often one that the others use too.
fn value(ty: FieldType, dice: &mut impl FnMut() -> u64) -> Value {
    let small = |roll: u64| u8::try_from(roll % 4).unwrap();
    let roll = dice();
    if roll.is_multiple_of(23) {
        return Value::Null;
    }
    if roll.is_multiple_of(29) {
        // Of another type than it should be.
        return Value::Array(vec![Value::Int(1)]);
    }
    match ty {
        FieldType::Text { .. } | FieldType::MemberKey | FieldType::Script | FieldType::Language => {
            Value::from(["", " ", "A1", "a-1", "*BI0001", "S1", "12?4", "🦆"][usize::try_from(roll % 8).unwrap()])
        }
        FieldType::Code(list) => Value::from(list.codes[usize::try_from(roll).unwrap_or(0) % list.codes.len()].code),
        FieldType::Country => Value::from(codes::COUNTRY.codes[usize::try_from(roll % 40).unwrap()].code),
        FieldType::Int { .. } => {
            Value::Int([0, 1, 7, -1, 1000, i64::MAX, i64::MIN][usize::try_from(roll % 7).unwrap()])
        }
        FieldType::Time => {
            let day = i64::try_from(roll % 40).unwrap() * 86_400_000;
            Value::Int(if roll.is_multiple_of(17) { i64::MAX } else { NOW - day })
        }
        FieldType::Bool => Value::Bool(roll.is_multiple_of(2)),
        FieldType::Hash => Value::Bytes(vec![small(roll); 32]),
        FieldType::Id => Value::Bytes(vec![small(roll); 16]),
        FieldType::Place => Place { lat_e7: 900_000_000, lon_e7: -1_800_000_000, accuracy_m: Some(1) }.to_value(),
    }
}

/// Any content of a kind: some of its fields, and up to three members of each of its sets.
fn any_content(kind: &str, dice: &mut impl FnMut() -> u64) -> Content {
    let mut content = Content::new();
    for (path, spec) in schema::fields(kind).unwrap() {
        let members = if path.contains('*') { 3 } else { 1 };
        for member in 0..members {
            let rare = path.ends_with("/withdrawn") && !dice().is_multiple_of(9);
            if dice().is_multiple_of(3) || rare {
                continue;
            }
            content.insert(path.replace('*', &format!("aaaaaaaaaaaaaaaa.{member}")), value(spec.ty, dice));
        }
    }
    content
}

fn any_world(dice: &mut impl FnMut() -> u64) -> World {
    let mut world = World::new();
    for n in 0..4 {
        if dice().is_multiple_of(4) {
            continue;
        }
        let record = ItemRecord::read(&any_content("item", dice));
        let known = world.knows(n, &json!({}));
        known.record = record;
        known.open_blocking = dice().is_multiple_of(2);
        known.destroyed_by = dice().is_multiple_of(2).then(|| doc_id(9));
        known.recorder = officer(n);
    }
    let kinds = crate::document::attestation::KINDS;
    for _ in 0..dice() % 6 {
        let what = kinds[usize::try_from(dice()).unwrap_or(0) % kinds.len()];
        let act = world.signed(what, u8::try_from(dice() % 4).unwrap());
        act.counts = dice().is_multiple_of(2);
        act.claimed_ms = if dice().is_multiple_of(2) { i64::MIN } else { NOW };
    }
    world.recorder = dice().is_multiple_of(2).then(|| officer(1));
    let lying = |world: &World| {
        let items = world.items.iter().map(|(id, known)| {
            let quantity = known.record.quantity.unwrap_or(1);
            (*id, (known.record.clone(), crate::custody::Lying { quantity, ..Default::default() }))
        });
        Expected { items: items.collect() }
    };
    world.expected = Some(lying(&world));
    world.last = Some(LastCounts { weekly_ms: Some(i64::MIN), half_yearly_ms: None });
    world.times = Times { now_ms: Some(NOW), received_ms: Some(i64::MAX), clock_drift_ms: Some(i64::MIN) };
    world.seals = BTreeMap::from([("A1".to_owned(), vec![doc_id(8)])]);
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_500, ..ProptestConfig::default() })]

    /// Eight kinds in each of 2,500 worlds: 20,000 documents.
    #[test]
    fn any_content_in_any_world_is_judged_without_panic_and_twice_alike(seed in any::<u64>()) {
        // SplitMix64: chance that can be had again.
        let mut state = seed;
        let mut dice = move || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        };
        let mut world = any_world(&mut dice);
        for kind in schema::kinds().iter().filter(|kind| **kind != "officer") {
            let content = any_content(kind, &mut dice);
            let once = super::check(kind, &content, &world);
            let mut keys = std::collections::BTreeSet::new();
            for finding in &once {
                prop_assert!(rule(finding.rule).is_some(), "{}", finding.rule);
                prop_assert!(keys.insert((finding.rule, finding.key.clone())), "{kind}: {} {} twice", finding.rule, finding.key);
            }
            world.acts.reverse();
            prop_assert_eq!(super::check(kind, &content, &world), once);
            if *kind == "item" {
                let context = super::super::Context { now_ms: Some(NOW), hours: Some((0, 60)), ..Default::default() };
                super::super::check_item(&ItemRecord::read(&content), &context);
            }
        }
    }
}

/// Prints how long a destruction of a thousand weapons takes; run with `--ignored --nocapture`.
#[test]
#[ignore = "prints a figure"]
#[allow(clippy::disallowed_methods, clippy::disallowed_macros, clippy::print_stdout, reason = "measures and prints")]
fn a_destruction_of_a_thousand_weapons_is_checked_in_milliseconds() {
    let id = |n: u16| {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&n.to_be_bytes());
        DocId::from_bytes(bytes)
    };
    let mut content = Content::from([
        ("state".to_owned(), Value::from("closed")),
        ("method".to_owned(), Value::from("CUT-T")),
        ("supervisor".to_owned(), Value::Bytes(vec![1; 16])),
        ("total_weight_g".to_owned(), Value::Int(3_900_000)),
    ]);
    let mut world = World::new();
    let known = world
        .knows(0, &json!({ "kind": "weapon", "class": "ASR", "markings": [{ "type": "SER", "text": "AB12345" }] }))
        .clone();
    for n in 0..1_000_u16 {
        world.items.insert(id(n), known.clone());
        let member = format!("aaaaaaaaaaaaaaaa.{n}");
        content.insert(format!("planned/{member}/item"), Value::Bytes(id(n).to_vec()));
        for (name, value) in [
            ("item", Value::Bytes(id(n).to_vec())),
            ("identity", Value::from("tag_and_serial")),
            ("serial", Value::from("AB 12345")),
            ("result", Value::from("complete")),
            ("at", Value::Int(NOW - 1_000_000)),
            ("before", Value::Bytes(vec![1; 32])),
        ] {
            content.insert(format!("results/{member}/{name}"), value);
        }
    }
    world.signed("destroyed", 1);
    world.signed("witnessed", 2);
    assert_eq!(super::check("destruction", &content, &world), []);
    let begun = std::time::Instant::now();
    for _ in 0..100 {
        super::check("destruction", &content, &world);
    }
    let each = begun.elapsed() / 100;
    println!("a destruction of 1,000 weapons: {each:?}");
    assert!(each < std::time::Duration::from_millis(50));
    let item = known.record;
    let context = super::super::Context { now_ms: Some(NOW), ..Default::default() };
    let begun = std::time::Instant::now();
    for _ in 0..10_000 {
        super::super::check_item(&item, &context);
    }
    let all = begun.elapsed() / 10_000;
    let begun = std::time::Instant::now();
    for _ in 0..10_000 {
        let mut findings = Vec::new();
        super::super::serials::check(&item, &mut findings);
        super::super::description::check(&item, &context, &mut findings);
        super::super::when_where::check(&item, &context, &mut findings);
    }
    println!("an item: {all:?}, of which what it is, its serials, times and places: {:?}", begun.elapsed() / 10_000);
}
