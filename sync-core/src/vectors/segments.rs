//! Sealed segments of both algorithms and both dictionaries: payload, protected header, signature, and the bytes that travel.

use coset::{CborSerializable as _, CoseSign1};
use serde_json::json;

use super::{Vectors, bytes, frozen};
use crate::cbor::{self, Value};
use crate::entry::Entry;
use crate::ids::{EntryHash, JournalId, OperationId, RegisterId, SegmentHash};
use crate::keys::{PublicKey, SecretKey, sha256};
use crate::samples::Pen;
use crate::segment::{Header, Level, inflate, open, seal};

const REGISTER: RegisterId = RegisterId::from_bytes([0xa1; 16]);

/// The edits that these segments hold: all that there were when they were frozen, in the order that they had then.
const EDITS: [&str; 31] = [
    "create item",
    "create collection",
    "create empty",
    "set text",
    "set number",
    "set yes",
    "clear",
    "set field of a member",
    "choose",
    "add",
    "withdraw",
    "attest",
    "attest, signed",
    "several edits",
    "decide operation.opened",
    "decide officer.named",
    "decide role.granted",
    "decide role.revoked",
    "decide device.enrolled",
    "decide device.revoked",
    "decide entry.quarantined",
    "decide entry.released",
    "decide entry.bridged",
    "decide journal.forked",
    "decide journal.closed",
    "a shape of a later vocabulary",
    "a known shape built wrongly",
    "void: a wrong type",
    "void: an unknown path",
    "void: a code that is not in its list",
    "void: nothing",
];

fn key(name: &str) -> SecretKey {
    if name.starts_with("ES256") { SecretKey::p256(&[0x0b; 32]).unwrap() } else { SecretKey::ed25519(&[0x0a; 32]) }
}

/// A creation by one officer, then what others say of it and of another document, in one journal.
fn entries(journal: JournalId) -> Vec<(EntryHash, Entry)> {
    let mut pen = Pen::of(journal);
    let mut all: Vec<(EntryHash, Entry)> = Vec::new();
    let mut known: std::collections::BTreeMap<_, _> = super::entries::edits().into_iter().collect();
    for (name, edits) in EDITS.into_iter().map(|name| (name, known.remove(name).unwrap())) {
        let born = all.first().map(|(hash, _)| *hash);
        let creates = name.starts_with("create");
        let after: Vec<EntryHash> = if creates { Vec::new() } else { born.into_iter().collect() };
        let document = if creates { None } else { born.map(|hash| hash.document()) };
        pen.claimed_ms += 61_000;
        let (_, mut entry) = pen.says(document, &after, edits);
        if name.starts_with("choose") {
            entry.officer = crate::ids::OfficerId::from_bytes([0x77; 16]);
            entry.boot = [9; 8];
            entry.monotonic_ms = 4;
            entry.extra = vec![(Value::Int(12), "later".into())];
        }
        all.push((entry.hash(), entry));
    }
    all
}

/// Everything of one sealed segment but how its body was pressed.
fn vector(name: &str, wire: &[u8]) -> serde_json::Value {
    let value = cbor::decode(wire).unwrap();
    let [_, cose, header, dictionary, size, pressed] = value.as_array().unwrap() else { panic!("six parts") };
    let opened = open(wire).unwrap();
    let mut pairs = header.as_map().unwrap().to_vec();
    let hashes = opened.entries().iter().map(|(hash, _)| Value::Bytes(hash.to_vec())).collect();
    pairs.push((Value::Int(10), Value::Array(hashes)));
    let payload = cbor::encode(&Value::Map(pairs));
    let cose = CoseSign1::from_slice(cose.as_bytes().unwrap()).unwrap();
    let id = dictionary.as_uint().unwrap();
    json!({
        "register": REGISTER.to_string(),
        "public_key": hex::encode(key(name).public().as_bytes()),
        "payload": hex::encode(&payload),
        "hash": opened.hash().to_string(),
        "protected": hex::encode(cose.protected.original_data.clone().unwrap()),
        "signature": hex::encode(&cose.signature),
        "dictionary": id,
        "body": hex::encode(inflate(pressed.as_bytes().unwrap(), size.as_uint().unwrap(), id).unwrap()),
        "entries": opened.entries().iter().map(|(hash, _)| hash.to_string()).collect::<Vec<_>>(),
        "wire": hex::encode(wire),
    })
}

pub(super) fn made() -> Vectors {
    let mut all = Vectors::new();
    for name in ["EdDSA, first of a journal", "EdDSA, without a dictionary", "EdDSA, after a fork", "ES256"] {
        let key = key(name);
        let operation = OperationId::from_bytes([0xa2; 16]);
        let nonce = [0xa3; 16];
        let journal = key.public().journal(&nonce, &operation);
        let first = name.starts_with("EdDSA, first");
        let header = Header {
            register: REGISTER,
            operation,
            journal,
            first: 0,
            previous: (!first).then_some(SegmentHash::from_bytes([0xa4; 32])),
            sealed_ms: 1_790_000_100_000,
            place_held: (!first).then_some(70_000),
            decision_held: if first { 0 } else { 300 },
            nonce,
            after_fork: name.ends_with("fork").then_some(JournalId::from_bytes([0xa5; 16])),
            extra: if first { Vec::new() } else { vec![(Value::Int(13), Value::Bool(true))] },
        };
        let mut wire = seal(header, &entries(journal), &key, Level::Small).unwrap().segment.bytes;
        if name.ends_with("without a dictionary") {
            let mut parts = cbor::decode(&wire).unwrap().as_array().unwrap().to_vec();
            let (id, size) = (parts[3].as_uint().unwrap(), parts[4].as_uint().unwrap());
            let body = inflate(parts[5].as_bytes().unwrap(), size, id).unwrap();
            parts[3] = Value::Int(0);
            parts[5] = Value::Bytes(zstd::bulk::compress(&body, 19).unwrap());
            wire = cbor::encode(&Value::Array(parts));
        }
        all.insert(name.to_owned(), vector(name, &wire));
    }
    all
}

#[test]
fn a_frozen_segment_is_opened_verified_and_sealed_again() {
    let frozen = frozen("segments");
    assert!(frozen.len() >= 4);
    for (name, expected) in &frozen {
        let wire = bytes(expected, "wire");
        // Whatever can be read from the bytes that travel is what was frozen beside them.
        assert_eq!(&vector(name, &wire), expected, "{name}");
        let public = PublicKey::from_bytes(&bytes(expected, "public_key")).unwrap();
        let verified = open(&wire).unwrap().verify(&REGISTER, &public).unwrap();
        assert_eq!(hex::encode(sha256(&bytes(expected, "payload"))), verified.hash().to_string(), "{name}");
        let again = seal(verified.header().clone(), verified.entries(), &key(name), Level::Fast).unwrap().segment;
        assert_eq!(again.hash, verified.hash(), "{name}");
        let [old, new] = [&wire, &again.bytes].map(|bytes| cbor::decode(bytes).unwrap().as_array().unwrap().to_vec());
        assert_eq!(old[2], new[2], "{name}: the header");
        if name.starts_with("EdDSA") {
            assert_eq!(old[1], new[1], "{name}: the signature");
        }
    }
}

/// Anybody can check the signature with COSE and SHA-256 alone, without inflating anything.
#[test]
fn the_signature_of_a_frozen_segment_is_over_its_payload() {
    for (name, expected) in &frozen("segments") {
        let public = PublicKey::from_bytes(&bytes(expected, "public_key")).unwrap();
        let structure = cbor::encode(&Value::Array(vec![
            "Signature1".into(),
            Value::Bytes(bytes(expected, "protected")),
            Value::Bytes(Vec::new()),
            Value::Bytes(bytes(expected, "payload")),
        ]));
        assert_eq!(public.verify(&structure, &bytes(expected, "signature")), Ok(()), "{name}");
    }
}
