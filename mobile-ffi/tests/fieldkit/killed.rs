//! Killed with `kill -9` at any moment, `fieldkit` keeps what it had acknowledged and goes on.

use std::time::Duration;

use super::*;

#[test]
fn killed_while_saving_every_record_that_was_acknowledged_is_there_and_reaches_the_register() {
    let world = World::new();
    let (tablet, reader) = (world.tablet("a", "Amina"), world.tablet("b", "Joseph"));
    let mut acknowledged = Vec::new();
    let mut killed = 0;
    for round in 0..40_u64 {
        let serial = format!("K {round:04}");
        let arguments = ["record", "--class", "ASR", "--serial", &serial, "--json"];
        let mut child = tablet.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(round % 20));
        drop(child.kill());
        let ran = child.wait_with_output().unwrap();
        killed += u64::from(!ran.status.success());
        if let Ok(saved) = serde_json::from_slice::<Json>(&ran.stdout) {
            acknowledged.push(saved["document"].as_str().unwrap().to_owned());
        }
    }
    assert!(killed > 0, "at least one was killed before it ended");
    acknowledged.push(tablet.record(&["--class", "ASR", "--serial", "K 9999"]));
    let there = tablet.documents();
    assert!(there >= acknowledged.len() as u64);
    tablet.good(&["sync"]);
    assert_eq!(tablet.json(&["status"])["journals"], Json::from(1));
    reader.good(&["sync"]);
    assert_eq!(reader.documents(), there);
    for document in &acknowledged {
        reader.good(&["show", document]);
    }
}

#[test]
fn killed_while_importing_it_goes_on_where_it_stopped_and_adds_nothing_twice() {
    let world = World::new();
    let tablet = world.tablet("a", "Amina");
    let rows = rows(1_500);
    let file = world.file("w.csv", format!("{HEADER}{rows}").as_bytes());
    let mut midway = 0;
    for _ in 0..3 {
        let before = tablet.documents();
        let mut child = tablet.command(&["import", &file, "--json"]).stdout(Stdio::null()).spawn().unwrap();
        // Until the first rows of this run are durable.
        for _ in 0..200 {
            std::thread::sleep(Duration::from_millis(10));
            if tablet.documents() > before {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let now = tablet.documents();
        midway += u64::from(now > before && now < 1_500);
    }
    assert!(midway > 0, "at least one import was killed midway");
    let durable = tablet.documents();
    let done = tablet.json(&["import", &file]);
    assert_eq!(done["summary"]["already"], Json::from(durable));
    assert_eq!(done["summary"]["recorded"], Json::from(1_500 - durable));
    let again = tablet.json(&["import", &file]);
    assert_eq!((&again["summary"]["recorded"], &again["summary"]["already"]), (&Json::from(0), &Json::from(1_500)));
    assert_eq!(tablet.documents(), 1_500);
    assert_eq!(tablet.json(&["sync"])["pushed"], Json::from(1_500));
}
