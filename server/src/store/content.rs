//! The content of a document as its row keeps it: canonical CBOR of a map from path to value.

use ploughshare_core::cbor::{self, CborError, Value};
use ploughshare_core::document::Content;

/// Content as bytes of a row.
pub fn to_bytes<'a>(pairs: impl Iterator<Item = (&'a String, &'a Value)>) -> Vec<u8> {
    cbor::encode(&Value::Map(pairs.map(|(path, value)| (Value::Text(path.clone()), value.clone())).collect()))
}

/// Content from the bytes of a row.
pub fn of_bytes(bytes: &[u8]) -> Result<Content, CborError> {
    let value = cbor::decode(bytes)?;
    let pairs = value.as_map().unwrap_or_default().iter();
    Ok(pairs.filter_map(|(path, value)| Some((path.as_text()?.to_owned(), value.clone()))).collect())
}
