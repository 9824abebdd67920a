//! One round of sync with the register, without I/O: "what do you have?"
//!
//! ```text
//! request { 1: version (1)   2: operation   3: feed place held   4: [[journal, next, chain (8 B)] …] own journals
//!           5: [segment …]   6: most bytes wanted back }
//! answer  { 1: version (1)   2: feed place reached   3: [receipt …]   4: [segment …] of others   5: more to come
//!           6: [[journal, next, chain] …] where the register knows another end   7: [[segment hash, code, detail] …] refused
//!           8: bytes of others' segments that lie ahead of the place reached }
//! ```
//!
//! Parts that are empty do not travel, so that a round with nothing new is under 200 bytes both ways.

pub mod link;
pub mod stream;

use crate::cbor::{self, CborError, Value};
use crate::ids::{JournalId, OperationId, SegmentHash};
use crate::limits;

/// The end of a journal as one side knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Which journal.
    pub journal: JournalId,
    /// Number of its next entry.
    pub next: u64,
    /// First 8 bytes of its last segment's hash; differing chains at one number are a fork.
    pub chain: [u8; 8],
}

/// What a tablet asks and brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// In which operation.
    pub operation: OperationId,
    /// Everything of the feed up to this place is here; 0 at first.
    pub place: u64,
    /// Ends of the tablet's own journals, as the register should know them after this request.
    pub journals: Vec<End>,
    /// Segments brought.
    pub segments: Vec<Vec<u8>>,
    /// Most bytes of segments wanted back.
    pub budget: u64,
}

/// What the register answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The feed is here up to this place, once the segments are taken in.
    pub place: u64,
    /// Signed receipts.
    pub receipts: Vec<Vec<u8>>,
    /// Segments of others.
    pub segments: Vec<Vec<u8>>,
    /// Whether there is more.
    pub more: bool,
    /// Journals of which the register knows another end than the tablet named.
    pub ends: Vec<End>,
    /// Segments refused.
    pub refused: Vec<Refused>,
    /// Bytes of others' segments that lie ahead of the place reached: what is still to come.
    pub ahead: u64,
}

/// A segment that the register did not take, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// SHA-256 of its bytes as they came.
    pub hash: SegmentHash,
    /// Stable code.
    pub code: String,
    /// In words.
    pub detail: String,
}

/// Why bytes are not a message of the exchange.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// Not deterministic CBOR.
    #[error("exchange: {0}")]
    Cbor(#[from] CborError),
    /// A part is missing, of the wrong type, or beyond its limit.
    #[error("exchange: {part} is missing, malformed or too large")]
    Malformed {
        /// Which part.
        part: &'static str,
    },
    /// A version that this build does not speak.
    #[error("exchange version {version}; this build speaks 1: update needed")]
    Version {
        /// The version.
        version: i64,
    },
}

impl ExchangeError {
    /// Stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Cbor(_) | Self::Malformed { .. } => "exchange.malformed",
            Self::Version { .. } => "exchange.version",
        }
    }
}

fn missing(part: &'static str) -> ExchangeError {
    ExchangeError::Malformed { part }
}

pub(crate) fn write_ends(ends: &[End]) -> Value {
    let one = |end: &End| {
        Value::Array(vec![
            Value::Bytes(end.journal.to_vec()),
            Value::Int(end.next as i64),
            Value::Bytes(end.chain.to_vec()),
        ])
    };
    Value::Array(ends.iter().map(one).collect())
}

fn read_list<'a>(value: &'a Value, key: i64, most: usize, part: &'static str) -> Result<&'a [Value], ExchangeError> {
    match value.get_int(key) {
        None => Ok(&[]),
        Some(list) => list.as_array().filter(|l| l.len() <= most).ok_or(missing(part)),
    }
}

pub(crate) fn read_ends(value: &Value, key: i64, most: usize) -> Result<Vec<End>, ExchangeError> {
    let one = |v: &Value| {
        let [journal, next, chain] = v.as_array()? else { return None };
        Some(End {
            journal: JournalId::from_slice(journal.as_bytes()?)?,
            next: next.as_uint()?,
            chain: chain.as_bytes()?.try_into().ok()?,
        })
    };
    let list = read_list(value, key, most, "journals")?;
    list.iter().map(one).collect::<Option<_>>().ok_or(missing("journals"))
}

pub(crate) fn write_blobs(blobs: &[Vec<u8>]) -> Value {
    Value::Array(blobs.iter().cloned().map(Value::Bytes).collect())
}

pub(crate) fn read_blobs(value: &Value, key: i64, part: &'static str) -> Result<Vec<Vec<u8>>, ExchangeError> {
    let list = read_list(value, key, limits::EXCHANGE_SEGMENTS, part)?;
    list.iter().map(|v| v.as_bytes().map(<[u8]>::to_vec)).collect::<Option<_>>().ok_or(missing(part))
}

pub(crate) fn write_refused(refused: &[Refused]) -> Value {
    let one = |r: &Refused| {
        Value::Array(vec![Value::Bytes(r.hash.to_vec()), Value::Text(r.code.clone()), Value::Text(r.detail.clone())])
    };
    Value::Array(refused.iter().map(one).collect())
}

pub(crate) fn read_refused(value: &Value, key: i64) -> Result<Vec<Refused>, ExchangeError> {
    let one = |v: &Value| {
        let [hash, code, detail] = v.as_array()? else { return None };
        Some(Refused {
            hash: SegmentHash::from_slice(hash.as_bytes()?)?,
            code: code.as_text()?.to_owned(),
            detail: detail.as_text()?.to_owned(),
        })
    };
    let list = read_list(value, key, limits::EXCHANGE_SEGMENTS, "refused")?;
    list.iter().map(one).collect::<Option<_>>().ok_or(missing("refused"))
}

fn read_version(value: &Value) -> Result<(), ExchangeError> {
    match value.get_int(1).and_then(Value::as_int).ok_or(missing("version"))? {
        1 => Ok(()),
        version => Err(ExchangeError::Version { version }),
    }
}

fn push_list(pairs: &mut Vec<(Value, Value)>, key: i64, list: Value) {
    if list.as_array().is_some_and(|l| !l.is_empty()) {
        pairs.push((Value::Int(key), list));
    }
}

impl Request {
    /// The bytes that travel.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut pairs = vec![
            (Value::Int(1), Value::Int(1)),
            (Value::Int(2), Value::Bytes(self.operation.to_vec())),
            (Value::Int(3), Value::Int(self.place as i64)),
        ];
        push_list(&mut pairs, 4, write_ends(&self.journals));
        push_list(&mut pairs, 5, write_blobs(&self.segments));
        pairs.push((Value::Int(6), Value::Int(self.budget as i64)));
        cbor::encode(&Value::Map(pairs))
    }

    /// Reads a request.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ExchangeError> {
        if bytes.len() > limits::EXCHANGE_BYTES {
            return Err(missing("body"));
        }
        let value = cbor::decode(bytes)?;
        read_version(&value)?;
        let operation = value.get_int(2).and_then(Value::as_bytes).and_then(OperationId::from_slice);
        Ok(Self {
            operation: operation.ok_or(missing("operation"))?,
            place: value.get_int(3).and_then(Value::as_uint).ok_or(missing("place"))?,
            journals: read_ends(&value, 4, limits::EXCHANGE_JOURNALS)?,
            segments: read_blobs(&value, 5, "segments")?,
            budget: value.get_int(6).and_then(Value::as_uint).ok_or(missing("budget"))?,
        })
    }
}

impl Answer {
    /// The bytes that travel.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut pairs = vec![(Value::Int(1), Value::Int(1)), (Value::Int(2), Value::Int(self.place as i64))];
        push_list(&mut pairs, 3, write_blobs(&self.receipts));
        push_list(&mut pairs, 4, write_blobs(&self.segments));
        if self.more {
            pairs.push((Value::Int(5), Value::Bool(true)));
        }
        push_list(&mut pairs, 6, write_ends(&self.ends));
        push_list(&mut pairs, 7, write_refused(&self.refused));
        if self.ahead > 0 {
            pairs.push((Value::Int(8), Value::Int(self.ahead as i64)));
        }
        cbor::encode(&Value::Map(pairs))
    }

    /// Reads an answer.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ExchangeError> {
        if bytes.len() > limits::EXCHANGE_BYTES {
            return Err(missing("body"));
        }
        let value = cbor::decode(bytes)?;
        read_version(&value)?;
        Ok(Self {
            place: value.get_int(2).and_then(Value::as_uint).ok_or(missing("place"))?,
            receipts: read_blobs(&value, 3, "receipts")?,
            segments: read_blobs(&value, 4, "segments")?,
            more: value.get_int(5).and_then(Value::as_bool).unwrap_or(false),
            ends: read_ends(&value, 6, limits::EXCHANGE_JOURNALS)?,
            refused: read_refused(&value, 7)?,
            ahead: value.get_int(8).map_or(Some(0), Value::as_uint).ok_or(missing("ahead"))?,
        })
    }
}

/// A segment of the tablet's own that waits to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Which.
    pub hash: SegmentHash,
    /// Its size in bytes.
    pub size: u64,
}

/// One sync, step by step: ask for the next request, send it, hand in the answer, until it is done. The caller keeps the
/// bytes; the state here is names and numbers.
#[derive(Debug, Clone)]
pub struct Exchange {
    operation: OperationId,
    place: u64,
    journals: Vec<End>,
    outbox: std::collections::VecDeque<Outgoing>,
    in_flight: Vec<SegmentHash>,
    up: u64,
    down: u64,
    rounds: u64,
    more: bool,
}

/// What to send next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The request without its segments; fill them in with the bytes of `send`, in that order.
    pub request: Request,
    /// Segments to bring.
    pub send: Vec<SegmentHash>,
}

impl Exchange {
    /// A sync from what the tablet holds. `up` and `down` are the most bytes of segments a round carries each way; a segment larger than
    /// `up` travels alone.
    pub fn new(
        operation: OperationId,
        place: u64,
        journals: Vec<End>,
        outbox: Vec<Outgoing>,
        up: u64,
        down: u64,
    ) -> Self {
        let outbox = outbox.into();
        Self { operation, place, journals, outbox, in_flight: Vec::new(), up, down, rounds: 0, more: true }
    }

    /// The next request, or `None` when there is nothing more to ask or bring.
    pub fn next_step(&mut self) -> Option<Step> {
        if self.rounds > 0 && self.outbox.is_empty() && !self.more {
            return None;
        }
        let mut room = self.up;
        let mut send = Vec::new();
        while let Some(next) = self.outbox.front() {
            if !send.is_empty() && (next.size > room || send.len() >= limits::EXCHANGE_SEGMENTS) {
                break;
            }
            room = room.saturating_sub(next.size);
            send.extend(self.outbox.pop_front().map(|o| o.hash));
        }
        self.in_flight.clone_from(&send);
        self.rounds += 1;
        let journals = self.journals.clone();
        let request =
            Request { operation: self.operation, place: self.place, journals, segments: Vec::new(), budget: self.down };
        Some(Step { request, send })
    }

    /// Takes in the answer to the last request, after the caller has kept its segments and receipts.
    ///
    /// "More" is believed only when the answer came further in the feed: an answer that promises and never brings would keep a
    /// tablet asking for ever.
    pub fn answered(&mut self, answer: &Answer) {
        self.more = answer.more && answer.place > self.place;
        self.place = self.place.max(answer.place);
        self.in_flight.clear();
    }

    /// The register answers nothing, but keeps what the last request brought for people to judge: the rest is brought as well, and nothing
    /// is asked for. A sync with a register that gives no other answer ends so when all was brought.
    pub fn set_aside(&mut self) {
        self.more = false;
        self.in_flight.clear();
    }

    /// Rounds made so far.
    pub fn rounds(&self) -> u64 {
        self.rounds
    }

    /// The place reached.
    pub fn place(&self) -> u64 {
        self.place
    }
}

#[cfg(test)]
mod tests;
