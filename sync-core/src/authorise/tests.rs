//! The whole table of authority, as a person can read it: every role, every statement, inside and outside the operation.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;

use super::*;
use crate::cbor::Value;
use crate::decision::Decision;
use crate::document::attestation::KINDS;
use crate::domain::schema::{self, FieldType};
use crate::edit::Fields;
use crate::entry::VOCABULARY;
use crate::ids::{DocId, JournalId, OfficerId};
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

/// Every edit that the vocabulary has, by name. A code list whose codes are judged apart (`status`) stands with each of its codes.
fn statements() -> Vec<(String, Edit)> {
    let mut d = Dice::new(1);
    let mut all = Vec::new();
    let key = "00112233aabbccdd.0";
    for kind in schema::kind_specs() {
        let create = |fields: Fields| Edit::Create { kind: kind.kind.to_owned(), fields, members: Vec::new() };
        all.push((format!("{} create", kind.kind), create(Vec::new())));
        for field in kind.fields {
            let path = field.name.to_owned();
            let values: Vec<(String, Value)> = match field.ty {
                FieldType::Code(list) if field.name == "status" => {
                    list.codes.iter().map(|c| (format!("={}", c.code), c.code.into())).collect()
                }
                _ => vec![(String::new(), value(&mut d, field))],
            };
            for (name, value) in values {
                let name = format!("{} {{}} {path}{name}", kind.kind);
                let named = |verb: &str| name.replace("{}", verb);
                all.push((named("create with"), create(vec![(path.clone(), value.clone())])));
                all.push((named("set"), Edit::Set { path: path.clone(), value: value.clone() }));
                all.push((named("choose"), Edit::Choose { path: path.clone(), value, reason: String::new() }));
            }
            all.push((format!("{} clear {path}", kind.kind), Edit::Set { path, value: Value::Null }));
        }
        for set in kind.sets {
            let name = |verb: &str| format!("{} {verb} {}", kind.kind, set.name);
            all.push((name("add to"), Edit::Add { set: set.name.to_owned(), fields: Vec::new() }));
            let path = format!("{}/{key}", set.name);
            all.push((name("withdraw from"), Edit::Withdraw { path: path.clone(), reason: String::new() }));
            for field in set.fields {
                let (path, value) = (format!("{path}/{}", field.name), value(&mut d, field));
                let name = |verb: &str| format!("{} {verb} {}/*/{}", kind.kind, set.name, field.name);
                all.push((name("set"), Edit::Set { path: path.clone(), value: value.clone() }));
                all.push((name("choose"), Edit::Choose { path, value, reason: String::new() }));
            }
        }
    }
    for what in KINDS.iter().chain(&["of a later version"]) {
        let what_is = Value::Map(vec![(Value::Int(1), (*what).into())]);
        all.push((format!("attest {what}"), Edit::Attest(what_is)));
    }
    all.push(("attest without saying what".to_owned(), Edit::Attest(Value::Map(Vec::new()))));
    for (verb, edit) in every_decision() {
        all.push((format!("decide {verb}"), edit));
    }
    all.push(("a shape of a later vocabulary".to_owned(), Edit::Unknown(Value::Array(vec![Value::Int(9)]))));
    all
}

/// One of each. Fails to compile when a decision is added and not here.
fn every_decision() -> Vec<(String, Edit)> {
    let (officer, journal, reason) = (ME, JOURNAL, String::new());
    let entry = EntryHash::from_bytes([3; 32]);
    let device = crate::ids::DeviceId::from_bytes([4; 16]);
    let all = vec![
        Decision::OperationOpened { name: String::new(), training: false },
        Decision::OfficerNamed { officer, name: String::new() },
        Decision::RoleGranted { officer, role: Role::Registrar },
        Decision::RoleRevoked { officer, role: Role::Registrar, effective_ms: 0 },
        Decision::DeviceEnrolled { device, key: Vec::new(), officer, label: String::new() },
        Decision::DeviceRevoked { device, effective_ms: 0 },
        Decision::OfficerKeyAdded { officer, key: Vec::new(), device },
        Decision::OfficerKeyRevoked { key: Vec::new(), effective_ms: 0 },
        Decision::EntryQuarantined { entry, reason: reason.clone() },
        Decision::EntryReleased { entry, reason: reason.clone() },
        Decision::EntryBridged { entry, reason },
        Decision::JournalForked { journal, number: 0 },
        Decision::JournalClosed { journal, next: 0 },
    ];
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
    };
    assert!(all.iter().enumerate().all(|(i, decision)| index(decision) == i));
    all.iter().map(|decision| (decision.verb().to_owned(), decision.to_edit())).collect()
}

/// The device is mine.
fn enrolled() -> Authority {
    let mut authority = Authority::default();
    let enrolment = Decision::DeviceEnrolled { device: DEVICE, key: Vec::new(), officer: ME, label: String::new() };
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

fn judge(edit: &Edit, authority: &Authority, circumstances: &Circumstances) -> Verdict {
    let entry = entry(vec![edit.clone()]);
    authorise(&entry.hash(), &entry, authority, circumstances)
}

const DEVICE: crate::ids::DeviceId = crate::ids::DeviceId::from_bytes([7; 16]);
const NOW: Circumstances =
    Circumstances { decision_held: 1_000, received_ms: 1_000, by_register: false, device: DEVICE };

/// Statements that are judged alike stand in one block above their verdicts: `x` counts, `.` is a claim.
#[test]
fn the_table_of_roles_and_statements() {
    let mut blocks: Vec<(String, Vec<String>)> = Vec::new();
    let statements = statements();
    for (name, edit) in &statements {
        let mut verdicts = String::new();
        for role in Role::ALL {
            let counts = judge(edit, &with_roles(&[role]), &NOW) == Verdict::Counts;
            verdicts.push_str(if counts { "  x" } else { "  ." });
        }
        // Whoever holds no role in this operation says nothing that counts; the register alone decides.
        assert_eq!(judge(edit, &with_roles(&[]), &NOW), Verdict::Claim(Reason::NoRole), "{name}");
        let register = Circumstances { by_register: true, ..NOW };
        assert_eq!(judge(edit, &with_roles(&[]), &register), Verdict::Counts, "{name}");
        if matches!(edit, Edit::Decide { .. }) {
            assert_eq!(judge(edit, &with_roles(&Role::ALL), &NOW), Verdict::Claim(Reason::NotTheRegister), "{name}");
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
        write!(table, "\n  1  2  3  4  5  6  7  8  9\n{verdicts}\n").unwrap();
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
    for (name, edit) in statements() {
        let counts = |roles: &[Role]| judge(&edit, &with_roles(roles), &NOW) == Verdict::Counts;
        for one in Role::ALL {
            for other in Role::ALL {
                let needed: BTreeSet<Act> = acts(&edit);
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
        let judged: Vec<(&Edit, Verdict)> = all.iter().map(|(_, e)| (e, judge(e, &authority, &NOW))).collect();
        for (good, _) in judged.iter().filter(|(_, v)| *v == Verdict::Counts).step_by(7) {
            for (bad, verdict) in judged.iter().filter(|(_, v)| *v != Verdict::Counts) {
                for edits in [vec![(*good).clone(), (*bad).clone()], vec![(*bad).clone(), (*good).clone()]] {
                    let both = entry(edits);
                    assert_eq!(authorise(&both.hash(), &both, &authority, &NOW), *verdict);
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
        let told = |circumstances| match authorise(&hash, &said, &authority, &circumstances) {
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
