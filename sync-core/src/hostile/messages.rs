//! Receipts and messages of the exchange.

use coset::{CborSerializable as _, CoseSign1Builder, HeaderBuilder, iana};

use super::fuzz;
use crate::exchange::{Answer, End, Refused, Request};
use crate::ids::{DeviceId, JournalId, OperationId, RegisterId, SegmentHash};
use crate::keys::SecretKey;
use crate::receipt::{Receipt, Safe};

fn key() -> SecretKey {
    SecretKey::ed25519(&[9; 32])
}

fn receipt(n: u8) -> Receipt {
    Receipt {
        register: RegisterId::from_bytes([n; 16]),
        operation: OperationId::from_bytes([2; 16]),
        device: DeviceId::from_bytes([3; 16]),
        received_ms: 1_790_000_000_000,
        safe: (0..n)
            .map(|i| Safe { segment: SegmentHash::from_bytes([i; 32]), place: 300, leaf: u64::from(i) })
            .collect(),
        decision: 7,
    }
}

fn ends(n: u8) -> Vec<End> {
    (0..n).map(|i| End { journal: JournalId::from_bytes([i; 16]), next: u64::from(i) * 1_000, chain: [i; 8] }).collect()
}

#[test]
fn only_the_receipt_that_was_signed_is_believed() {
    let originals = [receipt(0), receipt(1), receipt(3)];
    let corpus: Vec<Vec<u8>> = originals.iter().map(|r| r.sign(&key())).collect();
    fuzz("receipt", 20, &corpus, |bytes| match Receipt::verify(bytes, &key().public()) {
        Ok(read) => {
            assert!(originals.contains(&read), "a changed receipt is believed");
            true
        }
        Err(_) => false,
    });
}

/// What somebody could make the register sign, or a register with a bug signs.
#[test]
fn whatever_is_signed_as_a_receipt_is_read_or_refused() {
    let sign = |payload: &[u8]| {
        let protected = HeaderBuilder::new().algorithm(iana::Algorithm::EdDSA).build();
        let cose = CoseSign1Builder::new().protected(protected).payload(payload.to_vec());
        cose.create_signature(&[], |message| key().sign(message)).build().to_vec().unwrap()
    };
    let corpus: Vec<Vec<u8>> = [receipt(1), receipt(3)]
        .iter()
        .map(|r| coset::CoseSign1::from_slice(&r.sign(&key())).unwrap().payload.unwrap())
        .collect();
    let read = fuzz("receipt payload", 21, &corpus, |payload| match Receipt::verify(&sign(payload), &key().public()) {
        Ok(read) => {
            assert_eq!(Receipt::verify(&read.sign(&key()), &key().public()), Ok(read));
            true
        }
        Err(_) => false,
    });
    assert!(read > 100, "{read}");
}

#[test]
fn requests_read_as_they_are_written() {
    let request = |n: u8| Request {
        operation: OperationId::from_bytes([n; 16]),
        place: 70_000,
        journals: ends(n),
        segments: (0..n).map(|i| vec![i; 30]).collect(),
        budget: 100_000,
    };
    let corpus: Vec<Vec<u8>> = [0, 1, 4].map(|n| request(n).to_bytes()).to_vec();
    let read = fuzz("request", 22, &corpus, |bytes| {
        let Ok(request) = Request::from_bytes(bytes) else { return false };
        assert_eq!(Request::from_bytes(&request.to_bytes()), Ok(request));
        true
    });
    assert!(read > 100, "{read}");
}

#[test]
fn answers_read_as_they_are_written() {
    let refused =
        |i: u8| Refused { hash: SegmentHash::from_bytes([i; 32]), code: "segment.version".into(), detail: "x".into() };
    let answer = |n: u8| Answer {
        place: 70_000,
        receipts: (0..n).map(|i| receipt(i).sign(&key())).collect(),
        segments: (0..n).map(|i| vec![i; 30]).collect(),
        more: n > 1,
        ends: ends(n),
        refused: (0..n).map(refused).collect(),
    };
    let corpus: Vec<Vec<u8>> = [0, 1, 4].map(|n| answer(n).to_bytes()).to_vec();
    let read = fuzz("answer", 23, &corpus, |bytes| {
        let Ok(answer) = Answer::from_bytes(bytes) else { return false };
        assert_eq!(Answer::from_bytes(&answer.to_bytes()), Ok(answer));
        true
    });
    assert!(read > 100, "{read}");
}
