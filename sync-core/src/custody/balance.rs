//! Balances: what lies in a store at a moment, and how that came about.

use std::collections::BTreeMap;

use super::{Direction, StockMove, StorePlace};
use crate::ids::DocId;

/// What lies in a store because of one item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lying {
    /// How many lie there.
    pub quantity: i64,
    /// The last event that moved it here or away.
    pub last_event: String,
    /// When that was, milliseconds since the Unix epoch.
    pub last_ms: i64,
}

/// The balance of a store at a moment: `in − out − destroyed − lost = present`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balance {
    /// All that ever came in.
    pub came_in: i64,
    /// All that went out.
    pub went_out: i64,
    /// All that was destroyed.
    pub destroyed: i64,
    /// All that was lost or stolen.
    pub lost: i64,
    /// Item by item, those included that were here and are not.
    pub items: BTreeMap<DocId, Lying>,
}

impl Balance {
    /// What should lie there.
    pub fn present(&self) -> i64 {
        self.came_in - self.went_out - self.destroyed - self.lost
    }

    /// The items that should lie there.
    pub fn present_items(&self) -> impl Iterator<Item = (&DocId, &Lying)> {
        self.items.iter().filter(|(_, lying)| lying.quantity != 0)
    }
}

/// The balance of a store from the movements of all items, up to and including a moment (milliseconds since the Unix epoch).
pub fn balance<'a>(
    moves: impl IntoIterator<Item = (&'a DocId, &'a StockMove)>,
    place: &StorePlace,
    until_ms: i64,
) -> Balance {
    let mut balance = Balance::default();
    let here = |one: &StockMove| one.site == place.site && one.store == place.store && one.at_ms <= until_ms;
    for (item, one) in moves.into_iter().filter(|(_, one)| here(one)) {
        let lying = balance.items.entry(*item).or_default();
        match one.direction {
            Direction::In => balance.came_in += one.quantity,
            Direction::Out => balance.went_out += one.quantity,
            Direction::Destroyed => balance.destroyed += one.quantity,
            Direction::Lost => balance.lost += one.quantity,
        }
        lying.quantity += if one.direction == Direction::In { one.quantity } else { -one.quantity };
        if one.at_ms >= lying.last_ms {
            lying.last_ms = one.at_ms;
            lying.last_event.clone_from(&one.event);
        }
    }
    balance
}

/// The ends of the hours between two moments, at most so many.
pub fn hours(from_ms: i64, to_ms: i64, most: usize) -> Vec<i64> {
    const HOUR: i64 = 3_600_000;
    let first = from_ms.div_euclid(HOUR).saturating_add(1).saturating_mul(HOUR);
    let next = |at: &i64| at.checked_add(HOUR);
    std::iter::successors((from_ms < to_ms).then_some(first), next)
        .take_while(|at| *at - HOUR < to_ms)
        .take(most)
        .collect()
}
