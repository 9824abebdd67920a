//! A small world around a document: items, signatures, stores, seals, the time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::custody::Expected;
use crate::document::Content;
use crate::domain::draft::Draft;
use crate::domain::item::ItemRecord;
use crate::domain::time::parse_iso8601;
use crate::ids::{DeviceId, DocId, OfficerId};
use crate::rules::procedures::{Around, ItemAround, LastCounts, SignedAct, Times, check};
use crate::rules::{Context, Finding, Tunings, check_item};

/// 2025-01-01.
pub(crate) const NOW: i64 = 1_735_689_600_000;

pub(crate) fn doc_id(n: u8) -> DocId {
    DocId::from_bytes([n; 16])
}

pub(crate) fn officer(n: u8) -> OfficerId {
    OfficerId::from_bytes([n; 16])
}

/// An id of sixteen equal bytes, as JSON has it.
pub(crate) fn x(n: u8) -> String {
    hex::encode([n; 16])
}

/// A hash of equal bytes, as JSON has it.
pub(crate) fn hash(n: u8) -> String {
    hex::encode([n; 32])
}

pub(crate) fn ms(text: &str) -> i64 {
    parse_iso8601(text).unwrap()
}

pub(crate) fn content(json: &Json) -> (String, Content) {
    let draft = Draft::from_json(json).unwrap();
    (draft.kind.clone(), draft.preview())
}

pub(crate) fn record(json: &Json) -> ItemRecord {
    ItemRecord::read(&content(json).1)
}

/// The rules on an item alone.
pub(crate) fn item(json: Json) -> impl Fn(&Tunings) -> Vec<Finding> {
    item_in(json, |_| ())
}

/// The same in a context.
pub(crate) fn item_in(json: Json, context: impl Fn(&mut Context)) -> impl Fn(&Tunings) -> Vec<Finding> {
    move |tuning| {
        let mut around = Context { now_ms: Some(NOW), tuning: tuning.clone(), ..Context::default() };
        context(&mut around);
        check_item(&record(&json), &around)
    }
}

/// The rules on a document in a world.
pub(crate) fn document(json: Json, world: impl Fn(&mut World)) -> impl Fn(&Tunings) -> Vec<Finding> {
    move |tuning| {
        let mut around = World::new();
        around.tuning = tuning.clone();
        world(&mut around);
        let (kind, content) = content(&json);
        check(&kind, &content, &around)
    }
}

/// All that is known around a document.
pub(crate) struct World {
    pub(crate) items: BTreeMap<DocId, ItemAround>,
    pub(crate) knows_all: bool,
    pub(crate) acts: Vec<SignedAct>,
    pub(crate) recorder: Option<OfficerId>,
    pub(crate) expected: Option<Expected>,
    pub(crate) last: Option<LastCounts>,
    pub(crate) seals: BTreeMap<String, Vec<DocId>>,
    pub(crate) times: Times,
    pub(crate) tuning: Tunings,
    pub(crate) witnesses: i64,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            items: BTreeMap::new(),
            knows_all: false,
            acts: Vec::new(),
            recorder: None,
            expected: None,
            last: None,
            seals: BTreeMap::new(),
            times: Times { now_ms: Some(NOW), ..Times::default() },
            tuning: Tunings::default(),
            witnesses: 1,
        }
    }

    /// Knows an item, recorded by officer 9.
    pub(crate) fn knows(&mut self, n: u8, json: &Json) -> &mut ItemAround {
        let known = ItemAround {
            record: record(json),
            recorder: officer(9),
            recorded_ms: NOW - 1_000_000_000,
            open_blocking: false,
            destroyed_by: None,
        };
        self.items.insert(doc_id(n), known);
        self.items.get_mut(&doc_id(n)).unwrap()
    }

    /// An officer signed, each on a device of their own.
    pub(crate) fn signed(&mut self, what: &str, by: u8) -> &mut SignedAct {
        self.acts.push(SignedAct {
            what: what.to_owned(),
            officer: officer(by),
            device: Some(DeviceId::from_bytes([by; 16])),
            counts: true,
            claimed_ms: NOW,
        });
        self.acts.last_mut().unwrap()
    }
}

impl Around for World {
    fn item(&self, item: &DocId) -> Option<&ItemAround> {
        self.items.get(item)
    }

    fn knows_all(&self) -> bool {
        self.knows_all
    }

    fn attestations(&self) -> &[SignedAct] {
        &self.acts
    }

    fn recorder(&self) -> Option<OfficerId> {
        self.recorder
    }

    fn expected(&self, _site: &str, _store: &str, _at_ms: i64) -> Option<Expected> {
        self.expected.clone()
    }

    fn last_counts(&self, _site: &str, _store: &str, _before_ms: i64) -> Option<LastCounts> {
        self.last
    }

    fn seal_used(&self, number: &str) -> Vec<DocId> {
        self.seals.get(number).cloned().unwrap_or_default()
    }

    fn times(&self) -> Times {
        self.times
    }

    fn tuning(&self) -> &Tunings {
        &self.tuning
    }

    fn witnesses_needed(&self) -> i64 {
        self.witnesses
    }
}
