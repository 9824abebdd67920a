//! The built-in table is sound, names are found, and what a programme writes is read strictly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::decision::{Authority, Decision};

fn names(make: Option<&str>, name: &str) -> Vec<&'static str> {
    Reference::builtin().find(make, name).iter().map(|m| m.name.as_str()).collect()
}

const OWN: &str = r#"version = 1

[[model]]
id = "north-carbine"
name = "Northern carbine"
aliases = ["NC-1"]
classes = ["CAR"]
calibres = ["9x19"]
serials = ["'NC'####"]
producers = [{ country = "KE", maker = "North works", licensed = true, from = 1990 }]
look_alikes = [{ model = "sten", cues = "the Sten's magazine is at the left" }]

[model.cues]
magazine = "in front of the guard"
"#;

#[test]
fn the_builtin_table_reads_without_a_mistake_and_is_large() {
    assert_eq!(
        read(BUILTIN, None).map(|file| file.models.len()).map_err(|e| e[0].to_string()),
        Ok(Reference::builtin().models().len())
    );
    assert!(Reference::builtin().models().len() >= 150);
    for maker in Reference::builtin().makers() {
        assert!(!maker.countries.is_empty(), "{}", maker.name);
    }
}

#[test]
fn names_are_found_however_they_are_written() {
    for (make, name, found) in [
        (None, "akm", vec!["AKM"]),
        (None, "AK-74", vec!["AK-74"]),
        (None, "M 964 FAL", vec!["FN FAL"]),
        (Some("Taurus"), "82", vec!["Taurus 82"]),
        (Some("TAURUS"), "Mod. 82", vec!["Taurus 82"]),
        (Some("Forjas Taurus"), "82", vec!["Taurus 82"]),
        (None, "82", vec![]),
        (Some("GLOCK"), "Glock 17", vec!["Glock 17"]),
        (None, "Type 56", vec!["Type 56 rifle", "Type 56 carbine"]),
        (None, "M1", vec!["M1 Garand", "M1 carbine"]),
        (None, "MPi-KM", vec!["MPi-KM"]),
        (None, "Blunderbuss", vec![]),
    ] {
        assert_eq!(names(make, name), found, "{name}");
    }
}

#[test]
fn a_model_written_out_and_read_again_is_the_same() {
    for model in Reference::builtin().models() {
        assert_eq!(ModelEntry::from_toml(&model.to_toml()).as_ref(), Ok(model));
    }
}

#[test]
fn every_mistake_in_a_file_is_named_with_its_line() {
    let builtin = Some(Reference::builtin());
    let text = r#"version = 1

[[model]]
id = "Bad Id"
name = "X"
classes = ["ASR"]

[[model]]
id = "two"
name = "Two"
classes = ["ASX"]
calibres = ["7.62x40"]
from = 1990
to = 1980
serials = ["B#"]
producers = [{ country = "XX" }]
look_alikes = [{ model = "nobody", cues = "x" }]

[[model]]
id = "two"
name = " "
classes = []
"#;
    let wrong = read(text, builtin).unwrap_err();
    let seen: Vec<String> =
        wrong.iter().map(|e| format!("{} {}", e.code(), e.to_string().split(':').next().unwrap())).collect();
    assert_eq!(
        seen,
        [
            "models.bad_id line 3",
            "models.unknown_code line 8",
            "models.unknown_code line 8",
            "models.unknown_code line 8",
            "models.years line 8",
            "models.unknown_look_alike line 8",
            "models.bad_pattern line 8",
            "models.empty line 19",
            "models.empty line 19",
            "models.duplicate line 19",
        ]
    );
    for (text, code) in [
        ("version = 2", "models.version"),
        ("version = 1\n[[model]]\nid = \"a\"\nname = \"A\"\nclasses = [\"ASR\"]\nweight = 4.3\n", "models.syntax"),
        ("version = 1\n[[model]]\nid = \"a\"\nname = \"A\"\nclasses = [\"ASR\"]\nfrom = 1.5\n", "models.syntax"),
        ("version = ", "models.syntax"),
    ] {
        assert_eq!(read(text, builtin).unwrap_err()[0].code(), code, "{text}");
    }
    assert!(matches!(
        read("version = 1\n\n[[model]]\nid = 3\n", builtin).unwrap_err()[0],
        ModelsError::Syntax { line: 4, .. }
    ));
}

#[test]
fn a_programme_adds_replaces_and_withdraws_models_by_decision() {
    let own = ModelEntry::from_toml(OWN).unwrap();
    assert_eq!(read(OWN, Some(Reference::builtin())).unwrap().models, std::slice::from_ref(&own));
    let mut authority = Authority::default();
    assert!(core::ptr::eq(authority.models.reference(), Reference::builtin()));
    let say = |authority: &mut Authority, number, decision: Decision| {
        let edit = decision.to_edit();
        authority.take(number, &Decision::from_edit(&edit).unwrap());
    };
    say(&mut authority, 0, Decision::ModelAdded { toml: own.to_toml() });
    assert_eq!(authority.models.reference().find(None, "NC 1"), [&own]);
    assert!(Reference::builtin().find(None, "NC 1").is_empty());

    let mut akm = Reference::builtin().get("akm").unwrap().clone();
    akm.calibres.push("5.56x45".to_owned());
    say(&mut authority, 1, Decision::ModelAdded { toml: akm.to_toml() });
    let table = authority.models.reference();
    assert_eq!(table.get("akm"), Some(&akm));
    assert_eq!(table.models().len(), Reference::builtin().models().len() + 1);

    say(&mut authority, 2, Decision::ModelWithdrawn { id: "akm".to_owned() });
    say(&mut authority, 3, Decision::ModelWithdrawn { id: "north-carbine".to_owned() });
    assert!(authority.models.reference().find(None, "AKM").is_empty());
    assert!(authority.models.reference().find(None, "NC-1").is_empty());
    // What nobody can read changes nothing.
    let before = authority.models.clone();
    say(&mut authority, 4, Decision::ModelAdded { toml: "version = 9".to_owned() });
    assert_eq!(authority.models, before);
}

#[test]
fn a_programme_adds_replaces_and_withdraws_makers_by_decision_and_what_has_to_be_judged_anew_is_told() {
    let north = Maker {
        name: "North works".to_owned(),
        aliases: vec!["NW".to_owned(), "Taurus".to_owned()],
        countries: vec!["KE".to_owned()],
    };
    assert_eq!(Maker::from_toml(&north.to_toml()).as_ref(), Ok(&north));
    for maker in Reference::builtin().makers() {
        assert_eq!(Maker::from_toml(&maker.to_toml()).as_ref(), Ok(maker));
    }
    for text in ["version = 1", OWN, &format!("{}{}", north.to_toml(), "[[maker]]\nname = \"B\"\ncountries = []\n")] {
        assert_eq!(Maker::from_toml(text).unwrap_err().code(), "models.count");
    }
    let mut authority = Authority::default();
    let say = |authority: &mut Authority, number, decision: Decision| {
        let before = authority.models.clone();
        authority.take(number, &Decision::from_edit(&decision.to_edit()).unwrap());
        before
    };
    let before = say(&mut authority, 0, Decision::MakerAdded { toml: north.to_toml() });
    let table = authority.models.reference();
    assert_eq!((table.maker("nw"), Reference::builtin().maker("nw")), (Some(&north), None));
    assert_eq!(table.maker("taurus"), Some(&north), "whoever the programme says bears the name");
    assert_eq!(table.maker("Forjas Taurus").unwrap().name, "Forjas Taurus", "by its other names it is still known");
    let now = authority.models.clone();
    let anew = before.changed(&now);
    assert!(anew(Some("N.W."), None) && anew(Some("north works"), Some("AKM")) && anew(Some("Taurus"), None));
    assert!(!anew(Some("Norinco"), Some("AKM")) && !anew(None, Some("AKM")) && !anew(None, None));

    let izhmash = Reference::builtin().maker("Izhmash").unwrap();
    let before = say(&mut authority, 1, Decision::MakerWithdrawn { name: izhmash.name.clone() });
    assert_eq!(authority.models.reference().maker("Izhmash"), None);
    assert!(before.changed(&authority.models)(Some("izhmash"), None));
    assert_eq!(authority.models.reference().makers().len(), Reference::builtin().makers().len());
    say(&mut authority, 2, Decision::MakerWithdrawn { name: "NORTH WORKS".to_owned() });
    assert_eq!(authority.models.reference().maker("taurus").unwrap().name, "Forjas Taurus");
    // What nobody can read changes nothing.
    let before = say(&mut authority, 3, Decision::MakerAdded { toml: OWN.to_owned() });
    assert_eq!(authority.models, before);
}

#[test]
fn mistakes_in_makers_are_named_with_their_lines() {
    let text = r#"version = 1

[[maker]]
name = "A"
countries = ["KE"]

[[maker]]
name = "a."
countries = ["XX"]

[[maker]]
name = " "
aliases = ["-"]
countries = []
"#;
    let wrong = read(text, None).unwrap_err();
    let seen: Vec<String> =
        wrong.iter().map(|e| format!("{} {}", e.code(), e.to_string().split(':').next().unwrap())).collect();
    let expected = [
        "models.unknown_code line 7",
        "models.duplicate_maker line 7",
        "models.empty line 11",
        "models.empty line 11",
        "models.empty line 11",
    ];
    assert_eq!(seen, expected);
    let long = format!("version = 1\n[[maker]]\nname = \"{}\"\ncountries = [\"KE\"]\n", "x".repeat(20_000));
    assert_eq!(read(&long, None).unwrap_err()[0].code(), "models.too_long");
}

#[test]
fn words_find_models_by_name_maker_calibre_class_and_country() {
    let found = |words: &str| Reference::builtin().search(words).iter().map(|m| m.id.as_str()).collect::<Vec<_>>();
    assert_eq!(found("AKM")[0], "akm");
    assert_eq!(found("mpi km")[0], "mpi-km");
    assert!(found("taurus 7.62x39").is_empty());
    assert!(found("taurus .38 revolver").contains(&"taurus-82"));
    assert!(found("taurus 9x17 pistol").contains(&"taurus-pt58"));
    assert!(
        found("revolver brazil").iter().all(|id| Reference::builtin()
            .get(id)
            .unwrap()
            .classes
            .contains(&"REV".to_owned()))
    );
    assert!(found("KP").contains(&"type-68") && !found("KP").contains(&"fal"));
    assert!(found("zzzz").is_empty());
    assert_eq!(found("").len(), Reference::builtin().models().len());
}

#[test]
fn a_card_shows_what_tells_a_model_from_its_look_alikes_on_both_sides() {
    let card = |id: &str| Reference::builtin().card(id).unwrap();
    let (akm, vz58) = (card("akm"), card("vz-58"));
    assert!(akm.look_alikes.iter().any(|other| other.id == "vz-58" && other.cues.contains("rotating bolt")));
    assert!(vz58.look_alikes.iter().any(|other| other.id == "akm"));
    // The Helwan names nobody, but the Beretta 92 names it.
    assert!(card("helwan").look_alikes.iter().any(|other| other.id == "beretta-92"));
    let text = akm.to_text();
    assert!(text.contains("looks like") && text.contains("Egypt, Maadi, under licence"), "{text}");
    assert!(Reference::builtin().card("nothing").is_none());
}

/// `cargo test -p ploughshare-core --lib -- --ignored speed --nocapture`
#[test]
#[ignore = "a measurement, not a test"]
#[expect(clippy::print_stderr, clippy::disallowed_methods, clippy::disallowed_macros, reason = "a measurement")]
fn speed_of_judging_an_item() {
    use crate::domain::{draft::Draft, item::ItemRecord};
    let items: Vec<ItemRecord> = [
        serde_json::json!({ "kind": "weapon", "class": "ASR", "make": "IZHMASH", "model": "AKM", "calibre": "7.62x39", "country": "SU", "year": 1967, "markings": [{ "type": "SER", "text": "AB 1943" }] }),
        serde_json::json!({ "kind": "weapon", "class": "REV", "make": "TAURUS", "model": "82", "calibre": ".38 Spl", "country": "BR", "markings": [{ "type": "SER", "text": "QA123456" }] }),
        serde_json::json!({ "kind": "weapon", "class": "PIS", "make": "NOBODY", "model": "unheard of", "calibre": "9x19" }),
    ]
    .iter()
    .map(|json| ItemRecord::read(&Draft::from_json(json).unwrap().preview()))
    .collect();
    let context = crate::rules::Context { now_ms: Some(1_735_689_600_000), ..Default::default() };
    let begun = std::time::Instant::now();
    let rounds: u32 = 100_000;
    for _ in 0..rounds {
        for item in &items {
            std::hint::black_box(crate::rules::check_item(item, &context));
        }
    }
    eprintln!("{} ns an item", begun.elapsed().as_nanos() / u128::from(rounds) / items.len() as u128);
}
