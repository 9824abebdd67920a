//! Two tablets without a register: only who is enrolled is talked to, each is given what it lacks, and whatever came by whichever way lands once.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use mobile_ffi::{BundleFor, Draft, PeerReport, Tablet, TabletError, Unwatched, Value};
use ploughshare_core::identity::Role;
use ploughshare_server::bundles;
use ploughshare_server::identity::people;
use ploughshare_server::store::Row;
use ploughshare_tests::{Register, blocking, copy_folder, on_both, reopened, sync};

/// A word that stands in every record and nowhere else.
const MARKER: &str = "marrowbone";

fn record(tablet: &Tablet, whose: &str, count: u32) {
    for n in 0..count {
        let serial = format!("{whose} {n}");
        let note = format!("{MARKER} {serial}");
        let draft = Draft::item()
            .with("kind", "weapon")
            .with("class", "ASR")
            .with_member("notes", &[("text", Value::from(note.as_str()))])
            .with_member("markings", &[("type", Value::from("SER")), ("text", Value::from(serial.as_str()))]);
        tablet.record(draft).unwrap();
    }
}

type Met = (Result<PeerReport, TabletError>, Result<PeerReport, TabletError>);

/// What the one that listens and the one that calls come to. `by` may put something between them.
async fn meet_by(
    listening: &Arc<Tablet>,
    calling: &Arc<Tablet>,
    by: impl FnOnce(String) -> String + Send + 'static,
) -> Met {
    let (listening, calling) = (Arc::clone(listening), Arc::clone(calling));
    blocking(move || {
        let listener = listening.peer_listen("127.0.0.1:0").unwrap();
        let whom = by(listener.invitation().to_string());
        let waits = thread::spawn(move || listening.peer_accept(&listener, &Unwatched).map(Option::unwrap));
        let called = calling.peer_connect(&whom, &Unwatched);
        (waits.join().unwrap(), called)
    })
    .await
}

async fn meet(listening: &Arc<Tablet>, calling: &Arc<Tablet>) -> (PeerReport, PeerReport) {
    let (listened, called) = meet_by(listening, calling, |whom| whom).await;
    (listened.unwrap(), called.unwrap())
}

async fn two(register: &Register, dir: &Path) -> (Arc<Tablet>, Arc<Tablet>) {
    let amina = register.tablet("Amina", Role::Collector, dir).await;
    let boris = register.tablet("Boris", Role::Collector, dir).await;
    (amina, boris)
}

fn documents(tablet: &Tablet) -> u64 {
    tablet.status().unwrap().documents
}

async fn segments(register: &Register) -> u64 {
    let row = register.app.store.feed.query_one("select count(*) from segment", &[]).await.unwrap();
    row.unwrap().uint(0).unwrap()
}

fn place_of(row: &Row) -> (u64, [u8; 32], u64) {
    (row.uint(0).unwrap(), row.array(1).unwrap(), row.uint(2).unwrap())
}

/// Boris enrolled after Amina last heard of the register: his decisions tell her who he is.
#[tokio::test(flavor = "multi_thread")]
async fn two_tablets_know_the_same_after_they_met_and_have_nothing_to_say_when_they_meet_again() {
    on_both("peers", async |register| {
        let dir = tempfile::tempdir().unwrap();
        let (amina, boris) = two(&register, dir.path()).await;
        record(&amina, "A", 300);
        record(&boris, "B", 200);
        let (listened, called) = meet(&amina, &boris).await;
        assert_eq!((listened.label.as_str(), called.label.as_str()), ("Boris's tablet", "Amina's tablet"));
        assert_eq!((listened.pulled > 200, called.pulled, listened.forks), (true, 300, 0), "{listened:?} {called:?}");
        assert_eq!((documents(&amina), documents(&boris)), (500, 500));
        let (listened, called) = meet(&boris, &amina).await;
        assert_eq!((listened.given, called.given, listened.pulled, called.pulled), (0, 0, 0, 0));
        assert!(listened.bytes_sent + listened.bytes_received < 2_500, "{listened:?}");
        let status = amina.status().unwrap();
        assert_eq!((status.entries_sealed, status.aside), (300, 0), "another tablet gives no receipt");
    })
    .await;
}

/// Law 2, and T8: the same work by a tablet, by a card and by a link is in the register once, with the receipt and place of the first time.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_segment_by_three_routes_lands_once() {
    on_both("three_routes", async |register| {
        let dir = tempfile::tempdir().unwrap();
        let (amina, boris) = two(&register, dir.path()).await;
        sync(&amina).await;
        record(&amina, "A", 12);
        let before = segments(&register).await;
        // By Boris, who brings it with his own sync.
        meet(&amina, &boris).await;
        let report = sync(&boris).await;
        assert_eq!((report.refused, segments(&register).await), (0, before + 1), "{report:?}");
        let feed = register.app.store.feed.query("select place, hash, leaf_index from segment order by place", &[]);
        let feed: Vec<_> = feed.await.unwrap().iter().map(place_of).collect();
        // By a card.
        let made = amina.bundle_export(&BundleFor::Register, None).unwrap();
        let taken = bundles::take_in(&register.app, made.files[0].clone()).await.unwrap();
        assert_eq!((taken.safe, taken.fresh), (1, 0));
        // By her own link, before either receipt came back.
        let report = sync(&amina).await;
        assert_eq!((report.pushed, report.receipts), (12, 1));
        let after = register.app.store.feed.query("select place, hash, leaf_index from segment order by place", &[]);
        let after: Vec<_> = after.await.unwrap().iter().map(place_of).collect();
        assert_eq!(after, feed, "places and leaves are those of the first time");
        // The receipts that come late change nothing.
        assert_eq!(amina.bundle_import(&taken.reply.unwrap()).unwrap().receipts, 0);
        let (listened, _) = meet(&amina, &boris).await;
        assert_eq!(listened.receipts, 0);
        let status = amina.status().unwrap();
        assert_eq!((status.entries_receipted, status.entries_sealed), (12, 0));
        register.current().await;
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_go_back_by_the_tablet_that_brought_the_work() {
    on_both("receipts_back", async |register| {
        let dir = tempfile::tempdir().unwrap();
        let (amina, boris) = two(&register, dir.path()).await;
        record(&amina, "A", 7);
        meet(&amina, &boris).await;
        sync(&boris).await;
        let (listened, called) = meet(&amina, &boris).await;
        assert_eq!((listened.receipts, called.receipts_given), (1, 1), "{listened:?} {called:?}");
        let status = amina.status().unwrap();
        assert_eq!((status.entries_receipted, status.entries_sealed), (7, 0));
        let (listened, called) = meet(&amina, &boris).await;
        assert_eq!((listened.receipts, called.receipts_given), (0, 0), "what is handed over is handed over");
    })
    .await;
}

/// By the last decisions that either holds: Boris knows that Amina was revoked, she does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_tablet_and_a_stranger_are_given_nothing() {
    on_both("revoked_peer", async |register| {
        let dir = tempfile::tempdir().unwrap();
        let (amina, boris) = two(&register, dir.path()).await;
        sync(&amina).await;
        record(&boris, "B", 5);
        let id = amina.enrolment().unwrap().device.parse().unwrap();
        people::revoke_device(&register.app, "operator", &id).await.unwrap();
        sync(&boris).await;
        let (listened, called) = meet_by(&amina, &boris, |whom| whom).await;
        assert_eq!(called.unwrap_err().code, "device.revoked");
        assert_eq!(listened.unwrap_err().code, "peer.refused");
        assert_eq!(documents(&amina), 0);

        // A tablet of another register proves a key well, and is nobody here.
        let other_dir = tempfile::tempdir().unwrap();
        let target = ploughshare_server::store::Target::SqliteDir(other_dir.path().join("register"));
        let other = Register::start(target).await;
        let stranger = other.tablet("Stranger", Role::Collector, other_dir.path()).await;
        let (listened, called) = meet_by(&boris, &stranger, |whom| whom).await;
        assert_eq!(called.unwrap_err().code, "peer.other_operation");
        assert_eq!(listened.unwrap_err().code, "peer.refused");
        assert_eq!(documents(&stranger), 0);
    })
    .await;
}

/// Carries bytes between the two and keeps them; breaks off after so many.
fn between(whom: &str, seen: &Arc<Mutex<Vec<u8>>>, most: usize) -> String {
    let (address, device) = whom.strip_prefix("ploughshare-peer:1:").unwrap().rsplit_once(':').unwrap();
    let far = address.to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let invitation = format!("ploughshare-peer:1:{}:{device}", listener.local_addr().unwrap());
    let seen = Arc::clone(seen);
    thread::spawn(move || {
        let (near, _) = listener.accept().unwrap();
        let far = TcpStream::connect(far).unwrap();
        for (from, to) in [(&near, &far), (&far, &near)] {
            let (mut from, mut to, seen) = (from.try_clone().unwrap(), to.try_clone().unwrap(), Arc::clone(&seen));
            thread::spawn(move || {
                let mut bytes = [0; 1_024];
                while let Ok(size @ 1..) = from.read(&mut bytes) {
                    let mut seen = seen.lock().unwrap();
                    seen.extend_from_slice(&bytes[..size]);
                    if seen.len() > most || to.write_all(&bytes[..size]).is_err() {
                        break;
                    }
                }
                drop((from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both)));
            });
        }
    });
    invitation
}

/// T14: whoever listens on the network reads nothing, and whoever answers in another's place is noticed.
#[tokio::test(flavor = "multi_thread")]
async fn who_listens_between_two_tablets_reads_nothing_and_who_answers_for_another_is_noticed() {
    on_both("between", async |register| {
        let dir = tempfile::tempdir().unwrap();
        let (amina, boris) = two(&register, dir.path()).await;
        record(&amina, "A", 20);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let tap = Arc::clone(&seen);
        let (listened, called) = meet_by(&amina, &boris, move |whom| between(&whom, &tap, usize::MAX)).await;
        assert_eq!((listened.is_ok(), called.unwrap().pulled), (true, 20));
        let seen = seen.lock().unwrap().clone();
        assert!(seen.len() > 1_000);
        for needle in [MARKER.as_bytes(), b"ASR", amina.enrolment().unwrap().device.as_bytes()] {
            assert!(!seen.windows(needle.len()).any(|window| window == needle));
        }
        // Boris' own invitation, with Amina's name on it.
        let name = amina.enrolment().unwrap().device;
        let carla = register.tablet("Carla", Role::Collector, dir.path()).await;
        let swapped = move |whom: String| format!("{}:{name}", whom.rsplit_once(':').unwrap().0);
        let (listened, called) = meet_by(&boris, &carla, swapped).await;
        assert_eq!(called.unwrap_err().code, "peer.other_device");
        assert_eq!(listened.unwrap_err().code, "peer.refused");
        assert_eq!(documents(&carla), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_breaks_off_anywhere_is_gone_on_with() {
    on_both("broken_session", async |register| {
        let dir = tempfile::tempdir().unwrap();
        let (amina, boris) = two(&register, dir.path()).await;
        for round in 0..4 {
            record(&amina, &format!("A{round}"), 20);
            // A segment for each round.
            amina.bundle_export(&BundleFor::Register, None).unwrap();
            record(&boris, &format!("B{round}"), 20);
            boris.bundle_export(&BundleFor::Register, None).unwrap();
        }
        let mut broken = 0;
        for most in (100..40_000).step_by(1_500) {
            let seen = Arc::default();
            let (listened, called) = meet_by(&amina, &boris, move |whom| between(&whom, &seen, most)).await;
            broken += u32::from(listened.is_err() || called.is_err());
            for error in [listened.err(), called.err()].into_iter().flatten() {
                assert!(matches!(error.code.as_str(), "peer.interrupted" | "peer.refused"), "{error:?}");
                assert!(error.data_safe);
            }
        }
        assert!(broken >= 3, "{broken}");
        meet(&amina, &boris).await;
        assert_eq!((documents(&amina), documents(&boris)), (160, 160));
    })
    .await;
}

/// T6: a copied tablet speaks on in the same journal; two that meet see both versions, and so does the register.
#[tokio::test(flavor = "multi_thread")]
async fn a_fork_is_seen_between_tablets_and_both_sides_of_it_are_kept() {
    on_both("forked_peers", async |register| {
        let dir = tempfile::tempdir().unwrap();
        let (amina, boris) = two(&register, dir.path()).await;
        let carla = register.tablet("Carla", Role::Collector, dir.path()).await;
        for tablet in [&amina, &boris] {
            sync(tablet).await;
        }
        drop(amina);
        // Every file of hers, what no backup reaches as well.
        copy_folder(&dir.path().join("Amina"), &dir.path().join("copy"));
        let (amina, copy) = (reopened(&dir.path().join("Amina")), reopened(&dir.path().join("copy")));
        record(&amina, "A", 3);
        record(&copy, "C", 2);
        let (listened, called) = meet_by(&amina, &copy, |whom| whom).await;
        assert_eq!(
            called.unwrap_err().code,
            "peer.itself",
            "two copies of one tablet are told apart by nobody but a third"
        );
        assert_eq!(listened.unwrap_err().code, "peer.itself");
        meet(&amina, &boris).await;
        meet(&copy, &carla).await;
        let (listened, called) = meet(&boris, &carla).await;
        assert_eq!((listened.forks, called.forks), (1, 1), "{listened:?} {called:?}");
        assert_eq!((documents(&boris), documents(&carla)), (5, 5));
        sync(&boris).await;
        register.current().await;
        let proofs = register.app.store.feed.query_one("select count(*) from fork_proof", &[]).await.unwrap().unwrap();
        assert_eq!(proofs.uint(0).unwrap(), 1);
        register.is_rebuilt_equal().await;
    })
    .await;
}
