//! Rule R77: photos that are missing, too small to show anything, or taken at another time than the item was collected.

use super::parameters::{DAY_MS, LEAST_BYTES, PHOTO_DAYS};
use super::{Finding, Tunings, settle};
use crate::domain::item::{ItemRecord, PhotoRecord};

/// Views that every weapon has: without them nobody who was not there can say which weapon it is.
const VIEWS: [&str; 3] = ["left", "right", "serial"];

/// R77. Asked when a record is to be complete, not while it is being written: the tablet calls it before an item is verified or put on
/// the list of a destruction, the register when it receives a verification.
pub fn complete(item: &ItemRecord, tuning: &Tunings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if item.is_ammunition() || item.kind.as_deref() == Some("part") {
        return findings;
    }
    let live = || item.photos.iter().filter(|photo| photo.is_live());
    for view in VIEWS {
        if !live().any(|photo| photo.view.as_deref() == Some(view)) {
            let message = format!("there is no photo of the view '{view}'");
            findings.push(Finding::new("R77", view, message).arg("view", view));
        }
    }
    let (bytes, days) = (tuning.of(&LEAST_BYTES), tuning.of(&PHOTO_DAYS));
    let at = |photo: &PhotoRecord, field: &str| format!("photos/{}/{field}", photo.key);
    for photo in live() {
        if let Some(size) = photo.bytes.filter(|size| *size < bytes) {
            let message = format!("a photo of {size} bytes shows too little");
            findings.push(Finding::at("R77", at(photo, "bytes"), message).arg("bytes", size));
        }
        let Some((taken, collected)) = photo.taken_at.zip(item.collected_at) else { continue };
        let apart = i64::try_from(taken.abs_diff(collected)).unwrap_or(i64::MAX) / DAY_MS;
        if apart > days {
            let message = format!("a photo was taken {apart} days from when the item was collected");
            findings.push(Finding::at("R77", at(photo, "taken_at"), message).arg("days", apart));
        }
    }
    settle(findings, tuning, &item.justifications)
}
