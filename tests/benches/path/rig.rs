//! A real server as a process of its own, tablets beside it, and a proxy that counts what crosses the wire.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mobile_ffi::{
    BatchOutcome, BatchRow, Draft, HttpRequest, HttpResponse, HttpTransport, Tablet, TabletConfig, Transport,
    TransportError,
};

pub fn line(what: &str, figure: &str) {
    println!("{what:<84} {figure}");
}

/// A server on an empty folder.
pub struct Rig {
    server: Child,
    data: tempfile::TempDir,
    address: String,
    proxy: String,
    wire: Arc<AtomicU64>,
}

impl Drop for Rig {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

/// The server, built as it is shipped.
fn binary() -> PathBuf {
    // Together with this package, so that both are built with the same features of their libraries.
    let packages = ["-p", "ploughshare-server", "-p", "ploughshare-tests", "--bins"];
    if let Some(cargo) = std::env::var_os("CARGO") {
        let built = Command::new(cargo).args(["build", "--release"]).args(packages).status().unwrap();
        assert!(built.success(), "the server is built");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("target"), PathBuf::from);
    target.join("release").join("ploughshare")
}

impl Rig {
    pub fn start() -> Self {
        let binary = binary();
        let data = tempfile::tempdir().unwrap();
        let mut server = Command::new(&binary)
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(data.path())
            .env("PLOUGHSHARE_REQUESTS_PER_MINUTE", "100000")
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let said: serde_json::Value = serde_json::from_str(&first).unwrap();
        let listening = said["listening"].as_str().unwrap().trim_start_matches("http://").to_owned();
        let wire = Arc::default();
        let proxy = counting_proxy(listening.clone(), Arc::clone(&wire));
        let rig = Self { server, data, address: format!("http://{listening}"), proxy, wire };
        rig.run(&["operation", "create", "--code", "bench", "--name", "Bench", "--training"]);
        rig.run(&["officer", "add", "--name", "Collector", "--operation", "bench", "--role", "collector"]);
        rig
    }

    fn run(&self, arguments: &[&str]) -> serde_json::Value {
        let ran =
            Command::new(binary()).args(arguments).args(["--json", "--data"]).arg(self.data.path()).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        serde_json::from_slice(&ran.stdout).unwrap()
    }

    /// An enrolled tablet.
    pub fn tablet(&self, dir: &Path, label: &str) -> Tablet {
        let ticket = self.run(&["ticket", "--operation", "bench", "--officer", "Collector"]);
        let tablet = Tablet::open(TabletConfig::new(&dir.display().to_string())).unwrap();
        let transport = Arc::new(HttpTransport::new());
        tablet.enrol(transport, &self.address, ticket["ticket"].as_str().unwrap(), label).unwrap();
        tablet
    }

    /// A rule is switched (`enable` or `disable`), so that all rules are run again over the whole operation.
    pub fn tune(&self, how: &str) {
        self.run(&["rules", how, "R26", "--operation", "bench"]);
    }

    /// Address of the proxy that counts.
    pub fn proxy(&self) -> (String, String) {
        (self.address.clone(), self.proxy.clone())
    }

    /// Bytes that crossed the proxy, both ways.
    pub fn wire_bytes(&self) -> u64 {
        self.wire.load(Ordering::SeqCst)
    }

    /// Waits until everything admitted is in the register.
    pub fn wait_until_current(&self, at_most: Duration) -> bool {
        let deadline = Instant::now() + at_most;
        while Instant::now() < deadline {
            let body =
                ureq::get(format!("{}/readyz", self.address)).call().unwrap().body_mut().read_to_string().unwrap();
            let said: serde_json::Value = serde_json::from_str(&body).unwrap();
            if said["segments"] == said["projected"] {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// The server's peak memory.
    pub fn peak_mb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.server.id())).unwrap_or_default();
        let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or("VmHWM: 0");
        line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
    }
}

/// Passes bytes on to the server and counts them.
fn counting_proxy(server: String, wire: Arc<AtomicU64>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(&server) else { continue };
            drop((client.set_nodelay(true), server.set_nodelay(true)));
            for (mut from, mut to) in [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)] {
                let wire = Arc::clone(&wire);
                std::thread::spawn(move || {
                    let mut buffer = vec![0; 64 * 1024];
                    while let Ok(n) = from.read(&mut buffer) {
                        if n == 0 || to.write_all(&buffer[..n]).is_err() {
                            break;
                        }
                        wire.fetch_add(n as u64, Ordering::SeqCst);
                    }
                    drop(to.shutdown(std::net::Shutdown::Both));
                });
            }
        }
    });
    address
}

/// A transport that measures how long exchanges take, and goes by the proxy if there is one.
pub struct Timed {
    inner: HttpTransport,
    by: Option<(String, String)>,
    spent: Mutex<Duration>,
    first: Mutex<Option<Instant>>,
}

impl Timed {
    pub fn new(by: Option<(String, String)>) -> Self {
        Self { inner: HttpTransport::new(), by, spent: Mutex::default(), first: Mutex::default() }
    }

    pub fn direct() -> Self {
        Self::new(None)
    }

    /// Seconds between sending exchanges and having their answers.
    pub fn seconds(&self) -> f64 {
        self.spent.lock().unwrap().as_secs_f64()
    }

    /// When the last answer to an exchange that brought something was here.
    pub fn first_receipts(&self) -> Instant {
        self.first.lock().unwrap().unwrap()
    }
}

impl Transport for Timed {
    fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, TransportError> {
        if let Some((address, proxy)) = &self.by {
            request.url = request.url.replace(address, proxy);
        }
        let exchange = request.url.ends_with("/exchange");
        let brings = request.body.len() > 1_000;
        let started = Instant::now();
        let answer = self.inner.send(request);
        if exchange {
            *self.spent.lock().unwrap() += started.elapsed();
            if brings {
                *self.first.lock().unwrap() = Some(Instant::now());
            }
        }
        answer
    }
}

/// Records drafts in one transaction a thousand.
pub fn fill(tablet: &Tablet, records: &[Draft]) {
    for (n, chunk) in records.chunks(1_000).enumerate() {
        let row = |(i, draft): (usize, &Draft)| {
            let tag = draft.fields.get("tag").and_then(mobile_ffi::Value::as_text).unwrap_or_default();
            BatchRow { row_id: format!("{tag}/{n}/{i}"), content_hash: String::new(), draft: draft.clone() }
        };
        let done = tablet.record_batch(chunk.iter().enumerate().map(row).collect()).unwrap();
        let lost = done.iter().find(|o| !matches!(o, BatchOutcome::Recorded(_)));
        assert!(lost.is_none(), "every record is taken: {lost:?}");
    }
}

/// Seals what was recorded by a sync that reaches nobody.
pub fn seal_only(tablet: &Tablet) {
    struct Nobody;
    impl Transport for Nobody {
        fn send(&self, _: HttpRequest) -> Result<HttpResponse, TransportError> {
            Err(TransportError::Offline { message: "sealing only".to_owned() })
        }
    }
    drop(tablet.sync(Arc::new(Nobody)));
}
