//! Marks: two tablets mark offline and never give the same number; nothing is given twice after a lost answer or a restored backup.

use std::collections::BTreeSet;

use super::*;
use crate::{MarkGiven, Marking, NewSession};

fn session(method: &str, depth_um: i64) -> NewSession {
    NewSession {
        machine: "Couth 3".to_owned(),
        method: method.to_owned(),
        depth_um: Some(depth_um),
        ..NewSession::default()
    }
}

fn marking(item: &str) -> Marking {
    let has = ["exposed", "conspicuous", "recognisable", "readable", "durable", "recoverable"].map(str::to_owned);
    Marking { item: item.to_owned(), location: "RCV".to_owned(), has: has.to_vec(), ..Marking::default() }
}

#[test]
fn two_tablets_mark_offline_and_never_give_the_same_mark() {
    let world = World::new();
    let (amina, joseph) = (world.tablet("Amina", &[]), world.tablet("Joseph", &[]));
    rifles(&amina, 12, "north", "A");
    world.sync(&[&amina, &joseph]);
    assert_eq!(code(amina.mark(&marking("T-001"))), "marks.no_session");
    for tablet in [&amina, &joseph] {
        tablet.marking_session_open(&session("STP", 120)).unwrap();
        assert_eq!(code(tablet.mark(&marking("T-001"))), "marks.none_left");
        tablet.marks_reserve(world.register.clone(), "*BI", 6).unwrap();
        assert_eq!(code(tablet.marking_session_open(&session("STP", 120))), "marks.session_open");
    }
    let give = |tablet: &Tablet, from: usize, to: usize| -> Vec<MarkGiven> {
        tags(from, to).iter().map(|tag| tablet.mark(&marking(tag)).unwrap()).collect()
    };
    let (ones, others) = (give(&amina, 1, 6), give(&joseph, 7, 12));
    let marks: BTreeSet<&str> = ones.iter().chain(&others).map(|one| one.mark.as_str()).collect();
    assert_eq!(marks.len(), 12);
    assert!(marks.contains("*BI000001") && ones.iter().all(|one| one.warnings.is_empty()), "{marks:?}");
    assert_eq!(code(amina.mark(&Marking { again: true, ..marking("T-001") })), "marks.none_left");
    assert_eq!(ones[4].left, 1);
    assert!(amina.marks_status().unwrap().few);
    world.sync(&[&amina, &joseph, &amina]);
    let seen = joseph.show(&ones[0].item.item).unwrap();
    assert!(seen.fields.iter().any(|f| f.path.ends_with("/text") && f.value == ones[0].mark.as_str()));
    assert_eq!(joseph.custody(&ones[2].mark).unwrap().line.tag.as_deref(), Some("T-003"), "found by its mark");
}

#[test]
fn a_mark_is_not_given_again_by_mistake_and_a_spoilt_one_never() {
    let world = World::new();
    let amina = world.tablet("Amina", &[]);
    let items = rifles(&amina, 3, "north", "A");
    amina.marks_reserve(world.register.clone(), "*BI######", 10).unwrap();
    let open = amina.marking_session_open(&session("LAS", 60)).unwrap();
    let stock = Marking {
        location: "STK".to_owned(),
        has: texts(&["readable"]),
        lacks: texts(&["durable"]),
        ..marking("T-001")
    };
    let given = amina.mark(&stock).unwrap();
    let warned = given.warnings.join(" ");
    for word in ["laser", "0.1 mm", "receiver", "not durable", "recoverable"] {
        assert!(warned.contains(word), "{word}: {warned}");
    }
    let again = amina.mark(&marking("T-001"));
    assert!(again.as_ref().unwrap_err().hint.contains(&given.mark), "after a crash the operator is told the mark");
    assert_eq!(code(again), "marks.already");
    assert_eq!(amina.spoil_mark(&given.mark, "slipped", false).unwrap().unwrap().tag.as_deref(), Some("T-001"));
    assert_eq!(code(amina.spoil_mark(&given.mark, "slipped", false)), "marks.spoilt_already");
    assert_eq!(code(amina.spoil_mark("*BI000099", "test plate", false)), "marks.not_ours");
    assert_eq!(amina.spoil_mark("*BI000002", "test plate", false).unwrap(), None);
    let next = amina.mark(&marking("T-001")).unwrap();
    assert_eq!(next.mark, "*BI000003", "neither the spoilt one nor the test plate");
    let replacing = Marking { replaces: Some(next.marking.clone()), ..marking("T-001") };
    assert_eq!(amina.mark(&replacing).unwrap().mark, "*BI000004");
    assert_eq!(
        code(amina.mark(&Marking { replaces: Some("0000000000000000.0".to_owned()), ..marking("T-002") })),
        "edit.no_such_member"
    );
    assert_eq!(code(amina.mark(&Marking { has: texts(&["pretty"]), ..marking("T-002") })), "marks.no_such_quality");
    let status = amina.marks_status().unwrap();
    assert_eq!((status.given, status.spoilt, status.left), (2, 2, 6));
    assert_eq!(amina.marking_session_close(Some("belt torn"), Some(40), None, false).unwrap(), open);
    assert_eq!(value(&amina, &open, "state"), Some("broken_off".into()));
    assert!(amina.show(&open).unwrap().fields.iter().any(|f| f.value.to_string().contains("*BI000002 spoilt")));
    assert_eq!(code(amina.mark(&marking("T-003"))), "marks.no_session");
    assert_eq!(items.len(), 3);
}

#[test]
fn a_lost_answer_gives_the_same_block_and_a_restored_backup_gives_no_number_again() {
    let world = World::new();
    let dir = world.dir.path().join("Amina");
    let amina = world.tablet("Amina", &[]);
    rifles(&amina, 4, "north", "A");
    world.register.faults(|faults| faults.lose_mark_answers = 1);
    assert_eq!(code(amina.marks_reserve(world.register.clone(), "*BI", 5)), "transport.interrupted");
    assert!(amina.marks_status().unwrap().asked);
    assert_eq!(code(amina.marks_reserve(world.register.clone(), "*BI", 7)), "marks.asked_before");
    let reserved = amina.marks_reserve(world.register.clone(), "*BI", 5).unwrap();
    assert_eq!((reserved.first, reserved.count, world.register.mark_blocks()), (1, 5, 1));
    amina.marking_session_open(&session("STP", 120)).unwrap();
    amina.mark(&marking("T-001")).unwrap();
    world.register.publish_key();
    world.sync(&[&amina]);
    world.sync(&[&amina]);
    let device = |tablet: &Tablet| tablet.enrolment().unwrap().device.parse().unwrap();
    let first = device(&amina);
    drop(amina);

    // The backup was taken here; two more marks are lost with the device.
    let backup = world.dir.path().join("backup");
    std::fs::create_dir_all(&backup).unwrap();
    for file in
        std::fs::read_dir(&dir).unwrap().map(|file| file.unwrap()).filter(|file| file.file_type().unwrap().is_file())
    {
        std::fs::copy(file.path(), backup.join(file.file_name())).unwrap();
    }
    let amina = reopened(&dir);
    let lost: Vec<String> = tags(2, 3).iter().map(|tag| amina.mark(&marking(tag)).unwrap().mark).collect();
    assert_eq!(lost, ["*BI000002", "*BI000003"]);
    drop(amina);
    let restored = Tablet::open(TabletConfig::new(&backup.to_string_lossy())).unwrap();
    let enrolled = restored.enrol(world.register.clone(), "http://register.test", "Amina", "Amina again");
    assert_eq!(code(enrolled), "reopen.not_allowed");
    world.register.allow_reopening(first, device(&restored));
    restored.sync(world.register.clone()).unwrap();
    let status = restored.marks_status().unwrap();
    assert_eq!((status.left, status.next), (0, None), "what was used of the old block nobody here knows");
    assert_eq!(code(restored.mark(&marking("T-004"))), "marks.none_left");
    restored.marks_reserve(world.register.clone(), "*BI", 5).unwrap();
    assert_eq!(restored.mark(&marking("T-004")).unwrap().mark, "*BI000006");
}
