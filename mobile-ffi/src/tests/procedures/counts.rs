//! A count finds that a pistol is missing, and names it.

use super::*;
use crate::{NewCount, NewIncident, Tally};

fn new(occasion: &str) -> NewCount {
    NewCount { site: "north".to_owned(), store: "A".to_owned(), occasion: occasion.to_owned(), as_claim: false }
}

fn tally(class: &str, quantity: i64) -> Tally {
    Tally { class: Some(class.to_owned()), quantity, ..Tally::default() }
}

#[test]
fn a_missing_pistol_is_named_and_everybody_draws_the_same_sample() {
    let world = World::new();
    let (sara, omar) = (world.tablet("Sara", &[Role::Storekeeper]), world.tablet("Omar", &[Role::Storekeeper]));
    rifles(&sara, 29, "north", "A");
    let pistol = rifle("PM 7").with("class", "PIS").with("model", "PM").with("tag", "P-1").with("site", "north");
    let pistol = sara.record(pistol.with("store", "A")).unwrap().document;
    world.sync(&[&sara, &omar]);

    let weekly = sara.count_new(&new("weekly")).unwrap();
    assert_eq!((weekly.expected, weekly.sample, weekly.to_check.len()), (30, 3, 3));
    world.sync(&[&sara, &omar]);
    assert_eq!(omar.count(&weekly.document).unwrap().to_check, weekly.to_check);
    assert_eq!(code(sara.count_close(&weekly.document, false, None)), "count.nothing_counted");

    let everything = sara.count_new(&new("half_yearly")).unwrap();
    assert_eq!(everything.sample, 30);
    let id = everything.document;
    let mut scans: Vec<String> = (1..=28).map(|n| format!("T-{n:03},kv {n:04}")).collect();
    scans.extend(texts(&["T-029,KV 0092", "T-001", "NOBODY'S"]));
    let seen = sara.count_scan(&id, &scans, false, None).unwrap();
    let results: Vec<&str> = seen.iter().map(|one| one.result.as_str()).collect();
    assert!(results[..28].iter().all(|result| *result == "present"));
    assert_eq!(results[28..], ["serial_differs", "twice", "unexpected"]);
    sara.count_tally(&id, &tally("ASR", 29), false).unwrap();
    sara.count_tally(&id, &tally("PIS", 0), false).unwrap();
    let closed = sara.count_close(&id, false, None).unwrap();
    let differ: Vec<(&str, &str)> =
        closed.discrepancies.iter().map(|d| (d.item.tag.as_deref().unwrap(), d.difference.as_str())).collect();
    assert_eq!(closed.discrepancies.len(), 2);
    assert!(differ.contains(&("P-1", "missing")) && differ.contains(&("T-029", "serial_differs")), "{differ:?}");
    assert_eq!((closed.shortage, closed.agrees, closed.weapons_counted), (1, false, Some(29)));
    assert_eq!(closed.by_class["PIS"], (1, 0));
    assert_eq!(closed.unknown, ["NOBODY'S"]);
    assert_eq!(sara.custody("T-001").unwrap().steps.last().unwrap().event, "counted");
    assert_eq!(code(sara.count_scan(&id, &texts(&["P-1"]), false, None)), "count.closed");

    let incident = NewIncident {
        nature: "shortage".to_owned(),
        circumstances: "not on the rack at the half-yearly count".to_owned(),
        items: vec![pistol.clone()],
        count: Some(id),
        ..NewIncident::default()
    };
    let reported = sara.incident_new(&incident).unwrap();
    world.sync(&[&sara, &omar]);
    assert_eq!(value(&omar, &reported, "nature"), Some("shortage".into()));
    let stolen = NewIncident { status: Some("stolen".to_owned()), ..incident };
    assert_eq!(
        code(sara.incident_new(&stolen)),
        "authority.not_allowed",
        "a storekeeper does not say what becomes of it"
    );
    let selma = world.tablet("Selma", &[Role::Supervisor]);
    selma.incident_new(&NewIncident { count: None, ..stolen }).unwrap();
    assert_eq!(value(&selma, &pistol, "status"), Some("stolen".into()));
    let stock = selma.stock(Some("north"), Some("A"), None, false).unwrap();
    assert_eq!((stock[0].weapons.lost, stock[0].weapons.present), (1, 29));
}

#[test]
fn a_count_that_agrees_says_so_and_a_collector_counts_for_nothing() {
    let world = World::new();
    let (sara, amina) = (world.tablet("Sara", &[Role::Storekeeper]), world.tablet("Amina", &[]));
    rifles(&sara, 3, "north", "A");
    let id = sara.count_new(&new("half_yearly")).unwrap().document;
    sara.count_scan(&id, &tags(1, 3), false, None).unwrap();
    sara.count_tally(&id, &tally("ASR", 3), false).unwrap();
    let closed = sara.count_close(&id, false, None).unwrap();
    assert!(closed.agrees && closed.discrepancies.is_empty(), "{closed:?}");
    assert_eq!(code(amina.count_new(&new("weekly"))), "authority.not_allowed");
    assert_eq!(code(sara.count_new(&NewCount { store: " ".to_owned(), ..new("weekly") })), "custody.no_store");
}
