//! Values as typed on a command line: text that becomes what the field takes.

use std::collections::BTreeMap;

use mobile_ffi::{Draft, Edit, TabletError, Value, unfit};
use ploughshare_core::domain::codes::CodeList;
use ploughshare_core::domain::draft::json_to_value;
use ploughshare_core::domain::schema::{self, FieldType};
use serde_json::{Value as Json, json};

/// The value of a field from its text.
pub fn typed(kind: &str, path: &str, text: &str) -> Result<Value, TabletError> {
    let spec = schema::field(kind, path).map_err(unfit)?;
    let code = |list: &CodeList| list.find(text).unwrap_or(text).to_owned();
    let json = match spec.ty {
        FieldType::Int { .. } => text.trim().parse::<i64>().map_or_else(|_| json!(text), |n| json!(n)),
        FieldType::Bool => match text.trim().to_ascii_lowercase().as_str() {
            "yes" | "true" | "1" => json!(true),
            "no" | "false" | "0" => json!(false),
            _ => json!(text),
        },
        FieldType::Time => text.trim().parse::<i64>().map_or_else(|_| json!(text), |ms| json!(ms)),
        FieldType::Place => place(text),
        FieldType::Code(list) => json!(code(list)),
        FieldType::Country => json!(text.trim().to_ascii_uppercase()),
        _ => json!(text),
    };
    json_to_value(kind, path, &json).map_err(unfit)
}

/// `LAT,LON` or `LAT,LON,METRES`.
fn place(text: &str) -> Json {
    let mut parts = text.split(',').map(str::trim);
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(lat), Some(lon), None, _) => json!({ "lat": lat, "lon": lon }),
        (Some(lat), Some(lon), Some(metres), None) => {
            let metres = metres.parse::<f64>().map_or_else(|_| json!(metres), |m| json!(m));
            json!({ "lat": lat, "lon": lon, "accuracy_m": metres })
        }
        _ => json!(text),
    }
}

fn usage(message: String) -> TabletError {
    TabletError::refused("usage", message, "Nothing was saved. See --help.")
}

/// `PATH=VALUE`.
pub fn assignment<'a>(kind: &str, text: &'a str) -> Result<(&'a str, Value), TabletError> {
    let (path, value) = text.split_once('=').ok_or_else(|| usage(format!("'{text}' is not PATH=VALUE")))?;
    Ok((path.trim(), typed(kind, path.trim(), value)?))
}

/// `SET:FIELD=VALUE,FIELD=VALUE`; a comma before something that is no `name=` belongs to the value.
pub fn member(kind: &str, text: &str) -> Result<(String, BTreeMap<String, Value>), TabletError> {
    let (set, rest) = text.split_once(':').ok_or_else(|| usage(format!("'{text}' is not SET:FIELD=VALUE,…")))?;
    let mut parts: Vec<String> = Vec::new();
    for part in rest.split(',') {
        let begins = part
            .split_once('=')
            .is_some_and(|(name, _)| schema::field(kind, &format!("{set}/*/{}", name.trim())).is_ok());
        match parts.last_mut() {
            Some(last) if !begins => {
                last.push(',');
                last.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
    }
    let mut fields = BTreeMap::new();
    for part in &parts {
        let (name, value) = part.split_once('=').ok_or_else(|| usage(format!("'{part}' is not FIELD=VALUE")))?;
        let name = name.trim();
        fields.insert(name.to_owned(), typed(kind, &format!("{set}/*/{name}"), value)?);
    }
    Ok((set.to_owned(), fields))
}

/// What --set and --add say, put into a draft.
pub fn into_draft(draft: &mut Draft, set: &[String], add: &[String]) -> Result<(), TabletError> {
    let kind = draft.kind.clone();
    for text in set {
        let (path, value) = assignment(&kind, text)?;
        draft.set(path, value);
    }
    for text in add {
        let (set, fields) = member(&kind, text)?;
        draft.add(&set, fields);
    }
    Ok(())
}

/// What --set and --add say, as edits.
pub fn edits(kind: &str, set: &[String], add: &[String]) -> Result<Vec<Edit>, TabletError> {
    let mut edits = Vec::new();
    for text in set {
        let (path, value) = assignment(kind, text)?;
        edits.push(Edit::Set { path: path.to_owned(), value });
    }
    for text in add {
        let (set, fields) = member(kind, text)?;
        edits.push(Edit::Add { set, fields: fields.into_iter().collect() });
    }
    Ok(edits)
}
