//! Made-up statements for the tests of this crate: the same for the same seed, and nobody's.
//!
//! Every name, place and number here is invented. Makes, models, calibres and codes are those of the vocabulary
//! ([`crate::domain::schema`], [`crate::rules::models`]), which is common knowledge.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, reason = "tests")]

use crate::cbor::{Value, key_order};
use crate::domain::codes;
use crate::domain::schema::{self, FieldSpec, FieldType};
use crate::edit::{Edit, Fields};
use crate::entry::{Entry, VOCABULARY};
use crate::ids::{DocId, EntryHash, JournalId, OfficerId};
use crate::rules::models::{ModelEntry, Reference};

/// A small generator (splitmix64): one seed, one course of events, on every machine.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// Any number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0, below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.roll() % n as u64) as usize
    }

    /// Yes in so many cases of a hundred.
    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// One of the list, the first ones more often.
    pub fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len()).min(self.below(list.len()))]
    }

    /// So many bytes.
    pub fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.roll() as u8).collect()
    }

    /// Any order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
    }
}

/// A journal that is written by hand.
#[derive(Debug, Clone)]
pub struct Pen {
    /// Its name.
    pub journal: JournalId,
    /// Number of its next entry.
    pub number: u64,
    /// Claimed time of its next entry.
    pub claimed_ms: i64,
}

impl Pen {
    /// A journal whose name is one byte sixteen times.
    pub fn new(name: u8) -> Self {
        Self::of(JournalId::from_bytes([name; 16]))
    }

    /// A journal of that name.
    pub fn of(journal: JournalId) -> Self {
        Self { journal, number: 0, claimed_ms: 1_790_000_000_000 }
    }

    /// The next entry of this journal.
    pub fn says(&mut self, document: Option<DocId>, after: &[EntryHash], edits: Vec<Edit>) -> (EntryHash, Entry) {
        let mut after = after.to_vec();
        after.sort_unstable();
        let entry = Entry {
            journal: self.journal,
            number: self.number,
            document,
            officer: OfficerId::from_bytes(*self.journal.as_bytes()),
            claimed_ms: self.claimed_ms,
            boot: [7; 8],
            monotonic_ms: (self.claimed_ms - 1_789_999_000_000) as u64,
            after,
            edits,
            vocabulary: VOCABULARY,
            extra: Vec::new(),
        };
        self.number += 1;
        self.claimed_ms += 1;
        (entry.hash(), entry)
    }
}

const WORDS: &[&str] = &[
    "the",
    "stock",
    "is",
    "cracked",
    "and",
    "barrel",
    "worn",
    "handed",
    "over",
    "with",
    "two",
    "magazines",
    "sling",
    "missing",
    "rust",
    "on",
    "bolt",
    "carrier",
    "receiver",
    "repaired",
    "locally",
    "painted",
    "green",
    "does",
    "not",
    "close",
    "found",
    "in",
    "cache",
    "wrapped",
    "plastic",
    "serial",
    "number",
    "ground",
    "off",
    "illegible",
    "second",
    "reading",
    "by",
    "lamp",
    "same",
    "group",
    "as",
    "before",
    "see",
    "photo",
    "no",
    "trigger",
    "guard",
    "made",
    "safe",
    "at",
    "site",
    "sealed",
    "box",
    "returned",
    "to",
    "store",
    "for",
    "destruction",
    "checked",
    "again",
    "counted",
    "twice",
    "wrong",
    "entry",
    "corrected",
    "after",
    "talk",
];
const PLACES: &[&str] =
    &["Kolo bridge", "Tamba market", "Old customs post", "River camp", "Saw mill", "North gate", "School yard"];
const PARTS: &[&str] = &["camp", "depot", "store", "container", "post", "north", "south", "east", "west", "harbour"];
const LANGUAGES: &[&str] = &["en", "fr", "pt-BR", "es", "ar", "sw", "ru"];
const SCRIPTS: &[&str] = &["Latn", "Cyrl", "Arab", "Hans"];
const REASONS: &[&str] = &[
    "photograph shows it",
    "read again under a lamp",
    "second reader agrees",
    "recorded twice",
    "wrong item",
    "typing mistake",
    "counted again",
    "moved by order of the store",
    "label fell off and was replaced",
];

/// What a field holds in how many of a hundred records; what is not named here, in nine.
const COMMON: &[(&str, usize)] = &[
    ("kind", 100),
    ("class", 95),
    ("make", 80),
    ("model", 85),
    ("calibre", 85),
    ("country", 60),
    ("serial_status", 90),
    ("condition", 90),
    ("status", 95),
    ("tag", 85),
    ("collected_at", 90),
    ("place", 75),
    ("site", 70),
    ("context", 80),
    ("language", 60),
    ("form_version", 60),
    ("store", 45),
    ("rack", 40),
    ("box", 45),
    ("intended", 55),
    ("loaded", 50),
    ("safe_to_store", 50),
    ("explosive_hazard", 45),
    ("holder_category", 50),
    ("magazines", 40),
    ("year", 35),
    ("year_certainty", 30),
    ("country_certainty", 35),
    ("calibre_as_seen", 40),
    ("make_as_seen", 25),
    ("model_as_seen", 25),
    ("action", 45),
    ("origin_kind", 40),
    ("evidence_hold", 30),
    ("place_name", 40),
    ("collection", 45),
    ("group_code", 25),
    ("modular", 20),
    ("rechambered", 20),
    ("operation_name", 80),
    ("opened_at", 95),
    ("persons", 70),
];

/// Words as people write them.
pub fn phrase(d: &mut Dice, words: usize) -> String {
    (0..words).map(|_| d.of(WORDS)).collect::<Vec<_>>().join(" ")
}

fn serial(d: &mut Dice) -> String {
    let letters = "ABCDEFGHKLMNPRSTUVXYZ".as_bytes();
    let letters: String = (0..d.below(4)).map(|_| letters[d.below(21)] as char).collect();
    let gap = if d.percent(40) { " " } else { "" };
    format!("{letters}{gap}{:0width$}", d.below(10_000_000), width = 4 + d.below(4))
}

/// A value that fits a field.
pub fn value(d: &mut Dice, field: &FieldSpec) -> Value {
    let text = |t: &str| Value::from(t);
    match field.ty {
        FieldType::Text { max } => match field.name {
            "text" if max <= 512 => Value::Text(serial(d)),
            "site" | "store" | "rack" | "box" | "group_code" => Value::Text(format!("{}-{}", d.of(PARTS), d.below(40))),
            "tag" | "seal" | "lot_number" | "case_number" => {
                Value::Text(format!("T{}-{:05}", d.below(30), d.below(100_000)))
            }
            "place_name" | "operation_name" | "from" | "to" | "stock_owner" => text(d.of(PLACES)),
            "mime" => text("image/jpeg"),
            "rule" => Value::Text(format!("R{:02}", 1 + d.below(40))),
            "withdrawn" | "reason" | "exception" => text(d.of(REASONS)),
            "make" | "make_as_seen" => text(any_model(d).makers.first().map_or("TULA", String::as_str)),
            "model" | "model_as_seen" => text(&any_model(d).name),
            _ => {
                let words = 1 + d.below(9);
                Value::Text(phrase(d, words).chars().take(max).collect())
            }
        },
        FieldType::Code(list) => text(d.of(list.codes).code),
        FieldType::Country => text(d.of(codes::COUNTRY.codes).code),
        FieldType::Int { min, max } => {
            let most = match field.name {
                "year" => 2_020,
                _ => max.min(min + 60),
            };
            let least = if field.name == "year" { 1_930 } else { min };
            Value::Int(least + d.below((most - least + 1) as usize) as i64)
        }
        FieldType::Bool => Value::Bool(d.percent(15)),
        FieldType::Time => Value::Int(1_780_000_000_000 + d.below(20_000_000_000) as i64),
        FieldType::Hash => Value::Bytes(d.bytes(32)),
        FieldType::Id => Value::Bytes(d.bytes(16)),
        FieldType::Place => {
            let mut pairs = vec![
                (text("lat"), Value::Int(d.below(200_000_000) as i64 - 100_000_000)),
                (text("lon"), Value::Int(d.below(900_000_000) as i64 - 450_000_000)),
            ];
            if d.percent(80) {
                pairs.insert(0, (text("acc"), Value::Int(3 + d.below(40) as i64)));
            }
            Value::Map(pairs)
        }
        FieldType::MemberKey => text(d.of(&["~.0", "~.1"])),
        FieldType::Script => text(d.of(SCRIPTS)),
        FieldType::Language => text(d.of(LANGUAGES)),
    }
}

fn one_of<'a, T>(d: &mut Dice, list: &'a [T]) -> &'a T {
    &list[d.below(list.len())]
}

fn any_model(d: &mut Dice) -> &'static ModelEntry {
    let all = Reference::builtin().models();
    let place = d.below(all.len());
    Reference::builtin().models().nth(place).unwrap()
}

fn sorted(mut fields: Fields) -> Fields {
    fields.sort_by(|(a, _), (b, _)| key_order(&Value::from(a.as_str()), &Value::from(b.as_str())));
    fields
}

/// Fields that are said later in an item's life, when something was done with it; hardly ever when it is recorded.
const LATER: &[&str] = &[
    "person",
    "trace_pending",
    "temporary",
    "weight_g",
    "destruction",
    "split_from",
    "origin_operation",
    "origin_item",
    "session",
    "applied_at",
    "depth_um",
    "replaces",
    "exposed",
    "conspicuous",
    "recognisable",
    "readable",
    "durable",
    "recoverable",
    "handover",
    "authority",
];

/// A member of a set with some of its fields, the first always.
pub fn member(d: &mut Dice, kind: &str, set: &str) -> Fields {
    let spec = schema::kind(kind).unwrap().set(set).unwrap();
    let said = spec.fields.iter().filter(|field| !LATER.contains(&field.name)).enumerate();
    let chosen = said.filter(|(i, _)| *i == 0 || d.percent(if *i < 3 { 80 } else { 40 }));
    let chosen: Vec<&FieldSpec> = chosen.map(|(_, field)| field).collect();
    sorted(chosen.into_iter().map(|field| (field.name.to_owned(), value(d, field))).collect())
}

/// A document is born: an item as the field would record it, now and then a collection.
pub fn creation(d: &mut Dice) -> Edit {
    let kind = if d.percent(4) { "collection" } else { "item" };
    let spec = schema::kind(kind).unwrap();
    let mut fields: Fields = Vec::new();
    for field in spec.fields.iter().filter(|field| !LATER.contains(&field.name)) {
        let chance = COMMON.iter().find(|(name, _)| *name == field.name).map_or(9, |(_, chance)| *chance);
        if d.percent(chance) {
            fields.push((field.name.to_owned(), value(d, field)));
        }
    }
    let model = any_model(d);
    for (name, said) in &mut fields {
        // What belongs together is said together.
        match (name.as_str(), kind) {
            ("kind", "item") => *said = d.of(&["weapon", "weapon", "weapon", "ammunition", "part"]).into(),
            ("model" | "model_as_seen", _) => *said = model.name.as_str().into(),
            ("class", _) => *said = one_of(d, &model.classes).as_str().into(),
            ("calibre" | "calibre_as_seen", _) if !model.calibres.is_empty() => {
                *said = one_of(d, &model.calibres).as_str().into();
            }
            ("country", _) if !model.producers.is_empty() => {
                *said = one_of(d, &model.producers).country.as_str().into();
            }
            _ => {}
        }
    }
    let sets: &[(&str, usize)] = if kind == "item" {
        &[("markings", 3), ("photos", 3), ("notes", 2), ("components", 2), ("custody", 2), ("refs", 1)]
    } else {
        &[("notes", 2)]
    };
    let mut members: Vec<(String, Vec<Fields>)> = Vec::new();
    for (set, most) in sets {
        let list: Vec<Fields> = (0..d.below(most + 1)).map(|_| member(d, kind, set)).collect();
        if !list.is_empty() {
            members.push(((*set).to_owned(), list));
        }
    }
    members.sort_by(|(a, _), (b, _)| key_order(&Value::from(a.as_str()), &Value::from(b.as_str())));
    Edit::Create { kind: kind.to_owned(), fields: sorted(fields), members }
}

/// One thing said about an item that was born with members.
pub fn edit(d: &mut Dice, born: &EntryHash) -> Edit {
    let spec = schema::kind("item").unwrap();
    let field = &d.of(spec.fields);
    let set = d.of(spec.sets);
    let key = format!("{}.{}", crate::entry::member_stem(born), d.below(4));
    match d.below(10) {
        0..=4 => Edit::Set { path: field.name.to_owned(), value: value(d, field) },
        5 => Edit::Set { path: field.name.to_owned(), value: Value::Null },
        6 => Edit::Choose { path: field.name.to_owned(), value: value(d, field), reason: d.of(REASONS).to_owned() },
        7 => Edit::Add { set: set.name.to_owned(), fields: member(d, "item", set.name) },
        8 => Edit::Withdraw { path: format!("{}/{key}", set.name), reason: d.of(REASONS).to_owned() },
        _ => {
            let field = &d.of(set.fields);
            Edit::Set { path: format!("{}/{key}/{}", set.name, field.name), value: value(d, field) }
        }
    }
}

/// So many new documents, one entry each, in one journal.
pub fn records(seed: u64, count: usize) -> Vec<(EntryHash, Entry)> {
    let mut d = Dice::new(seed);
    let mut pen = Pen::of(JournalId::from_slice(&d.bytes(16)).unwrap());
    (0..count)
        .map(|_| {
            pen.claimed_ms += 20_000 + d.below(180_000) as i64;
            pen.says(None, &[], vec![creation(&mut d)])
        })
        .collect()
}

/// So many edits of one field, each of another document, in one journal.
pub fn one_field_edits(seed: u64, count: usize) -> Vec<(EntryHash, Entry)> {
    let mut d = Dice::new(seed);
    let mut pen = Pen::of(JournalId::from_slice(&d.bytes(16)).unwrap());
    (0..count)
        .map(|_| {
            pen.claimed_ms += 10_000 + d.below(90_000) as i64;
            let born = EntryHash::from_slice(&d.bytes(32)).unwrap();
            let edit = edit(&mut d, &born);
            pen.says(Some(born.document()), &[born], vec![edit])
        })
        .collect()
}

/// Decisions as the register says them.
pub fn decisions(seed: u64, count: usize) -> Vec<(EntryHash, Entry)> {
    use crate::decision::Decision;
    use crate::identity::Role;
    use crate::ids::DeviceId;
    let mut d = Dice::new(seed);
    let mut pen = Pen::of(JournalId::from_slice(&d.bytes(16)).unwrap());
    (0..count)
        .map(|_| {
            let officer = OfficerId::from_slice(&d.bytes(16)).unwrap();
            let device = DeviceId::from_slice(&d.bytes(16)).unwrap();
            let entry = EntryHash::from_slice(&d.bytes(32)).unwrap();
            let role = d.of(&Role::ALL);
            let reason = d.of(REASONS).to_owned();
            let decision = match d.below(9) {
                0..=2 => Decision::RoleGranted { officer, role },
                3 => Decision::OfficerNamed { officer, name: format!("Officer {}", d.below(900)) },
                4 => Decision::DeviceEnrolled { device, key: d.bytes(32), officer, label: "tablet 4".to_owned() },
                5 => Decision::RoleRevoked { officer, role, effective_ms: 1_790_000_000_000 },
                6 => Decision::EntryQuarantined { entry, reason },
                7 => Decision::EntryReleased { entry, reason },
                _ => Decision::DeviceRevoked { device, effective_ms: 1_790_000_000_000 },
            };
            pen.says(None, &[], vec![decision.to_edit()])
        })
        .collect()
}
