//! Verifying what is brought: decoding, device key, signature, register, operation. No transaction is open meanwhile.

use std::collections::BTreeMap;

use ploughshare_core::ids::{DeviceId, OperationId, SegmentHash};
use ploughshare_core::keys::{PublicKey, sha256};
use ploughshare_core::segment::{self, OpenedSegment, SegmentError, VerifiedSegment};

use super::{AdmissionError, Bringer, Refusal};
use crate::app::App;
use crate::vals;

struct Known {
    key: PublicKey,
    revoked_ms: Option<i64>,
}

/// Sorts what is brought into what is proven and what is refused.
pub(super) async fn verify_all(
    app: &App,
    who: &Bringer,
    segments: Vec<Vec<u8>>,
) -> Result<(Vec<VerifiedSegment>, Vec<Refusal>), AdmissionError> {
    let opened = blocking(move || {
        let open = |bytes: Vec<u8>| segment::open(&bytes).map_err(|error| refusal(bytes, &error));
        segments.into_iter().map(open).collect::<Vec<_>>()
    })
    .await?;
    let mut keys = BTreeMap::new();
    for device in opened.iter().flatten().map(OpenedSegment::device) {
        if let std::collections::btree_map::Entry::Vacant(slot) = keys.entry(device) {
            slot.insert(known(app, &device, &who.operation).await?);
        }
    }
    let (register, operation) = (app.register, who.operation);
    blocking(move || {
        let mut verified = Vec::new();
        let mut refused = Vec::new();
        for one in opened {
            match one.and_then(|opened| check(opened, &register, &operation, &keys)) {
                Ok(segment) => verified.push(segment),
                Err(refusal) => refused.push(refusal),
            }
        }
        (verified, refused)
    })
    .await
}

fn check(
    opened: OpenedSegment,
    register: &ploughshare_core::ids::RegisterId,
    operation: &OperationId,
    keys: &BTreeMap<DeviceId, Option<Known>>,
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
    let Some(Some(known)) = keys.get(&opened.device()) else {
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
