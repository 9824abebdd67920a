//! People who hand weapons in: sealed on the tablet, kept sealed in the register, read by few for a purpose, erased for good; and what they
//! said is found nowhere else.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mobile_ffi::{HttpRequest, HttpResponse, HttpTransport, Tablet, Transport, TransportError};
use ploughshare_core::audit::Leaf;
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{DocId, PersonHash};
use ploughshare_core::keys::sha256;
use ploughshare_core::person::Person;
use ploughshare_core::person::receipt::PersonReceipt;
use ploughshare_server::app::App;
use ploughshare_server::audit::verify;
use ploughshare_server::identity::people;
use ploughshare_server::store::audit_log::{self, Log};
use ploughshare_server::store::schema::{self, FEED, REGISTER};
use ploughshare_server::store::{Target, Val, persons as rows};
use ploughshare_tests::hand::Hand;
use ploughshare_tests::program::Place;
use ploughshare_tests::{Register, Web, blocking, on_both, on_both_with, postgres_url, sync};
use serde_json::{Value as Json, json};

/// What the person says; each word is looked for where it must not be.
const CANARIES: [&str; 8] =
    ["Zqxname", "Zqxother", "Zqxgroup", "Zqxunit", "Zqxidnumber", "+99 555 0137", "Zqxvillage", "Zqxnote"];

fn person() -> Json {
    json!({
        "name": "Zqxname Zqxname", "names_other": "Zqxother", "year_of_birth": 1984, "sex": "female",
        "age_group": "adult_25_59", "group": "Zqxgroup", "unit": "Zqxunit", "id_kind": "voter_card",
        "id_number": "Zqxidnumber", "phone": "+99 555 0137", "locality": "Zqxvillage", "notes": "Zqxnote",
    })
}

fn weapon(serial: &str) -> String {
    json!({ "kind": "weapon", "class": "ASR", "make": "IZHMASH", "calibre": "7.62x39", "status": "stored",
        "markings": [{ "type": "SER", "text": serial, "condition": "LEG", "location": "RCV" }] })
    .to_string()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

fn no_canary(bytes: &[u8], place: &str) {
    for canary in CANARIES {
        assert!(!holds(bytes, canary), "`{canary}` in {place}");
    }
}

/// Every file under a folder.
fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()) {
        if file.is_dir() {
            found.extend(files(&file));
        } else {
            found.push((file.display().to_string(), std::fs::read(&file).unwrap()));
        }
    }
    found
}

fn no_canary_under(dir: &Path) {
    let all = files(dir);
    assert!(!all.is_empty());
    for (name, bytes) in all {
        no_canary(&bytes, &name);
    }
}

/// Every value of every table of both databases, and on SQLite the files themselves.
async fn no_canary_in(app: &App) {
    for (db, tables) in [(&app.store.feed, FEED), (&app.store.register, REGISTER)] {
        for table in tables {
            let (_, rows) = schema::page(db, db, table, 0, 1_000_000).await.unwrap();
            for value in rows.iter().flat_map(ploughshare_server::store::Row::values) {
                match value {
                    Val::Text(text) => no_canary(text.as_bytes(), table.name),
                    Val::Bytes(bytes) => no_canary(bytes, table.name),
                    Val::Int(_) | Val::Null => {}
                }
            }
        }
    }
    if let Target::SqliteDir(dir) = &app.settings.target {
        no_canary_under(dir);
    }
}

async fn leaves(app: &App, log: Log, verb: &str) -> Vec<Leaf> {
    let size = audit_log::head(&app.store.feed, log).await.unwrap().size;
    let mut found = Vec::new();
    for index in 0..size {
        let bytes = audit_log::leaf(&app.store.feed, log, index).await.unwrap().unwrap();
        found.push(Leaf::decode(&bytes).unwrap());
    }
    found.retain(|leaf| leaf.verb == verb);
    found
}

async fn is_verified(app: &App) {
    let report = verify::database(app, None, &[], &mut |_, _| ()).await.unwrap();
    assert!(report.is_whole(), "{report:?}");
}

/// A weapon and its person, recorded without a network and brought.
async fn handed_in(tablet: &Arc<Tablet>, serial: &str) -> (String, String) {
    let (item, hash) = recorded(tablet, serial);
    assert_eq!(tablet.status().unwrap().persons_unsent, 1);
    let report = sync(tablet).await;
    assert_eq!((report.persons, report.persons_refused, report.persons_held.as_deref()), (1, 0, None));
    assert_eq!(tablet.status().unwrap().persons_unsent, 0, "what the register has is gone from the tablet");
    (item, hash)
}

fn recorded(tablet: &Tablet, serial: &str) -> (String, String) {
    let item = tablet.record_json(&weapon(serial)).unwrap().document;
    let saved = tablet.add_person_json(std::slice::from_ref(&item), &person().to_string()).unwrap();
    (item, saved.hash)
}

fn read(web: &Web, hash: &str) -> ploughshare_tests::Reply {
    web.post(&format!("/api/v1/persons/{hash}/read"), &json!({ "purpose": "appeal", "reference": "CASE-2026/17" }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_sealed_on_the_tablet_read_for_a_purpose_and_found_nowhere_else() {
    on_both("sealed", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let tablet = register.tablet("Amina", Role::Collector, dir.path()).await;
        let (item, hash) = recorded(&tablet, "KV 1");
        no_canary_under(dir.path());
        assert!(files(dir.path()).iter().any(|(_, bytes)| holds(bytes, "age-encryption.org")), "it is there, sealed");
        assert_eq!(sync(&tablet).await.persons, 1);
        register.current().await;
        no_canary_under(dir.path());
        no_canary_in(&register.app).await;

        // The item says that there is a record, and nothing of it.
        let auditor = register.signed_in("Bea", Role::Auditor).await;
        let shown = auditor.get(&format!("/api/v1/items/{item}"));
        assert_eq!(shown.good()["person"], json!({ "hash": hash, "state": "sealed" }));
        no_canary(&shown.body, "the item");
        assert_eq!(auditor.get("/api/v1/persons").refusal(), "role.missing");

        // A case officer finds the record by the item, sees no weapon, and reads for a purpose.
        let officer = register.signed_in("Cleo", Role::CaseOfficer).await;
        assert_eq!(officer.get(&format!("/api/v1/items/{item}")).refusal(), "role.missing");
        assert_eq!(officer.get("/api/v1/items").refusal(), "role.missing");
        let listed = officer.get(&format!("/api/v1/persons?item={item}"));
        assert_eq!(
            (&listed.good()["persons"][0]["hash"], &listed.json()["persons"][0]["items"]),
            (&json!(hash), &json!([item]))
        );
        no_canary(&listed.body, "the list");
        let path = format!("/api/v1/persons/{hash}/read");
        assert_eq!(officer.post(&path, &json!({})).refusal(), "request.malformed");
        let asked = |purpose: &str, reference: &str| {
            officer.post(&path, &json!({ "purpose": purpose, "reference": reference }))
        };
        assert_eq!(asked("curiosity", "C-1").refusal(), "person.bad_purpose");
        assert_eq!(asked("appeal", "for my cousin").refusal(), "person.bad_reference");
        assert_eq!(leaves(&register.app, Log::Reads, "person.read").await.len(), 0, "nothing was read");
        let opened = read(&officer, &hash);
        let mut expected = person();
        expected["is_child"] = json!(false);
        assert_eq!(opened.good()["person"], expected);
        assert_eq!(opened.headers["cache-control"], "no-store");
        let noted = leaves(&register.app, Log::Reads, "person.read").await;
        assert_eq!(noted.len(), 1);
        assert_eq!((noted[0].subject.as_str(), noted[0].facts["purpose"].as_str()), (hash.as_str(), "appeal"));
        assert_eq!(noted[0].facts["reference"], "CASE-2026/17");
        // A registrar as well; nobody else, in no other operation.
        assert_eq!(read(&register.signed_in("Dora", Role::Registrar).await, &hash).status, 200);
        for role in Role::ALL.into_iter().filter(|role| !matches!(role, Role::CaseOfficer | Role::Registrar)) {
            let web = register.signed_in(&format!("somebody {}", role.code()), role).await;
            assert_eq!(read(&web, &hash).refusal(), "role.missing", "{role:?}");
        }
        assert_eq!(read(&register.web(), &hash).refusal(), "token.missing");
        assert_eq!(read(&officer, &"ab".repeat(32)).refusal(), "person.unknown");
        let south = people::open_operation(&register.app, "operator", "south", "South", true).await.unwrap();
        let elsewhere = register.officer("Eva", Role::Witness).await;
        people::grant(&register.app, "operator", &south.id, &elsewhere, Role::CaseOfficer).await.unwrap();
        let said = json!({ "officer": elsewhere.to_string(), "passphrase": ploughshare_tests::PASSPHRASE });
        let token = register.web().post("/api/v1/session", &said).good();
        let elsewhere = register.web().with(token["token"].as_str().unwrap());
        assert_eq!(read(&elsewhere, &hash).refusal(), "person.unknown");
        // A tablet reads nothing back, whoever holds it.
        let hand = register.hand("Fatu", Role::CaseOfficer).await;
        assert_eq!(read(&hand.web, &hash).refusal(), "person.not_from_tablet");
        assert_eq!(leaves(&register.app, Log::Reads, "person.read").await.len(), 2);

        register.is_rebuilt_equal().await;
        is_verified(&register.app).await;
        no_canary_in(&register.app).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_child_the_minimal_set_is_taken_and_a_name_is_refused_before_anything_is_saved() {
    on_both("child", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let tablet = register.tablet("Amina", Role::Collector, dir.path()).await;
        let item = tablet.record_json(&weapon("KV 2")).unwrap().document;
        let items = [item];
        let statements = tablet.status().unwrap().entries_own;
        for (said, code) in [
            (json!({ "is_child": true, "name": "Zqxname" }), "person.child_field"),
            (json!({ "name": "Zqxname", "age_group": "child_15_17" }), "person.is_child"),
            (json!({ "Zqxname": true }), "person.unknown_field"),
            (json!({ "name": "Zqxname", "year_of_birth": "Zqxname" }), "person.wrong_type"),
        ] {
            let refused = tablet.add_person_json(&items, &said.to_string()).unwrap_err();
            assert_eq!(refused.code, code);
            no_canary(format!("{refused:?} {refused}").as_bytes(), code);
        }
        let broken = tablet.add_person_json(&items, "{\"name\": \"Zqxname\"").unwrap_err();
        assert_eq!(broken.code, "json.malformed");
        no_canary(format!("{broken:?}").as_bytes(), "the error");
        let unknown = tablet.add_person_json(&["ab".repeat(16)], &person().to_string()).unwrap_err();
        assert_eq!(unknown.code, "not_found");
        let status = tablet.status().unwrap();
        assert_eq!((status.persons_unsent, status.entries_own), (0, statements), "nothing was saved");
        no_canary_under(dir.path());
        let child = json!({ "is_child": true, "age_group": "child_15_17", "sex": "male", "unaccompanied": true, "protection_referral": "CP-7" });
        let hash = tablet.add_person_json(&items, &child.to_string()).unwrap().hash;
        assert_eq!(sync(&tablet).await.persons, 1);
        let officer = register.signed_in("Cleo", Role::CaseOfficer).await;
        assert_eq!(read(&officer, &hash).good()["person"], child);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_erased_is_read_by_nobody_and_item_feed_and_log_stand() {
    on_both("erased", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let tablet = register.tablet("Amina", Role::Collector, dir.path()).await;
        let (item, hash) = handed_in(&tablet, "KV 3").await;
        let (other_item, other) = handed_in(&tablet, "KV 4").await;
        register.current().await;
        let officer = register.signed_in("Cleo", Role::CaseOfficer).await;
        let registrar = register.signed_in("Dora", Role::Registrar).await;
        let before = registrar.get(&format!("/api/v1/items/{item}")).good();
        let segments = ploughshare_tests::state::feed_count(&register.app, "select count(*) from segment").await;
        let name: PersonHash = hash.parse().unwrap();
        let (sealed, wrapped) = rows::sealed(&register.app.store.feed, &name).await.unwrap().unwrap();

        let path = format!("/api/v1/persons/{hash}/erase");
        assert_eq!(officer.post(&path, &json!({ "reason": "retention" })).refusal(), "role.missing");
        assert_eq!(registrar.post(&path, &json!({ "reason": "I say so" })).refusal(), "person.bad_reason");
        assert_eq!(read(&officer, &hash).status, 200, "it is still there");
        let erased = registrar.post(&path, &json!({ "reason": "data_subject_request" })).good();
        assert_eq!(erased, json!({ "hash": hash, "changed": true }));
        assert_eq!(registrar.post(&path, &json!({ "reason": "legal" })).good()["changed"], false);
        let gone = read(&officer, &hash);
        assert_eq!((gone.status, gone.refusal().as_str()), (410, "person.erased"));
        assert_eq!(rows::sealed(&register.app.store.feed, &name).await.unwrap(), None);
        if let Target::SqliteDir(dir) = &register.app.settings.target {
            for (file, bytes) in files(dir) {
                for secret in [&sealed[..64], &wrapped[..64]] {
                    assert!(!bytes.windows(64).any(|window| window == secret), "what was erased is still in {file}");
                }
            }
        }
        // What the item is has not changed, nor has what was said; only that its record is gone is shown.
        let mut after = registrar.get(&format!("/api/v1/items/{item}")).good();
        assert_eq!(after["person"], json!({ "hash": hash, "state": "erased" }));
        after["person"] = before["person"].clone();
        assert_eq!(after, before);
        assert_eq!(ploughshare_tests::state::feed_count(&register.app, "select count(*) from segment").await, segments);
        let noted = leaves(&register.app, Log::Audit, "person.erased").await;
        assert_eq!(
            (noted.len(), noted[0].subject.as_str(), noted[0].facts["because"].as_str()),
            (1, hash.as_str(), "data_subject_request")
        );
        assert_eq!(read(&officer, &other).status, 200, "another's record is as it was: {other_item}");
        is_verified(&register.app).await;
        register.is_rebuilt_equal().await;

        // A key that goes away without a word in the log is found.
        let mut tx = register.app.store.feed.begin_write().await.unwrap();
        tx.execute("delete from person_key", &[]).await.unwrap();
        tx.commit().await.unwrap();
        let report = verify::database(&register.app, None, &[], &mut |_, _| ()).await.unwrap();
        assert_eq!((report.faults_count, report.faults[0].table, &report.faults[0].row), (1, "person_key", &other));
        assert_eq!(read(&officer, &other).status, 500, "and nothing is shown");
    })
    .await;
}

/// Brings a request to the register and loses the answer, the first so many times that a record of a person is sent.
struct Lossy {
    inner: HttpTransport,
    losses: AtomicU32,
    sent: AtomicU32,
}

impl Transport for Lossy {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let sealed = request.url.contains("/persons?");
        let answer = self.inner.send(request)?;
        if sealed {
            self.sent.fetch_add(1, Ordering::SeqCst);
            if self.losses.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok() {
                return Err(TransportError::Interrupted { message: "the story lost it".to_owned() });
            }
        }
        Ok(answer)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_sent_three_times_over_a_link_that_loses_answers_is_one() {
    on_both("lossy", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let tablet = register.tablet("Amina", Role::Collector, dir.path()).await;
        recorded(&tablet, "KV 5");
        let link = Arc::new(Lossy { inner: HttpTransport::new(), losses: AtomicU32::new(2), sent: AtomicU32::new(0) });
        let (syncing, carrying) = (Arc::clone(&tablet), Arc::clone(&link));
        let report = blocking(move || syncing.sync(carrying)).await.unwrap();
        assert_eq!((link.sent.load(Ordering::SeqCst), report.persons, report.interruptions), (3, 1, 2));
        let count = ploughshare_tests::state::feed_count(&register.app, "select count(*) from person_blob").await;
        assert_eq!((count, leaves(&register.app, Log::Audit, "person.received").await.len()), (1, 1));
        assert_eq!(tablet.status().unwrap().persons_unsent, 0);
        // A link that stays broken costs nothing: the record waits and the next sync brings it.
        recorded(&tablet, "KV 6");
        link.losses.store(100, Ordering::SeqCst);
        let (syncing, carrying) = (Arc::clone(&tablet), Arc::clone(&link));
        let broken = blocking(move || syncing.sync(carrying)).await.unwrap_err();
        assert_eq!((broken.code.as_str(), tablet.status().unwrap().persons_unsent), ("transport.interrupted", 1));
        assert_eq!(sync(&tablet).await.persons, 1);
        let count = ploughshare_tests::state::feed_count(&register.app, "select count(*) from person_blob").await;
        assert_eq!(count, 2);
        is_verified(&register.app).await;
    })
    .await;
}

/// What a tablet seals for this register.
fn sealed(register: &Register, said: &Json) -> Vec<u8> {
    let recipient = age::x25519::Recipient::from_str(&register.app.persons.ready().unwrap().recipient).unwrap();
    let record = Person::from_json(said).unwrap().check(None).unwrap();
    age::encrypt(&recipient, &record.to_bytes()).unwrap()
}

fn bring(register: &Register, hand: &Hand, hash: &[u8; 32], bytes: Vec<u8>) -> ploughshare_tests::Reply {
    let path = format!("/api/v1/operations/{}/persons?hash={}", register.operation.id, hex::encode(hash));
    hand.web.post_as("application/octet-stream", &path, bytes)
}

async fn counted(register: &Register) -> (i64, i64, u64) {
    let blobs = ploughshare_tests::state::feed_count(&register.app, "select count(*) from person_blob").await;
    let keys = ploughshare_tests::state::feed_count(&register.app, "select count(*) from person_key").await;
    (blobs, keys, audit_log::head(&register.app.store.feed, Log::Audit).await.unwrap().size)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_sealed_record_for_this_register_is_refused_by_code_and_changes_nothing() {
    on_both_with(
        "bad_blobs",
        |settings| settings.persons_per_device = 2,
        async |register: Register| {
            let hand = register.hand("Amina", Role::Collector).await;
            let good = sealed(&register, &person());
            let before = counted(&register).await;
            let mut flipped = good.clone();
            let last = flipped.len() - 1;
            flipped[last] ^= 1;
            let to_another = {
                let other = age::x25519::Identity::generate().to_public();
                age::encrypt(&other, &Person::from_json(&person()).unwrap().check(None).unwrap().to_bytes()).unwrap()
            };
            let recipient = age::x25519::Recipient::from_str(&register.app.persons.ready().unwrap().recipient).unwrap();
            let nothing = age::encrypt(&recipient, &[0x80; 1024]).unwrap();
            // A child's name, sealed by a tablet that does not check: { 1: 1, 2: true, 3: "Zqxname" }.
            let mut childs_name = b"\xa3\x01\x01\x02\xf5\x03\x67Zqxname\x80".to_vec();
            childs_name.resize(1024, 0);
            let childs_name = age::encrypt(&recipient, &childs_name).unwrap();
            let cases = [
                (sha256(&good), flipped.clone(), "person.hash_differs"),
                (sha256(&flipped), flipped, "person.damaged"),
                (sha256(&to_another), to_another, "person.wrong_key"),
                (sha256(&nothing), nothing, "person.bad_record"),
                (sha256(&childs_name), childs_name, "person.bad_record"),
                (sha256(b"Zqxname"), b"Zqxname".to_vec(), "person.damaged"),
                (sha256(b""), Vec::new(), "person.damaged"),
                (sha256(&vec![7; 65_537]), vec![7; 65_537], "request.too_large"),
            ];
            for (hash, bytes, code) in cases {
                let refused = bring(&register, &hand, &hash, bytes);
                assert_eq!(refused.refusal(), code);
                no_canary(&refused.body, code);
            }
            let odd = format!("/api/v1/operations/{}/persons", register.operation.id);
            assert_eq!(hand.web.post_as("application/octet-stream", &odd, good.clone()).refusal(), "request.query");
            let registrar = register.signed_in("Dora", Role::Registrar).await;
            let path = format!("{odd}?hash={}", hex::encode(sha256(&good)));
            assert_eq!(registrar.post_as("application/octet-stream", &path, good.clone()).refusal(), "device.missing");
            let south = people::open_operation(&register.app, "operator", "south", "South", true).await.unwrap();
            let elsewhere = format!("/api/v1/operations/{}/persons?hash={}", south.id, hex::encode(sha256(&good)));
            assert_eq!(
                hand.web.post_as("application/octet-stream", &elsewhere, good.clone()).refusal(),
                "operation.not_enrolled"
            );
            let (blobs, keys, _) = counted(&register).await;
            assert_eq!((blobs, keys), (before.0, before.1));
            assert_eq!(leaves(&register.app, Log::Audit, "person.received").await.len(), 0);

            // The good one is taken, with a receipt that the register signed, and again; then the quota is used up.
            let taken = bring(&register, &hand, &sha256(&good), good.clone());
            let receipt = PersonReceipt::verify(&taken.body, &register.app.key.public()).unwrap();
            assert_eq!((receipt.hash.as_bytes(), receipt.device), (&sha256(&good), hand.device()));
            assert_eq!(bring(&register, &hand, &sha256(&good), good.clone()).body, taken.body, "the same answer");
            let second = sealed(&register, &person());
            assert_eq!(bring(&register, &hand, &sha256(&second), second).status, 200);
            let third = sealed(&register, &person());
            assert_eq!(bring(&register, &hand, &sha256(&third), third.clone()).refusal(), "person.quota");
            assert_eq!(bring(&register, &hand, &sha256(&good), good).status, 200, "what is here is still answered");

            // A revoked device brings nothing.
            people::revoke_device(&register.app, "operator", &hand.device()).await.unwrap();
            assert_eq!(bring(&register, &hand, &sha256(&third), third).refusal(), "device.revoked");
            assert_eq!(counted(&register).await.0, 2);

            // No item names them: they stay and are listed so.
            register.current().await;
            let officer = register.signed_in("Cleo", Role::CaseOfficer).await;
            let listed = officer.get("/api/v1/persons?unreferenced=true&limit=1").good();
            assert_eq!((listed["persons"].as_array().unwrap().len(), &listed["persons"][0]["items"]), (1, &json!([])));
            let next = listed["next"].as_str().unwrap();
            let rest = officer.get(&format!("/api/v1/persons?unreferenced=true&after={next}")).good();
            assert_eq!((rest["persons"].as_array().unwrap().len(), &rest["next"]), (1, &Json::Null));
            assert_eq!(officer.get("/api/v1/persons?unreferenced=false").good()["persons"], json!([]));
            is_verified(&register.app).await;
            no_canary_in(&register.app).await;
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_own_person_key_a_register_takes_weapons_and_people_wait_on_the_tablet() {
    on_both("lost_key", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let tablet = register.tablet("Amina", Role::Collector, dir.path()).await;
        let (_, known) = handed_in(&tablet, "KV 7").await;
        let kept = ploughshare_server::keyfile::person_path(&register.app.settings);
        let secret = std::fs::read(&kept).unwrap();
        for (file, code) in [(None, "person.key_missing"), (Some(dir.path().join("made anew")), "person.key_other")] {
            if file.is_some() {
                let fresh = tempfile::tempdir().unwrap();
                let other = Target::SqliteDir(fresh.path().join("other"));
                let settings = ploughshare_server::app::Settings::new(other);
                let app = App::open(settings).await.unwrap();
                std::fs::copy(ploughshare_server::keyfile::person_path(&app.settings), &kept).unwrap();
            } else {
                std::fs::remove_file(&kept).unwrap();
            }
            let (app, address) = register.second().await;
            assert_eq!(app.persons.ready().unwrap_err().code(), code);
            let (item, _) = recorded(&tablet, &format!("KV {code}"));
            // The tablet goes to whichever server answers: here the second.
            let elsewhere = Arc::new(Elsewhere {
                from: register.address.clone(),
                to: address.clone(),
                inner: HttpTransport::new(),
            });
            let syncing = Arc::clone(&tablet);
            let report = blocking(move || syncing.sync(elsewhere)).await.unwrap();
            assert_eq!((report.persons, report.persons_held.as_deref()), (0, Some(code)));
            assert!(report.pushed >= 2, "the weapon is in: {report:?}");
            assert!(item.parse::<DocId>().is_ok());
            let officer = register.signed_in(&format!("Cleo {code}"), Role::CaseOfficer).await;
            assert_eq!(read(&officer.at(&address), &known).problem(), code);
        }
        std::fs::write(&kept, secret).unwrap();
        assert_eq!(tablet.status().unwrap().persons_unsent, 2);
        assert_eq!(sync(&tablet).await.persons, 2, "nothing was lost");
    })
    .await;
}

/// Sends to one server what is meant for another of the same register.
struct Elsewhere {
    from: String,
    to: String,
    inner: HttpTransport,
}

impl Transport for Elsewhere {
    fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, TransportError> {
        request.url = request.url.replace(&self.from, &self.to);
        self.inner.send(request)
    }
}

/// A command line of the tablet; what goes in by standard input stands in no history.
fn fieldkit(store: &Path, arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut command = std::process::Command::new(ploughshare_tests::ploughshare().with_file_name("fieldkit"));
    command.args(["--store", &store.display().to_string()]).args(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_programs_seal_list_read_and_erase_and_neither_log_nor_export_holds_a_word_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let sqlite = Place::sqlite(&dir.path().join("sqlite"));
    let postgres = postgres_url("persons").map(|url| Place { data: dir.path().join("postgres"), database: Some(url) });
    for (n, place) in [Some(sqlite), postgres].into_iter().flatten().enumerate() {
        let log = dir.path().join(format!("log {n}"));
        let to = Stdio::from(std::fs::File::create(&log).unwrap());
        let server = place.serve_with("127.0.0.1:0", &["--set", "log_filter=debug", "--set", "log_format=json"], to);
        place.good(&["operation", "create", "--code", "north", "--name", "North"]);
        place.good(&["officer", "add", "--name", "Amina", "--operation", "north", "--role", "collector"]);
        let ticket = place.good(&["ticket", "--operation", "north", "--officer", "Amina"]);
        let store = dir.path().join(format!("tablet {n}"));
        let ticket = ticket["ticket"].as_str().unwrap().to_owned();
        let (code, _, errors) = fieldkit(&store, &["enrol", "--server", &server.address, "--ticket", &ticket], "");
        assert_eq!(code, Some(0), "{errors}");
        let (_, recorded, _) = fieldkit(&store, &["--json", "record", "--class", "ASR", "--serial", "KV 8"], "");
        let item: Json = serde_json::from_str(&recorded).unwrap();
        let item = item["document"].as_str().unwrap();
        let add = ["--json", "person", "add", "--item", item];
        let (code, said, errors) = fieldkit(&store, &[&add[..], &["--file", "-"]].concat(), &person().to_string());
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{said}");
        no_canary(said.as_bytes(), "what it prints");
        let hash: Json = serde_json::from_str(&said).unwrap();
        let hash = hash["hash"].as_str().unwrap();
        // As flags it goes too, with a warning; a child's name does not.
        let (code, _, errors) = fieldkit(&store, &[&add[..], &["--name", "Zqxname"]].concat(), "");
        assert!(code == Some(0) && errors.contains("history"), "{errors}");
        let (code, _, errors) = fieldkit(&store, &[&add[..], &["--child", "--name", "Zqxname"]].concat(), "");
        assert!(code == Some(1) && errors.contains("person.child_field"), "{errors}");
        no_canary(errors.as_bytes(), "the refusal");
        let (_, status, _) = fieldkit(&store, &["--json", "status"], "");
        assert_eq!(serde_json::from_str::<Json>(&status).unwrap()["persons_unsent"], 2);
        no_canary_under(&store);
        let (code, report, errors) = fieldkit(&store, &["--json", "sync"], "");
        assert_eq!(
            (code, &serde_json::from_str::<Json>(&report).unwrap()["persons"]),
            (Some(0), &json!(2)),
            "{errors}"
        );
        no_canary_under(&store);
        while {
            let ready = Web::new(&server.address).get("/readyz").good();
            ready["segments"] != ready["projected"]
        } {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }

        // The item names the record said last; the first is named by nobody any more.
        assert_eq!(place.good(&["person", "list"]).as_array().unwrap().len(), 2);
        assert_eq!(place.good(&["person", "list", "--unreferenced"])[0]["hash"], hash);
        assert_eq!(place.run(&["person", "due"]).failure(), "person.no_retention");
        assert_eq!(place.good(&["person", "due", "--days", "1"]), json!([]));
        assert_eq!(place.good(&["person", "due", "--set", "person_retention_days=365"]), json!([]));
        let read = ["person", "read", hash, "--purpose", "benefits", "--reference"];
        assert_eq!(place.run(&[&read[..], &["Zqx name"]].concat()).failure(), "person.bad_reference");
        assert_eq!(place.good(&[&read[..], &["B-12"]].concat())["person"]["name"], "Zqxname Zqxname");
        assert_eq!(place.run(&["person", "erase", hash, "--reason", "Zqx"]).failure(), "person.bad_reason");
        assert_eq!(place.good(&["person", "erase", hash, "--reason", "retention"])["changed"], true);
        assert_eq!(place.good(&["person", "erase", hash, "--reason", "retention"])["changed"], false);
        assert_eq!(place.run(&[&read[..], &["B-12"]].concat()).failure(), "person.erased");
        let checked = place.good(&["verify"]);
        assert_eq!((&checked["whole"], &checked["report"]["persons"]), (&json!(true), &json!(2)));
        assert_eq!(place.good(&["rebuild", "--check"])["equal"], true);

        for (name, verbs) in [("audit", &["person.received", "person.erased"][..]), ("reads", &["person.read"])] {
            let file = dir.path().join(format!("{name} {n}")).display().to_string();
            let exported = place.good(&["export-log", &file, "--log", name]);
            no_canary(&std::fs::read(&file).unwrap(), name);
            let checked = place.good(&["verify", "--file", &file, "--vkey", exported["vkey"].as_str().unwrap()]);
            for verb in verbs {
                assert!(checked["by_verb"][*verb].as_u64() > Some(0), "{verb} is told: {checked}");
            }
        }
        drop(server);
        let said = std::fs::read(&log).unwrap();
        assert!(holds(&said, "http.answered") && holds(&said, "persons.receive"), "the log is on");
        no_canary(&said, "the log");
        no_canary_under(&place.data);
    }
}
