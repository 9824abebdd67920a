//! Drafts from JSON, back to JSON, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn natural_json_becomes_a_draft_and_the_same_json_again() {
    let hash = "ab".repeat(32);
    let json = json!({
        "document": "item",
        "kind": "weapon",
        "class": "ASR",
        "year": 1974,
        "rechambered": false,
        "collection": "0123456789abcdef0123456789abcdef",
        "collected_at": "2024-05-01T10:20:30.000Z",
        "place": { "lat": -3.381_234_5, "lon": 29.36, "accuracy_m": 8 },
        "markings": [{ "type": "SER", "text": "AB 12", "photo": hash }, { "type": "MOD", "text": "AKM" }],
        "notes": [{ "text": "found dry" }],
    });
    let draft = Draft::from_json(&json).unwrap();
    assert_eq!(
        draft.fields["place"],
        crate::domain::place::Place::new(-33_812_345, 293_600_000, Some(8)).unwrap().to_value()
    );
    assert_eq!(draft.fields["collected_at"], Value::Int(1_714_558_830_000));
    assert_eq!(draft.members.len(), 3);
    assert_eq!(draft.check(), Ok(()));
    assert_eq!(draft.to_json(), json);
    assert_eq!(serde_json::from_value::<Draft>(serde_json::to_value(&draft).unwrap()).unwrap(), draft);
}

#[test]
fn an_item_is_meant_where_no_document_is_named_and_times_may_be_milliseconds() {
    let draft = Draft::from_json(&json!({ "collected_at": 5, "place": { "lat": "1e-7", "lon": 0 } })).unwrap();
    assert_eq!(draft.kind, "item");
    assert_eq!(draft.fields["collected_at"], Value::Int(5));
}

#[test]
fn json_that_does_not_fit_is_refused_with_the_code_of_the_schema() {
    for (json, code) in [
        (json!([]), "edit.wrong_type"),
        (json!({ "document": "person" }), "edit.unknown_kind"),
        (json!({ "document": 3 }), "edit.wrong_type"),
        (json!({ "colour": "blue" }), "edit.unknown_path"),
        (json!({ "year": "1974" }), "edit.wrong_type"),
        (json!({ "year": 1974.5 }), "edit.wrong_type"),
        (json!({ "year": 3000 }), "edit.out_of_range"),
        (json!({ "class": "asr" }), "edit.not_in_list"),
        (json!({ "collection": "01" }), "edit.wrong_type"),
        (json!({ "collection": "zz" }), "edit.wrong_type"),
        (json!({ "collected_at": "yesterday" }), "edit.wrong_type"),
        (json!({ "place": { "lat": 91, "lon": 0 } }), "edit.out_of_range"),
        (json!({ "place": { "lat": 1 } }), "edit.wrong_type"),
        (json!({ "place": { "lat": 1, "lon": 1, "accuracy_m": -1 } }), "edit.wrong_type"),
        (json!({ "place": { "lat": 1, "lon": 1, "holder": "x" } }), "edit.wrong_type"),
        (json!({ "markings": { "type": "SER" } }), "edit.wrong_type"),
        (json!({ "markings": ["SER"] }), "edit.wrong_type"),
        (json!({ "markings": [{ "type": "XXX" }] }), "edit.not_in_list"),
        (json!({ "markings": [{ "shape": "x" }] }), "edit.unknown_path"),
    ] {
        assert_eq!(Draft::from_json(&json).unwrap_err().code(), code, "{json}");
    }
}

#[test]
fn the_builder_makes_what_json_makes_and_its_mistakes_are_found() {
    let built = Draft::item()
        .with("class", "ASR")
        .with("year", 1974)
        .with_member("markings", &[("type", Value::from("SER")), ("text", Value::from("12"))]);
    let json = json!({ "class": "ASR", "year": 1974, "markings": [{ "type": "SER", "text": "12" }] });
    assert_eq!(built, Draft::from_json(&json).unwrap());
    assert_eq!(Draft::item().with("class", 1).check().unwrap_err().code(), "edit.wrong_type");
    assert_eq!(Draft::item().with_member("signs", &[]).check().unwrap_err().code(), "edit.unknown_path");
    let preview = crate::domain::item::ItemRecord::read(&built.preview());
    assert_eq!(preview.serial_normalised().as_deref(), Some("12"));
}

proptest! {
    #[test]
    fn any_place_survives_json(lat in -900_000_000_i64..=900_000_000, lon in -1_800_000_000_i64..=1_800_000_000) {
        let value = crate::domain::place::Place::new(lat, lon, None).unwrap().to_value();
        let text = value_to_json("item", "place", &value).to_string();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(json_to_value("item", "place", &json).unwrap(), value);
    }
}
