//! An entry of every edit shape, with its identity and whether it stands.

use serde_json::json;

use super::{Vectors, bytes, frozen};
use crate::cbor::Value;
use crate::decision::{Decision, Judgement};
use crate::document::attestation::Attestation;
use crate::domain::place::Place;
use crate::edit::{Edit, Fields};
use crate::entry::{Entry, VOCABULARY};
use crate::identity::Role;
use crate::ids::{DeviceId, DocId, EntryHash, JournalId, OfficerId, OperationId};
use crate::keys::{SecretKey, sha256};

fn fields(pairs: &[(&str, Value)]) -> Fields {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect()
}

/// A photo with all that is said of one.
fn whole_photo() -> Fields {
    fields(&[
        ("hash", Value::Bytes(vec![0xaa; 32])),
        ("view", Value::from("left")),
        ("mime", Value::from("image/jpeg")),
        ("bytes", Value::Int(3_141_592)),
        ("width", Value::Int(4_032)),
        ("height", Value::Int(3_024)),
        ("taken_at", Value::Int(1_790_000_000_000)),
        ("small", Value::Bytes(vec![0xbb; 32])),
        ("small_bytes", Value::Int(231_007)),
        ("dhash", Value::from("00ff13579bdf2468")),
    ])
}

/// What stands in the vectors, by name.
pub(super) fn edits() -> Vec<(&'static str, Vec<Edit>)> {
    let text = |t: &str| Value::from(t);
    let one = |edit: Edit| vec![edit];
    let set = |path: &str, value: Value| Edit::Set { path: path.to_owned(), value };
    let place = Value::Map(vec![
        (text("acc"), Value::Int(8)),
        (text("lat"), Value::Int(-33_800_000)),
        (text("lon"), Value::Int(293_600_000)),
    ]);
    let marking = fields(&[("side", text("L")), ("text", text("AB 123456")), ("type", text("SER"))]);
    let photo = fields(&[("hash", Value::Bytes(vec![0xaa; 32])), ("mime", text("image/jpeg"))]);
    let scalars = fields(&[
        ("make", text("TULA")),
        ("year", Value::Int(1_967)),
        ("loaded", Value::Bool(false)),
        ("place", place),
    ]);
    let item = Edit::Create {
        kind: "item".to_owned(),
        fields: scalars,
        members: vec![
            ("photos".to_owned(), vec![photo]),
            ("markings".to_owned(), vec![marking.clone(), marking.clone()]),
        ],
    };
    let collection = fields(&[("context", text("VOL")), ("opened_at", Value::Int(1_790_000_000_000))]);
    let collection = Edit::Create { kind: "collection".to_owned(), fields: collection, members: Vec::new() };
    let member = "markings/00112233445566aa.1";
    let attestation = |what: &str| Attestation {
        what: what.to_owned(),
        document: DocId::from_bytes([3; 16]),
        heads: vec![EntryHash::from_bytes([4; 32]), EntryHash::from_bytes([5; 32])],
        digest: [6; 32],
        officer: OfficerId::from_bytes([2; 16]),
        note: "seen at the furnace".to_owned(),
        key: None,
        signature: None,
    };
    let officer = OfficerId::from_bytes([0x11; 16]);
    let device = DeviceId::from_bytes([0x22; 16]);
    let entry = EntryHash::from_bytes([0x33; 32]);
    let journal = JournalId::from_bytes([0x44; 16]);
    let reason = "asked for by the register".to_owned();
    let key = vec![0x55; 32];
    let decide = |decision: Decision| vec![decision.to_edit()];
    let to = OperationId::from_bytes([0x88; 16]);
    let parameters = [("days".to_owned(), 3), ("run".to_owned(), 6)].into();
    let described = |place| Decision::SiteDescribed {
        site: "depot-1".to_owned(),
        name: "Depot 1".to_owned(),
        place,
        radius_m: 800,
        hours: place.map(|_| (450, 960)),
    };
    let judged = |other_operation| Decision::ItemsJudged {
        item: DocId::from_bytes([3; 16]),
        other: DocId::from_bytes([4; 16]),
        other_operation,
        judgement: Judgement::Same,
        officer,
        reason: "two photos of one weapon".to_owned(),
    };
    vec![
        ("create item", one(item)),
        ("create collection", one(collection)),
        ("create empty", one(Edit::Create { kind: "item".to_owned(), fields: Vec::new(), members: Vec::new() })),
        ("set text", one(set("model", text("АКМ, 7,62\u{a0}мм")))),
        ("set number", one(set("quantity", Value::Int(1_000_000)))),
        ("set yes", one(set("evidence_hold", Value::Bool(true)))),
        ("clear", one(set("make", Value::Null))),
        ("set field of a member", one(set(&format!("{member}/text"), text("AB 123458")))),
        ("choose", one(Edit::Choose { path: "make".to_owned(), value: text("TULA"), reason: "photo".to_owned() })),
        ("add", one(Edit::Add { set: "markings".to_owned(), fields: marking })),
        ("add a photo", one(Edit::Add { set: "photos".to_owned(), fields: whole_photo() })),
        ("withdraw", one(Edit::Withdraw { path: member.to_owned(), reason: "recorded twice".to_owned() })),
        ("attest", one(Edit::Attest(attestation("witnessed").to_value()))),
        (
            "attest, signed",
            one(Edit::Attest(attestation("destroyed").signed(&SecretKey::ed25519(&[7; 32])).to_value())),
        ),
        ("several edits", vec![set("make", text("TULA")), set("model", text("TT-33")), set("rack", text("R 4"))]),
        (
            "decide operation.opened",
            decide(Decision::OperationOpened { name: "River".to_owned(), training: true, bundle_key: None }),
        ),
        ("decide officer.named", decide(Decision::OfficerNamed { officer, name: "Officer 7".to_owned() })),
        ("decide role.granted", decide(Decision::RoleGranted { officer, role: Role::TracingOfficer })),
        ("decide role.revoked", decide(Decision::RoleRevoked { officer, role: Role::Collector, effective_ms: 5 })),
        (
            "decide device.enrolled",
            decide(Decision::DeviceEnrolled { device, key, officer, label: "tablet 4".to_owned(), bundle_key: None }),
        ),
        ("decide device.revoked", decide(Decision::DeviceRevoked { device, effective_ms: 1_790_000_000_000 })),
        ("decide entry.quarantined", decide(Decision::EntryQuarantined { entry, reason: reason.clone() })),
        ("decide entry.released", decide(Decision::EntryReleased { entry, reason: reason.clone() })),
        ("decide entry.bridged", decide(Decision::EntryBridged { entry, reason })),
        ("decide journal.forked", decide(Decision::JournalForked { journal, number: 70_000 })),
        ("decide journal.closed", decide(Decision::JournalClosed { journal, next: 12 })),
        ("decide operation.closed", decide(Decision::OperationClosed { reason: "it is over".to_owned() })),
        (
            "decide officer_key.added",
            decide(Decision::OfficerKeyAdded {
                officer,
                key: vec![0x66; 32],
                device: DeviceId::from_bytes([0x22; 16]),
            }),
        ),
        (
            "decide officer_key.revoked",
            decide(Decision::OfficerKeyRevoked { key: vec![0x66; 32], effective_ms: 1_790_000_000_000 }),
        ),
        ("decide rule.tuned", decide(Decision::RuleTuned { rule: "R11".to_owned(), enabled: true, parameters })),
        ("decide policy.set", decide(Decision::PolicySet { policy: "witnesses".to_owned(), value: 2 })),
        ("decide site.described", decide(described(Place::new(-12_900_000, 368_200_000, None)))),
        ("decide site.described, withheld", decide(described(None))),
        (
            "decide marks.reserved",
            decide(Decision::MarksReserved {
                device,
                prefix: "*BI".to_owned(),
                suffix: String::new(),
                width: 6,
                first: 1,
                count: 200,
            }),
        ),
        ("decide items.judged", decide(judged(None))),
        ("decide items.judged, of two operations", decide(judged(Some(to)))),
        (
            "decide document.moved",
            decide(Decision::DocumentMoved {
                document: DocId::from_bytes([3; 16]),
                to,
                reason: "handed over".to_owned(),
            }),
        ),
        ("decide model.added", decide(Decision::ModelAdded { toml: "id = \"north\"\nname = \"N\"\n".to_owned() })),
        ("decide model.withdrawn", decide(Decision::ModelWithdrawn { id: "north".to_owned() })),
        (
            "decide maker.added",
            decide(Decision::MakerAdded {
                toml: "version = 1\n\n[[maker]]\nname = \"North works\"\ncountries = [\"KE\"]\n".to_owned(),
            }),
        ),
        ("decide maker.withdrawn", decide(Decision::MakerWithdrawn { name: "North works".to_owned() })),
        (
            "decide operation.described",
            decide(Decision::OperationDescribed {
                country: Some("KE".to_owned()),
                organisation: Some("National Commission on Small Arms".to_owned()),
            }),
        ),
        (
            "decide officer.affiliated",
            decide(Decision::OfficerAffiliated { officer, organisation: "Armed Forces".to_owned() }),
        ),
        ("decide person_key.published", decide(Decision::PersonKeyPublished { key: "age1qqqq".to_owned() })),
        ("a shape of a later vocabulary", one(Edit::Unknown(Value::Array(vec![Value::Int(9), text("later")])))),
        ("a known shape built wrongly", one(Edit::Unknown(Value::Array(vec![Value::Int(1), Value::Int(2)])))),
        ("void: a wrong type", one(set("year", text("1967")))),
        ("void: an unknown path", one(set("sling", text("green")))),
        ("void: a code that is not in its list", one(set("status", text("melted")))),
        ("void: nothing", Vec::new()),
    ]
}

pub(super) fn entry(name: &str, edits: Vec<Edit>) -> Entry {
    let creates = matches!(edits.first(), Some(Edit::Create { .. }));
    let later = name == "a shape of a later vocabulary";
    Entry {
        journal: JournalId::from_bytes([1; 16]),
        number: if creates { 0 } else { 300 },
        document: (!creates).then_some(DocId::from_bytes([3; 16])),
        officer: OfficerId::from_bytes([2; 16]),
        claimed_ms: 1_790_000_000_000,
        boot: [8; 8],
        monotonic_ms: 3_600_000,
        after: if creates { Vec::new() } else { vec![EntryHash::from_bytes([3; 32]), EntryHash::from_bytes([4; 32])] },
        edits,
        vocabulary: if later { VOCABULARY + 1 } else { VOCABULARY },
        extra: if later { vec![(Value::Int(11), Value::Bytes(vec![1, 2, 3]))] } else { Vec::new() },
    }
}

pub(super) fn made() -> Vectors {
    let one = |(name, edits): (&str, Vec<Edit>)| {
        let entry = entry(name, edits);
        let kind = entry.created_kind().unwrap_or("item").to_owned();
        let void = entry.check(&kind).err().map(|void| void.code());
        let hash = entry.hash();
        let about = entry.about(&hash).to_string();
        let vector = json!({ "bytes": hex::encode(entry.to_bytes()), "hash": hash.to_string(), "document": about, "void": void });
        (name.to_owned(), vector)
    };
    edits().into_iter().map(one).collect()
}

#[test]
fn a_frozen_entry_is_read_and_written_again() {
    let frozen = frozen("entries");
    assert!(frozen.len() >= 31);
    for (name, vector) in &frozen {
        let bytes = bytes(vector, "bytes");
        let entry = Entry::from_bytes(&bytes).unwrap();
        assert_eq!(entry.to_bytes(), bytes, "{name}");
        assert_eq!(hex::encode(sha256(&bytes)), vector["hash"].as_str().unwrap(), "{name}");
        assert_eq!(entry.about(&entry.hash()).to_string(), vector["document"].as_str().unwrap(), "{name}");
    }
}

/// The list of vectors says every decision; one that is added to [`Decision`] fails to compile here.
#[test]
fn every_decision_is_frozen() {
    use Decision as D;
    let number = |decision: &Decision| match decision {
        D::OperationOpened { .. } => 0,
        D::OfficerNamed { .. } => 1,
        D::RoleGranted { .. } => 2,
        D::RoleRevoked { .. } => 3,
        D::DeviceEnrolled { .. } => 4,
        D::DeviceRevoked { .. } => 5,
        D::OfficerKeyAdded { .. } => 6,
        D::OfficerKeyRevoked { .. } => 7,
        D::EntryQuarantined { .. } => 8,
        D::EntryReleased { .. } => 9,
        D::EntryBridged { .. } => 10,
        D::JournalForked { .. } => 11,
        D::JournalClosed { .. } => 12,
        D::OperationClosed { .. } => 13,
        D::RuleTuned { .. } => 14,
        D::PolicySet { .. } => 15,
        D::SiteDescribed { .. } => 16,
        D::MarksReserved { .. } => 17,
        D::ItemsJudged { .. } => 18,
        D::DocumentMoved { .. } => 19,
        D::ModelAdded { .. } => 20,
        D::ModelWithdrawn { .. } => 21,
        D::PersonKeyPublished { .. } => 22,
        D::MakerAdded { .. } => 23,
        D::MakerWithdrawn { .. } => 24,
        D::OperationDescribed { .. } => 25,
        D::OfficerAffiliated { .. } => 26,
    };
    let read = |vector| Entry::from_bytes(&bytes(vector, "bytes")).unwrap().edits;
    let said: Vec<Decision> =
        frozen("entries").values().flat_map(read).filter_map(|e| Decision::from_edit(&e)).collect();
    let numbers: std::collections::BTreeSet<i32> = said.iter().map(number).collect();
    assert_eq!(numbers, (0..27).collect());
}

/// The list of vectors says every shape; one that is added to [`Edit`] fails to compile here.
#[test]
fn every_shape_is_frozen() {
    let shape = |edit: &Edit| match edit {
        Edit::Create { .. } => 0,
        Edit::Set { .. } => 1,
        Edit::Choose { .. } => 2,
        Edit::Add { .. } => 3,
        Edit::Withdraw { .. } => 4,
        Edit::Attest(_) => 5,
        Edit::Decide { .. } => 6,
        Edit::Unknown(_) => 7,
    };
    let read = |vector| Entry::from_bytes(&bytes(vector, "bytes")).unwrap().edits;
    let said: std::collections::BTreeSet<i32> = frozen("entries").values().flat_map(read).map(|e| shape(&e)).collect();
    assert_eq!(said, (0..8).collect());
}
