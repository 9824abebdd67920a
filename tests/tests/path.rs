//! From tablets without a network to the register, over real HTTP, on both databases.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mobile_ffi::{HttpTransport, Tablet, TabletConfig};
use ploughshare_core::identity::Role;
use ploughshare_server::identity::people;
use ploughshare_tests::program::Place;
use ploughshare_tests::{Register, blocking, on_both, postgres, postgres_url, sync};

const WEAPON: &str = r#"{"kind":"weapon","class":"ASR","make":"IZHMASH","model":"AKM","calibre":"7.62x39","status":"stored",
    "serial_status":"read","markings":[{"type":"SER","text":"KV 204417","condition":"LEG","location":"RCV"}]}"#;

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
        register.current().await;

        let rosa = register.signed_in("Rosa", Role::Registrar).await;
        let conflicts = rosa.get("/api/v1/conflicts").good().to_string();
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
        register.current().await;
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
        let item = rosa.get(&format!("/api/v1/items/{id}")).good().to_string();
        assert!(item.contains("TULA") && !item.contains("RADOM"), "{item}");
        let history = rosa.get(&format!("/api/v1/items/{id}/history")).good().to_string();
        assert!(history.contains("RADOM") && history.contains("Joseph"), "{history}");
        let found = rosa.get("/api/v1/items?q=2044").good().to_string();
        assert!(found.contains(&id), "{found}");
        register.is_rebuilt_equal().await;
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
        register.current().await;
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
    register.current().await;
    register.is_rebuilt_equal().await;
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

/// Kills a server again and again while a tablet brings records; every one that got a receipt is there in the end, and so is every other.
fn killed_under_load(place: &Place, dir: &Path, rounds: u64) {
    let mut server = place.serve("127.0.0.1:0");
    let listen = server.address.trim_start_matches("http://").to_owned();
    place.good(&["operation", "create", "--code", "north", "--name", "North"]);
    place.good(&["officer", "add", "--name", "Amina", "--operation", "north", "--role", "collector"]);
    let ticket = place.good(&["ticket", "--operation", "north", "--officer", "Amina"]);
    let ticket = ticket["ticket"].as_str().unwrap();
    let tablet = Tablet::open(TabletConfig::new(&dir.join("tablet").display().to_string())).unwrap();
    tablet.enrol(Arc::new(HttpTransport::new()), &server.address, ticket, "Tablet").unwrap();
    let tablet = Arc::new(tablet);
    let mut cut_off = 0;
    for round in 0..rounds {
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
        server.kill();
        cut_off += load.join().unwrap();
        server = place.serve(&listen);
    }
    assert!(cut_off > 0, "the load was cut off at least once");
    let receipted = tablet.status().unwrap().entries_receipted;
    tablet.sync(Arc::new(HttpTransport::new())).unwrap();
    let status = tablet.status().unwrap();
    assert_eq!((status.documents, status.entries_unsent, status.entries_sealed), (rounds * 12, 0, 0));
    assert!(receipted <= status.entries_receipted && status.refused.is_empty());
    assert_eq!(place.good(&["verify"])["whole"], true);
    // The comparison goes as far as the live register is; it may still be following.
    let caught_up = (0..50).find_map(|_| {
        let rebuilt = place.good(&["rebuild", "--check"]);
        let done = rebuilt["entries"].as_u64().unwrap() >= rounds * 12;
        std::thread::sleep(Duration::from_millis(if done { 0 } else { 200 }));
        done.then_some(())
    });
    assert!(caught_up.is_some(), "the register follows");
}

#[test]
fn a_server_killed_fifty_times_under_load_has_every_segment_that_it_gave_a_receipt_for() {
    let dir = tempfile::tempdir().unwrap();
    killed_under_load(&Place::sqlite(&dir.path().join("register")), dir.path(), 50);
}

#[test]
fn a_server_on_postgresql_killed_ten_times_under_load_has_every_segment_that_it_gave_a_receipt_for() {
    let dir = tempfile::tempdir().unwrap();
    let Some(url) = postgres_url("killed") else { return };
    killed_under_load(&Place { data: dir.path().join("register"), database: Some(url) }, dir.path(), 10);
}
