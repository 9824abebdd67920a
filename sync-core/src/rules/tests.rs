//! Each rule finds what it is for, and leaves alone what is in order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use super::*;
use crate::cbor::Value;
use crate::domain::draft::Draft;
use crate::domain::place::Place;
use crate::domain::schema;

const NOW: i64 = 1_735_689_600_000; // 2025-01-01

fn context() -> Context<'static> {
    Context { now_ms: Some(NOW), ..Context::default() }
}

/// Runs the rules on an item written as JSON; gives `rule key` of each finding.
fn found(json: &serde_json::Value) -> Vec<String> {
    findings(json).iter().map(|f| format!("{} {}", f.rule, f.key.replace("0000000000000000", "m"))).collect()
}

fn findings(json: &serde_json::Value) -> Vec<Finding> {
    let draft = Draft::from_json(json).unwrap();
    check_item(&ItemRecord::read(&draft.preview()), &context())
}

macro_rules! finds {
    ($($json:tt => [$($expected:literal),*];)+) => {
        $(assert_eq!(found(&serde_json::json!($json)), Vec::<&str>::from([$($expected),*]), "{}", serde_json::json!($json));)+
    };
}

#[test]
fn a_plain_well_recorded_rifle_has_no_findings() {
    finds! {
        { "kind": "weapon", "class": "ASR", "make": "IZHMASH", "model": "AKM", "calibre": "7.62x39", "country": "SU", "year": 1967,
          "origin_kind": "industrial", "serial_status": "read", "condition": "SVC", "collected_at": "2024-05-01T10:00:00Z",
          "place": { "lat": -3.38, "lon": 29.36, "accuracy_m": 8 },
          "markings": [{ "type": "SER", "text": "ЯБ 1943", "location": "RCV" }, { "type": "YOM", "text": "1967" }],
          "custody": [{ "event": "received", "at": "2024-05-01T10:05:00Z" }] } => [];
        {} => [];
    }
}

#[test]
fn r05_parts_with_serials_of_their_own_but_not_shortened_partial_or_misread_ones() {
    finds! {
        { "markings": [{ "type": "SER", "text": "AB1234", "location": "RCV" }, { "type": "SER", "text": "CD9876", "location": "BLT" }] } => ["R05 m.0|m.1"];
        { "markings": [{ "type": "SER", "text": "AB1234", "location": "RCV" }, { "type": "SER", "text": "234", "location": "BLT" }] } => [];
        { "markings": [{ "type": "SER", "text": "AB1234", "location": "RCV" }, { "type": "SER", "text": "A?1234", "location": "BLT" }] } => [];
        { "markings": [{ "type": "SER", "text": "AB1234", "location": "RCV" }, { "type": "SER", "text": "A81234", "location": "BLT" }] } => [];
        { "markings": [{ "type": "SER", "text": "AB1234", "location": "RCV" }, { "type": "SER", "text": "CD9876", "location": "BLT", "withdrawn": "misread" }] } => [];
    }
}

#[test]
fn r06_a_serial_that_is_another_marking() {
    finds! {
        { "year": 1967, "markings": [{ "type": "SER", "text": "1967" }] } => ["R06 markings/m.0/text"];
        { "calibre": "7.62x39", "markings": [{ "type": "SER", "text": "7,62 x 39" }] } => ["R06 markings/m.0/text"];
        { "tag": "T-0042", "markings": [{ "type": "SER", "text": "T0042" }] } => ["R06 markings/m.0/text"];
        { "markings": [{ "type": "SER", "text": "GP 35" }, { "type": "MOD", "text": "GP35" }] } => ["R06 markings/m.0/text"];
        { "year": 1967, "markings": [{ "type": "SER", "text": "19671" }] } => [];
    }
}

#[test]
fn r08_r09_r10_serials_that_are_none_contradict_their_status_or_hide_gaps() {
    finds! {
        { "markings": [{ "type": "SER", "text": "N/A" }] } => ["R08 markings/m.0/text"];
        { "markings": [{ "type": "MOD", "text": "N/A" }] } => [];
        { "serial_status": "read" } => ["R09 serial_status"];
        { "serial_status": "read", "markings": [{ "type": "SER", "text": "  " }] } => ["R09 serial_status"];
        { "serial_status": "none_marked", "markings": [{ "type": "SER", "text": "A12345" }] } => ["R09 serial_status"];
        { "serial_status": "not_inspected", "markings": [{ "type": "SER", "text": "A12345" }] } => ["R09 serial_status"];
        { "serial_status": "none_marked" } => [];
        { "serial_status": "partial", "markings": [{ "type": "SER", "text": "A12345" }] } => ["R10 markings/m.0/text"];
        { "serial_status": "partial", "markings": [{ "type": "SER", "text": "A1?345" }] } => [];
    }
}

#[test]
fn r20_r21_calibre_and_class_against_the_model() {
    finds! {
        { "class": "ASR", "model": "AKM", "calibre": "5.56x45" } => ["R20 calibre"];
        { "class": "ASR", "model": "AKM", "calibre": "5.56x45", "rechambered": true } => [];
        { "class": "ASR", "model": "AKM", "calibre": "7.62" } => [];
        { "class": "ASR", "model": "M 16 A2", "calibre": ".223 Rem" } => [];
        { "class": "ASR", "model": "FAL", "calibre": ".308 Win" } => [];
        { "class": "LMG", "model": "TT-33" } => ["R21 class"];
        { "class": "UNK", "model": "TT-33" } => [];
        { "class": "REP", "model": "AKM", "calibre": ".22LR" } => [];
        { "kind": "ammunition", "class": "AMM", "model": "AKM", "calibre": "5.56x45" } => [];
        { "make": "TAURUS", "class": "REV", "model": "82", "calibre": "9x19" } => ["R20 calibre"];
        { "make": "ROSSI", "class": "REV", "model": "82", "calibre": "9x19" } => [];
        { "class": "PIS", "model": "Unheard-of", "calibre": "12.7x108" } => [];
    }
}

#[test]
fn r22_country_against_model_and_maker() {
    finds! {
        { "model": "FAMAS", "country": "RO" } => ["R22 country"];
        { "model": "FAMAS", "country": "FR" } => [];
        { "make": "GLOCK", "country": "BR" } => ["R22 make"];
        { "make": "GLOCK", "country": "BR", "licence": true } => [];
        { "make": "GLOCK", "country": "BR", "origin_kind": "licensed" } => [];
        { "model": "FAMAS", "country": "RO", "origin_kind": "copy_unlicensed" } => [];
        { "make": "FMAP", "model": "FAL", "country": "AR" } => [];
        { "make": "FN", "model": "FAL", "country": "AR" } => ["R22 make"];
        { "make": "FN", "model": "FAL", "country": "AR", "licence": true } => [];
        { "make": "Fabricaciones Militares", "model": "FAL", "country": "BR" } => ["R22 make"];
    }
}

#[test]
fn r23_years_that_cannot_be_and_antiques_that_are_none() {
    finds! {
        { "model": "AKM", "year": 1948 } => ["R23 year"];
        { "model": "FAMAS", "year": 2015 } => ["R23 year"];
        { "model": "AKM", "year": 1959 } => [];
        { "year": 2031 } => ["R23 future"];
        { "year": 1900, "antique": true } => ["R23 antique"];
        { "year": 1899, "antique": true } => [];
    }
    let antique = findings(&serde_json::json!({ "year": 1900, "antique": true }));
    assert_eq!(antique[0].severity, Severity::Block);
}

#[test]
fn r24_r25_names_that_say_too_little() {
    finds! {
        { "model": "AK-47" } => ["R24 model"];
        { "model": "AK47", "calibre": "12.7x108" } => ["R20 calibre", "R24 model"];
        { "model": "Type 56" } => ["R25 model"];
        { "model": "Type 56", "class": "ASR" } => [];
        { "model": "Type 56", "variant": "carbine, milled" } => [];
        { "model": "M2", "calibre": "12.7x99" } => [];
        { "model": "M2" } => ["R25 model"];
        { "model": "AKM" } => [];
    }
}

#[test]
fn r27_r28_import_marks_and_ways_of_manufacture() {
    finds! {
        { "country": "BR", "markings": [{ "type": "IMP", "country": "BR", "year": 2001 }] } => ["R27 markings/m.0/country"];
        { "year": 2005, "markings": [{ "type": "IMP", "country": "US", "year": 2001 }] } => ["R27 markings/m.0/year"];
        { "country": "AT", "year": 2000, "markings": [{ "type": "IMP", "country": "US", "year": 2001 }] } => [];
        { "origin_kind": "craft", "make": "Glock" } => ["R28 origin_kind"];
        { "origin_kind": "craft", "model": "AKM" } => ["R28 origin_kind"];
        { "origin_kind": "craft" } => [];
        { "origin_kind": "craft", "class": "SHG", "model": "Dane gun" } => [];
        { "origin_kind": "industrial", "serial_status": "none_marked" } => ["R28 origin_kind"];
        { "origin_kind": "industrial", "serial_status": "none_marked", "markings": [{ "type": "PRF", "text": "crown" }] } => [];
    }
}

#[test]
fn r22_names_who_made_it_there_under_licence() {
    let found = findings(&serde_json::json!({ "make": "FN", "model": "FAL", "country": "AR" }));
    assert_eq!(found[0].args.get("licensee").map(String::as_str), Some("FMAP"));
    let nobody = findings(&serde_json::json!({ "make": "GLOCK", "country": "BR" }));
    assert_eq!(nobody[0].args.get("licensee"), None);
}

#[test]
fn r26_a_serial_that_the_maker_does_not_write_so() {
    finds! {
        { "make": "GLOCK", "model": "17", "markings": [{ "type": "SER", "text": "AB12" }] } => ["R26 markings/m.0/text"];
        { "make": "GLOCK", "model": "17", "markings": [{ "type": "SER", "text": "abc-123" }] } => [];
        { "make": "GLOCK", "model": "17", "markings": [{ "type": "SER", "text": "ABCD123US" }] } => [];
        { "make": "GLOCK", "model": "17", "markings": [{ "type": "SER", "text": "AB?1" }] } => [];
        { "make": "GLOCK", "model": "17", "serial_status": "partial", "markings": [{ "type": "SER", "text": "AB1?" }] } => [];
        { "make": "GLOCK", "model": "17", "origin_kind": "copy_unlicensed", "markings": [{ "type": "SER", "text": "AB12" }] } => [];
        { "make": "GLOCK", "model": "99", "markings": [{ "type": "SER", "text": "AB12" }] } => [];
        { "model": "Garand", "markings": [{ "type": "SER", "text": "AB1234" }] } => ["R26 markings/m.0/text"];
        { "model": "M1", "markings": [{ "type": "SER", "text": "AB1234" }] } => ["R25 model"];
    }
}

#[test]
fn the_table_of_an_operation_is_the_one_that_judges() {
    let mut akm = models::Reference::builtin().get("akm").unwrap().clone();
    akm.calibres.push("5.56x45".to_owned());
    let own = models::Reference::builtin().extended(&[akm]);
    let draft = Draft::from_json(&serde_json::json!({ "class": "ASR", "model": "AKM", "calibre": "5.56x45" })).unwrap();
    let item = ItemRecord::read(&draft.preview());
    assert_eq!(check_item(&item, &context())[0].rule, "R20");
    assert_eq!(check_item(&item, &Context { models: &own, ..context() }), []);
}

#[test]
fn r29_r30_r31_size_condition_and_removed_marks() {
    finds! {
        { "class": "MOR", "calibre": "120mm" } => ["R29 class"];
        { "class": "MOR", "calibre": "82mm" } => [];
        { "class": "HMG", "calibre": "23x152" } => ["R29 class"];
        { "class": "ATR", "calibre": "40 RPG" } => [];
        { "condition": "SVC", "missing_parts": "bolt" } => ["R30 missing_parts"];
        { "condition": "SVC", "missing_parts": " " } => [];
        { "condition": "INC", "missing_parts": "bolt" } => [];
        { "condition": "SVC", "components": [{ "part": "bolt", "condition": "INC" }] } => ["R30 components/m.0/condition"];
        { "serial_status": "obliterated" } => ["R31 serial_status"];
        { "serial_status": "obliterated", "evidence_hold": false } => [];
        { "serial_status": "obliterated", "photos": [{ "view": "serial" }] } => [];
        { "serial_status": "obliterated", "markings": [{ "type": "SER", "condition": "OBL" }] } => ["R31 markings/m.0/condition"];
        { "markings": [{ "type": "MFR", "condition": "ALT" }], "photos": [{ "view": "marking", "marking": "~.0" }] } => [];
        { "serial_status": "not_legible" } => [];
    }
}

#[test]
fn r40_times_out_of_order() {
    finds! {
        { "collected_at": "2025-01-01T00:09:00Z" } => [];
        { "collected_at": "2025-01-01T00:11:00Z" } => ["R40 collected_at"];
        { "collected_at": "2024-05-01T10:00:00Z", "custody": [{ "event": "stored", "at": "2024-04-30T10:00:00Z" }] } => ["R40 custody/m.0/at<collected_at"];
        { "photos": [{ "taken_at": "2026-01-01" }] } => ["R40 photos/m.0/taken_at"];
    }
    let drifting = Context { clock_drift_ms: Some(-11 * 60_000), ..Context::default() };
    let found = check_item(&ItemRecord::default(), &drifting);
    assert_eq!((found[0].rule, found[0].severity), ("R40", Severity::Flag));
    let received = Context { received_ms: Some(0), ..Context::default() };
    let item = ItemRecord { collected_at: Some(NOW), ..ItemRecord::default() };
    assert_eq!(check_item(&item, &received).len(), 1);
    assert_eq!(check_item(&item, &Context::default()), []);
}

#[test]
fn r43_doubtful_positions() {
    finds! {
        { "place": { "lat": 0, "lon": 0, "accuracy_m": 900 } } => ["R43 zero"];
        { "place": { "lat": 1, "lon": 0, "accuracy_m": 501 } } => ["R43 accuracy"];
        { "place": { "lat": 1, "lon": 0, "accuracy_m": 500 } } => [];
    }
    let at = |lat_e7, accuracy_m| Place { lat_e7, lon_e7: 300_000_000, accuracy_m };
    let context =
        Context { site: Some(SiteArea { centre: at(10_000_000, None), radius_m: 1_000 }), ..Context::default() };
    let away = ItemRecord { place: Some(at(10_200_000, Some(300))), ..ItemRecord::default() };
    assert_eq!(check_item(&away, &context)[0].key, "site");
    let near = ItemRecord { place: Some(at(10_100_000, Some(300))), ..ItemRecord::default() };
    assert_eq!(check_item(&near, &context), []);
}

#[test]
fn a_justified_finding_stays_and_says_why() {
    let found = findings(&serde_json::json!({
        "model": "AKM", "class": "ASR", "calibre": "5.56x45",
        "justifications": [{ "rule": "R20", "reason": "export variant, chamber measured" }],
    }));
    assert_eq!(found.len(), 1);
    assert!(found[0].justified);
    assert_eq!(found[0].justification.as_deref(), Some("export variant, chamber measured"));
}

#[test]
fn every_rule_is_explained_has_its_own_id_and_every_finding_names_a_rule() {
    assert!(all().is_sorted_by(|a, b| a.id < b.id));
    for rule in all() {
        assert!(rule.version >= 1 && rule.explanation.len() > 80 && !rule.title.is_empty(), "{}", rule.id);
        assert!(!rule.explanation.contains("  "), "{}", rule.id);
    }
    assert!(rule("R20").is_some() && rule("R99").is_none());
}

proptest::proptest! {
    #[test]
    fn any_content_is_judged_without_panic_and_twice_alike(
        texts in proptest::collection::vec("\\PC{0,12}", 80),
        ints in proptest::collection::vec(proptest::prelude::any::<i64>(), 80),
    ) {
        let mut content: BTreeMap<String, Value> = BTreeMap::new();
        for ((path, spec), (text, int)) in schema::fields("item").unwrap().into_iter().zip(texts.iter().zip(&ints).cycle()) {
            let value = match spec.ty {
                schema::FieldType::Int { .. } | schema::FieldType::Time => Value::Int(*int),
                schema::FieldType::Code(list) => {
                    let at = usize::try_from(int.unsigned_abs()).unwrap_or(0) % list.codes.len();
                    Value::from(list.codes[at].code)
                }
                schema::FieldType::Place => Place { lat_e7: int % 900_000_000, lon_e7: int % 1_800_000_000, accuracy_m: None }.to_value(),
                _ => Value::from(text.as_str()),
            };
            content.insert(path.replace('*', "aaaaaaaaaaaaaaaa.0"), value);
        }
        let record = ItemRecord::read(&content);
        let once = check_item(&record, &context());
        for finding in &once {
            proptest::prop_assert!(rule(finding.rule).is_some());
        }
        proptest::prop_assert_eq!(check_item(&record, &context()), once);
    }
}
