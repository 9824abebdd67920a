//! Values of fields: one small type for all of them, the same in what is said and in what is shown. Which shape a field takes stands in
//! [`fields`](super::fields).

use std::collections::{BTreeMap, HashMap};

use ploughshare_core::domain::draft::{Draft, json_to_value};
use ploughshare_core::edit::Edit;
use serde_json::{Number, Value as Json};

use crate::engine::{ByClass, InError, ItemLine, PhotoHash, SpotReading, unfit};
use crate::error::TabletError;

/// The value of a field.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum FieldValue {
    /// The field has no value; saying it clears the field.
    Cleared,
    /// Yes or no.
    YesNo {
        /// Which.
        value: bool,
    },
    /// A whole number.
    Number {
        /// The number.
        value: i64,
    },
    /// A number with a fraction: degrees of a place.
    Decimal {
        /// The number.
        value: f64,
    },
    /// Text; also codes, ids and hashes in hex, and times as ISO 8601, for example `2026-03-01T09:30:00.000Z`.
    Text {
        /// The text.
        value: String,
    },
    /// Several values.
    Many {
        /// Each.
        values: Vec<FieldValue>,
    },
    /// Named parts: a place has `lat`, `lon` and, where it is known, `accuracy_m`.
    Parts {
        /// Each part by its name.
        parts: HashMap<String, FieldValue>,
    },
}

impl From<Json> for FieldValue {
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Self::Cleared,
            Json::Bool(value) => Self::YesNo { value },
            Json::Number(number) => match number.as_i64() {
                Some(value) => Self::Number { value },
                None => Self::Decimal { value: number.as_f64().unwrap_or_default() },
            },
            Json::String(value) => Self::Text { value },
            Json::Array(values) => Self::Many { values: values.into_iter().map(Self::from).collect() },
            Json::Object(parts) => {
                Self::Parts { parts: parts.into_iter().map(|(name, value)| (name, Self::from(value))).collect() }
            }
        }
    }
}

impl From<FieldValue> for Json {
    fn from(value: FieldValue) -> Self {
        match value {
            FieldValue::Cleared => Self::Null,
            FieldValue::YesNo { value } => Self::Bool(value),
            FieldValue::Number { value } => Self::from(value),
            // What is no number (infinite, not a number) fits no field, and is refused there.
            FieldValue::Decimal { value } => {
                Number::from_f64(value).map_or_else(|| Self::String(value.to_string()), Self::Number)
            }
            FieldValue::Text { value } => Self::String(value),
            FieldValue::Many { values } => Self::Array(values.into_iter().map(Self::from).collect()),
            FieldValue::Parts { parts } => {
                Self::Object(parts.into_iter().map(|(name, value)| (name, Self::from(value))).collect())
            }
        }
    }
}

uniffi::custom_type!(Json, FieldValue, {
    remote,
    lower: |json| FieldValue::from(json),
    try_lift: |value| Ok(Json::from(value)),
});

/// How many of a class were expected and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct ClassCount {
    /// Expected.
    pub expected: i64,
    /// Counted.
    pub counted: i64,
}

uniffi::custom_type!(ByClass, HashMap<String, ClassCount>, {
    remote,
    lower: |all| {
        let one = |(class, (expected, counted))| (class, ClassCount { expected, counted });
        all.into_iter().map(one).collect()
    },
    try_lift: |all| Ok(all.into_iter().map(|(class, one)| (class, (one.expected, one.counted))).collect()),
});

/// An item and which of its fields are wrong.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ItemErrors {
    /// The item.
    pub item: ItemLine,
    /// The fields.
    pub fields: Vec<String>,
}

uniffi::custom_type!(InError, ItemErrors, {
    remote,
    lower: |one| {
        let (item, fields) = one;
        ItemErrors { item, fields }
    },
    try_lift: |one| Ok((one.item, one.fields)),
});

uniffi::custom_type!(PhotoHash, String, {
    remote,
    lower: |hash| hex::encode(hash),
    try_lift: |text| {
        let bytes = hex::decode(text)?;
        Ok(PhotoHash::try_from(bytes.as_slice())?)
    },
});

/// A member of a set that is to be said, for example a marking.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct MemberDraft {
    /// The set, for example `markings`.
    pub set: String,
    /// Its fields by name.
    pub fields: HashMap<String, FieldValue>,
}

/// A document that is to be recorded.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct NewDocument {
    /// Kind of document: `item`, `collection` and the others of [`kinds`](super::kinds).
    pub kind: String,
    /// Its fields by name.
    #[uniffi(default)]
    pub fields: HashMap<String, FieldValue>,
    /// Members of its sets, in the order in which they are said.
    #[uniffi(default)]
    pub members: Vec<MemberDraft>,
}

impl NewDocument {
    pub(super) fn draft(self) -> Result<Draft, TabletError> {
        let mut draft = Draft::new(&self.kind);
        for (name, value) in self.fields {
            draft.set(&name, json_to_value(&self.kind, &name, &value.into()).map_err(unfit)?);
        }
        for MemberDraft { set, fields } in self.members {
            draft.add(&set, typed(&self.kind, &format!("{set}/*/"), fields)?);
        }
        draft.check().map_err(unfit)?;
        Ok(draft)
    }
}

/// Fields by name, each as its field takes it.
fn typed(
    kind: &str,
    before: &str,
    fields: HashMap<String, FieldValue>,
) -> Result<BTreeMap<String, crate::Value>, TabletError> {
    let one = |(name, value): (String, FieldValue)| {
        let value = json_to_value(kind, &format!("{before}{name}"), &value.into()).map_err(unfit)?;
        Ok((name, value))
    };
    fields.into_iter().map(one).collect()
}

/// One thing that is said of a document. All changes of one call are one statement: they stand or fall together.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum Change {
    /// A field has this value now; [`FieldValue::Cleared`] clears it.
    Set {
        /// Path of the field, for example `condition` or `markings/<key>/text`.
        path: String,
        /// Its value.
        value: FieldValue,
    },
    /// A member joins a set.
    Add {
        /// The member.
        member: MemberDraft,
    },
    /// A member is withdrawn; it stays visible with the reason.
    Withdraw {
        /// `set/key`, as a document shows it.
        member: String,
        /// Why.
        reason: String,
    },
}

impl Change {
    pub(super) fn edit(self, kind: &str) -> Result<Edit, TabletError> {
        Ok(match self {
            Self::Set { path, value } => {
                let value = json_to_value(kind, &path, &value.into()).map_err(unfit)?;
                Edit::Set { path, value }
            }
            Self::Add { member: MemberDraft { set, fields } } => {
                let fields = typed(kind, &format!("{set}/*/"), fields)?.into_iter().collect();
                Edit::Add { set, fields }
            }
            Self::Withdraw { member, reason } => Edit::Withdraw { path: member, reason },
        })
    }
}

/// What the second inspection of a spot check read. What is not given was not read.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct SpotReadingDraft {
    /// The item: tag or id.
    pub item: String,
    /// Whether it was not found.
    #[uniffi(default)]
    pub not_found: bool,
    /// What was read: fields of the set `readings` of a `spot_check`, with their values.
    #[uniffi(default)]
    pub fields: HashMap<String, FieldValue>,
    /// Whether to say it also where it will be a claim only.
    #[uniffi(default)]
    pub as_claim: bool,
}

impl SpotReadingDraft {
    pub(super) fn reading(self) -> Result<SpotReading, TabletError> {
        let Self { item, not_found, fields, as_claim } = self;
        Ok(SpotReading { item, not_found, fields: typed("spot_check", "readings/*/", fields)?, as_claim })
    }
}
