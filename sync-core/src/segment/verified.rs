//! Opening and verifying: bytes from anywhere become something that storage may keep.

use coset::{CborSerializable as _, CoseSign1, RegisteredLabelWithPrivate, iana};

use super::compress::inflate;
use super::{Header, SegmentError, codec, sealed};
use crate::cbor::{self, Value};
use crate::entry::Entry;
use crate::ids::{DeviceId, EntryHash, JournalId, OperationId, RegisterId, SegmentHash};
use crate::keys::{Algorithm, KeyError, PublicKey, sha256};
use crate::limits;

/// A segment whose bytes are well formed and within limits. Nobody has vouched for it yet.
#[derive(Debug, Clone)]
pub struct OpenedSegment {
    header: Header,
    device: DeviceId,
    algorithm: Algorithm,
    cose: CoseSign1,
    payload: Vec<u8>,
    entries: Vec<(EntryHash, Entry)>,
    bytes: Vec<u8>,
}

/// A segment whose signature, device, register and journal fit. Only [`OpenedSegment::verify`] makes one.
#[derive(Debug, Clone)]
pub struct VerifiedSegment {
    header: Header,
    device: DeviceId,
    hash: SegmentHash,
    entries: Vec<(EntryHash, Entry)>,
    bytes: Vec<u8>,
}

/// Decodes the bytes of a segment, bounded in size, depth and count.
pub fn open(bytes: &[u8]) -> Result<OpenedSegment, SegmentError> {
    if bytes.len() > limits::SEGMENT_WIRE {
        return Err(SegmentError::TooLarge { bytes: bytes.len() as u64, limit: limits::SEGMENT_WIRE as u64 });
    }
    let missing = |part| SegmentError::Malformed { part };
    let wire = cbor::decode(bytes)?;
    let parts = wire.as_array().ok_or(missing("wire"))?;
    let version = parts.first().and_then(Value::as_int).ok_or(missing("version"))?;
    if version != 1 {
        return Err(SegmentError::Version { version });
    }
    let [_, cose, header, dictionary, size, pressed] = parts else { return Err(missing("parts")) };
    let (algorithm, device, cose) = read_cose(cose.as_bytes().ok_or(missing("signature"))?)?;
    let header = read_header(header)?;
    let body = inflate(
        pressed.as_bytes().ok_or(missing("body"))?,
        size.as_uint().ok_or(missing("inflated size"))?,
        dictionary.as_uint().ok_or(missing("dictionary"))?,
    )?;
    let entries = codec::read_body(&body, header.journal, header.first)?;
    let payload = sealed::payload(&header, entries.iter().map(|(hash, _)| *hash));
    Ok(OpenedSegment { header, device, algorithm, cose, payload, entries, bytes: bytes.to_vec() })
}

fn read_cose(bytes: &[u8]) -> Result<(Algorithm, DeviceId, CoseSign1), SegmentError> {
    let missing = |part| SegmentError::Malformed { part };
    if bytes.len() > 512 {
        return Err(missing("signature"));
    }
    let cose = CoseSign1::from_slice(bytes).map_err(|_| missing("signature"))?;
    if cose.payload.is_some() || !cose.unprotected.is_empty() {
        return Err(missing("signature"));
    }
    let algorithm = match cose.protected.header.alg {
        Some(RegisteredLabelWithPrivate::Assigned(iana::Algorithm::EdDSA)) => Algorithm::EdDsa,
        Some(RegisteredLabelWithPrivate::Assigned(iana::Algorithm::ES256)) => Algorithm::Es256,
        _ => return Err(SegmentError::Key(KeyError::Algorithm)),
    };
    let device = DeviceId::from_slice(&cose.protected.header.key_id).ok_or(missing("key id"))?;
    Ok((algorithm, device, cose))
}

fn read_header(value: &Value) -> Result<Header, SegmentError> {
    let missing = |part| SegmentError::Malformed { part };
    let pairs = value.as_map().ok_or(missing("header"))?;
    let get = |key| value.get_int(key);
    let bytes16 = |key, part| -> Result<[u8; 16], SegmentError> {
        get(key).and_then(Value::as_bytes).and_then(|b| b.try_into().ok()).ok_or(missing(part))
    };
    let version = get(1).and_then(Value::as_int).ok_or(missing("version"))?;
    if version != 1 {
        return Err(SegmentError::Version { version });
    }
    let previous = match get(6).ok_or(missing("previous"))? {
        Value::Null => None,
        other => Some(other.as_bytes().and_then(SegmentHash::from_slice).ok_or(missing("previous"))?),
    };
    let place_held = match get(8).ok_or(missing("place held"))? {
        Value::Null => None,
        other => Some(other.as_uint().ok_or(missing("place held"))?),
    };
    let after_fork = match get(12) {
        None => None,
        Some(_) => Some(JournalId::from_bytes(bytes16(12, "after fork")?)),
    };
    if get(10).is_some() {
        return Err(missing("hashes do not travel"));
    }
    let known = |key: &Value| key.as_int().is_some_and(|n| (1..=12).contains(&n));
    Ok(Header {
        register: RegisterId::from_bytes(bytes16(2, "register")?),
        operation: OperationId::from_bytes(bytes16(3, "operation")?),
        journal: JournalId::from_bytes(bytes16(4, "journal")?),
        first: get(5).and_then(Value::as_uint).ok_or(missing("first"))?,
        previous,
        sealed_ms: get(7).and_then(Value::as_int).ok_or(missing("sealed time"))?,
        place_held,
        decision_held: get(9).and_then(Value::as_uint).ok_or(missing("decision held"))?,
        nonce: bytes16(11, "nonce")?,
        after_fork,
        extra: pairs.iter().filter(|(key, _)| !known(key)).cloned().collect(),
    })
}

impl OpenedSegment {
    /// The device that it says signed it; look its key up and call [`OpenedSegment::verify`].
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// Its header. Not proven yet.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Its entries with their identities. Not proven yet.
    pub fn entries(&self) -> &[(EntryHash, Entry)] {
        &self.entries
    }

    /// The bytes as they came.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the payload: the identity it has if its signature fits.
    pub fn hash(&self) -> SegmentHash {
        SegmentHash::from_bytes(sha256(&self.payload))
    }

    /// Checks that it is meant for this register, that key, nonce and operation make its journal, and that the signature fits.
    pub fn verify(self, register: &RegisterId, key: &PublicKey) -> Result<VerifiedSegment, SegmentError> {
        if self.header.register != *register {
            return Err(SegmentError::WrongRegister { found: self.header.register });
        }
        if key.device() != self.device || key.algorithm() != self.algorithm {
            return Err(SegmentError::WrongDevice);
        }
        if key.journal(&self.header.nonce, &self.header.operation) != self.header.journal {
            return Err(SegmentError::WrongJournal);
        }
        self.cose
            .verify_detached_signature(&self.payload, &[], |signature, message| key.verify(message, signature))
            .map_err(|_| SegmentError::BadSignature)?;
        Ok(VerifiedSegment {
            hash: self.hash(),
            header: self.header,
            device: self.device,
            entries: self.entries,
            bytes: self.bytes,
        })
    }
}

impl VerifiedSegment {
    /// Its identity.
    pub fn hash(&self) -> SegmentHash {
        self.hash
    }

    /// Its header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The operation it belongs to.
    pub fn operation(&self) -> OperationId {
        self.header.operation
    }

    /// The register it is meant for.
    pub fn register(&self) -> RegisterId {
        self.header.register
    }

    /// The device that signed it.
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// Its entries with their identities, in the order of the journal.
    pub fn entries(&self) -> &[(EntryHash, Entry)] {
        &self.entries
    }

    /// Its entries, taken out.
    pub fn into_entries(self) -> Vec<(EntryHash, Entry)> {
        self.entries
    }

    /// The number after its last entry.
    pub fn next(&self) -> u64 {
        self.header.first + self.entries.len() as u64
    }

    /// The bytes as they came, to be kept verbatim.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
