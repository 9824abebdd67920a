//! A moment on the command line: ISO 8601, to the second, in UTC or with an offset.

/// A date, or a date and time with `Z` or an offset, as ms since the Unix epoch. A date alone is its first moment, UTC.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    read(text).ok_or_else(|| "write it as 2026-05-01, 2026-05-01T14:30:00Z or 2026-05-01T14:30+02:00".to_owned())
}

fn read(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', ' ']).map_or((text, None), |(date, time)| (date, Some(time)));
    let [year, month, day] = numbers(date, '-', &[4, 2, 2])?.try_into().ok()?;
    let days = days(year, month, day)?;
    let Some(time) = time else { return Some(days * 86_400_000) };
    let (clock, offset_minutes) = match time.strip_suffix('Z') {
        Some(clock) => (clock, 0),
        None => with_offset(time)?,
    };
    let mut parts = numbers(clock, ':', &[2, 2, 2]).or_else(|| numbers(clock, ':', &[2, 2]))?;
    parts.resize(3, 0);
    let [hour, minute, second] = parts.try_into().ok()?;
    ((0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second)).then_some(())?;
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset_minutes * 60;
    Some(seconds * 1000)
}

/// A time and the minutes by which it is ahead of UTC.
fn with_offset(time: &str) -> Option<(&str, i64)> {
    let (clock, offset) = time.split_at_checked(time.rfind(['+', '-'])?)?;
    let [hours, minutes] = numbers(offset.get(1..)?, ':', &[2, 2])?.try_into().ok()?;
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    ((0..=14).contains(&hours) && (0..60).contains(&minutes)).then_some((clock, sign * (hours * 60 + minutes)))
}

/// Numbers of exactly these lengths.
fn numbers(text: &str, between: char, lengths: &[usize]) -> Option<Vec<i64>> {
    let parts: Vec<&str> = text.split(between).collect();
    let fits = parts.len() == lengths.len()
        && parts
            .iter()
            .zip(lengths)
            .all(|(part, length)| part.len() == *length && part.bytes().all(|b| b.is_ascii_digit()));
    fits.then(|| parts.iter().map(|part| part.parse().ok()).collect::<Option<_>>()).flatten()
}

/// Days since 1970 of a date that exists (Hinnant, "chrono-compatible low-level date algorithms").
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=longest).contains(&day).then_some(())?;
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::super::answer::when;
    use super::*;

    #[test]
    fn a_moment_reads_as_it_is_printed() {
        for us in [0, 951_782_400_000_000, 1_767_225_599_000_000, -1_000_000] {
            assert_eq!(moment(&when(us)), Ok(us / 1000));
        }
        assert_eq!(moment("2026-05-01"), moment("2026-05-01T00:00Z"));
        assert_eq!(moment("2026-05-01T02:30:00+02:30"), moment("2026-05-01"));
        assert_eq!(moment("2026-04-30T22:00-02:00"), moment("2026-05-01"));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in
            ["", "yesterday", "2026-02-29", "2026-5-1", "2026-05-01T24:00Z", "2026-05-01T12:00", "2026-05-01T1é:00Z"]
        {
            assert!(moment(text).is_err(), "{text}");
        }
    }
}
