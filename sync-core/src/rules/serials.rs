//! Rules about one item's serials and markings: R05, R06, R08, R09, R10, R31.

use super::{Finding, Severity};
use crate::domain::item::{ItemRecord, MarkingRecord};
use crate::domain::serial;

pub(super) fn check(item: &ItemRecord, findings: &mut Vec<Finding>) {
    status_agrees(item, findings);
    removed_marks(item, findings);
    for marking in serials(item) {
        placeholder(marking, findings);
    }
    if !item.is_ammunition() {
        one_weapon(item, findings);
        mixed_up(item, findings);
    }
}

fn serials(item: &ItemRecord) -> impl Iterator<Item = &MarkingRecord> {
    item.live_markings().filter(|m| m.kind.as_deref() == Some("SER"))
}

fn path(marking: &MarkingRecord, field: &str) -> String {
    format!("markings/{}/{field}", marking.key)
}

/// R05. A part may repeat the end or the beginning of the main serial, be read in part, or be misread alike.
fn one_weapon(item: &ItemRecord, findings: &mut Vec<Finding>) {
    let Some(main) = item.serial() else { return };
    let Some(main_text) = main.seen().map(serial::normalise) else { return };
    for other in serials(item).filter(|m| m.key != main.key) {
        let Some(text) = other.seen().map(serial::normalise) else { continue };
        let elsewhere = other.component != main.component || other.location != main.location;
        if !elsewhere || text.is_empty() || main_text.is_empty() || belongs(&main_text, &text) {
            continue;
        }
        let message = format!("serial '{text}' on another part does not belong to serial '{main_text}'");
        let mut finding = Finding::new("R05", format!("{}|{}", main.key, other.key), message)
            .arg("serial", &main_text)
            .arg("other_serial", &text);
        finding.path = Some(path(other, "text"));
        findings.push(finding);
    }
}

fn belongs(main: &str, part: &str) -> bool {
    let (long, short) = if main.len() >= part.len() { (main, part) } else { (part, main) };
    let shortened = short.chars().count() >= 3 && (long.ends_with(short) || long.starts_with(short));
    shortened
        || serial::matches(main, part)
        || serial::matches(part, main)
        || serial::fold(main) == serial::fold(part)
        || serial::is_placeholder(main)
        || serial::is_placeholder(part)
}

/// R06.
fn mixed_up(item: &ItemRecord, findings: &mut Vec<Finding>) {
    let Some(marking) = item.serial() else { return };
    let Some(text) = marking.seen().map(serial::normalise).filter(|text| !text.is_empty()) else { return };
    let same = |other: Option<&str>| other.is_some_and(|other| serial::normalise(other) == text);
    let year = item.year.map(|year| year.to_string());
    let twin = item.live_markings().find(|m| {
        matches!(m.kind.as_deref(), Some("MOD" | "CAL" | "YOM" | "MFR" | "PRF" | "UNT" | "IMP" | "STO"))
            && same(m.seen())
    });
    let what = if same(year.as_deref()) {
        "year"
    } else if same(item.calibre.as_deref()) || same(item.calibre_as_seen.as_deref()) {
        "calibre"
    } else if same(item.model.as_deref()) || same(item.model_as_seen.as_deref()) {
        "model"
    } else if same(item.tag.as_deref()) {
        "tag"
    } else if twin.is_some() {
        "another marking"
    } else {
        return;
    };
    let message = format!("the serial '{text}' equals the {what} of the same item");
    let message = message.replace("the another", "another");
    findings.push(Finding::at("R06", path(marking, "text"), message).arg("serial", &text).arg("same_as", what));
}

/// R08.
fn placeholder(marking: &MarkingRecord, findings: &mut Vec<Finding>) {
    let Some(text) = marking.seen() else { return };
    if serial::is_placeholder(text) {
        let message = format!("'{text}' is a placeholder, not a serial");
        findings.push(Finding::at("R08", path(marking, "text"), message).arg("serial", text));
    }
}

/// R09 and R10.
fn status_agrees(item: &ItemRecord, findings: &mut Vec<Finding>) {
    let Some(status) = item.serial_status.as_deref() else { return };
    let marking = item.serial().filter(|m| m.component.is_none());
    let text = marking.and_then(MarkingRecord::seen);
    match (status, text) {
        ("read" | "partial", None) => {
            let message = format!("the status of the serial is '{status}', but there is no text");
            findings.push(Finding::at("R09", "serial_status", message).arg("status", status));
        }
        ("none_marked" | "not_inspected", Some(text)) => {
            let message = format!("the status of the serial is '{status}', but there is the text '{text}'");
            let finding = Finding::at("R09", "serial_status", message).arg("status", status).arg("serial", text);
            findings.push(finding);
        }
        ("partial", Some(text)) if !serial::is_partial(text) => {
            let message = format!("the serial '{text}' is partial, but does not show where characters are missing");
            let at = marking.map_or_else(|| "serial_status".to_owned(), |m| path(m, "text"));
            findings.push(Finding::at("R10", at, message).arg("serial", text));
        }
        _ => {}
    }
}

/// R31. Either a photo of it, or a decision whether the item is evidence, is what is asked for.
fn removed_marks(item: &ItemRecord, findings: &mut Vec<Finding>) {
    if item.evidence_hold.is_some() {
        return;
    }
    let photographed = |marking: &MarkingRecord| {
        marking.photo.is_some()
            || item.photos.iter().any(|p| p.is_live() && p.marking.as_deref() == Some(marking.key.as_str()))
            || (marking.kind.as_deref() == Some("SER") && serial_photo(item))
    };
    let mut found = false;
    for marking in item.live_markings() {
        let Some(condition @ ("OBL" | "SAN" | "ALT")) = marking.condition.as_deref() else { continue };
        found = true;
        if photographed(marking) {
            continue;
        }
        let word = match condition {
            "OBL" => "obliterated",
            "SAN" => "sanitised",
            _ => "altered",
        };
        let message = format!("a marking is {word}, and there is neither a photo nor a decision on evidence");
        findings.push(Finding::at("R31", path(marking, "condition"), message).arg("condition", condition));
    }
    if !found && item.serial_status.as_deref() == Some("obliterated") && !serial_photo(item) {
        let message = "the serial is obliterated, and there is neither a photo nor a decision on evidence";
        findings.push(Finding::at("R31", "serial_status", message).arg("condition", "OBL").weighing(Severity::Flag));
    }
}

fn serial_photo(item: &ItemRecord) -> bool {
    item.photos.iter().any(|photo| photo.is_live() && photo.view.as_deref() == Some("serial"))
}
