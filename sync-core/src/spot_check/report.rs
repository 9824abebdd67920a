//! What a spot check came to: error rates as exact fractions, and whether to go on.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::{FIELDS, Outcome, compare};
use crate::domain::item::ItemRecord;
use crate::domain::procedures::{ReadingRecord, SpotCheckRecord};
use crate::ids::DocId;

/// An exact share: so many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
}

impl Share {
    /// Per thousand, rounded up; 0 of 0 is 0.
    pub fn permille(self) -> u64 {
        match self.whole {
            0 => 0,
            whole => self.part.saturating_mul(1000).div_ceil(whole),
        }
    }

    /// Whether it is above so many per thousand, exactly.
    pub fn is_above(self, permille: u64) -> bool {
        u128::from(self.part) * 1000 > u128::from(permille) * u128::from(self.whole)
    }
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// There are items left to read.
    GoOn,
    /// More errors than the limit allows, even if all that is left were right: everything has to be inspected.
    Stop,
    /// All was read, and the errors are within the limit.
    Passed,
}

impl Verdict {
    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::GoOn => "go_on",
            Self::Stop => "stop",
            Self::Passed => "passed",
        }
    }
}

/// What a spot check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Items in the sample.
    pub sample: BTreeSet<DocId>,
    /// Items of it that nobody looked for yet.
    pub unread: BTreeSet<DocId>,
    /// Items of it that were looked for and not found.
    pub not_found: BTreeSet<DocId>,
    /// Items that were read and are not in the sample; they prove nothing.
    pub strays: BTreeSet<DocId>,
    /// Items that were read, with their record not known here; they prove nothing either.
    pub unknown: BTreeSet<DocId>,
    /// Items with an error, and the fields that are wrong; an item that was not found has an error in none.
    pub in_error: BTreeMap<DocId, BTreeSet<&'static str>>,
    /// Errors of those items in which the field was read, by field.
    pub fields: BTreeMap<&'static str, Share>,
    /// Items in error of the items that were looked for.
    pub overall: Share,
    /// Whether to go on.
    pub verdict: Verdict,
}

/// Reports on a spot check. `record_of` gives the records as they stood when the sample was drawn; whoever calls this must not show them
/// to the second inspector before. Where an item was read more than once, the last reading stands, by time and key.
pub fn report<'a>(check: &SpotCheckRecord, record_of: &dyn Fn(&DocId) -> Option<&'a ItemRecord>) -> Report {
    let live = check.sample.iter().filter(|member| member.is_live());
    let sample: BTreeSet<DocId> = live.filter_map(|member| member.item).collect();
    let mut readings: BTreeMap<DocId, &ReadingRecord> = BTreeMap::new();
    for reading in check.readings.iter().filter(|reading| reading.is_live()) {
        let Some(item) = reading.item else { continue };
        let known = readings.entry(item).or_insert(reading);
        if (known.at, &known.key) < (reading.at, &reading.key) {
            *known = reading;
        }
    }
    let strays = readings.keys().filter(|item| !sample.contains(item)).copied().collect();
    let unread: BTreeSet<DocId> = sample.iter().filter(|item| !readings.contains_key(item)).copied().collect();
    let mut fields: BTreeMap<&'static str, Share> = FIELDS.into_iter().map(|field| (field, Share::default())).collect();
    let (mut not_found, mut unknown) = (BTreeSet::new(), BTreeSet::new());
    let mut in_error: BTreeMap<DocId, BTreeSet<&'static str>> = BTreeMap::new();
    let mut looked_for = 0;
    for (item, reading) in readings.into_iter().filter(|(item, _)| sample.contains(item)) {
        if reading.not_found == Some(true) {
            looked_for += 1;
            not_found.insert(item);
            in_error.entry(item).or_default();
            continue;
        }
        let Some(record) = record_of(&item) else {
            unknown.insert(item);
            continue;
        };
        looked_for += 1;
        for (field, outcome) in compare(record, reading) {
            let Some(share) = fields.get_mut(field).filter(|_| outcome != Outcome::NotRead) else { continue };
            share.whole += 1;
            if outcome == Outcome::Differs {
                share.part += 1;
                in_error.entry(item).or_default().insert(field);
            }
        }
    }
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let overall = Share { part: count(in_error.len()), whole: looked_for };
    let at_best = Share { part: overall.part, whole: count(sample.len()) };
    let limit = check.limit_permille.and_then(|limit| u64::try_from(limit).ok());
    let verdict = if limit.is_some_and(|limit| at_best.is_above(limit)) {
        Verdict::Stop
    } else if unread.is_empty() && unknown.is_empty() {
        Verdict::Passed
    } else {
        Verdict::GoOn
    };
    Report { sample, unread, not_found, strays, unknown, in_error, fields, overall, verdict }
}
