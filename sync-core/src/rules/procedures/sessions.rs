//! Rules about marking sessions: R75 (laser and depth).

use super::super::parameters::DEPTH_UM;
use super::super::{Finding, Severity};
use super::Around;
use crate::domain::procedures::MarkingSessionRecord;

pub(super) fn check(session: &MarkingSessionRecord, around: &dyn Around, findings: &mut Vec<Finding>) {
    if session.method.as_deref() == Some("LAS") {
        let message = "marks are made by laser: what is erased of them cannot be recovered";
        findings.push(Finding::at("R75", "method", message).weighing(Severity::Warn));
    }
    let least = around.tuning().of(&DEPTH_UM);
    if let Some(depth) = session.depth_um.filter(|depth| *depth < least) {
        let message = format!("marks are {depth} micrometres deep, less than {least}");
        findings.push(Finding::at("R75", "depth_um", message).arg("depth_um", depth).weighing(Severity::Warn));
    }
}
