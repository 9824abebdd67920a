//! Rules about what people do with items: hand-overs, counts, marking sessions, incidents, destructions, spot checks, and the
//! signatures on any document.
//!
//! [`check`] looks at one document and at what is known [`Around`] it. Register and tablet each bring their own: the register knows
//! all of the operation, a tablet what it holds. What is not known is not judged, so the same document has fewer findings on a tablet,
//! and never others.

mod counts;
mod destructions;
mod handovers;
mod hands;
mod people;
mod sessions;
#[cfg(test)]
mod tests;
mod times;
mod whereabouts;

pub use counts::overdue;
pub use destructions::certificate;

use super::{Finding, Tunings, personal, settle};
pub use crate::custody::Expected;
use crate::destruction;
use crate::document::Content;
use crate::domain::item::{ItemRecord, JustificationRecord};
use crate::domain::procedures::{
    CountRecord, DestructionRecord, HandoverRecord, IncidentRecord, MarkingSessionRecord, SpotCheckRecord,
};
use crate::ids::{DeviceId, DocId, OfficerId};
use crate::policy;

/// What is known around a document.
pub trait Around {
    /// An item that the document names; `None` where it is not known here.
    fn item(&self, item: &DocId) -> Option<&ItemAround>;
    /// Whether every item of the operation is known here, so that one which is not known is not there.
    fn knows_all(&self) -> bool {
        false
    }
    /// What officers attested of this document.
    fn attestations(&self) -> &[SignedAct];
    /// Who created this document.
    fn recorder(&self) -> Option<OfficerId>;
    /// What lay in a store at a time by the books; `None` where that cannot be known here.
    fn expected(&self, site: &str, store: &str, at_ms: i64) -> Option<Expected>;
    /// When a store was last counted before a time; `None` where that cannot be known here.
    fn last_counts(&self, site: &str, store: &str, before_ms: i64) -> Option<LastCounts>;
    /// Other hand-overs that name a seal.
    fn seal_used(&self, number: &str) -> Vec<DocId>;
    /// What is known of the time.
    fn times(&self) -> Times;
    /// Which rules are switched and tuned.
    fn tuning(&self) -> &Tunings;
    /// How many independent witnesses a destruction needs: the policy [`policy::WITNESSES`].
    fn witnesses_needed(&self) -> i64 {
        policy::WITNESSES.usual
    }
}

/// An item, as far as a document that names it has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemAround {
    /// The item.
    pub record: ItemRecord,
    /// Who recorded it.
    pub recorder: OfficerId,
    /// When, by the recorder's clock, milliseconds since the Unix epoch.
    pub recorded_ms: i64,
    /// Whether a finding on it blocks and was not justified.
    pub open_blocking: bool,
    /// Another destruction than this document that says it destroyed the item.
    pub destroyed_by: Option<DocId>,
}

/// An attestation of this document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAct {
    /// What was attested; one of [`crate::document::attestation::KINDS`].
    pub what: String,
    /// Who attested.
    pub officer: OfficerId,
    /// The device that keeps the key they signed with, where that is known.
    pub device: Option<DeviceId>,
    /// Whether it counts.
    pub counts: bool,
    /// When its author says they said it, milliseconds since the Unix epoch.
    pub claimed_ms: i64,
}

/// When a store was last counted. For a store that nobody ever counted: when its first item came to lie in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LastCounts {
    /// Its last weekly count, or a count of everything, milliseconds since the Unix epoch.
    pub weekly_ms: Option<i64>,
    /// Its last count of everything.
    pub half_yearly_ms: Option<i64>,
}

/// What is known of the time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// When the register received the document last, milliseconds since the Unix epoch.
    pub received_ms: Option<i64>,
    /// The present.
    pub now_ms: Option<i64>,
    /// By how much the device's clock is ahead of the register's, in milliseconds; negative if behind.
    pub clock_drift_ms: Option<i64>,
}

/// Runs every rule on a document that can be known from it and what is around it. Findings come in the order of rule and key. A kind
/// that no rule is about has none; what an item says of itself is [`super::check_item`]'s.
pub fn check(kind: &str, content: &Content, around: &dyn Around) -> Vec<Finding> {
    let mut findings = Vec::new();
    let justifications = of_kind(kind, content, around, &mut findings);
    times::check(kind, content, around, &mut findings);
    people::check(kind, around, &mut findings);
    personal::check(content, &mut findings);
    whereabouts::check(kind, content, around, &mut findings);
    settle(findings, around.tuning(), &justifications)
}

/// Reads the document as what it is, runs the rules of its kind and gives what was justified on it.
fn of_kind(
    kind: &str,
    content: &Content,
    around: &dyn Around,
    findings: &mut Vec<Finding>,
) -> Vec<JustificationRecord> {
    match kind {
        "item" => ItemRecord::read(content).justifications,
        "marking_session" => {
            let session = MarkingSessionRecord::read(content);
            sessions::check(&session, around, findings);
            session.justifications
        }
        "handover" => {
            let handover = HandoverRecord::read(content);
            handovers::check(&handover, around, findings);
            handover.justifications
        }
        "count" => {
            let count = CountRecord::read(content);
            counts::check(&count, around, findings);
            count.justifications
        }
        "incident" => IncidentRecord::read(content).justifications,
        "destruction" => {
            let destruction = DestructionRecord::read(content);
            if destruction.state.as_deref() != Some("cancelled") {
                let outcome = destruction::outcome(&destruction);
                destructions::check(&destruction, &outcome, around, findings);
                hands::check(&destruction, &outcome, around, findings);
            }
            destruction.justifications
        }
        "spot_check" => SpotCheckRecord::read(content).justifications,
        _ => Vec::new(),
    }
}
