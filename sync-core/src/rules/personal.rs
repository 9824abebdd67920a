//! Rule R80: what looks like a person's telephone number or e-mail address in free text, where neither may stand (law: no field for
//! personal data of people who hand weapons in).

use std::collections::BTreeSet;

use super::Finding;
use crate::document::Content;

/// Fields in which people write sentences. What is read off a thing, or names a paper, looks like a number of a person and is none.
const SENTENCES: [&str; 17] = [
    "cost",
    "circumstances",
    "description",
    "exception",
    "fault",
    "finish",
    "from",
    "missing_parts",
    "note",
    "offence",
    "outcome",
    "override_reason",
    "place_name",
    "reason",
    "text",
    "to",
    "title",
];

/// Digits of a telephone number with its country, or of one that begins with 0.
const DIGITS: core::ops::RangeInclusive<usize> = 9..=15;

pub(super) fn check(content: &Content, findings: &mut Vec<Finding>) {
    let withdrawn: BTreeSet<&str> = content.keys().filter_map(|path| path.strip_suffix("/withdrawn")).collect();
    for (path, text) in content.iter().filter_map(|(path, value)| Some((path, value.as_text()?))) {
        let (member, name) = path.rsplit_once('/').unwrap_or(("", path));
        // The text of a marking is what stands on the weapon.
        if !SENTENCES.contains(&name) || path.starts_with("markings/") || withdrawn.contains(member) {
            continue;
        }
        if let Some(what) = found(text) {
            // The text itself is not repeated: a finding travels farther than a note.
            let message = format!("the text holds what looks like {what}");
            findings.push(Finding::at("R80", path, message).arg("what", what));
        }
    }
}

/// What of a person a text seems to hold.
fn found(text: &str) -> Option<&'static str> {
    if text.split_whitespace().any(is_address) {
        Some("an e-mail address")
    } else if has_telephone(text) {
        Some("a telephone number")
    } else {
        None
    }
}

fn is_address(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let Some((name, host)) = word.split_once('@') else { return false };
    let labels: Vec<&str> = host.split('.').collect();
    let fits = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    !name.is_empty() && labels.len() > 1 && labels.iter().all(fits)
}

/// Digits in a row, with blanks, dashes, dots and brackets between them, that begin with `+` or `0`. A date or a time has other signs
/// between its parts, or too few digits.
fn has_telephone(text: &str) -> bool {
    let text = text.chars().map(|c| if c.is_ascii_digit() { c } else { crate::domain::serial::digit(c).unwrap_or(c) });
    let mut run = String::new();
    for c in text.chain(['\n']) {
        let within = c.is_ascii_digit() || (c == '+' && run.is_empty());
        let between = matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{a0}') && !run.is_empty();
        if within {
            run.push(c);
        } else if !between {
            if is_telephone(&run) {
                return true;
            }
            run.clear();
        }
    }
    false
}

fn is_telephone(run: &str) -> bool {
    let digits = run.strip_prefix('+').unwrap_or(run);
    // Zeros all along, or two digits in turn, are what people write where there is no number.
    let different = digits.chars().collect::<BTreeSet<char>>().len();
    DIGITS.contains(&digits.len()) && different > 2 && (run.starts_with('+') || run.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephones_and_addresses_are_told_from_dates_times_and_numbers_of_papers() {
        for text in
            ["call +257 79 123 456", "tel. 079-123-45-67", "0041(0)791234567.", "هاتف ٠٧٩١٢٣٤٥٦٧", "to: a.b@c.org!"]
        {
            assert!(found(text).is_some(), "{text}");
        }
        for text in [
            "2024-05-01 10:20",
            "01.05.2024",
            "7.62x39, 500 rounds",
            "case 123456789",
            "lot 05/2024",
            "at 3@4",
            "@home",
            "a+b",
            "0.5 kg",
            "serial 0000000000",
            "+",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
