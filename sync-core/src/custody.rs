//! Custody: where an item lay at any time, told from its own document, and what therefore lies in a store.
//!
//! An item's custody members are its chain. Each says what happened and, where the item came to lie somewhere, at which site and in which
//! store. From the chain follow movements into and out of stores; from the movements follow balances:
//!
//! ```text
//! in − out − destroyed − lost = present
//! ```
//!
//! Nothing here trusts a status alone: an item that is said to be destroyed, lost or gone without an event of custody leaves its store at
//! the last moment that its chain knows.

mod balance;
mod reconcile;
#[cfg(test)]
mod tests;

pub use balance::{Balance, Lying, balance, hours};
pub use reconcile::{Difference, Discrepancy, Expected, Reconciliation, reconcile};

use crate::domain::item::{CustodyRecord, ItemRecord};
use crate::ids::DocId;

/// A store at a site; the store's name is empty where only the site is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorePlace {
    /// Code of the site.
    pub site: String,
    /// Name of the store, or empty.
    pub store: String,
}

/// Which way something moves, seen from a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Into it.
    In,
    /// Out of it, to another store, a vehicle or another hand.
    Out,
    /// It was destroyed; it lay in this store last.
    Destroyed,
    /// It was lost or stolen from it.
    Lost,
}

impl Direction {
    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Destroyed => "destroyed",
            Self::Lost => "lost",
        }
    }
}

/// One movement into or out of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockMove {
    /// Names the movement among those of its item: the key of the custody member, and which of its two sides.
    pub key: String,
    /// When, milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// Site.
    pub site: String,
    /// Store, empty where only the site is known.
    pub store: String,
    /// Which way.
    pub direction: Direction,
    /// How many: 1 for a weapon or part, rounds for a lot.
    pub quantity: i64,
    /// The event of custody that it follows from, a code of `custody_event`, or the status where there was none.
    pub event: String,
    /// The hand-over in which it happened.
    pub handover: Option<DocId>,
}

/// One step of an item's chain, with where the item lay before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Key of the custody member; `status` where the status alone tells it, `recorded` where the record does.
    pub key: String,
    /// What happened, a code of `custody_event`.
    pub event: String,
    /// When, milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// Where it lay before.
    pub before: Option<StorePlace>,
    /// Where it lies after.
    pub after: Option<StorePlace>,
    /// How many are there after.
    pub quantity: i64,
    /// How many were destroyed, lost or taken out by it.
    pub taken: i64,
    /// The hand-over in which it happened.
    pub handover: Option<DocId>,
}

/// States in which an item lies in no store any more, with the direction in which it left.
fn gone(status: &str) -> Option<(&'static str, Direction)> {
    match status {
        "destroyed" => Some(("destroyed", Direction::Destroyed)),
        "lost" => Some(("lost", Direction::Lost)),
        "stolen" => Some(("stolen", Direction::Lost)),
        "transferred_to_state" | "deactivated" | "exported_returned" | "returned_to_owner" | "disposed_other" => {
            Some(("left", Direction::Out))
        }
        _ => None,
    }
}

/// The place that an event names.
fn place_of(event: &CustodyRecord) -> Option<StorePlace> {
    let site = event.site.clone().filter(|site| !site.trim().is_empty())?;
    Some(StorePlace { site, store: event.store.clone().unwrap_or_default() })
}

/// Walking along a chain.
struct Walk {
    place: Option<StorePlace>,
    whole: i64,
    quantity: i64,
    steps: Vec<Step>,
    moves: Vec<StockMove>,
}

impl Walk {
    fn moves(&mut self, key: &str, side: &str, at_ms: i64, direction: Direction, quantity: i64, of: &CustodyRecord) {
        let Some(place) = self.place.clone().filter(|_| quantity > 0) else { return };
        self.moves.push(StockMove {
            key: format!("{key}{side}"),
            at_ms,
            site: place.site,
            store: place.store,
            direction,
            quantity,
            event: of.event.clone().unwrap_or_default(),
            handover: of.handover,
        });
    }

    /// Takes one event. Quantities are of lots; a weapon or part is one.
    fn take(&mut self, event: &CustodyRecord, at_ms: i64, is_lot: bool) {
        let before = self.place.clone();
        let said = event.quantity.filter(|quantity| is_lot && *quantity >= 0);
        let name = event.event.as_deref().unwrap_or_default();
        let mut taken = 0;
        match name {
            "received" | "stored" | "moved" | "seized" | "unloaded" | "found_again" | "returned" => {
                let to = place_of(event);
                // Told again where it lies, it does not move; a lot can have been counted anew there.
                if to != self.place || said.is_some_and(|said| said != self.quantity) {
                    self.moves(&event.key, "/out", at_ms, Direction::Out, self.quantity, event);
                    // What was gone and is found again is all of it, unless somebody says how many.
                    self.quantity = said.unwrap_or(if self.quantity == 0 { self.whole } else { self.quantity });
                    self.place = to;
                    self.moves(&event.key, "/in", at_ms, Direction::In, self.quantity, event);
                }
            }
            "handed_over" | "loaded" | "left" => {
                self.moves(&event.key, "/out", at_ms, Direction::Out, self.quantity, event);
                self.place = None;
            }
            "split" | "destroyed" | "lost" | "stolen" => {
                taken = said.unwrap_or(self.quantity).min(self.quantity);
                let direction = match name {
                    "split" => Direction::Out,
                    "destroyed" => Direction::Destroyed,
                    _ => Direction::Lost,
                };
                self.moves(&event.key, "/out", at_ms, direction, taken, event);
                self.quantity -= taken;
                if self.quantity == 0 {
                    self.place = None;
                }
            }
            _ => {}
        }
        self.steps.push(Step {
            key: event.key.clone(),
            event: name.to_owned(),
            at_ms,
            before,
            after: self.place.clone(),
            quantity: self.quantity,
            taken,
            handover: event.handover,
        });
    }
}

fn walk(item: &ItemRecord, recorded_ms: i64) -> Walk {
    let is_lot = item.is_ammunition();
    let whole = if is_lot { item.quantity.unwrap_or(0).max(0) } else { 1 };
    let mut events: Vec<(i64, &CustodyRecord)> =
        item.custody.iter().filter(|c| c.is_live()).map(|c| (c.at.unwrap_or(recorded_ms), c)).collect();
    // What leaves a place comes before what enters one at the same moment; then by key, so that everybody walks alike.
    let enters = |event: &CustodyRecord| !matches!(event.event.as_deref(), Some("handed_over" | "loaded"));
    events.sort_by(|(a, x), (b, y)| (a, enters(x), &x.key).cmp(&(b, enters(y), &y.key)));
    let mut walk = Walk { place: None, whole, quantity: whole, steps: Vec::new(), moves: Vec::new() };
    let first = item.collected_at.filter(|at| *at <= recorded_ms).unwrap_or(recorded_ms);
    if !events.iter().any(|(_, event)| place_of(event).is_some()) {
        // Nobody wrote a chain: it lies where the record says, and lay there before anything happened to it, however late it was recorded.
        let first = events.first().map_or(first, |(at, _)| first.min(*at));
        let site = item.site.clone();
        let born = CustodyRecord { key: "recorded".into(), event: Some("received".into()), site, ..Default::default() };
        walk.take(&CustodyRecord { store: item.store.clone(), ..born }, first, is_lot);
    }
    for (at_ms, event) in &events {
        walk.take(event, *at_ms, is_lot);
    }
    let last = walk.steps.iter().map(|step| step.at_ms).max().unwrap_or(first);
    if let Some((event, _)) = item.status.as_deref().and_then(gone)
        && walk.place.is_some()
    {
        let end = CustodyRecord { key: "status".into(), event: Some(event.into()), ..Default::default() };
        walk.take(&end, last, is_lot);
    }
    walk
}

/// The chain of an item, in the order of time. `recorded_ms` stands in for times that nobody stated.
pub fn steps(item: &ItemRecord, recorded_ms: i64) -> Vec<Step> {
    walk(item, recorded_ms).steps
}

/// The movements into and out of stores that an item's chain tells.
pub fn moves(item: &ItemRecord, recorded_ms: i64) -> Vec<StockMove> {
    walk(item, recorded_ms).moves
}

/// Where an item lies at a moment, and how many of it; `None` if in no store.
pub fn lying(steps: &[Step], at_ms: i64) -> Option<(&StorePlace, i64)> {
    let step = steps.iter().rev().find(|step| step.at_ms <= at_ms)?;
    step.after.as_ref().map(|place| (place, step.quantity))
}
