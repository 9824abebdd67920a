//! Stories of the gate, with an app in memory.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::events::Hub;
use super::*;
use crate::engine::DeedProgress;
use crate::error::{ErrorKind, TabletError};
use crate::tests::register::FakeRegister;
use crate::transport::{HttpRequest, HttpResponse, Transport};
use crate::{ListFilter, Placing};

/// Carries requests to a register in memory.
struct Carried(Arc<FakeRegister>);

#[async_trait::async_trait]
impl HttpTransport for Carried {
    async fn execute(&self, request: HttpRequest) -> Result<HttpResponse, HostError> {
        self.0.send(request).map_err(|error| HostError::Interrupted { reason: error.to_string() })
    }
}

#[derive(Default)]
struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

impl KeyVault for Memory {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, HostError> {
        Ok(self.0.lock().unwrap().get(&name).cloned())
    }

    fn store(&self, name: String, secret: Vec<u8>) -> Result<(), HostError> {
        self.0.lock().unwrap().insert(name, secret);
        Ok(())
    }

    fn remove(&self, name: String) -> Result<(), HostError> {
        self.0.lock().unwrap().remove(&name);
        Ok(())
    }
}

/// Waits as a foreign caller does: without a runtime of tokio.
fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(done) => return done,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

fn text(value: &str) -> FieldValue {
    FieldValue::Text { value: value.to_owned() }
}

fn rifle(tag: &str) -> NewDocument {
    let pairs = [("kind", "weapon"), ("class", "ASR"), ("tag", tag), ("site", "north"), ("store", "A")];
    let fields = pairs.map(|(name, value)| (name.to_owned(), text(value)));
    NewDocument { kind: "item".to_owned(), fields: fields.into_iter().collect(), members: Vec::new() }
}

fn enrolled(dir: &std::path::Path) -> Arc<Tablet> {
    let config = OpenConfig {
        data_dir: dir.display().to_string(),
        up_bytes: None,
        down_bytes: None,
        idle_minutes: None,
        request_timeout_ms: 60_000,
    };
    let register = FakeRegister::new();
    let tablet = wait(Tablet::open(config, Arc::new(Carried(register)), Arc::new(Memory::default()), None)).unwrap();
    let enrolled =
        wait(tablet.enrol("http://register.test".to_owned(), "Amina".to_owned(), "Amina's".to_owned(), None));
    enrolled.unwrap();
    tablet
}

/// Panics while the store is locked and its transaction open.
struct Faulty;

impl DeedProgress for Faulty {
    fn advanced(&self, _: u64) {
        panic!("Zqx");
    }
}

#[test]
fn a_panic_is_an_incident_that_leaves_nothing_half_done_and_the_next_call_works() {
    let dir = tempfile::tempdir().unwrap();
    let tablet = enrolled(dir.path());
    let saved = wait(tablet.record(rifle("T-1"))).unwrap();
    let placing = || Placing { items: vec!["T-1".to_owned()], store: Some("B".to_owned()), ..Placing::default() };
    for faults in 1..=2 {
        let (moved, cursor) = (placing(), tablet.event_cursor());
        let failed = wait(tablet.core.change(move |engine| engine.move_items(moved, Some(Arc::new(Faulty)))));
        let Err(AppError::Internal { problem }) = failed else { panic!("{failed:?}") };
        assert_eq!((problem.incident.unwrap().len(), problem.data_safe, problem.retryable), (8, true, true));
        assert!(!problem.message.contains("Zqx") && !problem.advice.contains("Zqx"), "what was typed is not told");
        assert_eq!(tablet.event_cursor(), cursor, "nothing is said to have changed");
        let chain = wait(tablet.custody("T-1".to_owned())).unwrap();
        assert_eq!(chain.now.as_deref(), Some("north / A"), "after fault {faults}");
        assert_eq!(wait(tablet.status()).unwrap().entries_own, 1);
    }
    let moved = wait(tablet.move_items(placing(), None)).unwrap();
    assert_eq!((moved[0].line.item.as_str(), moved[0].now.as_str()), (saved.document.as_str(), "north / B"));
    assert_eq!(wait(tablet.sync(None, None, None)).unwrap().refused, 0);
    wait(tablet.shutdown()).unwrap();
}

#[test]
fn every_error_of_the_engine_is_one_case_and_says_all_that_it_said() {
    let case = |kind| {
        let error = TabletError { data_safe: false, ..TabletError::new(kind, "a.code", "what", "advice") };
        let error = AppError::from(error);
        let problem = error.problem().clone();
        assert_eq!(
            (problem.code.as_str(), problem.message.as_str(), problem.advice.as_str()),
            ("a.code", "what", "advice")
        );
        assert!(!problem.data_safe && problem.incident.is_none());
        (format!("{error:?}").split_whitespace().next().unwrap().to_owned(), problem.retryable)
    };
    let kinds = [
        (ErrorKind::Refused, "Refused", false),
        (ErrorKind::NotFound, "NotFound", false),
        (ErrorKind::NotEnrolled, "NotEnrolled", false),
        (ErrorKind::Transport, "Transport", true),
        (ErrorKind::Server, "Server", false),
        (ErrorKind::Storage, "Storage", false),
        (ErrorKind::Platform, "Platform", false),
        (ErrorKind::Internal, "Internal", false),
    ];
    for (kind, name, retryable) in kinds {
        assert_eq!(case(kind), (name.to_owned(), retryable));
    }
    let busy = TabletError::new(ErrorKind::Storage, "storage.busy", "what", "advice");
    assert!(AppError::from(busy).problem().retryable);
}

#[test]
fn values_come_back_as_they_were() {
    for json in [
        json!(null),
        json!(true),
        json!(-7),
        json!(i64::MAX),
        json!(-3.38),
        json!("7.62x39"),
        json!(["a", 1, null]),
        json!({ "lat": -3.38, "lon": 29.36, "accuracy_m": 8 }),
    ] {
        assert_eq!(serde_json::Value::from(FieldValue::from(json.clone())), json);
    }
    let no_number = FieldValue::Decimal { value: f64::NAN };
    let fields = HashMap::from([("year".to_owned(), no_number)]);
    let draft = NewDocument { kind: "item".to_owned(), fields, members: Vec::new() }.draft();
    assert_eq!(draft.unwrap_err().code, "edit.wrong_type");
}

#[test]
fn who_asks_too_late_is_told_that_something_was_missed() {
    let hub = Hub::default();
    for n in 0..1_500 {
        hub.tell(Event::DocumentsChanged { documents: vec![n.to_string()], others: false });
    }
    let late = wait(hub.next(0, 10, None));
    let first = Event::DocumentsChanged { documents: vec!["476".to_owned()], others: false };
    assert_eq!((late.missed, late.events.len(), late.cursor, &late.events[0]), (true, 10, 486, &first));
    let next = wait(hub.next(late.cursor, 10, None));
    assert_eq!((next.missed, next.cursor), (false, 496));
    let of_another_opening = wait(hub.next(9_999, 10, None));
    assert_eq!((of_another_opening.missed, of_another_opening.cursor), (true, 1_500));
}

#[test]
fn a_caller_without_a_runtime_drops_a_call_and_the_deed_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let tablet = enrolled(dir.path());
    for n in 0..20 {
        let mut saving = Box::pin(tablet.record_all((0..10).map(|i| rifle(&format!("T-{n}-{i}"))).collect()));
        let waker = std::task::Waker::noop();
        // Polled once, as a call is that is given up right away.
        drop(saving.as_mut().poll(&mut std::task::Context::from_waker(waker)));
        drop(saving);
    }
    wait(tablet.suspend()).unwrap();
    wait(tablet.resume()).unwrap();
    let said = wait(tablet.status()).unwrap().entries_own;
    assert_eq!(said % 10, 0, "all of a call or nothing");
    let filter = ListFilter { kind: Some("item".to_owned()), limit: 1_000, ..ListFilter::default() };
    assert_eq!(wait(tablet.list(filter)).unwrap().rows.len() as u64, said);
}

#[test]
fn the_surface_has_no_small_numbers_and_no_function_that_cannot_fail() {
    let surface = include_str!("../../api/mobile_ffi.api.txt");
    // Small numbers broke on 32-bit ARM more than once; a function that does not throw cannot report a panic in Swift.
    for small in ["u8", "i8", "u16", "i16", "f32"] {
        assert!(!surface.split(|c: char| !c.is_alphanumeric()).any(|word| word == small), "{small}");
    }
    let quiet = ["state(", "event_cursor(", "cancel(", "is_cancelled(", "is_active(", "new("];
    for line in surface.lines().filter(|line| line.contains("fn ") || line.contains("constructor ")) {
        let allowed = quiet.iter().any(|name| line.contains(name));
        assert!(line.contains(" throws ") || allowed, "{line}");
    }
}
