//! Killed at any moment, a tablet opens again with everything that it had acknowledged.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::*;

/// Names the store of the child process; without it the child does nothing.
const STORE: &str = "PLOUGHSHARE_TEST_KILL_STORE";

/// Runs in a process of its own: records and edits for ever, saying each id once it is saved.
#[test]
fn child_that_records_until_it_is_killed() {
    let Ok(dir) = std::env::var(STORE) else { return };
    let tablet = reopened(Path::new(&dir));
    for n in 0_u64.. {
        let saved = tablet.record(rifle(&format!("K{n:05}"))).unwrap();
        let edited = tablet.edit_json(&saved.document, r#"{"year": 1974}"#).unwrap();
        eprintln!("saved {} {}", edited.document, edited.entry);
    }
}

#[test]
fn killed_twenty_times_every_acknowledged_statement_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let register = FakeRegister::new();
    drop(enrolled(dir.path(), &register, "Amina"));
    let mut acknowledged: Vec<(String, String)> = Vec::new();
    for round in 0..20_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["tests::kill::child_that_records_until_it_is_killed", "--exact", "--nocapture"])
            .env(STORE, dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = child.stderr.take().unwrap();
        let reader = std::thread::spawn(move || {
            let lines = BufReader::new(stderr).lines().map_while(Result::ok);
            lines.filter_map(|l| l.strip_prefix("saved ").map(str::to_owned)).collect::<Vec<_>>()
        });
        std::thread::sleep(Duration::from_millis(120 + (round * 37) % 150));
        child.kill().unwrap();
        child.wait().unwrap();
        let pairs = reader.join().unwrap();
        acknowledged.extend(pairs.iter().filter_map(|l| l.split_once(' ')).map(|(d, e)| (d.to_owned(), e.to_owned())));

        let begun = Instant::now();
        let tablet = reopened(dir.path());
        assert!(begun.elapsed() < Duration::from_secs(2));
        let status = tablet.status().unwrap();
        assert_eq!((status.journals, status.waiting.len()), (1, 0));
        for (document, entry) in acknowledged.iter().rev().take(20) {
            let view = tablet.show(document).unwrap();
            assert_eq!(&view.heads, std::slice::from_ref(entry));
            assert_eq!(view.value("year"), Some(serde_json::json!(1974)));
        }
        if round % 5 == 4 {
            tablet.sync(register.clone()).unwrap();
        }
    }
    assert!(acknowledged.len() >= 20, "only {} saves in all", acknowledged.len());
    let tablet = reopened(dir.path());
    tablet.sync(register.clone()).unwrap();
    let status = tablet.status().unwrap();
    let entries = register.entries();
    assert_eq!(entries.len() as u64, status.entries_own);
    let there: std::collections::BTreeSet<String> = entries.iter().map(ToString::to_string).collect();
    assert_eq!(there.len(), entries.len());
    for (document, entry) in &acknowledged {
        assert!(there.contains(entry), "{document}");
    }
}
