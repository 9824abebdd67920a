//! A destruction site's day through the shipped program: convoy, count, plan, approval, identity check, results, `kill -9` while it closes,
//! and both signatures.

use std::io::Write as _;
use std::time::Duration;

use super::*;

const PIN: &str = "274183\n";

impl World {
    fn officer(&self, name: &str, role: &str) {
        self.register(&["officer", "add", "--name", name, "--operation", "north", "--role", role]);
    }

    /// An officer gets a key of their own on this tablet.
    fn key(&self, store: &Store, name: &str) {
        let ticket = self.register(&["ticket", "--operation", "north", "--officer", name]);
        let ticket = ticket["ticket"].as_str().unwrap();
        let ran = store.fed(&["officer", "add", "--ticket", ticket, "--pin-stdin"], PIN);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
    }
}

impl Store {
    /// Runs with this on standard input, as a scanner types.
    fn fed(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let ran = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: ran.status.code(), out: text(ran.stdout), err: text(ran.stderr) }
    }

    fn fed_well(&self, arguments: &[&str], input: &str) -> String {
        let ran = self.fed(arguments, input);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
        ran.out
    }

    fn code(&self, arguments: &[&str]) -> String {
        let ran = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(ran.code, Some(1), "{arguments:?}: {}", ran.out);
        let error: Json = serde_json::from_str(&ran.err).unwrap();
        error["error"]["code"].as_str().unwrap().to_owned()
    }
}

/// So many lines.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    let lines: Vec<String> = (1..=count).map(line).collect();
    lines.join("\n") + "\n"
}

/// As many rifles as this, with tags from T-001 on, received into store A.
fn rifles(world: &World, tablet: &Store, count: usize) {
    let rifle = |n: usize| {
        format!(
            r#"{{"kind":"weapon","class":"ASR","make":"IZHMASH","model":"AKM","calibre":"7.62x39","tag":"T-{n:03}","site":"kindu","store":"A",
                "markings":[{{"type":"SER","text":"KV {n:04}"}}]}}"#
        )
    };
    let list: Vec<String> = (1..=count).map(rifle).collect();
    let file = world.file("rifles.json", format!("[{}]", list.join(",")).as_bytes());
    tablet.good(&["record", "--file", &file]);
}

#[test]
fn a_day_at_a_destruction_site_from_the_truck_to_both_signatures() {
    let world = World::new();
    for (name, role) in [("Sara", "storekeeper"), ("Selma", "supervisor"), ("Rosa", "registrar"), ("Wanda", "witness")]
    {
        world.officer(name, role);
    }
    let (amina, sara, selma) = (world.tablet("a", "Amina"), world.tablet("b", "Sara"), world.tablet("c", "Selma"));
    for name in ["Selma", "Rosa", "Wanda"] {
        world.key(&selma, name);
    }
    rifles(&world, &amina, 40);
    amina.record(&[
        "--kind",
        "ammunition",
        "--class",
        "AMM",
        "--calibre",
        "9x19",
        "--quantity",
        "500",
        "--tag",
        "L-1",
        "--site",
        "kindu",
        "--in",
        "M",
    ]);
    assert_eq!(amina.code(&["record", "--class", "ASR", "--in", "A"]), "custody.no_site");
    amina.good(&["sync"]);
    sara.good(&["sync"]);

    // The truck: one rifle of forty stays behind, and the receiving side sees which.
    let list = world.file("list.txt", lines(40, |n| format!("T-{n:03}")).as_bytes());
    let from = ["--from-site", "kindu", "--from-store", "A", "--to-site", "site 1", "--to-store", "Cage"];
    assert_eq!(
        amina.code(&[&["handover", "new", "--cargo", "weapons", "--item", "L-1"][..], &from].concat()),
        "handover.mixed_cargo"
    );
    let new = amina
        .json(&[&["handover", "new", "--cargo", "weapons", "--seal", "S-1", "--items", &list][..], &from].concat());
    let convoy = new["document"].as_str().unwrap().to_owned();
    let scans = lines(39, |n| format!("t {n:03}"));
    let loaded = amina.fed_well(&["handover", "load", &convoy, "--scan", "-"], &format!("{scans}T-001\nL-1\n"));
    assert!(loaded.contains("39 of 40 loaded.") && loaded.contains("not on the manifest"), "{loaded}");
    assert_eq!(amina.code(&["handover", "depart", &convoy]), "handover.not_as_listed");
    amina.good(&["handover", "depart", &convoy, "--short-because", "T-040 was not found"]);
    amina.good(&["sync"]);
    sara.good(&["sync"]);
    let received = sara.fed_well(&["handover", "receive", &convoy, "--scan", "-", "--rack", "1"], &scans);
    assert!(received.contains("attest") && received.contains("received --as NAME"), "{received}");
    let diff = sara.json(&["handover", "diff", &convoy]);
    let missing = diff.as_array().unwrap().iter().find(|one| one["way"] == "missing").unwrap();
    assert_eq!((&missing["item"]["tag"], &missing["stage"]), (&Json::from("T-040"), &Json::from("loading")));
    let pdf = world.file("sheet.pdf", b"");
    for lang in ["en", "fr", "ar"] {
        sara.good(&["handover", "sheet", &convoy, "--out", &pdf, "--lang", lang]);
        assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF-"), "{lang}");
    }
    assert_eq!(sara.json(&["handover", "sheet", &convoy, "--out", &pdf])["items"], Json::from(40));
    assert_eq!(sara.code(&["handover", "sheet", &convoy, "--out", "/nowhere/sheet.pdf"]), "file.unwritable");
    if let Ok(read) = std::process::Command::new("pdftotext").args(["-layout", &pdf, "-"]).output() {
        let text = String::from_utf8_lossy(&read.stdout).into_owned();
        for told in ["kindu / A", "site 1 / Cage", "T-001", "T-040", "S-1"] {
            assert!(text.contains(told), "{told}: {text}");
        }
    }
    let chain = sara.good(&["custody", "T-001"]);
    assert!(chain.contains("Loaded") && chain.contains("site 1 / Cage / rack 1"), "{chain}");
    sara.good(&["sync"]);
    selma.good(&["sync"]);
    let stock = selma.json(&["stock", "--site", "site 1"]);
    assert_eq!(stock[0]["weapons"]["present"], Json::from(39));

    // The plan, approved by somebody else.
    let order = [
        "--site",
        "site 1",
        "--method",
        "CUT-T",
        "--authority",
        "Ministry",
        "--authorisation",
        "44",
        "--third-party",
        "UNMAS",
    ];
    let plan = selma.json(&[&["destruction", "plan", "--items", &list][..], &order].concat());
    assert_eq!(plan["refused"].as_array().unwrap().len(), 0);
    let id = plan["destruction"]["document"].as_str().unwrap().to_owned();
    assert_eq!(selma.code(&["destruction", "start", &id]), "destruction.not_approved");
    selma.fed_well(&["attest", &id, "approved", "--as", "Rosa", "--pin-stdin"], PIN);
    selma.good(&["destruction", "start", &id]);
    let scans = lines(39, |n| format!("T-{n:03},KV {n:04}"));
    assert!(selma.fed_well(&["destruction", "check", &id, "--scan", "-"], &scans).contains("39 of 40 checked."));
    let photo = world.file("photo.jpg", &a_photo());
    selma.good(&["destruction", "result", &id, "T-001", "--result", "complete", "--before", &photo, "--after", &photo]);
    let tags: Vec<String> = (2..=39).map(|n| format!("T-{n:03}")).collect();
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    selma.good(&[&["destruction", "result", &id, "--result", "complete"][..], &tags].concat());
    assert_eq!(selma.code(&["destruction", "close", &id]), "destruction.unaccounted");
    selma.good(&["destruction", "withdraw", &id, "T-040", "--reason", "never arrived"]);

    // Killed while it closes: all of it happened, or nothing.
    let destroyed = || selma.found(&["--status", "destroyed", "--limit", "100"]);
    let mut killed = 0;
    for round in 0..80_u64 {
        let mut child =
            selma.command(&["destruction", "close", &id]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(2 + round * 3));
        drop(child.kill());
        child.wait().unwrap();
        match destroyed() {
            0 => killed += 1,
            39 => break,
            some => panic!("{some} of 39 are destroyed"),
        }
    }
    if destroyed() == 0 {
        selma.good(&["destruction", "close", &id]);
    }
    assert!(killed > 0 && destroyed() == 39);
    let shown = selma.json(&["destruction", "show", &id]);
    assert_eq!((&shown["state"], &shown["withdrawn"]), (&Json::from("closed"), &Json::from(1)));

    // Supervisor and witness are two people.
    selma.fed_well(&["attest", &id, "destroyed", "--as", "Selma", "--pin-stdin"], PIN);
    selma.fed_well(&["attest", &id, "witnessed", "--as", "Wanda", "--pin-stdin"], PIN);
    let signed = selma.json(&["destruction", "show", &id]);
    assert_eq!((&signed["attested_by"][0], &signed["witnessed_by"][0]), (&Json::from("Selma"), &Json::from("Wanda")));
    assert_eq!(signed["missing"].as_array().unwrap().len(), 1, "only photos: {}", signed["missing"]);
    selma.good(&["sync"]);
    amina.good(&["sync"]);

    // The register certifies it, and the paper is checked by who has only the paper and the key.
    let which = [id.as_str(), "--operation", "north"];
    let patience = std::time::Instant::now();
    while !world.asked(&[&["certificate", "assess"], &which[..]].concat()).0 {
        assert!(patience.elapsed().as_secs() < 60, "the register follows");
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    let issued = world.register(&[&["certificate", "issue"], &which[..]].concat());
    let pdf = world.file("certificate.pdf", b"");
    let written = world.register(&[&["certificate", "write"], &which[..], &["--pdf", &pdf, "--lang", "ar"]].concat());
    let key = written["vkey"].as_str().unwrap();
    let checked = world.register(&["verify-certificate", &pdf, "--vkey", key]);
    assert_eq!((&checked["number"], &checked["paper"]), (&issued["number"], &Json::from("ar")));
    let came = &checked["outcome"];
    assert_eq!((&came["withdrawn"], &came["reconciled"]), (&shown["withdrawn"], &Json::from(true)), "{checked}");
    let mut bytes = std::fs::read(&pdf).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(&pdf, bytes).unwrap();
    assert!(!world.asked(&["verify-certificate", &pdf, "--vkey", key]).0, "a changed paper");
    assert_eq!(amina.found(&["--status", "destroyed", "--limit", "100"]), 39);
}

#[test]
fn a_count_with_a_missing_pistol_ends_in_an_alarm_and_the_command_to_report_it() {
    let world = World::new();
    let amina = world.tablet("a", "Amina");
    rifles(&world, &amina, 3);
    amina.record(&["--class", "PIS", "--model", "PM", "--tag", "P-1", "--site", "kindu", "--in", "A"]);
    let new = amina.json(&["count", "new", "--site", "kindu", "--in", "A", "--occasion", "half_yearly"]);
    let id = new["document"].as_str().unwrap().to_owned();
    amina.fed_well(&["count", "scan", &id, "-"], "T-001,KV 0001\nT-002\nT-003\n");
    amina.good(&["count", "tally", &id, "--class", "ASR", "--n", "3"]);
    let closed = amina.good(&["count", "close", &id]);
    assert!(
        closed.contains("ALARM: 1 short") && closed.contains("P-1 (PIS PM)") && closed.contains("MISSING"),
        "{closed}"
    );
    let command = closed.lines().find(|line| line.contains("incident new")).unwrap();
    assert!(command.contains("--count") && command.contains("--item"), "{command}");
    let item = command.split("--item ").nth(1).unwrap().split(' ').next().unwrap();
    let reported = amina.json(&[
        "incident",
        "new",
        "--nature",
        "shortage",
        "--count",
        &id[..12],
        "--item",
        item,
        "--circumstances",
        "not on the rack",
    ]);
    assert!(amina.good(&["show", reported["document"].as_str().unwrap()]).contains("Shortage found at a count"));
}

#[test]
fn what_would_be_a_claim_is_said_before_it_is_saved() {
    let world = World::new();
    let amina = world.tablet("a", "Amina");
    rifles(&world, &amina, 1);
    let before = amina.json(&["status"]);
    let ran = amina.run(&["hold", "T-001", "evidence", "--reason", "court"]);
    assert!(
        ran.err.contains("claim only") && ran.err.contains("[authority.not_allowed]") && ran.err.contains("--as-claim"),
        "{}",
        ran.err
    );
    assert_eq!(amina.json(&["status"]), before);
    amina.good(&["hold", "T-001", "evidence", "--reason", "court", "--as-claim"]);
    assert_eq!(amina.json(&["custody", "T-001"])["evidence_hold"], Json::Bool(false));
    for (arguments, code) in [
        (&["hold", "T-001", "moon", "--reason", "x"][..], "hold.no_such_hold"),
        (&["store", "T-999", "--site", "x", "--in", "A"], "item.unknown"),
        (&["move", "T-001"], "custody.nowhere"),
        (&["split", "T-001", "--quantity", "1", "--reason", "x"], "item.no_lot"),
        (&["stock", "--at", "yesterday"], "usage.bad_time"),
        (&["handover", "show", "00000000"], "not_found"),
        (&["mark", "T-001", "--location", "RCV"], "marks.no_session"),
        (&["marks", "reserve", "--series", "BI"], "mark.no_state"),
        (
            &[
                "destruction",
                "plan",
                "--site",
                "x",
                "--method",
                "BRN",
                "--authority",
                "a",
                "--authorisation",
                "1",
                "--item",
                "T-001",
            ],
            "destruction.needs_second_process",
        ),
        (&["spot-check", "plan", "--seed", " "], "spot_check.no_seed"),
    ] {
        assert_eq!(amina.code(arguments), code, "{arguments:?}");
    }
}

/// A small photo.
fn a_photo() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([(x * 3) as u8, (y * 5) as u8, 90]));
    picture.write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
    file.into_inner()
}
