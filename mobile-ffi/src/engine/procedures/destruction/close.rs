//! Closing a destruction: it is reconciled or it stays open, and every item that was destroyed has it said in its own document, all in one
//! transaction.

use ploughshare_core::destruction::{Fate, ItemOutcome, outcome};
use ploughshare_core::domain::item::ItemRecord;
use ploughshare_core::edit::Edit;

use super::super::custody::beginning;
use super::super::{Progress, advanced, on_hand, refused};
use super::obstacles::held;
use super::view::DestructionView;
use super::{back_in_store, open};
use crate::engine::Tablet;
use crate::engine::deed::{Deed, Says, Seen, id_value, short};
use crate::store::Result;

/// Most items that an error names.
const NAMED: usize = 8;

impl Tablet {
    /// Closes a destruction. Refused while something is unaccounted for.
    pub fn destruction_close(&self, destruction: &str, as_claim: bool, progress: Progress) -> Result<DestructionView> {
        self.deed(as_claim, |deed| {
            let (seen, record) = open(deed, destruction, &["under_way"])?;
            let came_to = outcome(&record);
            let settled = |one: &&ItemOutcome| matches!(one.fate, Fate::Destroyed | Fate::Rejected | Fate::Withdrawn);
            let open_ones: Vec<&ItemOutcome> =
                came_to.items.iter().filter(|one| one.planned && !settled(one)).collect();
            if !open_ones.is_empty() {
                return Err(unaccounted(deed, &seen, &open_ones));
            }
            if !came_to.is_reconciled() {
                let message = "something was destroyed that is not on the list, or the list is empty";
                let hint = format!("See `fieldkit destruction show {}`.", short(&seen.id));
                return Err(refused("destruction.not_reconciled", message, &hint));
            }
            for (done, one) in came_to.items.iter().enumerate() {
                let thing = deed.see(&one.item)?;
                match one.fate {
                    Fate::Destroyed => end_item(deed, &seen, &thing, one)?,
                    _ => back_in_store(deed, &thing)?,
                }
                advanced(&progress, done + 1);
            }
            let weight = came_to.weight_g();
            let says = Says::default()
                .with("state", "closed")
                .with("ended_at", deed.now_ms)
                .maybe("total_weight_g", (weight > 0).then_some(weight));
            deed.say(&seen.id, says.sets())
        })?;
        self.destruction(destruction)
    }

    /// Gives a plan up that did not begin. Its items lie in their stores again.
    pub fn destruction_cancel(&self, destruction: &str, reason: &str, as_claim: bool) -> Result<DestructionView> {
        super::needed(reason, "edit.no_reason", "the reason", "Say why in a few words: --reason.")?;
        self.deed(as_claim, |deed| {
            let (seen, record) = open(deed, destruction, &["planned"])?;
            for item in record.planned.iter().filter(|planned| planned.is_live()).filter_map(|planned| planned.item) {
                let thing = deed.see(&item)?;
                back_in_store(deed, &thing)?;
            }
            let mut edits = Says::default().with("state", "cancelled").sets();
            edits.push(Says::default().with("text", format!("Cancelled: {}", reason.trim())).add("notes"));
            deed.say(&seen.id, edits)
        })?;
        self.destruction(destruction)
    }
}

fn unaccounted(deed: &Deed<'_>, seen: &Seen, open: &[&ItemOutcome]) -> crate::error::TabletError {
    let name = |one: &&&ItemOutcome| {
        let record = deed.see(&one.item).map(|seen| ItemRecord::read(&seen.content())).unwrap_or_default();
        format!("{} ({})", record.tag.unwrap_or_else(|| short(&one.item)), one.fate.code().replace('_', " "))
    };
    let names: Vec<String> = open.iter().take(NAMED).map(|one| name(&one)).collect();
    let more = if open.len() > NAMED { format!(" and {} more", open.len() - NAMED) } else { String::new() };
    let things = if open.len() == 1 { "1 item is".to_owned() } else { format!("{} items are", open.len()) };
    let message = format!("{things} not accounted for: {}{more}", names.join(", "));
    let hint = format!(
        "Write down what became of each: fieldkit destruction result {} ITEM --result complete (or rejected, withdrawn).",
        short(&seen.id)
    );
    refused("destruction.unaccounted", message, &hint)
}

/// What the destruction means for an item that was destroyed: of a lot only as much as was.
fn end_item(deed: &mut Deed<'_>, destruction: &Seen, thing: &Seen, one: &ItemOutcome) -> Result<()> {
    let item = ItemRecord::read(&thing.content());
    if let Some((code, reason)) = held(thing, &item).filter(|_| !deed.as_claim) {
        let named = item.tag.clone().unwrap_or_else(|| short(&thing.id));
        let message = format!("{named} may not be destroyed: {reason}");
        let hint = "If it still exists, withdraw its result. If it does not, tell the registrar; --as-claim closes all the same, and says its end as a claim.";
        return Err(refused(code, message, hint));
    }
    let there = on_hand(thing, &item);
    let destroyed = if item.is_ammunition() { one.destroyed_quantity.unwrap_or(there) } else { 1 };
    let event = Says::default()
        .with("event", "destroyed")
        .with("at", one.at_ms.unwrap_or(deed.now_ms))
        .maybe("quantity", item.is_ammunition().then_some(destroyed))
        .maybe("from", place(&item))
        .with("reason", format!("destruction {}", short(&destruction.id)));
    let mut edits: Vec<Edit> = beginning(thing, &item).into_iter().collect();
    edits.push(event.add("custody"));
    if destroyed < there {
        // The rest of a lot lies where it lay.
        edits.extend(Says::default().with("status", "stored").news(thing));
    } else {
        let says = Says::default().with("status", "destroyed").with("destruction", id_value(&destruction.id));
        edits.extend(says.sets());
    }
    deed.say(&thing.id, edits)
}

fn place(item: &ItemRecord) -> Option<String> {
    super::super::place_words(item.site.as_deref(), item.store.as_deref(), None)
}
