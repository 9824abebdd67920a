//! Chains tell where an item lies; movements add up to it, whatever the chain.
#![expect(clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::domain::item::MarkingRecord;
use crate::domain::procedures::{CountRecord, SightingRecord, TallyRecord};
use crate::samples::Dice;

const HOUR: i64 = 3_600_000;

fn event(n: usize, event: &str, at: i64, site: &str, store: &str) -> CustodyRecord {
    let text = |t: &str| (!t.is_empty()).then(|| t.to_owned());
    CustodyRecord {
        key: format!("{n:016x}.0"),
        event: Some(event.to_owned()),
        at: Some(at),
        site: text(site),
        store: text(store),
        ..CustodyRecord::default()
    }
}

fn weapon(custody: Vec<CustodyRecord>) -> ItemRecord {
    ItemRecord { kind: Some("weapon".to_owned()), custody, ..ItemRecord::default() }
}

fn place(site: &str, store: &str) -> StorePlace {
    StorePlace { site: site.to_owned(), store: store.to_owned() }
}

#[test]
fn a_weapon_goes_from_store_to_truck_to_store_to_furnace() {
    let item = weapon(vec![
        event(1, "received", HOUR, "north", "A"),
        event(2, "loaded", 2 * HOUR, "", ""),
        event(3, "received", 3 * HOUR, "south", "B"),
        event(4, "destroyed", 4 * HOUR, "", ""),
    ]);
    let moves = moves(&item, 0);
    let told: Vec<_> =
        moves.iter().map(|m| (m.at_ms / HOUR, m.site.as_str(), m.direction.code(), m.quantity)).collect();
    assert_eq!(
        told,
        [(1, "north", "in", 1), (2, "north", "out", 1), (3, "south", "in", 1), (4, "south", "destroyed", 1)]
    );
    let steps = steps(&item, 0);
    assert_eq!(lying(&steps, 0), None);
    assert_eq!(lying(&steps, HOUR), Some((&place("north", "A"), 1)));
    assert_eq!(lying(&steps, 2 * HOUR + 1), None, "on the road it lies in no store");
    assert_eq!(lying(&steps, 3 * HOUR), Some((&place("south", "B"), 1)));
    assert_eq!(lying(&steps, 4 * HOUR), None);
}

#[test]
fn what_nobody_wrote_a_chain_for_lies_where_the_record_says_and_leaves_with_its_status() {
    let mut item = ItemRecord { site: Some("north".to_owned()), store: Some("A".to_owned()), ..weapon(Vec::new()) };
    item.collected_at = Some(HOUR);
    assert_eq!(lying(&steps(&item, 5 * HOUR), 2 * HOUR), Some((&place("north", "A"), 1)));
    for (status, direction) in
        [("destroyed", Direction::Destroyed), ("stolen", Direction::Lost), ("returned_to_owner", Direction::Out)]
    {
        item.status = Some(status.to_owned());
        let moves = moves(&item, 5 * HOUR);
        assert_eq!(moves.iter().map(|m| m.direction).collect::<Vec<_>>(), [Direction::In, direction], "{status}");
        assert_eq!(lying(&steps(&item, 5 * HOUR), 9 * HOUR), None, "{status}");
    }
    item.status = Some("in_transit".to_owned());
    assert_eq!(moves(&item, 5 * HOUR).len(), 1, "a state that is no end moves nothing");
}

#[test]
fn what_left_before_it_was_recorded_lay_there_before_it_left() {
    let loaded = CustodyRecord { site: None, store: None, ..event(1, "loaded", 100, "", "") };
    let item = ItemRecord { site: Some("depot-1".to_owned()), ..weapon(vec![loaded]) };
    let told: Vec<_> = moves(&item, 900).into_iter().map(|one| (one.direction, one.at_ms)).collect();
    assert_eq!(told, [(Direction::In, 100), (Direction::Out, 100)]);
    assert_eq!(lying(&steps(&item, 900), 500), None);
}

#[test]
fn a_lot_is_destroyed_by_parts() {
    let mut destroyed = event(2, "destroyed", 2 * HOUR, "", "");
    destroyed.quantity = Some(400);
    let mut split = event(3, "split", 3 * HOUR, "", "");
    split.quantity = Some(500);
    let mut rest = event(4, "destroyed", 4 * HOUR, "", "");
    rest.quantity = Some(900);
    let item = ItemRecord {
        kind: Some("ammunition".to_owned()),
        quantity: Some(1_000),
        custody: vec![event(1, "received", HOUR, "north", "A"), destroyed, split, rest],
        ..ItemRecord::default()
    };
    let steps = steps(&item, 0);
    assert_eq!(lying(&steps, 2 * HOUR), Some((&place("north", "A"), 600)));
    assert_eq!(lying(&steps, 3 * HOUR), Some((&place("north", "A"), 100)));
    assert_eq!(lying(&steps, 4 * HOUR), None);
    assert_eq!(steps[3].taken, 100, "no more is destroyed than was there");
}

/// Any chain at all, also one that makes no sense: what moved is what lies.
#[test]
fn in_minus_out_minus_destroyed_minus_lost_is_what_lies_there() {
    let events = crate::domain::codes::CUSTODY_EVENT.codes;
    let states = crate::domain::codes::STATUS.codes;
    for seed in 0..500 {
        let mut d = Dice::new(seed);
        let mut all: BTreeMap<DocId, ItemRecord> = BTreeMap::new();
        for n in 0..=d.below(12) {
            let lot = d.percent(30);
            let chain = (0..d.below(9))
                .map(|i| {
                    let (site, store) =
                        d.of(&[("north", "A"), ("north", "B"), ("south", "A"), ("north", ""), ("", "")]);
                    let mut one = event(n * 16 + i, d.of(events).code, d.below(12) as i64 * HOUR, site, store);
                    one.quantity = d.percent(40).then(|| d.below(30) as i64);
                    one.at = one.at.filter(|_| d.percent(95));
                    one.withdrawn = d.percent(5).then(|| "by mistake".to_owned());
                    one
                })
                .collect();
            let item = ItemRecord {
                kind: Some(if lot { "ammunition" } else { "weapon" }.to_owned()),
                quantity: lot.then(|| d.below(40) as i64),
                status: d.percent(50).then(|| d.of(states).code.to_owned()),
                site: d.percent(70).then(|| "north".to_owned()),
                store: d.percent(50).then(|| "A".to_owned()),
                custody: chain,
                ..ItemRecord::default()
            };
            all.insert(DocId::from_bytes([n as u8; 16]), item);
        }
        let moved: Vec<(DocId, StockMove)> =
            all.iter().flat_map(|(id, item)| moves(item, 6 * HOUR).into_iter().map(move |one| (*id, one))).collect();
        let keys: BTreeSet<_> = moved.iter().map(|(id, one)| (id, &one.key)).collect();
        assert_eq!(keys.len(), moved.len(), "seed {seed}: every movement has a name of its own");
        let chains: BTreeMap<DocId, Vec<Step>> = all.iter().map(|(id, item)| (*id, steps(item, 6 * HOUR))).collect();
        for (site, store) in [("north", "A"), ("north", "B"), ("south", "A"), ("north", "")] {
            let store = place(site, store);
            for hour in 0..14 {
                let at = hour * HOUR;
                let balance = balance(moved.iter().map(|(id, one)| (id, one)), &store, at);
                let there = |steps: &Vec<Step>| lying(steps, at).filter(|(place, _)| **place == store).map(|(_, n)| n);
                let lies: i64 = chains.values().filter_map(there).sum();
                assert_eq!(balance.present(), lies, "seed {seed}, {store:?}, hour {hour}");
                assert!(balance.items.values().all(|lying| lying.quantity >= 0), "seed {seed}");
                let by_item: i64 = balance.present_items().map(|(_, lying)| lying.quantity).sum();
                assert_eq!(by_item, lies, "seed {seed}: item by item");
            }
        }
    }
}

#[test]
fn hours_are_the_ends_of_hours_and_no_more_than_asked_for() {
    assert_eq!(hours(0, 3 * HOUR, 99), [HOUR, 2 * HOUR, 3 * HOUR]);
    assert_eq!(hours(HOUR / 2, HOUR, 99), [HOUR]);
    assert_eq!(hours(0, i64::MAX, 3).len(), 3);
    assert_eq!(hours(5, 5, 9), Vec::<i64>::new().as_slice(), "no time, no hour");
}

fn bearing(serial: &str, class: &str) -> ItemRecord {
    let marking =
        MarkingRecord { kind: Some("SER".to_owned()), text: Some(serial.to_owned()), ..MarkingRecord::default() };
    ItemRecord { class: Some(class.to_owned()), markings: vec![marking], ..weapon(Vec::new()) }
}

fn id(n: u8) -> DocId {
    DocId::from_bytes([n; 16])
}

fn expected() -> Expected {
    let lying = |quantity| Lying { quantity, last_event: "stored".to_owned(), last_ms: HOUR };
    let lot = ItemRecord { kind: Some("ammunition".to_owned()), ..ItemRecord::default() };
    Expected {
        items: BTreeMap::from([
            (id(1), (bearing("KV 1", "ASR"), lying(1))),
            (id(2), (bearing("KV 2", "ASR"), lying(1))),
            (id(3), (bearing("P 3", "PIS"), lying(1))),
            (id(4), (lot, lying(500))),
        ]),
    }
}

fn sighting(n: u8, result: &str, serial: &str) -> SightingRecord {
    SightingRecord {
        key: format!("{n:016x}.0"),
        item: Some(id(n)),
        result: Some(result.to_owned()),
        serial: Some(serial.to_owned()),
        ..SightingRecord::default()
    }
}

#[test]
fn a_count_is_held_against_custody_item_by_item() {
    let weekly = CountRecord {
        occasion: Some("weekly".to_owned()),
        weapons: Some(2),
        rounds: Some(500),
        sightings: vec![sighting(1, "present", "kv1"), sighting(3, "missing", ""), sighting(9, "present", "")],
        ..CountRecord::default()
    };
    let result = reconcile(&expected(), &weekly);
    let told: Vec<_> = result.discrepancies.iter().map(|one| (one.item, one.difference.code())).collect();
    assert_eq!(told, [(id(3), "missing"), (id(9), "unexpected")]);
    assert_eq!((result.weapons, result.rounds), ((3, Some(2)), (500, Some(500))));
    assert_eq!((result.shortage(), result.checked, result.expected), (1, 2, 4));
    assert!(!result.agrees() && result.covers(500) && !result.covers(501));
    let all = CountRecord { occasion: Some("half_yearly".to_owned()), ..weekly.clone() };
    let unseen: Vec<_> = reconcile(&expected(), &all)
        .discrepancies
        .into_iter()
        .filter(|one| one.difference == Difference::NotSeen)
        .map(|one| one.item)
        .collect();
    assert_eq!(unseen, [id(2), id(4)], "a count of everything misses what it did not come across");
}

#[test]
fn another_serial_another_quantity_and_another_class_are_told() {
    let mut lot = sighting(4, "present", "");
    lot.quantity = Some(450);
    let tally = |class: &str, quantity| TallyRecord {
        key: format!("{class:0>16}.0"),
        class: Some(class.to_owned()),
        quantity: Some(quantity),
        ..TallyRecord::default()
    };
    let count = CountRecord {
        sightings: vec![sighting(2, "present", "KV 7"), lot],
        tallies: vec![tally("ASR", 1), tally("PIS", 2)],
        ..CountRecord::default()
    };
    let result = reconcile(&expected(), &count);
    assert_eq!(
        result.discrepancies[0].difference,
        Difference::SerialDiffers { recorded: "KV 2".to_owned(), seen: "KV 7".to_owned() }
    );
    assert_eq!(result.discrepancies[1].difference, Difference::QuantityDiffers { expected: 500, counted: 450 });
    assert_eq!(result.by_class["ASR"], (2, 1));
    assert_eq!(result.by_class["PIS"], (1, 2));
    let good = CountRecord {
        weapons: Some(3),
        rounds: Some(500),
        sightings: vec![sighting(2, "present", "KV-2")],
        tallies: vec![tally("ASR", 2), tally("PIS", 1)],
        ..CountRecord::default()
    };
    assert!(reconcile(&expected(), &good).agrees(), "a serial is compared as serials are, without blanks and dashes");
    assert_eq!(reconcile(&expected(), &good).shortage(), 0);
}
