//! Values of the vocabulary as JSON, pages, and cursors.

use ploughshare_core::cbor::{self, Value};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::Shared;
use super::problem::Problem;
use crate::identity::caller::Scope;
use crate::store::identity as rows;
use crate::store::read_items;

/// Most rows of a page.
const MOST: u32 = 500;
/// Rows of a page unless asked otherwise.
const USUAL: u32 = 100;

/// A value as JSON: bytes as hex, maps with text keys as objects, others as lists of pairs.
pub fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Json::from(*value),
        Value::Bytes(bytes) => Json::String(hex::encode(bytes)),
        Value::Text(text) => Json::String(text.clone()),
        Value::Array(values) => values.iter().map(json).collect(),
        Value::Map(pairs) => {
            let named = pairs.iter().map(|(key, value)| Some((key.as_text()?.to_owned(), json(value))));
            match named.collect::<Option<serde_json::Map<_, _>>>() {
                Some(object) => Json::Object(object),
                None => pairs.iter().map(|(key, value)| Json::Array(vec![json(key), json(value)])).collect(),
            }
        }
    }
}

/// Bytes of deterministic CBOR as JSON.
pub fn json_of(bytes: &[u8]) -> Result<Json, Problem> {
    cbor::decode(bytes).map(|value| json(&value)).map_err(|error| Problem::internal("store.corrupt", &error))
}

/// How many rows are wanted.
pub fn page(limit: Option<u32>) -> Result<u32, Problem> {
    match limit {
        None => Ok(USUAL),
        Some(limit) if (1..=MOST).contains(&limit) => Ok(limit),
        Some(_) => Err(Problem::bad("request.limit", format!("a page has 1 to {MOST} rows"))),
    }
}

/// Cuts off the row that only shows that there are more, and gives the cursor of the last one kept.
pub fn cut<T>(rows: &mut Vec<T>, limit: u32, cursor: impl Fn(&T) -> String) -> Option<String> {
    let most = limit as usize;
    if rows.len() <= most {
        return None;
    }
    rows.truncate(most);
    rows.last().map(cursor)
}

/// A cursor is not one of ours.
pub fn bad_cursor() -> Problem {
    Problem::bad("request.after", "`after` is not the `next` of an earlier answer")
}

/// Up to which place of a feed the register is made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Projected {
    operation: String,
    place: u64,
}

/// How far the register is in the operations that the caller reads.
pub async fn projected(api: &Shared, scope: &Scope) -> Result<Vec<Projected>, Problem> {
    let places = read_items::projected(&api.app.store.register, scope.only()).await?;
    Ok(places.into_iter().map(|(operation, place)| Projected { operation: operation.to_string(), place }).collect())
}

/// The operations of a scope, one by one.
pub async fn operations(
    api: &Shared,
    scope: &Scope,
) -> Result<std::collections::BTreeSet<ploughshare_core::ids::OperationId>, Problem> {
    match scope.only() {
        Some(operations) => Ok(operations.clone()),
        None => Ok(rows::operations(&api.app.store.feed).await?.into_iter().map(|one| one.id).collect()),
    }
}

/// Nothing by this id in what the caller may read. Said alike whether it exists elsewhere or not.
pub fn no_such(what: &str) -> Problem {
    Problem::missing("document.unknown", format!("there is no {what} with this id in your operations"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_json() {
        let place = Value::Map(vec![(Value::Text("lat".to_owned()), Value::Int(-1))]);
        assert_eq!(json(&place).to_string(), r#"{"lat":-1}"#);
        let odd = Value::Map(vec![(Value::Int(1), Value::Bytes(vec![0xab]))]);
        assert_eq!(json(&odd).to_string(), r#"[[1,"ab"]]"#);
        assert_eq!(json(&Value::Array(vec![Value::Null, Value::Bool(true)])).to_string(), "[null,true]");
    }

    #[test]
    fn a_page_tells_where_the_next_begins() {
        let mut rows = vec![1, 2, 3];
        assert_eq!(cut(&mut rows, 2, ToString::to_string), Some("2".to_owned()));
        assert_eq!(cut(&mut rows, 2, ToString::to_string), None);
        assert_eq!(page(Some(501)).map_err(|problem| problem.code), Err("request.limit".into()));
    }
}
