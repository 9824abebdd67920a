//! Pairs and runs, as stories.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;

fn id(n: u8) -> DocId {
    DocId::from_bytes([n; 16])
}

fn rifle(n: u8, serial_text: &str) -> Identity {
    Identity {
        item: id(n),
        class: Some("ASR".to_owned()),
        make: Some("IZHMASH".to_owned()),
        model: Some("AKM".to_owned()),
        calibre: Some("7.62x39".to_owned()),
        serial_norm: Some(serial::normalise(serial_text)),
        serial_fold: Some(serial::fold(serial_text)),
        tag: None,
        status: Some("stored".to_owned()),
        site: Some("S1".to_owned()),
        photos: Vec::new(),
        looks: BTreeSet::new(),
    }
}

fn rules(items: &[Identity]) -> Vec<&'static str> {
    find(items).iter().map(|pair| pair.finding.rule).collect()
}

#[test]
fn the_same_serial_class_and_maker_or_calibre_is_a_candidate_and_less_is_none() {
    let first = rifle(1, "AB 12345");
    assert_eq!(rules(&[first.clone(), rifle(2, "ab-12345")]), ["R01"]);
    let other_maker = Identity { make: Some("CUGIR".to_owned()), ..rifle(2, "AB12345") };
    assert_eq!(rules(&[first.clone(), other_maker]), ["R01"]);
    let other_class = Identity { class: Some("PIS".to_owned()), ..rifle(2, "AB12345") };
    assert_eq!(rules(&[first.clone(), other_class]), [""; 0]);
    let other_all = Identity { make: None, calibre: None, ..rifle(2, "AB12345") };
    assert_eq!(rules(&[first.clone(), other_all]), [""; 0]);
    let open_calibre = Identity { make: None, calibre: Some("7.62".to_owned()), ..rifle(2, "AB12345") };
    assert_eq!(rules(&[first, open_calibre]), ["R01"]);
}

#[test]
fn a_destroyed_weapon_that_comes_back_is_found_and_of_high_priority() {
    let destroyed = Identity { status: Some("destroyed".to_owned()), ..rifle(1, "AB12345") };
    let found = find(&[destroyed.clone(), rifle(2, "AB12345")]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].finding.rule, found[0].finding.args["priority"].as_str()), ("R02", "high"));
    let model_only = Identity { class: None, make: None, calibre: None, ..rifle(2, "AB12345") };
    assert_eq!(rules(&[destroyed, model_only]), ["R02"]);
}

#[test]
fn tags_and_photos_belong_to_one_item() {
    let mut a = Identity { serial_norm: None, serial_fold: None, ..rifle(1, "x") };
    let mut b = Identity { item: id(2), ..a.clone() };
    assert_eq!(rules(&[a.clone(), b.clone()]), [""; 0]);
    a.tag = Some("T1".to_owned());
    b.tag = Some("T1".to_owned());
    a.photos = vec![[1; 32], [2; 32]];
    b.photos = vec![[2; 32], [3; 32]];
    assert_eq!(rules(&[b, a]), ["R03", "R04"]);
}

#[test]
fn a_likely_misreading_is_found_only_within_one_model_or_maker() {
    assert_eq!(rules(&[rifle(1, "B0812"), rifle(2, "8O8I2")]), ["R07"]);
    let stranger = Identity { make: None, model: None, ..rifle(2, "8O8I2") };
    assert_eq!(rules(&[rifle(1, "B0812"), stranger]), [""; 0]);
}

#[test]
fn placeholders_partial_serials_and_ammunition_have_no_serial_to_compare() {
    use crate::cbor::Value;
    let record = |kind: &str, text: &str| {
        let key = "aaaaaaaaaaaaaaaa.0";
        ItemRecord::read(&BTreeMap::from([
            ("kind".to_owned(), Value::from(kind)),
            (format!("markings/{key}/type"), Value::from("SER")),
            (format!("markings/{key}/text"), Value::from(text)),
        ]))
    };
    assert_eq!(Identity::of(id(1), &record("weapon", "a 1-2 x")).serial_norm.as_deref(), Some("A12X"));
    for (kind, text) in [("weapon", "N/A"), ("weapon", "0000"), ("weapon", "12?4"), ("ammunition", "A12X")] {
        assert_eq!(Identity::of(id(1), &record(kind, text)).serial_norm, None, "{text}");
    }
}

#[test]
fn more_than_four_consecutive_serials_at_a_site_are_a_run() {
    let batch =
        |from: u8, to: u8| (from..=to).map(|n| rifle(n, &format!("KM {:04}", 997 + u32::from(n)))).collect::<Vec<_>>();
    assert!(runs(&batch(1, 4), RUN).is_empty());
    let found = runs(&batch(1, 6), RUN);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].items, (1..=6).map(id).collect::<Vec<_>>());
    assert_eq!((found[0].finding.args["first"].as_str(), found[0].finding.args["last"].as_str()), ("KM0998", "KM1003"));

    let mut gap = batch(1, 7);
    gap.remove(3);
    assert!(runs(&gap, RUN).is_empty());
    let mut elsewhere = batch(1, 5);
    elsewhere[2].site = Some("S2".to_owned());
    assert!(runs(&elsewhere, RUN).is_empty());
    let mut twice = batch(1, 4);
    twice.push(rifle(9, "KM0998"));
    assert!(runs(&twice, RUN).is_empty());
}

#[test]
fn equal_serials_are_compared_each_with_each_up_to_a_bound() {
    let items: Vec<_> = (0..10_000_u32)
        .map(|n| {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&n.to_be_bytes());
            Identity { item: DocId::from_bytes(bytes), ..rifle(0, "AB12345") }
        })
        .collect();
    assert_eq!(find(&items[..GROUP]).len(), GROUP * (GROUP - 1) / 2);
    assert_eq!(find(&items), []);
}

proptest! {
    #[test]
    fn the_order_of_items_does_not_matter(serials in proptest::collection::vec("[A0O1I]{2,3}", 2..8), turn in 0_usize..8) {
        let items: Vec<_> = (1_u8..).zip(&serials).map(|(n, text)| rifle(n, text)).collect();
        let mut turned = items.clone();
        turned.rotate_left(turn % items.len());
        prop_assert_eq!(find(&items), find(&turned));
        prop_assert_eq!(runs(&items, 1), runs(&turned, 1));
        prop_assert_eq!(compare(&items[0], &items[1]), compare(&items[1], &items[0]));
    }
}
