//! An edit is one typed thing said. Five generic shapes over (path, value), so that a new kind of statement is a new
//! path and an older build still folds it; beside them two that are not content: an attestation and a decision.
//!
//! ```text
//! create    [0, kind, {field: value…}, {set: [{field: value…}…]}]   a document is born
//! set       [1, path, value]                                        null = cleared
//! choose    [2, path, value, reason]                                settles a conflict; itself a statement
//! add       [3, set, {field: value…}]                               a member of a set (a marking, a photo …)
//! withdraw  [4, "set/member", reason]                               marks, never deletes
//! attest    [5, {…}]                                                what an officer's own key signs (crate::document::attestation)
//! decide    [6, verb, {argument: value…}]                           the register's own statements (crate::decision)
//! ```

use crate::cbor::Value;
use crate::domain::schema;
use crate::limits;

/// Fields with their values, in the order they are written.
pub type Fields = Vec<(String, Value)>;

/// One typed thing said.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Edit {
    /// A document is born with these fields and members.
    Create {
        /// Kind of document, for example `item`.
        kind: String,
        /// Scalar fields by path.
        fields: Vec<(String, Value)>,
        /// Members by set name, in the order they are written.
        members: Vec<(String, Vec<Fields>)>,
    },
    /// A field now has this value; [`Value::Null`] says that it has none.
    Set {
        /// Path of the field.
        path: String,
        /// Its value.
        value: Value,
    },
    /// One of several values is chosen.
    Choose {
        /// Path of the field.
        path: String,
        /// The value chosen.
        value: Value,
        /// Why.
        reason: String,
    },
    /// A member joins a set.
    Add {
        /// Name of the set, for example `markings`.
        set: String,
        /// The member's fields.
        fields: Vec<(String, Value)>,
    },
    /// A member is withdrawn: still there, marked with the reason.
    Withdraw {
        /// `set/member`.
        path: String,
        /// Why.
        reason: String,
    },
    /// An attestation as data; see [`crate::document::attestation`].
    Attest(Value),
    /// A statement of the register; see [`crate::decision`].
    Decide {
        /// What is decided, for example `role.granted`.
        verb: String,
        /// Its arguments.
        arguments: Value,
    },
    /// A shape that this build does not know. Kept and passed on; its document is read-only here.
    Unknown(Value),
}

/// Why an edit cannot stand. Its entry is kept, is void for everybody alike, and never blocks what follows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The parts of the edit are not of the types that its shape asks for.
    #[error("an edit of shape {shape} is not built as that shape asks")]
    Malformed {
        /// Number of the shape.
        shape: i64,
    },
    /// A shape that the vocabulary it claims to be written in does not have.
    #[error("vocabulary {vocabulary} has no edit of this shape")]
    UnknownShape {
        /// The vocabulary claimed.
        vocabulary: u32,
    },
    /// A path that is too long, empty, or not of the form field or set/member/field.
    #[error("not a path: {path:?}")]
    BadPath {
        /// The path as sent.
        path: String,
    },
    /// Longer than a text may be.
    #[error("text of {bytes} bytes at {path}; the limit is {}", limits::TEXT_BYTES)]
    TextTooLong {
        /// Where.
        path: String,
        /// How long.
        bytes: usize,
    },
    /// The vocabulary does not have this path, or not with this value.
    #[error(transparent)]
    Schema(#[from] schema::SchemaError),
}

impl EditError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "edit.malformed",
            Self::UnknownShape { .. } => "edit.unknown_shape",
            Self::BadPath { .. } => "edit.bad_path",
            Self::TextTooLong { .. } => "edit.too_long",
            Self::Schema(error) => error.code(),
        }
    }
}

fn pairs(value: &Value) -> Option<Vec<(String, Value)>> {
    value.as_map()?.iter().map(|(k, v)| Some((k.as_text()?.to_owned(), v.clone()))).collect()
}

fn map(fields: &[(String, Value)]) -> Value {
    let mut pairs: Vec<_> = fields.iter().map(|(k, v)| (Value::Text(k.clone()), v.clone())).collect();
    pairs.sort_by(|(a, _), (b, _)| crate::cbor::key_order(a, b));
    Value::Map(pairs)
}

impl Edit {
    /// The edit as it stands in an entry.
    pub fn to_value(&self) -> Value {
        let text = |t: &String| Value::Text(t.clone());
        match self {
            Self::Create { kind, fields, members } => {
                let members: Vec<(String, Value)> = members
                    .iter()
                    .map(|(set, list)| (set.clone(), Value::Array(list.iter().map(|m| map(m)).collect())))
                    .collect();
                Value::Array(vec![Value::Int(0), text(kind), map(fields), map(&members)])
            }
            Self::Set { path, value } => Value::Array(vec![Value::Int(1), text(path), value.clone()]),
            Self::Choose { path, value, reason } => {
                Value::Array(vec![Value::Int(2), text(path), value.clone(), text(reason)])
            }
            Self::Add { set, fields } => Value::Array(vec![Value::Int(3), text(set), map(fields)]),
            Self::Withdraw { path, reason } => Value::Array(vec![Value::Int(4), text(path), text(reason)]),
            Self::Attest(what) => Value::Array(vec![Value::Int(5), what.clone()]),
            Self::Decide { verb, arguments } => Value::Array(vec![Value::Int(6), text(verb), arguments.clone()]),
            Self::Unknown(value) => value.clone(),
        }
    }

    /// Reads an edit. A shape of a later vocabulary is kept as [`Edit::Unknown`].
    pub fn from_value(value: &Value) -> Result<Self, EditError> {
        let parts = value.as_array().unwrap_or_default();
        let shape = parts.first().and_then(Value::as_int).ok_or(EditError::Malformed { shape: -1 })?;
        let malformed = EditError::Malformed { shape };
        let text = |v: &Value| v.as_text().map(str::to_owned).ok_or(EditError::Malformed { shape });
        Ok(match (shape, parts) {
            (0, [_, kind, fields, members]) => {
                let members = pairs(members).ok_or(malformed.clone())?;
                let members = members
                    .into_iter()
                    .map(|(set, list)| Some((set, list.as_array()?.iter().map(pairs).collect::<Option<Vec<_>>>()?)))
                    .collect::<Option<Vec<_>>>()
                    .ok_or(malformed.clone())?;
                Self::Create { kind: text(kind)?, fields: pairs(fields).ok_or(malformed)?, members }
            }
            (1, [_, path, value]) => Self::Set { path: text(path)?, value: value.clone() },
            (2, [_, path, value, reason]) => {
                Self::Choose { path: text(path)?, value: value.clone(), reason: text(reason)? }
            }
            (3, [_, set, fields]) => Self::Add { set: text(set)?, fields: pairs(fields).ok_or(malformed)? },
            (4, [_, path, reason]) => Self::Withdraw { path: text(path)?, reason: text(reason)? },
            (5, [_, what @ Value::Map(_)]) => Self::Attest(what.clone()),
            (6, [_, verb, arguments @ Value::Map(_)]) => {
                Self::Decide { verb: text(verb)?, arguments: arguments.clone() }
            }
            (0..=6, _) => return Err(malformed),
            _ => Self::Unknown(value.clone()),
        })
    }

    /// Whether the edit is about a document's content (attestations and decisions are not).
    pub fn is_content(&self) -> bool {
        !matches!(self, Self::Attest(_) | Self::Decide { .. })
    }

    /// What the edit writes: flat path and value. Member keys are made from `stem` (of the entry's hash) and a counter that
    /// runs through the entry, so that two authors can never choose the same one.
    pub fn writes(&self, stem: &str, next_member: &mut usize) -> Vec<(String, Value)> {
        let mut member = |out: &mut Vec<(String, Value)>, set: &str, fields: &[(String, Value)]| {
            for (field, value) in fields {
                out.push((format!("{set}/{stem}.{next_member}/{field}"), value.clone()));
            }
            *next_member += 1;
        };
        let mut out = Vec::new();
        match self {
            Self::Create { kind, fields, members } => {
                out.push(("$kind".to_owned(), Value::Text(kind.clone())));
                out.extend(fields.iter().cloned());
                for (set, list) in members {
                    for fields in list {
                        member(&mut out, set, fields);
                    }
                }
            }
            Self::Set { path, value } | Self::Choose { path, value, .. } => out.push((path.clone(), value.clone())),
            Self::Add { set, fields } => member(&mut out, set, fields),
            Self::Withdraw { path, reason } => out.push((format!("{path}/withdrawn"), Value::Text(reason.clone()))),
            Self::Attest(_) | Self::Decide { .. } | Self::Unknown(_) => {}
        }
        out
    }

    /// Checks the edit alone: paths well formed, texts within limits, and, for the vocabulary that this build knows, that the path
    /// exists and the value is of its type and code list.
    pub fn check(&self, kind: &str, vocabulary: u32) -> Result<(), EditError> {
        let known = vocabulary <= crate::entry::VOCABULARY;
        let check = |path: &str, value: &Value| -> Result<(), EditError> {
            check_path(path)?;
            check_texts(path, value)?;
            if known {
                schema::check(kind, path, value)?;
            }
            Ok(())
        };
        let check_member = |set: &str, fields: &[(String, Value)]| -> Result<(), EditError> {
            if fields.is_empty() || set.contains('/') {
                return Err(EditError::BadPath { path: set.to_owned() });
            }
            fields.iter().try_for_each(|(field, value)| check(&format!("{set}/*/{field}"), value))
        };
        match self {
            Self::Create { fields, members, .. } => {
                if known && !schema::kinds().contains(&kind) {
                    return Err(schema::SchemaError::UnknownKind { kind: kind.to_owned() }.into());
                }
                for (path, value) in fields {
                    if path.contains('/') {
                        return Err(EditError::BadPath { path: path.clone() });
                    }
                    check(path, value)?;
                }
                members.iter().try_for_each(|(set, list)| list.iter().try_for_each(|fields| check_member(set, fields)))
            }
            Self::Set { path, value } => check(path, value),
            Self::Choose { path, value, reason } => {
                check_texts(path, &Value::Text(reason.clone()))?;
                check(path, value)
            }
            Self::Add { set, fields } => check_member(set, fields),
            Self::Withdraw { path, reason } => {
                if path.split('/').count() != 2 {
                    return Err(EditError::BadPath { path: path.clone() });
                }
                check(&format!("{path}/withdrawn"), &Value::Text(reason.clone()))
            }
            // Only a later vocabulary can have a shape that is not known here: else one device could make any document read-only.
            Self::Unknown(_) if known => Err(EditError::UnknownShape { vocabulary }),
            Self::Attest(_) | Self::Decide { .. } | Self::Unknown(_) => Ok(()),
        }
    }
}

fn check_path(path: &str) -> Result<(), EditError> {
    let parts = path.split('/').count();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '/' | '.' | '*');
    if path.len() > limits::PATH_BYTES
        || !matches!(parts, 1 | 3)
        || path.split('/').any(str::is_empty)
        || !path.chars().all(plain)
    {
        return Err(EditError::BadPath { path: path.chars().take(limits::PATH_BYTES).collect() });
    }
    Ok(())
}

fn check_texts(path: &str, value: &Value) -> Result<(), EditError> {
    match value {
        Value::Text(text) if text.len() > limits::TEXT_BYTES => {
            Err(EditError::TextTooLong { path: path.to_owned(), bytes: text.len() })
        }
        Value::Array(items) => items.iter().try_for_each(|v| check_texts(path, v)),
        Value::Map(pairs) => pairs.iter().try_for_each(|(_, v)| check_texts(path, v)),
        _ => Ok(()),
    }
}
