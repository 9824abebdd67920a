//! The tablet as an app holds it: the suites in Python and Kotlin against the shipped server, the example apps, and the surface that must
//! not change unnoticed. Tools that are missing are named, and with PLOUGHSHARE_REQUIRE_ALL their absence fails.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;

use ploughshare_tests::ploughshare;
use ploughshare_tests::program::Place;

/// What a script answers with when a tool is missing.
const MISSING: i32 = 3;

/// One at a time: each has cargo build the library.
static ONE: Mutex<()> = Mutex::new(());

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A script of the mobile room, without what cargo tells a test about its own package.
fn script(path: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(root().join(path));
    command.args(arguments).current_dir(root()).stdin(Stdio::null()).env("PLOUGHSHARE_PROGRAM", ploughshare());
    let of_package = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for name in std::env::vars().map(|(name, _)| name).filter(|name| of_package(name)) {
        command.env_remove(name);
    }
    command
}

/// Whether it ran well; false where a tool is missing and that is allowed.
fn ran(output: &Output, what: &str) -> bool {
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.code() == Some(MISSING) {
        assert!(std::env::var_os("PLOUGHSHARE_REQUIRE_ALL").is_none(), "{what}: {said}");
        eprintln!("skipped: {what}: {said}");
        return false;
    }
    assert!(output.status.success(), "{what}:\n{said}");
    true
}

#[test]
fn what_the_library_exports_is_what_was_written_down() {
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let output = script("mobile-ffi/package", &["api"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let golden = std::fs::read_to_string(root().join("mobile-ffi/api/mobile_ffi.api.txt")).unwrap();
    let exported = String::from_utf8(output.stdout).unwrap();
    let differs = exported.lines().zip(golden.lines()).find(|(now, then)| now != then);
    assert!(
        exported == golden,
        "the surface changed, first at {differs:?}: apps are built on it. If that is meant, run `mobile-ffi/package api \
         mobile-ffi/api/mobile_ffi.api.txt` and say it in CHANGELOG.md"
    );
}

#[test]
fn the_python_suite_passes_and_calls_everything() {
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let output = script("mobile-ffi/python/run", &[]).output().unwrap();
    if ran(&output, "the Python suite") {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("exported functions was called"), "{said}");
    }
}

#[test]
fn the_kotlin_suite_passes_on_a_jvm() {
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let output = script("mobile-ffi/kotlin/run", &[]).output().unwrap();
    if ran(&output, "the Kotlin suite") {
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains(" passed, 0 failed"), "{said}");
    }
}

#[test]
fn the_example_apps_spend_a_day_in_the_field() {
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let dir = tempfile::tempdir().unwrap();
    let place = Place::sqlite(&dir.path().join("register"));
    place.good(&["operation", "create", "--code", "north", "--name", "North"]);
    let server = place.serve("127.0.0.1:0");
    for (language, path) in [("python", "mobile-ffi/python/run"), ("kotlin", "mobile-ffi/kotlin/run")] {
        place.good(&["officer", "add", "--name", language, "--operation", "north", "--role", "collector"]);
        let ticket = place.good(&["ticket", "--operation", "north", "--officer", language]);
        let ticket = ticket.get("ticket").and_then(serde_json::Value::as_str).unwrap().to_owned();
        let folder = dir.path().join(language).display().to_string();
        let output = script(path, &["--example", &server.address, &ticket, &folder]).output().unwrap();
        if ran(&output, language) {
            let said = String::from_utf8_lossy(&output.stdout);
            for line in [
                "enrolled in North",
                "transport.offline",
                "2 statements wait",
                "the register has it: receipted, and it counts",
            ] {
                assert!(said.contains(line), "{language}: {line}: {said}");
            }
        }
    }
}
