//! What the stories share: a real register on each database, tablets over real HTTP, and the shipped binary.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a story stops at the first surprise")]

pub mod hand;
pub mod program;
pub mod state;
pub mod tale;
pub mod web;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use mobile_ffi::{HttpTransport, Tablet, TabletConfig};
use ploughshare_core::identity::Role;
use ploughshare_core::ids::OfficerId;
use ploughshare_core::keys::SecretKey;
use ploughshare_server::app::{App, Settings};
use ploughshare_server::clock::{Clock, SystemClock};
use ploughshare_server::http;
use ploughshare_server::identity::{people, ticket};
use ploughshare_server::store::Target;
use ploughshare_server::{projection, rebuild};
use serde_json::Value as Json;

pub use program::ploughshare;
pub use web::{Reply, Web};

/// A passphrase that everybody in the stories has.
pub const PASSPHRASE: &str = "a field of barley in June";

/// The machine's clock, which a story may set forward.
#[derive(Debug, Default)]
pub struct StoryClock(AtomicI64);

impl StoryClock {
    /// Sets it forward.
    pub fn forward(&self, by: Duration) {
        self.0.fetch_add(by.as_micros() as i64, Ordering::SeqCst);
    }
}

impl Clock for StoryClock {
    fn now_us(&self) -> i64 {
        SystemClock.now_us() + self.0.load(Ordering::SeqCst)
    }
}

/// A register that listens on loopback, with one operation.
pub struct Register {
    /// The server's parts.
    pub app: Arc<App>,
    /// Its address.
    pub address: String,
    /// The operation.
    pub operation: ploughshare_server::store::identity::Operation,
    /// Its clock.
    pub clock: Arc<StoryClock>,
    _files: tempfile::TempDir,
}

impl Register {
    /// Starts one on a database.
    pub async fn start(target: Target) -> Self {
        Self::start_with(target, |_| ()).await
    }

    /// The same with other settings.
    pub async fn start_with(target: Target, change: impl FnOnce(&mut Settings)) -> Self {
        let files = tempfile::tempdir().unwrap();
        let mut settings = Settings { key_file: Some(files.path().join("register.key")), ..Settings::new(target) };
        // Stories ask faster than people do; what limits are for has a story of its own.
        settings.requests_per_minute = 100_000;
        change(&mut settings);
        let clock = Arc::new(StoryClock::default());
        let app = App::open_with(settings, Arc::<StoryClock>::clone(&clock)).await.unwrap();
        let address = serve(&app).await;
        let operation = people::open_operation(&app, "operator", "north", "North", true).await.unwrap();
        Self { app, address, operation, clock, _files: files }
    }

    /// A second server on the same database.
    pub async fn second(&self) -> (Arc<App>, String) {
        let app = App::open(self.app.settings.clone()).await.unwrap();
        let address = serve(&app).await;
        (app, address)
    }

    /// A client without a token.
    pub fn web(&self) -> Web {
        Web::new(&self.address)
    }

    /// A new officer with a role and the passphrase.
    pub async fn officer(&self, name: &str, role: Role) -> OfficerId {
        let officer = people::add_officer(&self.app, "operator", name).await.unwrap();
        people::grant(&self.app, "operator", &self.operation.id, &officer.id, role).await.unwrap();
        people::set_passphrase(&self.app, "operator", &officer.id, PASSPHRASE.to_owned()).await.unwrap();
        officer.id
    }

    /// A client of a new officer who has signed in at the console.
    pub async fn signed_in(&self, name: &str, role: Role) -> Web {
        let officer = self.officer(name, role).await;
        let said = serde_json::json!({ "officer": officer.to_string(), "passphrase": PASSPHRASE });
        let token = self.web().post("/api/v1/session", &said).good();
        self.web().with(token.get("token").and_then(Json::as_str).unwrap())
    }

    /// A ticket for a new officer with a role.
    pub async fn ticket(&self, name: &str, role: Role) -> String {
        let officer = people::add_officer(&self.app, "operator", name).await.unwrap();
        people::grant(&self.app, "operator", &self.operation.id, &officer.id, role).await.unwrap();
        ticket::issue(&self.app, "operator", &self.operation.id, &officer.id, 10).await.unwrap().text
    }

    /// An enrolled tablet of a new officer.
    pub async fn tablet(&self, name: &str, role: Role, dir: &Path) -> Arc<Tablet> {
        let ticket = self.ticket(name, role).await;
        let tablet = Arc::new(Tablet::open(TabletConfig::new(&dir.join(name).display().to_string())).unwrap());
        let (enrolling, address, label) = (Arc::clone(&tablet), self.address.clone(), format!("{name}'s tablet"));
        let enrol = move || enrolling.enrol(Arc::new(HttpTransport::new()), &address, &ticket, &label).map(|_| ());
        tokio::task::spawn_blocking(enrol).await.unwrap().unwrap();
        tablet
    }

    /// Waits until everything admitted is in the register.
    pub async fn current(&self) {
        assert!(projection::wait_until_current(&self.app, Duration::from_secs(30)).await.unwrap());
    }

    /// The register's tables are what the statements add up to.
    pub async fn is_rebuilt_equal(&self) {
        let mut progress = |_: u64, _: u64| {};
        let report = rebuild::check(&self.app, &mut progress).await.unwrap();
        assert!(report.is_equal(), "{report:?}");
    }
}

async fn serve(app: &Arc<App>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(http::serve(Arc::clone(app), listener, std::future::pending::<()>()));
    address
}

/// What a tablet with this key says to enrol by a ticket.
pub fn ticket_of(key: &SecretKey, ticket: &str, label: &str) -> Json {
    let public = hex::encode(key.public().as_bytes());
    let signature = hex::encode(key.sign(format!("ploughshare enrolment v1\n{ticket}\n{public}").as_bytes()));
    serde_json::json!({ "ticket": ticket, "public_key": public, "label": label, "signature": signature })
}

/// Runs blocking work of a tablet beside the server.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// Syncs a tablet.
pub async fn sync(tablet: &Arc<Tablet>) -> mobile_ffi::SyncReport {
    let tablet = Arc::clone(tablet);
    blocking(move || tablet.sync(Arc::new(HttpTransport::new()))).await.unwrap()
}

/// Opens the tablet in a folder.
pub fn reopened(dir: &Path) -> Arc<Tablet> {
    Arc::new(Tablet::open(TabletConfig::new(&dir.display().to_string())).unwrap())
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let (file, target): (_, PathBuf) = file.map(|file| (file.path(), to.join(file.file_name()))).unwrap();
        if file.is_dir() {
            copy_folder(&file, &target);
        } else {
            std::fs::copy(file, target).unwrap();
        }
    }
}

/// The address of a PostgreSQL to test on, with schemas of its own; says so when there is none.
pub fn postgres_url(name: &str) -> Option<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let Some(url) = std::env::var("PLOUGHSHARE_TEST_POSTGRES").ok().filter(|url| !url.is_empty()) else {
        assert!(
            std::env::var("PLOUGHSHARE_REQUIRE_ALL").as_deref() != Ok("1"),
            "PLOUGHSHARE_REQUIRE_ALL=1 but PLOUGHSHARE_TEST_POSTGRES is not set"
        );
        eprintln!("PostgreSQL skipped: set PLOUGHSHARE_TEST_POSTGRES");
        return None;
    };
    let joint = if url.contains('?') { '&' } else { '?' };
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Some(format!("{url}{joint}schema=s{}_{number}_{name}", std::process::id()))
}

/// A PostgreSQL to test on, with schemas of its own; says so when there is none.
pub fn postgres(name: &str) -> Option<Target> {
    postgres_url(name).map(|url| Target::parse(&url).unwrap())
}

/// Tells a story on SQLite, and on PostgreSQL where there is one.
pub async fn on_both(name: &str, story: impl AsyncFn(Register)) {
    on_both_with(name, |_| (), story).await;
}

/// The same with other settings.
pub async fn on_both_with(name: &str, change: impl Fn(&mut Settings), story: impl AsyncFn(Register)) {
    let dir = tempfile::tempdir().unwrap();
    story(Register::start_with(Target::SqliteDir(dir.path().join("register")), &change).await).await;
    if let Some(target) = postgres(name) {
        story(Register::start_with(target, &change).await).await;
    }
}
