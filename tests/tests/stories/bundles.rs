//! Bundles: the exchange as files, carried by hand or by another tablet, in any order, as often as anybody likes.

use std::path::Path;
use std::sync::Arc;

use mobile_ffi::{BundleFor, Draft, HttpTransport, Tablet, TabletError, Value};
use ploughshare_core::bundle::File;
use ploughshare_core::identity::Role;
use ploughshare_server::bundles::{self, BundlesError};
use ploughshare_tests::{Register, blocking, on_both, sync};

/// A word that stands in every record and nowhere else.
const MARKER: &str = "marrowbone";

fn rifle(serial: &str) -> Draft {
    let noise = hex::encode(ploughshare_core::keys::sha256(serial.as_bytes()));
    let note = format!("{MARKER} {serial} {noise}");
    Draft::item()
        .with("kind", "weapon")
        .with("class", "ASR")
        .with_member("notes", &[("text", Value::from(note.as_str()))])
        .with_member("markings", &[("type", Value::from("SER")), ("text", Value::from(serial))])
}

fn record(tablet: &Tablet, whose: &str, count: u32) {
    for n in 0..count {
        tablet.record(rifle(&format!("{whose} {n}"))).unwrap();
    }
}

async fn two(register: &Register, dir: &Path) -> (Arc<Tablet>, Arc<Tablet>) {
    let amina = register.tablet("Amina", Role::Collector, dir).await;
    let boris = register.tablet("Boris", Role::Collector, dir).await;
    // Each has heard of the other's enrolment.
    sync(&amina).await;
    (amina, boris)
}

fn device(tablet: &Tablet) -> String {
    tablet.enrolment().unwrap().device
}

async fn segments(register: &Register) -> u64 {
    let row = register.app.store.feed.query_one("select count(*) from segment", &[]).await.unwrap();
    row.unwrap().uint(0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_brings_records_and_takes_receipts_and_the_feed_back() {
    on_both("card", async |register| {
        let dir = tempfile::tempdir().unwrap();
        let (amina, boris) = two(&register, dir.path()).await;
        record(&amina, "A", 40);
        record(&boris, "B", 30);
        sync(&boris).await;
        let before = segments(&register).await;

        let made = amina.bundle_export(&BundleFor::Register, None).unwrap();
        assert_eq!((made.files.len(), made.segments), (1, 1));
        assert_eq!(amina.status().unwrap().entries_sealed, 40, "nothing counts as sent by it");
        let taken = bundles::take_in(&register.app, made.files[0].clone()).await.unwrap();
        assert_eq!((taken.safe, taken.fresh, taken.refused.len()), (1, 1, 0));
        let again = bundles::take_in(&register.app, made.files[0].clone()).await.unwrap();
        assert_eq!((again.safe, again.fresh), (1, 0), "the same card again adds nothing");
        assert_eq!(segments(&register).await, before + 1);

        // Boris' records and the receipts go back, in files that come in the wrong order.
        let to = device(&amina).parse().unwrap();
        let given = bundles::give(&register.app, &register.operation.id, &to, None, 80_000, 100).await.unwrap();
        for file in given.files.iter().rev().chain(&given.files) {
            amina.bundle_import(file).unwrap();
        }
        let status = amina.status().unwrap();
        assert_eq!((status.entries_receipted, status.entries_sealed, status.documents), (40, 0, 70));
        assert_eq!(status.place, given.upto);
        let report = sync(&amina).await;
        assert_eq!(
            (report.pushed, report.pulled, report.segments),
            (0, 0, 0),
            "nothing is left for the link: {report:?}"
        );
        register.current().await;
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_for_small_cards_come_in_any_order_and_each_counts_by_itself() {
    on_both("small_cards", async |register| {
        let dir = tempfile::tempdir().unwrap();
        let (amina, boris) = two(&register, dir.path()).await;
        for round in 0..6 {
            record(&boris, &format!("B{round}"), 120);
            sync(&boris).await;
        }
        let to = device(&amina).parse().unwrap();
        let place = amina.status().unwrap().place;
        let small = bundles::give(&register.app, &register.operation.id, &to, Some(place), 66_000, 100).await;
        let Err(BundlesError::Bundle(error)) = small else { panic!("a file smaller than its largest part: {small:?}") };
        assert_eq!(error.code(), "bundle.too_small");
        let ploughshare_core::bundle::BundleError::TooSmall { needed, .. } = error else { panic!("{error}") };
        let needed = needed + 2_000;
        let given = bundles::give(&register.app, &register.operation.id, &to, Some(place), needed, 100).await.unwrap();
        assert!(given.files.len() >= 3, "{}", given.files.len());
        assert!(given.files.iter().all(|file| file.len() as u64 <= needed));
        // The last first: it is taken in, and the place waits for those between.
        let last = given.files.last().unwrap();
        let taken = amina.bundle_import(last).unwrap();
        assert_eq!(
            (taken.place, taken.number, taken.files),
            (place, given.files.len() as u64, given.files.len() as u64)
        );
        for file in given.files.iter().rev() {
            amina.bundle_import(file).unwrap();
        }
        let status = amina.status().unwrap();
        assert_eq!((status.place, status.documents, status.aside), (given.upto, 720, 0));
        assert_eq!(amina.bundle_import(last).unwrap().pulled, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_carries_a_bundle_learns_nothing_and_changes_nothing_unnoticed() {
    on_both("carrier", async |register| {
        let dir = tempfile::tempdir().unwrap();
        let (amina, boris) = two(&register, dir.path()).await;
        record(&amina, "A", 20);
        let made = amina.bundle_export(&BundleFor::Register, None).unwrap();
        let bytes = &made.files[0];
        // T14: nothing of what was said stands in the file.
        for needle in [MARKER.as_bytes(), b"ASR", device(&amina).as_bytes()] {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle));
        }
        assert_eq!(boris.bundle_import(bytes).unwrap_err().code, "bundle.not_for_us");
        // A byte changed anywhere, or another label around the same inside.
        let before = segments(&register).await;
        for at in (0..bytes.len()).step_by(bytes.len() / 60) {
            let mut changed = bytes.clone();
            changed[at] ^= 4;
            let error = bundles::take_in(&register.app, changed).await.unwrap_err();
            assert!(error.code().starts_with("bundle."), "byte {at}: {}", error.code());
        }
        let mut file = File::from_bytes(bytes).unwrap();
        file.label.set = [0; 16];
        let error = bundles::take_in(&register.app, file.to_bytes()).await.unwrap_err();
        assert_eq!(error.code(), "bundle.bad_signature");
        assert_eq!(bundles::take_in(&register.app, b"PK".to_vec()).await.unwrap_err().code(), "bundle.malformed");
        assert_eq!(segments(&register).await, before, "nothing of all that changed anything");

        // Boris has a link, and carries it. What comes back is for Amina alone.
        let (carrier, file) = (Arc::clone(&boris), bytes.clone());
        let answer =
            blocking(move || carrier.bundle_upload(Arc::new(HttpTransport::new()), &file)).await.unwrap().unwrap();
        assert_eq!(boris.bundle_import(&answer).unwrap_err().code, "bundle.not_for_us");
        let taken = amina.bundle_import(&answer).unwrap();
        assert_eq!((taken.receipts, taken.from_register), (1, true));
        assert_eq!(amina.status().unwrap().entries_receipted, 20);

        // He fetches what she has not heard yet, too.
        record(&boris, "B", 5);
        sync(&boris).await;
        let (carrier, to) = (Arc::clone(&boris), device(&amina));
        let files = blocking(move || carrier.bundle_fetch(Arc::new(HttpTransport::new()), &to, None)).await.unwrap();
        for file in &files {
            amina.bundle_import(file).unwrap();
        }
        assert_eq!(amina.status().unwrap().documents, 25);
    })
    .await;
}

/// Amina gives Boris a card; he brings what is on it with his own sync, and the receipts go back to her on his card.
#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_tablet_brings_the_work_of_another_and_takes_her_receipts_back() {
    on_both("carrier_tablet", async |register| {
        let dir = tempfile::tempdir().unwrap();
        let (amina, boris) = two(&register, dir.path()).await;
        record(&amina, "A", 25);
        let to_boris = BundleFor::Tablet { device: device(&boris), everything: false };
        let made = amina.bundle_export(&to_boris, None).unwrap();
        sync(&boris).await;
        for _ in 0..2 {
            for file in &made.files {
                boris.bundle_import(file).unwrap();
            }
        }
        assert_eq!(boris.status().unwrap().documents, 25, "he reads her work before the register has it");
        let before = segments(&register).await;
        let report = sync(&boris).await;
        assert_eq!((report.refused, report.receipts), (0, 0), "none of it is his own: {report:?}");
        assert_eq!(segments(&register).await, before + 1);
        assert_eq!(sync(&boris).await.segments, 0, "what is brought is brought");

        let to_amina = BundleFor::Tablet { device: device(&amina), everything: false };
        let back = boris.bundle_export(&to_amina, None).unwrap();
        assert_eq!(back.receipts, 1);
        for file in &back.files {
            amina.bundle_import(file).unwrap();
        }
        let status = amina.status().unwrap();
        assert_eq!((status.entries_receipted, status.entries_sealed), (25, 0));
        let report = sync(&amina).await;
        assert_eq!((report.segments, report.pulled), (0, 0), "{report:?}");
        register.current().await;
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_tablets_bundle_is_kept_for_review_and_answered_with_nothing() {
    on_both("revoked_card", async |register| {
        let dir = tempfile::tempdir().unwrap();
        let (amina, boris) = two(&register, dir.path()).await;
        record(&amina, "A", 3);
        let made = amina.bundle_export(&BundleFor::Register, None).unwrap();
        let id = device(&amina).parse().unwrap();
        ploughshare_server::identity::people::revoke_device(&register.app, "operator", &id).await.unwrap();
        let taken = bundles::take_in(&register.app, made.files[0].clone()).await.unwrap();
        assert_eq!((taken.fresh, taken.reply.is_none()), (0, true));
        assert_eq!(taken.refused[0].code, "device.revoked");
        let given = bundles::give(&register.app, &register.operation.id, &id, None, 4 << 20, 10).await;
        assert_eq!(given.unwrap_err().code(), "bundle.revoked");
        sync(&boris).await;
        let refused = |error: TabletError| error.code;
        let to_amina = BundleFor::Tablet { device: device(&amina), everything: false };
        assert_eq!(boris.bundle_export(&to_amina, None).map_err(refused).unwrap_err(), "device.revoked");
    })
    .await;
}
