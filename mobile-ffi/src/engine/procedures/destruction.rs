//! Destruction: the plan, the deed and the result, item by item (IDDRS 4.10 section 8). What may not be destroyed is refused with its
//! reason; nothing ends before planned = destroyed + rejected + withdrawn.

mod close;
mod obstacles;
mod results;
mod view;

use ploughshare_core::destruction::{DISCOURAGED, Fate, ItemOutcome, NEVER_FINAL_ALONE, outcome};
use ploughshare_core::domain::draft::DraftMember;
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::procedures::DestructionRecord;
use ploughshare_core::domain::serial::normalise;
use ploughshare_core::edit::Edit;
use ploughshare_core::ids::DocId;
use ploughshare_core::policy::PLAN_NEEDS_APPROVAL;
use serde::Serialize;

use super::find;
use super::{ItemLine, Progress, RefusedItem, advanced, code, lines, needed, officer_value, on_hand, refused};
use crate::engine::Tablet;
use crate::engine::deed::{Deed, Says, Seen, id_value, short};
use crate::error::TabletError;
use crate::store::Result;
use obstacles::obstacle;

pub use results::{ItemResult, PhotoHash, ScrapLeft};
pub use view::{DestructionItemView, DestructionView};

/// A destruction that is to be planned.
#[derive(Debug, Clone, Default, uniffi::Record)]
pub struct NewDestruction {
    /// Number, as the papers name it.
    #[uniffi(default)]
    pub number: Option<String>,
    /// Site.
    pub site: String,
    /// Name of the place.
    #[uniffi(default)]
    pub place_name: Option<String>,
    /// For when, ms since the Unix epoch.
    #[uniffi(default)]
    pub planned_for_ms: Option<i64>,
    /// Method, a code of `destruction_method`.
    pub method: String,
    /// Second process, a code of `destruction_method`.
    #[uniffi(default)]
    pub second_method: Option<String>,
    /// Why a discouraged method.
    #[uniffi(default)]
    pub override_reason: Option<String>,
    /// Authority that ordered it.
    pub authority: String,
    /// Number of the authorisation.
    pub authorisation: String,
    /// Third party that monitors.
    #[uniffi(default)]
    pub third_party: Option<String>,
    /// Operating procedure and version.
    #[uniffi(default)]
    pub sop: Option<String>,
    /// Risk assessment.
    #[uniffi(default)]
    pub risk_assessment: Option<String>,
    /// The items: tags, marks or ids; of a lot `TAG,QUANTITY` where not all of it is destroyed.
    #[uniffi(default)]
    pub items: Vec<String>,
    /// Whether to say it also where it will be a claim only.
    #[uniffi(default)]
    pub as_claim: bool,
}

/// A plan, and what was not taken onto it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct Planned {
    /// The destruction.
    pub destruction: DestructionView,
    /// How many items were put on the list now.
    pub added: u64,
    /// Items that may not be destroyed, with why.
    pub refused: Vec<RefusedItem>,
    /// What will stand in the way later, in sentences.
    pub warnings: Vec<String>,
}

/// What became of one scanned line of an identity check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct IdentityView {
    /// As it was scanned.
    pub scanned: String,
    /// `tag_and_serial`, `serial_only`, `tag_only`, `mismatch`; `not_planned`, `unknown` or `ambiguous` where it has no business here.
    pub identity: String,
    /// Whether it was written down.
    pub saved: bool,
    /// The item, where it is known here.
    pub item: Option<ItemLine>,
    /// What is out of order, in words.
    pub message: Option<String>,
}

/// A destruction in one of these states.
fn open(deed: &Deed<'_>, destruction: &str, states: &[&str]) -> Result<(Seen, DestructionRecord)> {
    let seen = deed.procedure("destruction", destruction)?;
    let record = DestructionRecord::read(&seen.content());
    let state = record.state.as_deref().unwrap_or("planned");
    if states.contains(&state) {
        return Ok((seen, record));
    }
    let message = format!("the destruction {} is {}", short(&seen.id), state.replace('_', " "));
    let hint = match state {
        "planned" => format!("Start it first: fieldkit destruction start {}", short(&seen.id)),
        _ => format!("See `fieldkit destruction show {}`.", short(&seen.id)),
    };
    Err(refused("destruction.wrong_state", message, &hint))
}

fn is_planned(record: &DestructionRecord, item: &DocId) -> bool {
    record.planned.iter().any(|planned| planned.is_live() && planned.item.as_ref() == Some(item))
}

/// Puts items on the list, each said on the item too; gives how many, those refused, and warnings.
fn listed(
    deed: &mut Deed<'_>,
    record: &DestructionRecord,
    items: &[String],
    progress: &Progress,
) -> Result<(Vec<DraftMember>, Vec<RefusedItem>, Vec<String>)> {
    let (mut members, mut refusals, mut own) = (Vec::new(), Vec::new(), 0);
    let mut named: Vec<DocId> = Vec::new();
    for (done, line) in lines(items).into_iter().enumerate() {
        let mut refuse = |item: Option<DocId>, code: &str, reason: String| {
            let item = item.map(|id| id.to_string());
            refusals.push(RefusedItem { named: line.named.clone(), item, code: code.to_owned(), reason });
        };
        advanced(progress, done + 1);
        let id = match find::item(&deed.tx, &line.named) {
            Ok(id) => id,
            Err(error) if error.code == "item.unknown" => {
                refuse(None, "destruction.unknown_item", "it is not known on this device".to_owned());
                continue;
            }
            Err(error) if error.code == "item.ambiguous" => {
                refuse(None, &error.code, error.message);
                continue;
            }
            Err(error) => return Err(error),
        };
        if named.contains(&id) || is_planned(record, &id) {
            refuse(Some(id), "destruction.twice", "it is on the list already".to_owned());
            continue;
        }
        let seen = deed.see(&id)?;
        let item = ItemRecord::read(&seen.content());
        if let Some((code, reason)) = obstacle(deed, &seen, &item)? {
            refuse(Some(id), code, reason);
            continue;
        }
        let there = on_hand(&seen, &item);
        let quantity = if item.is_ammunition() { Some(line.quantity()?.unwrap_or(there)) } else { None };
        if quantity.is_some_and(|quantity| quantity > there) {
            refuse(Some(id), "destruction.more_than_there", format!("only {there} of it are there"));
            continue;
        }
        named.push(id);
        own += usize::from(seen.statements.iter().any(|s| s.hash.document() == id && s.entry.officer == deed.officer));
        let says =
            Says::default().with("item", id_value(&id)).maybe("tag", item.tag.clone()).maybe("quantity", quantity);
        members.push(DraftMember { set: "planned".to_owned(), fields: says.fields().into_iter().collect() });
        let scheduled = Says::default().with("status", "scheduled_for_destruction").news(&seen);
        if !scheduled.is_empty() {
            deed.say(&id, scheduled)?;
        }
    }
    let mut warnings = Vec::new();
    if own > 0 {
        warnings.push(format!(
            "You recorded {own} of these items yourself: another supervisor has to carry out and close their destruction."
        ));
    }
    Ok((members, refusals, warnings))
}

impl NewDestruction {
    fn check(&self) -> Result<Self> {
        needed(&self.site, "custody.no_site", "the site", "Name it with --site.")?;
        let hint = "A destruction needs --authority and --authorisation.";
        needed(&self.authority, "destruction.no_authorisation", "the authority that ordered it", hint)?;
        needed(&self.authorisation, "destruction.no_authorisation", "the number of the authorisation", hint)?;
        let method = code("destruction", "method", &self.method)?;
        let second = self.second_method.as_deref().map(|m| code("destruction", "second_method", m)).transpose()?;
        if NEVER_FINAL_ALONE.contains(&method.as_str())
            && second.as_deref().is_none_or(|second| NEVER_FINAL_ALONE.contains(&second))
        {
            let message = format!("{method} alone never destroys: a second process is needed");
            let hint = "Name one with --second-method, for example CUT-T, SHR or SML.";
            return Err(refused("destruction.needs_second_process", message, hint));
        }
        let discouraged =
            [Some(&method), second.as_ref()].into_iter().flatten().any(|m| DISCOURAGED.contains(&m.as_str()));
        if discouraged && self.override_reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
            let message = "dumping at sea and landfill are discouraged";
            return Err(refused(
                "destruction.discouraged",
                message,
                "Say why nothing better is possible: --override-reason.",
            ));
        }
        Ok(Self { method, second_method: second, ..self.clone() })
    }
}

impl Tablet {
    /// Plans a destruction. Items that may not be destroyed are refused one by one, with why; the others are on the list.
    pub fn destruction_plan(&self, new: &NewDestruction, progress: Progress) -> Result<Planned> {
        let new = new.check()?;
        let (id, added, refusals, warnings) = self.deed(new.as_claim, |deed| {
            let (members, refusals, warnings) = listed(deed, &DestructionRecord::default(), &new.items, &progress)?;
            if members.is_empty() {
                return Err(nothing_to_plan(&refusals));
            }
            let mut draft = Says::default()
                .with("state", "planned")
                .with("site", new.site.trim())
                .with("method", new.method.as_str())
                .with("authority", new.authority.trim())
                .with("authorisation", new.authorisation.trim())
                .maybe("number", new.number.clone())
                .maybe("place_name", new.place_name.clone())
                .maybe("planned_for", new.planned_for_ms)
                .maybe("second_method", new.second_method.clone())
                .maybe("override_reason", new.override_reason.clone())
                .maybe("third_party", new.third_party.clone())
                .maybe("sop", new.sop.clone())
                .maybe("risk_assessment", new.risk_assessment.clone())
                .draft("destruction");
            let added = members.len() as u64;
            draft.members = members;
            Ok((deed.create(draft)?, added, refusals, warnings))
        })?;
        Ok(Planned { destruction: self.destruction(&id.to_string())?, added, refused: refusals, warnings })
    }

    /// Puts further items on the list of a destruction that is not closed.
    pub fn destruction_add(
        &self,
        destruction: &str,
        items: &[String],
        as_claim: bool,
        progress: Progress,
    ) -> Result<Planned> {
        let (added, refusals, warnings) = self.deed(as_claim, |deed| {
            let (seen, record) = open(deed, destruction, &["planned", "under_way"])?;
            let (members, refusals, warnings) = listed(deed, &record, items, &progress)?;
            if members.is_empty() {
                return Err(nothing_to_plan(&refusals));
            }
            let added = members.len() as u64;
            let add = |member: DraftMember| Edit::Add { set: member.set, fields: member.fields.into_iter().collect() };
            deed.say(&seen.id, members.into_iter().map(add).collect())?;
            Ok((added, refusals, warnings))
        })?;
        Ok(Planned { destruction: self.destruction(destruction)?, added, refused: refusals, warnings })
    }

    /// Takes an item off: from the list while it is a plan, with a result once the destruction is under way.
    pub fn destruction_withdraw(
        &self,
        destruction: &str,
        item: &str,
        reason: &str,
        as_claim: bool,
    ) -> Result<DestructionView> {
        needed(reason, "edit.no_reason", "the reason", "Say why in a few words: --reason.")?;
        self.deed(as_claim, |deed| {
            let (seen, record) = open(deed, destruction, &["planned", "under_way"])?;
            let thing = deed.item(item)?;
            let planned = planned_member(&seen, &record, &thing.id, item)?;
            if record.state.as_deref() == Some("planned") {
                let withdraw = Edit::Withdraw { path: format!("planned/{planned}"), reason: reason.trim().to_owned() };
                deed.say(&seen.id, vec![withdraw])?;
            } else {
                let so_far = outcome(&record);
                not_settled(so_far.items.iter().find(|one| one.item == thing.id), item)?;
                let says = Says::default()
                    .with("item", id_value(&thing.id))
                    .with("result", "withdrawn")
                    .with("reason", reason.trim())
                    .with("at", deed.now_ms);
                deed.say(&seen.id, vec![says.add("results")])?;
            }
            back_in_store(deed, &thing)
        })?;
        self.destruction(destruction)
    }

    /// Begins: from here on results are written down.
    pub fn destruction_start(&self, destruction: &str, as_claim: bool) -> Result<DestructionView> {
        let approved = self.destruction(destruction)?.approved_by.is_some();
        self.deed(as_claim, |deed| {
            let (seen, _) = open(deed, destruction, &["planned"])?;
            if deed.authority.policy(&PLAN_NEEDS_APPROVAL) == 1 && !approved {
                let id = short(&seen.id);
                let hint = format!("Somebody who did not plan it signs first: fieldkit attest {id} approved --as NAME");
                return Err(refused("destruction.not_approved", "nobody approved this plan", &hint));
            }
            let says = Says::default()
                .with("state", "under_way")
                .with("started_at", deed.now_ms)
                .with("supervisor", officer_value(&deed.officer));
            deed.say(&seen.id, says.sets())
        })?;
        self.destruction(destruction)
    }

    /// Makes sure of what lies there before it is destroyed: a tag a line, with the serial as it is read beside it (`TAG,SERIAL`).
    pub fn destruction_check(
        &self,
        destruction: &str,
        scans: &[String],
        as_claim: bool,
        progress: Progress,
    ) -> Result<Vec<IdentityView>> {
        self.deed(as_claim, |deed| {
            let (seen, record) = open(deed, destruction, &["planned", "under_way"])?;
            let listed: Vec<DocId> =
                record.planned.iter().filter(|planned| planned.is_live()).filter_map(|planned| planned.item).collect();
            let (mut views, mut edits) = (Vec::new(), Vec::new());
            for line in lines(scans) {
                advanced(&progress, views.len() + 1);
                let view = |identity: &str, saved, item, message: Option<&str>| IdentityView {
                    scanned: line.named.clone(),
                    identity: identity.to_owned(),
                    saved,
                    item,
                    message: message.map(str::to_owned),
                };
                let id = match find::item_of(&deed.tx, &line.named, &listed) {
                    Ok(id) => id,
                    Err(error) if error.code == "item.ambiguous" => {
                        views.push(view("ambiguous", false, None, Some(&error.message)));
                        continue;
                    }
                    Err(error) if error.code == "item.unknown" => {
                        views.push(view("unknown", false, None, Some("no item here bears this tag: set it aside")));
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                let item = ItemRecord::read(&deed.see(&id)?.content());
                let shown = Some(ItemLine::of(&id, &item));
                if !is_planned(&record, &id) {
                    views.push(view("not_planned", false, shown, Some("it is not on the list: set it aside")));
                    continue;
                }
                let (identity, message) = identity(&item, &line.named, line.more.as_deref());
                let says = Says::default()
                    .with("item", id_value(&id))
                    .with("identity", identity)
                    .with("at", deed.now_ms)
                    .maybe("tag", item.tag.clone().filter(|tag| normalise(tag) == normalise(&line.named)))
                    .maybe("serial", line.more.clone());
                edits.push(says.add("results"));
                views.push(view(identity, true, shown, message.as_deref()));
            }
            if !edits.is_empty() {
                deed.scanned(&seen.id, edits)?;
            }
            Ok(views)
        })
    }
}

fn nothing_to_plan(refusals: &[RefusedItem]) -> TabletError {
    let Some(first) = refusals.first() else {
        return refused("item.none", "no item was named", "Name items by their tags or ids.");
    };
    let others = if refusals.len() > 1 { format!(", and {} more", refusals.len() - 1) } else { String::new() };
    let message = format!("none of these items can be put on the list: {}: {}{others}", first.named, first.reason);
    refused(&first.code, message, "Look at them with `fieldkit custody ITEM`.")
}

/// Key of the live planned member of an item.
fn planned_member(seen: &Seen, record: &DestructionRecord, item: &DocId, named: &str) -> Result<String> {
    let found = record.planned.iter().find(|planned| planned.is_live() && planned.item.as_ref() == Some(item));
    found.map(|planned| planned.key.clone()).ok_or_else(|| {
        let message = format!("{named} is not on the list of this destruction");
        let hint = format!("Set it aside; or put it on: fieldkit destruction add {} \"{named}\"", short(&seen.id));
        refused("destruction.not_planned", message, &hint)
    })
}

/// What is destroyed, rejected or withdrawn has its result.
fn not_settled(so_far: Option<&ItemOutcome>, named: &str) -> Result<()> {
    let fate = so_far.map(|one| (one.fate, one.destroyed_quantity));
    let Some((fate @ (Fate::Destroyed | Fate::Rejected | Fate::Withdrawn), quantity)) = fate else { return Ok(()) };
    // A lot may be destroyed in several goes.
    if fate == Fate::Destroyed && quantity.is_some() {
        return Ok(());
    }
    let message = format!("{named} has its result already: {}", fate.code());
    let hint =
        "If that was a mistake, withdraw the result: see `fieldkit show` for its key and `fieldkit edit --withdraw`.";
    Err(refused("destruction.settled", message, hint))
}

/// Whether what lies there is what is on the list.
fn identity(item: &ItemRecord, named: &str, read: Option<&str>) -> (&'static str, Option<String>) {
    let by_tag = item.tag.as_deref().is_some_and(|tag| normalise(tag) == normalise(named));
    let serial = item.serial().and_then(|marking| marking.seen());
    let by_serial_itself = serial.is_some_and(|serial| normalise(serial) == normalise(named));
    match (read, serial) {
        (Some(read), Some(serial)) if normalise(read) != normalise(serial) => {
            ("mismatch", Some(format!("read {read}, its record says {serial}: set it aside and reject it")))
        }
        (Some(read), None) => ("mismatch", Some(format!("read {read}, its record has no serial: set it aside"))),
        (Some(_), Some(_)) if by_tag => ("tag_and_serial", None),
        (Some(_), Some(_)) => ("serial_only", Some("it bears no tag, or another one".to_owned())),
        (None, _) if by_serial_itself && !by_tag => ("serial_only", Some("no tag was scanned".to_owned())),
        (None, Some(_)) => ("tag_only", Some("no serial was read beside the tag: write TAG,SERIAL".to_owned())),
        (None, None) => ("tag_only", None),
    }
}

/// An item that is not destroyed lies in its store again.
fn back_in_store(deed: &mut Deed<'_>, thing: &Seen) -> Result<()> {
    if thing.text("status").as_deref() != Some("scheduled_for_destruction") {
        return Ok(());
    }
    let edits = Says::default().with("status", "stored").news(thing);
    if edits.is_empty() { Ok(()) } else { deed.say(&thing.id, edits) }
}
