//! Instants as milliseconds since 1970-01-01T00:00:00Z, and their ISO 8601 text. No clock, no time zones but offsets.

/// Milliseconds in a day.
const DAY: i64 = 86_400_000;

/// Reads `2024-05-01`, `2024-05-01T10:20`, `2024-05-01T10:20:30.5+02:00`, with `T` or a space, into milliseconds since
/// the Unix epoch (UTC). A time without an offset is UTC; a date is its first instant. Years 0001 to 9999; second 60 is
/// refused.
pub fn parse_iso8601(text: &str) -> Option<i64> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    let (year, month, day) = parse_date(date)?;
    let midnight = days_from_civil(year, month, day) * DAY;
    if rest.is_empty() {
        return Some(midnight);
    }
    let clock = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, offset_minutes) = split_offset(clock)?;
    let (clock, millis) = match clock.split_once(['.', ',']) {
        Some((clock, fraction)) if clock.len() == 8 => (clock, parse_millis(fraction)?),
        Some(_) => return None,
        None => (clock, 0),
    };
    let mut parts = clock.split(':');
    let hour = two_digits(parts.next()?, 23)?;
    let minute = two_digits(parts.next()?, 59)?;
    let second = parts.next().map_or(Some(0), |s| two_digits(s, 59))?;
    if parts.next().is_some() {
        return None;
    }
    Some(midnight + ((hour * 60 + minute - offset_minutes) * 60 + second) * 1000 + millis)
}

/// Writes milliseconds since the Unix epoch as `2024-05-01T10:20:30.000Z`; years beyond four digits carry a sign.
pub fn format_iso8601(ms: i64) -> String {
    let (year, month, day) = civil_from_days(ms.div_euclid(DAY));
    let rest = ms.rem_euclid(DAY);
    let (seconds, millis) = (rest / 1000, rest % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let year = if (0..=9999).contains(&year) { format!("{year:04}") } else { format!("{year:+}") };
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// The calendar year (UTC) of an instant.
pub fn year_of(ms: i64) -> i64 {
    civil_from_days(ms.div_euclid(DAY)).0
}

fn parse_date(text: &str) -> Option<(i64, i64, i64)> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let year: i64 = year.parse().ok()?;
    let month = two_digits(month, 12)?;
    let day = two_digits(day, days_in_month(year, month))?;
    (year > 0 && month > 0 && day > 0).then_some((year, month, day))
}

fn split_offset(clock: &str) -> Option<(&str, i64)> {
    if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = clock.rfind(['+', '-']) else { return Some((clock, 0)) };
    let (clock, offset) = clock.split_at_checked(at)?;
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits: String = offset.chars().skip(1).filter(|c| *c != ':').collect();
    let (hours, minutes) = match digits.len() {
        2 => (digits.as_str(), "00"),
        4 => digits.split_at_checked(2)?,
        _ => return None,
    };
    Some((clock, sign * (two_digits(hours, 23)? * 60 + two_digits(minutes, 59)?)))
}

fn parse_millis(fraction: &str) -> Option<i64> {
    if fraction.is_empty() || fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<3}").get(..3)?.parse().ok()
}

fn two_digits(text: &str, most: i64) -> Option<i64> {
    if text.len() != 2 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|n| *n <= most)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar; years run from March, eras are 400 years.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn instants_are_read_in_the_forms_people_and_machines_write() {
        for (text, ms) in [
            ("1970-01-01", 0),
            ("1970-01-01T00:00Z", 0),
            ("2021-03-04 05:06:07", 1_614_834_367_000),
            ("2021-03-04T05:06:07.5Z", 1_614_834_367_500),
            ("2021-03-04T02:06:07-03:00", 1_614_834_367_000),
            ("2021-03-04T08:06:07+0300", 1_614_834_367_000),
            ("2000-02-29", 951_782_400_000),
            ("1899-12-31T23:59:59.999Z", -2_208_988_800_001),
        ] {
            assert_eq!(parse_iso8601(text), Some(ms), "{text}");
        }
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in [
            "",
            "2018",
            "2018-6-20",
            "2018-13-01",
            "2018-02-29",
            "1900-02-29",
            "2018-06-20T24:00",
            "2018-06-20T10",
            "2018-06-20T10:61",
            "2018-06-20T10:00:00.",
            "2018-06-20X10:00",
            "0000-01-01",
            "2018-06-20T10:00:00+99:00",
            "２０１８-06-20",
            "2018-06-2é",
        ] {
            assert_eq!(parse_iso8601(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_instant_of_four_digit_years_is_read_as_it_was_written(ms in -62_135_596_800_000_i64..253_402_300_800_000) {
            prop_assert_eq!(parse_iso8601(&format_iso8601(ms)), Some(ms));
        }

        #[test]
        fn no_number_and_no_text_panics(ms in any::<i64>(), text in "\\PC{0,40}") {
            let _ = format_iso8601(ms);
            let _ = parse_iso8601(&text);
        }
    }
}
