//! What a record of a person may say, and that nothing else is taken, told or printed.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::cbor::{self, Value};
use crate::ids::{DeviceId, OperationId, PersonHash};
use crate::keys::SecretKey;
use crate::receipt::{Receipt, ReceiptError};

fn adult() -> Person {
    Person::from_json(&json!({
        "name": "Zqx Canary", "names_other": "Zqx Lion", "year_of_birth": 1984, "sex": "female", "age_group": "adult_25_59",
        "group": "Zqx front", "unit": "third", "id_kind": "voter_card", "id_number": "Zqx-123", "phone": "+000 111",
        "locality": "Zqx village", "notes": "line\nline",
    }))
    .unwrap()
}

fn child() -> Person {
    let said = json!({ "is_child": true, "sex": "male", "age_group": "child_15_17", "unaccompanied": true, "protection_referral": "CP/12" });
    Person::from_json(&said).unwrap()
}

#[test]
fn records_read_back_as_they_were_written_and_length_tells_little() {
    for person in [adult(), child()] {
        let record = person.check(Some(2026)).unwrap();
        let bytes = record.to_bytes();
        assert_eq!(bytes.len(), SIZES[0], "an adult and a child are of one length");
        assert_eq!(PersonRecord::from_bytes(&bytes).unwrap(), record);
    }
    for (notes, size) in [(1, SIZES[0]), (1_500, SIZES[1]), (4_096, SIZES[2])] {
        let mut person = adult();
        person.notes = Some("n".repeat(notes));
        assert_eq!(person.check(None).unwrap().to_bytes().len(), size);
    }
}

#[test]
fn the_fullest_record_fits_the_largest_size() {
    let mut person = adult();
    person.name = Some("n".repeat(512));
    person.names_other = Some("n".repeat(512));
    person.group = Some("n".repeat(256));
    person.unit = Some("n".repeat(256));
    person.id_number = Some("n".repeat(128));
    person.phone = Some("n".repeat(64));
    person.locality = Some("n".repeat(512));
    person.notes = Some("n".repeat(4096));
    assert_eq!(person.check(None).unwrap().to_bytes().len(), SIZES[2]);
}

#[test]
fn of_a_child_only_the_minimal_set_is_taken() {
    let more = [
        ("name", json!("Zqx")),
        ("names_other", json!("Zqx")),
        ("year_of_birth", json!(2012)),
        ("group", json!("Zqx")),
        ("unit", json!("Zqx")),
        ("id_kind", json!("none")),
        ("id_number", json!("Zqx")),
        ("phone", json!("Zqx")),
        ("locality", json!("Zqx")),
        ("notes", json!("Zqx")),
    ];
    for (field, value) in more {
        let mut said = json!({ "is_child": true, "sex": "male" });
        said[field] = value;
        let refused = Person::from_json(&said).unwrap().check(Some(2026)).unwrap_err();
        assert_eq!(refused, PersonError::ChildField { field });
        assert_eq!(refused.code(), "person.child_field");
    }
    assert!(child().check(Some(2026)).is_ok());
}

#[test]
fn what_does_not_fit_is_refused_by_code_and_never_repeated() {
    let long = "Zqx".repeat(200);
    let cases = [
        (json!({}), "person.empty"),
        (json!({ "is_child": true }), "person.empty"),
        (json!({ "name": " " }), "person.length"),
        (json!({ "name": long }), "person.length"),
        (json!({ "name": "Zqx\nZqx" }), "person.bad_character"),
        (json!({ "name": "Zqx\u{202e}Zqx" }), "person.bad_character"),
        (json!({ "sex": "Zqx" }), "person.not_in_list"),
        (json!({ "age_group": "child_0_14", "sex": "male" }), "person.is_child"),
        (json!({ "name": "Zqx", "year_of_birth": 2009 }), "person.is_child"),
        (json!({ "name": "Zqx", "year_of_birth": 1899 }), "person.year_of_birth"),
        (json!({ "name": "Zqx", "year_of_birth": 2027 }), "person.year_of_birth"),
        (json!({ "name": "Zqx", "year_of_birth": "Zqx" }), "person.wrong_type"),
        (json!({ "name": 7 }), "person.wrong_type"),
        (json!({ "is_child": true, "age_group": "older_60" }), "person.not_child_age"),
        (json!({ "is_child": true, "protection_referral": "Zqx Zqx" }), "person.bad_referral"),
        (json!({ "name": "Zqx", "unaccompanied": false }), "person.adult_field"),
        (json!({ "Zqx": "Zqx" }), "person.unknown_field"),
        (json!(["Zqx"]), "person.not_an_object"),
    ];
    for (said, code) in cases {
        let refused = Person::from_json(&said).and_then(|person| person.check(Some(2026))).unwrap_err();
        assert_eq!(refused.code(), code, "{said}");
        assert!(!format!("{refused} {refused:?}").contains("Zqx"), "{code} repeats what was said");
    }
    assert!(!format!("{:?} {:?}", adult(), adult().check(None)).contains("Zqx"));
}

#[test]
fn bytes_that_are_no_record_are_refused() {
    let good = child().check(None).unwrap().to_bytes();
    let short = &good[..good.len() - 1];
    assert_eq!(PersonRecord::from_bytes(short), Err(PersonError::Malformed));
    assert_eq!(PersonRecord::from_bytes(&[0; 1024]), Err(PersonError::Malformed));
    let form = |pairs: Vec<(i64, Value)>| {
        let map = pairs.into_iter().map(|(key, value)| (Value::Int(key), value)).collect();
        let mut bytes = cbor::encode(&Value::Map(map));
        bytes.push(0x80);
        bytes.resize(1024, 0);
        PersonRecord::from_bytes(&bytes)
    };
    let name = (3, Value::Text("n".to_owned()));
    assert!(form(vec![(1, Value::Int(1)), (2, Value::Bool(false)), name.clone()]).is_ok());
    assert_eq!(form(vec![(1, Value::Int(2)), (2, Value::Bool(false))]), Err(PersonError::Version { version: 2 }));
    assert_eq!(form(vec![(1, Value::Int(1)), name.clone()]), Err(PersonError::Malformed));
    let unknown = (99, Value::Text("x".to_owned()));
    assert_eq!(form(vec![(1, Value::Int(1)), (2, Value::Bool(false)), unknown]), Err(PersonError::Malformed));
    // A hostile tablet seals a child's name: it is refused where it is opened as well.
    let refused = form(vec![(1, Value::Int(1)), (2, Value::Bool(true)), name]);
    assert_eq!(refused, Err(PersonError::ChildField { field: "name" }));
}

#[test]
fn a_receipt_is_the_registers_and_of_its_own_kind() {
    let (key, other) = (SecretKey::ed25519(&[1; 32]), SecretKey::ed25519(&[2; 32]));
    let receipt = receipt::PersonReceipt {
        register: key.public().register(),
        operation: OperationId::from_bytes([3; 16]),
        device: DeviceId::from_bytes([4; 16]),
        hash: PersonHash::from_bytes([5; 32]),
        received_ms: 6,
        leaf: 7,
    };
    let bytes = receipt.sign(&key);
    assert_eq!(receipt::PersonReceipt::verify(&bytes, &key.public()).unwrap(), receipt);
    assert_eq!(receipt::PersonReceipt::verify(&bytes, &other.public()), Err(ReceiptError::BadSignature));
    assert_eq!(Receipt::verify(&bytes, &key.public()), Err(ReceiptError::BadSignature));
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        assert_ne!(receipt::PersonReceipt::verify(&flipped, &key.public()).ok(), Some(receipt.clone()), "byte {at}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_record_in_its_one_form_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..80), size in 0usize..3) {
        let mut bytes = bytes;
        bytes.push(0x80);
        bytes.resize(SIZES[size], 0);
        if let Ok(record) = PersonRecord::from_bytes(&bytes) {
            prop_assert_eq!(PersonRecord::from_bytes(&record.to_bytes()).unwrap(), record);
        }
    }
}
