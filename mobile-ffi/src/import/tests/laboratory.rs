//! The mapping for the police laboratory, on rows made up to be like those of other years: other spellings, other
//! order of columns, words nobody foresaw.

use super::*;

const HEADER: &str = "Classe;Tipo;Controle Interno;Nº de Série;Marca;Modelo;CALIBRE;Pais;Data Registro;Patrimoniada;Origem Arma;Bairro;Lacre;Delito;Novidade";

fn rows(lines: &[&str]) -> (Vec<Outcome>, Summary) {
    let text = format!("Relatório;;\n\n{HEADER}\n{}\n", lines.join("\n"));
    let latin = encoding_rs::WINDOWS_1252.encode(&text).0.into_owned();
    let (_folder, path) = file("2021.csv", &latin);
    let mapping = Mapping::detect(&path).unwrap();
    assert_eq!(mapping.name(), "br-rj-police-laboratory");
    convert_all(&path, &mapping)
}

#[test]
fn a_firearm_becomes_a_weapon_with_codes_and_its_words_as_seen() {
    let (outcomes, summary) = rows(&[
        "Arma de Fogo;Pistola;900001;=CONCATENATE(\"AB12345\");Forjas Taurus S/A;PT-99;9mm Parabellum (9x19mm);Brasil;05/01/2018 10:30;Polícia Militar;Ilícita;CENTRO;=CONCATENATE(\"0777\");Homicídio;algo novo",
    ]);
    let row = &outcomes[0];
    for (path, expected) in [
        ("kind", "weapon"),
        ("class", "PIS"),
        ("class_as_seen", "Pistola"),
        ("make", "TAURUS"),
        ("make_as_seen", "Forjas Taurus S/A"),
        ("model", "PT-99"),
        ("calibre", "9x19"),
        ("calibre_as_seen", "9mm Parabellum (9x19mm)"),
        ("country", "BR"),
        ("country_certainty", "probable"),
        ("context", "SEI"),
        ("serial_status", "read"),
        ("stock_owner", "Polícia Militar"),
        ("place_name", "CENTRO"),
        ("offence", "Homicídio"),
    ] {
        assert_eq!(text(row, path), expected, "{path}");
    }
    let fields = &ready(row).draft.fields;
    assert_eq!(fields.get("state_stock"), Some(&Value::Bool(true)));
    // Summer time: 10:30 was 12:30 UTC.
    assert_eq!(fields.get("collected_at"), Some(&Value::Int(1_515_155_400_000)));
    assert_eq!(members(row, "markings", "text"), ["AB12345"]);
    assert_eq!(members(row, "refs", "value"), ["900001", "0777"]);
    assert_eq!(members(row, "illicit_basis", "basis"), ["national_law"]);
    assert!(members(row, "notes", "text")[0].contains("Novidade: algo novo"));
    assert_eq!(summary.columns_not_mapped, ["Novidade"]);
}

#[test]
fn words_in_the_field_of_the_serial_become_the_state_of_a_marking() {
    let (outcomes, _) = rows(&[
        "ARMA DE FOGO;REVOLVER;1;Removido por ação humana;;;.38;;;;;;;;",
        "ARMA DE FOGO;REVÓLVER;2;;;;.38;;;;;;;;",
        "ARMA DE FOGO;REVÓLVER;3;-;;;.38;;;;;;;;",
    ]);
    assert_eq!(text(&outcomes[0], "serial_status"), "obliterated");
    assert_eq!(members(&outcomes[0], "markings", "condition"), ["OBL"]);
    assert!(members(&outcomes[0], "markings", "text").is_empty());
    assert!(members(&outcomes[0], "notes", "text")[0].contains("Removido por ação humana"));
    for blank in &outcomes[1..] {
        assert_eq!(text(blank, "serial_status"), "not_inspected");
        assert!(ready(blank).draft.members.iter().all(|member| member.set != "markings"));
    }
}

#[test]
fn ammunition_has_a_nature_and_a_lot_and_no_serial() {
    let (outcomes, _) = rows(&[
        "MUNIÇÃO;CARTUCHO (INTACTO);1;ABC12 / DEF34;cbc;Expansivo ponta oca;.40 S&W;;;;;;;;",
        "MUNIÇÃO;CARTUCHO PERCUTIDO E NÃO DEFLAGRADO;2;vide anexo;MAGTECH;CHUMBO OGIVAL;.38;;;;;;;;",
        "MUNICAO;ESTOJO;3;;;;;;;;;;;;",
    ]);
    let seen: Vec<[&str; 5]> = outcomes
        .iter()
        .map(|o| {
            [text(o, "kind"), text(o, "class"), text(o, "nature"), text(o, "lot_number"), text(o, "serial_status")]
        })
        .collect();
    assert_eq!(
        seen,
        [
            ["ammunition", "AMM", "expanding", "ABC12 / DEF34", ""],
            ["ammunition", "AMM", "spent_case", "", ""],
            ["ammunition", "AMM", "spent_case", "", ""]
        ]
    );
    assert_eq!(text(&outcomes[1], "model_as_seen"), "CHUMBO OGIVAL");
    assert!(members(&outcomes[1], "notes", "text")[0].contains("vide anexo"));
}

#[test]
fn words_nobody_foresaw_are_kept_and_flagged_and_never_refuse_a_row() {
    let (outcomes, summary) = rows(&[
        "COISA NOVA;BACURAU;1;AB12;FABRICA NOVA;X1;9,87 MM NOVO;Atlântida;ontem;Clube de Tiro;Talvez;;;;",
        "ARMA DE FOGO;SIMULACRO DE PISTOLA;2;;;;;;;;;;;;",
        "ARMA DE FOGO;CARREGADOR;3;;;;;;;;;;;;",
        "ARMA DE FOGO;Espingarda de Pressão;4;;;;;;;;;;;;",
        "ARMA DE FOGO;ESPINGARDA;5;;;;32;;;;;;;;",
        "ARMA DE FOGO;REVÓLVER;6;;;;32;;;;;;;;",
        ";;;;;;;;;;;;;;",
    ]);
    assert_eq!((summary.rows, summary.refused), (6, 0));
    let row = &outcomes[0];
    let seen = [
        text(row, "kind"),
        text(row, "class"),
        text(row, "class_as_seen"),
        text(row, "make"),
        text(row, "calibre"),
        text(row, "calibre_as_seen"),
        text(row, "country"),
        text(row, "country_as_seen"),
    ];
    assert_eq!(seen, ["weapon", "OTH", "BACURAU", "FABRICA NOVA", "other", "9,87 MM NOVO", "", "Atlântida"]);
    let note = members(row, "notes", "text").join("\n");
    for kept in ["Classe: COISA NOVA", "Data Registro: ontem", "Patrimoniada: Clube de Tiro", "Origem Arma: Talvez"] {
        assert!(note.contains(kept), "{kept} in {note}");
    }
    assert!(summary.flags["word.not_in_table"].count >= 5 && summary.flags["cell.unreadable"].count == 1);
    let kinds: Vec<[&str; 2]> = outcomes[1..].iter().map(|o| [text(o, "class"), text(o, "calibre")]).collect();
    assert_eq!(kinds, [["REP", ""], ["PRT", ""], ["AIR", ""], ["SHG", "32 ga"], ["REV", ".32"]]);
    assert_eq!((text(&outcomes[2], "kind"), text(&outcomes[2], "part_type")), ("part", "magazine"));
}

#[test]
fn what_a_spreadsheet_did_to_a_text_is_undone_and_told() {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("2020.xlsx");
    let mut book = Workbook::new();
    let date = Format::new().set_num_format("mmm/yy");
    let sheet = book.add_worksheet();
    for (column, header) in
        ["Classe", "Tipo", "Calibre", "Modelo", "Acautelamento", "Número de Série"].into_iter().enumerate()
    {
        sheet.write(0, u16::try_from(column).unwrap(), header).unwrap();
    }
    sheet.write(1, 0, "ARMA DE FOGO").unwrap().write(1, 1, "ESPINGARDA").unwrap();
    sheet.write_with_format(1, 2, ExcelDateTime::from_ymd(1970, 12, 1).unwrap(), &date).unwrap();
    sheet.write_with_format(1, 3, ExcelDateTime::from_ymd(2021, 7, 24).unwrap(), &date).unwrap();
    sheet.write_with_format(1, 4, ExcelDateTime::from_ymd(2019, 5, 1).unwrap(), &date).unwrap();
    sheet.write(1, 5, 12345).unwrap();
    book.save(&path).unwrap();
    let (outcomes, _) = convert_all(&path, &Mapping::detect(&path).unwrap());
    let row = &outcomes[0];
    assert_eq!(
        [text(row, "calibre"), text(row, "calibre_as_seen"), text(row, "model"), text(row, "model_as_seen")],
        ["12 ga", "12/70", "24/7", "24/7"]
    );
    assert_eq!(members(row, "refs", "value"), ["5/2019"]);
    let codes: Vec<&str> = ready(row).flags.iter().map(|flag| flag.code).collect();
    assert_eq!(codes.iter().filter(|code| **code == "cell.date_undone").count(), 3);
    assert!(codes.contains(&"serial.leading_zeros"), "{codes:?}");
}
