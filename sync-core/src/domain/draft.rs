//! A draft: a new document before it is said, from builder calls or from plain JSON.
//!
//! The JSON is flat and friendly: `{"document": "item", "class": "ASR", "markings": [{"type": "SER", "text": "AB 12"}]}`.
//! `document` is the kind of document and may be left out for an item. Hashes and ids are hex, times ISO 8601 text or
//! milliseconds, places `{"lat": -3.38, "lon": 29.36, "accuracy_m": 8}` in decimal degrees.

mod json;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::cbor::Value;
use crate::domain::schema::{self, SchemaError};

pub use json::{json_to_value, value_to_json};

/// A new document: its kind, its scalar fields and the members of its sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Kind of document, for example `item`.
    pub kind: String,
    /// Scalar fields by name.
    pub fields: BTreeMap<String, Value>,
    /// Members, in the order in which they are said.
    pub members: Vec<DraftMember>,
}

/// A new member of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftMember {
    /// Name of the set, for example `markings`.
    pub set: String,
    /// Its fields by name.
    pub fields: BTreeMap<String, Value>,
}

impl Draft {
    /// An empty draft of a kind.
    pub fn new(kind: &str) -> Self {
        Self { kind: kind.to_owned(), fields: BTreeMap::new(), members: Vec::new() }
    }

    /// An empty draft of an item.
    pub fn item() -> Self {
        Self::new("item")
    }

    /// An empty draft of a collection.
    pub fn collection() -> Self {
        Self::new("collection")
    }

    /// With a scalar field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// With a member of a set.
    #[must_use]
    pub fn with_member(mut self, set: &str, fields: &[(&str, Value)]) -> Self {
        self.add(set, fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect());
        self
    }

    /// Sets a scalar field.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.insert(name.to_owned(), value.into());
    }

    /// Adds a member to a set.
    pub fn add(&mut self, set: &str, fields: BTreeMap<String, Value>) {
        self.members.push(DraftMember { set: set.to_owned(), fields });
    }

    /// Whether every field is known and every value fits. The first that does not is the error.
    pub fn check(&self) -> Result<(), SchemaError> {
        let spec = schema::kind(&self.kind)?;
        for (name, value) in &self.fields {
            schema::check(&self.kind, name, value)?;
        }
        for member in &self.members {
            if spec.set(&member.set).is_none() {
                return Err(SchemaError::UnknownPath { kind: self.kind.clone(), path: member.set.clone() });
            }
            for (name, value) in &member.fields {
                schema::check(&self.kind, &format!("{}/*/{name}", member.set), value)?;
            }
        }
        Ok(())
    }

    /// Reads a draft from JSON and checks it.
    pub fn from_json(json: &serde_json::Value) -> Result<Self, SchemaError> {
        json::draft(json)
    }

    /// As JSON, in the form that [`Draft::from_json`] reads.
    pub fn to_json(&self) -> serde_json::Value {
        json::from_draft(self)
    }

    /// The content that the document will have once it is said, with the keys that its creating entry would give:
    /// `0000000000000000.n`. For running rules before anything is signed.
    pub fn preview(&self) -> BTreeMap<String, Value> {
        let mut content = self.fields.clone();
        for (index, member) in self.members.iter().enumerate() {
            for (name, value) in &member.fields {
                content.insert(format!("{}/{:016x}.{index}/{name}", member.set, 0), value.clone());
            }
        }
        content
    }
}

impl Serialize for Draft {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Draft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = serde_json::Value::deserialize(deserializer)?;
        Self::from_json(&json).map_err(serde::de::Error::custom)
    }
}
