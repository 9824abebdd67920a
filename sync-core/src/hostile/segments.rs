//! Segments: as they travel, with their parts exchanged one by one, and bombs.

use super::fuzz;
use crate::cbor::{self, Value};
use crate::entry::Entry;
use crate::ids::{EntryHash, OperationId, RegisterId};
use crate::keys::SecretKey;
use crate::limits;
use crate::samples::{Pen, one_field_edits, records};
use crate::segment::{Header, Level, SealedSegment, inflate, open, seal};

const REGISTER: RegisterId = RegisterId::from_bytes([8; 16]);

pub(super) fn sealed(seed: u8, entries: &[(EntryHash, Entry)], key: &SecretKey) -> SealedSegment {
    let operation = OperationId::from_bytes([9; 16]);
    let nonce = [seed; 16];
    let journal = key.public().journal(&nonce, &operation);
    let mut pen = Pen::of(journal);
    let entries: Vec<_> = entries.iter().map(|(_, e)| pen.says(e.document, &e.after, e.edits.clone())).collect();
    let header = Header {
        register: REGISTER,
        operation,
        journal,
        first: 0,
        previous: None,
        sealed_ms: 1_790_000_000_000,
        place_held: Some(12),
        decision_held: 3,
        nonce,
        after_fork: None,
        extra: vec![(Value::Int(13), "later".into())],
    };
    seal(header, &entries, key, Level::Fast).unwrap().segment
}

fn keys() -> [SecretKey; 2] {
    [SecretKey::ed25519(&[1; 32]), SecretKey::p256(&[2; 32]).unwrap()]
}

fn corpus() -> Vec<SealedSegment> {
    let [ed, es] = keys();
    vec![
        sealed(1, &records(1, 1), &ed),
        sealed(2, &records(2, 3), &es),
        sealed(3, &one_field_edits(3, 1), &ed),
        sealed(4, &one_field_edits(4, 12), &ed),
    ]
}

/// Opens and, if that works, verifies: what verifies must be one of the originals, whatever was done to the bytes.
fn judge(bytes: &[u8], originals: &[SealedSegment]) -> bool {
    let Ok(opened) = open(bytes) else { return false };
    for key in keys().map(|key| key.public()) {
        if key.device() == opened.device()
            && let Ok(verified) = opened.clone().verify(&REGISTER, &key)
        {
            assert!(originals.iter().any(|o| o.hash == verified.hash()), "a changed segment verifies");
            assert_eq!(verified.bytes(), bytes);
        }
    }
    // Its entries are those that their hashes name.
    for (hash, entry) in opened.entries() {
        assert_eq!(Entry::from_bytes(&entry.to_bytes()).as_ref(), Ok(entry));
        assert_eq!(entry.hash(), *hash);
    }
    // The run can be written and read again; tried on some, as pressing takes its time.
    if bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)).is_multiple_of(16) {
        let again = seal(opened.header().clone(), opened.entries(), &keys()[0], Level::Fast).unwrap();
        if again.taken == opened.entries().len() {
            assert_eq!(open(&again.segment.bytes).unwrap().entries(), opened.entries());
        }
    }
    true
}

#[test]
fn only_the_segment_that_was_sealed_verifies() {
    let originals = corpus();
    let bytes: Vec<Vec<u8>> = originals.iter().map(|s| s.bytes.clone()).collect();
    fuzz("segment", 30, &bytes, |bytes| judge(bytes, &originals));
}

/// Each part of the wire form mutated alone, the rest as it was: signature, header, dictionary, size, body.
#[test]
fn a_segment_with_one_part_changed_is_refused() {
    let originals = corpus();
    let bytes: Vec<Vec<u8>> = originals.iter().map(|s| s.bytes.clone()).collect();
    let whole = cbor::decode(&bytes[3]).unwrap();
    let parts = whole.as_array().unwrap();
    // Three are numbers.
    for index in [0, 3, 4] {
        let numbers = (-300..3_000).chain([1 << 20, (1 << 20) + 1, i64::MAX, i64::MIN]).map(Value::Int);
        for other in numbers.chain([Value::Null, "1".into(), Value::Bytes(vec![1])]) {
            let mut parts = parts.to_vec();
            let same = parts[index] == other;
            parts[index] = other;
            assert_eq!(judge(&cbor::encode(&Value::Array(parts)), &originals), same);
        }
    }
    for index in [1, 2, 5] {
        let part = &parts[index];
        let raw = part.as_bytes().map_or_else(|| cbor::encode(part), <[u8]>::to_vec);
        fuzz(["", "signature", "header", "", "", "pressed"][index], 31 + index as u64, &[raw], |raw| {
            let mut parts = parts.to_vec();
            parts[index] = match part {
                Value::Bytes(_) => Value::Bytes(raw.to_vec()),
                _ => match cbor::decode(raw) {
                    Ok(value) => value,
                    Err(_) => return false,
                },
            };
            judge(&cbor::encode(&Value::Array(parts)), &originals)
        });
    }
}

/// The body mutated before it is pressed, so that it inflates to what it declares.
#[test]
fn a_body_with_anything_changed_is_another_segment_or_none() {
    let originals = corpus();
    let bodies: Vec<(usize, Vec<u8>)> = originals
        .iter()
        .enumerate()
        .map(|(i, s)| {
            let wire = cbor::decode(&s.bytes).unwrap();
            let [_, _, _, id, size, pressed] = wire.as_array().unwrap() else { panic!("six parts") };
            let (size, id) = (size.as_uint().unwrap(), id.as_uint().unwrap());
            (i, inflate(pressed.as_bytes().unwrap(), size, id).unwrap())
        })
        .collect();
    let wire = cbor::decode(&originals[3].bytes).unwrap();
    let corpus = vec![bodies[3].1.clone()];
    let read = fuzz("body", 40, &corpus, |body| {
        let mut parts = wire.as_array().unwrap().to_vec();
        parts[3] = Value::Int(0);
        parts[4] = Value::Int(body.len() as i64);
        parts[5] = Value::Bytes(zstd::bulk::compress(body, 1).unwrap());
        judge(&cbor::encode(&Value::Array(parts)), &originals)
    });
    assert!(read > 100, "{read}");
}

#[test]
fn a_body_that_declares_or_inflates_to_more_than_the_limit_is_refused() {
    let whole = cbor::decode(&corpus()[0].bytes).unwrap();
    let with = |size: i64, pressed: Vec<u8>| {
        let mut parts = whole.as_array().unwrap().to_vec();
        parts[3] = Value::Int(0);
        parts[4] = Value::Int(size);
        parts[5] = Value::Bytes(pressed);
        open(&cbor::encode(&Value::Array(parts))).unwrap_err().code()
    };
    // 64 MiB of nothing in 6 kB; even the honest declaration is refused, before anything is inflated.
    let bomb = zstd::bulk::compress(&vec![0; 64 * 1024 * 1024], 3).unwrap();
    assert!(bomb.len() < 10_000);
    let limit = limits::SEGMENT_INFLATED as i64;
    assert_eq!(with(64 * 1024 * 1024, bomb.clone()), "segment.too_large");
    assert_eq!(with(limit + 1, b"not even a frame".to_vec()), "segment.too_large");
    assert_eq!(with(i64::MAX, bomb.clone()), "segment.too_large");
    // A lie about it gets exactly the room that it declares.
    assert_eq!(with(limit, bomb.clone()), "segment.inflate");
    assert_eq!(with(10, bomb), "segment.inflate");
    // Several frames in a row are no way around it.
    let half = zstd::bulk::compress(&vec![0; 600 * 1024], 3).unwrap();
    assert_eq!(with(limit, [half.clone(), half].concat()), "segment.inflate");
    assert_eq!(open(&vec![0; limits::SEGMENT_WIRE + 1]).unwrap_err().code(), "segment.too_large");
}

#[test]
fn more_entries_than_a_segment_may_hold_are_refused() {
    let whole = cbor::decode(&corpus()[3].bytes).unwrap();
    let item = Value::Map(vec![
        (Value::Int(4), Value::Bytes(vec![1; 16])),
        (Value::Int(5), Value::Int(0)),
        (Value::Int(6), Value::Bytes(vec![1; 8])),
        (Value::Int(9), Value::Array(vec![])),
    ]);
    for (count, code) in [(0, Some("segment.count")), (1, None), (1_024, None), (1_025, Some("segment.count"))] {
        let body = cbor::encode(&Value::Array(vec![item.clone(); count]));
        let mut parts = whole.as_array().unwrap().to_vec();
        parts[3] = Value::Int(0);
        parts[4] = Value::Int(body.len() as i64);
        parts[5] = Value::Bytes(zstd::bulk::compress(&body, 1).unwrap());
        assert_eq!(open(&cbor::encode(&Value::Array(parts))).err().map(|e| e.code()), code, "{count}");
    }
}

/// Every proof that a segment needs, taken away one at a time.
#[test]
fn a_segment_counts_for_one_register_one_key_one_installation_and_one_operation() {
    let [key, other] = [SecretKey::ed25519(&[1; 32]), SecretKey::ed25519(&[3; 32])];
    let original = sealed(1, &records(1, 2), &key);
    let refused = |bytes: &[u8], register: &RegisterId, key: &SecretKey| {
        open(bytes).and_then(|opened| opened.verify(register, &key.public())).err().map(|error| error.code())
    };
    assert_eq!(refused(&original.bytes, &REGISTER, &key), None);
    let elsewhere = RegisterId::from_bytes([7; 16]);
    assert_eq!(refused(&original.bytes, &elsewhere, &key), Some("segment.wrong_register"));
    assert_eq!(refused(&original.bytes, &REGISTER, &other), Some("segment.wrong_device"));

    // Signed anew by its own device, but with a journal that its key, nonce and operation do not make.
    let entries = open(&original.bytes).unwrap().entries().to_vec();
    let resealed = |change: &dyn Fn(&mut Header)| {
        let mut header = original.header.clone();
        change(&mut header);
        seal(header, &entries, &key, Level::Fast).unwrap().segment.bytes
    };
    let moved = resealed(&|header| header.operation = OperationId::from_bytes([6; 16]));
    assert_eq!(refused(&moved, &REGISTER, &key), Some("segment.wrong_journal"));
    let restored = resealed(&|header| header.nonce = [6; 16]);
    assert_eq!(refused(&restored, &REGISTER, &key), Some("segment.wrong_journal"));
    let not_mine = resealed(&|header| header.journal = crate::ids::JournalId::from_bytes([6; 16]));
    assert_eq!(refused(&not_mine, &REGISTER, &key), Some("segment.wrong_journal"));

    // The signature of one under the entries of another: a number or a word changed is another list of hashes.
    let swap = |index: usize| {
        let later = resealed(&|header| header.first = 9);
        let [mut ours, theirs] =
            [&original.bytes, &later].map(|b| cbor::decode(b).unwrap().as_array().unwrap().to_vec());
        ours[index] = theirs[index].clone();
        cbor::encode(&Value::Array(ours))
    };
    assert_eq!(refused(&swap(1), &REGISTER, &key), Some("segment.bad_signature"));
    assert_eq!(refused(&swap(2), &REGISTER, &key), Some("segment.bad_signature"));
}

/// How a segment fits to its journal: what would silently leave a gap or join two branches is told apart.
#[test]
fn a_gap_a_repetition_and_another_branch_are_told_apart() {
    use crate::journal::{Fit, Tail};
    let key = SecretKey::ed25519(&[1; 32]);
    let verified = |first: u64, previous| {
        let mut header = sealed(1, &records(1, 2), &key).header;
        (header.first, header.previous) = (first, previous);
        let mut pen = Pen::of(header.journal);
        pen.number = first;
        let entries: Vec<_> = records(1, 2).into_iter().map(|(_, e)| pen.says(None, &[], e.edits)).collect();
        let bytes = seal(header, &entries, &key, Level::Fast).unwrap().segment.bytes;
        open(&bytes).unwrap().verify(&REGISTER, &key.public()).unwrap()
    };
    let begin = verified(0, None);
    let empty = Tail::empty(begin.header().journal);
    assert_eq!(empty.fit(&begin), Fit::Next);
    let tail = empty.after(&begin);
    assert_eq!((tail.next, tail.last), (2, Some(begin.hash())));
    assert_eq!(tail.chain(), begin.hash().as_bytes()[..8]);
    assert_eq!(tail.fit(&begin), Fit::Earlier);
    assert_eq!(tail.fit(&verified(2, Some(begin.hash()))), Fit::Next);
    assert_eq!(tail.fit(&verified(2, None)), Fit::Unchained);
    assert_eq!(tail.fit(&verified(3, Some(begin.hash()))), Fit::Gap { missing_from: 2 });
}
