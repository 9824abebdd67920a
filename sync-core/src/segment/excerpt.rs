//! Some entries of a segment, proven alone: the signed list of hashes is the whole one, and each entry that travels stands in it.
//!
//! ```text
//! excerpt [ 1, COSE_Sign1 (detached payload), payload without 10, bytes: the entry hashes, 32 each, [[which, canonical entry] …] ]
//! ```
//!
//! A tablet that holds only its working set asks for the entries of one item; a segment of a thousand would be a quarter of a megabyte, its list
//! of hashes is 32 KiB, and in it stands what was signed.

use coset::{CborSerializable as _, CoseSign1};

use super::verified::{prove, read_cose, read_header};
use super::{Header, OpenedSegment, SegmentError, sealed};
use crate::cbor::{self, Value};
use crate::entry::Entry;
use crate::ids::{DeviceId, EntryHash, OperationId, RegisterId, SegmentHash};
use crate::keys::{Algorithm, PublicKey, sha256};
use crate::limits;

/// An excerpt whose bytes are well formed, and whose entries stand in its list. Nobody has vouched for the list yet.
#[derive(Debug, Clone)]
pub struct OpenedExcerpt {
    header: Header,
    device: DeviceId,
    algorithm: Algorithm,
    cose: CoseSign1,
    payload: Vec<u8>,
    count: u64,
    entries: Vec<(EntryHash, Entry)>,
}

/// An excerpt whose signature, device, register and journal fit. Only [`OpenedExcerpt::verify`] makes one.
#[derive(Debug, Clone)]
pub struct VerifiedExcerpt {
    header: Header,
    device: DeviceId,
    hash: SegmentHash,
    count: u64,
    entries: Vec<(EntryHash, Entry)>,
}

impl OpenedSegment {
    /// An excerpt with the entries for which `wanted` says yes; `None` when it says so for none.
    pub fn excerpt(&self, mut wanted: impl FnMut(&EntryHash, &Entry) -> bool) -> Option<Vec<u8>> {
        let entries: Vec<Value> = self
            .entries()
            .iter()
            .enumerate()
            .filter(|(_, (hash, entry))| wanted(hash, entry))
            .map(|(which, (_, entry))| Value::Array(vec![Value::Int(which as i64), Value::Bytes(entry.to_bytes())]))
            .collect();
        if entries.is_empty() {
            return None;
        }
        let hashes = self.entries().iter().flat_map(|(hash, _)| *hash.as_bytes()).collect();
        Some(cbor::encode(&Value::Array(vec![
            Value::Int(1),
            Value::Bytes(self.cose().clone().to_vec().ok()?),
            Value::Map(sealed::header_pairs(self.header())),
            Value::Bytes(hashes),
            Value::Array(entries),
        ])))
    }
}

/// Decodes an excerpt, bounded in size, depth and count.
pub fn open_excerpt(bytes: &[u8]) -> Result<OpenedExcerpt, SegmentError> {
    // Each entry as canonical bytes takes more room than in a segment, where it says only what differs.
    let limit = limits::EXCHANGE_BYTES as u64;
    if bytes.len() as u64 > limit {
        return Err(SegmentError::TooLarge { bytes: bytes.len() as u64, limit });
    }
    let missing = |part| SegmentError::Malformed { part };
    let wire = cbor::decode(bytes)?;
    let parts = wire.as_array().ok_or(missing("wire"))?;
    let version = parts.first().and_then(Value::as_int).ok_or(missing("version"))?;
    if version != 1 {
        return Err(SegmentError::Version { version });
    }
    let [_, cose, header, hashes, entries] = parts else { return Err(missing("parts")) };
    let (algorithm, device, cose) = read_cose(cose.as_bytes().ok_or(missing("signature"))?)?;
    let header = read_header(header)?;
    let (hashes, rest) = hashes.as_bytes().ok_or(missing("hashes"))?.as_chunks::<32>();
    let hashes: Vec<EntryHash> = hashes.iter().map(|hash| EntryHash::from_bytes(*hash)).collect();
    let entries = entries.as_array().ok_or(missing("entries"))?;
    if !rest.is_empty() || entries.is_empty() || entries.len() > hashes.len() || hashes.len() > limits::SEGMENT_ENTRIES
    {
        return Err(SegmentError::Count { count: entries.len() });
    }
    let mut read = Vec::with_capacity(entries.len());
    let mut before = None;
    for one in entries {
        let Some([which, entry]) = one.as_array() else { return Err(missing("entries")) };
        let which = which.as_uint().ok_or(missing("which"))?;
        if before.is_some_and(|before| which <= before) {
            return Err(missing("order"));
        }
        before = Some(which);
        let index = which as usize;
        let entry = Entry::from_bytes(entry.as_bytes().ok_or(missing("entries"))?)
            .map_err(|source| SegmentError::Entry { index, source })?;
        let hash = entry.hash();
        let stands = hashes.get(index) == Some(&hash)
            && entry.journal == header.journal
            && header.first.checked_add(which) == Some(entry.number);
        if !stands {
            return Err(SegmentError::NotInList { index });
        }
        read.push((hash, entry));
    }
    let payload = sealed::payload(&header, hashes.iter().copied());
    Ok(OpenedExcerpt { header, device, algorithm, cose, payload, count: hashes.len() as u64, entries: read })
}

impl OpenedExcerpt {
    /// The device that it says signed it.
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// SHA-256 of the payload: the identity of its segment if the signature fits.
    pub fn hash(&self) -> SegmentHash {
        SegmentHash::from_bytes(sha256(&self.payload))
    }

    /// Checks what is checked of a whole segment.
    pub fn verify(self, register: &RegisterId, key: &PublicKey) -> Result<VerifiedExcerpt, SegmentError> {
        let hash = self.hash();
        prove(&self.header, (self.device, self.algorithm), (&self.cose, &self.payload), register, key)?;
        let Self { header, device, count, entries, .. } = self;
        Ok(VerifiedExcerpt { header, device, hash, count, entries })
    }
}

impl VerifiedExcerpt {
    /// The identity of its segment.
    pub fn hash(&self) -> SegmentHash {
        self.hash
    }

    /// The header of its segment.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The operation it belongs to.
    pub fn operation(&self) -> OperationId {
        self.header.operation
    }

    /// The device that signed it.
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// How many entries its segment has.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The entries that came, with their identities, in the order of the journal.
    pub fn entries(&self) -> &[(EntryHash, Entry)] {
        &self.entries
    }

    /// The same, taken out.
    pub fn into_entries(self) -> Vec<(EntryHash, Entry)> {
        self.entries
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::keys::SecretKey;
    use crate::samples::records;
    use crate::segment::{Level, open, seal};

    fn key() -> SecretKey {
        SecretKey::ed25519(&[0xd1; 32])
    }

    fn register() -> RegisterId {
        RegisterId::from_bytes([0xd2; 16])
    }

    /// A segment of so many made-up records.
    fn segment(count: usize) -> OpenedSegment {
        let operation = OperationId::from_bytes([0xd3; 16]);
        let journal = key().public().journal(&[0xd4; 16], &operation);
        let entries: Vec<_> = records(11, count)
            .into_iter()
            .enumerate()
            .map(|(n, (_, entry))| {
                let entry = Entry { journal, number: 70 + n as u64, document: None, after: Vec::new(), ..entry };
                (entry.hash(), entry)
            })
            .collect();
        let header = Header {
            register: register(),
            operation,
            journal,
            first: 70,
            previous: Some(SegmentHash::from_bytes([1; 32])),
            sealed_ms: 1_790_000_000_000,
            place_held: Some(9),
            decision_held: 4,
            nonce: [0xd4; 16],
            after_fork: None,
            extra: Vec::new(),
        };
        open(&seal(header, &entries, &key(), Level::Fast).unwrap().segment.bytes).unwrap()
    }

    #[test]
    fn one_entry_is_proven_without_the_others() {
        let whole = segment(500);
        let wanted = whole.entries()[321].clone();
        let bytes = whole.excerpt(|hash, _| *hash == wanted.0).unwrap();
        assert!(bytes.len() < whole.bytes().len() / 3, "{} of {}", bytes.len(), whole.bytes().len());
        let opened = open_excerpt(&bytes).unwrap();
        assert_eq!((opened.hash(), opened.device()), (whole.hash(), key().public().device()));
        let verified = opened.verify(&register(), &key().public()).unwrap();
        let full = whole.clone().verify(&register(), &key().public()).unwrap();
        assert_eq!((verified.hash(), verified.header(), verified.count()), (full.hash(), full.header(), 500));
        assert_eq!(verified.into_entries(), vec![wanted]);
        assert_eq!(whole.excerpt(|_, _| false), None);
        // All of them are an excerpt as well.
        let all = open_excerpt(&whole.excerpt(|_, _| true).unwrap()).unwrap();
        assert_eq!(all.verify(&register(), &key().public()).unwrap().entries(), whole.entries());
    }

    fn changed(change: impl Fn(&mut Vec<Value>)) -> Result<(), SegmentError> {
        let whole = segment(5);
        let bytes = whole.excerpt(|hash, _| *hash == whole.entries()[2].0).unwrap();
        let Value::Array(mut parts) = cbor::decode(&bytes).unwrap() else { panic!() };
        change(&mut parts);
        let opened = open_excerpt(&cbor::encode(&Value::Array(parts)))?;
        opened.verify(&register(), &key().public()).map(|_| ())
    }

    #[test]
    fn what_was_not_signed_is_not_proven() {
        let entry = |n: usize| segment(5).entries()[n].1.to_bytes();
        assert_eq!(changed(|_| ()), Ok(()));
        // Another entry of the same segment in its place, or one of nobody's.
        let at =
            |which: i64, bytes: Vec<u8>| Value::Array(vec![Value::Array(vec![Value::Int(which), Value::Bytes(bytes)])]);
        assert_eq!(changed(|parts| parts[4] = at(2, entry(3))), Err(SegmentError::NotInList { index: 2 }));
        assert_eq!(changed(|parts| parts[4] = at(3, entry(3))), Ok(()));
        assert_eq!(changed(|parts| parts[4] = at(9, entry(3))), Err(SegmentError::NotInList { index: 9 }));
        let mut forged = segment(5).entries()[2].1.clone();
        forged.claimed_ms += 1;
        let bytes = forged.to_bytes();
        assert_eq!(changed(|parts| parts[4] = at(2, bytes.clone())), Err(SegmentError::NotInList { index: 2 }));
        // The forger's hash in the list: the signature does not fit any more.
        let own = changed(|parts| {
            let mut hashes = parts[3].as_bytes().unwrap().to_vec();
            hashes[64..96].copy_from_slice(forged.hash().as_bytes());
            parts[3] = Value::Bytes(hashes);
            parts[4] = at(2, forged.to_bytes());
        });
        assert_eq!(own, Err(SegmentError::BadSignature));
        let twice = |parts: &mut Vec<Value>| {
            let one = parts[4].as_array().unwrap()[0].clone();
            parts[4] = Value::Array(vec![one.clone(), one]);
        };
        assert_eq!(changed(twice), Err(SegmentError::Malformed { part: "order" }));
        assert_eq!(changed(|parts| parts[4] = Value::Array(vec![])), Err(SegmentError::Count { count: 0 }));
        assert_eq!(changed(|parts| parts[0] = Value::Int(2)), Err(SegmentError::Version { version: 2 }));
        let opened = open_excerpt(&segment(5).excerpt(|_, _| true).unwrap()).unwrap();
        let other = SecretKey::ed25519(&[1; 32]).public();
        assert_eq!(opened.clone().verify(&register(), &other).map(|_| ()), Err(SegmentError::WrongDevice));
        let elsewhere = RegisterId::from_bytes([0; 16]);
        let refused = opened.verify(&elsewhere, &key().public()).map(|_| ());
        assert_eq!(refused, Err(SegmentError::WrongRegister { found: register() }));
    }
}
