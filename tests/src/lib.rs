//! What the stories share: a real register on each database, tablets over real HTTP, and the shipped binary.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a story stops at the first surprise")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use mobile_ffi::{HttpTransport, Tablet, TabletConfig};
use ploughshare_core::identity::Role;
use ploughshare_server::app::{App, Settings};
use ploughshare_server::http;
use ploughshare_server::identity::{people, ticket};
use ploughshare_server::store::Target;

/// A register that listens on loopback, with one operation.
pub struct Register {
    /// The server's parts.
    pub app: Arc<App>,
    /// Its address.
    pub address: String,
    /// The operation.
    pub operation: ploughshare_server::store::identity::Operation,
    _files: tempfile::TempDir,
}

impl Register {
    /// Starts one on a database.
    pub async fn start(target: Target) -> Self {
        let files = tempfile::tempdir().unwrap();
        let settings = Settings { key_file: Some(files.path().join("register.key")), ..Settings::new(target) };
        let app = App::open(settings).await.unwrap();
        let address = serve(&app).await;
        let operation = people::open_operation(&app, "operator", "north", "North", true).await.unwrap();
        Self { app, address, operation, _files: files }
    }

    /// A second server on the same database.
    pub async fn second(&self) -> (Arc<App>, String) {
        let app = App::open(self.app.settings.clone()).await.unwrap();
        let address = serve(&app).await;
        (app, address)
    }

    /// An enrolled tablet of a new officer.
    pub async fn tablet(&self, name: &str, role: Role, dir: &Path) -> Arc<Tablet> {
        let officer = people::add_officer(&self.app, "operator", name).await.unwrap();
        people::grant(&self.app, "operator", &self.operation.id, &officer.id, role).await.unwrap();
        let issued = ticket::issue(&self.app, "operator", &self.operation.id, &officer.id, 10).await.unwrap();
        let tablet = Arc::new(Tablet::open(TabletConfig::new(&dir.join(name).display().to_string())).unwrap());
        let (enrolling, address, label) = (Arc::clone(&tablet), self.address.clone(), format!("{name}'s tablet"));
        let enrol = move || enrolling.enrol(Arc::new(HttpTransport::new()), &address, &issued.text, &label).map(|_| ());
        tokio::task::spawn_blocking(enrol).await.unwrap().unwrap();
        tablet
    }
}

async fn serve(app: &Arc<App>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(http::serve(Arc::clone(app), listener, std::future::pending::<()>()));
    address
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

/// A PostgreSQL to test on, with schemas of its own; says so when there is none.
pub fn postgres(name: &str) -> Option<Target> {
    let Some(url) = std::env::var("PLOUGHSHARE_TEST_POSTGRES").ok().filter(|url| !url.is_empty()) else {
        assert!(
            std::env::var("PLOUGHSHARE_REQUIRE_ALL").as_deref() != Ok("1"),
            "PLOUGHSHARE_REQUIRE_ALL=1 but PLOUGHSHARE_TEST_POSTGRES is not set"
        );
        eprintln!("PostgreSQL skipped: set PLOUGHSHARE_TEST_POSTGRES");
        return None;
    };
    let joint = if url.contains('?') { '&' } else { '?' };
    Some(Target::parse(&format!("{url}{joint}schema=s{}_{name}", std::process::id())).unwrap())
}

/// Tells a story on SQLite, and on PostgreSQL where there is one.
pub async fn on_both(name: &str, story: impl AsyncFn(Register)) {
    let dir = tempfile::tempdir().unwrap();
    story(Register::start(Target::SqliteDir(dir.path().join("register"))).await).await;
    if let Some(target) = postgres(name) {
        story(Register::start(target).await).await;
    }
}

/// The shipped `ploughshare`, built once.
pub fn ploughshare() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT
        .get_or_init(|| {
            let target = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
            let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
            let built =
                Command::new(cargo).args(["build", "--workspace", "--bins"]).current_dir(root).status().unwrap();
            assert!(built.success(), "the binaries are built");
            target.join("ploughshare")
        })
        .clone()
}
