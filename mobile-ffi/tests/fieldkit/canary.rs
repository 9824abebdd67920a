//! What is typed into `fieldkit` can be read in no file of its store, whenever it is killed.

use std::time::Duration;

use super::*;

/// What is typed, in the forms in which it could lie in a file.
fn forms(marker: &str) -> Vec<Vec<u8>> {
    let wide = |order: fn(u16) -> [u8; 2]| marker.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let hex: String = marker.bytes().map(|byte| format!("{byte:02x}")).collect();
    let lower = marker.to_lowercase().into_bytes();
    vec![marker.as_bytes().to_vec(), lower, wide(u16::to_le_bytes), wide(u16::to_be_bytes), hex.into_bytes()]
}

/// Where in the store's own files a marker can be read; the vault holds keys and the way to the register, nothing that was typed, so it
/// is looked through as well.
fn found(dir: &Path, markers: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(self::found(&entry, markers));
            continue;
        }
        let Ok(bytes) = std::fs::read(&entry) else { continue };
        for marker in markers {
            for (form, text) in forms(marker).iter().enumerate() {
                if bytes.windows(text.len()).any(|window| window == text) {
                    found.push(format!("{} holds {marker} in form {form}", entry.display()));
                }
            }
        }
    }
    found
}

#[test]
fn killed_a_hundred_times_a_store_opens_with_all_that_was_acknowledged_and_shows_nothing_that_was_typed() {
    let world = World::new();
    let tablet = world.tablet("a", "Amina");
    let markers = ["CANARYSERIAL", "CANARYNOTE", "CANARYTAG", "CANARYMODEL"];
    let mut acknowledged = Vec::new();
    let mut killed = 0;
    for round in 0..100_u64 {
        let serial = format!("CANARYSERIAL {round:04}");
        let tag = format!("tag=CANARYTAG{round:04}");
        let arguments = [
            "record",
            "--class",
            "ASR",
            "--serial",
            &serial,
            "--set",
            &tag,
            "--set",
            "model_as_seen=CANARYMODEL",
            "--json",
        ];
        let mut child = tablet.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(round * 997 % 40_000));
        drop(child.kill());
        let ran = child.wait_with_output().unwrap();
        killed += u64::from(!ran.status.success());
        if let Ok(saved) = serde_json::from_slice::<Json>(&ran.stdout) {
            acknowledged.push(saved["document"].as_str().unwrap().to_owned());
        }
        assert_eq!(found(&tablet.0, &markers), Vec::<String>::new(), "round {round}");
        if round % 20 == 19 {
            assert!(tablet.documents() >= acknowledged.len() as u64);
        }
    }
    assert!(killed > 10, "{killed} were killed before they ended");
    let last = tablet.record(&["--class", "ASR", "--serial", "CANARYSERIAL LAST"]);
    acknowledged.push(last.clone());
    tablet.good(&["edit", &last, "--set", "model_as_seen=CANARYMODEL two"]);
    assert_eq!(tablet.found(&["--serial", "CANARYSERIAL LAST"]), 1);
    for document in &acknowledged {
        tablet.good(&["show", document]);
    }
    assert_eq!(tablet.json(&["status"])["journals"], Json::from(1));
    tablet.good(&["sync"]);
    assert_eq!(found(&tablet.0, &markers), Vec::<String>::new());
    // A word that is no secret shows that the search would find one: the vault says where the register is.
    assert!(!found(&tablet.0, &["127.0.0.1"]).is_empty());

    assert_eq!(tablet.run(&["wipe"]).code, Some(2), "not without saying so");
    tablet.good(&["wipe", "--yes"]);
    assert!(!tablet.0.join("tablet.db").exists());
}
