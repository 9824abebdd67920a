//! Rules about marks that we apply: R12 (numbers used twice or out of their block), R75 (laser and depth), R78 (place and qualities).

use std::collections::BTreeMap;

use super::duplicates::{GROUP, PairFinding};
use super::parameters::DEPTH_UM;
use super::{Context, Finding, Severity, Tunings, settle};
use crate::decision::MarkBlock;
use crate::domain::item::ItemRecord;
use crate::domain::serial;
use crate::ids::{DeviceId, DocId};
use crate::marks::{self, ProgrammeMark, Reserved};

pub(super) fn check(item: &ItemRecord, context: &Context, findings: &mut Vec<Finding>) {
    let least = context.tuning.of(&DEPTH_UM);
    if marks::by_laser_alone(item) {
        let message = "the item is marked by laser alone: what is erased of it cannot be recovered";
        findings.push(Finding::new("R75", "laser", message));
    }
    for mark in marks::applied(item) {
        if marks::too_shallow(mark, least) {
            let depth = mark.depth_um.unwrap_or(0);
            let message = format!("the mark is {depth} micrometres deep, less than {least}");
            let finding = Finding::at("R75", format!("markings/{}/depth_um", mark.key), message);
            findings.push(finding.arg("depth_um", depth).weighing(Severity::Warn));
        }
        if marks::on_essential_part(mark) == Some(false) && !item.is_ammunition() {
            let place = mark.location.as_deref().unwrap_or_default();
            let message = "the unique mark is not on the frame or receiver";
            let finding = Finding::at("R78", format!("markings/{}/location", mark.key), message);
            findings.push(finding.arg("location", place));
        }
        for quality in marks::lacking(mark) {
            let message = format!("the mark is not {quality}, as the International Tracing Instrument asks for");
            let finding = Finding::at("R78", format!("markings/{}/{quality}", mark.key), message);
            findings.push(finding.arg("quality", quality));
        }
    }
}

/// A mark that must be unique, on an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MarkUse {
    /// The mark as it is compared.
    pub text: String,
    /// The item.
    pub item: DocId,
    /// Key of the marking.
    pub key: String,
}

impl MarkUse {
    /// The marks of an item that must be unique: of the programme, and assigned by the register. What the register keeps an index on.
    pub fn of(item: DocId, record: &ItemRecord) -> Vec<Self> {
        let one = |mark: &crate::domain::item::MarkingRecord| {
            let text = mark.seen().filter(|text| !text.contains('?')).map(serial::normalise)?;
            (!text.is_empty()).then(|| Self { text, item, key: mark.key.clone() })
        };
        marks::applied(record).filter_map(one).collect()
    }
}

/// R12 across items: each two items that bear the same mark. The register calls it with all uses of the marks that changed; more than
/// [`GROUP`] uses of one mark are compared with the first of them only. In the order of mark and pair, whatever the order of the uses.
pub fn reused(uses: &[MarkUse], tuning: &Tunings) -> Vec<PairFinding> {
    let mut by_text: BTreeMap<&str, BTreeMap<DocId, &str>> = BTreeMap::new();
    for one in uses {
        let key = by_text.entry(&one.text).or_default().entry(one.item).or_insert(&one.key);
        *key = (*key).min(&one.key);
    }
    let mut found = Vec::new();
    for (text, items) in by_text.into_iter().filter(|_| tuning.enabled("R12")) {
        let items: Vec<DocId> = items.into_keys().collect();
        let firsts = if items.len() > GROUP { 1 } else { items.len() };
        for (at, a) in items.iter().enumerate().take(firsts) {
            for b in items.iter().skip(at + 1) {
                let message = format!("the mark '{text}' is on two items");
                let finding = Finding::new("R12", format!("{a}+{b}/{text}"), message).arg("mark", text);
                found.push(PairFinding { a: *a, b: *b, finding });
            }
        }
    }
    found
}

/// R12 on one item: a number twice on it, and programme marks outside the blocks reserved for the device that wrote them. `written_on`
/// says which device added a marking, by its key; where that is not known, or no blocks were given, the blocks say nothing. Register
/// and tablet call it where they have the entries at hand.
pub fn out_of_block(
    item: &ItemRecord,
    written_on: &dyn Fn(&str) -> Option<DeviceId>,
    blocks: &[MarkBlock],
    tuning: &Tunings,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    // A mark that was found on the item belongs to another programme's blocks.
    let ours = marks::applied(item).filter(|mark| mark.kind.as_deref() == Some("PRP") && mark.session.is_some());
    for mark in ours.filter(|_| !blocks.is_empty()) {
        let Some(device) = written_on(&mark.key) else { continue };
        let Some(parsed) = mark.seen().and_then(|text| ProgrammeMark::parse(text).ok()) else { continue };
        let whose = match marks::reserved(blocks, &device, &parsed) {
            Reserved::Own => continue,
            Reserved::Others(other) => format!("reserved for device {other}"),
            Reserved::None => "in no block that was given".to_owned(),
        };
        let message = format!("the mark '{parsed}' is {whose}");
        let finding = Finding::at("R12", format!("markings/{}/text", mark.key), message);
        findings.push(finding.arg("mark", &parsed).arg("device", device));
    }
    settle(findings, tuning, &item.justifications)
}
