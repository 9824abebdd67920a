//! Officers on a shared tablet: keys made once whatever becomes of the answer, one open at a time, slow after wrong PINs, good for a
//! lease, and sealed with what only this device has.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use ploughshare_core::decision::Decision;
use ploughshare_core::identity::Role;

use super::register::officer;
use super::*;
use crate::{
    Attesting, BootTime, FileVault, ListFilter, OfficerSession, Pin, Platform, PlatformError, SystemPlatform,
    TabletError,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const PIN: &str = "274183";

/// A device whose clock can be set and which can be switched off and on.
struct Device {
    wall_ms: AtomicI64,
    up_ms: AtomicI64,
    boot: Mutex<String>,
}

impl Device {
    fn new() -> Arc<Self> {
        let boot = Mutex::new("first".to_owned());
        Arc::new(Self { wall_ms: AtomicI64::new(1_900_000_000_000), up_ms: AtomicI64::new(5_000), boot })
    }

    fn passes(&self, ms: i64) {
        self.wall_ms.fetch_add(ms, Ordering::SeqCst);
        self.up_ms.fetch_add(ms, Ordering::SeqCst);
    }

    fn set_clock(&self, by_ms: i64) {
        self.wall_ms.fetch_add(by_ms, Ordering::SeqCst);
    }

    fn restart(&self) {
        self.up_ms.store(0, Ordering::SeqCst);
        self.boot.lock().unwrap().push('+');
    }
}

impl Platform for Device {
    fn now_ms(&self) -> Result<i64, PlatformError> {
        Ok(self.wall_ms.load(Ordering::SeqCst))
    }

    fn monotonic_ms(&self) -> Result<u64, PlatformError> {
        Ok(self.up_ms.load(Ordering::SeqCst) as u64)
    }

    fn boot(&self) -> Result<Option<BootTime>, PlatformError> {
        Ok(Some(BootTime { id: self.boot.lock().unwrap().clone(), elapsed_ms: self.up_ms.load(Ordering::SeqCst) }))
    }

    fn random(&self, count: u32) -> Result<Vec<u8>, PlatformError> {
        SystemPlatform::default().random(count)
    }
}

fn open_on(dir: &Path, device: &Arc<Device>) -> Tablet {
    let vault = Arc::new(FileVault::new(&dir.join("no-backup").to_string_lossy()));
    Tablet::open_with(TabletConfig::new(&dir.to_string_lossy()), device.clone(), vault).unwrap()
}

/// A tablet of Amina, with a rifle that she recorded.
fn shared(dir: &Path, device: &Arc<Device>, register: &Arc<FakeRegister>) -> (Tablet, String) {
    let tablet = open_on(dir, device);
    tablet.enrol(register.clone(), "http://register.test", "Amina", "Amina").unwrap();
    let item = tablet.record(rifle("KV 1")).unwrap().document;
    (tablet, item)
}

fn joins(tablet: &Tablet, register: &Arc<FakeRegister>, name: &str, role: Role) {
    register.decide(&[
        Decision::OfficerNamed { officer: officer(name), name: name.to_owned() },
        Decision::RoleGranted { officer: officer(name), role },
    ]);
    let added = tablet.add_officer(register.clone(), None, &format!("ticket-of {name}"), &Pin::from(PIN)).unwrap();
    assert_eq!((added.name.as_str(), added.state.as_str()), (name, "ready"));
}

fn attest(
    tablet: &Tablet,
    session: &OfficerSession,
    what: &str,
    documents: &[&String],
) -> Result<Vec<crate::AttestedView>, TabletError> {
    let documents = documents.iter().map(ToString::to_string).collect();
    tablet.attest(session, Attesting { documents, what: what.to_owned(), note: String::new(), as_claim: false }, None)
}

fn code<T: std::fmt::Debug>(result: Result<T, TabletError>) -> String {
    result.unwrap_err().code
}

fn sign_in(tablet: &Tablet, name: &str) -> OfficerSession {
    tablet.sign_in(name, &Pin::from(PIN)).unwrap()
}

#[test]
fn two_officers_sign_one_after_the_other_and_only_one_key_is_ever_open() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    let (tablet, item) = shared(dir.path(), &device, &register);
    joins(&tablet, &register, "Ines", Role::Inspector);
    joins(&tablet, &register, "Wanda", Role::Witness);
    let ines = sign_in(&tablet, "ines");
    assert_eq!((ines.name(), ines.officer()), ("Ines".to_owned(), officer("Ines").to_string()));
    assert_eq!(code(tablet.sign_in("Wanda", &Pin::from(PIN))), "officer.another_open");
    assert_eq!(code(reopened(dir.path()).sign_in("Wanda", &Pin::from(PIN))), "officer.another_open", "another program");
    assert_eq!(code(tablet.change_pin("Wanda", &Pin::from(PIN), &Pin::from("918273"))), "officer.another_open");
    let verified = attest(&tablet, &ines, "verified", &[&item]).unwrap();
    assert_eq!((verified[0].already, &verified[0].claim), (false, &None));
    assert!(attest(&tablet, &ines, "verified", &[&item]).unwrap()[0].already);
    drop(ines);
    let wanda = sign_in(&tablet, "Wanda");
    attest(&tablet, &wanda, "witnessed", &[&item]).unwrap();
    drop(wanda);
    let edited = tablet.edit_json(&item, r#"{"make":"TULA"}"#).unwrap();
    let said: Vec<_> = tablet.show(&item).unwrap().statements.into_iter().map(|s| s.officer_name.unwrap()).collect();
    assert_eq!(said, ["Amina", "Ines", "Wanda", "Amina"]);

    let review = tablet.review(&item).unwrap();
    assert_eq!(review.state, "amended");
    let change = &review.verified.as_ref().unwrap().amendments;
    assert_eq!((change.len(), change[0].path.as_str()), (1, "make"));
    assert_eq!((change[0].verified.as_str(), change[0].proposed.as_str()), (Some("IZHMASH"), Some("TULA")));
    let worth: Vec<_> = review.attestations.iter().map(|a| (a.what.as_str(), a.says.as_str())).collect();
    assert_eq!(worth, [("verified", "counts"), ("witnessed", "counts")]);
    assert_eq!(tablet.show(&item).unwrap().review_state, "amended");
    assert_ne!(edited.entry, verified[0].entry);
    let listed = |state: &str| {
        let filter = ListFilter { review: Some(state.to_owned()), ..ListFilter::default() };
        tablet.list(filter).map(|page| page.rows.len())
    };
    tablet.record(rifle("KV 2")).unwrap();
    assert_eq!((listed("amended"), listed("none"), listed("verified")), (Ok(1), Ok(1), Ok(0)));
    assert_eq!(code(listed("fine")), "list.no_such_review");
    assert_eq!(tablet.sync(register.clone()).unwrap().refused, 0);
}

#[test]
fn everything_said_while_an_officer_is_signed_in_is_their_word() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    let (tablet, item) = shared(dir.path(), &device, &register);
    joins(&tablet, &register, "Ines", Role::Inspector);
    let ines = sign_in(&tablet, "Ines");
    tablet.edit_json(&item, r#"{"make":"TULA"}"#).unwrap();
    let own = tablet.record(rifle("KV 2")).unwrap().document;
    drop(ines);
    for (document, names) in [(&item, &["Amina", "Ines"][..]), (&own, &["Ines"])] {
        let view = tablet.show(document).unwrap();
        let said: Vec<_> = view.statements.iter().filter_map(|s| s.officer_name.as_deref()).collect();
        assert_eq!((said, view.standing.as_str()), (names.to_vec(), "counts"));
    }
}

#[test]
fn what_will_not_count_is_refused_before_it_is_saved_unless_it_is_meant_as_a_claim() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    let (tablet, item) = shared(dir.path(), &device, &register);
    joins(&tablet, &register, "Wanda", Role::Witness);
    let wanda = sign_in(&tablet, "Wanda");
    let own = tablet.record(rifle("KV 2")).unwrap().document;
    let entries = tablet.status().unwrap().entries_own;
    assert_eq!(code(attest(&tablet, &wanda, "destroyed", &[&item])), "authority.not_allowed");
    assert_eq!(code(attest(&tablet, &wanda, "seen", &[&item])), "attest.no_such_kind");
    assert_eq!(code(attest(&tablet, &wanda, "witnessed", &[])), "attest.nothing");
    assert_eq!(code(attest(&tablet, &wanda, "witnessed", &[&item, &"ffffffff".to_owned()])), "not_found");
    assert_eq!(code(attest(&tablet, &wanda, "witnessed", &[&own])), "attest.nothing_counts");
    assert_eq!(tablet.status().unwrap().entries_own, entries, "all or none, and none was saved");
    let said = Attesting {
        documents: vec![item.clone()],
        what: "destroyed".to_owned(),
        note: "by the sound".to_owned(),
        as_claim: true,
    };
    let claimed = tablet.attest(&wanda, said, None).unwrap();
    assert_eq!(claimed[0].claim_code.as_deref(), Some("authority.not_allowed"));
    let review = tablet.review(&item).unwrap();
    assert_eq!((review.state.as_str(), review.attestations[0].says.as_str()), ("none", "claim"));
    assert_eq!((review.attestations[0].note.as_str(), review.claims.len()), ("by the sound", 1));
}

#[test]
fn an_answer_that_was_lost_is_asked_for_again_with_the_same_key() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    let (tablet, _) = shared(dir.path(), &device, &register);
    let add =
        |tablet: &Tablet, pin: &str| tablet.add_officer(register.clone(), None, "ticket-of Ines", &Pin::from(pin));
    assert_eq!(code(add(&tablet, "123456")), "officer.pin_trivial");
    assert_eq!(tablet.officers().unwrap().len(), 0);
    register.faults(|f| f.lose_key_answers = 1);
    let error = add(&tablet, PIN).unwrap_err();
    assert_eq!(error.code, "transport.interrupted");
    assert!(error.hint.contains("same ticket and the same PIN"), "{}", error.hint);
    let pending = tablet.officers().unwrap();
    assert_eq!((pending[0].state.as_str(), &pending[0].officer), ("pending", &None));
    assert_eq!(code(tablet.sign_in(&pending[0].fingerprint, &Pin::from(PIN))), "officer.pending");
    drop(tablet);
    let tablet = open_on(dir.path(), &device);
    assert_eq!(code(add(&tablet, "918273")), "officer.wrong_pin");
    let added = tablet.add_officer(register.clone(), Some("http://register.test/"), "TICKET-OF INES", &Pin::from(PIN));
    assert_eq!(added.unwrap().fingerprint, pending[0].fingerprint);
    assert_eq!(register.officer_keys(), 1, "one key, made known once");
    // Once more, as of somebody who did not see that it was done.
    assert_eq!(add(&tablet, PIN).unwrap().fingerprint, pending[0].fingerprint);
    assert_eq!((register.officer_keys(), tablet.officers().unwrap().len()), (1, 1));

    // A new ticket makes a new key in the place of the old one, as for who forgot their PIN; a refused one leaves nothing.
    let vault = || std::fs::read_dir(dir.path().join("no-backup")).unwrap().count();
    let kept = vault();
    let again = tablet.add_officer(register.clone(), None, "ticket-of-again Ines", &Pin::from("918273")).unwrap();
    assert_ne!(again.fingerprint, pending[0].fingerprint);
    assert_eq!(code(tablet.add_officer(register.clone(), None, "used", &Pin::from(PIN))), "ticket.used");
    assert_eq!((tablet.officers().unwrap().len(), vault()), (1, kept));
    let other = tablet.add_officer(register.clone(), Some("https://elsewhere.test"), "x", &Pin::from(PIN));
    assert_eq!(code(other), "officer.other_register");
}

#[test]
fn wrong_pins_cost_more_and_more_time_that_no_clock_and_no_restart_shortens() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    let (tablet, _) = shared(dir.path(), &device, &register);
    joins(&tablet, &register, "Ines", Role::Inspector);
    let mut tablet = tablet;
    let try_it = |tablet: &Tablet, pin: &str| tablet.sign_in("Ines", &Pin::from(pin)).map(drop).map_err(|e| e.code);
    let (wrong, locked) = (Err("officer.wrong_pin".to_owned()), Err("officer.locked".to_owned()));
    for _ in 0..4 {
        assert_eq!(try_it(&tablet, "000001"), wrong);
    }
    assert_eq!(try_it(&tablet, PIN), locked, "the right PIN too");
    let until = tablet.officers().unwrap()[0].locked_until_ms.unwrap();
    assert_eq!(until, device.now_ms().unwrap() + 30_000);
    device.set_clock(10 * DAY_MS);
    assert_eq!(try_it(&tablet, PIN), locked, "the clock set forward");
    device.set_clock(-400 * DAY_MS);
    assert_eq!(try_it(&tablet, PIN), locked, "the clock set back");
    device.passes(10_000);
    assert_eq!(try_it(&tablet, PIN), locked);
    device.restart();
    drop(tablet);
    tablet = open_on(dir.path(), &device);
    device.passes(19_000);
    assert_eq!(try_it(&tablet, PIN), locked, "10 s before the restart and 19 s after it");
    device.passes(1_000);
    assert_eq!(try_it(&tablet, "000001"), wrong);
    device.passes(59_000);
    assert_eq!(try_it(&tablet, PIN), locked, "a minute by now");
    device.passes(1_000);
    assert_eq!(try_it(&tablet, PIN), Ok(()));
    let shown = &tablet.officers().unwrap()[0];
    assert_eq!((shown.wrong_pins, shown.locked_until_ms), (0, None));
    assert_eq!(try_it(&tablet, "000001"), wrong, "the count begins again");
    assert_eq!(try_it(&tablet, PIN), Ok(()));
}

#[test]
fn after_its_lease_a_key_signs_nothing_recording_goes_on_and_a_sync_renews_it() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    let (tablet, item) = shared(dir.path(), &device, &register);
    joins(&tablet, &register, "Ines", Role::Inspector);
    assert_eq!(tablet.officers().unwrap()[0].lease_days_left, 14, "as the register said");
    device.passes(14 * DAY_MS - 1);
    attest(&tablet, &sign_in(&tablet, "Ines"), "has_issues", &[&item]).unwrap();
    device.passes(1);
    for set_back in [0, 13 * DAY_MS] {
        device.set_clock(-set_back);
        let ines = sign_in(&tablet, "Ines");
        assert_eq!(code(attest(&tablet, &ines, "verified", &[&item])), "officer.lease_over");
        tablet.edit_json(&item, r#"{"make":"TULA"}"#).unwrap();
        drop(ines);
        device.restart();
    }
    assert_eq!(tablet.officers().unwrap()[0].state, "lease_over");
    tablet.sync(register.clone()).unwrap();
    assert_eq!(tablet.officers().unwrap()[0].lease_days_left, 14);
    attest(&tablet, &sign_in(&tablet, "Ines"), "verified", &[&item]).unwrap();
    register.decide(&[Decision::PolicySet { policy: "officer_lease_days".to_owned(), value: 60 }]);
    tablet.sync(register.clone()).unwrap();
    assert_eq!(tablet.officers().unwrap()[0].lease_days_left, 60, "as the programme ruled");
}

#[test]
fn a_revocation_that_was_heard_stops_the_key_and_reaches_what_it_had_not_sent() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    let (tablet, item) = shared(dir.path(), &device, &register);
    joins(&tablet, &register, "Ines", Role::Inspector);
    attest(&tablet, &sign_in(&tablet, "Ines"), "verified", &[&item]).unwrap();
    assert_eq!(tablet.show(&item).unwrap().review_state, "verified");
    let open = sign_in(&tablet, "Ines");
    register.revoke_officer_keys(device.now_ms().unwrap() - 1);
    tablet.sync(register.clone()).unwrap();
    assert_eq!(code(attest(&tablet, &open, "has_issues", &[&item])), "officer.key_revoked", "also while signed in");
    drop(open);
    assert_eq!(code(tablet.sign_in("Ines", &Pin::from(PIN))), "officer.key_revoked");
    assert_eq!(tablet.officers().unwrap()[0].state, "revoked");
    let review = tablet.review(&item).unwrap();
    assert_eq!(review.attestations[0].claim_code.as_deref(), Some("authority.not_their_key"));
    let filter = ListFilter { review: Some("none".to_owned()), ..ListFilter::default() };
    assert_eq!(tablet.list(filter).unwrap().rows.len(), 1, "the list was judged again");
    tablet.record(rifle("KV 2")).unwrap();
}

#[test]
fn a_copy_of_the_store_without_the_vault_opens_with_no_pin() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    let (tablet, item) = shared(dir.path(), &device, &register);
    joins(&tablet, &register, "Ines", Role::Inspector);
    let copy = tempfile::tempdir().unwrap();
    drop(tablet);
    std::fs::copy(dir.path().join("tablet.db"), copy.path().join("tablet.db")).unwrap();
    let stolen = open_on(copy.path(), &device);
    assert_eq!(code(stolen.sign_in("Ines", &Pin::from(PIN))), "officer.no_secret");
    assert_eq!(stolen.show(&item).unwrap().statements.len(), 1);
    // A vault of another device is no better.
    let vault = FileVault::new(&copy.path().join("no-backup").to_string_lossy());
    for file in std::fs::read_dir(dir.path().join("no-backup")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if name.starts_with("officer.") {
            crate::KeyVault::store(&vault, &name, vec![7; 32]).unwrap();
        }
    }
    assert_eq!(code(stolen.sign_in("Ines", &Pin::from(PIN))), "officer.wrong_pin");
}

#[test]
fn a_changed_pin_opens_and_the_old_one_and_a_removed_officer_do_not() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    let (tablet, item) = shared(dir.path(), &device, &register);
    joins(&tablet, &register, "Ines", Role::Inspector);
    let (old, new) = (Pin::from(PIN), Pin::from("barleyfield"));
    assert_eq!(code(tablet.change_pin("Ines", &old, &Pin::from("111111"))), "officer.pin_trivial");
    assert_eq!(code(tablet.change_pin("Ines", &Pin::from("918273"), &new)), "officer.wrong_pin");
    assert_eq!(code(tablet.change_pin("Nobody", &old, &new)), "officer.not_here");
    tablet.change_pin("Ines", &old, &new).unwrap();
    assert_eq!(code(tablet.sign_in("Ines", &old)), "officer.wrong_pin");
    attest(&tablet, &tablet.sign_in("Ines", &new).unwrap(), "verified", &[&item]).unwrap();
    assert_eq!(code(tablet.remove_officer("Ines", None, &old)), "officer.wrong_pin");
    tablet.remove_officer("Ines", None, &new).unwrap();
    assert_eq!(code(tablet.sign_in("Ines", &new)), "officer.not_here");
    let secrets = std::fs::read_dir(dir.path().join("no-backup")).unwrap();
    let left = secrets.filter(|f| f.as_ref().unwrap().file_name().to_string_lossy().starts_with("officer.")).count();
    assert_eq!((left, tablet.show(&item).unwrap().review_state.as_str()), (0, "verified"));
}

#[test]
fn a_registrar_removes_an_officer_who_is_gone_and_nobody_else_does() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    let (tablet, _) = shared(dir.path(), &device, &register);
    joins(&tablet, &register, "Ines", Role::Inspector);
    joins(&tablet, &register, "Samuel", Role::Supervisor);
    joins(&tablet, &register, "Rosa", Role::Registrar);
    let pin = Pin::from(PIN);
    let names = || tablet.officers().unwrap().into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(code(tablet.remove_officer("Ines", Some("Samuel"), &pin)), "officer.not_registrar");
    assert_eq!(code(tablet.remove_officer("Ines", Some("Rosa"), &Pin::from("918273"))), "officer.wrong_pin");
    assert_eq!(names(), ["Ines", "Rosa", "Samuel"]);
    tablet.remove_officer("Ines", Some("Rosa"), &pin).unwrap();
    assert_eq!(names(), ["Rosa", "Samuel"]);
    register.revoke_officer_keys(0);
    tablet.sync(register.clone()).unwrap();
    assert_eq!(code(tablet.remove_officer("Samuel", Some("Rosa"), &pin)), "officer.not_registrar");
}

#[test]
fn whoever_does_nothing_for_ten_minutes_is_signed_out_and_nobody_speaks_in_their_place() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    let (tablet, item) = shared(dir.path(), &device, &register);
    joins(&tablet, &register, "Ines", Role::Inspector);
    let session = sign_in(&tablet, "Ines");
    for _ in 0..3 {
        device.passes(9 * 60 * 1000);
        tablet.edit_json(&item, r#"{"rack":"R1"}"#).unwrap();
        assert!(tablet.is_signed_in().unwrap());
    }
    // Setting the clock changes nothing.
    device.set_clock(DAY_MS);
    attest(&tablet, &session, "verified", &[&item]).unwrap();
    device.passes(10 * 60 * 1000);
    let before = tablet.show(&item).unwrap().statements.len();
    assert_eq!(code(tablet.edit_json(&item, r#"{"rack":"R2"}"#)), "officer.idle");
    assert_eq!(code(attest(&tablet, &session, "has_issues", &[&item])), "officer.idle");
    assert_eq!(code(tablet.record(rifle("KV 2"))), "officer.idle");
    assert_eq!((tablet.is_signed_in().unwrap(), tablet.show(&item).unwrap().statements.len()), (false, before));
    drop(session);
    let said = tablet.edit_json(&item, r#"{"rack":"R2"}"#).unwrap();
    let by = |entry: &str| {
        let shown = tablet.show(&item).unwrap();
        shown.statements.iter().find(|one| one.entry == entry).unwrap().officer_name.clone()
    };
    assert_ne!(by(&said.entry), by(&tablet.show(&item).unwrap().statements[1].entry));
    let session = sign_in(&tablet, "Ines");
    attest(&tablet, &session, "has_issues", &[&item]).unwrap();
    // An app may say how long.
    drop((session, tablet));
    let vault = Arc::new(FileVault::new(&dir.path().join("no-backup").to_string_lossy()));
    let config = TabletConfig { idle_minutes: Some(1), ..TabletConfig::new(&dir.path().to_string_lossy()) };
    let tablet = Tablet::open_with(config, device.clone(), vault).unwrap();
    let _session = sign_in(&tablet, "Ines");
    device.passes(60_000);
    assert!(!tablet.is_signed_in().unwrap());
}

#[test]
fn a_store_made_before_reviews_were_kept_is_brought_up_and_reviewed_once() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    let (tablet, item) = shared(dir.path(), &device, &register);
    joins(&tablet, &register, "Ines", Role::Inspector);
    attest(&tablet, &sign_in(&tablet, "Ines"), "verified", &[&item]).unwrap();
    tablet.record(rifle("KV 2")).unwrap();
    drop(tablet);
    let db = rusqlite::Connection::open(dir.path().join("tablet.db")).unwrap();
    db.execute_batch(
        "DROP TABLE officer_keys;
         DROP TABLE person_blobs;
         DROP TABLE marks;
         DROP TABLE mark_blocks;
         DROP TABLE media;
         DROP TABLE media_said;
         DROP TABLE carried;
         DROP TABLE carried_receipts;
         DROP TABLE feed_runs;
         DROP INDEX documents_attested;
         ALTER TABLE documents DROP COLUMN review_state;
         ALTER TABLE documents DROP COLUMN attestations;
         PRAGMA user_version = 1;",
    )
    .unwrap();
    drop(db);
    let tablet = open_on(dir.path(), &device);
    let filter = |state: &str| ListFilter { review: Some(state.to_owned()), ..ListFilter::default() };
    assert_eq!(tablet.list(filter("verified")).unwrap().rows[0].document, item);
    assert_eq!(tablet.list(filter("none")).unwrap().rows.len(), 1);
    assert_eq!(tablet.officers().unwrap(), []);
    let db = rusqlite::Connection::open(dir.path().join("tablet.db")).unwrap();
    let due: i64 = db.query_row("SELECT count(*) FROM kv WHERE key = 'reviews_due'", [], |row| row.get(0)).unwrap();
    assert_eq!(due, 0);
}
