//! Asking the register for what was said about some documents, without I/O: how a tablet that holds a working set of an operation gets the
//! statements of its items, and those of everything that is no item (decisions, collections, hand-overs, counts, destructions…).
//!
//! ```text
//! question { 1: version (1)  2: operation  3: [document …]; absent: of every document that is no item
//!            4: place; only what came behind it, 0 for everything }
//! answer   { 1: version (1)  2: place reached  3: [segment …] whole, where that is shorter  4: [excerpt …]
//!            5: whether there is more behind the place reached }
//! ```
//!
//! What is proven of an excerpt stands in [`crate::segment`].

use crate::cbor::{self, Value};
use crate::exchange::ExchangeError;
use crate::ids::{DocId, OperationId};
use crate::limits;

/// Which documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// In which operation.
    pub operation: OperationId,
    /// About what; `None` is every document that is no item.
    pub documents: Option<Vec<DocId>>,
    /// Only what came behind this place of the feed.
    pub after: u64,
}

/// What was said about them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// The place of the feed up to which this is everything.
    pub place: u64,
    /// Whole segments, where they are shorter than an excerpt.
    pub segments: Vec<Vec<u8>>,
    /// Excerpts of segments.
    pub excerpts: Vec<Vec<u8>>,
    /// Whether there is more behind the place reached.
    pub more: bool,
}

fn missing(part: &'static str) -> ExchangeError {
    ExchangeError::Malformed { part }
}

fn version(value: &Value) -> Result<(), ExchangeError> {
    match value.get_int(1).and_then(Value::as_int).ok_or(missing("version"))? {
        1 => Ok(()),
        version => Err(ExchangeError::Version { version }),
    }
}

fn documents(list: &Value) -> Option<Vec<DocId>> {
    let list = list.as_array().filter(|list| list.len() <= limits::ENTRIES_DOCUMENTS)?;
    list.iter().map(|id| id.as_bytes().and_then(DocId::from_slice)).collect()
}

fn blobs(list: Option<&Value>) -> Option<Vec<Vec<u8>>> {
    let Some(list) = list else { return Some(Vec::new()) };
    let list = list.as_array().filter(|list| list.len() <= limits::EXCHANGE_SEGMENTS)?;
    list.iter().map(|blob| blob.as_bytes().map(<[u8]>::to_vec)).collect()
}

fn ids(list: &[DocId]) -> Value {
    Value::Array(list.iter().map(|id| Value::Bytes(id.to_vec())).collect())
}

impl Question {
    /// The bytes that travel.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut pairs = vec![(Value::Int(1), Value::Int(1)), (Value::Int(2), Value::Bytes(self.operation.to_vec()))];
        if let Some(documents) = &self.documents {
            pairs.push((Value::Int(3), ids(documents)));
        }
        pairs.push((Value::Int(4), Value::Int(self.after as i64)));
        cbor::encode(&Value::Map(pairs))
    }

    /// Reads a question.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ExchangeError> {
        if bytes.len() > limits::EXCHANGE_BYTES {
            return Err(missing("body"));
        }
        let value = cbor::decode(bytes)?;
        version(&value)?;
        let operation = value.get_int(2).and_then(Value::as_bytes).and_then(OperationId::from_slice);
        let documents = match value.get_int(3) {
            None => None,
            Some(list) => Some(documents(list).filter(|list| !list.is_empty()).ok_or(missing("documents"))?),
        };
        Ok(Self {
            operation: operation.ok_or(missing("operation"))?,
            documents,
            after: value.get_int(4).and_then(Value::as_uint).ok_or(missing("place"))?,
        })
    }
}

impl Said {
    /// The bytes that travel.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut pairs = vec![(Value::Int(1), Value::Int(1)), (Value::Int(2), Value::Int(self.place as i64))];
        for (key, blobs) in [(3, &self.segments), (4, &self.excerpts)] {
            if !blobs.is_empty() {
                pairs.push((Value::Int(key), Value::Array(blobs.iter().cloned().map(Value::Bytes).collect())));
            }
        }
        if self.more {
            pairs.push((Value::Int(5), Value::Bool(true)));
        }
        cbor::encode(&Value::Map(pairs))
    }

    /// Reads an answer.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ExchangeError> {
        if bytes.len() > limits::EXCHANGE_BYTES {
            return Err(missing("body"));
        }
        let value = cbor::decode(bytes)?;
        version(&value)?;
        Ok(Self {
            place: value.get_int(2).and_then(Value::as_uint).ok_or(missing("place"))?,
            segments: blobs(value.get_int(3)).ok_or(missing("segments"))?,
            excerpts: blobs(value.get_int(4)).ok_or(missing("excerpts"))?,
            more: value.get_int(5).and_then(Value::as_bool).unwrap_or(false),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_answers_read_as_they_are_written() {
        let some = vec![DocId::from_bytes([1; 16]), DocId::from_bytes([2; 16])];
        for documents in [None, Some(some)] {
            let question = Question { operation: OperationId::from_bytes([3; 16]), documents, after: 70_000 };
            assert_eq!(Question::from_bytes(&question.to_bytes()), Ok(question));
        }
        let full = Said { place: 9, segments: vec![vec![1]], excerpts: vec![vec![2], vec![3]], more: true };
        for said in [full, Said::default()] {
            assert_eq!(Said::from_bytes(&said.to_bytes()), Ok(said));
        }
    }

    #[test]
    fn a_question_about_nothing_or_too_much_is_refused() {
        let ask = |count: usize| Question {
            operation: OperationId::from_bytes([3; 16]),
            documents: Some(vec![DocId::from_bytes([1; 16]); count]),
            after: 0,
        };
        for count in [0, limits::ENTRIES_DOCUMENTS + 1] {
            let refused = Question::from_bytes(&ask(count).to_bytes());
            assert_eq!(refused, Err(ExchangeError::Malformed { part: "documents" }), "{count}");
        }
        let unversioned = cbor::encode(&Value::Map(vec![(Value::Int(1), Value::Int(2))]));
        assert_eq!(Question::from_bytes(&unversioned), Err(ExchangeError::Version { version: 2 }));
        assert_eq!(Said::from_bytes(&unversioned), Err(ExchangeError::Version { version: 2 }));
    }
}
