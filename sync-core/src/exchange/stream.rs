//! One round of sync as a stream, for links that break: whatever of a message arrives is kept by either side, and the next one goes on at
//! the byte where this one was cut.
//!
//! ```text
//! message  [length of head, u32 BE] [head] frame*                      a message may end anywhere; what is there of it counts
//! frame    [SHA-256 of the segment's bytes] [place, u64 BE; 0 upwards] [size, u32 BE] [offset, u32 BE] [bytes from offset on …]
//! ask      { 1: version (1)   2: request without segments   3: [segment hash …] receipts wanted again   4: [hash, bytes held] of the
//!            segment of others that has begun to arrive }
//! reply    { 1: version (1)   2: answer without segments    3: [hash, bytes held] of the tablet's segment that has begun to arrive }
//! ```
//!
//! Frames stand in the order of the feed, or of the tablet's journal, so that whoever holds a whole frame holds all before it.

use super::{Answer, ExchangeError, Request, missing, read_list, read_version};
use crate::cbor::{self, Value};
use crate::ids::SegmentHash;
use crate::keys::sha256;
use crate::limits;

/// Bytes of a frame before those of its segment.
pub const FRAME_HEAD: usize = 48;

/// How much of a segment is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// SHA-256 of its bytes.
    pub hash: [u8; 32],
    /// How many of them are here, from the first on.
    pub held: u64,
}

/// What a tablet asks before its frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The request; its segments travel as frames.
    pub request: Request,
    /// Segments that may have arrived without an answer.
    pub wanted: Vec<SegmentHash>,
    /// The segment of others of which the beginning is here.
    pub begun: Option<Begun>,
}

/// What the register answers before its frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The answer; its segments travel as frames. Its place is reached when all of them are here.
    pub answer: Answer,
    /// The tablet's segment of which the beginning is here.
    pub begun: Option<Begun>,
}

/// Bytes of a segment, from some offset on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// SHA-256 of the whole.
    pub hash: [u8; 32],
    /// Its place in the feed; 0 where it has none yet.
    pub place: u64,
    /// Size of the whole.
    pub size: u64,
    /// How many bytes lie before these.
    pub offset: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Part {
    /// The beginning of a segment of which nothing is here yet.
    pub fn whole(place: u64, bytes: Vec<u8>) -> Self {
        Self { hash: sha256(&bytes), place, size: bytes.len() as u64, offset: 0, bytes }
    }

    /// How much of the segment is here, if it is here from its first byte on.
    pub fn begun(&self) -> Option<Begun> {
        (self.offset == 0).then_some(Begun { hash: self.hash, held: self.bytes.len() as u64 })
    }

    /// These bytes behind those that are here already; `None` where they do not join.
    #[must_use]
    pub fn behind(self, held: Option<&Part>) -> Option<Part> {
        if self.offset == 0 {
            return Some(self);
        }
        let held = held.filter(|held| held.hash == self.hash && held.size == self.size && held.offset == 0)?;
        let mut bytes = held.bytes.get(..usize::try_from(self.offset).ok()?)?.to_vec();
        bytes.extend_from_slice(&self.bytes);
        Some(Part { offset: 0, bytes, ..self })
    }

    /// Whether every byte is here, and they are those that were named.
    pub fn is_whole(&self) -> bool {
        self.offset == 0 && self.bytes.len() as u64 == self.size && sha256(&self.bytes) == self.hash
    }

    /// Writes the frame, from this offset on and at most so many bytes of the segment. Gives how many.
    pub fn write(&self, from: u64, room: u64, into: &mut Vec<u8>) -> u64 {
        into.extend_from_slice(&self.hash);
        into.extend_from_slice(&self.place.to_be_bytes());
        into.extend_from_slice(&(self.size as u32).to_be_bytes());
        into.extend_from_slice(&(from as u32).to_be_bytes());
        let rest = self.bytes.get(from as usize..).unwrap_or_default();
        let sent = rest.get(..room.min(rest.len() as u64) as usize).unwrap_or_default();
        into.extend_from_slice(sent);
        sent.len() as u64
    }
}

fn write_begun(pairs: &mut Vec<(Value, Value)>, key: i64, begun: Option<&Begun>) {
    if let Some(Begun { hash, held }) = begun {
        pairs.push((Value::Int(key), Value::Array(vec![Value::Bytes(hash.to_vec()), Value::Int(*held as i64)])));
    }
}

fn read_begun(value: &Value, key: i64) -> Result<Option<Begun>, ExchangeError> {
    let Some(value) = value.get_int(key) else { return Ok(None) };
    let read = || {
        let [hash, held] = value.as_array()? else { return None };
        Some(Begun { hash: hash.as_bytes()?.try_into().ok()?, held: held.as_uint()? })
    };
    read().map(Some).ok_or(missing("begun"))
}

fn headed(head: Value) -> Vec<u8> {
    let head = cbor::encode(&head);
    [&(head.len() as u32).to_be_bytes(), head.as_slice()].concat()
}

fn inner(value: &Value) -> Result<&[u8], ExchangeError> {
    value.get_int(2).and_then(Value::as_bytes).ok_or(missing("message"))
}

impl Ask {
    /// The beginning of the message; frames follow.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut pairs = vec![(Value::Int(1), Value::Int(1)), (Value::Int(2), Value::Bytes(self.request.to_bytes()))];
        let wanted = self.wanted.iter().map(|hash| Value::Bytes(hash.to_vec())).collect();
        super::push_list(&mut pairs, 3, Value::Array(wanted));
        write_begun(&mut pairs, 4, self.begun.as_ref());
        headed(Value::Map(pairs))
    }

    /// Reads the head of a message.
    pub fn from_head(bytes: &[u8]) -> Result<Self, ExchangeError> {
        let value = cbor::decode(bytes)?;
        read_version(&value)?;
        let wanted = read_list(&value, 3, limits::STREAM_WANTED, "wanted")?.iter();
        let wanted = wanted.map(|v| v.as_bytes().and_then(SegmentHash::from_slice)).collect::<Option<_>>();
        Ok(Self {
            request: Request::from_bytes(inner(&value)?)?,
            wanted: wanted.ok_or(missing("wanted"))?,
            begun: read_begun(&value, 4)?,
        })
    }
}

impl Reply {
    /// The beginning of the message; frames follow.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut pairs = vec![(Value::Int(1), Value::Int(1)), (Value::Int(2), Value::Bytes(self.answer.to_bytes()))];
        write_begun(&mut pairs, 3, self.begun.as_ref());
        headed(Value::Map(pairs))
    }

    /// Reads the head of a message.
    pub fn from_head(bytes: &[u8]) -> Result<Self, ExchangeError> {
        let value = cbor::decode(bytes)?;
        read_version(&value)?;
        Ok(Self { answer: Answer::from_bytes(inner(&value)?)?, begun: read_begun(&value, 3)? })
    }
}

/// What came out of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The head, whole.
    Head(Vec<u8>),
    /// A frame, to its last byte.
    Frame(Part),
}

/// Reads a message as it arrives, in chunks of any size.
#[derive(Debug, Default)]
pub struct Reader {
    buffer: Vec<u8>,
    headed: bool,
    frame: Option<Part>,
}

impl Reader {
    /// Takes in some bytes; gives what became whole by them.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<Vec<Piece>, ExchangeError> {
        let mut pieces = Vec::new();
        loop {
            if let Some(frame) = &mut self.frame {
                let lacks = (frame.size - frame.offset) as usize - frame.bytes.len();
                let (mine, others) = bytes.split_at(lacks.min(bytes.len()));
                frame.bytes.extend_from_slice(mine);
                bytes = others;
                if mine.len() < lacks {
                    return Ok(pieces);
                }
                pieces.extend(self.frame.take().map(Piece::Frame));
                continue;
            }
            let wanted = self.wanted()?;
            let (mine, others) = bytes.split_at(wanted.saturating_sub(self.buffer.len()).min(bytes.len()));
            self.buffer.extend_from_slice(mine);
            bytes = others;
            if self.buffer.len() < wanted {
                return Ok(pieces);
            }
            if self.headed {
                self.frame = Some(self.frame_head()?);
                self.buffer.clear();
            } else if wanted > 4 || self.wanted()? == 4 {
                pieces.push(Piece::Head(self.buffer.split_off(4)));
                self.buffer.clear();
                self.headed = true;
            }
        }
    }

    /// How many bytes the buffer must hold before anything can be made of it.
    fn wanted(&self) -> Result<usize, ExchangeError> {
        if self.headed {
            return Ok(FRAME_HEAD);
        }
        let Some(length) = self.buffer.first_chunk::<4>() else { return Ok(4) };
        let length = u32::from_be_bytes(*length) as usize;
        if length > limits::STREAM_HEAD { Err(missing("head")) } else { Ok(4 + length) }
    }

    fn frame_head(&self) -> Result<Part, ExchangeError> {
        let read = || {
            let (hash, rest) = self.buffer.split_first_chunk::<32>()?;
            let (place, rest) = rest.split_first_chunk::<8>()?;
            let (size, rest) = rest.split_first_chunk::<4>()?;
            let offset = u32::from_be_bytes(*rest.first_chunk::<4>()?);
            let (place, size) = (u64::from_be_bytes(*place), u32::from_be_bytes(*size));
            let fits = (1..=limits::SEGMENT_WIRE).contains(&(size as usize)) && offset <= size;
            fits.then(|| Part { hash: *hash, place, size: size.into(), offset: offset.into(), bytes: Vec::new() })
        };
        read().ok_or(missing("frame"))
    }

    /// The segment that had begun when the stream ended, if one had.
    pub fn rest(self) -> Option<Part> {
        self.frame
    }
}

#[cfg(test)]
mod tests;
