//! Showing a hand-over: how far it is, what differs, what comes next.

use ploughshare_core::domain::procedures::{HandoverRecord, LoadedRecord, ReceivedRecord};
use ploughshare_core::handover::{Difference, Subject, Way, at_loading, at_receipt, seals};
use serde::Serialize;

use super::super::custody::only_looked;
use super::super::{ItemLine, Reader, RefusedItem, place_words};
use crate::engine::Tablet;
use crate::engine::deed::Seen;
use crate::store::Result;

/// One difference of a hand-over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiffView {
    /// `loading`, `receipt` or `seals`.
    pub stage: String,
    /// `missing`, `surplus`, `twice`, `quantity`; of seals `broken`, `missing`, `not_looked_at`, `not_applied`, `other_box`.
    pub way: String,
    /// The item, where one is known.
    pub item: Option<ItemLine>,
    /// Tag or seal, where no item is known.
    pub named: Option<String>,
    /// Box.
    pub box_name: Option<String>,
    /// How much was expected.
    pub expected: i64,
    /// How much was found.
    pub found: i64,
}

/// A hand-over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HandoverView {
    /// The document.
    pub document: String,
    /// Manner.
    pub manner: Option<String>,
    /// What is carried.
    pub cargo: Option<String>,
    /// How far it is.
    pub state: Option<String>,
    /// Number of the papers.
    pub number: Option<String>,
    /// Who gives, in words.
    pub from: Option<String>,
    /// Who receives, in words.
    pub to: Option<String>,
    /// Vehicle.
    pub vehicle: Option<String>,
    /// Escort.
    pub escort: Option<String>,
    /// When it departed, ms since the Unix epoch.
    pub departed_ms: Option<i64>,
    /// When it arrived, ms since the Unix epoch.
    pub arrived_ms: Option<i64>,
    /// Lines of the manifest.
    pub lines: usize,
    /// Of them, scanned at loading.
    pub loaded: usize,
    /// Scanned at receipt.
    pub received: usize,
    /// Seals put on.
    pub seals: usize,
    /// What differs so far.
    pub differences: Vec<DiffView>,
    /// Items that were not taken onto the manifest, with why.
    pub refused: Vec<RefusedItem>,
    /// Whether what is said of it counts; else some of it is a claim.
    pub counts: bool,
}

impl Tablet {
    /// How far a hand-over is.
    pub fn handover(&self, handover: &str) -> Result<HandoverView> {
        self.reading(|reader| {
            let seen = reader.procedure("handover", handover).map_err(only_looked)?;
            Ok(view(reader, &seen))
        })
    }

    /// What differs between manifest, loading and receipt, and at the seals.
    pub fn handover_diff(&self, handover: &str) -> Result<Vec<DiffView>> {
        Ok(self.handover(handover)?.differences)
    }
}

fn view(reader: &Reader<'_>, seen: &Seen) -> HandoverView {
    let record = HandoverRecord::read(&seen.everything.content());
    let place = |site: &Option<String>, store: &Option<String>, body: &Option<String>| {
        place_words(site.as_deref(), store.as_deref(), body.as_deref())
    };
    HandoverView {
        document: seen.id.to_string(),
        from: place(&record.from_site, &record.from_store, &record.from_body),
        to: place(&record.to_site, &record.to_store, &record.to_body),
        departed_ms: record.departed_at,
        arrived_ms: record.arrived_at,
        lines: record.lines.iter().filter(|l| l.is_live()).count(),
        loaded: record.loaded.iter().filter(|l| l.is_live()).count(),
        received: record.received.iter().filter(|r| r.is_live()).count(),
        seals: record.seals.iter().filter(|s| s.is_live() && s.state.as_deref() == Some("applied")).count(),
        differences: differences(reader, &record),
        refused: Vec::new(),
        counts: seen.counts.digest() == seen.everything.digest(),
        manner: record.manner,
        cargo: record.cargo,
        state: record.state,
        number: record.number,
        vehicle: record.vehicle,
        escort: record.escort,
    }
}

fn differences(reader: &Reader<'_>, record: &HandoverRecord) -> Vec<DiffView> {
    let some_loaded = record.loaded.iter().any(LoadedRecord::is_live);
    let some_received =
        record.received.iter().any(ReceivedRecord::is_live) || record.state.as_deref() == Some("received");
    let mut all = Vec::new();
    if some_loaded {
        all.extend(at_loading(record).into_iter().map(|one| item(reader, "loading", one)));
    }
    if some_received {
        all.extend(at_receipt(record).into_iter().map(|one| item(reader, "receipt", one)));
    }
    all.extend(seals(record).into_iter().map(|seal| DiffView {
        stage: "seals".to_owned(),
        way: seal.way.code().to_owned(),
        item: None,
        named: Some(seal.number),
        box_name: seal.box_name,
        expected: 1,
        found: i64::from(seal.way.code() != "missing"),
    }));
    all.sort_by_key(|one| (one.stage != "receipt", one.way != Way::Missing.code()));
    all
}

fn item(reader: &Reader<'_>, stage: &str, one: Difference) -> DiffView {
    let (item, named) = match &one.subject {
        Subject::Item(id) => (Some(reader.line(id)), None),
        other => (None, Some(other.to_string())),
    };
    DiffView {
        stage: stage.to_owned(),
        way: one.way.code().to_owned(),
        item,
        named,
        box_name: one.box_name,
        expected: one.expected,
        found: one.found,
    }
}
