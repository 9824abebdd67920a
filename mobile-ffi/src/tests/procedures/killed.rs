//! Killed with `kill -9` at any moment: a destruction is closed on all its documents or on none, and no mark is given twice.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::*;
use crate::{ItemResult, Marking, NewDestruction, NewSession};

/// Names the store of the child process and what it does; without it the child does nothing.
const WORK: &str = "PLOUGHSHARE_TEST_KILL_WORK";

/// Runs in a process of its own until it is killed or done.
#[test]
fn child_that_works_until_it_is_killed() {
    let Ok(work) = std::env::var(WORK) else { return };
    let (dir, what) = work.split_once('|').unwrap();
    let tablet = reopened(Path::new(dir));
    if let Some(id) = what.strip_prefix("close ") {
        eprintln!("begun");
        tablet.destruction_close(id, false, None).unwrap();
        return;
    }
    for n in 1.. {
        let marking = Marking { item: format!("T-{n:03}"), location: "RCV".to_owned(), ..Marking::default() };
        match tablet.mark(&marking) {
            Ok(given) => eprintln!("given {}", given.mark),
            Err(error) if error.code == "marks.already" => {}
            Err(_) => return,
        }
    }
}

/// Lets the child work so long and kills it; gives what it said.
fn killed_after(dir: &Path, what: &str, wait: Duration) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["tests::procedures::killed::child_that_works_until_it_is_killed", "--exact", "--nocapture"])
        .env(WORK, format!("{}|{what}", dir.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut said = Vec::new();
    // The clock runs from the first word on, however long the process took to start.
    said.extend(lines.by_ref().find(|line| line.starts_with("begun") || line.starts_with("given ")));
    std::thread::sleep(wait);
    drop(child.kill());
    child.wait().unwrap();
    said.extend(lines.filter(|line| line.starts_with("given ")));
    said
}

#[test]
fn a_destruction_is_closed_on_all_its_items_or_on_none() {
    let world = World::new();
    world.without_approval();
    let amina = world.tablet("Amina", &[]);
    let items = rifles(&amina, 120, "north", "A");
    world.sync(&[&amina]);
    let selma = world.tablet("Selma", &[Role::Supervisor]);
    let new = NewDestruction {
        site: "north".to_owned(),
        method: "SHR".to_owned(),
        authority: "Ministry".to_owned(),
        authorisation: "1".to_owned(),
        items: tags(1, 120),
        ..NewDestruction::default()
    };
    let id = selma.destruction_plan(&new, None).unwrap().destruction.document;
    selma.destruction_start(&id, false).unwrap();
    for tag in tags(1, 120) {
        let result = ItemResult { item: tag, result: "complete".to_owned(), ..ItemResult::default() };
        selma.destruction_result(&id, &result).unwrap();
    }
    drop(selma);
    let dir = world.dir.path().join("Selma");
    let mut killed = 0;
    for round in 0..60_u64 {
        killed_after(&dir, &format!("close {id}"), Duration::from_millis(1 + round * 9));
        let tablet = reopened(&dir);
        let destroyed = items.iter().filter(|item| value(&tablet, item, "status") == Some("destroyed".into())).count();
        let closed = tablet.destruction(&id).unwrap().state.as_deref() == Some("closed");
        assert_eq!(destroyed, if closed { 120 } else { 0 }, "round {round}");
        if closed {
            break;
        }
        killed += 1;
    }
    let selma = reopened(&dir);
    if selma.destruction(&id).unwrap().state.as_deref() != Some("closed") {
        selma.destruction_close(&id, false, None).unwrap();
    }
    assert!(killed > 0, "it was killed in the middle at least once");
    world.sync(&[&selma, &amina]);
    assert_eq!(amina.stock(Some("north"), Some("A"), None, false).unwrap()[0].weapons.destroyed, 120);
}

#[test]
fn no_mark_is_given_twice_and_none_that_was_shown_is_lost() {
    let world = World::new();
    let amina = world.tablet("Amina", &[]);
    let items = rifles(&amina, 150, "north", "A");
    amina.marks_reserve(world.register.clone(), "*BI", 400).unwrap();
    let session = NewSession { machine: "Couth".to_owned(), method: "STP".to_owned(), ..NewSession::default() };
    amina.marking_session_open(&session).unwrap();
    drop(amina);
    let dir = world.dir.path().join("Amina");
    let mut shown: Vec<String> = Vec::new();
    for round in 0..8_u64 {
        let said = killed_after(&dir, "mark", Duration::from_millis(5 + round * 13));
        shown.extend(said.iter().filter_map(|line| line.strip_prefix("given ")).map(str::to_owned));
    }
    let amina = reopened(&dir);
    let mut borne = Vec::new();
    for item in &items {
        let view = amina.show(item).unwrap();
        let text =
            |f: &crate::FieldView| f.path.ends_with("/text") && f.value.as_str().is_some_and(|t| t.starts_with("*BI"));
        let marks: Vec<_> =
            view.fields.iter().filter(|f| text(f)).map(|f| f.value.as_str().unwrap().to_owned()).collect();
        assert!(marks.len() <= 1, "an item got two: {marks:?}");
        borne.extend(marks);
    }
    let different: BTreeSet<&String> = borne.iter().collect();
    assert_eq!(different.len(), borne.len(), "no number twice");
    assert_eq!(amina.marks_status().unwrap().given, borne.len() as u64);
    assert!(shown.len() >= 8 && shown.iter().all(|mark| different.contains(mark)), "{} shown", shown.len());
}
