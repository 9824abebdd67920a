//! Reconciling a count with what custody says: the difference, item by item.

use std::collections::{BTreeMap, BTreeSet};

use super::Lying;
use crate::domain::item::ItemRecord;
use crate::domain::procedures::CountRecord;
use crate::domain::serial;
use crate::ids::DocId;

/// What should lie in a store, as far as a count needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The items with what lies there of each.
    pub items: BTreeMap<DocId, (ItemRecord, Lying)>,
}

/// How an item differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It should be there and was looked for in vain.
    Missing,
    /// It should be there, and a count of everything did not come across it.
    NotSeen,
    /// It is there and should not be.
    Unexpected,
    /// It bears another serial than recorded.
    SerialDiffers {
        /// As recorded.
        recorded: String,
        /// As seen.
        seen: String,
    },
    /// A lot holds another quantity.
    QuantityDiffers {
        /// As custody says.
        expected: i64,
        /// As counted.
        counted: i64,
    },
}

impl Difference {
    /// Its stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::NotSeen => "not_seen",
            Self::Unexpected => "unexpected",
            Self::SerialDiffers { .. } => "serial_differs",
            Self::QuantityDiffers { .. } => "quantity_differs",
        }
    }
}

/// One item that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discrepancy {
    /// The item.
    pub item: DocId,
    /// How it differs.
    pub difference: Difference,
    /// The last event of custody known of it here; `None` if it never was here.
    pub last: Option<Lying>,
}

/// What a count came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// Weapons that should be there, and that were counted; `None` where nobody counted them by number.
    pub weapons: (i64, Option<i64>),
    /// The same of parts.
    pub parts: (i64, Option<i64>),
    /// The same of rounds.
    pub rounds: (i64, Option<i64>),
    /// By class: what should be there, and what was counted, where they differ.
    pub by_class: BTreeMap<String, (i64, i64)>,
    /// Items whose serial was looked at, of those that should be there.
    pub checked: usize,
    /// Items that should be there.
    pub expected: usize,
    /// What does not fit, by item.
    pub discrepancies: Vec<Discrepancy>,
}

impl Reconciliation {
    /// Weapons, parts or rounds that are short. A weapon short is an alarm: there is no tolerance.
    pub fn shortage(&self) -> i64 {
        let short = |(expected, counted): (i64, Option<i64>)| {
            counted.map_or(0, |counted| expected.saturating_sub(counted).max(0))
        };
        let missing = |d: &&Discrepancy| matches!(d.difference, Difference::Missing | Difference::NotSeen);
        let looked_for = self.discrepancies.iter().filter(missing).count() as i64;
        looked_for.max(short(self.weapons).saturating_add(short(self.parts))).max(i64::from(short(self.rounds) > 0))
    }

    /// Everything is as it should be.
    pub fn agrees(&self) -> bool {
        let same = |(expected, counted): (i64, Option<i64>)| counted.is_none_or(|counted| counted == expected);
        self.discrepancies.is_empty()
            && self.by_class.is_empty()
            && [self.weapons, self.parts, self.rounds].into_iter().all(same)
    }

    /// Whether at least this share of the serials, per thousand, was looked at.
    pub fn covers(&self, permille: usize) -> bool {
        self.checked * 1000 >= self.expected * permille
    }
}

/// Holds a count against what should be there. A count of everything (`half_yearly`, `handover`) misses what it did not come across; others
/// miss only what they looked for.
pub fn reconcile(expected: &Expected, count: &CountRecord) -> Reconciliation {
    let mut result = Reconciliation { expected: expected.items.len(), ..Default::default() };
    let (mut weapons, mut parts, mut rounds) = (0, 0, 0);
    let mut classes: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for (record, lying) in expected.items.values() {
        match record.kind.as_deref() {
            _ if record.is_ammunition() => add(&mut rounds, lying.quantity),
            Some("part") => add(&mut parts, lying.quantity),
            _ => {
                add(&mut weapons, lying.quantity);
                add(&mut classes.entry(record.class.clone().unwrap_or_default()).or_default().0, lying.quantity);
            }
        }
    }
    result.weapons = (weapons, count.weapons);
    result.parts = (parts, count.parts);
    result.rounds = (rounds, count.rounds);
    let tallies: Vec<_> = count.tallies.iter().filter(|tally| tally.is_live()).collect();
    let is_weapon = |kind: Option<&str>| kind.is_none_or(|kind| kind == "weapon");
    for tally in tallies.iter().filter(|tally| is_weapon(tally.kind.as_deref())) {
        let counted = &mut classes.entry(tally.class.clone().unwrap_or_default()).or_default().1;
        add(counted, tally.quantity.unwrap_or(0));
    }
    if !tallies.is_empty() {
        result.by_class = classes.into_iter().filter(|(_, (expected, counted))| expected != counted).collect();
    }
    let mut seen = BTreeSet::new();
    for sighting in count.sightings.iter().filter(|sighting| sighting.is_live()) {
        let Some(item) = sighting.item else { continue };
        let known = expected.items.get(&item);
        if !seen.insert(item) {
            continue;
        }
        result.checked += usize::from(known.is_some());
        let last = known.map(|(_, lying)| lying.clone());
        let difference = match (sighting.result.as_deref(), known) {
            (Some("missing"), Some(_)) => Some(Difference::Missing),
            (Some("missing"), None) => None,
            (_, None) => Some(Difference::Unexpected),
            (_, Some((record, lying))) => differs(record, lying, sighting.serial.as_deref(), sighting.quantity),
        };
        result.discrepancies.extend(difference.map(|difference| Discrepancy { item, difference, last }));
    }
    if matches!(count.occasion.as_deref(), Some("half_yearly" | "handover")) {
        let unseen = expected.items.iter().filter(|(item, _)| !seen.contains(item));
        result.discrepancies.extend(unseen.map(|(item, (_, lying))| Discrepancy {
            item: *item,
            difference: Difference::NotSeen,
            last: Some(lying.clone()),
        }));
    }
    result.discrepancies.sort_by_key(|one| one.item);
    result
}

/// Whatever somebody wrote, a sum has an end.
fn add(sum: &mut i64, more: i64) {
    *sum = sum.saturating_add(more);
}

/// How an item that is there differs from its record.
fn differs(record: &ItemRecord, lying: &Lying, seen: Option<&str>, quantity: Option<i64>) -> Option<Difference> {
    if let Some(counted) = quantity.filter(|counted| record.is_ammunition() && *counted != lying.quantity) {
        return Some(Difference::QuantityDiffers { expected: lying.quantity, counted });
    }
    let seen = seen.filter(|seen| !seen.trim().is_empty())?;
    let recorded = record.serial().and_then(|marking| marking.seen()).unwrap_or_default();
    let same = serial::normalise(recorded) == serial::normalise(seen);
    (!same).then(|| Difference::SerialDiffers { recorded: recorded.to_owned(), seen: seen.to_owned() })
}
