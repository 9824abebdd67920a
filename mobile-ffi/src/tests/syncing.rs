//! Sync: what is said arrives once, whatever the link does.

use super::*;

#[test]
fn what_is_recorded_arrives_once_and_is_receipted() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    let tablet = enrolled(dir.path(), &register, "Amina");
    for n in 0..30 {
        tablet.record(rifle(&format!("S{n:04}"))).unwrap();
    }
    let report = tablet.sync(register.clone()).unwrap();
    assert_eq!((report.pushed, report.segments, report.receipts, report.round_trips), (30, 1, 1, 1));
    assert_eq!(register.entries().len(), 30);
    let status = tablet.status().unwrap();
    assert_eq!((status.entries_unsent, status.entries_sealed, status.entries_receipted), (0, 0, 30));
    let idle = tablet.sync(register.clone()).unwrap();
    assert_eq!((idle.pushed, idle.pulled, idle.round_trips), (0, 0, 1));
    assert!(idle.bytes_sent + idle.bytes_received <= 200, "{idle:?}");
    let doc = tablet.list(crate::ListFilter::default()).unwrap().rows[0].document.clone();
    let said = &tablet.show(&doc).unwrap().statements[0];
    assert_eq!(said.state, "receipted");
    assert!(said.received_ms.is_some() && said.counts);
}

#[test]
fn an_answer_that_is_lost_is_asked_for_again_and_nothing_is_doubled() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    let tablet = enrolled(dir.path(), &register, "Amina");
    tablet.record(rifle("AB 1")).unwrap();
    register.faults(|f| f.lose_answers = 2);
    let report = tablet.sync(register.clone()).unwrap();
    assert_eq!((report.interruptions, report.pushed), (2, 1));
    assert_eq!(register.entries().len(), 1);

    tablet.record(rifle("AB 2")).unwrap();
    register.faults(|f| f.lose_answers = 4);
    let error = tablet.sync(register.clone()).unwrap_err();
    assert_eq!(error.code, "transport.interrupted");
    assert!(error.data_safe && error.is_retryable());
    assert_eq!(tablet.status().unwrap().entries_sealed, 1);
    drop(tablet);
    let tablet = reopened(dir.path());
    tablet.record(rifle("AB 3")).unwrap();
    assert_eq!(tablet.sync(register.clone()).unwrap().pushed, 2);
    let entries = register.entries();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
}

#[test]
fn without_a_link_everything_stays_and_goes_later() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    let tablet = enrolled(dir.path(), &register, "Amina");
    tablet.record(rifle("AB 1")).unwrap();
    register.faults(|f| f.offline = 1);
    assert_eq!(tablet.sync(register.clone()).unwrap_err().code, "transport.offline");
    assert_eq!(tablet.sync(register.clone()).unwrap().pushed, 1);
}

#[test]
fn a_token_that_ran_out_is_renewed_once() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    let tablet = enrolled(dir.path(), &register, "Amina");
    tablet.record(rifle("AB 1")).unwrap();
    register.faults(|f| f.forget_tokens = true);
    let report = tablet.sync(register.clone()).unwrap();
    assert_eq!((report.pushed, report.round_trips), (1, 4));
}

#[test]
fn a_long_push_goes_in_rounds_within_the_budget_and_is_not_sent_back() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    let mut config = TabletConfig::new(&dir.path().to_string_lossy());
    config.up_bytes = Some(16 * 1024);
    let tablet = Tablet::open(config).unwrap();
    tablet.enrol(register.clone(), "http://register.test", "Amina", "A").unwrap();
    let row = |n: u32| crate::BatchRow {
        row_id: n.to_string(),
        content_hash: String::new(),
        draft: rifle(&hex::encode(ploughshare_core::keys::sha256(&n.to_be_bytes()))),
    };
    tablet.record_batch((0..2500).map(row).collect()).unwrap();
    let report = tablet.sync(register.clone()).unwrap();
    assert_eq!((report.pushed, report.pulled, report.segments), (2500, 0, 3));
    assert_eq!(report.round_trips, 3);
    assert!(report.bytes_received < 2_000, "{report:?}");
    assert_eq!(register.entries().len(), 2500);
}

#[test]
fn a_register_that_was_restored_gets_again_what_it_forgot() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    let tablet = enrolled(dir.path(), &register, "Amina");
    let places = register.places();
    for n in 0..3 {
        tablet.record(rifle(&format!("AB {n}"))).unwrap();
        tablet.sync(register.clone()).unwrap();
    }
    assert_eq!(register.segments(), 3);
    register.forget_from(places + 1);
    assert_eq!(register.segments(), 1);
    let report = tablet.sync(register.clone()).unwrap();
    assert_eq!((report.receipts, register.segments()), (2, 3));

    register.forget_from(places + 1);
    tablet.record(rifle("AB 9")).unwrap();
    let report = tablet.sync(register.clone()).unwrap();
    assert_eq!((report.refused, report.pushed), (0, 4), "{report:?}");
    assert_eq!(register.segments(), 4);
    assert_eq!(register.entries().len(), 4);
    assert_eq!(tablet.status().unwrap().journals, 1);
}

#[test]
fn a_forged_receipt_is_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    let tablet = enrolled(dir.path(), &register, "Amina");
    tablet.record(rifle("AB 1")).unwrap();
    register.faults(|f| f.forge_receipts = true);
    assert_eq!(tablet.sync(register.clone()).unwrap_err().code, "receipt.bad_signature");
    assert_eq!(tablet.status().unwrap().entries_sealed, 1);
    register.faults(|f| f.forge_receipts = false);
    assert_eq!(tablet.sync(register.clone()).unwrap().pushed, 1);
}

#[test]
fn a_refused_segment_stays_with_its_reason_and_work_goes_on_in_a_new_journal() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    let tablet = enrolled(dir.path(), &register, "Amina");
    let lost = tablet.record(rifle("AB 1")).unwrap();
    register.faults(|f| f.refuse = Some("segment.malformed"));
    let report = tablet.sync(register.clone()).unwrap();
    assert_eq!((report.refused, report.pushed), (1, 0));
    register.faults(|f| f.refuse = None);
    tablet.record(rifle("AB 2")).unwrap();
    assert_eq!(tablet.sync(register.clone()).unwrap().pushed, 1);
    let status = tablet.status().unwrap();
    assert_eq!(status.refused[0].code, "segment.malformed");
    assert_eq!((status.refused[0].entries, status.journals), (1, 2));
    assert_eq!(tablet.show(&lost.document).unwrap().statements[0].state, "refused");
}

#[test]
fn segments_of_a_device_that_is_not_known_yet_wait_for_its_enrolment() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let register = FakeRegister::new();
    let first = enrolled(a.path(), &register, "Amina");
    register.faults(|f| f.hold_decisions = true);
    let second = enrolled(b.path(), &register, "Boris");
    let doc = second.record(rifle("B 77")).unwrap().document;
    second.sync(register.clone()).unwrap();
    let report = first.sync(register.clone()).unwrap();
    assert_eq!(report.pulled, 0);
    assert_eq!(first.status().unwrap().aside, 1);
    assert_eq!(first.show(&doc).unwrap_err().code, "not_found");
    // The register sends the decisions after all: a new reader from the beginning.
    register.faults(|f| f.hold_decisions = false);
    let db = rusqlite::Connection::open(a.path().join("tablet.db")).unwrap();
    db.execute("DELETE FROM kv WHERE key = 'place'", []).unwrap();
    assert_eq!(first.sync(register.clone()).unwrap().pulled, 4);
    assert_eq!(first.status().unwrap().aside, 0);
    assert_eq!(first.show(&doc).unwrap().statements[0].officer_name.as_deref(), Some("Boris"));
}
