//! A day's work with every command.

use super::*;

const AKM: [&str; 10] =
    ["--class", "ASR", "--make", "IZHMASH", "--model", "AKM", "--calibre", "7.62x39", "--serial", "KV 1234"];

#[test]
fn a_weapon_goes_the_whole_way_with_every_command() {
    let world = World::new();
    let (amina, joseph) = (world.tablet("a", "Amina"), world.tablet("b", "Joseph"));
    let akm = amina.record(&[&AKM[..], &["--note", "found in a dry well"]].concat());
    amina.record(&["--kind", "ammunition", "--calibre", "9x19", "--quantity", "1000"]);
    amina.good(&["edit", &akm, "--set", "year=1974", "--add", "markings:type=PRF,text=star, arrow"]);
    let shown = amina.good(&["show", &akm[..8]]);
    assert!(
        shown.contains("Assault rifle") && shown.contains("star, arrow") && shown.contains("2 statements"),
        "{shown}"
    );

    for (filter, found) in [
        (&["--serial", "v-12"][..], 1),
        (&["--serial", "KVI234", "--confusable"], 1),
        (&["--serial", "9999"], 0),
        (&["--text", "dry well"], 1),
        (&["--class", "asr"], 1),
        (&["--kind", "ammunition"], 1),
        (&["--document", "collection"], 0),
        (&["--limit", "1"], 1),
        (&["--in-conflict"], 0),
    ] {
        assert_eq!(amina.found(filter), found, "{filter:?}");
    }

    let before = amina.json(&["status"]);
    assert_eq!((before["entries_unsent"].as_u64(), before["entries_receipted"].as_u64()), (Some(3), Some(0)));
    assert!(before["lease_days_left"].as_i64().unwrap() > 0);
    assert!(amina.good(&["sync"]).starts_with("Sent 3 statements; the register gave 1 receipt.\n"));
    assert!(amina.good(&["sync"]).starts_with("Nothing new to send.\nNothing new from others.\n1 round trip, "));
    let after = amina.json(&["status"]);
    assert_eq!((after["entries_unsent"].as_u64(), after["entries_receipted"].as_u64()), (Some(0), Some(3)));

    joseph.good(&["sync"]);
    amina.good(&["edit", &akm, "--set", "make=TULA"]);
    joseph.good(&["edit", &akm, "--set", "make=ZASTAVA"]);
    for tablet in [&amina, &joseph, &amina] {
        tablet.good(&["sync"]);
    }
    let conflicts = amina.json(&["conflicts"]);
    assert_eq!((conflicts.as_array().unwrap().len(), &conflicts[0]["path"]), (1, &Json::from("make")));
    let words = amina.good(&["conflicts"]);
    assert!(words.contains("TULA — Amina on a,") && words.contains("ZASTAVA — Joseph on b,"), "{words}");
    assert_eq!(amina.run(&["resolve", &akm, "make", "--value", "TULA", "--reason", " "]).code, Some(1));
    joseph.good(&["resolve", &akm, "make", "--value", "ZASTAVA", "--reason", "stamp read again"]);
    joseph.good(&["sync"]);
    amina.good(&["sync"]);
    assert_eq!(amina.good(&["conflicts"]), "No conflicts.\n");
    let [one, other] = [&amina, &joseph].map(|tablet| tablet.json(&["show", &akm])["digest"].clone());
    assert_eq!(one, other);

    amina.record(&[
        "--class",
        "ASR",
        "--make",
        "IZHMASH",
        "--model",
        "AKM",
        "--calibre",
        "9x19",
        "--serial",
        "KV 1234",
    ]);
    let rules: Vec<String> =
        amina.json(&["findings"]).as_array().unwrap().iter().map(|f| f["rule"].to_string()).collect();
    assert_eq!(rules, ["\"R20\""]);
    assert!(amina.good(&["findings"]).contains("R20"));
}

#[test]
fn codes_and_fields_can_be_looked_up_without_a_store() {
    let nowhere = Store(PathBuf::from("/nonexistent"));
    assert!(nowhere.good(&["codes", "calibre", "--find", "7.62x39"]).contains("7.62x39"));
    assert!(nowhere.json(&["codes"]).as_array().unwrap().len() > 10);
    assert!(nowhere.good(&["fields"]).contains("markings/*/text"));
}

#[test]
fn a_receipt_says_what_the_item_is_and_leaves_the_name_to_the_pen() {
    let world = World::new();
    let tablet = world.tablet("a", "Amina");
    let item = tablet.record(&AKM);
    let text = |more: &[&str]| tablet.json(&[&["receipt", &item][..], more].concat())["text"].to_string();
    let whole = text(&[]);
    assert!(whole.contains("KV 1234") && whole.contains("AKM") && whole.contains("Amina"), "{whole}");
    let pens = |text: &str| text.matches(": ____").count();
    let least = text(&["--minimal"]);
    assert!(!least.contains("KV 1234") && least.contains(&item[..12]), "{least}");
    assert_eq!((pens(&whole), pens(&least)), (2, 1), "the name and the officer, or the officer alone: {whole}");
    let pdf = world.file("receipt.pdf", b"");
    for lang in ["en", "fr", "ar"] {
        tablet.good(&["receipt", &item, "--lang", lang, "--pdf", &pdf]);
        assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF-"), "{lang}");
    }
}
