//! The store sealed at rest: nothing readable on disk, nothing wrong read from what was altered, sealed when the lease is over or the tablet
//! revoked, opened again by the register, never wiped but on purpose.

use std::fs;

use rusqlite::params;

use super::officers::{Device, code, open_on, shared};
use super::*;
use crate::store::convert::unseal_into;
use crate::{ListFilter, Person};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Puts a store of an earlier version, in plain words, in the place of a tablet's.
pub(super) fn unsealed(dir: &Path, tablet: Tablet, version: i64) {
    let plain = rusqlite::Connection::open(dir.join("plain.db")).unwrap();
    plain.pragma_update(None, "foreign_keys", "OFF").unwrap();
    unseal_into(tablet.engine().store.read(), &plain, version).unwrap();
    plain.close().unwrap();
    drop(tablet);
    for file in ["tablet.db-wal", "tablet.db-shm"] {
        drop(fs::remove_file(dir.join(file)));
    }
    fs::rename(dir.join("plain.db"), dir.join("tablet.db")).unwrap();
}

fn by_serial(serial: &str) -> ListFilter {
    ListFilter { serial: Some(serial.to_owned()), ..ListFilter::default() }
}

fn has_key(dir: &Path) -> bool {
    dir.join("no-backup/store.key").exists()
}

#[test]
fn after_its_lease_a_tablet_seals_itself_and_the_register_opens_it_at_the_next_contact() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    register.publish_key();
    let (tablet, item) = shared(dir.path(), &device, &register);
    device.passes(29 * DAY);
    assert_eq!(tablet.status().unwrap().seals_in_days, Some(1));
    let unsent = tablet.record(rifle("KV 2")).unwrap().document;
    device.passes(DAY + 1);
    let refused = tablet.record(rifle("KV 3")).unwrap_err();
    assert_eq!((refused.code.as_str(), refused.data_safe), ("storage.sealed_lease", true));
    assert!(refused.hint.contains("sync"), "{}", refused.hint);
    assert_eq!(code(tablet.show(&item)), "storage.sealed_lease");
    assert_eq!(code(tablet.list(by_serial("KV 1"))), "storage.sealed_lease");
    assert_eq!(code(tablet.list(ListFilter::default())), "storage.sealed_lease");
    assert_eq!(code(tablet.findings(0)), "storage.sealed_lease");
    let status = tablet.status().unwrap();
    assert_eq!((status.sealed.as_deref(), status.enrolment.is_some()), (Some("storage.sealed_lease"), true));
    assert!(!has_key(dir.path()), "the key is gone, not merely not used");
    // No clock and no restart opens it.
    device.set_clock(-30 * DAY);
    drop(tablet);
    device.restart();
    let tablet = open_on(dir.path(), &device);
    assert_eq!(code(tablet.show(&item)), "storage.sealed_lease");

    assert_eq!(tablet.sync(register.clone()).unwrap().pushed, 2, "what was recorded before goes up");
    assert_eq!(tablet.show(&unsent).unwrap().statements.len(), 1);
    tablet.record(rifle("KV 3")).unwrap();
    assert_eq!((tablet.status().unwrap().journals, tablet.sealed()), (1, None));
    drop(tablet);
    assert!(open_on(dir.path(), &device).show(&item).is_ok());
}

#[test]
fn a_clock_set_back_does_not_lengthen_the_lease_nor_does_an_older_store() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    register.publish_key();
    let (tablet, _) = shared(dir.path(), &device, &register);
    drop(tablet);
    let old = fs::read(dir.path().join("tablet.db")).unwrap();
    for _ in 0..3 {
        let tablet = open_on(dir.path(), &device);
        device.passes(9 * DAY);
        tablet.status().unwrap();
        device.set_clock(-9 * DAY);
        tablet.status().unwrap();
        drop(tablet);
        device.restart();
    }
    fs::write(dir.path().join("tablet.db"), old).unwrap();
    let tablet = open_on(dir.path(), &device);
    assert_eq!(tablet.status().unwrap().seals_in_days, Some(3));
    device.passes(3 * DAY + 1);
    assert_eq!(code(tablet.record(rifle("KV 2"))), "storage.sealed_lease");
}

#[test]
fn without_a_register_key_a_tablet_seals_itself_and_keeps_its_own_as_nobody_else_could_open_it() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    let (tablet, item) = shared(dir.path(), &device, &register);
    device.passes(31 * DAY);
    assert_eq!(code(tablet.show(&item)), "storage.sealed_lease");
    drop(tablet);
    let tablet = open_on(dir.path(), &device);
    assert_eq!(code(tablet.show(&item)), "storage.sealed_lease");
    assert!(has_key(dir.path()));
    tablet.sync(register.clone()).unwrap();
    assert!(tablet.show(&item).is_ok());
}

#[test]
fn a_revoked_tablet_brings_all_that_it_holds_seals_itself_and_opens_when_a_registrar_allows_it() {
    let dir = tempfile::tempdir().unwrap();
    let (device, register) = (Device::new(), FakeRegister::new());
    register.publish_key();
    let (tablet, item) = shared(dir.path(), &device, &register);
    tablet.sync(register.clone()).unwrap();
    let own = tablet.enrolment().unwrap().device.parse().unwrap();
    register.revoke_device(own);
    for n in 0..1_500 {
        tablet.record(rifle(&format!("LATE {n}"))).unwrap();
    }
    assert_eq!(code(tablet.sync(register.clone())), "device.revoked");
    assert_eq!(register.set_aside(own), 2, "both segments went up");
    assert_eq!(code(tablet.show(&item)), "storage.sealed_revoked");
    assert!(!has_key(dir.path()));
    assert_eq!(code(tablet.reopen(register.clone())), "reopen.not_allowed");
    assert_eq!(code(tablet.sync(register.clone())), "reopen.not_allowed");
    register.allow_reopening(own, own);
    tablet.reopen(register.clone()).unwrap();
    assert!(tablet.show(&item).is_ok());
    assert_eq!(tablet.list(by_serial("LATE 1499")).unwrap().rows.len(), 1, "nothing was dropped");
    // It is still revoked: the next contact seals it again.
    assert_eq!(code(tablet.sync(register.clone())), "device.revoked");
    assert_eq!(code(tablet.show(&item)), "storage.sealed_revoked");
}

#[test]
fn wiping_destroys_the_key_first_and_refuses_where_something_was_not_sent() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    register.publish_key();
    let tablet = enrolled(dir.path(), &register, "Amina");
    tablet.record(rifle("KV 1")).unwrap();
    drop(tablet);
    let kept = fs::read(dir.path().join("tablet.db")).unwrap();
    let tablet = reopened(dir.path());
    assert_eq!(code(tablet.wipe(false)), "wipe.unsent");
    assert!(tablet.record(rifle("KV 2")).is_ok());
    tablet.sync(register.clone()).unwrap();
    tablet.wipe(false).unwrap();
    assert_eq!(code(tablet.list(by_serial("KV 1"))), "storage.wiped");
    assert_eq!(code(tablet.sync(register.clone())), "storage.wiped");
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with("tablet.db")), "{left:?}");
    assert_eq!(fs::read_dir(dir.path().join("no-backup")).unwrap().count(), 0);
    drop(tablet);
    fs::write(dir.path().join("tablet.db"), kept).unwrap();
    assert_eq!(code(reopened(dir.path()).list(by_serial("KV 1"))), "storage.sealed_no_key");
}

/// Every sealed column, with the column that names its rows.
const SEALED: [(&str, &str, &str); 7] = [
    ("kv", "key", "value"),
    ("entries", "hash", "bytes"),
    ("segments", "hash", "bytes"),
    ("documents", "id", "content"),
    ("documents", "id", "facets"),
    ("documents", "id", "findings"),
    ("imported", "mark", "sealed"),
];

/// Everything that a tablet says of two documents, its own state and the rows that it imported.
fn everything(dir: &Path, items: &[String]) -> Result<String, crate::TabletError> {
    let tablet = Tablet::open(TabletConfig::new(&dir.to_string_lossy()))?;
    let mut said = String::new();
    for item in items {
        said += &format!("{:?}", tablet.show(item)?);
    }
    said += &format!("{:?}{:?}", tablet.list(by_serial("AB 10"))?, tablet.status()?.entries_own);
    let rows = |draft: Draft| {
        let row =
            |n: u8| crate::BatchRow { row_id: format!("r{n}"), content_hash: "h".to_owned(), draft: draft.clone() };
        vec![row(1), row(2)]
    };
    said += &format!("{:?}", tablet.record_batch(rows(rifle("AB 100")))?);
    let engine = tablet.engine();
    for hash in crate::store::segments::outbox(engine.store.read())? {
        said += &format!("{:?}", crate::store::segments::bytes(engine.store.read(), &hash.hash)?);
    }
    Ok(said)
}

#[test]
fn what_was_altered_swapped_or_moved_is_told_and_never_read_as_something_else() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    let tablet = enrolled(dir.path(), &register, "Amina");
    let mut items = Vec::new();
    for n in 1..=2 {
        let draft = rifle(&format!("AB 10{n}")).with("year", 1974_i64);
        let row = crate::BatchRow { row_id: format!("r{n}"), content_hash: "h".to_owned(), draft };
        let crate::BatchOutcome::Recorded(saved) = tablet.record_batch(vec![row]).unwrap().remove(0) else { panic!() };
        items.push(saved.document);
        tablet.seal_all().unwrap();
    }
    drop(tablet);
    let good = everything(dir.path(), &items).unwrap();
    let db = rusqlite::Connection::open(dir.path().join("tablet.db")).unwrap();
    let mut tried = 0;
    let mut refused = |what: &str| {
        tried += 1;
        let said = everything(dir.path(), &items);
        assert_eq!(said.clone().map_err(|error| error.code), Err("storage.damaged".to_owned()), "{what}");
        let error = said.unwrap_err();
        assert!(!error.data_safe && !error.to_string().contains("AB"), "{error}");
    };
    for (table, key, column) in SEALED {
        // Tables without row numbers are named by their key; of the others the newest rows are this tablet's own.
        let sql = if matches!(table, "kv" | "imported") {
            format!("SELECT {key}, {column} FROM {table} LIMIT 2")
        } else {
            format!("SELECT rowid, {column} FROM {table} ORDER BY rowid DESC LIMIT 2")
        };
        let rows: Vec<(rusqlite::types::Value, Vec<u8>)> = db
            .prepare(&sql)
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let name = if matches!(table, "kv" | "imported") { key } else { "rowid" };
        let put = |row: &rusqlite::types::Value, value: &[u8]| {
            let sql = format!("UPDATE {table} SET {column} = ?2 WHERE {name} = ?1");
            assert_eq!(db.execute(&sql, params![row, value]).unwrap(), 1);
        };
        let [(first, a), (second, b)] = rows.as_slice() else { panic!("{table} has too few rows") };
        if table == "kv" {
            // Of single values the one that every opening reads.
            let a: Vec<u8> =
                db.query_row("SELECT value FROM kv WHERE key = 'enrolment'", [], |row| row.get(0)).unwrap();
            let name = rusqlite::types::Value::Text("enrolment".to_owned());
            put(&name, b);
            refused("another single value");
            put(&name, &a);
            continue;
        }
        for at in [0, 5, 30, a.len() - 1] {
            let mut altered = a.clone();
            altered[at] ^= 0x10;
            put(first, &altered);
            refused(&format!("{table}.{column}, byte {at}"));
        }
        put(first, b);
        put(second, a);
        refused(&format!("{table}.{column}, two rows swapped"));
        put(second, b);
        put(first, a);
    }
    // A value of one column in another one of the same row.
    db.execute_batch("CREATE TEMP TABLE was AS SELECT id, content, facets FROM documents").unwrap();
    db.execute("UPDATE documents SET content = facets", []).unwrap();
    refused("facets as content");
    db.execute("UPDATE documents SET content = (SELECT content FROM was WHERE was.id = documents.id)", []).unwrap();
    // An entry under another document.
    let ids: Vec<Vec<u8>> = db
        .prepare("SELECT DISTINCT document FROM entries WHERE document IN (SELECT id FROM documents)")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    db.execute("UPDATE entries SET document = ?1 WHERE document = ?2", params![ids[0], ids[1]]).unwrap();
    refused("an entry under another document");
    db.execute("UPDATE entries SET document = ?1 WHERE substr(hash, 1, 16) = ?1", params![ids[1]]).unwrap();
    drop(db);
    assert_eq!(everything(dir.path(), &items).unwrap(), good, "as it was");
    assert!(tried > 30, "{tried}");
}

/// Forms in which a text could lie in a file.
fn forms(marker: &str) -> Vec<Vec<u8>> {
    let wide = |order: fn(u16) -> [u8; 2]| marker.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let mut forms = vec![
        marker.as_bytes().to_vec(),
        marker.to_lowercase().into_bytes(),
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
    ];
    forms.push(hex::encode(marker).into_bytes());
    forms.push(hex::encode_upper(marker).into_bytes());
    // Of base64 the part that is the same wherever the text begins in what was encoded.
    for skip in 0..3 {
        let text = base64(&[&b"xxx"[..skip], marker.as_bytes()].concat());
        forms.push(text.as_bytes()[4..text.len() - 4].to_vec());
    }
    forms
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        (0..4).map(|at| LETTERS[(bits >> (18 - 6 * at) & 63) as usize] as char).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

/// The places in files of a store where a marker can be read.
fn found(dir: &Path, markers: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
        let bytes = fs::read(&file).unwrap();
        for marker in markers {
            for (form, text) in forms(marker).iter().enumerate() {
                if memchr::memmem::find(&bytes, text).is_some() {
                    found.push(format!("{} holds {marker} in form {form}", file.display()));
                }
            }
        }
    }
    found
}

const MARKERS: [&str; 6] =
    ["CANARY77SERIAL", "CANARY77NOTE", "CANARY77TAG", "CANARY77MODEL", "CANARY77PERSON", "CANARY77WHY"];

fn marked(n: usize) -> Draft {
    rifle(&format!("CANARY77SERIAL {n}"))
        .with("tag", format!("CANARY77TAG-{n}").as_str())
        .with("model_as_seen", "CANARY77MODEL")
        .with_member("notes", &[("text", Value::from("seen CANARY77NOTE here"))])
}

#[test]
fn nothing_that_was_said_can_be_read_in_any_file_of_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    register.publish_key();
    let tablet = enrolled(dir.path(), &register, "Amina");
    let mut item = String::new();
    for n in 0..40 {
        item = tablet.record(marked(n)).unwrap().document;
    }
    tablet.edit_json(&item, r#"{"model_as_seen": "CANARY77MODEL two"}"#).unwrap();
    register.faults(|f| f.refuse = Some("CANARY77WHY"));
    tablet.sync(register.clone()).unwrap();
    register.faults(|f| f.refuse = None);
    let mut person = Person::default();
    person.name = Some("CANARY77PERSON".to_owned());
    tablet.add_person(&[item.clone()], person).unwrap();
    assert_eq!(tablet.list(by_serial("CANARY77SERIAL")).unwrap().rows.len(), 40);
    let words = ListFilter { text: Some("canary77note".to_owned()), ..ListFilter::default() };
    assert_eq!(tablet.list(words).unwrap().rows.len(), 40);
    // While it is open, with its log, and after it was closed. The code of a refusal is a state, and stays readable.
    let markers = &MARKERS[..5];
    assert_eq!(found(dir.path(), markers), Vec::<String>::new());
    drop(tablet);
    assert_eq!(found(dir.path(), markers), Vec::<String>::new());
    // The search does find what is there: the same in plain words.
    let tablet = reopened(dir.path());
    unsealed(dir.path(), tablet, 4);
    assert!(found(dir.path(), &MARKERS[..1]).len() > 0, "the canary sings");
}

#[test]
fn a_store_of_an_earlier_version_is_sealed_when_it_is_opened_and_keeps_all_that_it_says() {
    for version in [1, 4] {
        let dir = tempfile::tempdir().unwrap();
        let register = FakeRegister::new();
        let tablet = enrolled(dir.path(), &register, "Amina");
        let items: Vec<String> = (0..20).map(|n| tablet.record(marked(n)).unwrap().document).collect();
        tablet.sync(register.clone()).unwrap();
        tablet.edit_json(&items[3], r#"{"year": 1974}"#).unwrap();
        let views: Vec<_> = items.iter().map(|item| tablet.show(item).unwrap().digest).collect();
        unsealed(dir.path(), tablet, version);
        assert!(found(dir.path(), &MARKERS[..4]).len() > 0);

        let tablet = reopened(dir.path());
        assert_eq!(items.iter().map(|item| tablet.show(item).unwrap().digest).collect::<Vec<_>>(), views);
        assert_eq!(tablet.list(by_serial("CANARY77SERIAL 1")).unwrap().rows.len(), 11);
        let order: Vec<_> =
            tablet.list(ListFilter::default()).unwrap().rows.into_iter().map(|row| row.document).collect();
        assert_eq!(order, items.iter().rev().cloned().collect::<Vec<_>>(), "in the order in which they came");
        assert_eq!(found(dir.path(), &MARKERS[..4]), Vec::<String>::new(), "version {version}");
        assert_eq!(tablet.sync(register.clone()).unwrap().pushed, 1);
        drop(tablet);
        assert_eq!(found(dir.path(), &MARKERS[..4]), Vec::<String>::new());
        assert!(reopened(dir.path()).show(&items[0]).is_ok());
    }
}

#[test]
fn a_full_medium_stops_any_deed_at_any_page_and_nothing_half_done_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    register.publish_key();
    let tablet = enrolled(dir.path(), &register, "Amina");
    let item = tablet.record(marked(0)).unwrap().document;
    let long = "x".repeat(120);
    type Deed<'a> = (&'a str, Box<dyn Fn(&Tablet) -> Result<(), crate::TabletError> + 'a>);
    let deeds: Vec<Deed<'_>> = vec![
        ("record", Box::new(|t| t.record(marked(1).with("model_as_seen", long.as_str())).map(drop))),
        ("edit", Box::new(|t| t.edit_json(&item, &serde_json::json!({ "model_as_seen": long }).to_string()).map(drop))),
        ("record_all", Box::new(|t| t.record_all((0..30).map(marked).collect()).map(drop))),
        ("seal", Box::new(Tablet::seal_all)),
        ("sync", Box::new(|t| t.sync(register.clone()).map(drop))),
        ("person", Box::new(|t| t.add_person_json(&[item.clone()], r#"{"name": "Longin"}"#).map(drop))),
    ];
    let mut stopped = 0;
    for (name, deed) in deeds {
        for more in 0..2_000 {
            let before = tablet.status().unwrap();
            let limit = |pages: i64| tablet.engine().store.read().pragma_update(None, "max_page_count", pages).unwrap();
            let pages: i64 =
                tablet.engine().store.read().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
            limit(pages + more);
            let done = deed(&tablet);
            limit(1 << 30);
            let after = tablet.status().unwrap();
            match done {
                Ok(()) => break,
                Err(error) => {
                    assert_eq!((error.code.as_str(), error.data_safe), ("storage.full", true), "{name}");
                    stopped += 1;
                    if !matches!(name, "sync" | "seal") {
                        assert_eq!(
                            (after.documents, after.entries_own),
                            (before.documents, before.entries_own),
                            "{name}"
                        );
                    }
                    let fresh = reopened(dir.path());
                    assert_eq!(fresh.status().unwrap().entries_own, after.entries_own, "{name}");
                    assert!(fresh.show(&item).is_ok(), "{name}");
                }
            }
            assert!(more < 1_999, "{name} never ended");
        }
    }
    assert!(stopped >= 20, "only {stopped}");
    tablet.sync(register.clone()).unwrap();
    assert_eq!(tablet.status().unwrap().entries_unsent, 0);
}
