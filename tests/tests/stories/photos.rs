//! A photo from the tablet's camera to the register's store: taken without a network, sealed, named in a signed statement, brought over links
//! that break, missed until it is whole, and given up by the tablet on the register's signed word alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use mobile_ffi::{HttpTransport, Link as Power, Originals, SyncOptions, SyncReport, Tablet, TabletConfig, TabletError};
use ploughshare_core::identity::Role;
use ploughshare_core::media::has_metadata;
use ploughshare_server::app::App;
use ploughshare_server::audit::verify;
use ploughshare_tests::cutting::Link;
use ploughshare_tests::program::Place;
use ploughshare_tests::{Register, Web, blocking, on_both, postgres_url, reopened};
use serde_json::{Value as Json, json};

/// A photo as a camera writes it: grain, and EXIF with a place; different for each `n`.
fn camera(n: u32, width: u32, height: u32) -> Vec<u8> {
    let mut state = n + 1;
    let picture = RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 24) as u8 / 4;
        Rgb([(x * 190 / width) as u8 + grain, (y * 190 / height) as u8 + grain, (n * 31 % 190) as u8 + grain])
    });
    let mut plain = Vec::new();
    JpegEncoder::new_with_quality(&mut plain, 90).encode_image(&picture).unwrap();
    // IFD0 with one entry: Make (0x010f), ASCII, 12 bytes at 26.
    let tiff = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x0f\0\x02\0\0\0\x0c\0\0\0\x1a\0\0\0\0ZqxCanaryCam";
    let mut bytes = plain[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend((tiff.len() as u16 + 8).to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(tiff);
    bytes.extend(&plain[2..]);
    bytes
}

fn weapon(serial: &str) -> String {
    json!({ "kind": "weapon", "class": "ASR", "make": "IZHMASH", "calibre": "7.62x39", "status": "stored",
        "markings": [{ "type": "SER", "text": serial, "condition": "LEG", "location": "RCV" }] })
    .to_string()
}

async fn synced(tablet: &Arc<Tablet>, originals: Originals) -> Result<SyncReport, TabletError> {
    let tablet = Arc::clone(tablet);
    let options = SyncOptions { originals: Some(originals), link: Power::default() };
    blocking(move || {
        tablet.sync_with(Arc::new(HttpTransport::with_timeout_ms(10_000)), &options, Arc::new(mobile_ffi::Unwatched))
    })
    .await
}

/// A tablet that reaches the register over a link.
async fn behind(register: &Register, link: &Link, name: &str, dir: &Path) -> Arc<Tablet> {
    let ticket = register.ticket(name, Role::Collector).await;
    let tablet = Arc::new(Tablet::open(TabletConfig::new(&dir.display().to_string())).unwrap());
    let (enrolling, address) = (Arc::clone(&tablet), link.address.clone());
    blocking(move || enrolling.enrol(Arc::new(HttpTransport::new()), &address, &ticket, "tablet")).await.unwrap();
    tablet
}

fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()) {
        if file.is_dir() {
            found.extend(files(&file))
        } else {
            found.push((file.clone(), std::fs::read(&file).unwrap()))
        }
    }
    found
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn nothing_readable(dir: &Path, original: &[u8]) {
    for (file, bytes) in files(dir) {
        assert!(!holds(&bytes, b"ZqxCanary"), "{}", file.display());
        assert!(!holds(&bytes, &original[original.len() / 2..original.len() / 2 + 64]), "{}", file.display());
    }
}

async fn is_verified(app: &App) {
    let report = verify::database(app, None, &[], &mut |_, _| ()).await.unwrap();
    assert!(report.is_whole(), "{report:?}");
}

fn stored(web: &Web, item: &str) -> Vec<(String, bool)> {
    let shown = web.get(&format!("/api/v1/items/{item}")).good();
    let one = |one: &Json| (one["role"].as_str().unwrap().to_owned(), one["stored"].as_bool().unwrap());
    shown["media"].as_array().unwrap().iter().map(one).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photo_taken_offline_comes_in_order_over_a_link_that_breaks_and_leaves_the_tablet_last() {
    on_both("taken", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let link = Link::to(&register.address);
        let tablet = behind(&register, &link, "Amina", dir.path()).await;
        let photo = camera(1, 1_300, 900);
        let item = tablet.record_json(&weapon("KV 1")).unwrap().document;
        let kept = tablet.photo_keep(photo.clone()).unwrap();
        tablet.photo_add(&item, &kept, "left", None).unwrap();
        let again = tablet.photo_keep(photo.clone()).unwrap();
        assert!(again.already && again.hash == kept.hash, "the same file is the same photo");
        assert_eq!(tablet.photo_add(&item, &again, "left", None).unwrap_err().code, "photo.there");
        assert_eq!(files(&dir.path().join("media")).len(), 2, "stored once");
        nothing_readable(dir.path(), &photo);
        let waiting = tablet.status().unwrap().photos;
        assert_eq!((waiting.copies, waiting.originals, waiting.originals_bytes), (1, 1, photo.len() as u64));

        // Statements and the working copy go, the original waits for another link; the register says what is missing.
        let report = synced(&tablet, Originals::Never).await.unwrap();
        assert_eq!(
            (report.pushed, report.photos, report.photos_waiting, report.photos_waiting_bytes),
            (2, 1, 1, photo.len() as u64)
        );
        register.current().await;
        let auditor = register.signed_in("Bea", Role::Auditor).await;
        let (original, small) = ("original".to_owned(), "small".to_owned());
        assert_eq!(stored(&auditor, &item), [(original.clone(), false), (small.clone(), true)]);
        let missing = auditor.get(&format!("/api/v1/operations/{}/media/missing", register.operation.id)).good();
        assert_eq!(missing["files"][0]["hash"], kept.hash);
        assert!(tablet.photos(&item).unwrap()[0].here, "nothing is given up before the receipt is complete");

        // The link breaks again and again, the program is killed and started anew; what came stays.
        let before = link.bytes().0;
        link.breaks(30_000, 120_000, 42);
        let mut tablet = tablet;
        let mut syncs = 0;
        loop {
            syncs += 1;
            assert!(syncs < 40, "{} cuts", link.cuts());
            let done = synced(&tablet, Originals::Always).await;
            if done.is_ok() && tablet.status().unwrap().photos.originals == 0 {
                break;
            }
            drop(tablet);
            tablet = reopened(dir.path());
            assert!(done.is_ok() || tablet.photos(&item).unwrap()[0].here, "what did not come is still here");
        }
        link.holds();
        let sent = link.bytes().0 - before;
        assert!(link.cuts() >= 2, "the link broke {} times", link.cuts());
        // What a broken connection carried and the register took is not sent again.
        let ideal = photo.len() as u64;
        assert!(sent < ideal * 2, "{sent} bytes for {ideal} over {} cuts", link.cuts());
        register.current().await;
        assert_eq!(stored(&auditor, &item), [(original, true), (small, true)]);
        let path = format!("/api/v1/operations/{}/media/{}", register.operation.id, kept.hash);
        assert_eq!(auditor.get(&format!("{path}?purpose=CASE-1")).body, photo, "byte for byte");
        let copy = auditor.get(&format!("{path}?size=small")).body;
        assert!(copy.len() <= 250_000 && !has_metadata(&copy) && !holds(&copy, b"Zqx"));

        // The receipt was complete: the original is gone from the tablet, the working copy stays.
        let shown = &tablet.photos(&item).unwrap()[0];
        assert_eq!((shown.here, shown.state.as_deref()), (false, Some("dropped")));
        assert_eq!((shown.small_here, shown.small_state.as_deref()), (true, Some("stored")));
        assert_eq!(tablet.photo_bytes(&kept.small).unwrap(), copy);
        assert_eq!(tablet.photo_bytes(&kept.hash).unwrap_err().code, "photo.not_here");
        // Nothing new: nothing is asked and nothing is sent of photos.
        let report = synced(&tablet, Originals::Always).await.unwrap();
        assert_eq!((report.photos, report.photos_waiting), (0, 0));
        is_verified(&register.app).await;
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_photo_costs_little_more_than_its_bytes_on_the_wire() {
    on_both("wire", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let link = Link::to(&register.address);
        let tablet = behind(&register, &link, "Amina", dir.path()).await;
        synced(&tablet, Originals::Always).await.unwrap();
        let photo = camera(2, 1_600, 1_100);
        let kept = tablet.photo_keep(photo.clone()).unwrap();
        let item = tablet.record_json(&weapon("KV 2")).unwrap().document;
        tablet.photo_add(&item, &kept, "left", None).unwrap();
        let before = link.bytes();
        let report = synced(&tablet, Originals::Always).await.unwrap();
        let (up, down) = (link.bytes().0 - before.0, link.bytes().1 - before.1);
        let ideal = kept.bytes + kept.small_bytes;
        eprintln!(
            "one photo: {up} bytes up, {down} down, in {} round trips; the two files are {ideal}",
            report.round_trips
        );
        assert_eq!(report.photos, 2);
        assert!(up * 100 <= ideal * 103, "{up} bytes up for {ideal}");
        assert!(down <= 12_000, "{down} bytes down");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photo_that_was_never_named_does_not_leave_and_one_named_while_a_sync_ran_is_not_forgotten() {
    on_both("unnamed", async |register: Register| {
        let dir = tempfile::tempdir().unwrap();
        let link = Link::to(&register.address);
        let tablet = behind(&register, &link, "Amina", dir.path()).await;
        let item = tablet.record_json(&weapon("KV 3")).unwrap().document;
        let kept = tablet.photo_keep(camera(3, 400, 300)).unwrap();
        let report = synced(&tablet, Originals::Always).await.unwrap();
        assert_eq!((report.photos, report.photos_waiting), (0, 0));
        assert_eq!(tablet.photo_add(&item, &kept, "no_such_view", None).unwrap_err().code, "edit.not_in_list");
        assert_eq!(synced(&tablet, Originals::Always).await.unwrap().photos, 0);
        // By another way of saying it.
        tablet.add_member(&item, "photos", kept.member(Some("right"), None)).unwrap();
        assert_eq!(synced(&tablet, Originals::Always).await.unwrap().photos, 2);
        // Kept originals stay where that is wished.
        drop(tablet);
        let config = TabletConfig { keep_originals: true, ..TabletConfig::new(&dir.path().display().to_string()) };
        let tablet = Arc::new(Tablet::open(config).unwrap());
        let second = tablet.photo_keep(camera(4, 400, 300)).unwrap();
        tablet.photo_add(&item, &second, "left", None).unwrap();
        assert_eq!(synced(&tablet, Originals::Always).await.unwrap().photos, 2);
        let shown = tablet.photos(&item).unwrap();
        let of = |hash: &str| shown.iter().find(|one| one.hash.as_deref() == Some(hash)).unwrap();
        assert!(of(&second.hash).here && !of(&kept.hash).here);
    })
    .await;
}

/// What a command line of the tablet printed, or the error that it printed.
fn fieldkit(store: &Path, arguments: &[&str]) -> Json {
    let mut command = std::process::Command::new(ploughshare_tests::ploughshare().with_file_name("fieldkit"));
    let done = command.arg("--json").arg("--store").arg(store).args(arguments).output().unwrap();
    let read = |said: &[u8]| -> Json {
        serde_json::from_slice(said)
            .unwrap_or_else(|error| panic!("{error}: {arguments:?} {}", String::from_utf8_lossy(said)))
    };
    if done.status.success() { read(&done.stdout) } else { read(&done.stderr)["error"].clone() }
}

/// The story on the command lines that ship, with the server killed on the way.
fn on_the_command_line(place: &Place) {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (dir.path().join("first"), dir.path().join("second"));
    let mut server = place.serve("127.0.0.1:0");
    let listen = server.address.strip_prefix("http://").unwrap().to_owned();
    place.good(&["operation", "create", "--code", "north", "--name", "North"]);
    for (store, name) in [(&first, "Amina"), (&second, "Bola")] {
        place.good(&["officer", "add", "--name", name, "--operation", "north", "--role", "inspector"]);
        let ticket = place.good(&["ticket", "--operation", "north", "--officer", name]);
        let ticket = ticket["ticket"].as_str().unwrap().to_owned();
        let enrolled = fieldkit(store, &["enrol", "--server", &server.address, "--ticket", &ticket]);
        assert_eq!(enrolled["operation_name"], "North", "{enrolled}");
    }
    let left = dir.path().join("left.jpg");
    let right = dir.path().join("right.jpg");
    std::fs::write(&left, camera(5, 900, 700)).unwrap();
    std::fs::write(&right, camera(6, 900, 700)).unwrap();
    let text = |path: &Path| path.display().to_string();
    let recorded = fieldkit(
        &first,
        &["record", "--class", "ASR", "--serial", "KV 9", "--photo", &format!("left={}", text(&left))],
    );
    let item = recorded["document"].as_str().unwrap_or_else(|| panic!("{recorded}")).to_owned();
    let added = fieldkit(&first, &["photo", "add", &item, &text(&right), "--view", "right"]);
    assert_eq!(added["photo"]["width"], 900, "{added}");
    let heic = dir.path().join("x.heic");
    std::fs::write(&heic, b"\0\0\0\x18ftypheic\0\0\0\0").unwrap();
    let refused = fieldkit(&first, &["photo", "add", &item, &text(&heic), "--view", "right"]);
    assert_eq!((&refused["code"], &refused["data_safe"]), (&json!("photo.heic"), &json!(true)), "{refused}");
    let status = fieldkit(&first, &["status"]);
    assert_eq!((&status["photos"]["copies"], &status["photos"]["originals"]), (&json!(2), &json!(2)), "{status}");
    let report = fieldkit(&first, &["sync", "--originals", "never"]);
    assert_eq!((&report["photos"], &report["photos_waiting"]), (&json!(2), &json!(2)), "{report}");
    // The server is killed; nothing is lost on either side.
    server.kill();
    assert_eq!(fieldkit(&first, &["sync", "--originals", "always"])["code"], "transport.offline");
    let server = place.serve(&listen);
    let report = fieldkit(&first, &["sync", "--metered"]);
    assert_eq!(
        (&report["photos"], &report["photos_waiting"]),
        (&json!(0), &json!(2)),
        "a metered link carries no originals: {report}"
    );
    let report = fieldkit(&first, &["sync"]);
    assert_eq!((&report["photos"], &report["photos_waiting"]), (&json!(2), &json!(0)), "{report}");
    // Another tablet looks at them.
    fieldkit(&second, &["sync"]);
    let listed = fieldkit(&second, &["photo", "list", &item]);
    assert!(
        listed.as_array().unwrap().iter().all(|one| one["here"] == false && one["small_here"] == false),
        "{listed}"
    );
    let fetched = fieldkit(&second, &["photo", "get", &item]);
    assert!(
        fetched.as_array().unwrap().len() == 2
            && fetched.as_array().unwrap().iter().all(|one| one["state"] == "fetched"),
        "{fetched}"
    );
    let out = dir.path().join("out.jpg");
    let small = fetched[0]["hash"].as_str().unwrap();
    fieldkit(&second, &["photo", "export", small, &text(&out)]);
    assert_eq!(image::load_from_memory(&std::fs::read(&out).unwrap()).unwrap().width(), 900);
    assert!(place.good(&["verify"])["report"]["media"].as_u64() == Some(4));
    drop(server);
}

#[test]
fn photos_on_the_command_lines_that_ship() {
    let dir = tempfile::tempdir().unwrap();
    on_the_command_line(&Place::sqlite(&dir.path().join("sqlite")));
    if let Some(url) = postgres_url("photos") {
        on_the_command_line(&Place { data: dir.path().join("postgres"), database: Some(url) });
    }
}
