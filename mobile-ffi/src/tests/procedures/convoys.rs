//! A convoy: what is loaded in the north arrives in the south, and a box is short by one.

use super::*;
use crate::{NewHandover, ReceiptOptions, SealSeen};

fn convoy(items: &[String]) -> NewHandover {
    NewHandover {
        manner: "transport".to_owned(),
        cargo: "weapons".to_owned(),
        from_site: Some("north".to_owned()),
        from_store: Some("A".to_owned()),
        to_site: Some("south".to_owned()),
        to_store: Some("B".to_owned()),
        vehicle: Some("UN 4711".to_owned()),
        items: items.to_vec(),
        ..NewHandover::default()
    }
}

fn outcomes(done: &[crate::ScanView]) -> Vec<&str> {
    done.iter().map(|one| one.outcome.as_str()).collect()
}

#[test]
fn a_box_is_short_by_one_and_everybody_knows_which() {
    let world = World::new();
    let (north, south) = (world.tablet("Sara", &[Role::Storekeeper]), world.tablet("Omar", &[Role::Storekeeper]));
    let items = rifles(&north, 6, "north", "A");
    world.sync(&[&north, &south]);
    let plan = north.handover_new(convoy(&tags(1, 5))).unwrap();
    assert_eq!((plan.lines, plan.state.as_deref(), plan.counts), (5, Some("planned"), true));
    let id = plan.document.clone();

    let scans = texts(&["T-001", "T-002", "T-002", "T-006", "T-999", "T-003"]);
    let done = north.handover_load(&id, &scans, Some("box 1"), false, None).unwrap();
    assert_eq!(outcomes(&done), ["ok", "ok", "twice", "not_on_manifest", "unknown", "ok"]);
    assert_eq!(done.iter().filter(|one| one.saved).count(), 3);
    assert_eq!(code(north.handover_depart(&id, None, false)), "handover.not_as_listed");
    north.handover_load(&id, &tags(4, 5), Some("box 2"), false, None).unwrap();
    let seal = |state: &str| SealSeen {
        number: "S-77".to_owned(),
        box_name: Some("box 1".to_owned()),
        state: state.to_owned(),
    };
    north.handover_seal(&id, &[seal("applied")], false).unwrap();
    assert_eq!(north.handover_depart(&id, None, false).unwrap().state.as_deref(), Some("under_way"));
    assert_eq!(value(&north, &items[0], "status"), Some("in_transit".into()));
    assert_eq!(present(&north, "north", "A"), 1, "on the road it lies in no store");
    world.sync(&[&north, &south]);

    let options = ReceiptOptions { rack: Some("9".to_owned()), ..ReceiptOptions::default() };
    let done = south
        .handover_receive(&id, &texts(&["T-001", "T-003", "T-005", "T-004", "T-006", "X-1"]), &options, None)
        .unwrap();
    assert_eq!(outcomes(&done), ["ok", "ok", "ok", "ok", "not_on_manifest", "unknown"]);
    south.handover_seal(&id, &[seal("broken")], false).unwrap();
    let differs = |tablet: &Tablet| -> Vec<(String, String)> {
        let of = |d: crate::DiffView| (d.way, d.item.and_then(|i| i.tag).or(d.named).unwrap_or_default());
        let mut all: Vec<_> = tablet.handover_diff(&id).unwrap().into_iter().map(of).collect();
        all.sort();
        all
    };
    let expected = |more: &[(&str, &str)]| -> Vec<(String, String)> {
        more.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    let found = expected(&[("broken", "S77"), ("missing", "T-002"), ("surplus", "T-006"), ("surplus", "tag X1")]);
    assert_eq!(differs(&south), found);
    assert_eq!(south.handover(&id).unwrap().state.as_deref(), Some("under_way"), "something is missing: it stays open");
    let closing = ReceiptOptions { close: true, ..options };
    south.handover_receive(&id, &[], &closing, None).unwrap();
    world.sync(&[&south, &north]);
    assert_eq!(differs(&north), found);
    assert_eq!(north.handover(&id).unwrap().state.as_deref(), Some("received"));
    assert_eq!((present(&north, "south", "B"), present(&north, "north", "A")), (5, 0));
    let chain = north.custody("T-001").unwrap();
    let told: Vec<&str> = chain.steps.iter().map(|s| s.event.as_str()).collect();
    assert_eq!((&told[told.len() - 2..], chain.now.as_deref()), (&["loaded", "received"][..], Some("south / B")));
    assert_eq!(north.custody("T-002").unwrap().now, None, "nobody's store holds what is missing");
    assert_eq!(code(south.handover_receive(&id, &texts(&["T-002"]), &closing, None)), "handover.wrong_state");
}

#[test]
fn weapons_and_ammunition_never_travel_together_and_nothing_is_saved_of_it() {
    let world = World::new();
    let sara = world.tablet("Sara", &[]);
    rifles(&sara, 2, "north", "A");
    lot(&sara, "L-1", 500, "north", "A");
    let before = sara.status().unwrap();
    let mixed = |cargo: &str, items: &[&str]| NewHandover { cargo: cargo.to_owned(), ..convoy(&texts(items)) };
    assert_eq!(code(sara.handover_new(mixed("weapons", &["T-001", "L-1"]))), "handover.mixed_cargo");
    assert_eq!(code(sara.handover_new(mixed("ammunition", &["L-1", "T-001"]))), "handover.mixed_cargo");
    assert_eq!(code(sara.handover_new(mixed("ammunition", &["L-1,100"]))), "handover.part_of_lot");
    assert_eq!(code(sara.handover_new(mixed("horses", &["L-1"]))), "edit.not_in_list");
    assert_eq!(
        code(sara.handover_new(NewHandover { to_site: None, to_store: None, ..convoy(&tags(1, 1)) })),
        "handover.no_to"
    );
    assert_eq!(sara.status().unwrap(), before);
    let all = sara.handover_new(mixed("ammunition", &["L-1"])).unwrap();
    sara.handover_load(&all.document, &texts(&["L-1"]), None, false, None).unwrap();
    let cancelled = sara.handover_cancel(&all.document, "no fuel", false).unwrap();
    assert_eq!(cancelled.state.as_deref(), Some("cancelled"));
    assert_eq!(sara.custody("L-1").unwrap().now.as_deref(), Some("north / A"));
    assert_eq!(sara.stock(Some("north"), Some("A"), None, false).unwrap()[0].rounds.present, 500);
}

#[test]
fn what_is_handed_over_temporarily_is_returned_lawfully_and_nothing_else_is() {
    let world = World::new();
    let amina = world.tablet("Amina", &[]);
    let selma = world.tablet("Selma", &[Role::Supervisor]);
    let items = rifles(&amina, 2, "north", "A");
    let temporary = NewHandover { manner: "temporary".to_owned(), ..convoy(&tags(1, 1)) };
    assert_eq!(code(amina.handover_new(temporary.clone())), "handover.no_key_bodies");
    let body = |name: &str| Some(name.to_owned());
    let one_body = NewHandover { key_body_a: body("UNMO"), key_body_b: body("unmo "), ..temporary.clone() };
    assert_eq!(code(amina.handover_new(one_body)), "handover.one_key_body");
    let joint = NewHandover { key_body_a: body("UNMO"), key_body_b: body("The movement"), ..temporary };
    let id = amina.handover_new(joint).unwrap().document;
    amina.handover_receive(&id, &tags(1, 1), &ReceiptOptions::default(), None).unwrap();
    assert!(amina.custody("T-001").unwrap().temporary);
    world.sync(&[&amina, &selma]);

    let back = |items: &[String]| NewHandover {
        manner: "return".to_owned(),
        to_site: None,
        to_store: None,
        to_body: body("The movement"),
        authority: body("Joint commission"),
        authorisation: body("JC 12"),
        ..convoy(items)
    };
    assert_eq!(
        code(selma.handover_new(NewHandover { authority: None, ..back(&tags(1, 1)) })),
        "handover.no_authorisation"
    );
    assert_eq!(code(selma.handover_new(back(&tags(2, 2)))), "handover.not_temporary");
    let view = selma.handover_new(back(&tags(1, 2))).unwrap();
    assert_eq!((view.lines, view.refused[0].code.as_str()), (1, "handover.not_temporary"));
    selma.handover_receive(&view.document, &tags(1, 1), &ReceiptOptions::default(), None).unwrap();
    assert_eq!(value(&selma, &items[0], "status"), Some("returned_to_owner".into()));
    let chain = selma.custody("T-001").unwrap();
    let last = chain.steps.last().unwrap();
    assert_eq!(
        (last.event.as_str(), last.authority.as_deref(), chain.now),
        ("returned", Some("Joint commission, JC 12"), None)
    );
}

#[test]
fn a_tag_that_two_items_bear_holds_up_no_other_line_and_means_the_one_on_the_list() {
    let world = World::new();
    let sara = world.tablet("Sara", &[]);
    let items = rifles(&sara, 2, "north", "A");
    let twin =
        sara.record(rifle("ZZ 1").with("tag", "T-001").with("site", "north").with("store", "A")).unwrap().document;
    let error = sara.handover_new(convoy(&tags(1, 2))).unwrap_err();
    assert_eq!(error.code, "item.ambiguous");
    assert!(error.message.contains(&twin[..12]) && error.message.contains("ZZ 1"), "{}", error.message);
    let id = sara.handover_new(convoy(&[items[0].clone(), items[1].clone()])).unwrap().document;
    let done = sara.handover_load(&id, &tags(1, 2), None, false, None).unwrap();
    assert_eq!(outcomes(&done), ["ok", "ok"]);
    assert_eq!(done[0].item.as_ref().unwrap().item, items[0]);
    let count = crate::NewCount {
        site: "south".to_owned(),
        store: "B".to_owned(),
        occasion: "spot".to_owned(),
        as_claim: true,
    };
    let count = sara.count_new(&count).unwrap().document;
    let seen = sara.count_scan(&count, &texts(&["T-001", "T-002"]), true, None).unwrap();
    assert_eq!(seen.iter().map(|one| one.result.as_str()).collect::<Vec<_>>(), ["ambiguous", "unexpected"]);
}
