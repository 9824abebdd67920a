//! A sealed store and the real register: restored without its vault, or revoked, it opens when a registrar allows it, and not before.

use super::*;

/// The code of a refusal.
fn refused(tablet: &Store, arguments: &[&str]) -> String {
    let ran = tablet.run(&[arguments, &["--json"]].concat());
    assert_eq!(ran.code, Some(1), "{arguments:?}: {}{}", ran.out, ran.err);
    let said: Json = serde_json::from_str(&ran.err).unwrap();
    assert_eq!(said["data_safe"], Json::Bool(true), "{said}");
    said["code"].as_str().unwrap().to_owned()
}

fn own_device(tablet: &Store) -> String {
    tablet.json(&["status"])["enrolment"]["device"].as_str().unwrap().to_owned()
}

#[test]
fn a_store_restored_without_its_vault_opens_on_a_new_tablet_when_a_registrar_allows_it() {
    let world = World::new();
    let old = world.tablet("old", "Amina");
    let item = old.record(&["--class", "ASR", "--serial", "KV 4711"]);
    let device = own_device(&old);
    let new = world.store("new");
    std::fs::create_dir_all(&new.0).unwrap();
    std::fs::copy(old.0.join("tablet.db"), new.0.join("tablet.db")).unwrap();
    assert_eq!(refused(&new, &["show", &item]), "storage.sealed_no_key");
    assert_eq!(refused(&new, &["record", "--class", "ASR", "--serial", "KV 1"]), "storage.sealed_no_key");
    assert_eq!(new.json(&["status"])["sealed"], Json::from("storage.sealed_no_key"));
    let ticket = world.register(&["ticket", "--operation", "north", "--officer", "Amina"]);
    let ticket = ticket["ticket"].as_str().unwrap();
    let enrol = ["enrol", "--server", &world.address, "--ticket", ticket, "--label", "new"];
    assert_eq!(refused(&new, &enrol), "reopen.not_allowed");
    assert_eq!(refused(&new, &["sync"]), "reopen.not_allowed");
    let unknown = world.asked(&["device", "reopen", &device, "--by", &"00".repeat(16)]);
    assert!(!unknown.0, "{}", unknown.1);
    let now = own_device(&new);
    let allowed = world.register(&["device", "reopen", &device, "--by", &now]);
    assert_eq!(allowed["changed"], Json::Bool(true));
    let again = world.register(&["device", "reopen", &device, "--by", &now]);
    assert_eq!(again["changed"], Json::Bool(false));
    assert_eq!(new.json(&["reopen"])["was"], Json::from("storage.sealed_no_key"));
    new.good(&["show", &item]);
    new.record(&["--class", "ASR", "--serial", "KV 4712"]);
    assert_eq!(new.json(&["sync"])["pushed"], Json::from(1));
    assert!(world.register(&["verify"])["good"] != Json::Bool(false));
    // The word of the registrar held once.
    std::fs::remove_file(new.0.join("no-backup/store.key")).unwrap();
    assert_eq!(refused(&new, &["show", &item]), "storage.sealed_no_key");
}

#[test]
fn a_revoked_tablet_seals_itself_at_its_next_contact_and_what_it_held_waits_for_review() {
    let world = World::new();
    let tablet = world.tablet("a", "Amina");
    tablet.good(&["sync"]);
    let item = tablet.record(&["--class", "ASR", "--serial", "KV 4711"]);
    let device = own_device(&tablet);
    world.register(&["device", "revoke", &device]);
    assert_eq!(refused(&tablet, &["sync"]), "device.revoked");
    assert_eq!(refused(&tablet, &["show", &item]), "storage.sealed_revoked");
    assert_eq!(refused(&tablet, &["reopen"]), "reopen.not_allowed");
    world.register(&["device", "reopen", &device]);
    tablet.good(&["reopen"]);
    tablet.good(&["show", &item]);
    assert_eq!(refused(&tablet, &["sync"]), "device.revoked");
    assert_eq!(refused(&tablet, &["reopen"]), "reopen.not_allowed");
}
