//! Sealing: a run of entries becomes signed bytes. A seal is made durable before its first byte leaves the device.

use coset::{CborSerializable as _, CoseSign1Builder, HeaderBuilder, iana};

use super::compress::{Level, press};
use super::{Header, SegmentError, codec};
use crate::cbor::{self, Value};
use crate::entry::Entry;
use crate::ids::{EntryHash, SegmentHash};
use crate::keys::{Algorithm, SecretKey, sha256};
use crate::limits;

/// A segment of this device's own: signed bytes, ready to be kept and then sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSegment {
    /// Its identity: SHA-256 of the signed payload.
    pub hash: SegmentHash,
    /// Under what circumstances it was sealed.
    pub header: Header,
    /// How many entries it holds.
    pub count: u64,
    /// The bytes that travel.
    pub bytes: Vec<u8>,
}

/// What one call of [`seal`] made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealing {
    /// The segment.
    pub segment: SealedSegment,
    /// How many of the given entries it took; the rest belong in the next one.
    pub taken: usize,
}

pub(super) fn header_pairs(header: &Header) -> Vec<(Value, Value)> {
    let mut pairs = vec![
        (Value::Int(1), Value::Int(1)),
        (Value::Int(2), Value::Bytes(header.register.to_vec())),
        (Value::Int(3), Value::Bytes(header.operation.to_vec())),
        (Value::Int(4), Value::Bytes(header.journal.to_vec())),
        (Value::Int(5), Value::Int(header.first as i64)),
        (Value::Int(6), header.previous.map_or(Value::Null, |h| Value::Bytes(h.to_vec()))),
        (Value::Int(7), Value::Int(header.sealed_ms)),
        (Value::Int(8), header.place_held.map_or(Value::Null, |p| Value::Int(p as i64))),
        (Value::Int(9), Value::Int(header.decision_held as i64)),
        (Value::Int(11), Value::Bytes(header.nonce.to_vec())),
    ];
    if let Some(journal) = &header.after_fork {
        pairs.push((Value::Int(12), Value::Bytes(journal.to_vec())));
    }
    pairs.extend(header.extra.iter().cloned());
    pairs
}

/// The bytes that are signed: the header with the list of entry hashes in its place.
pub(super) fn payload(header: &Header, hashes: impl Iterator<Item = EntryHash>) -> Vec<u8> {
    let mut pairs = header_pairs(header);
    let list = (Value::Int(10), Value::Array(hashes.map(|h| Value::Bytes(h.to_vec())).collect()));
    pairs.insert(9, list);
    cbor::encode(&Value::Map(pairs))
}

/// Seals as many of the entries (at least one) as fit into one segment. The entries stand in the journal one after the other, the first
/// with the number `header.first`.
pub fn seal(
    header: Header,
    entries: &[(EntryHash, Entry)],
    key: &SecretKey,
    level: Level,
) -> Result<Sealing, SegmentError> {
    let mut taken = entries.len().min(limits::SEGMENT_ENTRIES);
    if taken == 0 {
        return Err(SegmentError::Count { count: 0 });
    }
    let body = loop {
        let body = codec::write_body(entries.get(..taken).unwrap_or_default());
        if body.len() <= limits::SEGMENT_INFLATED {
            break body;
        }
        if taken == 1 {
            return Err(SegmentError::TooLarge { bytes: body.len() as u64, limit: limits::SEGMENT_INFLATED as u64 });
        }
        // Entries are of like size: aim a little under the limit instead of halving.
        taken = (taken * limits::SEGMENT_INFLATED / body.len() * 15 / 16).clamp(1, taken - 1);
    };
    let run = entries.get(..taken).unwrap_or_default();
    let payload = payload(&header, run.iter().map(|(hash, _)| *hash));
    let algorithm = match key.public().algorithm() {
        Algorithm::EdDsa => iana::Algorithm::EdDSA,
        Algorithm::Es256 => iana::Algorithm::ES256,
    };
    let protected = HeaderBuilder::new().algorithm(algorithm).key_id(key.public().device().to_vec()).build();
    let cose = CoseSign1Builder::new()
        .protected(protected)
        .create_detached_signature(&payload, &[], |message| key.sign(message))
        .build()
        .to_vec()
        .map_err(|_| SegmentError::Malformed { part: "signature" })?;
    let (dictionary, pressed) = press(&body, level)?;
    let bytes = cbor::encode(&Value::Array(vec![
        Value::Int(1),
        Value::Bytes(cose),
        Value::Map(header_pairs(&header)),
        Value::Int(dictionary as i64),
        Value::Int(body.len() as i64),
        Value::Bytes(pressed),
    ]));
    let hash = SegmentHash::from_bytes(sha256(&payload));
    Ok(Sealing { segment: SealedSegment { hash, header, count: taken as u64, bytes }, taken })
}
