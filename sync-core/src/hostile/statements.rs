//! Values, edits, entries, attestations and decisions.

use super::fuzz;
use crate::cbor::{self, Value};
use crate::decision::{Authority, Decision};
use crate::document::attestation::Attestation;
use crate::edit::Edit;
use crate::entry::Entry;
use crate::ids::{DocId, EntryHash, OfficerId};
use crate::keys::SecretKey;
use crate::samples::{decisions, one_field_edits, records};

fn entries() -> Vec<Vec<u8>> {
    let all = [records(1, 12), one_field_edits(2, 20), decisions(3, 20)].concat();
    let mut bytes: Vec<Vec<u8>> = all.iter().map(|(_, entry)| entry.to_bytes()).collect();
    let mut later = all[0].1.clone();
    later.extra =
        vec![(Value::Int(11), "of a later version".into()), (Value::Int(-1), Value::Array(vec![Value::Null]))];
    later.edits.push(Edit::Unknown(Value::Array(vec![Value::Int(9), Value::Null])));
    bytes.push(later.to_bytes());
    bytes
}

fn edits() -> Vec<Vec<u8>> {
    let all = [records(4, 6), one_field_edits(5, 30), decisions(6, 30)].concat();
    all.iter().flat_map(|(_, entry)| &entry.edits).map(|edit| cbor::encode(&edit.to_value())).collect()
}

#[test]
fn values() {
    let read = fuzz("cbor", 1, &entries(), |bytes| {
        let Ok(value) = cbor::decode(bytes) else { return false };
        assert_eq!(cbor::encode(&value), bytes);
        true
    });
    assert!(read > 100, "{read}");
}

#[test]
fn entries_have_one_form() {
    let read = fuzz("entry", 2, &entries(), |bytes| {
        let Ok(entry) = Entry::from_bytes(bytes) else { return false };
        assert_eq!(entry.to_bytes(), bytes, "an entry is named by its bytes: it must have no other");
        for kind in ["item", "collection", "officer", "nothing"] {
            drop(entry.check(kind));
        }
        drop(entry.writes(&entry.hash()));
        true
    });
    assert!(read > 100, "{read}");
}

#[test]
fn edits_have_one_form() {
    let read = fuzz("edit", 3, &edits(), |bytes| {
        let Ok(edit) = cbor::decode(bytes).map_err(drop).and_then(|value| Edit::from_value(&value).map_err(drop))
        else {
            return false;
        };
        assert_eq!(cbor::encode(&edit.to_value()), bytes);
        for vocabulary in [0, 1, 2] {
            drop(edit.check("item", vocabulary));
        }
        drop(edit.writes("0011223344556677", &mut 0));
        drop(crate::authorise::acts("item", &edit));
        true
    });
    assert!(read > 100, "{read}");
}

#[test]
fn decisions_read_as_they_are_written() {
    let corpus: Vec<Vec<u8>> = decisions(7, 60).iter().map(|(_, e)| cbor::encode(&e.edits[0].to_value())).collect();
    let read = fuzz("decision", 4, &corpus, |bytes| {
        let edit = cbor::decode(bytes).ok().and_then(|value| Edit::from_value(&value).ok());
        let Some(decision) = edit.and_then(|edit| Decision::from_edit(&edit)) else { return false };
        assert_eq!(Decision::from_edit(&decision.to_edit()), Some(decision.clone()));
        let mut authority = Authority::default();
        authority.take(i64::MAX as u64, &decision);
        authority.take(0, &decision);
        drop(authority.roles(&OfficerId::from_bytes([0; 16]), u64::MAX, i64::MIN));
        true
    });
    assert!(read > 100, "{read}");
}

#[test]
fn attestations_read_as_they_are_written_and_only_the_signed_one_is_proven() {
    let one = |n: u8, signed: bool| {
        let attestation = Attestation {
            what: "witnessed".to_owned(),
            document: DocId::from_bytes([n; 16]),
            heads: vec![EntryHash::from_bytes([n; 32]), EntryHash::from_bytes([n + 1; 32])],
            digest: [n; 32],
            officer: OfficerId::from_bytes([n; 16]),
            note: "seen".to_owned(),
            key: None,
            signature: None,
        };
        if signed { attestation.signed(&SecretKey::ed25519(&[n; 32])) } else { attestation }
    };
    let originals = [one(1, true), one(2, true), one(3, false)];
    let corpus: Vec<Vec<u8>> = originals.iter().map(|a| cbor::encode(&a.to_value())).collect();
    let read = fuzz("attestation", 5, &corpus, |bytes| {
        let attestation = cbor::decode(bytes).ok().and_then(|value| Attestation::from_value(&value));
        let Some(attestation) = attestation else { return false };
        assert_eq!(Attestation::from_value(&attestation.to_value()), Some(attestation.clone()));
        assert!(attestation.verify().is_err() || originals.contains(&attestation), "a changed one is believed");
        true
    });
    assert!(read > 100, "{read}");
}
