//! Rules about the signatures on any document: R71 (nobody verifies their own record), R72 (signatures that are missing), R76 (two
//! signatures on one device).

use std::collections::{BTreeMap, BTreeSet};

use super::super::Finding;
use super::{Around, SignedAct};
use crate::ids::OfficerId;

/// Acts that need two people, and of which the two signatures therefore belong together.
const TOGETHER: [(&str, &str); 3] =
    [("destroyed", "witnessed"), ("handed_over", "received"), ("consented", "consented")];

pub(super) fn check(kind: &str, around: &dyn Around, findings: &mut Vec<Finding>) {
    own_word(kind, around, findings);
    same_device(around, findings);
}

/// Who signed this, as far as it counts.
pub(super) fn signers(what: &str, around: &dyn Around) -> BTreeSet<OfficerId> {
    around.attestations().iter().filter(|act| act.counts && act.what == what).map(|act| act.officer).collect()
}

/// R72. A signature that should be there and is not, or is somebody else's than the officer's who is named.
pub(super) fn missing(what: &str, named: Option<OfficerId>, around: &dyn Around) -> Option<Finding> {
    let signers = signers(what, around);
    if named.map_or(!signers.is_empty(), |officer| signers.contains(&officer)) {
        return None;
    }
    let message = match (named, signers.first()) {
        (Some(_), Some(_)) => format!("'{what}' is signed by somebody else than the officer who is named"),
        _ => format!("'{what}' is not signed"),
    };
    let finding = Finding::new("R72", what, message).arg("what", what);
    Some(named.into_iter().fold(finding, |finding, officer| finding.arg("officer", officer)))
}

/// R71. A claim shows as well as what counts: that somebody tried is what a registrar wants to know.
fn own_word(kind: &str, around: &dyn Around, findings: &mut Vec<Finding>) {
    let Some(recorder) = around.recorder() else { return };
    let judges = |act: &&SignedAct| match act.what.as_str() {
        "verified" => true,
        "approved" => kind == "destruction",
        _ => false,
    };
    let mut found: BTreeMap<String, &SignedAct> = BTreeMap::new();
    for act in around.attestations().iter().filter(judges).filter(|act| act.officer == recorder) {
        found.entry(format!("{}/{}", act.what, act.officer)).or_insert(act);
    }
    findings.extend(found.into_iter().map(|(key, act)| {
        let message = format!("an officer {} what they recorded themselves", act.what);
        Finding::new("R71", key, message).arg("officer", act.officer).arg("what", &act.what)
    }));
}

/// R76.
fn same_device(around: &dyn Around, findings: &mut Vec<Finding>) {
    let acts = around.attestations();
    let mut found = BTreeMap::new();
    for (first, second) in TOGETHER {
        for one in acts.iter().filter(|act| act.counts && act.what == first) {
            for other in acts.iter().filter(|act| act.counts && act.what == second && act.officer != one.officer) {
                if let (Some(device), true) = (one.device, one.device == other.device) {
                    let (low, high) = (one.officer.min(other.officer), one.officer.max(other.officer));
                    found.insert((first, second, low, high), device);
                }
            }
        }
    }
    for ((first, second, low, high), device) in found {
        let message = format!("'{first}' and '{second}' were signed with keys kept on one device");
        let key = format!("{first}+{second}/{low}+{high}");
        findings.push(Finding::new("R76", key, message).arg("device", device).arg("officer", low).arg("other", high));
    }
}
