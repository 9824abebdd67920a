//! Bad links: waits are drawn and kept to, what is worth trying again is, and whoever began a sync may end it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::*;
use crate::{
    FileVault, HttpHeader, HttpRequest, HttpResponse, Platform, PlatformError, SyncProgress, SyncWatch, SystemPlatform,
    Transport, TransportError,
};

/// A platform on which waiting takes no time and is written down.
#[derive(Default)]
struct Patient {
    system: SystemPlatform,
    waits: Mutex<Vec<u64>>,
}

impl Platform for Patient {
    fn now_ms(&self) -> Result<i64, PlatformError> {
        self.system.now_ms()
    }
    fn monotonic_ms(&self) -> Result<u64, PlatformError> {
        self.system.monotonic_ms()
    }
    fn random(&self, count: u32) -> Result<Vec<u8>, PlatformError> {
        self.system.random(count)
    }
    fn wait(&self, ms: u64, _: &dyn Fn() -> bool) {
        self.waits.lock().unwrap().push(ms);
    }
}

/// Answers rounds of sync with this status so many times, then lets them through.
struct Moody {
    inner: Arc<FakeRegister>,
    left: AtomicU64,
    status: u32,
    retry_after: Option<&'static str>,
}

impl Transport for Moody {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let round = request.url.ends_with("/exchange") || request.url.ends_with("/stream");
        if round && self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok() {
            let header = |value: &str| HttpHeader { name: "retry-after".to_owned(), value: value.to_owned() };
            let headers = self.retry_after.iter().map(|value| header(value)).collect();
            return Ok(HttpResponse { status: self.status, headers, body: b"{\"code\":\"rate.requests\"}".to_vec() });
        }
        self.inner.send(request)
    }
}

fn on(dir: &Path, platform: Arc<Patient>, register: &Arc<FakeRegister>) -> Tablet {
    let vault = FileVault::new(&dir.join("no-backup").to_string_lossy());
    let tablet = Tablet::open_with(TabletConfig::new(&dir.to_string_lossy()), platform, Arc::new(vault)).unwrap();
    tablet.enrol(register.clone(), "http://register.test", "Amina", "A").unwrap();
    tablet.record(rifle("AB 1")).unwrap();
    tablet
}

#[test]
fn what_is_worth_trying_again_is_tried_again_and_a_time_that_is_asked_for_is_kept() {
    for (status, retry_after, least) in [
        (429, Some("7"), 7_000),
        (503, Some("2"), 2_000),
        (503, None, 0),
        (425, None, 0),
        (408, None, 0),
        (500, None, 0),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (register, platform) = (FakeRegister::new(), Arc::new(Patient::default()));
        let tablet = on(dir.path(), platform.clone(), &register);
        let moody = Moody { inner: register.clone(), left: AtomicU64::new(2), status, retry_after };
        let report = tablet.sync(Arc::new(moody)).unwrap();
        assert_eq!((report.pushed, report.interruptions), (1, 2), "{status}");
        let waits = platform.waits.lock().unwrap().clone();
        assert_eq!(waits.len(), 2);
        assert!(waits.iter().all(|ms| (least..=least + 500).contains(ms)), "{status}: {waits:?}");
    }
}

#[test]
fn a_sync_gives_up_politely_and_says_what_is_safe_and_what_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let (register, platform) = (FakeRegister::new(), Arc::new(Patient::default()));
    let tablet = on(dir.path(), platform.clone(), &register);
    let never = |retry_after| {
        Arc::new(Moody { inner: register.clone(), left: AtomicU64::new(u64::MAX), status: 503, retry_after })
    };
    let error = tablet.sync(never(None)).unwrap_err();
    assert_eq!(platform.waits.lock().unwrap().len(), 7, "seven waits, eight tries");
    assert!(error.data_safe && error.hint.contains("bytes are left to send"), "{}", error.hint);
    assert!(!error.hint.contains(" 0 bytes"), "{}", error.hint);

    let error = tablet.sync(never(Some("3600"))).unwrap_err();
    assert_eq!(platform.waits.lock().unwrap().len(), 7, "nobody waits an hour with a tablet in the hand");
    assert!(error.hint.contains("3600 s"), "{}", error.hint);
    assert_eq!(tablet.sync(register.clone()).unwrap().pushed, 1);
}

#[derive(Default)]
struct Watch {
    seen: Mutex<Vec<SyncProgress>>,
    stop_when_waiting: AtomicBool,
}

impl SyncWatch for Watch {
    fn progress(&self, progress: SyncProgress) {
        self.seen.lock().unwrap().push(progress);
    }
    fn cancelled(&self) -> bool {
        let waiting = self.seen.lock().unwrap().last().is_some_and(|p| p.waiting_ms > 0);
        waiting && self.stop_when_waiting.load(Ordering::SeqCst)
    }
}

#[test]
fn whoever_watches_is_told_what_is_left_and_may_end_it_while_it_waits() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    let tablet = enrolled(dir.path(), &register, "Amina");
    for n in 0..20 {
        tablet.record(rifle(&format!("AB {n}"))).unwrap();
    }
    let slow = Moody { inner: register.clone(), left: AtomicU64::new(9), status: 503, retry_after: Some("60") };
    let watch = Arc::new(Watch { stop_when_waiting: true.into(), ..Watch::default() });
    let began = std::time::Instant::now();
    let error = tablet.sync_watched(Arc::new(slow), watch.clone()).unwrap_err();
    assert_eq!(error.code, "sync.cancelled");
    assert!(error.data_safe && began.elapsed().as_secs() < 20, "a wait of a minute was ended");
    let left = watch.seen.lock().unwrap().last().unwrap().up_left;
    assert!(left > 0, "{left}");

    let watch = Arc::new(Watch::default());
    let report = tablet.sync_watched(register.clone(), watch.clone()).unwrap();
    assert_eq!(report.pushed, 20);
    let seen = watch.seen.lock().unwrap();
    assert_eq!((seen[0].up_left, seen[0].down_left), (left, None));
    let last = seen.last().unwrap();
    assert_eq!((last.up_left, last.down_left), (0, Some(0)));
    assert_eq!((last.up_done, last.down_done), (report.bytes_sent, report.bytes_received));
}

/// A link that was bad is begun with carefully next time, and trusted again once it works.
#[test]
fn what_was_found_of_a_link_is_remembered() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    let tablet = enrolled(dir.path(), &register, "Amina");
    tablet.record(rifle("AB 1")).unwrap();
    register.faults(|f| f.lose_answers = 1);
    tablet.sync(register.clone()).unwrap();
    let db = rusqlite::Connection::open(dir.path().join("tablet.db")).unwrap();
    let kept = || db.query_row("SELECT count(*) FROM kv WHERE key = 'link'", [], |row| row.get::<_, u32>(0)).unwrap();
    assert_eq!(kept(), 1);
    for n in 0..8 {
        tablet.record(rifle(&format!("AB {n}"))).unwrap();
        tablet.sync(register.clone()).unwrap();
    }
    assert_eq!((register.entries().len(), kept()), (9, 0));
}
