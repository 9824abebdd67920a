//! Policies: what a programme rules for an operation, each a number with a usual value. Tablets know them by decision.

use core::ops::RangeInclusive;

/// One policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its stable name.
    pub name: &'static str,
    /// What it rules.
    pub meaning: &'static str,
    /// The values it takes.
    pub range: RangeInclusive<i64>,
    /// Its value where none was set.
    pub usual: i64,
}

/// Whether two people who sign one act with keys on one device count as two: 1 yes (with a finding), 0 no.
pub static ONE_DEVICE_COUNTS: Policy = Policy {
    name: "one_device_counts",
    meaning: "two signatures made on one device count as two (1), or the second is a claim (0)",
    range: 0..=1,
    usual: 1,
};

/// For how many days a tablet works without contact before it seals its store.
pub static DEVICE_LEASE_DAYS: Policy = Policy {
    name: "device_lease_days",
    meaning: "days without contact after which a tablet seals its store until the register opens it again",
    range: 7..=90,
    usual: 30,
};

/// For how many days without contact an officer's key on a tablet may sign.
pub static OFFICER_LEASE_DAYS: Policy = Policy {
    name: "officer_lease_days",
    meaning: "days without contact for which an officer's key on a tablet may sign",
    range: 7..=90,
    usual: 30,
};

/// Whether a destruction needs its plan approved by somebody who did not make it.
pub static PLAN_NEEDS_APPROVAL: Policy = Policy {
    name: "plan_needs_approval",
    meaning: "a destruction needs its plan approved (1) by somebody who did not make it, or not (0)",
    range: 0..=1,
    usual: 1,
};

/// How many independent witnesses a destruction needs.
pub static WITNESSES: Policy =
    Policy { name: "witnesses", meaning: "independent witnesses that a destruction needs", range: 1..=5, usual: 1 };

/// Every policy, by name.
pub fn all() -> [&'static Policy; 5] {
    [&DEVICE_LEASE_DAYS, &OFFICER_LEASE_DAYS, &ONE_DEVICE_COUNTS, &PLAN_NEEDS_APPROVAL, &WITNESSES]
}

/// The policy of that name.
pub fn policy(name: &str) -> Option<&'static Policy> {
    all().into_iter().find(|policy| policy.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_is_found_by_its_name_and_usual_values_are_allowed() {
        for one in all() {
            assert_eq!(policy(one.name), Some(one));
            assert!(one.range.contains(&one.usual), "{}", one.name);
        }
        assert!(all().is_sorted_by(|a, b| a.name < b.name));
        assert_eq!(policy("none"), None);
    }
}
