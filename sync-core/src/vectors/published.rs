//! What the register publishes: a look-up table with additions, a pack with changes, and the messages that ask for entries.

use serde_json::json;

use super::{Vectors, bytes, frozen};
use crate::entries::{Question, Said};
use crate::ids::{DocId, OperationId};
use crate::keys::{PublicKey, SecretKey};
use crate::lookup::{self, Additions, Base, Noticed, Watch, keys_of};
use crate::pack::{self, Changes, PackPart, Row, read_part, write_part};
use crate::segment::{open, open_excerpt};

fn register() -> SecretKey {
    SecretKey::ed25519(&[0xb1; 32])
}

fn operation() -> OperationId {
    OperationId::from_bytes([0xb3; 16])
}

fn base() -> Base {
    let salt = [0xb8; 16];
    let known =
        [("KV204417", "ASR", Noticed::Destroyed), ("BO71522", "PIS", Noticed::Stolen), ("778899", "", Noticed::Lost)];
    let mut entries: Vec<(u64, u8)> = known
        .iter()
        .flat_map(|(norm, class, noticed)| keys_of(&salt, norm, class).map(|key| (key, noticed.tag())))
        .collect();
    entries.sort_unstable();
    let classes = ["", "ASR", "PIS"].map(str::to_owned).to_vec();
    Base::build(register().public().register(), salt, 70_001, classes, &entries).unwrap()
}

fn additions() -> Additions {
    let base = base();
    let keys = keys_of(&base.salt, "TT900113", "ASR").map(|key| (key, Noticed::Traced.tag()));
    Additions {
        register: base.register,
        base: base.hash(),
        first: 0,
        entries: keys.collect(),
        seq: 70_009,
        more: false,
    }
}

fn rows() -> Vec<Row> {
    let row = |n: u8, serials: &[&str]| Row {
        id: DocId::from_bytes([n; 16]),
        kind: "weapon".to_owned(),
        class: Some("ASR".to_owned()).filter(|_| n != 2),
        status: Some("stored".to_owned()),
        tag: Some(format!("T-{n:06}")),
        make: None,
        model: Some("AKM".to_owned()),
        calibre: Some("7.62x39".to_owned()),
        site: Some("depot-1".to_owned()),
        store: None,
        review: Some("verified".to_owned()).filter(|_| n == 3),
        serials: serials.iter().map(|text| (*text).to_owned()).collect(),
        day: 20_717,
        findings: u64::from(n) * 100,
        conflicts: 0,
        moved: n == 2,
    };
    vec![row(1, &["KV 204417"]), row(2, &[]), row(3, &["ЯБ 1943", "99"])]
}

fn manifest() -> pack::Manifest {
    let part = |n: u8| PackPart { hash: [n; 32], bytes: 1_000 + u64::from(n), rows: 30 };
    let register = register().public().register();
    pack::Manifest {
        register,
        operation: operation(),
        place: 70_000,
        decision: 300,
        seq: 90_000,
        parts: vec![part(1), part(2)],
    }
}

fn changes(rows: Vec<Row>) -> Changes {
    let register = register().public().register();
    Changes { register, operation: operation(), from: 90_000, seq: 90_100, place: 70_010, rows }
}

fn questions() -> [Question; 2] {
    let some = vec![DocId::from_bytes([1; 16]), DocId::from_bytes([2; 16])];
    [None, Some(some)].map(|documents| Question { operation: operation(), documents, after: 70_000 })
}

fn said() -> Said {
    Said { place: 70_010, segments: vec![vec![5, 6]], excerpts: vec![vec![7], vec![8, 9]], more: true }
}

pub(super) fn made() -> Vectors {
    let mut all = Vectors::new();
    let mut put = |name: &str, value| drop(all.insert(name.to_owned(), value));
    let key = hex::encode(register().public().as_bytes());
    let cells: Vec<String> = base().parts().map(hex::encode).collect();
    put(
        "look-up head",
        json!({ "is": "base", "register_key": key, "bytes": hex::encode(base().sign(&register())), "parts": cells }),
    );
    let signed = hex::encode(additions().sign(&register()));
    put("look-up additions", json!({ "is": "additions", "register_key": key, "bytes": signed }));
    put("pack head", json!({ "is": "pack", "register_key": key, "bytes": hex::encode(manifest().sign(&register())) }));
    let none = changes(Vec::new()).sign(&register()).unwrap();
    put("pack changes, none", json!({ "is": "changes", "register_key": key, "bytes": hex::encode(none) }));
    // How zstd presses it is not frozen; that it reads as these rows is.
    put("pack part", json!({ "is": "part", "pressed": hex::encode(write_part(&rows()).unwrap()) }));
    for (name, question) in ["entries of what is no item", "entries of two documents"].into_iter().zip(questions()) {
        put(name, json!({ "is": "question", "bytes": hex::encode(question.to_bytes()) }));
    }
    put("entries answered", json!({ "is": "said", "bytes": hex::encode(said().to_bytes()) }));
    let wire = super::segments::made()["EdDSA, first of a journal"]["wire"].as_str().unwrap().to_owned();
    let whole = open(&hex::decode(wire).unwrap()).unwrap();
    let second = whole.entries()[1].0;
    let excerpt = whole.excerpt(|hash, _| *hash == second).unwrap();
    let of = json!({ "is": "excerpt", "of": whole.hash().to_string(), "entry": second.to_string(), "bytes": hex::encode(excerpt) });
    put("excerpt of one entry", of);
    all
}

#[test]
fn what_was_published_is_read_for_ever() {
    let all = frozen("published");
    let register_id = register().public().register();
    let key = PublicKey::from_bytes(&bytes(&all["look-up head"], "register_key")).unwrap();
    let head = lookup::Manifest::verify(&bytes(&all["look-up head"], "bytes"), &register_id, &key).unwrap();
    let cells: Vec<Vec<u8>> = all["look-up head"]["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| hex::decode(part.as_str().unwrap()).unwrap())
        .collect();
    let mut watch = Watch::new(head.assemble(cells.iter().map(Vec::as_slice)).unwrap());
    assert_eq!(watch.look("kv 204417", Some("ASR"))[0].noticed, Noticed::Destroyed);
    assert!(watch.look("8O 7I522", None).iter().any(|hit| hit.noticed == Noticed::Stolen && hit.alike));
    let added = Additions::verify(&bytes(&all["look-up additions"], "bytes"), &register_id, &key).unwrap();
    assert_eq!(added, additions());
    watch.add(&added).unwrap();
    assert_eq!(watch.look("TT-900113", Some("ASR"))[0].noticed, Noticed::Traced);
    let head = pack::Manifest::verify(&bytes(&all["pack head"], "bytes"), &register_id, &operation(), &key);
    assert_eq!(head, Ok(manifest()));
    assert_eq!(read_part(&bytes(&all["pack part"], "pressed")), Ok(rows()));
    let none = Changes::verify(&bytes(&all["pack changes, none"], "bytes"), &register_id, &operation(), 90_000, &key);
    assert_eq!(none, Ok(changes(Vec::new())));
    for (name, question) in ["entries of what is no item", "entries of two documents"].into_iter().zip(questions()) {
        assert_eq!(Question::from_bytes(&bytes(&all[name], "bytes")), Ok(question));
    }
    assert_eq!(Said::from_bytes(&bytes(&all["entries answered"], "bytes")), Ok(said()));
    let kept = &all["excerpt of one entry"];
    let whole = &frozen("segments")["EdDSA, first of a journal"];
    let key = PublicKey::from_bytes(&bytes(whole, "public_key")).unwrap();
    let register = whole["register"].as_str().unwrap().parse().unwrap();
    let proven = open_excerpt(&bytes(kept, "bytes")).unwrap().verify(&register, &key).unwrap();
    assert_eq!(kept["of"].as_str().unwrap(), proven.hash().to_string());
    assert_eq!(
        proven.entries().iter().map(|(hash, _)| hash.to_string()).collect::<Vec<_>>(),
        [kept["entry"].as_str().unwrap()]
    );
}
