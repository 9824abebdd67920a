//! The look-up table holds what was put in, errs as rarely as it says, and is believed only when the register signed it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::ids::RegisterId;
use crate::keys::SecretKey;
use crate::limits;
use crate::samples::Dice;

fn register_key() -> SecretKey {
    SecretKey::ed25519(&[0xc1; 32])
}

fn register() -> RegisterId {
    register_key().public().register()
}

fn random(seed: u64, count: usize) -> Vec<(u64, u8)> {
    let mut d = Dice::new(seed);
    let all: BTreeMap<u64, u8> = (0..count).map(|_| (d.roll(), 1 + (d.roll() % 5) as u8)).collect();
    all.into_iter().collect()
}

/// Serials with what is known of them, all of one class.
fn base_of(serials: &[(&str, &str, Noticed)]) -> Base {
    let salt = [8; 16];
    let mut entries = BTreeMap::new();
    let mut classes = std::collections::BTreeSet::new();
    for (serial, class, noticed) in serials {
        for key in keys_of(&salt, &serial::normalise(serial), class) {
            let tag = entries.entry(key).or_insert(0);
            *tag = noticed.tag().max(*tag);
        }
        classes.insert((*class).to_owned());
    }
    let entries: Vec<_> = entries.into_iter().collect();
    Base::build(register(), salt, 41, classes.into_iter().collect(), &entries).unwrap()
}

#[test]
fn every_key_is_found_with_its_tag_whatever_their_number() {
    for count in [0, 1, 2, 3, 5, 9, 17, 100, 1_000, 1_023, 20_000] {
        let entries = random(count as u64, count);
        let table = Table::build(&entries).unwrap();
        for (key, tag) in &entries {
            assert_eq!(table.get(*key), Some(*tag), "{count}");
        }
    }
}

#[test]
fn a_hundred_thousand_keys_take_twelve_bits_each_and_err_once_in_four_hundred_times() {
    let entries = random(1, 100_000);
    let table = Table::build(&entries).unwrap();
    let bits = table.cells().len() as f64 * 8.0 / entries.len() as f64;
    assert!(bits < 12.6, "{bits} bits a key");
    // Far from the seed above: one generator runs through the numbers of the other.
    let mut d = Dice::new(1 << 40);
    let asked = 400_000_u64;
    let wrong = (0..asked).filter(|_| table.get(d.roll()).is_some_and(|tag| tag <= 5)).count() as u64;
    let one_in = asked / wrong.max(1);
    assert!((CHANCE * 8 / 10..=CHANCE * 12 / 10).contains(&one_in), "one in {one_in}");
}

#[test]
fn repeated_or_unsorted_keys_are_no_table() {
    assert_eq!(Table::build(&[(2, 1), (1, 1)]), None);
    assert_eq!(Table::build(&[(1, 1), (1, 2)]), None);
}

#[test]
fn a_serial_is_found_however_it_is_spelled_and_others_that_look_like_it_are_told_apart() {
    let watch = Watch::new(base_of(&[
        ("KV 204417", "ASR", Noticed::Destroyed),
        ("BO 715", "PIS", Noticed::Stolen),
        ("77-88-99", "", Noticed::Registered),
    ]));
    let found = watch.look("kv-204417", Some("ASR"));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].noticed, found[0].alike, found[0].class.as_str()), (Noticed::Destroyed, false, "ASR"));
    assert!(found[0].one_in.is_some_and(|n| n >= 100));
    // Any class is asked for where none is named.
    assert_eq!(watch.look("KV204417", None).first().map(|hit| hit.noticed), Some(Noticed::Destroyed));
    // O read as 0 and B as 8, either way round.
    let alike = watch.look("80 715", Some("PIS"));
    assert_eq!((alike[0].noticed, alike[0].alike), (Noticed::Stolen, true));
    let alike = watch.look("8O7I5", Some("PIS"));
    assert_eq!((alike[0].noticed, alike[0].alike), (Noticed::Stolen, true));
    // An item whose class nobody recorded is found under any.
    assert_eq!(watch.look("778899", Some("REV"))[0].class, "");
    // What is no serial is not asked for.
    for text in ["", "??", "KV2*", "N/A", "12"] {
        assert_eq!(watch.look(text, None), Vec::new(), "{text}");
    }
}

#[test]
fn a_class_sets_weapons_with_one_serial_apart() {
    let watch = Watch::new(base_of(&[("12345A", "ASR", Noticed::Lost), ("99999A", "PIS", Noticed::Lost)]));
    assert_eq!(watch.look("12345A", Some("ASR")).len(), 1);
    assert_eq!(watch.look("12345A", Some("PIS")), Vec::new());
    assert_eq!(watch.look("12345A", Some("MOR")), Vec::new());
}

#[test]
fn additions_come_in_their_order_and_overrule_the_base() {
    let base = base_of(&[("KV 204417", "ASR", Noticed::Registered)]);
    let salt = base.salt;
    let mut watch = Watch::new(base);
    let keys = |serial: &str| keys_of(&salt, serial, "ASR").next().unwrap();
    let additions =
        |first, entries| Additions { register: register(), base: *watch.base(), first, entries, seq: 50, more: false };
    let one =
        additions(0, vec![(keys("KV204417"), Noticed::Destroyed.tag()), (keys("AA1111B"), Noticed::Traced.tag())]);
    let two = additions(2, vec![(keys("AA1111B"), Noticed::Registered.tag())]);
    let read = Additions::verify(&one.sign(&register_key()), &register(), &register_key().public()).unwrap();
    assert_eq!(read, one);
    assert_eq!(watch.add(&two), Err(LookupError::NotNext));
    watch.add(&one).unwrap();
    assert_eq!(watch.add(&one), Err(LookupError::NotNext));
    let found = watch.look("KV204417", Some("ASR"));
    assert_eq!((found[0].noticed, found[0].one_in), (Noticed::Destroyed, None));
    assert_eq!(watch.look("AA1111B", Some("ASR"))[0].noticed, Noticed::Traced);
    watch.add(&two).unwrap();
    assert_eq!(watch.look("AA1111B", Some("ASR"))[0].noticed, Noticed::Registered);
    assert_eq!((watch.next(), watch.seq()), (3, 50));
    let other = Additions { base: [0; 32], ..two };
    assert_eq!(watch.add(&other), Err(LookupError::NotNext));
}

#[test]
fn a_base_comes_in_parts_and_is_whole_only_with_each_of_them() {
    let base = Base::build(register(), [3; 16], 9, vec![String::new(), "ASR".to_owned()], &random(3, 250_000)).unwrap();
    let signed = base.sign(&register_key());
    let manifest = Manifest::verify(&signed, &register(), &register_key().public()).unwrap();
    let parts: Vec<&[u8]> = base.parts().collect();
    assert!(parts.len() >= 2 && parts.iter().all(|part| part.len() <= limits::PART_BYTES));
    assert_eq!((manifest.hash(), manifest.keys(), manifest.seq()), (base.hash(), 250_000, 9));
    assert_eq!(manifest.assemble(parts.iter().copied()).unwrap(), base);
    let missing = manifest.assemble(parts.iter().copied().take(1));
    assert_eq!(missing, Err(LookupError::PartDiffers { index: 1 }));
    let mut changed: Vec<Vec<u8>> = parts.iter().map(|part| part.to_vec()).collect();
    changed[0][77] ^= 1;
    let changed = manifest.assemble(changed.iter().map(Vec::as_slice));
    assert_eq!(changed, Err(LookupError::PartDiffers { index: 0 }));
}

#[test]
fn what_another_register_or_nobody_signed_is_refused() {
    let base = base_of(&[("KV 204417", "ASR", Noticed::Destroyed)]);
    let other = SecretKey::ed25519(&[9; 32]);
    let verify = |bytes: &[u8], key: &SecretKey| Manifest::verify(bytes, &register(), &key.public());
    assert_eq!(verify(&base.sign(&other), &register_key()), Err(LookupError::BadSignature));
    assert_eq!(verify(&base.sign(&other), &other).map(|m| m.keys()), Ok(base.keys));
    let mut foreign = base.clone();
    foreign.register = RegisterId::from_bytes([1; 16]);
    assert_eq!(verify(&foreign.sign(&register_key()), &register_key()), Err(LookupError::OtherRegister));
    // Additions are no base and a base is no additions, though one key signs both.
    let additions =
        Additions { register: register(), base: base.hash(), first: 0, entries: vec![], seq: 1, more: true };
    assert_eq!(verify(&additions.sign(&register_key()), &register_key()), Err(LookupError::BadSignature));
    let crossed = Additions::verify(&base.sign(&register_key()), &register(), &register_key().public());
    assert_eq!(crossed, Err(LookupError::BadSignature));
}

#[test]
fn of_several_weapons_with_one_serial_the_gravest_is_told() {
    assert_eq!(Noticed::of(Some("stored"), false), Noticed::Registered);
    assert_eq!(Noticed::of(None, false), Noticed::Registered);
    assert_eq!(Noticed::of(Some("destroyed"), false), Noticed::Destroyed);
    assert_eq!(Noticed::of(Some("lost"), true), Noticed::Traced);
    assert!(Noticed::ALL.is_sorted());
    for one in Noticed::ALL {
        assert_eq!(Noticed::from_tag(one.tag()), Some(one));
    }
    assert_eq!(Noticed::from_tag(0), None);
}

proptest! {
    #[test]
    fn what_was_put_in_is_found_under_any_spelling(text in "[A-Z0-9]{4,12}", class in "[A-Z]{3}") {
        prop_assume!(is_noticeable(&text));
        let watch = Watch::new(base_of(&[(&text, &class, Noticed::Lost)]));
        let spelled: String = text.to_lowercase().chars().flat_map(|c| [c, '-']).collect();
        let hits = watch.look(&spelled, Some(&class));
        prop_assert!(hits.iter().any(|hit| hit.noticed == Noticed::Lost && !hit.alike));
        let misread = serial::fold(&text);
        prop_assert!(watch.look(&misread, Some(&class)).iter().any(|hit| hit.noticed == Noticed::Lost));
    }
}
