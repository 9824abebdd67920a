//! Photos that look alike (rule R04): difference hashes that are a few bits apart, found without holding each photo against each.
//!
//! The 64 bits are dealt out to five blocks, as cards are, so that every block sees the whole picture and not one corner of it. Two hashes that
//! differ in at most [`FARTHEST`] bits agree in at least two blocks whole. So a photo is kept under ten keys, one for each two
//! blocks, of 25 bits and more: whatever looks alike shares a key, and what shares a key nearly always looks alike.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::duplicates::{GROUP, Identity, PairFinding};
use super::parameters::ALIKE_BELOW;
use super::{Finding, Tunings};
use crate::domain::item::ItemRecord;

/// Bits in which two photos may differ and still share a key.
pub const FARTHEST: u32 = 3;
/// Among how many blocks the bits are dealt out.
const BLOCKS: u32 = 5;
/// Bits in two blocks, at most.
const KEY_BITS: u32 = 26;
/// A picture in which nearly all bits are alike shows nothing: a hand before the lens, an empty sheet, a dark room.
const LEAST_SEEN: u32 = 5;
/// The key of the finding on an item whose photo looks like too many others.
const CROWD: &str = "look";

/// The difference hash of a picture that shows something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Look(u64);

impl Look {
    /// From 16 hex digits; `None` if that is no hash, or that of a picture on which nothing can be told apart.
    pub fn parse(text: &str) -> Option<Self> {
        let bits = u64::from_str_radix(text, 16).ok().filter(|_| text.len() == 16)?;
        let shown = bits.count_ones();
        (LEAST_SEEN..=u64::BITS - LEAST_SEEN).contains(&shown).then_some(Self(bits))
    }

    /// In how many bits two pictures differ.
    pub fn apart(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }

    /// Under what it is kept. Two looks that are at most [`FARTHEST`] bits apart have one of them in common.
    pub fn keys(self) -> impl Iterator<Item = i64> {
        let pairs = (0..BLOCKS).flat_map(|one| (one + 1..BLOCKS).map(move |other| (one, other)));
        pairs.zip(0_i64..).map(move |((one, other), number)| {
            let taken = (0..u64::BITS).filter(|bit| bit % BLOCKS == one || bit % BLOCKS == other);
            number << KEY_BITS | taken.fold(0, |key, bit| key << 1 | i64::from(self.0 >> bit & 1 == 1))
        })
    }
}

/// What the photos of an item look like. Withdrawn ones do not count.
pub fn of(record: &ItemRecord) -> BTreeSet<Look> {
    let live = record.photos.iter().filter(|photo| photo.is_live());
    live.filter_map(|photo| photo.dhash.as_deref().and_then(Look::parse)).collect()
}

/// The keys of all of them.
pub fn keys(looks: &BTreeSet<Look>) -> BTreeSet<i64> {
    looks.iter().flat_map(|look| look.keys()).collect()
}

/// R04 on two items: photos that are not the very same file and look alike. Where one file is on both, that is the finding and not this.
pub fn alike(one: &Identity, other: &Identity, below: i64) -> Option<PairFinding> {
    let (a, b) = if one.item <= other.item { (one, other) } else { (other, one) };
    if a.item == b.item || a.photos.iter().any(|hash| b.photos.contains(hash)) {
        return None;
    }
    let apart = a.looks.iter().flat_map(|x| b.looks.iter().map(|y| x.apart(*y))).min()?;
    if i64::from(apart) >= below || apart > FARTHEST {
        return None;
    }
    let message = match apart {
        0 => "photos of two items look the same".to_owned(),
        bits => format!("photos of two items look alike: they differ in {bits} of 64 bits"),
    };
    let finding = Finding::new("R04", format!("{CROWD}/{}+{}", a.item, b.item), message).arg("bits", apart);
    Some(PairFinding { a: a.item, b: b.item, finding })
}

/// Below how many different bits photos look alike, as a programme has it; 0 where it compares files only.
pub fn below(tuning: &Tunings) -> i64 {
    tuning.of(&ALIKE_BELOW)
}

/// The finding on each item with a photo that shares a key with those of more than [`GROUP`] items, itself among them.
pub fn crowded() -> Finding {
    let message = format!("a photo of it looks much like those of more than {GROUP} items");
    Finding::new("R04", CROWD, message).arg("items", GROUP)
}
