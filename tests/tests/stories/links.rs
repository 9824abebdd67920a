//! Bad links, over real HTTP: what is cut goes on where it was cut, and little travels twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mobile_ffi::{BatchRow, Draft, SyncReport, Tablet, Value};
use ploughshare_core::identity::Role;
use ploughshare_core::keys::sha256;
use ploughshare_tests::link::{Link, Through, Weather};
use ploughshare_tests::{Register, blocking, on_both, sync};

fn rows(whose: &str, count: u32) -> Vec<BatchRow> {
    let row = |n: u32| {
        let noise = hex::encode(sha256(format!("{whose} {n}").as_bytes()));
        let draft = Draft::item()
            .with("kind", "weapon")
            .with("class", "ASR")
            .with_member("notes", &[("text", Value::from(noise.get(..24).unwrap()))])
            .with_member("markings", &[("type", Value::from("SER")), ("text", Value::from(noise.get(..10).unwrap()))]);
        BatchRow { row_id: format!("{whose} {n}"), content_hash: String::new(), draft }
    };
    (0..count).map(row).collect()
}

/// One tablet's work goes up and another's comes down, through this weather. Gives the report, and the bytes up and down.
async fn told(register: &Register, weather: Weather, count: u32) -> (SyncReport, Arc<Link>) {
    let dir = tempfile::tempdir().unwrap();
    let amina = register.tablet("Amina", Role::Collector, dir.path()).await;
    let boris = register.tablet("Boris", Role::Collector, dir.path()).await;
    boris.record_batch(rows("Boris", count)).unwrap();
    sync(&boris).await;
    amina.record_batch(rows("Amina", count)).unwrap();
    let link = Link::start(&register.address, weather);
    let through = Arc::new(Through::new(&register.address, &link));
    let syncing = Arc::clone(&amina);
    let report = blocking(move || syncing.sync(through)).await.unwrap();
    assert_eq!((report.pushed, report.refused), (u64::from(count), 0), "{report:?}");
    assert!(report.pulled >= u64::from(count), "{report:?}");
    all_is_there(register, &amina, count).await;
    (report, link)
}

async fn all_is_there(register: &Register, amina: &Arc<Tablet>, count: u32) {
    let status = amina.status().unwrap();
    assert_eq!((status.documents, status.aside, status.entries_sealed), (u64::from(2 * count), 0, 0));
    register.current().await;
    let counts = register.app.store.feed.query_one("select count(*) from segment_part", &[]).await.unwrap().unwrap();
    assert_eq!(counts.uint(0).unwrap(), 0, "no part is left lying");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_9600_bit_a_second_with_losses_and_cuts_a_sync_ends_and_little_travels_twice() {
    const COUNT: u32 = 1_200;
    let ideal = AtomicU64::new(0);
    on_both("hillside_clear", async |register| {
        let (_, link) = told(&register, Weather::CLEAR, COUNT).await;
        ideal.store(link.bytes().0 + link.bytes().1, Ordering::SeqCst);
    })
    .await;
    on_both("hillside", async |register| {
        let began = Instant::now();
        let (report, link) = told(&register, Weather::hillside(7), COUNT).await;
        let (up, down) = link.bytes();
        let ideal = ideal.load(Ordering::SeqCst);
        let ratio = (up + down) as f64 / ideal as f64;
        println!(
            "hillside: {up} bytes up and {down} down against {ideal} ideally: {ratio:.3}; {} cuts, {} packets late, {} interruptions, {:.1} s here, {:.0} s outside",
            link.cuts(), link.late(), report.interruptions, began.elapsed().as_secs_f64(), report.seconds * 40.0
        );
        assert!(link.cuts() >= 5, "the link was hardly cut: {}", link.cuts());
        assert!(report.interruptions >= 5, "{report:?}");
        assert!(ratio <= 1.3, "{ratio}");
    })
    .await;
}

/// A segment that never passes within one window passes in several.
#[tokio::test(flavor = "multi_thread")]
async fn a_segment_larger_than_what_the_link_carries_between_two_cuts_arrives() {
    on_both("narrow", async |register| {
        let weather = Weather { cut_every: Some(Duration::from_secs(10)), ..Weather::hillside(3) };
        let (report, link) = told(&register, weather, 400).await;
        assert!(link.cuts() >= 4 && report.interruptions >= 4, "{} {report:?}", link.cuts());
    })
    .await;
}
