//! Custody of single items: storing, moving, holding, and the chain as a timeline.

use ploughshare_core::cbor::Value;
use ploughshare_core::custody::{StorePlace, steps};
use ploughshare_core::domain::codes::CUSTODY_EVENT;
use ploughshare_core::domain::item::{CustodyRecord, ItemRecord};
use ploughshare_core::edit::Edit;
use serde::Serialize;

use super::find;
use super::{ItemLine, Progress, advanced, needed, place_words, refused};
use crate::engine::Tablet;
use crate::engine::deed::{Deed, Says, Seen};
use crate::engine::read::Reading;
use crate::error::TabletError;
use crate::model::Sayer;
use crate::store::Result;

/// Where items come to lie.
#[derive(Debug, Clone, Default, uniffi::Record)]
pub struct Placing {
    /// The items: tags, marks or ids.
    pub items: Vec<String>,
    /// Code of the site; where none is given, that of each item.
    #[uniffi(default)]
    pub site: Option<String>,
    /// Store at the site; where none is given and the site stays, that of each item.
    #[uniffi(default)]
    pub store: Option<String>,
    /// Rack in the store.
    #[uniffi(default)]
    pub rack: Option<String>,
    /// Box in the rack.
    #[uniffi(default)]
    pub box_name: Option<String>,
    /// Seal put on.
    #[uniffi(default)]
    pub seal: Option<String>,
    /// Why.
    #[uniffi(default)]
    pub reason: Option<String>,
    /// When, ms since the Unix epoch; now where not given.
    #[uniffi(default)]
    pub at_ms: Option<i64>,
    /// Whether to say it also where it will be a claim only.
    #[uniffi(default)]
    pub as_claim: bool,
}

/// Where an item came to lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct Placed {
    /// The item.
    #[serde(flatten)]
    pub line: ItemLine,
    /// Where it lay before, in words.
    pub before: Option<String>,
    /// Where it lies now, in words.
    pub now: String,
    /// Why this is a claim only, if it is.
    pub claim: Option<String>,
}

/// Which hold is put on or taken off an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Hold {
    /// It is evidence.
    Evidence,
    /// A trace is pending.
    Trace,
}

impl Hold {
    /// The hold of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.trim().to_ascii_lowercase().as_str() {
            "evidence" | "evidence_hold" => Some(Self::Evidence),
            "trace" | "trace_pending" => Some(Self::Trace),
            _ => None,
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Evidence => "evidence_hold",
            Self::Trace => "trace_pending",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Evidence => "evidence hold",
            Self::Trace => "hold for a trace",
        }
    }
}

/// One step of a chain of custody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct StepView {
    /// What happened, a code of `custody_event`.
    pub event: String,
    /// The same in words.
    pub meaning: String,
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
    /// Where it lay before, in words.
    pub before: Option<String>,
    /// Where it lies after, in words; none on the road, in nobody's store, or at its end.
    pub after: Option<String>,
    /// Rack.
    pub rack: Option<String>,
    /// Box.
    pub box_name: Option<String>,
    /// Who gave it, in words.
    pub from: Option<String>,
    /// Who took it, in words.
    pub to: Option<String>,
    /// Seal.
    pub seal: Option<String>,
    /// How many there are after it.
    pub quantity: i64,
    /// How many were destroyed, lost or taken out by it.
    pub taken: i64,
    /// Why.
    pub reason: Option<String>,
    /// What was out of order.
    pub exception: Option<String>,
    /// Authority and reference.
    pub authority: Option<String>,
    /// The hand-over in which it happened.
    pub handover: Option<String>,
    /// Who said it; none where the record alone tells it.
    pub by: Option<Sayer>,
    /// For how long nobody's store held it before this step, ms, where it was on the road or unaccounted for.
    pub gap_ms: Option<i64>,
}

/// The chain of custody of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct ChainView {
    /// The item.
    #[serde(flatten)]
    pub line: ItemLine,
    /// Its status.
    pub status: Option<String>,
    /// Where it lies now, in words.
    pub now: Option<String>,
    /// Whether it is held as evidence.
    pub evidence_hold: bool,
    /// Whether a trace is pending.
    pub trace_pending: bool,
    /// Whether it is under joint control.
    pub temporary: bool,
    /// The steps that count, in the order of time.
    pub steps: Vec<StepView>,
    /// What was said of its custody and does not count, with why.
    pub claims: Vec<Sayer>,
    /// What is out of order in the chain, in sentences.
    pub gaps: Vec<String>,
}

/// A store place in words.
pub(super) fn words(place: &StorePlace) -> String {
    place_words(Some(&place.site), Some(&place.store), None).unwrap_or_default()
}

/// An item lies here from now: the event, and the fields that repeat it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lies<'a> {
    pub event: &'a str,
    pub site: Option<&'a str>,
    pub store: Option<&'a str>,
    pub rack: Option<&'a str>,
    pub box_name: Option<&'a str>,
}

/// What begins the chain of an item that has none yet: it lay where its record says. Else a later event would be the first that is known of
/// it, and its store would never have had it.
pub(super) fn beginning(seen: &Seen, record: &ItemRecord) -> Option<Edit> {
    let told = record.custody.iter().any(|event| event.is_live() && event.site.is_some());
    let site = record.site.clone().filter(|site| !told && !site.trim().is_empty())?;
    let recorded_ms = seen.recorded_ms();
    let at_ms = record.collected_at.filter(|at| *at <= recorded_ms).unwrap_or(recorded_ms);
    let event = Says::default()
        .with("event", "received")
        .with("at", at_ms)
        .with("site", site)
        .with("reason", "as recorded")
        .maybe("store", record.store.clone());
    Some(event.add("custody"))
}

impl Lies<'_> {
    /// What is said on the item; `more` is said of the event beside its place.
    pub(super) fn edits(self, seen: &Seen, at_ms: i64, more: Says) -> Vec<Edit> {
        let event = more
            .with("event", self.event)
            .with("at", at_ms)
            .maybe("site", self.site)
            .maybe("store", self.store)
            .maybe("rack", self.rack)
            .maybe("box", self.box_name);
        let field = |value: Option<&str>| value.filter(|v| !v.trim().is_empty()).map_or(Value::Null, Value::from);
        let place = Says::default()
            .with("site", field(self.site))
            .with("store", field(self.store))
            .with("rack", field(self.rack))
            .with("box", field(self.box_name));
        let mut edits: Vec<Edit> = beginning(seen, &ItemRecord::read(&seen.content())).into_iter().collect();
        edits.push(event.add("custody"));
        edits.extend(place.news(seen));
        edits
    }
}

impl Tablet {
    /// Puts items into a store: an event of custody on each, and where it lies.
    pub fn store_items(&self, placing: Placing, progress: Progress) -> Result<Vec<Placed>> {
        let site = placing.site.as_deref().unwrap_or_default();
        needed(site, "custody.no_site", "the site", "Name it with --site.")?;
        needed(placing.store.as_deref().unwrap_or_default(), "custody.no_store", "the store", "Name it with --in.")?;
        self.place(placing, "stored", progress)
    }

    /// Moves items to another store, rack or box. What is not named stays as it is.
    pub fn move_items(&self, placing: Placing, progress: Progress) -> Result<Vec<Placed>> {
        if [&placing.site, &placing.store, &placing.rack, &placing.box_name].iter().all(|part| part.is_none()) {
            let hint = "Say where to: --site, --in, --rack, --box.";
            return Err(refused("custody.nowhere", "it is not said where to", hint));
        }
        self.place(placing, "moved", progress)
    }

    fn place(&self, placing: Placing, event: &str, progress: Progress) -> Result<Vec<Placed>> {
        self.deed(placing.as_claim, |deed| {
            let mut done = Vec::new();
            for (_, seen) in deed.items(&placing.items)? {
                done.push(place_one(deed, &placing, event, &seen)?);
                advanced(&progress, done.len());
            }
            Ok(done)
        })
    }

    /// Puts a hold on an item or takes it off, with the reason as a note.
    pub fn hold(&self, item: &str, hold: Hold, on: bool, reason: &str, as_claim: bool) -> Result<ItemLine> {
        needed(reason, "edit.no_reason", "the reason", "Say why in a few words: --reason.")?;
        self.deed(as_claim, |deed| {
            let seen = deed.item(item)?;
            if on == seen.any_yes(hold.path()) && !seen.differs(hold.path(), &Value::Bool(on)) {
                let message = format!("the {} is {} already", hold.words(), if on { "on" } else { "off" });
                return Err(refused("hold.already", message, "There is nothing to do."));
            }
            let note = format!("{} {}: {}", hold.words(), if on { "on" } else { "off" }, reason.trim());
            let mut edits = Says::default().with(hold.path(), on).sets();
            edits.push(Says::default().with("text", note).add("notes"));
            deed.say(&seen.id, edits)?;
            Ok(ItemLine::of(&seen.id, &ItemRecord::read(&seen.content())))
        })
    }

    /// The chain of custody of an item, as it counts on this device.
    pub fn custody(&self, item: &str) -> Result<ChainView> {
        let mut engine = self.engine();
        engine.refresh_authority()?;
        let now_ms = self.platform.now_ms()?;
        let id = find::item(engine.store.read(), item).map_err(only_looked)?;
        let seen =
            crate::engine::deed::see(engine.store.read(), &id, engine.session.as_ref(), &engine.authority, now_ms)?;
        let (kept, folded) = engine.load(&id)?;
        let reading = Reading::new(&engine, folded, &kept, now_ms);
        let record = ItemRecord::read(&seen.content());
        let chain = steps(&record, seen.recorded_ms());
        let mut views: Vec<StepView> = Vec::with_capacity(chain.len());
        let mut gaps = Vec::new();
        for step in &chain {
            let said = record.custody.iter().find(|said| said.key == step.key);
            let by = kept.iter().map(|k| k.statement.hash).find(|hash| stem_of(&step.key, &hash.to_string()));
            let gap_ms = views
                .last()
                .filter(|last| step.before.is_none() && !matches!(last.event.as_str(), "destroyed" | "left"))
                .map(|last| step.at_ms - last.at_ms);
            if let Some(message) = out_of_order(said, step, views.last()) {
                gaps.push(message);
            }
            let text = |read: fn(&CustodyRecord) -> &Option<String>| said.and_then(|said| read(said).clone());
            views.push(StepView {
                event: step.event.clone(),
                meaning: CUSTODY_EVENT.label(&step.event).unwrap_or(&step.event).to_owned(),
                at_ms: step.at_ms,
                before: step.before.as_ref().map(words),
                after: step.after.as_ref().map(words),
                rack: text(|c| &c.rack),
                box_name: text(|c| &c.box_name),
                from: text(|c| &c.from),
                to: text(|c| &c.to),
                seal: text(|c| &c.seal),
                quantity: step.quantity,
                taken: step.taken,
                reason: text(|c| &c.reason),
                exception: text(|c| &c.exception),
                authority: text(|c| &c.authority),
                handover: step.handover.map(|id| id.to_string()),
                by: by.and_then(|hash| reading.sayer(&hash)),
                gap_ms,
            });
        }
        let about_custody = |entry: &ploughshare_core::entry::Entry| {
            entry.edits.iter().any(|edit| matches!(edit, Edit::Add { set, .. } if set == "custody"))
        };
        let claims = kept.iter().filter(|k| about_custody(&k.statement.entry));
        let claims = claims.filter_map(|k| reading.sayer(&k.statement.hash)).filter(|sayer| !sayer.counts).collect();
        Ok(ChainView {
            line: ItemLine::of(&id, &record),
            status: record.status.clone(),
            now: chain.last().and_then(|step| step.after.as_ref()).map(words),
            evidence_hold: seen.any_yes("evidence_hold"),
            trace_pending: seen.any_yes("trace_pending"),
            temporary: seen.any_yes("temporary"),
            steps: views,
            claims,
            gaps,
        })
    }
}

/// Nothing was meant to be saved.
pub(super) fn only_looked(mut error: TabletError) -> TabletError {
    error.hint = error.hint.replace("Nothing was saved. ", "");
    error
}

/// Whether a member's key comes from the entry of this hash.
fn stem_of(key: &str, hash: &str) -> bool {
    key.split_once('.').is_some_and(|(stem, _)| hash.starts_with(stem))
}

fn out_of_order(
    said: Option<&CustodyRecord>,
    step: &ploughshare_core::custody::Step,
    last: Option<&StepView>,
) -> Option<String> {
    let last = last?;
    let on_the_road = last.event == "loaded";
    if step.event == "loaded" && on_the_road {
        return Some("It was loaded twice without having been received in between.".to_owned());
    }
    if step.event == "received" && step.handover.is_some() && !on_the_road && last.event != "handed_over" {
        return Some("It was received from a transport on which nobody loaded it.".to_owned());
    }
    let named = said.and_then(|said| said.from.as_deref());
    match (named, &last.after) {
        (Some(from), Some(lay)) if step.event == "moved" && from != lay => {
            Some(format!("It was moved from {from}, but lay in {lay}."))
        }
        _ => None,
    }
}

fn place_one(deed: &mut Deed<'_>, placing: &Placing, event: &str, seen: &Seen) -> Result<Placed> {
    let record = ItemRecord::read(&seen.content());
    let chain = steps(&record, seen.recorded_ms());
    let before = chain.last().and_then(|step| step.after.clone());
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let site = given(&placing.site).or_else(|| record.site.clone());
    let stays = site == record.site;
    let store = given(&placing.store).or_else(|| record.store.clone().filter(|_| stays));
    let same_store = stays && store == record.store;
    let rack = given(&placing.rack).or_else(|| record.rack.clone().filter(|_| same_store && event == "moved"));
    let same_rack = same_store && rack == record.rack;
    let box_name =
        given(&placing.box_name).or_else(|| record.box_name.clone().filter(|_| same_rack && event == "moved"));
    let Some(site) = site else {
        return Err(refused("custody.no_site", "nobody said at which site it is", "Name it with --site."));
    };
    let more = Says::default()
        .maybe("from", before.as_ref().map(words))
        .maybe("reason", placing.reason.clone())
        .maybe("seal", placing.seal.clone());
    let lies = Lies {
        event,
        site: Some(&site),
        store: store.as_deref(),
        rack: rack.as_deref(),
        box_name: box_name.as_deref(),
    };
    let mut edits = lies.edits(seen, placing.at_ms.unwrap_or(deed.now_ms), more);
    // Where it lies says nothing against what is meant to become of it.
    let settled =
        matches!(record.status.as_deref(), Some("marked_retained" | "scheduled_for_destruction" | "evidence_hold"));
    if !settled {
        edits.extend(Says::default().with("status", "stored").news(seen));
    }
    deed.say(&seen.id, edits)?;
    let now = [Some(site), store, rack.map(|r| format!("rack {r}")), box_name.map(|b| format!("box {b}"))];
    Ok(Placed {
        line: ItemLine::of(&seen.id, &record),
        before: before.as_ref().map(words),
        now: now.into_iter().flatten().collect::<Vec<_>>().join(" / "),
        claim: deed.claimed.get(&seen.id).map(ToString::to_string),
    })
}
