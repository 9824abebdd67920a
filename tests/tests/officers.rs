//! Officers who sign with keys of their own on tablets, over real HTTP and on both databases: one after the other on one tablet, each on
//! one of their own, slowly after wrong PINs, not at all once revoked. Neither PIN nor key is ever written down.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use mobile_ffi::{
    Attesting, BootTime, FileVault, HttpTransport, Pin, Platform, PlatformError, SystemPlatform, Tablet, TabletConfig,
    TabletError,
};
use ploughshare_core::identity::Role;
use ploughshare_core::keys::SecretKey;
use ploughshare_server::identity::{officer_key, people, ticket};
use ploughshare_tests::{Register, blocking, on_both, sync};
use serde_json::{Value as Json, json};

const PIN: &str = "barley 274183";

/// Everything that is logged while a story is told, down to the last detail.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A device that remembers all chance it gave, so that a story can look for what was made of it.
#[derive(Default)]
struct Remembering {
    system: SystemPlatform,
    given: Mutex<Vec<Vec<u8>>>,
}

impl Platform for Remembering {
    fn now_ms(&self) -> Result<i64, PlatformError> {
        self.system.now_ms()
    }

    fn monotonic_ms(&self) -> Result<u64, PlatformError> {
        self.system.monotonic_ms()
    }

    fn boot(&self) -> Result<Option<BootTime>, PlatformError> {
        self.system.boot()
    }

    fn random(&self, count: u32) -> Result<Vec<u8>, PlatformError> {
        let bytes = self.system.random(count)?;
        self.given.lock().unwrap().push(bytes.clone());
        Ok(bytes)
    }
}

impl Remembering {
    /// The secret halves of the keys that officers keep on a tablet.
    fn secrets(&self, tablet: &Tablet) -> Vec<Vec<u8>> {
        let keys: Vec<_> = tablet.officers().unwrap().into_iter().map(|one| one.fingerprint).collect();
        let given = self.given.lock().unwrap();
        let is_one = |bytes: &Vec<u8>| {
            <&[u8; 32]>::try_from(bytes.as_slice()).is_ok_and(|seed| {
                keys.contains(&officer_key::fingerprint(SecretKey::ed25519(seed).public().as_bytes()))
            })
        };
        let secrets: Vec<_> = given.iter().filter(|bytes| is_one(bytes)).cloned().collect();
        assert_eq!(secrets.len(), keys.len());
        secrets
    }
}

/// An enrolled tablet of a new officer on such a device.
async fn tablet(register: &Register, name: &str, dir: &Path, platform: &Arc<Remembering>) -> Arc<Tablet> {
    let ticket = register.ticket(name, Role::Collector).await;
    let config = TabletConfig::new(&dir.join(name).display().to_string());
    let vault = Arc::new(FileVault::new(&dir.join(name).join("no-backup").display().to_string()));
    let tablet = Arc::new(Tablet::open_with(config, Arc::<Remembering>::clone(platform), vault).unwrap());
    let (enrolling, address, label) = (Arc::clone(&tablet), register.address.clone(), format!("{name}'s tablet"));
    let enrol = move || enrolling.enrol(Arc::new(HttpTransport::new()), &address, &ticket, &label).map(drop);
    blocking(enrol).await.unwrap();
    tablet
}

/// Gives a new officer a key on a tablet.
async fn joins(register: &Register, tablet: &Arc<Tablet>, name: &str, role: Role) {
    let app = &register.app;
    let officer = people::add_officer(app, "operator", name).await.unwrap();
    people::grant(app, "operator", &register.operation.id, &officer.id, role).await.unwrap();
    adds_key(register, tablet, &officer.id, name).await;
}

async fn adds_key(register: &Register, tablet: &Arc<Tablet>, officer: &ploughshare_core::ids::OfficerId, name: &str) {
    let ticket = ticket::issue(&register.app, "operator", &register.operation.id, officer, 10).await.unwrap().text;
    let (adding, address) = (Arc::clone(tablet), register.address.clone());
    let added =
        blocking(move || adding.add_officer(Arc::new(HttpTransport::new()), Some(&address), &ticket, &Pin::from(PIN)));
    let added = added.await.unwrap();
    assert_eq!((added.name.as_str(), added.state.as_str(), added.lease_days_left > 6), (name, "ready", true));
}

/// Signs in, attests, signs out.
fn attests(tablet: &Tablet, name: &str, what: &str, document: &str) -> Result<String, TabletError> {
    let session = tablet.sign_in(name, &Pin::from(PIN))?;
    let said =
        Attesting { documents: vec![document.to_owned()], what: what.to_owned(), note: String::new(), as_claim: false };
    Ok(tablet.attest(&session, said, None)?.remove(0).entry)
}

fn weapon(serial: &str) -> String {
    json!({ "kind": "weapon", "class": "ASR", "make": "IZHMASH", "status": "stored",
            "markings": [{ "type": "SER", "text": serial }] })
    .to_string()
}

/// No file below a folder holds any of these.
fn nowhere(folder: &Path, secrets: &[Vec<u8>]) -> usize {
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files += nowhere(&path, secrets);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for secret in secrets {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret), "{} tells", path.display());
        }
        files += 1;
    }
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn officers_sign_on_shared_tablets_and_the_register_shows_their_word() {
    let log = Log::default();
    let kept: Mutex<Vec<Vec<u8>>> = Mutex::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG);
    subscriber.with_ansi(false).with_writer(move || writer.clone()).init();
    on_both("officers", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let platform = Arc::new(Remembering::default());
        let shared = tablet(&register, "Amina", dir.path(), &platform).await;
        let other = tablet(&register, "Joseph", dir.path(), &platform).await;
        joins(&register, &shared, "Ines", Role::Inspector).await;
        joins(&register, &shared, "Samuel", Role::Supervisor).await;
        joins(&register, &shared, "Wanda", Role::Witness).await;
        joins(&register, &other, "Wendel", Role::Witness).await;
        let one = shared.record_json(&weapon("KV 1")).unwrap().document;
        let two = shared.record_json(&weapon("KV 2")).unwrap().document;

        // On one tablet, one after the other, with no network in between.
        let verified = attests(&shared, "Ines", "verified", &one).unwrap();
        for item in [&one, &two] {
            let samuel = shared.sign_in("Samuel", &Pin::from(PIN)).unwrap();
            assert_eq!(shared.sign_in("Ines", &Pin::from(PIN)).unwrap_err().code, "officer.another_open");
            shared.edit_json(item, r#"{"status":"destroyed"}"#).unwrap();
            drop(samuel);
            attests(&shared, "Samuel", "destroyed", item).unwrap();
        }
        let refused = attests(&shared, "Samuel", "witnessed", &one).unwrap_err();
        assert!(refused.code.starts_with("authority."), "{refused:?}");
        attests(&shared, "Wanda", "witnessed", &one).unwrap();
        let report = sync(&shared).await;
        assert_eq!((report.refused, report.pushed), (0, 8));

        // On two tablets.
        sync(&other).await;
        attests(&other, "Wendel", "witnessed", &two).unwrap();
        sync(&other).await;
        sync(&shared).await;
        register.current().await;
        let auditor = register.signed_in("Otto", Role::Auditor).await;
        let shown = auditor.get(&format!("/api/v1/items/{one}")).good();
        assert_eq!((&shown["status"], &shown["claims"]), (&json!("destroyed"), &json!(0)), "{shown}");
        assert_eq!(shown["review"]["latest"], json!([verified]));
        let said = |shown: &Json| -> Vec<(String, String, bool)> {
            let all = shown["attestations"].as_array().unwrap();
            let text = |one: &Json, name: &str| one[name].as_str().unwrap().to_owned();
            all.iter().map(|a| (text(a, "officer_name"), text(a, "what"), a["counts"] == true)).collect()
        };
        let word = |name: &str, what: &str| (name.to_owned(), what.to_owned(), true);
        let samuel = word("Samuel", "destroyed");
        assert_eq!(said(&shown), [word("Ines", "verified"), samuel.clone(), word("Wanda", "witnessed")]);
        let shown = auditor.get(&format!("/api/v1/items/{two}")).good();
        assert_eq!(said(&shown), [samuel, word("Wendel", "witnessed")]);
        // The tablet comes to the same.
        let pairs = |item: &str| shared.review(item).unwrap().same_device.len();
        assert_eq!((shared.review(&one).unwrap().state.as_str(), pairs(&one), pairs(&two)), ("amended", 1, 0));

        // Four wrong PINs, and the right one has to wait.
        for _ in 0..4 {
            assert_eq!(shared.sign_in("Ines", &Pin::from("918273")).unwrap_err().code, "officer.wrong_pin");
        }
        assert_eq!(shared.sign_in("Ines", &Pin::from(PIN)).unwrap_err().code, "officer.locked");
        assert!(shared.officers().unwrap()[0].locked_until_ms.is_some());

        // A key that was revoked signs nothing after the next sync.
        let third = shared.record_json(&weapon("KV 3")).unwrap().document;
        let wanda = shared.officers().unwrap().into_iter().find(|one| one.name == "Wanda").unwrap();
        assert!(officer_key::revoke(&register.app, "operator", &wanda.fingerprint, None).await.unwrap());
        attests(&shared, "Wanda", "witnessed", &third).unwrap();
        sync(&shared).await;
        assert_eq!(attests(&shared, "Wanda", "witnessed", &third).unwrap_err().code, "officer.key_revoked");
        register.current().await;
        let shown = auditor.get(&format!("/api/v1/items/{third}")).good();
        assert_eq!(shown["attestations"][0]["reason"], "authority.not_their_key", "{shown}");
        // A new ticket gives her a new key.
        let officer = wanda.officer.unwrap().parse().unwrap();
        adds_key(&register, &shared, &officer, "Wanda").await;
        attests(&shared, "Wanda", "witnessed", &third).unwrap();
        sync(&shared).await;
        register.is_rebuilt_equal().await;
        let mut secrets = platform.secrets(&shared);
        secrets.extend(platform.secrets(&other));
        secrets.push(PIN.as_bytes().to_vec());
        assert_eq!(secrets.len(), 5);
        assert!(nowhere(dir.path(), &secrets) >= 8);
        kept.lock().unwrap().extend(secrets);
    })
    .await;
    let logged = log.0.lock().unwrap();
    assert!(logged.len() > 10_000, "something was logged: {}", logged.len());
    for secret in kept.lock().unwrap().iter() {
        for form in [secret.clone(), hex::encode(secret).into_bytes(), format!("{secret:?}").into_bytes()] {
            assert!(!logged.windows(form.len()).any(|part| part == form), "no PIN and no key in the log");
        }
    }
}
