//! Hand-overs: the manifest, loading, seals, departure, receipt, and what differs. What it means for an item (loaded, received, returned)
//! is said on the item in the same transaction.

mod scan;
mod view;

use ploughshare_core::cbor::Value;
use ploughshare_core::domain::draft::DraftMember;
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::procedures::HandoverRecord;
use ploughshare_core::edit::Edit;
use ploughshare_core::handover::at_loading;

use super::{Line, RefusedItem, code, needed, officer_value, on_hand, place_words, refused};
use crate::engine::Tablet;
use crate::engine::deed::{Deed, Says, Seen, id_value, short};
use crate::error::TabletError;
use crate::store::Result;

pub use scan::{ReceiptOptions, ScanView};
pub use view::{DiffView, HandoverView};

use super::custody::Lies;

/// A hand-over that is to be written.
#[derive(Debug, Clone, Default)]
pub struct NewHandover {
    /// Manner, a code of `handover_manner`.
    pub manner: String,
    /// What is carried, a code of `cargo`.
    pub cargo: String,
    /// Number, as the papers name it.
    pub number: Option<String>,
    /// Site that gives.
    pub from_site: Option<String>,
    /// Store that gives.
    pub from_store: Option<String>,
    /// Body that gives, where it is no store of the programme.
    pub from_body: Option<String>,
    /// Site that receives.
    pub to_site: Option<String>,
    /// Store that receives.
    pub to_store: Option<String>,
    /// Body that receives, where it is no store of the programme.
    pub to_body: Option<String>,
    /// Vehicle.
    pub vehicle: Option<String>,
    /// Escort.
    pub escort: Option<String>,
    /// Authority that allowed it.
    pub authority: Option<String>,
    /// Number of the authorisation.
    pub authorisation: Option<String>,
    /// First holder of a key, under joint control.
    pub key_body_a: Option<String>,
    /// Second holder of a key.
    pub key_body_b: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Numbers of seals put on.
    pub seals: Vec<String>,
    /// The items: a tag, mark or id each; beside an ammunition lot its quantity may stand, `TAG,QUANTITY`.
    pub items: Vec<String>,
    /// Whether to say it also where it will be a claim only.
    pub as_claim: bool,
}

/// A seal as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealSeen {
    /// Its number.
    pub number: String,
    /// Box that it closes.
    pub box_name: Option<String>,
    /// State, a code of `seal_state`.
    pub state: String,
}

/// States in which an item goes nowhere any more.
pub(super) const ENDED: &[&str] = &[
    "destroyed",
    "transferred_to_state",
    "deactivated",
    "exported_returned",
    "disposed_other",
    "returned_to_owner",
    "lost",
    "stolen",
];

impl NewHandover {
    fn check(&self) -> Result<()> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let from = place_words(self.from_site.as_deref(), self.from_store.as_deref(), self.from_body.as_deref());
        let to = place_words(self.to_site.as_deref(), self.to_store.as_deref(), self.to_body.as_deref());
        needed(
            &from.unwrap_or_default(),
            "handover.no_from",
            "who gives",
            "Say it with --from-site and --from-store.",
        )?;
        needed(&to.unwrap_or_default(), "handover.no_to", "who receives", "Say it with --to-site and --to-store.")?;
        if self.manner == "temporary" {
            let hint = "Name the two bodies that hold a key each: --key-a and --key-b.";
            needed(&text(&self.key_body_a), "handover.no_key_bodies", "the first holder of a key", hint)?;
            needed(&text(&self.key_body_b), "handover.no_key_bodies", "the second holder of a key", hint)?;
            if text(&self.key_body_a).trim().eq_ignore_ascii_case(text(&self.key_body_b).trim()) {
                return Err(refused("handover.one_key_body", "one body holds both keys", hint));
            }
        }
        if self.manner == "return" {
            let hint = "A return needs --authority and --authorisation.";
            needed(&text(&self.authority), "handover.no_authorisation", "the authority that allows the return", hint)?;
            needed(&text(&self.authorisation), "handover.no_authorisation", "the number of the authorisation", hint)?;
        }
        Ok(())
    }
}

/// Why an item cannot go on this manifest.
fn obstacle(manner: &str, seen: &Seen, record: &ItemRecord) -> Option<(&'static str, &'static str)> {
    if record.status.as_deref().is_some_and(|status| ENDED.contains(&status)) {
        return Some(("handover.ended", "it is destroyed, lost, or gone from the programme"));
    }
    if manner == "return" && !seen.any_yes("temporary") {
        return Some(("handover.not_temporary", "it was not handed over temporarily; only that is returned"));
    }
    if manner == "return" && seen.any_yes("evidence_hold") {
        return Some(("handover.evidence_hold", "it is held as evidence"));
    }
    if manner == "return" && seen.any_yes("trace_pending") {
        return Some(("handover.trace_pending", "a trace of it is pending"));
    }
    None
}

/// Weapons and ammunition go in different shipments (IDDRS 4.10 section 7).
fn cargo_fits(cargo: &str, line: &Line, record: &ItemRecord) -> Result<()> {
    if (cargo == "ammunition") == record.is_ammunition() {
        return Ok(());
    }
    let is = if record.is_ammunition() { "ammunition" } else { "a weapon or part" };
    let message = format!("{} is {is}, and this manifest is of {cargo}", line.named);
    Err(refused("handover.mixed_cargo", message, "Weapons and ammunition never travel together: write two manifests."))
}

impl Tablet {
    /// Writes a hand-over with its manifest. Items that cannot go are refused one by one; a mixed cargo is refused as a whole.
    pub fn handover_new(&self, new: NewHandover) -> Result<HandoverView> {
        let manner = code("handover", "manner", &new.manner)?;
        let cargo = code("handover", "cargo", &new.cargo)?;
        let new = NewHandover { manner, cargo, ..new };
        new.check()?;
        let (id, refusals) = self.deed(new.as_claim, |deed| {
            let mut draft = Says::default()
                .with("manner", new.manner.as_str())
                .with("cargo", new.cargo.as_str())
                .with("state", "planned")
                .maybe("number", new.number.clone())
                .maybe("from_site", new.from_site.clone())
                .maybe("from_store", new.from_store.clone())
                .maybe("from_body", new.from_body.clone())
                .maybe("to_site", new.to_site.clone())
                .maybe("to_store", new.to_store.clone())
                .maybe("to_body", new.to_body.clone())
                .maybe("vehicle", new.vehicle.clone())
                .maybe("escort", new.escort.clone())
                .maybe("authority", new.authority.clone())
                .maybe("authorisation", new.authorisation.clone())
                .maybe("key_body_a", new.key_body_a.clone())
                .maybe("key_body_b", new.key_body_b.clone())
                .maybe("reason", new.reason.clone())
                .draft("handover");
            let (members, refusals) = manifest(deed, &new.manner, &new.cargo, &new.items)?;
            draft.members = members;
            for number in &new.seals {
                let seal =
                    Says::default().with("number", number.as_str()).with("state", "applied").with("at", deed.now_ms);
                draft
                    .members
                    .push(DraftMember { set: "seals".to_owned(), fields: seal.fields().into_iter().collect() });
            }
            Ok((deed.create(draft)?, refusals))
        })?;
        let mut view = self.handover(&id.to_string())?;
        view.refused = refusals;
        Ok(view)
    }

    /// Puts items on the manifest of a hand-over that has not departed.
    pub fn handover_add(&self, handover: &str, items: &[String], as_claim: bool) -> Result<HandoverView> {
        let refusals = self.deed(as_claim, |deed| {
            let (seen, record) = open(deed, handover, &["planned", "loaded"])?;
            let (manner, cargo) = (record.manner.clone().unwrap_or_default(), record.cargo.clone().unwrap_or_default());
            let (members, refusals) = manifest(deed, &manner, &cargo, items)?;
            let there = |member: &DraftMember| {
                let item = member.fields.get("item").and_then(Value::as_bytes);
                record.lines.iter().any(|line| line.is_live() && line.item.map(|id| id.to_vec()).as_deref() == item)
            };
            let add = |member: DraftMember| Edit::Add { set: member.set, fields: member.fields.into_iter().collect() };
            let edits: Vec<Edit> = members.into_iter().filter(|member| !there(member)).map(add).collect();
            deed.say(&seen.id, edits)?;
            Ok(refusals)
        })?;
        let mut view = self.handover(handover)?;
        view.refused = refusals;
        Ok(view)
    }

    /// Writes seals down: put on, or as they were found.
    pub fn handover_seal(&self, handover: &str, seals: &[SealSeen], as_claim: bool) -> Result<HandoverView> {
        self.deed(as_claim, |deed| {
            let (seen, _) = open(deed, handover, &["planned", "loaded", "under_way", "received"])?;
            let mut edits = Vec::new();
            for seal in seals {
                needed(&seal.number, "handover.no_seal", "the number of the seal", "Give the numbers of the seals.")?;
                let state = code("handover", "seals/*/state", &seal.state)?;
                let says =
                    Says::default().with("number", seal.number.trim()).with("state", state).with("at", deed.now_ms);
                edits.push(says.maybe("box", seal.box_name.clone()).add("seals"));
            }
            deed.say(&seen.id, edits)
        })?;
        self.handover(handover)
    }

    /// It leaves. What was loaded must be what is on the manifest; where it is not, somebody says why.
    pub fn handover_depart(&self, handover: &str, short_because: Option<&str>, as_claim: bool) -> Result<HandoverView> {
        self.deed(as_claim, |deed| {
            let (seen, record) = open(deed, handover, &["planned", "loaded"])?;
            let differences = at_loading(&record);
            let said = short_because.map(str::trim).filter(|reason| !reason.is_empty());
            if !differences.is_empty() && said.is_none() {
                let message = match differences.len() {
                    1 => "what was loaded differs from the manifest in 1 line".to_owned(),
                    lines => format!("what was loaded differs from the manifest in {lines} lines"),
                };
                let hint = format!(
                    "See `fieldkit handover diff {}` and load what is missing; or say why it goes short: --short-because.",
                    short(&seen.id)
                );
                return Err(refused("handover.not_as_listed", message, &hint));
            }
            let mut edits = Says::default()
                .with("state", "under_way")
                .with("departed_at", deed.now_ms)
                .with("giver", officer_value(&deed.officer))
                .sets();
            if let Some(reason) = said {
                edits.push(Says::default().with("text", format!("Departed short: {reason}")).add("notes"));
            }
            deed.say(&seen.id, edits)
        })?;
        self.handover(handover)
    }

    /// It does not take place. What was loaded and not received lies again where it came from.
    pub fn handover_cancel(&self, handover: &str, reason: &str, as_claim: bool) -> Result<HandoverView> {
        needed(reason, "edit.no_reason", "the reason", "Say why in a few words: --reason.")?;
        self.deed(as_claim, |deed| {
            let (seen, record) = open(deed, handover, &["planned", "loaded", "under_way"])?;
            let received: Vec<_> = record.received.iter().filter(|r| r.is_live()).filter_map(|r| r.item).collect();
            let loaded = record.loaded.iter().filter(|l| l.is_live()).filter_map(|l| l.item);
            let mut back: Vec<_> = loaded.filter(|item| !received.contains(item)).collect();
            back.sort_unstable();
            back.dedup();
            for item in back {
                let thing = deed.see(&item)?;
                let lies = Lies {
                    event: "unloaded",
                    site: record.from_site.as_deref(),
                    store: record.from_store.as_deref(),
                    ..Lies::default()
                };
                let more = Says::default().with("handover", id_value(&seen.id)).with("reason", reason.trim());
                let mut edits = lies.edits(&thing, deed.now_ms, more);
                edits.extend(Says::default().with("status", "stored").news(&thing));
                deed.say(&item, edits)?;
            }
            let mut edits = Says::default().with("state", "cancelled").sets();
            edits.push(Says::default().with("text", format!("Cancelled: {}", reason.trim())).add("notes"));
            deed.say(&seen.id, edits)
        })?;
        self.handover(handover)
    }
}

/// A hand-over in one of these states.
fn open(deed: &Deed<'_>, handover: &str, states: &[&str]) -> Result<(Seen, HandoverRecord)> {
    let seen = deed.procedure("handover", handover)?;
    let record = HandoverRecord::read(&seen.content());
    let state = record.state.as_deref().unwrap_or("planned");
    if states.contains(&state) {
        return Ok((seen, record));
    }
    Err(wrong_state(&seen, state))
}

fn wrong_state(seen: &Seen, state: &str) -> TabletError {
    let message = format!("the hand-over {} is {}", short(&seen.id), state.replace('_', " "));
    let hint = format!("See `fieldkit handover show {}` for what comes next.", short(&seen.id));
    refused("handover.wrong_state", message, &hint)
}

/// The lines of a manifest, and what cannot go on it.
fn manifest(
    deed: &Deed<'_>,
    manner: &str,
    cargo: &str,
    items: &[String],
) -> Result<(Vec<DraftMember>, Vec<RefusedItem>)> {
    let (mut members, mut refusals) = (Vec::new(), Vec::new());
    for (line, seen) in deed.items(items)? {
        let record = ItemRecord::read(&seen.content());
        cargo_fits(cargo, &line, &record)?;
        if let Some((code, reason)) = obstacle(manner, &seen, &record) {
            let item = Some(seen.id.to_string());
            refusals.push(RefusedItem { named: line.named, item, code: code.to_owned(), reason: reason.to_owned() });
            continue;
        }
        let there = on_hand(&seen, &record);
        let quantity = record.is_ammunition().then_some(there);
        if let Some(asked) = line.quantity()?.filter(|asked| record.is_ammunition() && *asked != there) {
            let message = format!("{} holds {there}, and {asked} of it are to go", line.named);
            let hint =
                "A lot goes as a whole: take the part out first with `fieldkit split LOT --quantity N --reason …`.";
            return Err(refused("handover.part_of_lot", message, hint));
        }
        let says = Says::default()
            .with("item", id_value(&seen.id))
            .maybe("tag", record.tag.clone())
            .maybe("box", record.box_name.clone())
            .maybe("quantity", quantity);
        members.push(DraftMember { set: "lines".to_owned(), fields: says.fields().into_iter().collect() });
    }
    match refusals.first() {
        Some(first) if members.is_empty() => {
            let message = format!("none of these items can go: {} ({})", first.named, first.reason);
            Err(refused(&first.code, message, "Look at them with `fieldkit custody ITEM`."))
        }
        _ => Ok((members, refusals)),
    }
}
