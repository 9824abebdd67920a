//! Rules across items: R01, R02, R03, R04, R07 on pairs, R11 on runs. Photos that only look alike: [`super::looks`].
//!
//! A finding proposes; nobody is merged by it. Serials repeat between makers and even models, so equal serials alone
//! are never enough. All functions are pure and give their findings in a fixed order.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::looks::{self, Look};
use super::parameters;
use super::{Finding, Tunings};
use crate::domain::item::ItemRecord;
use crate::domain::{calibre, serial};
use crate::ids::DocId;

/// How many items with the same serial, tag or photo are compared each with each. Where more share it, each has one finding that says so
/// ([`crowded`]) instead of one for every pair, so that a placeholder nobody thought of cannot make a million pairs. Which of
/// the two depends on the items alone and not on the order in which they came.
pub const GROUP: usize = 64;

/// What items can share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shared {
    /// A serial, or one easily confused with it.
    Serial,
    /// A tag.
    Tag,
    /// A photo.
    Photo,
}

impl Shared {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Serial, Self::Tag, Self::Photo];

    /// The rules that compare what shares this; no other way leads to their findings.
    pub fn rules(self) -> &'static [&'static str] {
        match self {
            Self::Serial => &["R01", "R02", "R07"],
            Self::Tag => &["R03"],
            Self::Photo => &["R04"],
        }
    }
}

/// The finding on each of more than [`GROUP`] items that share something; `key` is the folded serial, the tag, or the photo's hash in hex.
pub fn crowded(what: Shared, key: &str) -> Finding {
    let (rule, name, sentence) = match what {
        Shared::Serial => {
            ("R01", "serial", format!("more than {GROUP} items bear serial '{key}' or one easily confused with it"))
        }
        Shared::Tag => ("R03", "tag", format!("tag '{key}' is used for more than {GROUP} items")),
        Shared::Photo => ("R04", "photo", format!("one photo is attached to more than {GROUP} items")),
    };
    Finding::new(rule, key, sentence).arg(name, key)
}

/// How many consecutive serials at one site are nothing special (rule R11).
pub const RUN: usize = 4;

/// The same where the programme has tuned it.
pub fn usual_run(tuning: &Tunings) -> usize {
    usize::try_from(tuning.of(&parameters::RUN)).unwrap_or(RUN)
}

/// What identifies an item among others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The item.
    pub item: DocId,
    /// Class.
    pub class: Option<String>,
    /// Maker.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Calibre.
    pub calibre: Option<String>,
    /// Serial, normalised; `None` if there is none, if it is a placeholder, or if characters are missing.
    pub serial_norm: Option<String>,
    /// Serial, folded; `None` where `serial_norm` is.
    pub serial_fold: Option<String>,
    /// Tag.
    pub tag: Option<String>,
    /// Status.
    pub status: Option<String>,
    /// Site.
    pub site: Option<String>,
    /// SHA-256 of its photos, sorted.
    pub photos: Vec<[u8; 32]>,
    /// What they look like.
    pub looks: BTreeSet<Look>,
}

impl Identity {
    /// The identity of an item as recorded. Withdrawn markings and photos do not count; ammunition has no serial.
    pub fn of(item: DocId, record: &ItemRecord) -> Self {
        let text = record.serial().filter(|_| !record.is_ammunition()).and_then(|marking| marking.seen());
        let usable = text.filter(|text| !serial::is_placeholder(text) && !serial::is_partial(text));
        let photos: BTreeSet<_> = record.photos.iter().filter(|p| p.is_live()).filter_map(|p| p.hash).collect();
        Self {
            item,
            class: record.class.clone(),
            make: record.make.clone(),
            model: record.model.clone(),
            calibre: record.calibre.clone(),
            serial_norm: usable.map(serial::normalise),
            serial_fold: usable.map(serial::fold),
            tag: record.tag.as_deref().map(serial::normalise).filter(|tag| !tag.is_empty()),
            status: record.status.clone(),
            site: record.site.clone(),
            photos: photos.into_iter().collect(),
            looks: looks::of(record),
        }
    }

    /// What it shares with others of this kind: folded serial, tag, photos.
    pub fn shares(&self, what: Shared) -> Vec<Vec<u8>> {
        match what {
            Shared::Serial => self.serial_fold.iter().map(|fold| fold.as_bytes().to_vec()).collect(),
            Shared::Tag => self.tag.iter().map(|tag| tag.as_bytes().to_vec()).collect(),
            Shared::Photo => self.photos.iter().map(|hash| hash.to_vec()).collect(),
        }
    }

    fn destroyed(&self) -> bool {
        self.status.as_deref() == Some("destroyed")
    }
}

/// A finding about two items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairFinding {
    /// The item with the lower id.
    pub a: DocId,
    /// The item with the higher id.
    pub b: DocId,
    /// What was found; its key is `<a>+<b>`.
    pub finding: Finding,
}

/// A finding about a run of serials at one site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFinding {
    /// The site.
    pub site: String,
    /// The items, in the order of their serials.
    pub items: Vec<DocId>,
    /// What was found; its key is `<site>/<first serial>`.
    pub finding: Finding,
}

fn same(a: Option<&String>, b: Option<&String>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a == b && !matches!(a.as_str(), "unknown" | "UNK" | "other" | "OTH"))
}

fn same_calibre(a: &Identity, b: &Identity) -> bool {
    match (a.calibre.as_deref(), b.calibre.as_deref()) {
        (Some(a), Some(b)) if !matches!(a, "unknown" | "other") => calibre::compatible(a, b),
        _ => false,
    }
}

/// Compares two items. The order of the two does not matter; an item compared with itself gives nothing.
pub fn compare(one: &Identity, other: &Identity) -> Vec<PairFinding> {
    let (a, b) = if one.item <= other.item { (one, other) } else { (other, one) };
    if a.item == b.item {
        return Vec::new();
    }
    let mut findings: Vec<Finding> = Vec::new();
    let key = format!("{}+{}", a.item, b.item);
    let same_kind =
        same(a.class.as_ref(), b.class.as_ref()) && (same(a.make.as_ref(), b.make.as_ref()) || same_calibre(a, b));
    let same_model = same(a.model.as_ref(), b.model.as_ref());
    if let (Some(serial), true) = (&a.serial_norm, same(a.serial_norm.as_ref(), b.serial_norm.as_ref())) {
        if (a.destroyed() || b.destroyed()) && (same_kind || same_model) {
            let message = if a.destroyed() && b.destroyed() {
                format!("serial '{serial}' is recorded as destroyed twice")
            } else {
                format!("serial '{serial}' is recorded as destroyed and has come back")
            };
            findings.push(Finding::new("R02", key.as_str(), message).arg("serial", serial).arg("priority", "high"));
        } else if same_kind {
            let message = format!("serial '{serial}' is already recorded for another item of the same class");
            findings.push(Finding::new("R01", key.as_str(), message).arg("serial", serial));
        }
    }
    if let (Some(tag), true) = (&a.tag, a.tag.is_some() && a.tag == b.tag) {
        findings.push(Finding::new("R03", key.as_str(), format!("tag '{tag}' is used for two items")).arg("tag", tag));
    }
    if let Some(hash) = a.photos.iter().find(|hash| b.photos.contains(hash)) {
        let hash = hex::encode(hash);
        findings.push(Finding::new("R04", key.as_str(), "one photo is attached to two items").arg("photo", hash));
    }
    if let (Some(x), Some(y)) = (&a.serial_norm, &b.serial_norm)
        && x != y
        && a.serial_fold == b.serial_fold
        && (same_model || same(a.make.as_ref(), b.make.as_ref()))
    {
        let message = format!("serials '{x}' and '{y}' differ only by characters that are easily confused");
        findings.push(Finding::new("R07", key.as_str(), message).arg("serial", x).arg("other_serial", y));
    }
    findings.into_iter().map(|finding| PairFinding { a: a.item, b: b.item, finding }).collect()
}

/// The same with photos that only look alike, as the programme has switched and tuned the rules.
pub fn compare_as_tuned(one: &Identity, other: &Identity, tuning: &Tunings) -> Vec<PairFinding> {
    let mut found = compare(one, other);
    found.extend(looks::alike(one, other, looks::below(tuning)));
    found.retain(|pair| tuning.enabled(pair.finding.rule));
    found
}

/// Compares all items that share a folded serial, a tag or a photo, in groups of up to [`GROUP`]. Findings come in the order of rule
/// and pair, each once, whatever the order of the items.
pub fn find(items: &[Identity]) -> Vec<PairFinding> {
    let mut groups: BTreeMap<(Shared, Vec<u8>), BTreeMap<DocId, usize>> = BTreeMap::new();
    for (index, identity) in items.iter().enumerate() {
        for what in Shared::ALL {
            for key in identity.shares(what) {
                groups.entry((what, key)).or_default().insert(identity.item, index);
            }
        }
    }
    let mut found: BTreeMap<(&'static str, DocId, DocId), PairFinding> = BTreeMap::new();
    for ((what, _), group) in groups.iter().filter(|(_, group)| group.len() <= GROUP) {
        let members: Vec<&Identity> = group.values().filter_map(|index| items.get(*index)).collect();
        for (at, later) in members.iter().enumerate() {
            for earlier in members.iter().take(at) {
                for pair in compare(earlier, later).into_iter().filter(|pair| what.rules().contains(&pair.finding.rule))
                {
                    found.entry((pair.finding.rule, pair.a, pair.b)).or_insert(pair);
                }
            }
        }
    }
    found.into_values().collect()
}

/// A serial and the items that bear it.
type Slot = (String, BTreeSet<DocId>);

/// Finds runs of more than `usual` consecutive serials at one site (rule R11); [`RUN`] is the usual number. Equal
/// serials count once. Findings come in the order of site and serial.
pub fn runs(items: &[Identity], usual: usize) -> Vec<RunFinding> {
    let mut families: BTreeMap<[String; 3], BTreeMap<(u64, usize), Slot>> = BTreeMap::new();
    for identity in items {
        let (Some(site), Some(text)) = (&identity.site, &identity.serial_norm) else { continue };
        let Some(parts) = serial::numbered(text) else { continue };
        let family = families.entry([site.clone(), parts.prefix, parts.suffix]).or_default();
        let slot = family.entry((parts.number, parts.width)).or_insert_with(|| (text.clone(), BTreeSet::new()));
        slot.1.insert(identity.item);
    }
    let mut found = Vec::new();
    for ([site, ..], numbers) in &families {
        let mut run: Vec<&Slot> = Vec::new();
        for slot in numbers.values() {
            if run.last().is_some_and(|last| !serial::consecutive(&last.0, &slot.0)) {
                found.extend(run_finding(site, &run, usual));
                run.clear();
            }
            run.push(slot);
        }
        found.extend(run_finding(site, &run, usual));
    }
    found
}

fn run_finding(site: &str, run: &[&Slot], usual: usize) -> Option<RunFinding> {
    let (Some((first, _)), Some((last, _)), true) = (run.first(), run.last(), run.len() > usual) else {
        return None;
    };
    let message = format!("{} consecutive serials at one site, '{first}' to '{last}'", run.len());
    let finding = Finding::new("R11", format!("{site}/{first}"), message)
        .arg("site", site)
        .arg("first", first)
        .arg("last", last)
        .arg("count", run.len());
    let items = run.iter().flat_map(|(_, items)| items.iter().copied()).collect();
    Some(RunFinding { site: site.to_owned(), items, finding })
}
