//! Verifying what is brought: decoding, device key, signature, register, operation. No transaction is open meanwhile.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use ploughshare_core::ids::{DeviceId, EntryHash, OperationId, SegmentHash};
use ploughshare_core::keys::{PublicKey, sha256};
use ploughshare_core::segment::{self, Header, OpenedSegment, SegmentError, VerifiedSegment};

use super::{AdmissionError, Bringer, Refusal};
use crate::app::App;
use crate::vals;

struct Known {
    key: PublicKey,
    revoked_ms: Option<i64>,
}

/// A segment that is proven, without what it says: admission needs no more, and a message full of segments is large once decoded.
#[derive(Debug, Clone)]
pub(crate) struct Proven {
    pub header: Header,
    pub hash: SegmentHash,
    pub device: DeviceId,
    /// As they came.
    pub bytes: Vec<u8>,
    /// Number and hash of each entry.
    pub entries: Vec<(u64, EntryHash)>,
}

impl Proven {
    /// What admission needs of a verified segment.
    pub fn of(segment: &VerifiedSegment) -> Self {
        Self {
            header: segment.header().clone(),
            hash: segment.hash(),
            device: segment.device(),
            bytes: segment.bytes().to_vec(),
            entries: segment.entries().iter().map(|(hash, entry)| (entry.number, *hash)).collect(),
        }
    }

    /// Number after its last entry.
    pub fn next(&self) -> u64 {
        self.header.first + self.entries.len() as u64
    }
}

/// Sorts what is brought into what is proven and what is refused, one after the other.
pub(super) async fn verify_all(
    app: &App,
    who: &Bringer,
    segments: Vec<Vec<u8>>,
) -> Result<(Vec<Proven>, Vec<Refusal>), AdmissionError> {
    let mut keys = BTreeMap::new();
    let mut proven = Vec::with_capacity(segments.len());
    let mut refused = Vec::new();
    let (register, operation) = (app.register, who.operation);
    for bytes in segments {
        let open = move || segment::open(&bytes).map_err(|error| refusal(bytes, &error));
        let opened = match blocking(open).await? {
            Ok(opened) => opened,
            Err(refusal) => {
                refused.push(refusal);
                continue;
            }
        };
        let device = opened.device();
        let key = match keys.entry(device) {
            Entry::Occupied(known) => Arc::clone(known.get()),
            Entry::Vacant(slot) => Arc::clone(slot.insert(Arc::new(known(app, &device, &operation).await?))),
        };
        let checked =
            blocking(move || check(opened, &register, &operation, key.as_ref().as_ref()).map(|s| Proven::of(&s)));
        match checked.await? {
            Ok(segment) => proven.push(segment),
            Err(refusal) => refused.push(refusal),
        }
    }
    Ok((proven, refused))
}

fn check(
    opened: OpenedSegment,
    register: &ploughshare_core::ids::RegisterId,
    operation: &OperationId,
    known: Option<&Known>,
) -> Result<VerifiedSegment, Refusal> {
    let hash = opened.hash();
    let bytes = opened.bytes().to_vec();
    let journal = opened.header().journal;
    let sealed_ms = opened.header().sealed_ms;
    let refuse =
        |code: &'static str, detail: String, aside| Refusal { hash, code, detail, bytes: bytes.clone(), aside };
    if opened.header().operation != *operation {
        return Err(refuse("segment.wrong_operation", "the segment belongs to another operation".to_owned(), None));
    }
    let Some(known) = known else {
        return Err(refuse(
            "device.unknown",
            "the device that signed it is not enrolled in this operation".to_owned(),
            None,
        ));
    };
    let verified =
        opened.verify(register, &known.key).map_err(|error| refuse(error.code(), error.to_string(), None))?;
    if let Some(revoked_ms) = known.revoked_ms {
        let when = if sealed_ms < revoked_ms { "before" } else { "after" };
        let detail =
            format!("the device was revoked; the segment says it was sealed {when} that and is kept aside for review");
        return Err(refuse("device.revoked", detail, Some(journal)));
    }
    Ok(verified)
}

fn refusal(bytes: Vec<u8>, error: &SegmentError) -> Refusal {
    let hash = SegmentHash::from_bytes(sha256(&bytes));
    Refusal { hash, code: error.code(), detail: error.to_string(), bytes, aside: None }
}

async fn known(app: &App, device: &DeviceId, operation: &OperationId) -> Result<Option<Known>, AdmissionError> {
    let sql = "select device.public_key, device.revoke_effective_ms from device \
               join device_operation on device_operation.device = device.id \
               where device.id = $1 and device_operation.operation = $2";
    let row = app.store.feed.query_one(sql, &vals![device.as_bytes(), operation.as_bytes()]).await?;
    let Some(row) = row else { return Ok(None) };
    let key = PublicKey::from_bytes(row.bytes(0)?).ok();
    let revoked_ms = row.opt_int(1)?;
    Ok(key.map(|key| Known { key, revoked_ms }))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AdmissionError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| AdmissionError::Cancelled)
}
