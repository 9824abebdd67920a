//! What a destruction came to: each item's fate, and whether planned = destroyed + rejected + withdrawn.
//!
//! Burning and crushing are never final alone (IDDRS 4.10 annex E): an item whose only processes were these is not destroyed, whatever was
//! written down, and waits for a second process.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::domain::procedures::{DestructionRecord, PlannedRecord, ResultRecord};
use crate::ids::DocId;

/// Methods that never complete a destruction on their own.
pub const NEVER_FINAL_ALONE: [&str; 2] = ["BRN", "CRH"];

/// Methods that need a reason, because better ones exist: the sea, and landfill.
pub const DISCOURAGED: [&str; 2] = ["SEA", "LFL"];

/// What became of an item on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Completely destroyed.
    Destroyed,
    /// Processed, and not destroyed yet.
    NeedsSecondProcess,
    /// The process failed.
    Failed,
    /// Not the item on the list, or not to be destroyed.
    Rejected,
    /// Taken off the plan.
    Withdrawn,
    /// Nothing was written down.
    Unaccounted,
}

impl Fate {
    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Destroyed => "destroyed",
            Self::NeedsSecondProcess => "needs_second_process",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Unaccounted => "unaccounted",
        }
    }
}

/// One item and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemOutcome {
    /// The item.
    pub item: DocId,
    /// Whether it was on the plan.
    pub planned: bool,
    /// Quantity planned, for a lot; `None` for all of it.
    pub planned_quantity: Option<i64>,
    /// What became of it.
    pub fate: Fate,
    /// Quantity destroyed, for a lot; `None` where nobody said how many.
    pub destroyed_quantity: Option<i64>,
    /// Whether any of that quantity was estimated rather than counted or weighed.
    pub estimated: bool,
    /// Weight in grams, where it was weighed.
    pub weight_g: Option<i64>,
    /// Every method used, in order.
    pub methods: Vec<String>,
    /// How its identity was checked, a code of `identity_check`; `None` where nobody did.
    pub identity: Option<String>,
    /// Serial as seen at the check.
    pub serial: Option<String>,
    /// SHA-256 of a photo before.
    pub before: Option<[u8; 32]>,
    /// SHA-256 of a photo after.
    pub after: Option<[u8; 32]>,
    /// When it was finished, milliseconds since the Unix epoch.
    pub at_ms: Option<i64>,
    /// Why, where it was not destroyed.
    pub reason: Option<String>,
}

/// What a destruction came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Item by item, in the order of their ids.
    pub items: Vec<ItemOutcome>,
}

impl Outcome {
    /// How many had this fate.
    pub fn count(&self, fate: Fate) -> usize {
        self.items.iter().filter(|one| one.fate == fate).count()
    }

    /// How many were planned.
    pub fn planned(&self) -> usize {
        self.items.iter().filter(|one| one.planned).count()
    }

    /// How many were presented: whatever became of them, they were there.
    pub fn presented(&self) -> usize {
        let there = |one: &&ItemOutcome| !matches!(one.fate, Fate::Withdrawn | Fate::Unaccounted);
        self.items.iter().filter(there).count()
    }

    /// Items that were dealt with though they were not planned.
    pub fn unplanned(&self) -> impl Iterator<Item = &ItemOutcome> {
        self.items.iter().filter(|one| !one.planned)
    }

    /// Weight of all items that were weighed, in grams.
    pub fn weight_g(&self) -> i64 {
        self.items.iter().filter_map(|one| one.weight_g).fold(0, i64::saturating_add)
    }

    /// Planned = destroyed + rejected + withdrawn, and nothing was destroyed that was not planned.
    pub fn is_reconciled(&self) -> bool {
        let settled = |one: &ItemOutcome| matches!(one.fate, Fate::Destroyed | Fate::Rejected | Fate::Withdrawn);
        !self.items.is_empty() && self.items.iter().all(|one| one.planned && settled(one))
    }
}

/// What became of each item that is planned or has a result.
pub fn outcome(destruction: &DestructionRecord) -> Outcome {
    let mut items: BTreeMap<DocId, (Option<&PlannedRecord>, Vec<&ResultRecord>)> = BTreeMap::new();
    for planned in destruction.planned.iter().filter(|planned| planned.is_live()) {
        if let Some(item) = planned.item {
            items.entry(item).or_default().0 = Some(planned);
        }
    }
    for result in destruction.results.iter().filter(|result| result.is_live()) {
        if let Some(item) = result.item {
            items.entry(item).or_default().1.push(result);
        }
    }
    let one = |(item, (planned, mut results)): (DocId, (Option<&PlannedRecord>, Vec<&ResultRecord>))| {
        results.sort_by_key(|result| (result.at.unwrap_or(i64::MAX), &result.key));
        item_outcome(item, planned, &results, destruction.method.as_deref())
    };
    Outcome { items: items.into_iter().map(one).collect() }
}

fn item_outcome(
    item: DocId,
    planned: Option<&PlannedRecord>,
    results: &[&ResultRecord],
    usual: Option<&str>,
) -> ItemOutcome {
    let processed =
        |result: &&&ResultRecord| matches!(result.result.as_deref(), Some("complete" | "second_process" | "failed"));
    let methods: Vec<String> = results
        .iter()
        .filter(processed)
        .filter_map(|result| result.method.as_deref().or(usual).map(str::to_owned))
        .collect();
    let is_final = methods.iter().any(|method| !NEVER_FINAL_ALONE.contains(&method.as_str()));
    let last = results.iter().rev().find(|result| result.result.is_some());
    let fate = match last.and_then(|result| result.result.as_deref()) {
        Some("complete") if is_final => Fate::Destroyed,
        Some("complete" | "second_process") => Fate::NeedsSecondProcess,
        Some("failed") => Fate::Failed,
        Some("rejected") => Fate::Rejected,
        Some("withdrawn") => Fate::Withdrawn,
        _ => Fate::Unaccounted,
    };
    let complete = || results.iter().filter(|result| result.result.as_deref() == Some("complete"));
    let quantities: Vec<i64> = complete().filter_map(|result| result.quantity).collect();
    let latest = |read: fn(&ResultRecord) -> Option<String>| results.iter().rev().find_map(|result| read(result));
    ItemOutcome {
        item,
        planned: planned.is_some(),
        planned_quantity: planned.and_then(|planned| planned.quantity),
        fate,
        destroyed_quantity: (fate == Fate::Destroyed && !quantities.is_empty())
            .then(|| quantities.into_iter().fold(0, i64::saturating_add)),
        estimated: complete().any(|result| result.quantity_method.as_deref() == Some("estimated")),
        weight_g: results.iter().rev().find_map(|result| result.weight_g),
        methods,
        identity: latest(|result| result.identity.clone()),
        serial: latest(|result| result.serial.clone()),
        before: results.iter().rev().find_map(|result| result.before),
        after: results.iter().rev().find_map(|result| result.after),
        at_ms: last.and_then(|result| result.at),
        reason: latest(|result| result.reason.clone()),
    }
}
