//! A day at a destruction site: twenty weapons and a lot, one rejected, one that needs a second process.

use super::*;
use crate::{Hold, ItemResult, NewDestruction, NewHandover, ReceiptOptions, ScrapLeft};

fn new(items: &[String]) -> NewDestruction {
    NewDestruction {
        site: "north".to_owned(),
        method: "CUT-T".to_owned(),
        authority: "Ministry of Defence".to_owned(),
        authorisation: "MD 44".to_owned(),
        third_party: Some("UNMAS".to_owned()),
        items: items.to_vec(),
        ..NewDestruction::default()
    }
}

fn result(item: &str, came_to: &str) -> ItemResult {
    ItemResult {
        item: item.to_owned(),
        result: came_to.to_owned(),
        before: Some([1; 32]),
        after: Some([2; 32]),
        ..ItemResult::default()
    }
}

fn because(item: &str, came_to: &str, reason: &str) -> ItemResult {
    ItemResult { reason: Some(reason.to_owned()), ..result(item, came_to) }
}

#[test]
fn twenty_weapons_and_a_lot_are_destroyed_and_it_adds_up() {
    let world = World::new();
    world.without_approval();
    let amina = world.tablet("Amina", &[]);
    let items = rifles(&amina, 20, "north", "A");
    let ammunition = lot(&amina, "L-1", 1_000, "north", "A");
    world.sync(&[&amina]);
    let selma = world.tablet("Selma", &[Role::Supervisor]);
    let mut list = tags(1, 20);
    list.push("L-1,600".to_owned());
    let planned = selma.destruction_plan(&new(&list), None).unwrap();
    assert_eq!((planned.added, planned.refused.len(), planned.warnings.len()), (21, 0, 0));
    let id = planned.destruction.document;
    assert_eq!(value(&selma, &items[0], "status"), Some("scheduled_for_destruction".into()));
    assert_eq!(code(selma.destruction_result(&id, &result("T-001", "complete"))), "destruction.wrong_state");
    selma.destruction_start(&id, false).unwrap();

    let mut scans: Vec<String> = (1..=19).map(|n| format!("T-{n:03},KV {n:04}")).collect();
    scans.extend(texts(&["T-020,KV 9999", "L-1", "T-777"]));
    let checks = selma.destruction_check(&id, &scans, false, None).unwrap();
    let told: Vec<&str> = checks.iter().map(|one| one.identity.as_str()).collect();
    assert!(told[..19].iter().all(|identity| *identity == "tag_and_serial"));
    assert_eq!(told[19..], ["mismatch", "tag_only", "unknown"]);

    for tag in tags(1, 18) {
        selma.destruction_result(&id, &result(&tag, "complete")).unwrap();
    }
    assert_eq!(code(selma.destruction_result(&id, &result("T-001", "complete"))), "destruction.settled");
    assert_eq!(code(selma.destruction_result(&id, &result("T-020", "complete"))), "destruction.identity_mismatch");
    assert_eq!(code(selma.destruction_result(&id, &result("T-020", "rejected"))), "edit.no_reason");
    selma.destruction_result(&id, &because("T-020", "rejected", "another serial than on the list")).unwrap();
    let burned = ItemResult { method: Some("BRN".to_owned()), ..result("T-019", "complete") };
    assert_eq!(code(selma.destruction_result(&id, &burned)), "destruction.needs_second_process");
    let burned = ItemResult { result: "second_process".to_owned(), ..burned };
    assert_eq!(selma.destruction_result(&id, &burned).unwrap().fate, "needs_second_process");
    assert_eq!(code(selma.destruction_close(&id, false, None)), "destruction.unaccounted");
    let smelted = ItemResult { method: Some("SML".to_owned()), weight_g: Some(3_400), ..result("T-019", "complete") };
    assert_eq!(selma.destruction_result(&id, &smelted).unwrap().methods, ["BRN", "SML"]);
    let detonated =
        |quantity| ItemResult { method: Some("OD".to_owned()), quantity: Some(quantity), ..result("L-1", "complete") };
    assert_eq!(code(selma.destruction_result(&id, &detonated(600))), "destruction.no_quantity_method");
    let counted = |quantity| ItemResult { quantity_method: Some("counted".to_owned()), ..detonated(quantity) };
    assert_eq!(code(selma.destruction_result(&id, &counted(601))), "destruction.more_than_there");
    selma.destruction_result(&id, &counted(600)).unwrap();

    let closed = selma.destruction_close(&id, false, None).unwrap();
    assert_eq!(
        (closed.planned, closed.destroyed, closed.rejected, closed.withdrawn, closed.unaccounted),
        (21, 20, 1, 0, 0)
    );
    assert_eq!(closed.missing, ["the supervisor has not signed", "0 of 1 witnesses signed"]);
    selma
        .destruction_scrap(
            &id,
            &ScrapLeft { weight_g: 70_000, recipient: "Steel works".to_owned(), ..ScrapLeft::default() },
        )
        .unwrap();
    assert_eq!(code(selma.destruction_close(&id, false, None)), "destruction.wrong_state");
    world.sync(&[&selma, &amina]);
    for tablet in [&selma, &amina] {
        assert_eq!(value(tablet, &items[0], "status"), Some("destroyed".into()));
        assert_eq!(value(tablet, &items[0], "destruction"), Some(id.clone().into()));
        assert_eq!(value(tablet, &items[19], "status"), Some("stored".into()));
        assert_eq!(value(tablet, &ammunition, "status"), Some("stored".into()));
        let stock = tablet.stock(Some("north"), Some("A"), None, false).unwrap();
        assert_eq!((stock[0].weapons.destroyed, stock[0].weapons.present), (19, 1));
        assert_eq!((stock[0].rounds.destroyed, stock[0].rounds.present), (600, 400));
        assert_eq!(tablet.show(&items[0]).unwrap().standing, "counts");
    }
    let next = selma.destruction_plan(&new(&texts(&["T-001", "T-020", "L-1"])), None).unwrap();
    assert_eq!(next.refused.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["destruction.ended"]);
    assert_eq!(next.destruction.items.iter().find_map(|one| one.planned_quantity), Some(400));
}

#[test]
fn what_may_not_be_destroyed_is_refused_one_by_one_with_its_reason() {
    let world = World::new();
    let amina = world.tablet("Amina", &[]);
    rifles(&amina, 6, "north", "A");
    amina.record(rifle("X").with("tag", "B-1").with("antique", true).with("year", 1950)).unwrap();
    let selma = world.tablet("Selma", &[Role::Supervisor]);
    world.sync(&[&amina, &selma]);
    selma.hold("T-001", Hold::Evidence, true, "court", false).unwrap();
    selma.hold("T-002", Hold::Trace, true, "asked the maker", false).unwrap();
    let joint = NewHandover {
        manner: "temporary".to_owned(),
        cargo: "weapons".to_owned(),
        from_body: Some("The movement".to_owned()),
        to_site: Some("north".to_owned()),
        to_store: Some("A".to_owned()),
        key_body_a: Some("UNMO".to_owned()),
        key_body_b: Some("The movement".to_owned()),
        key_holder_a: Some("Amina".to_owned()),
        key_holder_b: Some("Selma".to_owned()),
        items: tags(3, 3),
        ..NewHandover::default()
    };
    let handover = selma.handover_new(joint).unwrap().document;
    selma.handover_receive(&handover, &tags(3, 3), &ReceiptOptions::default(), None).unwrap();
    let first = selma.destruction_plan(&new(&tags(4, 4)), None).unwrap().destruction.document;
    let list = [tags(1, 5), texts(&["B-1", "T-999", "T-005"])].concat();
    let planned = selma.destruction_plan(&new(&list), None).unwrap();
    let codes: Vec<(&str, &str)> = planned.refused.iter().map(|one| (one.named.as_str(), one.code.as_str())).collect();
    assert_eq!(
        codes,
        [
            ("T-001", "destruction.evidence_hold"),
            ("T-002", "destruction.trace_pending"),
            ("T-003", "destruction.temporary"),
            ("T-004", "destruction.listed_elsewhere"),
            ("B-1", "destruction.open_finding"),
            ("T-999", "destruction.unknown_item"),
            ("T-005", "destruction.twice"),
        ]
    );
    assert_eq!(code(selma.destruction_plan(&new(&tags(1, 2)), None)), "destruction.evidence_hold");
    assert_eq!(
        code(selma.destruction_plan(&NewDestruction { method: "BRN".to_owned(), ..new(&tags(6, 6)) }, None)),
        "destruction.needs_second_process"
    );
    assert_eq!(
        code(selma.destruction_plan(&NewDestruction { method: "SEA".to_owned(), ..new(&tags(6, 6)) }, None)),
        "destruction.discouraged"
    );
    assert_eq!(
        code(selma.destruction_plan(&NewDestruction { authorisation: String::new(), ..new(&tags(6, 6)) }, None)),
        "destruction.no_authorisation"
    );
    assert_eq!(code(amina.destruction_plan(&new(&tags(6, 6)), None)), "authority.not_allowed");
    assert_eq!(code(selma.destruction_start(&first, false)), "destruction.not_approved");
    let cancelled = selma.destruction_cancel(&first, "no oxygen", false).unwrap();
    assert_eq!(cancelled.state.as_deref(), Some("cancelled"));
    assert_eq!(selma.destruction_add(&planned.destruction.document, &tags(4, 4), false, None).unwrap().added, 1);
}

#[test]
fn evidence_found_while_the_list_was_made_elsewhere_stops_the_destruction_of_that_item_alone() {
    let world = World::new();
    world.without_approval();
    let amina = world.tablet("Amina", &[]);
    let items = rifles(&amina, 2, "north", "A");
    world.sync(&[&amina]);
    let selma = world.tablet("Selma", &[Role::Supervisor]);
    let rosa = world.tablet("Rosa", &[Role::Registrar]);
    // Neither knows of the other.
    let id = selma.destruction_plan(&new(&tags(1, 2)), None).unwrap().destruction.document;
    selma.destruction_start(&id, false).unwrap();
    rosa.hold("T-001", Hold::Evidence, true, "court", false).unwrap();
    selma.destruction_result(&id, &result("T-002", "complete")).unwrap();
    world.sync(&[&rosa, &selma]);
    assert_eq!(code(selma.destruction_result(&id, &result("T-001", "complete"))), "destruction.evidence_hold");
    selma.destruction_withdraw(&id, "T-001", "held as evidence", false).unwrap();
    let closed = selma.destruction_close(&id, false, None).unwrap();
    assert_eq!((closed.destroyed, closed.withdrawn), (1, 1));
    world.sync(&[&selma, &rosa]);
    assert_eq!(value(&rosa, &items[0], "status"), Some("stored".into()));
    assert_eq!(value(&rosa, &items[1], "status"), Some("destroyed".into()));
}

#[test]
fn a_supervisor_does_not_end_what_they_recorded_themselves() {
    let world = World::new();
    world.without_approval();
    let selma = world.tablet("Selma", &[Role::Supervisor]);
    let items = rifles(&selma, 2, "north", "A");
    let planned = selma.destruction_plan(&new(&tags(1, 2)), None).unwrap();
    assert_eq!(planned.warnings.len(), 1, "said when it is planned, not when the furnace is hot");
    let id = planned.destruction.document;
    selma.destruction_start(&id, false).unwrap();
    for tag in tags(1, 2) {
        selma.destruction_result(&id, &result(&tag, "complete")).unwrap();
    }
    let before = selma.status().unwrap();
    assert_eq!(code(selma.destruction_close(&id, false, None)), "authority.own_record");
    assert_eq!(selma.status().unwrap(), before, "all or nothing");
    assert_eq!(value(&selma, &items[0], "status"), Some("scheduled_for_destruction".into()));
}

/// Statements of one tablet about a document.
fn statements(tablet: &Tablet, document: &str) -> usize {
    tablet.show(document).unwrap().statements.len()
}

#[test]
fn a_run_of_scans_is_one_statement_until_it_is_sealed_or_somebody_says_something_else() {
    let world = World::new();
    world.without_approval();
    let amina = world.tablet("Amina", &[]);
    let items = rifles(&amina, 12, "north", "A");
    world.sync(&[&amina]);
    let selma = world.tablet("Selma", &[Role::Supervisor]);
    let id = selma.destruction_plan(&new(&tags(1, 12)), None).unwrap().destruction.document;
    selma.destruction_start(&id, false).unwrap();
    let before = statements(&selma, &id);
    let check = |n: usize| {
        let scans = [format!("T-{n:03},KV {n:04}")];
        assert_eq!(selma.destruction_check(&id, &scans, false, None).unwrap()[0].identity, "tag_and_serial");
    };
    (1..=4).for_each(check);
    assert_eq!(statements(&selma, &id), before + 1, "four scans, one statement");
    // What is sealed is never touched again.
    selma.sync(world.register.clone()).unwrap();
    let sealed: Vec<String> = selma.show(&id).unwrap().statements.into_iter().map(|one| one.entry).collect();
    (5..=8).for_each(check);
    let now: Vec<String> = selma.show(&id).unwrap().statements.into_iter().map(|one| one.entry).collect();
    assert_eq!((now.len(), now.get(..sealed.len())), (sealed.len() + 1, Some(sealed.as_slice())));
    // Another word ends the run; what is said of items in between does not.
    selma.edit_json(&items[0], r#"{"rack":"R 1"}"#).unwrap();
    check(9);
    assert_eq!(statements(&selma, &id), before + 2);
    let note = selma.add_member_json(&id, "notes", r#"{"text":"rain"}"#).unwrap();
    (10..=12).for_each(check);
    assert_eq!(statements(&selma, &id), before + 4);
    assert!(selma.show(&id).unwrap().statements.iter().any(|one| one.entry == note.entry), "the note stands");
    for tag in tags(1, 11) {
        selma.destruction_result(&id, &result(&tag, "complete")).unwrap();
    }
    let both = [result("T-012", "complete"), result("T-012", "complete")];
    assert_eq!(code(selma.destruction_results(&id, &both, None)), "destruction.twice");
    let one_bad = [result("T-012", "complete"), result("T-001", "complete")];
    assert_eq!(code(selma.destruction_results(&id, &one_bad, None)), "destruction.settled");
    assert_eq!(selma.destruction(&id).unwrap().destroyed, 11, "all of them or none");
    assert_eq!(statements(&selma, &id), before + 4, "a result goes on where the checks ended");
    selma.destruction_results(&id, &one_bad[..1], None).unwrap();
    let closed = selma.destruction_close(&id, false, None).unwrap();
    assert_eq!((closed.destroyed, closed.items.iter().filter(|one| one.identity.is_some()).count()), (12, 12));
    world.sync(&[&selma, &amina]);
    assert_eq!(amina.show(&id).unwrap().value("state"), Some("closed".into()));
    assert_eq!(value(&amina, &items[11], "status"), Some("destroyed".into()));
}

/// As the largest sites have it: three times what a journal may say statements of one document, and no list is too long for one tablet.
#[test]
fn three_thousand_weapons_on_one_list_are_checked_destroyed_and_closed_in_few_statements() {
    const MANY: usize = 3_000;
    const ONE_BY_ONE: usize = 40;
    let world = World::new();
    world.without_approval();
    let amina = world.tablet("Amina", &[]);
    let items = rifles(&amina, MANY, "north", "A");
    world.sync(&[&amina]);
    let selma = world.tablet("Selma", &[Role::Supervisor]);
    let mut began = std::time::Instant::now();
    let mut took = |what: &str| {
        eprintln!("{what}: {:.1} s", began.elapsed().as_secs_f64());
        began = std::time::Instant::now();
    };
    let planned = selma.destruction_plan(&new(&tags(1, MANY)), None).unwrap();
    let id = planned.destruction.document;
    assert_eq!((planned.added, planned.refused.len()), (MANY as u64, 0));
    selma.destruction_start(&id, false).unwrap();
    took("planned");
    let scans: Vec<String> = (1..=MANY).map(|n| format!("T-{n:03},KV {n:04}")).collect();
    let (by_hand, piped) = scans.split_at(ONE_BY_ONE);
    for scan in by_hand {
        selma.destruction_check(&id, std::slice::from_ref(scan), false, None).unwrap();
    }
    took("checked one by one");
    for some in piped.chunks(100) {
        let views = selma.destruction_check(&id, some, false, None).unwrap();
        assert!(views.iter().all(|one| one.identity == "tag_and_serial"));
    }
    took("checked by the hundred");
    let results: Vec<ItemResult> = tags(1, MANY).iter().map(|tag| result(tag, "complete")).collect();
    let (by_hand, piped) = results.split_at(ONE_BY_ONE);
    for one in by_hand {
        selma.destruction_result(&id, one).unwrap();
    }
    took("destroyed one by one");
    for some in piped.chunks(100) {
        selma.destruction_results(&id, some, None).unwrap();
    }
    took("destroyed by the hundred");
    let closed = selma.destruction_close(&id, false, None).unwrap();
    assert_eq!((closed.planned, closed.destroyed, closed.unaccounted), (MANY as u64, MANY as u64, 0));
    took("closed");
    assert!(statements(&selma, &id) < 60, "{} statements", statements(&selma, &id));
    world.sync(&[&selma, &amina]);
    took("synced");
    assert_eq!(value(&amina, &items[MANY - 1], "status"), Some("destroyed".into()));
    assert_eq!(amina.destruction(&id).unwrap().destroyed, MANY as u64);
}
