//! Scanning at loading and at receipt: a line a tag, as a bar-code scanner types them. Each line gets its answer at once.

use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::procedures::{HandoverRecord, LoadedRecord, ReceivedRecord};
use ploughshare_core::edit::Edit;
use ploughshare_core::handover::{Way, at_loading, at_receipt, items};
use ploughshare_core::ids::{DocId, OfficerId};
use serde::Serialize;

use super::super::custody::{Lies, beginning};
use super::super::find;
use super::super::{ItemLine, Line, Progress, advanced, code, lines, officer_value, place_words, refused};
use super::{ENDED, keys, open};
use crate::engine::Tablet;
use crate::engine::deed::{Deed, Says, Seen, id_value};
use crate::store::Result;

/// What became of one scanned line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct ScanView {
    /// As it was scanned.
    pub scanned: String,
    /// `ok`, `not_on_manifest`, `not_loaded`, `twice`, `unknown`, `ambiguous`, `ended`.
    pub outcome: String,
    /// Whether it was written down.
    pub saved: bool,
    /// The item, where it is known here.
    pub item: Option<ItemLine>,
    /// What is out of order, in words.
    pub message: Option<String>,
}

impl ScanView {
    fn new(line: &Line, outcome: &str, saved: bool, item: Option<ItemLine>, message: Option<&str>) -> Self {
        let (scanned, outcome) = (line.named.clone(), outcome.to_owned());
        Self { scanned, outcome, saved, item, message: message.map(str::to_owned) }
    }
}

/// What holds for all that is scanned at a receipt.
#[derive(Debug, Clone, Default, uniffi::Record)]
pub struct ReceiptOptions {
    /// Rack in which it comes to lie.
    #[uniffi(default)]
    pub rack: Option<String>,
    /// Box in which it comes to lie.
    #[uniffi(default)]
    pub box_name: Option<String>,
    /// Condition, a code of `condition`.
    #[uniffi(default)]
    pub condition: Option<String>,
    /// What is out of order with all of it.
    #[uniffi(default)]
    pub exception: Option<String>,
    /// Whether the receipt ends, also where something is missing.
    #[uniffi(default)]
    pub close: bool,
    /// Whether to say it also where it will be a claim only.
    #[uniffi(default)]
    pub as_claim: bool,
}

/// What a scanned line names.
enum Named {
    Item(Box<Seen>),
    Unknown,
    /// Several items bear that name.
    Several(String),
}

/// Items found by their names, unknown ones included.
fn found(deed: &Deed<'_>, record: &HandoverRecord, texts: &[String]) -> Result<Vec<(Line, Named)>> {
    let listed: Vec<DocId> = items(record).into_iter().collect();
    let mut all = Vec::new();
    for line in lines(texts) {
        let named = match find::item_of(&deed.tx, &line.named, &listed) {
            Ok(id) => Named::Item(Box::new(deed.see(&id)?)),
            Err(error) if error.code == "item.unknown" => Named::Unknown,
            Err(error) if error.code == "item.ambiguous" => Named::Several(error.message),
            Err(error) => return Err(error),
        };
        all.push((line, named));
    }
    Ok(all)
}

impl Tablet {
    /// Scans what is loaded. What is not on the manifest is told and not loaded; nothing is loaded twice.
    pub fn handover_load(
        &self,
        handover: &str,
        scans: &[String],
        box_name: Option<&str>,
        as_claim: bool,
        progress: Progress,
    ) -> Result<Vec<ScanView>> {
        self.deed(as_claim, |deed| {
            let (seen, record) = open(deed, handover, &["planned", "loaded"])?;
            let mut loaded: Vec<DocId> = record.loaded.iter().filter(|l| l.is_live()).filter_map(|l| l.item).collect();
            let (mut views, mut edits) = (Vec::new(), Vec::new());
            for (line, named) in found(deed, &record, scans)? {
                views.push(match named {
                    Named::Item(thing) => {
                        load_one(deed, &seen, &record, &line, &thing, &mut loaded, box_name, &mut edits)?
                    }
                    Named::Unknown => ScanView::new(&line, "unknown", false, None, Some("no item here bears this tag")),
                    Named::Several(message) => ScanView::new(&line, "ambiguous", false, None, Some(&message)),
                });
                advanced(&progress, views.len());
            }
            if !edits.is_empty() {
                deed.scanned(&seen.id, edits)?;
                let now = HandoverRecord::read(&deed.see(&seen.id)?.content());
                if at_loading(&now).is_empty() && now.state.as_deref() == Some("planned") {
                    deed.say(&seen.id, Says::default().with("state", "loaded").sets())?;
                }
            }
            Ok(views)
        })
    }

    /// Scans what is received. All that is really there is written down, what was not expected with its exception; on each item it is said
    /// that it was received. With `close`, or when nothing is missing, the receipt ends.
    pub fn handover_receive(
        &self,
        handover: &str,
        scans: &[String],
        options: &ReceiptOptions,
        progress: Progress,
    ) -> Result<Vec<ScanView>> {
        self.deed(options.as_claim, |deed| {
            // From hand to hand nothing is loaded, and what was loaded in a hurry may arrive before anybody said that it left.
            let (seen, record) = open(deed, handover, &["planned", "loaded", "under_way"])?;
            let manner = record.manner.as_deref().unwrap_or_default();
            if manner == "transport" && record.loaded.iter().all(|l| !l.is_live()) && record.lines.is_empty() {
                return Err(refused(
                    "handover.nothing_listed",
                    "the manifest is empty",
                    "Nothing can be received of it.",
                ));
            }
            let mut received: Vec<DocId> =
                record.received.iter().filter(|r| r.is_live()).filter_map(|r| r.item).collect();
            let (mut views, mut edits) = (Vec::new(), Vec::new());
            keys::agreed(deed, &record, &seen.id)?;
            let receipt = Receipt { handover: &seen, record: &record, options };
            for (line, named) in found(deed, &record, scans)? {
                views.push(match named {
                    Named::Item(thing) => receipt.one(deed, &line, Some(&thing), &mut received, &mut edits)?,
                    Named::Unknown => receipt.one(deed, &line, None, &mut received, &mut edits)?,
                    Named::Several(message) => ScanView::new(&line, "ambiguous", false, None, Some(&message)),
                });
                advanced(&progress, views.len());
            }
            if record.arrived_at.is_none() && (!edits.is_empty() || options.close) {
                edits.extend(Says::default().with("arrived_at", deed.now_ms).sets());
            }
            if record.receiver.is_none() && (!edits.is_empty() || options.close) {
                edits.extend(Says::default().with("receiver", officer_value(&deed.officer)).sets());
            }
            if !edits.is_empty() {
                deed.scanned(&seen.id, edits)?;
            }
            let now = HandoverRecord::read(&deed.see(&seen.id)?.content());
            let missing = at_receipt(&now).iter().any(|difference| difference.way == Way::Missing);
            if options.close || (!missing && now.received.iter().any(ReceivedRecord::is_live)) {
                deed.say(&seen.id, Says::default().with("state", "received").sets())?;
            }
            Ok(views)
        })
    }
}

#[expect(clippy::too_many_arguments, reason = "one line of one loading")]
fn load_one(
    deed: &mut Deed<'_>,
    handover: &Seen,
    record: &HandoverRecord,
    line: &Line,
    thing: &Seen,
    loaded: &mut Vec<DocId>,
    box_name: Option<&str>,
    edits: &mut Vec<Edit>,
) -> Result<ScanView> {
    let item = ItemRecord::read(&thing.content());
    let shown = Some(ItemLine::of(&thing.id, &item));
    let Some(listed) = record.lines.iter().find(|l| l.is_live() && l.item == Some(thing.id)) else {
        let message = "it is not on the manifest: take it off the vehicle, or `handover add` it";
        return Ok(ScanView::new(line, "not_on_manifest", false, shown, Some(message)));
    };
    if loaded.contains(&thing.id) {
        return Ok(ScanView::new(line, "twice", false, shown, Some("it was scanned before")));
    }
    if item.status.as_deref().is_some_and(|status| ENDED.contains(&status)) {
        return Ok(ScanView::new(line, "ended", false, shown, Some("its record says that it is destroyed or gone")));
    }
    loaded.push(thing.id);
    let quantity = if item.is_ammunition() { line.quantity()?.or(listed.quantity) } else { None };
    let box_name = box_name.map(str::to_owned).or_else(|| listed.box_name.clone());
    let scan = Says::default()
        .with("item", id_value(&thing.id))
        .with("at", deed.now_ms)
        .maybe("tag", item.tag.clone())
        .maybe("box", box_name.clone())
        .maybe("quantity", quantity);
    edits.push(scan.add("loaded"));
    let event = Says::default()
        .with("event", "loaded")
        .with("at", deed.now_ms)
        .with("handover", id_value(&handover.id))
        .maybe(
            "from",
            place_words(record.from_site.as_deref(), record.from_store.as_deref(), record.from_body.as_deref()),
        )
        .maybe("to", place_words(record.to_site.as_deref(), record.to_store.as_deref(), record.to_body.as_deref()))
        .maybe("box", box_name);
    let mut said: Vec<Edit> = beginning(thing, &item).into_iter().collect();
    said.push(event.add("custody"));
    said.extend(Says::default().with("status", "in_transit").news(thing));
    deed.say(&thing.id, said)?;
    Ok(ScanView::new(line, "ok", true, shown, None))
}

/// One receipt under way.
struct Receipt<'a> {
    handover: &'a Seen,
    record: &'a HandoverRecord,
    options: &'a ReceiptOptions,
}

impl Receipt<'_> {
    fn one(
        &self,
        deed: &mut Deed<'_>,
        line: &Line,
        thing: Option<&Seen>,
        received: &mut Vec<DocId>,
        edits: &mut Vec<Edit>,
    ) -> Result<ScanView> {
        let condition =
            self.options.condition.as_deref().map(|c| code("handover", "received/*/condition", c)).transpose()?;
        let scan = Says::default()
            .with("at", deed.now_ms)
            .maybe("box", self.options.box_name.clone())
            .maybe("condition", condition);
        let Some(thing) = thing else {
            let again = self.record.received.iter().any(|r| r.is_live() && r.tag.as_deref() == Some(&line.named));
            if again {
                return Ok(ScanView::new(line, "twice", false, None, Some("it was scanned before")));
            }
            let message = "no item here bears this tag; it is written down as received all the same";
            let scan = scan.with("tag", line.named.chars().take(64).collect::<String>());
            edits.push(scan.with("exception", "not known on the receiving device").add("received"));
            return Ok(ScanView::new(line, "unknown", true, None, Some(message)));
        };
        let item = ItemRecord::read(&thing.content());
        let shown = Some(ItemLine::of(&thing.id, &item));
        if received.contains(&thing.id) {
            return Ok(ScanView::new(line, "twice", false, shown, Some("it was scanned before")));
        }
        received.push(thing.id);
        let listed = self.record.lines.iter().find(|l| l.is_live() && l.item == Some(thing.id));
        let loaded = self.record.loaded.iter().find(|l| l.is_live() && l.item == Some(thing.id));
        let any_loaded = self.record.loaded.iter().any(LoadedRecord::is_live);
        let sent = loaded.and_then(|l| l.quantity).or_else(|| listed.and_then(|l| l.quantity));
        let quantity = if item.is_ammunition() { line.quantity()?.or(sent) } else { None };
        let (outcome, mut message) = match (listed, loaded) {
            (None, None) => {
                ("not_on_manifest", Some("it is not on the manifest; it is written down as surplus".to_owned()))
            }
            (_, None) if any_loaded => ("not_loaded", Some("nobody scanned it at loading".to_owned())),
            _ => ("ok", None),
        };
        if let (Some(sent), Some(quantity)) = (sent, quantity)
            && sent != quantity
        {
            message = Some(format!("{quantity} were received, {sent} were sent"));
        }
        let exceptions = [message.clone(), self.options.exception.clone()].into_iter().flatten().collect::<Vec<_>>();
        let exception = (!exceptions.is_empty()).then(|| exceptions.join("; "));
        let scan = scan.with("item", id_value(&thing.id)).maybe("tag", item.tag.clone()).maybe("quantity", quantity);
        edits.push(scan.maybe("exception", exception.clone()).add("received"));
        // What came to its end does not live again because its tag turns up; the receipt says that it was there.
        if item.status.as_deref().is_some_and(|status| ENDED.contains(&status)) {
            let message = "its record says that it is destroyed or gone: tell the registrar at once";
            return Ok(ScanView::new(line, "ended", true, shown, Some(message)));
        }
        let counted = quantity.filter(|quantity| sent.is_some_and(|sent| sent != *quantity));
        deed.say(&thing.id, self.on_item(thing, deed.now_ms, counted, exception))?;
        Ok(ScanView::new(line, outcome, true, shown, message.as_deref()))
    }

    /// What the receipt means for the item.
    fn on_item(&self, thing: &Seen, at_ms: i64, counted: Option<i64>, exception: Option<String>) -> Vec<Edit> {
        let record = self.record;
        let from = place_words(record.from_site.as_deref(), record.from_store.as_deref(), record.from_body.as_deref());
        let to = place_words(record.to_site.as_deref(), record.to_store.as_deref(), record.to_body.as_deref());
        let more = Says::default()
            .with("handover", id_value(&self.handover.id))
            .maybe("from", from)
            .maybe("to", to)
            .maybe("exception", exception)
            .maybe("quantity", counted);
        let authority =
            [record.authority.clone(), record.authorisation.clone()].into_iter().flatten().collect::<Vec<_>>();
        let authority = (!authority.is_empty()).then(|| authority.join(", "));
        if record.manner.as_deref() == Some("return") {
            let event = more.with("event", "returned").with("at", at_ms).maybe("authority", authority);
            let mut edits: Vec<Edit> = beginning(thing, &ItemRecord::read(&thing.content())).into_iter().collect();
            edits.push(event.add("custody"));
            edits.extend(Says::default().with("status", "returned_to_owner").news(thing));
            return edits;
        }
        let joint = record.manner.as_deref() == Some("temporary");
        let [one, other] = [&record.key_body_a, &record.key_body_b].map(|body| body.as_deref().unwrap_or_default());
        let reason = joint.then(|| format!("under joint control of {one} and {other}"));
        let lies = Lies {
            event: "received",
            site: record.to_site.as_deref(),
            store: record.to_store.as_deref(),
            rack: self.options.rack.as_deref(),
            box_name: self.options.box_name.as_deref(),
        };
        let mut edits = lies.edits(thing, at_ms, more.maybe("authority", authority).maybe("reason", reason));
        edits.extend(Says::default().with("status", "stored").news(thing));
        if joint {
            let holder = |officer: &Option<OfficerId>| officer.as_ref().map(officer_value);
            let says = Says::default()
                .with("temporary", true)
                .maybe("key_holder_a", holder(&record.key_holder_a))
                .maybe("key_holder_b", holder(&record.key_holder_b));
            edits.extend(says.news(thing));
        }
        edits
    }
}
