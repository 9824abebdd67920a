//! What differs between the manifest of a hand-over, what was scanned at loading and what was scanned at receipt; and its seals.
//!
//! A thing is named by its item, by its tag, or by both; a scan that names the tag alone is the item that the other lists name with that
//! tag. Quantities of one lot scanned in parts are added up; a piece scanned twice is a difference of its own.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::procedures::{HandoverRecord, LineRecord, LoadedRecord, ReceivedRecord, SealRecord};
use crate::domain::serial;
use crate::ids::DocId;

/// What a line or a scan is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An item.
    Item(DocId),
    /// A tag, normalised, that no list here gives an item for.
    Tag(String),
    /// Neither was said; the key of the member.
    Unnamed(String),
}

impl core::fmt::Display for Subject {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Item(item) => write!(f, "{item}"),
            Self::Tag(tag) => write!(f, "tag {tag}"),
            Self::Unnamed(key) => write!(f, "line {key}"),
        }
    }
}

/// One line or scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Key of the member.
    pub key: &'a str,
    /// The item, if it is named.
    pub item: Option<DocId>,
    /// The tag, if it is named.
    pub tag: Option<&'a str>,
    /// The quantity, for what is counted.
    pub quantity: Option<i64>,
    /// The box, if it is named.
    pub box_name: Option<&'a str>,
}

macro_rules! piece {
    ($record:ty) => {
        impl<'a> From<&'a $record> for Piece<'a> {
            fn from(record: &'a $record) -> Self {
                Self {
                    key: &record.key,
                    item: record.item,
                    tag: record.tag.as_deref(),
                    quantity: record.quantity,
                    box_name: record.box_name.as_deref(),
                }
            }
        }
    };
}
piece!(LineRecord);
piece!(LoadedRecord);
piece!(ReceivedRecord);

/// In which way two lists differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// It was expected and is not there.
    Missing,
    /// It is there and was not expected.
    Surplus,
    /// One piece was named more than once.
    Twice,
    /// There is more or less of it than expected.
    Quantity,
}

impl Way {
    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Surplus => "surplus",
            Self::Twice => "twice",
            Self::Quantity => "quantity",
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// What differs.
    pub subject: Subject,
    /// How.
    pub way: Way,
    /// How much was expected; pieces where no quantity was said.
    pub expected: i64,
    /// How much was found.
    pub found: i64,
    /// Box in which it was expected, or in which it was found where it was not expected.
    pub box_name: Option<String>,
}

/// All that differs in a hand-over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// Between the manifest and what was loaded.
    pub loading: Vec<Difference>,
    /// Between what was loaded (the manifest, where nothing was scanned at loading) and what was received.
    pub receipt: Vec<Difference>,
    /// At the seals.
    pub seals: Vec<SealDifference>,
}

impl Differences {
    /// Compares the lists of a hand-over. What has not come to pass yet is not compared: no receipt before it is received.
    pub fn of(handover: &HandoverRecord) -> Self {
        let state = handover.state.as_deref();
        let loaded = matches!(state, Some("loaded" | "under_way" | "received"));
        let scanned = handover.loaded.iter().any(LoadedRecord::is_live);
        let received = state == Some("received");
        Self {
            loading: if loaded && scanned { at_loading(handover) } else { Vec::new() },
            receipt: if received { at_receipt(handover) } else { Vec::new() },
            seals: seals(handover),
        }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.loading.is_empty() && self.receipt.is_empty() && self.seals.is_empty()
    }
}

/// The manifest against what was scanned at loading.
pub fn at_loading(handover: &HandoverRecord) -> Vec<Difference> {
    let (lines, loaded, _) = lists(handover);
    between(&lines, &loaded, &names(handover))
}

/// What was scanned at loading (the manifest, where nothing was) against what was scanned at receipt.
pub fn at_receipt(handover: &HandoverRecord) -> Vec<Difference> {
    let (lines, loaded, received) = lists(handover);
    between(if loaded.is_empty() { &lines } else { &loaded }, &received, &names(handover))
}

/// Every item that a hand-over names, by whichever list.
pub fn items(handover: &HandoverRecord) -> BTreeSet<DocId> {
    let (lines, loaded, received) = lists(handover);
    lines.iter().chain(&loaded).chain(&received).filter_map(|piece| piece.item).collect()
}

type Lists<'a> = (Vec<Piece<'a>>, Vec<Piece<'a>>, Vec<Piece<'a>>);

fn lists(handover: &HandoverRecord) -> Lists<'_> {
    (
        handover.lines.iter().filter(|line| line.is_live()).map(Piece::from).collect(),
        handover.loaded.iter().filter(|scan| scan.is_live()).map(Piece::from).collect(),
        handover.received.iter().filter(|scan| scan.is_live()).map(Piece::from).collect(),
    )
}

/// Which item a tag names, where the lists of a hand-over agree on one.
pub type Names = BTreeMap<String, BTreeSet<DocId>>;

fn names(handover: &HandoverRecord) -> Names {
    let (lines, loaded, received) = lists(handover);
    let mut names = Names::new();
    for piece in lines.iter().chain(&loaded).chain(&received) {
        if let (Some(item), Some(tag)) = (piece.item, tag(piece)) {
            names.entry(tag).or_default().insert(item);
        }
    }
    names
}

fn tag(piece: &Piece<'_>) -> Option<String> {
    piece.tag.map(serial::normalise).filter(|tag| !tag.is_empty())
}

fn subject(piece: &Piece<'_>, names: &Names) -> Subject {
    if let Some(item) = piece.item {
        return Subject::Item(item);
    }
    let Some(tag) = tag(piece) else { return Subject::Unnamed(piece.key.to_owned()) };
    match names.get(&tag) {
        Some(items) if items.len() == 1 => items.first().map_or(Subject::Tag(tag), |item| Subject::Item(*item)),
        _ => Subject::Tag(tag),
    }
}

/// What a list says of one subject.
#[derive(Debug, Default)]
struct Heap<'a> {
    times: i64,
    quantified: i64,
    quantity: i64,
    box_name: Option<&'a str>,
}

impl Heap<'_> {
    /// Its quantity, if every line of it states one.
    fn sum(&self) -> Option<i64> {
        (self.times == self.quantified).then_some(self.quantity)
    }

    fn amount(&self) -> i64 {
        self.sum().unwrap_or(self.times)
    }
}

fn heaps<'a>(pieces: &[Piece<'a>], names: &Names) -> BTreeMap<Subject, Heap<'a>> {
    let mut heaps: BTreeMap<Subject, Heap<'a>> = BTreeMap::new();
    for piece in pieces {
        let heap = heaps.entry(subject(piece, names)).or_default();
        heap.times += 1;
        heap.quantified += i64::from(piece.quantity.is_some());
        heap.quantity = heap.quantity.saturating_add(piece.quantity.unwrap_or(0));
        heap.box_name = match (heap.box_name, piece.box_name) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
    heaps
}

/// Compares two lists. The order of their lines does not matter; differences come in the order of subject and way.
pub fn between(expected: &[Piece<'_>], found: &[Piece<'_>], names: &Names) -> Vec<Difference> {
    let (expected, found) = (heaps(expected, names), heaps(found, names));
    let none = Heap::default();
    let subjects: BTreeSet<&Subject> = expected.keys().chain(found.keys()).collect();
    let mut differences = Vec::new();
    for subject in subjects {
        let (wanted, there) = (expected.get(subject).unwrap_or(&none), found.get(subject).unwrap_or(&none));
        let mut differs = |way, expected, found| {
            let box_name = wanted.box_name.or(there.box_name).map(str::to_owned);
            differences.push(Difference { subject: subject.clone(), way, expected, found, box_name });
        };
        if there.times == 0 {
            differs(Way::Missing, wanted.amount(), 0);
            continue;
        }
        if wanted.times == 0 {
            differs(Way::Surplus, 0, there.amount());
        }
        if there.times > 1 && there.sum().is_none() {
            differs(Way::Twice, 1, there.times);
        }
        match (wanted.sum(), there.sum()) {
            (Some(expected), Some(found)) if wanted.times > 0 && expected != found => {
                differs(Way::Quantity, expected, found);
            }
            _ => {}
        }
    }
    differences
}

/// In which way a seal is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SealWay {
    /// It was found broken.
    Broken,
    /// It was looked for and not found.
    Missing,
    /// It was applied, and nothing is said of it at receipt.
    NotLookedAt,
    /// It was found, and nobody applied it.
    NotApplied,
    /// It was applied to two boxes.
    Twice,
    /// It was found on another box than the one it was applied to.
    OtherBox,
}

impl SealWay {
    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Missing => "missing",
            Self::NotLookedAt => "not_looked_at",
            Self::NotApplied => "not_applied",
            Self::Twice => "twice",
            Self::OtherBox => "other_box",
        }
    }
}

/// A seal that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SealDifference {
    /// Its number, normalised.
    pub number: String,
    /// How.
    pub way: SealWay,
    /// Its box, if one was named.
    pub box_name: Option<String>,
}

/// The seals of a hand-over that are not as they should be, in the order of their numbers. That a seal was not looked at is said once
/// the hand-over is received.
pub fn seals(handover: &HandoverRecord) -> Vec<SealDifference> {
    let received = handover.state.as_deref() == Some("received");
    let mut by_number: BTreeMap<String, Vec<&SealRecord>> = BTreeMap::new();
    for seal in handover.seals.iter().filter(|seal| seal.is_live()) {
        let number = seal.number.as_deref().map(serial::normalise).filter(|number| !number.is_empty());
        if let Some(number) = number {
            by_number.entry(number).or_default().push(seal);
        }
    }
    let mut differences = BTreeSet::new();
    for (number, seals) in &by_number {
        let in_state = |states: &'static [&'static str]| {
            let is = move |seal: &&&SealRecord| seal.state.as_deref().is_some_and(|state| states.contains(&state));
            seals.iter().filter(is).copied()
        };
        let boxes = |states| in_state(states).filter_map(|seal| seal.box_name.as_deref()).collect::<BTreeSet<&str>>();
        let (on, at) = (boxes(&["applied"]), boxes(&["intact", "broken"]));
        let any = on.first().or(at.first()).map(|name| (*name).to_owned());
        let mut differs = |way| {
            differences.insert(SealDifference { number: number.clone(), way, box_name: any.clone() });
        };
        let applied = in_state(&["applied"]).next().is_some();
        let looked_at = in_state(&["intact", "broken", "missing"]).next().is_some();
        if in_state(&["broken"]).next().is_some() {
            differs(SealWay::Broken);
        }
        if in_state(&["missing"]).next().is_some() {
            differs(SealWay::Missing);
        }
        if applied && !looked_at && received {
            differs(SealWay::NotLookedAt);
        }
        if looked_at && !applied {
            differs(SealWay::NotApplied);
        }
        if on.len() > 1 {
            differs(SealWay::Twice);
        } else if on.len() == 1 && at.iter().any(|name| !on.contains(name)) {
            differs(SealWay::OtherBox);
        }
    }
    differences.into_iter().collect()
}
