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
        "Q9876-54W 32100",
        "QWY 789",
        "Q 012340",
        "QWE:1230",
        "12/45",
        "1230/45-B",
        "9 - 870",
        "QW-E 98765",
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
        ("elmimado", "obliterated | - OBL - -"),
        ("suprimida; descrita no campo ao lado", "obliterated | - OBL - -"),
        ("indeterminável, foi lixado", "obliterated | - SAN - -"),
        ("rasurado com ferramenta (armação, lado direito)", "obliterated | - OBL FRM R"),
        ("Adulterado a golpes contundentes", "obliterated | - OBL - -"),
        ("ADULTERADO", "obliterated | - ALT - -"),
        ("Parcialmente removido com lima", "obliterated | - PLE - -"),
        ("Removido e talvez remarcado", "obliterated | - RST - -"),
        ("retirada pela ação do tempo", "not_legible | - WRN - -"),
        ("indeterminado, muita corrosão", "not_legible | - COR - -"),
        ("sob recobrimento de verniz", "not_legible | - PAI - -"),
        ("não aparente", "not_legible"),
        ("NÃO LOCALIZADO", "not_legible"),
        ("N/I", "not_legible"),
        ("?????", "not_legible"),
        ("Inexistente", "none_marked | - NEV - -"),
        ("s/ número gravado", "none_marked | - NEV - -"),
        ("fabricação artesanal", "none_marked | - NEV - -"),
        ("Ausente, sem vestígio de supressão", "none_marked | - NEV - -"),
        ("vide campo próprio", "not_inspected"),
        ("VIDE RESPOSTA DO PERITO", "not_inspected"),
        ("não inspecionado", "not_inspected"),
        ("00000", "not_inspected"),
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
        ("AB12345 à direita, na armação", "read | AB12345 LEG FRM R"),
        ("AB12345 (revelado no cano)", "read | AB12345 LAB BRL -"),
        ("AB123 (cano) CD456 (ferrolho) revelados", "read | AB123 LAB BRL - | CD456 LAB SLD -"),
        ("AB12345 E CD45678", "read | AB12345 LEG - - | CD45678 LEG - -"),
        ("AB12345 - CD45678", "read | AB12345 LEG - - | CD45678 LEG - -"),
        ("AB12??? (parcialmente REMOVIDO com lima)", "partial | AB12??? PLE - -"),
        ("AB(?)(?)41(?)", "partial | AB??41? PLE - -"),
        ("12**5 (*não revelado)", "partial | 12**5 PLE - -"),
        ("QW1xxxx", "partial | QW1xxxx PLE - -"),
        ("QWE---- (suprimido)", "partial | QWE---- PLE - -"),
        ("QWE ELIMINADO COM PUNÇÃO", "partial | QWE PLE - -"),
        ("Iniciais QW12, demais dígitos rasurados", "partial | QW12 PLE - -"),
        ("Removido; sobrescrito QWE12345", "obliterated | QWE12345 RST - -"),
        ("AB12345 (armação .32ACP)", "read | AB12345 LEG FRM -"),
        ("Q W Y K ??? (parcialmente apagado)", "partial | Q W Y K ??? PLE - -"),
    ] {
        assert_eq!(read(&pt, text), expected, "{text}");
    }
}

#[test]
fn words_nobody_foresaw_are_said_to_be_not_understood() {
    let reading = words("pt").read("cabo de madeira clara");
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
