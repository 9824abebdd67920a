//! The whole table of authority, as a person can read it: every role, every statement, inside and outside the operation.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::*;
use crate::cbor::Value;
use crate::decision::{Decision, Judgement};
use crate::document::attestation::KINDS;
use crate::domain::place::Place;
use crate::domain::schema::{self, FieldType};
use crate::edit::Fields;
use crate::entry::VOCABULARY;
use crate::ids::{DocId, JournalId, OfficerId, OperationId};
use crate::samples::{Dice, value};

const ME: OfficerId = OfficerId::from_bytes([1; 16]);
const JOURNAL: JournalId = JournalId::from_bytes([2; 16]);

fn entry(edits: Vec<Edit>) -> Entry {
    Entry {
        journal: JOURNAL,
        number: 7,
        document: Some(DocId::from_bytes([3; 16])),
        officer: ME,
        claimed_ms: 0,
        boot: [0; 8],
        monotonic_ms: 0,
        after: vec![EntryHash::from_bytes([3; 32])],
        edits,
        vocabulary: VOCABULARY,
        extra: Vec::new(),
    }
}

/// Every edit that the vocabulary has, by name and kind of document. A field whose values are judged apart (a status, a state, a flag)
/// stands with each of them.
fn statements() -> Vec<(String, &'static str, Edit)> {
    let mut d = Dice::new(1);
    let mut all = Vec::new();
    let key = "00112233aabbccdd.0";
    for kind in schema::kind_specs() {
        let create = |fields: Fields| Edit::Create { kind: kind.kind.to_owned(), fields, members: Vec::new() };
        let mut add = |name: String, edit: Edit| all.push((name, kind.kind, edit));
        add(format!("{} create", kind.kind), create(Vec::new()));
        for field in kind.fields {
            let path = field.name.to_owned();
            let values: Vec<(String, Value)> = match field.ty {
                FieldType::Code(list) if matches!(field.name, "status" | "state") => {
                    list.codes.iter().map(|c| (format!("={}", c.code), c.code.into())).collect()
                }
                FieldType::Bool if matches!(field.name, "evidence_hold" | "trace_pending" | "temporary") => {
                    vec![("=yes".to_owned(), true.into()), ("=no".to_owned(), false.into())]
                }
                _ => vec![(String::new(), value(&mut d, field))],
            };
            for (name, value) in values {
                let name = format!("{} {{}} {path}{name}", kind.kind);
                let named = |verb: &str| name.replace("{}", verb);
                add(named("create with"), create(vec![(path.clone(), value.clone())]));
                add(named("set"), Edit::Set { path: path.clone(), value: value.clone() });
                add(named("choose"), Edit::Choose { path: path.clone(), value, reason: String::new() });
            }
            add(format!("{} clear {path}", kind.kind), Edit::Set { path, value: Value::Null });
        }
        for set in kind.sets {
            let name = |verb: &str| format!("{} {verb} {}", kind.kind, set.name);
            add(name("add to"), Edit::Add { set: set.name.to_owned(), fields: Vec::new() });
            let born_with = vec![(set.name.to_owned(), vec![Vec::new()])];
            let kind_name = kind.kind.to_owned();
            add(name("create with"), Edit::Create { kind: kind_name, fields: Vec::new(), members: born_with });
            let path = format!("{}/{key}", set.name);
            add(name("withdraw from"), Edit::Withdraw { path: path.clone(), reason: String::new() });
            for field in set.fields {
                let (path, value) = (format!("{path}/{}", field.name), value(&mut d, field));
                let name = |verb: &str| format!("{} {verb} {}/*/{}", kind.kind, set.name, field.name);
                add(name("set"), Edit::Set { path: path.clone(), value: value.clone() });
                add(name("choose"), Edit::Choose { path, value, reason: String::new() });
            }
        }
    }
    let session = vec![("session".to_owned(), Value::Bytes(vec![1; 16]))];
    let mark = Edit::Add { set: "markings".to_owned(), fields: session };
    all.push(("item add to markings, applied in a session".to_owned(), "item", mark));
    for what in KINDS.iter().chain(&["of a later version"]) {
        let what_is = Value::Map(vec![(Value::Int(1), (*what).into())]);
        all.push((format!("attest {what}"), "item", Edit::Attest(what_is)));
    }
    all.push(("attest without saying what".to_owned(), "item", Edit::Attest(Value::Map(Vec::new()))));
    for (verb, edit) in every_decision() {
        all.push((format!("decide {verb}"), "item", edit));
    }
    let later = Edit::Unknown(Value::Array(vec![Value::Int(9)]));
    all.push(("a shape of a later vocabulary".to_owned(), "item", later));
    all
}

/// One of each. Fails to compile when a decision is added and not here.
fn every_decision() -> Vec<(String, Edit)> {
    let (officer, journal, reason) = (ME, JOURNAL, String::new());
    let entry = EntryHash::from_bytes([3; 32]);
    let device = crate::ids::DeviceId::from_bytes([4; 16]);
    let all = vec![
        Decision::OperationOpened { name: String::new(), training: false, bundle_key: None },
        Decision::OfficerNamed { officer, name: String::new() },
        Decision::RoleGranted { officer, role: Role::Registrar },
        Decision::RoleRevoked { officer, role: Role::Registrar, effective_ms: 0 },
        Decision::DeviceEnrolled { device, key: Vec::new(), officer, label: String::new(), bundle_key: None },
        Decision::DeviceRevoked { device, effective_ms: 0 },
        Decision::OfficerKeyAdded { officer, key: Vec::new(), device },
        Decision::OfficerKeyRevoked { key: Vec::new(), effective_ms: 0 },
        Decision::EntryQuarantined { entry, reason: reason.clone() },
        Decision::EntryReleased { entry, reason: reason.clone() },
        Decision::EntryBridged { entry, reason: reason.clone() },
        Decision::JournalForked { journal, number: 0 },
        Decision::JournalClosed { journal, next: 0 },
        Decision::OperationClosed { reason: reason.clone() },
        Decision::RuleTuned { rule: String::new(), enabled: false, parameters: BTreeMap::from([("n".to_owned(), 3)]) },
        Decision::PolicySet { policy: String::new(), value: 0 },
        Decision::SiteDescribed {
            site: String::new(),
            name: String::new(),
            place: Place::new(1, 2, Some(3)),
            radius_m: 4,
            hours: Some((5, 6)),
        },
        Decision::MarksReserved { device, prefix: String::new(), suffix: String::new(), width: 6, first: 1, count: 9 },
        Decision::ItemsJudged {
            item: DocId::from_bytes([5; 16]),
            other: DocId::from_bytes([6; 16]),
            other_operation: Some(OperationId::from_bytes([7; 16])),
            judgement: Judgement::Same,
            officer,
            reason: reason.clone(),
        },
        Decision::DocumentMoved { document: DocId::from_bytes([5; 16]), to: OperationId::from_bytes([7; 16]), reason },
        Decision::ModelAdded { toml: String::new() },
        Decision::ModelWithdrawn { id: String::new() },
        Decision::PersonKeyPublished { key: String::new() },
        Decision::MakerAdded { toml: String::new() },
        Decision::MakerWithdrawn { name: String::new() },
        Decision::OperationDescribed { country: None, organisation: Some(String::new()) },
        Decision::OfficerAffiliated { officer, organisation: String::new() },
    ];
    assert!(all.iter().all(|decision| Decision::from_edit(&decision.to_edit()).as_ref() == Some(decision)));
    let index = |decision: &Decision| match decision {
        Decision::OperationOpened { .. } => 0,
        Decision::OfficerNamed { .. } => 1,
        Decision::RoleGranted { .. } => 2,
        Decision::RoleRevoked { .. } => 3,
        Decision::DeviceEnrolled { .. } => 4,
        Decision::DeviceRevoked { .. } => 5,
        Decision::OfficerKeyAdded { .. } => 6,
        Decision::OfficerKeyRevoked { .. } => 7,
        Decision::EntryQuarantined { .. } => 8,
        Decision::EntryReleased { .. } => 9,
        Decision::EntryBridged { .. } => 10,
        Decision::JournalForked { .. } => 11,
        Decision::JournalClosed { .. } => 12,
        Decision::OperationClosed { .. } => 13,
        Decision::RuleTuned { .. } => 14,
        Decision::PolicySet { .. } => 15,
        Decision::SiteDescribed { .. } => 16,
        Decision::MarksReserved { .. } => 17,
        Decision::ItemsJudged { .. } => 18,
        Decision::DocumentMoved { .. } => 19,
        Decision::ModelAdded { .. } => 20,
        Decision::ModelWithdrawn { .. } => 21,
        Decision::PersonKeyPublished { .. } => 22,
        Decision::MakerAdded { .. } => 23,
        Decision::MakerWithdrawn { .. } => 24,
        Decision::OperationDescribed { .. } => 25,
        Decision::OfficerAffiliated { .. } => 26,
    };
    assert!(all.iter().enumerate().all(|(i, decision)| index(decision) == i));
    all.iter().map(|decision| (decision.verb().to_owned(), decision.to_edit())).collect()
}

/// The device is mine.
fn enrolled() -> Authority {
    let mut authority = Authority::default();
    let enrolment = Decision::DeviceEnrolled {
        device: DEVICE,
        key: Vec::new(),
        officer: ME,
        label: String::new(),
        bundle_key: None,
    };
    authority.take(0, &enrolment);
    authority
}

fn with_roles(roles: &[Role]) -> Authority {
    let mut authority = enrolled();
    for (number, role) in roles.iter().enumerate() {
        authority.take(number as u64, &Decision::RoleGranted { officer: ME, role: *role });
    }
    authority
}

fn judge(kind: &str, edit: &Edit, authority: &Authority, circumstances: &Circumstances) -> Verdict {
    let entry = entry(vec![edit.clone()]);
    authorise(&entry.hash(), &entry, kind, authority, circumstances)
}

const DEVICE: crate::ids::DeviceId = crate::ids::DeviceId::from_bytes([7; 16]);
const NOW: Circumstances =
    Circumstances { decision_held: 1_000, received_ms: 1_000, by_register: false, device: DEVICE };

/// Statements that are judged alike stand in one block above their verdicts: `x` counts, `.` is a claim.
#[test]
fn the_table_of_roles_and_statements() {
    let mut blocks: Vec<(String, Vec<String>)> = Vec::new();
    let statements = statements();
    for (name, kind, edit) in &statements {
        let mut verdicts = String::new();
        for role in Role::ALL {
            let counts = judge(kind, edit, &with_roles(&[role]), &NOW) == Verdict::Counts;
            verdicts.push_str(if counts { "  x" } else { "  ." });
        }
        // Whoever holds no role in this operation says nothing that counts; the register alone decides.
        assert_eq!(judge(kind, edit, &with_roles(&[]), &NOW), Verdict::Claim(Reason::NoRole), "{name}");
        let register = Circumstances { by_register: true, ..NOW };
        assert_eq!(judge(kind, edit, &with_roles(&[]), &register), Verdict::Counts, "{name}");
        if matches!(edit, Edit::Decide { .. }) {
            assert_eq!(
                judge(kind, edit, &with_roles(&Role::ALL), &NOW),
                Verdict::Claim(Reason::NotTheRegister),
                "{name}"
            );
        }
        match blocks.iter_mut().find(|(v, _)| *v == verdicts) {
            Some((_, names)) => names.push(name.clone()),
            None => blocks.push((verdicts, vec![name.clone()])),
        }
    }
    let mut table = format!("{} statements\n\n", statements.len());
    for (i, role) in Role::ALL.iter().enumerate() {
        writeln!(table, "column {}: {}", i + 1, role.code()).unwrap();
    }
    for (verdicts, names) in blocks {
        write!(table, "\n  1  2  3  4  5  6  7  8  9 10\n{verdicts}\n").unwrap();
        for name in names {
            writeln!(table, "      {name}").unwrap();
        }
    }
    insta::assert_snapshot!("authority", table);
}

#[test]
fn the_table_of_roles_and_acts() {
    let mut table = format!("{:<18}", "");
    for role in Role::ALL {
        write!(table, " {:>16}", role.code()).unwrap();
    }
    for act in Act::ALL {
        write!(table, "\n{:<18}", act.code()).unwrap();
        for role in Role::ALL {
            write!(table, " {:>16}", if may(role, act) { "may" } else { "." }).unwrap();
        }
    }
    insta::assert_snapshot!("acts", table);
}

/// Every pair of roles: an officer may what one of their roles may, and no more.
#[test]
fn two_roles_may_what_either_may() {
    for (name, kind, edit) in statements() {
        let counts = |roles: &[Role]| judge(kind, &edit, &with_roles(roles), &NOW) == Verdict::Counts;
        for one in Role::ALL {
            for other in Role::ALL {
                let needed: BTreeSet<Act> = acts(kind, &edit);
                let either =
                    !needed.contains(&Act::Decide) && needed.iter().all(|act| may(one, *act) || may(other, *act));
                assert_eq!(counts(&[one, other]), either, "{name}, {one:?}, {other:?}");
            }
        }
    }
}

/// An entry counts as a whole or not at all: one edit beyond its author's authority makes all of it a claim.
#[test]
fn an_entry_is_worth_its_least_edit() {
    let all = statements();
    for role in Role::ALL {
        let authority = with_roles(&[role]);
        let judged = all.iter().filter(|(_, kind, _)| *kind == "item");
        let judged: Vec<(&Edit, Verdict)> = judged.map(|(_, kind, e)| (e, judge(kind, e, &authority, &NOW))).collect();
        for (good, _) in judged.iter().filter(|(_, v)| *v == Verdict::Counts).step_by(7) {
            for (bad, verdict) in judged.iter().filter(|(_, v)| *v != Verdict::Counts) {
                for edits in [vec![(*good).clone(), (*bad).clone()], vec![(*bad).clone(), (*good).clone()]] {
                    let both = entry(edits);
                    assert_eq!(authorise(&both.hash(), &both, "item", &authority, &NOW), *verdict);
                }
            }
        }
    }
}

/// What else decides beside the role: when it was granted and taken back, quarantine and release, forks.
#[test]
fn the_table_of_circumstances() {
    let set = Edit::Set { path: "make".to_owned(), value: "TULA".into() };
    let said = entry(vec![set]);
    let hash = said.hash();
    let grant = Decision::RoleGranted { officer: ME, role: Role::Collector };
    let revoke = |effective_ms| Decision::RoleRevoked { officer: ME, role: Role::Collector, effective_ms };
    let quarantine = Decision::EntryQuarantined { entry: hash, reason: String::new() };
    let release = Decision::EntryReleased { entry: hash, reason: String::new() };
    let key_here = Decision::OfficerKeyAdded { officer: ME, key: vec![1], device: DEVICE };
    let fork = |number| Decision::JournalForked { journal: JOURNAL, number };
    let histories: Vec<(&str, Vec<Decision>)> = vec![
        ("nothing", vec![]),
        ("granted", vec![grant.clone()]),
        ("granted, revoked from 500", vec![grant.clone(), revoke(500)]),
        ("granted, revoked from 1000", vec![grant.clone(), revoke(1_000)]),
        ("granted, revoked from 1500", vec![grant.clone(), revoke(1_500)]),
        ("granted, revoked from 500, granted again", vec![grant.clone(), revoke(500), grant.clone()]),
        ("revoked from 500, granted", vec![revoke(500), grant.clone()]),
        ("granted, quarantined", vec![grant.clone(), quarantine.clone()]),
        ("granted, quarantined, released", vec![grant.clone(), quarantine.clone(), release.clone()]),
        ("granted, released, quarantined", vec![grant.clone(), release.clone(), quarantine.clone()]),
        ("released", vec![release.clone()]),
        ("granted, forked at 6", vec![grant.clone(), fork(6)]),
        ("granted, forked at 7", vec![grant.clone(), fork(7)]),
        ("granted, forked at 8", vec![grant.clone(), fork(8)]),
        ("granted, forked at 7, released", vec![grant.clone(), fork(7), release]),
        ("granted, forked at 8, then at 7", vec![grant.clone(), fork(8), fork(7)]),
        ("another's device: granted", vec![grant.clone()]),
        ("another's device: granted, key on it", vec![grant, key_here]),
    ];
    let mut table =
        String::from("the entry has number 7 and was received at 1000; its segment says that it held decision\n");
    writeln!(table, "{:<42} {:>26} {:>26} {:>26} | by the register", "the register decided", "0", "1", "2 or later")
        .unwrap();
    for (name, decisions) in histories {
        let mut authority = if name.starts_with("another's") { Authority::default() } else { enrolled() };
        for (number, decision) in decisions.iter().enumerate() {
            authority.take(number as u64, decision);
        }
        write!(table, "{name:<42}").unwrap();
        let told = |circumstances| match authorise(&hash, &said, "item", &authority, &circumstances) {
            Verdict::Counts => "counts",
            Verdict::Claim(reason) => reason.code(),
        };
        for decision_held in [0, 1, 2] {
            write!(table, " {:>26}", told(Circumstances { decision_held, ..NOW })).unwrap();
        }
        writeln!(table, " | {}", told(Circumstances { by_register: true, ..NOW })).unwrap();
    }
    insta::assert_snapshot!("circumstances", table);
}

/// The second table: every act beside every combination of how it stands with an item, no exception.
#[test]
fn the_table_of_acts_and_standings() {
    let mut table = String::new();
    for act in Act::ALL {
        writeln!(table, "{}", act.code()).unwrap();
        let mut by_answer: Vec<(&str, Vec<String>)> = Vec::new();
        for bits in 0..1_u32 << Standing::ALL.len() {
            let set = Standing::ALL.into_iter().enumerate().filter(|(i, _)| bits & (1 << i) != 0).map(|(_, one)| one);
            let standing: BTreeSet<Standing> = set.collect();
            let answer = fits(act, &standing).map_or_else(Reason::code, |()| "fits");
            let name = match standing.len() {
                0 => "open".to_owned(),
                _ => standing.iter().map(|one| one.code()).collect::<Vec<_>>().join("+"),
            };
            match by_answer.iter_mut().find(|(known, _)| *known == answer) {
                Some((_, names)) => names.push(name),
                None => by_answer.push((answer, vec![name])),
            }
        }
        for (answer, names) in by_answer {
            writeln!(table, "    {answer}: {}", names.join(", ")).unwrap();
        }
    }
    insta::assert_snapshot!("standings", table);
}

/// In an operation that was closed nothing counts that was said by who knew, whatever the role; the register and what was released do.
#[test]
fn a_closed_operation_takes_nothing_more() {
    for (name, kind, edit) in statements() {
        let mut authority = with_roles(&Role::ALL);
        let closing = 500;
        let before = judge(kind, &edit, &authority, &NOW);
        authority.take(closing, &Decision::OperationClosed { reason: String::new() });
        assert_eq!(judge(kind, &edit, &authority, &NOW), Verdict::Claim(Reason::OperationClosed), "{name}");
        let unaware = Circumstances { decision_held: closing - 1, ..NOW };
        assert_eq!(judge(kind, &edit, &authority, &unaware), before, "{name}: who did not know is judged as ever");
        let register = Circumstances { by_register: true, ..NOW };
        assert_eq!(judge(kind, &edit, &authority, &register), Verdict::Counts, "{name}");
    }
}
