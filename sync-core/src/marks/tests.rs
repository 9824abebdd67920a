//! Marks are read as they are written, and no number is given twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;

fn device(n: u8) -> DeviceId {
    DeviceId::from_bytes([n; 16])
}

fn block(n: u8, first: u64, count: u64) -> MarkBlock {
    MarkBlock {
        decision: first,
        device: device(n),
        prefix: "*BI-".to_owned(),
        suffix: "/B".to_owned(),
        width: 6,
        first,
        count,
    }
}

#[test]
fn a_mark_is_taken_apart_and_put_together() {
    let mark = ProgrammeMark::parse(" *ke-ddr 000123 /b ").unwrap();
    assert_eq!((mark.prefix.as_str(), mark.number, mark.width, mark.suffix.as_str()), ("*KE-DDR", 123, 6, "/B"));
    assert_eq!(mark.state(), Some("KE"));
    assert_eq!(mark.to_string(), "*KE-DDR000123/B");
    assert_eq!(mark.compared(), serial::normalise("*KE DDR 000123 B"));
    for (text, code) in [
        ("KE000123", "mark.no_state"),
        ("*K1", "mark.no_state"),
        ("*", "mark.no_state"),
        ("*КЕ1", "mark.no_state"),
        ("*QQ000123", "mark.unknown_state"),
        ("*KE", "mark.no_number"),
        ("*KE1234567890123456789", "mark.no_number"),
    ] {
        assert_eq!(ProgrammeMark::parse(text).unwrap_err().code(), code, "{text}");
    }
}

#[test]
fn the_next_number_is_the_first_that_is_free_and_blocks_end() {
    let blocks = [block(1, 10, 2), block(2, 20, 5), block(1, 30, 1)];
    let mut used = BTreeSet::new();
    let mut given = Vec::new();
    while let Some(mark) = next_free(&blocks, &device(1), &used) {
        assert_eq!(reserved(&blocks, &device(1), &mark), Reserved::Own);
        assert_eq!(reserved(&blocks, &device(2), &mark), Reserved::Others(device(1)));
        used.insert(mark.compared());
        given.push(mark.to_string());
    }
    assert_eq!(given, ["*BI-000010/B", "*BI-000011/B", "*BI-000030/B"]);
    assert_eq!((left(&blocks, &device(1), &used), left(&blocks, &device(2), &used)), (0, 5));
    let stray = ProgrammeMark::parse("*BI-000025/B").unwrap();
    assert_eq!(reserved(&blocks, &device(1), &stray), Reserved::None);
    assert_eq!(next_free(&[block(1, u64::MAX, 9), block(1, 5, 0)], &device(1), &used), None);
}

#[test]
fn qualities_place_laser_and_depth_are_told_apart_from_what_nobody_looked_at() {
    let mark = MarkingRecord {
        kind: Some("PRP".to_owned()),
        method: Some("LAS".to_owned()),
        location: Some("BRL".to_owned()),
        exposed: Some(true),
        durable: Some(false),
        depth_um: Some(99),
        ..MarkingRecord::default()
    };
    assert_eq!(lacking(&mark), ["durable"]);
    assert_eq!(unchecked(&mark), ["conspicuous", "recognisable", "readable", "recoverable"]);
    assert_eq!(on_essential_part(&mark), Some(false));
    assert_eq!(on_essential_part(&MarkingRecord::default()), None);
    assert!(too_shallow(&mark, 100) && !too_shallow(&mark, 99) && !too_shallow(&MarkingRecord::default(), 100));
    let mut item = ItemRecord { markings: vec![mark.clone()], ..ItemRecord::default() };
    assert!(by_laser_alone(&item));
    item.markings.push(MarkingRecord { method: Some("STP".to_owned()), ..mark });
    assert!(!by_laser_alone(&item) && !by_laser_alone(&ItemRecord::default()));
}

proptest! {
    #[test]
    fn what_a_block_gives_is_read_back(
        state in proptest::sample::select(vec!["KE", "BI", "CF", "CO"]), between in "[A-Z/-]{0,4}", suffix in "(/?[A-Z][A-Z0-9/-]{0,3})?",
        number in 0_u64..1_000_000_000_000_000_000, width in 1_u32..19,
    ) {
        let prefix = format!("*{state}{between}");
        prop_assert!(check_block(&prefix, &suffix, number, 1).is_ok());
        let mark = ProgrammeMark { prefix, number, width, suffix };
        let again = ProgrammeMark::parse(&mark.to_string()).unwrap();
        prop_assert_eq!(again.to_string(), mark.to_string());
        prop_assert_eq!((again.number, again.prefix, again.suffix), (mark.number, mark.prefix, mark.suffix));
    }

    #[test]
    fn no_text_is_too_strange_to_be_refused(text in "\\PC{0,24}", prefix in "\\PC{0,6}", first in any::<u64>(), count in any::<u64>()) {
        if let Ok(mark) = ProgrammeMark::parse(&text) {
            prop_assert_eq!(ProgrammeMark::parse(&mark.to_string()), Ok(mark));
        }
        let _ = check_block(&prefix, &text, first, count);
    }

    #[test]
    fn two_devices_with_blocks_apart_never_give_the_same_mark(a in 1_u64..40, b in 1_u64..40, gaps in proptest::collection::btree_set(0_u64..80, 0..30)) {
        let blocks = [block(1, 0, a), block(2, a, b)];
        let used: BTreeSet<String> = gaps.iter().map(|n| mark_of(&blocks[0], *n).compared()).collect();
        let run = |of: u8| {
            let mut used = used.clone();
            let mut given = BTreeSet::new();
            while let Some(mark) = next_free(&blocks, &device(of), &used) {
                assert!(used.insert(mark.compared()));
                given.insert(mark);
            }
            given
        };
        let (one, other) = (run(1), run(2));
        prop_assert!(one.is_disjoint(&other));
        let taken = gaps.iter().filter(|n| **n < a + b).count();
        prop_assert_eq!(u64::try_from(one.len() + other.len() + taken).unwrap(), a + b);
        prop_assert_eq!(left(&blocks, &device(1), &used), u64::try_from(one.len()).unwrap());
    }
}
