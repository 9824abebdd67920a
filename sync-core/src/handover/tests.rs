//! A box short by one, a weapon too many, a lot that shrank, a seal that changed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;

fn id(n: u8) -> DocId {
    DocId::from_bytes([n; 16])
}

fn line(key: &str, item: Option<u8>, tag: Option<&str>, quantity: Option<i64>) -> LineRecord {
    let tag = tag.map(str::to_owned);
    LineRecord {
        key: key.to_owned(),
        item: item.map(id),
        tag,
        quantity,
        box_name: Some("box 7".to_owned()),
        ..LineRecord::default()
    }
}

fn scan(key: &str, item: Option<u8>, tag: Option<&str>, quantity: Option<i64>) -> ReceivedRecord {
    let LineRecord { key, item, tag, quantity, box_name, .. } = line(key, item, tag, quantity);
    ReceivedRecord { key, item, tag, quantity, box_name, ..ReceivedRecord::default() }
}

fn received(lines: Vec<LineRecord>, received: Vec<ReceivedRecord>) -> HandoverRecord {
    HandoverRecord { state: Some("received".to_owned()), lines, received, ..HandoverRecord::default() }
}

fn ways(differences: &[Difference]) -> Vec<(String, &'static str, i64, i64)> {
    differences.iter().map(|d| (d.subject.to_string(), d.way.code(), d.expected, d.found)).collect()
}

#[test]
fn a_box_short_by_one_says_which_one_and_where_it_should_be() {
    let lines = vec![line("a", Some(1), Some("T-1"), None), line("b", Some(2), Some("T-2"), None)];
    let found = Differences::of(&received(lines, vec![scan("a", None, Some("t 1"), None)]));
    assert_eq!(ways(&found.receipt), [(id(2).to_string(), "missing", 1, 0)]);
    assert_eq!(found.receipt[0].box_name.as_deref(), Some("box 7"));
    assert!(found.loading.is_empty());
}

#[test]
fn surplus_twice_and_quantity_are_three_different_things() {
    let lines = vec![line("a", Some(1), None, None), line("b", Some(2), None, Some(500))];
    let scans = vec![
        scan("a", Some(1), None, None),
        scan("b", Some(1), None, None),
        scan("c", Some(2), None, Some(300)),
        scan("d", Some(2), None, Some(199)),
        scan("e", None, Some("T-9"), None),
        scan("f", None, None, None),
    ];
    let expected = [
        (id(1).to_string(), "twice", 1, 2),
        (id(2).to_string(), "quantity", 500, 499),
        ("tag T9".to_owned(), "surplus", 0, 1),
        ("line f".to_owned(), "surplus", 0, 1),
    ];
    assert_eq!(ways(&at_receipt(&received(lines.clone(), scans))), expected);
    // A lot that is scanned in two parts that add up is complete.
    let scans =
        vec![scan("a", Some(1), None, None), scan("c", Some(2), None, Some(300)), scan("d", Some(2), None, Some(200))];
    assert_eq!(at_receipt(&received(lines, scans)), []);
}

#[test]
fn what_was_loaded_is_what_the_receipt_is_held_against() {
    let mut handover = received(vec![line("a", Some(1), None, None)], vec![scan("a", Some(2), None, None)]);
    handover.loaded.push(LoadedRecord { key: "a".to_owned(), item: Some(id(2)), ..LoadedRecord::default() });
    let found = Differences::of(&handover);
    assert_eq!(ways(&found.loading), [(id(1).to_string(), "missing", 1, 0), (id(2).to_string(), "surplus", 0, 1)]);
    assert_eq!(found.receipt, []);
    handover.state = Some("planned".to_owned());
    assert!(Differences::of(&handover).is_empty());
}

#[test]
fn withdrawn_lines_and_tags_of_two_items_prove_nothing() {
    let mut gone = line("a", Some(1), None, None);
    gone.withdrawn = Some("not today".to_owned());
    assert_eq!(at_receipt(&received(vec![gone], Vec::new())), []);
    let lines = vec![line("a", Some(1), Some("T"), None), line("b", Some(2), Some("T"), None)];
    let found = at_receipt(&received(lines, vec![scan("c", None, Some("T"), None)]));
    assert_eq!(found.iter().map(|d| d.way.code()).collect::<Vec<_>>(), ["missing", "missing", "surplus"]);
}

#[test]
fn seals_are_applied_once_and_found_as_they_were() {
    let seal = |number: &str, state: &str, name: &str| SealRecord {
        key: format!("{number}{state}{name}"),
        number: Some(number.to_owned()),
        state: Some(state.to_owned()),
        box_name: Some(name.to_owned()),
        ..SealRecord::default()
    };
    let mut handover = received(Vec::new(), Vec::new());
    handover.seals = vec![seal("A 1", "applied", "1"), seal("A1", "intact", "1")];
    assert_eq!(seals(&handover), []);
    handover.seals = vec![
        seal("A1", "applied", "1"),
        seal("B1", "intact", "1"),
        seal("C1", "applied", "2"),
        seal("C1", "broken", "2"),
        seal("D1", "applied", "3"),
        seal("D1", "applied", "4"),
        seal("D1", "missing", "3"),
        seal("E1", "applied", "5"),
        seal("E1", "intact", "6"),
    ];
    let found: Vec<_> = seals(&handover).into_iter().map(|d| format!("{} {}", d.number, d.way.code())).collect();
    let expected = ["A1 not_looked_at", "B1 not_applied", "C1 broken", "D1 missing", "D1 twice", "E1 other_box"];
    assert_eq!(found, expected);
    handover.state = Some("under_way".to_owned());
    assert!(!seals(&handover).iter().any(|d| d.way == SealWay::NotLookedAt));
}

/// Item, tag and quantity of a line.
type Line = (Option<u8>, Option<u8>, Option<i64>);

fn lists() -> impl Strategy<Value = Vec<Line>> {
    let quantity = prop_oneof![Just(None), (0_i64..4).prop_map(Some)];
    proptest::collection::vec((proptest::option::of(0_u8..5), proptest::option::of(0_u8..5), quantity), 0..9)
}

fn pieces<'a>(list: &'a [Line], keys: &'a [String]) -> Vec<Piece<'a>> {
    const TAGS: [&str; 5] = ["T0", "T1", "T2", "T3", "T4"];
    let one = |((item, tag, quantity), key): (&Line, &'a String)| Piece {
        key,
        item: item.map(id),
        tag: tag.map(|tag| TAGS[usize::from(tag)]),
        quantity: *quantity,
        box_name: None,
    };
    list.iter().zip(keys).map(one).collect()
}

proptest! {
    #[test]
    fn lists_differ_as_often_forwards_as_backwards_and_in_no_order(a in lists(), b in lists(), turn in 0_usize..9) {
        let keys: Vec<String> = (0..9).map(|n| format!("k{n}")).collect();
        let names = Names::new();
        let (one, mut other) = (pieces(&a, &keys), pieces(&b, &keys));
        let forwards = between(&one, &other, &names);
        let backwards = between(&other, &one, &names);
        let of = |list: &[Difference], way| list.iter().filter(|d| d.way == way).map(|d| d.subject.clone()).collect::<Vec<_>>();
        prop_assert_eq!(of(&forwards, Way::Missing), of(&backwards, Way::Surplus));
        prop_assert_eq!(of(&forwards, Way::Surplus), of(&backwards, Way::Missing));
        prop_assert_eq!(of(&forwards, Way::Quantity), of(&backwards, Way::Quantity));
        if !other.is_empty() {
            let turn = turn % other.len();
            other.rotate_left(turn);
        }
        prop_assert_eq!(between(&one, &other, &names), forwards);
    }

    #[test]
    fn what_is_lost_is_missing_and_nothing_else_is(items in proptest::collection::btree_set(0_u8..40, 1..20), lost in 0_usize..20) {
        let lines: Vec<_> = items.iter().map(|n| line(&n.to_string(), Some(*n), None, None)).collect();
        let mut scans: Vec<_> = items.iter().map(|n| scan(&n.to_string(), Some(*n), None, None)).collect();
        prop_assert_eq!(at_receipt(&received(lines.clone(), scans.clone())), []);
        let gone = scans.remove(lost % items.len());
        let found = at_receipt(&received(lines, scans));
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!((&found[0].subject, found[0].way), (&Subject::Item(gone.item.unwrap()), Way::Missing));
    }
}
