//! What looks alike shares a key, and what does not is not taken for alike.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::ids::DocId;

fn item(n: u8, photos: &[(u8, u64)]) -> Identity {
    Identity {
        photos: photos.iter().map(|(hash, _)| [*hash; 32]).collect(),
        looks: photos.iter().map(|(_, bits)| Look(*bits)).collect(),
        ..Identity::of(DocId::from_bytes([n; 16]), &ItemRecord::default())
    }
}

#[test]
fn a_hash_is_sixteen_digits_of_a_picture_that_shows_something() {
    assert_eq!(Look::parse("00ff13579bdf2468"), Some(Look(0x00ff_1357_9bdf_2468)));
    for nothing in
        ["", "ff", "0000000000000000", "ffffffffffffffff", "000000000000000f", "xyz0000000000000", "00ff13579bdf24680"]
    {
        assert_eq!(Look::parse(nothing), None, "{nothing}");
    }
    assert!(Look::parse("000000000000001f").is_some());
}

#[test]
fn keys_are_ten_of_each_two_blocks_and_name_the_blocks() {
    let keys: BTreeSet<i64> = Look(0x00ff_1357_9bdf_2468).keys().collect();
    assert_eq!(keys.len(), 10);
    // An empty and a full picture have no key in common, whichever blocks are compared.
    let (none, all): (BTreeSet<i64>, BTreeSet<i64>) = (Look(0).keys().collect(), Look(u64::MAX).keys().collect());
    assert!(none.is_disjoint(&all));
    assert!(none.iter().chain(&all).all(|key| (0..1 << 32).contains(key)));
}

#[test]
fn the_nearest_two_photos_decide_and_one_file_on_both_is_another_finding() {
    let bits = 0x00ff_1357_9bdf_2468_u64;
    let one = item(2, &[(1, bits), (2, !bits)]);
    let found = alike(&one, &item(1, &[(3, bits ^ 0b11), (4, bits.rotate_left(7))]), 3).unwrap();
    assert_eq!((found.a, found.finding.args["bits"].as_str()), (DocId::from_bytes([1; 16]), "2"));
    assert!(found.finding.key.starts_with("look/"), "{}", found.finding.key);
    assert_eq!(alike(&one, &item(1, &[(3, bits ^ 0b111)]), 3), None);
    assert!(alike(&one, &item(1, &[(3, bits ^ 0b111)]), 4).is_some());
    assert_eq!(alike(&one, &item(1, &[(3, bits)]), 0), None);
    assert_eq!(alike(&one, &item(1, &[(1, bits)]), 3), None, "the same file");
    assert_eq!(alike(&one, &one.clone(), 3), None, "itself");
}

proptest! {
    #[test]
    fn whatever_is_at_most_three_bits_apart_shares_a_key(bits: u64, flips in prop::collection::vec(0_u32..64, 0..=3)) {
        let other = flips.iter().fold(bits, |bits, at| bits ^ 1 << at);
        let (one, other) = (Look(bits), Look(other));
        prop_assert!(one.apart(other) <= FARTHEST);
        let keys: BTreeSet<i64> = one.keys().collect();
        prop_assert!(other.keys().any(|key| keys.contains(&key)));
    }

    #[test]
    fn what_shares_a_key_agrees_in_two_blocks(one: u64, other: u64) {
        let keys: BTreeSet<i64> = Look(one).keys().collect();
        let blocks = (0..BLOCKS).filter(|block| (0..64).filter(|bit| bit % BLOCKS == *block).all(|bit| (one ^ other) >> bit & 1 == 0));
        prop_assert_eq!(Look(other).keys().any(|key| keys.contains(&key)), blocks.count() >= 2);
    }
}
