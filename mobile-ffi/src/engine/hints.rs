//! What to do about a value that does not fit: name what was probably meant.

use ploughshare_core::domain::codes;
use ploughshare_core::domain::schema::{self, SchemaError};

use crate::error::TabletError;

/// Most suggestions given.
const MOST: usize = 6;
/// A list up to this long is given whole.
const SHORT_LIST: usize = 14;

/// An edit that the vocabulary does not have, as an error that names what was probably meant.
pub fn unfit(error: SchemaError) -> TabletError {
    let hint = match &error {
        SchemaError::NotInList { value, list, .. } => {
            format!("Nothing was saved. {}`codes {list}` lists them all.", meant(&of_list(list, value)))
        }
        SchemaError::UnknownPath { kind, path } => {
            format!("Nothing was saved. {}`fields {kind}` lists them all.", meant(&of_fields(kind, path)))
        }
        SchemaError::UnknownKind { .. } => format!("Nothing was saved. Kinds are: {}.", schema::kinds().join(", ")),
        _ => "Nothing was saved. Correct the field that is named and try again.".to_owned(),
    };
    let message = match &error {
        SchemaError::WrongType { path, expected } => format!("'{path}' takes {}", a_or_an(expected)),
        other => other.to_string(),
    };
    TabletError::refused(error.code(), message, &hint)
}

/// What a field takes, with its article.
fn a_or_an(expected: &str) -> String {
    match expected {
        "integer" => "a whole number".to_owned(),
        "text" | "yes or no" => expected.to_owned(),
        _ if expected.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {expected}"),
        _ => format!("a {expected}"),
    }
}

fn meant(suggestions: &[String]) -> String {
    if suggestions.is_empty() { String::new() } else { format!("Did you mean: {}? ", suggestions.join(", ")) }
}

fn of_list(list: &str, value: &str) -> Vec<String> {
    let Some(list) = codes::list(list) else { return Vec::new() };
    if list.codes.len() <= SHORT_LIST {
        return list.codes.iter().map(|c| format!("{} ({})", c.code, c.label)).collect();
    }
    let candidates = list.codes.iter().map(|c| {
        let distance = distance(value, c.code).min(distance(value, c.label));
        (
            if contains(c.label, value) || contains(c.code, value) { 0 } else { distance },
            format!("{} ({})", c.code, c.label),
        )
    });
    nearest(candidates.collect(), value)
}

fn of_fields(kind: &str, path: &str) -> Vec<String> {
    let last = path.rsplit('/').next().unwrap_or(path);
    let fields = schema::fields(kind).unwrap_or_default();
    let candidates = fields.into_iter().map(|(path, spec)| {
        let near = contains(spec.name, last) || contains(spec.label, last);
        (if near { 0 } else { distance(last, spec.name) }, path)
    });
    nearest(candidates.collect(), last)
}

fn nearest(mut candidates: Vec<(usize, String)>, value: &str) -> Vec<String> {
    let most = (value.chars().count() / 3).max(1);
    candidates.retain(|(distance, _)| *distance <= most);
    candidates.sort();
    candidates.into_iter().take(MOST).map(|(_, text)| text).collect()
}

fn contains(text: &str, part: &str) -> bool {
    part.chars().count() >= 3 && text.to_lowercase().contains(&part.to_lowercase())
}

/// Letters to change, add or leave out, without regard to case (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.to_lowercase().chars().take(64).enumerate() {
        let mut left = i + 1;
        let mut next = vec![left];
        for ((above_left, above), y) in row.iter().zip(row.iter().skip(1)).zip(&b) {
            left = (above + 1).min(left + 1).min(above_left + usize::from(x != *y));
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_probably_meant_is_named() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        let hint = |error| unfit(error).hint;
        let list = SchemaError::NotInList { path: "calibre".to_owned(), value: "7.62x93".to_owned(), list: "calibre" };
        assert!(hint(list).contains("7.62x39"));
        let path = SchemaError::UnknownPath { kind: "item".to_owned(), path: "caliber".to_owned() };
        assert!(hint(path).contains("calibre"));
        let short = SchemaError::NotInList { path: "kind".to_owned(), value: "gun".to_owned(), list: "item_kind" };
        assert!(hint(short).contains("weapon (Weapon)"));
        let far = SchemaError::UnknownPath { kind: "item".to_owned(), path: "foo".to_owned() };
        assert_eq!(hint(far), "Nothing was saved. `fields item` lists them all.");
        let number = SchemaError::WrongType { path: "year".to_owned(), expected: "integer" };
        assert_eq!(unfit(number).message, "'year' takes a whole number");
    }
}
