//! How long to wait after wrong PINs, and how long an officer's key is good without the register: pure, from what is stored and the
//! clocks as they stand.
//!
//! Waiting is counted by the time since the device started, which nobody can set. After a restart only the time since then counts: it
//! has certainly passed. Where the platform cannot tell (see [`Platform::boot`](crate::Platform::boot)), the wall clock is counted: set back, it
//! starts the count again from there; set forward, it shortens the waiting. That, and a whole store put back together with its vault, is
//! what stays open.
//!
//! A lease is counted by the later of the wall clock and the latest time that this tablet has ever seen, so that setting the clock back
//! does not lengthen it. A clock that was ahead at the last sync lengthens it by as much, but not beyond the next start.

use ploughshare_core::policy::OFFICER_LEASE_DAYS;
use serde::{Deserialize, Serialize};

use crate::error::TabletError;
use crate::platform::Platform;
use crate::store::Result;

/// One day in ms.
pub(in crate::engine) const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Wrong PINs that cost nothing.
const FREE: u32 = 3;
/// What each wrong PIN after those costs, in seconds.
const STEPS: [i64; 9] = [30, 60, 5 * 60, 15 * 60, 3_600, 2 * 3_600, 4 * 3_600, 8 * 3_600, 16 * 3_600];
/// The longest waiting, in seconds.
const CAP: i64 = 24 * 3_600;

/// A moment by all clocks that there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    /// What the wall clock claims, ms since the Unix epoch.
    pub wall_ms: i64,
    /// Which start of the device, and how long since, in ms.
    pub boot: Option<(String, i64)>,
}

impl Stamp {
    /// Now.
    pub(crate) fn read(platform: &dyn Platform) -> Result<Self> {
        let boot = platform.boot().map_err(TabletError::from)?.map(|boot| (boot.id, boot.elapsed_ms));
        Ok(Self { wall_ms: platform.now_ms()?, boot })
    }

    /// What has passed since an earlier moment for certain.
    pub(in crate::engine) fn since(&self, earlier: &Self) -> i64 {
        let passed = match (&self.boot, &earlier.boot) {
            (Some((now, ms)), Some((then, before))) if now == then => ms - before,
            (Some((_, ms)), _) => *ms,
            (None, _) => self.wall_ms - earlier.wall_ms,
        };
        passed.max(0)
    }
}

/// Wrong PINs since the last right one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wrong {
    /// How many.
    pub count: u32,
    /// When the waiting was last looked at.
    pub at: Stamp,
    /// How much of it had been waited by then, in ms.
    pub waited_ms: i64,
}

/// What so many wrong PINs cost, in ms.
fn cost_ms(count: u32) -> i64 {
    let Some(step) = count.checked_sub(FREE + 1) else { return 0 };
    STEPS.get(step as usize).copied().unwrap_or(CAP) * 1000
}

impl Wrong {
    /// How long is still to be waited, in ms.
    pub(crate) fn left_ms(&self, now: &Stamp) -> i64 {
        cost_ms(self.count).saturating_sub(self.waited_ms).saturating_sub(now.since(&self.at)).max(0)
    }

    /// The same, looked at now: what was waited is kept, whatever becomes of the clocks.
    pub(crate) fn looked_at(&self, now: &Stamp) -> Self {
        let waited_ms = self.waited_ms.saturating_add(now.since(&self.at)).min(cost_ms(self.count));
        Self { count: self.count, at: now.clone(), waited_ms }
    }

    /// One more, now. It is counted before the PIN is tried, so that a program killed in between has tried once.
    pub(crate) fn once_more(&self, now: &Stamp) -> Self {
        Self { count: self.count.saturating_add(1), at: now.clone(), waited_ms: 0 }
    }
}

/// The lease for a key, in days, from until when the register lets the tablet work without contact, within what a programme may rule.
pub(super) fn lease_days(until_ms: Option<i64>, now_ms: i64) -> i64 {
    let said = until_ms.and_then(|until| until.checked_sub(now_ms)).filter(|left| *left > 0);
    // Rounded: the register counted from a moment ago.
    said.map_or(OFFICER_LEASE_DAYS.usual, |left| {
        (left.saturating_add(DAY_MS / 2) / DAY_MS)
            .clamp(*OFFICER_LEASE_DAYS.range.start(), *OFFICER_LEASE_DAYS.range.end())
    })
}

/// What is left of a lease, in ms; 0 when it is over.
pub(super) fn lease_left_ms(days: i64, renewed: &Stamp, seen_ms: i64, now: &Stamp) -> i64 {
    let by_wall = now.wall_ms.max(seen_ms) - renewed.wall_ms;
    let by_boot = match (&now.boot, &renewed.boot) {
        (Some((this, ms)), Some((then, before))) if this == then => ms - before,
        _ => 0,
    };
    days.saturating_mul(DAY_MS).saturating_sub(by_wall.max(by_boot).max(0)).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_900_000_000_000;

    fn at(wall_ms: i64, boot: &str, ms: i64) -> Stamp {
        Stamp { wall_ms, boot: (!boot.is_empty()).then(|| (boot.to_owned(), ms)) }
    }

    fn wrong(count: u32, at: Stamp) -> Wrong {
        Wrong { count, at, waited_ms: 0 }
    }

    #[test]
    fn three_wrong_pins_are_free_and_each_further_one_costs_more_up_to_a_day() {
        let seconds: Vec<i64> = (0..15).map(|count| cost_ms(count) / 1000).collect();
        assert_eq!(seconds, [0, 0, 0, 0, 30, 60, 300, 900, 3_600, 7_200, 14_400, 28_800, 57_600, 86_400, 86_400]);
        assert_eq!(cost_ms(u32::MAX), 86_400_000);
    }

    #[test]
    fn setting_the_clock_neither_shortens_nor_lengthens_the_waiting() {
        let wrong = wrong(5, at(NOW, "a", 1_000));
        assert_eq!(wrong.left_ms(&at(NOW + 20_000, "a", 21_000)), 40_000);
        assert_eq!(wrong.left_ms(&at(NOW + DAY_MS, "a", 21_000)), 40_000, "set forward");
        assert_eq!(wrong.left_ms(&at(NOW - DAY_MS, "a", 21_000)), 40_000, "set back");
        assert_eq!(wrong.left_ms(&at(NOW, "a", 61_000)), 0);
    }

    #[test]
    fn after_a_restart_what_was_waited_stays_and_only_the_time_since_then_is_added() {
        let seen = wrong(6, at(NOW, "a", 1_000)).looked_at(&at(NOW, "a", 101_000));
        assert_eq!(seen.waited_ms, 100_000);
        let restarted = at(NOW + 10 * DAY_MS, "b", 50_000);
        assert_eq!(seen.left_ms(&restarted), 150_000);
        let again = seen.looked_at(&restarted);
        assert_eq!(again.left_ms(&at(0, "c", 0)), 150_000);
        assert_eq!(again.left_ms(&at(0, "c", 150_000)), 0);
    }

    #[test]
    fn where_no_start_is_known_a_clock_set_back_starts_the_count_there_and_does_not_lock_for_ever() {
        let wrong = wrong(4, at(NOW, "", 0));
        assert_eq!(wrong.left_ms(&at(NOW + 10_000, "", 0)), 20_000);
        let back = at(NOW - 365 * DAY_MS, "", 0);
        let seen = wrong.looked_at(&at(NOW + 10_000, "", 0)).looked_at(&back);
        assert_eq!(seen.left_ms(&back), 20_000);
        assert_eq!(seen.left_ms(&at(back.wall_ms + 20_000, "", 0)), 0);
    }

    #[test]
    fn a_lease_is_what_the_register_says_within_bounds() {
        let until = |days: i64| Some(NOW + days * DAY_MS - 900);
        let days = [until(3), until(14), until(400), until(-1), None, Some(i64::MAX)].map(|u| lease_days(u, NOW));
        assert_eq!(days, [7, 14, 90, 30, 30, 90]);
    }

    #[test]
    fn a_lease_runs_out_whatever_the_clock_is_set_to() {
        let renewed = at(NOW, "a", 0);
        let left = |seen, now: &Stamp| lease_left_ms(7, &renewed, seen, now) / DAY_MS;
        assert_eq!(left(NOW, &at(NOW + 2 * DAY_MS, "a", 2 * DAY_MS)), 5);
        assert_eq!(left(NOW + 6 * DAY_MS, &at(NOW, "b", 0)), 1, "set back after it was seen");
        assert_eq!(left(NOW, &at(NOW, "a", 6 * DAY_MS)), 1, "set back and never switched off");
        assert_eq!(left(NOW, &at(NOW + 7 * DAY_MS, "b", 0)), 0);
        assert_eq!(left(NOW, &at(NOW - 9 * DAY_MS, "b", 0)), 7);
    }
}
