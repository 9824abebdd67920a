//! The schema of documents: which paths there are, and which values they take. One table ([`table`]), one check.
//!
//! A path is `field` for a scalar, `set/key/field` for a field of a set member. A key is 16 hex digits, a point and a
//! number (`00f1…9c.3`: which entry added the member, and which of its members it is); `*` stands for a member that is being
//! added. `Null` ("cleared") fits every field.

mod table;
#[cfg(test)]
mod tests;
mod value;

use crate::cbor::Value;
use crate::domain::codes::CodeList;

/// What a field takes.
#[derive(Debug, Clone, Copy)]
pub enum FieldType {
    /// Text of at most so many bytes of UTF-8, without control characters but line feed and tab.
    Text {
        /// Most bytes.
        max: usize,
    },
    /// A code of a list.
    Code(&'static CodeList),
    /// A whole number within bounds.
    Int {
        /// Least.
        min: i64,
        /// Most.
        max: i64,
    },
    /// Yes or no.
    Bool,
    /// An instant in milliseconds since the Unix epoch (UTC), years 1900 to 9999.
    Time,
    /// A SHA-256 hash: 32 bytes.
    Hash,
    /// An id of a document or officer: 16 bytes.
    Id,
    /// A country of the list `country`.
    Country,
    /// A position: map of `lat`, `lon` in 1e-7 degrees and, where known, `acc` in metres.
    Place,
    /// The key of a member of the same document: 16 hex digits, a point, a number. `~.` and a number names a
    /// member that the same entry adds, counted from 0 in the order in which the entry writes them (in a draft: in the
    /// order of the draft).
    MemberKey,
    /// A script: four letters of ISO 15924, such as `Latn`.
    Script,
    /// A language tag of BCP 47, such as `fr` or `pt-BR`.
    Language,
}

impl FieldType {
    /// Short name of the type, for documentation and messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Code(_) => "code",
            Self::Int { .. } => "integer",
            Self::Bool => "yes or no",
            Self::Time => "time",
            Self::Hash => "hash",
            Self::Id => "id",
            Self::Country => "country",
            Self::Place => "place",
            Self::MemberKey => "member key",
            Self::Script => "script",
            Self::Language => "language",
        }
    }
}

/// One field.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// Its name: the path of a scalar, the last part of the path of a member's field.
    pub name: &'static str,
    /// English label.
    pub label: &'static str,
    /// What it takes.
    pub ty: FieldType,
    /// Whether it is read as an identifier: no line breaks, tabs or characters that turn the direction of writing.
    pub identifier: bool,
}

/// One set of a kind.
#[derive(Debug, Clone, Copy)]
pub struct SetSpec {
    /// Its name: the first part of its members' paths.
    pub name: &'static str,
    /// English label.
    pub label: &'static str,
    /// Fields of a member, beside `withdrawn`, which every set has.
    pub fields: &'static [FieldSpec],
}

impl SetSpec {
    /// The field of that name, `withdrawn` included.
    pub fn field(&self, name: &str) -> Option<&'static FieldSpec> {
        if name == table::WITHDRAWN.name {
            return Some(&table::WITHDRAWN);
        }
        self.fields.iter().find(|field| field.name == name)
    }
}

/// One kind of document.
#[derive(Debug, Clone, Copy)]
pub struct KindSpec {
    /// Its name, as entries carry it.
    pub kind: &'static str,
    /// English label.
    pub label: &'static str,
    /// Its scalar fields.
    pub fields: &'static [FieldSpec],
    /// Its sets.
    pub sets: &'static [SetSpec],
}

impl KindSpec {
    /// The set of that name.
    pub fn set(&self, name: &str) -> Option<&'static SetSpec> {
        self.sets.iter().find(|set| set.name == name)
    }
}

/// Why a value does not stand under a path. Codes are stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// No such kind of document.
    #[error("there is no kind of document '{kind}'")]
    UnknownKind {
        /// What was asked for.
        kind: String,
    },
    /// No such field in this kind.
    #[error("a document of kind '{kind}' has no field '{path}'")]
    UnknownPath {
        /// Kind of the document.
        kind: String,
        /// What was asked for.
        path: String,
    },
    /// A value of another type.
    #[error("the value of '{path}' must be of type {expected}")]
    WrongType {
        /// Path of the value.
        path: String,
        /// What it takes.
        expected: &'static str,
    },
    /// A code that its list does not have.
    #[error("'{path}': '{value}' is not in the list {list}")]
    NotInList {
        /// Path of the value.
        path: String,
        /// The value.
        value: String,
        /// Name of the list.
        list: &'static str,
    },
    /// Text over its limit.
    #[error("'{path}' is {bytes} bytes long, at most {max} are allowed")]
    TooLong {
        /// Path of the value.
        path: String,
        /// Its length in bytes of UTF-8.
        bytes: usize,
        /// Most bytes.
        max: usize,
    },
    /// A number, time or position out of its range.
    #[error("'{path}' is out of range ({min} to {max})")]
    OutOfRange {
        /// Path of the value.
        path: String,
        /// Least.
        min: i64,
        /// Most.
        max: i64,
    },
    /// A character that does not belong there: a control character, or one that turns the direction of writing.
    #[error("'{path}' holds the character U+{code_point:04X}, which is not allowed there")]
    BadCharacter {
        /// Path of the value.
        path: String,
        /// The character.
        code_point: u32,
    },
}

impl SchemaError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownKind { .. } => "edit.unknown_kind",
            Self::UnknownPath { .. } => "edit.unknown_path",
            Self::WrongType { .. } => "edit.wrong_type",
            Self::NotInList { .. } => "edit.not_in_list",
            Self::TooLong { .. } => "edit.too_long",
            Self::OutOfRange { .. } => "edit.out_of_range",
            Self::BadCharacter { .. } => "edit.bad_character",
        }
    }
}

/// The names of the kinds of documents.
pub fn kinds() -> &'static [&'static str] {
    table::NAMES
}

/// Every kind of document.
pub fn kind_specs() -> &'static [KindSpec] {
    table::KINDS
}

/// The kind of that name.
pub fn kind(name: &str) -> Result<&'static KindSpec, SchemaError> {
    kind_specs().iter().find(|k| k.kind == name).ok_or_else(|| SchemaError::UnknownKind { kind: name.to_owned() })
}

/// Every field of a kind with its path; set members as `set/*/field`. In the order of the forms.
pub fn fields(doc_kind: &str) -> Result<Vec<(String, &'static FieldSpec)>, SchemaError> {
    let spec = kind(doc_kind)?;
    let scalars = spec.fields.iter().map(|field| (field.name.to_owned(), field));
    let members = spec.sets.iter().flat_map(|set| {
        let withdrawn = std::iter::once(&table::WITHDRAWN);
        set.fields.iter().chain(withdrawn).map(|field| (format!("{}/*/{}", set.name, field.name), field))
    });
    Ok(scalars.chain(members).collect())
}

/// The field under a path: `calibre`, `markings/<key>/text`, or `markings/*/text` for a member being added.
pub fn field(doc_kind: &str, path: &str) -> Result<&'static FieldSpec, SchemaError> {
    let spec = kind(doc_kind)?;
    let mut parts = path.split('/');
    let found = match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(name), None, ..) => spec.fields.iter().find(|field| field.name == name),
        (Some(set), Some(key), Some(name), None) if key == "*" || is_member_key(key) => {
            spec.set(set).and_then(|set| set.field(name))
        }
        _ => None,
    };
    found.ok_or_else(|| SchemaError::UnknownPath { kind: doc_kind.to_owned(), path: path.to_owned() })
}

/// Whether a text is the key of a set member: 16 lower-case hex digits, a point, a number without leading zeros.
pub fn is_member_key(text: &str) -> bool {
    let Some((entry, index)) = text.split_once('.') else { return false };
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    entry.len() == 16 && entry.bytes().all(hex) && is_index(index)
}

/// Whether a text names a member that the same entry adds: `~.` and a number.
pub fn is_relative_key(text: &str) -> bool {
    text.strip_prefix("~.").is_some_and(is_index)
}

fn is_index(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
}

/// Whether a value may stand under a path of a kind. `Null` ("cleared") fits every field.
pub fn check(doc_kind: &str, path: &str, value: &Value) -> Result<(), SchemaError> {
    value::check(field(doc_kind, path)?, path, value)
}
