//! Values as people and programs write them in JSON, and back.

use serde_json::{Map, Value as Json, json};

use super::{Draft, DraftMember};
use crate::cbor::Value;
use crate::domain::place::{Place, format_degrees, parse_degrees};
use crate::domain::schema::{self, FieldSpec, FieldType, SchemaError};
use crate::domain::time::{format_iso8601, parse_iso8601};

/// Name of the JSON key that holds the kind of document.
const DOCUMENT: &str = "document";

pub(super) fn draft(json: &Json) -> Result<Draft, SchemaError> {
    let not_an_object = || SchemaError::WrongType { path: String::new(), expected: "JSON object" };
    let object = json.as_object().ok_or_else(not_an_object)?;
    let kind = match object.get(DOCUMENT) {
        None => "item",
        Some(kind) => {
            kind.as_str().ok_or_else(|| SchemaError::WrongType { path: DOCUMENT.to_owned(), expected: "text" })?
        }
    };
    let spec = schema::kind(kind)?;
    let mut draft = Draft::new(kind);
    for (name, json) in object.iter().filter(|(name, _)| *name != DOCUMENT) {
        let Some(set) = spec.set(name) else {
            draft.fields.insert(name.clone(), json_to_value(kind, name, json)?);
            continue;
        };
        let wrong = || SchemaError::WrongType { path: name.clone(), expected: "list of JSON objects" };
        for member in json.as_array().ok_or_else(wrong)? {
            let mut fields = std::collections::BTreeMap::new();
            for (field, json) in member.as_object().ok_or_else(wrong)? {
                let path = format!("{}/*/{field}", set.name);
                fields.insert(field.clone(), json_to_value(kind, &path, json)?);
            }
            draft.members.push(DraftMember { set: name.clone(), fields });
        }
    }
    Ok(draft)
}

pub(super) fn from_draft(draft: &Draft) -> Json {
    let mut object = Map::new();
    object.insert(DOCUMENT.to_owned(), Json::from(draft.kind.as_str()));
    for (name, value) in &draft.fields {
        object.insert(name.clone(), value_to_json(&draft.kind, name, value));
    }
    for member in &draft.members {
        let fields: Map<String, Json> = member
            .fields
            .iter()
            .map(|(name, value)| (name.clone(), value_to_json(&draft.kind, &format!("{}/*/{name}", member.set), value)))
            .collect();
        let list = object.entry(member.set.clone()).or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(list) = list {
            list.push(Json::Object(fields));
        }
    }
    Json::Object(object)
}

/// Reads the JSON of one field and checks it. `null` is "cleared". Errors are those of the schema.
pub fn json_to_value(doc_kind: &str, path: &str, json: &Json) -> Result<Value, SchemaError> {
    let spec = schema::field(doc_kind, path)?;
    let wrong = || SchemaError::WrongType { path: path.to_owned(), expected: spec.ty.name() };
    let value = match (&spec.ty, json) {
        (_, Json::Null) => Value::Null,
        (FieldType::Hash | FieldType::Id, Json::String(hex)) => Value::Bytes(hex::decode(hex).map_err(|_| wrong())?),
        (FieldType::Time, Json::String(text)) => Value::Int(parse_iso8601(text).ok_or_else(wrong)?),
        (FieldType::Place, Json::Object(object)) => place(path, spec, object)?.to_value(),
        (FieldType::Int { .. } | FieldType::Time, Json::Number(number)) => {
            Value::Int(number.as_i64().ok_or_else(wrong)?)
        }
        (FieldType::Bool, Json::Bool(b)) => Value::Bool(*b),
        (
            FieldType::Text { .. }
            | FieldType::Code(_)
            | FieldType::Country
            | FieldType::MemberKey
            | FieldType::Script
            | FieldType::Language,
            Json::String(text),
        ) => Value::Text(text.clone()),
        _ => return Err(wrong()),
    };
    schema::check(doc_kind, path, &value)?;
    Ok(value)
}

fn place(path: &str, spec: &FieldSpec, object: &Map<String, Json>) -> Result<Place, SchemaError> {
    let wrong = || SchemaError::WrongType { path: path.to_owned(), expected: spec.ty.name() };
    if !object.keys().all(|key| matches!(key.as_str(), "lat" | "lon" | "accuracy_m")) {
        return Err(wrong());
    }
    let degrees = |key: &str| match object.get(key) {
        Some(Json::Number(number)) => parse_degrees(&number.to_string()),
        Some(Json::String(text)) => parse_degrees(text),
        _ => None,
    };
    let accuracy = match object.get("accuracy_m") {
        None | Some(Json::Null) => None,
        Some(metres) => {
            // Receivers state fractions of a metre; a whole metre, rounded up, is what is kept.
            let metres = metres.as_f64().filter(|m| (0.0..1e7).contains(m)).ok_or_else(wrong)?;
            Some(metres.ceil() as i64)
        }
    };
    let (lat, lon) = (degrees("lat").ok_or_else(wrong)?, degrees("lon").ok_or_else(wrong)?);
    Place::new(lat, lon, accuracy).ok_or_else(|| SchemaError::OutOfRange { path: path.to_owned(), min: -180, max: 180 })
}

/// Writes one value as JSON, in the form that [`json_to_value`] reads. What the schema does not know is written as
/// plainly as it can be: bytes as hex, maps with their text keys.
pub fn value_to_json(doc_kind: &str, path: &str, value: &Value) -> Json {
    match (schema::field(doc_kind, path).map(|spec| spec.ty), value) {
        (Ok(FieldType::Time), Value::Int(ms)) => Json::from(format_iso8601(*ms)),
        (Ok(FieldType::Place), Value::Map(_)) => Place::from_value(value).map_or_else(|| plain(value), place_json),
        _ => plain(value),
    }
}

fn place_json(place: Place) -> Json {
    let degrees = |e7| serde_json::from_str::<Json>(&format_degrees(e7)).unwrap_or(Json::Null);
    let mut json = json!({ "lat": degrees(place.lat_e7), "lon": degrees(place.lon_e7) });
    if let (Some(metres), Some(object)) = (place.accuracy_m, json.as_object_mut()) {
        object.insert("accuracy_m".to_owned(), Json::from(metres));
    }
    json
}

fn plain(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => Json::from(*b),
        Value::Int(n) => Json::from(*n),
        Value::Bytes(bytes) => Json::from(hex::encode(bytes)),
        Value::Text(text) => Json::from(text.as_str()),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Map(pairs) => pairs
            .iter()
            .map(|(key, value)| {
                let key = key.as_text().map_or_else(|| plain(key).to_string(), str::to_owned);
                (key, plain(value))
            })
            .collect(),
    }
}
