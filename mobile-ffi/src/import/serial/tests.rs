//! Serial cells as they are met, with numbers made up for the purpose.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;

fn words(language: &str) -> SerialWords {
    #[derive(Deserialize)]
    struct Shared {
        serial: std::collections::BTreeMap<String, RawSerialWords>,
    }
    let shared: Shared = toml::from_str(include_str!("../../../mappings/tables/serials.toml")).unwrap();
    SerialWords::compile(&shared.serial[language]).unwrap()
}

/// Status, then each marking as text, condition, location, side, with `-` for what is not there.
fn read(words: &SerialWords, text: &str) -> String {
    let reading = words.read(text);
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let marks = reading
        .markings
        .iter()
        .map(|m| format!(" | {} {} {} {}", or(&m.text), or(&m.condition), or(&m.location), or(&m.side)));
    format!("{}{}", reading.status, marks.collect::<String>())
}

#[test]
fn a_serial_is_read_as_it_stands() {
    let pt = words("pt");
    for text in [
        "AB12345",
        "0012",
        "T1234-56A 78901",
        "KXY 998",
        "E 067035",
        "AO:142503",
        "12/45",
        "77001/1 A",
        "57 - 1",
        "CHO-P 6211",
        "QWERTY",
        "zzyy760",
    ] {
        let reading = pt.read(text);
        assert_eq!((reading.status.as_str(), reading.plain), ("read", true), "{text}");
        assert_eq!(reading.markings[0].text.as_deref(), Some(text));
        assert_eq!(reading.markings[0].condition.as_deref(), Some("LEG"));
    }
}

#[test]
fn words_about_a_serial_are_never_a_serial() {
    let pt = words("pt");
    for (text, expected) in [
        ("Removido por ação humana.", "obliterated | - OBL - -"),
        ("ELIMINADO", "obliterated | - OBL - -"),
        ("elmiminado", "obliterated | - OBL - -"),
        ("suprimidos, vide observação", "obliterated | - OBL - -"),
        ("indeterminado (raspado)", "obliterated | - SAN - -"),
        ("rasurado por ação mecânica (na face direita da armação)", "obliterated | - OBL FRM R"),
        ("Adulterado por ação contundente", "obliterated | - OBL - -"),
        ("ADULTERADO", "obliterated | - ALT - -"),
        ("Parcialmente removido por ação humana.", "obliterated | - PLE - -"),
        ("Removido, podendo ter sofrido remarcação", "obliterated | - RST - -"),
        ("extraída por ação do tempo", "not_legible | - WRN - -"),
        ("indeterminado pela corrosão da superfície", "not_legible | - COR - -"),
        ("superfície com recobrimento", "not_legible | - PAI - -"),
        ("não aparente", "not_legible"),
        ("NÃO LOCALIZADO", "not_legible"),
        ("N/I", "not_legible"),
        ("?????", "not_legible"),
        ("Inexistente", "none_marked | - NEV - -"),
        ("s/ numeração visível", "none_marked | - NEV - -"),
        ("arma de fogo artesanal", "none_marked | - NEV - -"),
        ("Ausente, porém sem evidência de supressão do mesmo.", "none_marked | - NEV - -"),
        ("vide observação", "not_inspected"),
        ("VIDE RESPOSTA AO 4° QUESITO", "not_inspected"),
        ("não verificado", "not_inspected"),
        ("0000000", "not_inspected"),
    ] {
        assert_eq!(read(&pt, text), expected, "{text}");
        assert!(pt.read(text).understood, "{text}");
    }
}

#[test]
fn a_serial_with_words_beside_it_is_taken_out_of_them() {
    let pt = words("pt");
    for (text, expected) in [
        ("AB12345 (ferrolho)", "read | AB12345 LEG SLD -"),
        ("AB12345 ao lado direito da armação.", "read | AB12345 LEG FRM R"),
        ("AB12345 (revelado no cano)", "read | AB12345 LAB BRL -"),
        ("AB123 (cano) CD456 (ferrolho) revelados", "read | AB123 LAB BRL - | CD456 LAB SLD -"),
        ("AB12345 E CD45678", "read | AB12345 LEG - - | CD45678 LEG - -"),
        ("AB12345 - CD45678", "read | AB12345 LEG - - | CD45678 LEG - -"),
        ("AB12??? (parcialmente REMOVIDO por ação mecânica)", "partial | AB12??? PLE - -"),
        ("AB(?)(?)41(?)", "partial | AB??41? PLE - -"),
        ("12**5 (*não revelado)", "partial | 12**5 PLE - -"),
        ("ABxxxxx", "partial | ABxxxxx PLE - -"),
        ("ABC-------(parcialmente suprimido)", "partial | ABC------- PLE - -"),
        ("ABC ELIMINADO POR AÇÃO MECÂNICA", "partial | ABC PLE - -"),
        ("Iniciais AA029; demais números rasurados", "partial | AA029 PLE - -"),
        ("Removido, com sobreescrição ABC14417", "obliterated | ABC14417 RST - -"),
        ("AB12345 (armação .32ACP)", "read | AB12345 LEG FRM -"),
        ("B E X M ??? (parcialmente eliminado).", "partial | B E X M ??? PLE - -"),
    ] {
        assert_eq!(read(&pt, text), expected, "{text}");
    }
}

#[test]
fn words_nobody_foresaw_are_said_to_be_not_understood() {
    let reading = words("pt").read("16,0 cm de comprimento");
    assert!(!reading.understood && reading.markings.is_empty());
}

#[test]
fn english_and_french_words_are_understood() {
    let words = words("en-fr");
    for (text, expected) in [
        ("Obliterated", "obliterated | - OBL - -"),
        ("ground off", "obliterated | - SAN - -"),
        ("none", "none_marked | - NEV - -"),
        ("NO SERIAL NUMBER", "none_marked | - NEV - -"),
        ("effacé", "obliterated | - OBL - -"),
        ("illisible", "not_legible"),
        ("corroded", "not_legible | - COR - -"),
        ("AB12345 (right side of frame)", "read | AB12345 LEG FRM R"),
        ("AB1?345", "partial | AB1?345 PLE - -"),
    ] {
        assert_eq!(read(&words, text), expected, "{text}");
    }
}

#[test]
fn signs_for_what_was_not_read_meet_in_the_normalised_form() {
    assert_eq!(normalised("ab-12 3"), "AB123");
    assert_eq!(normalised("AB12xx"), "AB12??");
    assert_eq!(normalised("12##5"), "12??5");
    assert_eq!(normalised("ABC-----"), "ABC*");
}

#[test]
fn no_text_however_odd_makes_reading_fail() {
    let pt = words("pt");
    for text in [
        "(",
        ")",
        "(*",
        "/",
        "///",
        "-",
        "- -",
        "=",
        "é",
        "ç(é)ã?",
        "(?)",
        "*",
        "a/",
        "/a",
        "١٢٣",
        "\u{202e}AB12",
        &"A1 ".repeat(5000),
        &"(".repeat(5000),
    ] {
        pt.read(text);
    }
}
