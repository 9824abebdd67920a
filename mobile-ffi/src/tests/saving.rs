//! What is saved is there again.

use serde_json::json;

use super::*;
use crate::{BatchOutcome, BatchRow, ErrorKind};

#[test]
fn a_record_is_there_after_reopening_with_every_field_and_its_author() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    let saved = {
        let tablet = enrolled(dir.path(), &register, "Amina");
        tablet.record(rifle("AB 1234")).unwrap()
    };
    let tablet = reopened(dir.path());
    let view = tablet.show(&saved.document).unwrap();
    assert_eq!(view.kind.as_deref(), Some("item"));
    assert_eq!(view.value("calibre"), Some(json!("7.62x39")));
    assert_eq!(view.standing, "counts");
    assert_eq!(view.statements.len(), 1);
    assert_eq!(view.statements[0].officer_name.as_deref(), Some("Amina"));
    assert_eq!(view.statements[0].device_label.as_deref(), Some("Amina"));
    assert_eq!(view.statements[0].state, "unsent");
    assert_eq!(view.heads, vec![saved.entry.clone()]);
    let next = tablet.record(rifle("AB 1235")).unwrap();
    assert_eq!((saved.number, next.number), (0, 1));
    assert_eq!(tablet.status().unwrap().entries_unsent, 2);
    assert_eq!(tablet.show(&saved.document[..8]).unwrap().document, saved.document);
}

#[test]
fn editing_adding_and_withdrawing_leave_their_history() {
    let dir = tempfile::tempdir().unwrap();
    let tablet = enrolled(dir.path(), &FakeRegister::new(), "Amina");
    let doc = tablet.record(rifle("AB 1234")).unwrap().document;
    tablet.edit_json(&doc, r#"{"calibre": "5.45x39", "year": 1974}"#).unwrap();
    tablet.add_member_json(&doc, "notes", r#"{"text": "found in a dry well"}"#).unwrap();
    let view = tablet.show(&doc).unwrap();
    let marking = view.fields.iter().find(|f| f.path.starts_with("markings/")).unwrap().path.clone();
    let member = marking.rsplit_once('/').unwrap().0.to_owned();
    tablet.withdraw_member(&doc, &member, "misread").unwrap();
    let view = tablet.show(&doc).unwrap();
    assert_eq!(view.value("calibre"), Some(json!("5.45x39")));
    assert_eq!(view.value(&format!("{member}/withdrawn")), Some(json!("misread")));
    let calibres: Vec<_> = view.history.iter().filter(|l| l.path == "calibre").collect();
    assert_eq!(calibres.len(), 2);
    assert_eq!((&calibres[1].from[..], &calibres[1].to), (&[json!("7.62x39")][..], &json!("5.45x39")));
    assert!(calibres[0].superseded && !calibres[1].superseded);
    assert_eq!(view.statements.len(), 4);
    let first = view.statements[0].entry.clone();
    assert_eq!(tablet.show_as_seen(&doc, vec![first]).unwrap().value("calibre"), Some(json!("7.62x39")));
}

#[test]
fn what_does_not_fit_is_refused_with_a_code_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let tablet = enrolled(dir.path(), &FakeRegister::new(), "Amina");
    let doc = tablet.record(rifle("AB 1234")).unwrap().document;
    let before = (tablet.show(&doc).unwrap(), tablet.status().unwrap());
    let code = |result: Result<crate::Saved, crate::TabletError>| {
        let error = result.unwrap_err();
        assert!(error.data_safe && !error.hint.is_empty(), "{error:?}");
        error.code
    };
    assert_eq!(code(tablet.record_json(r#"{"calibre": "7,62"}"#)), "edit.not_in_list");
    assert_eq!(code(tablet.record_json("{")), "json.malformed");
    assert_eq!(code(tablet.edit_json(&doc, r#"{"colour": "blue"}"#)), "edit.unknown_path");
    assert_eq!(code(tablet.edit_json(&doc, r#"{"markings/0000000000000000.0/text": "X"}"#)), "edit.no_such_member");
    assert_eq!(code(tablet.edit(&doc, Vec::new())), "entry.empty");
    assert_eq!(code(tablet.resolve(&doc, "calibre", 0, "why")), "choose.no_conflict");
    assert_eq!(code(tablet.withdraw_member(&doc, "markings/0000000000000000.0", " ")), "edit.no_reason");
    assert_eq!(code(tablet.edit_json(&"0".repeat(32), r#"{"year": 1974}"#)), "not_found");
    assert_eq!(code(tablet.edit_json("rifle", r#"{"year": 1974}"#)), "document.bad_id");
    assert_eq!((tablet.show(&doc).unwrap(), tablet.status().unwrap()), before);
}

#[test]
fn a_tablet_that_is_not_enrolled_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let tablet = reopened(dir.path());
    assert_eq!(tablet.record(rifle("1")).unwrap_err().kind, ErrorKind::NotEnrolled);
    let error = tablet.enrol(FakeRegister::new(), "http://register.test/", "used", "T").unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Server, "ticket.used"));
    assert!(tablet.status().unwrap().enrolment.is_none());
}

#[test]
fn importing_rows_twice_adds_nothing_and_a_refused_row_does_not_hold_up_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let tablet = enrolled(dir.path(), &FakeRegister::new(), "Amina");
    let rows = |hash: &str| -> Vec<BatchRow> {
        let row = |n: usize| {
            let draft = if n == 3 { rifle("1").with("calibre", "nothing") } else { rifle(&format!("S{n:04}")) };
            BatchRow { row_id: format!("file:{n}"), content_hash: hash.to_owned(), draft }
        };
        (0..10).map(row).collect()
    };
    let first = tablet.record_batch(rows("a")).unwrap();
    assert_eq!(first.iter().filter(|o| matches!(o, BatchOutcome::Recorded(_))).count(), 9);
    assert!(matches!(&first[3], BatchOutcome::Refused(e) if e.code == "edit.not_in_list"));
    let status = tablet.status().unwrap();
    assert_eq!((status.documents, status.entries_own), (9, 9));
    let again = tablet.record_batch(rows("b")).unwrap();
    assert_eq!(again.iter().filter(|o| matches!(o, BatchOutcome::Already { different: true, .. })).count(), 9);
    let again = tablet.record_batch(rows("a")).unwrap();
    assert_eq!(again.iter().filter(|o| matches!(o, BatchOutcome::Already { different: false, .. })).count(), 9);
    assert_eq!(tablet.status().unwrap(), status);
}

#[test]
fn the_rules_look_at_what_is_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let tablet = enrolled(dir.path(), &FakeRegister::new(), "Amina");
    let doc = tablet.record(rifle("AB 1").with("calibre", "12 ga")).unwrap().document;
    let found = tablet.findings(0).unwrap();
    assert!(!found.is_empty());
    assert!(found.iter().all(|f| f.document == doc && f.rule.starts_with('R') && !f.message.is_empty()));
    assert_eq!(tablet.show(&doc).unwrap().findings, found);
    assert_eq!(tablet.status().unwrap().with_findings, 1);
    for finding in &found {
        let json = json!({ "rule": finding.rule, "reason": "seen and in order" }).to_string();
        tablet.add_member_json(&doc, "justifications", &json).unwrap();
    }
    assert_eq!(tablet.findings(0).unwrap(), Vec::new());
    assert!(tablet.show(&doc).unwrap().findings.iter().all(|f| f.justification.is_some()));
}

#[test]
fn a_document_of_which_little_more_can_be_said_is_told_in_good_time() {
    let dir = tempfile::tempdir().unwrap();
    let tablet = enrolled(dir.path(), &FakeRegister::new(), "amina");
    let full = tablet.record(rifle("KV 1")).unwrap().document;
    let other = tablet.record(rifle("KV 284")).unwrap().document;
    let say = |n: i64| tablet.edit_json(&full, &format!(r#"{{"rack":"R {n}"}}"#));
    (1..899).for_each(|n| drop(say(n).unwrap()));
    tablet.edit_json(&other, r#"{"rack":"R 1"}"#).unwrap();
    assert_eq!(tablet.status().unwrap().nearly_full, [], "899 are said of it");
    say(899).unwrap();
    let told = tablet.status().unwrap().nearly_full;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].document.as_str(), told[0].said, told[0].most), (full.as_str(), 900, 1_000));
    (900..1_000).for_each(|n| drop(say(n).unwrap()));
    assert_eq!(say(1_000).unwrap_err().code, "entry.journal_limit");
    assert_eq!(tablet.nearly_full().unwrap()[0].said, 1_000);
}
