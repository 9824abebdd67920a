//! Finding what is here.

use super::*;
use crate::{ListFilter, ListRow};

fn rows(tablet: &Tablet, filter: ListFilter) -> Vec<ListRow> {
    tablet.list(filter).unwrap().rows
}

fn by_serial(tablet: &Tablet, serial: &str, confusable: bool) -> usize {
    rows(tablet, ListFilter { serial: Some(serial.to_owned()), confusable, ..ListFilter::default() }).len()
}

#[test]
fn serials_are_found_by_any_part_and_by_how_they_are_misread() {
    let dir = tempfile::tempdir().unwrap();
    let tablet = enrolled(dir.path(), &FakeRegister::new(), "Amina");
    for serial in ["AB-12 345", "XK0815", "17-0B8"] {
        tablet.record(rifle(serial)).unwrap();
    }
    assert_eq!(by_serial(&tablet, "12345", false), 1);
    assert_eq!(by_serial(&tablet, "b12 3", false), 1);
    assert_eq!(by_serial(&tablet, "O815", false), 0);
    assert_eq!(by_serial(&tablet, "O8I5", true), 1);
    assert_eq!(by_serial(&tablet, "\" OR \"AB", true), 0);
    let short = tablet.list(ListFilter { serial: Some("1-2".to_owned()), ..ListFilter::default() });
    assert_eq!(short.unwrap_err().code, "list.too_short");
}

#[test]
fn what_was_corrected_is_no_longer_found_and_a_conflict_hides_nothing() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let register = FakeRegister::new();
    let amina = enrolled(a.path(), &register, "Amina");
    let boris = enrolled(b.path(), &register, "Boris");
    let doc = amina.record(rifle("FIRST11")).unwrap().document;
    let view = amina.show(&doc).unwrap();
    let path = view.fields.iter().find(|f| f.path.ends_with("/text")).unwrap().path.clone();
    amina.edit_json(&doc, &serde_json::json!({ path.as_str(): "SECOND22" }).to_string()).unwrap();
    assert_eq!((by_serial(&amina, "FIRST", false), by_serial(&amina, "SECOND", false)), (0, 1));
    amina.sync(register.clone()).unwrap();
    boris.sync(register.clone()).unwrap();
    amina.edit_json(&doc, &serde_json::json!({ path.as_str(): "THIRD33" }).to_string()).unwrap();
    boris.edit_json(&doc, &serde_json::json!({ path.as_str(): "FOURTH44" }).to_string()).unwrap();
    boris.sync(register.clone()).unwrap();
    amina.sync(register.clone()).unwrap();
    assert_eq!((by_serial(&amina, "THIRD", false), by_serial(&amina, "FOURTH", false)), (1, 1));
    assert_eq!(rows(&amina, ListFilter { in_conflict: true, ..ListFilter::default() }).len(), 1);
}

#[test]
fn lists_are_filtered_and_come_in_pages() {
    let dir = tempfile::tempdir().unwrap();
    let tablet = enrolled(dir.path(), &FakeRegister::new(), "Amina");
    for n in 0..25 {
        let mut draft = rifle(&format!("P{n:04}"));
        if n % 5 == 0 {
            draft = draft.with("class", "PIS").with_member("notes", &[("text", Value::from("rusty barrel"))]);
        }
        tablet.record(draft).unwrap();
    }
    let pistols = ListFilter { class: Some("PIS".to_owned()), ..ListFilter::default() };
    assert_eq!(rows(&tablet, pistols).len(), 5);
    let words = ListFilter { text: Some("usty BARR".to_owned()), ..ListFilter::default() };
    assert_eq!(rows(&tablet, words).len(), 5);
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = tablet.list(ListFilter { limit: 10, after, ..ListFilter::default() }).unwrap();
        seen.extend(page.rows.into_iter().map(|r| r.serials[0].clone()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let expected: Vec<String> = (0..25).rev().map(|n| format!("P{n:04}")).collect();
    assert_eq!(seen, expected);
}
