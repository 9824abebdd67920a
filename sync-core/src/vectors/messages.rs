//! A receipt, and messages of the exchange, full and empty.

use serde_json::json;

use super::{Vectors, bytes, frozen};
use crate::exchange::{Answer, End, Refused, Request};
use crate::ids::{DeviceId, JournalId, OperationId, RegisterId, SegmentHash};
use crate::keys::{PublicKey, SecretKey};
use crate::receipt::{Receipt, Safe};

fn register() -> SecretKey {
    SecretKey::ed25519(&[0xb1; 32])
}

fn receipt(count: u8) -> Receipt {
    let safe = |i| Safe { segment: SegmentHash::from_bytes([i; 32]), place: 70_000 + u64::from(i), leaf: u64::from(i) };
    Receipt {
        register: RegisterId::from_bytes([0xb2; 16]),
        operation: OperationId::from_bytes([0xb3; 16]),
        device: DeviceId::from_bytes([0xb4; 16]),
        received_ms: 1_790_000_200_000,
        safe: (0..count).map(safe).collect(),
        decision: 300,
    }
}

fn request(full: bool) -> Request {
    let end = End { journal: JournalId::from_bytes([0xb5; 16]), next: 1_000, chain: [0xb6; 8] };
    Request {
        operation: OperationId::from_bytes([0xb3; 16]),
        place: if full { 70_000 } else { 0 },
        journals: if full { vec![end] } else { Vec::new() },
        segments: if full { vec![vec![1, 2, 3], vec![4]] } else { Vec::new() },
        budget: 262_144,
    }
}

fn answer(full: bool) -> Answer {
    let refused = Refused {
        hash: SegmentHash::from_bytes([0xb7; 32]),
        code: "segment.version".into(),
        detail: "update needed".into(),
    };
    Answer {
        place: 70_002,
        receipts: if full { vec![receipt(1).sign(&register())] } else { Vec::new() },
        segments: if full { vec![vec![5, 6]] } else { Vec::new() },
        more: full,
        ends: if full { request(true).journals } else { Vec::new() },
        refused: if full { vec![refused] } else { Vec::new() },
    }
}

pub(super) fn made() -> Vectors {
    let mut all = Vectors::new();
    let key = hex::encode(register().public().as_bytes());
    for count in [0, 2] {
        let bytes = hex::encode(receipt(count).sign(&register()));
        all.insert(format!("receipt for {count}"), json!({ "is": "receipt", "register_key": key, "bytes": bytes }));
    }
    for (name, full) in [("full", true), ("empty", false)] {
        let (request, answer) = (hex::encode(request(full).to_bytes()), hex::encode(answer(full).to_bytes()));
        all.insert(format!("request, {name}"), json!({ "is": "request", "bytes": request }));
        all.insert(format!("answer, {name}"), json!({ "is": "answer", "bytes": answer }));
    }
    all
}

#[test]
fn a_frozen_message_is_read_and_written_again() {
    for (name, vector) in &frozen("messages") {
        let bytes = bytes(vector, "bytes");
        let again = match vector["is"].as_str().unwrap() {
            "receipt" => {
                let key = PublicKey::from_bytes(&super::bytes(vector, "register_key")).unwrap();
                Receipt::verify(&bytes, &key).unwrap().sign(&register())
            }
            "request" => Request::from_bytes(&bytes).unwrap().to_bytes(),
            _ => Answer::from_bytes(&bytes).unwrap().to_bytes(),
        };
        assert_eq!(again, bytes, "{name}");
    }
    assert_eq!(Answer::from_bytes(&bytes(&frozen("messages")["answer, full"], "bytes")), Ok(answer(true)));
    assert_eq!(Request::from_bytes(&bytes(&frozen("messages")["request, full"], "bytes")), Ok(request(true)));
    let kept = bytes(&frozen("messages")["receipt for 2"], "bytes");
    assert_eq!(Receipt::verify(&kept, &register().public()), Ok(receipt(2)));
}
