//! The commands of the README, typed into a fresh folder as they stand there against a real server. Only what the README itself leaves open
//! is filled in: tickets, ids, the public key, what a scanner types, and PINs, which are given on standard input instead of a terminal.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use ploughshare_tests::ploughshare;

use super::*;

const PIN: &str = "274183\n";

/// The commands of a block that is marked `told: NAME`, without what is commented out.
fn told(name: &str) -> Vec<String> {
    let readme = include_str!("../../../../README.md");
    let marker = format!("<!-- told: {name} -->\n```sh\n");
    let (_, block) = readme.split_once(&marker).unwrap_or_else(|| panic!("the README has a block `{name}`"));
    let (block, _) = block.split_once("```").unwrap();
    block.lines().map(|line| line.split(" #").next().unwrap().trim().to_owned()).filter(|l| !l.is_empty()).collect()
}

/// A folder in which commands are typed.
struct Desk {
    folder: PathBuf,
    /// What stands in the README, and what it is here.
    meant: BTreeMap<String, String>,
    typed: usize,
}

impl Desk {
    /// A shell in the folder, with the programs at hand.
    fn shell(&self, line: &str) -> Command {
        let programs = ploughshare().parent().unwrap().display().to_string();
        let mut shell = Command::new("bash");
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("PLOUGHSHARE_") || name.starts_with("FIELDKIT_") {
                shell.env_remove(name);
            }
        }
        let path = format!("{programs}:{}", std::env::var("PATH").unwrap_or_default());
        shell.args(["-c", line]).current_dir(&self.folder).env("PATH", path);
        shell
    }

    /// Types a line as it stands in the README, with this on standard input; gives what it printed.
    fn types(&mut self, line: &str, input: &str) -> String {
        let mut line = line.to_owned();
        for (stands, means) in &self.meant {
            line = line.replace(stands, means);
        }
        assert!(!line.contains('…'), "`{line}` leaves something open");
        let mut shell = self.shell(&line);
        let mut child = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "`{line}`: {}{}", text(&output.stdout), text(&output.stderr));
        self.typed += 1;
        text(&output.stdout)
    }

    /// The same where a PIN is asked for.
    fn signs(&mut self, line: &str) -> String {
        self.types(&format!("{line} --pin-stdin"), PIN)
    }

    fn means(&mut self, stands: &str, means: &str) {
        self.meant.insert(stands.to_owned(), means.to_owned());
    }

    fn ticket(&mut self, officer: &str) -> String {
        let said = self.types(&format!("ploughshare ticket --operation north --officer {officer}"), "");
        said.lines().next().unwrap().to_owned()
    }

    fn officer(&mut self, name: &str, role: &str) {
        self.types(&format!("ploughshare officer add --name {name} --operation north --role {role}"), "");
    }
}

/// A server that is ended when this is dropped.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The server, as the README starts it, on a port that is free.
fn serves(desk: &Desk, line: &str) -> (Serving, String) {
    let mut shell = desk.shell(&format!("exec {line} --listen 127.0.0.1:0"));
    let mut child = shell.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut said = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut said).unwrap();
    let address = said.split_whitespace().find(|word| word.starts_with("http://")).unwrap_or_else(|| panic!("{said}"));
    (Serving(child), address.to_owned())
}

/// The first id of so many digits in what was printed.
fn id_in(said: &str, digits: usize) -> String {
    let mut words = said.split(|c: char| !c.is_ascii_hexdigit());
    words.find(|word| word.len() == digits).unwrap_or_else(|| panic!("no id in {said}")).to_owned()
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

#[test]
fn the_commands_of_the_readme_do_what_it_says_as_they_stand_there() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk { folder: dir.path().to_owned(), meant: BTreeMap::new(), typed: 0 };
    let serve = told("serve");
    assert!(serve.len() == 2 && serve[1].contains("postgres://user@host/db"), "{serve:?}");
    let (_server, address) = serves(&desk, &serve[0]);
    desk.means("http://127.0.0.1:8480", &address);
    if let Some(url) = postgres_url("readme") {
        let on_postgres = serve[1].replace("postgres://user@host/db", &format!("'{url}'"));
        drop(serves(&desk, &format!("{on_postgres} --data other")));
    }

    let mut ticket = String::new();
    for line in told("register") {
        ticket = desk.types(&line, "");
    }
    desk.means("…", ticket.lines().next().unwrap());
    write(&desk.folder, "seizures.csv", "Serial Number,Make,Model,Calibre,Type\nV-1234,TULA,TT-33,7.62x25,Pistol\n");
    for line in told("tablet") {
        let said = desk.types(&line, "");
        let expected = match line.split_whitespace().nth(1).unwrap() {
            "enrol" => "Enrolled in North 2026 for Amina.",
            "record" => "safe on this device",
            "import" => "recorded",
            "list" => "V-1234",
            "status" => "not sent yet               2",
            "sync" => "the register gave 1 receipt",
            "conflicts" => "No conflicts.",
            other => panic!("the README has `{other}`, and nobody says here what it prints"),
        };
        assert!(said.contains(expected), "`{line}`: {said}");
    }

    // Before the site's day: who works there, and a truck that is under way.
    desk.meant.remove("…");
    for (name, role) in [("Selma", "supervisor"), ("Rosa", "registrar"), ("Wanda", "witness")] {
        desk.officer(name, role);
    }
    let ticket = desk.ticket("Selma");
    desk.types(&format!("fieldkit --store site enrol --server {address} --ticket {ticket}"), "");
    for name in ["Selma", "Rosa", "Wanda"] {
        let ticket = desk.ticket(name);
        desk.signs(&format!("fieldkit --store site officer add --ticket {ticket}"));
    }
    for n in 1..=4 {
        let rifle =
            format!("--class ASR --make IZHMASH --model AKM --calibre 7.62x39 --serial 'KV 000{n}' --tag T-00{n}");
        desk.types(&format!("fieldkit record {rifle} --site kindu --in A"), "");
    }
    let tags = "T-001\nT-002\nT-003\nT-004\n";
    write(&desk.folder, "list.txt", tags);
    for (photo, n) in [("b.jpg", 1), ("a.jpg", 2)] {
        std::fs::write(desk.folder.join(photo), ploughshare_tests::media::picture(n)).unwrap();
    }
    let way = "--from-site kindu --from-store A --to-site 'site 1' --to-store Cage";
    let handover = desk.types(&format!("fieldkit handover new --cargo weapons --items list.txt {way}"), "");
    let handover = id_in(&handover, 12);
    desk.types(&format!("fieldkit handover load {handover} --scan -"), tags);
    desk.types(&format!("fieldkit handover depart {handover}"), "");
    desk.types("fieldkit sync", "");
    desk.types("fieldkit --store site sync", "");
    desk.means("827708494266", &handover);
    desk.means("fieldkit ", "fieldkit --store site ");
    for line in told("site") {
        let said = if line.contains(" --as ") {
            desk.signs(&line)
        } else if line.contains("destruction check") {
            desk.types(&line, "T-001,KV 0001\nT-002,KV 0009\nT-003,KV 0003\nT-004,KV 0004\n")
        } else if line.contains("destruction result") && line.contains("--scan -") {
            desk.types(&line, "T-003,3400\nT-004\n")
        } else if line.contains("--scan -") {
            desk.types(&line, tags)
        } else {
            desk.types(&line, "")
        };
        if line.contains("destruction plan") {
            desk.means("838dd4c598ca", &id_in(&said, 12));
        }
        if line.contains("destruction close") {
            assert!(said.contains("4 planned = 3 destroyed + 1 rejected + 0 withdrawn"), "{said}");
        }
    }
    let shown = desk.types("fieldkit destruction show 838dd4c598ca", "");
    assert!(shown.contains("approved by    Rosa"), "{shown}");
    desk.means("ID", &id_in(&shown, 32));
    desk.types("fieldkit sync", "");
    wait_until_current(&address);
    for line in told("certificate") {
        let said = desk.types(&line, "");
        if line.contains("certificate write") {
            let key = said.split_whitespace().skip_while(|word| *word != "--vkey").nth(1).unwrap().to_owned();
            desk.means("KEY", &key);
        }
    }
    assert!(desk.folder.join("certificate.pdf").metadata().unwrap().len() > 1_000);
    assert!(desk.typed > 40, "{} commands were typed", desk.typed);
}
