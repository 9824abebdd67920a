//! The fields of an item, asked the way a mapping asks.

use ploughshare_core::cbor::Value;
use ploughshare_core::domain::codes;
use ploughshare_core::domain::schema::{self, FieldType};

/// The kind of document a row becomes.
pub const KIND: &str = "item";

/// What a field takes, as far as a column can fill it.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// Text of at most so many bytes.
    Text(usize),
    /// A code of this list.
    Code(&'static codes::CodeList),
    /// A whole number within bounds.
    Int(i64, i64),
    /// Yes or no.
    Bool,
    /// An instant.
    Time,
    /// Something no column can hold: an id, a hash, a position.
    Other,
}

/// The scalar field under a path.
pub fn scalar(path: &str) -> Option<Target> {
    (!path.contains('/')).then(|| find(path)).flatten()
}

/// A field of the members of a set.
pub fn member(set: &str, name: &str) -> Option<Target> {
    find(&format!("{set}/*/{name}"))
}

fn find(path: &str) -> Option<Target> {
    let spec = schema::field(KIND, path).ok()?;
    Some(match spec.ty {
        FieldType::Text { max } => Target::Text(max),
        FieldType::Code(list) => Target::Code(list),
        FieldType::Country => Target::Code(&codes::COUNTRY),
        FieldType::Int { min, max } => Target::Int(min, max),
        FieldType::Bool => Target::Bool,
        FieldType::Time => Target::Time,
        FieldType::Language | FieldType::Script => Target::Text(35),
        _ => Target::Other,
    })
}

/// Whether a constant or the result of a table fits a field.
///
/// # Errors
/// Why not, as the end of a sentence.
pub fn fits(target: Target, text: &str) -> Result<(), String> {
    match target {
        Target::Text(most) if text.len() > most => Err(format!("which is longer than {most} bytes")),
        Target::Code(list) if !list.contains(text) => Err(format!("which is not in the list {}", list.name)),
        Target::Bool if !matches!(text, "true" | "false") => Err("which is neither \"true\" nor \"false\"".to_owned()),
        Target::Int(least, most) => match text.parse::<i64>() {
            Ok(n) if (least..=most).contains(&n) => Ok(()),
            _ => Err(format!("which is not a whole number from {least} to {most}")),
        },
        Target::Time | Target::Other => Err("which no table can give".to_owned()),
        _ => Ok(()),
    }
}

/// Whether a value may stand under a path; the last word before a draft is handed out.
pub fn accepts(path: &str, value: &Value) -> Result<(), String> {
    schema::check(KIND, path, value).map_err(|error| error.to_string())
}
