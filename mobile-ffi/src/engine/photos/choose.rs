//! Which originals go over which link. Statements and working copies always go.

use crate::model::{Link, Originals};

/// Battery below which originals wait for a charger, in percent.
const LEAST_BATTERY: u32 = 20;

/// Whether originals go over this link now.
pub(super) fn originals_go(policy: Originals, link: &Link) -> bool {
    match policy {
        Originals::Never => false,
        Originals::Always => true,
        Originals::Wifi => {
            let powered = link.charging || link.battery_percent.is_none_or(|percent| percent >= LEAST_BATTERY);
            !link.metered && powered && link.most_bytes.is_none_or(|most| most > 0)
        }
    }
}

/// Whether an original of this size goes over this link.
pub(super) fn fits(bytes: u64, link: &Link) -> bool {
    link.most_bytes.is_none_or(|most| bytes <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn originals_wait_for_a_link_that_costs_nothing_and_for_power_unless_told_otherwise() {
        let link = |metered, battery_percent, charging| Link { metered, battery_percent, charging, most_bytes: None };
        for (policy, link, go) in [
            (Originals::Wifi, Link::default(), true),
            (Originals::Wifi, link(true, None, true), false),
            (Originals::Wifi, link(false, Some(19), false), false),
            (Originals::Wifi, link(false, Some(19), true), true),
            (Originals::Wifi, link(false, Some(20), false), true),
            (Originals::Always, link(true, Some(1), false), true),
            (Originals::Never, Link::default(), false),
        ] {
            assert_eq!(originals_go(policy, &link), go, "{policy:?} {link:?}");
        }
        let narrow = Link { most_bytes: Some(1_000_000), ..Link::default() };
        assert!(fits(1_000_000, &narrow) && !fits(1_000_001, &narrow) && fits(u64::MAX, &Link::default()));
    }
}
