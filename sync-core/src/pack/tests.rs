//! A pack says what was put in, in parts a bad link can carry, and is believed only when this register signed it for this operation.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::ids::{DocId, OperationId, RegisterId};
use crate::keys::{SecretKey, sha256};
use crate::limits;
use crate::samples::Dice;

fn key() -> SecretKey {
    SecretKey::ed25519(&[0xc2; 32])
}

fn register() -> RegisterId {
    key().public().register()
}

fn operation() -> OperationId {
    OperationId::from_bytes([5; 16])
}

/// Invented rows, ascending.
pub(super) fn rows(seed: u64, count: usize) -> Vec<Row> {
    let mut d = Dice::new(seed);
    let mut rows: Vec<Row> = (0..count)
        .map(|n| Row {
            id: DocId::from_slice(&d.bytes(16)).unwrap(),
            kind: d.of(&["weapon", "weapon", "part", "ammunition"]).to_owned(),
            class: Some(d.of(&["ASR", "RIF", "PIS", "SHG"]).to_owned()).filter(|_| !d.percent(5)),
            status: Some(d.of(&["stored", "destroyed", "reserved"]).to_owned()),
            tag: Some(format!("T-{n:06}")).filter(|_| !d.percent(20)),
            make: Some(d.of(&["IZHMASH", "NORINCO", "FN"]).to_owned()).filter(|_| !d.percent(10)),
            model: None,
            calibre: Some("7.62x39".to_owned()),
            site: Some(format!("depot-{}", d.below(12))),
            store: Some(format!("store-{}", d.below(40))),
            review: Some("verified".to_owned()).filter(|_| d.percent(50)),
            serials: (0..d.below(3)).map(|_| format!("KV {}", d.roll() % 1_000_000)).collect(),
            day: 20_500 + d.below(90) as u64,
            findings: u64::from(d.percent(7)),
            conflicts: u64::from(d.percent(2)),
            moved: d.percent(1),
        })
        .collect();
    rows.sort_by_key(|row| row.id);
    rows
}

fn manifest(parts: &[(PackPart, Vec<u8>)]) -> Manifest {
    let parts = parts.iter().map(|(part, _)| *part).collect();
    Manifest { register: register(), operation: operation(), place: 900, decision: 12, seq: 1_234, parts }
}

#[test]
fn every_row_comes_out_as_it_went_in_and_the_same_rows_give_the_same_pack() {
    let rows = rows(1, 9_000);
    let parts = cut(&rows).unwrap();
    assert!(parts.len() >= 3);
    assert!(parts.iter().all(|(_, bytes)| bytes.len() <= limits::PART_BYTES));
    let again: Vec<Row> = parts.iter().flat_map(|(part, bytes)| part.read(bytes).unwrap()).collect();
    assert_eq!(again, rows);
    let head = manifest(&parts);
    assert_eq!((head.rows(), head.sign(&key())), (9_000, manifest(&cut(&rows).unwrap()).sign(&key())));
    let read = Manifest::verify(&head.sign(&key()), &register(), &operation(), &key().public()).unwrap();
    assert_eq!(read, head);
    // Twenty-six bytes a row of which sixteen are the id.
    assert!(head.bytes() / 9_000 < 40, "{} bytes a row", head.bytes() / 9_000);
}

#[test]
fn an_operation_without_items_has_a_pack_without_parts() {
    let head = manifest(&cut(&[]).unwrap());
    let read = Manifest::verify(&head.sign(&key()), &register(), &operation(), &key().public()).unwrap();
    assert_eq!((read.rows(), read.parts.len()), (0, 0));
}

#[test]
fn rows_that_do_not_fit_into_a_part_are_cut_until_they_do() {
    let mut d = Dice::new(8);
    let mut rows = rows(2, 300);
    for row in &mut rows {
        row.model = Some(hex::encode(d.bytes(2_000)));
    }
    let parts = cut(&rows).unwrap();
    assert!(parts.len() > 1);
    assert_eq!(parts.iter().flat_map(|(part, bytes)| part.read(bytes).unwrap()).collect::<Vec<_>>(), rows);
    rows[0].model = Some(hex::encode(d.bytes(400_000)));
    assert_eq!(cut(&rows), None, "a row that no part can hold");
}

#[test]
fn a_changed_part_another_signer_another_operation_are_refused() {
    let parts = cut(&rows(3, 50)).unwrap();
    let (part, bytes) = &parts[0];
    let mut changed = bytes.clone();
    changed[40] ^= 1;
    assert_eq!(part.read(&changed), Err(PackError::PartDiffers));
    assert_eq!(part.read(&bytes[1..]), Err(PackError::PartDiffers));
    let fewer = PackPart { rows: 49, ..*part };
    assert_eq!(fewer.read(bytes), Err(PackError::Malformed));
    let head = manifest(&parts);
    let other = SecretKey::ed25519(&[1; 32]);
    let verify = |bytes: &[u8], operation: OperationId| {
        Manifest::verify(bytes, &register(), &operation, &key().public()).map(|_| ())
    };
    assert_eq!(verify(&head.sign(&other), operation()), Err(PackError::BadSignature));
    assert_eq!(verify(&head.sign(&key()), OperationId::from_bytes([6; 16])), Err(PackError::Other));
    let foreign = Manifest { register: RegisterId::from_bytes([1; 16]), ..head.clone() };
    assert_eq!(verify(&foreign.sign(&key()), operation()), Err(PackError::Other));
    let mut cut_off = head.sign(&key());
    cut_off.pop();
    assert_eq!(verify(&cut_off, operation()), Err(PackError::Malformed));
}

#[test]
fn changes_go_on_from_where_a_tablet_is_and_from_nowhere_else() {
    let rows = rows(4, 100);
    let changes = Changes { register: register(), operation: operation(), from: 1_234, seq: 1_300, place: 950, rows };
    let signed = changes.sign(&key()).unwrap();
    let verify = |bytes: &[u8], from| Changes::verify(bytes, &register(), &operation(), from, &key().public());
    assert_eq!(verify(&signed, 1_234), Ok(changes.clone()));
    assert_eq!(verify(&signed, 1_233), Err(PackError::NotNext));
    let back = Changes { seq: 1_000, ..changes.clone() };
    assert_eq!(verify(&back.sign(&key()).unwrap(), 1_234), Err(PackError::NotNext));
    let none = Changes { rows: Vec::new(), ..changes.clone() };
    let bytes = none.sign(&key()).unwrap();
    assert!(bytes.len() < 200, "{}", bytes.len());
    assert_eq!(verify(&bytes, 1_234), Ok(none));
    // A head is no change, though one key signs both.
    let head = manifest(&[]);
    assert_eq!(verify(&head.sign(&key()), 1_234), Err(PackError::BadSignature));
    let many = Changes { rows: super::tests::rows(5, limits::PACK_PART_ROWS + 1), ..changes };
    assert_eq!(many.sign(&key()), None);
}

/// A part whose body is anything at all, as a register with a bug might sign it.
fn part_of(body: &[u8]) -> Vec<u8> {
    use crate::cbor::{Value, encode};
    let pressed = zstd::bulk::compress(body, 3).unwrap();
    encode(&Value::Array(vec![Value::Int(1), Value::Int(body.len() as i64), Value::Bytes(pressed)]))
}

#[test]
fn a_part_that_inflates_beyond_its_size_or_the_limit_is_refused() {
    use crate::cbor::{Value, encode};
    let pressed = zstd::bulk::compress(&vec![0; 64 << 20], 3).unwrap();
    for size in [10, 4 << 20, 64 << 20, i64::MAX] {
        let part = encode(&Value::Array(vec![Value::Int(1), Value::Int(size), Value::Bytes(pressed.clone())]));
        assert_eq!(read_part(&part), Err(PackError::Malformed), "{size}");
    }
    assert_eq!(read_part(&encode(&Value::Array(vec![Value::Int(2)]))), Err(PackError::Version));
    assert_eq!(read_part(&part_of(&[])), Err(PackError::Malformed));
}

#[test]
fn rows_in_disorder_are_no_part() {
    let mut rows = rows(6, 2);
    rows.swap(0, 1);
    assert_eq!(write_part(&rows), None);
    rows[1] = rows[0].clone();
    assert_eq!(write_part(&rows), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_is_changed_in_the_body_of_a_part_is_read_or_refused(seed in any::<u64>(), at in 0_usize..4_000, bit in 0_u8..8) {
        let part = write_part(&rows(seed, 40)).unwrap();
        let whole = crate::cbor::decode(&part).unwrap();
        let pressed = whole.as_array().unwrap()[2].as_bytes().unwrap();
        let mut body = zstd::bulk::decompress(pressed, limits::PACK_PART_INFLATED).unwrap();
        let at = at % body.len();
        body[at] ^= 1 << bit;
        if let Ok(read) = read_part(&part_of(&body)) {
            // What is read at all is written and read again the same.
            prop_assert_eq!(read_part(&write_part(&read).unwrap()), Ok(read));
        }
        prop_assert_eq!(sha256(&part), sha256(&write_part(&rows(seed, 40)).unwrap()));
    }
}
