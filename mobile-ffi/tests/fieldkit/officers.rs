//! Officers who sign on a shared tablet, through the shipped programs.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use super::*;

const PIN: &str = "274183";

impl World {
    /// A ticket for this officer.
    fn ticket(&self, officer: &str) -> String {
        self.register(&["ticket", "--operation", "north", "--officer", officer])["ticket"].as_str().unwrap().to_owned()
    }

    /// A new officer with this role and a key on the tablet.
    fn joins(&self, tablet: &Store, name: &str, role: &str) {
        self.register(&["officer", "add", "--name", name, "--operation", "north", "--role", role]);
        let ticket = self.ticket(name);
        let server = self.address.as_str();
        let arguments = ["officer", "add", "--server", server, "--ticket", &ticket, "--pin-stdin"];
        let said = tablet.typed(&arguments, PIN);
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
        assert!(said.out.starts_with(&format!("{name} can sign on this tablet with the key ")), "{}", said.out);
        assert!(said.out.contains("Good without a network for "), "{}", said.out);
    }
}

impl Store {
    /// Runs it with this on standard input.
    fn typed(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that refuses before it reads closes its side.
        drop(child.stdin.take().unwrap().write_all(format!("{input}\n").as_bytes()));
        let ran = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: ran.status.code(), out: text(ran.stdout), err: text(ran.stderr) }
    }

    /// What a refusal is called.
    fn refused(&self, arguments: &[&str], input: &str) -> String {
        let ran = self.typed(&[arguments, &["--json"]].concat(), input);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{arguments:?}");
        let said: Json = serde_json::from_str(&ran.err).unwrap();
        assert_eq!(said["error"]["data_safe"], true);
        said["error"]["code"].as_str().unwrap().to_owned()
    }

    /// What it answers as JSON with this on standard input.
    fn typed_json(&self, arguments: &[&str], input: &str) -> Json {
        let ran = self.typed(&[arguments, &["--json"]].concat(), input);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
        serde_json::from_str(&ran.out).unwrap()
    }
}

#[test]
fn an_item_is_verified_destroyed_and_witnessed_on_one_tablet_by_three_officers_with_their_pins() {
    let world = World::new();
    let tablet = world.tablet("a", "Amina");
    world.joins(&tablet, "Ines", "inspector");
    world.joins(&tablet, "Samuel", "supervisor");
    world.joins(&tablet, "Wanda", "witness");
    let item = tablet.record(&["--class", "ASR", "--serial", "KV 1", "--make", "IZHMASH", "--status", "stored"]);
    let more: Vec<_> = (2..5).map(|n| tablet.record(&["--class", "ASR", "--serial", &format!("KV {n}")])).collect();
    assert_eq!(tablet.good(&["review", &item]).lines().last(), Some("Nobody attested anything of it."));

    let attest = |what: &'static str, name: &'static str| vec!["attest", &item, what, "--as", name, "--pin-stdin"];
    assert_eq!(tablet.refused(&attest("verified", "Ines"), "918273"), "officer.wrong_pin");
    assert_eq!(tablet.refused(&attest("verified", "Nobody"), PIN), "officer.not_here");
    assert_eq!(tablet.refused(&attest("verified", "Wanda"), PIN), "authority.not_allowed");
    assert_eq!(tablet.refused(&attest("seen", "Ines"), PIN), "attest.no_such_kind");
    assert_eq!(tablet.run(&["attest", &item, "verified"]).code, Some(2), "nobody attests without a name");
    let said = tablet.typed(&attest("verified", "Ines"), PIN);
    assert!(said.out.starts_with("Ines signed 1 attestation. It is safe on this device"), "{}", said.out);
    assert!(tablet.typed(&attest("verified", "Ines"), PIN).out.contains("1 document had been signed before."));

    // Many at once, some by a file, with one PIN.
    let file = world.file("items.txt", more[1..].join("\n").as_bytes());
    let many = ["attest", "verified", "--item", &more[0], "--items", &file, "--as", "Ines", "--pin-stdin"];
    assert_eq!(tablet.typed_json(&many, PIN).as_array().unwrap().len(), 3);
    assert_eq!(tablet.found(&["--review", "verified"]), 4);
    assert_eq!(tablet.refused(&["list", "--review", "fine"], ""), "list.no_such_review");

    let edit = ["edit", &item, "--set", "status=destroyed", "--as", "Samuel", "--pin-stdin"];
    assert_eq!(tablet.typed(&edit, PIN).code, Some(0));
    for (what, name) in [("destroyed", "Samuel"), ("witnessed", "Wanda")] {
        assert_eq!(tablet.typed(&attest(what, name), PIN).code, Some(0), "{name}");
    }
    let review = tablet.good(&["review", &item]);
    for words in ["review: amended", "Verified by Ines on a", "stored", "destroyed and witnessed: both came from"] {
        assert!(review.contains(words), "{words}: {review}");
    }
    assert!(tablet.good(&["show", &item]).contains("review: amended"));
    assert!(tablet.good(&["list"]).contains("amended"));
    let json = tablet.json(&["review", &item]);
    assert_eq!(json["verified"]["amendments"][0]["proposed"], "destroyed");
    assert_eq!(json["same_device"][0]["pair"], "destroyed_witnessed");

    assert_eq!(tablet.typed(&["officer", "change-pin", "Ines", "--pin-stdin"], "274183\nbarleyfield").code, Some(0));
    assert_eq!(tablet.refused(&attest("verified", "Ines"), PIN), "officer.wrong_pin");
    tablet.good(&["sync"]);
    let listed = tablet.json(&["officer", "list"]);
    let states: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|o| (o["name"].as_str().unwrap(), o["state"].as_str().unwrap()))
        .collect();
    assert_eq!(states, [("Ines", "ready"), ("Samuel", "ready"), ("Wanda", "ready")]);
    let reader = world.tablet("b", "Joseph");
    reader.good(&["sync"]);
    assert_eq!(reader.json(&["review", &item])["attestations"], reviewed(&tablet, &item));

    // Revoked at the register, it signs nothing after the next sync.
    let key = listed[0]["fingerprint"].as_str().unwrap();
    world.register(&["officer", "revoke-key", key]);
    tablet.good(&["sync"]);
    assert_eq!(tablet.refused(&attest("has_issues", "Ines"), "barleyfield"), "officer.key_revoked");
    assert!(tablet.good(&["officer", "list"]).contains("revoked"));
    assert!(tablet.good(&["officer", "remove", "Ines"]).contains(&format!("officer revoke-key {key}")));
    assert_eq!(tablet.json(&["officer", "list"]).as_array().unwrap().len(), 2);
}

/// Attestations as the reader must see them too, once the register has given them on.
fn reviewed(tablet: &Store, item: &str) -> Json {
    let mut said = tablet.json(&["review", item])["attestations"].clone();
    for one in said.as_array_mut().unwrap() {
        one["by"]["state"] = Json::from("taken");
        one["by"]["received_ms"] = Json::Null;
    }
    said
}

/// Stands between a tablet and the register, and can keep back what the register answers about officers' keys.
struct Between {
    address: String,
    keep_back: Arc<AtomicBool>,
    kept_back: mpsc::Receiver<()>,
}

impl Between {
    fn new(register: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let register = register.strip_prefix("http://").unwrap().to_owned();
        let keep_back = Arc::new(AtomicBool::new(false));
        let (tell, kept_back) = mpsc::channel();
        let keep = keep_back.clone();
        std::thread::spawn(move || {
            for tablet in listener.incoming().map_while(Result::ok) {
                let register = TcpStream::connect(&register).unwrap();
                let about_keys = Arc::new(AtomicBool::new(false));
                let (mut from, mut to) = (tablet.try_clone().unwrap(), register.try_clone().unwrap());
                let asked = about_keys.clone();
                std::thread::spawn(move || {
                    carry(&mut from, &mut to, |bytes| {
                        if bytes.windows(14).any(|part| part == b"/officers/keys") {
                            asked.store(true, Ordering::SeqCst);
                        }
                        true
                    });
                });
                let (mut from, mut to, keep, tell) = (register, tablet, keep.clone(), tell.clone());
                std::thread::spawn(move || {
                    carry(&mut from, &mut to, |_| {
                        let back = about_keys.load(Ordering::SeqCst) && keep.load(Ordering::SeqCst);
                        if back {
                            _ = tell.send(());
                        }
                        !back
                    });
                });
            }
        });
        Self { address, keep_back, kept_back }
    }
}

fn carry(from: &mut TcpStream, to: &mut TcpStream, mut passes: impl FnMut(&[u8]) -> bool) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if passes(&bytes[..count]) && to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    drop(to.shutdown(std::net::Shutdown::Write));
}

#[test]
fn killed_while_the_register_answers_the_same_ticket_and_pin_go_on_with_the_same_key() {
    let world = World::new();
    let between = Between::new(&world.address);
    let tablet = world.store("a");
    let ticket = world.ticket("Amina");
    tablet.good(&["enrol", "--server", &between.address, "--ticket", &ticket, "--label", "a"]);
    let ticket = world.ticket("Joseph");
    let add = ["officer", "add", "--ticket", &ticket, "--pin-stdin", "--json"];
    let keys = || world.register(&["officer", "keys", "Joseph"]).as_array().unwrap().clone();

    between.keep_back.store(true, Ordering::SeqCst);
    let mut child =
        tablet.command(&add).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"274183\n").unwrap();
    between.kept_back.recv_timeout(Duration::from_mins(2)).unwrap();
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
    let known = keys();
    assert_eq!(known.len(), 1, "the register had taken it in");
    let listed = tablet.json(&["officer", "list"]);
    assert_eq!((&listed[0]["state"], &listed[0]["fingerprint"]), (&Json::from("pending"), &known[0]["fingerprint"]));

    between.keep_back.store(false, Ordering::SeqCst);
    assert_eq!(tablet.refused(&add[..5], "918273"), "officer.wrong_pin");
    let added = tablet.typed_json(&add[..5], PIN);
    assert_eq!((&added["name"], &added["state"]), (&Json::from("Joseph"), &Json::from("ready")));
    assert_eq!(added["fingerprint"], known[0]["fingerprint"]);
    assert_eq!(keys(), known);
    let item = tablet.record(&["--class", "ASR", "--serial", "KV 1"]);
    tablet.typed_json(&["attest", &item, "verified", "--as", "Joseph", "--pin-stdin"], PIN);
    assert_eq!(tablet.json(&["review", &item])["attestations"][0]["says"], "counts");
}

#[test]
fn drafts_and_items_come_on_standard_input_after_the_pin() {
    let world = World::new();
    let tablet = world.tablet("a", "Amina");
    world.joins(&tablet, "Ines", "inspector");
    let record = ["record", "--file", "-", "--as", "Ines", "--pin-stdin"];
    let saved = tablet.typed_json(&record, &format!("{PIN}\n{}", r#"{"class": "ASR"}"#));
    let document = saved["document"].as_str().unwrap();
    assert_eq!(tablet.json(&["show", document])["statements"][0]["officer_name"], "Ines");
    let other = tablet.record(&["--class", "ASR"]);
    let items = ["attest", "verified", "--items", "-", "--as", "Ines", "--pin-stdin"];
    assert_eq!(tablet.typed_json(&items, &format!("{PIN}\n{other}\n"))[0]["document"].as_str(), Some(other.as_str()));
    assert_eq!(tablet.refused(&items, &format!("{PIN}\n{document}\n")), "authority.own_record");
    // Nothing to type on and nothing said: a refusal, not a wait.
    assert_eq!(tablet.refused(&record, ""), "officer.wrong_pin");
    let silent = tablet.run(&["record", "--class", "ASR", "--as", "Ines", "--pin-stdin", "--json"]);
    assert!(silent.err.contains("officer.no_pin"), "{}", silent.err);
}
