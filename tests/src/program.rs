//! The shipped `ploughshare`: built once, run with a data directory, killed when a story ends.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value as Json;

/// The shipped `ploughshare`, built once.
pub fn ploughshare() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT
        .get_or_init(|| {
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
        .clone()
}

/// A register for the command line: a data directory and, on PostgreSQL, an address.
#[derive(Debug, Clone)]
pub struct Place {
    /// The data directory.
    pub data: PathBuf,
    /// The address of a PostgreSQL database.
    pub database: Option<String>,
}

impl Place {
    /// On SQLite, in a directory.
    pub fn sqlite(data: &Path) -> Self {
        Self { data: data.to_owned(), database: None }
    }

    /// A command line about this register.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(ploughshare());
        command.args(arguments).arg("--data").arg(&self.data);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PLOUGHSHARE_")) {
            command.env_remove(name);
        }
        if let Some(url) = &self.database {
            command.env("PLOUGHSHARE_DATABASE_URL", url);
        }
        command
    }

    /// Runs it with `--json`: exit code, what it printed, and what went to standard error.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(&[arguments, &["--json"]].concat()).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs it with `--json`; it must do what it was asked to.
    pub fn good(&self, arguments: &[&str]) -> Json {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
        ran.json
    }

    /// Starts a server and waits until it listens.
    pub fn serve(&self, listen: &str) -> Server {
        self.serve_with(listen, &[], Stdio::null())
    }

    /// The same with more arguments and somewhere for its log.
    pub fn serve_with(&self, listen: &str, more: &[&str], log: Stdio) -> Server {
        let mut command = self.command(&[&["serve", "--json", "--listen", listen], more].concat());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Json = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: `{line}`"));
        let address = said.get("listening").and_then(Json::as_str).unwrap().to_owned();
        let setup = said.get("setup").and_then(Json::as_str).map(str::to_owned);
        Server { child, address, setup }
    }
}

/// What a command line did.
#[derive(Debug, Clone)]
pub struct Ran {
    /// Its exit code; none if it was killed.
    pub code: Option<i32>,
    /// What it printed, which must be one JSON value and nothing else.
    pub json: Json,
    /// What went to standard error.
    pub errors: String,
}

impl Ran {
    /// Reads the output of a command line that was asked for JSON.
    pub fn of(output: &Output) -> Self {
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: `{text}` {errors}"));
        Self { code: output.status.code(), json, errors }
    }

    /// The stable code of a failure.
    pub fn failure(&self) -> &str {
        self.json.get("code").and_then(Json::as_str).unwrap_or_default()
    }
}

/// A running server, killed when this is dropped.
#[derive(Debug)]
pub struct Server {
    /// The process.
    pub child: Child,
    /// Where it listens.
    pub address: String,
    /// The one-time link for the first administrator.
    pub setup: Option<String>,
}

impl Server {
    /// Kills it at once, as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
