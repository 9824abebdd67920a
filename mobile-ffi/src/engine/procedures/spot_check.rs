//! Spot checks: a sample that anybody can draw again is inspected by somebody who does not see the records, and the errors are counted.

use std::collections::BTreeMap;

use ploughshare_core::cbor::Value;
use ploughshare_core::document::{Exceptions, Statement, fold};
use ploughshare_core::domain::draft::DraftMember;
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::procedures::SpotCheckRecord;
use ploughshare_core::ids::{DocId, OfficerId};
use ploughshare_core::spot_check::{Unit, Verdict, draw, report};
use serde::Serialize;

use super::custody::only_looked;
use super::find;
use super::{ItemLine, Reader, refused};
use crate::engine::Tablet;
use crate::engine::deed::{Says, Seen, id_value, short};
use crate::engine::read::device_of;
use crate::error::ErrorKind;
use crate::store::{Result, entries, query};

/// States in which an item lies somewhere and can be inspected.
const GONE: &[&str] = super::handover::ENDED;

/// A spot check that is to be planned.
#[derive(Debug, Clone, Default, uniffi::Record)]
pub struct NewSpotCheck {
    /// Share that is drawn, per thousand.
    pub permille: i64,
    /// What it is stratified by: `officer`, `site`, `device`, divided by commas.
    pub by: String,
    /// Seed of the sample.
    pub seed: String,
    /// Only items of this site.
    #[uniffi(default)]
    pub site: Option<String>,
    /// Share of errors at which everything has to be inspected, per thousand.
    #[uniffi(default)]
    pub limit_permille: Option<i64>,
    /// Title.
    #[uniffi(default)]
    pub title: Option<String>,
    /// Whether to say it also where it will be a claim only.
    #[uniffi(default)]
    pub as_claim: bool,
}

/// What to look for next; nothing of its record but where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct NextView {
    /// The item, by its id: what a reading names.
    pub item: String,
    /// Its tag.
    pub tag: Option<String>,
    /// Site.
    pub site: Option<String>,
    /// Store.
    pub store: Option<String>,
    /// Rack.
    pub rack: Option<String>,
    /// Box.
    pub box_name: Option<String>,
    /// How many are left to look for, this one included.
    pub left: u64,
    /// How many were drawn.
    pub sample: u64,
}

/// What the second inspection read. What is not given was not read.
#[derive(Debug, Clone, Default)]
pub struct SpotReading {
    /// The item: tag or id.
    pub item: String,
    /// Whether it was not found.
    pub not_found: bool,
    /// What was read: field names as the schema has them, with their values.
    pub fields: BTreeMap<String, Value>,
    /// Whether to say it also where it will be a claim only.
    pub as_claim: bool,
}

/// Errors of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct FieldErrors {
    /// The field.
    pub field: String,
    /// Readings that differ from the record.
    pub errors: u64,
    /// Readings.
    pub read: u64,
    /// Errors per thousand, rounded up.
    pub permille: u64,
}

/// An item and the fields of it that are wrong.
pub type InError = (ItemLine, Vec<String>);

/// A spot check and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct SpotCheckView {
    /// The document.
    pub document: String,
    /// Seed.
    pub seed: Option<String>,
    /// What it is stratified by.
    pub strata: Option<String>,
    /// How many items there were to draw from.
    pub population: i64,
    /// How many were drawn.
    pub sample: u64,
    /// Of them, not looked for yet.
    pub unread: u64,
    /// Looked for and not found.
    pub not_found: Vec<ItemLine>,
    /// Items with errors, with the fields that are wrong. Only in a report.
    pub in_error: Vec<InError>,
    /// Error rates by field, of the fields that were read. Only in a report.
    pub fields: Vec<FieldErrors>,
    /// Items in error.
    pub errors: u64,
    /// Items looked for.
    pub looked_for: u64,
    /// Items in error per thousand, rounded up.
    pub permille: u64,
    /// The limit, per thousand.
    pub limit_permille: Option<i64>,
    /// `go_on`, `stop`, `passed`.
    pub verdict: String,
}

fn unit(reader: &Reader<'_>, seen: &Seen, record: &ItemRecord) -> Result<Unit> {
    let kept = entries::kept_about(reader.conn, &seen.id)?;
    let birth = kept.iter().find(|k| k.statement.hash.document() == seen.id);
    let officer: Option<OfficerId> = birth.map(|k| k.statement.entry.officer);
    let device = birth.and_then(|k| device_of(k, reader.session));
    Ok(Unit { item: seen.id, officer, site: record.site.clone(), device })
}

/// The record as it stood at a moment, as far as its authors' clocks tell.
fn record_at(seen: &Seen, at_ms: i64) -> ItemRecord {
    let then: Vec<Statement> = seen.statements.iter().filter(|s| s.entry.claimed_ms <= at_ms).cloned().collect();
    ItemRecord::read(&fold(seen.id, &then, &Exceptions::default()).content())
}

impl Tablet {
    /// Plans a spot check: draws the sample from the items that this tablet holds.
    pub fn spot_check_plan(&self, new: &NewSpotCheck) -> Result<SpotCheckView> {
        let id = self.deed(new.as_claim, |deed| {
            let (mut units, mut records) = (Vec::new(), BTreeMap::new());
            let reader = deed.reader();
            let mut ids = Vec::new();
            query::each_item(&deed.tx, |id, _| {
                ids.push(id);
                Ok(())
            })?;
            for id in ids {
                let seen = deed.see(&id)?;
                let record = ItemRecord::read(&seen.content());
                let gone = record.status.as_deref().is_some_and(|status| GONE.contains(&status));
                if gone || new.site.as_ref().is_some_and(|site| record.site.as_ref() != Some(site)) {
                    continue;
                }
                units.push(unit(&reader, &seen, &record)?);
                records.insert(id, record);
            }
            if units.is_empty() {
                let hint = "`sync` first, or leave --site out.";
                return Err(refused("spot_check.nothing", "there are no items here to draw from", hint));
            }
            let plan = draw(&new.seed, &units, &new.by, new.permille)
                .map_err(|error| refused(error.code(), error.to_string(), "See `fieldkit spot-check plan --help`."))?;
            let mut draft = Says::default()
                .with("state", "open")
                .with("seed", new.seed.trim())
                .with("population", plan.population as i64)
                .with("permille", new.permille)
                .with("planned_at", deed.now_ms)
                .maybe("strata", Some(new.by.clone()))
                .maybe("limit_permille", new.limit_permille)
                .maybe("site", new.site.clone())
                .maybe("title", new.title.clone())
                .draft("spot_check");
            for id in &plan.sample {
                let record = records.get(id).cloned().unwrap_or_default();
                let says = Says::default()
                    .with("item", id_value(id))
                    .maybe("tag", record.tag)
                    .maybe("site", record.site)
                    .maybe("store", record.store);
                draft
                    .members
                    .push(DraftMember { set: "sample".to_owned(), fields: says.fields().into_iter().collect() });
            }
            deed.create(draft)
        })?;
        self.spot_check(&id.to_string())
    }

    /// What to look for next: where it is and nothing of what it is, so that the second reading is blind.
    pub fn spot_check_next(&self, check: &str) -> Result<Option<NextView>> {
        self.reading(|reader| {
            let seen = reader.procedure("spot_check", check).map_err(only_looked)?;
            let record = SpotCheckRecord::read(&seen.everything.content());
            let read: Vec<DocId> = record.readings.iter().filter(|r| r.is_live()).filter_map(|r| r.item).collect();
            let live: Vec<_> = record.sample.iter().filter(|s| s.is_live()).collect();
            let mut open: Vec<_> = live.iter().filter(|s| s.item.is_some_and(|item| !read.contains(&item))).collect();
            open.sort_by(|a, b| (&a.site, &a.store, &a.tag).cmp(&(&b.site, &b.store, &b.tag)));
            let Some(first) = open.first() else { return Ok(None) };
            let item = first.item.unwrap_or(seen.id);
            let place = reader.see(&item).map(|seen| ItemRecord::read(&seen.content())).unwrap_or_default();
            Ok(Some(NextView {
                item: item.to_string(),
                tag: first.tag.clone(),
                site: place.site.or_else(|| first.site.clone()),
                store: place.store.or_else(|| first.store.clone()),
                rack: place.rack,
                box_name: place.box_name,
                left: open.len() as u64,
                sample: live.len() as u64,
            }))
        })
    }

    /// Writes down what the second inspection read.
    pub fn spot_check_read(&self, check: &str, reading: &SpotReading) -> Result<()> {
        self.deed(reading.as_claim, |deed| {
            let seen = deed.procedure("spot_check", check)?;
            let record = SpotCheckRecord::read(&seen.everything.content());
            let item = find::item(&deed.tx, &reading.item)?;
            if !record.sample.iter().any(|s| s.is_live() && s.item == Some(item)) {
                let message = format!("{} is not in the sample", reading.item);
                let hint = format!("See `fieldkit spot-check next {}` for what to look for.", short(&seen.id));
                return Err(refused("spot_check.not_drawn", message, &hint));
            }
            if reading.fields.is_empty() && !reading.not_found {
                let hint = "Give what you read: --class, --serial …, or --not-found.";
                return Err(refused("spot_check.nothing_read", "nothing was read", hint));
            }
            let birth = entries::about(&deed.tx, &item)?.into_iter().find(|s| s.hash.document() == item);
            if birth.is_some_and(|s| s.entry.officer == deed.officer) {
                let hint = "Somebody else has to read it: --as NAME, or on their own tablet.";
                return Err(refused("spot_check.own_record", "you recorded this item yourself", hint));
            }
            let mut says = Says::default().with("item", id_value(&item)).with("at", deed.now_ms);
            if reading.not_found {
                says = says.with("not_found", true);
            }
            for (name, value) in &reading.fields {
                says = says.with(name, value.clone());
            }
            deed.say(&seen.id, vec![says.add("readings")])
        })
    }

    /// A spot check without what would unblind it: how much is left.
    pub fn spot_check(&self, check: &str) -> Result<SpotCheckView> {
        let mut view = self.spot_check_report(check)?;
        (view.in_error, view.fields) = (Vec::new(), Vec::new());
        Ok(view)
    }

    /// What a spot check came to: error rates by field, items in error, and whether to go on. Not for the second inspector before all is read.
    pub fn spot_check_report(&self, check: &str) -> Result<SpotCheckView> {
        self.reading(|reader| {
            let seen = reader.procedure("spot_check", check).map_err(only_looked)?;
            let record = SpotCheckRecord::read(&seen.everything.content());
            let planned_ms = record.planned_at.unwrap_or_else(|| seen.recorded_ms());
            let mut records: BTreeMap<DocId, ItemRecord> = BTreeMap::new();
            for item in record.sample.iter().filter_map(|s| s.item) {
                match reader.see(&item) {
                    Ok(seen) => drop(records.insert(item, record_at(&seen, planned_ms))),
                    Err(error) if error.kind == ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(view(&seen, &record, &records))
        })
    }
}

fn view(seen: &Seen, record: &SpotCheckRecord, records: &BTreeMap<DocId, ItemRecord>) -> SpotCheckView {
    let came_to = report(record, &|id| records.get(id));
    let line = |id: &DocId| records.get(id).map_or_else(|| unknown(id), |item| ItemLine::of(id, item));
    let fields = came_to.fields.iter().filter(|(_, share)| share.whole > 0).map(|(field, share)| FieldErrors {
        field: (*field).to_owned(),
        errors: share.part,
        read: share.whole,
        permille: share.permille(),
    });
    let wrong = came_to.in_error.iter().filter(|(_, fields)| !fields.is_empty());
    SpotCheckView {
        document: seen.id.to_string(),
        seed: record.seed.clone(),
        strata: record.strata.clone(),
        population: record.population.unwrap_or(0),
        sample: came_to.sample.len() as u64,
        unread: came_to.unread.len() as u64,
        not_found: came_to.not_found.iter().map(line).collect(),
        in_error: wrong.map(|(id, fields)| (line(id), fields.iter().map(ToString::to_string).collect())).collect(),
        fields: fields.collect(),
        errors: came_to.overall.part,
        looked_for: came_to.overall.whole,
        permille: came_to.overall.permille(),
        limit_permille: record.limit_permille,
        verdict: match came_to.verdict {
            Verdict::Passed if record.limit_permille.is_none() => "all_read".to_owned(),
            verdict => verdict.code().to_owned(),
        },
    }
}

fn unknown(id: &DocId) -> ItemLine {
    ItemLine { item: id.to_string(), tag: None, what: "not known on this device".to_owned() }
}
