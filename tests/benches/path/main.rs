//! The path from a tablet to the register, measured: bytes, round trips, records a second, memory, and what a tablet feels.
//! Beside each figure stands its yardstick from the same run or, where that is another program, from the design's measurements.
//!
//! `cargo bench -p ploughshare-tests --bench path [-- upload|resync|herd|alike|growth|rules|tablet|size …]`
#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a bench prints, and stops at the first surprise"
)]

mod records;
mod rig;

use std::sync::Arc;
use std::time::{Duration, Instant};

use mobile_ffi::{Edit, ListFilter, Tablet, TabletConfig, Value};
use rig::{Rig, Timed, fill, line};

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let on = |name: &str| wanted.is_empty() || wanted.iter().any(|w| w == name);
    if on("size") {
        size();
    }
    if on("upload") || on("resync") {
        upload_and_resync();
    }
    if on("herd") {
        herd();
    }
    if on("alike") {
        alike();
    }
    if on("growth") {
        growth();
    }
    if on("rules") {
        rules();
    }
    if on("tablet") {
        tablet();
    }
}

/// Bytes of first uploads of every size, against plain CBOR of the same records under zstd −19.
fn size() {
    println!("\n# Size of a first upload (bodies sent; the yardstick has no signature and no history)");
    let rig = Rig::start();
    for (n, count) in [1usize, 10, 100, 1_000, 10_000].into_iter().enumerate() {
        let dir = tempfile::tempdir().unwrap();
        let tablet = rig.tablet(dir.path(), &format!("Tablet {count}"));
        tablet.sync(Arc::new(Timed::direct())).unwrap();
        let records = records::records(count, 50 + n as u64);
        let yardstick = records::yardstick(&records);
        fill(&tablet, &records);
        rig::seal_only(&tablet);
        let report = tablet.sync(Arc::new(Timed::direct())).unwrap();
        let each = |bytes: u64| bytes as f64 / count as f64;
        line(
            &format!("{count} records"),
            &format!(
                "{} bytes, {:.0} a record; plain {yardstick}, {:.0} a record",
                report.bytes_sent,
                each(report.bytes_sent),
                each(yardstick as u64)
            ),
        );
    }
}

/// Many items that bear one and the same serial: a placeholder that nobody thought of.
fn alike() {
    println!("\n# 5,000 records with one serial between them");
    let rig = Rig::start();
    let dir = tempfile::tempdir().unwrap();
    let tablet = rig.tablet(dir.path(), "Tablet A");
    fill(&tablet, &records::with_serial(records::records(5_000, 7), "KL 700100"));
    rig::seal_only(&tablet);
    tablet.sync(Arc::new(Timed::direct())).unwrap();
    let receipts_at = Instant::now();
    let current = rig.wait_until_current(Duration::from_mins(5));
    line(
        "register current after the last receipt",
        &format!("{:.2} s, {}", receipts_at.elapsed().as_secs_f64(), if current { "current" } else { "NOT current" }),
    );
    line("peak memory of the server", &format!("{} MB", rig.peak_mb()));
}

fn upload_and_resync() {
    println!("\n# First upload of 10,000 records from one tablet (SQLite, fsync before the receipt)");
    let rig = Rig::start();
    let dir = tempfile::tempdir().unwrap();
    let tablet = rig.tablet(dir.path(), "Tablet A");
    let records = records::records(10_000, 1);
    let yardstick = records::yardstick(&records);
    fill(&tablet, &records);
    let transport = Arc::new(Timed::new(Some(rig.proxy())));
    let report = tablet.sync(transport.clone()).unwrap();
    let receipts_at = Instant::now();
    assert_eq!(report.pushed, 10_000);
    let current = rig.wait_until_current(Duration::from_mins(1));
    let lag = receipts_at.elapsed();
    let wire = rig.wire_bytes();
    line("wire bytes, both ways, HTTP headers and all", &format!("{wire}"));
    line("bodies only", &format!("{}", report.bytes_sent + report.bytes_received));
    line("plain CBOR, zstd -19, one block", &format!("{yardstick}"));
    line("ratio (wire / yardstick; asked: at most 1.10)", &format!("{:.3}", wire as f64 / yardstick as f64));
    line("round trips (asked: at most 12)", &format!("{}", report.round_trips));
    let server = transport.seconds();
    line("records/s to receipts, from one client (asked: 4,000; CouchDB 1,764)", &format!("{:.0}", 10_000.0 / server));
    line("seconds of the whole sync, sealing with zstd -19 included", &format!("{:.2}", report.seconds));
    line(
        "register current after the last receipt (asked: 4 s)",
        &format!("{:.2} s, {}", lag.as_secs_f64(), if current { "current" } else { "NOT current" }),
    );
    line("projection, records/s (asked: 2,500)", &format!("{:.0}", 10_000.0 / (server + lag.as_secs_f64())));
    line("peak memory of the server (asked: 200 MB)", &format!("{} MB", rig.peak_mb()));

    println!("\n# Resync of 10,000 known records");
    let report = tablet.sync(transport.clone()).unwrap();
    let body = report.bytes_sent + report.bytes_received;
    line(
        "nothing new: bodies both ways (asked: 200; Automerge's sync 1.2 MB)",
        &format!("{body} bytes, {} round trip", report.round_trips),
    );
    let before = rig.wire_bytes();
    let page = tablet.list(ListFilter { limit: 100, ..ListFilter::default() }).unwrap();
    for (i, row) in page.rows.iter().enumerate() {
        tablet.edit_json(&row.document, &format!(r#"{{"rack":"R-{i}"}}"#)).unwrap();
    }
    let report = tablet.sync(transport).unwrap();
    assert_eq!(report.pushed, 100);
    let body = report.bytes_sent + report.bytes_received;
    line(
        "100 one-field edits: bodies both ways (asked: 6 KB)",
        &format!("{body} bytes, wire {}", rig.wire_bytes() - before),
    );
}

fn herd() {
    println!("\n# 20 clients × 500 records at once");
    let rig = Rig::start();
    let records = records::records(10_000, 2);
    let tablets: Vec<_> = (0..20)
        .map(|i| {
            let dir = tempfile::tempdir().unwrap();
            let tablet = rig.tablet(dir.path(), &format!("Tablet {i}"));
            fill(&tablet, records.get(i * 500..(i + 1) * 500).unwrap());
            // Sealed beforehand: what is measured is the register.
            rig::seal_only(&tablet);
            (dir, tablet)
        })
        .collect();
    let started = Instant::now();
    let last = std::thread::scope(|scope| {
        let runs: Vec<_> = tablets
            .iter()
            .map(|(_, tablet)| {
                let transport = Arc::new(Timed::direct());
                scope.spawn(move || {
                    tablet.sync(transport.clone()).unwrap();
                    transport.first_receipts()
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).max().unwrap()
    });
    let to_receipts = last.duration_since(started).as_secs_f64();
    line(
        "records/s to receipts (asked: 6,000; CouchDB 4,366, ODK Central 258)",
        &format!("{:.0}", 10_000.0 / to_receipts),
    );
    line("until every tablet also holds the others' work", &format!("{:.2} s", started.elapsed().as_secs_f64()));
    rig.wait_until_current(Duration::from_mins(2));
    line("peak memory of the server", &format!("{} MB", rig.peak_mb()));
}

fn growth() {
    println!(
        "\n# Cost of a record as the register grows (1,000 records at a time; asked: within 20 % from 1,000 to 100,000)"
    );
    let rig = Rig::start();
    let dir = tempfile::tempdir().unwrap();
    let tablet = rig.tablet(dir.path(), "Tablet A");
    let mut steps = Vec::new();
    for step in 0..100u64 {
        fill(&tablet, &records::records(1_000, 100 + step));
        rig::seal_only(&tablet);
        let transport = Arc::new(Timed::direct());
        let started = Instant::now();
        tablet.sync(transport.clone()).unwrap();
        assert!(rig.wait_until_current(Duration::from_mins(1)));
        steps.push((transport.seconds(), started.elapsed().as_secs_f64()));
    }
    let median = |range: std::ops::Range<usize>, of: fn(&(f64, f64)) -> f64| {
        let mut some: Vec<f64> = steps.get(range).unwrap().iter().map(of).collect();
        some.sort_by(f64::total_cmp);
        some.get(some.len() / 2).copied().unwrap() * 1000.0
    };
    for (what, of) in [("admission", (|s| s.0) as fn(&(f64, f64)) -> f64), ("admission and projection", |s| s.1)] {
        let (early, late) = (median(1..11, of), median(90..100, of));
        line(
            &format!("{what}, µs a record: first 10,000 → last 10,000 of 100,000"),
            &format!("{early:.0} → {late:.0} ({:+.0} %)", (late / early - 1.0) * 100.0),
        );
    }
    line("peak memory of the server", &format!("{} MB", rig.peak_mb()));
}

/// All rules over a whole register, and what one changed item costs beside 1,000 and beside 100,000 others.
fn rules() {
    println!("\n# Rules: all items again after a rule is tuned, and one changed item");
    let rig = Rig::start();
    let dir = tempfile::tempdir().unwrap();
    let tablet = rig.tablet(dir.path(), "Tablet A");
    let mut held = 0;
    for goal in [1_000u64, 100_000] {
        while held < goal {
            fill(&tablet, &records::records(1_000, 300 + held));
            held += 1_000;
            rig::seal_only(&tablet);
            tablet.sync(Arc::new(Timed::direct())).unwrap();
        }
        assert!(rig.wait_until_current(Duration::from_mins(20)));
        let rows = tablet.list(ListFilter { limit: 41, ..ListFilter::default() }).unwrap().rows;
        let mut once = Vec::new();
        for row in &rows {
            tablet.edit(&row.document, vec![Edit::Set { path: "year".to_owned(), value: Value::Int(1971) }]).unwrap();
            let started = Instant::now();
            tablet.sync(Arc::new(Timed::direct())).unwrap();
            assert!(rig.wait_until_current(Duration::from_mins(1)));
            once.push(started.elapsed());
        }
        once.sort_unstable();
        line(
            &format!("one changed item beside {goal}: sync, receipt, rules, register current"),
            &format!("{:.0} ms median (of it up to 20 ms asking)", ms(once[20])),
        );
        let started = Instant::now();
        rig.tune(if goal == 1_000 { "disable" } else { "enable" });
        assert!(rig.wait_until_current(Duration::from_mins(20)));
        let seconds = started.elapsed().as_secs_f64();
        line(
            &format!("all rules over {goal} items again"),
            &format!("{seconds:.1} s, {:.0} µs an item", seconds * 1e6 / goal as f64),
        );
    }
    line("peak memory of the server", &format!("{} MB", rig.peak_mb()));
}

fn tablet() {
    println!("\n# A tablet with 100,000 records in its store");
    let rig = Rig::start();
    let dir = tempfile::tempdir().unwrap();
    let tablet = rig.tablet(dir.path(), "Tablet A");
    for batch in 0..100u64 {
        fill(&tablet, &records::records(1_000, 1_000 + batch));
    }
    let mut times = Vec::new();
    let more = records::records(201, 5_000);
    for draft in more.iter().cloned() {
        let started = Instant::now();
        tablet.record(draft).unwrap();
        times.push(started.elapsed());
    }
    times.sort_unstable();
    line("save one record, median (asked: 10 ms)", &format!("{:.2} ms, p99 {:.2} ms", ms(times[100]), ms(times[198])));
    drop(tablet);
    let before = own_mb();
    let started = Instant::now();
    let tablet = Tablet::open(TabletConfig::new(&dir.path().display().to_string())).unwrap();
    line("unlock and open the store (asked: 500 ms)", &format!("{:.0} ms", ms(started.elapsed())));
    let mut times = Vec::new();
    for draft in more.iter().take(51) {
        let serial = records::serial(draft);
        let started = Instant::now();
        assert!(tablet.custody(&serial).is_ok(), "{serial}");
        times.push(started.elapsed());
    }
    times.sort_unstable();
    line(
        "an item by its exact serial and its chain, median",
        &format!("{:.2} ms, slowest {:.2} ms", ms(times[25]), ms(times[50])),
    );
    let partial = |draft| {
        let part: String = records::serial(draft).chars().skip(1).take(5).collect();
        let filter = ListFilter { serial: Some(part), limit: 50, ..ListFilter::default() };
        let started = Instant::now();
        assert!(!tablet.list(filter).unwrap().rows.is_empty());
        started.elapsed()
    };
    line(
        "first search, which opens what all documents are found by",
        &format!(
            "{:.0} ms, memory {} MB more than before opening",
            ms(partial(&more[0])),
            own_mb().saturating_sub(before)
        ),
    );
    let mut times: Vec<Duration> = more.iter().take(51).map(partial).collect();
    times.sort_unstable();
    line(
        "search by partial serial, median (asked: 50 ms)",
        &format!("{:.2} ms, slowest {:.2} ms", ms(times[25]), ms(times[50])),
    );
    let started = Instant::now();
    let words = ListFilter { text: Some("illegible bolt".to_owned()), limit: 50, ..ListFilter::default() };
    assert_eq!(tablet.list(words).unwrap().rows.len(), 50);
    line("search by two words", &format!("{:.2} ms", ms(started.elapsed())));
    let started = Instant::now();
    let absent = ListFilter { text: Some("kalahari".to_owned()), ..ListFilter::default() };
    assert!(tablet.list(absent).unwrap().rows.is_empty());
    line("search for a word that is nowhere", &format!("{:.2} ms", ms(started.elapsed())));
}

/// Memory of this process now.
fn own_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|kib| kib.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
