//! Dates as files write them, and the instants they name.

use std::fmt::Write as _;

/// Days since 1970-01-01 of a date of the Gregorian calendar (Howard Hinnant's `days_from_civil`).
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of days since 1970-01-01.
pub fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let moved = (5 * of_year + 2) / 153;
    let month = if moved < 10 { moved + 3 } else { moved - 9 };
    (years + era * 400 + i64::from(month <= 2), month, of_year - (153 * moved + 2) / 5 + 1)
}

/// `YYYY-MM-DD`, with `Thh:mm:ss` unless it is midnight, of seconds of a local clock since 1970-01-01.
pub fn iso(seconds: i64) -> String {
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let left = seconds.rem_euclid(86_400);
    if left == 0 {
        return format!("{year:04}-{month:02}-{day:02}");
    }
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", left / 3600, left / 60 % 60, left % 60)
}

/// Seconds of a local clock since 1970-01-01, read by a pattern of `YYYY`, `YY`, `M`, `D`, `h`, `m`, `s` and the
/// characters between them. `MM` and `M` both take one or two digits. A two-digit year is 1950 to 2049.
///
/// `None` unless the whole text fits and names a day and a time that exist.
pub fn parse(text: &str, pattern: &str) -> Option<i64> {
    let mut rest = text.trim();
    let mut pattern = pattern;
    let (mut year, mut month, mut day, mut time) = (None, 1, 1, [0_i64; 3]);
    while let Some(token) = pattern.chars().next() {
        let width = pattern.chars().take_while(|c| *c == token).count();
        pattern = pattern.get(width * token.len_utf8()..)?;
        match token {
            'Y' => {
                let digits = take(&mut rest, if width >= 4 { 4 } else { 2 })?;
                year = Some(match (width, digits) {
                    (4.., (n, 4)) => n,
                    (..4, (n, 2)) => n + if n < 50 { 2000 } else { 1900 },
                    _ => return None,
                });
            }
            'M' => month = take(&mut rest, 2)?.0,
            'D' => day = take(&mut rest, 2)?.0,
            'h' => time[0] = take(&mut rest, 2)?.0,
            'm' => time[1] = take(&mut rest, 2)?.0,
            's' => time[2] = take(&mut rest, 2)?.0,
            other => {
                for _ in 0..width {
                    rest = rest.strip_prefix(other)?;
                }
            }
        }
    }
    let [hour, minute, second] = time;
    let days = days(year?, month, day);
    let real = civil(days) == (year?, month, day) && hour < 24 && minute < 60 && second < 60;
    (real && rest.is_empty()).then_some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Up to `most` digits from the front: their number and how many there were.
fn take(rest: &mut &str, most: usize) -> Option<(i64, usize)> {
    let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (digits, after) = rest.split_at_checked(count)?;
    *rest = after;
    Some((digits.parse().ok()?, count))
}

/// Writes the parts of an ISO date the way a pattern says: turns `2019-05-01` back into `5/2019` by `M/YYYY`.
/// `M` and `D` are written without, `MM` and `DD` with a leading zero.
pub fn write(iso: &str, pattern: &str) -> Option<String> {
    let seconds = parse(iso, "YYYY-M-D").or_else(|| parse(iso, "YYYY-M-DTh:m:s"))?;
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let mut out = String::new();
    let mut pattern = pattern;
    while let Some(token) = pattern.chars().next() {
        let width = pattern.chars().take_while(|c| *c == token).count();
        pattern = pattern.get(width * token.len_utf8()..)?;
        match token {
            'Y' if width >= 4 => write!(out, "{year:04}"),
            'Y' => write!(out, "{:02}", year.rem_euclid(100)),
            'M' => write!(out, "{month:0width$}"),
            'D' => write!(out, "{day:0width$}"),
            other => {
                out.extend(std::iter::repeat_n(other, width));
                Ok(())
            }
        }
        .ok()?;
    }
    Some(out)
}

/// Seconds east of Greenwich of `+hh:mm` or `-hh:mm`.
pub fn offset(text: &str) -> Option<i64> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=14).contains(&hours) && (0..60).contains(&minutes)).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::{iso, offset, parse, write};

    #[test]
    fn dates_are_read_by_their_pattern_and_only_if_they_exist() {
        assert_eq!(parse("2018-01-01T00:42:59", "YYYY-MM-DDThh:mm:ss"), Some(1_514_767_379));
        assert_eq!(parse("1/2/2018 3:04", "D/M/YYYY h:m"), parse("2018-02-01T03:04:00", "YYYY-M-DTh:m:s"));
        assert_eq!(parse("01/02/18", "D/M/YY"), parse("2018-02-01", "YYYY-M-D"));
        for (text, pattern) in [
            ("30/02/2018", "D/M/YYYY"),
            ("1/13/2018", "D/M/YYYY"),
            ("1/1/2018x", "D/M/YYYY"),
            ("1/1/18", "D/M/YYYY"),
            ("", "D"),
        ] {
            assert_eq!(parse(text, pattern), None, "{text}");
        }
    }

    #[test]
    fn instants_before_and_after_1970_are_written_as_they_were_read() {
        for text in ["1899-12-31", "1970-01-01", "2000-02-29T23:59:59", "2100-03-01"] {
            let seconds = parse(text, "YYYY-M-D").or_else(|| parse(text, "YYYY-M-DTh:m:s")).unwrap();
            assert_eq!(iso(seconds), text);
        }
    }

    #[test]
    fn a_text_that_a_spreadsheet_took_for_a_date_is_written_back() {
        assert_eq!(write("2019-05-01", "M/YYYY").as_deref(), Some("5/2019"));
        assert_eq!(write("1970-12-01", "M/YY").as_deref(), Some("12/70"));
        assert_eq!(write("2021-07-24", "D/M").as_deref(), Some("24/7"));
        assert_eq!(offset("-03:30"), Some(-12_600));
        assert_eq!(offset("03:00"), None);
    }
}
