//! Drawing the sample: stratified, in proportion, at least one of each stratum.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::SpotCheckError;
use crate::ids::{DeviceId, DocId, OfficerId};
use crate::keys::sha256;

/// An item that can be drawn, with what samples are stratified by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// The item.
    pub item: DocId,
    /// Who recorded it.
    pub officer: Option<OfficerId>,
    /// At which site.
    pub site: Option<String>,
    /// On which device.
    pub device: Option<DeviceId>,
}

/// A stratum and what is drawn of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// What its items have in common, in the order in which the plan stratifies; empty where that is not known.
    pub key: Vec<String>,
    /// How many items it has.
    pub items: usize,
    /// Those that are drawn, in the order in which they are inspected.
    pub drawn: Vec<DocId>,
}

/// A sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// How many items there were to draw from.
    pub population: usize,
    /// The strata, in the order of their keys.
    pub strata: Vec<Stratum>,
    /// All that is drawn, in an order that is itself random: whoever has to stop early has looked at a fair part.
    pub sample: Vec<DocId>,
}

/// By what a sample is stratified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Officer,
    Site,
    Device,
}

fn strata(text: &str) -> Result<Vec<By>, SpotCheckError> {
    let mut by = Vec::new();
    for word in text.split([',', '+', ' ']).map(str::trim).filter(|word| !word.is_empty()) {
        let one = match word {
            "officer" => By::Officer,
            "site" => By::Site,
            "device" => By::Device,
            other => return Err(SpotCheckError::UnknownStratum(other.to_owned())),
        };
        if !by.contains(&one) {
            by.push(one);
        }
    }
    Ok(by)
}

fn key(unit: &Unit, by: &[By]) -> Vec<String> {
    let one = |by: &By| match by {
        By::Officer => unit.officer.map(|officer| officer.to_string()),
        By::Site => unit.site.clone(),
        By::Device => unit.device.map(|device| device.to_string()),
    };
    by.iter().map(|by| one(by).unwrap_or_default()).collect()
}

/// The lot of an item: SHA-256 over the length of the seed in bytes (8 bytes, big endian), the seed, and the id of the item.
fn lot(seed: &str, item: &DocId) -> [u8; 32] {
    let mut bytes = u64::try_from(seed.len()).unwrap_or(u64::MAX).to_be_bytes().to_vec();
    bytes.extend_from_slice(seed.as_bytes());
    bytes.extend_from_slice(item.as_bytes());
    sha256(&bytes)
}

/// Draws a share of the population, rounded up. `stratified_by` names officer, site and device, divided by commas, or nothing.
/// The same items give the same sample, in whatever order and however often they are listed; where one is listed with two different
/// origins, the lesser one stands.
pub fn draw(seed: &str, population: &[Unit], stratified_by: &str, permille: i64) -> Result<Plan, SpotCheckError> {
    if seed.trim().is_empty() {
        return Err(SpotCheckError::NoSeed);
    }
    let share = usize::try_from(permille).ok().filter(|share| (1..=1000).contains(share));
    let share = share.ok_or(SpotCheckError::BadShare(permille))?;
    let by = strata(stratified_by)?;
    let mut units: BTreeMap<DocId, &Unit> = BTreeMap::new();
    for unit in population {
        let known = units.entry(unit.item).or_insert(unit);
        *known = (*known).min(unit);
    }
    let mut groups: BTreeMap<Vec<String>, Vec<([u8; 32], DocId)>> = BTreeMap::new();
    for unit in units.values() {
        groups.entry(key(unit, &by)).or_default().push((lot(seed, &unit.item), unit.item));
    }
    let sizes: Vec<usize> = groups.values().map(Vec::len).collect();
    let parts = allocate(&sizes, units.len().saturating_mul(share).div_ceil(1000));
    let mut all = Vec::new();
    let mut strata = Vec::new();
    for ((key, mut lots), part) in groups.into_iter().zip(parts) {
        lots.sort_unstable();
        let items = lots.len();
        lots.truncate(part);
        strata.push(Stratum { key, items, drawn: lots.iter().map(|(_, item)| *item).collect() });
        all.extend(lots);
    }
    all.sort_unstable();
    Ok(Plan { population: units.len(), strata, sample: all.into_iter().map(|(_, item)| item).collect() })
}

/// How much of each stratum is drawn, so that it is `wanted` in all: in proportion to the sizes by largest remainders, at least one of
/// each and never more than it has. Where there are more strata than are wanted, one of each. Equal remainders go to the stratum that
/// comes first.
pub(super) fn allocate(sizes: &[usize], wanted: usize) -> Vec<usize> {
    let total: usize = sizes.iter().sum();
    let filled = sizes.iter().filter(|size| **size > 0).count();
    let wanted = wanted.clamp(filled, total.max(filled));
    let wide = |n: usize| i128::try_from(n).unwrap_or(i128::MAX);
    let first = |size: &usize| (size.saturating_mul(wanted).checked_div(total).unwrap_or(0)).max(1).min(*size);
    let mut parts: Vec<usize> = sizes.iter().map(first).collect();
    // How far a stratum is below its share, in parts of `total`.
    let lack = |size: usize, part: usize| wide(size) * wide(wanted) - wide(part) * wide(total);
    loop {
        let given: usize = parts.iter().sum();
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        let lack_of = |at: &usize| lack(sizes.get(*at).copied().unwrap_or(0), parts.get(*at).copied().unwrap_or(0));
        let step = match given.cmp(&wanted) {
            std::cmp::Ordering::Equal => return parts,
            std::cmp::Ordering::Less => {
                order.sort_by_key(|at| Reverse(lack_of(at)));
                1
            }
            std::cmp::Ordering::Greater => {
                order.sort_by_key(lack_of);
                -1
            }
        };
        let mut left = given.abs_diff(wanted);
        let mut moved = false;
        for at in order {
            let (Some(part), Some(size)) = (parts.get_mut(at), sizes.get(at)) else { continue };
            let fits = if step > 0 { *part < *size } else { *part > 1 };
            if left > 0 && fits {
                *part = part.saturating_add_signed(step);
                left -= 1;
                moved = true;
            }
        }
        if !moved {
            return parts;
        }
    }
}
