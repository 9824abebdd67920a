//! What a hostile or broken tablet can send to the exchange, over real HTTP and on both databases: a typed refusal or a visible claim, the
//! register unchanged, evidence kept to its quota, and the next good segment of the same journal taken.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use ploughshare_core::cbor::{self, Value};
use ploughshare_core::edit::Edit;
use ploughshare_core::identity::Role;
use ploughshare_core::ids::{OfficerId, OperationId, RegisterId};
use ploughshare_core::keys::SecretKey;
use ploughshare_core::limits;
use ploughshare_core::segment::{self, Level};
use ploughshare_tests::hand::{Hand, set, weapon};
use ploughshare_tests::{Register, on_both, on_both_with, state};

/// Changes the parts of a segment as it travels.
fn altered(bytes: &[u8], change: impl FnOnce(&mut Vec<Value>)) -> Vec<u8> {
    let Value::Array(mut parts) = cbor::decode(bytes).unwrap() else { panic!("a segment is an array") };
    change(&mut parts);
    cbor::encode(&Value::Array(parts))
}

fn flipped(part: &mut Value, at: impl Fn(usize) -> usize) {
    let Value::Bytes(bytes) = part else { panic!("bytes") };
    let at = at(bytes.len());
    bytes[at] ^= 1;
}

fn header_field(parts: &mut [Value], key: i64, value: Value) {
    let Value::Map(pairs) = &mut parts[2] else { panic!("a map") };
    let at = pairs.iter().position(|(k, _)| *k == Value::Int(key)).unwrap();
    pairs[at].1 = value;
}

/// Segments that must be refused, each with the code that says why.
fn refused_segments(hand: &Hand) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let say = |hand: &Hand| vec![hand.say(hand.next, None, &[], vec![weapon("KV 1")])];
    let of = |change: &dyn Fn(&mut Hand)| {
        let mut other = hand.clone();
        change(&mut other);
        let said = say(&other);
        other.seal(&said)
    };
    let good = of(&|_| ());
    let mut gap = hand.clone();
    gap.next = 7;
    let gap = gap.seal(&[gap.clone().say(7, None, &[], vec![weapon("KV 2")])]);
    let theirs = {
        let header = segment::Header { journal: hand.installed_anew([8; 16]).journal(), ..hand.header() };
        segment::seal(header, &say(hand), &hand.key, Level::Fast).unwrap().segment.bytes
    };
    let bomb = altered(&good, |parts| {
        parts[3] = Value::Int(0);
        parts[4] = Value::Int(64 << 20);
        parts[5] = Value::Bytes(zstd::bulk::compress(&vec![0; 64 << 20], 3).unwrap());
    });
    let lying_bomb = altered(&good, |parts| {
        parts[3] = Value::Int(0);
        parts[4] = Value::Int(limits::SEGMENT_INFLATED as i64);
        parts[5] = Value::Bytes(zstd::bulk::compress(&vec![0; 64 << 20], 3).unwrap());
    });
    let body = |value: &Value| {
        altered(&good, |parts| {
            let body = cbor::encode(value);
            parts[3] = Value::Int(0);
            parts[4] = Value::Int(body.len() as i64);
            parts[5] = Value::Bytes(zstd::bulk::compress(&body, 3).unwrap());
        })
    };
    let entry = |claimed: i64| body(&Value::Array(vec![Value::Map(vec![(Value::Int(5), Value::Int(claimed))])]));
    let deep = {
        // Deeper than the reader goes: an array in an array in an array …
        let mut bytes = vec![0x81; 1_000];
        bytes.push(0x00);
        bytes
    };
    vec![
        ("no CBOR at all", "segment.malformed", vec![0xff; 40]),
        ("nothing", "segment.malformed", Vec::new()),
        ("cut short", "segment.malformed", good[..good.len() - 3].to_vec()),
        ("something behind it", "segment.malformed", [good.as_slice(), &[0]].concat()),
        ("deeply nested", "segment.malformed", deep),
        (
            "a bit flipped in the payload",
            "segment.bad_signature",
            altered(&good, |p| header_field(p, 7, Value::Int(1))),
        ),
        (
            "a bit flipped in the signature",
            "segment.bad_signature",
            altered(&good, |parts| flipped(&mut parts[1], |len| len - 1)),
        ),
        ("a bit flipped in the body", "segment.inflate", altered(&good, |parts| flipped(&mut parts[5], |_| 0))),
        (
            "another number in the header",
            "segment.bad_signature",
            altered(&good, |parts| header_field(parts, 5, Value::Int(5))),
        ),
        ("another version", "segment.version", altered(&good, |parts| parts[0] = Value::Int(2))),
        ("a dictionary nobody has", "segment.dictionary", altered(&good, |parts| parts[3] = Value::Int(99))),
        ("too large", "segment.too_large", vec![0; limits::SEGMENT_WIRE + 1]),
        ("a bomb that says so", "segment.too_large", bomb),
        ("a bomb that lies", "segment.inflate", lying_bomb),
        ("no entries", "segment.count", body(&Value::Array(Vec::new()))),
        ("an entry without a time", "entry.malformed", body(&Value::Array(vec![Value::Map(Vec::new())]))),
        ("an entry before 1970", "entry.claimed_time", entry(-1)),
        ("an entry after 9999", "entry.claimed_time", entry(limits::CLAIMED_MS.end() + 1)),
        ("for another register", "segment.wrong_register", of(&|h| h.register = RegisterId::from_bytes([7; 16]))),
        ("in another operation", "segment.wrong_operation", of(&|h| h.operation = OperationId::from_bytes([7; 16]))),
        ("by a key that is not enrolled", "device.unknown", of(&|h| h.key = SecretKey::ed25519(&[9; 32]))),
        ("of a journal that is not its own", "segment.wrong_journal", theirs),
        ("beyond a gap", "journal.gap", gap),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_bad_segment_is_refused_with_its_code_changes_nothing_and_blocks_nobody() {
    on_both("bad_segments", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (_, first) = hand.weapon("KV 100");
        hand.bring_good(vec![first]);
        register.current().await;
        let before = state::of(&register.app).await;
        let leaves = state::feed_count(&register.app, "select count(*) from log_leaf").await;
        let bad = refused_segments(&hand);
        for (what, code, bytes) in &bad {
            let answer = hand.bring(vec![bytes.clone()]);
            let codes: Vec<&str> = answer.refused.iter().map(|refused| refused.code.as_str()).collect();
            assert_eq!((codes, answer.receipts.len()), (vec![*code], 0), "{what}");
            assert!(!answer.refused[0].detail.is_empty(), "{what}");
        }
        // All at once, in front of and behind a good one of the same journal: it goes through.
        let (_, good) = hand.clone().weapon("KV 101");
        let mut brought: Vec<Vec<u8>> = bad.iter().map(|(_, _, bytes)| bytes.clone()).collect();
        brought.retain(|bytes| bytes.len() < limits::SEGMENT_WIRE);
        brought.insert(brought.len() / 2, good.clone());
        let answer = hand.bring(brought.clone());
        assert_eq!((answer.receipts.len(), answer.refused.len()), (1, brought.len() - 1));
        let kept = state::feed_count(&register.app, "select count(*) from refusal").await;
        assert_eq!(kept as usize, bad.len(), "a repetition is kept once");
        let refused = "select count(*) from segment where held_state = 'admitted'";
        assert_eq!(state::feed_count(&register.app, refused).await, 2 + register.decision_segments().await);
        let more = state::feed_count(&register.app, "select count(*) from log_leaf").await - leaves;
        assert_eq!(more as usize, bad.len() + 1, "a leaf for each refusal and one for what was taken");
        register.current().await;
        assert_ne!(state::of(&register.app).await, before, "the good one is in the register");
        assert_eq!(state::count(&register.app, "select count(*) from item").await, 2);
        register.is_rebuilt_equal().await;
    })
    .await;
}

trait Decisions {
    async fn decision_segments(&self) -> i64;
}

impl Decisions for Register {
    async fn decision_segments(&self) -> i64 {
        let journal = ploughshare_server::decide::register_journal(&self.app, &self.operation.id);
        let row = self
            .app
            .store
            .feed
            .query_one("select count(*) from segment where journal = $1", &[journal.as_bytes().into()])
            .await;
        row.unwrap().unwrap().int(0).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_of_refusals_is_kept_to_its_quota_and_then_as_hash_and_reason() {
    let quota = |settings: &mut ploughshare_server::app::Settings| settings.evidence_quota_bytes = 20_000;
    on_both_with("quota", quota, async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        for n in 0..50u8 {
            let answer = hand.bring(vec![vec![n; 1_000]]);
            assert_eq!(answer.refused.len(), 1);
        }
        let all = state::feed_count(&register.app, "select count(*) from refusal").await;
        let bytes = "select cast(coalesce(sum(length(bytes)), 0) as bigint) from refusal";
        assert_eq!((all, state::feed_count(&register.app, bytes).await), (50, 20_000));
        let (_, good) = hand.weapon("KV 1");
        hand.bring_good(vec![good]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_none_is_a_typed_refusal_and_changes_nothing() {
    on_both("bad_messages", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (_, first) = hand.weapon("KV 1");
        let whole = hand.request(vec![first.clone()]).to_bytes();
        register.current().await;
        let before = state::of(&register.app).await;
        let leaves = state::feed_count(&register.app, "select count(*) from log_leaf").await;
        let map = |pairs: Vec<(i64, Value)>| {
            cbor::encode(&Value::Map(pairs.into_iter().map(|(key, value)| (Value::Int(key), value)).collect()))
        };
        let id = Value::Bytes(hand.operation.to_vec());
        let ends = (0..=limits::EXCHANGE_JOURNALS)
            .map(|n| Value::Array(vec![Value::Bytes(vec![n as u8; 16]), Value::Int(0), Value::Bytes(vec![0; 8])]));
        let bad: Vec<(&str, &str, Vec<u8>)> = vec![
            ("nothing", "exchange.malformed", Vec::new()),
            ("cut off in the middle", "exchange.malformed", whole[..whole.len() / 2].to_vec()),
            ("one byte too many", "exchange.malformed", [whole.as_slice(), &[0]].concat()),
            ("JSON", "exchange.malformed", b"{\"1\":1}".to_vec()),
            ("an indefinite length", "exchange.malformed", vec![0xbf, 0x01, 0x01, 0xff]),
            ("a thousand brackets", "exchange.malformed", vec![0x81; 1_000]),
            ("a length of exabytes", "exchange.malformed", vec![0x9b, 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            ("version 2", "exchange.version", map(vec![(1, Value::Int(2)), (2, id.clone()), (3, Value::Int(0))])),
            ("no operation", "exchange.malformed", map(vec![(1, Value::Int(1)), (3, Value::Int(0))])),
            (
                "a negative place",
                "exchange.malformed",
                map(vec![(1, Value::Int(1)), (2, id.clone()), (3, Value::Int(-1))]),
            ),
            (
                "too many journals",
                "exchange.malformed",
                map(vec![
                    (1, Value::Int(1)),
                    (2, id.clone()),
                    (3, Value::Int(0)),
                    (4, Value::Array(ends.collect())),
                    (6, Value::Int(0)),
                ]),
            ),
            (
                "too many segments",
                "exchange.malformed",
                map(vec![
                    (1, Value::Int(1)),
                    (2, id),
                    (3, Value::Int(0)),
                    (5, Value::Array(vec![Value::Bytes(Vec::new()); limits::EXCHANGE_SEGMENTS + 1])),
                    (6, Value::Int(0)),
                ]),
            ),
            (
                "another operation than the address",
                "exchange.other_operation",
                ploughshare_core::exchange::Request {
                    operation: OperationId::from_bytes([9; 16]),
                    ..hand.request(vec![])
                }
                .to_bytes(),
            ),
            ("five megabytes", "request.too_large", vec![0; 5 << 20]),
        ];
        for (what, code, body) in bad {
            assert_eq!(hand.send(body).refusal(), code, "{what}");
        }
        let path = format!("/api/v1/operations/{}/exchange", hand.operation);
        for kind in ["application/json", "text/plain", "application/cbor; charset=utf-8", ""] {
            let reply = hand.web.post_as(kind, &path, whole.clone());
            assert_eq!((reply.status, reply.refusal().as_str()), (415, "request.not_cbor"), "{kind}");
        }
        for (path, status, code) in [
            ("/api/v1/operations/nonsense/exchange".to_owned(), 404, "request.path"),
            (
                format!("/api/v1/operations/{}/exchange", OperationId::from_bytes([9; 16])),
                403,
                "operation.not_enrolled",
            ),
            ("/api/v1/operations//exchange".to_owned(), 404, "request.path"),
            ("/api/v1/operation/exchange".to_owned(), 404, "route.unknown"),
        ] {
            let reply = hand.web.post_as("application/cbor", &path, whole.clone());
            assert_eq!((reply.status, reply.refusal().as_str()), (status, code), "{path}");
        }
        assert_eq!(state::of(&register.app).await, before);
        assert_eq!(state::feed_count(&register.app, "select count(*) from log_leaf").await, leaves);
        assert_eq!(state::feed_count(&register.app, "select count(*) from refusal").await, 0);
        hand.bring_good(vec![first]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_segment_sent_a_hundred_times_is_one_place_one_leaf_and_one_receipt() {
    on_both("hundred_times", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (_, segment) = hand.weapon("KV 1");
        let first = hand.bring_good(vec![segment.clone()]);
        let before = state::feed_count(&register.app, "select count(*) from log_leaf").await;
        register.current().await;
        let held = state::of(&register.app).await;
        for n in 0..100 {
            // Now and then several times in one message.
            let again = hand.bring(vec![segment.clone(); 1 + n % 3]);
            assert_eq!(again.refused, []);
            let safe = |answer: &ploughshare_core::exchange::Answer| {
                let receipt = ploughshare_core::receipt::Receipt::verify(&answer.receipts[0], &register.app.key.public());
                receipt.unwrap().safe[0].clone()
            };
            assert_eq!((safe(&again), again.receipts.len()), (safe(&first), 1));
            if n % 3 == 0 {
                assert_eq!(again.receipts, first.receipts, "byte for byte");
            }
        }
        register.current().await;
        assert_eq!(state::feed_count(&register.app, "select count(*) from log_leaf").await, before);
        assert_eq!(state::of(&register.app).await, held);
        let sql = "select count(*) from segment where first_number = 0 and entry_count = 1 and device in (select id from device)";
        assert_eq!(state::feed_count(&register.app, sql).await, 1);
    })
    .await;
}

/// Entries in good segments that say what cannot stand. The register takes them (they are evidence), counts none of them, and goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_cannot_stand_is_kept_counts_for_nothing_and_blocks_nobody() {
    on_both("void", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (birth, segment) = hand.weapon("KV 1");
        hand.bring_good(vec![segment]);
        register.current().await;
        let id = birth.0.document();
        let item = state::rows(&register.app, "item", &["changed_seq", "claims"]).await;
        let edits: Vec<(&str, Edit)> = vec![
            ("an unknown path", set("colour_of_the_moon", "red")),
            ("no path", set("", "red")),
            ("a path of control characters", set("make\0\n", "red")),
            ("a very long path", set(&"m".repeat(limits::PATH_BYTES + 1), "red")),
            ("a wrong type", Edit::Set { path: "make".to_owned(), value: Value::Int(5) }),
            ("a number as text", set("year", "1974")),
            ("a map in a text", Edit::Set { path: "make".to_owned(), value: Value::Map(Vec::new()) }),
            ("an unknown code", set("status", "melted")),
            ("a NUL", set("make", "TU\0LA")),
            ("a direction mark", set("make", "TU\u{202e}LA")),
            ("a huge text", set("make", &"A".repeat(limits::TEXT_BYTES + 1))),
            ("a shape that is none", Edit::Unknown(Value::Text("DROP TABLE item".to_owned()))),
            ("an unknown set", Edit::Add { set: "moons".to_owned(), fields: vec![("text".to_owned(), "x".into())] }),
            ("a second birth", weapon("KV 9")),
            (
                "a decision",
                Edit::Decide {
                    verb: "role_granted".to_owned(),
                    arguments: Value::Map(vec![("role".into(), "registrar".into())]),
                },
            ),
        ];
        let mut last = birth.0;
        let mut segments = Vec::new();
        for (_, edit) in &edits {
            let said = hand.say(hand.next, Some(id), &[last], vec![edit.clone()]);
            last = said.0;
            segments.push(hand.seal(&[said]));
        }
        let answer = hand.bring(segments);
        assert_eq!((answer.refused.as_slice(), answer.receipts.len()), (&[][..], 1), "all of it is kept");
        register.current().await;
        assert_eq!(state::rows(&register.app, "item", &["changed_seq", "claims"]).await, item, "nothing of it counts");
        let folded = "select count(*) from entry where status = 'folded' and kind <> 'decision'";
        let odd: Vec<String> = register
            .app
            .store
            .register
            .query("select number from entry where status = 'folded' and kind <> 'decision' and number > 0", &[])
            .await
            .unwrap()
            .iter()
            .map(|row| edits[row.int(0).unwrap() as usize - 1].0.to_owned())
            .collect();
        assert_eq!((state::count(&register.app, folded).await, odd), (1, Vec::<String>::new()));
        // Honest work on top of it stands.
        let honest = hand.say(hand.next, Some(id), &[last], vec![set("model", "AKM")]);
        let sealed = hand.seal(&[honest]);
        hand.bring_good(vec![sealed]);
        register.current().await;
        assert_eq!(state::count(&register.app, "select count(*) from item where model = 'AKM'").await, 1);
        register.is_rebuilt_equal().await;
    })
    .await;
}

/// A later vocabulary is folded as it is, so it may say anything; no database may stumble over it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_later_vocabulary_says_never_stops_the_register() {
    on_both("later_vocabulary", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let mut other = register.hand("Joseph", Role::Collector).await;
        let (birth, segment) = hand.weapon("KV 1");
        hand.bring_good(vec![segment]);
        let id = birth.0.document();
        let int = |path: &str, value: i64| Edit::Set { path: path.to_owned(), value: Value::Int(value) };
        let place = |lat: i64, lon: i64| Edit::Set {
            path: "place".to_owned(),
            value: Value::Map(vec![("lat".into(), Value::Int(lat)), ("lon".into(), Value::Int(lon))]),
        };
        let odd: Vec<Edit> = vec![
            set("make", "TU\0LA"),
            set("model", "\u{202e}MKA"),
            set("new\0path", "x\0y"),
            set("", "x"),
            int("make", 5),
            set("year", "nineteen"),
            int("year", i64::MAX),
            place(i64::MAX, i64::MIN),
            place(1, 1),
            int("place", 1),
            set("collected_at", "yesterday"),
            int("collected_at", i64::MIN),
            set("kind", "\0"),
            Edit::Add {
                set: "markings".to_owned(),
                fields: vec![("type".to_owned(), "SER".into()), ("text".to_owned(), "A\0B".into())],
            },
            Edit::Add { set: "photos".to_owned(), fields: vec![("hash".to_owned(), Value::Bytes(vec![1; 5]))] },
            Edit::Add { set: "moons\0".to_owned(), fields: vec![("te\0xt".to_owned(), "x".into())] },
            set("markings/0000000000000000.0/text", "A\0C"),
            Edit::Create { kind: "\0".to_owned(), fields: vec![("\0".to_owned(), "\0".into())], members: Vec::new() },
        ];
        let mut brought = Vec::new();
        for hand in [&mut hand, &mut other] {
            // Both say all of it without knowledge of each other, so that conflicts arise.
            let mut last = birth.0;
            for (n, edit) in odd.iter().enumerate() {
                let edit = match edit {
                    Edit::Set { path, value: Value::Text(text) } => set(path, &format!("{text}{}", hand.nonce[0])),
                    other => other.clone(),
                };
                let said = hand.say_in(99, hand.next, Some(id), &[last], vec![edit]);
                last = said.0;
                let born = hand.say_in(99, hand.next + 1, None, &[], vec![odd[n].clone()]);
                let kind = format!("odd\0{n}");
                let create = Edit::Create { kind, fields: vec![("make".to_owned(), "\0".into())], members: Vec::new() };
                let strange = hand.say_in(99, hand.next + 2, None, &[], vec![create]);
                brought.push((hand.clone(), hand.seal(&[said, born, strange])));
            }
        }
        for (hand, segment) in brought {
            hand.bring_good(vec![segment]);
        }
        register.current().await;
        let (_, after) = hand.weapon("KV 2");
        hand.bring_good(vec![after]);
        register.current().await;
        assert_eq!(state::count(&register.app, "select count(*) from item where serial_norm = 'KV2'").await, 1);
        let auditor = register.signed_in("Rosa", Role::Registrar).await;
        for path in ["/items", "/conflicts", "/findings", "/waiting", "/counts"] {
            auditor.get(&format!("/api/v1{path}")).good();
        }
        for part in ["", "/history", "/statements"] {
            auditor.get(&format!("/api/v1/items/{id}{part}")).good();
        }
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_officer_counts_for_nothing_and_a_wrong_clock_is_never_refused_nor_corrected() {
    on_both("forged", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        // Somebody who does not exist.
        let mut forged = hand.clone();
        forged.officer = OfficerId::from_bytes([0xee; 16]);
        let (_, segment) = forged.weapon("KV 1");
        forged.bring_good(vec![segment]);
        (hand.next, hand.previous) = (forged.next, forged.previous);
        register.current().await;
        assert_eq!(state::count(&register.app, "select count(*) from item").await, 0, "nobody may have said it");
        let sql = "select count(*) from claim where reason = 'authority.not_their_device'";
        assert_eq!(state::count(&register.app, sql).await, 1);
        // 1990 and 2100.
        for (serial, clock_ms) in (10..).zip([631_152_000_000, 4_102_444_800_000]) {
            hand.clock_ms = clock_ms;
            let (_, segment) = hand.weapon(&format!("KV {serial}"));
            hand.bring_good(vec![segment]);
        }
        register.current().await;
        assert_eq!(state::count(&register.app, "select count(*) from item").await, 2, "never refused");
        let sql = "select count(distinct recorded_at_ms) from item where recorded_at_ms in (631152000000, 4102444800001, 4102444800002)";
        assert!(state::count(&register.app, sql).await >= 1, "never corrected");
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_years_off_is_flagged() {
    on_both("clock", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        for (n, clock_ms) in [631_152_000_000, 4_102_444_800_000].into_iter().enumerate() {
            hand.clock_ms = clock_ms;
            let (_, segment) = hand.weapon(&format!("KV {}", 10 + n * 100));
            hand.bring_good(vec![segment]);
        }
        register.current().await;
        let flagged = "select count(*) from finding where rule = 'R40' and state = 'open'";
        assert_eq!(state::count(&register.app, flagged).await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shape_unknown_to_the_vocabulary_that_it_names_does_not_freeze_a_document() {
    on_both("unknown_shape", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (birth, segment) = hand.weapon("KV 1");
        let shape = Edit::Unknown(Value::Array(vec![Value::Int(99), Value::Text("x".to_owned())]));
        let said = hand.say(1, Some(birth.0.document()), &[birth.0], vec![shape]);
        let sealed = hand.seal(&[said]);
        hand.bring_good(vec![segment, sealed]);
        register.current().await;
        assert_eq!(state::count(&register.app, "select count(*) from document where update_needed = 1").await, 0);
        assert_eq!(state::count(&register.app, "select count(*) from entry where status = 'void'").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_may_be_missing_absurd_or_never_come_and_only_that_document_waits() {
    on_both("after", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (birth, segment) = hand.weapon("KV 1");
        hand.bring_good(vec![segment]);
        let id = birth.0.document();
        let ghost = ploughshare_core::ids::EntryHash::from_bytes([0xab; 32]);
        let many: Vec<_> =
            (0..limits::AFTER).map(|n| ploughshare_core::ids::EntryHash::from_bytes([n as u8; 32])).collect();
        let unseen = hand.say(1, Some(id), &[], vec![set("make", "UNSEEN")]);
        let absurd = hand.say(2, Some(id), &many, vec![set("make", "ABSURD")]);
        let waits = hand.say(3, Some(id), &[birth.0, ghost], vec![set("make", "WAITS")]);
        let nowhere = hand.say(4, Some(ghost.document()), &[ghost], vec![set("make", "NOWHERE")]);
        let elsewhere = hand.say(5, None, &[], vec![weapon("KV 2")]);
        let sealed = hand.seal(&[unseen, absurd, waits, nowhere, elsewhere]);
        hand.bring_good(vec![sealed]);
        register.current().await;
        assert_eq!(state::count(&register.app, "select count(*) from item where make = 'IZHMASH'").await, 2);
        assert!(state::count(&register.app, "select count(*) from waiting").await >= 2, "it waits, visibly");
        let web = register.signed_in("Rosa", Role::Registrar).await;
        assert!(web.get("/api/v1/waiting?limit=500").good().to_string().contains(&ghost.to_string()));
        let mut joseph = register.hand("Joseph", Role::Collector).await;
        let honest = joseph.say(0, Some(id), &[birth.0], vec![set("model", "AKM")]);
        let sealed = joseph.seal(&[honest]);
        joseph.bring_good(vec![sealed]);
        register.current().await;
        assert_eq!(state::count(&register.app, "select count(*) from item where model = 'AKM'").await, 1);
        register.is_rebuilt_equal().await;
    })
    .await;
}

/// Brings so many journals, each of which says another thing about one document without knowledge of the others.
async fn concurrent_journals(register: Register, count: u16, at_most: std::time::Duration) {
    let mut hand = register.hand("Amina", Role::Collector).await;
    let (birth, segment) = hand.weapon("KV 1");
    hand.bring_good(vec![segment]);
    let id = birth.0.document();
    // One device may say that it was installed a thousand times.
    let mut segments = Vec::new();
    for n in 0..count {
        let mut nonce = [0; 16];
        nonce[..2].copy_from_slice(&n.to_be_bytes());
        let mut again = hand.installed_anew(nonce);
        let said = again.say(0, Some(id), &[birth.0], vec![set("make", &format!("MAKE {n}"))]);
        segments.push(again.seal(&[said]));
    }
    hand.bring_good(segments);
    let current = ploughshare_server::projection::wait_until_current(&register.app, at_most).await.unwrap();
    assert!(current, "{count} runs are in the register within {at_most:?}");
    let web = register.signed_in("Rosa", Role::Registrar).await;
    let conflicts = web.get("/api/v1/conflicts").good().to_string();
    for n in 0..count {
        assert!(conflicts.contains(&format!("\"MAKE {n}\"")), "MAKE {n}");
    }
    let (_, after) = hand.weapon("KV 2");
    hand.bring_good(vec![after]);
    register.current().await;
    assert_eq!(state::count(&register.app, "select count(*) from item").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_journals_that_disagree_about_one_document_neither_stall_the_register_nor_hide_a_value() {
    on_both("hundred_runs", async |register: Register| {
        concurrent_journals(register, 100, std::time::Duration::from_mins(1)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_journals_of_one_device_those_that_no_tablet_needs_are_refused_and_work_goes_on() {
    on_both("thousand_runs", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (birth, segment) = hand.weapon("KV 1");
        hand.bring_good(vec![segment]);
        let mut journal = |n: u16| {
            let mut nonce = [0; 16];
            nonce[..2].copy_from_slice(&n.to_be_bytes());
            let mut again = hand.installed_anew(nonce);
            let said = again.say(0, Some(birth.0.document()), &[birth.0], vec![set("make", &format!("MAKE {n}"))]);
            again.seal(&[said])
        };
        let segments = (0..1_000).map(&mut journal).collect();
        let answer = hand.bring(segments);
        assert_eq!(answer.refused.len(), 1_000 + 1 - limits::JOURNALS_PER_DEVICE);
        assert!(answer.refused.iter().all(|refused| refused.code == "journal.too_many"));
        let (_, after) = hand.weapon("KV 2");
        hand.bring_good(vec![after]);
        register.current().await;
        assert_eq!(state::count(&register.app, "select count(*) from item").await, 2);
        register.is_rebuilt_equal().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tablets_that_each_edit_one_weapon_a_thousand_times_offline_end_in_one_conflict() {
    on_both("long_runs", async |register: Register| {
        let mut amina = register.hand("Amina", Role::Collector).await;
        let mut joseph = register.hand("Joseph", Role::Collector).await;
        let (birth, segment) = amina.weapon("KV 1");
        amina.bring_good(vec![segment]);
        let id = birth.0.document();
        for hand in [&mut amina, &mut joseph] {
            let mut last = birth.0;
            let mut run = Vec::new();
            for n in 0..limits::ENTRIES_PER_JOURNAL_AND_DOCUMENT as u64 - 1 {
                let said =
                    hand.say(hand.next + n, Some(id), &[last], vec![set("make", &format!("{} {n}", hand.nonce[0]))]);
                last = said.0;
                run.push(said);
            }
            let sealed = hand.seal(&run);
            hand.bring_good(vec![sealed]);
        }
        register.current().await;
        assert_eq!(state::count(&register.app, "select count(*) from conflict").await, 1);
        let web = register.signed_in("Rosa", Role::Registrar).await;
        let conflicts = web.get("/api/v1/conflicts").good().to_string();
        for hand in [&amina, &joseph] {
            assert!(conflicts.contains(&format!("\"{} 998\"", hand.nonce[0])), "{conflicts}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_broken_requests_are_refused_and_leave_no_trace_in_the_register() {
    on_both("fuzz", async |register: Register| {
        let mut hand = register.hand("Amina", Role::Collector).await;
        let (birth, first) = hand.weapon("KV 1");
        hand.bring_good(vec![first]);
        let edit = hand.say(1, Some(birth.0.document()), &[birth.0], vec![set("make", "TULA")]);
        let other = hand.say(2, None, &[], vec![weapon("KV 2")]);
        let good = hand.seal(&[edit, other]);
        let whole = hand.request(vec![good.clone()]).to_bytes();
        register.current().await;
        let before = state::of(&register.app).await;
        let segments = state::feed_count(&register.app, "select count(*) from segment").await;
        let mut dice = 0x9E37_79B9_7F4A_7C15u64;
        let mut roll = move |n: usize| {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            (dice % n as u64) as usize
        };
        let mut answers: BTreeMap<String, usize> = BTreeMap::new();
        for n in 0..1_100 {
            let mut body = whole.clone();
            for _ in 0..=roll(4) {
                let at = roll(body.len().max(1));
                if body.is_empty() {
                    break;
                }
                match roll(6) {
                    0 => body[at] ^= 1 << roll(8),
                    1 => body[at] = roll(256) as u8,
                    2 => drop(body.splice(at..at, [roll(256) as u8; 3])),
                    3 => drop(body.drain(at..(at + 1 + roll(8)).min(body.len()))),
                    4 => body.truncate(at.max(1)),
                    _ => {
                        let end = (at + 1 + roll(64)).min(body.len());
                        let piece = body[at..end].to_vec();
                        let to = roll(body.len());
                        drop(body.splice(to..to, piece));
                    }
                }
            }
            if body == whole {
                continue;
            }
            let reply = hand.send(body);
            let said = if reply.status == 200 {
                let answer = ploughshare_core::exchange::Answer::from_bytes(&reply.body).unwrap();
                if answer.receipts.is_empty() { "200 refused" } else { "200 taken" }.to_owned()
            } else {
                reply.refusal()
            };
            assert_ne!(said, "", "{n}");
            *answers.entry(said).or_default() += 1;
        }
        assert!(answers.len() > 1, "{answers:?}");
        // A change in the message around the segment may leave the segment whole; then it is taken, once, as it was signed.
        let taken = answers.get("200 taken").copied().unwrap_or_default();
        let more = state::feed_count(&register.app, "select count(*) from segment").await - segments;
        assert_eq!(more, i64::from(taken > 0));
        register.current().await;
        if taken == 0 {
            assert_eq!(state::of(&register.app).await, before);
        }
        let panics = register.web().get("/metrics").text();
        assert!(!panics.lines().any(|line| line.contains("status=\"500\"")), "no internal error");
        hand.bring_good(vec![good]);
        register.current().await;
        assert_eq!(state::count(&register.app, "select count(*) from item").await, 2);
    })
    .await;
}
