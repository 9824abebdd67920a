//! What the register publishes for tablets, and excerpts of segments: heads and additions, parts, changes, and the messages that ask for entries. Signed or
//! not, nothing that is changed is believed, and whatever a register with a bug signs is read or refused.

use super::fuzz;
use crate::cbor::{self, Value};
use crate::entries::{Question, Said};
use crate::ids::{DocId, OperationId, RegisterId};
use crate::keys::SecretKey;
use crate::lookup::{self, Additions, Base, Noticed};
use crate::pack::{self, Changes, PackPart, Row, read_part, write_part};
use crate::segment::open_excerpt;
use crate::signed;

fn key() -> SecretKey {
    SecretKey::ed25519(&[9; 32])
}

fn register() -> RegisterId {
    key().public().register()
}

fn operation() -> OperationId {
    OperationId::from_bytes([2; 16])
}

fn base(keys: u64) -> Base {
    let entries: Vec<(u64, u8)> = (0..keys).map(|n| (n << 40, Noticed::Lost.tag())).collect();
    Base::build(register(), [3; 16], 5, vec!["ASR".to_owned(), "PIS".to_owned()], &entries).unwrap()
}

fn rows(count: u8) -> Vec<Row> {
    let row = |n: u8| Row {
        id: DocId::from_bytes([n; 16]),
        kind: "weapon".to_owned(),
        class: Some("ASR".to_owned()),
        status: None,
        tag: Some(format!("T-{n}")),
        make: None,
        model: None,
        calibre: None,
        site: Some("depot-1".to_owned()),
        store: None,
        review: None,
        serials: vec![format!("KV {n}")],
        day: 20_000 + u64::from(n),
        findings: u64::from(n),
        conflicts: 0,
        moved: false,
    };
    (1..=count).map(row).collect()
}

/// The payload that stands in signed bytes, and how it is signed again.
fn payload(about: &[u8], bytes: &[u8]) -> Vec<u8> {
    signed::verify(about, bytes, &key().public()).unwrap().1
}

fn signed_again(about: &[u8], payload: &[u8]) -> Option<Vec<u8>> {
    cbor::decode(payload).ok().map(|value| signed::sign(about, &value, &key()))
}

#[test]
fn whatever_is_signed_as_the_head_of_a_lookup_table_is_read_or_refused() {
    const ABOUT: &[u8] = b"ploughshare lookup v1";
    let corpus: Vec<Vec<u8>> = [0, 1, 40].map(|keys| payload(ABOUT, &base(keys).sign(&key()))).to_vec();
    let read = fuzz("lookup head", 40, &corpus, |payload| {
        let Some(signed) = signed_again(ABOUT, payload) else { return false };
        let Ok(head) = lookup::Manifest::verify(&signed, &register(), &key().public()) else { return false };
        // Parts that are not there are no base, however the head promises them.
        assert!(head.parts().is_empty() || head.assemble([]).is_err());
        true
    });
    assert!(read > 100, "{read}");
    let whole: Vec<Vec<u8>> = [0, 40].map(|keys| base(keys).sign(&key())).to_vec();
    fuzz("signed lookup head", 41, &whole, |bytes| {
        lookup::Manifest::verify(bytes, &register(), &key().public())
            .is_ok_and(|head| [base(0).hash(), base(40).hash()].contains(&head.hash()))
    });
}

#[test]
fn whatever_is_signed_as_additions_is_read_or_refused() {
    const ABOUT: &[u8] = b"ploughshare lookup additions v1";
    let additions = |count: u64| Additions {
        register: register(),
        base: [7; 32],
        first: count,
        entries: (0..count).map(|n| (n, 1 + (n % 5) as u8)).collect(),
        seq: 9,
        more: count > 2,
    };
    let corpus: Vec<Vec<u8>> = [0, 1, 9].map(|n| payload(ABOUT, &additions(n).sign(&key()))).to_vec();
    let read = fuzz("additions", 42, &corpus, |payload| {
        let Some(signed) = signed_again(ABOUT, payload) else { return false };
        let Ok(read) = Additions::verify(&signed, &register(), &key().public()) else { return false };
        assert_eq!(Additions::verify(&read.sign(&key()), &register(), &key().public()), Ok(read));
        true
    });
    assert!(read > 100, "{read}");
}

#[test]
fn whatever_is_signed_as_a_pack_or_changes_is_read_or_refused() {
    const PACK: &[u8] = b"ploughshare pack v1";
    const CHANGES: &[u8] = b"ploughshare pack changes v1";
    let head = |n: u8| pack::Manifest {
        register: register(),
        operation: operation(),
        place: 8,
        decision: 3,
        seq: 70,
        parts: (0..n).map(|n| PackPart { hash: [n; 32], bytes: 9, rows: 2 }).collect(),
    };
    let corpus: Vec<Vec<u8>> = [0, 3].map(|n| payload(PACK, &head(n).sign(&key()))).to_vec();
    let read = fuzz("pack head", 43, &corpus, |payload| {
        let Some(signed) = signed_again(PACK, payload) else { return false };
        let verify = |bytes: &[u8]| pack::Manifest::verify(bytes, &register(), &operation(), &key().public());
        let Ok(read) = verify(&signed) else { return false };
        assert_eq!(verify(&read.sign(&key())), Ok(read));
        true
    });
    assert!(read > 100, "{read}");
    let changes =
        |n: u8| Changes { register: register(), operation: operation(), from: 70, seq: 80, place: 9, rows: rows(n) };
    let corpus: Vec<Vec<u8>> = [0, 3].map(|n| payload(CHANGES, &changes(n).sign(&key()).unwrap())).to_vec();
    let read = fuzz("pack changes", 44, &corpus, |payload| {
        let Some(signed) = signed_again(CHANGES, payload) else { return false };
        let verify = |bytes: &[u8]| Changes::verify(bytes, &register(), &operation(), 70, &key().public());
        let Ok(read) = verify(&signed) else { return false };
        assert_eq!(verify(&read.sign(&key()).unwrap()), Ok(read));
        true
    });
    assert!(read > 100, "{read}");
}

#[test]
fn parts_read_as_they_are_written() {
    let part = |body: &[u8]| {
        let pressed = zstd::bulk::compress(body, 1).unwrap();
        cbor::encode(&Value::Array(vec![Value::Int(1), Value::Int(body.len() as i64), Value::Bytes(pressed)]))
    };
    let body = |n: u8| {
        let whole = cbor::decode(&write_part(&rows(n)).unwrap()).unwrap();
        let pressed = whole.as_array().unwrap()[2].as_bytes().unwrap().to_vec();
        zstd::bulk::decompress(&pressed, 1 << 20).unwrap()
    };
    let corpus = [body(0), body(1), body(5)];
    let read = fuzz("pack body", 45, &corpus, |body| {
        let Ok(rows) = read_part(&part(body)) else { return false };
        assert_eq!(read_part(&write_part(&rows).unwrap()), Ok(rows));
        true
    });
    assert!(read > 100, "{read}");
    let whole = [write_part(&rows(0)).unwrap(), write_part(&rows(5)).unwrap()];
    fuzz("pack part", 46, &whole, |bytes| read_part(bytes).is_ok());
}

#[test]
fn questions_for_entries_and_their_answers_read_as_they_are_written() {
    let question = |n: u8| Question {
        operation: operation(),
        documents: (n > 0).then(|| (0..n).map(|n| DocId::from_bytes([n; 16])).collect()),
        after: 70_000,
    };
    let corpus: Vec<Vec<u8>> = [0, 1, 4].map(|n| question(n).to_bytes()).to_vec();
    let read = fuzz("question", 47, &corpus, |bytes| {
        let Ok(question) = Question::from_bytes(bytes) else { return false };
        assert_eq!(Question::from_bytes(&question.to_bytes()), Ok(question));
        true
    });
    assert!(read > 100, "{read}");
    let said = |n: u8| Said {
        place: 9,
        segments: (0..n).map(|n| vec![n; 20]).collect(),
        excerpts: (0..n).map(|n| vec![n; 30]).collect(),
        more: n > 1,
    };
    let corpus: Vec<Vec<u8>> = [0, 1, 4].map(|n| said(n).to_bytes()).to_vec();
    let read = fuzz("said", 48, &corpus, |bytes| {
        let Ok(said) = Said::from_bytes(bytes) else { return false };
        assert_eq!(Said::from_bytes(&said.to_bytes()), Ok(said));
        true
    });
    assert!(read > 100, "{read}");
}

#[test]
fn only_the_excerpt_of_what_was_signed_is_believed() {
    let device = super::segments::device();
    let corpus = super::segments::excerpts();
    let originals: Vec<_> = corpus.iter().map(|bytes| open_excerpt(bytes).unwrap().hash()).collect();
    fuzz("excerpt", 49, &corpus, |bytes| {
        let Ok(opened) = open_excerpt(bytes) else { return false };
        match opened.verify(&super::segments::register(), &device.public()) {
            Ok(verified) => {
                assert!(originals.contains(&verified.hash()), "a changed excerpt is believed");
                true
            }
            Err(_) => false,
        }
    });
}
