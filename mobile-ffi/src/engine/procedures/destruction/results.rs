//! What became of each item of a destruction: written down when it may be said, one by one or many at once; and the scrap that left the site.

use ploughshare_core::destruction::{ItemOutcome, NEVER_FINAL_ALONE, Outcome, outcome};
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::domain::procedures::{DestructionRecord, ResultRecord};
use ploughshare_core::edit::Edit;
use ploughshare_core::ids::DocId;

use super::super::find;
use super::super::{Progress, advanced, code, needed, on_hand, refused};
use super::view::{DestructionItemView, DestructionView};
use super::{back_in_store, not_settled, obstacles, open, planned_member};
use crate::engine::Tablet;
use crate::engine::deed::{Deed, Says, Seen, id_value, short};
use crate::error::TabletError;
use crate::model::KeptPhoto;
use crate::store::Result;

/// SHA-256 of a photo.
pub type PhotoHash = [u8; 32];

/// What became of one item.
#[derive(Debug, Clone, Default, uniffi::Record)]
pub struct ItemResult {
    /// The item: tag, mark or id.
    pub item: String,
    /// Method; that of the plan where not given.
    #[uniffi(default)]
    pub method: Option<String>,
    /// Result, a code of `destruction_result`.
    pub result: String,
    /// Quantity destroyed, for a lot.
    #[uniffi(default)]
    pub quantity: Option<i64>,
    /// How the quantity was found, a code of `quantity_method`.
    #[uniffi(default)]
    pub quantity_method: Option<String>,
    /// Weight in grams.
    #[uniffi(default)]
    pub weight_g: Option<i64>,
    /// Number of fragments.
    #[uniffi(default)]
    pub fragments: Option<i64>,
    /// SHA-256 of the photo before.
    #[uniffi(default)]
    pub before: Option<PhotoHash>,
    /// SHA-256 of the photo after.
    #[uniffi(default)]
    pub after: Option<PhotoHash>,
    /// Of these, those that are kept here: the destruction shows them among its photos, and they are brought with the next sync.
    #[uniffi(default)]
    pub photos: Vec<KeptPhoto>,
    /// Why, where it was not destroyed.
    #[uniffi(default)]
    pub reason: Option<String>,
    /// Whether to say it also where it will be a claim only.
    #[uniffi(default)]
    pub as_claim: bool,
}

/// Scrap that left the site.
#[derive(Debug, Clone, Default, uniffi::Record)]
pub struct ScrapLeft {
    /// Weight in grams.
    pub weight_g: i64,
    /// Who took it.
    pub recipient: String,
    /// What becomes of it, a code of `destruction_method`.
    #[uniffi(default)]
    pub process: Option<String>,
    /// Weighbridge slip or certificate of smelting.
    #[uniffi(default)]
    pub reference: Option<String>,
    /// Whether to say it also where it will be a claim only.
    #[uniffi(default)]
    pub as_claim: bool,
}

impl Tablet {
    /// Writes down what became of an item.
    pub fn destruction_result(&self, destruction: &str, result: &ItemResult) -> Result<DestructionItemView> {
        let mut done = self.destruction_results(destruction, std::slice::from_ref(result), None)?;
        done.pop().ok_or_else(|| TabletError::internal("nothing was written down"))
    }

    /// Writes down what became of several items: of all of them or, if one is refused, of none.
    pub fn destruction_results(
        &self,
        destruction: &str,
        results: &[ItemResult],
        progress: Progress,
    ) -> Result<Vec<DestructionItemView>> {
        let checked: Vec<(String, Option<String>, Option<String>)> = results
            .iter()
            .map(|result| {
                let came_to = code("destruction", "results/*/result", &result.result)?;
                let method = result.method.as_deref().map(|m| code("destruction", "results/*/method", m));
                let counted =
                    result.quantity_method.as_deref().map(|m| code("destruction", "results/*/quantity_method", m));
                Ok((came_to, method.transpose()?, counted.transpose()?))
            })
            .collect::<Result<_>>()?;
        let as_claim = results.iter().all(|result| result.as_claim);
        let ids = self.deed(as_claim, |deed| {
            let (seen, record) = open(deed, destruction, &["under_way"])?;
            let so_far = outcome(&record);
            let (mut ids, mut edits, mut back) = (Vec::new(), Vec::new(), Vec::new());
            let planned = record.planned.iter().filter(|planned| planned.is_live()).filter_map(|planned| planned.item);
            let planned: Vec<DocId> = planned.collect();
            for (result, (came_to, method, counted)) in results.iter().zip(&checked) {
                let thing = deed.see(&find::item_of(&deed.tx, &result.item, &planned)?)?;
                if ids.contains(&thing.id) {
                    let message = format!("{} is named twice", result.item);
                    return Err(refused("destruction.twice", message, "Name each item once."));
                }
                let course = Course { seen: &seen, record: &record, so_far: &so_far };
                edits.push(course.comes_to(deed, &thing, result, came_to, method.clone(), counted.clone())?);
                ids.push(thing.id);
                if matches!(came_to.as_str(), "rejected" | "withdrawn") {
                    back.push(thing);
                }
                advanced(&progress, ids.len());
            }
            let photos: Vec<Edit> = results.iter().flat_map(|result| shown(&record, result)).collect();
            if photos.is_empty() {
                deed.scanned(&seen.id, edits)?;
            } else {
                edits.extend(photos);
                deed.say(&seen.id, edits)?;
            }
            back.iter().try_for_each(|thing| back_in_store(deed, thing))?;
            Ok(ids)
        })?;
        self.destruction_items(destruction, &ids)
    }

    /// Writes down scrap that left the site.
    pub fn destruction_scrap(&self, destruction: &str, scrap: &ScrapLeft) -> Result<DestructionView> {
        needed(&scrap.recipient, "destruction.no_recipient", "who took the scrap", "Name them with --recipient.")?;
        let process = scrap.process.as_deref().map(|p| code("destruction", "scrap/*/process", p)).transpose()?;
        self.deed(scrap.as_claim, |deed| {
            let (seen, _) = open(deed, destruction, &["under_way", "closed"])?;
            let says = Says::default()
                .with("weight_g", scrap.weight_g)
                .with("recipient", scrap.recipient.trim())
                .with("at", deed.now_ms)
                .maybe("process", process.clone())
                .maybe("reference", scrap.reference.clone());
            deed.say(&seen.id, vec![says.add("scrap")])
        })?;
        self.destruction(destruction)
    }
}

/// A destruction under way, and what it came to so far.
struct Course<'a> {
    seen: &'a Seen,
    record: &'a DestructionRecord,
    so_far: &'a Outcome,
}

impl Course<'_> {
    fn of(&self, item: &DocId) -> Option<&ItemOutcome> {
        let found = self.so_far.items.binary_search_by_key(item, |one| one.item).ok();
        found.and_then(|at| self.so_far.items.get(at))
    }

    /// The statement of what became of an item, if it may be said.
    fn comes_to(
        &self,
        deed: &Deed<'_>,
        thing: &Seen,
        result: &ItemResult,
        came_to: &str,
        method: Option<String>,
        counted: Option<String>,
    ) -> Result<Edit> {
        planned_member(self.seen, self.record, &thing.id, &result.item)?;
        not_settled(self.of(&thing.id), &result.item)?;
        let item = ItemRecord::read(&thing.content());
        let processed = matches!(came_to, "complete" | "second_process" | "failed");
        if processed && let Some((code, reason)) = obstacles::held(thing, &item) {
            let message = format!("{} may not be destroyed: {reason}", result.item);
            let hint = format!(
                "Set it aside and reject it: fieldkit destruction result {} \"{}\" --result rejected --reason …",
                short(&self.seen.id),
                result.item
            );
            return Err(refused(code, message, &hint));
        }
        if !processed && result.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
            return Err(refused("edit.no_reason", "the reason is missing", "Say why in a few words: --reason."));
        }
        let method = method.or_else(|| self.record.method.clone()).filter(|_| processed);
        if came_to == "complete" {
            is_the_one(self.of(&thing.id), &result.item)?;
            final_enough(self.record, &thing.id, method.as_deref(), result)?;
        }
        let quantity = self.quantity(thing, &item, result, came_to)?;
        let says = Says::default()
            .with("item", id_value(&thing.id))
            .with("result", came_to)
            .with("at", deed.now_ms)
            .maybe("tag", item.tag.clone())
            .maybe("method", method)
            .maybe("quantity", quantity)
            .maybe("quantity_method", counted.filter(|_| quantity.is_some()))
            .maybe("weight_g", result.weight_g)
            .maybe("fragments", result.fragments)
            .maybe("before", result.before.map(|hash| hash.to_vec()))
            .maybe("after", result.after.map(|hash| hash.to_vec()))
            .maybe("reason", result.reason.clone());
        Ok(says.add("results"))
    }

    /// How much of a lot is destroyed by this result.
    fn quantity(&self, thing: &Seen, item: &ItemRecord, result: &ItemResult, came_to: &str) -> Result<Option<i64>> {
        if !item.is_ammunition() || came_to != "complete" {
            return Ok(None);
        }
        let planned = self.record.planned.iter().find(|planned| planned.is_live() && planned.item == Some(thing.id));
        let there = on_hand(thing, item);
        let planned = planned.and_then(|planned| planned.quantity).unwrap_or(there);
        let so_far = self.of(&thing.id).and_then(|one| one.destroyed_quantity);
        let left = planned.min(there) - so_far.unwrap_or(0);
        let quantity = result.quantity.unwrap_or(left);
        if result.quantity_method.is_none() {
            let hint = "Say how the quantity was found: --counted or --estimated.";
            return Err(refused("destruction.no_quantity_method", "a lot is destroyed by quantity", hint));
        }
        if quantity <= 0 || quantity > left {
            let message = format!("{left} of this lot are left to be destroyed here, not {quantity}");
            let hint = format!("See `fieldkit destruction show {}`.", short(&self.seen.id));
            return Err(refused("destruction.more_than_there", message, &hint));
        }
        Ok(Some(quantity))
    }
}

/// The photos of a result, as the destruction shows them; one that it shows already is not shown twice.
fn shown(record: &DestructionRecord, result: &ItemResult) -> Vec<Edit> {
    let one = |photo: &KeptPhoto| {
        let hash = photo.name()?;
        let view = if result.before == Some(*hash.as_bytes()) { "before" } else { "after" };
        let there = record.photos.iter().any(|known| known.is_live() && known.hash == Some(*hash.as_bytes()));
        let fields = photo.member(Some(view), None).into_iter().collect();
        (!there).then(|| Edit::Add { set: "photos".to_owned(), fields })
    };
    result.photos.iter().filter_map(one).collect()
}

/// What was found to be another thing than the list says is not destroyed in its place.
fn is_the_one(so_far: Option<&ItemOutcome>, named: &str) -> Result<()> {
    if so_far.and_then(|one| one.identity.as_deref()) != Some("mismatch") {
        return Ok(());
    }
    let message = format!("{named} was found to be another one than its record says");
    let hint = "Check it again with `destruction check`, or reject it with --result rejected --reason ….";
    Err(refused("destruction.identity_mismatch", message, hint))
}

/// Burning or crushing alone never completes.
fn final_enough(record: &DestructionRecord, item: &DocId, method: Option<&str>, result: &ItemResult) -> Result<()> {
    let used = |r: &&ResultRecord| {
        r.is_live()
            && r.item.as_ref() == Some(item)
            && matches!(r.result.as_deref(), Some("second_process" | "complete"))
    };
    let before = record.results.iter().filter(used).filter_map(|r| r.method.as_deref().or(record.method.as_deref()));
    if before.chain(method).any(|method| !NEVER_FINAL_ALONE.contains(&method)) {
        return Ok(());
    }
    let message = format!("{} alone never destroys {}", method.unwrap_or("this method"), result.item);
    let hint =
        "Write it down as --result second_process, and complete it with another method, for example CUT-T, SHR or SML.";
    Err(refused("destruction.needs_second_process", message, hint))
}
