//! Samples are fair and can be drawn again; readings are compared as they are searched; rates are exact.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::sample::allocate;
use super::*;
use crate::cbor::Value;
use crate::domain::item::ItemRecord;
use crate::domain::procedures::{ReadingRecord, SampleRecord, SpotCheckRecord};
use crate::ids::{DeviceId, DocId, OfficerId};

fn id(n: u32) -> DocId {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    DocId::from_bytes(bytes)
}

fn unit(n: u32, officer: u8, site: &str) -> Unit {
    Unit {
        item: id(n),
        officer: Some(OfficerId::from_bytes([officer; 16])),
        site: Some(site.to_owned()),
        device: Some(DeviceId::from_bytes([officer; 16])),
    }
}

fn day() -> Vec<Unit> {
    let site = |n: u32| if n.is_multiple_of(3) { "north" } else { "south" };
    let mut units: Vec<Unit> = (0..300).map(|n| unit(n, u8::from(n.is_multiple_of(5)), site(n))).collect();
    units.push(unit(900, 9, "west"));
    units
}

#[test]
fn a_sample_is_drawn_again_from_seed_and_items_and_another_seed_draws_another() {
    let plan = draw("2026-03-01 gate 4", &day(), "officer,site", 50).unwrap();
    assert_eq!((plan.population, plan.sample.len()), (301, 16));
    let mut turned = day();
    turned.reverse();
    turned.extend(day());
    assert_eq!(draw("2026-03-01 gate 4", &turned, "officer, site", 50).unwrap(), plan);
    assert_ne!(draw("2026-03-01 gate 5", &day(), "officer,site", 50).unwrap().sample, plan.sample);
    // The one record of the west is looked at, and so is everybody else's work.
    assert!(plan.sample.contains(&id(900)));
    assert!(plan.strata.iter().all(|stratum| !stratum.drawn.is_empty()));
    assert_eq!(plan.strata.len(), 5);
    // Frozen: a sample of today has to be drawn again in twenty years.
    let few: Vec<Unit> = (0..6).map(|n| unit(n, 0, "north")).collect();
    assert_eq!(draw("seed", &few, "", 500).unwrap().sample, FROZEN.map(id));
}

/// The first three of six items by SHA-256(0000000000000004 ‖ "seed" ‖ id).
const FROZEN: [u32; 3] = [0, 5, 4];

#[test]
fn what_cannot_be_drawn_says_why() {
    for (seed, by, permille, code) in [
        (" ", "", 100, "spot_check.no_seed"),
        ("s", "shoe size", 100, "spot_check.unknown_stratum"),
        ("s", "", 0, "spot_check.bad_share"),
        ("s", "", 1001, "spot_check.bad_share"),
        ("s", "", -1, "spot_check.bad_share"),
    ] {
        assert_eq!(draw(seed, &day(), by, permille).unwrap_err().code(), code);
    }
    assert_eq!(draw("s", &[], "site", 100).unwrap().sample, []);
}

fn record() -> ItemRecord {
    let key = "aaaaaaaaaaaaaaaa.0";
    ItemRecord::read(&BTreeMap::from([
        ("kind".to_owned(), Value::from("weapon")),
        ("tag".to_owned(), Value::from("T-0042")),
        ("make".to_owned(), Value::from("IZHMASH")),
        ("model".to_owned(), Value::from("AKM")),
        ("calibre".to_owned(), Value::from("7.62x39")),
        ("class".to_owned(), Value::from("ASR")),
        ("year".to_owned(), Value::Int(1967)),
        ("serial_status".to_owned(), Value::from("read")),
        (format!("markings/{key}/type"), Value::from("SER")),
        (format!("markings/{key}/text"), Value::from("ЯБ 1943")),
    ]))
}

fn reading(n: u32, serial: &str) -> ReadingRecord {
    ReadingRecord {
        key: format!("{n:016x}.0"),
        item: Some(id(n)),
        tag: Some("t 0042".to_owned()),
        make: Some("Izhmash".to_owned()),
        calibre: Some("7.62".to_owned()),
        class: Some("ASR".to_owned()),
        year: Some(1968),
        country: Some("SU".to_owned()),
        serial: Some(serial.to_owned()),
        ..ReadingRecord::default()
    }
}

#[test]
fn a_reading_is_compared_as_it_is_searched() {
    let found = compare(&record(), &reading(1, "яб-1943"));
    let of = |outcome| found.iter().filter(|(_, o)| **o == outcome).map(|(f, _)| *f).collect::<Vec<_>>();
    assert_eq!(of(Outcome::Same), ["class", "make", "serial", "tag"]);
    assert_eq!(of(Outcome::Agrees), ["calibre"]);
    assert_eq!(of(Outcome::Differs), ["country", "year"]);
    assert_eq!(of(Outcome::NotRead), ["condition", "model", "quantity", "serial_status"]);
    assert_eq!(compare(&record(), &reading(1, "ЯБ 19?3"))["serial"], Outcome::Agrees);
    assert_eq!(compare(&record(), &reading(1, "ЯБ 1944"))["serial"], Outcome::Differs);
    let gone = ReadingRecord { not_found: Some(true), ..reading(1, "x") };
    assert!(compare(&record(), &gone).values().all(|outcome| *outcome == Outcome::NotRead));
    assert!(FIELDS.is_sorted() && compare(&record(), &gone).keys().eq(FIELDS.iter()));
}

#[test]
fn the_report_counts_exactly_and_stops_when_the_limit_cannot_be_kept() {
    let right = |n: u32| ReadingRecord { year: Some(1967), country: None, ..reading(n, "ЯБ 1943") };
    let sample = (0..10).map(|n| SampleRecord { item: Some(id(n)), ..SampleRecord::default() }).collect();
    let mut check = SpotCheckRecord { limit_permille: Some(200), sample, ..SpotCheckRecord::default() };
    let known = record();
    let record_of = |item: &DocId| (*item != id(9)).then_some(&known);
    check.readings = vec![right(0), right(1), reading(2, "ЯБ 1943"), reading(77, "x"), reading(9, "x")];
    let found = report(&check, &record_of);
    assert_eq!((found.overall, found.overall.permille()), (Share { part: 1, whole: 3 }, 334));
    assert_eq!(found.in_error, BTreeMap::from([(id(2), BTreeSet::from(["country", "year"]))]));
    assert_eq!((found.fields["year"], found.fields["model"]), (Share { part: 1, whole: 3 }, Share::default()));
    assert_eq!((found.strays, found.unknown), (BTreeSet::from([id(77)]), BTreeSet::from([id(9)])));
    assert_eq!((found.unread.len(), found.verdict), (6, Verdict::GoOn));

    // Two of ten are within 200 per thousand, the third is not, whatever else is read.
    check.readings.push(ReadingRecord { not_found: Some(true), ..right(3) });
    assert_eq!(report(&check, &record_of).verdict, Verdict::GoOn);
    check.readings.push(reading(4, "ЯБ 1943"));
    assert_eq!(report(&check, &record_of).verdict, Verdict::Stop);
    // Whoever corrects their reading is heard.
    check.readings.push(ReadingRecord { key: "ffffffffffffffff.0".to_owned(), at: Some(5), ..right(4) });
    let sure = |_: &DocId| Some(&known);
    check.readings.extend((5..9).map(right));
    check.readings.push(ReadingRecord { at: Some(5), ..right(9) });
    let found = report(&check, &sure);
    assert_eq!((found.overall, found.verdict), (Share { part: 2, whole: 10 }, Verdict::Passed));
    assert_eq!(found.not_found, BTreeSet::from([id(3)]));
}

proptest! {
    #[test]
    fn every_stratum_is_drawn_from_in_proportion(sizes in proptest::collection::vec(1_usize..200, 1..20), permille in 1_usize..=1000) {
        let total: usize = sizes.iter().sum();
        let wanted = (total * permille).div_ceil(1000);
        let parts = allocate(&sizes, wanted);
        prop_assert_eq!(parts.iter().sum::<usize>(), wanted.max(sizes.len()));
        for (size, part) in sizes.iter().zip(&parts) {
            prop_assert!((1..=*size).contains(part));
            // Never more than one above its share, unless that is the one that everybody has.
            prop_assert!(*part == 1 || (part - 1) * total <= size * wanted);
        }
    }

    #[test]
    fn the_order_of_the_population_does_not_matter(count in 1_u32..80, turn in 0_usize..80, permille in 1_i64..=1000, seed in "[a-z]{1,8}") {
        let units: Vec<Unit> = (0..count).map(|n| unit(n, u8::try_from(n % 4).unwrap(), "s")).collect();
        let mut turned = units.clone();
        turned.rotate_left(turn % units.len());
        let plan = draw(&seed, &units, "device", permille).unwrap();
        prop_assert_eq!(&draw(&seed, &turned, "device", permille).unwrap(), &plan);
        let once: BTreeSet<_> = plan.sample.iter().collect();
        prop_assert_eq!(once.len(), plan.sample.len());
        prop_assert_eq!(plan.strata.iter().map(|s| s.drawn.len()).sum::<usize>(), plan.sample.len());
        prop_assert_eq!(plan.strata.iter().map(|s| s.items).sum::<usize>(), units.len());
    }
}
