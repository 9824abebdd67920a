//! Reading a flat document into records: the fields of one member together, each field as the type it should have.

use std::collections::BTreeMap;

use crate::cbor::Value;
use crate::domain::place::Place;
use crate::ids::{DocId, OfficerId, OperationId};

/// The fields of one member, or the scalars of a document.
pub(super) type Fields<'a> = BTreeMap<&'a str, &'a Value>;

/// The members of a document by set and key, and its scalars.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    pub(super) scalars: Fields<'a>,
    sets: BTreeMap<&'a str, BTreeMap<&'a str, Fields<'a>>>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(content: &'a BTreeMap<String, Value>) -> Self {
        let mut parts = Self::default();
        for (path, value) in content {
            let mut steps = path.splitn(3, '/');
            match (steps.next(), steps.next(), steps.next()) {
                (Some(name), None, _) => {
                    parts.scalars.insert(name, value);
                }
                (Some(set), Some(key), Some(name)) => {
                    parts.sets.entry(set).or_default().entry(key).or_default().insert(name, value);
                }
                _ => {}
            }
        }
        parts
    }

    /// The members of a set, in the order of their keys.
    pub(super) fn set<T>(&self, name: &str, read: impl Fn(&str, &Fields<'a>) -> T) -> Vec<T> {
        self.sets.get(name).into_iter().flatten().map(|(key, fields)| read(key, fields)).collect()
    }
}

/// A value read as what a field should hold; a value of another type is as good as none.
pub(super) trait Read: Sized {
    fn read(value: &Value) -> Option<Self>;
}

impl Read for String {
    fn read(value: &Value) -> Option<Self> {
        value.as_text().map(str::to_owned)
    }
}

impl Read for i64 {
    fn read(value: &Value) -> Option<Self> {
        value.as_int()
    }
}

impl Read for bool {
    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl Read for DocId {
    fn read(value: &Value) -> Option<Self> {
        Self::from_slice(value.as_bytes()?)
    }
}

impl Read for OfficerId {
    fn read(value: &Value) -> Option<Self> {
        Self::from_slice(value.as_bytes()?)
    }
}

impl Read for OperationId {
    fn read(value: &Value) -> Option<Self> {
        Self::from_slice(value.as_bytes()?)
    }
}

impl Read for [u8; 32] {
    fn read(value: &Value) -> Option<Self> {
        value.as_bytes()?.try_into().ok()
    }
}

impl Read for Place {
    fn read(value: &Value) -> Option<Self> {
        Self::from_value(value)
    }
}

/// Reads one field of a record.
pub(super) fn get<T: Read>(fields: &Fields<'_>, name: &str) -> Option<T> {
    fields.get(name).and_then(|value| T::read(value))
}

/// The key of a member of the same document; one written as `~.3` names a member that the same entry added.
pub(super) fn sibling(key: &str, named: &str) -> String {
    match (named.strip_prefix("~."), key.split_once('.')) {
        (Some(index), Some((entry, _))) => format!("{entry}.{index}"),
        _ => named.to_owned(),
    }
}

/// Writes a record of a set's members: its key, whether it is withdrawn, and its fields.
macro_rules! member {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $ty:ty = $path:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $name {
            /// Key of the member.
            pub key: String,
            /// The reason, if the member is withdrawn.
            pub withdrawn: Option<String>,
            $(#[doc = $label] pub $field: Option<$ty>,)+
        }

        impl $name {
            /// Whether it still stands.
            pub fn is_live(&self) -> bool {
                self.withdrawn.is_none()
            }

            pub(in crate::domain) fn read(key: &str, fields: &$crate::domain::members::Fields<'_>) -> Self {
                Self {
                    key: key.to_owned(),
                    withdrawn: $crate::domain::members::get(fields, "withdrawn"),
                    $($field: $crate::domain::members::get(fields, $path),)+
                }
            }
        }
    };
}
pub(super) use member;

/// Writes the record of a whole document: its scalar fields, each named as in the schema, and its sets.
macro_rules! document {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $ty:ty, $label:literal;)+ } sets { $($set:ident: $member:ty = $path:literal, $what:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $name {
            $(#[doc = $label] pub $field: Option<$ty>,)+
            $(#[doc = $what] pub $set: Vec<$member>,)+
        }

        impl $name {
            /// Reads it from the content of its document. Never fails; what it does not know it passes over.
            pub fn read(content: &std::collections::BTreeMap<String, $crate::cbor::Value>) -> Self {
                let parts = $crate::domain::members::Parts::of(content);
                Self {
                    $($field: $crate::domain::members::get(&parts.scalars, stringify!($field)),)+
                    $($set: parts.set($path, <$member>::read),)+
                }
            }

            /// The names of its scalar fields.
            pub fn scalar_names() -> &'static [&'static str] {
                &[$(stringify!($field)),+]
            }

            /// The names of its sets.
            pub fn set_names() -> &'static [&'static str] {
                &[$($path),+]
            }
        }
    };
}
pub(super) use document;
