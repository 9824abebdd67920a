//! From tablets without a network to the register, over real HTTP, on both databases.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use mobile_ffi::{HttpTransport, Tablet, TabletConfig};
use ploughshare_core::identity::Role;
use ploughshare_server::identity::people;
use ploughshare_server::{projection, rebuild};
use ploughshare_tests::{Register, blocking, on_both, ploughshare, postgres, sync};
use serde_json::Value as Json;

const WEAPON: &str = r#"{"kind":"weapon","class":"ASR","make":"IZHMASH","model":"AKM","calibre":"7.62x39","status":"stored",
    "serial_status":"read","markings":[{"type":"SER","text":"KV 204417","condition":"LEG","location":"RCV"}]}"#;

async fn signed_in(register: &Register, name: &str, role: Role) -> String {
    let officer = people::add_officer(&register.app, "operator", name).await.unwrap();
    people::grant(&register.app, "operator", &register.operation.id, &officer.id, role).await.unwrap();
    let words = "a field of barley in June";
    people::set_passphrase(&register.app, "operator", &officer.id, words.to_owned()).await.unwrap();
    let address = register.address.clone();
    let body = serde_json::json!({ "officer": officer.id.to_string(), "passphrase": words }).to_string();
    let answer: Json = blocking(move || {
        let mut answer = ureq::post(format!("{address}/api/v1/session"))
            .header("content-type", "application/json")
            .send(&body)
            .unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    })
    .await;
    answer["token"].as_str().unwrap().to_owned()
}

async fn get(register: &Register, token: &str, path: &str) -> Json {
    let (url, token) = (format!("{}/api/v1{path}", register.address), format!("Bearer {token}"));
    blocking(move || {
        let mut answer = ureq::get(url).header("authorization", &token).call().unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    })
    .await
}

async fn current(register: &Register) {
    assert!(projection::wait_until_current(&register.app, Duration::from_secs(30)).await.unwrap());
}

async fn is_rebuilt_equal(register: &Register) {
    let mut progress = |_: u64, _: u64| {};
    let report = rebuild::check(&register.app, &mut progress).await.unwrap();
    assert!(report.is_equal(), "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_teams_edit_one_weapon_both_values_are_shown_one_resolves_and_all_agree() {
    on_both("two_teams", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let amina = register.tablet("Amina", Role::Collector, dir.path()).await;
        let joseph = register.tablet("Joseph", Role::Inspector, dir.path()).await;
        let id = amina.record_json(WEAPON).unwrap().document;
        sync(&amina).await;
        sync(&joseph).await;
        assert_eq!(joseph.show(&id).unwrap().value("model"), Some("AKM".into()));
        amina.edit_json(&id, r#"{"make":"TULA"}"#).unwrap();
        joseph.edit_json(&id, r#"{"make":"RADOM"}"#).unwrap();
        sync(&amina).await;
        sync(&joseph).await;
        current(&register).await;

        let token = signed_in(&register, "Rosa", Role::Registrar).await;
        let conflicts = get(&register, &token, "/conflicts").await.to_string();
        for expected in [&id, "TULA", "RADOM", "Amina", "Joseph"] {
            assert!(conflicts.contains(expected), "{expected} in {conflicts}");
        }
        let view = joseph.show(&id).unwrap();
        let sayers: Vec<_> =
            view.conflicts[0].values.iter().flat_map(|v| &v.by).filter_map(|s| s.officer_name.clone()).collect();
        assert_eq!(sayers.len(), 2);
        joseph.choose(&id, "make", mobile_ffi::Value::from("TULA"), "arrow in a star, seen again").unwrap();
        sync(&joseph).await;
        sync(&amina).await;
        current(&register).await;
        let (a, b) = (amina.show(&id).unwrap(), joseph.show(&id).unwrap());
        assert!(a.conflicts.is_empty());
        assert_eq!(a.digest, b.digest);
        let kept = register
            .app
            .store
            .register
            .query_one("select digest from document where kind = 'item'", &[])
            .await
            .unwrap()
            .unwrap();
        let kept: [u8; 32] = kept.array(0).unwrap();
        assert_eq!(a.digest, ploughshare_core::ids::EntryHash::from_bytes(kept).to_string());
        let item = get(&register, &token, &format!("/items/{id}")).await.to_string();
        assert!(item.contains("TULA") && !item.contains("RADOM"), "{item}");
        let history = get(&register, &token, &format!("/items/{id}/history")).await.to_string();
        assert!(history.contains("RADOM") && history.contains("Joseph"), "{history}");
        let found = get(&register, &token, "/items?q=2044").await.to_string();
        assert!(found.contains(&id), "{found}");
        is_rebuilt_equal(&register).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_tablet_stops_at_once_and_what_it_brings_late_is_set_aside() {
    on_both("revoked", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let amina = register.tablet("Amina", Role::Collector, dir.path()).await;
        amina.record_json(WEAPON).unwrap();
        sync(&amina).await;
        let device = register.app.store.feed.query_one("select id from device", &[]).await.unwrap().unwrap();
        let device = ploughshare_core::ids::DeviceId::from_bytes(device.array(0).unwrap());
        people::revoke_device(&register.app, "operator", &device).await.unwrap();
        amina.record_json(WEAPON).unwrap();
        let late = Arc::clone(&amina);
        let refused = blocking(move || late.sync(Arc::new(HttpTransport::new()))).await;
        assert!(refused.is_err(), "{refused:?}");
        let aside =
            register.app.store.feed.query_one("select count(*) from segment_aside", &[]).await.unwrap().unwrap();
        assert_eq!(aside.int(0).unwrap(), 1);
        current(&register).await;
        let items = register.app.store.register.query_one("select count(*) from item", &[]).await.unwrap().unwrap();
        assert_eq!(items.int(0).unwrap(), 1);
        assert_eq!(amina.status().unwrap().documents, 2, "the tablet keeps what it has");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_puller_misses_nothing_while_two_servers_write_to_one_postgresql() {
    let Some(target) = postgres("two_servers") else { return };
    let register = Register::start(target).await;
    let (_second, other) = register.second().await;
    let dir = tempfile::tempdir().unwrap();
    let reader = register.tablet("Reader", Role::Auditor, dir.path()).await;
    let mut writers = Vec::new();
    for n in 0..4 {
        let tablet = register.tablet(&format!("Writer {n}"), Role::Collector, dir.path()).await;
        let (here, there) = (register.address.clone(), other.clone());
        writers.push(tokio::task::spawn_blocking(move || {
            for _ in 0..15 {
                tablet.record_json(WEAPON).unwrap();
                let by: Arc<dyn mobile_ffi::Transport> = if n % 2 == 0 {
                    Arc::new(HttpTransport::new())
                } else {
                    Arc::new(Elsewhere(HttpTransport::new(), here.clone(), there.clone()))
                };
                tablet.sync(by).unwrap();
            }
        }));
    }
    while writers.iter().any(|writer| !writer.is_finished()) {
        sync(&reader).await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    sync(&reader).await;
    assert_eq!(reader.status().unwrap().documents, 60);
    let sql = "select count(*), max(place), count(distinct place) from segment where operation = $1";
    let places =
        register.app.store.feed.query_one(sql, &[register.operation.id.as_bytes().into()]).await.unwrap().unwrap();
    assert_eq!((places.int(0).unwrap(), places.int(0).unwrap()), (places.int(1).unwrap(), places.int(2).unwrap()));
    current(&register).await;
    is_rebuilt_equal(&register).await;
}

/// Goes to another server than the tablet enrolled with.
struct Elsewhere(HttpTransport, String, String);

impl mobile_ffi::Transport for Elsewhere {
    fn send(
        &self,
        mut request: mobile_ffi::HttpRequest,
    ) -> Result<mobile_ffi::HttpResponse, mobile_ffi::TransportError> {
        request.url = request.url.replace(&self.1, &self.2);
        self.0.send(request)
    }
}

struct Server(Child, String);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn start(data: &std::path::Path, listen: &str) -> Server {
    let mut child = Command::new(ploughshare())
        .args(["serve", "--json", "--listen", listen, "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Json = serde_json::from_str(&line).unwrap();
    Server(child, said["listening"].as_str().unwrap().to_owned())
}

fn run(data: &std::path::Path, arguments: &[&str]) -> Json {
    let ran = Command::new(ploughshare()).args(arguments).args(["--json", "--data"]).arg(data).output().unwrap();
    assert!(
        ran.status.success(),
        "{arguments:?}: {}{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
    serde_json::from_slice(&ran.stdout).unwrap()
}

#[test]
fn a_server_killed_fifty_times_under_load_has_every_segment_that_it_gave_a_receipt_for() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("register");
    let mut server = start(&data, "127.0.0.1:0");
    let listen = server.1.trim_start_matches("http://").to_owned();
    run(&data, &["operation", "create", "--code", "north", "--name", "North"]);
    run(&data, &["officer", "add", "--name", "Amina", "--operation", "north", "--role", "collector"]);
    let ticket = run(&data, &["ticket", "--operation", "north", "--officer", "Amina"]);
    let tablet = Tablet::open(TabletConfig::new(&dir.path().join("tablet").display().to_string())).unwrap();
    tablet.enrol(Arc::new(HttpTransport::new()), &server.1, ticket["ticket"].as_str().unwrap(), "Tablet").unwrap();
    let tablet = Arc::new(tablet);
    let mut cut_off = 0;
    for round in 0..50u64 {
        let worker = Arc::clone(&tablet);
        let load = std::thread::spawn(move || {
            let mut lost = 0;
            for n in 0..12 {
                worker.record_json(&WEAPON.replace("204417", &format!("{round:03}{n:03}"))).unwrap();
                lost += u64::from(worker.sync(Arc::new(HttpTransport::with_timeout_ms(2_000))).is_err());
            }
            lost
        });
        // A different moment in each round.
        std::thread::sleep(Duration::from_millis(3 + (round * 37) % 90));
        server.0.kill().unwrap();
        server.0.wait().unwrap();
        cut_off += load.join().unwrap();
        server = start(&data, &listen);
    }
    assert!(cut_off > 0, "the load was cut off at least once");
    let receipted = tablet.status().unwrap().entries_receipted;
    tablet.sync(Arc::new(HttpTransport::new())).unwrap();
    let status = tablet.status().unwrap();
    assert_eq!((status.documents, status.entries_unsent, status.entries_sealed), (600, 0, 0));
    assert!(receipted <= status.entries_receipted && status.refused.is_empty());
    let checked = run(&data, &["verify"]);
    assert_ne!(checked["good"], Json::Bool(false), "{checked}");
    // The comparison goes as far as the live register is; it may still be following.
    let caught_up = (0..50).find_map(|_| {
        let rebuilt = run(&data, &["rebuild", "--check"]);
        assert_eq!(rebuilt["equal"], Json::Bool(true), "{rebuilt}");
        let done = rebuilt["entries"].as_u64().unwrap() >= 600;
        std::thread::sleep(Duration::from_millis(if done { 0 } else { 200 }));
        done.then_some(())
    });
    let last = run(&data, &["rebuild", "--check"]);
    assert!(caught_up.is_some(), "the register follows: {last}");
}
