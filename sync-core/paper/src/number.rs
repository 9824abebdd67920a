//! Numbers, hashes and times: the same Western digits in every language.

use krilla::metadata::DateTime;

use crate::error::PaperError;
use crate::language::Language;

/// A space that does not break and is narrower than others: between groups of three digits.
const GROUP: char = '\u{202F}';

/// A count, in groups of three digits from five digits on.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut out = String::with_capacity(digits.len() * 2);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(GROUP);
        }
        out.push(c);
    }
    out
}

/// A weight in kilograms to the gram, without its unit.
pub(crate) fn kilograms(grams: u64, language: Language) -> String {
    let mark = if language == Language::French { ',' } else { '.' };
    format!("{}{mark}{:03}", count(grams / 1_000), grams % 1_000)
}

/// Bytes as hex, in groups of four digits.
pub(crate) fn hex_groups(bytes: &[u8]) -> String {
    let groups: Vec<String> = bytes.chunks(2).map(hex::encode).collect();
    groups.join(" ")
}

/// Bytes as hex, eight groups a line: two lines for a SHA-256, so that two people can compare them aloud.
pub(crate) fn hex_lines(bytes: &[u8]) -> impl Iterator<Item = String> + '_ {
    bytes.chunks(16).map(hex_groups)
}

/// The day of a time: what stands before the `T`.
pub(crate) fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}

/// The date that a file bears, from ISO 8601 in UTC.
pub(crate) fn file_date(time: &str, field: &'static str) -> Result<DateTime, PaperError> {
    parse(time).ok_or(PaperError::BadTime { field })
}

fn parse(time: &str) -> Option<DateTime> {
    let (date, clock) = time.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers::<3>(date, '-', &[4, 2, 2])?;
    let clock = clock.split_once('.').map_or(Some(clock), |(whole, fraction)| {
        (!fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit())).then_some(whole)
    })?;
    let [hour, minute, second] = numbers::<3>(clock, ':', &[2, 2, 2])?;
    let known = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    known.then(|| {
        DateTime::new(year)
            .month(month as u8)
            .day(day as u8)
            .hour(hour as u8)
            .minute(minute as u8)
            .second(second as u8)
            .utc_offset_hour(0)
    })
}

fn numbers<const N: usize>(text: &str, between: char, digits: &[usize; N]) -> Option<[u16; N]> {
    let mut out = [0; N];
    let mut parts = text.split(between);
    for (place, width) in out.iter_mut().zip(digits) {
        let part = parts.next()?;
        if part.len() != *width || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        *place = part.parse().ok()?;
    }
    parts.next().is_none().then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_from_five_digits_on() {
        assert_eq!(count(0), "0");
        assert_eq!(count(2026), "2026");
        assert_eq!(count(22_634), "22\u{202F}634");
        assert_eq!(count(1_000_000), "1\u{202F}000\u{202F}000");
    }

    #[test]
    fn weights_keep_their_grams() {
        assert_eq!(kilograms(3_540, Language::English), "3.540");
        assert_eq!(kilograms(3_540, Language::French), "3,540");
        assert_eq!(kilograms(12_345_006, Language::Arabic), "12\u{202F}345.006");
        assert_eq!(kilograms(4_000, Language::English), "4.000");
    }

    #[test]
    fn hashes_stand_in_groups() {
        assert_eq!(hex_groups(&[0xde, 0xad, 0xbe, 0xef, 0x01]), "dead beef 01");
    }

    #[test]
    fn only_a_time_in_utc_is_a_time() {
        assert!(file_date("2026-03-01T09:30:00Z", "t").is_ok());
        assert!(file_date("2026-03-01T09:30:00.123Z", "t").is_ok());
        for bad in [
            "",
            "Z",
            "2026-03-01",
            "2026-03-01T09:30:00",
            "2026-13-01T09:30:00Z",
            "2026-3-1T9:30:00Z",
            "٢٠٢٦-03-01T09:30:00Z",
            "2026-03-01T09:30:00.Z",
            "2026-03-01T09:30:00+02:00",
            "2026-03-01T09:30:00:00Z",
        ] {
            assert_eq!(file_date(bad, "t"), Err(PaperError::BadTime { field: "t" }), "{bad}");
        }
    }
}
