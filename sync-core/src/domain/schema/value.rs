//! Whether a value fits a field.

use super::{FieldSpec, FieldType, SchemaError, is_member_key, is_relative_key};
use crate::cbor::Value;
use crate::domain::codes;
use crate::domain::place::Place;

/// 1900-01-01 to 9999-12-31, in milliseconds since the Unix epoch.
pub(super) const TIMES: core::ops::RangeInclusive<i64> = -2_208_988_800_000..=253_402_300_799_999;

pub(super) fn check(field: &FieldSpec, path: &str, value: &Value) -> Result<(), SchemaError> {
    if *value == Value::Null {
        return Ok(());
    }
    match field.ty {
        FieldType::Text { max } => {
            let text = text(field, path, value)?;
            if text.len() > max {
                return Err(SchemaError::TooLong { path: path.to_owned(), bytes: text.len(), max });
            }
            match text.chars().find(|c| forbidden(*c, field.identifier)) {
                Some(c) => Err(SchemaError::BadCharacter { path: path.to_owned(), code_point: u32::from(c) }),
                None => Ok(()),
            }
        }
        FieldType::Code(list) => in_list(text(field, path, value)?, path, list.name, |code| list.contains(code)),
        FieldType::Country => in_list(text(field, path, value)?, path, "country", |code| codes::COUNTRY.contains(code)),
        FieldType::Script => in_list(text(field, path, value)?, path, "ISO 15924", is_script),
        FieldType::Language => in_list(text(field, path, value)?, path, "BCP 47", is_language),
        FieldType::MemberKey => {
            let key = text(field, path, value)?;
            if is_member_key(key) || is_relative_key(key) { Ok(()) } else { Err(wrong_type(field, path)) }
        }
        FieldType::Int { min, max } => in_range(value, field, path, min, max),
        FieldType::Time => in_range(value, field, path, *TIMES.start(), *TIMES.end()),
        FieldType::Bool => value.as_bool().map(drop).ok_or_else(|| wrong_type(field, path)),
        FieldType::Hash => bytes(value, field, path, 32),
        FieldType::Id => bytes(value, field, path, 16),
        FieldType::Place => Place::from_value(value).map(drop).ok_or_else(|| wrong_type(field, path)),
    }
}

fn wrong_type(field: &FieldSpec, path: &str) -> SchemaError {
    SchemaError::WrongType { path: path.to_owned(), expected: field.ty.name() }
}

fn text<'a>(field: &FieldSpec, path: &str, value: &'a Value) -> Result<&'a str, SchemaError> {
    value.as_text().ok_or_else(|| wrong_type(field, path))
}

fn bytes(value: &Value, field: &FieldSpec, path: &str, len: usize) -> Result<(), SchemaError> {
    match value.as_bytes() {
        Some(bytes) if bytes.len() == len => Ok(()),
        _ => Err(wrong_type(field, path)),
    }
}

fn in_range(value: &Value, field: &FieldSpec, path: &str, min: i64, max: i64) -> Result<(), SchemaError> {
    let n = value.as_int().ok_or_else(|| wrong_type(field, path))?;
    if (min..=max).contains(&n) { Ok(()) } else { Err(SchemaError::OutOfRange { path: path.to_owned(), min, max }) }
}

fn in_list(text: &str, path: &str, list: &'static str, contains: impl FnOnce(&str) -> bool) -> Result<(), SchemaError> {
    if contains(text) {
        return Ok(());
    }
    let value = text.chars().take(64).collect();
    Err(SchemaError::NotInList { path: path.to_owned(), value, list })
}

/// Control characters never carry meaning in a text; in an identifier no line break or tab does, nor a character that
/// makes it look like another one (bidirectional controls, zero-width characters).
fn forbidden(c: char, identifier: bool) -> bool {
    if c.is_control() {
        return identifier || !matches!(c, '\n' | '\t');
    }
    identifier
        && matches!(
            c,
            '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'
        )
}

/// Four ASCII letters, the first a capital: the form of ISO 15924. The list itself grows yearly and is not frozen here.
fn is_script(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_uppercase()) && text.len() == 4 && bytes.all(|b| b.is_ascii_lowercase())
}

/// Subtags of one to eight letters and digits joined by dashes, the first of two or three letters: the form of BCP 47.
fn is_language(text: &str) -> bool {
    let mut subtags = text.split('-');
    text.len() <= 35
        && subtags.next().is_some_and(|s| (2..=3).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphabetic()))
        && subtags.all(|s| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric()))
}
