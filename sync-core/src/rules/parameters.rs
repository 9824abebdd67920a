//! Every number of a rule that a programme can set, on one page. Usual values come from the standards named in the explanations.

use super::tuning::Parameter;

/// Milliseconds of a minute, an hour and a day.
pub(super) const MINUTE_MS: i64 = 60_000;
pub(super) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(super) const DAY_MS: i64 = 24 * HOUR_MS;

const fn parameter(
    rule: &'static str,
    name: &'static str,
    meaning: &'static str,
    (least, usual, most): (i64, i64, i64),
) -> Parameter {
    Parameter { rule, name, meaning, least, most, usual }
}

/// R04.
pub(super) const ALIKE_BELOW: Parameter = parameter(
    "R04",
    "alike_below",
    "two photos look alike if fewer of the 64 bits of their difference hashes differ; 0 where only files are compared",
    (0, 3, 4),
);
/// R11.
pub(super) const RUN: Parameter =
    parameter("R11", "usual_run", "consecutive serials at one site that are nothing special", (1, 4, 1000));
/// R40.
pub(super) const TOLERANCE: Parameter =
    parameter("R40", "tolerance_min", "minutes by which clocks may differ", (0, 10, 1440));
/// R42.
pub(super) const GAP: Parameter =
    parameter("R42", "gap_h", "hours for which an item may be in nobody's hands between two events", (1, 72, 8760));
/// R43.
pub(super) const ACCURACY: Parameter =
    parameter("R43", "accuracy_m", "metres of accuracy that still place an item", (1, 500, 100_000));
/// R44.
pub(super) const FIRST_DAY: Parameter = parameter(
    "R44",
    "first_day",
    "first day of the programme, in days since 1970-01-01; 0 where it is open",
    (0, 0, 100_000),
);
/// R44.
pub(super) const LAST_DAY: Parameter = parameter(
    "R44",
    "last_day",
    "last day of the programme, in days since 1970-01-01; 0 where it is open",
    (0, 0, 100_000),
);
/// R45.
pub(super) const DISPOSITION_DAYS: Parameter =
    parameter("R45", "disposition_days", "days from collection to marking, destruction or another end", (1, 90, 3650));
/// R45.
pub(super) const STORE_DAYS: Parameter =
    parameter("R45", "store_days", "days that an item may lie in a store", (1, 180, 3650));
/// R50.
pub(super) const ROUNDS_PERMILLE: Parameter = parameter(
    "R50",
    "rounds_permille",
    "difference in the quantity of ammunition that is let pass, per thousand; weapons have none",
    (0, 0, 1000),
);
/// R54.
pub(super) const SCAN_AND_PHOTO: Parameter =
    parameter("R54", "both", "a weapon needs serial scan and photo before (1), or one of the two (0)", (0, 0, 1));
/// R55.
pub(super) const LEAST_G: Parameter =
    parameter("R55", "least_g", "grams that a firearm weighs at least", (1, 500, 100_000));
/// R55.
pub(super) const MOST_G: Parameter =
    parameter("R55", "most_g", "grams that a small arm weighs at most", (1, 40_000, 10_000_000));
/// R55.
pub(super) const TOTAL_PERCENT: Parameter = parameter(
    "R55",
    "total_percent",
    "difference between the total and the sum of typical weights, per cent",
    (1, 30, 1000),
);
/// R57.
pub(super) const SEALED_MULTIPLE: Parameter =
    parameter("R57", "sealed_multiple", "sealed tins hold multiples of so many rounds", (1, 10, 1000));
/// R60.
pub(super) const WEEKLY_DAYS: Parameter = parameter("R60", "weekly_days", "days between weekly counts", (1, 8, 366));
/// R60.
pub(super) const HALF_YEARLY_DAYS: Parameter =
    parameter("R60", "half_yearly_days", "days between counts of everything", (1, 184, 3660));
/// R60.
pub(super) const SERIALS_PERMILLE: Parameter =
    parameter("R60", "serials_permille", "serials looked at in a weekly count, per thousand", (0, 100, 1000));
/// R61.
pub(super) const LEAST_RATIO: Parameter =
    parameter("R61", "least_permille", "weapons for a thousand persons, at least", (0, 300, 1_000_000));
/// R61.
pub(super) const MOST_RATIO: Parameter =
    parameter("R61", "most_permille", "weapons for a thousand persons, at most", (1, 1500, 1_000_000));
/// R61.
pub(super) const LEAST_PERSONS: Parameter = parameter(
    "R61",
    "least_persons",
    "persons or weapons below which nothing is said of a collection",
    (1, 10, 100_000),
);
/// R71.
pub(super) const PER_HOUR: Parameter =
    parameter("R71", "per_hour", "items that one officer can record in an hour", (1, 60, 10_000));
/// R71.
pub(super) const KM_PER_HOUR: Parameter =
    parameter("R71", "km_per_hour", "speed at which an officer can travel between two records", (1, 200, 2000));
/// R75.
pub(super) const DEPTH_UM: Parameter =
    parameter("R75", "depth_um", "micrometres that a programme mark is deep at least", (1, 100, 20_000));
/// R77.
pub(super) const LEAST_BYTES: Parameter =
    parameter("R77", "least_bytes", "bytes that a photo has at least", (0, 20_000, 100_000_000));
/// R77.
pub(super) const PHOTO_DAYS: Parameter =
    parameter("R77", "photo_days", "days that a photo may be taken from when the item was collected", (0, 30, 3650));
