//! Rules: the automatic search for data that cannot be, or that deserve a second look.
//!
//! A rule notices and explains; it changes nothing, and it never merges two items. The same functions run on the tablet and in the
//! register. Everything here is pure: same records in, same findings out, in the same order.
//!
//! - [`check_item`]: what an item says of itself.
//! - [`procedures::check`]: any document with what is known around it, signatures included.
//! - [`duplicates`], [`looks`], [`applied_marks::reused`]: across items.
//! - [`applied_marks::out_of_block`], [`collections::check`], [`lots::recounted`], [`pace::paced`], [`photos::complete`], [`procedures::certificate`],
//!   [`procedures::overdue`], [`review::edited`], [`waiting`]: what needs more than a document; each says who calls it.

pub mod applied_marks;
#[cfg(test)]
mod cases;
mod catalogue;
pub mod collections;
mod description;
pub mod duplicates;
mod life;
pub mod looks;
pub mod lots;
pub mod models;
pub mod pace;
mod parameters;
mod personal;
pub mod photos;
pub mod procedures;
pub mod review;
mod serials;
#[cfg(test)]
mod tests;
pub mod transfers;
mod tuning;
mod when_where;

use std::collections::BTreeMap;

pub use life::waiting;
use serde::Serialize;
pub use tuning::{Parameter, Tunings};

use crate::domain::item::{ItemRecord, JustificationRecord};
use crate::domain::place::Place;
use models::Reference;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The record cannot be finalised like this.
    Block,
    /// The recorder should look again.
    Warn,
    /// A registrar should look.
    Flag,
    /// Shown in reports only.
    Report,
}

impl Severity {
    /// Stable name: `block`, `warn`, `flag`, `report`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Warn => "warn",
            Self::Flag => "flag",
            Self::Report => "report",
        }
    }
}

/// A rule, as it is shown and taught.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Stable id, such as `R20`.
    pub id: &'static str,
    /// Rises when the rule finds other things than before.
    pub version: u32,
    /// How much its findings usually weigh; a finding states its own.
    pub severity: Severity,
    /// One line.
    pub title: &'static str,
    /// What is wrong, why it matters, what to do: a paragraph for training.
    pub explanation: &'static str,
    /// What a programme can set of it.
    pub parameters: &'static [Parameter],
}

/// What a rule noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Id of the rule.
    pub rule: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// Path of the field it is about, if it is about one.
    pub path: Option<String>,
    /// One sentence in English.
    pub message: String,
    /// The facts in the message by name, for translations.
    pub args: BTreeMap<String, String>,
    /// Names the finding among the findings of its rule on its subject, and stays the same while the cause stays: on
    /// one item a field or members, on a pair the two items.
    pub key: String,
    /// Whether somebody has given a reason why it is in order.
    pub justified: bool,
    /// That reason.
    pub justification: Option<String>,
}

impl Finding {
    /// A finding without a path, open, with the severity of its rule.
    pub(crate) fn new(rule: &'static str, key: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: crate::rules::rule(rule).map_or(Severity::Flag, |rule| rule.severity),
            path: None,
            message: message.into(),
            args: BTreeMap::new(),
            key: key.into(),
            justified: false,
            justification: None,
        }
    }

    /// A finding about one field, which is also its key.
    pub(crate) fn at(rule: &'static str, path: impl Into<String>, message: impl Into<String>) -> Self {
        let path = path.into();
        Self { path: Some(path.clone()), ..Self::new(rule, path, message) }
    }

    pub(crate) fn arg(mut self, name: &str, value: impl core::fmt::Display) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }

    pub(crate) fn weighing(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}

/// What is known around an item. What is not known is not judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context<'a> {
    /// The present, milliseconds since the Unix epoch.
    pub now_ms: Option<i64>,
    /// When the register received the record, milliseconds since the Unix epoch.
    pub received_ms: Option<i64>,
    /// By how much the device's clock is ahead of the register's, in milliseconds; negative if behind.
    pub clock_drift_ms: Option<i64>,
    /// Where the site of the record is.
    pub site: Option<SiteArea>,
    /// Minutes after midnight UTC at which the site opens and closes, where it is a static one that does.
    pub hours: Option<(i64, i64)>,
    /// Which rules are switched and tuned.
    pub tuning: Tunings,
    /// The table of models: the built-in one, or that of the operation.
    pub models: &'a Reference,
}

impl Default for Context<'_> {
    fn default() -> Self {
        Self {
            now_ms: None,
            received_ms: None,
            clock_drift_ms: None,
            site: None,
            hours: None,
            tuning: Tunings::default(),
            models: Reference::builtin(),
        }
    }
}

/// A site as a circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteArea {
    /// Its centre.
    pub centre: Place,
    /// Its radius in metres.
    pub radius_m: i64,
}

/// Every rule that is run, in the order of their ids.
pub fn all() -> &'static [Rule] {
    catalogue::RULES
}

/// The rule with that id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    all().iter().find(|rule| rule.id == id)
}

/// Runs every rule that needs nothing but the item itself. Findings come in the order of rule and key; a finding that
/// the item's `justifications` give a reason for says so.
pub fn check_item(item: &ItemRecord, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    serials::check(item, &mut findings);
    description::check(item, context, &mut findings);
    when_where::check(item, context, &mut findings);
    applied_marks::check(item, context, &mut findings);
    life::check(item, context, &mut findings);
    lots::check(item, context, &mut findings);
    settle(findings, &context.tuning, &item.justifications)
}

/// What is left of findings once rules that are switched off are passed over: in the order of rule and key, one of each, with the
/// reason that somebody gave for it.
pub fn settle(mut findings: Vec<Finding>, tuning: &Tunings, justifications: &[JustificationRecord]) -> Vec<Finding> {
    findings.retain(|finding| tuning.enabled(finding.rule));
    for finding in &mut findings {
        if finding.rule == "R53" {
            finding.args.insert("priority".to_owned(), "high".to_owned());
        }
        let given = justifications.iter().filter(|j| j.is_live() && j.rule.as_deref() == Some(finding.rule));
        let meant = given.filter(|j| j.finding.as_ref().is_none_or(|key| *key == finding.key));
        finding.justification = meant.filter_map(|j| j.reason.clone()).find(|reason| !reason.trim().is_empty());
        finding.justified = finding.justification.is_some();
    }
    findings.sort_by(|a, b| (a.rule, &a.key, &a.message).cmp(&(b.rule, &b.key, &b.message)));
    findings.dedup_by(|later, first| (later.rule, &later.key) == (first.rule, &first.key));
    findings
}
