//! Importing what others kept.

use std::time::{Duration, Instant};

use super::*;

#[test]
fn an_import_tells_what_it_did_in_words_and_the_whole_in_a_file() {
    let world = World::new();
    let tablet = world.tablet("a", "Amina");
    let rows =
        "Assault rifle,Izhmash,AKM,7.62x39,KV 1\nBlunderbuss,Nobody,X,seven,KV 2\nBlunderbuss,Nobody,X,seven,KV 3\n";
    let file = world.file("w.csv", format!("{HEADER}{rows}").as_bytes());
    let report = world.dir.path().join("report.jsonl").to_string_lossy().into_owned();
    let words = tablet.good(&["import", &file, "--quiet", "--report", &report]);
    for line in ["3  rows read (weapon 3)", "3  recorded\n", "0  refused", "seven", "(rows 3, 4)", &report] {
        assert!(words.contains(line), "{line} in {words}");
    }
    let lines: Vec<Json> =
        std::fs::read_to_string(&report).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.last().unwrap()["summary"]["recorded"], Json::from(3));
    assert!(lines.iter().any(|l| l["row"] == 3));
    let again = tablet.good(&["import", &file, "--quiet"]);
    assert!(again.contains("0  recorded\n") && again.contains("3  recorded by an earlier import, not added again"));
    assert_eq!(tablet.documents(), 3);
}

#[test]
fn a_workbook_is_imported_as_a_text_file_is() {
    let world = World::new();
    let tablet = world.tablet("a", "Amina");
    let path = world.dir.path().join("w.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in [HEADER.trim(), "Pistol,Zastava,M57,7.62x25,P 77001"].into_iter().enumerate() {
        for (column, text) in line.split(',').enumerate() {
            sheet.write(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), text).unwrap();
        }
    }
    book.save(&path).unwrap();
    let done = tablet.json(&["import", &path.to_string_lossy()]);
    assert_eq!(done["summary"]["recorded"], Json::from(1));
    assert_eq!(tablet.found(&["--serial", "P77001", "--class", "PIS"]), 1);
}

#[test]
fn files_that_cannot_be_imported_are_refused_with_a_reason_and_record_nothing() {
    let world = World::new();
    let tablet = world.tablet("a", "Amina");
    let good = world.file("good.csv", format!("{HEADER}Pistol,Zastava,M57,7.62x25,P 1\n").as_bytes());
    let folder = world.dir.path().to_string_lossy().into_owned();
    let no_rows = world.file("head.csv", HEADER.as_bytes());
    let broken = world.file("broken.xlsx", &[0x5a; 3_000]);
    let torn = world.file("torn.xlsx", b"PK\x03\x04 and then nothing that a workbook has");
    let bytes = [HEADER.as_bytes(), b"Pistol,\x81\x8d\x8f,M57,7.62x25,P 1\n"].concat();
    let encoding = world.file("latin.csv", &bytes);
    let unknown = world.file("other.csv", b"name,age\nx,1\n");
    let empty = world.file("empty.csv", b"");
    for (arguments, code) in [
        (&["/nonexistent.csv"][..], "import.file.unreadable"),
        (&[&folder], "import.file.unreadable"),
        (&[&empty], "import.file.empty"),
        (&[&no_rows], "import.file.no_rows"),
        (&[&broken], "import.file.broken_workbook"),
        (&[&torn], "import.file.broken_workbook"),
        (&[&encoding], "import.file.wrong_encoding"),
        (&[&unknown], "import.mapping.none_fits"),
        (&[&good, "--mapping", "nonesuch"], "import.mapping.unknown"),
        (&[&good, "--encoding", "klingon"], "import.file.unknown_encoding"),
        (&[&good, "--report", "/nonexistent/report"], "import.report.unwritable"),
        (&[&good, "--collection", "99999999"], "not_found"),
    ] {
        let ran = tablet.run(&[&["import"], arguments].concat());
        assert_eq!(ran.code, Some(1), "{arguments:?}");
        assert!(ran.err.contains(&format!("[{code}]")) && ran.err.contains("is safe"), "{}", ran.err);
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
    }
    assert_eq!(tablet.documents(), 0);
}

/// What a process holds in memory, in KiB, where the system tells.
fn memory(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

#[test]
fn a_file_of_a_million_rows_is_taken_in_steadily_in_little_memory() {
    let world = World::new();
    let tablet = world.tablet("a", "Amina");
    let rows = rows(1_000_000);
    let file = world.file("million.csv", format!("{HEADER}{rows}").as_bytes());
    drop(rows);
    let mut child = tablet.command(&["import", &file, "--json"]).stdout(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    let (mut most, mut durable) = (0, 0);
    // The whole takes minutes; that it goes on, and how, shows in the first thousands.
    while durable < 2_000 && begun.elapsed() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(50));
        most = most.max(memory(child.id()).unwrap_or(0));
        durable = tablet.documents();
    }
    assert!(child.try_wait().unwrap().is_none(), "it is still at work");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(durable >= 2_000, "{durable} rows in {:?}", begun.elapsed());
    assert!(most < 128 * 1024, "{most} KiB");
    assert!(tablet.found(&["--serial", "KV0000001"]) == 1);
}
