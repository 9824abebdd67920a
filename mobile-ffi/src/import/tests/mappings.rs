//! Mapping files: what ships is right, what is wrong is named with its line, and nothing of a row is lost.

use super::*;

const HEAD: &str = "name = 'm'\ntitle = 't'\nnamespace = 'n'\nrequired = ['Serial']\n";

fn mapping(rest: &str) -> Result<Mapping, ImportError> {
    Mapping::parse("m.toml", &format!("{HEAD}{rest}"))
}

#[test]
fn every_shipped_mapping_is_right() {
    for name in BUILTIN_NAMES {
        let mapping = Mapping::builtin(name).unwrap().unwrap();
        assert_eq!(mapping.name(), name);
        assert!(!mapping.title().is_empty() && !mapping.namespace().is_empty());
    }
    assert!(Mapping::builtin("none").is_none());
}

#[test]
fn a_wrong_mapping_is_refused_with_its_line_and_what_is_wrong() {
    let identity = "[identity]\ncolumns = ['Id']\n";
    for (rest, line, words) in [
        ("[identity]\n[[field]]\ncolumn = 'A'\npath = 'owner_name'\n", Some(6), "\"owner_name\" is not a field"),
        ("[identity]\n[[field]]\ncolumn = 'A'\npath = 'make'\ntable = 'x'\n", Some(6), "table \"x\" is not defined"),
        ("[identity]\n[[field]]\ncolumn = 'A'\npath = 'class'\n", Some(6), "a code needs a table"),
        (
            "[identity]\n[[field]]\ncolumn = 'A'\npath = 'class'\ntable = 'x'\n[table.x]\nwords = { ZZZ = ['a'] }\n",
            Some(6),
            "\"ZZZ\"",
        ),
        (
            "[identity]\n[[field]]\ncolumn = 'A'\nvalue = 'x'\npath = 'make'\n",
            Some(6),
            "exactly one of column and value",
        ),
        ("[identity]\n[[field]]\ncolumn = 'A'\npath = 'photos'\n", Some(6), "photos"),
        ("[identity]\n[[field]]\ncolum = 'A'\n", Some(7), "colum"),
        ("[identity]\n[[marking]]\ncolumn = 'A'\ntype = 'SER'\nwords = 'zz'\n", Some(6), "serial words \"zz\""),
        ("[identity]\n[defaults]\ncontext = 'XYZ'\n", None, "context"),
        ("include = ['none.toml']\n[identity]\n", None, "none.toml"),
        ("[identity]\n[file]\nutc_offset = '3'\n", None, "offset"),
        ("[identity]\n[[member]]\nset = 'illicit_basis'\nfields = { basis = 'bad' }\n", Some(6), "bad"),
        ("broken", Some(5), ""),
    ] {
        let error = mapping(rest).unwrap_err();
        assert_eq!(error.code(), "import.mapping.invalid");
        let ImportError::Mapping { line: found, detail, .. } = &error else { unreachable!() };
        assert_eq!(*found, line, "{rest}: {error}");
        assert!(detail.contains(words), "{rest}: {error}");
    }
    mapping(identity).unwrap();
}

fn csv(text: &str, rest: &str) -> (Vec<Outcome>, Summary) {
    let (_folder, path) = file("a.csv", text.as_bytes());
    convert_all(&path, &mapping(rest).unwrap())
}

#[test]
fn a_row_is_known_by_its_identity_whatever_the_file_looks_like() {
    let rules = "[identity]\ncolumns = ['Id']\n[[field]]\ncolumn = 'Serial'\npath = 'tag'\n";
    let (one, _) = csv("Id,Serial,Cor\n7,A1,x\n,B2,\n", rules);
    let (two, _) = csv("cor;SERIAL;id\n;B2;\nx;A1;7\n", rules);
    assert_eq!(ready(&one[0]).row_id, "n:7");
    assert_eq!(
        (&ready(&one[0]).row_id, &ready(&one[0]).content_hash),
        (&ready(&two[1]).row_id, &ready(&two[1]).content_hash)
    );
    assert_eq!(ready(&one[1]).row_id, ready(&two[0]).row_id, "without an id, the content identifies");
    assert!(ready(&one[1]).row_id.starts_with("n:content:"));
    let (changed, _) = csv("Id,Serial,Cor\n7,A1,y\n", rules);
    assert_eq!(ready(&changed[0]).row_id, "n:7");
    assert_ne!(ready(&changed[0]).content_hash, ready(&one[0]).content_hash);
}

#[test]
fn a_repeated_identity_is_kept_if_it_says_something_else_and_refused_if_not() {
    let rules = "[identity]\ncolumns = ['Id']\n";
    let (outcomes, summary) = csv("Id,Serial\n7,A1\n7,B2\n7,A1\n7,B2\n8,A1\n", rules);
    let ids: Vec<&str> = outcomes
        .iter()
        .filter_map(|o| if let Outcome::Ready(r) = o { Some(r.row_id.as_str()) } else { None })
        .collect();
    assert_eq!((ids.len(), ids[0], ids[2]), (3, "n:7", "n:8"));
    assert!(ids[1].starts_with("n:7#"));
    assert!(ready(&outcomes[1]).flags.iter().any(|flag| flag.code == "row.identity_repeated"));
    assert_eq!(summary.refusals["import.row.repeated"].count, 2);
    let (again, _) = csv("Id,Serial\n7,A1\n7,B2\n", rules);
    assert_eq!(ready(&again[1]).row_id, ids[1]);
}

#[test]
fn rows_that_cannot_be_trusted_are_refused_and_the_others_are_not() {
    let rules = "[identity]\ncolumns = ['Id']\nfallback = 'refuse'\n";
    let (outcomes, summary) = csv("Id,Serial\n7,A1,shifted\n,B2\n8\n9,C3,\n", rules);
    assert_eq!((summary.rows, summary.recorded, summary.refused), (4, 2, 2));
    let Outcome::Refused(first) = &outcomes[0] else { panic!() };
    assert_eq!((first.row, first.code), (2, "import.row.too_long"));
    let Outcome::Refused(second) = &outcomes[1] else { panic!() };
    assert_eq!((second.row, second.code), (3, "import.row.no_identity"));
    assert!(summary.to_text().contains("import.row.too_long"));
}

#[test]
fn what_no_rule_takes_is_kept_in_a_note() {
    let long = "x".repeat(200);
    let rules = "[identity]\ncolumns = ['Id']\n[[field]]\ncolumn = 'Serial'\npath = 'site'\n[[field]]\ncolumn = 'Year'\npath = 'year'\n[[field]]\ncolumn = 'Cor'\npath = 'store'\nwhen = [{ column = 'Id', is = ['never'] }]\n[ignore]\nTotal = 'a sum of the sheet'\n";
    let (outcomes, summary) = csv(&format!("Id,Serial,Year,Cor,Extra,Total\n7,{long},19x8,azul,mais,12\n"), rules);
    let note = members(&outcomes[0], "notes", "text").join("\n");
    for line in [&format!("Serial: {long}"), "Year: 19x8", "Cor: azul", "Extra: mais"] {
        assert!(note.contains(line), "{line} in {note}");
    }
    assert!(!note.contains("Total"));
    assert_eq!(text(&outcomes[0], "site").len(), 64);
    let codes: Vec<&str> = ready(&outcomes[0]).flags.iter().map(|flag| flag.code).collect();
    assert_eq!(codes, ["cell.too_long", "cell.unreadable"]);
    assert_eq!(summary.columns_not_mapped, ["Extra"]);
    assert_eq!(summary.columns_ignored, [("Total".to_owned(), "a sum of the sheet".to_owned())]);
}

#[test]
fn control_characters_and_signs_that_turn_the_writing_do_not_reach_the_register() {
    let rules = "[identity]\n[[field]]\ncolumn = 'Serial'\npath = 'tag'\n";
    let (outcomes, _) = csv("Id,Serial\n1,\"A\u{202e}1\u{7}2\"\n2,\"A\nB\"\n", rules);
    assert_eq!(text(&outcomes[0], "tag"), "A1 2");
    // A line break does not fit a tag: the field stays empty, the text is in the note.
    assert_eq!(text(&outcomes[1], "tag"), "");
    assert!(members(&outcomes[1], "notes", "text")[0].contains("A B"));
}

#[test]
fn generic_lists_in_english_and_french_are_recognised() {
    for (name, text_of_file) in [
        (
            "en.csv",
            "No,Weapon type,Manufacturer,Caliber,Country,Serial number,Year\n1,Assault rifle,F.N.,7.62 mm NATO,Belgium,AB12345,1972\n",
        ),
        (
            "fr.csv",
            "N° d'enregistrement;Type d'arme;Marque;Calibre;Pays;Numéro de série;Année\n1;Fusil d'assaut;FN Herstal;7,62 x 51;Belgique;AB12345;1972\n",
        ),
    ] {
        let (_folder, path) = file(name, text_of_file.as_bytes());
        let mapping = Mapping::detect(&path).unwrap();
        assert_eq!(mapping.name(), "generic-weapons");
        let (outcomes, _) = convert_all(&path, &mapping);
        let row = &outcomes[0];
        let seen = [
            text(row, "kind"),
            text(row, "class"),
            text(row, "make"),
            text(row, "calibre"),
            text(row, "country"),
            text(row, "serial_status"),
        ];
        assert_eq!(seen, ["weapon", "ASR", "FN HERSTAL", "7.62x51", "BE", "read"], "{name}");
        assert_eq!(members(row, "markings", "text"), ["AB12345"]);
        assert_eq!(ready(row).draft.fields.get("year"), Some(&Value::Int(1972)));
    }
    let (_folder, path) = file("x.csv", b"a,b\n1,2\n");
    assert_eq!(Mapping::detect(&path).unwrap_err().code(), "import.mapping.none_fits");
}

#[test]
fn our_own_layout_takes_codes_as_they_are() {
    let (_folder, path) = file("own.csv", b"id,kind,class,calibre,serial,context,collected_at,loaded\n1,weapon,ASR,7.62x39,obliterated,DDR,2024-05-01T10:20:30Z,yes\n2,Weapon,zzz,,AB1,,,\n");
    let mapping = Mapping::detect(&path).unwrap();
    assert_eq!(mapping.name(), "ploughshare");
    let (outcomes, _) = convert_all(&path, &mapping);
    assert_eq!((text(&outcomes[0], "class"), text(&outcomes[0], "serial_status")), ("ASR", "obliterated"));
    assert_eq!(ready(&outcomes[0]).draft.fields.get("collected_at"), Some(&Value::Int(1_714_558_830_000)));
    assert_eq!(ready(&outcomes[0]).draft.fields.get("loaded"), Some(&Value::Bool(true)));
    assert_eq!((text(&outcomes[1], "kind"), text(&outcomes[1], "class")), ("weapon", ""));
    assert!(ready(&outcomes[1]).flags.iter().any(|flag| flag.code == "cell.unreadable"));
}

#[test]
fn the_detailed_report_is_there_while_the_import_goes() {
    let (_folder, path) = file("a.csv", b"Id,Serial\n7,A1\n8,B2,x\n7,A1\n");
    let mapping =
        mapping("[identity]\ncolumns = ['Id']\nfallback = 'refuse'\n[[field]]\ncolumn = 'Serial'\npath = 'year'\n")
            .unwrap();
    let mut table = Table::open(&path, &mapping.table_options()).unwrap();
    let mut converter = Converter::new(&mapping, table.headers());
    let detailed = path.with_extension("jsonl");
    let mut writer = ReportWriter::create(&detailed, Report::new(&converter)).unwrap();
    for row in table.rows().unwrap() {
        writer.outcome(&converter.convert(&row.unwrap())).unwrap();
        writer.flush().unwrap();
        let lines = std::fs::read_to_string(&detailed).unwrap().lines().count() as u64;
        assert_eq!(lines, writer.summary().rows);
    }
    let summary = writer.finish().unwrap();
    let written = std::fs::read_to_string(&detailed).unwrap();
    let last: serde_json::Value = serde_json::from_str(written.lines().last().unwrap()).unwrap();
    assert_eq!(last["summary"]["rows"], 3);
    assert_eq!((summary.recorded, summary.refused, summary.rows_flagged), (1, 2, 1));
}
