//! A receipt, and messages of the exchange, full and empty.

use serde_json::json;

use super::{Vectors, bytes, frozen};
use crate::bundle::{Content, File, Label, OpenedBundle};
use crate::exchange::stream::{Ask, Begun, Part, Piece, Reader, Reply};
use crate::exchange::{Answer, End, Refused, Request};
use crate::ids::{DeviceId, JournalId, MediaHash, OperationId, RegisterId, SegmentHash};
use crate::keys::{PublicKey, SecretKey};
use crate::media::receipt::MediaReceipt;
use crate::peer::{Hello, Message, Side};
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

fn media_receipt() -> MediaReceipt {
    MediaReceipt {
        register: RegisterId::from_bytes([0xb2; 16]),
        operation: OperationId::from_bytes([0xb3; 16]),
        device: DeviceId::from_bytes([0xb4; 16]),
        at_ms: 1_790_000_300_000,
        stored: vec![MediaHash::from_bytes([0xb8; 32]), MediaHash::from_bytes([0xb9; 32])],
        missing: vec![MediaHash::from_bytes([0xba; 32])],
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
        ahead: 0,
    }
}

pub(super) fn made() -> Vectors {
    let mut all = Vectors::new();
    let key = hex::encode(register().public().as_bytes());
    for count in [0, 2] {
        let bytes = hex::encode(receipt(count).sign(&register()));
        all.insert(format!("receipt for {count}"), json!({ "is": "receipt", "register_key": key, "bytes": bytes }));
    }
    let bytes = hex::encode(media_receipt().sign(&register()));
    all.insert("media receipt".to_owned(), json!({ "is": "media receipt", "register_key": key, "bytes": bytes }));
    for (name, full) in [("full", true), ("empty", false)] {
        let (request, answer) = (hex::encode(request(full).to_bytes()), hex::encode(answer(full).to_bytes()));
        all.insert(format!("request, {name}"), json!({ "is": "request", "bytes": request }));
        all.insert(format!("answer, {name}"), json!({ "is": "answer", "bytes": answer }));
    }
    for (name, is, bytes) in streams() {
        all.insert(name.to_owned(), json!({ "is": is, "bytes": hex::encode(bytes) }));
    }
    let key = hex::encode(tablet().public().as_bytes());
    all.insert(
        "bundle, signed".to_owned(),
        json!({ "is": "bundle", "maker_key": key, "bytes": hex::encode(bundle()) }),
    );
    all
}

fn streams() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let begun = Begun { hash: [0xc1; 32], held: 4_096 };
    let bare = Request { segments: Vec::new(), ..request(true) };
    let ask = Ask { request: bare, wanted: vec![SegmentHash::from_bytes([0xc2; 32])], begun: Some(begun) };
    let reply = Reply { answer: Answer { segments: Vec::new(), ahead: 70_000, ..answer(true) }, begun: Some(begun) };
    let mut frame = Vec::new();
    Part::whole(9, vec![1, 2, 3, 4, 5]).write(2, u64::MAX, &mut frame);
    let (register, operation) = (RegisterId::from_bytes([0xc3; 16]), OperationId::from_bytes([0xb3; 16]));
    let hello = Hello::sign(register, operation, 7, &tablet(), Side::Listener, b"the hash of a handshake");
    let batch = Message::Batch { segments: vec![vec![1]], settled: vec![vec![2]], receipts: vec![vec![3]], left: 300 };
    vec![
        ("stream, ask", "ask", ask.to_bytes()),
        ("stream, reply", "reply", reply.to_bytes()),
        ("stream, frame", "frame", frame),
        ("peer, hello", "peer", Message::Hello(hello).to_bytes()),
        ("peer, decisions", "peer", Message::Decisions(vec![vec![1, 2]]).to_bytes()),
        ("peer, have", "peer", Message::Have(request(true).journals).to_bytes()),
        ("peer, batch", "peer", batch.to_bytes()),
        ("peer, forks", "peer", Message::Forks(vec![JournalId::from_bytes([0xc6; 16])]).to_bytes()),
        ("peer, refusal", "peer", Message::Refusal("device.revoked".to_owned()).to_bytes()),
    ]
}

fn tablet() -> SecretKey {
    SecretKey::ed25519(&[0xc4; 32])
}

/// A file whose inside is not sealed: a seal comes out otherwise each time.
fn bundle() -> Vec<u8> {
    let label = Label { set: [0xc5; 16], number: 0, files: 2, to: register().public().device() };
    let Answer { receipts, ends, refused, .. } = answer(true);
    let content = Content {
        register: register().public().register(),
        operation: OperationId::from_bytes([0xb3; 16]),
        made_ms: 1_900_000_000_000,
        after: 5,
        upto: 9,
        ends,
        segments: vec![vec![1, 2]],
        settled: vec![vec![3]],
        receipts,
        refused,
    };
    File { label, sealed: content.sign(&label, &tablet()) }.to_bytes()
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
            "media receipt" => {
                let key = PublicKey::from_bytes(&super::bytes(vector, "register_key")).unwrap();
                let receipt = MediaReceipt::verify(&bytes, &key).unwrap();
                assert_eq!(receipt, media_receipt());
                receipt.sign(&register())
            }
            "request" => Request::from_bytes(&bytes).unwrap().to_bytes(),
            "ask" => Ask::from_head(&bytes[4..]).unwrap().to_bytes(),
            "reply" => Reply::from_head(&bytes[4..]).unwrap().to_bytes(),
            "peer" => Message::from_bytes(&bytes).unwrap().to_bytes(),
            "frame" => {
                let head = [&[0, 0, 0, 0], bytes.as_slice()].concat();
                let Piece::Frame(part) = Reader::default().push(&head).unwrap().remove(1) else { panic!("{name}") };
                assert_eq!((part.size, part.offset), (5, 2));
                bytes.clone()
            }
            "bundle" => {
                let File { label, sealed } = File::from_bytes(&bytes).unwrap();
                let content = OpenedBundle::open(label, &sealed).unwrap().verify(&tablet().public()).unwrap();
                File { label, sealed: content.sign(&label, &tablet()) }.to_bytes()
            }
            _ => Answer::from_bytes(&bytes).unwrap().to_bytes(),
        };
        assert_eq!(again, bytes, "{name}");
    }
    assert_eq!(Answer::from_bytes(&bytes(&frozen("messages")["answer, full"], "bytes")), Ok(answer(true)));
    assert_eq!(Request::from_bytes(&bytes(&frozen("messages")["request, full"], "bytes")), Ok(request(true)));
    let kept = bytes(&frozen("messages")["receipt for 2"], "bytes");
    assert_eq!(Receipt::verify(&kept, &register().public()), Ok(receipt(2)));
}
