//! Counts: a store is counted by number and type, a share of the serials is looked at, and what does not fit is told item by item
//! (IDDRS 4.10 section 7.3).

use std::collections::BTreeMap;

use ploughshare_core::cbor::Value;
use ploughshare_core::custody::{Expected, Reconciliation, StorePlace, reconcile};
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::procedures::CountRecord;
use ploughshare_core::domain::serial::normalise;
use ploughshare_core::ids::DocId;
use ploughshare_core::keys::sha256;
use serde::Serialize;

use super::custody::{beginning, only_looked};
use super::find;
use super::stock::Moved;
use super::{ItemLine, Progress, Reader, advanced, code, lines, needed, refused};
use crate::engine::Tablet;
use crate::engine::deed::{Deed, Says, Seen, id_value, short};
use crate::store::Result;

/// Serials looked at in a weekly count, per thousand.
const WEEKLY_PERMILLE: usize = 100;

/// A count that is to begin.
#[derive(Debug, Clone, Default, uniffi::Record)]
pub struct NewCount {
    /// Site.
    pub site: String,
    /// Store.
    pub store: String,
    /// Occasion, a code of `count_occasion`.
    pub occasion: String,
    /// Whether to say it also where it will be a claim only.
    #[uniffi(default)]
    pub as_claim: bool,
}

/// So many of a type were counted.
#[derive(Debug, Clone, Default, uniffi::Record)]
pub struct Tally {
    /// Kind of item; weapon where not given.
    #[uniffi(default)]
    pub kind: Option<String>,
    /// Class.
    #[uniffi(default)]
    pub class: Option<String>,
    /// Calibre.
    #[uniffi(default)]
    pub calibre: Option<String>,
    /// How many.
    pub quantity: i64,
}

/// What became of one scanned line of a count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct SightingView {
    /// As it was scanned.
    pub scanned: String,
    /// `present`, `unexpected`, `serial_differs`; `twice` and `ambiguous` are not written down.
    pub result: String,
    /// The item, where it is known here.
    pub item: Option<ItemLine>,
    /// What is out of order, in words.
    pub message: Option<String>,
}

/// One item that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct DiscrepancyView {
    /// The item.
    pub item: ItemLine,
    /// `missing`, `not_seen`, `unexpected`, `serial_differs`, `quantity_differs`.
    pub difference: String,
    /// What was recorded or expected, and what was seen or counted, where that differs.
    pub detail: Option<String>,
    /// The last event of custody known of it in this store.
    pub last_event: Option<String>,
    /// When that was, ms since the Unix epoch.
    pub last_ms: Option<i64>,
}

/// By class: expected and counted.
pub type ByClass = BTreeMap<String, (i64, i64)>;

/// A count and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct CountView {
    /// The document.
    pub document: String,
    /// Occasion.
    pub occasion: Option<String>,
    /// How far it is.
    pub state: Option<String>,
    /// Site.
    pub site: String,
    /// Store.
    pub store: String,
    /// When it began, ms since the Unix epoch.
    pub at_ms: i64,
    /// Items that should be there.
    pub expected: u64,
    /// Of them, looked at.
    pub checked: u64,
    /// Items whose serial is to be looked at and was not yet.
    pub to_check: Vec<ItemLine>,
    /// How many serials are to be looked at in all.
    pub sample: u64,
    /// Weapons that should be there.
    pub weapons_expected: i64,
    /// Weapons counted.
    pub weapons_counted: Option<i64>,
    /// Parts that should be there.
    pub parts_expected: i64,
    /// Parts counted.
    pub parts_counted: Option<i64>,
    /// Rounds that should be there.
    pub rounds_expected: i64,
    /// Rounds counted.
    pub rounds_counted: Option<i64>,
    /// Classes whose numbers differ: expected and counted.
    pub by_class: ByClass,
    /// What does not fit, item by item.
    pub discrepancies: Vec<DiscrepancyView>,
    /// Weapons, parts or lots that are short: an alarm where it is not 0.
    pub shortage: i64,
    /// Whether everything is as it should be.
    pub agrees: bool,
    /// Things that were scanned and that nobody knows here.
    pub unknown: Vec<String>,
}

/// What a count is held against: what should lie in the store when it began.
struct Held {
    record: CountRecord,
    expected: Expected,
    sample: Vec<DocId>,
}

/// The items whose serials are looked at: anybody who holds the same statements draws the same ones from the id of the count.
fn sample(count: &DocId, expected: &Expected, permille: usize) -> Vec<DocId> {
    let mut drawn: Vec<([u8; 32], DocId)> = expected
        .items
        .iter()
        .filter(|(_, (item, _))| !item.is_ammunition() || permille == 1000)
        .map(|(id, _)| (sha256(&[count.as_bytes().as_slice(), id.as_bytes().as_slice()].concat()), *id))
        .collect();
    drawn.sort_unstable();
    let wanted = (drawn.len() * permille).div_ceil(1000);
    drawn.into_iter().take(wanted).map(|(_, id)| id).collect()
}

fn permille(record: &CountRecord) -> usize {
    if matches!(record.occasion.as_deref(), Some("half_yearly" | "handover")) { 1000 } else { WEEKLY_PERMILLE }
}

fn held(reader: &Reader<'_>, seen: &Seen) -> Result<Held> {
    let record = CountRecord::read(&seen.everything.content());
    let place =
        StorePlace { site: record.site.clone().unwrap_or_default(), store: record.store.clone().unwrap_or_default() };
    let at_ms = record.at.unwrap_or_else(|| seen.recorded_ms());
    let moved = Moved::read(reader)?;
    let lying = moved.balance(&place, at_ms);
    let items = lying
        .present_items()
        .filter_map(|(id, lying)| Some((*id, (moved.items.get(id)?.clone(), lying.clone()))))
        .collect();
    let expected = Expected { items };
    let sample = sample(&seen.id, &expected, permille(&record));
    Ok(Held { record, expected, sample })
}

/// A count that is open.
fn open(deed: &Deed<'_>, count: &str) -> Result<Seen> {
    let seen = deed.procedure("count", count)?;
    if seen.text("state").is_some_and(|state| state != "open") {
        let message = format!("the count {} is closed", short(&seen.id));
        return Err(refused("count.closed", message, "Begin another one with `fieldkit count new`."));
    }
    Ok(seen)
}

impl Tablet {
    /// Begins a count of a store.
    pub fn count_new(&self, new: &NewCount) -> Result<CountView> {
        needed(&new.site, "custody.no_site", "the site", "Name it with --site.")?;
        needed(&new.store, "custody.no_store", "the store", "Name it with --in.")?;
        let occasion = code("count", "occasion", &new.occasion)?;
        let id = self.deed(new.as_claim, |deed| {
            let says = Says::default()
                .with("occasion", occasion.as_str())
                .with("state", "open")
                .with("site", new.site.trim())
                .with("store", new.store.trim())
                .with("at", deed.now_ms);
            deed.create(says.draft("count"))
        })?;
        self.count(&id.to_string())
    }

    /// Scans what is in the store: a tag a line, with the serial as it is read beside it (`TAG,SERIAL`); beside a lot its quantity.
    pub fn count_scan(
        &self,
        count: &str,
        scans: &[String],
        as_claim: bool,
        progress: Progress,
    ) -> Result<Vec<SightingView>> {
        self.deed(as_claim, |deed| {
            let seen = open(deed, count)?;
            let held = held(&deed.reader(), &seen)?;
            let mut before: Vec<DocId> =
                held.record.sightings.iter().filter(|s| s.is_live()).filter_map(|s| s.item).collect();
            let here: Vec<DocId> = held.expected.items.keys().copied().collect();
            let (mut views, mut edits) = (Vec::new(), Vec::new());
            for line in lines(scans) {
                let view = |result: &str, item: Option<ItemLine>, message: Option<String>| SightingView {
                    scanned: line.named.clone(),
                    result: result.to_owned(),
                    item,
                    message,
                };
                let id = match find::item_of(&deed.tx, &line.named, &here) {
                    Ok(id) => Some(id),
                    Err(error) if error.code == "item.unknown" => None,
                    Err(error) if error.code == "item.ambiguous" => {
                        views.push(view("ambiguous", None, Some(error.message)));
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                let Some(id) = id else {
                    let tag: String = line.named.chars().take(64).collect();
                    let says = Says::default()
                        .with("tag", tag)
                        .with("result", "unexpected")
                        .maybe("serial", line.more.clone());
                    edits.push(says.add("sightings"));
                    views.push(view("unexpected", None, Some("no item here bears this tag".to_owned())));
                    continue;
                };
                let record = ItemRecord::read(&deed.see(&id)?.content());
                let shown = Some(ItemLine::of(&id, &record));
                if before.contains(&id) {
                    views.push(view("twice", shown, Some("it was scanned before".to_owned())));
                    continue;
                }
                before.push(id);
                let quantity = if record.is_ammunition() { line.quantity()? } else { None };
                let read = line.more.clone().filter(|_| !record.is_ammunition());
                let recorded = record.serial().and_then(|marking| marking.seen()).unwrap_or_default().to_owned();
                let differs = read.as_deref().is_some_and(|read| normalise(read) != normalise(&recorded));
                let (result, message) = if !held.expected.items.contains_key(&id) {
                    ("unexpected", Some("by its record it should not be in this store".to_owned()))
                } else if differs {
                    ("serial_differs", Some(format!("its record says {recorded}")))
                } else {
                    ("present", None)
                };
                let says = Says::default()
                    .with("item", id_value(&id))
                    .with("result", result)
                    .maybe("tag", record.tag.clone())
                    .maybe("serial", read)
                    .maybe("quantity", quantity);
                edits.push(says.add("sightings"));
                views.push(view(result, shown, message));
                advanced(&progress, views.len());
            }
            if !edits.is_empty() {
                deed.scanned(&seen.id, edits)?;
            }
            Ok(views)
        })
    }

    /// Writes down how many of a type were counted.
    pub fn count_tally(&self, count: &str, tally: &Tally, as_claim: bool) -> Result<CountView> {
        self.deed(as_claim, |deed| {
            let seen = open(deed, count)?;
            let list = |path: &str, text: &Option<String>| {
                text.as_deref().map(|text| code("count", &format!("tallies/*/{path}"), text)).transpose()
            };
            let kind = list("kind", &tally.kind)?.unwrap_or_else(|| "weapon".to_owned());
            let says = Says::default()
                .with("kind", kind)
                .with("quantity", tally.quantity)
                .maybe("class", list("class", &tally.class)?)
                .maybe("calibre", list("calibre", &tally.calibre)?);
            deed.say(&seen.id, vec![says.add("tallies")])
        })?;
        self.count(count)
    }

    /// Ends a count: what was looked for and not found is missing, the sums are written down, and each item that was seen has it said in its
    /// chain.
    pub fn count_close(&self, count: &str, as_claim: bool, progress: Progress) -> Result<CountView> {
        self.deed(as_claim, |deed| {
            let seen = open(deed, count)?;
            let held = held(&deed.reader(), &seen)?;
            let record = &held.record;
            let looked: Vec<DocId> = record.sightings.iter().filter(|s| s.is_live()).filter_map(|s| s.item).collect();
            if looked.is_empty() && record.tallies.iter().all(|t| !t.is_live()) && !held.expected.items.is_empty() {
                let hint = "Scan with `count scan`, or count with `count tally`; for an empty store give `count tally ID --n 0`.";
                return Err(refused("count.nothing_counted", "nothing was counted yet", hint));
            }
            let mut edits: Vec<_> = held
                .sample
                .iter()
                .filter(|id| !looked.contains(id))
                .map(|id| {
                    let tag = held.expected.items.get(id).and_then(|(item, _)| item.tag.clone());
                    Says::default().with("item", id_value(id)).with("result", "missing").maybe("tag", tag).add("sightings")
                })
                .collect();
            let total = |kind: &str| {
                let of = record.tallies.iter().filter(|t| t.is_live() && t.kind.as_deref().unwrap_or("weapon") == kind);
                let counted: Vec<i64> = of.filter_map(|t| t.quantity).collect();
                (!counted.is_empty()).then(|| counted.iter().sum::<i64>())
            };
            let sums = Says::default()
                .maybe("weapons", total("weapon"))
                .maybe("parts", total("part"))
                .maybe("rounds", total("ammunition"))
                .with("state", "closed");
            edits.extend(sums.sets());
            let (site, store) = (record.site.clone(), record.store.clone());
            deed.say(&seen.id, edits)?;
            let present = record.sightings.iter().filter(|s| {
                s.is_live() && matches!(s.result.as_deref(), Some("present" | "serial_differs"))
            });
            for (done, sighting) in present.enumerate() {
                let Some(id) = sighting.item else { continue };
                let event = Says::default()
                    .with("event", "counted")
                    .with("at", deed.now_ms)
                    .maybe("site", site.clone())
                    .maybe("store", store.clone())
                    .maybe("quantity", sighting.quantity);
                let thing = deed.see(&id)?;
                let mut said: Vec<_> = beginning(&thing, &ItemRecord::read(&thing.content())).into_iter().collect();
                said.push(event.add("custody"));
                deed.say(&id, said)?;
                advanced(&progress, done + 1);
            }
            Ok(())
        })?;
        self.count(count)
    }

    /// A count and what it comes to so far.
    pub fn count(&self, count: &str) -> Result<CountView> {
        self.reading(|reader| {
            let seen = reader.procedure("count", count).map_err(only_looked)?;
            let held = held(reader, &seen)?;
            Ok(view(reader, &seen, &held))
        })
    }
}

fn view(reader: &Reader<'_>, seen: &Seen, held: &Held) -> CountView {
    let Held { record, expected, sample } = held;
    let result: Reconciliation = reconcile(expected, record);
    let looked: Vec<DocId> = record.sightings.iter().filter(|s| s.is_live()).filter_map(|s| s.item).collect();
    let line = |id: &DocId| expected.items.get(id).map_or_else(|| reader.line(id), |(item, _)| ItemLine::of(id, item));
    let discrepancy = |one: &ploughshare_core::custody::Discrepancy| {
        use ploughshare_core::custody::Difference as D;
        let detail = match &one.difference {
            D::SerialDiffers { recorded, seen } => Some(format!("recorded {recorded}, seen {seen}")),
            D::QuantityDiffers { expected, counted } => Some(format!("expected {expected}, counted {counted}")),
            _ => None,
        };
        DiscrepancyView {
            item: line(&one.item),
            difference: one.difference.code().to_owned(),
            detail,
            last_event: one.last.as_ref().map(|last| last.last_event.clone()),
            last_ms: one.last.as_ref().map(|last| last.last_ms),
        }
    };
    let mut to_check: Vec<ItemLine> = sample.iter().filter(|id| !looked.contains(id)).map(line).collect();
    to_check.sort_by(|a, b| a.tag.cmp(&b.tag));
    let unknown = record.sightings.iter().filter(|s| s.is_live() && s.item.is_none()).filter_map(|s| s.tag.clone());
    let closed = record.state.as_deref() == Some("closed");
    // While it goes on, what nobody came across yet is not missing.
    let settled = |d: &&ploughshare_core::custody::Discrepancy| closed || d.difference.code() != "not_seen";
    let unknown: Vec<String> = unknown.collect();
    CountView {
        document: seen.id.to_string(),
        occasion: record.occasion.clone(),
        state: record.state.clone(),
        site: record.site.clone().unwrap_or_default(),
        store: record.store.clone().unwrap_or_default(),
        at_ms: record.at.unwrap_or_else(|| seen.recorded_ms()),
        expected: result.expected as u64,
        checked: result.checked as u64,
        to_check: if closed { Vec::new() } else { to_check },
        sample: sample.len() as u64,
        weapons_expected: result.weapons.0,
        weapons_counted: result.weapons.1,
        parts_expected: result.parts.0,
        parts_counted: result.parts.1,
        rounds_expected: result.rounds.0,
        rounds_counted: result.rounds.1,
        by_class: result.by_class.clone(),
        discrepancies: result.discrepancies.iter().filter(settled).map(discrepancy).collect(),
        shortage: if closed { result.shortage() } else { 0 },
        agrees: closed && result.agrees() && unknown.is_empty(),
        unknown,
    }
}

/// An id as an item concerned.
pub(super) fn concerned(id: &DocId, quantity: Option<i64>) -> Vec<(String, Value)> {
    Says::default().with("item", id_value(id)).maybe("quantity", quantity).fields()
}
