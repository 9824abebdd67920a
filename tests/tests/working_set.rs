//! A tablet that holds a working set: the rows of all items, the statements of some, and those of any other once it is opened. Whichever way
//! statements came, the documents are the same. Over real HTTP, on both databases.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mobile_ffi::{
    HttpRequest, HttpResponse, HttpTransport, RegisterWanted, Tablet, TabletConfig, TabletError, Transport,
    TransportError, WorkingSet,
};
use ploughshare_core::identity::Role;
use ploughshare_tests::{Register, blocking, on_both, ploughshare, sync};

fn weapon(n: usize, site: &str, status: &str) -> String {
    format!(
        r#"{{"kind":"weapon","class":"ASR","make":"IZHMASH","model":"AKM","calibre":"7.62x39","status":"{status}","site":"{site}",
        "tag":"T-{n:04}","serial_status":"read","markings":[{{"type":"SER","text":"KV {n:06}","condition":"LEG","location":"RCV"}}]}}"#
    )
}

fn set(parts: &[&str]) -> WorkingSet {
    WorkingSet::parse(&parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>()).unwrap()
}

async fn enrolled(register: &Register, name: &str, dir: &Path, wanted: WorkingSet) -> Arc<Tablet> {
    let ticket = register.ticket(name, Role::Inspector).await;
    let tablet = Arc::new(Tablet::open(TabletConfig::new(&dir.join(name).display().to_string())).unwrap());
    let (enrolling, address) = (Arc::clone(&tablet), register.address.clone());
    blocking(move || enrolling.enrol_with(Arc::new(HttpTransport::new()), &address, &ticket, "lean", Some(&wanted)))
        .await
        .unwrap();
    tablet
}

async fn opened(tablet: &Arc<Tablet>, id: &str) -> Result<mobile_ffi::Opened, TabletError> {
    let (tablet, id) = (Arc::clone(tablet), id.to_owned());
    blocking(move || tablet.open_items(Arc::new(HttpTransport::new()), &[id])).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tablet_with_a_working_set_shows_all_rows_holds_its_own_site_and_opens_any_other_item() {
    on_both("lean", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let amina = register.tablet("Amina", Role::Collector, dir.path()).await;
        let mut ids = Vec::new();
        for n in 0..60 {
            let site = if n % 3 == 0 { "depot-1" } else { "depot-2" };
            ids.push(amina.record_json(&weapon(n * 7, site, "stored")).unwrap().document);
        }
        amina.record_json(&weapon(9_001, "depot-2", "stolen")).unwrap();
        amina.edit_json(&ids[4], r#"{"make":"TULA"}"#).unwrap();
        sync(&amina).await;
        register.current().await;

        let joseph = enrolled(&register, "Joseph", dir.path(), set(&["site=depot-1"])).await;
        let page = joseph.register_rows(&RegisterWanted { limit: 1_000, ..RegisterWanted::default() }).unwrap();
        assert_eq!((page.rows.len(), page.total), (61, 61));
        assert_eq!(page.rows.iter().filter(|row| row.held).count(), 20);
        for id in ids.iter().step_by(3) {
            assert_eq!(joseph.show(id).unwrap().digest, amina.show(id).unwrap().digest, "the same document either way");
        }
        // Of the others there is a row, found like any document, and nothing can be said on top of it.
        let wanted =
            RegisterWanted { serial: Some("kv-000028".to_owned()), not_held: true, ..RegisterWanted::default() };
        let found = joseph.register_rows(&wanted).unwrap();
        assert_eq!((found.rows.len(), found.rows[0].document.as_str()), (1, ids[4].as_str()));
        assert_eq!((found.rows[0].make.as_deref(), found.rows[0].place), (Some("TULA"), page.place.unwrap()));
        assert_eq!(joseph.show(&ids[4]).unwrap_err().code, "pack.read_only");
        let refused = joseph.edit_json(&ids[4], r#"{"make":"RADOM"}"#).unwrap_err();
        assert_eq!((refused.code.as_str(), refused.data_safe), ("pack.read_only", true));
        // Opened, it is a document like all others: what is said of it stands on what was said before.
        let fetched = opened(&joseph, &ids[4]).await.unwrap();
        assert_eq!((fetched.opened.as_slice(), fetched.statements), (&ids[4..5], 2));
        assert_eq!(joseph.show(&ids[4]).unwrap().digest, amina.show(&ids[4]).unwrap().digest);
        joseph.edit_json(&ids[4], r#"{"make":"RADOM"}"#).unwrap();
        sync(&joseph).await;
        sync(&amina).await;
        register.current().await;
        assert_eq!(amina.show(&ids[4]).unwrap().conflicts.len(), 0, "an edit that had seen what it changes");
        assert_eq!(amina.show(&ids[4]).unwrap().digest, joseph.show(&ids[4]).unwrap().digest);

        // What others say of what is held comes with the next sync, of the rest the row; without knowledge of each other there is a conflict.
        amina.edit_json(&ids[0], r#"{"make":"TULA"}"#).unwrap();
        amina.edit_json(&ids[4], r#"{"calibre":"9x18"}"#).unwrap();
        amina.edit_json(&ids[5], r#"{"calibre":"5.45x39"}"#).unwrap();
        amina.record_json(&weapon(5_000, "depot-1", "stored")).unwrap();
        joseph.edit_json(&ids[0], r#"{"make":"NORINCO"}"#).unwrap();
        sync(&amina).await;
        register.current().await;
        sync(&joseph).await;
        sync(&amina).await;
        register.current().await;
        sync(&joseph).await;
        for id in [&ids[0], &ids[4]] {
            assert_eq!(joseph.show(id).unwrap().digest, amina.show(id).unwrap().digest);
        }
        assert_eq!(joseph.show(&ids[0]).unwrap().conflicts.len(), 1);
        assert_eq!(joseph.register_row(&ids[5]).unwrap().unwrap().calibre.as_deref(), Some("5.45x39"));
        let page = joseph.register_rows(&RegisterWanted { limit: 1_000, ..RegisterWanted::default() }).unwrap();
        assert_eq!(
            (page.total, page.rows.iter().filter(|row| row.held).count()),
            (62, 22),
            "a new one at its own site came"
        );
        // Switched off and on again, everything is there.
        drop(joseph);
        let joseph = ploughshare_tests::reopened(&dir.path().join("Joseph"));
        let again = joseph.register_rows(&RegisterWanted { limit: 1_000, ..RegisterWanted::default() }).unwrap();
        assert_eq!(again, page);

        // Serials are noticed without a network.
        let notices = joseph.notice("KV-009001", Some("ASR")).unwrap();
        assert_eq!((notices[0].noticed.as_str(), notices[0].alike), ("stolen", false));
        assert!(notices[0].words.contains("recorded as stolen"), "{}", notices[0].words);
        let begun = std::time::Instant::now();
        assert_eq!(joseph.notice("ZZ 777123", Some("ASR")).unwrap(), Vec::new());
        assert!(begun.elapsed().as_millis() < 100, "{:?}", begun.elapsed());
        // So is what a model is taken for, once the table was read.
        joseph.models("").unwrap();
        let begun = std::time::Instant::now();
        let cards = joseph.models("7.62x39").unwrap();
        assert!(begun.elapsed().as_millis() < 100, "{:?}", begun.elapsed());
        assert!(cards.iter().any(|card| !card.look_alikes.is_empty() && !card.cues.is_empty()));
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fieldkit_chooses_a_working_set_lists_the_registers_rows_opens_and_warns_at_entry() {
    on_both("fieldkit_lean", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let amina = register.tablet("Amina", Role::Collector, dir.path()).await;
        let near = amina.record_json(&weapon(7, "depot-1", "stored")).unwrap().document;
        let far = amina.record_json(&weapon(14, "depot-2", "stolen")).unwrap().document;
        sync(&amina).await;
        register.current().await;
        let ticket = register.ticket("Joseph", Role::Inspector).await;
        let (address, store) = (register.address.clone(), dir.path().join("joseph"));
        blocking(move || {
            let fieldkit = |arguments: &[&str]| {
                let program = ploughshare().with_file_name("fieldkit");
                let mut command = Command::new(program);
                command.args(arguments).arg("--json").arg("--store").arg(&store).output().unwrap()
            };
            let good = |arguments: &[&str]| -> serde_json::Value {
                let ran = fieldkit(arguments);
                assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
                serde_json::from_slice(&ran.stdout).unwrap()
            };
            let bad = fieldkit(&["enrol", "--server", &address, "--ticket", &ticket, "--working-set", "everything"]);
            assert!(String::from_utf8_lossy(&bad.stderr).contains("working_set.malformed"));
            good(&["enrol", "--server", &address, "--ticket", &ticket, "--working-set", "site=depot-1"]);
            assert_eq!(good(&["working-set"])["sites"][0], "depot-1");
            let listed = good(&["list"]);
            assert_eq!((listed["rows"].as_array().unwrap().len(), &listed["rows"][0]["document"]), (1, &near.into()));
            assert_eq!(listed["register"]["rows"][0]["document"], far.as_str());
            assert_eq!(good(&["look", "kv 000014", "--class", "ASR"])[0]["noticed"], "stolen");
            assert_eq!(good(&["look", "XQ 555111", "--class", "ASR"]), serde_json::json!([]));
            let recorded = good(&["record", "--kind", "weapon", "--class", "ASR", "--serial", "KV-000014"]);
            assert_eq!(recorded["noticed"][0]["noticed"], "stolen");
            assert!(recorded["document"].is_string(), "noticed, and recorded all the same");
            // Shown, it is fetched; edited, it stands on what was said.
            assert_eq!(good(&["show", &far])["conflicts"], serde_json::json!([]));
            good(&["edit", &far, "--set", "make=TULA"]);
            assert_eq!(good(&["working-set", "site=depot-2"])["sites"][0], "depot-2");
            let other = fieldkit(&["working-set", "all"]);
            assert!(String::from_utf8_lossy(&other.stderr).contains("working_set.settled"));
            good(&["sync"]);
        })
        .await;
    })
    .await;
}

/// Changes a byte of what certain paths answer.
struct Tampering {
    inner: HttpTransport,
    path: &'static str,
    done: AtomicBool,
}

impl Transport for Tampering {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let hit = request.url.contains(self.path);
        let mut answer = self.inner.send(request)?;
        if hit && answer.status == 200 {
            self.done.store(true, Ordering::SeqCst);
            let middle = answer.body.len() / 2;
            answer.body[middle] ^= 1;
        }
        Ok(answer)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_changed_on_the_way_is_refused_and_what_was_here_stays() {
    on_both("tampered", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let amina = register.tablet("Amina", Role::Collector, dir.path()).await;
        for n in 0..20 {
            amina.record_json(&weapon(n * 3, "depot-2", "stored")).unwrap();
        }
        sync(&amina).await;
        register.current().await;
        for (path, code) in [("/pack/parts/", "pack.part_differs"), ("/lookups/parts/", "lookup.part_differs")] {
            let name = if path.contains("pack") { "Pia" } else { "Lea" };
            let ticket = register.ticket(name, Role::Inspector).await;
            let tablet =
                Arc::new(Tablet::open(TabletConfig::new(&dir.path().join(name).display().to_string())).unwrap());
            let tampering = Arc::new(Tampering { inner: HttpTransport::new(), path, done: AtomicBool::new(false) });
            let (enrolling, between, address) = (Arc::clone(&tablet), Arc::clone(&tampering), register.address.clone());
            let refused = blocking(move || {
                enrolling.enrol_with(between, &address, &ticket, "lean", Some(&set(&["site=depot-1"])))
            })
            .await
            .unwrap_err();
            assert!(tampering.done.load(Ordering::SeqCst));
            assert_eq!((refused.code.as_str(), refused.data_safe), (code, true));
            // Honest again, it goes on.
            sync(&tablet).await;
            assert_eq!(tablet.register_rows(&RegisterWanted::default()).unwrap().total, 20);
        }
        // Changes and additions likewise: the rows of before stay.
        let lena = enrolled(&register, "Lena", dir.path(), set(&["site=depot-1"])).await;
        amina.record_json(&weapon(900, "depot-2", "stored")).unwrap();
        sync(&amina).await;
        register.current().await;
        let tampering =
            Arc::new(Tampering { inner: HttpTransport::new(), path: "/pack/changes", done: AtomicBool::new(false) });
        let syncing = Arc::clone(&lena);
        let refused = blocking(move || syncing.sync(tampering)).await.unwrap_err();
        assert!(refused.code.starts_with("pack."), "{refused:?}");
        assert_eq!(lena.register_rows(&RegisterWanted::default()).unwrap().total, 20);
        sync(&lena).await;
        assert_eq!(lena.register_rows(&RegisterWanted::default()).unwrap().total, 21);
        // Entries that were changed are taken in by nobody.
        let id = lena.register_rows(&RegisterWanted::default()).unwrap().rows[0].document.clone();
        let tampering =
            Arc::new(Tampering { inner: HttpTransport::new(), path: "/entries", done: AtomicBool::new(false) });
        let (opening, wanted) = (Arc::clone(&lena), id.clone());
        let refused = blocking(move || opening.open_items(tampering, &[wanted])).await.unwrap_err();
        assert!(!refused.code.is_empty() && refused.data_safe, "{refused:?}");
        assert_eq!(lena.show(&id).unwrap_err().code, "pack.read_only");
        assert_eq!(opened(&lena, &id).await.unwrap().opened, vec![id]);
    })
    .await;
}
