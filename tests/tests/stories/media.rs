//! Photos and files at the register: they come in parts, over links that break, after the records that name them; each is checked against
//! its name, shown to who may see it for a purpose, and missed until it is here.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use ploughshare_core::audit::Leaf;
use ploughshare_core::identity::Role;
use ploughshare_core::ids::MediaHash;
use ploughshare_server::app::App;
use ploughshare_server::audit::verify;
use ploughshare_server::identity::people;
use ploughshare_server::media::MediaPlace;
use ploughshare_server::store::audit_log::{self, Log};
use ploughshare_tests::bucket::Bucket;
use ploughshare_tests::hand::Hand;
use ploughshare_tests::media::{jpeg, name, photo};
use ploughshare_tests::state::feed_count;
use ploughshare_tests::{Register, Reply, Web, on_both, on_both_with};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};

const KIB: usize = 1024;

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

async fn faults(app: &App) -> Vec<String> {
    let report = verify::database(app, None, &[], &mut |_, _| ()).await.unwrap();
    report.faults.iter().map(|fault| format!("{} {}: {}", fault.table, fault.row, fault.what)).collect()
}

/// The file in the folder of the register.
fn kept(register: &Register, hash: &MediaHash) -> std::path::PathBuf {
    let key = ploughshare_server::keyfile::path(&register.app.settings);
    let folder = match &register.app.settings.target {
        ploughshare_server::store::Target::SqliteDir(dir) => dir.join("media"),
        ploughshare_server::store::Target::PostgresUrl { .. } => key.parent().unwrap().join("media"),
    };
    folder.join(register.operation.id.to_string()).join(&hash.to_string()[..2]).join(hash.to_string())
}

fn asked(web: &Web, path: &str, headers: &[(&str, &str)]) -> Reply {
    let request = ureq::http::Request::get(web.url(path));
    web.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)), Vec::new())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photo_comes_after_its_record_and_is_missed_until_it_is_whole() {
    on_both("later", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (original, small) = (jpeg(1, 700 * KIB, true), jpeg(2, 90 * KIB, false));
        let (hash, small_hash) = (name(&original), name(&small));
        let (birth, sealed) = hand.photographed("KV 1", photo(&original, &small, "left"));
        hand.bring_good(vec![sealed]);
        register.current().await;
        let auditor = register.signed_in("Bea", Role::Auditor).await;
        let item = format!("/api/v1/items/{}", birth.0.document());
        let missing = format!("/api/v1/operations/{}/media/missing", register.operation.id);
        let stored = || -> Vec<bool> {
            let shown = auditor.get(&item).good();
            let history = auditor.get(&format!("{item}/history")).good();
            assert_eq!(shown["media"], history["media"]);
            shown["media"].as_array().unwrap().iter().map(|one| one["stored"].as_bool().unwrap()).collect()
        };
        let lacking = || -> Vec<String> {
            let listed = auditor.get(&missing).good();
            listed["files"].as_array().unwrap().iter().map(|one| one["hash"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(stored(), [false, false]);
        assert_eq!(lacking(), [hash.to_string(), small_hash.to_string()]);
        let first = &auditor.get(&missing).good()["files"][0];
        assert_eq!(
            (first["device"].as_str().unwrap(), &first["view"]),
            (hand.device().to_string().as_str(), &json!("left"))
        );
        assert_eq!(auditor.get(&format!("{missing}?device={}", "0".repeat(32))).good()["files"], json!([]));
        assert_eq!(auditor.get(&format!("{missing}?older_than_hours=1")).good()["files"], json!([]));
        assert_eq!(auditor.get(&hand.media(&hash)).refusal(), "media.not_here");
        let key = register.app.key.public();
        assert!(!hand.check(&key, &[hash, small_hash]).is_complete());

        // The working copy first. Parts go on where the register is, wherever the tablet thinks it is.
        let size = small.len() as u64;
        assert_eq!(
            hand.part(&small_hash, 0, size, &small[..30 * KIB]).good(),
            json!({ "offset": 30 * KIB, "stored": false })
        );
        for wrong in [0, 10 * KIB as u64, 31 * KIB as u64, size] {
            let refused = hand.part(&small_hash, wrong, size, &small[..KIB]);
            assert_eq!((refused.refusal().as_str(), refused.status), ("media.offset", 409));
            assert_eq!(refused.json()["present"], json!({ "offset": 30 * KIB }), "it says where to go on");
        }
        assert_eq!(hand.part(&small_hash, 0, size, &[]).good(), json!({ "offset": 30 * KIB, "stored": false }));
        assert_eq!(stored(), [false, false], "half a file is none");
        let (other, address) = register.second().await;
        let elsewhere = Hand { web: hand.web.at(&address), ..hand.clone() };
        assert_eq!(
            elsewhere.bring_file(&small, 40 * KIB),
            json!({ "offset": size, "stored": true }),
            "another process goes on"
        );
        drop(other);
        assert_eq!(
            hand.bring_file(&small, KIB),
            json!({ "offset": size, "stored": true }),
            "and once more is the same"
        );
        assert_eq!(stored(), [false, true]);
        assert_eq!(lacking(), [hash.to_string()]);
        let receipt = hand.check(&key, &[hash, small_hash]);
        assert_eq!((receipt.is_complete(), &receipt.stored, &receipt.missing), (false, &vec![small_hash], &vec![hash]));
        assert_eq!(receipt.device, hand.device());
        // Then the original: only now is the receipt complete.
        hand.bring_file(&original, 256 * KIB);
        assert_eq!(stored(), [true, true]);
        assert_eq!(lacking(), Vec::<String>::new());
        assert!(hand.check(&key, &[hash, small_hash]).is_complete());
        let told = leaves(&register.app, Log::Audit, "media.stored").await;
        assert_eq!(
            told.iter().map(|leaf| leaf.subject.clone()).collect::<Vec<_>>(),
            [small_hash.to_string(), hash.to_string()]
        );
        assert_eq!(faults(&register.app).await, Vec::<String>::new());
        register.is_rebuilt_equal().await;

        // One turned bit, or a file that went away, is named.
        let file = kept(&register, &hash);
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[1_000] ^= 1;
        std::fs::write(&file, &bytes).unwrap();
        std::fs::remove_file(kept(&register, &small_hash)).unwrap();
        let mut found = faults(&register.app).await;
        found.sort();
        assert_eq!(found.len(), 2, "{found:?}");
        let of = |hash: &MediaHash| found.iter().find(|fault| fault.contains(&hash.to_string())).unwrap().clone();
        assert!(of(&hash).contains("not the one that its hash names"), "{found:?}");
        assert!(of(&small_hash).contains("not where it was put"), "{found:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photo_is_shown_to_who_may_see_it_in_ranges_and_every_look_is_written_down() {
    on_both("shown", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (original, small) = (jpeg(3, 300_000, true), jpeg(4, 50_000, false));
        let (hash, small_hash) = (name(&original), name(&small));
        let (_, sealed) = hand.photographed("KV 2", photo(&original, &small, "left"));
        hand.bring_good(vec![sealed]);
        hand.bring_file(&original, 1024 * KIB);
        hand.bring_file(&small, 1024 * KIB);
        register.current().await;
        let path = hand.media(&hash);
        let auditor = register.signed_in("Bea", Role::Auditor).await;
        let reads = async || leaves(&register.app, Log::Reads, "media.read").await;

        // What says where it was taken needs a purpose, the working copy does not.
        assert_eq!(auditor.get(&path).refusal(), "media.purpose");
        assert_eq!(reads().await.len(), 0);
        let whole = auditor.get(&format!("{path}?purpose=CASE-7"));
        assert_eq!((whole.status, &whole.body), (200, &original));
        let header = |reply: &Reply, name: &str| reply.headers.get(name).cloned().unwrap_or_default();
        for (name, value) in [
            ("content-type", "image/jpeg".to_owned()),
            ("etag", format!("\"{hash}\"")),
            ("accept-ranges", "bytes".to_owned()),
            ("cache-control", "private, no-store".to_owned()),
            ("x-content-type-options", "nosniff".to_owned()),
            ("content-disposition", format!("attachment; filename=\"{hash}.jpg\"")),
        ] {
            assert_eq!(header(&whole, name), value, "{name}");
        }
        let copy = auditor.get(&format!("{path}?size=small"));
        assert_eq!((copy.status, &copy.body), (200, &small));
        assert_eq!(auditor.get(&hand.media(&small_hash)).body, small, "by its own name as well");
        let noted = reads().await;
        assert_eq!(noted.len(), 3);
        assert_eq!(
            (noted[0].subject.as_str(), noted[0].facts["purpose"].as_str()),
            (hash.to_string().as_str(), "CASE-7")
        );

        // Ranges.
        let why = ("x-purpose", "CASE-7");
        for (range, start, end) in [
            ("bytes=0-0", 0, 1),
            ("bytes=100000-199999", 100_000, 200_000),
            ("bytes=-5", 299_995, 300_000),
            ("bytes=299999-", 299_999, 300_000),
            ("bytes=299999-400000", 299_999, 300_000),
        ] {
            let some = asked(&auditor, &path, &[why, ("range", range)]);
            assert_eq!((some.status, some.body.as_slice()), (206, &original[start..end]), "{range}");
            assert_eq!(header(&some, "content-range"), format!("bytes {start}-{}/300000", end - 1));
        }
        let beyond = asked(&auditor, &path, &[why, ("range", "bytes=300000-")]);
        assert_eq!((beyond.status, beyond.refusal().as_str()), (416, "media.range"));
        assert_eq!(header(&beyond, "content-range"), "bytes */300000");
        let tag = format!("\"{hash}\"");
        assert_eq!(asked(&auditor, &path, &[why, ("range", "bytes=0-1,5-6")]).body, original);
        assert_eq!(asked(&auditor, &path, &[why, ("range", "bytes=0-1"), ("if-range", "\"other\"")]).body, original);
        assert_eq!(asked(&auditor, &path, &[why, ("range", "bytes=0-1"), ("if-range", &tag)]).body, original[..2]);
        let same = asked(&auditor, &path, &[why, ("if-none-match", &tag)]);
        assert_eq!((same.status, same.body.len()), (304, 0));

        // Who may not see it: told apart from nothing only where that says nothing.
        assert_eq!(register.web().get(&path).refusal(), "token.missing");
        for role in [Role::Administrator, Role::CaseOfficer] {
            let web = register.signed_in(&format!("somebody {}", role.code()), role).await;
            assert_eq!(web.get(&path).refusal(), "role.missing", "{role:?}");
            assert_eq!(
                web.get(&format!("/api/v1/operations/{}/media/missing", register.operation.id)).refusal(),
                "role.missing"
            );
        }
        let south = people::open_operation(&register.app, "operator", "south", "South", true).await.unwrap();
        let stranger = register.hand_in(&south.id, "Sarah", Role::Collector).await;
        assert_eq!(stranger.web.get(&path).refusal(), "document.unknown");
        assert_eq!(stranger.web.get(&stranger.media(&hash)).refusal(), "media.unknown");
        // A tablet that names it in its own operation comes no nearer.
        let mut stranger = stranger;
        let (_, sealed) = stranger.photographed("KV 3", photo(&original, &small, "left"));
        stranger.bring_good(vec![sealed]);
        register.current().await;
        assert_eq!(stranger.web.get(&stranger.media(&hash)).refusal(), "media.not_here");
        assert_eq!(auditor.get(&hand.media(&name(b"another"))).refusal(), "media.unknown");
        // A tablet of the operation fetches the working copy.
        let other = register.hand("Bola", Role::Inspector).await;
        assert_eq!(other.web.get(&format!("{path}?size=small")).body, small);
        assert_eq!(other.web.get(&path).refusal(), "media.purpose");
        assert_eq!(auditor.get(&format!("{path}?size=large")).refusal(), "request.query");
        assert_eq!(reads().await.len(), 3 + 5 + 1 + 4 + 1);
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_not_the_one_named_is_refused_and_kept_as_evidence() {
    on_both("swapped", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (original, small) = (jpeg(5, 200 * KIB, true), jpeg(6, 10 * KIB, false));
        let (_, sealed) = hand.photographed("KV 4", photo(&original, &small, "left"));
        hand.bring_good(vec![sealed]);
        let (hash, size) = (name(&original), original.len() as u64);
        let mut swapped = original.clone();
        swapped[100_000] ^= 1;
        for _ in 0..2 {
            let refused = hand.part(&hash, 0, size, &swapped);
            assert_eq!((refused.refusal().as_str(), refused.status), ("media.hash_differs", 422));
        }
        assert_eq!(feed_count(&register.app, "select count(*) from media_blob").await, 0);
        let sql = "select count(*) from refusal where code = 'media.hash_differs' and length(bytes) = 204800";
        assert_eq!(feed_count(&register.app, sql).await, 1, "kept once");
        assert_eq!(leaves(&register.app, Log::Audit, "media.refused").await.len(), 1);
        assert!(!kept(&register, &hash).exists());
        // The right one is taken as if nothing had been.
        assert_eq!(hand.bring_file(&original, 64 * KIB)["stored"], true);
        assert_eq!(std::fs::read(kept(&register, &hash)).unwrap(), original);
        assert_eq!(faults(&register.app).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_brings_too_much_or_what_nobody_names_is_stopped_by_code_and_nothing_changes() {
    let small_quota = |settings: &mut ploughshare_server::app::Settings| {
        settings.media_bytes_per_device = 400_000;
        settings.media_unnamed_bytes = 100_000;
        settings.media_uploads_per_device = 3;
    };
    on_both_with("limits", small_quota, async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let size = 30_000_001;
        for (offset, size, body, code) in [
            (0, 0, &b""[..], "media.bad_size"),
            (0, size, b"", "media.bad_size"),
            (0, 10, b"more than ten", "media.beyond_size"),
            (5, 10, b"more", "media.offset"),
        ] {
            assert_eq!(hand.part(&name(b"x"), offset, size, body).refusal(), code);
        }
        let large = jpeg(7, 390_000, false);
        assert_eq!(hand.part(&name(&large), 0, 390_000, &large).refusal(), "media.unnamed", "the statement first");
        let too_long = jpeg(8, 1_048_577, false);
        let (_, sealed) = hand.photographed("KV 5", photo(&large, &too_long, "left"));
        hand.bring_good(vec![sealed]);
        register.current().await;
        assert_eq!(hand.part(&name(&too_long), 0, 1_048_577, b"").refusal(), "media.quota");
        // A few that nobody names yet may come before the statement does.
        let early = jpeg(9, 60_000, false);
        assert_eq!(hand.bring_file(&early, 1024 * KIB)["stored"], true);
        let second = jpeg(10, 60_000, false);
        assert_eq!(hand.part(&name(&second), 0, 60_000, &second).refusal(), "media.unnamed");
        let (_, sealed) = hand.photographed("KV 6", photo(&early, &large, "left"));
        hand.bring_good(vec![sealed]);
        register.current().await;
        assert_eq!(hand.bring_file(&second, 1024 * KIB)["stored"], true, "the first is named by now");
        // Not more than a few are begun at a time.
        let fourth = jpeg(11, 3_000, false);
        for begun in 12..15 {
            let some = jpeg(begun, 2_000, false);
            assert_eq!(hand.part(&name(&some), 0, 2_000, &some[..100]).good()["stored"], false);
        }
        assert_eq!(hand.part(&name(&fourth), 0, 3_000, &fourth).refusal(), "media.unfinished");
        let begun = jpeg(12, 2_000, false);
        assert_eq!(hand.bring_file(&begun, 1024 * KIB)["stored"], true);
        assert_eq!(hand.bring_file(&fourth, 1024 * KIB)["stored"], true);
        assert_eq!(hand.part(&name(&large), 0, 390_000, b"").refusal(), "media.quota");

        // Who is no device of the operation.
        let registrar = register.signed_in("Rosa", Role::Registrar).await;
        let path = format!("{}?offset=0&size=5", hand.media(&name(b"hello")));
        assert_eq!(registrar.post_as("application/octet-stream", &path, b"hello".to_vec()).refusal(), "device.missing");
        let south = people::open_operation(&register.app, "operator", "south", "South", true).await.unwrap();
        let elsewhere = path.replace(&register.operation.id.to_string(), &south.id.to_string());
        assert_eq!(
            hand.web.post_as("application/octet-stream", &elsewhere, b"hello".to_vec()).refusal(),
            "operation.not_enrolled"
        );
        let check = format!("/api/v1/operations/{}/media/check", register.operation.id);
        for odd in [Vec::new(), vec![0; 31], vec![0; 32 * 1_001]] {
            assert_eq!(hand.web.post_as("application/octet-stream", &check, odd).refusal(), "media.bad_question");
        }
        assert_eq!(faults(&register.app).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_end_of_an_operation_or_of_a_device_only_what_was_named_before_comes() {
    on_both("ended", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (original, small) = (jpeg(15, 20_000, true), jpeg(16, 5_000, false));
        let (_, sealed) = hand.photographed("KV 7", photo(&original, &small, "left"));
        hand.bring_good(vec![sealed]);
        register.current().await;
        let other = jpeg(17, 5_000, false);
        people::revoke_device(&register.app, "operator", &hand.device()).await.unwrap();
        assert_eq!(hand.part(&name(&other), 0, 5_000, &other).refusal(), "device.revoked");
        assert_eq!(
            hand.bring_file(&small, 1024 * KIB)["stored"],
            true,
            "what was taken in is not left without its photo"
        );
        assert_eq!(hand.web.get(&format!("{}?size=small", hand.media(&name(&original)))).refusal(), "device.revoked");
        let second = register.hand("Bola", Role::Collector).await;
        let mut tx = register.app.store.feed.begin_write().await.unwrap();
        let now = register.app.now_us();
        let close = ploughshare_server::vals![now, register.operation.id];
        tx.execute("update operation set closed_at = $1 where id = $2", &close).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(second.part(&name(&other), 0, 5_000, &other).refusal(), "operation.closed");
        assert_eq!(second.bring_file(&original, 1024 * KIB)["stored"], true);
    })
    .await;
}

/// Sends the beginning of a part over a connection of its own and breaks it off there.
fn cut(register_address: &str, token: &str, path: &str, body: &[u8], after: usize) {
    let address = register_address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\ncontent-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body[..after]).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    // Until the server has seen the end, or for a moment.
    stream.set_read_timeout(Some(std::time::Duration::from_millis(200))).unwrap();
    _ = stream.read(&mut [0; 4096]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_is_cut_off_anywhere_is_kept_as_far_as_it_came() {
    on_both("cut", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (original, small) = (jpeg(18, 900_000, true), jpeg(19, 5_000, false));
        let (_, sealed) = hand.photographed("KV 8", photo(&original, &small, "left"));
        hand.bring_good(vec![sealed]);
        register.current().await;
        let (hash, size) = (name(&original), original.len() as u64);
        let token = ploughshare_tests::hand::token(&register.web(), &hand.key);
        let have = |hand: &Hand| loop {
            // The connection that broke may still be heard out.
            let told = hand.part(&hash, 0, size, &[]);
            if told.status == 200 {
                return told.json()["offset"].as_u64().unwrap() as usize;
            }
            assert_eq!(told.refusal(), "media.in_progress");
            std::thread::sleep(std::time::Duration::from_millis(10));
        };
        let (mut at, mut sent, mut cuts, mut state) = (0, 0, 0, 7_u64);
        while at < original.len() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let part = (original.len() - at).min(200_000);
            let after = (state >> 33) as usize % part;
            let path = format!("{}?offset={at}&size={size}", hand.media(&hash));
            tokio::task::block_in_place(|| cut(&register.address, &token, &path, &original[at..at + part], after));
            (sent, cuts) = (sent + after, cuts + 1);
            let now = have(&hand);
            assert!(now >= at && now <= at + after, "{at} + {after} gave {now}");
            at = now;
            if cuts == 12 {
                break;
            }
        }
        assert!(at > 0, "something came of {cuts} broken connections");
        // Nothing that arrived is sent twice, in whichever process it goes on.
        let (_other, address) = register.second().await;
        let hand = Hand { web: hand.web.at(&address), ..hand };
        let before = at;
        assert_eq!(hand.bring_file(&original, 256 * KIB), json!({ "offset": size, "stored": true }));
        assert!(sent <= before + 12 * 65_536, "of {sent} bytes {before} were kept");
        assert_eq!(std::fs::read(kept(&register, &hash)).unwrap(), original);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_between_any_two_steps_has_lost_nothing() {
    on_both("stopped", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (original, small) = (jpeg(20, 100_000, true), jpeg(21, 5_000, false));
        let (_, sealed) = hand.photographed("KV 9", photo(&original, &small, "left"));
        hand.bring_good(vec![sealed]);
        register.current().await;
        let (hash, small_hash) = (name(&original), name(&small));
        // It was put where it belongs, and the server stopped before it was written down.
        std::fs::create_dir_all(kept(&register, &hash).parent().unwrap()).unwrap();
        std::fs::write(kept(&register, &hash), &original).unwrap();
        assert_eq!(hand.part(&hash, 0, 100_000, &[]).good(), json!({ "offset": 100_000, "stored": true }));
        // All parts had come, and the server stopped before it looked at the whole.
        let incoming =
            kept(&register, &hash).ancestors().nth(3).unwrap().join("incoming").join(hand.device().to_string());
        std::fs::create_dir_all(&incoming).unwrap();
        let growing = incoming.join(format!("{}.{small_hash}", register.operation.id));
        std::fs::write(&growing, &small).unwrap();
        assert_eq!(hand.part(&small_hash, 0, 5_000, &[]).good(), json!({ "offset": 5_000, "stored": true }));
        // It was written down, and what it arrived in was not taken away.
        std::fs::write(&growing, &small[..100]).unwrap();
        assert_eq!(
            hand.part(&small_hash, 100, 5_000, &small[100..]).good(),
            json!({ "offset": 5_000, "stored": true })
        );
        assert!(!growing.exists());
        assert_eq!(leaves(&register.app, Log::Audit, "media.stored").await.len(), 2);
        assert_eq!(faults(&register.app).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_s3_compatible_store_holds_small_and_large_files_and_may_fail_at_any_request() {
    let bucket = Bucket::default();
    let client = bucket.serve().await;
    let place = MediaPlace::Given(Arc::new(client));
    on_both_with(
        "bucket",
        |settings| settings.media_place = place.clone(),
        async |register: Register| {
            let mut hand = register.hand("Amina", Role::Collector).await;
            let (original, small) = (jpeg(22, 9_000_000, false), jpeg(23, 5_000, false));
            let (_, sealed) = hand.photographed("KV 10", photo(&original, &small, "left"));
            hand.bring_good(vec![sealed]);
            register.current().await;
            let (hash, size) = (name(&original), original.len() as u64);
            // Everything but the last bytes; with these the store is asked, and fails at its first, second … request.
            let most = original.len() - 1_000;
            let mut at = 0;
            while at < most {
                let end = most.min(at + 1024 * KIB);
                hand.part(&hash, at as u64, size, &original[at..end]).good();
                at = end;
            }
            for requests in 0..4 {
                bucket.fails_after(Some(requests));
                let failed = hand.part(&hash, most as u64, size, &original[most..]);
                assert_eq!(
                    (failed.status, failed.problem().as_str()),
                    (503, "media.away"),
                    "after {requests} requests"
                );
                assert_eq!(feed_count(&register.app, "select count(*) from media_blob").await, 0);
            }
            bucket.fails_after(None);
            assert_eq!(hand.bring_file(&original, 1024 * KIB), json!({ "offset": size, "stored": true }));
            hand.bring_file(&small, 1024 * KIB);
            let auditor = register.signed_in("Bea", Role::Auditor).await;
            let path = hand.media(&hash);
            assert_eq!(auditor.get(&path).body, original, "without EXIF it needs no purpose");
            let some = asked(&auditor, &path, &[("range", "bytes=8388600-8388619")]);
            assert_eq!((some.status, some.body.as_slice()), (206, &original[8_388_600..8_388_620]));
            assert_eq!(auditor.get(&format!("{path}?size=small")).body, small);
            assert!(!kept(&register, &hash).exists(), "nothing is kept beside it");
            assert_eq!(faults(&register.app).await, Vec::<String>::new());
            let named = format!("{}/{}/{hash}", register.operation.id, &hash.to_string()[..2]);
            assert!(bucket.names().contains(&named), "{:?}", bucket.names());
            bucket.turn_a_bit(&named);
            let found = faults(&register.app).await;
            assert!(found.len() == 1 && found[0].contains(&hash.to_string()), "{found:?}");
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_on_in_another_operation_keeps_its_photos() {
    on_both("moved", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (original, small) = (jpeg(24, 20_000, false), jpeg(25, 5_000, false));
        let (birth, sealed) = hand.photographed("KV 11", photo(&original, &small, "left"));
        hand.bring_good(vec![sealed]);
        hand.bring_file(&original, 1024 * KIB);
        hand.bring_file(&small, 1024 * KIB);
        register.current().await;
        let south = people::open_operation(&register.app, "operator", "south", "South", true).await.unwrap();
        let officer = register.officer("Rosa", Role::Registrar).await;
        people::grant(&register.app, "operator", &south.id, &officer, Role::Registrar).await.unwrap();
        let said = json!({ "officer": officer.to_string(), "passphrase": ploughshare_tests::PASSPHRASE });
        let token = register.web().post("/api/v1/session", &said).good();
        let registrar = register.web().with(token["token"].as_str().unwrap());
        let asked = json!({ "to_operation": south.id.to_string(), "items": [birth.0.document().to_string()], "reason": "the depot was handed over" });
        let moved = registrar.post("/api/v1/transfers", &asked);
        assert_eq!(moved.status, 200, "{}", moved.text());
        register.current().await;
        let southern = register.hand_in(&south.id, "Sarah", Role::Inspector).await;
        let path = format!("{}?size=small", southern.media(&name(&original)));
        assert_eq!(southern.web.get(&path).body, small);
        let items = southern.web.get("/api/v1/items").good();
        let item = items["items"][0]["id"].as_str().unwrap();
        let shown = southern.web.get(&format!("/api/v1/items/{item}")).good();
        assert!(shown["media"].as_array().unwrap().iter().all(|one| one["stored"] == Json::Bool(true)), "{shown}");
        register.is_rebuilt_equal().await;
    })
    .await;
}

/// A step of a tablet that knows nothing of order: which of two files, where it thinks the register is, how much it sends, which size it
/// says.
type Step = (bool, u32, u32, bool);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_order_parts_come_in_a_file_is_stored_only_as_its_name_says() {
    on_both("fuzz", async |register: Register| {
        let hand = register.hand("Amina", Role::Collector).await;
        let numbers = AtomicU8::new(0);
        let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
        let steps = proptest::collection::vec((any::<bool>(), 0_u32..6_000, 0_u32..3_000, any::<bool>()), 1..24);
        runner
            .run(&steps, |steps: Vec<Step>| {
                let number = numbers.fetch_add(1, Ordering::Relaxed);
                let files = [jpeg(number, 5_000, false), jpeg(100 + number, 4_000, false)];
                for (second, offset, length, right) in steps {
                    let file = &files[usize::from(second)];
                    let hash = name(file);
                    let size = if right { file.len() as u64 } else { 4_500 };
                    let start = (offset as usize).min(file.len());
                    let some = &file[start..file.len().min(start + length as usize)];
                    let reply = hand.part(&hash, offset.into(), size, some);
                    prop_assert!(reply.status == 200 || !reply.refusal().is_empty());
                    if reply.status == 200 && reply.json()["stored"] == true {
                        prop_assert_eq!(std::fs::read(kept(&register, &hash)).unwrap(), file.clone());
                    }
                }
                for file in &files {
                    // Whatever was tried, the file comes through in the end; bytes that another size let in are thrown away by its hash.
                    let mut stored = false;
                    for _ in 0..3 {
                        let mut at = hand.part(&name(file), 0, file.len() as u64, &[]);
                        if at.status == 200 && at.json()["stored"] == false {
                            let offset = at.json()["offset"].as_u64().unwrap();
                            at = hand.part(&name(file), offset, file.len() as u64, &file[offset as usize..]);
                        }
                        stored = at.status == 200 && at.json()["stored"] == true;
                        if stored {
                            break;
                        }
                        prop_assert_eq!(at.refusal(), "media.hash_differs");
                    }
                    prop_assert!(stored);
                    prop_assert_eq!(std::fs::read(kept(&register, &name(file))).unwrap(), file.clone());
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(faults(&register.app).await, Vec::<String>::new());
    })
    .await;
}
