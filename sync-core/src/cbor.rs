//! Deterministic CBOR (RFC 8949 §4.2.1), the small part of it that statements need: whole numbers, bytes, text,
//! arrays, maps, true, false and null. No floats, no tags, no indefinite lengths: two encoders cannot disagree.

use core::cmp::Ordering;

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

use crate::limits;

/// A value in a statement. `Null` stands for "cleared": somebody said that there is nothing here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Cleared.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number; times are milliseconds since the Unix epoch.
    Int(i64),
    /// Bytes: ids and hashes.
    Bytes(Vec<u8>),
    /// UTF-8 text.
    Text(String),
    /// A list.
    Array(Vec<Value>),
    /// A map; written in the deterministic order of its keys.
    Map(Vec<(Value, Value)>),
}

/// Why bytes are not a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CborError {
    /// The bytes end too early or are not CBOR.
    #[error("not CBOR, or cut short")]
    Malformed,
    /// Floats, tags, undefined, indefinite lengths or numbers beyond 64 bits signed.
    #[error("a kind of CBOR that statements do not use")]
    Unsupported,
    /// Not the shortest, sorted form.
    #[error("not in deterministic form")]
    NotDeterministic,
    /// Nested deeper than the limit.
    #[error("nested deeper than {} levels", limits::CBOR_DEPTH)]
    TooDeep,
    /// Bytes follow the value.
    #[error("bytes follow the value")]
    Trailing,
}

impl CborError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "cbor.malformed",
            Self::Unsupported => "cbor.unsupported",
            Self::NotDeterministic => "cbor.not_deterministic",
            Self::TooDeep => "cbor.too_deep",
            Self::Trailing => "cbor.trailing",
        }
    }
}

/// Reads exactly one value in deterministic form.
pub fn decode(bytes: &[u8]) -> Result<Value, CborError> {
    let mut decoder = Decoder::new(bytes);
    let value = read(&mut decoder, 0)?;
    if decoder.position() != bytes.len() {
        return Err(CborError::Trailing);
    }
    Ok(value)
}

/// Writes a value in deterministic form.
pub fn encode(value: &Value) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::with_capacity(256));
    write(&mut encoder, value);
    encoder.into_writer()
}

/// The order of map keys: that of their encoded bytes.
pub fn key_order(a: &Value, b: &Value) -> Ordering {
    fn rank(value: &Value) -> u8 {
        match value {
            Value::Int(n) if *n >= 0 => 0,
            Value::Int(_) => 1,
            Value::Bytes(_) => 2,
            Value::Text(_) => 3,
            Value::Array(_) => 4,
            Value::Map(_) => 5,
            Value::Bool(_) | Value::Null => 7,
        }
    }
    rank(a).cmp(&rank(b)).then_with(|| match (a, b) {
        (Value::Int(x), Value::Int(y)) if *x >= 0 => x.cmp(y),
        (Value::Int(x), Value::Int(y)) => y.cmp(x),
        (Value::Bytes(x), Value::Bytes(y)) => x.len().cmp(&y.len()).then_with(|| x.cmp(y)),
        (Value::Text(x), Value::Text(y)) => x.len().cmp(&y.len()).then_with(|| x.cmp(y)),
        _ => encode(a).cmp(&encode(b)),
    })
}

/// Counts the bytes of a head so that the shortest form can be demanded without writing everything again.
fn head_len(argument: u64) -> usize {
    match argument {
        0..=23 => 1,
        24..=0xff => 2,
        0x100..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
    }
}

fn read(d: &mut Decoder<'_>, depth: usize) -> Result<Value, CborError> {
    if depth > limits::CBOR_DEPTH {
        return Err(CborError::TooDeep);
    }
    let start = d.position();
    let shortest = |d: &Decoder<'_>, argument: u64, content: usize| {
        if d.position() - start == head_len(argument) + content { Ok(()) } else { Err(CborError::NotDeterministic) }
    };
    let malformed = |_| CborError::Malformed;
    match d.datatype().map_err(malformed)? {
        Type::Null => d.null().map(|()| Value::Null).map_err(malformed),
        Type::Bool => d.bool().map(Value::Bool).map_err(malformed),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => {
            let n = d.u64().map_err(malformed)?;
            shortest(d, n, 0)?;
            i64::try_from(n).map(Value::Int).map_err(|_| CborError::Unsupported)
        }
        Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
            let n = i128::from(d.int().map_err(malformed)?);
            let argument = u64::try_from(if n < 0 { -1 - n } else { n }).map_err(|_| CborError::Unsupported)?;
            shortest(d, argument, 0)?;
            i64::try_from(n).map(Value::Int).map_err(|_| CborError::Unsupported)
        }
        Type::Bytes => {
            let bytes = d.bytes().map_err(malformed)?.to_vec();
            shortest(d, bytes.len() as u64, bytes.len())?;
            Ok(Value::Bytes(bytes))
        }
        Type::String => {
            let text = d.str().map_err(malformed)?.to_owned();
            shortest(d, text.len() as u64, text.len())?;
            Ok(Value::Text(text))
        }
        Type::Array => {
            let n = d.array().map_err(malformed)?.ok_or(CborError::Unsupported)?;
            shortest(d, n, 0)?;
            let mut items = Vec::with_capacity(bounded(n, d));
            for _ in 0..n {
                items.push(read(d, depth + 1)?);
            }
            Ok(Value::Array(items))
        }
        Type::Map => {
            let n = d.map().map_err(malformed)?.ok_or(CborError::Unsupported)?;
            shortest(d, n, 0)?;
            let mut pairs: Vec<(Value, Value)> = Vec::with_capacity(bounded(n, d));
            for _ in 0..n {
                let key = read(d, depth + 1)?;
                if let Some((last, _)) = pairs.last()
                    && key_order(last, &key) != Ordering::Less
                {
                    return Err(CborError::NotDeterministic);
                }
                let value = read(d, depth + 1)?;
                pairs.push((key, value));
            }
            Ok(Value::Map(pairs))
        }
        _ => Err(CborError::Unsupported),
    }
}

/// Never reserves more than the input could hold, nor more than a page: a head that promises a billion items costs nothing,
/// however deep such heads are nested.
fn bounded(n: u64, d: &Decoder<'_>) -> usize {
    let left = d.input().len().saturating_sub(d.position());
    usize::try_from(n).unwrap_or(usize::MAX).min(left).min(128)
}

fn write(e: &mut Encoder<Vec<u8>>, value: &Value) {
    // Writing into a Vec cannot fail, so the results carry nothing.
    match value {
        Value::Null => drop(e.null()),
        Value::Bool(b) => drop(e.bool(*b)),
        Value::Int(n) => drop(e.i64(*n)),
        Value::Bytes(b) => drop(e.bytes(b)),
        Value::Text(t) => drop(e.str(t)),
        Value::Array(items) => {
            drop(e.array(items.len() as u64));
            for item in items {
                write(e, item);
            }
        }
        Value::Map(pairs) => {
            drop(e.map(pairs.len() as u64));
            if pairs.is_sorted_by(|(a, _), (b, _)| key_order(a, b) == Ordering::Less) {
                for (key, value) in pairs {
                    write(e, key);
                    write(e, value);
                }
            } else {
                let mut sorted: Vec<_> = pairs.iter().collect();
                sorted.sort_by(|(a, _), (b, _)| key_order(a, b));
                for (key, value) in sorted {
                    write(e, key);
                    write(e, value);
                }
            }
        }
    }
}

impl Value {
    /// The text, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(n) = self { Some(*n) } else { None }
    }

    /// The number, if it is one and not negative.
    pub fn as_uint(&self) -> Option<u64> {
        self.as_int().and_then(|n| u64::try_from(n).ok())
    }

    /// The bytes, if it is bytes.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// Yes or no, if it is that.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(b) = self { Some(*b) } else { None }
    }

    /// The items, if it is a list.
    pub fn as_array(&self) -> Option<&[Value]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The pairs, if it is a map.
    pub fn as_map(&self) -> Option<&[(Value, Value)]> {
        if let Self::Map(pairs) = self { Some(pairs) } else { None }
    }

    /// What a map holds under a key.
    pub fn get(&self, key: &Value) -> Option<&Value> {
        self.as_map()?.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }

    /// What a map holds under a text key.
    pub fn get_text(&self, key: &str) -> Option<&Value> {
        self.as_map()?.iter().find(|(k, _)| k.as_text() == Some(key)).map(|(_, v)| v)
    }

    /// What a map holds under a number.
    pub fn get_int(&self, key: i64) -> Option<&Value> {
        self.as_map()?.iter().find(|(k, _)| k.as_int() == Some(key)).map(|(_, v)| v)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            proptest::collection::vec(any::<u8>(), 0..300).prop_map(Value::Bytes),
            ".{0,40}".prop_map(Value::Text),
        ];
        leaf.prop_recursive(4, 40, 8, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
                proptest::collection::btree_map("[a-z]{0,30}", inner, 0..8)
                    .prop_map(|m| Value::Map(m.into_iter().map(|(k, v)| (Value::Text(k), v)).collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again_and_written_the_same(value in any_value()) {
            let bytes = encode(&value);
            let again = decode(&bytes).unwrap();
            prop_assert_eq!(encode(&again), bytes);
        }

        #[test]
        fn any_bytes_are_a_value_in_its_one_form_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(value) = decode(&bytes) {
                prop_assert_eq!(encode(&value), bytes);
            }
        }
    }

    #[test]
    fn long_forms_unsorted_keys_floats_and_bombs_are_refused() {
        assert_eq!(decode(&[0x18, 0x01]), Err(CborError::NotDeterministic));
        assert_eq!(decode(&[0xa2, 0x02, 0x01, 0x01, 0x01]), Err(CborError::NotDeterministic));
        assert_eq!(decode(&[0xa2, 0x01, 0x01, 0x01, 0x01]), Err(CborError::NotDeterministic));
        assert_eq!(decode(&[0xf9, 0x3c, 0x00]), Err(CborError::Unsupported));
        assert_eq!(decode(&[0x9f, 0xff]), Err(CborError::Unsupported));
        assert_eq!(decode(&[0x01, 0x01]), Err(CborError::Trailing));
        assert_eq!(decode(&[0x81; 40]), Err(CborError::TooDeep));
        assert_eq!(decode(&[0x9b, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff]), Err(CborError::Malformed));
    }
}
