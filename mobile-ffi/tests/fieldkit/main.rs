//! Stories through the shipped `fieldkit`, against the shipped `ploughshare` over HTTP on loopback.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod canary;
mod copied;
mod imports;
mod killed;
mod officers;
mod refused;
mod sealed;
mod site;
mod work;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value as Json;

/// The shipped `ploughshare`, built once.
fn ploughshare() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let target = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut build = Command::new(cargo);
        build.args(["build", "--workspace", "--bins"]).current_dir(root);
        // What cargo tells a test of its package would make build scripts of dependencies run again.
        let of_package = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        for name in std::env::vars().map(|(name, _)| name).filter(|name| of_package(name)) {
            build.env_remove(name);
        }
        let built = build.status().unwrap();
        assert!(built.success(), "the binaries are built");
        target.join("ploughshare")
    })
}

/// A register that runs, with an operation and two officers.
struct World {
    dir: tempfile::TempDir,
    server: Child,
    address: String,
}

impl Drop for World {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut server = Command::new(ploughshare())
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(dir.path().join("register"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Json = serde_json::from_str(&line).unwrap();
        let world = Self { dir, server, address: said["listening"].as_str().unwrap().to_owned() };
        world.register(&["operation", "create", "--code", "north", "--name", "North"]);
        for name in ["Amina", "Joseph"] {
            world.register(&["officer", "add", "--name", name, "--operation", "north", "--role", "inspector"]);
        }
        world
    }

    /// Whether the register's command line did as asked, and what it answered.
    fn asked(&self, arguments: &[&str]) -> (bool, Json) {
        let mut command = Command::new(ploughshare());
        let ran = command.args(arguments).args(["--json", "--data"]).arg(self.dir.path().join("register")).output();
        let ran = ran.unwrap();
        let said = serde_json::from_slice(&ran.stdout);
        (ran.status.success(), said.unwrap_or_else(|_| Json::from(String::from_utf8_lossy(&ran.stderr))))
    }

    fn register(&self, arguments: &[&str]) -> Json {
        let (done, said) = self.asked(arguments);
        assert!(done, "{arguments:?}: {said}");
        said
    }

    /// A store that is not enrolled.
    fn store(&self, name: &str) -> Store {
        Store(self.dir.path().join(name))
    }

    /// A tablet of this officer.
    fn tablet(&self, name: &str, officer: &str) -> Store {
        let ticket = self.register(&["ticket", "--operation", "north", "--officer", officer]);
        let store = self.store(name);
        let ticket = ticket["ticket"].as_str().unwrap();
        store.good(&["enrol", "--server", &self.address, "--ticket", ticket, "--label", name]);
        store
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_string_lossy().into_owned()
    }
}

/// The header of lists to import.
const HEADER: &str = "Type,Make,Model,Calibre,Serial number\n";

/// So many rows below it.
fn rows(count: u32) -> String {
    let rows: Vec<String> = (0..count).map(|n| format!("Assault rifle,Izhmash,AKM,7.62x39,KV {n:07}\n")).collect();
    rows.concat()
}

/// The folder of a tablet's store.
struct Store(PathBuf);

/// What a run of `fieldkit` came to.
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Store {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fieldkit"));
        command.arg("--store").arg(&self.0).args(arguments).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let ran = self.command(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: ran.status.code(), out: text(ran.stdout), err: text(ran.stderr) }
    }

    /// What it prints for people; it must succeed.
    fn good(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
        ran.out
    }

    /// What it answers as JSON; it must succeed.
    fn json(&self, arguments: &[&str]) -> Json {
        serde_json::from_str(&self.good(&[arguments, &["--json"]].concat())).unwrap()
    }

    /// The id of a document recorded now.
    fn record(&self, arguments: &[&str]) -> String {
        let saved = self.json(&[&["record"], arguments].concat());
        saved["document"].as_str().unwrap().to_owned()
    }

    fn found(&self, filter: &[&str]) -> usize {
        self.json(&[&["list"], filter].concat())["rows"].as_array().unwrap().len()
    }

    fn documents(&self) -> u64 {
        self.json(&["status"])["documents"].as_u64().unwrap()
    }
}
