//! For every rule a case that it finds and one beside it that it leaves alone; for every parameter a case that turns with it.
//! [`every_rule_has_a_hit_and_a_near_miss`] proves that no rule of the catalogue is without.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod across;
mod deeds;
mod items;
pub(super) mod world;

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Tunings, all, rule};
use crate::decision::Tuning;

/// Runs rules with the tuning given.
pub(super) type Run = Box<dyn Fn(&Tunings) -> Vec<Finding>>;

/// One case of a rule.
pub(super) struct Case {
    rule: &'static str,
    what: &'static str,
    hit: bool,
    run: Run,
}

/// A case of a parameter: with this value the rule finds what it did not find, or the other way round.
pub(super) struct Turn {
    rule: &'static str,
    parameter: &'static str,
    value: i64,
    run: Run,
}

pub(super) fn hit(rule: &'static str, what: &'static str, run: impl Fn(&Tunings) -> Vec<Finding> + 'static) -> Case {
    Case { rule, what, hit: true, run: Box::new(run) }
}

pub(super) fn miss(rule: &'static str, what: &'static str, run: impl Fn(&Tunings) -> Vec<Finding> + 'static) -> Case {
    Case { rule, what, hit: false, run: Box::new(run) }
}

pub(super) fn turn(
    rule: &'static str,
    parameter: &'static str,
    value: i64,
    run: impl Fn(&Tunings) -> Vec<Finding> + 'static,
) -> Turn {
    Turn { rule, parameter, value, run: Box::new(run) }
}

fn cases() -> Vec<Case> {
    let groups = [items::serials(), items::descriptions(), items::lives(), across::cases(), deeds::cases()];
    groups.into_iter().flatten().collect()
}

pub(super) fn tuned(rule: &str, enabled: bool, parameters: &[(&str, i64)]) -> Tunings {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    Tunings::new(BTreeMap::from([(rule.to_owned(), Tuning { enabled, parameters })]))
}

fn of<'a>(findings: &'a [Finding], rule: &str) -> Vec<&'a Finding> {
    findings.iter().filter(|finding| finding.rule == rule).collect()
}

#[test]
fn every_rule_has_a_hit_and_a_near_miss() {
    for hit in [true, false] {
        let tried: BTreeSet<&str> = cases().iter().filter(|case| case.hit == hit).map(|case| case.rule).collect();
        let without: Vec<&str> = all().iter().map(|rule| rule.id).filter(|id| !tried.contains(id)).collect();
        assert_eq!(without, [""; 0], "hit: {hit}");
    }
}

#[test]
fn every_case_is_found_or_left_alone() {
    for case in cases() {
        let findings = (case.run)(&Tunings::default());
        let found = of(&findings, case.rule);
        assert_eq!(!found.is_empty(), case.hit, "{} {}: {findings:?}", case.rule, case.what);
        for finding in found {
            assert!(!finding.key.is_empty() && !finding.message.is_empty(), "{finding:?}");
            assert!(!finding.message.contains("  "), "{finding:?}");
        }
        assert_eq!((case.run)(&Tunings::default()), findings, "{} {}", case.rule, case.what);
    }
}

#[test]
fn a_rule_that_is_switched_off_finds_nothing_and_the_others_find_what_they_found() {
    for case in cases().into_iter().filter(|case| case.hit) {
        let off = (case.run)(&tuned(case.rule, false, &[]));
        assert_eq!(of(&off, case.rule), Vec::<&Finding>::new(), "{} {}", case.rule, case.what);
        let on = (case.run)(&Tunings::default());
        let others: Vec<Finding> = on.into_iter().filter(|finding| finding.rule != case.rule).collect();
        assert_eq!(off, others, "{} {}", case.rule, case.what);
    }
}

#[test]
fn every_parameter_turns_a_case_and_a_value_out_of_its_range_turns_none() {
    let turns: Vec<Turn> = items::turns().into_iter().chain(across::turns()).chain(deeds::turns()).collect();
    for Turn { rule: id, parameter, value, run } in &turns {
        let known = rule(id).unwrap().parameters.iter().find(|one| one.name == *parameter).unwrap();
        let found = |tuning: &Tunings| !of(&run(tuning), id).is_empty();
        let usual = found(&Tunings::default());
        assert_ne!(found(&tuned(id, true, &[(parameter, *value)])), usual, "{id} {parameter}");
        assert_eq!(found(&tuned(id, true, &[(parameter, known.most + 1)])), usual, "{id} {parameter}");
        assert_eq!(found(&tuned(id, true, &[(parameter, known.least - 1)])), usual, "{id} {parameter}");
    }
    let turned: BTreeSet<_> = turns.iter().map(|turn| (turn.rule, turn.parameter)).collect();
    for parameter in all().iter().flat_map(|rule| rule.parameters) {
        assert!(turned.contains(&(parameter.rule, parameter.name)), "{} {}", parameter.rule, parameter.name);
    }
}

#[test]
fn parameters_belong_to_their_rule_and_are_usual_within_their_range() {
    for rule in all() {
        let mut names = BTreeSet::new();
        for parameter in rule.parameters {
            assert_eq!(parameter.rule, rule.id);
            assert!((parameter.least..=parameter.most).contains(&parameter.usual), "{}", parameter.name);
            assert!(names.insert(parameter.name) && !parameter.meaning.is_empty());
            let tuning = tuned(rule.id, true, &[(parameter.name, parameter.least)]);
            assert_eq!(tuning.parameter(rule.id, parameter.name, parameter.usual), parameter.least);
        }
        assert_eq!(Tunings::default().parameter(rule.id, "nobody's", 7), 7);
        assert_eq!(tuned(rule.id, true, &[("nobody's", 1)]).parameter(rule.id, "nobody's", 7), 7);
    }
    assert_eq!(super::duplicates::usual_run(&Tunings::default()), super::duplicates::RUN);
}
