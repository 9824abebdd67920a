//! How a programme runs the rules: which are switched off, and what their parameters are. Known by decision, on tablets too.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::decision::{Authority, Tuning};

/// A number that a programme can set for a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// The rule it belongs to.
    pub rule: &'static str,
    /// Its stable name within the rule; units are in the name.
    pub name: &'static str,
    /// What it rules.
    pub meaning: &'static str,
    /// The least value it takes.
    pub least: i64,
    /// The greatest.
    pub most: i64,
    /// Its value where none was set.
    pub usual: i64,
}

/// The rules of an operation as they are switched and tuned. Where nothing was decided, all rules run with their usual values.
/// A copy costs nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tunings(Arc<BTreeMap<String, Tuning>>);

impl From<&Authority> for Tunings {
    fn from(authority: &Authority) -> Self {
        Self::new(authority.rules.clone())
    }
}

impl Tunings {
    /// From what was decided, by rule.
    pub fn new(rules: BTreeMap<String, Tuning>) -> Self {
        Self(Arc::new(rules))
    }

    /// Whether a rule is run.
    pub fn enabled(&self, rule: &str) -> bool {
        self.0.get(rule).is_none_or(|tuning| tuning.enabled)
    }

    /// The value of a rule's parameter: what was decided, if it is within the range that the rule's parameter takes, else `usual`.
    pub fn parameter(&self, rule: &str, name: &str, usual: i64) -> i64 {
        let known = super::rule(rule).and_then(|rule| rule.parameters.iter().find(|one| one.name == name));
        known.map_or(usual, |known| self.set(known).unwrap_or(usual))
    }

    /// The value of a parameter.
    pub(crate) fn of(&self, parameter: &Parameter) -> i64 {
        self.set(parameter).unwrap_or(parameter.usual)
    }

    fn set(&self, parameter: &Parameter) -> Option<i64> {
        let set = self.0.get(parameter.rule)?.parameters.get(parameter.name).copied()?;
        (parameter.least..=parameter.most).contains(&set).then_some(set)
    }
}
